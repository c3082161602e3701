"""Slider figures of chapter 3."""

import functools
from collections.abc import Mapping

import numpy as np

from longterm import products
from longterm._types import Array, Integers, Value
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import (
    COLOURS,
    DASHES,
    HOLD,
    REGIMES,
    THEORY,
    HouseFigure,
    house_style,
    new_figure,
)

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
NOWHERE = np.full(1, np.nan)


def sample_and_truth() -> SliderFigure:
    """Ten thousand products, their root mean square, the true one and the median."""
    names = {1.0: "rms holds", HOLDS_TYPICAL: "typical holds"}
    return slider_figure(
        _sample_canvas(),
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


@house_style
def _sample_canvas() -> HouseFigure:
    fig, ax = new_figure(height=3.6)
    ax.plot([], [], color=HOLD, linestyle="-", linewidth=1.5, gid="products", label="products")
    for k, (gid, label) in enumerate((("median", "median"), ("sample", "rms of the sample"))):
        ax.plot([], [], color=COLOURS[k], linestyle=DASHES[k], gid=gid, label=label)
    ax.plot([], [], **THEORY | {"linewidth": 2.2}, gid="true", label="true rms")
    ax.set(yscale="log", xlim=EDGES[[0, -1]], ylim=(FLOOR, SIZE))
    ax.set(xlabel="ln|Pₙ|", ylabel="number of products in a bin")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0)
    return fig


def walks_and_thresholds() -> SliderFigure:
    """Walks of ln|product|, their root mean square and typical line, as v and the law move."""
    names = {1.0: "rms holds", HOLDS_TYPICAL: "normal paths hold"}
    return slider_figure(
        _walks_canvas(),
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
    rates = {
        "root mean square": np.log(products.product_variance(v, STEPS)) / (2 * STEPS),
        "typical size": products.log_abs_moments(v, law)[0],
    }
    rates = {name: np.round(rate, 12) + 0.0 for name, rate in rates.items()}
    state: Frame = {"walks": (_with_gaps(np.tile(t, (WALKS, 1))), _with_gaps(walks[:, t]))}
    for name, rate in rates.items():
        state |= {f"{regime} {name}": (NOWHERE, NOWHERE) for regime in REGIMES}
        state[f"{_regime(rate)} {name}"] = ([0, STEPS], [0, rate * STEPS])
        state[f"end of {name}"] = ([STEPS], [rate * STEPS])
    return state | {"readout": _walks_readout(v, law, rates)}


def _walks_readout(v: float, law: str, rates: Mapping[str, Value]) -> str:
    words = {"vanish": "vanishes", "hold": "holds", "explode": "explodes"}
    said = ", ".join(
        f"{name} {words[_regime(rate)]} ({rate:+.3f} a step)" for name, rate in rates.items()
    )
    found = law == "uniform" and rates["typical size"] == 0
    task = " Task solved: uniform weights hold their typical size here." if found else ""
    return f"{law.capitalize()} weights, v = {v:.3f}: {said}.{task}"


def _regime(rate: Value) -> str:
    return "vanish" if rate < 0 else "hold" if rate == 0 else "explode"


def _with_gaps(rows: Array) -> Array:
    """All rows after each other as one line, a missing point after each."""
    return np.column_stack([rows, np.full(len(rows), np.nan)]).ravel()


@house_style
def _walks_canvas() -> HouseFigure:
    fig, ax = new_figure(height=3.8)
    ax.plot([], [], color=HOLD, linestyle="-", linewidth=0.6, alpha=0.6, gid="walks")
    for name, mark in (("root mean square", "s"), ("typical size", "o")):
        for regime, style in REGIMES.items():
            ax.plot([], [], gid=f"{regime} {name}", **style | {"linewidth": 2.6})
        look = {"color": "black", "linestyle": "none", "clip_on": False}
        look |= {"markersize": 11, "fillstyle": "none"} if mark == "s" else {"markersize": 6}
        ax.plot([], [], mark, gid=f"end of {name}", label=name, **look)
    ax.set(xlim=(0, STEPS), ylim=(-120, 100), xlabel="number of factors n", ylabel="ln|Pₙ|")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    return fig
