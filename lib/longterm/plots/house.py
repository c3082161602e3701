"""House style: figures that look alike, show themselves as SVG, and state a digest.

`HouseFigure` is a Matplotlib figure made without pyplot. As the last expression of a
cell it displays an SVG for the reader, and as text a digest of everything drawn, so
that a notebook checked by its text outputs is checked down to its pictures.
"""

import contextlib
import functools
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array, Style
from longterm.plots import _arguments

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

DASHES = ("-", (0, (6, 1.5, 1.5, 1.5)), (0, (5, 2)), (0, (1.5, 1.5)), (0, (9, 2)), "-")
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
_MOST_AXES, _MOST_INCHES = 100, 100
_SCALES = ("linear", "log", "symlog", "logit", "asinh")
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


P = ParamSpec("P")
R = TypeVar("R")


class HouseFigure(Figure):
    """A Matplotlib figure that shows itself as SVG and as a digest."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": digest(self), "image/svg+xml": svg(self)}


@contextlib.contextmanager
def house_settings() -> Iterator[None]:
    """Matplotlib's defaults and the house style, whatever the reader has set."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


@_arguments.checked
def house_style(draw: Callable[P, R]) -> Callable[P, R]:
    """Decorate a figure function: it draws in the house style, and its arguments are checked.

    What the signature says of an argument must be so, or a `TypeError` or `ValueError` names it.
    """
    check = _arguments.checker(draw)

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> R:
        """Draw in the house style."""
        bound = check(*args, **kwargs)
        try:
            with house_settings(), np.errstate(all="ignore"):
                return draw(*bound.args, **bound.kwargs)
        except (TypeError, ValueError, LookupError) as error:  # each part is right by itself
            names = " and ".join(bound.arguments)
            raise ValueError(f"{names} do not fit together: {error}") from error

    return styled


def new_figure(
    columns: int = 1, rows: int = 1, height: float = 3.4, width: float = 6.8, **options: Any
) -> tuple[HouseFigure, Any]:
    """A `HouseFigure` and its axes: one, or an array of them as `Figure.subplots` gives."""
    columns, rows = _check.size("columns", columns), _check.size("rows", rows)
    for name, inches in (("height", height), ("width", width)):
        if _check.positive(name, inches) > _MOST_INCHES:
            raise ValueError(f"{name} must be at most {_MOST_INCHES} inches, got {inches}")
    if columns * rows > _MOST_AXES:
        raise ValueError(f"columns and rows make {columns * rows} axes, over {_MOST_AXES}")
    fig = HouseFigure(figsize=(width, height))
    return fig, fig.subplots(rows, columns, **options)


@_arguments.checked
def label_end(
    ax: Axes, line: Line2D, text: str, dx: float = 4, dy: float = 0, **options: Any
) -> None:
    """Write `text` beside the last point of `line`, in the colour of the line."""
    x, y = (np.asarray(data)[-1] for data in line.get_data())
    options = {"color": line.get_color(), "va": "center", "fontsize": 9} | options
    ax.annotate(text, (x, y), (dx, dy), textcoords="offset points", **options)


@_arguments.checked
def svg(fig: Figure) -> str:
    """The figure as SVG text, the same on every machine."""
    return svg_and_names(fig)[0]


@_arguments.checked
def svg_and_names(fig: Figure, fonttype: str = "path") -> tuple[str, dict[str, str]]:
    """The figure as SVG text, and the id in it of each id that Matplotlib gave.

    Coordinates are kept to 0.01 point, and ids are renamed in order of use: rounding
    errors of a processor reach neither.
    """
    _check.one_of("fonttype", fonttype, ("path", "none"))
    text = io.StringIO()
    with house_settings():
        mpl.rcParams["svg.fonttype"] = fonttype
        fig.draw_without_rendering()  # the layout settles at the second pass only
        fig.savefig(text, format="svg", metadata=_NO_METADATA)
    rounded = _LONG_NUMBER.sub(lambda m: m[1] or m[0], text.getvalue())
    return _rename_ids(re.sub(r"\s+", " ", _COMMENT.sub("", rounded)))


@_arguments.checked
def digest(fig: Figure) -> str:
    """State in words and numbers what a figure draws.

    For each axes: title, labels, scales, legend, texts; for each artist its points: how
    many, first, last, least, largest and mean, to six digits (of log10 on a log axis).
    """
    width, height = fig.get_size_inches()
    lines = [f"Figure {width:.3g} x {height:.3g} in, {len(fig.axes)} axes"]
    for number, ax in enumerate(fig.axes, 1):
        lines.append(f"axes {number}: {_quoted(_title(ax))}")
        lines += [f"  {text}" for text in (*_axis_lines(ax), *_artist_lines(ax))]
    return "\n".join(lines)


