"""Laws of `longterm.atlas`: the probe, and what it must find at each mechanism."""

import numpy as np
import pytest
from shared import rng

from longterm import atlas, decay, memory
from longterm.atlas import (
    MECHANISMS,
    legendre_sizes,
    log_gradients,
    parity_by_turning,
    turning_exponents,
)

STILL = [  # nothing is drawn: the probe finds the law to all digits
    (atlas.one_weight, {"weight": -1.3}),
    (atlas.weight_slope, {"weight": 1.01}),
    (atlas.jordan_block, {"weight": -1.0, "size": 3}),
    (atlas.nonnormal_burst, {"coupling": -0.5}),
    (atlas.latched_bit, {"weight": 0.7}),
    (atlas.leaky_unit, {"leak": 0.5, "weight": -2.0}),
    (atlas.skip_path, {"direct": 0.0, "skip": -0.5, "delay": 3}),
    (atlas.orthogonal_matrix, {"width": 3}),
    (atlas.integrator, {}),
    (atlas.legendre_memory, {"order": 1}),
]
DRAWN = [
    (atlas.fresh_weights, {"variance": 3.0}),
    (atlas.fresh_layers, {"width": 2}),
    (atlas.reused_matrix, {"width": 3}),
    (atlas.forget_gate, {"bias": -1.0, "noise": 4.0}),
    (atlas.attention, {"shape": 0.3}),
    (atlas.residual_layers, {"width": 3, "share": 2.0}),
    (atlas.chaotic_orbit, {}),
    (atlas.quasi_periodic_orbit, {"slope": 0.95}),
]


def both(table):
    """Every mechanism as it is in the atlas, and elsewhere in its range."""
    rows = [(mechanism, how) for mechanism, other in table for how in ({}, other)]
    return pytest.mark.parametrize(
        ("mechanism", "how"), rows, ids=lambda part: getattr(part, "__name__", str(part))
    )


@both(STILL)
def test_the_probe_finds_the_law_where_nothing_is_drawn(mechanism, how):
    law, spread, found = mechanism(40, 2, rng=rng(), **how)
    np.testing.assert_allclose(found, np.tile(law, (2, 1)), atol=1e-9)
    assert not spread.any()


@both(DRAWN)
def test_the_probe_finds_mean_and_spread_where_something_is_drawn(mechanism, how):
    trials = 400 if "width" in (mechanism.__kwdefaults__ or {}) else 1500
    law, spread, found = mechanism(40, trials, rng=rng(), **how)
    drawn = spread > 0
    assert drawn.sum() >= 40
    gap = (found.mean(axis=0) - law)[drawn] / spread[drawn] * np.sqrt(trials)
    assert np.abs(gap).max() < 4.5
    np.testing.assert_allclose(found.std(axis=0)[drawn], spread[drawn], rtol=0.2)


def test_the_atlas_holds_every_mechanism_once():
    assert sorted(MECHANISMS.values(), key=str) == sorted((m for m, _ in STILL + DRAWN), key=str)
    found = atlas.readings(3, 2, rng=rng())
    assert list(found) == list(MECHANISMS)
    np.testing.assert_allclose(found["leak"].law, atlas.leaky_unit(3, 2, rng=rng()).law)


def test_no_lag_and_many_lags_are_fine():
    for mechanism in MECHANISMS.values():
        law, spread, found = mechanism(0, 3, rng=rng())
        assert (law.shape, spread.shape, found.shape) == ((1,), (1,), (3, 1))
    assert atlas.one_weight(10_000, 1, rng=rng(), weight=2.0).found[0, -1] == pytest.approx(
        10_000 * np.log(2)
    )


def nudged(step, inputs, entry, lag, size=1e-6):
    """Change of the last state, per unit of input `lag` steps before the end."""
    ends = []
    for sign in (1, -1):
        x, now = np.zeros(2), inputs.copy()
        now[len(inputs) - 1 - lag] += sign * size * entry
        for u in now:
            x = step(x) + u
        ends.append(x)
    return (ends[0] - ends[1]) / (2 * size)


def test_the_probe_agrees_with_nudging_a_network_and_looking_at_its_end():
    W, inputs = rng().standard_normal((2, 2)), rng().standard_normal((9, 2))
    entry, error = np.array([0.6, -0.8]), np.array([1.0, 2.0])
    states = [np.zeros(2)]
    for u in inputs:
        states.append(W @ np.tanh(states[-1]) + u)
    jacobians = [W * (1 - np.tanh(x) ** 2) for x in states[:0:-1][1:]]
    found = log_gradients(jacobians, error[None], [entry[:, None]] * 9)
    steps = [error @ nudged(lambda x: W @ np.tanh(x), inputs, entry, k) for k in range(9)]
    np.testing.assert_allclose(found[0], np.log(np.abs(steps)), atol=1e-6)


