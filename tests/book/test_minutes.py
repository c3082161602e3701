"""The minutes of a core path: what counts, and that pages say what was counted."""

import json

import pytest
from tools.book import minutes
from tools.book.minutes import Count


def chapter(folder, *cells):
    """Return the path of a chapter with these cells, (type, source, metadata) each."""
    path = folder / "01_small.ipynb"
    made = [
        {"cell_type": kind, "source": source.splitlines(keepends=True), "outputs": [], **rest}
        for kind, source, rest in cells
    ]
    path.write_text(json.dumps({"cells": [{"metadata": {}, **cell} for cell in made]}))
    return path


TEXT = """# One two three

Four *five* [six](address), $x = 1$ {cite:p}`eight`.

$$
a b c
$$ (eq-name)

:::{admonition} Predict
:class: prediction
Which one?

<details><summary>This</summary>

folded words

</details>
:::

## Further: more

not counted at all

## Back

again
"""


@pytest.mark.parametrize(
    "unseen", ["", "```{dropdown} Proof\nmany words\n```", "## Exercises\nnot"]
)
def test_words_that_are_shown_count_and_formulas_count_apart(tmp_path, unseen):
    n = minutes.count(chapter(tmp_path, ("markdown", TEXT + "\n" + unseen, {})))
    assert n == Count(words=14, formulas=1, predictions=1)


def test_code_counts_where_it_is_shown(tmp_path):
    code, hidden = "a = 1\n\nb = 2\n", {"metadata": {"tags": ["hide-input"]}}
    drawn = {"metadata": {"mystnb": {"figure": {"name": "fig-a"}}}}
    slider = {**drawn, "outputs": [{"data": {"text/plain": "Figure with 9 frames\n"}}]}
    cells = [("code", code, rest) for rest in ({}, hidden, drawn, slider)]
    after = ("markdown", "## Further: not this", {}), ("code", code, {})
    assert minutes.count(chapter(tmp_path, *cells, *after)) == Count(lines=6, figures=1, sliders=1)


def test_minutes_are_those_of_the_rule():
    assert Count(200, 10, 3, 1, 1, 1).minutes == 5


@pytest.mark.parametrize("path", minutes.CHAPTERS, ids=lambda path: path.stem)
def test_pages_say_what_was_counted(path):
    said = [file.read_text(encoding="utf-8") for file in (minutes.LANDING, path)]
    assert minutes.written(path, *said, minutes.count(path).minutes) == said
