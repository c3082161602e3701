"""Find every number in the text of the book, and what vouches for it.

The text is that of markdown cells, captions and alt texts, and of the pages. A number is
written in digits, or in words where the words measure something: *two thirds*, *seven of ten*,
*tenfold*, *about nine*, *forty steps*. Ordinals, and words that only count what stands beside
them (*two panels*), are left out. `python tools/prose_numbers.py` prints all numbers.
"""

import io
import itertools
import json
import math
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

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
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    numbers = (token.string for token in tokens if token.type == tokenize.NUMBER)
    return frozenset(abs(complex(number.replace("_", ""))) for number in numbers)


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
    return [
        Passage(
            f"cell {number}, {kind}", text, near[number] | fenced(text), frozenset().union(*near)
        )
        for number, cell in enumerate(cells)
        for kind, text in cell_texts(cell)
    ]


def pages():
    """Return the names of all chapters and pages."""
    patterns = ("index.md", "chapters/*.ipynb", "pages/*.md")
    return [str(p.relative_to(ROOT)) for pattern in patterns for p in sorted(ROOT.glob(pattern))]


# --- Numbers -----------------------------------------------------------------------------

SMALL = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
VALUES = {word: n for n, word in enumerate(SMALL + TEENS, 1)}
VALUES |= {word: 10 * n for n, word in enumerate(TENS, 2)}
VALUES |= {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}
VALUES |= {"half": 1 / 2, "½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "third": 1 / 3, "quarter": 1 / 4}

_LARGE = "|".join([*TEENS, *TENS, "dozen", "hundred", "thousand", "million", "billion"])
_WORDS = "|".join([*SMALL, _LARGE])
_PARTS = "half|third|quarter|fifth|sixth|eighth|sixteenth|tenth|hundredth|thousandth|millionth"
_UNITS = "steps?|hours|minutes|seconds|updates|layers|lags|bits|degrees|powers|times|digits|draws|per cent|standard|parts"
_BEFORE = ["about ", "nearly ", "near ", "than ", "least ", "by ", "factor of ", "factor "]
_DIGITS = r"\d{1,3}(?:(?:,|\\,|\{,\}|\ )\d{3}(?!\d))+|\d+(?:\.\d+)?(?:e[+-]?\d+)?"
NUMBER = re.compile(
    rf"""(?:(?<![\w.])(?:{_DIGITS})\s?\\cdot\s?)?(?<![\d.])10\^(?:\{{-?\d+\}}|\d)
    | (?<![A-Za-z\d.])(?:{_DIGITS})(?:\^(?:\{{-?[\d/]+\}}|\d))? | [½¼¾]
    | \b(?i:{_WORDS})(?:\ in\ |\ of\ |\ in\ a\ |\ and\ a\ |[ -])(?:{_WORDS}|(?:{_PARTS})s?)\b
    | \b(?i:{_LARGE})s?\b | \b(?:hundred-millionths)\b
    | \b(?<!the\ )(?i:{_PARTS})s?\b(?!-)
    | \b(?:{_WORDS})fold\b | \b(?i:twice|thrice)\b
    | \b(?i:{"|".join(SMALL[1:])})\b(?=\ (?:more\ )?(?:{_UNITS})\b)
    | (?:{"|".join(f"(?<={before})" for before in _BEFORE).replace(" )", "[ ])")})(?:{"|".join(SMALL[1:])})\b
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


# --- Classes: numbers that are no results ------------------------------------------------

_PATTERNS = {
    "markup: a target, a label, a role, a tag or an address": r"""
        \]\([^)\s]*\) | https?://\S+ | </?[a-z]+[^>]*> | ^\([\w-]+\)=$ | ^:(?!alt:)[\w-]+:.*$
        | \{(?:cite|prf|eq|numref|ref|doc)[^}]*\}`[^`]*` | \(eq-[\w-]+\)$
        | ^\s*[`:]{3,}\{[^}]*\}(?:\s*\.\./\S+)?""",
    "numbering: a chapter, section, equation or figure, or an item of a list": r"""
        \b[Cc]hapters?\s\d(?:(?:,\s|\sand\s|,\sand\s|\sto\s)\d\b(?!\s\w+s\b))*
        | \[\d\](?=\(\S*chapters/) | \[\d\s(?=[A-Z][^]]*\]\(\S*chapters/) | ^\s*\d\.\s | ^\#+\s\d+\.\s
        | \b(?:[Ss]ections?|[Ee]quations?|[Ff]igure)\s\d+(?:\.\d+)?(?:\sto\s\d+\.\d+)?
        | \b10\.3[6-9]\b | (?<=\|)\s\d\d?\s(?=\|) | \bsession\s\d\b | \*\*(?:Homework\s)?\d\.
        | <summary>\d\.\s""",
    "a reading time, estimated": r"\b\d\d(?:\sto\s\d\d)?\smin(?:utes)?\b",
    "a shape or an entry of a matrix that is given": r"""
        \b\d\s×\s\d\b | \\begin\{pmatrix\}.*?\\end\{pmatrix\}""",
    "a wrong answer to choose from": r"""
        <summary>(?!Hint|Solution|\d\.\s)[^<]*</summary>(?!\s*Yes)""",
    "0 or 1 as a bound, a start or a limit, or the two signs of a bit": r"""
        \b(?i:below|above|towards?|exactly|beyond|tends?\sto|between|through|nearer\sto|minus|with|near|to|from|
        at|is|of|than|around|stays?\sat|flat\sat|by|on|zero,|lag|slope|size|become[s]?|and|plus)\s[01](?![\d.,]\d|\sin\b|\sof\b|\s%)(?=\W)
        | [+−±][1](?![\d.])""",
    "a year": r"\((?:19|20)\d\d\)",
}
PATTERNS = {why: re.compile(rule, re.M | re.X) for why, rule in _PATTERNS.items()}
SPAN = re.compile(r"\{[\w:]+\}`[^`]*`|`{3,}|`(?P<code>[^`\n]+)`")
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$]+?)\$", re.S)
RELATION = r"=|\\approx|\\leq?(?![a-z])|\\geq?(?![a-z])|\\ne|\\to|\\in(?![a-z])|\\sim|\\iff|\\qquad"
RELATION += r"|\\quad|\\text\{[^}]*\}|(?<!\\)[<>,:;&]|\\\\|\\propto|\\mapsto"


def code_spans(raw):
    """Return the spans of code in the line, if it names something; roles are no code."""
    spans = (span for span in SPAN.finditer(raw) if span["code"])
    return [span.span() for span in spans if re.search("[A-Za-z]", span["code"])]


def code_before_comments(raw):
    """Return the spans of fenced code, comments of Python left out: they have results."""
    for fence in FENCE.finditer(raw):
        place = fence.start(3)
        if fence[2].startswith("{"):  # a directive
            continue
        for line in fence[3].splitlines(keepends=True):
            code = line.split("#")[0] if fence[2] == "py" or fence[2] == "python" else line
            yield place, place + len(code)
            place += len(line)


def coefficients(raw):
    """Return the spans of indices, and of small whole numbers beside letters, in formulas.

    A number that is a whole side of a relation, as in `$w = 2$`, is none of these, but for 0 and 1.
    """
    for formula in FORMULA.finditer(raw):
        inner = next(n for n in (1, 2) if formula[n])
        body, start = formula[inner], formula.start(inner)
        for index in re.finditer(r"_(?:\d+|\{[^}]*\})", body):
            yield start + index.start(), start + index.end()
        edges = [0, *(e for m in re.finditer(RELATION, body) for e in m.span()), len(body)]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            side = body[left:right]
            bare = re.sub(r"\\[,;!]|[\s{}()\[\]|.$+-]|\\[lr]?[vV]ert|\\\||\\pm", "", side)
            letters = re.sub(
                r"\\(?:[tc]?frac|sqrt|cdot|ln|log|exp|times|left|right|[bB]ig\w*)", "", side
            )
            for match in re.finditer(r"(?<![\d.])\d(?:\d(?=[}^a-z]))?(?![\d.])", side):
                alone = bare == match[0] and match[0] not in "01"
                if not alone and (re.search(r"[A-Za-z]", letters) or bare in ("0", "1")):
                    yield start + left + match.start(), start + left + match.end()


_LATEX = [
    (r"\\[dt]?frac\s?(\d)\s?(\d)", r"((\1)/(\2))"),
    (r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"),
]
_LATEX += [
    (r"\\sqrt\s?(\d)", r"sqrt(\1)"),
    (r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)"),
    (r"\\(?:cdot|times)", "*"),
]
_LATEX += [
    (r"\\(ln|log|exp|tanh|arctan)\s?(\d+(?:\.\d+)?)", r"\1(\2)"),
    (r"\\(ln|exp|tanh|sqrt)(?=\()", r"\1"),
]
_LATEX += [
    (r"\^\{([^{}]*)\}", r"**(\1)"),
    (r"\^(\d)", r"**\1"),
    (r"\\(?:,\d{3})", ""),
    (r"\\[,;!]|\\[bB]ig[lr]?", ""),
]
_LATEX += [
    (r"\be\b", "exp(1)"),
    ("−", "-"),
    (r"[{}]", ""),
    (r"(?<=[\d)])\s*(?=(?:sqrt|exp|ln)\()|(?<=\))\s*(?=[\d(])", "*"),
]


def worked_out(side):
    """Return the value of one side of a formula in which only numbers stand, else None."""
    text = re.sub(r"(\d)\\,(?=\d{3})", r"\1", side)
    for pattern, by in _LATEX:
        text = re.sub(pattern, by, text)
    if not re.fullmatch(r"(?:[\d\s.+*/()-]|sqrt|ln|exp|tanh|arctan)+", text) or not re.search(
        r"\d", text
    ):
        return None
    names = {
        "sqrt": math.sqrt,
        "ln": math.log,
        "exp": math.exp,
        "tanh": math.tanh,
        "arctan": math.atan,
    }
    try:
        return float(eval(text, {"__builtins__": {}}, names))
    except (SyntaxError, TypeError, ZeroDivisionError, OverflowError):
        return None


def last_digit(said):
    """Return the place value of the last digit of a number, 0.01 for 0.62."""
    mantissa = re.match(r"[\d.]+", re.sub(r"\\,|,", "", said.strip(" {}+-−")))
    power = re.search(r"10\^\{?(-?\d+)", said)
    decimals = len(mantissa[0].partition(".")[2]) if mantissa else 0
    return 10.0 ** ((int(power[1]) if power and "cdot" in said else 0) - decimals)


def arithmetic(raw):
    """Return the spans of neighbouring sides of formulas that only have numbers, and are equal.

    The right one is rounded to the digits that it shows.
    """
    for formula in FORMULA.finditer(raw):
        inner = next(n for n in (1, 2) if formula[n])
        start, sides = formula.start(inner), []
        edges = [
            0,
            *(e for m in re.finditer(r"=|\\approx", formula[inner]) for e in m.span()),
            len(formula[inner]),
        ]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            sides.append((left, right, worked_out(formula[inner][left:right])))
        for (left, end, exact), (begin, right, shown) in itertools.pairwise(sides):
            said = formula[inner][begin:right]
            if None not in (exact, shown) and abs(exact - shown) <= 0.501 * last_digit(said):
                yield start + left, start + end
                yield start + begin, start + right


def class_spans(passage):
    """Return (start, stop, why) of all that a class of numbers covers in the folded text."""
    found = [(*m.span(), why) for why, rule in PATTERNS.items() for m in rule.finditer(passage.raw)]
    code = [*code_spans(passage.raw), *code_before_comments(passage.raw)]
    found += [(*span, "code") for span in code]
    found += [(*span, "arithmetic that the scanner works out") for span in arithmetic(passage.raw)]
    found += [(*span, "a coefficient, exponent or index") for span in coefficients(passage.raw)]
    return [(passage.places[start], passage.places[stop], why) for start, stop, why in found]


_SETTINGS = (
    "gain|width|weight|noise|leak|modulus|span|length|depth|variance|deviation|lag|step|layer"
)


def is_setting(number):
    """Tell whether the number stands in the code, too: then it is a setting.

    The code is that of its section, and whole numbers below 10, which stand there by chance,
    must follow a name, as in `w = 2`. What follows a name may stand in any code of the chapter.
    """
    size, text = value(number.said), number.passage.text[: number.start]
    named = re.search(r"[A-Za-z}αρ]\)? = [-−±]?$", text)
    if "alt" in number.passage.where:
        named = named or re.search(rf"\b(?:{_SETTINGS}) (?:minus )?[-−]?$", text)
        return size in number.passage.near and bool(named or (size >= 10 and size % 1 == 0))
    if size in number.passage.near:
        return bool(named or size >= 10 or size % 1)
    exact = size and size % 1 and len(number.said.replace(".", "").lstrip("0")) > 1
    return bool(named or exact) and size in number.passage.anywhere


def vouchers(passage):
    """Return each number of a passage with the class that it belongs to, or None."""
    spans, found = class_spans(passage), {}
    for number in numbers(passage):
        why = [w for start, stop, w in spans if start <= number.start and number.stop <= stop]
        found[number] = why[0] if why else "a setting" if is_setting(number) else None
    return found


if __name__ == "__main__":
    for page in pages():
        print(f"--- {page}")
        for passage in passages(ROOT / page):
            for number, why in vouchers(passage).items():
                print(f"{passage.where}: {number.sentence} -- {why}")
