"""Draw the landing page's picture: `python -m tools.site.landing_picture` writes landing.svg."""

from pathlib import Path

import numpy as np

from longterm.figures.scalar import shell
from longterm.figures.style import svg

TARGET = Path(__file__).parents[2] / "_static" / "landing.svg"


def landing_picture():
    """SVG of powers of 21 complex numbers that turn by ten degrees a step, for one turn."""
    sizes = np.linspace(0.9, 1.1, 21).round(2)
    t = np.linspace(0, 36, 361)
    powers = np.exp(np.log(sizes)[:, None] * t + 2j * np.pi * t / 36)
    return svg(shell(sizes, powers))


if __name__ == "__main__":
    TARGET.write_text(landing_picture(), encoding="utf-8")
    print(f"wrote {TARGET}")
