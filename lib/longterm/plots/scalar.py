"""Figures of chapter 1."""

from collections.abc import Mapping, Sequence

import numpy as np

from longterm._types import Array, Numbers, Style
from longterm.plots.house import (
    COLOURS,
    HOLD,
    REGIMES,
    THEORY,
    HouseFigure,
    house_style,
    label_end,
    new_figure,
)

__all__ = [
    "descent",
    "gradient_by_lag",
    "phases",
    "powers_by_regime",
    "shell",
    "slopes",
    "underflow",
]


def _regime(w: float) -> Style:
    size = abs(w)
    return REGIMES["hold" if size == 1 else "vanish" if size < 1 else "explode"]


@house_style
def gradient_by_lag(gradients: Mapping[str, Array]) -> HouseFigure:
    """Size of a gradient at each lag, on a log axis; `gradients` maps a label to sizes by lag.

    A gradient that ends below a thousandth counts as vanishing.
    """
    fig, ax = new_figure()
    for label, sizes in gradients.items():
        regime = "vanish" if sizes[-1] < sizes[0] / 1000 else "hold"
        (line,) = ax.semilogy(np.arange(len(sizes)), sizes / sizes[0], **REGIMES[regime])
        label_end(ax, line, label)
    ax.set(xlabel="lag $T - t$ (steps back from the end)", ylabel="gradient, lag 0 = 1")
    ax.set_xlim(0, 1.2 * max(map(len, gradients.values())))
    return fig


@house_style
def powers_by_regime(weights: Sequence[float], powers: Array) -> HouseFigure:
    """Rows of `powers` against t, on a linear and on a log axis."""
    fig, (plain, log) = new_figure(columns=2)
    for w, row in zip(weights, powers, strict=True):
        t = np.arange(len(row))
        plain.plot(t, row, **_regime(w))
        (line,) = log.semilogy(t, np.abs(row), **_regime(w))
        label_end(log, line, f"w = {w:g}")
    plain.set(xlabel="time step $t$", ylabel="$w^t$", title="linear axis", ylim=(0, 4))
    log.set(xlabel="time step $t$", ylabel="$w^t$", title="log axis: straight lines")
    log.set_xlim(0, 1.35 * powers.shape[1])
    return fig


@house_style
def slopes(weights: Sequence[float], slopes: Array) -> HouseFigure:
    """Slope of w^t against t, one curve a weight, its largest value marked."""
    fig, ax = new_figure()
    for w, row in zip(weights, slopes, strict=True):
        (line,) = ax.plot(np.arange(len(row)), row)
        top = int(np.argmax(row.round(9)))  # the first of two that tie
        ax.plot(top, row[top], "o", color=line.get_color())
        offset = {"xytext": (6, 4), "textcoords": "offset points", "color": line.get_color()}
        ax.annotate(f"w = {w:g}: peak {row[top]:.3g} at t = {top}", (top, row[top]), **offset)
    ax.set(xlabel="time step $t$", ylabel=r"slope $t\,w^{t-1}$")
    return fig


@house_style
def descent(paths: Mapping[str, Array]) -> HouseFigure:
    """Loss against update, on log axes; `paths` maps a label to an array of losses."""
    fig, ax = new_figure()
    for label, losses in paths.items():
        shown = np.unique(np.geomspace(1, len(losses), 300).astype(int))
        (line,) = ax.loglog(shown, losses[shown - 1])
        label_end(ax, line, label)
    ax.set(xlabel="update", ylabel=r"loss $(w^T - \frac{1}{2})^2$")
    ax.set(xlim=(1, 8 * max(map(len, paths.values()))), ylim=(1e-6, 1))
    return fig


@house_style
def phases(weights: Sequence[complex], powers: Numbers) -> HouseFigure:
    """Complex powers in the plane beside the unit circle, one panel a weight."""
    fig, axes = new_figure(columns=len(weights), height=2.9, sharex=True, sharey=True)
    circle = np.exp(2j * np.pi * np.linspace(0, 1, 181))
    for ax, w, row in zip(axes, weights, powers, strict=True):
        ax.plot(circle.real, circle.imag, color=HOLD, linewidth=0.8, linestyle="-")
        color = _regime(np.round(abs(w), 12))["color"]
        ax.plot(row.real, row.imag, "o-", color=color, markersize=3, linewidth=0.8)
        ax.plot(1, 0, "s", color="black", markersize=5)
        ax.set(title=f"$|w|$ = {abs(w):.3g}", xlabel="real part", aspect="equal")
    axes[0].set(ylabel="imaginary part", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
    return fig


@house_style
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


@house_style
def shell(sizes: Sequence[float], powers: Numbers) -> HouseFigure:
    """The picture of the landing page: complex powers, one curve a size, from one point."""
    fig, ax = new_figure(height=3.2, width=7.6)
    for size, row in zip(sizes, powers, strict=True):
        width = 2.6 if size == 1 else 1.0
        color = _regime(size)["color"]
        ax.plot(row.real, row.imag, color=color, linewidth=width, linestyle="-")
    ax.plot(1, 0, "o", color="black", markersize=6)
    legend = (("explode", "bigger than 1: explodes"), ("hold", "exactly 1: holds"))
    for y, (regime, text) in enumerate((*legend, ("vanish", "smaller than 1: vanishes"))):
        ax.text(1.5, 1.35 - 0.3 * y, text, color=REGIMES[regime]["color"], fontsize=12)
    ax.set(aspect="equal", xlim=(-3.6, 3.6), ylim=(-1.65, 1.65))
    ax.set_axis_off()
    return fig
