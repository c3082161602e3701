"""Laws of `longterm.scalar`: one number, multiplied by itself again and again."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared import rng

from longterm.scalar import (
    descent_path,
    log_abs_powers,
    power_slopes,
    powers,
    sensitivities,
    steps_to_reach,
)

BY_STEPS = (powers, log_abs_powers, power_slopes)
EPS = float(np.finfo(float).eps)

few_steps = st.integers(0, 40)
real_weights = st.floats(-1.5, 1.5).filter(lambda w: abs(w) > 1e-4)
complex_weights = st.complex_numbers(min_magnitude=0.01, max_magnitude=1.5, allow_nan=False)


def excess(w, factor, t):
    """|t ln|w| - ln factor| beyond the rounding that counts as reached, to fifty digits."""
    with localcontext() as context:
        context.prec = 50
        goal = Decimal(factor).ln()
        overshoot = Decimal(t) * abs(Decimal(w)).ln() - goal
        overshoot = overshoot if factor < 1 else -overshoot
        return overshoot - 8 * Decimal(EPS) * (1 + abs(goal))


# --- powers ------------------------------------------------------------------------------


@given(w=real_weights | complex_weights, s=few_steps, t=few_steps)
def test_powers_obey_the_semigroup_law(w, s, t):
    product = powers(w, s)[s] * powers(w, t)[t]
    assert powers(w, s + t)[s + t] == pytest.approx(product, rel=1e-12, abs=0)


@given(a=real_weights, b=real_weights, steps=few_steps)
def test_powers_of_a_product_are_products_of_powers(a, b, steps):
    product = powers(a, steps) * powers(b, steps)
    np.testing.assert_allclose(powers(a * b, steps), product, rtol=1e-12)


@given(w=real_weights, steps=few_steps)
def test_powers_agree_with_exact_fractions(w, steps):
    exact = [float(Fraction(w) ** t) for t in range(steps + 1)]
    np.testing.assert_allclose(powers(w, steps), exact, rtol=4 * EPS)


def test_powers_of_a_gaussian_integer_are_exact():
    real, imaginary, exact = 1, 0, []
    for _ in range(21):
        exact.append(complex(real, imaginary))
        real, imaginary = 2 * real - 3 * imaginary, 3 * real + 2 * imaginary
    np.testing.assert_array_equal(powers(2 + 3j, 20), exact)


def test_powers_of_a_phase_stay_on_the_unit_circle():
    angle = 0.1
    exact = np.exp(1j * angle * np.arange(1001))
    np.testing.assert_allclose(powers(np.exp(1j * angle), 1000), exact, rtol=0, atol=1e-12)


def test_conjugate_weights_have_conjugate_powers():
    w = 0.8 - 0.7j
    np.testing.assert_array_equal(powers(w.conjugate(), 30), powers(w, 30).conj())


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, 0j])
def test_zero_to_the_power_zero_is_one(zero):
    np.testing.assert_array_equal(powers(zero, 3), [1, 0, 0, 0])


def test_powers_underflow_to_zero_in_silence():
    row = powers(0.5, 1076)
    assert (row[1022], row[1074], row[1075]) == (2.0**-1022, 5e-324, 0.0)
    assert powers(0.5 + 0j, 1200)[-1] == 0
    assert powers(1e-200 - 1e-200j, 2)[-1] == 0


def test_powers_overflow_to_signed_infinity_in_silence():
    assert powers(2, 1024)[-2:].tolist() == [2.0**1023, math.inf]
    assert powers(-2, 1025)[-2:].tolist() == [math.inf, -math.inf]


@pytest.mark.parametrize("function", [powers, power_slopes])
@pytest.mark.parametrize("w", [2j, 1e200 + 0j, 1e200 * (1 + 1j), np.array([0.5, 3j])])
def test_complex_overflow_names_log_abs_powers(function, w):
    with pytest.raises(ValueError, match=r"w .*overflow.*log_abs_powers"):
        function(w, 1100)


# --- log_abs_powers ----------------------------------------------------------------------


@given(w=real_weights | complex_weights, steps=few_steps)
def test_log_abs_powers_are_logarithms_of_sizes(w, steps):
    logs = log_abs_powers(w, steps)
    np.testing.assert_allclose(logs, np.log(np.abs(powers(w, steps))), rtol=1e-12, atol=1e-13)
    assert logs.dtype == float
    assert logs[0] == 0


def test_log_abs_powers_go_on_where_powers_end():
    logs = log_abs_powers([0.5, -2, 2j, 1e-300 + 1e-300j], 10_000)[:, -1]
    size = math.log(1e-300) + math.log(2) / 2
    np.testing.assert_allclose(logs, [-1e4 * math.log(2), *[1e4 * math.log(2)] * 2, 1e4 * size])


def test_log_abs_powers_of_zero_fall_to_minus_infinity():
    expected = [[0, -math.inf, -math.inf]] * 2
    np.testing.assert_array_equal(log_abs_powers([0.0, -0.0], 2), expected)
    np.testing.assert_array_equal(log_abs_powers([0j, -0j], 2), expected)


def test_log_abs_powers_of_the_largest_complex_numbers_are_finite():
    w = complex(1.7e308, -1.7e308)
    assert log_abs_powers(w, 1)[1] == pytest.approx(
        math.log(1.7e308) + math.log(2) / 2, rel=1e-15, abs=0
    )


# --- power_slopes ------------------------------------------------------------------------


@given(w=real_weights, steps=st.integers(0, 30))
def test_slopes_agree_with_exact_fractions(w, steps):
    exact = [float(t * Fraction(w) ** (t - 1)) if t else 0.0 for t in range(steps + 1)]
    np.testing.assert_allclose(power_slopes(w, steps), exact, rtol=8 * EPS)


@pytest.mark.parametrize("w", [0.9, -1.1, 0.6 + 0.7j])
def test_slopes_agree_with_central_differences(w):
    h = 1e-6
    differences = (powers(w + h, 20) - powers(w - h, 20)) / (2 * h)
    np.testing.assert_allclose(power_slopes(w, 20), differences, rtol=1e-7, atol=1e-9)


@given(w=real_weights, s=few_steps, t=few_steps)
def test_slopes_obey_the_product_rule(w, s, t):
    rule = power_slopes(w, s)[s] * powers(w, t)[t] + powers(w, s)[s] * power_slopes(w, t)[t]
    assert power_slopes(w, s + t)[s + t] == pytest.approx(rule, rel=1e-12, abs=0)


@pytest.mark.parametrize("zero", [0, 0j])
def test_slope_at_zero_is_one_after_one_step_and_zero_otherwise(zero):
    np.testing.assert_array_equal(power_slopes(zero, 3), [0, 1, 0, 0])


def test_a_complex_slope_can_overflow_where_its_power_does_not():
    assert np.isfinite(powers(2 + 0j, 1023)).all()
    with pytest.raises(ValueError, match="log_abs_powers"):
        power_slopes(2 + 0j, 1024)


def test_slopes_overflow_and_underflow_as_powers_do():
    assert power_slopes(-2, 1200)[-2:].tolist() == [math.inf, -math.inf]
    assert power_slopes(0.5, 1200)[-1] == 0


# --- steps_to_reach ----------------------------------------------------------------------


def test_three_steps_of_a_tenth_reach_a_thousandth():
    assert steps_to_reach(0.1, 1e-3) == 3
    assert steps_to_reach(10, 1e3) == 3
    assert type(steps_to_reach(0.1, 1e-3)) is int


@given(w=st.floats(0.01, 0.999), factor=st.floats(1e-300, 0.999))
def test_steps_to_reach_is_the_smallest_within_rounding(w, factor):
    t = steps_to_reach(w, factor)
    margin = Decimal(4 * EPS) * (1 + abs(Decimal(factor).ln()))
    assert excess(w, factor, t) <= margin
    assert excess(w, factor, t - 1) > -margin


@given(base=st.integers(2, 12), t=st.integers(1, 60), sign=st.sampled_from([1, -1, 1j]))
def test_powers_that_are_hit_exactly_count_as_reached(base, t, sign):
    assert steps_to_reach(sign * base, float(base) ** t) == t
    assert steps_to_reach(sign / base, float(base) ** -t) == t


@pytest.mark.parametrize(("rounding", "expected"), [(7, 3), (9, 4)])
def test_reached_counts_within_eight_roundings(rounding, expected):
    goal = 3 * math.log(0.5)
    miss = rounding * EPS * (1 + abs(goal))
    assert steps_to_reach(0.5, 0.125 * (1 - miss)) == expected
    assert steps_to_reach(2, 8 * (1 + miss)) == expected


def test_a_factor_strictly_between_two_powers_takes_the_later_one():
    assert [steps_to_reach(0.5, f) for f in (0.51, 0.5, 0.49, 0.25, 0.2)] == [1, 1, 2, 2, 3]
    assert [steps_to_reach(2, f) for f in (1.9, 2, 2.1, 4, 5)] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("w", [0, 0.5, -1, 2, 1j, 0j])
def test_a_factor_of_one_is_there_at_the_start(w):
    assert steps_to_reach(w, 1) == 0
    assert steps_to_reach(w, 1 + 4 * EPS) == 0


@pytest.mark.parametrize(("w", "factor"), [(0.5, 2), (2, 0.5), (1, 0.5), (-1, 2), (0, 2), (1j, 3)])
def test_a_factor_on_the_other_side_is_never_reached(w, factor):
    assert steps_to_reach(w, factor) == math.inf


def test_zero_reaches_every_smaller_factor_in_one_step():
    assert steps_to_reach(0, 0.999) == steps_to_reach(0j, 5e-324) == 1


@pytest.mark.parametrize("imaginary", [1e-9, 1e-12, 1e-20, 1e-150])
def test_horizons_beyond_all_floats_are_found_at_once(imaginary):
    steps = steps_to_reach(1 + imaginary * 1j, 2)
    assert steps == pytest.approx(2 * math.log(2) / imaginary**2, rel=1e-9, abs=0)


def test_the_slowest_real_decay_has_the_longest_horizon():
    w = 1 - EPS / 2
    assert steps_to_reach(w, 0.5) == pytest.approx(math.log(2) * 2 / EPS, rel=1e-14, abs=0)


# --- descent_path ------------------------------------------------------------------------


def test_descent_follows_the_slope_of_the_loss():
    path = descent_path(0.9, 7, 0.5, 0.01, 12)
    assert (path.shape, path.dtype, path[0]) == ((13,), np.float64, 0.9)
    h = 1e-6
    losses = [(powers(path[:-1] + shift, 7)[:, 7] - 0.5) ** 2 for shift in (h, -h)]
    slopes = (losses[0] - losses[1]) / (2 * h)
    np.testing.assert_allclose(np.diff(path), -0.01 * slopes, rtol=1e-7, atol=1e-12)


def test_descent_without_updates_stays_where_it_is():
    np.testing.assert_array_equal(descent_path(-0.3, 5, 0.5, 0.1, 0), [-0.3])
    np.testing.assert_array_equal(descent_path(0.5, 1, 0.5, 0.1, 3), [0.5] * 4)


def test_descent_on_a_line_halves_the_distance():
    np.testing.assert_allclose(descent_path(1, 1, 0, 0.25, 4), 0.5 ** np.arange(5), rtol=1e-15)


def test_descent_that_leaves_the_floats_blames_the_rate():
    for horizon in (2, 3, 50):
        with pytest.raises(ValueError, match=r"rate .*too large"):
            descent_path(3, horizon, 0.5, 1.0, 500)


# --- what all share ----------------------------------------------------------------------


@pytest.mark.parametrize("function", BY_STEPS)
def test_the_shape_of_the_weights_leads(function):
    w = np.linspace(-0.9, 0.9, 6).reshape(2, 3)
    result = function(w, 4)
    assert result.shape == (2, 3, 5)
    np.testing.assert_array_equal(result[1, 2], function(w[1, 2], 4))
    assert function(0.5, 4).shape == (5,)
    assert function(np.empty((0, 2)), 4).shape == (0, 2, 5)


@pytest.mark.parametrize("function", BY_STEPS)
def test_no_steps_give_one_row(function):
    first = function([0.5, 2], 0)
    np.testing.assert_array_equal(first, [[float(function is powers)]] * 2)


@pytest.mark.parametrize("function", BY_STEPS)
def test_results_are_double_precision(function):
    single, double = np.float32(0.7), float(np.float32(0.7))
    np.testing.assert_array_equal(function(single, 50), function(double, 50))
    np.testing.assert_array_equal(function(3, 30), function(3.0, 30))
    np.testing.assert_array_equal(function(np.int8(100), 5), function(100.0, 5))
    assert function(single, 50).dtype == function([1, 2], 3).dtype == np.float64
    kind = np.float64 if function is log_abs_powers else np.complex128
    assert function(np.complex64(1j), 3).dtype == kind


def test_integers_of_any_size_are_numbers():
    np.testing.assert_array_equal(powers(10**30, 1), [1, 1e30])
    assert steps_to_reach(10**30, 10**90) == 3


def test_weights_are_left_as_they_were():
    w = np.array([0.5, -2.0])
    for function in BY_STEPS:
        function(w, 3)
    np.testing.assert_array_equal(w, [0.5, -2.0])


@pytest.mark.parametrize("function", BY_STEPS)
def test_steps_go_through_operator_index(function):
    np.testing.assert_array_equal(function(0.5, np.int16(3)), function(0.5, 3))
    np.testing.assert_array_equal(function(0.5, np.array(3)), function(0.5, 3))


def test_powers_of_a_negative_weight_alternate_in_sign():
    np.testing.assert_array_equal(powers(-2, 4), [1, -2, 4, -8, 16])
    np.testing.assert_array_equal(powers(-1, 5), [1, -1, 1, -1, 1, -1])


# --- Sensitivities -------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", [0.3, 0.9, 0.99])
def test_sensitivities_are_sums_over_all_lags(radius):
    k = np.arange(0.0, 6000)
    made = sensitivities(radius)
    gamma, log = np.sqrt(1 - radius**2), np.log(radius)
    weights = radius**k
    slopes = k * radius ** (k - 1)
    assert made.state == pytest.approx(np.linalg.norm(weights))
    assert made.weight == pytest.approx(np.linalg.norm(slopes))
    scaled = gamma * slopes - radius / gamma * weights  # d(gamma h) / d lambda, lag by lag
    assert made.rate == pytest.approx(np.linalg.norm(scaled) * abs(radius * log))
    assert made.phase == pytest.approx(gamma * np.linalg.norm(k * weights))


def test_slope_in_the_weight_is_what_noise_does_to_two_nearby_units():
    r, w, h = 0.9, np.array([0.9 - 1e-4, 0.9, 0.9 + 1e-4])[:, None], np.zeros((3, 100_000))
    source = rng()
    for _ in range(200):
        h = w * h + source.standard_normal(100_000)
    slopes, made = (h[2] - h[0]) / 2e-4, sensitivities(r)
    assert np.std(h[1]) == pytest.approx(made.state, rel=0.01)
    assert np.std(slopes) == pytest.approx(made.weight, rel=0.01)


def test_only_the_rate_is_tame_near_the_circle():
    made = sensitivities(1 - np.logspace(-2, -8, 4))
    np.testing.assert_allclose(made.rate, 0.5, rtol=1e-4)
    for wild, power in ((made.state, 0.5), (made.weight, 1.5), (made.phase, 1.0)):
        np.testing.assert_allclose(wild[1:] / wild[:-1], 100**power, rtol=0.02)
