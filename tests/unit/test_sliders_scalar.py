"""Slider figures of chapter 1: their numbers are those of the plain functions."""

import json

import numpy as np
import pytest

from longterm import scalar, sliders
from longterm.sliders import scalar as drawn

ENDS_AND_MIDDLE = (0.9, 0.975, 1.0, 1.05)


@pytest.mark.parametrize("w", ENDS_AND_MIDDLE)
def test_power_and_slope_are_those_of_the_package(w):
    state = drawn.powers_frame(w)
    regime = "vanish" if w < 1 else "hold" if w == 1 else "explode"
    np.testing.assert_allclose(state[f"{regime} power"][1], w ** np.arange(101.0), rtol=1e-12)
    np.testing.assert_array_equal(state[f"{regime} slope"][1], scalar.power_slopes(w, 100))


@pytest.mark.parametrize(("w", "steps"), [(0.9, 7), (0.975, 28), (1.05, 15)])
def test_mark_stands_where_the_signal_has_halved_or_doubled(w, steps):
    (t,), (size,) = drawn.powers_frame(w)["mark"]
    assert (t, size) == (steps, 2.0 if w > 1 else 0.5)
    assert f"in {steps} steps" in drawn.powers_frame(w)["readout"]


def test_only_the_regime_of_the_weight_is_drawn():
    for w, regime in ((0.9, "vanish"), (1.0, "hold"), (1.05, "explode")):
        state = drawn.powers_frame(w)
        shown = {name for name in state if name.endswith("power") and np.size(state[name][0]) > 1}
        assert shown == {f"{regime} power"}


def solved(figure):
    return [words for words in figure.view.readouts if "Task solved" in words]


def test_each_task_has_one_solution():
    assert len(solved(sliders.powers_and_slopes())) == 1
    assert len(solved(sliders.learning_a_power())) == 1


@pytest.mark.parametrize("horizon", [2, 11, 20])
@pytest.mark.parametrize("start", [0.5, 0.8])
def test_walk_is_that_of_gradient_descent(horizon, start):
    path = scalar.descent_path(start, horizon, 0.5, 0.01, 10_000)
    w, loss = drawn.learning_frame(horizon, start)["walk"]
    np.testing.assert_array_equal(w, path[[0, 1, 10, 100, 1000, 10_000]])
    np.testing.assert_allclose(loss, (w**horizon - 0.5) ** 2, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("make", [sliders.powers_and_slopes, sliders.learning_a_power])
def test_the_state_stays_below_200_kilobytes(make):
    assert len(json.dumps(make().view.get_state(["svg", "moving", "readouts"]))) < 200_000
