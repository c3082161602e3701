"""House style: figures that look alike, and show themselves as SVG and as a digest.

`HouseFigure` is a Matplotlib figure made without pyplot. As the last expression of a cell it
displays an SVG for the reader, and as text a digest of everything drawn.
"""

import contextlib
import hashlib
import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from longterm._types import Array, Outcomes, Style
from longterm.figures.digest import digest

VANISH, HOLD, EXPLODE = "#0072B2", "#4D4D4D", "#C8500A"
"""Colours of the three regimes, the same in the whole book."""

REGIMES: dict[str, Style] = {
    "vanish": {"color": VANISH, "linestyle": "-"},
    "hold": {"color": HOLD, "linestyle": (0, (5, 2))},
    "explode": {"color": EXPLODE, "linestyle": (0, (6, 1.5, 1.5, 1.5))},
}
"""Line styles of the three regimes: told apart in grey as well."""

COLOURS = ("#00795C", "#882255", "#8A6500", "#5B4BA8", "#3B6E8F", "#A03B3B")
"""Colours of curves that stand for no regime."""

NARROW = 4.6
"""Width in inches of a figure on a phone."""

SHRINK = 0.9
"""Height of its panels there, of that elsewhere."""

DASHES = ("-", (0, (6, 1.5, 1.5, 1.5)), (0, (5, 2)), (0, (1.5, 1.5)), (0, (9, 2)), "-")
MARKS = ("o", "s", "^", "D", "v", "P", "X")
THEORY: Style = {"color": "black", "linestyle": (0, (2, 2)), "linewidth": 1.4}
"""Line style of what theory says, drawn over what was measured."""

STYLE: dict[Any, Any] = {
    "figure.figsize": (6.8, 3.4),
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=DASHES),
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "savefig.transparent": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "longterm",
}

_LONG_NUMBER = re.compile(r"scale\([^)]*\)|(-?\d+\.\d\d)\d+")  # scales keep all digits
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


class HouseFigure(Figure):
    """A Matplotlib figure that shows itself as SVG and as a digest."""

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        shown = {"text/plain": digest(self), "image/svg+xml": svg(self)}
        with narrow(self):
            return shown, {"image/svg+xml": {"narrow": svg(self)}}


@contextlib.contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's defaults and the house style, whatever the reader has set.

    ``@house_style()`` above a figure function draws in it, as ``with house_style():`` does.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def new_figure(
    columns: int = 1, rows: int = 1, height: float = 3.4, width: float = 6.8, **options: Any
) -> tuple[HouseFigure, Any]:
    """A `HouseFigure` and its axes: one, or an array of them as `Figure.subplots` gives."""
    fig = HouseFigure(figsize=(width, height))
    return fig, fig.subplots(rows, columns, **options)


