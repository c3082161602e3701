"""Laws of `longterm.products`: products of fresh scalar weights."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import k0, loggamma
from shared import rng

from longterm.products import (
    log_abs_moments,
    median_abs_product,
    product_variance,
    sample_log_abs_products,
    variance_for,
)

DISTRIBUTIONS = ("normal", "uniform", "sign")
STANDARD_ERRORS = 4.5
each_distribution = pytest.mark.parametrize("distribution", DISTRIBUTIONS)

sizes = st.floats(1e-12, 1e6)
signs = st.sampled_from([1.0, -1.0])


def exact_variance(variance, steps, mean):
    """(v + mu²)^n - mu^(2n) in fractions."""
    v, square = Fraction(variance), Fraction(mean) ** 2
    return float((v + square) ** steps - square**steps)


# --- product_variance --------------------------------------------------------------------


@given(v=sizes, mean=sizes, sign=signs, steps=st.integers(0, 20))
def test_variance_agrees_with_exact_fractions(v, mean, sign, steps):
    exact = exact_variance(v, steps, sign * mean)
    assert product_variance(v, steps, sign * mean) == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("v", "steps", "mean"),
    [
        (1e-30, 5, 1e3),
        (1e-300, 3, 1.0),
        (1e-25, 7, -2.5),
        (1e-20, 1000, 0.99),
        (1e-17, 9, 1.0),
        (5e-18, 1, 1.0),
        (1e-3, 400, 1.0),
        (2.0, 30, 1e-9),
        (1e-40, 2, 1e100),
        (1e-16, 10**4, 1.0),
    ],
)
def test_variance_does_not_cancel(v, steps, mean):
    exact = exact_variance(v, steps, mean)
    assert product_variance(v, steps, mean) == pytest.approx(exact, rel=3e-13, abs=0)


@given(v=st.floats(0, 1e6), steps=st.integers(1, 40))
def test_centred_weights_have_variance_to_the_power_of_steps(v, steps):
    assert product_variance(v, steps) == pytest.approx(
        float(Fraction(v) ** steps), rel=1e-14, abs=0
    )


@given(v=sizes, mean=st.floats(-10, 10), s=st.integers(0, 15), t=st.integers(0, 15))
def test_variances_of_two_independent_legs_combine(v, mean, s, t):
    first, second = product_variance(v, s, mean), product_variance(v, t, mean)
    legs = first * second + first * mean ** (2 * t) + second * mean ** (2 * s)
    assert product_variance(v, s + t, mean) == pytest.approx(legs, rel=1e-11, abs=1e-280)


@pytest.mark.parametrize("mean", [0, 0.7, -3])
def test_no_factors_have_no_variance(mean):
    assert product_variance(2.5, 0, mean) == 0
    np.testing.assert_array_equal(product_variance([1, 2], 0, [[mean]]), [[0, 0]])


@pytest.mark.parametrize("mean", [0, 0.7, -3])
def test_constant_weights_have_no_variance(mean):
    assert product_variance(0, 5, mean) == 0


def test_variance_of_very_long_products_ends_at_zero_or_infinity():
    assert product_variance(2.0, 2**63 - 1) == math.inf
    assert product_variance(0.5, 2**63 - 1) == 0
    assert product_variance(0.1, 10**6, 1.0) == math.inf
    assert product_variance(1e-18, 10**18, 1.0) == pytest.approx(math.e - 1, rel=1e-12, abs=0)


def test_variance_broadcasts_over_variance_and_mean():
    v, mean = np.array([0.1, 1.0, 0.0]), np.array([[0.0], [2.0]])
    expected = [[exact_variance(a, 4, b) for a in v] for b in mean[:, 0]]
    np.testing.assert_allclose(product_variance(v, 4, mean), expected, rtol=1e-14)
    assert isinstance(product_variance(1, 2), float)


def test_shapes_that_do_not_broadcast_name_mean_and_variance():
    for steps in (0, 2):
        with pytest.raises(ValueError, match="mean must broadcast against variance"):
            product_variance([1, 2, 3], steps, mean=[1, 2])
    with pytest.raises(ValueError, match=r"variance and mean .*10\*\*8"):
        product_variance(np.ones((20_000, 1)), 2, np.ones(20_000))


@pytest.mark.parametrize("mean", [0.0, 0.5])
def test_variance_agrees_with_simulation(mean):
    weights = mean + rng().uniform(-1, 1, size=(400_000, 5)) * math.sqrt(1.8)
    squares = (weights.prod(axis=1) - mean**5) ** 2
    error = STANDARD_ERRORS * squares.std() / math.sqrt(len(squares))
    assert product_variance(0.6, 5, mean) == pytest.approx(squares.mean(), abs=error)


# --- variance_for ------------------------------------------------------------------------


@given(target=st.floats(1e-300, 1e300), steps=st.integers(1, 500))
def test_variance_for_is_the_inverse_of_product_variance(target, steps):
    assert product_variance(variance_for(target, steps), steps) == pytest.approx(
        target, rel=1e-12, abs=0
    )


def test_variance_for_is_the_root():
    assert variance_for(1024, 10) == pytest.approx(2, rel=1e-15, abs=0)
    np.testing.assert_allclose(variance_for([[1, 8, 27]], 3), [[1, 2, 3]], rtol=1e-15)
    assert variance_for(0.3, 1) == 0.3
    assert isinstance(variance_for(np.float32(4), 2), float)


# --- log_abs_moments ---------------------------------------------------------------------


def test_moments_of_the_log_agree_with_quadrature():
    halves = {"normal": stats.halfnorm(scale=1.7).pdf, "uniform": lambda x: 1 / (1.7 * 3**0.5)}
    for distribution, density in halves.items():
        top = 1.7 * 3**0.5 if distribution == "uniform" else 20.0
        first, second = (
            quad(lambda y, k=k, f=density: y**k * f(math.exp(y)) * math.exp(y), -80, math.log(top))[
                0
            ]
            for k in (1, 2)
        )
        expected = pytest.approx((first, second - first**2), rel=1e-7, abs=0)
        assert log_abs_moments(1.7**2, distribution) == expected


def test_moments_of_the_log_are_the_formulas():
    euler = 0.5772156649015329
    assert log_abs_moments(1) == pytest.approx((-(euler + math.log(2)) / 2, math.pi**2 / 8))
    assert log_abs_moments(3, "uniform") == pytest.approx((math.log(3) - 1, 1))
    assert log_abs_moments(9, "sign") == (math.log(3), 0)


@each_distribution
@given(v=sizes)
def test_scaling_the_weight_shifts_the_mean_of_the_log_alone(distribution, v):
    mean, variance = log_abs_moments(v, distribution)
    unit_mean, unit_variance = log_abs_moments(1, distribution)
    assert mean == pytest.approx(unit_mean + math.log(v) / 2, abs=1e-14)
    assert variance == unit_variance


@each_distribution
def test_moments_take_the_shape_of_the_variance(distribution):
    mean, variance = log_abs_moments([[1, 2, 3]], distribution)
    assert mean.shape == variance.shape == (1, 3)
    assert mean[0, 1] == log_abs_moments(2, distribution)[0]
    assert all(isinstance(moment, float) for moment in log_abs_moments(2, distribution))


# --- median_abs_product ------------------------------------------------------------------


def test_median_of_one_normal_is_its_third_quartile():
    assert median_abs_product(1, 1) == pytest.approx(0.6744897501960817, rel=1e-12, abs=0)
    assert median_abs_product(4, 1) == pytest.approx(2 * 0.6744897501960817, rel=1e-12, abs=0)


def test_median_of_two_normals_halves_the_bessel_density():
    def below(x):
        return 2 / math.pi * quad(k0, 0, x, epsabs=1e-14)[0] - 0.5

    assert median_abs_product(1, 2) == pytest.approx(
        brentq(below, 0.1, 1, xtol=1e-14), rel=1e-10, abs=0
    )


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 10, 20, 50])
def test_median_agrees_with_repeated_convolution(steps):
    step, count = 0.02, 2**15
    y = (np.arange(count) - count * 0.9) * step
    density = math.sqrt(2 / math.pi) * np.exp(y - np.exp(2 * np.minimum(y, 5)) / 2)
    law = np.fft.irfft(np.fft.rfft(density * step) ** steps, count) / step
    y_sum = np.mod(steps * y[0] - y[0], count * step) + y  # the sum starts at steps * y[0] ...
    y_sum = np.where(y_sum > y[-1], y_sum - count * step, y_sum)  # ... and wraps around
    order = np.argsort(y_sum)
    curve = CubicSpline(y_sum[order], law[order]).antiderivative()
    centre = steps * log_abs_moments(1)[0]
    median = brentq(lambda x: curve(x) - 0.5, centre - 1, centre + 2, xtol=1e-14)
    assert math.log(median_abs_product(1, steps)) == pytest.approx(median, abs=2e-9)


@pytest.mark.parametrize("steps", [2, 7, 30])
def test_half_of_many_products_lie_below_the_median(steps):
    count = 100_000
    logs = sum(np.log(np.abs(row)) for row in rng().standard_normal((steps, count)))
    below = np.mean(logs + steps * math.log(1.3) / 2 < math.log(median_abs_product(1.3, steps)))
    assert below == pytest.approx(0.5, abs=STANDARD_ERRORS * 0.5 / math.sqrt(count))


@given(v=st.floats(0.01, 100), steps=st.integers(0, 50))
def test_median_scales_with_the_standard_deviation(v, steps):
    scaled = median_abs_product(1, steps) * v ** (steps / 2)
    assert median_abs_product(v, steps) == pytest.approx(scaled, rel=1e-11, abs=0)


@pytest.mark.parametrize("steps", [1000, 10**6])
def test_median_of_long_products_follows_edgeworth(steps):
    mean, variance = log_abs_moments(1)
    third = -14 * 1.2020569031595942 / 8  # psi''(1/2) / 8, of ln|z|
    balanced = math.exp(-2 * mean)  # the weight variance whose log has mean 0
    expected = -third / (6 * variance)
    assert math.log(median_abs_product(balanced, steps)) == pytest.approx(
        expected, abs=0.1 / steps**0.5
    )


@pytest.mark.parametrize("steps", [50, 1000])
def test_inversion_integral_is_zero_at_the_median(steps):
    median = math.log(median_abs_product(1, steps))

    def integrand(s):
        log_phi = loggamma((1 + 1j * s) / 2) - loggamma(0.5) + 1j * s * math.log(2) / 2
        return np.exp(steps * log_phi - 1j * s * median).imag / s

    whole, _ = quad(integrand, 0, 12 / math.sqrt(steps), epsabs=1e-14, limit=200)
    assert abs(whole) < 3e-13


def test_median_of_no_factors_is_one():
    assert median_abs_product(0.3, 0) == 1
    assert type(median_abs_product(0.3, 0)) is type(median_abs_product(2, 3)) is float


def test_median_beyond_floats_is_zero_or_infinite_in_silence():
    assert median_abs_product(1.0, 5000) == 0
    assert median_abs_product(100.0, 5000) == math.inf


def test_median_lies_above_the_geometric_mean():
    for steps in range(1, 51):
        assert math.log(median_abs_product(1, steps)) > steps * log_abs_moments(1)[0] + 0.24


# --- sample_log_abs_products -------------------------------------------------------------


@each_distribution
def test_sampled_logs_start_at_zero_and_have_their_shape(distribution):
    logs = sample_log_abs_products(2.0, 3, 5, rng=rng(), distribution=distribution)
    assert (logs.shape, logs.dtype) == ((5, 4), np.float64)
    np.testing.assert_array_equal(logs[:, 0], 0)
    alone = sample_log_abs_products(2.0, 0, 5, rng=rng(), distribution=distribution)
    np.testing.assert_array_equal(alone, np.zeros((5, 1)))


@each_distribution
def test_sampled_logs_have_the_exact_moments(distribution):
    steps, count = 6, 100_000
    logs = sample_log_abs_products(0.7, steps, count, rng=rng(), distribution=distribution)
    mean, variance = log_abs_moments(0.7, distribution)
    increments = np.diff(logs, axis=1)
    error = STANDARD_ERRORS * math.sqrt(variance / count) + 1e-12
    np.testing.assert_allclose(increments.mean(axis=0), mean, atol=error)
    squares = (logs[:, -1] - steps * mean) ** 2
    error = STANDARD_ERRORS * squares.std() / math.sqrt(count) + 1e-12
    assert squares.mean() == pytest.approx(steps * variance, abs=error)


@each_distribution
def test_sampled_steps_are_independent(distribution):
    logs = sample_log_abs_products(1.0, 2, 50_000, rng=rng(), distribution=distribution)
    first, second = np.diff(logs, axis=1).T
    assert abs(np.mean((first - first.mean()) * (second - second.mean()))) < 5 * 1.3 / 50_000**0.5


def test_one_sampled_step_follows_its_law():
    laws = {"normal": stats.halfnorm(scale=2).cdf, "uniform": stats.uniform(0, 2 * 3**0.5).cdf}
    for distribution, law in laws.items():
        logs = sample_log_abs_products(4, 1, 50_000, rng=rng(), distribution=distribution)
        assert stats.kstest(np.exp(logs[:, 1]), law).pvalue > 1e-3


# --- what all share ----------------------------------------------------------------------


def test_the_generator_moves_on():
    source = rng()
    first = sample_log_abs_products(1.0, 2, 3, rng=source)
    assert not np.array_equal(first, sample_log_abs_products(1.0, 2, 3, rng=source))
    np.testing.assert_array_equal(first, sample_log_abs_products(1.0, 2, 3, rng=rng()))


@given(v=sizes, mean=sizes)
def test_one_factor_has_its_own_variance(v, mean):
    assert product_variance(v, 1, mean) == pytest.approx(v, rel=1e-13, abs=0)


def test_sign_weights_have_no_spread_at_all():
    logs = sample_log_abs_products(4, 3, 2, rng=rng(), distribution="sign")
    np.testing.assert_allclose(logs, [np.arange(4) * math.log(2)] * 2, rtol=1e-15)


def test_the_median_of_samples_is_the_median():
    logs = sample_log_abs_products(1.2, 4, 200_000, rng=rng())
    medians = np.log([median_abs_product(1.2, t) for t in range(1, 5)])
    below = (logs[:, 1:] < medians).mean(axis=0)
    np.testing.assert_allclose(below, 0.5, atol=STANDARD_ERRORS * 0.5 / math.sqrt(200_000))
