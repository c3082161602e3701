"""Figures of chapter 3."""

from collections.abc import Mapping, Sequence

import numpy as np

from longterm._types import Array, Integers
from longterm.plots.house import (
    COLOURS,
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
    "against_lognormal",
    "fans",
    "growth_rates",
    "log_product_bands",
    "sample_variances",
    "two_densities",
]


@house_style
def sample_variances(
    steps: Sequence[int] | Integers, low: Array, middle: Array, high: Array
) -> HouseFigure:
    """Range and median of repeated sample variances over the true one, against n."""
    fig, ax = new_figure()
    ax.fill_between(steps, low, high, color=VANISH, alpha=0.2, linewidth=0)
    (line,) = ax.semilogy(steps, middle, **REGIMES["vanish"])
    (truth,) = ax.semilogy(steps, np.ones(len(steps)), **THEORY)
    label_end(ax, line, "median of\nthe repeats")
    label_end(ax, truth, "true variance")
    ax.annotate("shaded: 9 of 10 repeats", (0.4 * steps[-1], middle[-1]), color=VANISH)
    ax.set(xlabel="number of factors $n$", ylabel="sample variance / true variance")
    ax.set_xlim(0, 1.25 * steps[-1])
    return fig


@house_style
def fans(panels: Mapping[str, tuple[Array, Array, Array]]) -> HouseFigure:
    """Walks of ln|product| with two lines; `panels` maps a title to (walks, rms, typical)."""
    fig, axes = new_figure(columns=len(panels), sharey=True)
    for ax, (title, (walks, mean_square, typical)) in zip(axes, panels.items(), strict=True):
        ax.plot(walks.T, color=HOLD, linestyle="-", linewidth=0.5, alpha=0.5)
        for name, row in (("root mean square", mean_square), ("typical", typical)):
            slope = np.round(row[-1], 9)
            regime = "hold" if slope == 0 else "vanish" if slope < 0 else "explode"
            ax.plot(row, label=name, **REGIMES[regime] | {"linewidth": 2.6})
        ax.set(title=title, xlabel="number of factors $n$")
        ax.legend(loc="lower left", handlelength=3)
    axes[0].set_ylabel(r"$\ln\,|w_1 \cdots w_n|$")
    return fig


@house_style
def growth_rates(variances: Array, mean_square: Array, typical: Mapping[str, Array]) -> HouseFigure:
    """Growth per step of the root mean square and of typical sizes, against the variance v."""
    fig, ax = new_figure()
    (line,) = ax.semilogx(variances, mean_square, **THEORY | {"linewidth": 2})
    label_end(ax, line, "root mean square,\nsign weights", dy=-4)
    for (label, rates), color in zip(typical.items(), COLOURS, strict=False):
        (line,) = ax.plot(variances, rates, color=color)
        label_end(ax, line, f"{label} weights")
    rows = (mean_square, *typical.values())
    edges = [np.exp(np.interp(0, rates, np.log(variances))) for rates in rows]
    for edge, offset in zip(edges, [(-34, 5)] * (len(edges) - 1) + [(5, -12)], strict=True):
        ax.plot(edge, 0, "o", color="black", markersize=5)
        ax.annotate(f"{edge:.3f}", (edge, 0), offset, textcoords="offset points", fontsize=9)
    ax.axvspan(edges[0], edges[-1], color=HOLD, alpha=0.12, linewidth=0)
    note = f"{label} weights: paths vanish,\nthe mean square explodes"
    ax.text(np.sqrt(edges[0] * edges[-1]), 0.95 * rows[-1][0], note, ha="center", fontsize=9)
    ax.axhline(0, color=HOLD, linewidth=0.8, linestyle="-")
    ax.set(xlabel="variance $v$ of one weight", ylabel="growth of the logarithm per step")
    ax.set_xlim(variances[0], 2.4 * variances[-1])
    ax.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["0.25", "0.5", "1", "2", "4", "8"], minor=False)
    ax.minorticks_off()
    return fig


@house_style
def log_product_bands(
    bands: Mapping[str, tuple[Array, Array, Array]], mean_square: Array
) -> HouseFigure:
    """Median and 90 % band of ln|product|; `bands` maps a title to rows (low, middle, high)."""
    fig, axes = new_figure(columns=len(bands), height=3, sharey=True)
    t = np.arange(len(mean_square))
    for ax, (title, (low, middle, high)) in zip(axes, bands.items(), strict=True):
        ax.fill_between(t, low, high, color=VANISH, alpha=0.2, linewidth=0)
        ax.plot(t, middle, label="median and 90 % band", color=VANISH)
        ax.plot(t, mean_square, label="root mean square", **THEORY | {"linewidth": 2})
        ax.set(title=title, xlabel="number of factors $n$")
    axes[0].set_ylabel(r"$\ln\,|w_1 \cdots w_n|$")
    axes[0].legend(loc="lower left", fontsize=8, handlelength=1.6, borderaxespad=0)
    return fig


@house_style
def two_densities(edges: Array, plain: Array, tilted: Array) -> HouseFigure:
    """Histograms of ln|product|: of products as drawn, and weighted by their squares."""
    fig, ax = new_figure()
    for logs, style, label in (
        (plain, {"color": VANISH, "linestyle": "-"}, "where the products are"),
        (tilted, {"color": EXPLODE, "linestyle": (0, (6, 1.5))}, "where the mean square is"),
    ):
        density = np.histogram(logs, edges, density=True)[0]
        held = np.flatnonzero(density)
        first, last = held[0], held[-1] + 1
        ax.stairs(density[first:last], edges[first : last + 1], linewidth=1.6, **style)
        top = np.argmax(density)
        middle, options = (edges[top] + edges[top + 1]) / 2, {"color": style["color"]}
        ax.annotate(label, (middle, 1.06 * density[top]), ha="center", **options)
    ax.axvline(0, linewidth=1, color=HOLD, linestyle=(0, (2, 2)))
    ax.set(xlabel=r"$\ln\,|w_1 \cdots w_n|$", ylabel="density")
    ax.set_ylim(0, 1.15 * ax.dataLim.ymax)
    return fig


@house_style
def against_lognormal(
    levels: Array, shares: Mapping[str, Array], standard_error: Array
) -> HouseFigure:
    """Share of products below each lognormal quantile, minus that level, one curve an n."""
    fig, ax = new_figure()
    ax.fill_between(levels, -2 * standard_error, 2 * standard_error, color="#BBBBBB", linewidth=0)
    for label, row in shares.items():
        ax.plot(levels, row - levels, label=label)
    ax.set(xlabel="level of the lognormal quantile", ylabel="share of products below it − level")
    ax.legend(loc="lower right")
    return fig
