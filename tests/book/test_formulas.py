"""Formulas are MathML in the pages, in a font that has all their signs; TeX is seen nowhere."""

import re
from functools import cache
from unicodedata import normalize
from xml.etree import ElementTree

import pytest
from _ext import formulas
from fontTools.ttLib import TTFont
from tools.site import cut_font

# What browsers draw for a letter that stands alone in <mi>.
ITALICS = [0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]
ITALIC = {normalize("NFKC", chr(point)): chr(point) for point in reversed(ITALICS)}
TEX = re.compile(r"\\[A-Za-z({[]|\$")
MATH = "<math data-tex='x'><mi>x</mi></math>"
SPAN = '<span class="math notranslate nohighlight">'


@cache
def signs_of_the_font():
    """Return the signs that the font has, and those that follow another and change it."""
    font = TTFont(formulas.FONT)
    return {chr(point) for point in [*font.getBestCmap(), 0xFE00]}


def drawn(math):
    """Return the signs that a browser draws for a formula."""
    lone = {one.text for one in math.find_all("mi", mathvariant=False) if len(one.text) == 1}
    return set(math.text) | {ITALIC.get(sign, sign) for sign in lone}


def is_code(tag):
    """Tell whether a tag holds code: the signature of a function has no <code>."""
    return tag.name in ("script", "style", "pre", "code") or "sig" in tag.get("class", ())


def seen(soup):
    """Return what a page shows or says: its text, and its attributes but TeX and addresses."""
    texts = soup.find_all(string=lambda text: not text.find_parent(is_code))
    tags = [tag for tag in soup.find_all(True) if not tag.find_parent("script")]
    words = ("alt", "aria-label", "content", "title")
    return [*texts, *(str(tag[name]) for tag in tags for name in words if tag.has_attr(name))]


def test_the_font_has_all_signs(pages):
    used = set().union(*(drawn(math) for soup in pages.values() for math in soup("math")))
    assert len(used) > 100
    assert used - signs_of_the_font() - {"\n"} == set()


def test_the_font_is_the_one_that_the_tool_names():
    named = {chr(point) for point in cut_font.signs()}
    assert named - signs_of_the_font() == {"\u03a2", "\U0001d455"}  # which Unicode leaves free
    licence = "".join(str(name) for name in TTFont(formulas.FONT)["name"].names)
    assert "STIX Fonts Project Authors" in licence
    assert "SIL Open Font License" in licence


def test_no_page_shows_or_says_tex(pages):
    found = {
        name: [text for text in seen(soup) if TEX.search(text)]
        for name, soup in pages.items()
        if not name.startswith("_modules")
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_formulas_keep_their_tex_and_are_sound_xml_in_an_epub(pages):
    for math in [math for soup in pages.values() for math in soup("math")]:
        text = formulas.mathml(math["data-tex"], math.has_attr("display"), xml=True)
        assert "".join(ElementTree.fromstring(text).itertext()) == math.text


def test_numbers_stand_beside_formulas(pages):
    boxes = [one.parent for soup in pages.values() for one in soup.select("div.math > .eqno")]
    assert len(boxes) > 5
    for box in boxes:
        assert box.select_one(":scope > div > math")
        assert box["id"].startswith("equation-")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"x {SPAN}{MATH}</span>, y", f"x {SPAN}{MATH},</span> y"),
        (f"({SPAN}{MATH}</span>)’s", f"{SPAN}({MATH})’</span>s"),
        (f"{SPAN}{MATH}</span> (y)", f"{SPAN}{MATH}</span> (y)"),
        (f"{SPAN}{MATH}</span>&amp;", f"{SPAN}{MATH}</span>&amp;"),
    ],
)
def test_signs_that_touch_a_formula_stay_with_it(before, after):
    assert formulas.bound(before) == after


@pytest.mark.parametrize(
    "tex", [r"a &= b \\ c &= d", r"\begin{align} a &= b \\ c &= d \end{align}"]
)
def test_rows_are_aligned_and_numbered_by_none(tex):
    made = formulas.mathml(tex, display=True)
    assert made.count("<mtr>") == 2
    assert "(1)" not in made
