"""A chapter's edition says what its page says in any front end, and runs where it is carried."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from _ext import editions
from bs4 import BeautifulSoup
from formulas import rows
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert import HTMLExporter
from tools.book import notebooks

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
SVG, PNG = "image/svg+xml", "image/png"
WIDGET = "application/vnd.jupyter.widget-view+json"
GITHUB = MarkdownIt("gfm-like", {"html": True})
WITH_FORMULAS = MarkdownIt("gfm-like", {"html": True})
WITH_FORMULAS.use(dollarmath_plugin, allow_space=False)
SHOWN_BY_GITHUB = {"details", "summary", "code", "em", "strong"}
RAW = r":::|\{[\w:-]+\}`|^:\w+:|^\([\w-]+\)=|%%|<(?:math|div|span|button)\b"
SYNONYMS = {"ast": "*", "lt": "<", "gt": ">", "vert": "|", "Vert": r"\|"}


@pytest.fixture(scope="module")
def made(build):
    """Return the folder that the site's download buttons lead to."""
    return build.html / "_sources" / "chapters"


@pytest.fixture(scope="module")
def all_editions(made):
    """Return the editions by name."""
    return {c.stem: nbformat.read(made / c.name, as_version=4) for c in CHAPTERS}


def words_of(nb):
    """Return the Markdown of a notebook's cells."""
    return [cell.source for cell in nb.cells if cell.cell_type == "markdown"]


def plain(tex):
    """Return TeX without spaces, and with the signs that Markdown must not see."""
    tex = re.sub(r"\\tag\{.*?\}$", "", tex)
    tex = re.sub(r"\\(ast|lt|gt|vert|Vert)(?![a-zA-Z])", lambda m: SYNONYMS[m[1]], tex)
    return re.sub(r"\s", "", tex)


def words_and_formulas(tree, formula, tex):
    """Return what a tree says, and its formulas."""
    formulas = [plain(tex(one)) for one in tree.select(formula)]
    for one in tree.select(formula):
        one.replace_with("¤")
    return re.sub(r"[^\w¤]+", " ", tree.get_text(" ")).split(), formulas


def page_tex(math):
    """Return the TeX of a page's formula."""
    return rows(math["data-tex"]) if math.get("display") == "block" else math["data-tex"]


@pytest.mark.parametrize("name", [chapter.stem for chapter in CHAPTERS])
def test_an_edition_has_the_words_numbers_and_formulas_of_its_page(build, all_editions, name):
    page = editions.article((build.html / f"chapters/{name}.html").read_text(encoding="utf-8"))
    for cell in page.select(".cell"):
        cell.replace_with(*[one.extract() for one in cell.select(".task, figcaption")])
    numbers = [one.extract().get_text().strip(" ()") for one in page.select(".eqno")]
    source = "\n\n".join(words_of(all_editions[name]))
    shown = BeautifulSoup(WITH_FORMULAS.render(source), "html.parser")
    assert re.findall(r"\\tag\{(.*?)\}", source) == numbers
    titles = "blockquote > p:first-child > strong"
    assert len(shown.select(titles)) == len(page.select(".admonition-title"))
    said = words_and_formulas(shown, ".math", lambda one: one.get_text())
    assert said == words_and_formulas(page, "math", page_tex)


@pytest.mark.parametrize("name", [chapter.stem for chapter in CHAPTERS])
def test_no_front_end_meets_markup_of_the_sources_or_takes_formulas_for_some(all_editions, name):
    for source in words_of(all_editions[name]):
        code = r"```.*?```|`[^`]*`"
        assert not re.search(RAW, re.sub(code, "", source, flags=re.DOTALL), re.M), source
        assert set(re.findall(r"</?(\w+)", source)) <= SHOWN_BY_GITHUB
        github = BeautifulSoup(GITHUB.render(source), "html.parser")
        shown = BeautifulSoup(WITH_FORMULAS.render(source), "html.parser")
        for tag in ("em", "strong", "del", "a", "td", "blockquote", "details"):
            assert len(github(tag)) == len(shown(tag)), (tag, source)


def test_signs_of_a_text_stay_signs():
    html = "<p>a*b*c _d_ $5 and $6, `e` ~~f~~ <i>&lt;g&gt;</i> \\* 1|2</p>"
    cell = '<table><tr><th>|h|</th></tr><tr><td><math data-tex="|w|"></math></td></tr></table>'
    markdown = editions.Markdown(lambda href, title: href)
    for tree in (BeautifulSoup(html, "html.parser"), BeautifulSoup(cell, "html.parser")):
        said = tree.get_text() + "".join(math["data-tex"] for math in tree("math"))
        shown = BeautifulSoup(WITH_FORMULAS.render(markdown.written(tree)), "html.parser")
        assert plain(shown.get_text()) == plain(said)


def test_code_and_outputs_are_the_chapters_own_after_one_cell(all_editions):
    for chapter in CHAPTERS:
        source = nbformat.read(chapter, as_version=4)
        install, *code = [c for c in all_editions[chapter.stem].cells if c.cell_type == "code"]
        assert "import longterm" in install.source
        assert [(c.id, c.source) for c in code] == [
            (c.id, c.source) for c in source.cells if c.cell_type == "code"
        ]
        outputs = [output for cell in code for output in cell.outputs]
        own = [output for cell in source.cells for output in cell.get("outputs", [])]
        for output, stored in zip(outputs, own, strict=True):
            data = output.get("data", {})
            assert PNG in data or not {SVG, WIDGET} & set(data)  # what needs no trust
            if SVG in data:
                data.pop(PNG)
            assert data == stored.get("data", {})
            assert output.get("text") == stored.get("text")


