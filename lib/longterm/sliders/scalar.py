"""Slider figures of chapter 1."""

import functools

import numpy as np

from longterm import scalar
from longterm._types import Array
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import HOLD, REGIMES, HouseFigure, house_style, new_figure

STEPS = 100
MOST_UPDATES = 20_000
NOWHERE = np.full(1, np.nan)


def powers_and_slopes() -> SliderFigure:
    """The power w^t and its slope over a hundred steps, as w moves through 1."""
    weights = tuple(np.linspace(0.9, 1.05, 31).round(3).tolist())
    return slider_figure(
        _powers_canvas(),
        powers_frame,
        alt="Two panels over 100 steps: the power w^t on a log axis with its half-life marked, "
        "and its slope t w^(t-1).",
        w=Slider("weight w", weights, start=0.95, names={1.0: "holds"}, form="{:.3f}"),
    )


def powers_frame(w: float) -> Frame:
    """What `powers_and_slopes` shows at weight w."""
    t, power, slope = (
        np.arange(STEPS + 1),
        *(f(w, STEPS) for f in (scalar.powers, scalar.power_slopes)),
    )
    regime = "vanish" if w < 1 else "hold" if w == 1 else "explode"
    curves = {
        f"{name} {kind}": (NOWHERE, NOWHERE) for name in REGIMES for kind in ("power", "slope")
    }
    curves |= {f"{regime} power": (t, power), f"{regime} slope": (t, slope)}
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


@house_style
def _powers_canvas() -> HouseFigure:
    fig, (left, right) = new_figure(columns=2)
    for name, style in REGIMES.items():
        left.plot([], [], gid=f"{name} power", **style)
        right.plot([], [], gid=f"{name} slope", **style)
    left.plot([], [], "o", color="black", gid="mark")
    left.set(yscale="log", xlim=(0, STEPS), ylim=(1e-5, 1e3), xlabel="time step t")
    left.set(title="power w^t (dot: halved or doubled)")
    right.set(xlim=(0, STEPS), ylim=(0, 100), xlabel="time step t", title="slope t w^(t−1)")
    return fig


def learning_a_power() -> SliderFigure:
    """The loss (w^T - 1/2)^2, and where gradient descent stands after 0, 1, 10, ... updates."""
    return slider_figure(
        _learning_canvas(),
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


@house_style
def _learning_canvas() -> HouseFigure:
    fig, ax = new_figure()
    ax.plot([], [], gid="loss")
    ax.plot([], [], color=HOLD, linewidth=1, linestyle=":", gid="solution")
    ax.plot([], [], "o", color="black", markersize=7, fillstyle="none", gid="walk")
    ax.set(xlim=(0.4, 1.1), ylim=(0, 0.4), xlabel="weight w", ylabel="loss (w^T − ½)²")
    return fig
