"""The digest of a figure: what it draws, stated in words and numbers.

It is the text output of a cell with a figure, so that a notebook checked by its text outputs
is checked down to its pictures.
"""

from collections.abc import Iterator

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from numpy.typing import ArrayLike

from longterm._types import Array


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
    values = np.ma.filled(np.ma.masked_invalid(np.asarray(values, dtype=float)), np.nan).ravel()
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
