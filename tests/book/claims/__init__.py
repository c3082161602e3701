"""Numbers in the text: what each is computed by, chapter by chapter.

A claim is a piece of a page's text with places for numbers, and what computes them. A page's
text is that of its markdown cells, captions and alt texts.
"""

import json
import re
import string
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path

from tools.book.number_classes import vouchers
from tools.book.prose_numbers import ROOT, SMALL, TEENS, TENS, passages

WORDS = dict(enumerate([*SMALL, *TEENS], 1)) | {10 * n: word for n, word in enumerate(TENS, 2)}


def word(value):
    """Return the word for a value, rounded to a whole number."""
    return WORDS.get(round(float(value)), f"{value:.3g}")


def said(words, low, value, high):
    """Return the words if they describe the value, which lies in an interval, else the value."""
    return words if low <= value <= high else f"{value:.4g}"


def rounded(value, digits=1):
    """Return a value with so many significant digits, as the text writes it: 2e-7, 73,000, 0.04."""
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    if -5 < int(power) < 6:
        return f"{float(f'{mantissa}e{power}'):,.15g}"
    return f"{mantissa}e{int(power)}"


def occurrences(piece, text):
    """Return where a piece of text begins in a text."""
    places, place = [], text.find(piece)
    while place >= 0:
        places.append(place)
        place = text.find(piece, place + 1)
    return places


@cache
def cells(page):
    """Return the cells of a chapter."""
    return json.loads((ROOT / page).read_text(encoding="utf-8"))["cells"]


def stored(page, pattern, group=1):
    """Return what a pattern finds in the stored text outputs of a chapter, which nbval checks."""
    outputs = (out for cell in cells(page) for out in cell.get("outputs", ()))
    text = "".join("".join(out.get("text", ())) for out in outputs)
    return re.search(pattern, text).group(group)


def printed(page, pattern, group=1):
    """Return the number that a pattern finds in the stored text outputs of a chapter."""
    return float(stored(page, pattern, group))


@dataclass(frozen=True)
class Claim:
    """A piece of a page's text with places for numbers, and what computes them."""

    page: str
    pattern: str
    compute: Callable

    @cached_property
    def values(self):
        """What is computed."""
        return self.compute()

    @cached_property
    def pieces(self):
        """The pieces of the text, and whether each is a computed number."""
        found, formatter = [], string.Formatter()
        for literal, field, spec, _ in formatter.parse(self.pattern):
            found.append((literal, False))
            if field is not None:
                value = formatter.get_field(field or "0", [self.values], {})[0]
                found.append((format(value, spec), True))
        return found

    @property
    def text(self):
        """The text as it must be."""
        return "".join(piece for piece, _ in self.pieces)

    def places(self):
        """Return where the text stands: (where, start) in the page's passages."""
        return [
            (passage, start)
            for passage in page_passages(self.page)
            for start in occurrences(self.text, passage.text)
        ]

    def spans(self):
        """Return where the numbers stand: (where, start, stop, start and stop of the claim)."""
        for passage, start in self.places():
            place, end = start, start + len(self.text)
            for piece, computed in self.pieces:
                if computed:
                    yield passage.where, place, place + len(piece), start, end
                place += len(piece)


@cache
def page_passages(page):
    """Return the passages of a page."""
    return passages(ROOT / page)


# --- Figures -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A number in a caption or alt text, and its place in the figure's stored digest."""

    figure: str
    snippet: str
    place: str

    @property
    def number(self):
        """The number as written."""
        return re.search(r"\[([^]]*)\]", self.snippet)[1]


def agrees(said, value):
    """Tell whether a number as written is the value, rounded to the digits that it shows.

    Zeros at the end of 200 or 73,000 are not shown digits.
    """
    digits = said.replace(",", "")
    mantissa, _, power = digits.partition("e")
    place = -len(mantissa.partition(".")[2]) + int(power or 0)
    if "." not in mantissa and not power and len(digits) > 2:
        place = len(digits) - len(digits.rstrip("0"))
    return abs(float(digits) - value) <= 0.5 * 10.0**place * (1 + 1e-6)


