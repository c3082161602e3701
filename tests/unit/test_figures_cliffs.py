"""Figures of chapter 7 draw what they are given; frames show what the plain functions give."""

import numpy as np
import pytest
from figure_checks import assert_draws, built, solved, titles, words
from scipy.special import expit

from longterm import folds
from longterm.figures import cliffs as figures

ENDS_AND_MIDDLE = [(-2.2, 0.5), (-2.25, 5.0), (-2.25, 1000.0), (-2.3, 1000.0)]
PLACES = [(3.0, -4.0), (6.0, -3.4), (6.0, -3.0), (5.0, -2.6), (7.0, -1.2)]
W, B = np.linspace(4, 6, 5), np.linspace(-3, -1, 4)
ERRORS, WALL = np.arange(20.0).reshape(4, 5), np.array([np.nan, -2.1, -2.2, -2.3, -2.4])
FOLDS = np.stack([-W, -W / 2], axis=1)
PATHS = {"none": np.array([[1.0, 2.0], [3.0, 5.0]]), "norm": np.array([[1.0, 2.0], [1.5, 2.5]])}
FALLS = {"none": np.array([0.5, 0.25]), "norm": np.array([0.5, 0.125])}
STEPS, ROW = np.array([1, 10, 100]), np.array([1.0, 0.5, 0.25])
TWO = {"one": ("hold", ROW), "two": ("vanish", ROW**2)}


@pytest.mark.parametrize(
    ("draw", "given", "panels"),
    [
        (
            figures.error_surface,
            [W, B, ERRORS, WALL, 5.0, {"T = 2": B**2, "T = 9": -B}],
            [[(W, WALL), ([5, 5], [0, 1])], [(B, B**2), (B, -B)]],
        ),
        (
            figures.descent_paths,
            [np.array([0.0, 1.0]), np.array([2.0, 3.0]), PATHS, FALLS, (0, 2, 1, 4)],
            [[([0, 1], [2, 3]), *(tuple(path.T) for path in PATHS.values())], FALLS.values()],
        ),
        (
            figures.fold_plane,
            [W, FOLDS, WALL, {"A": (5.5, -2.8, -2.4)}],
            [[*((W, row) for row in (*FOLDS.T, WALL)), ([5.5, 5.5], [-2.8, -2.4])]],
        ),
        (
            figures.two_moves,
            [{"one": (ROW, -ROW), "two": (ROW**2, ROW)}],
            [[ROW, -ROW], [ROW**2, ROW]],
        ),
        (figures.fold_growth, [STEPS, TWO], [[(STEPS, ROW), (STEPS, ROW**2)]]),
        (figures.kept_words, [STEPS, TWO], [[(STEPS, ROW), (STEPS, ROW**2)]]),
    ],
)
def test_a_figure_draws_what_it_is_given(draw, given, panels):
    assert_draws(draw(*given), *panels)


def test_the_error_is_an_image_over_the_plane():
    (image,) = figures.error_surface(W, B, ERRORS, WALL, 5.0, {"T": B}).axes[0].images
    np.testing.assert_array_equal(image.get_array(), ERRORS)
    assert image.get_extent() == [4, 6, -3, -1]
    assert image.origin == "lower"


def test_words_name_what_is_drawn():
    (plane,) = figures.fold_plane(W, FOLDS, WALL, {"A": (5.5, -2.8, -2.4)}).axes
    assert {"lower fold", "upper fold", "the wall", "A"} <= set(words(plane))
    moves = figures.two_moves({"one": (ROW, -ROW), "two": (-ROW, ROW)})
    assert titles(moves) == ["one", "two"]
    assert [words(ax) for ax in moves.axes] == 2 * [["before", "after"]]
    for draw in (figures.fold_growth, figures.kept_words):
        assert {"one", "two"} <= set(words(draw(STEPS, TWO).axes[0]))


def test_cantor_levels_draws_codes_and_bars_of_half_a_last_digit():
    codes = [np.array([0.25, 0.75]), np.array([0.3125, 0.4375, 0.8125, 0.9375])]
    figure = figures.cantor_levels(codes)
    assert_draws(figure, [(row, np.full(len(row), n)) for n, row in enumerate(codes, 1)])
    for n, row in enumerate(codes, 1):
        bars = figure.axes[0].lines[2 * (n - 1)].get_xdata().reshape(-1, 3)
        np.testing.assert_allclose(bars[:, 1] - bars[:, 0], 0.25**n)
        np.testing.assert_allclose(bars[:, :2].mean(axis=1), row)


# --- Sliders -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "threshold"), ENDS_AND_MIDDLE)
def test_path_and_error_are_those_of_descent(start, threshold):
    state = figures.descent_frame(start, threshold)
    path = folds.unit_descent([4.6, start], 0.02, 50, "norm", threshold)
    np.testing.assert_allclose(np.transpose(state["path"]), path, atol=1e-6)
    np.testing.assert_allclose(state["error"][1], folds.unit_error(*path.T), atol=1e-6)
    np.testing.assert_array_equal(np.ravel(state["start"]), [4.6, start])
    np.testing.assert_array_equal(np.ravel(state["end"]), np.transpose(state["path"])[-1])
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert f"longest step {lengths.max():.2g}," in state["readout"]
    assert f"updates {folds.unit_error(*path[-1]):.2g}." in state["readout"]


def test_the_greatest_threshold_never_clips_and_the_others_bound_the_step():
    for start in figures.STARTS:
        free = figures.descent_frame(start, 1000.0)["path"]
        path = folds.unit_descent([4.6, start], 0.02, 50)
        np.testing.assert_allclose(np.transpose(free), path, atol=1e-6)


def test_task_is_solved_by_the_largest_threshold_that_ends_low():
    for start in figures.STARTS:
        ends = {t: figures.descent_frame(start, t)["error"][1][-1] for t in figures.THRESHOLDS}
        good = [t for t, end in ends.items() if end < 0.01]
        wanted = [] if 1000.0 in good else good[-1:]
        told = [t for t in ends if "Task solved" in figures.descent_frame(start, t)["readout"]]
        assert told == wanted
    assert "Task solved" in figures.descent_frame(-2.25, 5.0)["readout"]


@pytest.mark.parametrize(("w", "b"), PLACES)
def test_map_staircase_and_fixed_points_are_those_of_the_package(w, b):
    state = figures.map_frame(w, b)
    x, y = state["map"]
    np.testing.assert_allclose(y, w * expit(x) + b, rtol=1e-12)
    states, points = folds.unit_states(w, b, steps=20), folds.fixed_points(w, b)
    x, y = state["staircase"]
    np.testing.assert_array_equal(x[::2], states)
    np.testing.assert_array_equal(y[1::2], states[1:])
    np.testing.assert_array_equal(x[1::2], states[:-1])
    shown = np.r_[state["attractors"][0], state["boundary"][0]]
    np.testing.assert_array_equal(np.sort(shown[np.isfinite(shown)]), points)
    assert state["place"] == ([w], [b])
    lower = folds.unit_states(w, b, steps=2000)[-1]
    assert f"from 0.5 to {lower:.2f}." in state["readout"]


def test_task_is_solved_between_the_lower_fold_and_the_wall():
    weights, biases = np.arange(3.0, 7.01, 0.5), np.linspace(-4, -1.2, 15).round(1)
    strip = [
        w > 4.3 and folds.fold_biases(w)[0] < b < folds.wall(w) for w in weights for b in biases
    ]
    readouts = built(figures.map_and_plane).frames["readouts"]
    assert ["Task solved" in text for text in readouts] == strip
    assert 0 < len(solved(figures.map_and_plane)) < 10
