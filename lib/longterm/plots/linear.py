"""Figures of chapter 2."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from longterm._types import Array, Numbers, Style
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
    "modes",
    "reseeding",
    "rotation",
    "settling",
    "transients",
    "turning_states",
    "two_thresholds",
]


def _regime(size: float) -> Style:
    """Line style of a mode whose eigenvalue has this modulus."""
    size = np.round(size, 9)
    return REGIMES["hold" if size == 1 else "vanish" if size < 1 else "explode"]


def _circle(ax: Axes, radius: float, **options: Any) -> Line2D:
    """Draw a circle about 0; return its line."""
    angle = np.linspace(0, 2 * np.pi, 181)
    thin: Style = {"color": HOLD, "linewidth": 1, "linestyle": "-"}
    return ax.plot(radius * np.cos(angle), radius * np.sin(angle), **thin | options)[0]


@house_style
def modes(eigenvalues: Numbers, components: Numbers) -> HouseFigure:
    """Size of each component against t; column i of `components` belongs to eigenvalue i."""
    fig, ax = new_figure()
    for eigenvalue, column in zip(eigenvalues, components.T, strict=True):
        (line,) = ax.semilogy(np.abs(column), **_regime(abs(eigenvalue)))
        slope = np.log(abs(eigenvalue))
        label_end(ax, line, f"$\\lambda$ = {eigenvalue:g}, slope {slope:+.3f}")
    ax.set(xlabel="time step $t$", ylabel="size of component $|v_i^\\top h_t|$")
    ax.set_xlim(0, 1.4 * len(components))
    return fig


@house_style
def turning_states(paths: Iterable[Array], directions: Mapping[str, ArrayLike]) -> HouseFigure:
    """Paths of states in the plane over lines through 0; `directions` maps a label to a vector."""
    fig, ax = new_figure(width=6.0, height=4.0)
    for path in paths:
        ax.plot(*path.T, "o-", color=COLOURS[2], markersize=2.5, linewidth=0.9)
        ax.plot(*path[0], "o", color="black", markersize=5, markerfacecolor="white", zorder=5)
    _circle(ax, 1, linewidth=0.6)
    styles: list[Style]
    styles = [{"linewidth": 2.2, "linestyle": "-"}, {"linestyle": "--"}, {"linestyle": ":"}]
    for (label, vector), style in zip(directions.items(), styles, strict=False):
        end = 1.9 * np.asarray(vector) / np.linalg.norm(vector)
        (line,) = ax.plot(*np.stack([-end, end]).T, color="black", zorder=1, **style)
        label_end(ax, line, label)
    ax.set(xlabel="first entry of $h_t$", ylabel="second entry of $h_t$")
    ax.set(aspect="equal", xlim=(-2.1, 3.3), ylim=(-1.9, 1.9))
    return fig


@house_style
def reseeding(shares: Array, rate: float) -> HouseFigure:
    """Share of the dominant mode in a state at each step, beside growth by `rate` a step."""
    fig, ax = new_figure()
    t = np.flatnonzero(shares)
    theory = 2.0**-53 * rate ** np.arange(len(shares) - t[0])
    theory = theory[theory < 1]
    label = f"$2^{{-53}}$ at t = {t[0]}, then times {rate:.3g} a step"
    ax.semilogy(t, shares[t], ".-", color=EXPLODE, linewidth=0.9, label="floats")
    ax.semilogy(t[0] + np.arange(len(theory)), theory, label=label, **THEORY)
    note = f"in floats exactly 0 until t = {t[0] - 1};\nin fractions exactly 0 for ever"
    ax.annotate(note, (0.5, 0.08), xycoords="axes fraction", fontsize=9)
    ax.set(xlabel="time step $t$", ylabel="share of the dominant mode", xlim=(0, len(shares)))
    ax.legend(loc="upper left")
    return fig


@house_style
def transients(curves: Mapping[str, Array], bound: Mapping[str, Array]) -> HouseFigure:
    """Norms of powers against t on a log axis, with a `bound` on them; each maps a label to a row.

    The first curve is drawn as one that vanishes; the peak of the second is marked.
    """
    fig, ax = new_figure()
    for (label, norms), color in zip(curves.items(), (VANISH, COLOURS[3]), strict=True):
        (line,) = ax.semilogy(norms, color=color, linestyle="-")
        label_end(ax, line, label)
    top = int(np.argmax(norms))
    ax.plot(top, norms[top], "o", color=color)
    note = f"{norms[top]:.2f} at t = {top}"
    ax.annotate(note, (top, norms[top]), (-2, -26), textcoords="offset points", color=color)
    for label, row in bound.items():
        (line,) = ax.semilogy(row, **THEORY)
        label_end(ax, line, label, dy=4)
    ax.axhline(1, color=HOLD, linewidth=0.8)
    ax.set(xlabel="time step $t$", ylabel=r"$\|W^t\|$", xlim=(0, 1.25 * len(norms)))
    return fig


@house_style
def rotation(eigenvalues: Sequence[Numbers], orbits: Sequence[Array]) -> HouseFigure:
    """Eigenvalues in the complex plane, and one orbit of states for each pair of them."""
    fig, (plane, states) = new_figure(columns=2, height=3.5)
    _circle(plane, 1)
    for pair, orbit, marker in zip(eigenvalues, orbits, "o^", strict=True):
        color = _regime(abs(pair[0]))["color"]
        label = f"$|\\lambda|$ = {abs(pair[0]):.3g}"
        plane.plot(pair.real, pair.imag, marker, color=color, label=label)
        states.plot(*orbit.T, marker, color=color, markersize=3.5)
    for t, state in enumerate(orbits[0][:4]):
        outwards = 9 * state / np.linalg.norm(state) - (0, 3)
        states.annotate(f"t = {t}", state, outwards, textcoords="offset points", fontsize=9)
    plane.set(title="eigenvalues", xlabel="real part", ylabel="imaginary part", aspect="equal")
    plane.legend(loc="center left")
    states.set(title="states $h_t$", xlabel="first entry", ylabel="second entry")
    states.set(aspect="equal", xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))
    return fig


@house_style
def two_thresholds(
    eigenvalues: Numbers, gain: float, widths: Sequence[int], samples: Mapping[str, Array]
) -> HouseFigure:
    """A random spectrum and its circle; means of draws by width, `samples` maps a label to them."""
    fig, (plane, sizes) = new_figure(columns=2)
    plane.plot(eigenvalues.real, eigenvalues.imag, ".", color=VANISH, markersize=3)
    _circle(plane, gain, color="black", linestyle="--")
    plane.set(title=f"eigenvalues, N = {len(eigenvalues)}", aspect="equal")
    plane.set(xlabel="real part", ylabel="imaginary part")
    for (label, draws), limit, color in zip(samples.items(), (1, 2), COLOURS[2:4], strict=True):
        errors = 2 * draws.std(axis=1, ddof=1) / np.sqrt(draws.shape[1])
        bars = sizes.errorbar(widths, draws.mean(axis=1), errors, fmt="o-", color=color, capsize=3)
        label_end(sizes, bars.lines[0], label, dx=8, dy=8 if limit == 1 else -8)
        sizes.axhline(limit * gain, **THEORY)
        name = "$g$" if limit == 1 else f"${limit}g$"
        place = (0.9 * widths[0], limit * gain)
        sizes.annotate(name, place, (0, 4 if limit > 1 else -11), textcoords="offset points")
    sizes.axhline(1, color=HOLD, linewidth=1)
    sizes.set(title="means of random draws", xlabel="width $N$", xscale="log")
    sizes.set(xlim=(0.8 * widths[0], 4 * widths[-1]), ylim=(0.6 * gain, 2.2 * gain))
    sizes.set_xticks(widths, [str(width) for width in widths])
    sizes.minorticks_off()
    return fig


@house_style
def settling(curves: Mapping[str, tuple[str, Array]]) -> HouseFigure:
    """Sizes of states against t on a log axis; `curves` maps a label to (regime, sizes)."""
    fig, ax = new_figure()
    for (label, (regime, sizes)), dash in zip(curves.items(), ("-", "-", "--"), strict=True):
        (line,) = ax.semilogy(sizes, color=REGIMES[regime]["color"], linestyle=dash)
        label_end(ax, line, label)
    ax.set(xlabel="time step $t$", ylabel=r"$\|x_t\|$", xlim=(0, 1.4 * len(sizes)))
    return fig
