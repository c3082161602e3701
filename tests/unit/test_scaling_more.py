"""Laws of the tanh mean field in longterm.scaling, beyond the contract of the module."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from longterm import scaling

GAINS = (1.0001, 1.05, 1.25, 1.5, 2.0, 5.0, 10.0)


def normal_mean(function, variance):
    """Mean of an even function of a N(0, variance) number, by adaptive quadrature."""
    bend = 1 / max(1.0, np.sqrt(variance))
    pieces = [(0, bend), (bend, 9 * bend), (9 * bend, 12)] if bend < 1 else [(0, 12)]
    density = lambda xi: 2 * np.exp(-(xi**2) / 2) / np.sqrt(2 * np.pi)  # noqa: E731
    integrand = lambda xi: density(xi) * function(np.sqrt(variance) * xi)  # noqa: E731
    return sum(quad(integrand, *piece, epsabs=1e-13, epsrel=1e-12)[0] for piece in pieces)


@pytest.mark.parametrize("gain", GAINS)
def test_the_variance_reproduces_itself(gain):
    q, _ = scaling.tanh_mean_field(gain)
    assert q == pytest.approx(gain**2 * normal_mean(lambda x: np.tanh(x) ** 2, q), rel=1e-9)


@pytest.mark.parametrize("gain", GAINS)
def test_the_factor_is_the_mean_squared_slope(gain):
    q, chi = scaling.tanh_mean_field(gain)
    assert chi == pytest.approx(gain**2 * normal_mean(lambda x: np.cosh(x) ** -4, q), rel=1e-9)


@pytest.mark.parametrize("gain", [1e-3, 0.5, 0.999, 1.0])
def test_up_to_gain_one_the_network_is_linear(gain):
    """Exactly, on every processor: a slider prints a mean that ends in half a hundredth."""
    assert scaling.tanh_mean_field(gain) == (0.0, gain**2)
    assert scaling.tanh_gradient_step(gain, 16) == (2 * np.log(gain) - 1 / 16, 2 / 16)
    mean, variance = scaling.tanh_gradient_step(gain, 20)
    assert variance == pytest.approx(2 / 20)
    assert mean == pytest.approx(2 * np.log(gain) - 1 / 20)


@pytest.mark.parametrize("excess", [1e-15, 1e-12, 1e-9, 1e-6, 1e-4])
def test_just_above_gain_one_the_variance_equals_the_excess(excess):
    q, chi = scaling.tanh_mean_field(1 + excess)
    assert q == pytest.approx((1 + excess) - 1, rel=1e-3)
    assert chi == pytest.approx(1, abs=1e-7)


@given(st.floats(1e-3, 49), st.floats(1e-3, 1))
def test_the_factor_and_the_variance_grow_with_the_gain(gain, more):
    low, high = scaling.tanh_mean_field(gain), scaling.tanh_mean_field(gain + more)
    assert low[0] <= high[0]
    assert low[1] < high[1]


@given(st.floats(1e-3, 50))
def test_the_variance_stays_below_the_squared_gain(gain):
    q, chi = scaling.tanh_mean_field(gain)
    assert 0 <= q < gain**2
    assert 0 < chi <= gain**2 * (1 + 1e-12)


@pytest.mark.parametrize("gain", [0.9, 1.25, 2.0])
def test_mean_and_variance_of_a_step_are_of_order_one_over_the_width(gain):
    (mean, variance), (wide_mean, wide_variance) = (
        scaling.tanh_gradient_step(gain, width) for width in (10, 1000)
    )
    chi = scaling.tanh_mean_field(gain).factor
    assert variance == pytest.approx(100 * wide_variance)
    assert mean - np.log(chi) == pytest.approx(100 * (wide_mean - np.log(chi)))


@pytest.mark.parametrize("gain", [0.9, 1.25, 2.0])
def test_a_step_is_that_of_independent_gradients_and_states(gain):
    """Monte Carlo of one layer: 20 000 draws, within 4 standard errors and 3 % of 1/N."""
    width, draws, rng = 100, 20_000, np.random.default_rng(3)
    q, _ = scaling.tanh_mean_field(gain)
    slopes = np.cosh(np.sqrt(q) * rng.standard_normal((draws, width))) ** -2
    delta = rng.standard_normal((draws, width))
    kept = np.sum((slopes * delta) ** 2, axis=1) / np.sum(delta**2, axis=1)
    logs = np.log(gain**2 * kept * rng.chisquare(width, draws) / width)
    mean, variance = scaling.tanh_gradient_step(gain, width)
    assert logs.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / draws) + 0.03 / width)
    assert logs.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / draws) + 0.03)


@pytest.mark.parametrize("excess", [1e-7, 1e-6])
def test_variance_just_above_a_gain_of_one_has_a_small_relative_error(excess):
    least = (1 - (1 + excess) ** -2) / 2
    q, _ = scaling.tanh_mean_field(1 + excess)
    assert q == pytest.approx(least * (1 + 17 / 6 * least), rel=1e-8, abs=0)


@pytest.mark.parametrize(
    "function", [scaling.tanh_mean_field, lambda g: scaling.tanh_gradient_step(g, 5)]
)
@pytest.mark.parametrize("gain", [0, -1.0, 50.1, np.nan, np.inf])
def test_a_gain_out_of_range_is_named(function, gain):
    with pytest.raises(ValueError, match="gain must be"):
        function(gain)


@pytest.mark.parametrize("gain", ["1", 1j, None])
def test_a_gain_that_is_no_real_number_is_named(gain):
    with pytest.raises(TypeError, match="gain must be"):
        scaling.tanh_mean_field(gain)


@pytest.mark.parametrize("width", [1.0, "3", True])
def test_a_width_that_is_no_integer_is_named(width):
    with pytest.raises(TypeError, match="width must be"):
        scaling.tanh_gradient_step(1.2, width)


def test_a_width_below_one_is_named():
    with pytest.raises(ValueError, match="width must be"):
        scaling.tanh_gradient_step(1.2, 0)
