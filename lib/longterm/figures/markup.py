"""The HTML of a slider figure as it stands first: sliders, readout, and the picture at the start.

`sliders.js` brings it to life. Without a script the picture and its readout stay.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from xml.etree import ElementTree

Track = Mapping[str, Any]
"""What one artist does: its words, or the x and y of its points, in each frame. Also its `ids` in
the wide and the narrow picture, and the `move` of points from the one to the other."""
STILL = (1, 0, 1, 0)

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
ElementTree.register_namespace("", _SVG)
ElementTree.register_namespace("xlink", _XLINK)


def body(sliders: str, readouts: Sequence[str], first: int, pictures: str) -> str:
    """The inside of a slider figure; the longest readout says how much room all need."""
    longest = escape(max(readouts, key=len))
    return (
        f'<div class="controls">{sliders}</div>'
        f'<p class="readout" data-longest="{longest}"><span aria-live="polite">'
        f"{escape(readouts[first])}</span></p>{pictures}"
    )


def slider(
    name: str,
    label: str,
    written: Sequence[str],
    spoken: Sequence[str],
    named: Mapping[int, str],
    at: int,
) -> str:
    """A range input with its label, its value in words, and the names of stops below its track."""
    last = len(written) - 1
    ticks = "".join(
        f'<i style="--at: {k / max(last, 1):.4f}">{escape(words)}</i>' for k, words in named.items()
    )
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<output for="{name}" style="--longest: {max(map(len, written))}ch" aria-live="off">'
        f'{escape(written[at])}</output><div class="track"><input id="{name}" type="range" '
        f'min="0" max="{last}" value="{at}" autocomplete="off" '
        f'aria-valuetext="{escape(spoken[at])}" />'
        f'<div class="names" aria-hidden="true">{ticks}</div></div>'
    )


def placed(svg: str, tracks: Sequence[Track], which: int, frame: int, label: str) -> str:
    """The wide (0) or narrow (1) SVG with what moves where it is in one frame, said in words."""
    root = ElementTree.fromstring(svg)
    root.attrib |= {"class": ("wide", "narrow")[which], "role": "img", "aria-label": label}
    groups = {group.get("id"): group for group in root.iter(f"{{{_SVG}}}g")}
    for track in tracks:
        group = groups[track["ids"][which]]
        if "text" in track:
            next(group.iter(f"{{{_SVG}}}text")).text = track["text"][frame]
        else:
            a, b, c, d = track["move"] if which else STILL
            _place_line(group, points(track["x"], frame, a, b), points(track["y"], frame, c, d))
    return ElementTree.tostring(root, encoding="unicode")


def points(track: Sequence[str], frame: int, factor: float, shift: float) -> list[float]:
    """Coordinates of one frame in points, moved, to a tenth; a missing one is nan."""
    words = track[0 if len(track) == 1 else frame].split()
    moved = [math.nan if word == "-" else float(word) * factor + 10 * shift for word in words]
    return [v if math.isnan(v) else math.floor(v + 0.5) / 10 for v in moved]


def outline(xs: Sequence[float], ys: Sequence[float]) -> str:
    """The path through some points, with a gap where one is missing."""
    pieces, pen = [], "M"
    for x, y in zip(xs, ys, strict=True):
        missing = math.isnan(x + y)
        pieces.append("" if missing else f"{pen}{x:g} {y:g}")
        pen = "M" if missing else "L"
    return "".join(pieces) or "M0 0"


def _place_line(group: ElementTree.Element, xs: list[float], ys: list[float]) -> None:
    """Put a line, or its marks, into a group of the SVG."""
    if (path := group.find(f"{{{_SVG}}}path")) is not None:
        path.set("d", outline(xs, ys))
    for mark, x, y in zip(group.iter(f"{{{_SVG}}}use"), xs, ys, strict=False):
        missing = math.isnan(x + y)
        mark.set("visibility", "hidden" if missing else "visible")
        if not missing:
            mark.attrib |= {"x": f"{x:g}", "y": f"{y:g}"}
    for mark in list(group.iter(f"{{{_SVG}}}use"))[len(xs) :]:
        mark.set("visibility", "hidden")
