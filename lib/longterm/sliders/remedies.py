"""Slider figures of chapter 8."""

import functools

import numpy as np
from scipy.special import expit

from longterm import decay
from longterm._types import Array, Integers
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import HOLD, REGIMES, HouseFigure, house_style, new_figure

STEPS = 100
NOISE = 0.2
BIASES = tuple(np.arange(0, 6.01, 0.25).tolist())
ENOUGH = 20
"""The half-life that the first task asks for."""
RADII = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
NOWHERE = np.full(1, np.nan)
ENDS = np.array([0, STEPS // 2, STEPS])  # enough for a line that is straight


def gate_and_memory() -> SliderFigure:
    """What a forget gate at its bias keeps: gradient by lag, and the bit in noise."""
    return slider_figure(
        _gate_canvas(),
        gate_frame,
        alt="Two panels: what a forget gate leaves of the gradient against the lag, on a log axis "
        "with the half-life marked, and the chance that the bit is right against the span, with "
        "an integrator dotted above.",
        bias=Slider("forget bias b", BIASES, start=1.0, form="{:.2f}"),
        span=Slider("span T", (10, 20, 40, 80), start=40),
    )


def gate_frame(bias: float, span: int) -> Frame:
    """What `gate_and_memory` shows at a forget bias and a span."""
    f, life = float(expit(bias)), float(decay.gate_half_life(bias))
    spans, held = _held(f)
    kept = decay.chance_kept(f, span, NOISE)
    mark = ([life], [0.5]) if life <= STEPS else (NOWHERE, NOWHERE)
    least = min(b for b in BIASES if decay.gate_half_life(b) >= ENOUGH)
    found = " Task solved: this is the smallest bias asked for." if bias == least else ""
    return {
        "gradient": (ENDS, f**ENDS),
        "half-life": mark,
        "held": (spans, held),
        "span": ([span], [kept]),
        "readout": f"b = {bias:.2f}: the gate stands at {f:.3f} and halves the memory in "
        f"{life:.1f} steps. After {span} steps {f**span:.2g} of the gradient is left, and the bit "
        f"is right in {kept:.1%} of all sequences.{found}",
    }


@functools.cache
def _held(rate: float) -> tuple[Integers, Array]:
    """Spans, and the chance that a memory of this rate has its bit right after them."""
    spans = np.arange(4, STEPS + 1, 4)
    return spans, np.array([decay.chance_kept(rate, int(t), NOISE) for t in spans])


@house_style
def _gate_canvas() -> HouseFigure:
    fig, (left, right) = new_figure(columns=2)
    left.plot([], [], gid="gradient", **REGIMES["vanish"])
    left.plot([], [], "o", color="black", gid="half-life")
    left.set(yscale="log", xlim=(0, STEPS), ylim=(1e-6, 2), xlabel="lag k")
    left.set(title="gradient left (dot: halved)")
    spans = np.arange(4, STEPS + 1)
    best = [decay.chance_kept(1.0, int(t), NOISE) for t in spans]
    right.plot(spans, best, color=HOLD, linewidth=1, linestyle=":")
    right.plot([], [], gid="held", **REGIMES["vanish"])
    right.plot([], [], "o", color="black", gid="span")
    right.set(xlim=(0, STEPS), ylim=(0.45, 1.02), xlabel="span T")
    right.set(title="bit right (dotted: integrator)")
    return fig


def skip_and_radius() -> SliderFigure:
    """Gradient by lag with a skip over d steps, beside the plain one."""
    return slider_figure(
        _skip_canvas(),
        skip_frame,
        alt="Gradient against lag on a log axis over 100 steps: a plain path falls fastest, a "
        "path of skips over d steps falls d times more slowly and has dots at multiples of d only.",
        radius=Slider("weight ρ", RADII, start=0.8),
        delay=Slider("delay d", tuple(range(1, 21)), start=5),
    )


def skip_frame(radius: float, delay: int) -> Frame:
    """What `skip_and_radius` shows for one weight and delay."""
    response = decay.skip_response(0.0, radius, delay, STEPS)
    reached = np.flatnonzero(response)
    plain, rate = radius**STEPS, decay.skip_rate(0.0, radius, delay)
    asked = radius == 0.8 and rate**STEPS >= 0.1 > decay.skip_rate(0, 0.8, delay - 1) ** STEPS
    found = " Task solved: this is the shortest delay asked for." if asked else ""
    return {
        "plain": (ENDS, radius**ENDS),
        "envelope": (ENDS, rate**ENDS),
        "reached": (reached, response[reached]),
        "readout": f"ρ = {radius:g}, d = {delay}: after {STEPS} steps {plain:.2g} of the gradient "
        f"is left without skips, {rate**STEPS:.2g} with them; half-lives "
        f"{decay.half_life(radius):.1f} and {decay.half_life(rate):.1f} steps. "
        f"{len(reached) - 1} of {STEPS} lags are reached.{found}",
    }


@house_style
def _skip_canvas() -> HouseFigure:
    fig, ax = new_figure()
    ax.plot([], [], gid="plain", **REGIMES["vanish"])
    ax.plot([], [], gid="envelope", **REGIMES["hold"])
    ax.plot([], [], "o", color="black", markersize=4, gid="reached")
    ax.set(yscale="log", xlim=(0, STEPS), ylim=(1e-6, 2), xlabel="lag k", ylabel="gradient left")
    ax.set(title="solid: plain; dashed: skips over d steps; dots: lags that they reach")
    return fig
