"""Laws of `longterm.scaling`: walks of ln|h|² through fresh random matrices."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from shared import rng

from longterm.feedforward import backward, forward, random_networks
from longterm.scaling import (
    correlation_depth,
    death_probability,
    gain,
    log_norm_step,
    log_radius,
    lyapunov_exponents,
    next_correlation,
    relu_kurtosis,
    sample_gradient_walks,
    sample_log_norms,
    tanh_depth_law,
    tanh_gradient_step,
    tanh_gradient_walk,
    tanh_mean_field,
)

STANDARD_ERRORS = 4.5
EULER = 0.57721566490153286
ACTIVATIONS = ("linear", "relu")
METHODS = ("law", "matrices")
each_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
each_method = pytest.mark.parametrize("method", METHODS)

widths = st.integers(1, 300)


def digamma_of_half(k):
    """psi(k / 2) from its recurrence alone."""
    first = -EULER - 2 * math.log(2) if k % 2 else -EULER
    return math.fsum([first, *(2 / j for j in range(2 - k % 2, k, 2))])


def trigamma_of_half(k):
    """psi_1(k / 2) from its recurrence alone."""
    first = math.pi**2 / 2 if k % 2 else math.pi**2 / 6
    return math.fsum([first, *(-4 / j**2 for j in range(2 - k % 2, k, 2))])


def relu_moments(width):
    """Mean and variance of ln(chi²_B / N) by an explicit sum over B, given B >= 1."""
    shares = [Fraction(math.comb(width, b), 2**width - 1) for b in range(1, width + 1)]
    means = [digamma_of_half(b) + math.log(2 / width) for b in range(1, width + 1)]
    seconds = [trigamma_of_half(b) + m**2 for b, m in enumerate(means, 1)]
    mean = math.fsum(float(s) * m for s, m in zip(shares, means, strict=True))
    return mean, math.fsum(float(s) * m for s, m in zip(shares, seconds, strict=True)) - mean**2


# --- log_norm_step -----------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 2, 3, 7, 40, 100])
def test_linear_step_agrees_with_quadrature(width):
    def density(y):  # of y = ln(chi²_N / N)
        return math.exp(stats.chi2.logpdf(width * math.exp(y), width) + y + math.log(width))

    limits = {"a": -90 / width - 2, "b": 4.5, "epsabs": 1e-13, "limit": 200, "points": [0]}
    first, second = (quad(lambda y, k=k: y**k * density(y), **limits)[0] for k in (1, 2))
    assert log_norm_step(width) == pytest.approx((first, second - first**2), rel=1e-9, abs=0)


@given(width=widths)
def test_linear_step_agrees_with_the_recurrence_of_digamma(width):
    expected = digamma_of_half(width) - math.log(width / 2), trigamma_of_half(width)
    assert log_norm_step(width) == pytest.approx(expected, rel=1e-11, abs=0)


@pytest.mark.parametrize("width", [10**6, 10**9, 10**15, 2**63 - 1])
def test_linear_step_of_wide_layers_does_not_cancel(width):
    mean, variance = log_norm_step(width)
    assert mean == pytest.approx(-1 / width - 1 / (3 * width**2), rel=1e-12, abs=0)
    assert variance == pytest.approx(2 / width + 2 / width**2, rel=1e-11, abs=0)


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 10, 30, 100, 1000])
def test_relu_step_agrees_with_the_sum_over_active_units(width):
    assert log_norm_step(width, "relu") == pytest.approx(relu_moments(width), rel=1e-11, abs=0)


def test_relu_of_width_one_equals_linear():
    assert log_norm_step(1, "relu") == pytest.approx(log_norm_step(1), rel=1e-14, abs=0)
    assert gain(1, "relu") == pytest.approx(gain(1), rel=1e-14, abs=0)


@pytest.mark.parametrize("width", [10**4, 10**6, 10**8])
def test_relu_step_of_wide_layers_follows_its_expansion(width):
    mean, variance = log_norm_step(width, "relu")
    assert mean == pytest.approx(-math.log(2) - 2.5 / width, abs=20 / width**2 + 1e-14)
    assert variance == pytest.approx(5 / width, rel=20 / width + 1e-9, abs=0)


@each_activation
def test_spread_falls_and_mean_tends_to_its_limit_with_width(activation):
    means, variances = np.transpose([log_norm_step(n, activation) for n in range(1, 400)])
    assert (np.diff(variances[5:]) < 0).all()
    assert (np.diff(means[5:]) > 0).all()
    assert means[-1] == pytest.approx(-math.log(2) if activation == "relu" else 0, abs=0.01)


@each_activation
def test_a_step_is_two_plain_floats(activation):
    assert [type(x) for x in log_norm_step(5, activation)] == [float, float]


# --- gain --------------------------------------------------------------------------------


@each_activation
@given(width=widths)
def test_exact_gain_makes_the_log_norm_unbiased(activation, width):
    mean, _ = log_norm_step(width, activation)
    assert 2 * math.log(gain(width, activation)) + mean == pytest.approx(0, abs=1e-14)


def test_printed_gains_are_the_printed_formulas():
    assert gain(8, "linear", "sussillo") == pytest.approx(math.exp(1 / 16), rel=1e-15, abs=0)
    assert gain(1, formula="sussillo") == pytest.approx(math.exp(0.5), rel=1e-15, abs=0)
    relu = [gain(n, "relu", "sussillo") for n in (1, 6, 7, 100)]
    exact = [math.sqrt(2) * math.exp(1.2 / x) for x in (3.6, 3.6, 4.6, 97.6)]
    assert relu == pytest.approx(exact, rel=1e-15, abs=0)


def test_printed_linear_gain_misses_the_exact_one_by_a_sixth_of_the_width_squared():
    for width in (30, 100, 300):
        miss = math.log(gain(width)) - math.log(gain(width, formula="sussillo"))
        assert miss == pytest.approx(1 / (6 * width**2), rel=0.01, abs=0)


def test_printed_relu_gain_is_poor_below_ten_and_good_from_twenty():
    misses = {n: gain(n, "relu") / gain(n, "relu", "sussillo") - 1 for n in (1, 2, 3, 6, 20, 100)}
    assert min(abs(misses[n]) for n in (1, 2, 3, 6)) > 0.04
    assert max(abs(misses[n]) for n in (20, 100)) < 0.001


# --- sample_log_norms --------------------------------------------------------------------


@each_method
@each_activation
def test_walks_start_at_zero_and_have_their_shape(activation, method):
    options = {"gain": 1.0, "rng": rng(), "activation": activation, "method": method}
    walks = sample_log_norms(3, 5, 7, **options)
    assert (walks.shape, walks.dtype) == ((7, 6), np.float64)
    np.testing.assert_array_equal(walks[:, 0], 0)


@each_method
@each_activation
def test_steps_have_the_exact_moments(activation, method):
    width, depth, trials, g = 5, 3, 8000, 1.3
    options = {"gain": g, "rng": rng(), "activation": activation, "method": method}
    walks = sample_log_norms(width, depth, trials, **options)
    steps = np.diff(walks[np.isfinite(walks).all(axis=1)], axis=1)
    mean, variance = log_norm_step(width, activation)
    error = STANDARD_ERRORS * math.sqrt(variance / len(steps))
    np.testing.assert_allclose(steps.mean(axis=0), mean + 2 * math.log(g), atol=error)
    squares = (steps - steps.mean(axis=0)) ** 2
    error = STANDARD_ERRORS * squares.std() / math.sqrt(len(steps))
    np.testing.assert_allclose(squares.mean(axis=0), variance, atol=error)
    assert abs(np.corrcoef(steps.T)[np.triu_indices(depth, 1)]).max() < 4.5 / len(steps) ** 0.5


@each_method
def test_one_linear_step_is_chi_square(method):
    walks = sample_log_norms(4, 1, 5000, gain=1.7, rng=rng(), method=method)
    squares = 4 * np.exp(walks[:, 1]) / 1.7**2
    assert stats.kstest(squares, stats.chi2(4).cdf).pvalue > 1e-3


@each_method
def test_one_relu_step_is_a_mixture_of_chi_squares(method):
    def law(x):
        return sum(math.comb(3, b) / 7 * stats.chi2(b).cdf(x) for b in (1, 2, 3))

    options = {"gain": 0.6, "rng": rng(), "activation": "relu", "method": method}
    last = sample_log_norms(3, 1, 5000, **options)[:, 1]
    squares = 3 * np.exp(last[np.isfinite(last)]) / 0.6**2
    assert stats.kstest(squares, law).pvalue > 1e-3


@each_activation
@pytest.mark.parametrize("width", [1, 4, 12])
def test_law_and_matrices_agree_in_distribution(activation, width):
    law, matrices = (
        sample_log_norms(width, 8, 3000, gain=1.1, rng=rng(k), activation=activation, method=method)
        for k, method in enumerate(METHODS)
    )
    for depth in (1, 4, 8):
        samples = [np.maximum(walks[:, depth], -1e3) for walks in (law, matrices)]
        assert stats.ks_2samp(*samples, method="asymp").pvalue > 1e-3


@each_method
@pytest.mark.parametrize("width", [1, 2, 4])
def test_deaths_are_as_frequent_as_their_probability(method, width):
    trials = 4000
    options = {"gain": 1.0, "rng": rng(), "activation": "relu", "method": method}
    dead = np.isneginf(sample_log_norms(width, 6, trials, **options))
    expected = np.array([death_probability(width, d) for d in range(1, 7)])
    error = STANDARD_ERRORS * np.sqrt(expected * (1 - expected) / trials)
    assert (abs(dead[:, 1:].mean(axis=0) - expected) <= error).all()


@each_method
def test_the_dead_stay_dead_and_nothing_is_nan(method):
    options = {"gain": 2.0, "rng": rng(), "activation": "relu", "method": method}
    walks = sample_log_norms(2, 12, 500, **options)
    dead = np.isneginf(walks)
    np.testing.assert_array_equal(dead, np.logical_or.accumulate(dead, axis=1))
    assert np.isfinite(walks[~dead]).all()
    assert 0 < dead[:, -1].sum() < len(dead)


@each_method
def test_linear_layers_never_die(method):
    assert np.isfinite(sample_log_norms(1, 10, 500, gain=1.0, rng=rng(), method=method)).all()


@each_method
@each_activation
def test_the_gain_tilts_the_same_walk(activation, method):
    options = {"activation": activation, "method": method}
    level = sample_log_norms(6, 9, 4, gain=1.0, rng=rng(), **options)
    tilted = sample_log_norms(6, 9, 4, gain=1.5, rng=rng(), **options)
    expected = level + 2 * math.log(1.5) * np.arange(10)
    np.testing.assert_allclose(tilted, expected, rtol=1e-12, atol=1e-12)


@each_method
def test_walks_go_on_beyond_the_range_of_floats(method):
    for g in (1e-9, 1e9):
        walks = sample_log_norms(3, 200, 2, gain=g, rng=rng(), method=method)
        assert walks[:, -1] == pytest.approx(400 * math.log(g), rel=0.03, abs=0)


@each_activation
def test_exact_gain_keeps_walks_level(activation):
    width, depth, trials = 20, 100, 4000
    options = {"gain": gain(width, activation), "rng": rng(), "activation": activation}
    last = sample_log_norms(width, depth, trials, **options)[:, -1]
    _, variance = log_norm_step(width, activation)
    error = STANDARD_ERRORS * math.sqrt(depth * variance / trials)
    assert last[np.isfinite(last)].mean() == pytest.approx(0, abs=error)


@each_activation
def test_the_law_never_touches_the_square_of_the_width(activation):
    options = {"gain": 1.0, "rng": rng(), "activation": activation}
    walks = sample_log_norms(10**12, 3, 2, **options)
    drift = -math.log(2) if activation == "relu" else 0
    np.testing.assert_allclose(walks, [drift * np.arange(4)] * 2, atol=1e-4)


def test_matrices_of_a_hundred_million_numbers_are_the_most():
    options = {"gain": 1.0, "rng": rng(), "method": "matrices"}
    with pytest.raises(ValueError, match=r"trials and width .*10\*\*8"):
        sample_log_norms(10**4, 1, 10**4 + 1, **options)
    with pytest.raises(ValueError, match=r"width .*10\*\*8"):
        sample_log_norms(10**4 + 1, 1, 1, **options)


# --- death_probability -------------------------------------------------------------------


@given(width=st.integers(1, 60), depth=st.integers(1, 200))
def test_death_agrees_with_exact_fractions(width, depth):
    exact = 1 - (1 - Fraction(1, 2**width)) ** depth
    assert death_probability(width, depth) == pytest.approx(float(exact), rel=1e-13, abs=0)


def test_death_of_wide_layers_is_rare_but_not_zero():
    assert death_probability(1000, 7) == pytest.approx(7 * 2.0**-1000, rel=1e-14, abs=0)
    assert death_probability(10**6, 7) == 0
    assert death_probability(2**63 - 1, 2**63 - 1) == 0


def test_death_is_certain_in_the_end():
    assert death_probability(3, 10**9) == 1
    assert death_probability(1, 1) == 0.5
    assert type(death_probability(5, 5)) is float


# --- lyapunov_exponents ------------------------------------------------------------------


@given(width=widths)
def test_the_first_exponent_is_minus_the_log_of_the_gain(width):
    first = lyapunov_exponents(width)[0]
    assert first == pytest.approx(-math.log(gain(width)), rel=1e-9, abs=0)
    assert first == pytest.approx(log_norm_step(width)[0] / 2, rel=1e-13, abs=0)


@given(width=st.integers(1, 80))
def test_exponents_agree_with_the_recurrence_of_digamma(width):
    exact = [(digamma_of_half(k) + math.log(2 / width)) / 2 for k in range(width, 0, -1)]
    exponents = lyapunov_exponents(width)
    np.testing.assert_allclose(exponents, exact, rtol=1e-11, atol=1e-14)
    assert exponents.shape == (width,)
    assert (np.diff(exponents) < 0).all()


@given(width=widths)
def test_exponents_sum_to_the_growth_of_volumes(width):
    # E ln|det W| of a Gaussian matrix: a sum over independent chi variables (Bartlett).
    volume = math.fsum(
        log_norm_step(k)[0] / 2 + math.log(k / width) / 2 for k in range(1, width + 1)
    )
    assert lyapunov_exponents(width).sum() == pytest.approx(volume, rel=1e-11, abs=0)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_exponents_agree_with_a_simulated_product(width):
    source, count, Q = rng(), 4000, np.eye(width)
    logs = np.empty((count, width))
    for t in range(count):
        Q, R = np.linalg.qr(source.standard_normal((width, width)) / math.sqrt(width) @ Q)
        logs[t] = np.log(np.abs(np.diag(R)))
    error = STANDARD_ERRORS * logs.std(axis=0) / math.sqrt(count)
    assert (abs(logs.mean(axis=0) - lyapunov_exponents(width)) <= error).all()


# --- tanh by mean field ------------------------------------------------------------------


def normal_mean(function, variance):
    """E f(x) for x ~ N(0, variance), by adaptive quadrature."""
    sd = math.sqrt(variance)
    mean, _ = quad(lambda z: function(sd * z) * stats.norm.pdf(z), -12, 12, epsabs=1e-14, limit=300)
    return mean


def sech2(x):
    tail = math.exp(-2 * abs(x))
    return 4 * tail / (1 + tail) ** 2


@pytest.mark.parametrize("g", [1.0001, 1.01, 1.1, 1.5, 3, 10, 50])
def test_the_tanh_variance_is_a_fixed_point(g):
    variance, factor = tanh_mean_field(g)
    assert g**2 * normal_mean(lambda x: math.tanh(x) ** 2, variance) == pytest.approx(
        variance, rel=1e-10, abs=0
    )
    assert factor == pytest.approx(
        g**2 * normal_mean(lambda x: sech2(x) ** 2, variance), rel=1e-9, abs=0
    )


@pytest.mark.parametrize("g", [1e-3, 0.5, 0.999, 1.0])
def test_up_to_gain_one_the_network_is_linear(g):
    """Exactly, on every processor: a slider prints a mean that ends in half a hundredth."""
    assert tanh_mean_field(g) == (0.0, g**2)
    assert tanh_gradient_step(g, 16) == (2 * math.log(g) - 1 / 16, 2 / 16)
    mean, variance = tanh_gradient_step(g, 20)
    assert variance == pytest.approx(2 / 20)
    assert mean == pytest.approx(2 * math.log(g) - 1 / 20)


@pytest.mark.parametrize("excess", [1e-15, 1e-12, 1e-9, 1e-6, 1e-4])
def test_just_above_gain_one_the_variance_equals_the_excess(excess):
    q, chi = tanh_mean_field(1 + excess)
    assert q == pytest.approx((1 + excess) - 1, rel=1e-3)
    assert chi == pytest.approx(1, abs=1e-7)


@given(st.floats(1e-3, 49), st.floats(1e-3, 1))
def test_the_factor_and_the_variance_grow_with_the_gain(g, more):
    low, high = tanh_mean_field(g), tanh_mean_field(g + more)
    assert low[0] <= high[0]
    assert low[1] < high[1]


@given(st.floats(1e-3, 50))
def test_the_variance_stays_below_the_squared_gain(g):
    q, chi = tanh_mean_field(g)
    assert 0 <= q < g**2
    assert 0 < chi <= g**2 * (1 + 1e-12)


@pytest.mark.parametrize("excess", [1e-7, 1e-6])
def test_variance_just_above_a_gain_of_one_has_a_small_relative_error(excess):
    least = (1 - (1 + excess) ** -2) / 2
    q, _ = tanh_mean_field(1 + excess)
    assert q == pytest.approx(least * (1 + 17 / 6 * least), rel=1e-8, abs=0)


def test_tanh_gains_above_fifty_are_refused():
    for call in (tanh_mean_field, lambda g: tanh_gradient_step(g, 3)):
        with pytest.raises(ValueError, match="gain must be above 0 and at most 50"):
            call(50.1)


@pytest.mark.parametrize(("g", "width"), [(0.8, 10), (1.3, 100), (3, 7)])
def test_a_tanh_step_has_the_moments_of_its_slopes(g, width):
    variance, factor = tanh_mean_field(g)
    second, fourth = (normal_mean(lambda x, k=k: sech2(x) ** k, variance) for k in (2, 4))
    spread = (3 * fourth / second**2 - 1) / width
    expected = pytest.approx((math.log(factor) - spread / 2, spread), rel=1e-9, abs=0)
    assert tanh_gradient_step(g, width) == expected


@pytest.mark.parametrize("g", [0.7, 1.25, 2.0])
def test_a_tanh_step_agrees_with_simulation(g):
    width, trials = 200, 4000
    source, (mean, variance) = rng(), tanh_gradient_step(g, width)
    q = tanh_mean_field(g)[0]
    slopes = 1 - np.tanh(math.sqrt(q) * source.standard_normal((trials, width))) ** 2
    delta = np.full(width, width**-0.5)  # backwards: g Wᵀ (slope * delta), W fresh
    norms = np.linalg.norm(slopes * source.standard_normal((trials, width)), axis=1)
    logs = 2 * np.log(g * norms * np.linalg.norm(delta) / math.sqrt(width))
    assert logs.mean() == pytest.approx(mean, abs=4.5 * math.sqrt(variance / trials) + 5 / width**2)
    assert logs.var() == pytest.approx(variance, rel=4.5 * math.sqrt(2 / trials) + 5 / width, abs=0)


# --- tanh through many layers ---------------------------------------------------------------


def wandering_walk(g, width, depth):
    """Mean and variance of the walk, its derivatives by differences, layer by layer."""
    q, chi = tanh_mean_field(g)
    h, s = math.tanh, sech2

    def mean(f, at=q):
        return normal_mean(f, at)

    def derivatives(f, e=5e-3 * q):
        low, mid, high = (mean(f, q + k * e) for k in (-1, 0, 1))
        return (high - low) / (2 * e), (high - 2 * mid + low) / e**2

    phi, bend = (g**2 * d for d in derivatives(lambda x: h(x) ** 2))
    first, second = (d / mean(lambda x: s(x) ** 2) for d in derivatives(lambda x: s(x) ** 2))
    square, slopes = mean(lambda x: h(x) ** 2), mean(lambda x: s(x) ** 2)
    mixed = mean(lambda x: (s(x) * h(x)) ** 2)
    single = 3 * mean(lambda x: s(x) ** 4) / slopes**2 - 1
    noise = g**4 * (mean(lambda x: h(x) ** 4) - square**2)
    joint = g**2 * (mixed / slopes - square)
    kept = mean(lambda x: (s(x) * x - phi * h(x)) ** 2) / square
    # All second moments of (q - q*, walk) by their recursions, times the width.
    spread = shift = with_walk = walked = variance = 0.0
    for _ in range(depth):
        variance += single + first**2 * spread + 2 * first * with_walk
        walked += first * shift + (second - first**2) / 2 * spread - single / 2
        with_walk = phi * (with_walk + first * spread) + joint
        shift = phi * shift + bend / 2 * spread
        spread = phi**2 * spread + noise
    overlap, share = 1.0, mixed / (square * slopes)
    for _ in range(depth):
        walked += (overlap - 1) * (share - 1)
        overlap = (phi**2 * overlap + kept) / chi
        walked += overlap - 1
    return depth * math.log(chi) + walked / width, variance / width, overlap


@pytest.mark.parametrize("g", [1.05, 1.25, 1.5, 3.0])
def test_a_tanh_walk_agrees_with_its_moments_layer_by_layer(g):
    for depth in (1, 2, 7, 60):
        *moments, _ = wandering_walk(g, 100, depth)
        assert tanh_gradient_walk(g, 100, depth) == pytest.approx(moments, rel=1e-3)
    short, long = (wandering_walk(g, 1, depth) for depth in (400, 600))
    law = tanh_depth_law(g)
    assert (long[1] - short[1]) / 200 == pytest.approx(law.variance, rel=1e-3)
    mean = math.log(tanh_mean_field(g).factor) - law.loss
    assert (long[0] - short[0]) / 200 == pytest.approx(mean, rel=1e-3)
    assert long[2] == pytest.approx(law.overlap, rel=1e-3)


def test_a_tanh_walk_starts_from_the_linear_one_at_the_edge_and_grows_to_twice_its_variance():
    assert tanh_gradient_walk(1, 20, 50) == pytest.approx((-50 / 20, 50 * 2 / 20))
    assert tanh_gradient_walk(1 + 1e-6, 10**7, 50) == pytest.approx((-5e-6, 1e-5), abs=2e-9)
    law = tanh_depth_law(1 + 1e-4)
    assert law == pytest.approx((4, 1, 2 / 3 * 1e-4, 0.5e4), rel=1e-3)


def test_too_near_the_edge_there_is_no_tanh_walk():
    with pytest.raises(ValueError, match=r"width \* \(gain - 1\) must be at least 1"):
        tanh_gradient_walk(1.06, 16, 50)
    for call in (tanh_depth_law, lambda g: sample_gradient_walks(3, 3, 3, gain=g, rng=rng())):
        with pytest.raises(ValueError, match="gain must be above 1"):
            call(1.0)


@pytest.mark.parametrize("g", [1.1, 1.8])
def test_sampled_gradients_have_the_law_of_real_networks(g):
    width, depth, trials = 6, 12, 4000
    source, (q, _) = rng(), tanh_mean_field(g)
    net = random_networks(width, depth, trials, rng=source, inputs=1)
    start = net.entry / np.linalg.norm(net.entry, axis=1, keepdims=True)
    net = net._replace(entry=start * math.sqrt(width * q) / g)
    states = forward(net, [[1.0]], g, "tanh")
    flow = backward(net, states, source.standard_normal(states.shape[1:]), g, "tanh")[:, :, 0]
    real = 2 * np.log(np.linalg.norm(flow, axis=2) / np.linalg.norm(flow[-1], axis=1))[::-1].T
    drawn = sample_gradient_walks(width, depth, trials, gain=g, rng=rng(1))
    for layers in (1, 2, depth):
        assert stats.ks_2samp(real[:, layers], drawn[:, layers]).pvalue > 1e-3
    product = np.cov(np.diff(real).T)[0, 1:4] - np.cov(np.diff(drawn).T)[0, 1:4]
    assert abs(product).max() < 4.5 * math.sqrt(2 / trials) * np.diff(real).var()


@pytest.mark.parametrize("g", [1.25, 2.0])
@pytest.mark.parametrize(("width", "trials"), [(24, 8000), (240, 800)])
def test_a_tanh_walk_agrees_with_simulation_at_two_widths_tenfold_apart(g, width, trials):
    depth = 50
    mean, variance = tanh_gradient_walk(g, width, depth)
    ends = sample_gradient_walks(width, depth, trials, gain=g, rng=rng())[:, -1]
    error = math.sqrt(variance / trials)
    assert ends.mean() == pytest.approx(mean, abs=4.5 * error + 50 * depth / width**2)
    near = 4.5 * math.sqrt(2 / trials) + 4 / width  # the frozen law is off by 16 and 35 percent
    assert ends.var() == pytest.approx(variance, rel=near, abs=0)
    fresh = {"gain": g, "rng": rng(), "matrices": "fresh"}
    gap = sample_gradient_walks(width, depth, trials, **fresh)[:, -1].mean() - ends.mean()
    assert gap == pytest.approx(
        {1.25: 0.5314, 2.0: 0.3209}[g] * depth / width, abs=6.4 * error + 50 * depth / width**2
    )


# --- what all share ----------------------------------------------------------------------


def test_sizes_go_through_operator_index():
    assert gain(np.int8(5)) == gain(5)
    assert death_probability(np.array(3), np.uint8(2)) == death_probability(3, 2)


def test_relu_of_width_two_is_a_mixture_by_hand():
    one, two = digamma_of_half(1), digamma_of_half(2)
    mean = (2 * one + two) / 3
    spread = (2 * trigamma_of_half(1) + trigamma_of_half(2)) / 3 + 2 / 9 * (one - two) ** 2
    assert log_norm_step(2, "relu") == pytest.approx((mean, spread), rel=1e-13, abs=0)


@given(width=st.integers(2, 300))
def test_linear_gain_agrees_with_the_recurrence_of_digamma(width):
    exact = math.sqrt(width / 2) * math.exp(-digamma_of_half(width) / 2)
    assert gain(width) == pytest.approx(exact, rel=1e-13, abs=0)


def test_the_edge_of_chaos_is_at_gain_one():
    assert tanh_mean_field(1) == (0, pytest.approx(1))
    assert tanh_mean_field(0.5) == (0, pytest.approx(0.25))
    assert tanh_mean_field(1 + 1e-13)[1] == pytest.approx(1, abs=1e-11)
    factors = [tanh_mean_field(g)[1] for g in np.linspace(0.1, 50, 60)]
    assert (np.diff(factors) > 0).all()


# --- Reused matrices, tails, and two inputs ------------------------------------------------------


@pytest.mark.parametrize("width", [1, 2, 8])
def test_log_radius_is_that_of_complex_matrices(width):
    W = rng().standard_normal((2, 4000, width, width)) / np.sqrt(2 * width)
    logs = np.log(np.abs(np.linalg.eigvals(W[0] + 1j * W[1])).max(axis=1))
    mean, variance = log_radius(width)
    assert abs(logs.mean() - mean) < 4 * np.sqrt(variance / 4000)
    assert logs.var() == pytest.approx(variance, rel=0.15)


def test_log_radius_of_one_unit_is_that_of_an_exponential_and_tends_to_zero():
    assert log_radius(1).mean == pytest.approx(-np.euler_gamma / 2, abs=1e-6)
    assert log_radius(1).variance == pytest.approx(np.pi**2 / 24, rel=1e-4)
    radii = [log_radius(n) for n in (20, 100, 500)]
    assert radii[0].mean > radii[1].mean > radii[2].mean > 0
    assert radii[0].variance > radii[1].variance > radii[2].variance > 0
    with pytest.raises(ValueError, match="width must be at most 500"):
        log_radius(501)


@pytest.mark.parametrize("widths", [[4], [3, 6], [8, 5]])
def test_relu_kurtosis_is_that_of_jacobian_entries(widths):
    trials, source = 200_000, rng()
    x, flow = np.ones((trials, 1)), np.ones((trials, 1))
    for n in widths:
        W = source.standard_normal((trials, n, x.shape[1])) * np.sqrt(2 / x.shape[1])
        a, moved = (W @ x[..., None])[..., 0], (W @ flow[..., None])[..., 0]
        x, flow = np.maximum(a, 0), moved * (a > 0)
    last = np.sum(source.standard_normal(flow.shape) * flow, axis=1)
    kurtosis = np.mean(last**4) / np.mean(last**2) ** 2
    assert kurtosis == pytest.approx(relu_kurtosis(widths), rel=0.12)


def test_relu_kurtosis_counts_widths_by_their_inverses():
    assert relu_kurtosis([]) == 3
    assert relu_kurtosis([10, 10]) == pytest.approx(3 * 1.5**2)
    assert relu_kurtosis([100_000] * 1000) == pytest.approx(3 * np.exp(0.05), rel=1e-5)
    with pytest.raises(ValueError, match="widths must be at least 1, got 0"):
        relu_kurtosis([3, 0])


@pytest.mark.parametrize(("gain", "activation"), [(1.5, "tanh"), (np.sqrt(2), "relu")])
def test_next_correlation_is_that_of_wide_layers(gain, activation):
    q = tanh_mean_field(1.5).variance if activation == "tanh" else 1.0
    u, w = np.sqrt(q) * rng().standard_normal((2, 1_000_000))
    f = np.tanh if activation == "tanh" else lambda a: np.maximum(a, 0)
    for c in (-0.5, 0.3, 0.9):
        v = c * u + np.sqrt(1 - c**2) * w
        mean = np.mean(f(u) * f(v)) / np.sqrt(np.mean(f(u) ** 2) * np.mean(f(v) ** 2))
        assert next_correlation(c, gain, activation) == pytest.approx(mean, abs=4e-3)
    assert next_correlation(1.0, gain, activation) == pytest.approx(1.0)


def test_unlike_inputs_become_strangers_at_the_depth_that_the_slope_says():
    c, depth = 1e-3, correlation_depth(1.5)
    assert next_correlation(c, 1.5) / c == pytest.approx(np.exp(-1 / depth), rel=1e-4)
    assert correlation_depth(1.05) > 4 * correlation_depth(1.5)
    close = next_correlation([1 - 1e-4], 1.5)
    grows = (1 - close[0]) / 1e-4
    assert grows == pytest.approx(tanh_mean_field(1.5).factor, rel=1e-3)
    relu = 1 - next_correlation(1 - 1e-6, 1.0, "relu")
    assert 0.998e-6 < relu < 1e-6  # the slope at 1 is 1: no exponential
