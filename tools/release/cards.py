"""Make flash cards for Anki from the book as one page: `make cards`.

The page has the predictions, and the lines of *What to remember*. What is asked of a line stands in
the notebook, in the metadata of its cell, behind a label. A card is known by this label, or by the
id of the prediction's cell, never by its words: so a new edition renews the cards of an old one.
"""

import copy
import json
import os
import shutil
import sys
import tempfile
import time
from html import escape
from itertools import takewhile
from pathlib import Path
from zlib import crc32

import genanki
from bs4 import BeautifulSoup
from tools.release.release import zip_folder

ROOT = Path(__file__).resolve().parents[2]
MADE_UP = 1 << 30  # Anki wants numbers above this one for decks that others made


def cells(name):
    """Return the cells of text of a chapter's notebook."""
    notebook = json.loads((ROOT / "chapters" / f"{name}.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]


def for_anki(*parts):
    """Return parts of a page as HTML with TeX, as Anki sets it, and without links and buttons."""
    html = BeautifulSoup("", "html.parser")
    html.extend(copy.copy(part) for part in parts)
    for math in html.select("math"):
        marks = r"\[{}\]" if math.get("display") == "block" else r"\({}\)"
        math.replace_with(marks.format(math["data-tex"]))
    for line in html.select("span.line"):  # of a word of art
        line.decompose()
    for tag in html.select("a, button, span, div.math, div.math > div"):
        tag.unwrap()
    return str(html).strip()


def to_remember(section, name):
    """Give label, question and answer of each line that a chapter wants remembered."""
    asked = next(cell["metadata"]["cards"] for cell in cells(name) if "cards" in cell["metadata"])
    lines = section.select('section[id^="what-to-remember"] > ul > li')
    for words, line in zip(asked, lines, strict=True):
        label, _, question = words.partition(": ")
        yield label, escape(question), for_anki(*line.contents)


def predictions(section, name):
    """Give label, question and answer of a chapter's predictions."""
    counts = {
        cell["id"]: "".join(cell["source"]).count(":class: prediction") for cell in cells(name)
    }
    labels = [f"{cell}-{number}" for cell, count in counts.items() for number in range(count)]
    for label, box in zip(labels, section.select("div.prediction"), strict=True):
        before, title = box.find_previous_sibling(), box.select_one(".admonition-title")
        context = f"<small>{for_anki(before)}</small>" if before.name == "p" else ""
        asked = takewhile(lambda part: part.name == "p", title.find_next_siblings())
        choices = [choice.summary for choice in box.select("details")]
        titles = [for_anki(*choice.contents) for choice in choices]
        told = [for_anki(*choice.find_next_siblings()) for choice in choices]
        answers = [f"<b>{one}</b>{said}" for one, said in zip(titles, told, strict=True)]
        yield label, f"{context}{for_anki(*asked)}{lettered(titles)}", lettered(answers)


def lettered(items):
    """Return a list whose items have letters."""
    return f'<ol type="A">{"".join(f"<li>{item}</li>" for item in items)}</ol>'


def deck(section, name):
    """Return the cards of a chapter."""
    slug, title = name.partition("_")[2], section.find(["h1", "h2"]).get_text().strip("#\n ")
    number = MADE_UP + crc32(slug.encode()) % MADE_UP
    made = genanki.Deck(number, f"Long-Term Dependencies::{title}")
    for kind in (to_remember, predictions):
        for label, *fields in kind(section, name):
            known = genanki.guid_for(slug, label)
            made.add_note(genanki.Note(genanki.BASIC_MODEL, fields, guid=known))
    return made


def write(decks, target, seconds):
    """Write decks into a file that depends on them and on the time alone."""
    with tempfile.TemporaryDirectory() as folder:
        genanki.Package(decks).write_to_file(f"{folder}/cards.zip", timestamp=seconds)
        shutil.unpack_archive(f"{folder}/cards.zip", f"{folder}/cards")
        target.parent.mkdir(parents=True, exist_ok=True)
        zip_folder(Path(folder, "cards"), target)


def main(page, target):
    """Write the cards of all chapters on the page."""
    html = BeautifulSoup(Path(page).read_text(encoding="utf-8"), "html.parser")
    places = html.select('span[id^="document-chapters/"]')
    decks = [deck(one.find_next_sibling("section"), Path(one["id"]).name) for one in places]
    write(decks, Path(target), int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
    print(f"{sum(len(one.notes) for one in decks)} cards in {len(decks)} decks")


if __name__ == "__main__":
    main(*sys.argv[1:])
