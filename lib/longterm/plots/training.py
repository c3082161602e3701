"""Figures of chapter 6."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from longterm._types import Array, Booleans, Rated
from longterm.plots.house import (
    COLOURS,
    DASHES,
    REGIMES,
    THEORY,
    VANISH,
    HouseFigure,
    house_style,
    label_end,
    new_figure,
)

__all__ = [
    "gradient_spread",
    "sequences_needed",
    "success_curves",
    "terms_by_lag",
    "weight_paths",
]

MARKERS = ("o", "s", "^", "D", "v", "P")


@house_style
def terms_by_lag(terms: Mapping[str, Array], rates: Mapping[str, float]) -> HouseFigure:
    """Size of the gradient's terms by lag, measured and predicted, on a log axis.

    `terms` maps a label to sizes by lag, `rates` maps the same label to a factor a step.
    """
    fig, ax = new_figure()
    for (label, sizes), color, marker in zip(terms.items(), COLOURS, MARKERS, strict=False):
        lags = np.arange(len(sizes))
        ax.semilogy(lags, sizes[0] * rates[label] ** lags, **THEORY)
        (line,) = ax.semilogy(lags, sizes, marker, color=color, markersize=4, markevery=2)
        label_end(ax, line, label, dx=8)
    ax.plot([], [], label="predicted: slope at the attractor, to the power of the lag", **THEORY)
    ax.set(xlabel="lag $k$ (steps back from the end)", ylabel=r"size of the term in $w$")
    ax.set_xlim(-1, 1.2 * max(map(len, terms.values())))
    ax.legend(loc="lower left")
    return fig


@house_style
def gradient_spread(sizes: Array, exact: Array) -> HouseFigure:
    """Gradients of many sequences against T, on a log axis, and their exact mean.

    Row T − 1 of `sizes` has those of all sequences after T steps, and entry T − 1 of `exact`
    their mean over all noise.
    """
    fig, ax = new_figure()
    steps = np.arange(1, len(sizes) + 1)
    low, middle, high = np.quantile(sizes, [0.1, 0.5, 0.9], axis=1)
    ax.fill_between(steps, low, high, color=VANISH, alpha=0.15, linewidth=0)
    (true,) = ax.semilogy(steps, exact, **THEORY)
    (mean,) = ax.semilogy(steps, sizes.mean(axis=1), **REGIMES["hold"])
    (median,) = ax.semilogy(steps, middle, **REGIMES["vanish"])
    for line, text in ((true, "exact mean"), (mean, "sample mean"), (median, "median")):
        label_end(ax, line, text)
    ax.set(xlabel="time step $T$", xlim=(0, 1.3 * len(steps)))
    ax.set(ylabel=r"$\partial \tanh(x_T) / \partial x_0$ at $x_0 = 0$")
    return fig


@house_style
def sequences_needed(curves: Mapping[str, Array], shown: float) -> HouseFigure:
    """Sequences until the start is heard, against T; `curves` maps a label to them by T."""
    fig, ax = new_figure()
    for label, needed in curves.items():
        (line,) = ax.semilogy(needed)
        label_end(ax, line, label)
    longest = max(map(len, curves.values()))
    (line,) = ax.semilogy([0, longest - 1], [shown] * 2, **REGIMES["hold"])
    label_end(ax, line, "shown in training")
    ax.set(xlabel="time step $T$", ylabel="sequences needed", xlim=(0, 1.35 * longest))
    return fig


@house_style
def success_curves(
    curves: Mapping[str, Sequence[tuple[float, Rated]]],
    theory: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    xlabel: str | None = None,
    log: bool = False,
) -> HouseFigure:
    """Share of trials that succeed, with intervals.

    `curves` maps a label to pairs of a position and an `Outcome`-like object with `rate` and
    `interval`; `theory` maps a label to positions and shares, drawn without marks.
    """
    fig, ax = new_figure(height=3.6)
    looks = zip(curves.items(), COLOURS, DASHES, MARKERS, strict=False)
    for (label, points), color, dash, marker in looks:
        where = np.array([x for x, _ in points], dtype=float)
        rates = np.array([outcome.rate for _, outcome in points])
        low, high = np.array([outcome.interval for _, outcome in points]).T
        bars = np.clip([rates - low, high - rates], 0, None)
        look = {"color": color, "linestyle": dash, "marker": marker, "capsize": 3}
        ax.errorbar(where, rates, bars, markersize=5, label=label, **look)
    for label, (places, shares) in (theory or {}).items():
        ax.plot(places, shares, label=label, **THEORY)
    ax.set(xlabel=xlabel or "length $T$", ylabel="share of trials that succeed")
    ax.set(ylim=(-0.03, 1.03))
    if log:
        ax.set_xscale("log")
    ax.legend()
    return fig


@house_style
def weight_paths(paths: Array, solved: Booleans) -> HouseFigure:
    """The weight of each trial against updates on a log axis; rows of `paths` are trials."""
    fig, ax = new_figure(height=3.8)
    shown = np.unique(np.geomspace(1, paths.shape[1] - 1, 60).astype(int))
    for rows, look in ((paths[~solved], REGIMES["vanish"]), (paths[solved], REGIMES["hold"])):
        for row in rows:
            ax.semilogx(shown, row[shown], **look | {"linewidth": 0.9})
    for label, look in (("succeeds", REGIMES["hold"]), ("fails", REGIMES["vanish"])):
        ax.plot([], [], label=label, **look)
    ax.axhline(1, color="black", linewidth=1, linestyle=":")
    ax.set(xlabel="update", ylabel="weight $w$", ylim=(-1, 4), xlim=(1, paths.shape[1]))
    fig.legend(loc="outside upper right", ncols=2)
    return fig
