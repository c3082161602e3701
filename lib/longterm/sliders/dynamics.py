"""Slider figures of chapter 7."""

import functools

import numpy as np
from scipy.special import expit

from longterm import folds
from longterm._types import Array
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import (
    COLOURS,
    EXPLODE,
    HOLD,
    THEORY,
    VANISH,
    HouseFigure,
    house_style,
    new_figure,
)

WEIGHT, RATE, UPDATES = 4.6, 0.02, 50
THRESHOLDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 1000.0)
STARTS = tuple(np.linspace(-2.2, -2.3, 11).round(2).tolist())
SAVED = 0.01
NOWHERE = np.full(1, np.nan)
_STEPS = 20  # of the trajectory that is drawn


def descent_and_clipping() -> SliderFigure:
    """Gradient descent beside the wall, as its start and the threshold of clipping move."""
    return slider_figure(
        _descent_canvas(),
        descent_frame,
        alt="Left, the plane of weight and bias with the wall, a slanted line, and the path of 50 "
        "updates of gradient descent. Right, the error against the update, on a log axis.",
        start=Slider("first bias b", STARTS, start=-2.25, form="{:.2f}"),
        threshold=Slider("threshold", THRESHOLDS, start=1.0, names={1000.0: "never clips here"}),
    )


@functools.cache
def _paths(threshold: float) -> tuple[Array, Array]:
    """Points of the descents from all starts (updates + 1, starts, 2), and their errors."""
    starts = [[WEIGHT, start] for start in STARTS]
    paths = folds.unit_descent(starts, RATE, UPDATES, "norm", threshold)
    return paths, folds.unit_error(paths[..., 0], paths[..., 1])


def descent_frame(start: float, threshold: float) -> Frame:
    """What `descent_and_clipping` shows from one first bias with one threshold."""
    k = STARTS.index(start)
    path, errors = (part[:, k] for part in _paths(threshold))
    saved = [value for value in THRESHOLDS if _paths(value)[1][-1, k] < SAVED]
    largest = threshold == saved[-1] < THRESHOLDS[-1]
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    gradients = np.linalg.norm(folds.unit_gradient(*path[:-1].T), axis=1)
    found = " Task solved: no larger threshold here ends below 0.01." if largest else ""
    return {
        "path": tuple(path.T),
        "start": tuple(path[:1].T),
        "end": tuple(path[-1:].T),
        "error": (np.arange(UPDATES + 1), errors),
        "readout": f"From b = {start:.2f} with threshold {threshold:g}: largest gradient "
        f"{gradients.max():.3g}, longest step {lengths.max():.2g}, error after {UPDATES} updates "
        f"{errors[-1]:.2g}.{found}",
    }


@house_style
def _descent_canvas() -> HouseFigure:
    fig, (plane, side) = new_figure(columns=2)
    weights = np.array([4.4, 4.8])
    plane.plot(weights, folds.wall(weights), **THEORY)
    plane.annotate("the wall", (4.6, folds.wall(4.6)), (14, 0), textcoords="offset points")
    look = {"color": COLOURS[0], "markersize": 3, "linewidth": 1, "linestyle": "-"}
    plane.plot([], [], "o", gid="path", **look)
    plane.plot([], [], "D", color="black", markersize=6, gid="start")
    plane.plot([], [], "s", color=EXPLODE, markersize=6, gid="end")
    plane.set(xlim=(4.48, 4.76), ylim=(-2.38, -1.96), xlabel="weight w", ylabel="bias b")
    plane.set_title("path (diamond: start, square: end)")
    side.plot([], [], color=COLOURS[0], linewidth=1.4, linestyle="-", gid="error")
    side.axhline(SAVED, color=HOLD, linewidth=1, linestyle=":")
    side.set(yscale="log", xlim=(0, UPDATES), ylim=(1e-6, 1), xlabel="update")
    side.set_title("error E (dotted: 0.01)")
    return fig


def map_and_plane() -> SliderFigure:
    """One unit as a map, and where its weight and bias stand beside folds and wall."""
    weights = tuple(np.arange(3.0, 7.01, 0.5).tolist())
    biases = tuple(np.linspace(-4, -1.2, 15).round(1).tolist())
    return slider_figure(
        _map_canvas(),
        map_frame,
        alt="Left, the map of the unit, an S-shaped curve over the diagonal, with the staircase "
        "of the states from 0.5. Right, the plane of weight and bias with both folds, the wall "
        "and the point where the sliders stand.",
        w=Slider("weight w", weights, start=6.0, form="{:.1f}"),
        b=Slider("bias b", biases, start=-3.0, form="{:.1f}"),
    )


def map_frame(w: float, b: float) -> Frame:
    """What `map_and_plane` shows at this weight and bias."""
    x, points = np.linspace(-5, 5, 41), folds.fixed_points(w, b)
    states = folds.unit_states(w, b, steps=_STEPS)
    resting = points[::2] if len(points) == 3 else points
    middle = points[1:2] if len(points) == 3 else NOWHERE
    last = folds.unit_states(w, b, steps=400)[-1]
    return {
        "map": (x, w * expit(x) + b),
        "staircase": (np.repeat(states, 2)[:-1], np.r_[states[0], np.repeat(states[1:], 2)]),
        "attractors": (resting, resting),
        "boundary": (middle, middle),
        "place": ([w], [b]),
        "readout": _map_readout(w, b, points, last),
    }


def _map_readout(w: float, b: float, points: Array, last: float) -> str:
    if len(points) == 3:
        where = ", ".join(f"{x:.2f}" for x in points[::2])
        text = f"two attractors, {where}, parted at {points[1]:.2f}"
    else:
        text = f"one attractor, {points[0]:.2f}"
    low = len(points) == 3 and last < points[1]
    found = " Task solved: two attractors, and the state falls to the lower one." if low else ""
    return f"w = {w:.1f}, b = {b:.1f}: {text}. The state goes from 0.5 to {last:.2f}.{found}"


@house_style
def _map_canvas() -> HouseFigure:
    fig, (left, right) = new_figure(columns=2)
    left.plot([-5, 5], [-5, 5], color=HOLD, linewidth=1, linestyle="-")
    left.plot([], [], color=COLOURS[0], linestyle="-", gid="map")
    left.plot([], [], color=EXPLODE, linewidth=1.1, linestyle="-", gid="staircase")
    left.plot([], [], "o", color="black", markersize=7, gid="attractors")
    left.plot([], [], "o", color="black", markersize=7, fillstyle="none", gid="boundary")
    left.set(xlim=(-5, 5), ylim=(-5, 5), xlabel="state $x_{t-1}$", ylabel="state $x_t$")
    left.set_title("dots: attractors, ring: boundary")
    weights = np.linspace(4, 7.2, 81)
    for fold in folds.fold_biases(weights).T:
        right.plot(weights, fold, color=VANISH, linestyle="-")
    walled = np.linspace(4.26, 7.2, 60)
    right.plot(walled, folds.wall(walled), **THEORY)
    right.plot([], [], "D", color=EXPLODE, markersize=7, gid="place")
    right.set(xlim=(2.8, 7.2), ylim=(-4.3, -1), xlabel="weight w", ylabel="bias b")
    right.set_title("lines: folds, dots: the wall")
    return fig
