"""The built book, as a visitor gets it: built afresh with the real command."""

import ast
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag
from tools.homework import masters

ROOT = Path(__file__).resolve().parents[2]
MADE_BY_SPHINX = re.compile(r"404|genindex|search|prf-prf|\w+-modindex|_modules/.+|figures/.+")
NOT_PROSE = ["script", "style", "pre", "code", "svg", "template"]


def toc_pages():
    """Return the pages that _toc.yml names, without suffix."""
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    pages = re.findall(r"^\s*(?:- )?(?:root|file): (\S+)$", toc, re.M)
    return [re.sub(r"\.(md|ipynb)$", "", page) for page in pages]


def prose(soup):
    """Return what a visitor reads on a page, formulas and code left out."""
    return "".join(texts(soup.body))


def texts(element):
    """Give the pieces of text in an element, in order, formulas and code left out."""
    for child in element.children:
        if not isinstance(child, Tag):
            yield from [child] if type(child) is NavigableString else []
        elif child.name not in NOT_PROSE and not {"math", "sig"} & set(child.get("class", ())):
            yield from texts(child)


def anchors(soup):
    """Return all that a link on this page may point at."""
    return {tag.get(key) for tag in soup.find_all() for key in ("id", "name")} - {None}


def local_links(soup):
    """Return (path, fragment) of every link, image, style and script that is not remote."""
    urls = [tag.get(key) for tag in soup.find_all() for key in ("href", "src")]
    parts = [urlsplit(url) for url in urls if url]
    return [(unquote(p.path), unquote(p.fragment)) for p in parts if not (p.scheme or p.netloc)]


def broken_links(html, name, pages, targets):
    """Return the local links of one page whose file or anchor is missing."""
    here, broken = html / f"{name}.html", []
    for path, fragment in local_links(pages[name]):
        target = (here.parent / path).resolve() if path else here.resolve()
        known = targets.get(target)
        if not target.exists() or (fragment and known is not None and fragment not in known):
            broken.append(f"{path}#{fragment}")
    return broken


def bad_images(soup):
    """Return the sources of images whose alt text is missing or a file path."""
    path = re.compile(r"\S+\.(png|svg|jpe?g|gif|webp)\s*", re.I)
    alts = [(image.get("src"), image.get("alt", "")) for image in soup("img")]
    return [src for src, alt in alts if not alt.strip() or path.fullmatch(alt)]


def secrets(soup):
    """Return the marks in code that tell what students must not see."""
    code = "\n".join(block.get_text() for block in soup("pre"))
    return re.findall(r"^\s*(### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS))", code, re.M)


def tracebacks(soup):
    """Return the first lines of the tracebacks that a page shows."""
    return re.findall(r"Traceback \(most .*", soup.get_text())


def calls(code):
    """Give each function of the package that some cells call: as it is written, and its name."""
    scope, tree = {}, list(ast.walk(ast.parse(code)))
    for node in tree:
        if isinstance(node, ast.ImportFrom) and node.module.startswith("longterm"):
            exec(ast.unparse(node), scope)
    for text in (ast.unparse(node.func) for node in tree if isinstance(node, ast.Call)):
        if re.fullmatch(r"[\w.]+", text) and text.split(".")[0] in scope:
            called = eval(text, scope)
            yield text, f"{called.__module__}.{called.__qualname__}"


# --- Tests -------------------------------------------------------------------------------


def test_build_succeeds_without_a_warning(build):
    output = re.sub(r"\x1b\[[0-9;]*m", "", build.log)
    warnings = re.findall(r".*(?:WARNING|ERROR).*", output)
    assert warnings == []
    assert build.code == 0, output[-3000:]


def test_every_page_of_the_toc_is_built_and_no_other(pages):
    made_by_hand = {name for name in pages if not MADE_BY_SPHINX.fullmatch(name)}
    assert made_by_hand == set(toc_pages())


