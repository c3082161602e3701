"""Figures of chapter 10 draw what the probe has found."""

import numpy as np
from figure_checks import assert_draws, slider_figures, solved, titles

from longterm.figures import your_network as figures
from longterm.probe import Examination, Heard, Stepped

LAGS = np.arange(30)
HEARD = Heard(np.outer([1.0, 2.0, 3.0], 0.5**LAGS), 1)
STEPPED = Stepped(
    np.full((3, 31), 4.0), 0.5 ** np.arange(31), np.zeros((3, 1)), *np.zeros((2, 5), bool), 3
)


def test_an_examination_draws_inputs_states_and_what_a_truncation_loses():
    figure = figures.examined(Examination(HEARD, STEPPED))
    horizon = np.log(1000) / np.log(2)
    assert_draws(
        figure,
        [0.5**LAGS, np.ones(31), ([horizon], [0.001])],
        [STEPPED.lost, ([7], [0.5**7])],
    )
    assert titles(figure) == ["Hears 9 steps back", "A truncation at 7 would lose 0.78 %"]
    low, high = np.quantile([0.5, 1.0, 1.5], [0.1, 0.9])
    (band,) = figure.axes[0].collections
    at_start = band.get_paths()[0].vertices
    assert {*at_start[at_start[:, 0] == 0][:, 1].round(9)} == {low, high}


def test_without_a_state_there_is_one_panel_and_without_an_end_no_mark():
    level = Heard(np.ones((3, 30)), 1)
    figure = figures.examined(Examination(level, None))
    assert titles(figure) == ["Hears all 29 steps back"]
    assert_draws(figure, [np.ones(30)])
    assert [line for line in figure.axes[0].lines if len(line.get_xdata()) == 1] == []
    silent = Heard(np.pad(np.ones((3, 20)), ((0, 0), (0, 10))), 1)
    (line, *_) = figures.examined(Examination(silent, None)).axes[0].lines
    assert np.isnan(line.get_ydata()).tolist() == [False] * 20 + [True] * 10


def test_where_no_share_is_known_no_truncation_is_marked():
    figure = figures.examined(Examination(HEARD, STEPPED._replace(lost=np.full(31, np.nan))))
    assert titles(figure) == ["Hears 9 steps back", ""]


def test_before_and_after_draws_each_network_beside_its_own_largest():
    curves = {"before": [4 * 0.5**LAGS, 0.9**LAGS], "after": [np.full(30, 3.0)]}
    figure = figures.before_and_after(curves, 30)
    assert titles(figure) == ["before", "after"]
    assert_draws(figure, [0.5**LAGS, 0.9**LAGS], [np.ones(30)])


def test_a_truncation_says_what_it_loses_before_and_after_and_the_shortest_is_found():
    before, after = np.array([0.5**LAGS, 0.6**LAGS, 0.4**LAGS]), np.array([0.9**LAGS] * 3)
    state = figures.truncation_frame(10, before, after)
    np.testing.assert_array_equal(state["before"], ([10] * 3, before[:, 10]))
    np.testing.assert_array_equal(state["after"], ([10] * 3, after[:, 10]))
    said = "0.098 % (median; from 0.01 to 0.605), of that after training 35 %"
    assert said in state["readout"]
    assert "Task solved" in state["readout"]  # 0.6**9 is 1.008 %
    (text,) = solved(slider_figures()["your_network.truncations"])
    assert text.startswith("k = 7:")
