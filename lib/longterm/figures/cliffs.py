"""Figures of chapter 7."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import expit

from longterm import folds
from longterm._types import Array, Style
from longterm.figures.sliders import NOWHERE, Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    COLOURS,
    DASHES,
    EXPLODE,
    HOLD,
    REGIMES,
    THEORY,
    VANISH,
    HouseFigure,
    house_style,
    label_end,
    new_figure,
    note,
)

CLIP_STYLES: dict[str, Style] = {
    "none": {"color": EXPLODE, "linestyle": (0, (6, 1.5, 1.5, 1.5)), "marker": "x"},
    "norm": {"color": COLOURS[0], "linestyle": "-", "marker": "o"},
    "element": {"color": COLOURS[1], "linestyle": (0, (5, 2)), "marker": "s"},
}
CLIP_NAMES = {"none": "not clipped", "norm": "by norm", "element": "by element"}


@house_style()
def error_surface(
    weights: Array, biases: Array, errors: Array, wall: Array, cut: float, cuts: Mapping[str, Array]
) -> HouseFigure:
    """Errors over the plane as an image, and cuts through it.

    `errors` has a row a bias; `wall` has the bias of the wall at each weight, nan where there
    is none. `cut` is the weight of the cuts, and `cuts` maps a label to errors by bias.
    """
    fig, (plane, side) = new_figure(columns=2, height=3.6)
    extent = (weights[0], weights[-1], biases[0], biases[-1])
    options = {"origin": "lower", "aspect": "auto", "cmap": "cividis", "interpolation": "none"}
    image = plane.imshow(errors, extent=extent, **options)
    fig.colorbar(image, ax=plane, label="error E", location="top", aspect=30)
    plane.plot(weights, wall, color="white", linewidth=1.6, linestyle=(0, (3, 2)))
    plane.axvline(cut, color="white", linewidth=0.9, linestyle=":")
    k = np.searchsorted(weights, 5.1)
    note(plane, "the wall", (weights[k], wall[k]), (12, 8), color="white", fontsize=10)
    plane.set(xlabel="weight w", ylabel="bias b", ylim=(biases[0], biases[-1]))
    plane.grid(visible=False)
    for (label, row), dashes, color in zip(cuts.items(), DASHES[::-1], COLOURS, strict=False):
        side.plot(biases, row, label=label, linestyle=dashes, color=color)
    side.legend(loc="upper right")
    side.set(xlabel=f"bias b, at w = {cut:g}", ylabel="error E", ylim=(0, None))
    return fig


@house_style()
def descent_paths(
    weights: Array,
    wall: Array,
    paths: Mapping[str, Array],
    errors: Mapping[str, Array],
    view: tuple[float, float, float, float],
) -> HouseFigure:
    """Paths of gradient descent beside the wall, and the error by update.

    `paths` and `errors` map the kind of clipping to points (updates + 1, 2) and errors;
    `view` has the limits of the left panel, x first.
    """
    fig, (plane, side) = new_figure(columns=2, height=3.8)
    plane.plot(weights, wall, **THEORY)
    note(plane, "the wall", (weights[0], wall[0]), (6, -14))
    for kind, path in paths.items():
        look = CLIP_STYLES[kind] | {"linewidth": 1, "markersize": 2.5}
        plane.plot(*path.T, **look)
        look |= {"linewidth": 1.4, "markevery": 5, "markersize": 4}
        side.semilogy(errors[kind], **look, label=CLIP_NAMES[kind])
    start = next(iter(paths.values()))[0]
    plane.plot(*start, "D", color="black", markersize=6)
    note(plane, "start", start, (8, -2))
    plane.set(xlabel="weight w", ylabel="bias b", xlim=view[:2], ylim=view[2:])
    side.set(xlabel="update", ylabel="error E")
    fig.legend(*side.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


@house_style()
def fold_plane(
    weights: Array, folds: Array, wall: Array, moves: Mapping[str, tuple[float, float, float]]
) -> HouseFigure:
    """The plane of weight and bias: folds, wall, and moves of the bias at one weight.

    `folds` has a column for each fold; `wall` is nan where there is none; `moves` maps a
    label to a weight and two biases.
    """
    fig, ax = new_figure(height=3.8)
    ax.fill_between(weights, *folds.T, color="#D8E4EC", linewidth=0)
    for column, name in zip(folds.T, ("lower fold", "upper fold"), strict=True):
        label_end(ax.plot(weights, column, color=VANISH, linestyle="-"), name)
    label_end(ax.plot(weights, wall, **THEORY), "the wall")
    for k, (label, (w, before, after)) in enumerate(moves.items()):
        ax.plot([w, w], [before, after], color=EXPLODE, linewidth=2.4, linestyle="-")
        ax.plot(w, before, "o", color=EXPLODE, fillstyle="none")
        ax.plot(w, after, "o", color=EXPLODE)
        note(ax, label, (w, after), (9, 9 if k else -4), color=EXPLODE, fontsize=10)
    ax.text(weights[-1] - 0.15, -3.6, "two attractors", ha="right", fontsize=10)
    ax.text(4.1, -3.6, "one attractor", fontsize=10)
    ax.set(xlabel="weight w", ylabel="bias b", xlim=(3.9, weights[-1] + 0.8))
    return fig


@house_style()
def two_moves(states: Mapping[str, tuple[Array, Array]]) -> HouseFigure:
    """States before and after each move; `states` maps a title to two rows."""
    fig, axes = new_figure(columns=len(states), height=3.2, sharey=True)
    for ax, (title, (before, after)) in zip(axes, states.items(), strict=True):
        first = ax.plot(before, marker="o", **REGIMES["hold"], markersize=3, fillstyle="none")
        second = ax.plot(after, "o-", color=EXPLODE, markersize=3)
        for lines, row, word in ((first, before, "before"), (second, after, "after")):
            side = 8 if row[-1] == max(before[-1], after[-1]) else -8
            label_end(lines, word, dx=-4, dy=side, ha="right")
        ax.set(title=title, xlabel="time step $t$")
    axes[0].set(ylabel="state $x_t$", ylim=(-3.9, 4.3))
    return fig


@house_style()
def fold_growth(steps: Sequence[int], slopes: Mapping[str, tuple[str, Array]]) -> HouseFigure:
    """Largest slopes against the number of steps; `slopes` maps a label to a regime and a row."""
    fig, ax = new_figure()
    for label, (regime, row) in slopes.items():
        label_end(ax.loglog(steps, row, marker="o", markersize=4, **REGIMES[regime]), label)
    ax.set(xlabel="steps T", ylabel=r"slope $\partial x_T / \partial b$")
    ax.set_xlim(steps[0] * 0.9, steps[-1] * 2.5)
    ax.set_xticks(steps, [f"{T:g}" for T in steps])
    ax.minorticks_off()
    return fig


@house_style()
def cantor_levels(codes: Sequence[Array]) -> HouseFigure:
    """Codes of all words, a row for each length, with the noise that every word bears."""
    fig, ax = new_figure(height=2.9)
    for length, row in enumerate(codes, 1):
        margin = 0.5 * 0.25**length
        ends = np.stack([row - margin, row + margin, np.full(len(row), np.nan)], axis=1)
        heights = np.full(ends.size, length)
        ax.plot(ends.ravel(), heights, color=COLOURS[0], linewidth=7, linestyle="-", alpha=0.5)
        ax.plot(row, np.full(len(row), length), "|", color="black", markersize=9)
    ax.set(xlabel="stack q", ylabel="bits on the stack", xlim=(0, 1.15))
    ax.set(yticks=range(1, len(codes) + 1), ylim=(len(codes) + 0.5, 0.5))
    return fig


@house_style()
def kept_words(steps: Sequence[int], shares: Mapping[str, tuple[str, Array]]) -> HouseFigure:
    """Share of words still read right, by step; `shares` maps a label to a regime and a row."""
    fig, ax = new_figure()
    for label, (regime, row) in shares.items():
        label_end(ax.semilogx(steps, row, marker="o", markersize=4, **REGIMES[regime]), label)
    ax.axhline(1 / 16, color=HOLD, linewidth=0.9, linestyle=":")
    note(ax, "guessing", (steps[0], 1 / 16), (0, 4))
    ax.set(xlabel="steps of noise", ylabel="share of words read right", ylim=(0, 1.05))
    ax.set_xlim(steps[0] * 0.9, steps[-1] * 12)
    return fig


WEIGHT, RATE, UPDATES = 4.6, 0.02, 50
THRESHOLDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 1000.0)
STARTS = tuple(np.linspace(-2.2, -2.3, 11).round(2).tolist())
SAVED = 0.01
_STEPS = 20  # of the trajectory that is drawn


@house_style()
def descent_and_clipping() -> SliderFigure:
    """Gradient descent beside the wall, as its start and the threshold of clipping move."""
    fig, (plane, side) = new_figure(columns=2)
    weights = np.array([4.4, 4.8])
    plane.plot(weights, folds.wall(weights), **THEORY)
    note(plane, "the wall", (4.6, float(folds.wall(4.6))), (14, 0), fontsize=10)
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
    return slider_figure(
        fig,
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


@house_style()
def map_and_plane() -> SliderFigure:
    """One unit as a map, and where its weight and bias stand beside folds and wall."""
    fig, (left, right) = new_figure(columns=2)
    left.plot([-5, 5], [-5, 5], color=HOLD, linewidth=1, linestyle="-")
    left.plot([], [], color=COLOURS[0], linestyle="-", gid="map")
    left.plot([], [], color=EXPLODE, linewidth=1.1, linestyle="-", gid="staircase")
    left.plot([], [], "o", color="black", markersize=7, gid="attractors")
    left.plot([], [], "o", color="black", markersize=7, fillstyle="none", gid="boundary")
    left.set(xlim=(-5, 5), ylim=(-5, 5), xlabel="state $x_{t-1}$", ylabel="state $x_t$")
    left.set_title("dots: attractors, ring: boundary")
    folded, walled = np.linspace(4, 7.2, 81), np.linspace(4.26, 7.2, 60)
    for fold in folds.fold_biases(folded).T:
        right.plot(folded, fold, color=VANISH, linestyle="-")
    right.plot(walled, folds.wall(walled), **THEORY)
    right.plot([], [], "D", color=EXPLODE, markersize=7, gid="place")
    right.set(xlim=(2.8, 7.2), ylim=(-4.3, -1), xlabel="weight w", ylabel="bias b")
    right.set_title("lines: folds, dots: the wall")
    weights = tuple(np.arange(3.0, 7.01, 0.5).tolist())
    biases = tuple(np.linspace(-4, -1.2, 15).round(1).tolist())
    return slider_figure(
        fig,
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
