"""Make a lecture deck of each chapter in build/slides, from the pages of `make book`.

A section becomes a column of slides: what it asks, its predictions, whose answer comes with the
next key, its figures with live sliders, and its theorems. Its prose is the speaker's notes.
The decks are read by reveal.js, which npm brings, and work without a network.
"""

import base64
import copy
import hashlib
import math
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import jinja2
from bs4 import BeautifulSoup
from tools.programs import how_to_install, unready

ROOT = Path(__file__).resolve().parents[2]
MADE, PLACE = ROOT / "_build" / "html", ROOT / "build" / "slides"
REVEAL = "reveal.js-6.0.2"
SHA512 = "JYIg5D9aoxoaLeb84O+OvAwsKWdIavVgEDScxtYEXFCT6t6TQrhNtSgogcjdCpdLsWglhJn3zyE3fUOwiH5KEg=="
PARTS = ("LICENSE", "dist/reveal.css", "dist/reveal.js", "dist/plugin/notes.js")
SHEETS = ("longterm.css", "figure.css", "sliders.css", "sliders.js", "icon.svg")
HERE = Path(__file__).parent
PAGE = jinja2.Template((HERE / "deck.html").read_text(encoding="utf-8"))
LEFT_OUT = ("exercises", "where-the-source-slips")  # ends of the addresses of sections
NOT_SHOWN = (
    ".headerlink, .share, .line, .cell_input, source, .commit, .prediction > :is(.said, .buttons)"
)
SAID = "p, ul, ol, div.math"
ROOM = 380  # signs on a slide, of the usual size


def fetch(folder):
    """Return the archive of reveal.js, which npm brings once; another than the known is refused."""
    archive = folder / f"{REVEAL}.tgz"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", REVEAL.replace("-", "@"), "--silent", "--pack-destination"]
        subprocess.run([*command, folder], check=True, stdout=subprocess.DEVNULL)
    digest = hashlib.sha512(archive.read_bytes()).digest()
    if base64.b64encode(digest).decode() != SHA512:
        archive.unlink()
        raise ValueError(f"{archive.name} is not the file that was known by this name")
    return archive


def unpack(archive, folder):
    """Write what a deck needs of reveal.js."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as files:
        for part in PARTS:
            data = files.extractfile(f"package/{part}").read()
            (folder / Path(part).name).write_bytes(data)


def clean(tag):
    """Return a part of a page as a deck shows it, without links that lead out of the deck."""
    tag = copy.copy(tag)
    for one in tag.select(NOT_SHOWN):
        one.decompose()
    for one in tag.select("a:not([href^=http]), button.word, picture, .folded"):
        one.unwrap()
    for one in [tag, *tag.select("[id]")]:
        if not one.find_parent("slider-figure"):  # where ids lead to parts of the picture
            del one["id"]
    for one in tag.select("img"):
        one["src"] = one["src"].removeprefix("../")
        del one["loading"]
    for one in tag.select("slider-figure"):
        one["data-prevent-swipe"] = ""
    for one in tag.select("section"):
        one.name = "div"  # reveal takes every section for a slide
    return tag


def asked(box):
    """Return a prediction as a slide: its answer is a fragment, the other thoughts are notes."""
    choices = [one.extract() for one in box.find_all("details", recursive=False)]
    names = [inside(one.summary.extract()) for one in choices]
    said = [one.get_text().strip() for one in choices]
    thoughts = [
        f"<p><b>{name}</b></p>{one.decode_contents()}"
        for name, one in zip(names, choices, strict=True)
    ]
    answer = thoughts.pop(next(k for k, text in enumerate(said) if text.startswith("Yes")))
    listed = "".join(f"<li>{name}</li>" for name in names)
    html = f'{box}<ol type="A">{listed}</ol><div class="fragment answer">{answer}</div>'
    return {"html": html, "notes": thoughts}


def inside(tag):
    """Return what an element holds, a paragraph that is all of it without its tag."""
    html = tag.decode_contents().strip()
    return re.sub(r"^<p>((?:(?!<p>).)*)</p>$", r"\1", html, flags=re.DOTALL)


def stack(section):
    """Return the slides of a section; its prose becomes notes of the slide that stands before."""
    parts = section.find_all(lambda part: part.name not in ("section", "span"), recursive=False)
    remember = section["id"].startswith("what-to-remember")
    title, *rest = map(clean, parts)
    slides = [{"html": str(title), "notes": []}]
    for part in rest:
        kinds = set(part.get("class", ()))
        if "prediction" in kinds:
            slides.append(asked(part))
        elif kinds & {"theorem", "proposition"}:
            slides.append({"html": str(part), "notes": []})
        elif figures := [part] if part.name == "figure" else part.select("figure"):
            slides += [{"html": str(figure), "notes": []} for figure in figures]
        elif part.css.match(SAID):
            if remember or (len(slides) == 1 and goes_on(slides[0]["html"], part)):
                slides[0]["html"] += str(part)
            else:
                slides[-1]["notes"].append(str(part))
    return [slide | {"size": size(slide["html"])} for slide in slides]


def goes_on(html, part):
    """Tell whether a part belongs to a section's first paragraph: formulas stand within it."""
    if "<p" not in html:
        return True
    ended = BeautifulSoup(html, "html.parser").get_text().strip()[-1] in ".?!"
    return not ended and (part.name == "div" or html.endswith("</div>"))


