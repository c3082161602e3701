"""Slider figures of chapter 5."""

import functools

import numpy as np

from longterm import memory
from longterm._types import Array
from longterm.explore import Frame, Slider, SliderFigure, slider_figure
from longterm.plots.house import HOLD, REGIMES, THEORY, HouseFigure, house_style, new_figure

WEIGHTS = tuple(np.linspace(1.1, 2.0, 19).round(2).tolist())
PUSHES = tuple(np.linspace(0, 0.6, 13).round(2).tolist())
PUSH_STEPS, PUSH_ASKED = 40, 0.3
NOISY_WEIGHTS = tuple(np.linspace(1.1, 1.6, 26).round(2).tolist())
NOISES = (0.1, 0.2, 0.3, 0.4472)
HOLD_STEPS, LIFE_ASKED, NOISE_ASKED = 200, 1000, 0.2
NOWHERE = np.full(1, np.nan)


def latch_and_push() -> SliderFigure:
    """The map of the latch under a constant push against its bit, and what becomes of it."""
    return slider_figure(
        _push_canvas(),
        push_frame,
        alt="Left, the map of the latch with its lower edge pushed down, the diagonal, and dots "
        "where they meet. Right, the state over 40 steps from the upper state at rest.",
        w=Slider("weight w", WEIGHTS, start=1.25, form="{:.2f}"),
        push=Slider("push against the bit", PUSHES, start=0.05, form="{:.2f}"),
    )


def push_frame(w: float, push: float) -> Frame:
    """What `latch_and_push` shows at one weight and push."""
    a = np.linspace(-2.5, 2.5, 21)
    rest, margin = w * memory.attractor(w)[0], memory.robustness_margin(w)
    states = memory.latch(w, np.full(PUSH_STEPS, -push), rest)
    stable, unstable = _fixed_points(w, push)
    survives = push <= margin
    smallest = survives and not any(
        push <= memory.robustness_margin(less) for less in WEIGHTS if less < w
    )
    solved = push == PUSH_ASKED and smallest
    return {
        "map": (a, w * np.tanh(a) - push),
        "stable": (stable, stable),
        "unstable": (unstable, unstable),
        "kept": (np.arange(PUSH_STEPS + 1), states) if survives else (NOWHERE, NOWHERE),
        "lost": (NOWHERE, NOWHERE) if survives else (np.arange(PUSH_STEPS + 1), states),
        "readout": f"w = {w:.2f}, push {push:.2f}, margin {margin:.4f}: the bit "
        f"{'survives' if survives else 'flips'}; after {PUSH_STEPS} steps the state is "
        f"{states[-1]:z.3f}."
        f"{' Task solved: no smaller weight here survives this push.' if solved else ''}",
    }


def _fixed_points(w: float, push: float) -> tuple[Array, Array]:
    """Where w tanh a - push = a: the stable states and the unstable one between them, if any."""
    low = memory.latch(w, np.full(400, -push), -3.0)[-1]
    if push > memory.robustness_margin(w):
        return np.array([low]), NOWHERE
    high = memory.latch(w, np.full(400, -push), 3.0)[-1]
    fold = np.arccosh(np.sqrt(w))
    below, above = -fold, fold
    for _ in range(50):
        middle = (below + above) / 2
        falls = w * np.tanh(middle) - push < middle
        below, above = (middle, above) if falls else (below, middle)
    return np.array([low, high]), np.array([middle])


@house_style
def _push_canvas() -> HouseFigure:
    fig, (left, right) = new_figure(columns=2, height=3.6)
    left.plot([-2.5, 2.5], [-2.5, 2.5], color=HOLD, linewidth=1, linestyle=(0, (5, 2)))
    left.plot([], [], color="black", linestyle="-", gid="map")
    left.plot([], [], "o", color="black", gid="stable")
    left.plot([], [], "o", color="black", markerfacecolor="white", gid="unstable")
    right.axhline(0, color=HOLD, linewidth=0.8, linestyle="-")
    right.plot([], [], **REGIMES["hold"], gid="kept")
    right.plot([], [], **REGIMES["explode"], gid="lost")
    left.set(xlim=(-2.5, 2.5), ylim=(-2.8, 2.8), xlabel="state a", ylabel="next state")
    left.set(title="the map (open dot: unstable)")
    right.set(xlim=(0, PUSH_STEPS), ylim=(-2.8, 2.8), xlabel="time step t", title="the state")
    return fig


def hold_or_teach() -> SliderFigure:
    """Retention in noise, and the gradient at rest, as weight and noise move."""
    return slider_figure(
        _hold_canvas(),
        hold_frame,
        alt="Left, the probability that the bit is still right over 200 steps. Right, the "
        "gradient at rest over the same steps on a log axis.",
        w=Slider("weight w", NOISY_WEIGHTS, start=1.2, form="{:.2f}"),
        noise=Slider("noise sd", NOISES, 0.2, {0.4472: "variance 0.2"}),
    )


def hold_frame(w: float, noise: float) -> Frame:
    """What `hold_or_teach` shows at one weight and standard deviation of the noise."""
    t = np.array([0, 2, 5, 10, 15, 20, 30, 40, 55, 70, 85, 100, 125, 150, 175, 200])
    right, slope, life = _retention(w, noise), memory.attractor(w)[1], _lifetime(w, noise)
    smallest = next((v for v in NOISY_WEIGHTS if _lifetime(v, noise) >= LIFE_ASKED), None)
    found = ""
    if noise == NOISE_ASKED and w == smallest:
        found = " Task solved: the largest gradient of the bits that live 1000 steps."
    return {
        "right": (t, right[t]),
        "gradient": ([0, HOLD_STEPS], [1, slope**HOLD_STEPS]),
        "at 40": ([40], [right[40]]),
        "gradient at 40": ([40], [slope**40]),
        "readout": f"w = {w:.2f}, noise sd {noise:g}: right after 40 steps with probability "
        f"{right[40]:.4f}; lifetime {life:.3g} steps; slope {slope:.4f}, gradient after "
        f"40 steps {slope**40:.2g}.{found}",
    }


_lifetime = functools.cache(memory.lifetime)


@functools.cache
def _retention(w: float, noise: float) -> Array:
    return memory.retention(w, noise, HOLD_STEPS)[0]


@house_style
def _hold_canvas() -> HouseFigure:
    fig, (left, right) = new_figure(columns=2, height=3.6)
    left.axhline(0.5, **THEORY)
    left.plot([], [], **REGIMES["hold"], gid="right")
    left.plot([], [], "o", color="black", gid="at 40")
    right.plot([], [], **REGIMES["vanish"], gid="gradient")
    right.plot([], [], "o", color="black", gid="gradient at 40")
    left.set(xlim=(0, HOLD_STEPS), ylim=(0.45, 1.03), xlabel="time step t")
    left.set(title="probability that the bit is right")
    right.set(yscale="log", xlim=(0, HOLD_STEPS), ylim=(1e-40, 10), xlabel="time step t")
    right.set(title="gradient at rest (dots: t = 40)")
    return fig
