"""Numbers in the text of chapter 7."""

from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from longterm import folds

from . import drawn, printed, rounded, said, stored

PAGE = "chapters/07_cliffs_and_machines.ipynb"


def referee_slopes(x0, *more):
    """Biases of the last exercise of chapter 7 and the slopes there."""
    b = np.append(np.linspace(-3.8, -2.2, 801), more)
    return b, folds.unit_slopes(6.0, b, x0)[:, 1]


@cache
def clipped(kind, updates=50):
    """Errors along the descent of the chapter, by update."""
    return folds.unit_error(*folds.unit_descent([4.6, -2.25], 0.02, updates, kind).T)


@cache
def over_the_edge():
    """The first update behind the wall, and the length of the gradient there."""
    w, b = folds.unit_descent([4.6, -2.25], 0.02, 40).T
    first = np.flatnonzero(b < folds.wall(w))[0]
    return first, np.linalg.norm(folds.unit_gradient(w[first], b[first]))


def errors_at_the_wall():
    """The error just below and just above the wall at w = 6."""
    return folds.unit_error(6.0, folds.wall(6.0) + np.array([-0.005, 0.005]))


def surface():
    w, b = np.linspace(4, 7, 121), np.linspace(-4, -1.6, 121)[:, None]
    return folds.unit_error(w, b), b > 0.5 - w * expit(0.5) + 0.1


CLAIMS = [
    ("differ from {:.1f}° and 45°", lambda: np.degrees(np.arctan(expit(0.5)))),
    ("s'(-1) = {:.2f}$. At", lambda: 1 / (expit(-1.0) * expit(1.0))),
    (r"s(-1) = {:.3f}$, and", lambda: folds.wall(6.0, -1.0)),
    ("s'(-1) = {:.3f}$ in place", lambda: 6 * expit(-1.0) * expit(1.0)),
    ("in place of {:.3f}, so", lambda: 6 * expit(-0.5) * expit(0.5)),
    (r"about ${:.1f} \cdot 10^4$", lambda: folds.wall_slope(6.0, -1.0) / 1e4),
    (r"not ${:.1f} \cdot 10^7$", lambda: folds.wall_slope(6.0) / 1e7),
    (r"\frac{{0.7}}{{0.3}} = {:.4f}$", lambda: logit(0.7)),
    (r"= 0.5 - {:.4f}\,w$", lambda: expit(0.5)),
    ("on the wall at $w = {:.3f}$", lambda: (logit(0.7) - 0.5) / (0.7 - expit(0.5))),
    ("$w = {:.2f}$ and an error below 0.0001", lambda: along_the_wall()[0]),
    ("at the wall, −{:.2f}, inside", lambda: -folds.wall(6.0)),
    ("at both folds it is {:.2f}", lambda: folds.unit_slopes(6.0, folds.fold_biases(6.0)[0])[1]),
    ("seems to be {:.1f}. The wall", lambda: referee_slopes(0.5)[1].max()),
    (
        "low, at most {0[0]:.2f}, above a straight slanted line, and high, up to {0[1]:.2f}, below",
        lambda: (surface()[0][surface()[1]].max(), surface()[0].max()),
    ),
    (
        "drop from {0[0]:.2f} to {0[1]:.2f} near minus {0[2]:.2f}.",
        lambda: (*errors_at_the_wall(), -folds.wall(6.0)),
    ),
    (
        "gets there in {0[0]} updates. Update {0[1]} steps over the edge, to a point where the "
        "gradient is longer than {0[2]}.",
        lambda: (
            over_the_edge()[0] - 1,
            over_the_edge()[0],
            said("two hundred", 200, over_the_edge()[1], 210),
        ),
    ),
    (
        "ones swing mostly below {}.",
        lambda: said(
            "0.01", 0, max(np.median(clipped(k)[32:46]) for k in ("norm", "element")), 0.01
        ),
    ),
    ("the error is flat at {:.2f} and", lambda: clipped("none")[-1]),
    (
        "By element it does so from about {}.",
        lambda: said("one in three", 28, printed(PAGE, r"0\.2 +element .*?\) +(\d+) %"), 40),
    ),
    ("falls from 0.015 to {} at update", lambda: rounded(clipped("norm")[30])),
    ("from then on stays below {}.", lambda: said("0.01", 0, clipped("norm")[32:].max(), 0.01)),
    ("same level, 3.1 and {:.1f}.", lambda: drawn("fig-moves", "1 2y last")),
    ("after it they rise to {:.1f}.", lambda: drawn("fig-moves", "2 2y last")),
    (
        "about {} are lost.",
        lambda: said("three in sixteen", 0.17, 1 - printed(PAGE, r"28 bits: .*right (\S+) ±"), 0.2),
    ),
    ("is at {:.2f} after 10", lambda: printed(PAGE, r"after 10 steps: .*measured (\S+)")),
    (
        "line at {} marks guessing",
        lambda: said("one sixteenth", 1 / 16, drawn("fig-kept", "1 text 'guessing' y"), 1 / 16),
    ),
    (
        "from {0[0]} to more than {0[1]} to the sixtieth",
        lambda: (
            said("ten thousand", 1e4, drawn("fig-fold-growth", "1 1y first"), 2e4),
            said("ten", 1e60, drawn("fig-fold-growth", "1 1y last"), 1e61),
        ),
    ),
    ("multiplies the slope by nearly {:.0f}.", lambda: printed(PAGE, r"doubles: \[.* (\S+)\]")),
    (
        "and an error below {}. The throw",
        lambda: said("0.0001", 0, folds.unit_error(*along_the_wall()), 1e-4),
    ),
    ("at $w = 4.6$ by {0[0]:.4f} above $b^*$.", lambda: zero_in_the_wall()),
    (r"\rVert^2 = {0[1]:.0f}$, so", lambda: zero_in_the_wall()),
    (
        "only rates below {} could settle",
        lambda: said("0.001", 0.001, 2 / zero_in_the_wall()[1], 0.00102),
    ),
    (
        "it ends at $w = {:.2f}$ with no error at all",
        lambda: unclipped_end()[0] if folds.unit_error(*unclipped_end()) < 1e-20 else "?",
    ),
    (
        "holds {0[0]} bits exactly and reads {0[1]}.",
        lambda: (
            stored(PAGE, r"(\d+) bits: stored exactly 1\.000 ± \S+; read right 1\.0000"),
            stored(PAGE, r"(\d+) bits: stored exactly 0\.5\d+ ± \S+; read right 1\.0000"),
        ),
    ),
    (
        "by {} a degree at most",
        lambda: said(
            "half",
            0,
            abs(printed(PAGE, r"norm .*, (\S+) degrees") - np.degrees(np.arctan(expit(0.5)))),
            0.5,
        ),
    ),
]


@cache
def zero_in_the_wall(w=4.6):
    """Where in the wall, above its middle, the error is 0 after 50 steps; the curvature there."""
    wall = folds.wall(w)
    b = brentq(lambda b: folds.unit_states(w, b)[-1] - logit(0.7), wall, wall + 0.1, xtol=1e-15)
    return b - wall, 2 * (0.7 * 0.3 * np.linalg.norm(folds.unit_slopes(w, b))) ** 2


@cache
def unclipped_end():
    return folds.unit_descent([4.6, -2.25], 0.002, 3000)[-1]


@cache
def along_the_wall():
    return folds.unit_descent([4.6, -2.25], 0.02, 3000, "norm")[-1]