def test_the_probe_neither_over_nor_underflows():
    found = log_gradients([[[1e200]], [[1e200]], [[0.0]], [[1.0]]], [[1e-300]])
    np.testing.assert_allclose(found[0, :3], np.log(1e-300) + np.array([0, 1, 2]) * np.log(1e200))
    assert np.isneginf(found[0, 3:]).all()


def test_the_probe_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="entries must be one more than jacobians"):
        log_gradients([np.eye(2)], np.ones((1, 2)), [np.eye(2)])
    with pytest.raises(ValueError, match=r"jacobians must have shape \(2, 2\) or \(3, 2, 2\)"):
        log_gradients([np.ones((2, 2, 2))], np.ones((3, 2)))
    with pytest.raises(ValueError, match="jacobians lead out of the range"):
        log_gradients([np.full((2, 2), 1.7e308)], np.ones((1, 2)))


def test_mean_square_of_fresh_weights_and_residual_layers_is_not_what_is_typical():
    typical = atlas.fresh_weights(10, 1, rng=rng()).law[-1]
    assert typical < -6 < 0 == np.log(1.0)
    law, spread, _ = atlas.residual_layers(100, 1, rng=rng())
    assert 2 * law[-1] < 100 * np.log1p(0.01) < 2 * (law[-1] + spread[-1] ** 2) * 1.01


@pytest.mark.parametrize(("width", "share"), [(1, 0.5), (3, 2.0), (20, 0.1), (50, 100.0)])
def test_log_moments_of_a_noncentral_chi_square_are_those_of_its_draws(width, share):
    mean, variance = atlas._log_noncentral(width, width / share**2)
    logs = np.log(rng().noncentral_chisquare(width, width / share**2, 200_000))
    assert abs(logs.mean() - mean) < 4 * np.sqrt(variance / 200_000)
    assert variance == pytest.approx(logs.var(), rel=0.03)


def test_spread_is_ballistic_for_a_reused_matrix_and_diffusive_for_fresh_ones():
    growth = {n: MECHANISMS[n](100, 1, rng=rng()).spread for n in ("reused matrix", "fresh layers")}
    assert growth["reused matrix"][100] / growth["reused matrix"][25] == pytest.approx(4)
    assert growth["fresh layers"][100] / growth["fresh layers"][25] == pytest.approx(2)


def test_a_reused_matrix_has_its_rate_from_any_direction_in_the_end():
    width, trials = 6, 500
    r = rng()
    W = (r.standard_normal((2, trials, width, width)) / np.sqrt(2 * width)).T.T
    W = W[0] + 1j * W[1]
    found = log_gradients([W] * 300, np.tile(np.eye(width)[0], (trials, 1)))
    rates = (found[:, 300] - found[:, 100]) / 200
    radii = np.log(np.abs(np.linalg.eigvals(W)).max(axis=1))
    assert np.median(np.abs(rates - radii)) < 2e-3


def test_a_latch_pays_for_its_margin_with_its_gradient():
    weights = np.array([1.1, 1.5, 2.0, 4.0])
    margins = memory.robustness_margin(weights)
    left = [atlas.latched_bit(40, 1, rng=rng(), weight=w).law[-1] for w in weights]
    assert np.all(np.diff(margins) > 0)
    assert np.all(np.diff(left) < 0)


def test_a_noisy_gate_forgets_faster_than_one_at_its_bias():
    still = atlas.forget_gate(50, 1, rng=rng(), noise=0.0)
    assert np.exp(still.law[-1]) == pytest.approx(0.5 ** (50 / decay.gate_half_life(3.0)))
    assert atlas.forget_gate(50, 1, rng=rng(), noise=1.0).law[-1] < still.law[-1]
    assert still.spread.max() < 1e-12


# --- LegS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2, 8, 30])
def test_legs_hears_both_ends_most_and_nothing_exponentially_less(order):
    s = np.linspace(0, 1, 2001)
    sizes = legendre_sizes(s, order)
    assert sizes.max() <= order * (1 + 1e-12)
    np.testing.assert_allclose(sizes[[0, -1]], order)
    assert np.trapezoid(sizes**2, s) == pytest.approx(order, rel=2e-2)
    assert sizes.min() ** 2 > order / 4


