"""Figures of chapter 5."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from longterm._types import Array, Integers
from longterm.plots.house import (
    EXPLODE,
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
    "dilemma",
    "hysteresis",
    "jacobian_paths",
    "latch_maps",
    "lifetimes",
    "retention_curves",
]


@house_style
def jacobian_paths(
    panels: Mapping[str, tuple[tuple[float, float], Sequence[tuple[str, str, Array]]]],
) -> HouseFigure:
    """Norms of Jacobian products by lag, on log axes, with a bound beside them.

    `panels` maps a title to (limits of the norm, entries), an entry being (label, regime, norms);
    the regime "theory" is dotted.
    """
    fig, axes = new_figure(columns=len(panels), height=3.6)
    for ax, (title, (limits, entries)) in zip(axes, panels.items(), strict=True):
        for label, regime, norms in entries:
            style = THEORY if regime == "theory" else REGIMES[regime]
            ax.semilogy(np.arange(len(norms)), norms, **style)
            k = np.flatnonzero((norms > limits[0]) & (norms < limits[1]))[-1]
            text = {"color": style["color"], "va": "center", "fontsize": 9}
            ax.annotate(label, (k, norms[k]), (5, 0), textcoords="offset points", **text)
        ax.set(title=title, xlabel="lag $k$", xlim=(0, 1.35 * (len(norms) - 1)), ylim=limits)
        ax.set_xticks(np.linspace(0, len(norms) - 1, 5))
    axes[0].set_ylabel(r"$\|\partial x_T / \partial x_{T-k}\|$")
    return fig


@house_style
def latch_maps(panels: Mapping[str, tuple[Array, Array, Sequence[Array]]]) -> HouseFigure:
    """Maps of the latch with the diagonal and the steps of some runs.

    `panels` maps a title to (a, map of a, paths), each path an array of states.
    """
    fig, axes = new_figure(columns=len(panels), height=3.6, sharey=True)
    for ax, (title, (a, image, paths)) in zip(axes, panels.items(), strict=True):
        ax.plot(a, a, color=HOLD, linewidth=1, linestyle=(0, (5, 2)))
        ax.plot(a, image, color="black", linestyle="-")
        for path, colour in zip(paths, (VANISH, EXPLODE), strict=True):
            x = np.repeat(path, 2)
            ax.plot(x[:-1], np.append(path[0], x[2:]), color=colour, linestyle="-", linewidth=1.1)
            ax.plot(path[:1], path[:1], "o", color=colour, markersize=6, markerfacecolor="white")
            ax.plot(path[-1:], path[-1:], "o", color=colour, markersize=6)
        ax.set(title=title, xlabel="$a_{t-1}$", xlim=(a[0], a[-1]), ylim=(a[0], a[-1]))
    axes[0].set_ylabel("$a_t$")
    return fig


@house_style
def hysteresis(
    inputs: Array,
    rising: Array,
    falling: Array,
    margin: float,
    lengths: Sequence[int],
    pushes: Sequence[float],
) -> HouseFigure:
    """State at rest against a constant input swept up and down; pushes that flip by length."""
    fig, (loop, push) = new_figure(columns=2)
    middle, text = len(inputs) // 2, {"ha": "center", "fontsize": 9}
    for row, regime, words, offset in (
        (rising, "explode", "input rises", -16),
        (falling[::-1], "vanish", "input falls", 9),
    ):
        loop.plot(inputs, row, **REGIMES[regime])
        here, colour = (inputs[middle], row[middle]), REGIMES[regime]["color"]
        style = text | {"textcoords": "offset points", "color": colour}
        loop.annotate(words, here, (0, offset), **style)
    for side in (-margin, margin):
        loop.axvline(side, **THEORY)
    top = 1.55 * max(np.abs(rising).max(), np.abs(falling).max())
    loop.set(xlabel="constant input $h$", ylabel="state at rest", ylim=(-top, top))
    loop.text(margin, -0.95 * top, r" $h^*$")
    loop.text(-margin, -0.95 * top, r"$-h^*$ ", ha="right")
    push.loglog(lengths, pushes, "o", color=VANISH, markersize=4)
    push.axhline(margin, **THEORY)
    push.text(lengths[0], 0.94 * margin, r"$h^*$", va="top")
    push.set(xlabel="steps that the push lasts", title="smallest push that flips")
    push.set_ylim(0.7 * margin, 1.4 * max(pushes))
    push.minorticks_off()
    return fig


@house_style
def dilemma(
    w: Array, margins: Array, slopes: Array, marked: Iterable[float], steps: int
) -> HouseFigure:
    """Margin and slope against the weight, and gradient after `steps` against margin.

    `marked` lists the weights to be named on the second curve; they must be in `w`.
    """
    fig, (parts, trade) = new_figure(columns=2, height=3.6)
    (rise,) = parts.plot(w, margins, **REGIMES["explode"])
    (fall,) = parts.plot(w, slopes, **REGIMES["vanish"])
    label_end(parts, rise, "margin")
    label_end(parts, fall, "slope", dy=6)
    parts.set(xlabel="weight $w$", xlim=(w[0], w[-1] + 0.3 * np.ptp(w)), ylim=(0, 1.35))
    trade.semilogy(margins, slopes**steps, color="black", linestyle="-")
    for weight in marked:
        k = int(np.argmin(np.abs(w - weight)))
        point = margins[k], slopes[k] ** steps
        trade.plot(*([c] for c in point), "o", color=VANISH)
        trade.annotate(f"w = {weight:g}", point, (7, 4), textcoords="offset points", fontsize=9)
    trade.set(xlabel="margin $h^*$", title=f"gradient after {steps} steps at rest")
    trade.set_xlim(-0.02, 1.12 * margins.max())
    return fig


@house_style
def retention_curves(
    curves: Mapping[str, Array], measured: Mapping[str, tuple[Integers, Array, Array]]
) -> HouseFigure:
    """Probability that the bit is right against time, and simulated shares as dots.

    `curves` maps a label to a row of probabilities; `measured` to (steps, shares, errors).
    """
    fig, ax = new_figure(height=3.6)
    for label, row in curves.items():
        t = np.arange(1, len(row))
        (line,) = ax.semilogx(t, row[1:])
        if row[-1] > 0.52:
            label_end(ax, line, label)
        else:
            k = np.flatnonzero(row > 0.6)[-1]
            text = {"color": line.get_color(), "ha": "right", "va": "top", "fontsize": 9}
            ax.annotate(label, (k, row[k]), (-5, 0), textcoords="offset points", **text)
        if label in measured:
            at, shares, errors = measured[label]
            style = {"color": line.get_color(), "markersize": 4}
            ax.errorbar(at, shares, 2 * errors, fmt="o", **style)
    ax.axhline(0.5, color=HOLD, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set(xlabel="time step $t$", ylabel="probability that the bit is right", ylim=(0.47, 1.02))
    ax.set_xlim(1, 4 * len(row))
    ax.minorticks_off()
    return fig


@house_style
def lifetimes(
    inverse: Array, curves: Mapping[str, Array], energies: Sequence[float]
) -> HouseFigure:
    """Lifetimes on a log axis against 1/noise², and lines of the slope that theory gives."""
    fig, ax = new_figure()
    for (label, lives), energy in zip(curves.items(), energies, strict=True):
        logs = np.log10(lives)
        (line,) = ax.plot(inverse, logs)
        label_end(ax, line, label)
        guide = logs[-1] + energy * (inverse - inverse[-1]) / np.log(10)
        ax.plot(inverse[guide > 0], guide[guide > 0], **THEORY)
    ax.set(xlabel="1 / (noise sd)²", ylabel="log₁₀ of the lifetime in steps")
    ax.set_xlim(0, 1.22 * inverse[-1])
    return fig
