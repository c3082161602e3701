"""Slider figures of chapter 4."""

import functools

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from longterm import feedforward, scaling
from longterm._types import Array
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import HOLD, REGIMES, THEORY, HouseFigure, house_style, new_figure

LAYERS, BACK = 100, 50
WIDTHS, TANH_WIDTHS = (5, 10, 20, 50, 200), (16, 32, 64)
GAINS = tuple(np.linspace(0.99, 1.12, 14).round(2).tolist())
TANH_GAINS = tuple(np.linspace(0.94, 1.44, 26).round(2).tolist())
NOWHERE = np.full(2, np.nan)
TENFOLD = 2 * np.log(10)
"""Change of ln‖h‖² when ‖h‖ changes by a factor ten."""


def level_walk() -> SliderFigure:
    """Walks of ln‖h‖² through 100 linear layers, as the width and the gain move."""
    return slider_figure(
        _level_walk_canvas(),
        level_walk_frame,
        alt="Six walks of the log squared norm through 100 layers, with their exact mean and "
        "band of two standard deviations, and two lines where the norm has changed tenfold.",
        width=Slider("width N", WIDTHS, start=10),
        gain=Slider("gain g", GAINS, 1.0, {1.0: "keeps the mean square"}, "{:.2f}"),
    )


def level_walk_frame(width: int, gain: float) -> Frame:
    """What `level_walk` shows at one width and gain."""
    rng = np.random.default_rng(51)  # the same numbers at every gain
    walks = scaling.sample_log_norms(width, LAYERS, 6, gain=gain, rng=rng)
    mean, variance = scaling.log_norm_step(width)
    step = mean + 2 * np.log(gain), variance
    shown = np.linspace(0, LAYERS, 15).round().astype(int)
    drift, spread = LAYERS * step[0], np.sqrt(LAYERS * variance)
    return _theory(LAYERS, *step) | {
        "walks": _one_line(shown, walks[:, shown]),
        "readout": f"Width {width}, gain {gain:.2f}: ln‖h‖² after {LAYERS} layers has mean "
        f"{drift:z.2f}, sd {spread:.2f}.{_level_walk_found(width, gain, drift, spread)}",
    }


def _level_walk_found(width: int, gain: float, drift: float, spread: float) -> str:
    if width == 10 and gain == round(scaling.gain(width), 2):
        return " Task solved, first part: no other gain of three digits is as level."
    if abs(drift) + 2 * spread > TENFOLD:
        return ""
    narrower = [LAYERS * scaling.log_norm_step(N)[1] for N in WIDTHS[: WIDTHS.index(width)]]
    if 2 * np.sqrt(min(narrower, default=np.inf)) <= TENFOLD:
        return " The band stays inside, as that of a narrower network can."
    return " Task solved, second part: at no narrower width here does the band stay inside."


@house_style
def _level_walk_canvas() -> HouseFigure:
    fig, ax = new_figure(height=3.6)
    _draw_theory(ax)
    for change, words in ((TENFOLD, "10 times"), (-TENFOLD, "a tenth of")):
        ax.axhline(change, color="#767676", linewidth=0.9, linestyle="-")
        ax.text(101, change, f"{words}\nthe norm", va="center", fontsize=8.5)
    ax.set(xlim=(0, LAYERS), ylim=(-40, 28), xlabel="layer d", ylabel="ln ‖h‖²")
    ax.set(title="six networks, with the mean (thick) and the band of theory (dotted)")
    return fig


def level_gradient() -> SliderFigure:
    """Gradients through 50 tanh layers, as the width and the gain move through the edge."""
    return slider_figure(
        _level_gradient_canvas(),
        level_gradient_frame,
        alt="Left, the log squared gradients of five tanh networks on their way back through "
        "50 layers, with the mean and the band of theory. Right, the mean after 50 layers "
        "against the gain, for this width and for infinite width.",
        width=Slider("width N", TANH_WIDTHS, start=32),
        gain=Slider("gain g", TANH_GAINS, 1.0, {1.0: "edge of chaos"}, "{:.2f}"),
    )


