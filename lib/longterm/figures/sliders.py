"""Slider figures: Matplotlib figures that move, with a kernel or without.

Python computes every frame; the browser (`sliders.js`) only picks one and draws it. The same
call is live in JupyterLab and on the static page, and its text output is a digest of all frames.
"""

import base64
import hashlib
import io
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import ArrayLike
from PIL import Image

from longterm.figures import markup, style
from longterm.figures.digest import digest, summary

Frame = dict[str, Any]
"""What one state shows: points of lines and words of texts, by their gid, and a readout."""
Artists = dict[str, Any]
"""The lines and texts that move, by their gid."""

MOST_FRAMES = 500
NOWHERE = np.full(1, np.nan)
"""Where a line is that this state does not show: ``(NOWHERE, NOWHERE)``."""
_VIEW = "application/vnd.jupyter.widget-view+json"
_SCRIPT = Path(__file__).with_name("sliders.js").read_text(encoding="utf-8")
_FAR = 20_000  # tenths of a point: where coordinates far outside the picture are cut


@dataclass(frozen=True)
class Slider:
    """One slider: its label, the values it stops at, and names for some of them."""

    label: str
    values: tuple[Any, ...]
    start: Any = None
    """The value it stands at first; the first one if not said."""
    names: Mapping[Any, str] = field(default_factory=dict)
    """What to call some of the values, such as ``{1.0: "holds"}``."""
    form: str = "{:g}"
    """How a value is written."""

    def written(self) -> list[str]:
        """What the slider shows at each stop."""
        return [self.form.format(value) for value in self.values]

    def options(self) -> list[str]:
        """The stops in words: what the slider shows, and the name if there is one."""
        names = [self.names.get(value) for value in self.values]
        pairs = zip(self.written(), names, strict=True)
        return [f"{value} ({name})" if name else value for value, name in pairs]

    def named(self) -> dict[int, str]:
        """The names of stops, by the numbers of the stops."""
        return {k: self.names[v] for k, v in enumerate(self.values) if v in self.names}

    @property
    def index(self) -> int:
        """Where it stands first."""
        return 0 if self.start is None else list(self.values).index(self.start)


class SliderFigure(anywidget.AnyWidget):
    """Sliders and the picture they move; `slider_figure` makes one."""

    _esm = (
        _SCRIPT
        + """export default { render({ model, el }) {
  el.classList.add("slider-figure");
  el.innerHTML = model.get("html");
  for (const { dataset } of el.querySelectorAll("input")) {
    dataset.lmSuppressShortcuts = "";  // JupyterLab's own, which take the arrow keys
  }
  const figure = live(el, model.get("frames"));
  figure.put(model.get("at"));
  el.addEventListener("input", () => { model.set("at", figure.at()); model.save_changes(); });
  model.on("change:at", () => figure.put(model.get("at")));
} };
"""
    )
    _css = Path(__file__).with_name("sliders.css").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    """The sliders, the readout and the picture as they stand first."""
    frames: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    """What changes, and into what at each stop."""
    at: "traitlets.List[int]" = traitlets.List(traitlets.Int()).tag(sync=True)
    """The stops where the sliders stand."""

    def __init__(self, figure: Figure, digest: str, **state: Any) -> None:
        """Keep the figure and its digest, which stand for the sliders elsewhere."""
        super().__init__(**state)
        self.figure = figure
        self._digest, self._png = digest, _png(figure)

    _ipython_display_ = None  # by which ipywidgets 7, which Colab has, shows no more than a name

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        bare = super()._repr_mimebundle_(**kwargs)  # its metadata name Colab's widget manager
        data = {"text/plain": self._digest, "image/png": self._png, _VIEW: view}
        return data, bare[1] if bare else {}


