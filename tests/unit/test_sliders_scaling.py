"""Slider figures of chapter 4: their numbers are those of the plain functions."""

import functools
import json

import numpy as np
import pytest

from longterm import feedforward, scaling, sliders
from longterm.sliders import scaling as drawn

FIGURES = (sliders.level_walk, sliders.level_gradient)
FRAMES = (drawn.level_walk_frame, drawn.level_gradient_frame)
WALK_STATES = [(N, g) for N in (5, 20, 200) for g in (0.99, 1.05, 1.12)]
TANH_STATES = [(N, g) for N in (16, 32, 64) for g in (0.94, 1.0, 1.2, 1.44)]


def rows(state, name):
    """The x they share, and the rows of a line with gaps."""
    x, y = state[name]
    count = np.flatnonzero(np.isnan(y))[0] + 1
    np.testing.assert_array_equal(x[:count], x[-count:])
    return x[: count - 1], y.reshape(-1, count)[:, :-1]


def mean_line(state):
    """Regime and end of the one mean that is drawn."""
    shown = [name for name in state if name.endswith(" mean") and np.isfinite(state[name][1]).all()]
    assert len(shown) == 1
    return shown[0].removesuffix(" mean"), state[shown[0]][1][-1]


def solved(figure):
    return [words for words in figure.view.readouts if "Task solved" in words]


@functools.cache
def built(make):
    return make()


# --- Walks of the norm ---------------------------------------------------------------------


@pytest.mark.parametrize(("width", "gain"), WALK_STATES)
def test_walks_are_those_of_the_package(width, gain):
    d, walks = rows(drawn.level_walk_frame(width, gain), "walks")
    expected = scaling.sample_log_norms(
        width, 100, 6, gain=gain, rng=np.random.default_rng(51), method="law"
    )
    np.testing.assert_allclose(walks, expected[:, d.astype(int)], rtol=1e-12, atol=1e-12)
    assert (d[0], d[-1], len(d)) == (0, 100, 15)


@pytest.mark.parametrize(("width", "gain"), WALK_STATES)
def test_mean_and_band_of_the_walk_are_those_of_the_theorem(width, gain):
    state = drawn.level_walk_frame(width, gain)
    level, (_, variance) = scaling.gain(width), scaling.log_norm_step(width)
    drift = 200 * np.log(gain / level)
    assert mean_line(state)[1] == pytest.approx(drift, abs=1e-9)
    d, (low, high) = rows(state, "band")
    np.testing.assert_allclose((low + high) / 2, d / 100 * drift, atol=1e-9)
    np.testing.assert_allclose((high - low) / 4, np.sqrt(d * variance), atol=1e-9)
    assert f"has mean {drift:z.2f}, sd {np.sqrt(100 * variance):.2f}" in state["readout"]


def test_the_gain_tilts_all_walks_alike():
    (d, one), (_, two) = (rows(drawn.level_walk_frame(10, g), "walks") for g in (1.0, 1.1))
    np.testing.assert_allclose(two - one, np.tile(2 * d * np.log(1.1), (6, 1)), atol=1e-9)


@pytest.mark.parametrize(
    ("gain", "regime"), [(0.99, "vanish"), (1.0, "vanish"), (1.05, "hold"), (1.12, "explode")]
)
def test_the_mean_is_drawn_in_its_regime(gain, regime):
    assert mean_line(drawn.level_walk_frame(10, gain))[0] == regime


def test_each_part_of_the_first_task_has_one_solution():
    first, second = solved(built(sliders.level_walk))
    assert first.startswith("Width 10, gain 1.05:")
    assert "first part" in first
    assert abs(scaling.gain(10) - 1.05) < 0.005
    assert second.startswith("Width 50, gain 1.01:")
    assert "second part" in second


