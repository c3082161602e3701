"""Numbers in the text: what each is computed by, chapter by chapter.

A claim is a piece of a page's text with places for numbers, and what computes them. A page's
text is that of its markdown cells, captions and alt texts.
"""

import json
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
ONES += " sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = dict(enumerate(ONES.split(), 1)) | {10 * n: w for n, w in enumerate(TENS.split(), 2)}


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


# --- Pages -------------------------------------------------------------------------------


def page_names():
    """Return the names of all chapters and pages."""
    patterns = ("index.md", "chapters/*.ipynb", "pages/*.md")
    return [str(p.relative_to(ROOT)) for pattern in patterns for p in sorted(ROOT.glob(pattern))]


@cache
def cells(page):
    """Return the cells of a chapter."""
    return json.loads((ROOT / page).read_text(encoding="utf-8"))["cells"]


@cache
def passages(page):
    """Return (where, text) of a page's prose, captions and alt texts, each space a single one."""
    if page.endswith(".md"):
        return [("page", " ".join((ROOT / page).read_text(encoding="utf-8").split()))]
    texts = []
    for number, cell in enumerate(cells(page)):
        mystnb = cell["metadata"].get("mystnb", {})
        parts = {"caption": mystnb.get("figure", {}).get("caption", "")}
        parts["alt text"] = mystnb.get("image", {}).get("alt", "")
        parts["text"] = "".join(cell["source"]) if cell["cell_type"] == "markdown" else ""
        texts += [
            (f"cell {number}, {kind}", " ".join(part.split())) for kind, part in parts.items()
        ]
    return texts


def stored(page, pattern, group=1):
    """Return what a pattern finds in the stored text outputs of a chapter, which nbval checks."""
    outputs = (out for cell in cells(page) for out in cell.get("outputs", ()))
    text = "".join("".join(out.get("text", ())) for out in outputs)
    return re.search(pattern, text).group(group)


def printed(page, pattern, group=1):
    """Return the number that a pattern finds in the stored text outputs of a chapter."""
    return float(stored(page, pattern, group))


# --- Pins --------------------------------------------------------------------------------


def found(page, pieces, home=""):
    """Return all matches of a text in a page, as (where, match).

    Of the pieces of the text each second one is a number, and a group of the match.
    """
    groups = (f"({re.escape(p)})" if n % 2 else re.escape(p) for n, p in enumerate(pieces))
    pattern = re.compile("".join(groups))
    return [
        (where, match)
        for where, text in passages(page)
        if where.startswith(home)
        for match in pattern.finditer(text)
    ]


class _Apart(string.Formatter):
    """Formats with a bar that is in no text on either side of what is computed."""

    def format_field(self, value, spec):
        return f"\0{format(value, spec)}\0"


@dataclass(frozen=True)
class Claim:
    """A piece of a page's text with places for numbers, and what computes them."""

    page: str
    pattern: str
    compute: Callable

    @cached_property
    def pieces(self):
        """The text as it must be, in pieces of which each second one is computed."""
        return _Apart().format(self.pattern, self.compute()).split("\0")

    def places(self):
        """Return where the text stands."""
        return found(self.page, self.pieces)


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

    def places(self):
        """Return where the number stands, among the texts of its figure."""
        _, page, cell = digests()[self.figure]
        return found(page, re.split(r"[][]", self.snippet), f"cell {cell}, ")


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
    shown = {}
    for page in page_names():
        for number, cell in enumerate(cells(page) if page.endswith(".ipynb") else ()):
            name = cell["metadata"].get("mystnb", {}).get("figure", {}).get("name")
            if name:
                texts = (out.get("data", {}).get("text/plain", "") for out in cell["outputs"])
                shown[name] = "\n".join(map("".join, texts)), page, number
    return shown


def drawn_values(digest):
    """Return the numbers of a digest by place: `1 2y last` is the last y of artist 2 in axes 1."""
    values, axes, artist = {}, 0, 0
    for line in digest.splitlines():
        if match := re.match(r"axes (\d+):", line):
            axes, artist = match[1], 0
        elif match := re.match(r"  ([xy]): .* (?:linear|log) (\S+) to (\S+)$", line):
            values |= {f"{axes} {match[1]} from": match[2], f"{axes} {match[1]} to": match[3]}
        elif match := re.match(r'  text: "(.*)" at (\S+), (\S+)$', line):
            name = f"{axes} text {match[1]!r}"
            values |= {f"{name} x": match[2], f"{name} y": match[3]}
        elif match := re.match(r'\s+(?:\w+ )?".*" ([xy]) n \d+( log10)?(.*)$', line):
            artist += match[1] == "x"
            for name, value in re.findall(r"(first|last|min|max|mean) (\S+)", match[3]):
                values[f"{axes} {artist}{match[1]} {name}"] = (
                    10 ** float(value) if match[2] else value
                )
    return {place: float(value) for place, value in values.items()}


def drawn(figure, place):
    """Return a number of a figure's stored digest."""
    return drawn_values(digests()[figure][0])[place]


# --- All of them -------------------------------------------------------------------------


@cache
def claims():
    """Return all claims: those of the chapters and those of the pages."""
    listed = []
    for path in sorted(Path(__file__).parent.glob("chapter_*.py")):
        chapter = import_module(f"{__name__}.{path.stem}")
        listed += [Claim(chapter.PAGE, *claim) for claim in chapter.CLAIMS]
    by_page = import_module(f"{__name__}.pages").CLAIMS
    return listed + [Claim(page, *claim) for page, group in by_page.items() for claim in group]


@cache
def figure_numbers():
    """Return the numbers of captions and alt texts that are read off a stored digest."""
    lines = (Path(__file__).parent / "figures.txt").read_text(encoding="utf-8").splitlines()
    return [Drawn(*line.split(" | ")) for line in lines if not line.startswith("#")]


@cache
def pinned(page):
    """Return (where, start, stop) of all numbers of a page that a pin holds."""
    pins = [claim for claim in claims() if claim.page == page]
    pins += [item for item in figure_numbers() if digests()[item.figure][1] == page]
    matches = [place for pin in pins for place in pin.places()]
    return [(where, *match.span(n + 1)) for where, match in matches for n in range(match.re.groups)]