def slider_figure(
    fig: Figure, frame: Callable[..., Frame], *, alt: str, **sliders: Slider
) -> SliderFigure:
    """Make a figure move with one or two sliders.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The picture, its axes limits fixed. What moves has a group id (``artist.set_gid``).
    frame : callable
        ``frame(**values)`` with one value a slider returns a dict: for the gid of a line its
        new ``(x, y)``, for that of a text its new string, and under ``"readout"`` a sentence
        with the numbers of this state.
    alt : str
        What the picture shows in every state; the readout is added to it.
    **sliders : Slider
        One or two, by the names of the parameters of `frame`.

    Returns
    -------
    SliderFigure
    """
    shape = [len(slider.values) for slider in sliders.values()]
    if not 1 <= len(shape) <= 2 or math.prod(shape) > MOST_FRAMES:
        raise ValueError(f"one or two sliders make at most {MOST_FRAMES} frames, got {shape}")
    artists, limits = _moving_artists(fig), _limits(fig)
    grid = itertools.product(*(slider.values for slider in sliders.values()))
    frames = [frame(**dict(zip(sliders, values, strict=True))) for values in grid]
    for state in frames:
        if set(state) != {*artists, "readout"}:
            missing = set(state) ^ {*artists, "readout"}
            raise ValueError(f"frame must return a readout and the gids of fig; check {missing}")
    _show_placeholders(frames, artists)
    if _limits(fig) != limits:
        raise ValueError("frame must not change the limits of the axes; fix them in fig")
    with style.narrow(fig):
        phone = _settled(fig, artists)
    wide = _settled(fig, artists)
    moving = [
        _track(artist, [state[gid] for state in frames], fig)
        | {"ids": [wide.names[gid], phone.names[gid]]}
        | {"move": _move(wide.boxes[gid], phone.boxes[gid])}
        for gid, artist in artists.items()
    ]
    stops, readouts = list(sliders.values()), [state["readout"] for state in frames]
    at = [slider.index for slider in stops]
    first = int(np.ravel_multi_index(at, shape))
    _show(frames[first], artists)
    stated = [*_frame_lines(sliders, artists, frames), _fingerprint(artists, frames), digest(fig)]
    return SliderFigure(
        fig,
        "\n".join(stated),
        html=markup.body(
            _controls(stops, next(iter(wide.names.values())).partition("-")[0]),
            readouts,
            first,
            "".join(
                markup.placed(svg, moving, which, first, f"{alt} {readouts[first]}")
                for which, svg in enumerate((wide.svg, phone.svg))
            ),
        ),
        frames={
            "alt": alt,
            "values": [slider.written() for slider in stops],
            "spoken": [slider.options() for slider in stops],
            "readouts": readouts,
            "moving": moving,
        },
        at=at,
    )


def _moving_artists(fig: Figure) -> Artists:
    """Artists with a group id, by that id."""
    artists: Artists = {}
    for artist in fig.findobj():
        gid = artist.get_gid()
        if gid is None:
            continue
        if not isinstance(artist, Line2D | Text):
            raise ValueError(f"{gid!r} is a {type(artist).__name__}; only lines and texts can move")
        artists[gid] = artist
    return artists


def _limits(fig: Figure) -> list[tuple[float, ...]]:
    return [(*ax.get_xlim(), *ax.get_ylim()) for ax in fig.axes]


def _show(frame: Frame, artists: Artists) -> None:
    """Put one frame into the Matplotlib artists."""
    for gid, artist in artists.items():
        if isinstance(artist, Line2D):
            artist.set_data(*frame[gid])
        else:
            artist.set_text(frame[gid])


def _show_placeholders(frames: list[Frame], artists: Artists) -> None:
    """Draw every artist in full, so that the SVG has an element for all that any frame needs."""
    for gid, artist in artists.items():
        if isinstance(artist, Text):
            artist.set_text("0")
        else:
            most = max(np.size(state[gid][0]) for state in frames)
            (left, right), (low, high) = artist.axes.get_xlim(), artist.axes.get_ylim()
            artist.set_data(np.linspace(left, right, most), np.linspace(low, high, most))


class _Picture(NamedTuple):
    """An SVG, and by the gid of what moves its id and the box of its axes in the SVG."""

    svg: str
    names: dict[str, str]
    boxes: Mapping[str, tuple[float, ...]]


def _settled(fig: Figure, artists: Artists) -> _Picture:
    """The figure, its layout settled: data keep their places from now on."""
    fig.set_dpi(72)
    fig.set_layout_engine("constrained")
    with style.house_style():
        fig.draw_without_rendering()
        fig.draw_without_rendering()
    fig.set_layout_engine("none")
    svg, names = style.svg_and_names(fig, fonttype="none")
    bounds: dict[str, Any] = {gid: artist.axes.bbox.bounds for gid, artist in artists.items()}
    height = fig.bbox.height
    boxes = {gid: (x, height - y, w, h) for gid, (x, y, w, h) in bounds.items()}
    return _Picture(svg, names, boxes)


def _move(old: tuple[float, ...], new: tuple[float, ...]) -> list[float]:
    """Factor and shift of x, and of y, that lead from one picture's axes to another's."""
    factors = [new[2] / old[2], new[3] / old[3]]
    pairs = [(a, new[k] - a * old[k]) for k, a in enumerate(factors)]
    return [round(float(number), 4) for pair in pairs for number in pair]