@pytest.mark.parametrize("width", drawn.WIDTHS)
def test_the_band_fits_in_a_factor_ten_from_width_38_on(width):
    fits = 2 * np.sqrt(100 * scaling.log_norm_step(width)[1]) < 2 * np.log(10)
    assert fits == (width >= 50)
    inside = []
    for gain in drawn.GAINS:
        state = drawn.level_walk_frame(width, gain)
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
    back, walks = rows(drawn.level_gradient_frame(width, gain), "walks")
    np.testing.assert_allclose(walks, (logs[50 - back.astype(int)] - logs[50]).T, atol=1e-9)
    assert (back[0], back[-1], len(back)) == (0, 50, 11)


@pytest.mark.parametrize(("width", "gain"), TANH_STATES)
def test_mean_and_band_of_the_gradient_are_those_of_the_proposition(width, gain):
    state = drawn.level_gradient_frame(width, gain)
    mean, variance = scaling.tanh_gradient_step(gain, width)
    assert mean_line(state)[1] == pytest.approx(50 * mean)
    back, (low, high) = rows(state, "band")
    np.testing.assert_allclose((low + high) / 2, back * mean, atol=1e-9)
    np.testing.assert_allclose((high - low) / 4, np.sqrt(back * variance), atol=1e-9)
    assert f"has mean {50 * mean:z.2f}, sd {np.sqrt(50 * variance):.2f}" in state["readout"]
    assert f"q = {scaling.tanh_mean_field(gain)[0]:.3f}" in state["readout"]


@pytest.mark.parametrize("width", drawn.TANH_WIDTHS)
def test_the_dot_stands_on_the_curve_of_this_width(width):
    gains, drifts = drawn.level_gradient_frame(width, 1.0)["drift"]
    steps = [50 * scaling.tanh_gradient_step(g, width)[0] for g in gains]
    np.testing.assert_allclose(drifts, steps, rtol=1e-12)
    for gain in drawn.TANH_GAINS:
        (g,), (drift,) = drawn.level_gradient_frame(width, gain)["here"]
        assert (g, drift) == (gain, 50 * scaling.tanh_gradient_step(gain, width)[0])
        assert abs(np.interp(g, gains, drifts) - drift) < 0.1


def test_the_curve_of_infinite_width_is_that_of_chi():
    right = drawn._level_gradient_canvas().axes[1]
    (wide,) = (line for line in right.lines if line.get_linestyle() == ":")
    chi = np.exp(np.array(wide.get_ydata()) / 50)
    np.testing.assert_allclose(chi, [scaling.tanh_mean_field(g)[1] for g in wide.get_xdata()])


def test_the_task_on_gradients_has_one_solution():
    (words,) = solved(built(sliders.level_gradient))
    assert words.startswith("Width 32, gain 1.22:")
    mean = [scaling.tanh_gradient_step(g, 32)[0] for g in (1.21, 1.22, 1.23)]
    assert mean[0] < 0 < mean[2]


def test_narrower_networks_need_more_gain():
    level = [
        min(drawn.TANH_GAINS, key=lambda g: abs(scaling.tanh_gradient_step(g, N)[0]))
        for N in (16, 32, 64)
    ]
    assert level == [1.4, 1.22, 1.14]


def test_networks_follow_the_mean_of_theory(monkeypatch):
    """With settled inputs; with large ones the first layers would shift it."""
    rng = np.random.default_rng(3)
    net, x = feedforward.random_networks(32, 50, 200, rng=rng), rng.standard_normal((1, 64))
    monkeypatch.setattr(drawn, "_networks", lambda width: (net, x / np.sqrt(np.mean(x**2))))
    for gain in (0.94, 1.0, 1.22, 1.44):
        ends = drawn._gradient_walks(32, gain)[:, -1]
        error = ends.std() / np.sqrt(200)
        assert abs(ends.mean() - 50 * scaling.tanh_gradient_step(gain, 32)[0]) < 4 * error


# --- Both --------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_is_the_same_each_time(frame):
    one, two = frame(32, 1.1), frame(32, 1.1)
    assert one["readout"] == two["readout"]
    np.testing.assert_array_equal(one["walks"], two["walks"])


@pytest.mark.parametrize("make", FIGURES)
def test_the_state_stays_below_100_kilobytes(make):
    state = built(make).view.get_state(["svg", "moving", "readouts"])
    assert len(json.dumps(state)) < 100_000
