"""Slider figures of chapter 5: their numbers are those of the plain functions."""

import json

import numpy as np
import pytest

from longterm import memory, sliders
from longterm.sliders import memory as drawn


@pytest.mark.parametrize("w", [1.1, 1.55, 2.0])
@pytest.mark.parametrize("push", [0.0, 0.3, 0.6])
def test_state_under_a_push_is_that_of_the_latch(w, push):
    state = drawn.push_frame(w, push)
    kept = push <= memory.robustness_margin(w)
    t, a = state["kept" if kept else "lost"]
    expected = [w * memory.attractor(w)[0]]
    for _ in range(40):
        expected.append(w * np.tanh(expected[-1]) - push)
    np.testing.assert_array_equal(t, range(41))
    np.testing.assert_allclose(a, expected, rtol=1e-12)
    assert np.isnan(state["lost" if kept else "kept"][1]).all()
    assert ("survives" in state["readout"]) == kept
    x, y = state["map"]
    np.testing.assert_allclose(y, w * np.tanh(x) - push)


@pytest.mark.parametrize(("w", "push"), [(1.1, 0.0), (1.3, 0.05), (2.0, 0.5), (1.25, 0.3)])
def test_dots_are_fixed_points_with_the_right_slope(w, push):
    state = drawn.push_frame(w, push)
    for name, stable in (("stable", True), ("unstable", False)):
        a, same = np.array(state[name])
        a = a[np.isfinite(a)]
        np.testing.assert_allclose(w * np.tanh(a) - push, a, atol=1e-9)
        np.testing.assert_array_equal(a, np.array(same)[np.isfinite(same)])
        assert ((w / np.cosh(a) ** 2 < 1) == stable).all()
    survives = push <= memory.robustness_margin(w)
    assert np.size(state["stable"][0]) == (2 if survives else 1)


@pytest.mark.parametrize("w", [1.1, 1.36, 1.6])
@pytest.mark.parametrize("noise", [0.1, 0.2, 0.4472])
def test_retention_and_gradient_are_those_of_the_package(w, noise):
    state = drawn.hold_frame(w, noise)
    t, right = state["right"]
    np.testing.assert_array_equal(right, memory.retention(w, noise, 200)[0][t])
    slope = memory.attractor(w)[1]
    np.testing.assert_allclose(state["gradient"][1], [1, slope**200])
    assert state["at 40"] == ([40], [right[list(t).index(40)]])
    assert state["gradient at 40"][1] == [slope**40]
    assert f"lifetime {memory.lifetime(w, noise):.3g} steps" in state["readout"]


def solved(figure):
    return [words for words in figure.view.readouts if "Task solved" in words]


def test_each_task_has_the_one_solution_that_the_functions_give():
    (push,) = solved(sliders.latch_and_push())
    assert push.startswith("w = 1.70, push 0.30")
    assert memory.robustness_margin(1.65) < 0.3 <= memory.robustness_margin(1.7)
    (hold,) = solved(sliders.hold_or_teach())
    assert hold.startswith("w = 1.38, noise sd 0.2:")
    assert memory.lifetime(1.36, 0.2) < 1000 <= memory.lifetime(1.38, 0.2)


@pytest.mark.parametrize("make", [sliders.latch_and_push, sliders.hold_or_teach])
def test_the_state_stays_below_200_kilobytes(make):
    assert len(json.dumps(make().view.get_state(["svg", "moving", "readouts"]))) < 200_000
