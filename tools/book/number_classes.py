"""Classes of numbers that are no results, and numbers that can be worked out on the spot.

`vouchers` gives each number of a passage the class that it belongs to, or None.
`python -m tools.book.number_classes` prints all numbers of the book, with their classes.
"""

import itertools
import math
import re

from tools.book.prose_numbers import FENCE, ROOT, numbers, pages, passages, value

# --- Classes by their looks --------------------------------------------------------------

_ANCHORS = "above|around|at|become|becomes|below|beyond|between|by|exactly|flat|from|is|lag|minus"
_ANCHORS += "|near|of|on|plus|size|slope|stays|tend|tends|than|through|to|toward|towards|with|and"
LOOKS = {
    "markup: a target, a label, a role, a tag or an address": r"""
        \]\([^)\s]*\) | https?://\S+ | </?[a-z]+[^>]*> | ^\([\w-]+\)=$ | ^:(?!alt:)[\w-]+:.*$
        | \{(?:cite|prf|eq|numref|ref|doc)[^}]*\}`[^`]*` | \(eq-[\w-]+\)$
        | ^\s*[`:]{3,}\{[^}]*\}(?:\s*\.\./\S+)?""",
    "numbering: a chapter, section, equation or figure, or an item of a list": r"""
        \b[Cc]hapters?\s\d(?:(?:,\s|\sand\s|,\sand\s|\sto\s)\d\b(?!\s\w+s\b))*
        | \[\d\](?=\(\S*chapters/) | \[\d\s(?=[A-Z][^]]*\]\(\S*chapters/)
        | \b(?:[Ss]ections?|[Ee]quations?|[Ff]igure)\s\d+(?:\.\d+)?(?:\sto\s\d+\.\d+)?
        | \b10\.3[6-9]\b | ^\s*\d\.\s | ^\#+\s\d+\.\s | <summary>\d\.\s
        | (?<=\|)\s\d\d?\s(?=\|) | \bsession\s\d\b | \*\*(?:Homework\s)?\d\.""",
    "a reading time, estimated": r"\b\d\d(?:\sto\s\d\d)?\smin(?:utes)?\b",
    "a year": r"\((?:19|20)\d\d\)",
    "the shape of a matrix, or an entry of one that is given": r"""
        \b\d\s×\s\d\b | \\begin\{pmatrix\}.*?\\end\{pmatrix\}""",
    "a wrong answer to choose from": r"""
        <summary>(?!Hint|Solution|\d\.\s)[^<]*</summary>(?!\s*Yes)""",
    "0 or 1 as a bound, a start or a limit, or the two signs of a bit": rf"""
        \b(?i:{_ANCHORS})\s[01](?![\d.,]\d|\sin\b|\sof\b|\s%)(?=\W)
        | [+−±]1(?![\d.])""",
}
LOOKS = {why: re.compile(rule, re.M | re.X) for why, rule in LOOKS.items()}
SPAN = re.compile(r"\{[\w:]+\}`[^`]*`|`{3,}|`(?P<code>[^`\n]+)`")


def code_in_line(raw):
    """Return the spans of code in the line, if it names something; roles are no code."""
    spans = (span for span in SPAN.finditer(raw) if span["code"])
    return [span.span() for span in spans if re.search("[A-Za-z]", span["code"])]


def fenced_code(raw):
    """Return the spans of fenced code, comments of Python left out: they have results."""
    for fence in FENCE.finditer(raw):
        place = fence.start(3)
        for line in fence[3].splitlines(keepends=True) if fence[2][:1] != "{" else ():
            code = line.partition("#")[0] if fence[2] in ("py", "python") else line
            yield place, place + len(code)
            place += len(line)


# --- Formulas ----------------------------------------------------------------------------

FORMULA = re.compile(r"\$\$(?P<display>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$]+?)\$", re.S)
EQUALS = r"=|\\approx"
RELATION = rf"""(?x){EQUALS}|\\(?:leq?|geq?|ne|to|in|sim|iff|propto|mapsto|q?quad)(?![a-z])
    |\\text\{{[^}}]*\}}|(?<!\\)[<>,:;&]|\\\\"""
DECORATION = r"\\[,;!]|[\s{}()\[\]|.$+-]|\\[lr]?[vV]ert|\\\||\\pm"
COMMANDS = r"\\(?:[tc]?frac|sqrt|cdot|times|ln|log|exp|left|right|[bB]ig\w*)"


def formulas(raw):
    """Return (text, start) of every formula."""
    for formula in FORMULA.finditer(raw):
        kind = "display" if formula["display"] else "inline"
        yield formula[kind], formula.start(kind)


def sides(formula, start, separator):
    """Return (text, start, stop) of the parts of a formula between the separators."""
    edges = [0, *(e for m in re.finditer(separator, formula) for e in m.span()), len(formula)]
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        yield formula[left:right], start + left, start + right


def indices(raw):
    """Return the spans of all that stands below the line in formulas."""
    for formula, start in formulas(raw):
        for index in re.finditer(r"_(?:\d+|\{[^}]*\})", formula):
            yield start + index.start(), start + index.end()


