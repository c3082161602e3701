"""Each figure of chapter 5 draws the arrays that it is given."""

import numpy as np
from plot_checks import assert_drawn, words

from longterm import plots


def test_jacobian_paths_draws_norms_and_labels_them_inside_the_limits():
    growing, falling = 10.0 ** np.arange(6), 0.1 ** np.arange(6)
    entries = [("up", "explode", growing), ("down", "theory", falling)]
    figure = plots.jacobian_paths({"a": ((1e-9, 1e3), entries), "b": ((1e-3, 1e9), entries[:1])})
    left, right = figure.axes
    for row in (growing, falling):
        assert_drawn(left, range(6), row)
    assert_drawn(right, range(6), growing)
    assert [text.xy[0] for text in left.texts] == [2, 5]
    assert left.get_ylim() == (1e-9, 1e3)
    assert left.get_yscale() == "log"


def test_latch_maps_draws_map_diagonal_and_staircases():
    a = np.linspace(-1, 1, 5)
    first, second = np.array([0.5, 0.4, 0.3]), np.array([-0.5, -0.2, -0.1])
    ax, _ = plots.latch_maps({"x": (a, a**3, (first, second)), "y": (a, a, (first, second))}).axes
    assert_drawn(ax, a, a)
    assert_drawn(ax, a, a**3)
    assert_drawn(ax, [0.5, 0.5, 0.4, 0.4, 0.3], [0.5, 0.4, 0.4, 0.3, 0.3])
    assert_drawn(ax, [-0.5], [-0.5])
    assert_drawn(ax, [-0.1], [-0.1])


def test_hysteresis_draws_both_branches_margins_and_pushes():
    h = np.array([-1, 0, 1.0])
    rising, falling = np.array([-2, -1, 2.0]), np.array([2, 1, -2.0])
    loop, push = plots.hysteresis(h, rising, falling, 0.5, [1, 10], [0.9, 0.6]).axes
    assert_drawn(loop, h, rising)
    assert_drawn(loop, h, falling[::-1])
    for side in (-0.5, 0.5):
        assert_drawn(loop, [side, side], [0, 1])
    assert_drawn(push, [1, 10], [0.9, 0.6])
    assert_drawn(push, [0, 1], [0.5, 0.5])
    assert {"input rises", "input falls"} < set(words(loop))


def test_dilemma_draws_margin_slope_and_the_trade():
    w, margins, slopes = np.array([1, 1.5, 2]), np.array([0, 0.2, 0.5]), np.array([1, 0.4, 0.2])
    parts, trade = plots.dilemma(w, margins, slopes, (1.5,), 4).axes
    assert_drawn(parts, w, margins)
    assert_drawn(parts, w, slopes)
    assert_drawn(trade, margins, slopes**4)
    assert_drawn(trade, [0.2], [0.4**4])
    assert words(trade) == ["w = 1.5"]
    assert trade.get_yscale() == "log"


def test_retention_curves_draws_rows_dots_and_bars():
    held, lost = np.array([1, 0.9, 0.8, 0.7]), np.array([1, 0.8, 0.6, 0.5])
    at, shares, errors = np.array([1, 3]), np.array([0.91, 0.69]), np.array([0.01, 0.02])
    (ax,) = plots.retention_curves({"a": held, "b": lost}, {"a": (at, shares, errors)}).axes
    assert_drawn(ax, [1, 2, 3], held[1:])
    assert_drawn(ax, [1, 2, 3], lost[1:])
    assert_drawn(ax, at, shares)
    bars = ax.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose([np.ptp(bar[:, 1]) for bar in bars], 4 * errors)
    assert words(ax) == ["a", "b"]


def test_lifetimes_draws_logs_and_lines_of_the_given_slope():
    inverse, lives = np.array([1.0, 2, 3]), np.array([10, 1e3, 1e5])
    (ax,) = plots.lifetimes(inverse, {"a": lives}, [np.log(10)]).axes
    assert_drawn(ax, inverse, [1, 3, 5])
    assert_drawn(ax, inverse, [3, 4, 5])