def size(html):
    """Return how large the letters of a slide are: smaller where it says much, pictures apart."""
    soup = BeautifulSoup(html, "html.parser")
    for one in soup.select("svg, script"):
        one.decompose()
    return round(min(1, math.sqrt(ROOM / len(soup.get_text()))), 2)


def deck(html, name):
    """Return a chapter's title, and its slides in columns."""
    soup = BeautifulSoup(html, "html.parser").select_one("article.bd-article > section")
    for one in soup.select(".cover"):  # over what stands after a prediction
        one.unwrap()
    sections = soup.find_all("section", recursive=False)
    wanted = [one for one in sections if not one["id"].endswith(LEFT_OUT)]
    title = clean(soup.h1).get_text().strip()
    return {"title": title, "name": name, "stacks": [stack(soup), *map(stack, wanted)]}


def write(made, place, archive, names=None):
    """Write the decks of some chapters of a built site, all by default; return their paths."""
    names = names or sorted(path.stem for path in made.glob("chapters/*.html"))
    shutil.rmtree(place, ignore_errors=True)
    unpack(archive, place / "reveal")
    for folder in ("_static", "_images"):
        (place / folder).mkdir()
    for sheet in (*SHEETS, "vendor/formulas.css"):
        shutil.copy(made / "_static" / sheet, place / "_static")
    shutil.copy(HERE / "slides.css", place / "_static")
    decks = [deck((made / "chapters" / f"{n}.html").read_text("utf-8"), n) for n in names]
    for one in decks:
        html = PAGE.render(one)
        (place / f"{one['name']}.html").write_text(html, encoding="utf-8")
        for image in re.findall(r'<img [^>]*src="(_images/[^"]+)"', html):
            shutil.copy(made / image, place / image)
    (place / "index.html").write_text(PAGE.render(decks=decks, title="Lecture decks"), "utf-8")
    return [place / f"{name}.html" for name in names]


def main():
    """Make all decks, and say how large they are."""
    if lacking := unready(["npm"]):
        print(f"Decks need {how_to_install(lacking)}")
        return 1
    for path in write(MADE, PLACE, fetch(ROOT / "build" / "programs")):
        slides = path.read_text(encoding="utf-8").count('<section class="slide')
        print(f"{path.stem:<26}{slides:>4} slides{path.stat().st_size / 1000:>7.0f} kB")
    size = sum(path.stat().st_size for path in PLACE.rglob("*") if path.is_file()) / 1e6
    print(f"Done, {size:.1f} MB. Open this file in a browser:\n  {PLACE / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
