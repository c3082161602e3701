"""Figures of chapter 9."""

import functools
from collections.abc import Mapping

import numpy as np

from longterm._types import Array
from longterm.atlas import MECHANISMS, Reading
from longterm.figures.sliders import NOWHERE, Frame, Slider, SliderFigure, slider_figure
from longterm.figures.style import (
    COLOURS,
    HOLD,
    MARKS,
    REGIMES,
    THEORY,
    HouseFigure,
    house_style,
    label_end,
    new_figure,
)

STEPS, TRIALS, SEED = 100, 200, 90
LAGS = np.arange(0, STEPS + 1, 5)


@functools.cache
def reading(name: str) -> Reading:
    """What the probe finds at a mechanism of the atlas, with the seed of the figure."""
    return MECHANISMS[name](STEPS, TRIALS, rng=np.random.default_rng(SEED))


def mean_and_error(found: Array) -> tuple[Array, Array]:
    """Mean over the trials at each lag, and its standard error; -inf and 0 where none arrives."""
    mean = found.mean(axis=0)
    gaps = np.where(np.isfinite(mean), found - np.where(np.isfinite(mean), mean, 0), 0)
    return mean, np.linalg.norm(gaps, axis=0) / len(found)


@house_style()
def all_and_one() -> SliderFigure:
    """All laws in one picture, and on them one mechanism: its law, what was found, the spread."""
    fig, ax = new_figure(height=4.0)
    for name in MECHANISMS:
        ax.plot(np.exp(reading(name).law), color="#BDBDBD", linewidth=1, linestyle="-")
    ax.axhline(1.0, color=HOLD, linewidth=0.8, linestyle=":")
    for edge in ("low", "high"):
        ax.plot([], [], color=COLOURS[1], linewidth=1, linestyle=(0, (1.5, 1.5)), gid=edge)
    ax.plot([], [], gid="law", color=COLOURS[1], linewidth=2.4, linestyle="-")
    ax.plot([], [], "o", color="black", markersize=4, gid="found")
    ax.set(yscale="log", xlim=(0, STEPS), ylim=(1e-12, 1e8))
    ax.set(xlabel="lag $k$ (steps back from the end)", ylabel="size of the gradient")
    ax.set(title="line: law; dots: found; dotted: ±1 standard deviation")
    return slider_figure(
        fig,
        mechanism_frame,
        alt="The size of the gradient against the lag, from 0 to 100, on a log axis: all laws in "
        "grey, and one of them in colour with what was found on it.",
        name=Slider("mechanism", tuple(MECHANISMS), form="{}"),
    )


def mechanism_frame(name: str) -> Frame:
    """What `all_and_one` shows of one mechanism."""
    law, spread, found = reading(name)
    mean, error = mean_and_error(found)
    lags = np.arange(STEPS + 1)
    drawn = bool(spread.max() > 0)
    first = int(np.isneginf(law[0]))
    ratio = law[STEPS] - law[first]
    middle = law[STEPS // 2] - law[first]
    asked = abs(ratio) < 1e-9 and middle < -0.5
    done = " Task solved: least in the middle, and at the end as at the start." if asked else ""
    ends = (np.exp(mean[STEPS] + s * 2 * error[STEPS]) for s in (-1, 1))
    interval = " (95 % interval {:.3g} to {:.3g})".format(*ends) if drawn else ""
    factor = f" A draw is off by a factor of {np.exp(spread[STEPS]):.3g}." if drawn else ""
    edges = [(lags, np.exp(law + s * spread)) if drawn else (NOWHERE, NOWHERE) for s in (-1, 1)]
    return {
        "law": (lags, np.exp(law)),
        "found": (LAGS, np.exp(mean[LAGS])),
        "low": edges[0],
        "high": edges[1],
        "readout": f"{name}: at lag {STEPS} the law says {np.exp(law[STEPS]):.3g}, and the probe "
        f"found {np.exp(mean[STEPS]):.3g}{interval}.{factor} That is {np.exp(ratio):.2g} times the "
        f"gradient at lag {first}; at lag {STEPS // 2} it is {np.exp(middle):.2g} times.{done}",
    }


@house_style()
def spreads(readings: Mapping[str, Reading]) -> HouseFigure:
    """Standard deviation of ln of the gradient by lag: found as marks, theory dashed."""
    fig, ax = new_figure(height=3.6)
    for k, (name, (_, spread, found)) in enumerate(readings.items()):
        lags = np.arange(1, len(spread))
        style = {"color": COLOURS[k % 6], "marker": MARKS[k % 7], "markersize": 4}
        shown = ax.loglog(lags, found.std(axis=0, ddof=1)[1:], linestyle="none", **style)
        ax.loglog(lags, spread[1:], **THEORY | {"color": COLOURS[k % 6]})
        label_end(shown, name)
    ax.set(xlabel="lag $k$", ylabel="spread of ln of the gradient")
    ax.set_xlim(0.9, 3.2 * max(len(r.law) for r in readings.values()))
    return fig


@house_style()
def exponents_by_angle(angles: Array, exponents: Array) -> HouseFigure:
    """Both Lyapunov exponents of a turning network against its angle."""
    fig, ax = new_figure()
    for k, (label, name) in enumerate((("along the orbit", "hold"), ("across", "vanish"))):
        label_end(ax.plot(angles, exponents[:, k], **REGIMES[name]), label)
    ax.axhline(0, color=HOLD, linewidth=0.8, linestyle=":")
    ax.set(xlabel=r"angle of a turn $\theta$", ylabel="Lyapunov exponent")
    ax.set_xlim(angles[0], angles[0] + 1.22 * (angles[-1] - angles[0]))
    return fig
