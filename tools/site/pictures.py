"""Draw the site's pictures: `python -m tools.site.pictures` writes _static/.

They are the landing page's spirals, the map of the book, a small picture a chapter, and the card
that other sites show beside a link to this one. The icon, _static/icon.svg, is edited as text.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from longterm.decay import gate_half_life
from longterm.figures.style import REGIMES, HouseFigure, house_style, regime
from longterm.folds import unit_error
from longterm.linear import propagate
from longterm.memory import retention
from longterm.scalar import powers
from longterm.scaling import sample_log_norms
from longterm.tuning import stored

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
    9: (282, 518, "09_atlas", "An atlas of\ngradient laws"),
    10: (78, 518, "10_your_network", "Your own\nnetwork"),
}
"""Centre, page and title of each chapter on the map."""

IDEAS = (
    ("150,70 114,94", "end", 120, 88, "modes"),
    ("210,70 246,94", "start", 240, 88, "logarithms"),
    ("282,166 282,190", "start", 290, 186, "typical size"),
    ("78,166 78,190", "start", 86, 186, "slope of a step"),
    ("78,262 78,286", "start", 86, 282, "margin, slope"),
    ("214,166 196,190 196,326 156,326", "start", 204, 306, "rare paths"),
    ("78,358 78,382", "end", 70, 378, "boundary"),
    ("282,262 282,382", "start", 290, 346, "starts"),
    ("126,358 203,386", "start", 186, 368, "the window"),
    ("148,422 204,422", "middle", 178, 414, "clipping"),
    ("282,450 282,482", "start", 290, 474, "rates"),
    ("212,518 156,518", "middle", 180, 510, "probe"),
)
"""What one chapter hands on to another: the line, and where its words stand."""

WIDE, HIGH = 140, 64  # of a node
NODE = """<a href="../chapters/{page}.html"><rect x="{x}" y="{y}" width="140" height="64" rx="6"
fill="none" stroke="currentColor"/><text x="{middle}" text-anchor="middle" font-weight="600">{words}
</text><text class="you" x="{middle}" y="{below}" text-anchor="middle" font-size="11"
visibility="hidden">you are here</text></a>"""
LINE = """<path d="M {line}" fill="none" stroke="currentColor" stroke-width="1.5"/>
<path d="{tip}" fill="currentColor"/><text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>"""


def book_map():
    """SVG of the chapters as nodes that are links, and the ideas as arrows."""
    drawn = [arrow(*idea) for idea in IDEAS]
    drawn += [node(number, *place) for number, place in CHAPTERS.items()]
    look = 'class="map" fill="currentColor" font-family="system-ui, sans-serif" font-size="13" '
    label = 'role="group" aria-label="Map of the book"'
    return picture(372, 568, "\n".join(drawn), look + label)


def node(number, x, y, page, title):
    """A chapter as a link; the words that mark it are seen only where they are true."""
    lines = [f"{number}. {title}".partition("\n")[0], *title.split("\n")[1:]]
    first = y + 2 - 9 * (len(lines) - 1)
    words = "".join(
        f'<tspan x="{x}" y="{first + 18 * k}">{line}</tspan>' for k, line in enumerate(lines)
    )
    corner = {"x": x - WIDE // 2, "y": y - HIGH // 2}
    return NODE.format(page=page, middle=x, words=words, below=y + 25, **corner)


def arrow(line, anchor, x, y, words):
    """A line that ends in a tip, and the idea beside it."""
    points = [np.array(point.split(","), float) for point in line.split()]
    along = (points[-1] - points[-2]) / np.linalg.norm(points[-1] - points[-2])
    across = np.array([-along[1], along[0]])
    ends = points[-1] + 8 * along, points[-1] + 4.5 * across, points[-1] - 4.5 * across
    tip = "M " + " L ".join(f"{a:.1f} {b:.1f}" for a, b in ends) + " Z"
    return LINE.format(line=" ".join(line.split()), tip=tip, x=x, y=y, anchor=anchor, words=words)


def landing_picture():
    """SVG of powers of 21 complex numbers that turn by ten degrees a step, for one turn.

    Each curve says in words what one step and the whole turn leave; the page's slider picks one.
    """
    steps = np.linspace(0, 36, 73)
    turns = np.exp(2j * np.pi * steps / 36)
    curves = [
        CURVE.format(
            line=points(*frame(size**steps * turns, (-3.6, 1.6), (-1.65, 1.65), 520)),
            says=f"Size {size:g}: one step leaves {size:.0%}, the 36 steps of a turn {left:.0%}.",
            colour=REGIMES[regime(size)]["color"],
            look='stroke-width="3"' if size == 1 else 'opacity=".45"',
        )
        for size, left in zip(SIZES, powers(SIZES, 36)[:, -1], strict=True)
    ]
    dot = '<circle cx="460" cy="165" r="6"/>'
    return picture(520, 330, "\n".join([*curves, dot]), 'class="spirals"')


CURVE = '<path d="M {line}" data-says="{says}" fill="none" stroke="{colour}" {look}/>'


def frame(z, across, up, width):
    """Pixels of complex points, up to the last one that is near the picture."""
    scale = width / (across[1] - across[0])
    far = np.flatnonzero(abs(z) > 4 * across[1])
    z = z[: far[0] if far.size else None]
    return (z.real - across[0]) * scale, (up[1] - z.imag) * scale


def points(x, y):
    """Points as they stand in a path."""
    return " ".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def picture(width, height, inside, more=""):
    """An SVG of this size."""
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" {more}'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>\n{inside}\n</svg>\n'


def thumbnails():
    """A small picture for each chapter: the curves of one of its ideas, without their axes."""
    rng, t = np.random.default_rng(0), np.arange(41)
    shear = [[0.96, 0.0], [1.2, 0.55]]
    starts = [propagate(shear, [np.cos(a), np.sin(a)], 14) for a in np.arange(12) * np.pi / 6]
    bias = np.linspace(0, 4, 41)
    lengths, shares = zip(*stored("latch").curve("all trained"), strict=True)
    won = [share.rate for share in shares]
    weights = np.linspace(4.6, 6.6, 161)
    return {
        1: [(t, row) for row in powers([0.93, 1.0, 1.02], 40)],
        2: [(path[:, 0], path[:, 1]) for path in starts],
        3: [(t, walk) for walk in sample_log_norms(1, 40, 9, gain=1.0, rng=rng)],
        4: [(t, walk) for walk in sample_log_norms(12, 40, 9, gain=1.0, rng=rng)],
        5: [(t, retention(w, 0.5, 40).probabilities) for w in (1.2, 1.6, 2.5)],
        6: [(lengths, won), (lengths, np.zeros(len(won)))],
        7: [(weights, unit_error(weights, -2.5))],
        8: [(bias, gate_half_life(bias)), (bias, np.ones(41))],
        9: [(t[1:], size[1:]) for size in (0.9**t, 0 * t + 0.6, 1 / (1 + t))],
        10: [(t, -t / 3), (t, -t / 30)],
    }


def thumbnail(curves):
    """SVG of some curves, each in a colour of its own, that fill the picture."""
    colours = [REGIMES[name]["color"] for name in ("vanish", "hold", "explode")]
    x, y = (np.concatenate([np.asarray(curve[k], float) for curve in curves]) for k in (0, 1))
    paths = []
    for k, (a, b) in enumerate(curves):
        across = 6 + 188 * (np.asarray(a) - x.min()) / np.ptp(x)
        up = 84 - 78 * (np.asarray(b) - y.min()) / np.ptp(y)
        colour = colours[k % 3]
        paths.append(f'<path d="M {points(across, up)}" stroke="{colour}"/>')
    return picture(200, 90, "\n".join(paths), 'fill="none" stroke-width="2"')


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


def vector_pictures():
    """Return the SVGs by the names of their files."""
    small = {f"chapter-{k}": thumbnail(curves) for k, curves in thumbnails().items()}
    return {"map": book_map(), "landing": landing_picture()} | small


if __name__ == "__main__":
    for name, drawn in vector_pictures().items():
        (STATIC / f"{name}.svg").write_text(drawn, encoding="utf-8")
    png = io.BytesIO()
    card().savefig(png, transparent=False)
    Image.open(png).convert("RGB").quantize(32).save(STATIC / "card.png", optimize=True)
