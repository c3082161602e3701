"""Figures of chapter 4."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from longterm import feedforward, scaling
from longterm._types import Array, Style
from longterm.figures.sliders import Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    HOLD,
    REGIMES,
    THEORY,
    VANISH,
    HouseFigure,
    house_style,
    label_end,
    new_figure,
    one_line,
)

_LOG_SQUARE = r"$\ln\,\|h_d\|^2$"


def _draw_walks(ax: Axes, walks: Array, every: int, **style: Any) -> None:
    """All walks as one line with gaps, thinned to each `every`-th step."""
    x, y = one_line(np.arange(0.0, walks.shape[1], every), walks[:, ::every])
    thin: Style = {"linestyle": "-", "linewidth": 0.6}
    ax.plot(x[:-1], y[:-1], **thin | style)


@house_style()
def two_laws(samples: Mapping[str, Array]) -> HouseFigure:
    """Distribution functions of two samples (label: array), and what lies between them."""
    fig, (whole, apart) = new_figure(columns=2)
    (first, second), levels = samples.values(), np.linspace(0.01, 0.99, 50)
    quantiles = np.quantile(np.concatenate([first, second]), levels)
    shares = [np.mean(values[:, None] <= quantiles, axis=0) for values in (first, second)]
    styles: list[Style] = [{"linewidth": 4, "alpha": 0.4}, {"linestyle": "--"}]
    for label, row, style in zip(samples, shares, styles, strict=True):
        whole.plot(quantiles, row, label=label, **style)
    allowed = 1.36 * np.sqrt(1 / len(first) + 1 / len(second))
    apart.fill_between(quantiles, -allowed, allowed, color="#BBBBBB", alpha=0.6, linewidth=0)
    apart.plot(quantiles, shares[1] - shares[0], color=HOLD, linestyle="-")
    whole.set(xlabel=_LOG_SQUARE, ylabel="share of networks below", title="the two samples")
    apart.set(xlabel=_LOG_SQUARE, title="second share minus first")
    apart.set_ylim(-2 * allowed, 2 * allowed)
    whole.legend(loc="upper left")
    return fig


@house_style()
def width_fans(fans: Mapping[str, tuple[Array, float, float]]) -> HouseFigure:
    """Walks with their mean and two-sigma band; `fans` maps a title to (walks, mean, variance)."""
    fig, axes = new_figure(columns=len(fans), sharey=True)
    for ax, (title, (walks, mean, variance)) in zip(axes, fans.items(), strict=True):
        d = np.arange(walks.shape[1])
        _draw_walks(ax, walks, 4, color=HOLD, alpha=0.6)
        for sigmas in (-2, 2):
            ax.plot(d, d * mean + sigmas * np.sqrt(d * variance), **THEORY)
        ax.plot(d, d * mean, **REGIMES["vanish"] | {"linewidth": 2.4})
        ax.set(title=title, xlabel="layer $d$")
    axes[0].set_ylabel(_LOG_SQUARE)
    return fig


@house_style()
def printed_gains(
    widths: Sequence[int], drifts: Mapping[str, tuple[Array, Array, Array]], depth: int
) -> HouseFigure:
    """Drift over `depth` layers left by the printed gains, by width, and the spread beside it.

    `drifts` maps a title to (drift of the printed gain, drift of the mean-square gain, spread).
    """
    fig, axes = new_figure(columns=len(drifts), sharey=True)
    names = ("printed gain", "mean-square gain")
    for ax, (title, (printed, square, spread)) in zip(axes, drifts.items(), strict=True):
        ax.fill_between(widths, 1e-5, spread, color="#BBBBBB", alpha=0.5, linewidth=0)
        ax.loglog(widths, np.abs(square), label=names[1])
        ax.loglog(widths, np.abs(printed), marker=".", label=names[0])
        ax.set(title=title, xlabel="width $N$", ylim=(1e-3, 300))
        ax.minorticks_off()
    axes[0].text(1.2, 2e-3, "grey: below one standard\ndeviation of the walk", fontsize=8.5)
    axes[0].set_ylabel(rf"size of the drift of $\ln\,\|h_{{{depth}}}\|^2$")
    axes[1].legend(loc="upper right")
    return fig


@house_style()
def survival(alive: Mapping[int, Array], theory: Mapping[int, Array]) -> HouseFigure:
    """Share of networks alive by layer, measured and in theory; both map a width to a row."""
    fig, ax = new_figure()
    for (width, row), exact in zip(alive.items(), theory.values(), strict=True):
        d = np.arange(0, len(row), 4)
        label_end(ax.plot(d, row[::4], linewidth=3, alpha=0.6), f"N = {width}")
        ax.plot(d, exact[::4], **THEORY)
    ax.set(xlabel="layer $d$", ylabel="share of networks alive", ylim=(0, 1.04))
    ax.set_xlim(0, 1.12 * len(row))
    return fig


@house_style()
def unlabelled_walks(panels: Mapping[str, Array]) -> HouseFigure:
    """Walks in panels that have a title but no scale."""
    fig, axes = new_figure(columns=len(panels), height=3)
    for ax, (title, walks) in zip(axes, panels.items(), strict=True):
        _draw_walks(ax, walks, 2, color=HOLD)
        ax.set(title=title, xlabel="step", yticklabels=[])
    axes[0].set_ylabel(r"$\ln\,\|h\|^2$, each to its own scale")
    return fig


@house_style()
def spread_growth(spreads: Mapping[str, Array], slopes: Mapping[str, float]) -> HouseFigure:
    """Standard deviation of ln|h|² against the number of steps, with guides of slope 1 and 1/2."""
    fig, ax = new_figure()
    for (label, row), power in zip(spreads.items(), (1, 0.5), strict=True):
        steps = np.arange(1, len(row))
        label_end(ax.loglog(steps, row[1:]), f"{label}\nslope {slopes[label]:.2f}")
        ax.loglog(steps[[0, -1]], row[-1] * (steps[[0, -1]] / steps[-1]) ** power, **THEORY)
    ax.set(xlabel="steps", ylabel=r"standard deviation of $\ln\,\|h\|^2$")
    ax.set_xlim(1, 4 * len(row))
    ax.minorticks_off()
    return fig


@house_style()
def gradient_bands(
    panels: Mapping[str, Sequence[tuple[str, str, Array, float, float]]],
) -> HouseFigure:
    """Gradients by layer with the band of theory.

    `panels` maps a title to entries (label, regime, walks, mean and variance of a step).
    """
    fig, axes = new_figure(columns=len(panels), height=3.8)
    for ax, (title, entries) in zip(axes, panels.items(), strict=True):
        for label, regime, walks, mean, variance in entries:
            back = np.arange(walks.shape[1])
            reach = 2 * np.sqrt(back * variance)
            style = REGIMES[regime]
            low, high = back * mean - reach, back * mean + reach
            ax.fill_between(back[::4], low[::4], high[::4], color=style["color"], alpha=0.2)
            _draw_walks(ax, walks, 4, color=style["color"])
            lines = ax.plot(back, back * mean, **style | {"linewidth": 2.4})
            label_end(lines, label, fontweight="bold")
        ax.set(title=title, xlabel="layers back from the last")
        ax.set(xlim=(0, 1.32 * back[-1]), xticks=np.linspace(0, back[-1], 5))
    axes[0].set_ylabel(r"$\ln\,(\|\delta_d\|^2 / \|\delta_D\|^2)$")
    return fig


@house_style()
def gain_sweep(panels: Mapping[str, tuple[Array, Array, Array, Array, Array]]) -> HouseFigure:
    """Where training works, beside the curve of the gradient's mean change through all layers.

    `panels` maps a title to (gains, curve, tried, measured, learned): the theory in decades, and
    for each gain tried the measured change and the share of networks that learned.
    """
    fig, axes = new_figure(columns=len(panels), sharey=True)
    for ax, (title, panel) in zip(axes, panels.items(), strict=True):
        gains, curve, tried, measured, learned = panel
        ax.plot(gains, curve, label="theory", **THEORY)
        for chosen, face, label in (
            (learned == 1, HOLD, "all learn"),
            ((learned > 0) & (learned < 1), "#BBBBBB", "some learn"),
            (learned == 0, "white", "none learns"),
        ):
            style = {"markersize": 8, "markerfacecolor": face, "label": label, "linestyle": "none"}
            if chosen.any():
                ax.plot(tried[chosen], measured[chosen], marker="o", color=HOLD, **style)
        ax.axhline(0, color=HOLD, linewidth=0.8, linestyle=(0, (2, 2)))
        ax.set(title=title, xlabel="gain $g$")
    axes[0].set_ylabel("first layer's gradient / last layer's,\npowers of ten")
    axes[0].legend(loc="lower right")
    return fig


@house_style()
def direction_rates(exact: Array, measured: Array, errors: Array) -> HouseFigure:
    """Lyapunov exponents less the first, exact and measured, beside orthogonal matrices."""
    fig, ax = new_figure()
    k = np.arange(1, len(exact) + 1)
    label_end(ax.plot(k, np.zeros(len(k)), **REGIMES["hold"]), "orthogonal")
    ax.errorbar(k, measured, 2 * errors, fmt="o", color=VANISH, markersize=4, label="measured")
    ax.plot(k, exact, label="exact", **THEORY)
    ax.set(xlabel="direction $k$", ylabel=r"rate of $\ln\,\|h\|$ per layer at $g = g_N$")
    ax.set_xlim(0, 1.2 * len(k))
    ax.legend(loc="lower left")
    return fig


LAYERS, BACK = 100, 50
WIDTHS, TANH_WIDTHS = (5, 10, 20, 50, 200), (16, 32, 64)
GAINS = tuple(np.linspace(0.99, 1.12, 14).round(2).tolist())
TANH_GAINS = (
    0.94,
    0.96,
    0.98,
    1.0,
    *np.linspace(1.08, 1.54, 24).round(2).tolist(),
)  # see `_tanh_walk`
NOWHERE = np.full(2, np.nan)
TENFOLD = 2 * np.log(10)
"""Change of ln‖h‖² when ‖h‖ changes by a factor ten."""


@house_style()
def level_walk() -> SliderFigure:
    """Walks of ln‖h‖² through 100 linear layers, as the width and the gain move."""
    fig, ax = new_figure(height=3.6)
    _draw_theory(ax)
    for change, words in ((TENFOLD, "10 times"), (-TENFOLD, "a tenth of")):
        ax.axhline(change, color="#767676", linewidth=0.9, linestyle="-")
        ax.text(101, change, f"{words}\nthe norm", va="center", fontsize=8.5)
    ax.set(xlim=(0, LAYERS), ylim=(-40, 28), xlabel="layer d", ylabel="ln ‖h‖²")
    ax.set(title="six networks, the mean (thick), the band (dotted)")
    return slider_figure(
        fig,
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
        "walks": one_line(shown, walks[:, shown]),
        "readout": f"Width {width}, gain {gain:.2f}: ln‖h‖² after {LAYERS} layers has mean "
        f"{drift:z.2f}, sd {spread:.2f}.{_level_walk_found(width, gain, drift, spread)}",
    }


def _level_walk_found(width: int, gain: float, drift: float, spread: float) -> str:
    if width == 10 and gain == round(scaling.gain(width), 2):
        return " Task solved, first part: no other gain of three digits is as level."
    if abs(drift) + 2 * spread > TENFOLD:
        return ""
    narrower = [LAYERS * scaling.log_norm_step(N).variance for N in WIDTHS[: WIDTHS.index(width)]]
    if 2 * np.sqrt(min(narrower, default=np.inf)) <= TENFOLD:
        return " The band stays inside, as that of a narrower network can."
    return " Task solved, second part: at no narrower width here does the band stay inside."


@house_style()
def level_gradient() -> SliderFigure:
    """Gradients through 50 tanh layers, as the width and the gain move through the edge."""
    fig, (left, right) = new_figure(columns=2, height=3.6, sharey=True)
    _draw_theory(left)
    wide = [BACK * np.log(scaling.tanh_mean_field(g).factor) for g in TANH_GAINS]
    right.axhline(0, color=HOLD, linewidth=0.8, linestyle="-")
    right.plot(TANH_GAINS, wide, color=HOLD, linestyle=":")
    right.plot([], [], color="black", linestyle="-", gid="drift")
    right.plot([], [], "o", color="black", gid="here")
    right.text(1.2, 2.9, "infinite width", ha="right", color=HOLD)
    right.text(1.06, -5, "this width")
    left.set(xlim=(0, BACK), ylim=(-15, 9), xlabel="layers back from the last")
    left.set(ylabel="ln ‖δ‖², relative to the last layer", title="five networks, mean and band")
    right.set(xlim=(0.92, 1.56), xlabel="gain g", title="the mean after 50 layers")
    return slider_figure(
        fig,
        level_gradient_frame,
        alt="Left, the log squared gradients of five tanh networks on their way back through "
        "50 layers, with the mean and the band of theory. Right, the mean after 50 layers "
        "against the gain, for this width and for infinite width.",
        width=Slider("width N", TANH_WIDTHS, start=32),
        gain=Slider("gain g", TANH_GAINS, 1.0, {1.0: "edge of chaos"}, "{:.2f}"),
    )


def level_gradient_frame(width: int, gain: float) -> Frame:
    """What `level_gradient` shows at one width and gain."""
    shown, walk = np.arange(0, BACK + 1, 5), _tanh_walk(gain, width, BACK)
    drift, spread = walk.mean, np.sqrt(walk.variance)
    found = ""
    if width == 32 and abs(drift) < 0.1:
        found = " Task solved: the first layer's gradient is as large as the last's."
    gains = sorted({*TANH_GAINS[::3], 1.0, 1.08, TANH_GAINS[-1]})
    return _theory(BACK, walk.mean / BACK, walk.variance / BACK) | {
        "walks": one_line(shown, _gradient_walks(width, gain)[:, shown]),
        "drift": (gains, [_tanh_walk(g, width, BACK).mean for g in gains]),
        "here": ([gain], [drift]),
        "readout": f"Width {width}, gain {gain:.2f}: ln‖δ‖² after {BACK} layers has mean "
        f"{drift:z.2f}, sd {spread:.2f}; q = {scaling.tanh_mean_field(gain).variance:.3f}.{found}",
    }


_tanh_walk = functools.cache(scaling.tanh_gradient_walk)
"""It is not asked for gains between 1 and 1 + 1/N, where no law holds."""


def _gradient_walks(width: int, gain: float) -> Array:
    """ln‖δ‖² of five networks from the last layer back, their first states of settled size."""
    net, x = _networks(width)
    settled = np.sqrt(scaling.tanh_mean_field(gain).variance) / gain
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


def _theory(layers: int, mean: float, variance: float) -> Frame:
    """Mean of a walk, in the style of its regime, and band of two standard deviations.

    The walk holds while its drift stays below one standard deviation.
    """
    drift, spread = layers * mean, np.sqrt(layers * variance)
    regime = "hold" if abs(drift) < spread else "vanish" if drift < 0 else "explode"
    lines = {f"{name} mean": (NOWHERE, NOWHERE) for name in REGIMES}
    d = layers * np.linspace(0, 1, 7) ** 2  # close together where the band opens
    reach = 2 * np.sqrt(d * variance)
    band = one_line(d, np.array([d * mean - reach, d * mean + reach]))
    return lines | {f"{regime} mean": ([0, layers], [0, drift]), "band": band}


def _draw_theory(ax: Axes) -> None:
    """The lines that `_theory` fills, and the one of the walks."""
    ax.plot([], [], color=HOLD, linestyle="-", linewidth=0.6, alpha=0.7, gid="walks")
    ax.plot([], [], **THEORY, gid="band")
    for name, style in REGIMES.items():
        ax.plot([], [], **style | {"linewidth": 2.4}, gid=f"{name} mean")
