"""Draw the map of the book: `python -m tools.site.book_map` writes _static/map.svg."""

from pathlib import Path

from longterm.figures.style import COLOURS, HOLD, house_style, new_figure, svg

TARGET = Path(__file__).parents[2] / "_static" / "map.svg"

CHAPTERS = {
    1: (0, 1, "One number,\nmany times"),
    2: (0, 0, "Powers of\na matrix"),
    3: (1, 1, "A fresh weight\nat every step"),
    4: (2, 1, "Walking in\nlog space"),
    5: (1, 0, "Remembering\nrobustly"),
    6: (2, 0, "Learning\nlong spans"),
    7: (3, 0, "Cliffs, folds,\nmachines"),
    8: (3, 1, "What helps"),
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
}
"""What one chapter hands on to another."""


def book_map():
    """SVG of the chapters as boxes and the ideas as arrows."""
    return svg(_draw())


@house_style()
def _draw():
    fig, ax = new_figure(height=3.6, width=8.4)
    for number, (x, y, title) in CHAPTERS.items():
        box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": COLOURS[0]}
        text = f"{number}\n{title}" if "\n" in title else f"{number}\n{title}\n"
        ax.text(1.4 * x, 1.5 * y, text, ha="center", va="center", fontsize=9, bbox=box, zorder=3)
    for (start, end), idea in IDEAS.items():
        _arrow(ax, CHAPTERS[start], CHAPTERS[end], idea)
    ax.set(xlim=(-0.6, 4.8), ylim=(-0.55, 2.05))
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


if __name__ == "__main__":
    TARGET.write_text(book_map(), encoding="utf-8")
    print(f"wrote {TARGET}")
