"""The whole book as one page, and as a PDF printed from it by the real browser."""

import os
import re
import subprocess
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import jupyter_book
from pypdf import PdfReader
from tools.site import make_pdf

ROOT = Path(__file__).resolve().parents[2]
NEEDS_CHROMIUM = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def one_page(build):
    """Build the book as one page from what Sphinx has read for the pages; return the file."""
    target = build.html.parents[1]
    options = ["--builder", "singlehtml", "--path-output", str(target), "-W", "-n", "--keep-going"]
    process = subprocess.run(
        [jupyter_book(), "build", str(ROOT), *options],
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return target / "_build" / "singlehtml" / "index.html"


@pytest.fixture(scope="module")
def soup(one_page):
    return BeautifulSoup(one_page.read_text(encoding="utf-8"), "html.parser")


def write(path, body):
    """Write a page whose body is in an article, as the theme has it."""
    path.write_text(f"<title>A & B</title><div class='bd-article'>{body}</div>", encoding="utf-8")
    return path


def pages(pdf):
    """Return the number of pages of a PDF that Chromium wrote."""
    return len(re.findall(rb"/Type /Page\b", pdf))


def is_blank(page):
    """Tell whether a page of a PDF has its foot alone; to read text is slow, so few are read."""
    return len(page.get_contents().get_data()) < 3000 and len(page.extract_text()) < 60


# --- One page ----------------------------------------------------------------------------


def test_theorems_keep_their_numbers_on_one_page(soup):
    titles = [title.get_text() for title in soup.select(".theorem > .admonition-title")]
    numbers = [re.match(r"Theorem (\d+\.\d+)", title) for title in titles]
    assert titles
    assert all(numbers), titles
    assert len({number[1] for number in numbers}) == len(titles)


def test_slider_figures_are_pictures_on_one_page(soup):
    stored = "".join(path.read_text("utf-8") for path in (ROOT / "chapters").glob("*.ipynb"))
    sliders = stored.count('"application/vnd.jupyter.widget-view+json": {')
    pictures = soup.select(".bd-article .cell_output img[src$='.png']")
    assert soup.select("script[type='application/vnd.jupyter.widget-view+json']") == []
    assert len(pictures) >= sliders


def test_links_to_references_find_them_on_one_page(soup):
    targets = [tag["id"] for tag in soup.select("div.citation[id]")]
    cited = {link["href"].partition("#")[2] for link in soup.select("a[href*='#cite-']")}
    assert cited
    assert cited <= set(targets)
    times = Counter(tag["id"] for tag in soup.find_all(id=True))
    assert [one for one in targets if times[one] > 1] == []


# --- Printed -----------------------------------------------------------------------------


@NEEDS_CHROMIUM
def test_the_book_is_printed_with_an_outline_and_no_link_to_this_machine(one_page):
    pdf = make_pdf.print_page(one_page)
    assert pdf.startswith(b"%PDF")
    assert pages(pdf) > 50
    blank = [k for k, page in enumerate(PdfReader(BytesIO(pdf)).pages, 1) if is_blank(page)]
    assert blank == []
    assert b"/Outlines" in pdf
    assert b"file://" not in pdf


@NEEDS_CHROMIUM
def test_the_contents_name_the_page_of_each_chapter(tmp_path):
    chapter = "<span id='document-{0}'></span><section><h2>Title {0}</h2></section>"
    style = "<style>h2 { break-before: page } nav span { margin: 9px }</style>"
    book = style + "<p>First</p>" + "".join(map(chapter.format, "abc"))
    read = PdfReader(BytesIO(make_pdf.print_page(write(tmp_path / "a.html", book))))
    contents = read.pages[1].extract_text()
    for number, name in enumerate("abc", start=3):
        assert re.search(rf"Title {name}\s*{number}\b", contents)
        assert f"Title {name}" in read.pages[number - 1].extract_text()


@NEEDS_CHROMIUM
def test_folded_answers_are_printed(tmp_path):
    answer = "<p style='break-before: page'>42</p>"
    folded = write(tmp_path / "a.html", f"<details><summary>Answer</summary>{answer}</details>")
    assert pages(make_pdf.print_page(folded)) == 2


@NEEDS_CHROMIUM
@pytest.mark.parametrize(
    ("body", "hole"),
    [
        ("<span class='math'>\\(w^t\\)</span>", "1 formulas not set"),
        ("<img src='gone.png' alt=''>", "1 pictures not loaded"),
    ],
)
def test_a_page_with_holes_is_not_printed(tmp_path, body, hole):
    with pytest.raises(make_pdf.CannotPrint, match=hole):
        make_pdf.print_page(write(tmp_path / "a.html", body))


def test_without_chromium_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(make_pdf, "program", lambda name: None)
    with pytest.raises(make_pdf.CannotPrint, match="apt install chromium"):
        make_pdf.print_page(Path("a.html"))
