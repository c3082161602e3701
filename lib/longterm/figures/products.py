"""Figures of chapter 3."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from longterm import products
from longterm._types import Array, Integers, Value
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
    one_line,
    regime,
)


@house_style()
def sample_variances(
    steps: Sequence[int] | Integers, low: Array, middle: Array, high: Array
) -> HouseFigure:
    """Range and median of repeated sample variances over the true one, against n."""
    fig, ax = new_figure()
    ax.fill_between(steps, low, high, color=VANISH, alpha=0.2, linewidth=0)
    label_end(ax.semilogy(steps, middle, **REGIMES["vanish"]), "median of\nthe repeats")
    label_end(ax.semilogy(steps, np.ones(len(steps)), **THEORY), "true variance")
    ax.annotate("shaded: 9 of 10 repeats", (0.4 * steps[-1], middle[-1]), color=VANISH)
    ax.set(xlabel="number of factors $n$", ylabel="sample variance / true variance")
    ax.set_xlim(0, 1.25 * steps[-1])
    return fig


@house_style()
def fans(panels: Mapping[str, tuple[Array, Array, Array]]) -> HouseFigure:
    """Walks of ln|product| with two lines; `panels` maps a title to (walks, rms, typical)."""
    fig, axes = new_figure(columns=len(panels), sharey=True)
    for ax, (title, (walks, mean_square, typical)) in zip(axes, panels.items(), strict=True):
        ax.plot(walks.T, color=HOLD, linestyle="-", linewidth=0.5, alpha=0.5)
        for name, row in (("root mean square", mean_square), ("typical", typical)):
            ax.plot(row, label=name, **REGIMES[regime(float(row[-1]), hold=0)] | {"linewidth": 2.6})
        ax.set(title=title, xlabel="number of factors $n$")
        ax.legend(loc="lower left", handlelength=3)
    axes[0].set_ylabel(r"$\ln\,|w_1 \cdots w_n|$")
    return fig


@house_style()
def growth_rates(variances: Array, mean_square: Array, typical: Mapping[str, Array]) -> HouseFigure:
    """Growth per step of the root mean square and of typical sizes, against the variance v."""
    fig, ax = new_figure()
    lines = ax.semilogx(variances, mean_square, **THEORY | {"linewidth": 2})
    label_end(lines, "root mean square,\nsign weights", dy=-4)
    for (label, rates), color in zip(typical.items(), COLOURS, strict=False):
        label_end(ax.plot(variances, rates, color=color), f"{label} weights")
    rows = (mean_square, *typical.values())
    edges = [np.exp(np.interp(0, rates, np.log(variances))) for rates in rows]
    for edge, offset in zip(edges, [(-34, 5)] * (len(edges) - 1) + [(5, -12)], strict=True):
        ax.plot(edge, 0, "o", color="black", markersize=5)
        note(ax, f"{edge:.3f}", (edge, 0), offset)
    ax.axvspan(edges[0], edges[-1], color=HOLD, alpha=0.12, linewidth=0)
    words = f"{label} weights: paths vanish,\nthe mean square explodes"
    ax.text(np.sqrt(edges[0] * edges[-1]), 0.95 * rows[-1][0], words, ha="center", fontsize=9)
    ax.axhline(0, color=HOLD, linewidth=0.8, linestyle="-")
    ax.set(xlabel="variance $v$ of one weight", ylabel="growth of the logarithm per step")
    ax.set_xlim(variances[0], 2.4 * variances[-1])
    ax.set_xticks([0.25, 0.5, 1, 2, 4, 8], ["0.25", "0.5", "1", "2", "4", "8"], minor=False)
    ax.minorticks_off()
    return fig


@house_style()
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


@house_style()
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


@house_style()
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


SIZE = 10_000
FACTORS = (*range(1, 31), 35, 40, 45, 50)
EDGES = np.linspace(-90, 45, 46)
FLOOR = 0.5  # where an empty bin is drawn on the log axis
HOLDS_TYPICAL = float(2 * np.exp(np.euler_gamma))  # for normal weights
HOLDS_UNIFORM = float(np.exp(2) / 3)
WALKS, STEPS, EVERY = 8, 100, 10
VARIANCES = (
    *(0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2),
    HOLDS_UNIFORM,
    *(2.7, 3.0, 3.3, HOLDS_TYPICAL, 4.0, 4.5, 5.0, 5.5, 6.0),
)


@house_style()
def sample_and_truth() -> SliderFigure:
    """Ten thousand products, their root mean square, the true one and the median."""
    fig, ax = new_figure(height=3.6)
    ax.plot([], [], color=HOLD, linestyle="-", linewidth=1.5, gid="products", label="products")
    for k, (gid, label) in enumerate((("median", "median"), ("sample", "rms of the sample"))):
        ax.plot([], [], color=COLOURS[k], linestyle=DASHES[k], gid=gid, label=label)
    ax.plot([], [], **THEORY | {"linewidth": 2.2}, gid="true", label="true rms")
    ax.set(yscale="log", xlim=EDGES[[0, -1]], ylim=(FLOOR, SIZE))
    ax.set(xlabel="ln|Pₙ|", ylabel="number of products in a bin")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    names = {1.0: "rms holds", HOLDS_TYPICAL: "typical holds"}
    return slider_figure(
        fig,
        sample_frame,
        alt="Histogram of the logarithms of the sizes of 10000 products, counts on a log axis, "
        "with three vertical lines: the median, the root mean square of the sample, the true one.",
        n=Slider("factors n", FACTORS, start=10),
        v=Slider(
            "variance v", (0.5, 1.0, 2.0, HOLDS_TYPICAL, 5.0), start=1.0, names=names, form="{:.4g}"
        ),
    )


def sample_frame(n: int, v: float) -> Frame:
    """What `sample_and_truth` shows for n factors of variance v."""
    counts, squares, shares = _sample(v)
    true, median = products.product_variance(v, n), products.median_abs_product(v, n)
    words = (
        f"n = {n}, v = {v:.4g}: true rms {np.sqrt(true):.3g}, sample rms "
        f"{np.sqrt(squares[n]):.3g}, median {median:.3g}. Sample variance "
        f"{squares[n] / true:.2g} times the true one, {100 * shares[n]:.3g} % of it from one "
        "product."
    )
    found = " Task solved: the last n within a factor of 2." if n == _last_within(2, v) else ""
    return {
        "products": ((EDGES[1:] + EDGES[:-1]) / 2, _outline(counts[n])),
        "median": _upright(np.log(median)),
        "sample": _upright(np.log(squares[n]) / 2),
        "true": _upright(np.log(true) / 2),
        "readout": words + found,
    }


@functools.cache
def _sample(v: float) -> tuple[Integers, Array, Array]:
    """For n = 0, 1, ...: counts in the bins, the mean square, and the largest one's share."""
    rng = np.random.default_rng(0)  # the products of the chapter's experiment
    logs = products.sample_log_abs_products(v, FACTORS[-1], SIZE, rng=rng)
    squares = np.exp(2 * logs)
    counts = np.array([np.histogram(column, EDGES)[0] for column in logs.T])
    return counts, squares.mean(axis=0), squares.max(axis=0) / squares.sum(axis=0)