@cache
def digests():
    """Return the stored digest of every figure, by its name, and (page, cell) of each."""
    found = {}
    for path in sorted(ROOT.glob("chapters/*.ipynb")):
        page = str(path.relative_to(ROOT))
        for number, cell in enumerate(cells(page)):
            name = cell["metadata"].get("mystnb", {}).get("figure", {}).get("name")
            if name:
                texts = (out.get("data", {}).get("text/plain", "") for out in cell["outputs"])
                found[name] = "\n".join(map("".join, texts)), page, number
    return found


def drawn_values(digest):
    """Return the numbers of a digest by place: `1 2y last` is the last y of artist 2 in axes 1."""
    values, axes, artist = {}, 0, 0
    for line in digest.splitlines():
        if found := re.match(r"axes (\d+):", line):
            axes, artist = found[1], 0
        elif found := re.match(r"  ([xy]): .* (?:linear|log) (\S+) to (\S+)$", line):
            values |= {f"{axes} {found[1]} from": found[2], f"{axes} {found[1]} to": found[3]}
        elif found := re.match(r'  text: "(.*)" at (\S+), (\S+)$', line):
            name = f"{axes} text {found[1]!r}"
            values |= {f"{name} x": found[2], f"{name} y": found[3]}
        elif found := re.match(r'\s+(?:\w+ )?".*" ([xy]) n \d+( log10)?(.*)$', line):
            artist += found[1] == "x"
            for name, value in re.findall(r"(first|last|min|max|mean) (\S+)", found[3]):
                values[f"{axes} {artist}{found[1]} {name}"] = (
                    10 ** float(value) if found[2] else value
                )
    return {place: float(value) for place, value in values.items()}


def drawn(figure, place):
    """Return a number of a figure's stored digest."""
    return drawn_values(digests()[figure][0])[place]


# --- Who vouches for a number ------------------------------------------------------------


@cache
def claims():
    """Return all claims: those of the chapters and those of the pages."""
    found = []
    for path in sorted(Path(__file__).parent.glob("chapter_*.py")):
        chapter = import_module(f"{__name__}.{path.stem}")
        found += [Claim(chapter.PAGE, *claim) for claim in chapter.CLAIMS]
    by_page = import_module(f"{__name__}.pages").CLAIMS
    return found + [Claim(page, *claim) for page, group in by_page.items() for claim in group]


@cache
def figure_numbers():
    """Return the numbers of captions and alt texts that are read off a stored digest."""
    lines = (Path(__file__).parent / "figures.txt").read_text(encoding="utf-8").splitlines()
    return [Drawn(*line.split(" | ")) for line in lines if not line.startswith("#")]


@cache
def allowed():
    """Return (page, snippet, why) of every number that is no result."""
    with (Path(__file__).parent / "allowed.toml").open("rb") as file:
        pages = tomllib.load(file)
    return [
        (page, snippet, group["why"])
        for page, groups in pages.items()
        for group in groups
        for snippet in group["said"]
    ]


def marked(page, snippet, where=""):
    """Return (where, start, stop) of the number in [ ] in a snippet of a page's text."""
    before, number, after = re.fullmatch(r"(.*?)\[([^][]+)\](.*)", snippet).groups()
    found = []
    for passage in page_passages(page):
        for place in occurrences(before + number + after, passage.text):
            start = place + len(before)
            if where in passage.where:
                found.append((passage.where, start, start + len(number)))
    return found


@cache
def pinned(page):
    """Return (where, start, stop, first, last): numbers and the words that pin them."""
    spans = [span for claim in claims() if claim.page == page for span in claim.spans()]
    for item in figure_numbers():
        _, home, cell = digests()[item.figure]
        if home == page:
            for where, start, stop in marked(page, item.snippet, f"cell {cell}, "):
                spans.append((where, start, stop, start, stop))
    return spans


def is_pinned(page, number):
    """Tell whether a claim or a figure's digest vouches for a number."""
    return any(
        where == number.passage.where
        and start < number.stop
        and number.start < stop
        and first <= number.start
        and number.stop <= last
        for where, start, stop, first, last in pinned(page)
    )


@cache
def unvouched(page):
    """Return the numbers of a page that neither a pin nor a class vouches for."""
    found = []
    for passage in page_passages(page):
        for number, why in vouchers(passage).items():
            if not why and not is_pinned(page, number):
                found.append(number)
    return found
