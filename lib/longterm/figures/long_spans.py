"""Figures of chapter 6."""

import functools
from collections.abc import Mapping

import numpy as np

from longterm import memory
from longterm._types import Array, Booleans, Outcomes
from longterm.figures.sliders import Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    COLOURS,
    DASHES,
    EXPLODE,
    HOLD,
    MARKS,
    REGIMES,
    THEORY,
    VANISH,
    HouseFigure,
    house_style,
    label_end,
    new_figure,
    outcome_bars,
)


@house_style()
def terms_by_lag(terms: Mapping[str, Array], rates: Mapping[str, float]) -> HouseFigure:
    """Size of the gradient's terms by lag, measured and predicted, on a log axis.

    `terms` maps a label to sizes by lag, `rates` maps the same label to a factor a step.
    """
    fig, ax = new_figure()
    for (label, sizes), color, marker in zip(terms.items(), COLOURS, MARKS, strict=False):
        lags = np.arange(len(sizes))
        ax.semilogy(lags, sizes[0] * rates[label] ** lags, **THEORY)
        lines = ax.semilogy(lags, sizes, marker, color=color, markersize=4, markevery=2)
        label_end(lines, label, dx=8)
    ax.plot([], [], label="predicted: slope at the attractor, to the power of the lag", **THEORY)
    ax.set(xlabel="lag $k$ (steps back from the end)", ylabel=r"size of the term in $w$")
    ax.set_xlim(-1, 1.2 * max(map(len, terms.values())))
    ax.legend(loc="lower left")
    return fig


@house_style()
def gradient_spread(sizes: Array, exact: Array) -> HouseFigure:
    """Gradients of many sequences against T, on a log axis, and their exact mean.

    Row T − 1 of `sizes` has those of all sequences after T steps, and entry T − 1 of `exact`
    their mean over all noise.
    """
    fig, ax = new_figure()
    steps = np.arange(1, len(sizes) + 1)
    low, middle, high = np.quantile(sizes, [0.1, 0.5, 0.9], axis=1)
    ax.fill_between(steps, low, high, color=VANISH, alpha=0.15, linewidth=0)
    label_end(ax.semilogy(steps, exact, **THEORY), "exact mean")
    label_end(ax.semilogy(steps, sizes.mean(axis=1), **REGIMES["hold"]), "sample mean")
    label_end(ax.semilogy(steps, middle, **REGIMES["vanish"]), "median")
    ax.set(xlabel="time step $T$", xlim=(0, 1.3 * len(steps)))
    ax.set(ylabel=r"$\partial \tanh(x_T) / \partial x_0$ at $x_0 = 0$")
    return fig


@house_style()
def sequences_needed(curves: Mapping[str, Array], shown: float) -> HouseFigure:
    """Sequences until the start is heard, against T; `curves` maps a label to them by T."""
    fig, ax = new_figure()
    for label, needed in curves.items():
        label_end(ax.semilogy(needed), label)
    longest = max(map(len, curves.values()))
    label_end(ax.semilogy([0, longest - 1], [shown] * 2, **REGIMES["hold"]), "shown in training")
    ax.set(xlabel="time step $T$", ylabel="sequences needed", xlim=(0, 1.35 * longest))
    return fig


@house_style()
def success_curves(
    curves: Mapping[str, Outcomes], xlabel: str = "length $T$", log: bool = False
) -> HouseFigure:
    """Share of trials that succeed, with intervals; `curves` maps a label to outcomes."""
    fig, ax = new_figure(height=3.6)
    looks = zip(curves.items(), COLOURS, DASHES, MARKS, strict=False)
    for (label, points), color, dash, marker in looks:
        where, rates, bars = outcome_bars(points)
        look = {"color": color, "linestyle": dash, "marker": marker, "capsize": 3}
        ax.errorbar(where, rates, bars, markersize=5, label=label, **look)
    ax.set(xlabel=xlabel, ylabel="share of trials that succeed", ylim=(-0.03, 1.03))
    if log:
        ax.set_xscale("log")
    ax.legend()
    return fig


@house_style()
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


SPAN = 40
SAFE, SHOWN = 0.95, 4000
WEIGHTS = np.linspace(1.02, 2.5, 75).round(2)
SPANS = tuple(range(4, 49, 2))
NOWHERE = np.full(2, np.nan)


@house_style()
def truncated_gradient() -> SliderFigure:
    """Share of a latch's gradient from each lag on, and what a cut at lag k loses."""
    fig, ax = new_figure()
    ax.plot([], [], "o-", color="black", markersize=4, label="kept", gid="kept")
    ax.plot([], [], "o:", color=VANISH, markersize=4, fillstyle="none", label="lost", gid="lost")
    ax.plot([], [], color=HOLD, linewidth=1, linestyle="-", gid="cut")
    ax.set(yscale="log", xlim=(-0.5, SPAN), ylim=(1e-12, 2), xlabel="lag k")
    ax.set(ylabel="share of lags from k on")
    ax.legend(loc="upper right")
    return slider_figure(
        fig,
        cut_frame,
        alt="Share of the gradient that comes from lag k and beyond, on a log axis: a line "
        "downwards, cut at lag k.",
        w=Slider("weight w", (1.02, 1.05, 1.1, 1.25, 1.5, 2.0), start=1.25),
        k=Slider("cut at lag k", tuple(range(1, 21)), start=5),
    )


