"""Count the minutes of every chapter's core path, and write them where a reader looks.

What stands on the page is counted: words at 200 a minute, lines of code at 10 a minute, 20 seconds
for a displayed formula, 30 for a figure or a prediction, 60 for a slider. Folded blocks, hidden
input, exercises and sections called *Further* are left out.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
LANDING = ROOT / "index.md"
MOST = 25
LEFT_OUT = re.compile(r"## (Further\b|Exercises)")
HIDDEN = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
ON_THE_CHAPTER = r"(core path takes about )\d+( minutes)"
ON_THE_LANDING_PAGE = r"(?s)(\(chapters/%s\)\n(?:(?!\n- ).)*?\*)\d+( min\*)"


class Count(NamedTuple):
    """What the core path of a chapter consists of."""

    words: int = 0
    lines: int = 0
    formulas: int = 0
    figures: int = 0
    predictions: int = 0
    sliders: int = 0

    @property
    def minutes(self):
        """The time that it takes."""
        looks = 20 * self.formulas + 30 * (self.figures + self.predictions) + 60 * self.sliders
        return self.words / 200 + self.lines / 10 + looks / 60

    def __add__(self, other):
        """What both consist of."""
        return Count(*map(sum, zip(self, other, strict=True)))


def core(cells):
    """Yield the kind and the text of each piece of the core path, and the cell that it is of."""
    inside = True
    for cell in cells:
        if cell["cell_type"] == "code":
            if inside:
                yield cell, ""
            continue
        kept = []
        for line in "".join(cell["source"]).splitlines():
            if line.startswith("## "):
                inside = not LEFT_OUT.match(line)
            kept += [line] if inside else []
        yield cell, "\n".join(kept)


def unfolded(text):
    """Return the text without what is folded on the page."""
    text = re.sub(r"(?s)(<summary>.*?</summary>).*?</details>", r"\1", text)
    fence = r"(?sm)^(:{3,}|`{3,})\{%s\}.*?^\1$"
    text = re.sub(fence % "dropdown", "", text)
    return re.sub(r"(?sm)^(:{3,})\{\w+\}[^\n]*\n:class:[^\n]*\bdropdown\b.*?^\1$", "", text)


def of_text(text):
    """Count the words, the displayed formulas and the predictions of a text."""
    text = unfolded(text)
    predictions = len(re.findall(r"(?m)^:class: prediction", text))
    text, formulas = re.subn(r"(?s)\$\$.*?\$\$(?: *\([\w-]+\))?", " ", text)
    text = re.sub(r"(?m)^:{3,}.*?\}|^:{3,}$|^:\w+:.*$|^\([\w-]+\)=$|^[|: -]+$", " ", text)
    text = re.sub(r"\$[^$]+\$", " x ", text)
    text = re.sub(r"\]\([^)]*\)|<[^>]+>|\{[\w:]+\}", " ", text)
    words = [word for word in text.split() if re.search(r"\w", word)]
    return Count(words=len(words), formulas=formulas, predictions=predictions)


def of_code(cell):
    """Count the lines of a cell that are shown, and what it draws."""
    shown = not HIDDEN & set(cell["metadata"].get("tags", ()))
    lines = [line for line in cell["source"] if line.strip()] if shown else []
    if "figure" not in cell["metadata"].get("mystnb", {}):
        return Count(lines=len(lines))
    drawn = ("".join(out.get("data", {}).get("text/plain", "")) for out in cell["outputs"])
    slider = any(" frames" in text.partition("\n")[0] for text in drawn)
    return Count(lines=len(lines), figures=not slider, sliders=slider)


def count(path):
    """Count the core path of a chapter."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    parts = (of_code(c) if c["cell_type"] == "code" else of_text(t) for c, t in core(cells))
    return sum(parts, Count())


def written(path, landing, chapter, minutes):
    """Return the landing page and the chapter with its minutes written into both."""
    number = rf"\g<1>{minutes:.0f}\g<2>"
    places = (ON_THE_LANDING_PAGE % re.escape(path.name), landing), (ON_THE_CHAPTER, chapter)
    texts = [re.subn(pattern, number, text) for pattern, text in places]
    if any(count != 1 for _, count in texts):
        raise ValueError(f"{path.name} and the landing page must each say its minutes once")
    return [text for text, _ in texts]


def main(arguments=None):
    """Read the command line, count, write, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args(arguments)
    print("minutes   words  lines  formulas  figures  predictions  sliders")
    counts = {path: count(path) for path in CHAPTERS}
    for path, n in counts.items():
        row = f"{n.minutes:7.0f} {n.words:7d} {n.lines:6d} {n.formulas:9d} {n.figures:8d}"
        print(f"{row} {n.predictions:12d} {n.sliders:8d}  {path.stem}")
        texts = (file.read_text(encoding="utf-8") for file in (LANDING, path))
        for file, text in zip((LANDING, path), written(path, *texts, n.minutes), strict=True):
            file.write_text(text, encoding="utf-8")
    long = [path.stem for path, n in counts.items() if n.minutes > MOST]
    print(*(f"{name} has more than {MOST} minutes" for name in long), sep="\n")
    return int(bool(long))


if __name__ == "__main__":
    sys.exit(main())
