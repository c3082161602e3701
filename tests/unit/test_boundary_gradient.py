"""Laws of `memory.boundary_gradient`: what a noisy latch tells about a first state of zero."""

import numpy as np
import pytest
from scipy import integrate, stats

from longterm import memory

SETTINGS = [(0.8, 0.2), (1.25, 0.2), (1.5, 0.4), (2.0, 0.2), (2.0, 1.0)]


@pytest.mark.parametrize(("w", "noise"), SETTINGS)
@pytest.mark.parametrize("power", [1, 2])
def test_one_step_is_an_integral_over_one_normal(w, noise, power):
    def moment(a):
        return (w / np.cosh(a) ** 2) ** power * stats.norm.pdf(a, scale=noise)

    whole, _ = integrate.quad(moment, -12 * noise, 12 * noise, epsabs=1e-13)
    assert memory.boundary_gradient(w, noise, 1)[power - 1][1] == pytest.approx(whole, rel=1e-10)


@pytest.mark.parametrize(("w", "noise"), SETTINGS)
def test_moments_agree_with_simulation(w, noise):
    trials, steps = 200_000, 5
    rng = np.random.default_rng(20261125)
    states = memory.latch(w, noise * rng.standard_normal((steps, trials)), 0.0)
    slopes = 1 - np.tanh(states) ** 2
    sizes = np.cumprod(w * slopes, axis=0)[:-1] * slopes[1:]
    for power, exact in enumerate(memory.boundary_gradient(w, noise, steps)[:2], 1):
        sample = sizes**power
        error = sample.std(axis=1) / np.sqrt(trials)
        assert (np.abs(sample.mean(axis=1) - exact[1:]) < 4 * error).all()


@pytest.mark.parametrize(("w", "noise"), [(1.25, 0.2), (1.25, 0.4), (1.5, 0.5), (0.9, 0.3)])
def test_mean_falls_at_the_rate_at_which_the_bit_is_forgotten(w, noise):
    mean, _, _ = memory.boundary_gradient(w, noise, 120)
    forgotten = np.exp(-1 / memory.lifetime(w, noise))
    assert mean[120] / mean[119] == pytest.approx(forgotten, rel=1e-9)


def test_without_much_noise_the_state_stays_on_the_boundary():
    for w in (0.5, 1.5):
        mean, square, _ = memory.boundary_gradient(w, 1e-2, 4)
        np.testing.assert_allclose(mean, w ** np.arange(5.0), rtol=2e-2)
        np.testing.assert_allclose(square, w ** (2 * np.arange(5.0)), rtol=4e-2)


@pytest.mark.parametrize(("w", "noise"), SETTINGS)
def test_number_of_sequences_starts_at_one_and_never_falls_below(w, noise):
    mean, square, error = memory.boundary_gradient(w, noise, 30)
    assert mean[0] == square[0] == 1
    assert (square >= mean**2 * (1 - 1e-12)).all()
    assert error < 1e-9


def test_no_steps_leave_the_start_alone():
    mean, square, error = memory.boundary_gradient(1.5, 0.4, 0)
    assert (mean.tolist(), square.tolist(), error) == ([1], [1], 0)


def test_error_bounds_what_too_few_nodes_miss(monkeypatch):
    exact = memory.boundary_gradient(0.8, 0.2, 10)
    monkeypatch.setattr(memory, "_node_count", lambda w, noise: 5)
    *coarse, error = memory.boundary_gradient(0.8, 0.2, 10)
    for found, right in zip(coarse, exact[:2], strict=True):
        assert np.abs(found / right - 1).max() <= error
    assert error > 1e-3


def test_extreme_input_gives_finite_numbers_or_a_reason():
    mean, square, error = memory.boundary_gradient(1e-200, 1e6, 3)
    assert np.isfinite([*mean, *square, error]).all()
    with pytest.raises(ValueError, match="leaves the range of floats"):
        memory.boundary_gradient(2.9, 0.05, 2000)
    with pytest.raises(ValueError, match="noise must be larger, or w smaller"):
        memory.boundary_gradient(2.0, 1e-6, 3)
