"""Laws of `longterm.folds`."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit

from longterm import folds
from longterm.optimisers import clip_by_element, clip_by_norm
from longterm.rnn import check_gradients

WEIGHTS = (4.5, 6.0, 9.0, 30.0)


# --- one unit ------------------------------------------------------------------------------


def test_states_follow_the_recurrence_and_broadcast():
    w, b = np.array([[5.0], [-3.0]]), np.array([-2.0, 0.3, 1.0])
    states = folds.unit_states(w, b, x0=0.2, steps=4)
    assert states.shape == (5, 2, 3)
    np.testing.assert_array_equal(states[0], 0.2)
    np.testing.assert_allclose(states[1:], w / (1 + np.exp(-states[:-1])) + b, rtol=1e-14)
    assert folds.unit_states(1.0, 2.0, steps=0).tolist() == [0.5]


def test_slopes_are_those_of_finite_differences():
    for w, b, x0, steps in ((5.0, -2.2, 0.5, 12), (-7.0, 1.0, -1.0, 5), (3.0, 0.5, 2.0, 1)):
        last = lambda w, b, x0=x0, steps=steps: folds.unit_states(w, b, x0, steps)[-1]  # noqa: E731
        slopes = folds.unit_slopes(w, b, x0, steps)
        assert check_gradients(last, [w, b], list(slopes)) < 1e-6
    assert folds.unit_slopes([1.0, 2.0], 0.0, steps=0).tolist() == [[0, 0], [0, 0]]


def test_error_is_the_squared_miss_and_its_gradient_that_of_finite_differences():
    last = folds.unit_states(5.0, -2.2, 0.4, 9)[-1]
    error = folds.unit_error(5.0, -2.2, 0.4, 9, 0.6)
    np.testing.assert_allclose(error, (expit(last) - 0.6) ** 2, rtol=1e-14)
    loss = lambda w, b: folds.unit_error(w, b, 0.4, 9, 0.6)  # noqa: E731
    gradient = folds.unit_gradient(5.0, -2.2, 0.4, 9, 0.6)
    assert check_gradients(loss, [5.0, -2.2], list(gradient)) < 1e-6
    assert folds.unit_gradient(np.ones((3, 1)), np.ones(4)).shape == (3, 4, 2)
    assert folds.unit_error(5.0, -2.2) == folds.unit_error(5.0, -2.2, target=0.7)
    assert folds.unit_error(5.0, -2.2) != folds.unit_error(5.0, -2.2, target=0.6)


def test_fifty_steps_from_a_half_are_the_defaults():
    w, b = 4.0, -2.01  # near the cusp, where states do not come to rest for long
    for call in (
        folds.unit_states,
        folds.unit_slopes,
        folds.unit_error,
        folds.unit_gradient,
    ):
        np.testing.assert_array_equal(call(w, b), call(w, b, 0.5, 50))
    assert folds.wall_slope(6.0) == folds.wall_slope(6.0, 0.5, 50)


def test_too_large_weights_or_slopes_are_refused():
    with pytest.raises(ValueError, match="w and b must be such"):
        folds.unit_states(1e308, 1e308)
    with pytest.raises(ValueError, match="w, b and steps lead out"):
        folds.unit_slopes(40.0, -20.0, 0.0, 2000)
    with pytest.raises(ValueError, match=r"must broadcast, got shapes \(2,\), \(3,\), \(\)$"):
        folds.unit_states([1.0, 2.0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(("w", "b"), [(1, 0), (-1, 0), (0, 1), (0, -1), (0.5, -0.5)])
def test_weights_are_accepted_up_to_half_the_largest_float(w, b):
    half = np.finfo(float).max / 2
    assert np.isfinite(folds.unit_states(w * half, b * half, steps=3)).all()
    with pytest.raises(ValueError, match="w and b must be such"):
        folds.unit_states(w * half * (1 + 1e-12), b * half * (1 + 1e-12), steps=3)


# --- folds ---------------------------------------------------------------------------------


def turning_biases(w, s, slope, low, high):
    """Folds by root finding: the states where w s'(x) = 1, and the biases that keep them."""
    middle = 0.0
    ends = [
        brentq(lambda x: w * slope(x) - 1, *sides, xtol=1e-14, rtol=1e-15)
        for sides in ((low, middle), (middle, high))
    ]
    return sorted(x - w * s(x) for x in ends)


