"""Draw the site's pictures: `python -m tools.site.pictures` writes _static/.

They are the landing page's picture, the map of the book, and the card that other sites show beside
a link to this one. The icon, _static/icon.svg, is edited as text.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from longterm.figures.scalar import shell
from longterm.figures.style import REGIMES, HouseFigure, house_style, regime, svg

STATIC = Path(__file__).parents[2] / "_static"
SIZES = np.linspace(0.9, 1.1, 21).round(2)

CHAPTERS = {
    1: (180, 38, "01_scalar_powers", "One number,\nmany times"),
    2: (78, 134, "02_matrix_powers", "Powers of\na matrix"),
    3: (282, 134, "03_random_weights", "A fresh weight\nat every step"),
    4: (282, 230, "04_log_walks", "Walking in\nlog space"),
    5: (78, 230, "05_robust_memory", "Remembering\nrobustly"),
    6: (78, 326, "06_long_spans", "Learning\nlong spans"),
    7: (78, 422, "07_cliffs_and_machines", "Cliffs, folds,\nmachines"),
    8: (282, 422, "08_remedies", "What helps"),
}
"""Centre, page and title of each chapter on the map."""

IDEAS = (
    ("150,66 112,98", "end", 122, 86, "modes"),
    ("210,66 248,98", "start", 238, 86, "logarithms"),
    ("282,162 282,194", "start", 290, 186, "typical size"),
    ("78,162 78,194", "start", 86, 186, "slope of a step"),
    ("78,258 78,290", "start", 86, 282, "margin, slope"),
    ("212,162 196,186 196,326 156,326", "start", 204, 306, "rare paths"),
    ("78,354 78,386", "end", 70, 378, "boundary"),
    ("282,258 282,386", "start", 290, 346, "starts"),
    ("126,354 198,388", "start", 186, 372, "the window"),
    ("148,422 204,422", "middle", 178, 414, "clipping"),
)
"""What one chapter hands on to another: the line, and where its words stand."""

WIDE, HIGH = 140, 56  # of a node
NODE = """<a href="../chapters/{page}.html"><rect x="{x}" y="{y}" width="140" height="56" rx="6"
fill="none" stroke="currentColor"/><text x="{middle}" text-anchor="middle" font-weight="600">{words}
</text><text class="you" x="{middle}" y="{below}" text-anchor="middle" font-size="12"
visibility="hidden">you are here</text></a>"""
LINE = """<path d="M {line}" fill="none" stroke="currentColor" stroke-width="1.5"/>
<path d="{tip}" fill="currentColor"/><text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>"""


def book_map():
    """SVG of the chapters as nodes that are links, and the ideas as arrows."""
    drawn = [arrow(*idea) for idea in IDEAS]
    drawn += [node(number, *place) for number, place in CHAPTERS.items()]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 372 472" width="372" '
        'height="472" font-family="system-ui, sans-serif" font-size="13" fill="currentColor" '
        'role="group" aria-label="Map of the book">\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def node(number, x, y, page, title):
    """A chapter as a link; the words that mark it are seen only where they are true."""
    lines = [f"{number}. {title}".partition("\n")[0], *title.split("\n")[1:]]
    first = y + 5 - 9 * (len(lines) - 1)
    words = "".join(
        f'<tspan x="{x}" y="{first + 18 * k}">{line}</tspan>' for k, line in enumerate(lines)
    )
    corner = {"x": x - WIDE // 2, "y": y - HIGH // 2}
    return NODE.format(page=page, middle=x, words=words, below=y + HIGH // 2 + 13, **corner)


def arrow(line, anchor, x, y, words):
    """A line that ends in a tip, and the idea beside it."""
    points = [np.array(point.split(","), float) for point in line.split()]
    along = (points[-1] - points[-2]) / np.linalg.norm(points[-1] - points[-2])
    across = np.array([-along[1], along[0]])
    ends = points[-1] + 8 * along, points[-1] + 4.5 * across, points[-1] - 4.5 * across
    tip = "M " + " L ".join(f"{a:.1f} {b:.1f}" for a, b in ends) + " Z"
    return LINE.format(line=" ".join(line.split()), tip=tip, x=x, y=y, anchor=anchor, words=words)


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