@contextlib.contextmanager
def narrow(fig: Figure) -> Iterator[None]:
    """The figure as a phone shows it, inside the block: narrow, its panels below each other.

    Of four panels or more two stand side by side.
    """
    width, height = fig.get_size_inches()
    spots: dict[Any, Any] = {ax: spot for ax in fig.axes if (spot := ax.get_subplotspec())}
    rows = max((spot.get_gridspec().nrows for spot in spots.values()), default=1)
    across = 1 if len(spots) < 4 else 2
    down = -(-len(spots) // across) or 1
    inside = [legend for ax in fig.axes if (legend := ax.get_legend())]
    with contextlib.ExitStack() as undo:
        undo.callback(fig.set_size_inches, width, height)
        fig.set_size_inches(NARROW, SHRINK * height * down / rows)
        grid = fig.add_gridspec(down, across)
        for k, (ax, spot) in enumerate(spots.items()):
            undo.callback(ax.set_subplotspec, spot)
            ax.set_subplotspec(grid[k])
            if len(spots) > 1:
                _label_alone(ax, undo)
        for legend in [*inside, *fig.legends]:
            _shrink(legend, undo)
        yield


def _shrink(legend: Any, undo: contextlib.ExitStack) -> None:
    """Write a legend smaller, in short lines; `undo` writes it as it was."""
    for text in legend.get_texts():
        words = text.get_text()
        undo.callback(text.update, {"text": words, "fontsize": text.get_fontsize()})
        lines = words if "$" in words else textwrap.fill(words, 26)
        text.update({"text": lines, "fontsize": 9})


def _label_alone(ax: Any, undo: contextlib.ExitStack) -> None:
    """Give axes the labels that they left to a neighbour; `undo` takes them away again."""
    for axis, side, group in ((ax.xaxis, "bottom", "x"), (ax.yaxis, "left", "y")):
        shared = getattr(ax, f"get_shared_{group}_axes")().get_siblings(ax)
        labels = [getattr(one, f"get_{group}label")() for one in shared]
        shown, name = axis.get_tick_params()[f"label{side}"], axis.get_label_text()
        undo.callback(axis.set_tick_params, **{f"label{side}": shown})
        undo.callback(axis.set_label_text, name)
        axis.set_tick_params(**{f"label{side}": True})
        axis.set_label_text(name or max(labels))


def regime(size: float, hold: float = 1.0) -> str:
    """Name of the regime: the size is below, at (within 1e-9) or above the one that holds."""
    size = np.round(size, 9)
    return "hold" if size == hold else "vanish" if size < hold else "explode"


def label_end(
    lines: Sequence[Line2D], text: str, dx: float = 4, dy: float = 0, **options: Any
) -> None:
    """Write `text` beside the end of what ``ax.plot(...)`` and its like return, in its colour."""
    (line,) = lines
    x, y = (np.asarray(data)[-1] for data in line.get_data())
    options = {"color": line.get_color(), "va": "center"} | options
    note(line.axes, text, (x, y), (dx, dy), **options)


def note(
    ax: Any, text: str, xy: tuple[float, float], offset: tuple[float, float], **options: Any
) -> None:
    """Write small `text` at an offset, in points, from a place `xy` in data."""
    ax.annotate(text, xy, offset, textcoords="offset points", **{"fontsize": 9} | options)


def circle(ax: Axes, radius: float = 1.0, **style: Any) -> None:
    """Draw a circle about 0, thin if not said otherwise."""
    angle = np.linspace(0, 2 * np.pi, 181)
    thin: Style = {"color": HOLD, "linewidth": 0.8, "linestyle": "-"}
    ax.plot(radius * np.cos(angle), radius * np.sin(angle), **thin | style)


def one_line(x: ArrayLike, rows: Array) -> tuple[Array, Array]:
    """Rows over the same x as one line, with a gap after each."""
    rows = np.column_stack([rows, np.full(len(rows), np.nan)])
    return np.tile(np.append(x, np.nan), len(rows)), rows.ravel()


def outcome_bars(outcomes: Outcomes) -> tuple[list[float], Array, Array]:
    """Positions and rates of outcomes, and how far their intervals reach down and up."""
    rates = np.array([outcome.rate for _, outcome in outcomes])
    low, high = np.transpose([outcome.interval for _, outcome in outcomes])
    return [x for x, _ in outcomes], rates, np.clip([rates - low, high - rates], 0, None)


def svg(fig: Figure) -> str:
    """The figure as SVG text, the same on every machine."""
    return svg_and_names(fig)[0]


def svg_and_names(fig: Figure, fonttype: str = "path") -> tuple[str, dict[str, str]]:
    """The figure as SVG text, and the id in it of each id that Matplotlib gave.

    Coordinates are kept to 0.01 point, and ids are renamed in order of use: rounding
    errors of a processor reach neither.
    """
    text = io.StringIO()
    with house_style():
        mpl.rcParams["svg.fonttype"] = fonttype
        fig.draw_without_rendering()  # the layout settles at the second pass only
        fig.savefig(text, format="svg", metadata=_NO_METADATA)
    rounded = _LONG_NUMBER.sub(lambda m: m[1] or m[0], text.getvalue())
    return _rename_ids(re.sub(r"\s+", " ", _COMMENT.sub("", rounded)))


def _rename_ids(text: str) -> tuple[str, dict[str, str]]:
    """Replace Matplotlib's ids, which depend on the last bit of coordinates, by short ones."""
    names = dict.fromkeys(re.findall(r'\bid="([^"]+)"', text))
    plain = re.sub(r'\bid="[^"]+"|#[^")]+(?=["\)])', "", text)
    prefix = "f" + hashlib.sha256(plain.encode()).hexdigest()[:6]
    short = {name: f"{prefix}-{k}" for k, name in enumerate(names)}
    text = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{short[m[1]]}"', text)
    text = re.sub(r"#([^\")]+)(?=[\"\)])", lambda m: "#" + short.get(m[1], m[1]), text)
    return text, short
