"""Figures of chapter 6 draw what they are given; frames show what the plain functions give."""

import numpy as np
import pytest
from figure_checks import assert_draws, outcome, solved

from longterm import memory, rnn
from longterm.figures import long_spans as figures

SIZES = np.array([[1.0, 2.0, 6.0], [0.1, 0.3, 8.0]])


@pytest.mark.parametrize(
    ("draw", "given", "panels"),
    [
        (
            figures.terms_by_lag,
            [{"a": np.array([2.0, 0.9, 0.5])}, {"a": 0.5}],
            [[[2.0, 0.9, 0.5], [2.0, 1.0, 0.5]]],
        ),
        (
            figures.gradient_spread,
            [SIZES, np.array([3.0, 4.0])],
            [[([1, 2], [3.0, 4.0]), ([1, 2], [3.0, 2.8]), ([1, 2], [2.0, 0.3])]],
        ),
        (
            figures.sequences_needed,
            [{"w": np.array([1.0, 10.0, 90.0])}, 40],
            [[[1.0, 10.0, 90.0], ([0, 2], [40, 40])]],
        ),
        (
            figures.success_curves,
            [{"a": [(5, outcome(20)), (10, outcome(7))]}],
            [[([5, 10], [1.0, 0.35])]],
        ),
    ],
)
def test_a_figure_draws_what_it_is_given(draw, given, panels):
    assert_draws(draw(*given), *panels)


def test_the_spread_is_a_band_of_eight_gradients_in_ten():
    (ax,) = figures.gradient_spread(SIZES, np.array([3.0, 4.0])).axes
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(np.quantile(SIZES[1], 0.9))
    assert heights.min() == pytest.approx(np.quantile(SIZES[1], 0.1))


def test_success_curves_draw_intervals_and_may_have_a_log_axis():
    runs = [(5, outcome(20)), (10, outcome(7))]
    (ax,) = figures.success_curves({"plain": runs}, xlabel="updates", log=True).axes
    for bar, (_, run) in zip(ax.collections[0].get_segments(), runs, strict=True):
        np.testing.assert_allclose(bar[:, 1], run.interval)
    assert (ax.get_xscale(), ax.get_xlabel()) == ("log", "updates")


def test_weight_paths_tell_success_from_failure_by_line_style():
    paths = np.array([[1.25, 1.5, 1.6], [1.25, 0.4, 0.1]])
    fig = figures.weight_paths(paths, np.array([True, False]))
    (ax,) = fig.axes
    style = {line.get_xydata()[-1, 1]: line.get_linestyle() for line in ax.lines[:2]}
    assert style[1.6] != style[0.1]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["succeeds", "fails"]


# --- Sliders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("w", [1.02, 1.25, 2.0])
def test_far_share_is_that_of_the_back_propagated_terms(w):
    rest, slope = memory.attractor(w)
    inputs = np.zeros((figures.SPAN + 1, 1, 1))
    inputs[0] = w * rest
    states = rnn.run([[w]], inputs)
    terms = rnn.gradient_by_lag(states, rnn.error_flow([[w]], states, np.ones((1, 1))))
    terms = terms[:-1, 0, 0]  # before the first input the state is 0
    from_end = np.cumsum(terms[::-1])[::-1] / terms.sum()
    np.testing.assert_allclose(figures.far_share(slope), from_end, rtol=1e-6, atol=1e-14)


@pytest.mark.parametrize(("w", "k"), [(1.02, 1), (1.25, 10), (2.0, 20)])
def test_cut_divides_the_lags_into_kept_and_lost(w, k):
    state = figures.cut_frame(w, k)
    (kept, first), (lost, last) = state["kept"], state["lost"]
    assert kept[-1] == lost[0] == state["cut"][0][0] == k
    assert first[0] == 1
    assert first[-1] == last[0]
    assert len(kept) + len(lost) == figures.SPAN + 1
    assert f"loses {last[0]:.2g} of" in state["readout"]


@pytest.mark.parametrize(("span", "noise"), [(4, 0.2), (26, 0.2), (48, 0.3)])
def test_window_holds_what_is_safe_and_heard(span, noise):
    state = figures.window_frame(span, noise)
    for index in (0, 20, 37):
        w = state["held"][0][index]
        held = memory.retention(w, noise, span).probabilities[-1]
        mean, square, _ = memory.boundary_gradient(w, noise, span)
        assert state["held"][1][index] == pytest.approx(held, rel=1e-9)
        assert state["needed"][1][index] == pytest.approx(square[-1] / mean[-1] ** 2, rel=1e-6)
    held, needed = (values[:, span] for values in figures._latches(noise))
    both = (held >= figures.SAFE) & (needed <= figures.SHOWN)
    if both.any():
        ends = figures.WEIGHTS[both][[0, -1]]
        np.testing.assert_array_equal(state["window held"][0], ends)
        assert "both from w = {:.2f} to {:.2f}".format(*ends) in state["readout"]
    else:
        assert "no weight does both" in state["readout"]


def test_window_never_widens_as_the_span_grows():
    for noise in (0.2, 0.3):
        held, needed = figures._latches(noise)
        assert (np.diff(held, axis=1) <= 1e-12).all()
        assert (np.diff(needed, axis=1) >= -1e-9).all()


def test_each_task_has_one_solution():
    assert [words[:8] for words in solved(figures.truncated_gradient)] == ["w = 1.25"]
    assert [words[:6] for words in solved(figures.hold_or_learn)] == ["T = 38"]
