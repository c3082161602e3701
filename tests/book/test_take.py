"""What readers take along: the EPUB is sound, cards keep their ids, what is made is offered.

epubcheck itself, a Java program of 33 MB, is run by `make epub`, and so for each published site.
"""

import copy
import os
import posixpath
import re
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from _ext import take
from bs4 import BeautifulSoup
from conftest import jupyter_book
from pybtex.database import parse_string
from tools.release import cards

ROOT = take.ROOT
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))
TO_ANSWER = "div.prediction, div.check"


@pytest.fixture(scope="module")
def epub(build):
    """Build the EPUB from what Sphinx has read for the pages; return its files by their names."""
    target = build.html.parents[1]
    options = ["--builder", "custom", "--custom-builder", "epub", "--path-output", str(target)]
    command = [jupyter_book(), "build", str(ROOT), "-W", "-n", *options]
    known = os.environ | {"PYTHONUTF8": "1"}
    process = subprocess.run(command, env=known, capture_output=True, encoding="utf-8", check=False)
    assert process.returncode == 0, process.stderr[-3000:]
    with zipfile.ZipFile(target / "_build" / "epub" / f"{take.NAME}.epub") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def texts(epub):
    """Return the parsed pages of the EPUB, each of which must be XML."""
    found = {name: text for name, text in epub.items() if name.endswith(".xhtml")}
    assert all(ElementTree.fromstring(text) for text in found.values())
    return {name: BeautifulSoup(text, "html.parser") for name, text in found.items()}


def test_links_in_an_epub_find_their_place_and_ids_are_met_once(epub, texts):
    ids = {name: [tag["id"] for tag in soup.select("[id]")] for name, soup in texts.items()}
    assert [name for name, found in ids.items() if len(found) != len(set(found))] == []
    for name, soup in texts.items():
        for tag in soup.select("[href], [src]"):
            file, _, place = tag.get("href", tag.get("src")).partition("#")
            if not re.match("https?:|mailto:", file):
                to = posixpath.normpath(posixpath.join(posixpath.dirname(name), file))
                assert (to if file else name) in epub, tag
                assert not place or place in ids[to if file else name], tag


def test_an_epub_runs_nothing_loads_nothing_and_declares_its_formulas(epub, texts):
    active = "script, form, [onclick], [src^=http], link[href^=http]"
    assert [name for name, soup in texts.items() if soup.select(active)] == []
    items = ElementTree.fromstring(epub["content.opf"]).iter("{http://www.idpf.org/2007/opf}item")
    named = {item.get("href"): item.get("properties") for item in items}
    assert set(named) == set(epub) - {"mimetype", "META-INF/container.xml", "content.opf"}
    with_formulas = {name for name, soup in texts.items() if soup.math}
    assert {name for name, needs in named.items() if needs == "mathml"} == with_formulas


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_an_epub_has_the_formulas_of_the_site_and_all_answers_behind_them(chapter, texts, pages):
    soup, site = texts[f"chapters/{chapter}.xhtml"], pages[f"chapters/{chapter}"]
    assert len(soup.select("section math")) == len(site.select("article math")) > 10
    boxes = soup.select(TO_ANSWER)
    assert len(boxes) == len(site.select(TO_ANSWER)) > 3
    for box in boxes:
        answers = soup.select_one(f"#answers {box.select('a')[-1]['href']}").find_next_sibling("ol")
        choices = [item.p.get_text() for item in box.select("ol > li")]
        assert [item.p.get_text() for item in answers.find_all("li", recursive=False)] == choices
        assert not box.select("li > :not(p)")
    figures = soup.select("figure.slider-card")
    assert len(figures) == len(site.select("slider-figure"))
    assert all(figure.img and "sliders" in figure.get_text() for figure in figures)