def _title(ax: Axes) -> str:
    return " ".join(filter(None, (ax.get_title(loc) for loc in ("left", "center", "right"))))


def _axis_lines(ax: Axes) -> Iterator[str]:
    """A line an axis, then one for the legend and one for the texts, if any."""
    for name, axis, limits in (("x", ax.xaxis, ax.get_xlim()), ("y", ax.yaxis, ax.get_ylim())):
        span = " to ".join(f"{limit:.4g}" for limit in limits)
        yield f"{name}: {_quoted(axis.get_label_text())} {axis.get_scale()} {span}"
    if legend := ax.get_legend():
        yield "legend: " + ", ".join(_quoted(t.get_text()) for t in legend.get_texts())
    for text in ax.texts:
        if text.get_text():
            yield f"text: {_quoted(text.get_text())} at {_points_at(text.get_position(), text)}"


def _points_at(position: tuple[float, float], text: Text) -> str:
    xy = getattr(text, "xy", position)
    return ", ".join(f"{_cleaned(value):.6g}" for value in xy)


def _artist_lines(ax: Axes) -> Iterator[str]:
    for artist in ax.get_children():
        kind = type(artist).__name__
        if not artist.get_visible() or artist in (ax.patch, *ax.spines.values()):
            continue
        if isinstance(artist, AxesImage):
            yield f"{kind}: {summary(np.ma.asarray(artist.get_array()))}"
        elif isinstance(artist, Line2D | Collection | Patch):
            points = _points(artist)
            x, y = points[:, 0], points[:, 1]
            scales = ax.xaxis.get_scale(), ax.yaxis.get_scale()
            yield f"{kind} {_quoted(_label(artist))} x {summary(x, scales[0])}"
            yield f"{' ' * len(kind)} {_quoted(_label(artist))} y {summary(y, scales[1])}"


def _points(artist: Line2D | Collection | Patch) -> Array:
    """What an artist draws, as an array (n, 2) in data units."""
    if isinstance(artist, Line2D):
        return np.asarray(artist.get_xydata())
    if isinstance(artist, Patch):
        return artist.get_patch_transform().transform(artist.get_path().vertices)
    offsets = np.ma.filled(artist.get_offsets(), np.nan)
    if len(offsets) and np.any(offsets):
        return offsets
    paths = [path.vertices for path in artist.get_paths()]
    return np.concatenate(paths) if paths else np.empty((0, 2))


def summary(values: ArrayLike, scale: str = "linear") -> str:
    """State values in one line: how many, first, last, least, largest, mean; logs on a log axis."""
    _check.one_of("scale", scale, _SCALES)
    try:
        if np.iscomplexobj(values):
            raise TypeError("got complex numbers")
        values = np.ma.filled(np.ma.masked_invalid(np.asarray(values, dtype=float)), np.nan).ravel()
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"values must be an array of real numbers: {error}") from None
    if scale == "log":
        positive = values > 0
        values = np.where(positive, np.log10(np.where(positive, values, 1.0)), np.nan)
    if not np.isfinite(values).any():
        return f"n {values.size}, none finite"
    parts = {
        "first": values[0],
        "last": values[-1],
        "min": np.nanmin(values),
        "max": np.nanmax(values),
        "mean": np.nanmean(values),
    }
    largest = np.nanmax(np.abs(values))
    stated = " ".join(f"{name} {_cleaned(part, largest):.6g}" for name, part in parts.items())
    return f"n {values.size} {'log10 ' if scale == 'log' else ''}{stated}"


def _cleaned(value: float, largest: float = 1.0) -> float:
    """The value, or 0 where it is nothing but rounding error, beside the largest or beside 1."""
    return 0.0 if abs(value) < max(1e-9 * largest, 1e-12) else value


def _label(artist: Artist) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") else label


def _quoted(text: str) -> str:
    return '"' + text.replace("\n", " ") + '"'


def _rename_ids(text: str) -> tuple[str, dict[str, str]]:
    """Replace Matplotlib's ids, which depend on the last bit of coordinates, by short ones."""
    names = dict.fromkeys(re.findall(r'\bid="([^"]+)"', text))
    plain = re.sub(r'\bid="[^"]+"|#[^")]+(?=["\)])', "", text)
    prefix = "f" + hashlib.sha256(plain.encode()).hexdigest()[:6]
    short = {name: f"{prefix}-{k}" for k, name in enumerate(names)}
    text = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{short[m[1]]}"', text)
    text = re.sub(r"#([^\")]+)(?=[\"\)])", lambda m: "#" + short.get(m[1], m[1]), text)
    return text, short
