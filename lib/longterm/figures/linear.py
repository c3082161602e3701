"""Figures of chapter 2."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from longterm import linear
from longterm._types import Array, Numbers, Style
from longterm.figures.sliders import Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    COLOURS,
    EXPLODE,
    HOLD,
    REGIMES,
    THEORY,
    VANISH,
    HouseFigure,
    circle,
    house_style,
    label_end,
    new_figure,
    note,
    regime,
)


@house_style()
def modes(eigenvalues: Numbers, components: Numbers) -> HouseFigure:
    """Size of each component against t; column i of `components` belongs to eigenvalue i."""
    fig, ax = new_figure()
    for eigenvalue, column in zip(eigenvalues, components.T, strict=True):
        lines = ax.semilogy(np.abs(column), **REGIMES[regime(abs(eigenvalue))])
        label_end(lines, f"$\\lambda$ = {eigenvalue:g}, slope {np.log(abs(eigenvalue)):+.3f}")
    ax.set(xlabel="time step $t$", ylabel="size of component $|v_i^\\top h_t|$")
    ax.set_xlim(0, 1.4 * len(components))
    return fig


@house_style()
def turning_states(paths: Iterable[Array], directions: Mapping[str, ArrayLike]) -> HouseFigure:
    """Paths of states in the plane over lines through 0; `directions` maps a label to a vector."""
    fig, ax = new_figure(width=6.0, height=4.0)
    for path in paths:
        ax.plot(*path.T, "o-", color=COLOURS[2], markersize=2.5, linewidth=0.9)
        ax.plot(*path[0], "o", color="black", markersize=5, markerfacecolor="white", zorder=5)
    circle(ax, linewidth=0.6)
    styles: list[Style]
    styles = [{"linewidth": 2.2, "linestyle": "-"}, {"linestyle": "--"}, {"linestyle": ":"}]
    for (label, vector), style in zip(directions.items(), styles, strict=False):
        end = 1.9 * np.asarray(vector) / np.linalg.norm(vector)
        label_end(ax.plot(*np.stack([-end, end]).T, color="black", zorder=1, **style), label)
    ax.set(xlabel="first entry of $h_t$", ylabel="second entry of $h_t$")
    ax.set(aspect="equal", xlim=(-2.1, 3.3), ylim=(-1.9, 1.9))
    return fig


@house_style()
def reseeding(shares: Array, rate: float) -> HouseFigure:
    """Share of the dominant mode in a state at each step, beside growth by `rate` a step."""
    fig, ax = new_figure()
    t = np.flatnonzero(shares)
    theory = 2.0**-53 * rate ** np.arange(len(shares) - t[0])
    theory = theory[theory < 1]
    label = f"$2^{{-53}}$ at t = {t[0]}, then times {rate:.3g} a step"
    ax.semilogy(t, shares[t], ".-", color=EXPLODE, linewidth=0.9, label="floats")
    ax.semilogy(t[0] + np.arange(len(theory)), theory, label=label, **THEORY)
    words = f"in floats exactly 0 until t = {t[0] - 1};\nin fractions exactly 0 for ever"
    ax.annotate(words, (0.5, 0.08), xycoords="axes fraction", fontsize=9)
    ax.set(xlabel="time step $t$", ylabel="share of the dominant mode", xlim=(0, len(shares)))
    ax.legend(loc="upper left")
    return fig


@house_style()
def transients(curves: Mapping[str, Array], bound: Mapping[str, Array]) -> HouseFigure:
    """Norms of powers against t on a log axis, with a `bound` on them; each maps a label to a row.

    The first curve is drawn as one that vanishes; the peak of the second is marked.
    """
    fig, ax = new_figure()
    for (label, norms), color in zip(curves.items(), (VANISH, COLOURS[3]), strict=True):
        label_end(ax.semilogy(norms, color=color, linestyle="-"), label)
    top = int(np.argmax(norms))
    ax.plot(top, norms[top], "o", color=color)
    words, place = f"{norms[top]:.2f} at t = {top}", (top, norms[top])
    note(ax, words, place, (-2, -26), color=color, fontsize=10)
    for label, row in bound.items():
        label_end(ax.semilogy(row, **THEORY), label, dy=4)
    ax.axhline(1, color=HOLD, linewidth=0.8)
    ax.set(xlabel="time step $t$", ylabel=r"$\|W^t\|$", xlim=(0, 1.25 * len(norms)))
    return fig


@house_style()
def rotation(eigenvalues: Sequence[Numbers], orbits: Sequence[Array]) -> HouseFigure:
    """Eigenvalues in the complex plane, and one orbit of states for each pair of them."""
    fig, (plane, states) = new_figure(columns=2, height=3.5)
    circle(plane, linewidth=1)
    for pair, orbit, marker in zip(eigenvalues, orbits, "o^", strict=True):
        color = REGIMES[regime(abs(pair[0]))]["color"]
        label = f"$|\\lambda|$ = {abs(pair[0]):.3g}"
        plane.plot(pair.real, pair.imag, marker, color=color, label=label)
        states.plot(*orbit.T, marker, color=color, markersize=3.5)
    for t, state in enumerate(orbits[0][:4]):
        outwards = 9 * state / np.linalg.norm(state) - (0, 3)
        note(states, f"t = {t}", state, outwards)
    plane.set(title="eigenvalues", xlabel="real part", ylabel="imaginary part", aspect="equal")
    plane.legend(loc="center left")
    states.set(title="states $h_t$", xlabel="first entry", ylabel="second entry")
    states.set(aspect="equal", xlim=(-2.2, 2.2), ylim=(-2.2, 2.2))
    return fig


@house_style()
def two_thresholds(
    eigenvalues: Numbers, gain: float, widths: Sequence[int], samples: Mapping[str, Array]
) -> HouseFigure:
    """A random spectrum and its circle; means of draws by width, `samples` maps a label to them."""
    fig, (plane, sizes) = new_figure(columns=2)
    plane.plot(eigenvalues.real, eigenvalues.imag, ".", color=VANISH, markersize=3)
    circle(plane, gain, color="black", linewidth=1, linestyle="--")
    plane.set(title=f"eigenvalues, N = {len(eigenvalues)}", aspect="equal")
    plane.set(xlabel="real part", ylabel="imaginary part")
    for (label, draws), limit, color in zip(samples.items(), (1, 2), COLOURS[2:4], strict=True):
        errors = 2 * draws.std(axis=1, ddof=1) / np.sqrt(draws.shape[1])
        bars = sizes.errorbar(widths, draws.mean(axis=1), errors, fmt="o-", color=color, capsize=3)
        label_end(bars.lines[:1], label, dx=8, dy=8 if limit == 1 else -8)
        sizes.axhline(limit * gain, **THEORY)
        name = "$g$" if limit == 1 else f"${limit}g$"
        place = (0.9 * widths[0], limit * gain)
        note(sizes, name, place, (0, 4 if limit > 1 else -11), fontsize=10)
    sizes.axhline(1, color=HOLD, linewidth=1)
    sizes.set(title="means of random draws", xlabel="width $N$", xscale="log")
    sizes.set(xlim=(0.8 * widths[0], 4 * widths[-1]), ylim=(0.6 * gain, 2.2 * gain))
    sizes.set_xticks(widths, [str(width) for width in widths])
    sizes.minorticks_off()
    return fig


@house_style()
def settling(curves: Mapping[str, tuple[str, Array]]) -> HouseFigure:
    """Sizes of states against t on a log axis; `curves` maps a label to (regime, sizes)."""
    fig, ax = new_figure()
    for (label, (kind, sizes)), dash in zip(curves.items(), ("-", "-", "--"), strict=True):
        label_end(ax.semilogy(sizes, color=REGIMES[kind]["color"], linestyle=dash), label)
    ax.set(xlabel="time step $t$", ylabel=r"$\|x_t\|$", xlim=(0, 1.4 * len(sizes)))
    return fig


RADIUS = 0.9
GROWTH_STEPS = 24
LEFT, RIGHT = 30, 70
TURNING_STEPS = 20
LEAST_SINE = 1e-4
_NOTHING = 1e-12  # a component of a unit state that is smaller is rounding
_CIRCLE = np.radians(np.arange(0, 361, 6))


@house_style()
def shear_and_growth() -> SliderFigure:
    """Powers of matrices with one radius, 0.9, as the shear moves."""
    fig, (plane, orbit, sizes) = new_figure(columns=3, height=3.1, width_ratios=(1, 0.55, 1.15))
    vanish = REGIMES["vanish"]["color"]
    for ax in (plane, orbit):
        ax.plot(np.cos(_CIRCLE), np.sin(_CIRCLE), color=HOLD, linewidth=1, linestyle="-")
    plane.plot([], [], "o", color=vanish, gid="eigenvalues")
    plane.text(-0.78, -0.08, "W =", fontsize=9)
    for gid, height in (("first row", 0.06), ("second row", -0.22)):
        plane.text(0.72, height, "", ha="right", fontsize=9, gid=gid)
    plane.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal", title="eigenvalues")
    plane.set(xlabel="real part", ylabel="imaginary part")
    orbit.plot([], [], "-o", color=vanish, markersize=3, linewidth=1, gid="orbit")
    orbit.set(xlim=(-2.3, 2.3), ylim=(-3, 6.5), aspect="equal", title="states")
    orbit.set(xlabel="first entry", ylabel="second entry")
    sizes.plot([], [], linestyle="-", color=COLOURS[0], label="‖W^t‖", gid="norms")
    sizes.plot([], [], "o", color=vanish, markersize=3, label="‖h_t‖", gid="lengths")
    t = np.arange(GROWTH_STEPS + 1)
    sizes.plot(t, RADIUS**t, **THEORY, label="each mode")
    sizes.axhline(1, color=HOLD, linewidth=1)
    sizes.set(yscale="log", xlim=(0, GROWTH_STEPS), ylim=(0.01, 10), xlabel="time step t")
    sizes.set(title="sizes")
    sizes.legend(loc="lower left", fontsize=9)
    sizes.minorticks_off()
    return slider_figure(
        fig,
        growth_frame,
        alt="Three panels: the two eigenvalues inside the unit circle, the path of the state "
        "from (1, 0), and on a log axis the norm of W^t and the length of the state.",
        angle=Slider("angle of the eigenvalues (degrees)", (15, 30, 45, 90), start=45),
        shear=Slider(
            "shear s",
            tuple(np.linspace(0, 2.5, 26).round(1).tolist()),
            start=1.0,
            names={0.0: "a plain rotation"},
            form="{:.1f}",
        ),
    )


def sheared(angle: float, shear: float) -> Array:
    """The matrix [[a, b], [-d, a]] of radius 0.9, that angle, and b - d = shear."""
    turn = np.radians(angle)
    middle = np.hypot(shear / 2, RADIUS * np.sin(turn))
    a, b, d = RADIUS * np.cos(turn), middle + shear / 2, middle - shear / 2
    return np.array([[a, b], [-d, a]])


def growth_frame(angle: float, shear: float) -> Frame:
    """What `shear_and_growth` shows at this angle and shear."""
    W, t = sheared(angle, shear), np.arange(GROWTH_STEPS + 1)
    eigenvalues = np.linalg.eigvals(W)
    states = linear.propagate(W, [1, 0], GROWTH_STEPS)
    norms = [linear.spectral_norm(np.linalg.matrix_power(W, k)) for k in t]
    top, bottom = (" ".join(f"{x:6.2f}" for x in row).replace("-", "−") for row in W)
    return {
        "eigenvalues": (np.full(2, eigenvalues[0].real), np.sort(eigenvalues.imag)),
        "orbit": tuple(states.T),
        "norms": (t, norms),
        "lengths": (t[::2], np.linalg.norm(states, axis=1)[::2]),
        "first row": top,
        "second row": bottom,
        "readout": _growth_readout(angle, shear, W),
    }


def _growth_readout(angle: float, shear: float, W: Array) -> str:
    peak, when = linear.transient_peak(W, GROWTH_STEPS)
    before, _ = linear.transient_peak(sheared(angle, shear - 0.1), GROWTH_STEPS)
    found = " Task solved: the least shear for a growth of 5." if before < 5 <= peak else ""
    return (
        f"Angle {angle}°, shear {shear:.1f}: radius {linear.spectral_radius(W):.3g}, norm "
        f"{linear.spectral_norm(W):.4g}. Largest ‖W^t‖ {peak:.4g}, at t = {when}.{found}"
    )


@house_style()
def start_and_direction() -> SliderFigure:
    """Where the state turns as its start goes round: to the left eigenvector, save for one."""
    fig, (plane, sizes) = new_figure(columns=2, width_ratios=(1, 1.1))
    for angle, name, dash in ((LEFT, "left", "-"), (RIGHT, "right", (0, (5, 2)))):
        x, y = 1.55 * _unit(angle)
        plane.plot([-x, x], [-y, y], color=HOLD, linewidth=1, linestyle=dash)
        note(plane, name, (x, y), (-4, 4), ha="right")
    plane.plot(np.cos(_CIRCLE), np.sin(_CIRCLE), color="#BBBBBB", linewidth=0.8, linestyle="-")
    plane.plot([], [], "-o", color=COLOURS[1], markersize=3, linewidth=1, gid="path")
    plane.plot([], [], "o", color="black", markersize=7, fillstyle="none", gid="start")
    plane.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal", title="path (ring: start)")
    plane.set(xlabel="first entry", ylabel="second entry")
    sizes.plot([], [], gid="first", label="component of mode 1", **REGIMES["hold"])
    sizes.plot([], [], gid="second", label="component of mode 2", **REGIMES["vanish"])
    sizes.plot([], [], "o", color=COLOURS[1], markersize=3.5, gid="sine", label="sine of the angle")
    sizes.set(yscale="log", xlim=(0, TURNING_STEPS), ylim=(LEAST_SINE, 100), xlabel="time step t")
    sizes.legend(loc="upper right", fontsize=9)
    sizes.minorticks_off()
    sizes.set(title="components, and angle to the left line")
    return slider_figure(
        fig,
        turning_frame,
        alt="Two panels: the path of the state in the plane beside the lines of the left and "
        "right eigenvector, and on a log axis the two components and the sine of the angle to "
        "the left eigenvector.",
        start=Slider("start direction (degrees)", tuple(range(-90, 90, 10)), start=80),
        ratio=Slider("ratio |λ₂/λ₁|", (0.4, 0.6, 0.8, 0.9), start=0.6),
    )


def leaning(ratio: float) -> Array:
    """The matrix with eigenvalues 1 and `ratio`, left eigenvector at 30 degrees, right at 70."""
    V = np.column_stack([_unit(RIGHT), _unit(LEFT - 90)])
    return V @ np.diag([1, ratio]) @ np.linalg.inv(V)


def turning_frame(start: float, ratio: float) -> Frame:
    """What `start_and_direction` shows from this start direction at this ratio."""
    W, h0, t = leaning(ratio), _unit(start), np.arange(TURNING_STEPS + 1)
    states = linear.propagate(W, h0, TURNING_STEPS)
    first, second = (np.abs(states @ _unit(angle)) for angle in (RIGHT, LEFT - 90))
    aligned = linear.dominant_alignment(W, h0, TURNING_STEPS)
    sine = np.sqrt(1 - aligned**2)
    return {
        "path": tuple(states.T),
        "start": tuple(states[:1].T),
        "first": (t[::10], _drawn(first, _NOTHING)[::10]),
        "second": (t[::10], _drawn(second, _NOTHING)[::10]),
        "sine": (t, _drawn(sine, LEAST_SINE)),
        "readout": _turning_readout(start, first[0], np.degrees(np.arccos(aligned))),
    }


def _drawn(sizes: Array, least: float) -> Array:
    """The sizes; those below the least far under the picture, the same on every machine."""
    return np.where(sizes >= least, sizes, _NOTHING)


def _turning_readout(start: float, component: float, angles: Array) -> str:
    known = ""
    if component < _NOTHING:
        known = " Task solved: the state keeps off the line."
    elif abs(start - LEFT) == 90:
        known = " Perpendicular to the left eigenvector, and it turns all the same."
    component = component if component > _NOTHING else 0
    return (
        f"Start {start}°: component of mode 1 {component:.3g}. Angle to the left line "
        f"{angles[0]:.0f}° at first, {angles[-1]:.1f}° after {TURNING_STEPS} steps.{known}"
    )


def _unit(degrees: float) -> Array:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
