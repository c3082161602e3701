"""Figures of chapter 1 draw what they are given; frames show what the plain functions give."""

import numpy as np
import pytest
from figure_checks import assert_draws, solved, words

from longterm import scalar
from longterm.figures import scalar as figures
from longterm.figures.style import REGIMES

ROW = np.array([2.0, 1.0, 0.5, 1e-4])
TURNS = np.array([1, 1j, -1]), np.array([1, 0.5j, -0.25])
PLANE = [(row.real, row.imag) for row in TURNS]


@pytest.mark.parametrize(
    ("draw", "given", "panels"),
    [
        (
            figures.scores_by_length,
            [{5: np.array([1.0, 0.5, 1.0]), 9: np.array([0.9])}, 0.95],
            [[([-0.008, 0.008], [1, 1]), ([0], [0.5]), ([1], [0.9])]],
        ),
        (
            figures.gradient_by_lag,
            [{"a": np.stack([ROW, 2 * ROW, ROW], 1), "b": ROW[:, None] + 1}],
            [[ROW / 2, (ROW + 1) / 3]],
        ),
        (figures.powers_by_regime, [[0.5, 2.0], np.stack([ROW, 1 / ROW])], 2 * [[ROW, 1 / ROW]]),
        (figures.slopes, [[0.5], ROW[None, ::-1]], [[ROW[::-1], ([3], [2.0])]]),
        (figures.descent, [{"a": ROW}], [[(range(1, 5), ROW)]]),
        (figures.phases, [[1j, 0.5j], np.stack(TURNS)], [PLANE[:1], PLANE[1:]]),
        (
            figures.underflow,
            [np.log(ROW), {"floats": np.array([1.0, 0.1, 0.0])}],
            [[np.log10(ROW), [0.0, -1.0]]],
        ),
        (
            figures.stretched_circle,
            [np.array([[0.0, -0.5], [2.0, 0.0]])],
            [[([0, 1], [0, 0]), ([0, 0], [0, 1])], [([0, 0], [0, 2]), ([0, -0.5], [0, 0])]],
        ),
    ],
)
def test_a_figure_draws_what_it_is_given(draw, given, panels):
    assert_draws(draw(*given), *panels)


def test_curves_have_the_style_of_their_regime():
    (ax,) = figures.gradient_by_lag({"hold": ROW[:, None], "vanish": ROW[:, None]}).axes
    assert [line.get_color() for line in ax.lines] == [REGIMES[text]["color"] for text in words(ax)]
    for weights in ([-0.5, 1.0, 2.0], [0.5, -1.0, -2.0]):
        plain, _ = figures.powers_by_regime(weights, np.ones((3, 4))).axes
        colours = [style["color"] for style in REGIMES.values()]
        assert [line.get_color() for line in plain.lines] == colours


def test_the_largest_slope_is_named_at_the_first_of_two_that_tie():
    (ax,) = figures.slopes([0.5], np.array([[0.0, 1.0, 1.0, 0.75]])).axes
    assert words(ax) == ["w = 0.5: peak 1 at t = 1"]


# --- Sliders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("w", [0.9, 0.975, 1.0, 1.05])
def test_power_and_slope_are_those_of_the_package(w):
    state = figures.powers_frame(w)
    regime = "vanish" if w < 1 else "hold" if w == 1 else "explode"
    np.testing.assert_allclose(state[f"{regime} power"][1], w ** np.arange(101.0), rtol=1e-12)
    np.testing.assert_array_equal(state[f"{regime} slope"][1], scalar.power_slopes(w, 100))
    shown = {name for name in state if name.endswith("power") and np.size(state[name][0]) > 1}
    assert shown == {f"{regime} power"}


@pytest.mark.parametrize(("w", "steps"), [(0.9, 7), (0.975, 28), (1.05, 15)])
def test_mark_stands_where_the_signal_has_halved_or_doubled(w, steps):
    state = figures.powers_frame(w)
    assert state["mark"] == ([steps], [2.0 if w > 1 else 0.5])
    assert f"in {steps} steps" in state["readout"]


@pytest.mark.parametrize("horizon", [2, 11, 20])
@pytest.mark.parametrize("start", [0.5, 0.8])
def test_walk_is_that_of_gradient_descent(horizon, start):
    path = scalar.descent_path(start, horizon, 0.5, 0.01, 10_000)
    w, loss = figures.learning_frame(horizon, start)["walk"]
    np.testing.assert_array_equal(w, path[[0, 1, 10, 100, 1000, 10_000]])
    np.testing.assert_allclose(loss, (w**horizon - 0.5) ** 2, rtol=1e-9, atol=1e-15)


def test_each_task_has_one_solution():
    assert len(solved(figures.powers_and_slopes)) == 1
    assert len(solved(figures.learning_a_power)) == 1