def test_legs_over_a_long_time_is_its_continuous_law_over_t():
    T = 200
    law = np.exp(atlas.legendre_memory(T - 1, 1, rng=rng()).law)
    middles = 1 - (np.arange(T) + 0.5) / T
    np.testing.assert_allclose(T * law, legendre_sizes(middles, 8), rtol=0.1)


# --- Orbits --------------------------------------------------------------------------------------


def test_slopes_along_a_chaotic_orbit_are_those_of_the_doubled_angle():
    angle = 0.3
    x = [np.sin(angle) ** 2]
    for _ in range(20):
        x.append(4 * x[-1] * (1 - x[-1]))
    product = np.prod([4 - 8 * v for v in x[:-1]])
    exact = 2.0**20 * np.sin(2 * 2**20 * angle) / np.sin(2 * angle)
    assert product == pytest.approx(exact, rel=1e-6)


def test_a_turning_orbit_keeps_its_phase_and_forgets_its_radius():
    def step(x):
        r, c, s = np.linalg.norm(x), np.cos(atlas._GOLDEN), np.sin(atlas._GOLDEN)
        return (1 + 0.5 * (r - 1)) / r * np.array([[c, -s], [s, c]]) @ x

    def end(x):
        for _ in range(8):
            x = step(x)
        return x

    x, h = np.array([np.cos(0.7), np.sin(0.7)]), 1e-6
    slopes = np.column_stack([(end(x + h * e) - end(x - h * e)) / (2 * h) for e in np.eye(2)])
    np.testing.assert_allclose(np.linalg.svd(slopes)[1], [1, 0.5**8], rtol=1e-4)
    errors = np.linspace(0, np.pi, 5000, endpoint=False)
    logs = np.log(np.linalg.norm(atlas._plane(errors) @ slopes, axis=1))
    reading = atlas.quasi_periodic_orbit(8, 1, rng=rng())
    assert logs.mean() == pytest.approx(reading.law[8], abs=1e-3)
    assert logs.std() == pytest.approx(reading.spread[8], abs=1e-2)


def test_exponents_of_a_turning_network_sum_to_its_log_determinant():
    gain, angle, steps = 1.5, 1.0, 500
    x, total = np.array([1.0, 0.3]), 0.0
    for t in range(1500):
        x = np.tanh(gain * atlas._turn(angle) @ x)
        total += np.log(gain**2 * np.prod(1 - x**2)) * (t >= 1000)
    assert turning_exponents(gain, angle, steps).sum() == pytest.approx(total / steps)


def test_a_turning_network_keeps_its_phase_unless_it_locks():
    free, locked = (turning_exponents(1.5, angle, 3000) for angle in (1.0, 1.591))
    assert abs(free[0]) < 2e-3
    assert free[1] < -0.9
    x = np.array([1.0, 0.3])
    for _ in range(4000):
        x = np.tanh(1.5 * atlas._turn(1.591) @ x)
    start, product = x, np.eye(2)
    for _ in range(4):  # near a quarter turn, and so the cycle has four states
        x = np.tanh(1.5 * atlas._turn(1.591) @ x)
        product = (1 - x**2)[:, None] * (1.5 * atlas._turn(1.591)) @ product
    np.testing.assert_allclose(x, start, atol=1e-9)
    rates = np.log(np.abs(np.linalg.eigvals(product))) / 4
    np.testing.assert_allclose(locked, np.sort(rates)[::-1], atol=2e-3)
    np.testing.assert_allclose(turning_exponents(0.5, 0.7, 50), np.log(0.5), atol=1e-9)


def test_parity_by_turning_counts_at_any_length():
    bits = rng().integers(0, 2, (3, 5000))
    even = np.cumsum(bits, axis=1) % 2 == 0
    np.testing.assert_array_equal(parity_by_turning(bits)[:, 1:], np.where(even, 1, -1))
    with pytest.raises(ValueError, match="bits must be an array of 0 and 1"):
        parity_by_turning([0, 2])


def test_laws_that_few_draws_do_not_tell_apart_hold_to_more_digits():
    law, spread, _ = atlas.attention(1, 1, rng=rng())  # two shares, each uniform
    np.testing.assert_allclose([law, spread], [[-1, -1], [1, 1]])
    _, spread, found = atlas.chaotic_orbit(12, 40_000, rng=rng())
    np.testing.assert_allclose(found.std(axis=0)[1:], spread[1:], rtol=0.03)
