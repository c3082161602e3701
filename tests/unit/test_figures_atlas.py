"""Figures of chapter 9 draw what they are given; frames show what the atlas gives."""

import numpy as np
import pytest
from figure_checks import assert_draws, built, solved, words

from longterm.atlas import MECHANISMS, Reading
from longterm.figures import atlas as figures


def test_mean_and_error_are_those_of_the_trials_and_silent_where_nothing_arrives():
    found = np.array([[-np.inf, 1.0], [-np.inf, 3.0]])
    mean, error = figures.mean_and_error(found)
    np.testing.assert_array_equal(mean, [-np.inf, 2.0])
    np.testing.assert_allclose(error, [0.0, np.sqrt(2) / 2])


@pytest.mark.parametrize("name", ["fresh layers", "its slope", "chaos"])
def test_a_frame_shows_law_dots_and_the_spread_around_the_law(name):
    law, spread, found = figures.reading(name)
    state = figures.mechanism_frame(name)
    np.testing.assert_allclose(state["law"][1], np.exp(law))
    np.testing.assert_allclose(state["found"][1], np.exp(found.mean(axis=0)[::5]))
    drawn = spread.any()
    for edge, sign in (("low", -1), ("high", 1)):
        shown = np.exp(law + sign * spread) if drawn else [np.nan]
        np.testing.assert_allclose(state[edge][1], shown)
    assert ("95 % interval" in state["readout"]) == drawn
    assert f"law says {np.exp(law[100]):.3g}" in state["readout"]


def test_all_laws_stand_behind_the_one_that_is_chosen():
    figure = built(figures.all_and_one)
    laws = [np.exp(figures.reading(name).law) for name in MECHANISMS]
    assert_draws(figure.figure, laws)
    assert len(figure.frames["readouts"]) == len(MECHANISMS)


def test_the_task_is_solved_by_legs_alone():
    (text,) = solved(figures.all_and_one)
    assert text.startswith("LegS:")


def test_spreads_draw_what_was_found_beside_the_theory():
    found = np.array([[0.0, 1.0, 2.0], [0.0, 3.0, 6.0]])
    reading = Reading(np.zeros(3), np.array([0.0, 1.0, 4.0]), found)
    figure = figures.spreads({"this": reading})
    lags, spread = [1, 2], found.std(axis=0, ddof=1)[1:]
    assert_draws(figure, [(lags, spread), (lags, [1.0, 4.0])])
    assert words(figure.axes[0]) == ["this"]


def test_exponents_are_drawn_against_their_angles_and_named():
    angles, exponents = np.array([0.1, 0.2]), np.array([[0.0, -1.0], [-0.5, -2.0]])
    figure = figures.exponents_by_angle(angles, exponents)
    assert_draws(figure, [(angles, exponents[:, 0]), (angles, exponents[:, 1])])
    assert words(figure.axes[0]) == ["along the orbit", "across"]
