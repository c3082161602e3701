"""Laws of the answers to bad input that all modules share: what they say, and to the last size."""

import re

import numpy as np
import pytest

from longterm import _check

AXES = ("rows", "columns")


def refusal(value, sizes, **options):
    """What `fits` says of an array that does not fit."""
    with pytest.raises((TypeError, ValueError)) as caught:
        _check.fits("a", value, AXES, sizes, **options)
    return str(caught.value)


def test_sizes_reach_to_the_largest_integer_of_64_bits():
    assert _check.size("n", 2**63 - 1) == 2**63 - 1
    with pytest.raises(ValueError, match=re.escape("from 1 to 2**63 - 1, got 9223372036854775808")):
        _check.size("n", 2**63)


def test_axes_that_fit_are_remembered():
    sizes = {"rows": 2}
    _check.fits("a", np.zeros((2, 3)), AXES, sizes)
    assert sizes == {"rows": 2, "columns": 3}


def test_what_does_not_fit_is_told_with_all_that_is_known():
    assert refusal(np.zeros((2, 4)), {"rows": 2, "columns": 3}) == (
        "a must have shape (2, 3), got (2, 4)"
    )
    assert refusal(np.zeros((2, 4)), {"rows": 2, "columns": 3}, to="net") == (
        "a must have shape (2, 3) to match net, got (2, 4)"
    )
    assert refusal(np.zeros(2), {"rows": 2}) == "a must have shape (2, columns), got (2,)"
    assert refusal(np.zeros(2), {}) == "a must have shape (rows, columns), got (2,)"


@pytest.mark.parametrize(("value", "kind"), [([[1.0]], "list"), (np.array([["x"]]), "<U1")])
def test_what_is_no_array_of_real_numbers_is_told_by_its_kind(value, kind):
    assert refusal(value, {}) == f"a must be an array of real numbers, got {kind}"