@pytest.mark.parametrize("w", WEIGHTS)
def test_folds_of_the_logistic_unit_are_where_root_finding_puts_them(w):
    found = turning_biases(w, expit, lambda x: expit(x) * expit(-x), -40, 40)
    np.testing.assert_allclose(folds.fold_biases(w), found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("w", [1.1, 2.0, 5.0, 20.0])
def test_folds_of_the_tanh_unit_are_where_root_finding_puts_them(w):
    found = turning_biases(w, np.tanh, lambda x: 1 / np.cosh(x) ** 2, -20, 20)
    np.testing.assert_allclose(folds.fold_biases(w, "tanh"), found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("w", WEIGHTS)
def test_folds_are_the_textbook_formula(w):
    s = (1 + np.array([1, -1]) * np.sqrt(1 - 4 / w)) / 2
    np.testing.assert_allclose(folds.fold_biases(w), logit(s) - w * s, rtol=1e-12)
    h = np.sqrt(1 - 1 / w)
    reach = w * h - np.arctanh(h)
    np.testing.assert_allclose(folds.fold_biases(w, "tanh"), [-reach, reach], rtol=1e-12)
    chapter5 = np.sqrt(w * (w - 1)) - np.arccosh(np.sqrt(w))
    np.testing.assert_allclose(reach, chapter5, rtol=1e-12)


@pytest.mark.parametrize("w", [3e3, 5e3, 1e6, 1e12])
def test_folds_of_large_weights_are_where_the_slope_is_one(w):
    x = brentq(lambda x: w * expit(x) * expit(-x) - 1, 1, 99, xtol=1e-14, rtol=1e-14)
    np.testing.assert_allclose(folds.fold_biases(w)[1], w * expit(x) - x - w, rtol=1e-13, atol=1e-9)
    np.testing.assert_allclose(folds.fold_biases(w)[0], x - w * expit(x), rtol=1e-13)


def test_both_folds_meet_at_the_cusp():
    assert folds.fold_biases(4.0).tolist() == [-2, -2]
    assert folds.fold_biases(1.0, "tanh").tolist() == [0, 0]
    assert folds.fold_biases([[4.0, 5.0]]).shape == (1, 2, 2)


@pytest.mark.parametrize(("w", "activation"), [(3.999, "logistic"), (0.999, "tanh"), (-5, "tanh")])
def test_no_fold_below_the_cusp(w, activation):
    with pytest.raises(ValueError, match="w must be at least"):
        folds.fold_biases(w, activation)


@pytest.mark.parametrize("w", WEIGHTS)
def test_three_fixed_points_between_the_folds_and_one_outside(w):
    lower, upper = folds.fold_biases(w)
    gap = 1e-3 * (upper - lower)
    biases = [lower - gap, lower + gap, (lower + upper) / 2, upper - gap, upper + gap]
    assert [len(folds.fixed_points(w, b)) for b in biases] == [1, 3, 3, 3, 1]


@pytest.mark.parametrize("w", [*WEIGHTS, *np.linspace(20, 3000, 300)[5:21:2]])
def test_two_fixed_points_at_a_fold(w):
    assert [len(folds.fixed_points(w, b)) for b in folds.fold_biases(w)] == [2, 2]


@pytest.mark.parametrize(("w", "b"), [(6, -3.2), (6, 2.0), (4, -2), (-9, 1.0), (0, 0.3), (20, -10)])
def test_fixed_points_stay_and_stand_in_order(w, b):
    x = folds.fixed_points(w, b)
    np.testing.assert_allclose(w * expit(x) + b, x, rtol=0, atol=1e-14 * (1 + abs(w)))
    assert len(x) in (1, 3)
    assert np.all(np.diff(x) > 0)
    if len(x) == 3:
        slopes = w * expit(x) * expit(-x)
        assert slopes[1] > 1 > max(slopes[0], slopes[2])


@pytest.mark.parametrize("b", [-3.3, -3.0, -2.7])
def test_the_middle_fixed_point_parts_the_basins(b):
    low, middle, high = folds.fixed_points(6.0, b)
    ends = folds.unit_states(6.0, b, middle + np.array([-1e-6, 1e-6]), 400)[-1]
    np.testing.assert_allclose(ends, [low, high], atol=1e-9)


# --- the wall ------------------------------------------------------------------------------


@pytest.mark.parametrize("w", WEIGHTS)
@pytest.mark.parametrize("x0", [0.5, -0.7, 0.0])
def test_wall_is_where_the_last_state_returns_to_the_first(w, x0):
    if w * expit(x0) * expit(-x0) <= 1:
        pytest.skip("no wall")
    miss = lambda b: folds.unit_states(w, b, x0, 50)[-1] - x0  # noqa: E731
    found = brentq(miss, -2 * w, 2 * w, xtol=1e-14, rtol=1e-15)
    assert abs(folds.wall(w, x0) - found) < 1e-9


@pytest.mark.parametrize("w", WEIGHTS)
def test_wall_is_where_the_first_state_is_the_middle_fixed_point(w):
    b = folds.wall(w)
    _, middle, _ = folds.fixed_points(w, b)
    np.testing.assert_allclose(middle, 0.5, atol=1e-9)
    lower, upper = folds.fold_biases(w)
    assert lower < b < upper


@pytest.mark.parametrize("w", [4.3, 5.0, 6.0, 8.0])
@pytest.mark.parametrize("steps", [0, 1, 2, 25])
def test_slope_on_the_wall_is_that_of_back_propagation(w, steps):
    in_w, in_b = folds.unit_slopes(w, folds.wall(w), steps=steps)
    np.testing.assert_allclose(in_b, folds.wall_slope(w, steps=steps), rtol=1e-6)
    np.testing.assert_allclose(in_w, expit(0.5) * in_b, rtol=1e-6)


def test_slope_on_the_wall_is_a_geometric_sum_also_where_m_is_near_1():
    for x0, w in ((0.5, 6.0), (-1.0, 7.0), (0.0, 4.0 * (1 + 1e-9))):
        m = w * expit(x0) * expit(-x0)
        direct = sum(m**k for k in range(50))
        np.testing.assert_allclose(folds.wall_slope(w, x0, 50), direct, rtol=1e-9)


def test_there_is_no_wall_where_the_first_state_attracts():
    edge = 1 / (expit(0.5) * expit(-0.5))
    assert np.isfinite(folds.wall(edge * (1 + 1e-9)))
    for call in (folds.wall, folds.wall_slope):
        for w, x0 in ((edge * (1 - 1e-9), 0.5), (4.0, 0.0)):
            with pytest.raises(ValueError, match="w must be above"):
                call(w, x0)
    with pytest.raises(ValueError, match="w and steps lead out"):
        folds.wall_slope(9.0, steps=2000)


# --- descent -------------------------------------------------------------------------------


def test_descent_steps_along_the_clipped_gradient():
    start = np.array([5.0, -2.35])
    for clip, rule in (("norm", clip_by_norm), ("element", clip_by_element)):
        path = folds.unit_descent(start, 0.05, 60, clip, 0.5)
        before, after = path[-3], path[-2]
        gradient = folds.unit_gradient(*before)
        np.testing.assert_allclose(after, before - 0.05 * rule(gradient, 0.5), rtol=1e-12)
        lengths = np.linalg.norm(np.diff(path, axis=0), axis=-1)
        limit = 0.5 if clip == "norm" else 0.5 * np.sqrt(2)
        assert lengths.max() <= 0.05 * limit * (1 + 1e-12)
    assert path.shape == (61, 2)


def test_clipping_changes_nothing_before_the_wall_and_saves_the_descent_there():
    paths = {clip: folds.unit_descent([5.0, -2.35], 0.05, 60, clip) for clip in folds.CLIPS}
    for clip in ("norm", "element"):
        np.testing.assert_array_equal(paths[clip][:59], paths["none"][:59])
        assert np.abs(paths[clip][-1] - [4.8, -2.4]).max() < 0.1
    assert np.linalg.norm(paths["none"][-1] - [5.0, -2.35]) > 30
    by_one = folds.unit_descent([5.0, -2.35], 0.05, 60, "norm", 1.0)
    np.testing.assert_array_equal(paths["norm"], by_one)


def test_descent_takes_a_batch_and_no_update():
    starts = np.array([[[5.0, -2.2]], [[3.0, 0.0]]])
    path = folds.unit_descent(starts, 0.1, 3)
    assert path.shape == (4, 2, 1, 2)
    np.testing.assert_array_equal(path[:, 1, 0], folds.unit_descent([3.0, 0.0], 0.1, 3))
    assert folds.unit_descent([1.0, 2.0], 0.1, 0).tolist() == [[1, 2]]
    assert folds.unit_descent([1.0, 2.0], 0.1, 1, steps=0).tolist() == [[1, 2], [1, 2]]
    with pytest.raises(ValueError, match=r"^start, rate and updates lead out"):
        folds.unit_descent([5.0, folds.wall(5.0)], 1e308, 1)
    with pytest.raises(ValueError, match="start must have shape"):
        folds.unit_descent([1.0, 2.0, 3.0], 0.1, 1)
    for far in ([1e308, 0.0], [0.0, 1e308]):
        with pytest.raises(ValueError, match=r"^start must be such that no state leaves"):
            folds.unit_descent(far, 0.1, 1)
