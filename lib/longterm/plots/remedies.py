"""Figures of chapter 8."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from longterm._types import Array, Numbers, Rated, Style
from longterm.plots.house import (
    COLOURS,
    DASHES,
    EXPLODE,
    HOLD,
    VANISH,
    HouseFigure,
    house_style,
    new_figure,
)

__all__ = ["decay_by_lag", "retained", "spectra", "success_grid"]

Outcomes = Sequence[tuple[int, Rated]]

_REFERENCE: Style = {"color": HOLD, "linestyle": (0, (5, 2)), "linewidth": 1.2}
_MARKS = ("o", "s", "^", "D", "v", "P", "X")


@house_style
def decay_by_lag(
    curves: Mapping[str, Array], least: float = 1e-12, xlabel: str | None = None
) -> HouseFigure:
    """Sizes by lag on a log axis, each divided by its first; `curves` maps a label to sizes."""
    fig, ax = new_figure(height=3.8)
    lines, longest = [], max(map(len, curves.values()))
    for (label, sizes), style in zip(curves.items(), _styles(), strict=False):
        lags = np.flatnonzero(sizes > 0)
        if len(lags) < len(sizes):  # points alone where some lags have no gradient
            style |= {"linestyle": "none", "markevery": 1}
        (line,) = ax.semilogy(lags, sizes[lags] / sizes[0], **style)
        lines.append((line, label))
    ax.set(xlabel=xlabel or "lag $k$ (steps back from the end)", ylabel="gradient, first = 1")
    ax.set(xlim=(0, 1.35 * (longest - 1)), ylim=(least, 4))
    _label_apart(ax, lines)
    return fig


@house_style
def spectra(panels: Mapping[str, Numbers], height: float = 2.6) -> HouseFigure:
    """Eigenvalues in the plane beside the unit circle, one panel a title."""
    fig, axes = new_figure(columns=len(panels), height=height, sharex=True, sharey=True)
    circle = np.exp(2j * np.pi * np.linspace(0, 1, 181))
    for ax, (title, values) in zip(axes, panels.items(), strict=True):
        ax.plot(circle.real, circle.imag, color=HOLD, linewidth=0.8, linestyle="-")
        order = np.lexsort((values.imag.round(9), values.real.round(9)))
        ax.plot(values[order].real, values[order].imag, "o", color=VANISH, markersize=3)
        ax.set(title=title, xlabel="real part", aspect="equal")
    axes[0].set(ylabel="imaginary part", xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    return fig


@house_style
def success_grid(
    curves: Mapping[str, Outcomes], reference: Outcomes, columns: int = 3
) -> HouseFigure:
    """Success against length, a panel for each of `curves`, the reference dashed in all.

    `curves` maps a label to pairs of a length and a `training.Outcome`.
    """
    rows = -(-len(curves) // columns)
    fig, axes = new_figure(columns, rows, 1.9 * rows, sharex=True, sharey=True, squeeze=False)
    for ax, (label, outcomes) in zip(axes.flat, curves.items(), strict=False):
        lengths, rates, _ = _outcomes(reference)
        ax.plot(lengths, rates, "s", markersize=3, label="plain", **_REFERENCE)
        lengths, rates, bars = _outcomes(outcomes)
        style = {"color": EXPLODE, "marker": "o", "linestyle": "-", "capsize": 3}
        ax.errorbar(lengths, rates, yerr=bars, markersize=4, label=label, **style)
        ax.set(title=label, xscale="log", ylim=(-0.05, 1.05), xticks=lengths)
        ax.set_xticks([], minor=True)
        ax.set_xticklabels(lengths)
    low, high = min(lengths), max(lengths)
    room = max(high / low, 2) ** 0.05
    ax.set_xlim(low / room, high * room)
    for ax in axes[-1]:
        ax.set(xlabel="length $T$")
    for ax in axes[:, 0]:
        ax.set(ylabel="success")
    axes[0, 0].legend(fontsize=8, loc="lower left")
    return fig


@house_style
def retained(curves: Mapping[str, Sequence[tuple[int, float]]]) -> HouseFigure:
    """Share of right answers against the length of the test; `curves` maps a label to pairs."""
    fig, ax = new_figure(height=3.8)
    lines = []
    for (label, pairs), style in zip(curves.items(), _styles(), strict=False):
        lengths, shares = np.transpose(pairs)
        (line,) = ax.semilogx(lengths, shares, **style | {"markevery": 1})
        lines.append((line, label))
    ax.axhline(0.5, color=HOLD, linewidth=0.8, linestyle=":")
    ax.set(xlabel="length of the test", ylabel="right answers", ylim=(0.45, 1.03))
    ax.set_xticks(lengths, [f"{x:.0f}" for x in lengths])
    ax.set_xticks([], minor=True)
    ax.set_xlim(0.92 * lengths[0], lengths[-1] * (lengths[-1] / lengths[0]) ** 0.32)
    _label_apart(ax, lines, gap=0.062)
    return fig


def _styles() -> Iterator[Style]:
    """Styles of curves, told apart in grey as well."""
    for k in range(8):
        marks = {"marker": _MARKS[k % 7], "markersize": 4, "markevery": (k, 6)}
        yield {"color": COLOURS[k % 6], "linestyle": DASHES[k % 5]} | marks


def _outcomes(outcomes: Outcomes) -> tuple[list[int], Array, Array]:
    """Lengths, rates, and how far their intervals reach down and up."""
    lengths, rates = [T for T, _ in outcomes], np.array([o.rate for _, o in outcomes])
    low, high = np.transpose([o.interval for _, o in outcomes])
    return lengths, rates, np.clip([rates - low, high - rates], 0, None)


def _label_apart(ax: Axes, lines: Sequence[tuple[Line2D, str]], gap: float = 0.065) -> None:
    """Label the ends of lines, moved apart where two would overlap."""
    to_axes = ax.transScale + ax.transLimits
    ends = []
    for line, text in lines:
        points = np.asarray(line.get_xydata())
        points = points[np.isfinite(points).all(axis=1)]
        inside = points[points[:, 1] >= ax.get_ylim()[0]]
        x, y = to_axes.transform(inside[-1])
        ends.append([y, x, line, text])
    ends.sort(key=lambda end: end[0])
    places = np.array([end[0] for end in ends])
    for _ in range(200):  # push neighbours apart until all have room
        for k in range(len(places) - 1):
            short = gap - (places[k + 1] - places[k])
            if short > 1e-6:
                places[k] -= short / 2
                places[k + 1] += short / 2
        places += max(0.0, 0.03 - places[0])
        places -= max(0.0, places[-1] - 0.98)
    for place, (_, x, line, text) in zip(places, ends, strict=True):
        options = {"color": line.get_color(), "va": "center", "fontsize": 9}
        ax.text(x + 0.015, place, text, transform=ax.transAxes, **options)
