"""Figures of chapter 8 draw what they are given; frames show what the plain functions give."""

import re

import numpy as np
import pytest
from figure_checks import assert_draws, outcome, solved, titles, words
from scipy.special import expit

from longterm import decay
from longterm.figures import remedies as figures


def test_wirings_lead_each_heavy_path_from_an_earlier_state_to_the_present_one():
    figure = figures.wirings()
    assert titles(figure) == ["leaky unit", "skip over d steps", "LSTM"]
    for ax, factor in zip(figure.axes, (r"$\alpha$", r"$S\,\tanh$", "$f_t$"), strict=True):
        assert factor in words(ax)
        (heavy,) = [line.get_xydata() for line in ax.lines if line.get_linewidth() == 3.0]
        spots = {text.get_text(): text.get_position() for text in ax.texts}
        (earlier,) = [label for label, at in spots.items() if np.allclose(at, heavy[0])]
        assert re.fullmatch(r"\$[xc]_\{t-[1d]\}\$", earlier)
        present = np.array(spots[earlier[:2] + "_t$"])
        assert np.hypot(*(heavy[-1] - present)) < 0.9 < np.hypot(*(heavy[0] - present))


def test_decay_by_lag_draws_sizes_beside_the_first_and_points_where_lags_are_missed():
    sizes = {"path": np.array([2.0, 1.0, 0.5]), "skips": np.array([4.0, 0.0, 1.0])}
    figure = figures.decay_by_lag(sizes)
    assert_draws(figure, [[1.0, 0.5, 0.25], ([0, 2], [1.0, 0.25])])
    (ax,) = figure.axes
    assert ax.get_yscale() == "log"
    assert [line.get_linestyle() == "None" for line in ax.lines] == [False, True]
    assert words(ax) == ["path", "skips"]


def test_spectra_draw_each_eigenvalue_beside_the_unit_circle():
    figure = figures.spectra({"a": np.array([0.5, -0.25]), "b": np.array([0.6j, -0.6j])})
    assert_draws(figure, [([-0.25, 0.5], [0, 0])], [([0, 0], [-0.6, 0.6])])
    np.testing.assert_allclose(np.hypot(*figure.axes[0].lines[0].get_data()), 1)
    assert titles(figure) == ["a", "b"]


def test_success_by_rate_draws_a_line_for_each_way_and_names_them_once():
    lines = {k: [(0.1, outcome(k)), (1.0, outcome(20))] for k in (5, 10)}
    figure = figures.success_by_rate({"leaky": lines, "skips": lines}, columns=3)
    drawn = [([0.1, 1.0], [k / 20, 1.0]) for k in lines]
    assert_draws(figure, drawn, drawn, [])
    assert titles(figure) == ["leaky", "skips", ""]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["5", "10"]


def test_held_and_heard_draws_means_with_two_errors_to_each_side():
    rows = {"plain": [(0.9, 0.01), (0.6, 0.02)], "leaky": [(0.8, 0.03), (1.0, 0.0)]}
    figure = figures.held_and_heard({"fixed": rows, "trained": rows})
    assert titles(figure) == ["fixed", "trained"]
    for ax in figure.axes:
        for k, bars in enumerate(ax.collections):
            for row, (mean, error) in enumerate(pairs[k] for pairs in rows.values()):
                ends = [[mean - 2 * error, -row], [mean + 2 * error, -row]]
                np.testing.assert_allclose(bars.get_segments()[row], ends, atol=1e-12)
    labels = figure.axes[0].get_yticklabels()
    assert [text.get_text() for text in labels] == list(rows)


# --- Sliders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [0.0, 3.0, 6.0])
@pytest.mark.parametrize("span", [10, 80])
def test_gate_shows_gradient_half_life_and_retention(bias, span):
    state, f = figures.gate_frame(bias, span), 1 / (1 + np.exp(-bias))
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
    assert f"integrator in {decay.chance_kept(1.0, span, 0.2):.1%}" in state["readout"]
    spans, held = state["held"]
    assert held[-1] == pytest.approx(decay.chance_kept(f, 100, 0.2))
    assert spans[0] == 4


@pytest.mark.parametrize("radius", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("delay", [1, 10, 20])
def test_skip_shows_both_decays(radius, delay):
    state = figures.skip_frame(radius, delay)
    lags = state["plain"][0].astype(float)
    assert list(lags) == [0, 50, 100]
    np.testing.assert_allclose(state["plain"][1], radius**lags, rtol=1e-12)
    np.testing.assert_allclose(state["envelope"][1], radius ** (lags / delay), rtol=1e-9)
    reached, sizes = state["reached"]
    np.testing.assert_array_equal(reached, np.arange(0, 101, delay))
    np.testing.assert_allclose(sizes, radius ** (reached / delay), rtol=1e-12)
    assert f"{len(reached) - 1} of 100 lags" in state["readout"]


def test_the_first_task_has_one_bias_at_every_span():
    words = solved(figures.gate_and_memory)
    assert len(words) == 4
    assert {text.split(":")[0] for text in words} == {"b = 3.50"}
    assert decay.half_life(expit(3.5)) >= 20 > decay.half_life(expit(3.25))


def test_the_second_task_has_one_solution():
    (words,) = solved(figures.skip_and_radius)
    assert words.startswith("ρ = 0.8, d = 10:")
    assert 0.8 ** (100 / 10) >= 0.1 > 0.8 ** (100 / 9)
