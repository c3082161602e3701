"""Laws of `longterm.dynamics`."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit

from longterm import dynamics
from longterm.dynamics import clip_by_element, clip_by_norm
from longterm.rnn import check_gradients

SEED = 20260707
WEIGHTS = (4.5, 6.0, 9.0, 30.0)


def gradients(scale=1.0):
    return scale * np.random.default_rng(SEED).standard_normal((5, 4, 3))


# --- one unit ------------------------------------------------------------------------------


def test_states_follow_the_recurrence_and_broadcast():
    w, b = np.array([[5.0], [-3.0]]), np.array([-2.0, 0.3, 1.0])
    states = dynamics.unit_states(w, b, x0=0.2, steps=4)
    assert states.shape == (2, 3, 5)
    np.testing.assert_array_equal(states[..., 0], 0.2)
    following = w[..., None] / (1 + np.exp(-states[..., :-1])) + b[:, None]
    np.testing.assert_allclose(states[..., 1:], following, rtol=1e-14)
    assert dynamics.unit_states(1.0, 2.0, steps=0).tolist() == [0.5]


def test_slopes_are_those_of_finite_differences():
    for w, b, x0, steps in ((5.0, -2.2, 0.5, 12), (-7.0, 1.0, -1.0, 5), (3.0, 0.5, 2.0, 1)):
        last = lambda w, b, x0=x0, steps=steps: dynamics.unit_states(w, b, x0, steps)[-1]  # noqa: E731
        slopes = dynamics.unit_slopes(w, b, x0, steps)
        assert check_gradients(last, [w, b], list(slopes)) < 1e-6
    assert dynamics.unit_slopes([1.0, 2.0], 0.0, steps=0).tolist() == [[0, 0], [0, 0]]


def test_error_is_the_squared_miss_and_its_gradient_that_of_finite_differences():
    last = dynamics.unit_states(5.0, -2.2, 0.4, 9)[-1]
    error = dynamics.unit_error(5.0, -2.2, 0.4, 9, 0.6)
    np.testing.assert_allclose(error, (expit(last) - 0.6) ** 2, rtol=1e-14)
    loss = lambda w, b: dynamics.unit_error(w, b, 0.4, 9, 0.6)  # noqa: E731
    gradient = dynamics.unit_gradient(5.0, -2.2, 0.4, 9, 0.6)
    assert check_gradients(loss, [5.0, -2.2], list(gradient)) < 1e-6
    assert dynamics.unit_gradient(np.ones((3, 1)), np.ones(4)).shape == (3, 4, 2)
    assert dynamics.unit_error(5.0, -2.2) == dynamics.unit_error(5.0, -2.2, target=0.7)
    assert dynamics.unit_error(5.0, -2.2) != dynamics.unit_error(5.0, -2.2, target=0.6)


def test_fifty_steps_from_a_half_are_the_defaults():
    w, b = 4.0, -2.01  # near the cusp, where states do not come to rest for long
    for call in (
        dynamics.unit_states,
        dynamics.unit_slopes,
        dynamics.unit_error,
        dynamics.unit_gradient,
    ):
        np.testing.assert_array_equal(call(w, b), call(w, b, 0.5, 50))
    assert dynamics.wall_slope(6.0) == dynamics.wall_slope(6.0, 0.5, 50)


def test_too_large_weights_or_slopes_are_refused():
    with pytest.raises(ValueError, match="w and b must be such"):
        dynamics.unit_states(1e308, 1e308)
    with pytest.raises(ValueError, match="w, b and steps lead out"):
        dynamics.unit_slopes(40.0, -20.0, 0.0, 2000)
    with pytest.raises(ValueError, match=r"must broadcast, got shapes \(2,\), \(3,\), \(\)$"):
        dynamics.unit_states([1.0, 2.0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(("w", "b"), [(1, 0), (-1, 0), (0, 1), (0, -1), (0.5, -0.5)])
def test_weights_are_accepted_up_to_half_the_largest_float(w, b):
    half = np.finfo(float).max / 2
    assert np.isfinite(dynamics.unit_states(w * half, b * half, steps=3)).all()
    with pytest.raises(ValueError, match="w and b must be such"):
        dynamics.unit_states(w * half * (1 + 1e-12), b * half * (1 + 1e-12), steps=3)


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
    np.testing.assert_allclose(dynamics.folds(w), found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("w", [1.1, 2.0, 5.0, 20.0])
def test_folds_of_the_tanh_unit_are_where_root_finding_puts_them(w):
    found = turning_biases(w, np.tanh, lambda x: 1 / np.cosh(x) ** 2, -20, 20)
    np.testing.assert_allclose(dynamics.folds(w, "tanh"), found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("w", WEIGHTS)
def test_folds_are_the_textbook_formula(w):
    s = (1 + np.array([1, -1]) * np.sqrt(1 - 4 / w)) / 2
    np.testing.assert_allclose(dynamics.folds(w), logit(s) - w * s, rtol=1e-12)
    h = np.sqrt(1 - 1 / w)
    reach = w * h - np.arctanh(h)
    np.testing.assert_allclose(dynamics.folds(w, "tanh"), [-reach, reach], rtol=1e-12)
    chapter5 = np.sqrt(w * (w - 1)) - np.arccosh(np.sqrt(w))
    np.testing.assert_allclose(reach, chapter5, rtol=1e-12)


@pytest.mark.parametrize("w", [3e3, 5e3, 1e6, 1e12])
def test_folds_of_large_weights_are_where_the_slope_is_one(w):
    x = brentq(lambda x: w * expit(x) * expit(-x) - 1, 1, 99, xtol=1e-14, rtol=1e-14)
    np.testing.assert_allclose(dynamics.folds(w)[1], w * expit(x) - x - w, rtol=1e-13, atol=1e-9)
    np.testing.assert_allclose(dynamics.folds(w)[0], x - w * expit(x), rtol=1e-13)


def test_both_folds_meet_at_the_cusp():
    assert dynamics.folds(4.0).tolist() == [-2, -2]
    assert dynamics.folds(1.0, "tanh").tolist() == [0, 0]
    assert dynamics.folds([[4.0, 5.0]]).shape == (1, 2, 2)


@pytest.mark.parametrize(("w", "activation"), [(3.999, "logistic"), (0.999, "tanh"), (-5, "tanh")])
def test_no_fold_below_the_cusp(w, activation):
    with pytest.raises(ValueError, match="w must be at least"):
        dynamics.folds(w, activation)


@pytest.mark.parametrize("w", WEIGHTS)
def test_three_fixed_points_between_the_folds_and_one_outside(w):
    lower, upper = dynamics.folds(w)
    gap = 1e-3 * (upper - lower)
    biases = [lower - gap, lower + gap, (lower + upper) / 2, upper - gap, upper + gap]
    assert [len(dynamics.fixed_points(w, b)) for b in biases] == [1, 3, 3, 3, 1]


@pytest.mark.parametrize("w", [*WEIGHTS, *np.linspace(20, 3000, 300)[5:21:2]])
def test_two_fixed_points_at_a_fold(w):
    assert [len(dynamics.fixed_points(w, b)) for b in dynamics.folds(w)] == [2, 2]


@pytest.mark.parametrize(("w", "b"), [(6, -3.2), (6, 2.0), (4, -2), (-9, 1.0), (0, 0.3), (20, -10)])
def test_fixed_points_stay_and_stand_in_order(w, b):
    x = dynamics.fixed_points(w, b)
    np.testing.assert_allclose(w * expit(x) + b, x, rtol=0, atol=1e-14 * (1 + abs(w)))
    assert len(x) in (1, 3)
    assert np.all(np.diff(x) > 0)
    if len(x) == 3:
        slopes = w * expit(x) * expit(-x)
        assert slopes[1] > 1 > max(slopes[0], slopes[2])


@pytest.mark.parametrize("b", [-3.3, -3.0, -2.7])
def test_the_middle_fixed_point_parts_the_basins(b):
    low, middle, high = dynamics.fixed_points(6.0, b)
    ends = dynamics.unit_states(6.0, b, middle + np.array([-1e-6, 1e-6]), 400)[:, -1]
    np.testing.assert_allclose(ends, [low, high], atol=1e-9)


# --- the wall ------------------------------------------------------------------------------


@pytest.mark.parametrize("w", WEIGHTS)
@pytest.mark.parametrize("x0", [0.5, -0.7, 0.0])
def test_wall_is_where_the_last_state_returns_to_the_first(w, x0):
    if w * expit(x0) * expit(-x0) <= 1:
        pytest.skip("no wall")
    miss = lambda b: dynamics.unit_states(w, b, x0, 50)[-1] - x0  # noqa: E731
    found = brentq(miss, -2 * w, 2 * w, xtol=1e-14, rtol=1e-15)
    assert abs(dynamics.wall(w, x0) - found) < 1e-9


@pytest.mark.parametrize("w", WEIGHTS)
def test_wall_is_where_the_first_state_is_the_middle_fixed_point(w):
    b = dynamics.wall(w)
    _, middle, _ = dynamics.fixed_points(w, b)
    np.testing.assert_allclose(middle, 0.5, atol=1e-9)
    lower, upper = dynamics.folds(w)
    assert lower < b < upper


@pytest.mark.parametrize("w", [4.3, 5.0, 6.0, 8.0])
@pytest.mark.parametrize("steps", [0, 1, 2, 25])
def test_slope_on_the_wall_is_that_of_back_propagation(w, steps):
    in_w, in_b = dynamics.unit_slopes(w, dynamics.wall(w), steps=steps)
    np.testing.assert_allclose(in_b, dynamics.wall_slope(w, steps=steps), rtol=1e-6)
    np.testing.assert_allclose(in_w, expit(0.5) * in_b, rtol=1e-6)


def test_slope_on_the_wall_is_a_geometric_sum_also_where_m_is_near_1():
    for x0, w in ((0.5, 6.0), (-1.0, 7.0), (0.0, 4.0 * (1 + 1e-9))):
        m = w * expit(x0) * expit(-x0)
        direct = sum(m**k for k in range(50))
        np.testing.assert_allclose(dynamics.wall_slope(w, x0, 50), direct, rtol=1e-9)


def test_there_is_no_wall_where_the_first_state_attracts():
    edge = 1 / (expit(0.5) * expit(-0.5))
    assert np.isfinite(dynamics.wall(edge * (1 + 1e-9)))
    for call in (dynamics.wall, dynamics.wall_slope):
        for w, x0 in ((edge * (1 - 1e-9), 0.5), (4.0, 0.0)):
            with pytest.raises(ValueError, match="w must be above"):
                call(w, x0)
    with pytest.raises(ValueError, match="w and steps lead out"):
        dynamics.wall_slope(9.0, steps=2000)


# --- descent -------------------------------------------------------------------------------


def test_descent_steps_along_the_clipped_gradient():
    start = np.array([5.0, -2.35])
    for clip, rule in (("norm", clip_by_norm), ("element", clip_by_element)):
        path = dynamics.descend(start, 0.05, 60, clip, 0.5)
        before, after = path[-3], path[-2]
        gradient = dynamics.unit_gradient(*before)
        np.testing.assert_allclose(after, before - 0.05 * rule(gradient, 0.5), rtol=1e-12)
        lengths = np.linalg.norm(np.diff(path, axis=0), axis=-1)
        limit = 0.5 if clip == "norm" else 0.5 * np.sqrt(2)
        assert lengths.max() <= 0.05 * limit * (1 + 1e-12)
    assert path.shape == (61, 2)


def test_clipping_changes_nothing_before_the_wall_and_saves_the_descent_there():
    paths = {clip: dynamics.descend([5.0, -2.35], 0.05, 60, clip) for clip in dynamics.CLIPS}
    for clip in ("norm", "element"):
        np.testing.assert_array_equal(paths[clip][:59], paths["none"][:59])
        assert np.abs(paths[clip][-1] - [4.8, -2.4]).max() < 0.1
    assert np.linalg.norm(paths["none"][-1] - [5.0, -2.35]) > 30
    by_one = dynamics.descend([5.0, -2.35], 0.05, 60, "norm", 1.0)
    np.testing.assert_array_equal(paths["norm"], by_one)


def test_descent_takes_a_batch_and_no_update():
    starts = np.array([[[5.0, -2.2]], [[3.0, 0.0]]])
    path = dynamics.descend(starts, 0.1, 3)
    assert path.shape == (4, 2, 1, 2)
    np.testing.assert_array_equal(path[:, 1, 0], dynamics.descend([3.0, 0.0], 0.1, 3))
    assert dynamics.descend([1.0, 2.0], 0.1, 0).tolist() == [[1, 2]]
    assert dynamics.descend([1.0, 2.0], 0.1, 1, steps=0).tolist() == [[1, 2], [1, 2]]
    with pytest.raises(ValueError, match=r"^start, rate and updates lead out"):
        dynamics.descend([5.0, dynamics.wall(5.0)], 1e308, 1)
    with pytest.raises(ValueError, match="start must have shape"):
        dynamics.descend([1.0, 2.0, 3.0], 0.1, 1)
    for far in ([1e308, 0.0], [0.0, 1e308]):
        with pytest.raises(ValueError, match=r"^start must be such that no state leaves"):
            dynamics.descend(far, 0.1, 1)


# --- the stack -----------------------------------------------------------------------------


def words(length):
    return np.array(list(itertools.product((0, 1), repeat=length)), dtype=int).reshape(-1, length)


def survives(bits, number=float):
    return (dynamics.read_word(dynamics.write_word(bits, number), bits.shape[-1]) == bits).all(-1)


@pytest.mark.parametrize("number", [Fraction, float, np.float32])
def test_pop_undoes_push_and_top_shows_what_was_pushed(number):
    q = dynamics.write_word(words(5), number)
    for bit in (0, 1):
        pushed = dynamics.push(q, bit)
        assert np.all(dynamics.top(pushed) == bit)
        assert np.all(dynamics.pop(pushed) == q)
    if number is not Fraction:
        assert pushed.dtype == number


def test_code_is_the_sum_of_the_formula_and_order_is_kept():
    for word in words(4):
        q = sum(Fraction(int(2 * b + 1), 4 ** (i + 1)) for i, b in enumerate(word))
        assert dynamics.write_word(word, Fraction) == q == Fraction(dynamics.write_word(word))
    assert np.all(np.diff(dynamics.write_word(words(6))) > 0)


def test_an_empty_stack_is_0_and_stays_empty():
    assert dynamics.write_word([]) == 0
    assert dynamics.top(0.0) == dynamics.pop(0.0) == 0
    assert dynamics.top(Fraction(0)) == dynamics.pop(Fraction(0)) == 0
    assert dynamics.read_word(Fraction(0), 0).shape == (0,)
    assert dynamics.write_word(np.empty((3, 0), dtype=int)).tolist() == [0, 0, 0]
    assert dynamics.read_word(0.25, 2).dtype == np.int8


def test_fractions_hold_200_of_200_bits():
    bits = np.random.default_rng(SEED).integers(0, 2, 200)
    assert np.all(survives(bits, Fraction))
    assert (dynamics.read_word(dynamics.write_word(bits, Fraction), 200) == bits).sum() == 200


def sampled(length, count=20_000):
    """Random words, and those in which a carry runs far: long runs of ones and of zeros."""
    rng = np.random.default_rng(SEED)
    ends = words(4)
    runs = []
    for k, fill, head, tail in itertools.product(range(length - 3), (0, 1), ends[::5], ends):
        middle = np.r_[np.full(k, 1 - fill), np.full(length - 4 - k, fill)]
        runs.append(np.r_[head[:2], middle, tail[2:]])
    return np.vstack([rng.integers(0, 2, (count, length)), runs])


def fails(bits):
    """The words of 28 bits that float64 loses, as chapter 7 proves."""
    return (bits[:, 0] == 1) & (bits[:, -1] == 0) & ((bits[:, 1] == 0) | (bits[:, -2] == 1))


def is_exact(bits):
    stored = dynamics.write_word(bits)
    return [
        Fraction(q) == dynamics.write_word(row, Fraction)
        for q, row in zip(stored, bits, strict=True)
    ]


def test_float64_stores_26_bits_exactly_reads_27_and_loses_the_28_bit_words_of_the_rule():
    assert all(is_exact(sampled(26, 500)))
    assert np.all(survives(sampled(27)))
    np.testing.assert_array_equal(~survives(sampled(28)), fails(sampled(28)))
    np.testing.assert_array_equal(is_exact(sampled(27, 500)), sampled(27, 500)[:, 0] == 0)


def test_float16_does_the_same_with_5_6_and_7_bits_for_every_word():
    """Its 11 digits stand to 5 bits as the 53 of float64 to 26."""
    half = np.float16
    exact = [
        Fraction(float(dynamics.write_word(w, half))) == dynamics.write_word(w, Fraction)
        for w in words(5)
    ]
    assert all(exact)
    assert np.all(survives(words(6), half))
    np.testing.assert_array_equal(~survives(words(7), half), fails(words(7)))
    assert fails(words(7)).sum() == 24


def test_the_rule_counts_three_sixteenths_of_all_words():
    assert fails(words(8)).mean() == 3 / 16
    assert 3 * 2**28 // 16 == 50_331_648  # as a loop over all words has counted


@pytest.mark.parametrize("length", [1, 2, 5, 9])
def test_a_word_bears_noise_of_half_a_last_digit_and_no_more(length):
    q, unit = dynamics.write_word(words(length)), 0.25**length
    for noise in (-0.5, -0.499, 0.5, 1.499):
        assert np.all(dynamics.read_word(q + noise * unit, length) == words(length))
    wrong = (dynamics.read_word(q - 0.501 * unit, length) != words(length)).any(-1)
    np.testing.assert_array_equal(wrong, words(length)[:, -1] == 1)
    wrong = (dynamics.read_word(q + 1.501 * unit, length) != words(length)).any(-1)
    np.testing.assert_array_equal(wrong, words(length)[:, -1] == 0)


def test_saturation_keeps_the_kind_of_number():
    assert dynamics.saturate([-1.0, 0.25, 3.0]).tolist() == [0, 0.25, 1]
    assert dynamics.saturate(Fraction(1, 3)) == Fraction(1, 3)
    assert dynamics.saturate(Fraction(7, 3)) == 1
    assert dynamics.saturate(np.float32(0.1)).dtype == np.float32
    assert dynamics.saturate(np.array([0, 2])).dtype == float
    with pytest.raises(ValueError, match=r"^x must be an array of numbers"):
        dynamics.saturate([[0.5], [0.5, 0.25]])


# --- the machine ---------------------------------------------------------------------------


def checked_by_a_list(text):
    stack = []
    for sign in text:
        if sign in "([":
            stack.append(sign)
        elif not stack or stack.pop() != "(["[")]".index(sign)]:
            return False
    return not stack


def test_the_machine_judges_every_short_text_as_a_list_does():
    for length in range(7):
        for signs in itertools.product("()[]", repeat=length):
            text = "".join(signs)
            assert dynamics.balanced(text) == checked_by_a_list(text), text


def test_the_machine_is_right_on_long_nests_of_fractions_and_not_of_floats():
    opens = "".join(np.random.default_rng(SEED).choice(list("(["), 200))
    closes = opens[::-1].translate(str.maketrans("([", ")]"))
    assert dynamics.balanced(opens + closes)
    assert not dynamics.balanced(opens + closes[:-1])
    assert not dynamics.balanced(opens + closes, float)
    assert dynamics.balanced(opens[:20] + closes[-20:], float)


def test_states_of_the_machine_are_stack_and_flag():
    states = dynamics.read_brackets("([]")
    assert states.shape == (4, 2)
    assert states[:, 0].tolist() == [
        dynamics.write_word(w, Fraction) for w in ([], [0], [1, 0], [0])
    ]
    assert dynamics.read_brackets("([])", float).dtype == float
    flags = dynamics.read_brackets("(])")[:, 1].tolist()
    assert flags == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="text must consist of"):
        dynamics.balanced("(a)")


# --- clipping ------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-100, 1e-3, 1.0, 1e3, 1e200])
def test_clipping_by_norm_bounds_the_norm_and_keeps_the_direction(scale):
    g, clipped = gradients(scale), clip_by_norm(gradients(scale), 1.0)
    sizes = np.linalg.norm(clipped, axis=-1)
    assert np.all(sizes <= 1 + 1e-12)
    np.testing.assert_allclose(np.cross(g / scale, clipped), 0, atol=1e-12)
    assert np.all(np.sum(g / scale * clipped, axis=-1) >= 0)
    np.testing.assert_allclose(sizes, np.minimum(scale * np.linalg.norm(g / scale, axis=-1), 1))


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_element])
def test_clipping_twice_is_clipping_once_and_short_gradients_pass(clip):
    once = clip(gradients(3.0), 0.7)
    np.testing.assert_allclose(clip(once, 0.7), once, rtol=1e-15)
    np.testing.assert_array_equal(clip(gradients(1e-3), 1.0), gradients(1e-3))
    np.testing.assert_array_equal(clip(np.zeros((2, 3)), 1.0), 0)
    assert clip(np.empty((2, 0)), 1.0).shape == (2, 0)


def test_clipping_by_element_turns_the_direction_and_clipping_by_norm_does_not():
    np.testing.assert_allclose(clip_by_norm([3.0, 4.0], 1.0), [0.6, 0.8], rtol=1e-15)
    np.testing.assert_array_equal(clip_by_element([3.0, -4.0], 1.0), [1.0, -1.0])


def test_clipping_by_norm_takes_rows_of_any_size_side_by_side():
    rows = [[3e-200, 4e-200], [3e200, 4e200]]
    np.testing.assert_allclose(clip_by_norm(rows, 1e-250), [[6e-251, 8e-251]] * 2, rtol=1e-15)
    np.testing.assert_array_equal(clip_by_norm([1e-300, 0.0], 1e300), [1e-300, 0.0])


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_element])
def test_a_single_number_is_no_gradient(clip):
    with pytest.raises(ValueError, match="gradient must have shape"):
        clip(1.0, 1.0)
