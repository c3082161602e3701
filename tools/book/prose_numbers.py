"""Find every number in the text of the book, and what vouches for it.

The text is that of markdown cells, captions and alt texts, and of the pages. A number is
written in digits, or in words where the words measure something: *two thirds*, *seven of ten*,
*tenfold*, *about nine*, *forty steps*. Ordinals, and words that only count what stands beside
them (*two panels*), are left out. `python -m tools.book.prose_numbers` prints all numbers.
"""

import ast
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1", re.M | re.S)

# --- Passages: pieces of text ------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """A piece of text, and the numbers in the code of its section and of its chapter."""

    where: str
    raw: str
    near: frozenset = frozenset()
    anywhere: frozenset = frozenset()

    @cached_property
    def text(self):
        """The text with every run of white space as one space."""
        return " ".join(self.raw.split())

    @cached_property
    def places(self):
        """For each place in the raw text its place in the folded text."""
        places, place = [], 0
        for piece in re.findall(r"\s+|\S+", self.raw.lstrip()):
            places += [place] * len(piece) if piece.isspace() else range(place, place + len(piece))
            place += 1 if piece.isspace() else len(piece)
        return [0] * (len(self.raw) - len(self.raw.lstrip())) + places + [place]


def literals(source):
    """Return the size of every number that is written in Python code."""
    code = re.sub(r"^\s*[%!].*$", "", source, flags=re.M)
    values = (getattr(node, "value", None) for node in ast.walk(ast.parse(code)))
    return frozenset(abs(value) for value in values if type(value) in (int, float, complex))


def fenced(raw):
    """Return the numbers in the fenced Python code of a text."""
    blocks = (fence[3] for fence in FENCE.finditer(raw) if fence[2] == "py")
    return frozenset().union(*map(literals, blocks))


def cell_texts(cell):
    """Return (kind, text) of a cell: its prose, or the caption and alt text of its figure."""
    if cell["cell_type"] == "markdown":
        return [("text", "".join(cell["source"]))]
    mystnb = cell["metadata"].get("mystnb", {})
    caption, alt = mystnb.get("figure", {}).get("caption"), mystnb.get("image", {}).get("alt")
    return [(kind, text) for kind, text in (("caption", caption), ("alt text", alt)) if text]


def section_literals(cells):
    """Return for each cell the numbers in the code of its section, up to the next ## heading."""
    sections, section = [], 0
    for cell in cells:
        heading = re.search(r"^## ", "".join(cell["source"]), re.M)
        section += bool(cell["cell_type"] == "markdown" and heading)
        sections.append(section)
    found = {section: set() for section in sections}
    for section, cell in zip(sections, cells, strict=True):
        if cell["cell_type"] == "code":
            found[section] |= literals("".join(cell["source"]))
    return [frozenset(found[section]) for section in sections]


def passages(path):
    """Return the passages of a chapter or page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return [Passage("page", text)]
    cells = json.loads(text)["cells"]
    near = section_literals(cells)
    anywhere = frozenset().union(*near)
    return [
        Passage(f"cell {number}, {kind}", text, near[number] | fenced(text), anywhere)
        for number, cell in enumerate(cells)
        for kind, text in cell_texts(cell)
    ]


def pages():
    """Return the names of all chapters and pages."""
    patterns = ("index.md", "chapters/*.ipynb", "pages/*.md")
    return [str(p.relative_to(ROOT)) for pattern in patterns for p in sorted(ROOT.glob(pattern))]


# --- Numbers -----------------------------------------------------------------------------

SMALL = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"]
TEENS += ["seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
VALUES = {word: n for n, word in enumerate(SMALL + TEENS, 1)}
VALUES |= {word: 10 * n for n, word in enumerate(TENS, 2)}
VALUES |= {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}
VALUES |= {"half": 1 / 2, "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "third": 1 / 3, "quarter": 1 / 4}

_DIGITS = r"(?:\d{1,3}(?:(?:,|\\,|\{,\}|\ )\d{3}(?!\d))+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_SMALL = "(?:two|three|four|five|six|seven|eight|nine)"  # "one" is seldom a number
_LARGE = f"(?:{'|'.join([*TEENS, *TENS])}|dozen|hundred|thousand|million|billion)"
_WORD = f"(?:one|{_SMALL}|{_LARGE})"
_PART = "(?:half|third|quarter|fifth|sixth|eighth|sixteenth|tenth|hundredth|thousandth|millionth)"
_UNIT = "(?:more )?(?:steps?|layers|lags|updates|draws|hours|minutes|seconds|bits|digits|degrees"
_UNIT = (_UNIT + "|powers|times|parts|per cent|standard)").replace(" ", r"\ ")
_BEFORE = [rf"(?<={word}\ )" for word in ("about", "nearly", "near", "than", "least", "by")]
_BEFORE += [r"(?<=factor\ )", r"(?<=factor\ of\ )"]
NUMBER = re.compile(
    rf"""
      (?:(?<![\w.]){_DIGITS}\s?\\cdot\s?)?(?<![\d.])10\^(?:\{{-?\d+\}}|\d)  # 1.8 \cdot 10^{{10}}
    | (?<![A-Za-z\d.]){_DIGITS}(?:\^(?:\{{-?[\d/]+\}}|\d))?  # 27,380 or 0.9^{{1/10}}
    | [½¼¾]
    | \b(?i:{_WORD})(?:\ (?:in|of)\ (?:a\ )?|\ and\ a\ |[ -])(?:{_WORD}|{_PART}s?)\b
    | \b(?i:hundred-millionths|{_LARGE}s?)\b
    | \b(?<!the\ )(?i:{_PART}s?)\b(?!-)
    | \b{_WORD}fold\b | \b(?i:twice|thrice)\b
    | \b(?i:{_SMALL})\b(?=\ {_UNIT}\b)  # five steps
    | (?:{"|".join(_BEFORE)}){_SMALL}\b  # about nine
    """,
    re.X,
)


@dataclass(frozen=True)
class Number:
    """A number in a passage: from where to where in the folded text."""

    passage: Passage
    start: int
    stop: int

    @property
    def said(self):
        """The number as it is written."""
        return self.passage.text[self.start : self.stop]

    @property
    def sentence(self):
        """The number, marked, with the words around it."""
        text, start, stop = self.passage.text, self.start, self.stop
        return f"{text[max(0, start - 60) : start]}[{self.said}]{text[stop : stop + 40]}"


def numbers(passage):
    """Return the numbers of a passage."""
    return [Number(passage, *match.span()) for match in NUMBER.finditer(passage.text)]


def value(said):
    """Return the value of a number that is one word or a few digits, else None."""
    if said.lower() in VALUES:
        return VALUES[said.lower()]
    digits = re.sub(r"\\,|\{,\}|,| ", "", said)
    return float(digits) if re.fullmatch(r"\d+(\.\d+)?(e[+-]?\d+)?", digits) else None
