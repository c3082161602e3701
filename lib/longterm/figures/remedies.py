"""Figures of chapter 8."""

import functools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from scipy.special import expit

from longterm import decay
from longterm._types import Array, Integers, Numbers, Outcomes, Style
from longterm.figures.sliders import NOWHERE, Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    COLOURS,
    DASHES,
    HOLD,
    MARKS,
    REGIMES,
    VANISH,
    HouseFigure,
    circle,
    house_style,
    new_figure,
    outcome_bars,
)

Point = tuple[float, float]
Paths = dict[str, list[Point]]
WIRINGS: dict[str, tuple[dict[str, Point], Paths, Paths]] = {
    "leaky unit": (
        {"$x_{t-1}$": (0, 0), "$x_t$": (4, 0), "$u_t$": (4, -1.7)},
        {r"$\alpha$": [(0, 0), (4, 0)]},
        {
            r"$(1 - \alpha)\,W\,\tanh$": [(0, 0), (2, -1.7), (4, 0)],
            r"$1 - \alpha$": [(4, -1.7), (4, 0)],
        },
    ),
    "skip over d steps": (
        {"$x_{t-d}$": (0, 0), "$x_{t-1}$": (2.3, 0), "$x_t$": (4, 0), "$u_t$": (4, -1.7)},
        {r"$S\,\tanh$": [(0, 0), (2, 2.6), (4, 0)]},
        {r"$W\,\tanh$": [(2.3, 0), (3.1, -1.1), (4, 0)], "": [(4, -1.7), (4, 0)]},
    ),
    "LSTM": (
        {
            "$c_{t-1}$": (0, 0),
            "$c_t$": (4, 0),
            "$y_t$": (4, 1.7),
            r"$\tanh$": (4, -1.7),
            "$y_{t-1}$": (0, -1.7),
        },
        {"$f_t$": [(0, 0), (4, 0)]},
        {
            "$i_t$": [(4, -1.7), (4, 0)],
            "$o_t$": [(4, 0), (4, 1.7)],
            "$W_c$": [(0, -1.7), (4, -1.7)],
        },
    ),
}
"""For each unit its nodes, the path around W with its factor, and all other paths."""


@house_style()
def wirings() -> HouseFigure:
    """Leak, skip and LSTM side by side: nodes, and heavy the path on which the state is kept."""
    fig, axes = new_figure(columns=len(WIRINGS), height=2.1, sharex=True, sharey=True)
    for ax, (title, (nodes, kept, others)) in zip(axes, WIRINGS.items(), strict=True):
        for paths, colour, width in ((others, HOLD, 1.0), (kept, VANISH, 3.0)):
            for factor, corners in paths.items():
                _arrow(ax, np.array(corners, dtype=float), factor, colour, width)
        for label, place in nodes.items():
            ax.plot(*place, "o", color="white", markeredgecolor="black", markersize=25)
            ax.text(*place, label, ha="center", va="center", fontsize=8.5)
        ax.set(title=title, xlim=(-0.9, 4.9), ylim=(-2.3, 2.3), aspect="equal")
        ax.axis("off")
    return fig


def _arrow(ax: Axes, corners: Array, factor: str, colour: str, width: float) -> None:
    """A path, bent towards its middle corner if there is one, its head, and its factor."""
    start, *bend, end = corners
    middle = bend[0] if bend else (start + end) / 2
    t = np.linspace(0, 1, 41)[:, None]
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    outside = np.hypot(*(path - end).T) > 0.72  # the head stands beside the node
    ax.plot(*path[outside].T, color=colour, linewidth=width, linestyle="-")
    tip, before = path[outside][-1], path[outside][-2]
    angle = np.degrees(np.arctan2(*(tip - before)[::-1]))
    ax.plot(*tip, marker=(3, 0, angle - 90), color=colour, markersize=5 + width)
    x, y = path[20]
    upright, side = start[0] == end[0], -1 if y < 0 else 1
    place: Style = {"ha": "center", "va": "top" if y < 0 else "bottom", "xytext": (0, 6 * side)}
    place |= {"ha": "left", "va": "center", "xytext": (5, 0)} if upright else {}
    ax.annotate(factor, (x, y), textcoords="offset points", color=colour, **place)


