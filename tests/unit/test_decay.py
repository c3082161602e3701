"""Laws of `longterm.decay`: half-lives, memories in noise, and paths with skips."""

import numpy as np
import pytest
from scipy.special import expit
from shared import rng

from longterm.decay import (
    chance_kept,
    chrono_biases,
    gate_bias,
    gate_half_life,
    half_life,
    leak_for,
    skip_rate,
    skip_response,
)

# --- half-lives ----------------------------------------------------------------------------


def test_rate_to_the_half_life_is_one_half():
    rates = np.array([1e-9, 0.3, 0.5, 0.9, 0.999, 1 - 1e-12])
    np.testing.assert_allclose(rates ** half_life(rates), 0.5, rtol=1e-9)
    assert half_life(0.5) == 1
    assert half_life(0.0) == 0
    assert half_life(1.0) == np.inf


def test_leak_and_bias_have_the_half_life_that_they_were_made_for():
    lives = np.array([1e-3, 0.5, 1.0, 20.0, 1e6, 1e12])
    np.testing.assert_allclose(half_life(leak_for(lives[:-1])), lives[:-1], rtol=1e-9)
    np.testing.assert_allclose(gate_half_life(gate_bias(lives)), lives, rtol=1e-9)
    np.testing.assert_allclose(leak_for(1e-6), 0.0)


def test_half_life_of_a_gate_is_that_of_its_open_share():
    bias = np.linspace(-5, 20, 26)
    np.testing.assert_allclose(gate_half_life(bias), half_life(expit(bias)), rtol=1e-6)
    assert gate_half_life(0.0) == pytest.approx(1.0)
    assert gate_half_life(40.0) == pytest.approx(np.exp(40) * np.log(2), rel=1e-12)
    assert gate_half_life(-800.0) == pytest.approx(np.log(2) / 800)
    assert gate_half_life(1000.0) == gate_half_life(744.0) == np.inf
    with pytest.raises(ValueError, match="half_life must be above 1e-300"):
        gate_bias(1e-301)


@pytest.mark.parametrize("rate", [0.0, 0.6, 0.95, 1.0])
@pytest.mark.parametrize("marked", [1, 3])
def test_retention_is_that_of_simulated_memories(rate, marked):
    steps, noise, trials = 12, 0.7, 100_000
    drive, state = noise * rng().standard_normal((steps, trials)), np.zeros(trials)
    drive[:marked] = 1.0
    for u in drive:
        state = rate * state + u
    share, exact = np.mean(state > 0), chance_kept(rate, steps, noise, marked)
    assert abs(share - exact) < 4 * np.sqrt(0.25 / trials)


def test_retention_ends_where_theory_says():
    from scipy.stats import norm

    assert chance_kept(0.9, 3, 0.2) == chance_kept(0.9, 1, 0.2, marked=1) == 1.0  # no noise yet
    assert chance_kept(0.9, 5, 1e-310) == 1.0
    assert chance_kept(0.0, 4, 0.2) == 0.5  # nothing is kept
    assert chance_kept(1.0, 103, 0.2) == pytest.approx(norm.cdf(3 / (0.2 * 10)), rel=1e-12)
    rates = np.linspace(0, 1, 50)
    assert np.all(np.diff(chance_kept(rates, 40, 0.2)) >= 0)
    beyond = (1 + 1.01 + 1.01**2) / 0.2 / np.linalg.norm(1.01 ** -np.arange(1.0, 78))
    assert norm.cdf(beyond) > chance_kept(1.0, 80, 0.2) + 0.005  # an unstable rate does better
    np.testing.assert_array_equal(
        chance_kept(rates, 40, 0.2), [chance_kept(r, 40, 0.2) for r in rates]
    )
    with pytest.raises(ValueError, match="steps must be at least marked, 3, got 2"):
        chance_kept(0.9, 2, 0.2)


# --- skips ---------------------------------------------------------------------------------


def companion(a, b, d):
    step = np.eye(d, k=-1)
    step[0, 0] += a
    step[0, -1] += b
    return step


@pytest.mark.parametrize(("a", "b", "d"), [(0.5, 0.3, 4), (-0.7, 0.4, 3), (0.9, 0.2, 1), (0, 1, 7)])
def test_response_is_the_corner_of_powers_of_the_companion_matrix(a, b, d):
    corners = [np.linalg.matrix_power(companion(a, b, d), t)[0, 0] for t in range(30)]
    np.testing.assert_allclose(skip_response(a, b, d, 29), corners, rtol=1e-10, atol=1e-14)


def test_pure_skip_decays_in_t_over_d():
    response = skip_response(0.0, 0.9, 5, 50)
    np.testing.assert_allclose(response[::5], 0.9 ** np.arange(11), rtol=1e-12)
    assert np.count_nonzero(response) == 11
    for d in (1, 2, 10, 100):
        assert skip_rate(0.0, 0.9, d) == pytest.approx(0.9 ** (1 / d), rel=1e-9)
        assert half_life(skip_rate(0.0, 0.9, d)) == pytest.approx(d * half_life(0.9), rel=1e-6)


def test_rate_of_a_skip_solves_its_equation_and_rules_the_response():
    z = skip_rate(0.5, 0.4, 6)
    assert z**6 == pytest.approx(0.5 * z**5 + 0.4, rel=1e-10)
    response = skip_response(0.5, 0.4, 6, 400)
    assert response[-1] / response[-2] == pytest.approx(z, rel=1e-8)
    assert skip_rate(0.6, 0.3, 1) == pytest.approx(0.9)
    assert skip_rate(-0.5, 0.0, 3) == pytest.approx(0.5)


def test_a_skip_only_adds_to_positive_paths():
    plain = skip_response(0.7, 0.0, 5, 60)
    assert np.all(skip_response(0.7, 0.2, 5, 60) >= plain)
    np.testing.assert_allclose(plain, 0.7 ** np.arange(61), rtol=1e-12)


def test_responses_and_delays_out_of_range_are_refused_by_name():
    with pytest.raises(ValueError, match="direct and skip make a response"):
        skip_response(1e200, 1.0, 2, 10)
    with pytest.raises(ValueError, match="direct and skip make a response"):
        skip_response(1e300, -1e300, 2, 6)
    with pytest.raises(ValueError, match="delay must be at most 500"):
        skip_rate(0.5, 0.5, 501)
    assert skip_rate(0.0, 1.0, 500) == pytest.approx(1)
    np.testing.assert_allclose(skip_response(0.5, 0.5, 9, 3), [1, 0.5, 0.25, 0.125])
    assert skip_response(0.5, 0.5, 10, 0).tolist() == [1.0]


def test_chrono_biases_spread_half_lives_evenly_over_the_span():
    biases = chrono_biases(100.0, 20_000, rng=rng())
    spans = expit(biases) / (1 - expit(biases))
    assert 1 < spans.min() < 1.1 < 98 < spans.max() < 99
    assert abs(spans.mean() - 50) < 4 * 98 / np.sqrt(12 * 20_000)
    np.testing.assert_array_equal(chrono_biases(2.0, 3, rng=rng()), np.zeros(3))
    with pytest.raises(ValueError, match="horizon must be at least 2"):
        chrono_biases(1.5, 3, rng=rng())
