"""The report on numbers in the text: it lists each result that no pin holds, and nothing else."""

import json

import pytest
from tests.book import claims
from tools.book import numbers

PAGE = """# A page

A weight of 0.9 has the half-life 6.58, and 0.8 loses {} in ten steps.
"""


@pytest.fixture
def page(tmp_path):
    """Return a function that writes a page, or a chapter of text and code, and its name."""

    def write(text, code=None):
        path = tmp_path / ("page.md" if code is None else "page.ipynb")
        cells = [{"cell_type": "markdown", "metadata": {}, "source": text}]
        cells += [{"cell_type": "code", "metadata": {}, "source": code or ""}]
        path.write_text(text if code is None else json.dumps({"cells": cells}), encoding="utf-8")
        return str(path)

    return write


def listed(page):
    return [text.partition("[")[2].partition("]")[0] for _, text in numbers.unpinned(page)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It falls to 3e-8, or 0.62, a tenth.", ["3e-8", "0.62", "tenth"]),
        ("27,380 of $50\\,331\\,648$", ["27,380", "50\\,331\\,648"]),
        ("$1.8 \\cdot 10^{10}$, $10^{-4}$", ["1.8 \\cdot 10^{10}", "10^{-4}"]),
        ("[chapter 2](02.ipynb), {eq}`eq-10`, section 10.7, `steps=40`, $h_3$, at 0", []),
    ],
)
def test_numbers_are_found_and_numbering_is_left_out(page, monkeypatch, text, said):
    monkeypatch.setattr(claims, "pinned", lambda page: [])
    assert listed(page(text)) == said


def test_a_setting_stands_in_the_code_of_its_chapter(page, monkeypatch):
    monkeypatch.setattr(claims, "pinned", lambda page: [])
    assert listed(page("0.25 in 1,000 steps, to 0.62", "f(0.25, steps=1_000)")) == ["0.62"]


def test_a_pinned_number_is_left_out_until_it_is_wrong(page, monkeypatch):
    right, wrong = page(PAGE), PAGE.replace("6.58", "6.59")
    claim = claims.Claim(right, "the half-life {:.2f},", lambda: 6.5788)
    monkeypatch.setattr(claims, "claims", lambda: [claim])
    assert len(claim.places()) == 1
    assert listed(right) == ["0.9", "0.8"]
    for cached in (claims.passages, claims.pinned):
        cached.cache_clear()
    page(wrong)
    assert claim.places() == []
    assert listed(right) == ["0.9", "6.59", "0.8"]
