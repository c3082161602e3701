"""Figures of chapter 4."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from longterm._types import Array, Style
from longterm.plots.house import (
    HOLD,
    REGIMES,
    THEORY,
    VANISH,
    HouseFigure,
    house_style,
    label_end,
    new_figure,
)

__all__ = [
    "direction_rates",
    "gain_sweep",
    "gradient_bands",
    "printed_gains",
    "spread_growth",
    "survival",
    "two_laws",
    "unlabelled_walks",
    "width_fans",
]

_LOG_SQUARE = r"$\ln\,\|h_d\|^2$"


def _draw_walks(ax: Axes, walks: Array, every: int, **style: Any) -> None:
    """All walks as one line with gaps, thinned to each `every`-th step."""
    d = np.arange(0.0, walks.shape[1], every)
    rows = np.column_stack([walks[:, ::every], np.full(len(walks), np.nan)])
    x = np.tile(np.append(d, np.nan), len(walks))
    thin: Style = {"linestyle": "-", "linewidth": 0.6}
    ax.plot(x[:-1], rows.ravel()[:-1], **thin | style)


@house_style
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


@house_style
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


@house_style
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


@house_style
def survival(alive: Mapping[int, Array], theory: Mapping[int, Array]) -> HouseFigure:
    """Share of networks alive by layer, measured and in theory; both map a width to a row."""
    fig, ax = new_figure()
    for (width, row), exact in zip(alive.items(), theory.values(), strict=True):
        d = np.arange(0, len(row), 4)
        (line,) = ax.plot(d, row[::4], linewidth=3, alpha=0.6)
        ax.plot(d, exact[::4], **THEORY)
        label_end(ax, line, f"N = {width}")
    ax.set(xlabel="layer $d$", ylabel="share of networks alive", ylim=(0, 1.04))
    ax.set_xlim(0, 1.12 * len(row))
    return fig


@house_style
def unlabelled_walks(panels: Mapping[str, Array]) -> HouseFigure:
    """Walks in panels that have a title but no scale."""
    fig, axes = new_figure(columns=len(panels), height=3)
    for ax, (title, walks) in zip(axes, panels.items(), strict=True):
        _draw_walks(ax, walks, 2, color=HOLD)
        ax.set(title=title, xlabel="step", yticklabels=[])
    axes[0].set_ylabel(r"$\ln\,\|h\|^2$, each to its own scale")
    return fig


@house_style
def spread_growth(spreads: Mapping[str, Array], slopes: Mapping[str, float]) -> HouseFigure:
    """Standard deviation of ln|h|² against the number of steps, with guides of slope 1 and 1/2."""
    fig, ax = new_figure()
    for (label, row), power in zip(spreads.items(), (1, 0.5), strict=True):
        steps = np.arange(1, len(row))
        (line,) = ax.loglog(steps, row[1:])
        label_end(ax, line, f"{label}\nslope {slopes[label]:.2f}")
        ax.loglog(steps[[0, -1]], row[-1] * (steps[[0, -1]] / steps[-1]) ** power, **THEORY)
    ax.set(xlabel="steps", ylabel=r"standard deviation of $\ln\,\|h\|^2$")
    ax.set_xlim(1, 4 * len(row))
    ax.minorticks_off()
    return fig


@house_style
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
            (line,) = ax.plot(back, back * mean, **style | {"linewidth": 2.4})
            label_end(ax, line, label, fontweight="bold")
        ax.set(title=title, xlabel="layers back from the last")
        ax.set(xlim=(0, 1.32 * back[-1]), xticks=np.linspace(0, back[-1], 5))
    axes[0].set_ylabel(r"$\ln\,(\|\delta_d\|^2 / \|\delta_D\|^2)$")
    return fig


@house_style
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


@house_style
def direction_rates(exact: Array, measured: Array, errors: Array) -> HouseFigure:
    """Lyapunov exponents less the first, exact and measured, beside orthogonal matrices."""
    fig, ax = new_figure()
    k = np.arange(1, len(exact) + 1)
    (flat,) = ax.plot(k, np.zeros(len(k)), **REGIMES["hold"])
    label_end(ax, flat, "orthogonal")
    ax.errorbar(k, measured, 2 * errors, fmt="o", color=VANISH, markersize=4, label="measured")
    ax.plot(k, exact, label="exact", **THEORY)
    ax.set(xlabel="direction $k$", ylabel=r"rate of $\ln\,\|h\|$ per layer at $g = g_N$")
    ax.set_xlim(0, 1.2 * len(k))
    ax.legend(loc="lower left")
    return fig
