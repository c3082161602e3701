"""Figures of chapter 5."""

import functools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from longterm import memory
from longterm._types import Array, Integers
from longterm.figures.sliders import NOWHERE, Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
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
)


@house_style()
def jacobian_paths(
    panels: Mapping[str, tuple[tuple[float, float], Sequence[tuple[str, str, Array]]]],
) -> HouseFigure:
    """Norms of Jacobian products by lag, on log axes, with a bound beside them.

    `panels` maps a title to (limits of the norm, entries), an entry being (label, regime, norms);
    the regime "theory" is dotted.
    """
    fig, axes = new_figure(columns=len(panels), height=3.6)
    for ax, (title, (limits, entries)) in zip(axes, panels.items(), strict=True):
        for label, regime, norms in entries:
            style = THEORY if regime == "theory" else REGIMES[regime]
            ax.semilogy(np.arange(len(norms)), norms, **style)
            k = np.flatnonzero((norms > limits[0]) & (norms < limits[1]))[-1]
            note(ax, label, (k, norms[k]), (5, 0), color=style["color"], va="center")
        ax.set(title=title, xlabel="lag $k$", xlim=(0, 1.35 * (len(norms) - 1)), ylim=limits)
        ax.set_xticks(np.linspace(0, len(norms) - 1, 5))
    axes[0].set_ylabel(r"$\|\partial x_T / \partial x_{T-k}\|$")
    return fig


@house_style()
def latch_maps(panels: Mapping[str, tuple[Array, Array, Sequence[Array]]]) -> HouseFigure:
    """Maps of the latch with the diagonal and the steps of some runs.

    `panels` maps a title to (a, map of a, paths), each path an array of states.
    """
    fig, axes = new_figure(columns=len(panels), height=3.6, sharey=True)
    for ax, (title, (a, image, paths)) in zip(axes, panels.items(), strict=True):
        ax.plot(a, a, color=HOLD, linewidth=1, linestyle=(0, (5, 2)))
        ax.plot(a, image, color="black", linestyle="-")
        for path, colour in zip(paths, (VANISH, EXPLODE), strict=True):
            x = np.repeat(path, 2)
            ax.plot(x[:-1], np.append(path[0], x[2:]), color=colour, linestyle="-", linewidth=1.1)
            ax.plot(path[:1], path[:1], "o", color=colour, markersize=6, markerfacecolor="white")
            ax.plot(path[-1:], path[-1:], "o", color=colour, markersize=6)
        ax.set(title=title, xlabel="$a_{t-1}$", xlim=(a[0], a[-1]), ylim=(a[0], a[-1]))
    axes[0].set_ylabel("$a_t$")
    return fig


@house_style()
def hysteresis(
    inputs: Array,
    rising: Array,
    falling: Array,
    margin: float,
    lengths: Sequence[int],
    pushes: Sequence[float],
) -> HouseFigure:
    """Attractor reached under a constant input swept up and down; pushes that flip by length."""
    fig, (loop, push) = new_figure(columns=2)
    middle = len(inputs) // 2
    for row, regime, words, offset in (
        (rising, "explode", "input rises", -16),
        (falling[::-1], "vanish", "input falls", 9),
    ):
        loop.plot(inputs, row, **REGIMES[regime])
        here, colour = (inputs[middle], row[middle]), REGIMES[regime]["color"]
        note(loop, words, here, (0, offset), ha="center", color=colour)
    for side in (-margin, margin):
        loop.axvline(side, **THEORY)
    top = 1.55 * max(np.abs(rising).max(), np.abs(falling).max())
    loop.set(xlabel="constant input $h$", ylabel="attractor reached", ylim=(-top, top))
    loop.text(margin, -0.95 * top, r" $h^*$")
    loop.text(-margin, -0.95 * top, r"$-h^*$ ", ha="right")
    push.loglog(lengths, pushes, "o", color=VANISH, markersize=4)
    push.axhline(margin, **THEORY)
    push.text(lengths[0], 0.94 * margin, r"$h^*$", va="top")
    push.set(xlabel="steps that the push lasts", title="smallest push that flips")
    push.set_ylim(0.7 * margin, 1.4 * max(pushes))
    push.minorticks_off()
    return fig