def coefficients(raw):
    """Return the spans of digits beside letters in formulas.

    What is a whole side of a relation, as in `$w = 2$`, is none, but for 0 and 1.
    """
    for formula, place in formulas(raw):
        for side, start, _ in sides(formula, place, RELATION):
            bare = re.sub(DECORATION, "", side)
            letters = re.search("[A-Za-z]", re.sub(COMMANDS, "", side))
            for digit in re.finditer(r"(?<![\d.])\d(?:\d(?=[}^a-z]))?(?![\d.])", side):
                if bare in ("0", "1") or (letters and bare != digit[0]):
                    yield start + digit.start(), start + digit.end()


# --- Arithmetic --------------------------------------------------------------------------

FUNCTIONS = {
    "sqrt": math.sqrt,
    "ln": math.log,
    "exp": math.exp,
    "tanh": math.tanh,
}
_CALL = "|".join(FUNCTIONS)
TO_PYTHON = [
    (r"(?<=\d)\\,(?=\d{3})", ""),
    (r"\\[,;!]|\\[bB]ig[lr]?", ""),
    (r"\\[dt]?frac\s?(\d)\s?(\d)", r"((\1)/(\2))"),
    (r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"),
    (r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)"),
    (rf"\\({_CALL})\s?(\d+(?:\.\d+)?)", r"\1(\2)"),
    (rf"\\({_CALL})(?=\()", r"\1"),
    (r"\\(?:cdot|times)", "*"),
    (r"\^\{([^{}]*)\}", r"**(\1)"),
    (r"\^(\d)", r"**\1"),
    (r"\be(?=\*\*)", "exp(1)"),
    (r"[{}]", ""),
    (rf"(?<=[\d)])\s*(?=(?:{_CALL})\()|(?<=\))\s*(?=[\d(])", "*"),
]


def worked_out(side):
    """Return the value of one side of a formula in which only numbers stand, else None."""
    for pattern, by in TO_PYTHON:
        side = re.sub(pattern, by, side)
    if not re.fullmatch(rf"(?:[\d\s.+*/()-]|{_CALL})*\d(?:[\d\s.+*/()-]|{_CALL})*", side):
        return None
    try:
        return float(eval(side, {"__builtins__": {}}, FUNCTIONS))
    except (SyntaxError, TypeError, ArithmeticError, ValueError):
        return None


def last_place(said):
    """Return what one more in the last digit of a number is worth: 0.01 for 0.62."""
    digits, _, power = re.sub(r"\\,|[{}\s+-]", "", said).partition(r"\cdot10^")
    sign = -1 if "{-" in said else 1
    return 10.0 ** (sign * int(power or 0) - len(digits.partition(".")[2]))


def arithmetic(raw):
    """Return the spans of two sides of a formula that only have numbers, and are equal.

    The right one is rounded to the digits that it shows.
    """
    for formula, place in formulas(raw):
        for (left, start, _), (right, _, stop) in itertools.pairwise(sides(formula, place, EQUALS)):
            exact, shown = worked_out(left), worked_out(right)
            if None not in (exact, shown) and abs(exact - shown) <= 0.501 * last_place(right):
                yield start, stop


# --- Settings ----------------------------------------------------------------------------

NAMED = re.compile(r"[A-Za-z}αρ]\)? = [-−±]?$")
SETTING = re.compile(
    r"\b(?:gain|width|weight|noise|leak|modulus|span|length|depth|variance|deviation|lag|step"
    r"|layer) (?:minus )?[-−]?$"
)


def is_setting(number):
    """Tell whether the number stands in the code, too: then it is a setting.

    The code is that of its section. Whole numbers below 10 stand there by chance: they must
    follow a name, as in `w = 2`; so must fractions in an alt text, which tells results. What
    follows a name, and a fraction of two digits, may stand in any code of the chapter.
    """
    size, before = value(number.said), number.passage.text[: number.start]
    named = bool(NAMED.search(before))
    if "alt" in number.passage.where:
        whole = bool(size) and size >= 10 and size % 1 == 0
        return size in number.passage.near and (named or whole or bool(SETTING.search(before)))
    if size in number.passage.near:
        return named or size >= 10 or size % 1 > 0
    digits = number.said.replace(".", "").lstrip("0")
    fraction = bool(size) and size % 1 > 0 and len(digits) > 1
    return size in number.passage.anywhere and (named or fraction)


# --- All together ------------------------------------------------------------------------

FINDERS = {
    "code": [code_in_line, fenced_code],
    "arithmetic that is worked out here": [arithmetic],
    "a coefficient, exponent or index": [indices, coefficients],
}


def class_spans(passage):
    """Return (start, stop, why) of all that a class covers in the folded text."""
    raw, places = passage.raw, passage.places
    spans = [(*m.span(), why) for why, rule in LOOKS.items() for m in rule.finditer(raw)]
    for why, finders in FINDERS.items():
        spans += [(*span, why) for find in finders for span in find(raw)]
    return [(places[start], places[stop], why) for start, stop, why in spans]


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
