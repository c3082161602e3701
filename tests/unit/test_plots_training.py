"""Each figure of chapter 6 draws the arrays that it is given."""

import numpy as np
import pytest
from plot_checks import assert_drawn

from longterm import plots
from longterm.training import Outcome, wilson_interval


def test_terms_by_lag_draws_what_is_measured_and_what_is_predicted():
    (ax,) = plots.terms_by_lag({"a": np.array([2.0, 0.9, 0.5])}, {"a": 0.5}).axes
    assert_drawn(ax, range(3), [2.0, 0.9, 0.5])
    assert_drawn(ax, range(3), [2.0, 1.0, 0.5])
    assert ax.get_yscale() == "log"


def test_gradient_spread_draws_means_median_and_band():
    sizes = np.array([[1.0, 2.0, 6.0], [0.1, 0.3, 8.0]])
    (ax,) = plots.gradient_spread(sizes, np.array([3.0, 4.0])).axes
    assert_drawn(ax, [1, 2], [3.0, 4.0])
    assert_drawn(ax, [1, 2], [3.0, 2.8])
    assert_drawn(ax, [1, 2], [2.0, 0.3])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(np.quantile(sizes[1], 0.9))
    assert band[:, 1].min() == pytest.approx(np.quantile(sizes[1], 0.1))


def test_sequences_needed_draws_curves_and_what_is_shown():
    (ax,) = plots.sequences_needed({"w": np.array([1.0, 10.0, 90.0])}, shown=40).axes
    assert_drawn(ax, range(3), [1.0, 10.0, 90.0])
    assert_drawn(ax, [0, 2], [40, 40])


def outcome(successes, trials):
    return Outcome(successes / trials, wilson_interval(successes, trials), None, None, None)


def test_success_curves_draw_rates_and_their_intervals():
    runs = [(5, outcome(20, 20)), (10, outcome(7, 20))]
    (ax,) = plots.success_curves({"plain": runs}, {"theory": ([5, 10], [0.9, 0.4])}).axes
    assert_drawn(ax, [5, 10], [1.0, 0.35])
    assert_drawn(ax, [5, 10], [0.9, 0.4])
    bars = ax.collections[0].get_segments()
    for bar, (_, run) in zip(bars, runs, strict=True):
        np.testing.assert_allclose(bar[:, 1], run.interval)


def test_success_curves_may_have_a_log_axis():
    (ax,) = plots.success_curves({"a": [(1, outcome(1, 2))]}, xlabel="updates", log=True).axes
    assert ax.get_xscale() == "log"
    assert ax.get_xlabel() == "updates"


def test_weight_paths_tell_success_from_failure_by_line_style():
    paths = np.array([[1.25, 1.5, 1.6], [1.25, 0.4, 0.1]])
    fig = plots.weight_paths(paths, np.array([True, False]))
    (ax,) = fig.axes
    style = {line.get_xydata()[-1, 1]: line.get_linestyle() for line in ax.lines[:2]}
    assert style[1.6] != style[0.1]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["succeeds", "fails"]