@house_style()
def dilemma(
    w: Array, margins: Array, slopes: Array, marked: Iterable[float], steps: int
) -> HouseFigure:
    """Margin and slope against the weight, and gradient after `steps` against margin.

    `marked` lists the weights to be named on the second curve; they must be in `w`.
    """
    fig, (parts, trade) = new_figure(columns=2, height=3.6)
    label_end(parts.plot(w, margins, **REGIMES["explode"]), "margin")
    label_end(parts.plot(w, slopes, **REGIMES["vanish"]), "slope", dy=6)
    parts.set(xlabel="weight $w$", xlim=(w[0], w[-1] + 0.3 * np.ptp(w)), ylim=(0, 1.35))
    trade.semilogy(margins, slopes**steps, color="black", linestyle="-")
    for weight in marked:
        k = int(np.argmin(np.abs(w - weight)))
        point = margins[k], slopes[k] ** steps
        trade.plot(*([c] for c in point), "o", color=VANISH)
        note(trade, f"w = {weight:g}", point, (7, 4))
    trade.set(xlabel="margin $h^*$", title=f"gradient after {steps} steps")
    trade.set_xlim(-0.02, 1.12 * margins.max())
    return fig


@house_style()
def retention_curves(
    curves: Mapping[str, Array], measured: Mapping[str, tuple[Integers, Array, Array]]
) -> HouseFigure:
    """Probability that the bit is right against time, and simulated shares as dots.

    `curves` maps a label to a row of probabilities; `measured` to (steps, shares, errors).
    """
    fig, ax = new_figure(height=3.6)
    for label, row in curves.items():
        t = np.arange(1, len(row))
        (line,) = ax.semilogx(t, row[1:])
        if row[-1] > 0.51:
            label_end([line], label)
        else:
            k = np.flatnonzero(row > 0.6)[-1]
            note(ax, label, (k, row[k]), (-5, 0), color=line.get_color(), ha="right", va="top")
        if label in measured:
            at, shares, errors = measured[label]
            style = {"color": line.get_color(), "markersize": 4}
            ax.errorbar(at, shares, 2 * errors, fmt="o", **style)
    ax.axhline(0.5, color=HOLD, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set(xlabel="time step $t$", ylabel="probability that the bit is right", ylim=(0.47, 1.02))
    ax.set_xlim(1, 4 * len(row))
    ax.minorticks_off()
    return fig


@house_style()
def lifetimes(
    inverse: Array, curves: Mapping[str, Array], energies: Sequence[float]
) -> HouseFigure:
    """Lifetimes on a log axis against 1/noise², and lines of the slope that theory gives."""
    fig, ax = new_figure()
    for (label, lives), energy in zip(curves.items(), energies, strict=True):
        logs = np.log10(lives)
        label_end(ax.plot(inverse, logs), label)
        guide = logs[-1] + energy * (inverse - inverse[-1]) / np.log(10)
        ax.plot(inverse[guide > 0], guide[guide > 0], **THEORY)
    ax.set(xlabel="1 / (noise sd)²", ylabel="log₁₀ of the lifetime in steps")
    ax.set_xlim(0, 1.22 * inverse[-1])
    return fig


WEIGHTS = tuple(np.linspace(1.1, 2.0, 19).round(2).tolist())
PUSHES = tuple(np.linspace(0, 0.6, 13).round(2).tolist())
PUSH_STEPS, LATE_STEPS, PUSH_ASKED = 40, 4000, 0.3
NOISY_WEIGHTS = tuple(np.linspace(1.1, 1.6, 26).round(2).tolist())
NOISES = (0.1, 0.2, 0.3, 0.4472)
HOLD_STEPS, LIFE_ASKED, NOISE_ASKED = 200, 1000, 0.2


@house_style()
def latch_and_push() -> SliderFigure:
    """The map of the latch under a constant push against its bit, and what becomes of it."""
    fig, (left, right) = new_figure(columns=2, height=3.6)
    left.plot([-2.5, 2.5], [-2.5, 2.5], color=HOLD, linewidth=1, linestyle=(0, (5, 2)))
    left.plot([], [], color="black", linestyle="-", gid="map")
    left.plot([], [], "o", color="black", gid="stable")
    left.plot([], [], "o", color="black", markerfacecolor="white", gid="unstable")
    right.axhline(0, color=HOLD, linewidth=0.8, linestyle="-")
    right.plot([], [], **REGIMES["hold"], gid="kept")
    right.plot([], [], **REGIMES["explode"], gid="lost")
    left.set(xlim=(-2.5, 2.5), ylim=(-2.8, 2.8), xlabel="state a", ylabel="next state")
    left.set(title="the map (open dot: boundary)")
    right.set(xlim=(0, PUSH_STEPS), ylim=(-2.8, 2.8), xlabel="time step t", title="the state")
    return slider_figure(
        fig,
        push_frame,
        alt="Left, the map of the latch with its lower edge pushed down, the diagonal, and dots "
        "where they meet. Right, the state over 40 steps from the upper attractor.",
        w=Slider("weight w", WEIGHTS, start=1.25, form="{:.2f}"),
        push=Slider("push against the bit", PUSHES, start=0.05, form="{:.2f}"),
    )


def push_frame(w: float, push: float) -> Frame:
    """What `latch_and_push` shows at one weight and push."""
    a = np.linspace(-2.5, 2.5, 21)
    (output, slope), margin = memory.attractor(w), memory.robustness_margin(w)
    states = memory.latch(w, np.full(LATE_STEPS, -push), w * output)
    flip = int(np.argmax(states < 0))
    states = states[: PUSH_STEPS + 1]
    low, boundary, high = memory.rests(w, push)
    survives = push <= margin
    stable, unstable = ([low, high], [boundary]) if survives else ([low], NOWHERE)
    smallest = survives and not any(
        push <= memory.robustness_margin(less) for less in WEIGHTS if less < w
    )
    solved = push == PUSH_ASKED and smallest
    fate = (
        "survives"
        if survives
        else f"{'flips' if flip <= PUSH_STEPS else 'will flip, later,'} at step {flip}"
    )
    return {
        "map": (a, w * np.tanh(a) - push),
        "stable": (stable, stable),
        "unstable": (unstable, unstable),
        "kept": (np.arange(PUSH_STEPS + 1), states) if survives else (NOWHERE, NOWHERE),
        "lost": (NOWHERE, NOWHERE) if survives else (np.arange(PUSH_STEPS + 1), states),
        "readout": f"w = {w:.2f}, push {push:.2f}, margin {margin:.4f}: the bit {fate}; "
        f"after {PUSH_STEPS} steps the state is {states[-1]:z.3f}. Slope at the attractor without "
        f"a push: {slope:.4f}."
        f"{' Task solved: no smaller weight here survives this push.' if solved else ''}",
    }


@house_style()
def hold_or_teach() -> SliderFigure:
    """Retention in noise, and the gradient at the attractor, as weight and noise move."""
    fig, (left, right) = new_figure(columns=2, height=3.6)
    left.axhline(0.5, **THEORY)
    left.plot([], [], **REGIMES["hold"], gid="right")
    left.plot([], [], "o", color="black", gid="at 40")
    right.plot([], [], **REGIMES["vanish"], gid="gradient")
    right.plot([], [], "o", color="black", gid="gradient at 40")
    left.set(xlim=(0, HOLD_STEPS), ylim=(0.45, 1.03), xlabel="time step t")
    left.set(title="probability that the bit is right")
    right.set(yscale="log", xlim=(0, HOLD_STEPS), ylim=(1e-40, 10), xlabel="time step t")
    right.set(title="gradient at the attractor (dot: t = 40)")
    return slider_figure(
        fig,
        hold_frame,
        alt="Left, the probability that the bit is still right over 200 steps. Right, the "
        "gradient at the attractor over the same steps on a log axis.",
        w=Slider("weight w", NOISY_WEIGHTS, start=1.2, form="{:.2f}"),
        noise=Slider("noise sd", NOISES, 0.2, {0.4472: "variance 0.2"}),
    )


def hold_frame(w: float, noise: float) -> Frame:
    """What `hold_or_teach` shows at one weight and standard deviation of the noise."""
    t = np.array([0, 2, 5, 10, 15, 20, 30, 40, 55, 70, 85, 100, 125, 150, 175, 200])
    right, slope, life = _retention(w, noise), memory.attractor(w).slope, _lifetime(w, noise)
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
    return memory.retention(w, noise, HOLD_STEPS).probabilities
