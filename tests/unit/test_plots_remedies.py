"""Each figure of chapter 8 draws the arrays that it is given."""

import numpy as np
from plot_checks import assert_drawn, words

from longterm import plots
from longterm.training import Outcome, wilson_interval


def outcomes(*successes, trials=20):
    """Pairs of a length and an outcome, at the lengths 8, 16 and so on."""
    runs = [Outcome(k / trials, wilson_interval(k, trials), None, None, None) for k in successes]
    return [(8 * 2**k, run) for k, run in enumerate(runs)]


def test_decay_by_lag_draws_sizes_beside_the_first_and_points_where_lags_are_missed():
    sizes = {"path": np.array([2.0, 1.0, 0.5]), "skips": np.array([4.0, 0.0, 1.0])}
    (ax,) = plots.decay_by_lag(sizes).axes
    assert_drawn(ax, range(3), [1.0, 0.5, 0.25])
    assert_drawn(ax, [0, 2], [1.0, 0.25])
    assert ax.get_yscale() == "log"
    assert [line.get_linestyle() == "None" for line in ax.lines] == [False, True]
    assert words(ax) == ["path", "skips"]


def test_spectra_draw_each_eigenvalue_beside_the_unit_circle():
    panels = {"a": np.array([0.5, -0.25]), "b": np.array([0.6j, -0.6j])}
    first, second = plots.spectra(panels).axes
    assert_drawn(first, [-0.25, 0.5], [0, 0])
    assert_drawn(second, [0, 0], [-0.6, 0.6])
    np.testing.assert_allclose(np.hypot(*first.lines[0].get_data()), 1)
    assert [ax.get_title(loc="left") for ax in (first, second)] == ["a", "b"]


def test_a_success_grid_draws_rates_with_their_intervals_and_the_reference_in_all_panels():
    plain, curves = outcomes(20, 14), {"leaky": outcomes(20, 17), "skips": outcomes(5, 0)}
    panels = plots.success_grid(curves, plain, columns=2).axes
    for ax, (label, runs) in zip(panels, curves.items(), strict=True):
        assert ax.get_title(loc="left") == label
        assert_drawn(ax, [8, 16], [1.0, 0.7])
        assert_drawn(ax, [8, 16], [run.rate for _, run in runs])
        (bars,) = ax.collections
        for bar, (length, run) in zip(bars.get_segments(), runs, strict=True):
            np.testing.assert_allclose(bar, [[length, end] for end in run.interval], atol=1e-12)


def test_retained_draws_shares_against_lengths_with_a_line_at_chance():
    (ax,) = plots.retained({"latch": [(16, 1.0), (64, 0.98)], "drift": [(16, 1.0), (64, 0.6)]}).axes
    assert_drawn(ax, [16, 64], [1.0, 0.98])
    assert_drawn(ax, [16, 64], [1.0, 0.6])
    assert_drawn(ax, [0, 1], [0.5, 0.5])
    assert (ax.get_xscale(), words(ax)) == ("log", ["drift", "latch"])
