"""Slider figures of chapter 8: their numbers are those of the plain functions."""

import json

import numpy as np
import pytest
from scipy.special import expit

from longterm import decay, sliders
from longterm.sliders import remedies as drawn


@pytest.mark.parametrize("bias", [0.0, 3.0, 6.0])
@pytest.mark.parametrize("span", [10, 80])
def test_gate_shows_gradient_half_life_and_retention(bias, span):
    state, f = drawn.gate_frame(bias, span), 1 / (1 + np.exp(-bias))
    lags, left = state["gradient"]
    assert list(lags) == [0, 50, 100]
    np.testing.assert_allclose(left, f ** lags.astype(float), rtol=1e-12)
    (life,), _ = state["half-life"]
    if bias < 6:
        assert f**life == pytest.approx(0.5, rel=1e-9)
    else:
        assert np.isnan(life)
    (t,), (kept,) = state["span"]
    assert t == span
    assert kept == pytest.approx(decay.chance_kept(f, span, 0.2), rel=1e-12)
    assert f"{kept:.1%}" in state["readout"]
    spans, held = state["held"]
    assert held[-1] == pytest.approx(decay.chance_kept(f, 100, 0.2))
    assert spans[0] == 4


@pytest.mark.parametrize("radius", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("delay", [1, 10, 20])
def test_skip_shows_both_decays(radius, delay):
    state = drawn.skip_frame(radius, delay)
    lags = state["plain"][0].astype(float)
    assert list(lags) == [0, 50, 100]
    np.testing.assert_allclose(state["plain"][1], radius**lags, rtol=1e-12)
    np.testing.assert_allclose(state["envelope"][1], radius ** (lags / delay), rtol=1e-9)
    reached, sizes = state["reached"]
    np.testing.assert_array_equal(reached, np.arange(0, 101, delay))
    np.testing.assert_allclose(sizes, radius ** (reached / delay), rtol=1e-12)
    assert f"{len(reached) - 1} of 100 lags" in state["readout"]


def solved(figure):
    return [words for words in figure.view.readouts if "Task solved" in words]


def test_the_first_task_has_one_bias_at_every_span():
    words = solved(sliders.gate_and_memory())
    assert len(words) == 4
    assert {text.split(":")[0] for text in words} == {"b = 3.50"}
    assert decay.half_life(expit(3.5)) >= 20 > decay.half_life(expit(3.25))


def test_the_second_task_has_one_solution():
    (words,) = solved(sliders.skip_and_radius())
    assert words.startswith("ρ = 0.8, d = 10:")
    assert 0.8 ** (100 / 10) >= 0.1 > 0.8 ** (100 / 9)


@pytest.mark.parametrize("make", [sliders.gate_and_memory, sliders.skip_and_radius])
def test_the_state_stays_below_200_kilobytes(make):
    assert len(json.dumps(make().view.get_state(["svg", "moving", "readouts"]))) < 200_000