def far_share(slope: float, span: int = SPAN) -> Array:
    """Share of the gradient in w from lags k, k + 1, ... on, for k = 0, ..., span − 1."""
    powers = slope ** np.arange(span + 1)
    shares: Array = (powers[:-1] - powers[-1]) / (1 - powers[-1])
    return shares


def cut_frame(w: float, k: int) -> Frame:
    """What `truncated_gradient` shows at weight w and cut k."""
    slope = float(memory.attractor(w).slope)
    share, lags = far_share(slope), np.arange(SPAN)
    solved = w == 1.25 and share[k] < 0.01 <= share[k - 1]
    found = " Task solved: one lag fewer would lose more than 1 %." if solved else ""
    return {
        "kept": (lags[: k + 1], share[: k + 1]),
        "lost": (lags[k:], share[k:]),
        "cut": ([k, k], [1e-12, 2]),
        "readout": f"w = {w:g}, slope {slope:.3f}: a cut at lag {k} loses {share[k]:.2g} of the "
        f"gradient in w, and all that the first inputs would get.{found}",
    }


@house_style()
def hold_or_learn() -> SliderFigure:
    """For each weight: is the bit safe after T steps, and can its start be heard?"""
    fig, (left, right) = new_figure(columns=2)
    for ax, level in ((left, SAFE), (right, SHOWN)):
        ax.axhline(level, color=HOLD, linewidth=1, linestyle=":")
        ax.set(xlim=(1, 2.5), xlabel="weight w")
    left.plot([], [], color="black", linestyle="-", gid="held")
    right.plot([], [], color=VANISH, linestyle="-", gid="needed")
    left.plot([], [], color=EXPLODE, linestyle="-", linewidth=5, alpha=0.6, gid="window held")
    right.plot([], [], color=EXPLODE, linestyle="-", linewidth=5, alpha=0.6, gid="window needed")
    left.set(ylim=(0.45, 1.02), title="share of bits held after T steps")
    right.set(yscale="log", ylim=(0.8, 1e12), title="sequences needed to hear the start")
    return slider_figure(
        fig,
        window_frame,
        alt="The share of bits held rises with the weight, and so does the number of sequences "
        "needed; between the two thresholds lies a window, which closes as the span grows.",
        span=Slider("span T", SPANS, start=20),
        noise=Slider("noise", (0.2, 0.3), start=0.2),
    )


def window_frame(span: int, noise: float) -> Frame:
    """What `hold_or_learn` shows for a span T and a standard deviation of the noise."""
    held, needed = (values[:, span] for values in _latches(noise))
    window, solved = open_window(span, noise), False
    if noise == 0.2 and window is not None and span < SPANS[-1]:
        solved = open_window(SPANS[SPANS.index(span) + 1], noise) is None
    words = "no weight does both" if window is None else "both from w = {:.2f} to {:.2f}"
    marked = (NOWHERE, NOWHERE) if window is None else (np.array(window), np.ones(2))
    found = " Task solved: at the next span the window is closed." if solved else ""
    return {
        "held": (WEIGHTS[::2], held[::2]),
        "needed": (WEIGHTS[::2], needed[::2]),
        "window held": (marked[0], marked[1] * SAFE),
        "window needed": (marked[0], marked[1] * SHOWN),
        "readout": f"T = {span}, noise {noise:g}: 95 % safe from w = "
        f"{WEIGHTS[held >= SAFE][0]:.2f} on; at most {SHOWN} sequences needed up to w = "
        f"{WEIGHTS[needed <= SHOWN][-1]:.2f}: {words.format(*(window or ()))}.{found}",
    }


def open_window(span: int, noise: float) -> tuple[float, float] | None:
    """First and last weight that is safe and can be heard; None if there is none."""
    held, needed = (values[:, span] for values in _latches(noise))
    both = WEIGHTS[(held >= SAFE) & (needed <= SHOWN)]
    return (both[0], both[-1]) if len(both) else None


@functools.cache
def _latches(noise: float) -> tuple[Array, Array]:
    """Share of bits held and sequences needed, each (weights, spans + 1)."""
    longest, held, needed = SPANS[-1], [], []
    for w in WEIGHTS:
        mean, square, _ = memory.boundary_gradient(w, noise, longest)
        held.append(memory.retention(w, noise, longest).probabilities)
        needed.append(square / mean**2)
    return np.array(held), np.array(needed)
