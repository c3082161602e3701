"""Draw the site's pictures: `python -m tools.site.pictures` writes _static/.

They are the landing page's picture, the map of the book, and the card that other sites show beside
a link to this one. The icon, _static/icon.svg, is edited as text.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from longterm.figures.scalar import shell
from longterm.figures.style import (
    COLOURS,
    HOLD,
    REGIMES,
    HouseFigure,
    house_style,
    new_figure,
    regime,
    svg,
)

STATIC = Path(__file__).parents[2] / "_static"
SIZES = np.linspace(0.9, 1.1, 21).round(2)

CHAPTERS = {
    1: (0, 1, "One number,\nmany times"),
    2: (0, 0, "Powers of\na matrix"),
    3: (1, 1, "A fresh weight\nat every step"),
    4: (2, 1, "Walking in\nlog space"),
    5: (1, 0, "Remembering\nrobustly"),
    6: (2, 0, "Learning\nlong spans"),
    7: (3, 0, "Cliffs, folds,\nmachines"),
    8: (3, 1, "What helps"),
    9: (4, 1, "An atlas of\ngradient laws"),
}
"""Column, row and title of each chapter."""

IDEAS = {
    (1, 2): "modes",
    (1, 3): "logarithms",
    (3, 4): "typical size",
    (2, 5): "slope of a step",
    (5, 6): "margin\nagainst slope",
    (3, 6): "rare paths",
    (6, 7): "boundary",
    (4, 8): "starts",
    (6, 8): "the window",
    (7, 8): "clipping",
    (8, 9): "rates",
}
"""What one chapter hands on to another."""


def book_map():
    """SVG of the chapters as boxes and the ideas as arrows."""
    return svg(_draw())


@house_style()
def _draw():
    fig, ax = new_figure(height=3.6, width=10.4)
    for number, (x, y, title) in CHAPTERS.items():
        box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": COLOURS[0]}
        text = f"{number}\n{title}" if "\n" in title else f"{number}\n{title}\n"
        ax.text(1.4 * x, 1.5 * y, text, ha="center", va="center", fontsize=9, bbox=box, zorder=3)
    for (start, end), idea in IDEAS.items():
        _arrow(ax, CHAPTERS[start], CHAPTERS[end], idea)
    ax.set(xlim=(-0.6, 6.2), ylim=(-0.55, 2.05))
    ax.set_axis_off()
    return fig


def _arrow(ax, start, end, idea):
    (x0, y0), (x1, y1) = ((1.4 * x, 1.5 * y) for x, y, _ in (start, end))
    look = {"arrowstyle": "-|>", "color": HOLD, "shrinkA": 34, "shrinkB": 34, "linewidth": 1.2}
    ax.annotate("", (x1, y1), (x0, y0), arrowprops=look, zorder=1)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    offset = (0, 9) if y0 == y1 else (6, 0)
    ha = "center" if y0 == y1 else "left"
    ax.annotate(idea, middle, offset, textcoords="offset points", ha=ha, va="center", fontsize=8)


def landing_picture():
    """SVG of powers of 21 complex numbers that turn by ten degrees a step, for one turn."""
    t = np.linspace(0, 36, 361)
    powers = np.exp(np.log(SIZES)[:, None] * t + 2j * np.pi * t / 36)
    return svg(shell(SIZES, powers))


@house_style()
def card():
    """A picture of 1200 x 630 pixels: the landing page's spirals beside the title."""
    fig = HouseFigure(figsize=(12, 6.3), dpi=100, layout="none", facecolor="white")
    ax = fig.add_axes((0.5, 0, 0.5, 1))
    t = np.linspace(0, 36, 73)
    for size in SIZES:
        colour = REGIMES[regime(size)]["color"]
        curve = size**t * np.exp(2j * np.pi * t / 36)
        width = 4.5 if size == 1 else 2
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
    for name, draw in (("map", book_map), ("landing", landing_picture)):
        (STATIC / f"{name}.svg").write_text(draw(), encoding="utf-8")
    png = io.BytesIO()
    card().savefig(png, transparent=False)
    Image.open(png).convert("RGB").quantize(32).save(STATIC / "card.png", optimize=True)
