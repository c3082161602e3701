"""Slider figures of chapter 2."""

import numpy as np

from longterm import linear
from longterm._types import Array
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import (
    COLOURS,
    HOLD,
    REGIMES,
    THEORY,
    HouseFigure,
    house_style,
    new_figure,
)

RADIUS = 0.9
GROWTH_STEPS = 24
LEFT, RIGHT = 30, 70
TURNING_STEPS = 20
LEAST_SINE = 1e-4
_NOTHING = 1e-12  # a component of a unit state that is smaller is rounding
_CIRCLE = np.radians(np.arange(0, 361, 6))


def shear_and_growth() -> SliderFigure:
    """Powers of matrices with one radius, 0.9, as the shear moves."""
    return slider_figure(
        _growth_canvas(),
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
    """The matrix [[a, b], [-c, a]] of radius 0.9, that angle, and b - c = shear."""
    turn = np.radians(angle)
    middle = np.hypot(shear / 2, RADIUS * np.sin(turn))
    a, b, c = RADIUS * np.cos(turn), middle + shear / 2, middle - shear / 2
    return np.array([[a, b], [-c, a]])


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


@house_style
def _growth_canvas() -> HouseFigure:
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
    return fig


def start_and_direction() -> SliderFigure:
    """Where the state turns as its start goes round: to the left eigenvector, save for one."""
    return slider_figure(
        _turning_canvas(),
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


@house_style
def _turning_canvas() -> HouseFigure:
    fig, (plane, sizes) = new_figure(columns=2, width_ratios=(1, 1.1))
    for angle, name, dash in ((LEFT, "left", "-"), (RIGHT, "right", (0, (5, 2)))):
        x, y = 1.55 * _unit(angle)
        plane.plot([-x, x], [-y, y], color=HOLD, linewidth=1, linestyle=dash)
        plane.annotate(name, (x, y), (-4, 4), textcoords="offset points", ha="right", fontsize=9)
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
    return fig


def _unit(degrees: float) -> Array:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