def _track(artist: Any, states: list[Any], fig: Figure) -> dict[str, Any]:
    """What one artist does: strings of a text, or coordinates of a line in tenths of a point."""
    if isinstance(artist, Text):
        return {"text": list(states)}
    xs, ys = zip(*(_coordinates(artist, x, y, fig) for x, y in states), strict=True)
    return {"x": xs[:1] if len(set(xs)) == 1 else xs, "y": ys}


def _coordinates(line: Any, x: ArrayLike, y: ArrayLike, fig: Figure) -> list[str]:
    """Coordinates in the SVG, as words of whole tenths of a point, "-" for a missing point."""
    points = _transformed(line.get_transform(), x, y)
    points[:, 1] = fig.bbox.height - points[:, 1]
    tenths, gone = np.clip(np.round(10 * points), -_FAR, _FAR), ~np.isfinite(points).all(axis=1)
    return [
        " ".join("-" if g else f"{v:.0f}" for v, g in zip(c, gone, strict=True)) for c in tenths.T
    ]


def _controls(sliders: list[Slider], prefix: str) -> str:
    """The sliders as HTML, each with an id of its own on the page."""
    return "".join(
        markup.slider(
            f"{prefix}-s{k}", one.label, one.written(), one.options(), one.named(), one.index
        )
        for k, one in enumerate(sliders)
    )


def _frame_lines(sliders: Mapping[str, Slider], artists: Artists, frames: list[Frame]) -> list[str]:
    """Lines that state the sliders, three readouts, and what each artist does in all frames."""
    lines = [f"Figure with {len(frames)} frames"]
    for slider in sliders.values():
        first, last = slider.options()[0], slider.options()[-1]
        lines.append(f"slider {slider.label!r}: {len(slider.values)} stops, {first} to {last}")
    for k in sorted({0, len(frames) // 2, len(frames) - 1}):
        lines.append(f"frame {k}: {frames[k]['readout']}")
    for gid, artist in artists.items():
        lines += _track_lines(gid, artist, [state[gid] for state in frames])
    return lines


def _fingerprint(artists: Artists, frames: list[Frame]) -> str:
    """A line that changes with any frame's words, or its lines by 1/4000 of their axes."""
    stated = [state["readout"] for state in frames]
    for gid, artist in artists.items():
        states = [state[gid] for state in frames]
        if isinstance(artist, Text):
            stated += states
        else:
            stated += [_in_axes(artist, x, y) for x, y in states]
    return f"all frames: sha256 {hashlib.sha256(repr(stated).encode()).hexdigest()[:16]}"


def _in_axes(line: Any, x: ArrayLike, y: ArrayLike) -> list[list[int]]:
    """Points as whole 4000ths of the axes, whatever the layout; those far outside are cut."""
    parts = np.round(4000 * _transformed(line.axes.transScale + line.axes.transLimits, x, y))
    whole: list[list[int]] = (
        np.nan_to_num(np.clip(parts, -_FAR, _FAR), nan=_FAR + 1).astype(int).tolist()
    )
    return whole


def _transformed(transform: Any, x: ArrayLike, y: ArrayLike) -> Any:
    """Points of a line, as an array (n, 2), after a transform; nan or inf off a log axis."""
    points = np.column_stack(np.broadcast_arrays(np.atleast_1d(x), np.atleast_1d(y)))
    with np.errstate(all="ignore"):
        return transform.transform(points.astype(float))


def _track_lines(gid: str, artist: Any, states: list[Any]) -> list[str]:
    """One line an artist and coordinate, on all frames together."""
    if isinstance(artist, Text):
        return [f"{gid}: {len(set(states))} different texts"]
    scales = artist.axes.get_xscale(), artist.axes.get_yscale()
    drawn = [
        np.concatenate([np.atleast_1d(state[k]).astype(float) for state in states]) for k in (0, 1)
    ]
    return [
        f"{gid} {name}: {summary(values, scale)}"
        for name, values, scale in zip("xy", drawn, scales, strict=True)
    ]


def _png(fig: Figure) -> str:
    """The start as a PNG of few colours, for GitHub and print."""
    picture, small = io.BytesIO(), io.BytesIO()
    with style.house_style():
        fig.savefig(picture, format="png", dpi=100, transparent=False)
    Image.open(picture).convert("RGB").quantize(32).save(small, format="png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()
