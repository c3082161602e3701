"""Figures of chapter 5 draw what they are given; frames show what the plain functions give."""

import re

import numpy as np
import pytest
from figure_checks import assert_draws, solved, words

from longterm import memory
from longterm.figures import memory as figures

GROWING, FALLING = 10.0 ** np.arange(6), 0.1 ** np.arange(6)
A, H = np.linspace(-1, 1, 5), np.array([-1, 0, 1.0])
DOWN, UP = np.array([0.5, 0.4, 0.3]), np.array([-0.5, -0.2, -0.1])
RISING, SINKING = np.array([-2, -1, 2.0]), np.array([2, 1, -2.0])
W, MARGINS, SLOPES = np.array([1, 1.5, 2]), np.array([0, 0.2, 0.5]), np.array([1, 0.4, 0.2])


@pytest.mark.parametrize(
    ("draw", "given", "panels"),
    [
        (
            figures.latch_maps,
            [{"x": (A, A**3, (DOWN, UP)), "y": (A, A**2, (DOWN, UP))}],
            [
                [
                    (A, A),
                    (A, A**3),
                    ([0.5, 0.5, 0.4, 0.4, 0.3], [0.5, 0.4, 0.4, 0.3, 0.3]),
                    ([-0.5], [-0.5]),
                    ([-0.1], [-0.1]),
                ],
                [(A, A), (A, A**2)],
            ],
        ),
        (
            figures.hysteresis,
            [H, RISING, SINKING, 0.5, [1, 10], [0.9, 0.6]],
            [
                [(H, RISING), (H, SINKING[::-1]), ([-0.5, -0.5], [0, 1]), ([0.5, 0.5], [0, 1])],
                [([1, 10], [0.9, 0.6]), [0.5, 0.5]],
            ],
        ),
        (
            figures.dilemma,
            [W, MARGINS, SLOPES, (1.5,), 4],
            [[(W, MARGINS), (W, SLOPES)], [(MARGINS, SLOPES**4), ([0.2], [0.4**4])]],
        ),
        (
            figures.lifetimes,
            [W, {"a": np.array([10, 1e3, 1e5])}, [2 * np.log(10)]],
            [[(W, [1, 3, 5]), (W, [3, 4, 5])]],
        ),
    ],
)
def test_a_figure_draws_what_it_is_given(draw, given, panels):
    assert_draws(draw(*given), *panels)


def test_jacobian_paths_draws_norms_and_labels_them_inside_the_limits():
    entries = [("up", "explode", GROWING), ("down", "theory", FALLING)]
    figure = figures.jacobian_paths({"a": ((1e-9, 1e3), entries), "b": ((1e-3, 1e9), entries[:1])})
    assert_draws(figure, [GROWING, FALLING], [GROWING])
    left = figure.axes[0]
    assert [text.xy[0] for text in left.texts] == [2, 5]
    assert left.get_ylim() == (1e-9, 1e3)
    assert left.get_yscale() == "log"


def test_branches_and_weights_are_named():
    loop, _ = figures.hysteresis(H, RISING, SINKING, 0.5, [1, 10], [0.9, 0.6]).axes
    assert {"input rises", "input falls"} < set(words(loop))
    _, trade = figures.dilemma(W, MARGINS, SLOPES, (1.5,), 4).axes
    assert words(trade) == ["w = 1.5"]


def test_retention_curves_draws_rows_dots_and_bars():
    held, lost = np.array([1, 0.9, 0.8, 0.7]), np.array([1, 0.8, 0.6, 0.5])
    at, shares, errors = np.array([1, 3]), np.array([0.91, 0.69]), np.array([0.01, 0.02])
    figure = figures.retention_curves({"a": held, "b": lost}, {"a": (at, shares, errors)})
    assert_draws(figure, [([1, 2, 3], held[1:]), ([1, 2, 3], lost[1:]), (at, shares)])
    (ax,) = figure.axes
    bars = ax.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose([np.ptp(bar[:, 1]) for bar in bars], 4 * errors)
    assert words(ax) == ["a", "b"]


# --- Sliders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("w", [1.1, 1.55, 2.0])
@pytest.mark.parametrize("push", [0.0, 0.3, 0.6])
def test_state_under_a_push_is_that_of_the_latch(w, push):
    state = figures.push_frame(w, push)
    kept = push <= memory.robustness_margin(w)
    t, a = state["kept" if kept else "lost"]
    expected = [w * memory.attractor(w).rest]
    for _ in range(40):
        expected.append(w * np.tanh(expected[-1]) - push)
    np.testing.assert_array_equal(t, range(41))
    np.testing.assert_allclose(a, expected, rtol=1e-12)
    assert np.isnan(state["lost" if kept else "kept"][1]).all()
    assert ("survives" in state["readout"]) == kept
    slope = w / np.cosh(expected[0]) ** 2
    assert f"without a push: {slope:.4f}." in state["readout"]
    x, y = state["map"]
    np.testing.assert_allclose(y, w * np.tanh(x) - push)


@pytest.mark.parametrize(("w", "push", "word"), [(1.25, 0.3, "flips"), (1.65, 0.3, "later,")])
def test_readout_says_when_the_bit_flips(w, push, word):
    readout = figures.push_frame(w, push)["readout"]
    flip = int(re.search(rf"{word} at step (\d+);", readout).group(1))
    a = memory.latch(w, np.full(flip, -push), w * memory.attractor(w).rest)
    assert a[flip] < 0 < a[flip - 1]
    assert (flip > 40) == ("later" in readout)


@pytest.mark.parametrize(("w", "push"), [(1.1, 0.0), (1.3, 0.05), (2.0, 0.5), (1.25, 0.3)])
def test_dots_are_fixed_points_with_the_right_slope(w, push):
    state = figures.push_frame(w, push)
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
    state = figures.hold_frame(w, noise)
    t, right = state["right"]
    np.testing.assert_array_equal(right, memory.retention(w, noise, 200).probabilities[t])
    slope = memory.attractor(w).slope
    np.testing.assert_allclose(state["gradient"][1], [1, slope**200])
    assert state["at 40"] == ([40], [right[list(t).index(40)]])
    assert state["gradient at 40"][1] == [slope**40]
    assert f"lifetime {memory.lifetime(w, noise):.3g} steps" in state["readout"]


def test_each_task_has_the_one_solution_that_the_functions_give():
    (push,) = solved(figures.latch_and_push)
    assert push.startswith("w = 1.70, push 0.30")
    assert memory.robustness_margin(1.65) < 0.3 <= memory.robustness_margin(1.7)
    (hold,) = solved(figures.hold_or_teach)
    assert hold.startswith("w = 1.38, noise sd 0.2:")
    assert memory.lifetime(1.36, 0.2) < 1000 <= memory.lifetime(1.38, 0.2)