def level_gradient_frame(width: int, gain: float) -> Frame:
    """What `level_gradient` shows at one width and gain."""
    shown, step = np.arange(0, BACK + 1, 5), _tanh_step(gain, width)
    drift, spread = BACK * step[0], np.sqrt(BACK * step[1])
    found = ""
    if width == 32 and abs(drift) < 0.1:
        found = " Task solved: the first layer's gradient is as large as the last's."
    gains = sorted({*TANH_GAINS[::3], 1.0, TANH_GAINS[-1]})
    return _theory(BACK, *step) | {
        "walks": _one_line(shown, _gradient_walks(width, gain)[:, shown]),
        "drift": (gains, [BACK * _tanh_step(g, width)[0] for g in gains]),
        "here": ([gain], [drift]),
        "readout": f"Width {width}, gain {gain:.2f}: ln‖δ‖² after {BACK} layers has mean "
        f"{drift:z.2f}, sd {spread:.2f}; q = {scaling.tanh_mean_field(gain)[0]:.3f}.{found}",
    }


_tanh_step = functools.cache(scaling.tanh_gradient_step)


def _gradient_walks(width: int, gain: float) -> Array:
    """ln‖δ‖² of five networks from the last layer back, their first states of settled size."""
    net, x = _networks(width)
    settled = np.sqrt(scaling.tanh_mean_field(gain)[0]) / gain
    states = feedforward.forward(net, x * max(settled, 1e-3), gain, "tanh")
    _, error = feedforward.classification_error(net, states[-1], np.array([0]))
    flow = feedforward.backward(net, states, error, gain, "tanh")[::-1, :, 0]
    logs: Array = np.log(np.square(flow).sum(axis=2)).T
    return logs - logs[:, :1]


@functools.cache
def _networks(width: int) -> tuple[feedforward.DeepNetwork, Array]:
    """Five networks, and an input of mean square 1; the same at every gain."""
    rng = np.random.default_rng(52)
    x = rng.standard_normal((1, 64))
    return feedforward.random_networks(width, BACK, 5, rng=rng), x / np.sqrt(np.mean(x**2))


@house_style
def _level_gradient_canvas() -> HouseFigure:
    fig, (left, right) = new_figure(columns=2, height=3.6, sharey=True)
    _draw_theory(left)
    wide = [BACK * np.log(scaling.tanh_mean_field(g)[1]) for g in TANH_GAINS]
    right.axhline(0, color=HOLD, linewidth=0.8, linestyle="-")
    right.plot(TANH_GAINS, wide, color=HOLD, linestyle=":")
    right.plot([], [], color="black", linestyle="-", gid="drift")
    right.plot([], [], "o", color="black", gid="here")
    right.text(1.2, 2.4, "infinite width", ha="right", color=HOLD)
    right.text(1.06, -5, "this width")
    left.set(xlim=(0, BACK), ylim=(-15, 9), xlabel="layers back from the last")
    left.set(ylabel="ln ‖δ‖², relative to the last layer", title="five networks, mean and band")
    right.set(xlim=(0.92, 1.46), xlabel="gain g", title="the mean after 50 layers")
    return fig


def _theory(layers: int, mean: float, variance: float) -> Frame:
    """Mean of a walk, in the style of its regime, and band of two standard deviations.

    The walk holds while its drift stays below one standard deviation.
    """
    drift, spread = layers * mean, np.sqrt(layers * variance)
    regime = "hold" if abs(drift) < spread else "vanish" if drift < 0 else "explode"
    lines = {f"{name} mean": (NOWHERE, NOWHERE) for name in REGIMES}
    d = layers * np.linspace(0, 1, 7) ** 2  # close together where the band opens
    reach = 2 * np.sqrt(d * variance)
    band = _one_line(d, np.array([d * mean - reach, d * mean + reach]))
    return lines | {f"{regime} mean": ([0, layers], [0, drift]), "band": band}


def _draw_theory(ax: Axes) -> None:
    """The lines that `_theory` fills, and the one of the walks."""
    ax.plot([], [], color=HOLD, linestyle="-", linewidth=0.6, alpha=0.7, gid="walks")
    ax.plot([], [], **THEORY, gid="band")
    for name, style in REGIMES.items():
        ax.plot([], [], **style | {"linewidth": 2.4}, gid=f"{name} mean")


def _one_line(x: ArrayLike, rows: Array) -> tuple[Array, Array]:
    """Rows over the same x as one line with gaps."""
    rows = np.column_stack([rows, np.full(len(rows), np.nan)])
    return np.tile(np.append(x, np.nan), len(rows)), rows.ravel()