def test_every_chapter_is_in_the_toc():
    chapters = {f"chapters/{path.stem}" for path in (ROOT / "chapters").glob("*.ipynb")}
    assert chapters <= set(toc_pages())


def test_no_formula_is_left_unset(pages):
    raw = {name: re.findall(r".*\$.*", prose(soup)) for name, soup in pages.items()}
    assert {name: lines for name, lines in raw.items() if lines} == {}


def test_no_page_shows_a_traceback(pages):
    assert [name for name, soup in pages.items() if tracebacks(soup)] == []


def test_no_page_shows_what_students_must_not_see(pages):
    assert [name for name, soup in pages.items() if secrets(soup)] == []


def test_every_image_has_alt_text(pages):
    bad = {name: bad_images(soup) for name, soup in pages.items()}
    assert {name: sources for name, sources in bad.items() if sources} == {}


def test_every_local_link_leads_somewhere(build, pages):
    html = build.html
    targets = {(html / f"{name}.html").resolve(): anchors(soup) for name, soup in pages.items()}
    broken = {name: broken_links(html, name, pages, targets) for name in pages}
    assert {name: links for name, links in broken.items() if links} == {}


@pytest.mark.parametrize("name", [name for name in toc_pages() if name.startswith("chapters/")])
def test_what_a_chapter_calls_leads_to_its_docstring_and_on_to_its_source(pages, name):
    page, reference = pages[name], pages["pages/reference"]
    called = Counter(calls("\n".join(pre.get_text() for pre in page.select(".cell_input pre"))))
    links = page.select(".cell_input a.code-link")
    linked = Counter((a.get_text(), urlsplit(a["href"]).fragment) for a in links)
    assert called <= linked
    assert called.total() > 10
    for anchor in {anchor for _, anchor in called}:
        (source,) = reference.find(id=anchor).select("a:has(.viewcode-link)")
        module, _, function = source["href"].removeprefix("../").partition(".html#")
        assert pages[module].find(id=function).select_one(".nf, .nc").get_text() == function


def test_words_of_art_are_marked_once_a_section_and_each_of_the_list_somewhere(pages):
    listed = {
        term.get_text().rstrip("#") for term in pages["pages/notation"].select("dl.glossary dt")
    }
    marked = set()
    for name in (name for name in toc_pages() if name.startswith("chapters/")):
        for section in pages[name].select("article > section > section"):
            words = [
                line.get_text().partition(":")[0] for line in section.select("button.word + .line")
            ]
            assert len(words) == len(set(words)), (name, words)
            marked |= set(words)
    assert marked == listed
    assert len(listed) > 25


# --- The checks find what they look for --------------------------------------------------


def test_prose_has_stray_dollars_but_no_formulas_or_code():
    html = "<body><p>$x$</p><span class='math'>$y$</span><code>$z</code></body>"
    assert prose(BeautifulSoup(html, "html.parser")) == "$x$"


@pytest.mark.parametrize("alt", ["", " ", "../_images/a1b2.svg", "falls.png"])
def test_missing_alt_text_is_found(alt):
    assert bad_images(BeautifulSoup(f"<img src='a' alt='{alt}'>", "html.parser")) == ["a"]


def test_alt_text_that_says_something_passes():
    html = "<img src='a' alt='The norm falls, see a.png'>"
    assert bad_images(BeautifulSoup(html, "html.parser")) == []


def test_broken_links_are_found(tmp_path):
    html = "<a href='#here' id='here'></a><a href='#gone'></a><img src='none.svg'><a href='//x'>"
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    pages = {"index": BeautifulSoup(html, "html.parser")}
    targets = {(tmp_path / "index.html").resolve(): anchors(pages["index"])}
    assert broken_links(tmp_path, "index", pages, targets) == ["#gone", "none.svg#"]


def test_the_site_holds_no_solution(build):
    for path in build.html.rglob("*"):
        if path.is_file():
            assert masters.MARKER.encode() not in path.read_bytes(), path
            assert not path.name.startswith("hw"), path
