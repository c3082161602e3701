"""Figures of chapter 7."""

from collections.abc import Mapping, Sequence

import numpy as np

from longterm._types import Array, Style
from longterm.plots.house import (
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
)

__all__ = [
    "cantor_levels",
    "descent_paths",
    "error_surface",
    "fold_growth",
    "fold_plane",
    "kept_words",
    "two_moves",
]

CLIP_STYLES: dict[str, Style] = {
    "none": {"color": EXPLODE, "linestyle": (0, (6, 1.5, 1.5, 1.5)), "marker": "x"},
    "norm": {"color": COLOURS[0], "linestyle": "-", "marker": "o"},
    "element": {"color": COLOURS[1], "linestyle": (0, (5, 2)), "marker": "s"},
}
CLIP_NAMES = {"none": "not clipped", "norm": "by norm", "element": "by element"}


@house_style
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
    note = {"color": "white", "fontsize": 10, "textcoords": "offset points"}
    plane.annotate("the wall", (weights[k], wall[k]), (12, 8), **note)
    plane.set(xlabel="weight w", ylabel="bias b", ylim=(biases[0], biases[-1]))
    plane.grid(visible=False)
    for (label, row), dashes, color in zip(cuts.items(), DASHES[::-1], COLOURS, strict=False):
        side.plot(biases, row, label=label, linestyle=dashes, color=color)
    side.legend(loc="upper right")
    side.set(xlabel=f"bias b, at w = {cut:g}", ylabel="error E", ylim=(0, None))
    return fig


@house_style
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
    note = {"textcoords": "offset points", "fontsize": 9}
    plane.annotate("the wall", (weights[0], wall[0]), (6, -14), **note)
    for kind, path in paths.items():
        look = CLIP_STYLES[kind] | {"linewidth": 1, "markersize": 2.5}
        plane.plot(*path.T, **look)
        look |= {"linewidth": 1.4, "markevery": 5, "markersize": 4}
        side.semilogy(errors[kind], **look, label=CLIP_NAMES[kind])
    start = next(iter(paths.values()))[0]
    plane.plot(*start, "D", color="black", markersize=6)
    plane.annotate("start", start, (8, -2), **note)
    plane.set(xlabel="weight w", ylabel="bias b", xlim=view[:2], ylim=view[2:])
    side.set(xlabel="update", ylabel="error E")
    fig.legend(*side.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return fig


@house_style
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
        (line,) = ax.plot(weights, column, color=VANISH, linestyle="-")
        label_end(ax, line, name)
    (line,) = ax.plot(weights, wall, **THEORY)
    label_end(ax, line, "the wall")
    for k, (label, (w, before, after)) in enumerate(moves.items()):
        ax.plot([w, w], [before, after], color=EXPLODE, linewidth=2.4, linestyle="-")
        ax.plot(w, before, "o", color=EXPLODE, fillstyle="none")
        ax.plot(w, after, "o", color=EXPLODE)
        offset = {"xytext": (9, 9 if k else -4), "textcoords": "offset points"}
        ax.annotate(label, (w, after), color=EXPLODE, **offset)
    ax.text(weights[-1] - 0.15, -3.6, "two attractors", ha="right", fontsize=10)
    ax.text(4.1, -3.6, "one attractor", fontsize=10)
    ax.set(xlabel="weight w", ylabel="bias b", xlim=(3.9, weights[-1] + 0.8))
    return fig


@house_style
def two_moves(states: Mapping[str, tuple[Array, Array]]) -> HouseFigure:
    """States before and after each move; `states` maps a title to two rows."""
    fig, axes = new_figure(columns=len(states), height=3.2, sharey=True)
    for ax, (title, (before, after)) in zip(axes, states.items(), strict=True):
        (first,) = ax.plot(before, "o", **REGIMES["hold"], markersize=3, fillstyle="none")
        (second,) = ax.plot(after, "o", color=EXPLODE, markersize=3)
        for line, row, word in ((first, before, "before"), (second, after, "after")):
            line.set_linestyle("-" if word == "after" else REGIMES["hold"]["linestyle"])
            side = 8 if row[-1] == max(before[-1], after[-1]) else -8
            label_end(ax, line, word, dx=-4, dy=side, ha="right")
        ax.set(title=title, xlabel="time step $t$")
    axes[0].set(ylabel="state $x_t$", ylim=(-3.9, 4.3))
    return fig


@house_style
def fold_growth(steps: Sequence[int], slopes: Mapping[str, tuple[str, Array]]) -> HouseFigure:
    """Largest slopes against the number of steps; `slopes` maps a label to a regime and a row."""
    fig, ax = new_figure()
    for label, (regime, row) in slopes.items():
        (line,) = ax.loglog(steps, row, marker="o", markersize=4, **REGIMES[regime])
        label_end(ax, line, label)
    ax.set(xlabel="steps T", ylabel=r"slope $\partial x_T / \partial b$")
    ax.set_xlim(steps[0] * 0.9, steps[-1] * 2.5)
    ax.set_xticks(steps, [f"{T:g}" for T in steps])
    ax.minorticks_off()
    return fig


@house_style
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


@house_style
def kept_words(steps: Sequence[int], shares: Mapping[str, tuple[str, Array]]) -> HouseFigure:
    """Share of words still read right, by step; `shares` maps a label to a regime and a row."""
    fig, ax = new_figure()
    for label, (regime, row) in shares.items():
        (line,) = ax.semilogx(steps, row, marker="o", markersize=4, **REGIMES[regime])
        label_end(ax, line, label)
    ax.axhline(1 / 16, color=HOLD, linewidth=0.9, linestyle=":")
    ax.annotate("guessing", (steps[0], 1 / 16), (0, 4), textcoords="offset points", fontsize=9)
    ax.set(xlabel="steps of noise", ylabel="share of words read right", ylim=(0, 1.05))
    ax.set_xlim(steps[0] * 0.9, steps[-1] * 12)
    return fig
