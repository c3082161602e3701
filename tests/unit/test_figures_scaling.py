"""Figures of chapter 4 draw what they are given; frames show what the plain functions give."""

import numpy as np
import pytest
from figure_checks import assert_draws, built, solved, titles

from longterm import feedforward, scaling
from longterm.figures import scaling as figures

WALK_STATES = [(N, g) for N in (5, 20, 200) for g in (0.99, 1.05, 1.12)]
TANH_STATES = [(N, g) for N in (16, 32, 64) for g in (0.94, 1.0, 1.2, 1.54)]
ROW, STEPS = np.array([1.0, 0.5, 0.25, 0.125, 0.0625]), np.arange(5)
WALKS = np.cumsum(np.full((2, 5), -0.5), axis=1)


@pytest.mark.parametrize(
    ("draw", "given", "panels"),
    [
        (
            figures.width_fans,
            [dict.fromkeys("ab", (WALKS, -0.5, 0.25))],
            2 * [[-STEPS / 2, -STEPS / 2 - np.sqrt(STEPS), -STEPS / 2 + np.sqrt(STEPS)]],
        ),
        (
            figures.printed_gains,
            [STEPS, dict.fromkeys("ab", (-ROW, 2 * ROW, ROW)), 100],
            2 * [[(STEPS, ROW), (STEPS, 2 * ROW)]],
        ),
        (
            figures.survival,
            [{4: ROW}, {4: ROW / 2}],
            [[([0, 4], ROW[::4]), ([0, 4], ROW[::4] / 2)]],
        ),
        (
            figures.unlabelled_walks,
            [{"A": WALKS, "B": WALKS[:1]}],
            [
                [([0, 2, 4, np.nan, 0, 2, 4], [*WALKS[0, ::2], np.nan, *WALKS[1, ::2]])],
                [([0, 2, 4], WALKS[0, ::2])],
            ],
        ),
        (
            figures.spread_growth,
            [{"one": ROW, "two": 1 / ROW}, {"one": 1.0, "two": 0.5}],
            [[(STEPS[1:], ROW[1:]), (STEPS[1:], 1 / ROW[1:]), ([1, 4], [ROW[4] / 4, ROW[4]])]],
        ),
        (
            figures.gradient_bands,
            [{name: [("g", "hold", WALKS, -0.5, 0.25)] for name in "ab"}],
            2 * [[-STEPS / 2]],
        ),
        (
            figures.gain_sweep,
            [dict.fromkeys("ab", (STEPS, ROW, STEPS, -ROW, np.array([1, 0.5, 0, 1, 0.25])))],
            2 * [[ROW, ([0, 3], -ROW[[0, 3]]), ([1, 4], -ROW[[1, 4]]), ([2], -ROW[[2]])]],
        ),
        (
            figures.direction_rates,
            [-ROW, -ROW / 2, ROW / 10],
            [[(STEPS + 1, -ROW), (STEPS + 1, -ROW / 2), (STEPS + 1, 0 * ROW)]],
        ),
    ],
)
def test_a_figure_draws_what_it_is_given(draw, given, panels):
    assert_draws(draw(*given), *panels)


def test_two_laws_draws_shares_below_quantiles_of_both_and_their_difference():
    one, two = np.arange(101.0), np.arange(101.0) + 1
    figure = figures.two_laws({"one": one, "two": two})
    first, second = (line.get_ydata() for line in figure.axes[0].lines)
    quantiles = figure.axes[0].lines[0].get_xdata()
    np.testing.assert_allclose(first, [np.mean(one <= q) for q in quantiles])
    np.testing.assert_allclose(second, [np.mean(two <= q) for q in quantiles])
    assert_draws(figure, [], [(quantiles, second - first)])


def test_panels_bear_their_titles():
    assert titles(figures.unlabelled_walks({"A": WALKS, "B": WALKS})) == ["A", "B"]
    assert titles(figures.width_fans(dict.fromkeys("ab", (WALKS, 0.0, 1.0)))) == ["a", "b"]


