"""Slider figures of chapter 7: their numbers are those of the plain functions."""

import json

import numpy as np
import pytest
from scipy.special import expit

from longterm import folds, sliders
from longterm.sliders import dynamics as drawn

ENDS_AND_MIDDLE = [(-2.2, 0.5), (-2.25, 5.0), (-2.25, 1000.0), (-2.3, 1000.0)]
PLACES = [(3.0, -4.0), (6.0, -3.4), (6.0, -3.0), (5.0, -2.6), (7.0, -1.2)]


def solved(figure):
    return [words for words in figure.view.readouts if "Task solved" in words]


# --- descent and clipping --------------------------------------------------------------------


@pytest.mark.parametrize(("start", "threshold"), ENDS_AND_MIDDLE)
def test_path_and_error_are_those_of_descent(start, threshold):
    state = drawn.descent_frame(start, threshold)
    path = folds.unit_descent([4.6, start], 0.02, 50, "norm", threshold)
    np.testing.assert_allclose(np.transpose(state["path"]), path, atol=1e-6)
    np.testing.assert_allclose(state["error"][1], folds.unit_error(*path.T), atol=1e-6)
    np.testing.assert_array_equal(np.ravel(state["start"]), [4.6, start])
    np.testing.assert_array_equal(np.ravel(state["end"]), np.transpose(state["path"])[-1])
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert f"longest step {lengths.max():.2g}," in state["readout"]
    assert f"updates {folds.unit_error(*path[-1]):.2g}." in state["readout"]


def test_the_greatest_threshold_never_clips_and_the_others_bound_the_step():
    for start in drawn.STARTS:
        free = drawn.descent_frame(start, 1000.0)["path"]
        path = folds.unit_descent([4.6, start], 0.02, 50)
        np.testing.assert_allclose(np.transpose(free), path, atol=1e-6)


def test_task_is_solved_by_the_largest_threshold_that_ends_low():
    for start in drawn.STARTS:
        ends = {t: drawn.descent_frame(start, t)["error"][1][-1] for t in drawn.THRESHOLDS}
        good = [t for t, end in ends.items() if end < 0.01]
        wanted = [] if 1000.0 in good else good[-1:]
        told = [t for t in ends if "Task solved" in drawn.descent_frame(start, t)["readout"]]
        assert told == wanted
    assert "Task solved" in drawn.descent_frame(-2.25, 5.0)["readout"]


# --- map and plane ---------------------------------------------------------------------------


@pytest.mark.parametrize(("w", "b"), PLACES)
def test_map_staircase_and_fixed_points_are_those_of_the_package(w, b):
    state = drawn.map_frame(w, b)
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
    figure = sliders.map_and_plane()
    weights, biases = np.arange(3.0, 7.01, 0.5), np.linspace(-4, -1.2, 15).round(1)
    strip = [
        w > 4.3 and folds.fold_biases(w)[0] < b < folds.wall(w) for w in weights for b in biases
    ]
    assert [("Task solved" in words) for words in figure.view.readouts] == strip
    assert 0 < len(solved(figure)) < 10


@pytest.mark.parametrize("make", [sliders.descent_and_clipping, sliders.map_and_plane])
def test_the_state_stays_below_200_kilobytes(make):
    assert len(json.dumps(make().view.get_state(["svg", "moving", "readouts"]))) < 200_000
