"""Laws of `linear.propagate_in`: the recurrence in other kinds of numbers."""

from fractions import Fraction

import numpy as np
import pytest

from longterm import linear

W = [[0.5, 1.75, -1.75], [-0.25, 0.5, 0.25], [-0.25, 1.75, -1.0]]


def test_fractions_are_the_powers_of_the_eigenvalues_exactly():
    states = linear.propagate_in(W, [1, 2, -0.5], 60, Fraction)
    for vector, eigenvalue in (
        ([1, 0, 1], Fraction(-5, 4)),
        ([0, 1, 1], Fraction(3, 4)),
        ([1, 1, 1], Fraction(1, 2)),
    ):
        components = states @ vector
        assert all(c == components[0] * eigenvalue**t for t, c in enumerate(components))


def test_semigroup_holds_exactly_in_fractions():
    states = linear.propagate_in(W, [1, 2, -0.5], 12, Fraction)
    again = linear.propagate_in(W, states[5].astype(float), 7, Fraction)
    assert (again == states[5:]).all()


def test_a_component_of_zero_stays_zero_in_fractions_only():
    exact = linear.propagate_in(W, [0, 1, 0], 160, Fraction) @ [1, 0, 1]
    floats = linear.propagate_in(W, [0, 1, 0], 160, float).astype(float)
    assert not exact.any()
    assert abs(floats[-1] @ [1, 0, 1]) > 0.7 * np.linalg.norm(floats[-1])


def test_floats_agree_with_propagate():
    rng = np.random.default_rng(0)
    A, h0 = rng.standard_normal((4, 4)), rng.standard_normal(4)
    states = linear.propagate_in(A, h0, 15, float).astype(float)
    assert states == pytest.approx(linear.propagate(A, h0, 15), rel=1e-10)


def test_floats_are_added_from_left_to_right_without_compensation():
    column = np.array([[1e16, 0, 0], [1.0, 0, 0], [-1e16, 0, 0]])
    assert linear.propagate_in(column, [1, 1, 1], 1, float)[1, 0] == (1e16 + 1.0) - 1e16
    assert linear.propagate_in(column, [1, 1, 1], 1, Fraction)[1, 0] == 1


def test_shape_and_kind_of_the_result():
    states = linear.propagate_in([[2]], [3], 0, Fraction)
    assert states.shape == (1, 1)
    assert states.dtype == object
    assert states[0, 0] == Fraction(3)
    single = linear.propagate_in([[2]], [3], 2, np.float32)
    assert single.dtype == object
    assert isinstance(single[2, 0], np.float32)


def test_fractions_do_not_overflow():
    assert linear.propagate_in([[2.0**600]], [1], 4, Fraction)[4, 0] == 2**2400


@pytest.mark.parametrize("number", [float, np.float32])
def test_floats_that_overflow_are_refused_in_silence(number):
    with pytest.raises(ValueError, match="overflows"):
        linear.propagate_in([[1e10, 0], [1, 0.5]], [1, 1], 40, number)
    with pytest.raises(ValueError, match="overflows"):
        linear.propagate_in([[1e10]], [-1], 40, number)


def test_the_exponent_of_a_zero_does_not_drift():
    W, zero = linear._split(np.eye(1)), linear._split(np.zeros(1))
    assert linear._product(*zero, *W)[1] == zero[1] == linear._NO_EXPONENT