# --- Sliders -----------------------------------------------------------------------------------


def rows(state, name):
    """The x they share, and the rows of a line with gaps."""
    x, y = state[name]
    count = np.flatnonzero(np.isnan(y))[0] + 1
    np.testing.assert_array_equal(x[:count], x[-count:])
    return x[: count - 1], y.reshape(-1, count)[:, :-1]


def mean_line(state):
    """Regime and end of the one mean that is figures."""
    shown = [name for name in state if name.endswith(" mean") and np.isfinite(state[name][1]).all()]
    assert len(shown) == 1
    return shown[0].removesuffix(" mean"), state[shown[0]][1][-1]


# --- Walks of the norm ---------------------------------------------------------------------


@pytest.mark.parametrize(("width", "gain"), WALK_STATES)
def test_walks_are_those_of_the_package(width, gain):
    d, walks = rows(figures.level_walk_frame(width, gain), "walks")
    expected = scaling.sample_log_norms(
        width, 100, 6, gain=gain, rng=np.random.default_rng(51), method="law"
    )
    np.testing.assert_allclose(walks, expected[:, d.astype(int)], rtol=1e-12, atol=1e-12)
    assert (d[0], d[-1], len(d)) == (0, 100, 15)


@pytest.mark.parametrize(("width", "gain"), WALK_STATES)
def test_mean_and_band_of_the_walk_are_those_of_the_theorem(width, gain):
    state = figures.level_walk_frame(width, gain)
    level, (_, variance) = scaling.gain(width), scaling.log_norm_step(width)
    drift = 200 * np.log(gain / level)
    assert mean_line(state)[1] == pytest.approx(drift, abs=1e-9)
    d, (low, high) = rows(state, "band")
    np.testing.assert_allclose((low + high) / 2, d / 100 * drift, atol=1e-9)
    np.testing.assert_allclose((high - low) / 4, np.sqrt(d * variance), atol=1e-9)
    assert f"has mean {drift:z.2f}, sd {np.sqrt(100 * variance):.2f}" in state["readout"]


@pytest.mark.parametrize(
    ("gain", "regime"), [(0.99, "vanish"), (1.0, "vanish"), (1.05, "hold"), (1.12, "explode")]
)
def test_the_mean_is_drawn_in_its_regime(gain, regime):
    assert mean_line(figures.level_walk_frame(10, gain))[0] == regime


def test_each_part_of_the_first_task_has_one_solution():
    first, second = solved(figures.level_walk)
    assert first.startswith("Width 10, gain 1.05:")
    assert "first part" in first
    assert abs(scaling.gain(10) - 1.05) < 0.005
    assert second.startswith("Width 50, gain 1.01:")
    assert "second part" in second


@pytest.mark.parametrize("width", figures.WIDTHS)
def test_the_band_fits_in_a_factor_ten_from_width_38_on(width):
    fits = 2 * np.sqrt(100 * scaling.log_norm_step(width).variance) < 2 * np.log(10)
    assert fits == (width >= 50)
    inside = []
    for gain in figures.GAINS:
        state = figures.level_walk_frame(width, gain)
        if np.abs(rows(state, "band")[1]).max() <= 2 * np.log(10):
            inside.append(gain)
            assert "inside" in state["readout"]
        else:
            assert "inside" not in state["readout"]
    assert bool(inside) == fits


# --- Gradients -------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "gain"), TANH_STATES)
def test_gradients_are_those_of_networks_with_a_settled_input(width, gain):
    rng = np.random.default_rng(52)
    x = rng.standard_normal((1, 64))
    net = feedforward.random_networks(width, 50, 5, rng=rng)
    q, _ = scaling.tanh_mean_field(gain)
    x *= 8 * max(np.sqrt(q) / gain, 1e-3) / np.linalg.norm(x)
    states = feedforward.forward(net, x, gain, "tanh")
    _, error = feedforward.classification_error(net, states[-1], np.array([0]))
    flow = feedforward.backward(net, states, error, gain, "tanh")[:, :, 0]
    logs = 2 * np.log(np.linalg.norm(flow, axis=2))
    back, walks = rows(figures.level_gradient_frame(width, gain), "walks")
    np.testing.assert_allclose(walks, (logs[50 - back.astype(int)] - logs[50]).T, atol=1e-9)
    assert (back[0], back[-1], len(back)) == (0, 50, 11)


