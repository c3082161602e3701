"""Figures of chapter 1."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from longterm import scalar
from longterm._types import Array, Numbers
from longterm.figures.sliders import NOWHERE, Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    COLOURS,
    HOLD,
    REGIMES,
    THEORY,
    VANISH,
    HouseFigure,
    circle,
    house_style,
    label_end,
    new_figure,
    note,
    regime,
)


@house_style()
def scores_by_length(scores: Mapping[int, Array], learned: float) -> HouseFigure:
    """A mark a network: its share of right answers; `scores` maps a length to all of them.

    Shares from `learned` on have the look of what holds. Marks of like height stand abreast.
    """
    fig, ax = new_figure()
    for place, row in enumerate(map(np.sort, scores.values())):
        level = np.round(50 * row)
        first, last = (np.searchsorted(level, level, side) for side in ("left", "right"))
        x = place + 0.016 * (np.arange(len(row)) - (first + last - 1) / 2)
        for chosen, mark, color in ((row >= learned, "o", HOLD), (row < learned, "^", VANISH)):
            ax.plot(x[chosen], row[chosen], mark, color=color, markersize=4, alpha=0.8)
    ax.set_xticks(range(len(scores)), [f"{length} steps" for length in scores])
    ax.set(ylabel="share of bits right", xlim=(-0.5, len(scores) - 0.5), ylim=(0.35, 1.04))
    return fig


@house_style()
def gradient_by_lag(gradients: Mapping[str, Array]) -> HouseFigure:
    """Gradients by lag on a log axis: the median and eight of ten networks, for two groups.

    `gradients` maps a label to sizes, a row to a lag and a column to a network. The first group
    has the look of what holds, the second of what vanishes.
    """
    fig, ax = new_figure()
    for (label, sizes), name in zip(gradients.items(), ("hold", "vanish"), strict=True):
        low, middle, high = np.quantile(sizes / sizes[0], [0.1, 0.5, 0.9], axis=1)
        color = REGIMES[name]["color"]
        ax.fill_between(np.arange(len(sizes)), low, high, color=color, alpha=0.15, linewidth=0)
        label_end(ax.semilogy(middle, **REGIMES[name]), label)
    ax.set(xlabel="lag $T - t$ (steps back from the end)", ylabel="gradient, lag 0 = 1")
    ax.set_xlim(0, 1.25 * len(sizes))
    return fig


@house_style()
def stretched_circle(W: Array) -> HouseFigure:
    """States of length 1 and where a 2 x 2 matrix takes them, with the two that mark its axes."""
    fig, (before, after) = new_figure(columns=2, height=3.0)
    angle = np.linspace(0, 2 * np.pi, 181)
    ring = np.stack([np.cos(angle), np.sin(angle)])
    left, sizes, right = np.linalg.svd(W)
    signs = np.sign(right.sum(axis=1))  # NumPy may turn a pair round
    for ax, points, ends in ((before, ring, right.T), (after, W @ ring, left * sizes)):
        ax.plot(*points, **REGIMES["hold"])
        for end, name, size in zip((ends * signs).T, ("explode", "vanish"), sizes, strict=True):
            style = REGIMES[name] | {"marker": "o", "markevery": [1]}
            label = "" if ax is before else f"{size:.2f}"
            label_end(ax.plot(*np.stack([0 * end, end]).T, **style), label, dy=9)
        ax.set(aspect="equal", xlim=(-1.75, 1.75), ylim=(-1.25, 1.25), xlabel="first entry")
    before.set(title="states $h$ of length 1", ylabel="second entry")
    after.set(title="the states $W h$")
    return fig


@house_style()
def powers_by_regime(weights: Sequence[float], powers: Array) -> HouseFigure:
    """Rows of `powers` against t, on a linear and on a log axis."""
    fig, (plain, log) = new_figure(columns=2)
    for w, row in zip(weights, powers, strict=True):
        t, style = np.arange(len(row)), REGIMES[regime(abs(w))]
        plain.plot(t, row, **style)
        label_end(log.semilogy(t, np.abs(row), **style), f"w = {w:g}")
    plain.set(xlabel="time step $t$", ylabel="$w^t$", title="linear axis", ylim=(0, 4))
    log.set(xlabel="time step $t$", ylabel="$w^t$", title="log axis: straight lines")
    log.set_xlim(0, 1.35 * powers.shape[1])
    return fig


@house_style()
def slopes(weights: Sequence[float], slopes: Array) -> HouseFigure:
    """Slope of w^t against t, one curve a weight, its largest value marked."""
    fig, ax = new_figure()
    for w, row in zip(weights, slopes, strict=True):
        (line,) = ax.plot(np.arange(len(row)), row)
        top = int(np.argmax(row.round(9)))  # the first of two that tie
        ax.plot(top, row[top], "o", color=line.get_color())
        words, color = f"w = {w:g}: peak {row[top]:.3g} at t = {top}", line.get_color()
        note(ax, words, (top, row[top]), (6, 4), color=color, fontsize=10)
    ax.set(xlabel="time step $t$", ylabel=r"slope $t\,w^{t-1}$")
    return fig


@house_style()
def descent(paths: Mapping[str, Array]) -> HouseFigure:
    """Loss against update, on log axes; `paths` maps a label to an array of losses."""
    fig, ax = new_figure()
    for label, losses in paths.items():
        shown = np.unique(np.geomspace(1, len(losses), 300).astype(int))
        label_end(ax.loglog(shown, losses[shown - 1]), label)
    ax.set(xlabel="update", ylabel=r"loss $(w^T - \frac{1}{2})^2$")
    ax.set(xlim=(1, 8 * max(map(len, paths.values()))), ylim=(1e-6, 1))
    return fig


@house_style()
def phases(weights: Sequence[complex], powers: Numbers) -> HouseFigure:
    """Complex powers in the plane beside the unit circle, one panel a weight."""
    fig, axes = new_figure(columns=len(weights), height=2.9, sharex=True, sharey=True)
    for ax, w, row in zip(axes, weights, powers, strict=True):
        circle(ax)
        color = REGIMES[regime(abs(w))]["color"]
        ax.plot(row.real, row.imag, "o-", color=color, markersize=3, linewidth=0.8)
        ax.plot(1, 0, "s", color="black", markersize=5)
        ax.set(title=f"$|w|$ = {abs(w):.3g}", xlabel="real part", aspect="equal")
    axes[0].set(ylabel="imaginary part", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
    return fig


@house_style()
def underflow(log_powers: Array, curves: Mapping[str, Array]) -> HouseFigure:
    """Powers that floats hold, against the exact logarithm; `curves` maps a label to powers."""
    fig, ax = new_figure()
    ax.plot(log_powers / np.log(10), label="exact, from $t \\ln w$", **THEORY)
    for (label, values), color in zip(curves.items(), COLOURS, strict=False):
        held = np.flatnonzero(values)
        logs = np.log10(values[held].astype(float))
        ax.plot(held, logs, color=color, linestyle="-", linewidth=3, alpha=0.6, label=label)
        ax.plot(held[-1], logs[-1], "o", color=color)
    ax.set(xlabel="time step $t$", ylabel=r"$\log_{10} w^t$")
    ax.legend()
    return fig


STEPS = 100
MOST_UPDATES = 20_000


@house_style()
def powers_and_slopes() -> SliderFigure:
    """The power w^t and its slope over a hundred steps, as w moves through 1."""
    fig, (left, right) = new_figure(columns=2)
    for name, style in REGIMES.items():
        left.plot([], [], gid=f"{name} power", **style)
        right.plot([], [], gid=f"{name} slope", **style)
    left.plot([], [], "o", color="black", gid="mark")
    left.set(yscale="log", xlim=(0, STEPS), ylim=(1e-5, 1e3), xlabel="time step t")
    left.set(title="power w^t (dot: halved or doubled)")
    right.set(xlim=(0, STEPS), ylim=(0, 100), xlabel="time step t", title="slope t w^(t−1)")
    weights = tuple(np.linspace(0.9, 1.05, 31).round(3).tolist())
    return slider_figure(
        fig,
        powers_frame,
        alt="Two panels over 100 steps: the power w^t on a log axis with its half-life marked, "
        "and its slope t w^(t-1).",
        w=Slider("weight w", weights, start=0.95, names={1.0: "holds"}, form="{:.3f}"),
    )


def powers_frame(w: float) -> Frame:
    """What `powers_and_slopes` shows at weight w."""
    t, power, slope = np.arange(STEPS + 1), scalar.powers(w, STEPS), scalar.power_slopes(w, STEPS)
    curves = {
        f"{name} {kind}": (t, row) if name == regime(w) else (NOWHERE, NOWHERE)
        for name in REGIMES
        for kind, row in (("power", power), ("slope", slope))
    }
    factor = 2.0 if w > 1 else 0.5
    turn = scalar.steps_to_reach(w, factor)
    mark = ([turn], [factor]) if turn <= STEPS else (NOWHERE, NOWHERE)
    return curves | {"mark": mark, "readout": _powers_readout(w, power, slope, turn)}


def _powers_readout(w: float, power: Array, slope: Array, turn: float) -> str:
    word = "Doubles" if w > 1 else "Halves"
    when = f"{word} in {turn} steps" if np.isfinite(turn) else "Never halves or doubles"
    top = int(np.argmax(slope.round(9)))
    found = " Task solved: this is the half-life asked for." if w < 1 and turn == 23 else ""
    return (
        f"w = {w:.3f}: after {STEPS} steps w^t is {power[-1]:.3g}. {when}. "
        f"Largest slope {slope[top]:.3g}, at t = {top}.{found}"
    )


@house_style()
def learning_a_power() -> SliderFigure:
    """The loss (w^T - 1/2)^2, and where gradient descent stands after 0, 1, 10, ... updates."""
    fig, ax = new_figure()
    ax.plot([], [], gid="loss")
    ax.plot([], [], color=HOLD, linewidth=1, linestyle=":", gid="solution")
    ax.plot([], [], "o", color="black", markersize=7, fillstyle="none", gid="walk")
    ax.set(xlim=(0.4, 1.1), ylim=(0, 0.4), xlabel="weight w", ylabel="loss (w^T − ½)²")
    return slider_figure(
        fig,
        learning_frame,
        alt="The loss against the weight, a plateau on the left and a steep valley near 1, with "
        "dots where gradient descent stands after 0, 1, 10, 100, 1000 and 10000 updates.",
        horizon=Slider("span T", tuple(range(2, 21)), start=10),
        start=Slider("first weight", (0.5, 0.6, 0.7, 0.8)),
    )


def learning_frame(horizon: int, start: float) -> Frame:
    """What `learning_a_power` shows for span T from one first weight."""
    path, needed = _descent(horizon, start)
    w = np.linspace(0, 1.1, 111)
    shown = path[[0, 1, 10, 100, 1000, 10_000]]
    when = f"after {needed} updates" if needed < np.inf else f"not within {MOST_UPDATES} updates"
    longest = start == 0.5 and needed <= 1000 < _descent(horizon + 1, start)[1]
    found = " Task solved: the next span takes more than 1000." if longest else ""
    return {
        "loss": (w, (scalar.powers(w, horizon)[:, -1] - 0.5) ** 2),
        "walk": (shown, (scalar.powers(shown, horizon)[:, -1] - 0.5) ** 2),
        "solution": ([0.5 ** (1 / horizon)] * 2, [0, 1]),
        "readout": f"T = {horizon}, from w = {start}: first slope "
        f"{scalar.power_slopes(start, horizon)[-1]:.2g}; loss below 0.001 {when}.{found}",
    }


@functools.cache
def _descent(horizon: int, start: float) -> tuple[Array, float]:
    """Weights of gradient descent at learning rate 0.01, and the updates it needs."""
    path = scalar.descent_path(start, horizon, 0.5, 0.01, MOST_UPDATES)
    below = np.flatnonzero((path**horizon - 0.5) ** 2 < 1e-3)
    return path, int(below[0]) if len(below) else np.inf