@functools.cache
def _last_within(factor: float, v: float) -> int:
    """Largest n at which sample variance and true variance differ by at most this factor."""
    n = np.array(FACTORS)
    true = np.array([products.product_variance(v, k) for k in FACTORS])
    return int(n[np.abs(np.log(_sample(v)[1][n] / true)) <= np.log(factor)].max())


def _outline(counts: Integers) -> Array:
    """Counts, empty bins at the floor; none from the second empty bin beyond either end."""
    heights, held = np.maximum(counts, FLOOR), np.flatnonzero(counts)
    heights[: max(held[0] - 1, 0)] = heights[held[-1] + 2 :] = np.nan
    return heights


def _upright(x: Value) -> tuple[list[Value], list[float]]:
    return [x, x], [FLOOR, SIZE]


@house_style()
def walks_and_thresholds() -> SliderFigure:
    """Walks of ln|product|, their root mean square and typical line, as v and the law move."""
    fig, ax = new_figure(height=3.8)
    ax.plot([], [], color=HOLD, linestyle="-", linewidth=0.6, alpha=0.6, gid="walks")
    for name, mark in (("root mean square", "s"), ("typical size", "o")):
        for kind, style in REGIMES.items():
            ax.plot([], [], gid=f"{kind} {name}", **style | {"linewidth": 2.6})
        look = {"color": "black", "linestyle": "none", "clip_on": False}
        look |= {"markersize": 11, "fillstyle": "none"} if mark == "s" else {"markersize": 6}
        ax.plot([], [], mark, gid=f"end of {name}", label=name, **look)
    ax.set(xlim=(0, STEPS), ylim=(-120, 100), xlabel="number of factors n", ylabel="ln|Pₙ|")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    names = {1.0: "rms holds", HOLDS_TYPICAL: "normal paths hold"}
    return slider_figure(
        fig,
        walks_frame,
        alt="Eight random walks of the logarithm of the product over 100 factors, with two "
        "lines from 0: root mean square, a square at its end, and typical size, a disc at its end.",
        v=Slider("variance v", VARIANCES, start=1.0, names=names, form="{:.3f}"),
        law=Slider("weights", products.DISTRIBUTIONS, form="{}"),
    )


def walks_frame(v: float, law: str) -> Frame:
    """What `walks_and_thresholds` shows for weights of variance v and a law."""
    rng = np.random.default_rng(5)  # eight of the sixteen walks in the chapter's fans
    walks = products.sample_log_abs_products(v, STEPS, WALKS, rng=rng, distribution=law)
    t = np.arange(0, STEPS + 1, EVERY)
    mean_square = np.log(products.product_variance(v, STEPS)) / (2 * STEPS)
    both = {"root mean square": mean_square, "typical size": products.log_abs_moments(v, law).mean}
    rates = {name: round(float(rate), 12) + 0.0 for name, rate in both.items()}
    state: Frame = {"walks": one_line(t, walks[:, t])}
    for name, rate in rates.items():
        state |= {f"{kind} {name}": (NOWHERE, NOWHERE) for kind in REGIMES}
        state[f"{regime(rate, hold=0)} {name}"] = ([0, STEPS], [0, rate * STEPS])
        state[f"end of {name}"] = ([STEPS], [rate * STEPS])
    return state | {"readout": _walks_readout(v, law, rates)}


def _walks_readout(v: float, law: str, rates: Mapping[str, float]) -> str:
    words = {"vanish": "vanishes", "hold": "holds", "explode": "explodes"}
    said = ", ".join(
        f"{name} {words[regime(rate, hold=0)]} ({rate:+.3f} a step)" for name, rate in rates.items()
    )
    found = law == "uniform" and rates["typical size"] == 0
    task = " Task solved: uniform weights hold their typical size here." if found else ""
    return f"{law.capitalize()} weights, v = {v:.3f}: {said}.{task}"
