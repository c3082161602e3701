"""Numbers in the text: those that are pinned are the computed ones, or those that a figure shows.

`claims` has what each number is computed by, one module a chapter. `make numbers` lists the rest.
"""

import re

import claims
import numpy as np
import pytest
from tools.site import pictures

from longterm import folds


def name(claim):
    return f"{re.sub(r'[^0-9a-z]+', '-', claim.page)}: {claim.pattern}"


@pytest.mark.parametrize("claim", claims.claims(), ids=name)
def test_number_in_the_text_is_the_computed_one(claim):
    assert len(claim.places()) == 1, f"{''.join(claim.pieces)!r} must stand once in {claim.page}"


@pytest.mark.parametrize("item", claims.figure_numbers(), ids=lambda item: item.snippet)
def test_number_in_an_alt_text_is_what_the_figure_shows(item):
    assert len(item.places()) == 1
    shown = claims.drawn(item.figure, item.place)
    assert claims.agrees(item.number, abs(shown)), f"the figure shows {shown}"


def test_claims_of_chapter_7_in_words():
    """Where the slope is largest: at the wall, or beyond the lower fold only."""
    b, slopes = claims.chapter_7.referee_slopes(0.5, folds.wall(6.0))
    assert b[slopes.argmax()] == folds.wall(6.0)
    b, slopes = claims.chapter_7.referee_slopes(3.0)
    assert b[slopes.argmax()] < folds.fold_biases(6.0)[0]
    assert slopes.max() > 1000 > 2 > slopes[b > -3].max()
    near = folds.unit_error(6.0, folds.wall(6.0) + np.array([-1e-7, 1e-7]))
    assert near[0] > 0.4
    assert near[1] < 0.04


@pytest.mark.pinned
def test_pictures_are_what_their_code_draws():
    for name, drawn in pictures.vector_pictures().items():
        assert (claims.ROOT / "_static" / f"{name}.svg").read_text(encoding="utf-8") == drawn
