"""Figures of chapter 10."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from longterm._types import Array, Style
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
    top = heard.typical.max()
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