def test_every_link_leads_to_a_heading_a_neighbour_or_another_site(all_editions):
    headings = {
        name: {h.replace(" ", "-") for s in words_of(nb) for h in re.findall("^#+ (.*)", s, re.M)}
        for name, nb in all_editions.items()
    }
    for name, nb in all_editions.items():
        rendered = BeautifulSoup(GITHUB.render("\n\n".join(words_of(nb))), "html.parser")
        for link in rendered("a"):
            if not link["href"].startswith("http"):
                file, _, anchor = unquote(link["href"]).partition("#")
                known = headings[Path(file).stem or name]
                assert not anchor or anchor in known, link


def test_where_there_is_a_site_links_lead_to_its_pages(monkeypatch):
    known = {"chapters/a": {"x": "1.-Here"}, "chapters/b": {"y": "2.-There"}}
    links = [("#x", ""), ("b.html#y", ""), ("../pages/p.html#z", ""), ("https://e.org", "")]
    cited = ("../pages/p.html#z", "A title. doi:10.1/2.")

    def found(*links):
        return [editions.address(known, "chapters/a", *link) for link in links]

    monkeypatch.delenv("BOOK_BASE_URL", raising=False)
    alone = ["#1.-Here", "b.ipynb#2.-There", "", "https://e.org", "https://doi.org/10.1/2"]
    assert found(*links, cited) == alone
    monkeypatch.setenv("BOOK_BASE_URL", "https://s.org/c")
    pages = ["https://s.org/c/chapters/b.html#y", "https://s.org/c/pages/p.html#z"]
    assert found(*links) == ["#1.-Here", *pages, "https://e.org"]
    cell = editions.install("longterm-1.whl", []).source
    assert 'wheel = f"https://s.org/c/_sources/chapters/{wheel}"' in cell


def test_nbconvert_shows_boxes_folds_and_pictures(all_editions):
    nb = all_editions["03_random_weights"]
    html, _ = HTMLExporter().from_notebook_node(nb)
    page = BeautifulSoup(html, "html.parser")
    text = page.main.get_text()
    assert not re.search(r":::|\{(?:cite|prf|eq|numref)", text)
    assert len(page("details")) == sum(source.count("<details>") for source in words_of(nb))
    assert r"\operatorname{Var} P_n = (v + \mu^2)^n" in text
    pictures = [o for c in nb.cells for o in c.get("outputs", []) if PNG in o.get("data", {})]
    assert len(page.select(".jp-OutputArea-output :is(img, svg:not(svg svg))")) >= len(pictures)


# --- Where they are carried ----------------------------------------------------------------


def test_the_download_button_leads_to_the_edition(build, made):
    page = BeautifulSoup((build.html / "chapters/09_atlas.html").read_text("utf-8"), "html.parser")
    (button,) = page.select("a.btn-download-source-button")
    assert (build.html / "chapters" / button["href"]).resolve() == made / "09_atlas.ipynb"


def test_the_first_cell_leaves_a_package_alone_that_is_there(all_editions):
    for nb in all_editions.values():
        code = TransformerManager().transform_cell(nb.cells[0].source)
        exec(code, {"get_ipython": pytest.fail})


def bare(folder, without):
    """Make an environment that sees what this one has, apart from one package."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    needs = folder / "needs"
    needs.mkdir()
    for path in Path(nbformat.__file__).parents[1].iterdir():
        if without not in path.name and path.suffix != ".pth":
            (needs / path.name).symlink_to(path)
    (site / "needs.pth").write_text(str(needs), encoding="utf-8")
    return folder / "bin" / "python"


def test_without_the_package_and_an_index_the_first_cell_installs_it(made, all_editions, tmp_path):
    python = bare(tmp_path / "env", "longterm")
    for wheel in made.glob("*.whl"):
        (tmp_path / wheel.name).write_bytes(wheel.read_bytes())
    cells = [all_editions["04_log_walks"].cells[0].source]
    cells += ["import longterm.figures.scaling", "print(longterm.__file__)"]
    (tmp_path / "chapter.ipy").write_text("\n".join(cells), encoding="utf-8")
    left = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHONPATH"))}
    ran = subprocess.run(
        [python, "-m", "IPython", "--no-banner", "--colors=NoColor", "chapter.ipy"],
        cwd=tmp_path,
        env=left | {"PIP_NO_INDEX": "1", "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "Installing the course's package" in ran.stdout, ran.stderr
    assert str(tmp_path / "env" / "lib") in ran.stdout.splitlines()[-1], ran.stdout + ran.stderr


def test_what_a_reader_changed_is_kept_and_the_rest_is_new(made, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    place = tmp_path / "notebooks"
    assert notebooks.deliver(made, place) == []
    changed, other, mine = place / CHAPTERS[0].name, place / CHAPTERS[1].name, place / "mine.txt"
    old = other.read_bytes()
    changed.write_bytes(changed.read_bytes() + b" ")
    other.unlink()
    mine.write_text("mine", encoding="utf-8")
    for act in (lambda: notebooks.deliver(made, place), lambda: notebooks.clean(place)):
        assert act() == [changed, mine]
        assert changed.read_bytes().endswith(b" ")
    assert sorted(place.iterdir()) == [changed, mine]
    changed.unlink()
    mine.unlink()
    assert notebooks.deliver(made, place) == []
    assert other.read_bytes() == old
    assert notebooks.clean(place) == []
    assert not place.exists()
    assert json.loads(old)["cells"][0]["outputs"] == []