@pytest.mark.parametrize(("width", "gain"), TANH_STATES)
def test_mean_and_band_of_the_gradient_are_those_of_the_proposition(width, gain):
    state = figures.level_gradient_frame(width, gain)
    mean, variance = scaling.tanh_gradient_walk(gain, width, 50)
    assert mean_line(state)[1] == pytest.approx(mean)
    back, (low, high) = rows(state, "band")
    np.testing.assert_allclose((low + high) / 2, back / 50 * mean, atol=1e-9)
    np.testing.assert_allclose((high - low) / 4, np.sqrt(back / 50 * variance), atol=1e-9)
    assert f"has mean {mean:z.2f}, sd {np.sqrt(variance):.2f}" in state["readout"]
    assert f"q = {scaling.tanh_mean_field(gain).variance:.3f}" in state["readout"]


@pytest.mark.parametrize("width", figures.TANH_WIDTHS)
def test_the_dot_stands_on_the_curve_of_this_width(width):
    gains, drifts = figures.level_gradient_frame(width, 1.0)["drift"]
    means = [scaling.tanh_gradient_walk(g, width, 50).mean for g in gains]
    np.testing.assert_allclose(drifts, means, rtol=1e-12)
    for gain in figures.TANH_GAINS:
        (g,), (drift,) = figures.level_gradient_frame(width, gain)["here"]
        assert (g, drift) == (gain, scaling.tanh_gradient_walk(gain, width, 50).mean)
        assert abs(np.interp(g, gains, drifts) - drift) < 0.1


def test_the_curve_of_infinite_width_is_that_of_chi():
    right = built(figures.level_gradient).figure.axes[1]
    (wide,) = (line for line in right.lines if line.get_linestyle() == ":")
    chi = np.exp(np.array(wide.get_ydata()) / 50)
    np.testing.assert_allclose(chi, [scaling.tanh_mean_field(g).factor for g in wide.get_xdata()])


def test_the_task_on_gradients_has_one_solution():
    (words,) = solved(figures.level_gradient)
    assert words.startswith("Width 32, gain 1.24:")
    mean = [scaling.tanh_gradient_walk(g, 32, 50).mean for g in (1.22, 1.24, 1.25)]
    assert mean[0] < 0 < mean[2]


def test_networks_follow_the_mean_of_theory(monkeypatch):
    """With settled inputs; with large ones the first layers would shift it."""
    rng = np.random.default_rng(3)
    net, x = feedforward.random_networks(32, 50, 200, rng=rng), rng.standard_normal((1, 64))
    monkeypatch.setattr(figures, "_networks", lambda width: (net, x / np.sqrt(np.mean(x**2))))
    for gain in (0.94, 1.0, 1.24, 1.54):
        ends = figures._gradient_walks(32, gain)[:, -1]
        mean, variance = scaling.tanh_gradient_walk(gain, 32, 50)
        assert abs(ends.mean() - mean) < 4 * np.sqrt(variance / 200)
        assert abs(ends.var() / variance - 1) < 4.5 * np.sqrt(2 / 200) + 3 / 32


def test_the_gain_tilts_all_walks_alike():
    (d, one), (_, two) = (rows(figures.level_walk_frame(10, g), "walks") for g in (1.0, 1.1))
    np.testing.assert_allclose(two - one, np.tile(2 * d * np.log(1.1), (6, 1)), atol=1e-9)


def test_narrower_networks_need_more_gain():
    level = [
        min(figures.TANH_GAINS, key=lambda g: abs(scaling.tanh_gradient_walk(g, N, 50).mean))
        for N in (16, 32, 64)
    ]
    assert level == [1.44, 1.24, 1.14]