@house_style()
def decay_by_lag(
    curves: Mapping[str, Array],
    least: float = 1e-12,
    xlabel: str = "lag $k$ (steps back from the end)",
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
    ax.set(xlabel=xlabel, ylabel="gradient, first = 1")
    ax.set(xlim=(0, 1.35 * (longest - 1)), ylim=(least, 4))
    _label_apart(ax, lines)
    return fig


@house_style()
def spectra(panels: Mapping[str, Numbers]) -> HouseFigure:
    """Eigenvalues in the plane beside the unit circle, one panel a title."""
    fig, axes = new_figure(columns=len(panels), height=2.6, sharex=True, sharey=True)
    for ax, (title, values) in zip(axes, panels.items(), strict=True):
        circle(ax)
        order = np.lexsort((values.imag.round(9), values.real.round(9)))
        ax.plot(values[order].real, values[order].imag, "o", color=VANISH, markersize=3)
        ax.set(title=title, xlabel="real part", aspect="equal")
    axes[0].set(ylabel="imaginary part", xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    return fig


@house_style()
def success_by_rate(panels: Mapping[str, Mapping[str, Outcomes]], columns: int = 4) -> HouseFigure:
    """Success against learning rate, a panel for each contender, a line for each way to train.

    `panels` maps a title to a mapping from a label to pairs of a rate and a `training.Share`.
    """
    rows = -(-len(panels) // columns)
    fig, axes = new_figure(columns, rows, 1.9 * rows + 0.3, sharex=True, sharey=True, squeeze=False)
    for ax, (title, lines) in zip(axes.flat, panels.items(), strict=False):
        for (label, outcomes), style in zip(lines.items(), _styles(), strict=False):
            rates, shares, _ = outcome_bars(outcomes)
            ax.semilogx(rates, shares, label=label, **style | {"markevery": 1})
        ax.set(title=title, ylim=(-0.05, 1.05))
    for ax in axes.flat[max(0, len(panels) - columns) : len(panels)]:  # none below
        ax.set(xlabel="learning rate")
        ax.tick_params(labelbottom=True)
    for ax in axes[:, 0]:
        ax.set(ylabel="success")
    for ax in axes.flat[len(panels) :]:
        ax.axis("off")
    labels = axes.flat[0].get_legend_handles_labels()
    fig.legend(*labels, loc="outside upper left", ncols=len(labels[1]))
    return fig


@house_style()
def held_and_heard(
    panels: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]],
) -> HouseFigure:
    """Means with their errors as dots, a panel a title: the bit that was held, and that heard.

    `panels` maps a title to a mapping from a name to two pairs, a mean and its standard error.
    """
    fig, axes = new_figure(columns=len(panels), height=2.8, sharex=True, sharey=True)
    for ax, (title, rows) in zip(axes, panels.items(), strict=True):
        places = -np.arange(len(rows))
        for k, label in enumerate(("held for 128 steps", "heard after silence")):
            means, errors = np.transpose([pairs[k] for pairs in rows.values()])
            style = {"color": COLOURS[k], "marker": MARKS[k], "label": label, "linestyle": "none"}
            ax.errorbar(means, places, xerr=2 * errors, markersize=5, capsize=2, **style)
        ax.axvline(0.5, color=HOLD, linewidth=0.8, linestyle=":")
        ax.set(title=title, xlabel="right answers", xlim=(0.45, 1.03))
        ax.set_ylim(0.5 - len(rows), 0.5)
        ax.set_yticks(places, list(rows))
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return fig


def _styles() -> Iterator[Style]:
    """Styles of curves, told apart in grey as well."""
    for k in range(8):
        marks = {"marker": MARKS[k % 7], "markersize": 4, "markevery": (k, 6)}
        yield {"color": COLOURS[k % 6], "linestyle": DASHES[k % 5]} | marks


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


STEPS = 100
NOISE = 0.2
BIASES = tuple(np.arange(0, 6.01, 0.25).tolist())
ENOUGH = 20
"""The half-life that the first task asks for."""
RADII = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
ENDS = np.array([0, STEPS // 2, STEPS])  # enough for a line that is straight


@house_style()
def gate_and_memory() -> SliderFigure:
    """What a forget gate at its bias keeps: gradient by lag, and the bit in noise."""
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
    return slider_figure(
        fig,
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
    kept, best = (decay.chance_kept(rate, span, NOISE) for rate in (f, 1.0))
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
        f"is right in {kept:.1%} of all sequences, that of an integrator in {best:.1%}.{found}",
    }


@functools.cache
def _held(rate: float) -> tuple[Integers, Array]:
    """Spans, and the chance that a memory of this rate has its bit right after them."""
    spans = np.arange(4, STEPS + 1, 4)
    return spans, np.array([decay.chance_kept(rate, int(t), NOISE) for t in spans])


@house_style()
def skip_and_radius() -> SliderFigure:
    """Gradient by lag with a skip over d steps, beside the plain one."""
    fig, ax = new_figure()
    ax.plot([], [], gid="plain", **REGIMES["vanish"])
    ax.plot([], [], gid="envelope", **REGIMES["hold"])
    ax.plot([], [], "o", color="black", markersize=4, gid="reached")
    ax.set(yscale="log", xlim=(0, STEPS), ylim=(1e-6, 2), xlabel="lag k", ylabel="gradient left")
    ax.set(title="solid: plain; dashed: skips; dots: lags reached")
    return slider_figure(
        fig,
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
