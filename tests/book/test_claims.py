"""Numbers in the text: each is computed, read off a stored output, or no result.

`claims` has what each number is computed by, one module a chapter. What is left is found by
`tools/book/prose_numbers.py`: it must belong to a class of numbers that are no results, or stand in
`claims/allowed.toml` with a reason.
"""

import re
import runpy

import claims
import numpy as np
import pytest
from tools.book import prose_numbers
from tools.book.prose_numbers import ROOT

from longterm import folds

PAGES = prose_numbers.pages()


def name(claim):
    return f"{re.sub(r'[^0-9a-z]+', '-', claim.page)}: {claim.pattern}"


@pytest.mark.parametrize("claim", claims.claims(), ids=name)
def test_number_in_the_text_is_the_computed_one(claim):
    assert len(claim.places()) == 1, f"{claim.text!r} must stand once in {claim.page}"


@pytest.mark.parametrize("item", claims.figure_numbers(), ids=lambda item: item.snippet)
def test_number_in_an_alt_text_is_what_the_figure_shows(item):
    digest, page, cell = claims.digests()[item.figure]
    assert len(claims.marked(page, item.snippet, f"cell {cell}, ")) == 1
    shown = claims.drawn_values(digest)[item.place]
    assert claims.agrees(item.number, abs(shown)), f"the figure shows {shown}"


@pytest.mark.parametrize("page", PAGES)
def test_every_number_has_someone_who_vouches_for_it(page):
    entries = [snippet for home, snippet, _ in claims.allowed() if home == page]
    known = {where for snippet in entries for where in claims.marked(page, snippet)}
    stray = [
        f"{number.passage.where}: {number.sentence}"
        for number in claims.unvouched(page)
        if (number.passage.where, number.start, number.stop) not in known
    ]
    assert stray == [], "pin it in tests/book/claims, or say in allowed.toml why it is no result"


@pytest.mark.parametrize("page", PAGES)
def test_what_is_allowed_stands_in_the_text_and_is_needed(page):
    needed = [(n.passage.where, n.start, n.stop) for n in claims.unvouched(page)]
    entries = [snippet for home, snippet, _ in claims.allowed() if home == page]
    idle = [snippet for snippet in entries if not set(claims.marked(page, snippet)) & set(needed)]
    vague = [snippet for snippet in entries if len(claims.marked(page, snippet)) > 1]
    assert (idle, vague) == ([], [])


def test_all_entries_belong_to_a_page():
    assert {home for home, _, _ in claims.allowed()} <= set(PAGES)
    assert {claim.page for claim in claims.claims()} <= set(PAGES)


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
@pytest.mark.parametrize(("name", "tool"), [("landing", "landing_picture"), ("map", "book_map")])
def test_picture_is_what_its_code_draws(name, tool):
    draw = runpy.run_path(str(ROOT / "tools" / "site" / f"{tool}.py"))[tool]
    assert (ROOT / "_static" / f"{name}.svg").read_text(encoding="utf-8") == draw()
