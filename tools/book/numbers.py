"""List the numbers in the text that no pin vouches for: `make numbers`.

The text is that of the chapters and pages, with captions and alt texts. A number is written in
digits, or is one of some words that measure. Code, markup, numbering and single digits in formulas
are left out, and so is a setting: a number that also stands in the code of its chapter. What is
left is either a result, which wants a pin in `tests/book/claims`, or needs none; that is for the
reader of the report to judge.
"""

import ast
import re
from functools import cache

from tests.book import claims

NUMBER = re.compile(
    r"""
      (?<![A-Za-z\d.])\d+(?:(?:,|\\,|\{,\}|\ )\d{3}(?!\d))*(?:\.\d+)?  # 27,380 or 0.62
      (?:e[+-]?\d+)?(?:\s?\\cdot\s?10)?(?:\^(?:\{-?[\d/]+\}|\d))?  # 3e-8, 10^{-4}, 0.9^{1/10}
    | [½¼¾]
    | \b(?:twice|half|third|quarter|tenth|hundred(?:th)?|thousand(?:th)?|million|\w+fold)\b(?!-)
    """,
    re.X,
)

LEFT_OUT = re.compile(
    r"""
      (?P<fence>`{3,})(?!`).*?(?P=fence) | \{[\w:]+\}`[^`]*` | `[^`]*`  # code and roles
    | \[+\d[^]]*\]+\([^)]*\) | \]\([^)]*\) | https?://\S+ | \([\w-]+\)=  # links
    | <summary>\d\. | </?[a-z]+[^>]*> | :::+\{[^}]*\} | :width:\s\S+  # markup
    | \b(?:[Cc]hapters?|[Ss]ections?|[Ee]quations?|[Ff]igures?|[Hh]omework|session)\s\d[\d.]*
      (?:(?:,\s|\sand\s|,\sand\s|\sto\s)\d[\d.]*\b)*
    | \b10\.3[6-9]\b | \b\d\.\s(?=\W*[A-Z]) | (?<=\|)\s\d\d?\s(?=\|)  # numbering
    | \((?:19|20)\d\d\)
    | \b\d\d\smin\b | \b\d\s×\s\d\b  # reading times and shapes
    | \b[01]\b(?![.,]\d|\sin\b|\sof\b|\s%)  # 0 and 1, as bounds
    | \$(?:[^$.\d]|\b\d\b(?!\.\d)|_\d)*\$  # a formula of single digits
    """,
    re.X | re.S,
)


@cache
def settings(page):
    """Return the numbers that stand in the code of a chapter."""
    found = set()
    for cell in claims.cells(page) if page.endswith("ipynb") else ():
        if cell["cell_type"] == "code":
            tree = ast.parse(re.sub(r"^\s*[%!].*$", "", "".join(cell["source"]), flags=re.M))
            values = (getattr(node, "value", None) for node in ast.walk(tree))
            found |= {abs(value) for value in values if type(value) in (int, float)}
    return found


def is_setting(page, said):
    """Tell whether a number stands in the code of its chapter, too."""
    digits = re.sub(r"\\,|\{,\}|,| ", "", said)
    return bool(re.fullmatch(r"[\d.]+(e-?\d+)?", digits)) and float(digits) in settings(page)


def unpinned(page):
    """Return (where, number with the words around it) of each number that no pin vouches for."""
    found, pinned = [], claims.pinned(page)
    for where, text in claims.passages(page):
        hidden = [match.span() for match in LEFT_OUT.finditer(text)]
        hidden += [(start, stop) for home, start, stop in pinned if home == where]
        for number in NUMBER.finditer(text):
            start, stop = number.span()
            if any(first < stop and start < last for first, last in hidden):
                continue
            if not is_setting(page, number[0]):
                around = f"{text[max(0, start - 50) : start]}[{number[0]}]{text[stop : stop + 30]}"
                found.append((where, around))
    return found


def main():
    """Print the numbers by page, with a count."""
    total = pinned = 0
    for page in claims.page_names():
        found = unpinned(page)
        total, pinned = total + len(found), pinned + len(claims.pinned(page))
        print(f"{page}: {len(found)}", *(f"  {where}: {text}" for where, text in found), sep="\n")
    print(f"{total} numbers without a pin, {pinned} with")


if __name__ == "__main__":
    main()