def notes(sections, folder, seconds=1e9):
    """Write cards of some chapters; return their questions and answers by Anki's ids."""
    decks = [cards.deck(section, name) for name, section in sections.items()]
    cards.write(decks, folder / "a.apkg", seconds)
    shutil.unpack_archive(folder / "a.apkg", folder, "zip")
    with closing(sqlite3.connect(folder / "collection.anki2")) as base:
        found = base.execute("select guid, flds from notes").fetchall()
    assert len(dict(found)) == len(found)
    return {name: fields.split("\x1f") for name, fields in found}


@pytest.fixture(scope="module")
def sections(pages):
    return {name: pages[f"chapters/{name}"].select_one("article section") for name in CHAPTERS}


def test_each_line_to_remember_and_each_prediction_is_a_card_without_markup(sections, tmp_path):
    of_page = "section[id^=what-to-remember] > ul > li, div.prediction"
    made = notes(sections, tmp_path)
    assert len(made) == sum(len(one.select(of_page)) for one in sections.values()) > 90
    tags = {"p", "li", "ol", "b", "em", "strong", "code", "small"}
    written = "".join(map("".join, made.values()))
    assert set(re.findall(r"<(\w+)", written)) <= tags
    assert r"\(w^t\) is a straight line on a log axis" in next(iter(made.values()))[1]


def test_cards_depend_on_the_page_alone_and_keep_their_ids_when_words_change(sections, tmp_path):
    sections = {name: sections[name] for name in CHAPTERS[:2]}
    before = notes(sections, tmp_path), (tmp_path / "a.apkg").read_bytes()
    assert (notes(sections, tmp_path), (tmp_path / "a.apkg").read_bytes()) == before
    changed = copy.deepcopy(sections)
    for tag in [tag for one in changed.values() for tag in one.select("li p, details p, summary")]:
        tag.append(" In other words.")
    after = notes(changed, tmp_path, seconds=2e9)
    assert after.keys() == before[0].keys()
    assert all(after[name][1] != fields[1] for name, fields in before[0].items())


def test_the_entry_to_cite_and_the_tags_are_those_of_the_citation_file(pages):
    text, known = pages["pages/take"].select_one(".cite pre").get_text(), take.citation()
    (entry,) = parse_string(text, "bibtex").entries.values()
    assert entry.fields["title"].strip("{}") == known["title"]
    assert entry.fields["version"] == str(known["version"])
    tags = pages[f"chapters/{CHAPTERS[2]}"].select("meta[name^=citation_]")
    stated = {tag["name"].removeprefix("citation_"): tag["content"] for tag in tags}
    assert stated["title"] == "A fresh weight at every step"
    assert stated["inbook_title"] == known["title"]
    assert stated["author"] == known["authors"][0]["name"]


def test_the_page_has_a_place_for_each_offer_which_says_how_it_is_made(pages):
    for anchor in ("take-site", *take.OFFERS):
        place = pages["pages/take"].select_one(f"p#{anchor}")
        assert re.search(r"make \w+|\d [kM]B$", place.get_text())


def test_a_published_page_gives_what_was_made_with_its_size(tmp_path, monkeypatch):
    made, html, page = tmp_path / "a.epub", tmp_path / "html", tmp_path / "html/pages/take.html"
    page.parent.mkdir(parents=True)
    page.write_text('<p id="take-site">a</p><p id="take-epub"><b>b</b></p>', encoding="utf-8")
    made.write_bytes(bytes(1_240_000))
    monkeypatch.setenv("BOOK_BASE_URL", "https://example.org")
    monkeypatch.setattr(take, "OFFERS", {"take-epub": ("The EPUB", made)})
    env = SimpleNamespace(found_docs=["a"], doc2path=lambda name: __file__)
    take.offer_all(
        SimpleNamespace(builder=SimpleNamespace(name="html"), outdir=html, env=env), None
    )
    links = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("p > a")
    assert [link.get_text() for link in links] == ["The site, 2 kB", "The EPUB, 1.2 MB"]
    assert all((page.parent / link["href"]).is_file() for link in links)
    with zipfile.ZipFile(html / f"{take.NAME}.zip") as archive:
        assert {"pages/take.html", "a.epub"} <= set(archive.namelist())
