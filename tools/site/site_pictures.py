"""Draw the site's icon and the card that other sites show beside a link to it.

`python -m tools.site.site_pictures` writes _static/icon.svg and _static/card.png.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from longterm.figures.style import EXPLODE, HOLD, REGIMES, VANISH, HouseFigure, house_style, regime

STATIC = Path(__file__).parents[2] / "_static"
DARK = {VANISH: "#5db0ea", EXPLODE: "#f0843f", HOLD: "#c8c8c8"}


def spiral(size, turns=1.0):
    """Powers of one complex number of the given size that turns by ten degrees a step."""
    t = np.linspace(0, 36 * turns, 73)
    return size**t * np.exp(2j * np.pi * t / 36)


def outline(points):
    """An SVG path, coordinates to a tenth."""
    return "M" + "L".join(f"{p.real:.1f} {-p.imag:.1f}" for p in points)


def icon():
    """SVG of the circle of size 1, a spiral inward, and one outward, from one point."""
    rules, curves = [], []
    for name, size, turns, colour in (
        ("in", 0.95, 1.0, VANISH),
        ("out", 1.025, 0.62, EXPLODE),
        ("on", 1.0, 1.0, HOLD),
    ):
        rules.append(f".{name}{{stroke:{colour}}}")
        rules.append(f"@media(prefers-color-scheme:dark){{.{name}{{stroke:{DARK[colour]}}}}}")
        curves.append(f'<path class="{name}" d="{outline(20 * spiral(size, turns))}"/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-32 -32 64 64">'
        f"<style>path{{fill:none;stroke-width:5;stroke-linecap:round}}{''.join(rules)}</style>"
        f"{''.join(curves)}</svg>\n"
    )


@house_style()
def card():
    """A picture of 1200 x 630 pixels: the landing page's spirals beside the title."""
    fig = HouseFigure(figsize=(12, 6.3), dpi=100, layout="none", facecolor="white")
    ax = fig.add_axes((0.5, 0, 0.5, 1))
    for size in np.linspace(0.9, 1.1, 21).round(2):
        colour = REGIMES[regime(size)]["color"]
        curve, width = spiral(size), 4.5 if size == 1 else 2
        ax.plot(curve.real, curve.imag, color=colour, linewidth=width, linestyle="-")
    ax.plot(1, 0, "o", color="black", markersize=9)
    ax.set(xlim=(-1.9, 1.9), ylim=(-1.995, 1.995), aspect="equal")
    ax.set_axis_off()
    fig.text(0.06, 0.55, "Long-Term\nDependencies", fontsize=40, weight="bold", linespacing=1.15)
    fig.text(
        0.06,
        0.34,
        "Why gradients vanish and explode:\na course that runs",
        fontsize=19,
        color="#404040",
        linespacing=1.4,
    )
    return fig


if __name__ == "__main__":
    (STATIC / "icon.svg").write_text(icon(), encoding="utf-8", newline="\n")
    png = io.BytesIO()
    card().savefig(png, transparent=False)
    Image.open(png).convert("RGB").quantize(32).save(STATIC / "card.png", optimize=True)
    print(f"wrote icon.svg and card.png to {STATIC}")
