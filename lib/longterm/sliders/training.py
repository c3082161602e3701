"""Slider figures of chapter 6."""

import functools

import numpy as np

from longterm import memory
from longterm._types import Array
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import EXPLODE, HOLD, VANISH, HouseFigure, house_style, new_figure

SPAN = 40
SAFE, SHOWN = 0.95, 4000
WEIGHTS = np.linspace(1.02, 2.5, 75).round(2)
SPANS = tuple(range(4, 49, 2))
NOWHERE = np.full(2, np.nan)


def truncated_gradient() -> SliderFigure:
    """Share of a latch's gradient from each lag on, and what a cut at lag k loses."""
    return slider_figure(
        _cut_canvas(),
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
    slope = float(memory.attractor(w)[1])
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


@house_style
def _cut_canvas() -> HouseFigure:
    fig, ax = new_figure()
    ax.plot([], [], "o-", color="black", markersize=4, label="kept", gid="kept")
    ax.plot([], [], "o:", color=VANISH, markersize=4, fillstyle="none", label="lost", gid="lost")
    ax.plot([], [], color=HOLD, linewidth=1, linestyle="-", gid="cut")
    ax.set(yscale="log", xlim=(-0.5, SPAN), ylim=(1e-12, 2), xlabel="lag k")
    ax.set(ylabel="share of lags from k on")
    ax.legend(loc="upper right")
    return fig


def hold_or_learn() -> SliderFigure:
    """For each weight: is the bit safe after T steps, and can its start be heard?"""
    return slider_figure(
        _window_canvas(),
        window_frame,
        alt="The share of bits held rises with the weight, and so does the number of sequences "
        "needed; between the two thresholds lies a window, which closes as the span grows.",
        span=Slider("span T", SPANS, start=20),
        noise=Slider("noise", (0.2, 0.3), start=0.2),
    )


def window_frame(span: int, noise: float) -> Frame:
    """What `hold_or_learn` shows for a span T and a standard deviation of the noise."""
    held, needed = (values[:, span] for values in _latches(noise))
    window, solved = _window(span, noise), False
    if noise == 0.2 and window is not None and span < SPANS[-1]:
        solved = _window(SPANS[SPANS.index(span) + 1], noise) is None
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


def _window(span: int, noise: float) -> tuple[float, float] | None:
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
        held.append(memory.retention(w, noise, longest)[0])
        needed.append(square / mean**2)
    return np.array(held), np.array(needed)


@house_style
def _window_canvas() -> HouseFigure:
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
    return fig
