"""Figures of chapter 10."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from longterm._types import Array, Style
from longterm.figures.sliders import Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    COLOURS,
    DASHES,
    REGIMES,
    HouseFigure,
    house_style,
    new_figure,
)
from longterm.probe import Examination, Stepped


@house_style()
def examined(found: Examination) -> HouseFigure:
    """What the probe found: sizes by lag, and the share that a truncation loses, if it is known.

    Left the gradients in the inputs, their median and the middle eight of ten sequences, and in
    the states; a mark at the horizon. The titles are of the verdict.
    """
    heard, stepped = found
    fig, axes = new_figure(1 if stepped is None else 2, squeeze=False)
    ax, lags = axes[0, 0], np.arange(heard.sizes.shape[1])
    top = heard.typical.max() or 1.0
    low, high = heard.band / top
    ax.fill_between(lags, low, high, color=COLOURS[0], alpha=0.2, linewidth=0)
    _named(ax, heard.typical / top, "inputs", 0)
    if stepped is not None:
        typical = np.median(stepped.sizes, axis=0)
        _named(ax, typical / typical.max(), "states", 1)
    ax.axhline(0.001, **REGIMES["hold"] | {"linewidth": 1})
    if np.isfinite(heard.horizon):
        ax.plot(heard.horizon, 0.001, "o", color="black", markersize=6)
    ax.set(yscale="log", ylim=(1e-6, 5), xlabel="lag $k$ (steps back from the end)")
    ax.set(ylabel="gradient, largest = 1", title=str(found).partition(":")[0])
    ax.legend(loc="lower left")
    if stepped is not None:
        _truncation(axes[0, 1], stepped)
        said = [line for line in str(found).splitlines() if " truncation " in line]
        axes[0, 1].set(title="".join(said).rstrip("."))
    return fig


def _named(ax: Axes, sizes: Array, label: str, k: int) -> None:
    """A line of what is above 0."""
    sizes = np.where(sizes > 0, sizes, np.nan)
    ax.plot(sizes, color=COLOURS[k], linestyle=DASHES[k], label=label)


def _truncation(ax: Axes, stepped: Stepped) -> None:
    """The share that is lost by steps, and a mark where it is 1 %."""
    ax.plot(stepped.lost, color=COLOURS[1], linestyle="-")
    if not np.isnan(stepped.lost).any():
        k = stepped.truncation()
        ax.plot(k, stepped.lost[k], "o", color="black", markersize=6)
    ax.set(xlabel="truncation at $k$", ylabel="share of the gradient lost")


@house_style()
def before_and_after(groups: Mapping[str, Sequence[Array]], length: int) -> HouseFigure:
    """Typical sizes by lag, the largest 1: a panel for each group, a line for each network."""
    fig, axes = new_figure(len(groups), height=3.0, sharex=True, sharey=True, squeeze=False)
    for k, (ax, (title, curves)) in enumerate(zip(axes[0], groups.items(), strict=True)):
        style: Style = {"color": COLOURS[k], "linestyle": "-", "linewidth": 1.2}
        for sizes in curves:
            ax.semilogy(sizes / sizes.max(), **style)
        ax.axhline(0.001, **REGIMES["hold"] | {"linewidth": 1})
        ax.set(title=title, xlabel="lag $k$", xlim=(0, length), ylim=(1e-6, 3))
    axes[0, 0].set(ylabel="gradient, largest = 1")
    return fig


SMALL = 0.01
"""The share that the slider's task lets a truncation lose."""


@house_style()
def truncations(before: Sequence[Array], after: Sequence[Array]) -> SliderFigure:
    """Share that a truncation loses of the gradient of each network, before and after training."""
    fig, axes = new_figure(columns=2, sharey=True)
    when = {"before": np.array(before), "after": np.array(after)}
    length = when["before"].shape[1] - 1
    for k, (ax, (name, lost)) in enumerate(zip(axes, when.items(), strict=True)):
        for share in np.where(lost > 0, lost, np.nan):
            ax.semilogy(share, color=COLOURS[k], linestyle="-", linewidth=1)
        ax.axhline(SMALL, **REGIMES["hold"] | {"linewidth": 1})
        ax.plot([], [], "o", color="black", markersize=4, gid=name)
        ax.set(title=f"{name} training", xlabel="truncation at $k$", xlim=(0, length))
        ax.set_ylim(1e-7, 2)
    axes[0].set(ylabel="share of the gradient lost")
    return slider_figure(
        fig,
        functools.partial(truncation_frame, before=when["before"], after=when["after"]),
        alt="The share of the gradient in the weights that a truncation at k loses, on a log axis, "
        f"a line for each of {len(before)} networks, before training and after it, with dots at k.",
        cut=Slider("truncation at k", tuple(range(1, length)), start=length // 2),
    )


def truncation_frame(cut: int, before: Array, after: Array) -> Frame:
    """What `truncations` shows of a truncation at so many steps."""
    said = [
        "{:.2g} % (median; from {:.2g} to {:.3g})".format(
            *(100 * f(lost[:, cut]) for f in (np.median, np.min, np.max))
        )
        for lost in (before, after)
    ]
    asked = before[:, cut:].max() <= SMALL < before[:, cut - 1].max()
    done = " Task solved: the shortest for all before training." if asked else ""
    return {
        "before": (np.full(len(before), cut), before[:, cut]),
        "after": (np.full(len(after), cut), after[:, cut]),
        "readout": f"k = {cut}: of the gradient before training it loses {said[0]}, of that after "
        f"training {said[1]}.{done}",
    }
