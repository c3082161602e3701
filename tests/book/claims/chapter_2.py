"""Numbers in the text of chapter 2."""

from fractions import Fraction

import numpy as np

from longterm import linear

from . import drawn, printed, rounded, said, word

PAGE = "chapters/02_matrix_powers.ipynb"


B = np.array([[0.9, 5], [0, 0.8]])
W2 = 2 * np.array([[0.5, 1.75, -1.75], [-0.25, 0.5, 0.25], [-0.25, 1.75, -1.0]])
SIZES = np.sort(np.abs(np.linalg.eigvals(W2 / 2)))[::-1]
BITS = np.finfo(float).nmant + 1


def peak_of_corner():
    """The time, not rounded to steps, at which the corner entry of the powers of B is largest."""
    small, large = np.log(np.sort(np.linalg.eigvals(B)))
    return np.log(small / large) / (large - small)


def shifted_ratio():
    """The factor a step by which the first mode wins after 0.1 I was added."""
    small, large = np.sort(np.abs(np.linalg.eigvals([[0.1, 2], [0.5, 0.1]])))
    return small / large


def corner_and_norm():
    """Corner entry and norm of the sixth power of B in chapter 2."""
    return 50 * (0.9**6 - 0.8**6), linear.transient_peak(B, 60).norm


def steps_till_rounded():
    """Steps until rounding has given the first mode its whole share."""
    right = np.array([1, 0, 1])
    states = linear.propagate_in(W2 / 2, [0, 1, 0], 160, float).astype(float)
    share = np.abs(states @ right) / np.linalg.norm(states, axis=1)
    return np.argmax(share > 0.69)


def norms_of_powers(t):
    return np.array([np.linalg.norm(np.linalg.matrix_power(B, n), 2) for n in range(t)])


def back_below_one():
    return np.flatnonzero(norms_of_powers(61) >= 1)[-1] + 1


def stretches():
    """By how much each step stretches the state that the first step of B stretches most."""
    start = np.linalg.svd(B.T)[2][0]
    lengths = np.linalg.norm(linear.propagate(B, start, 3), axis=1)
    return lengths[1:] / lengths[:-1]


CLAIMS = [
    ("the ratio is $0.75/1.25 = {:.1f}$", lambda: SIZES[1] / SIZES[0]),
    ("which is {:.2f} at $t = 6$", lambda: linear.spectral_radius(B) ** 6),
    ("About {:.0f} 000, that is 5.1", lambda: linear.spectral_norm(B) ** 6 / 1000),
    (r"\approx {:.0f}$ more steps", lambda: BITS * np.log(2) / np.log(SIZES[0] / SIZES[1])),
    ("as $e^{{{:.0f}}}$", lambda: linear.propagate_log(W2, [1, 2, -0.5], 3000).log_norms[-1]),
    ("= {:.2f} .", peak_of_corner),
    ("is {0[0]:.2f} at $t = 6$, nearly all of the norm {0[1]:.2f}", corner_and_norm),
    ("({0[0]:.4f}..., {0[1]})", lambda: linear.transient_peak([[0.9, 50], [0, 0.8]], 60)),
    ("multiplied by up to {:.2f}", lambda: linear.transient_peak(B, 60).norm),
    ("$0.9/1.1 = {:.3f}$", shifted_ratio),
    ("rises with slope {:.3f} from", lambda: np.log(SIZES[0])),
    ("falls with slope minus {:.3f} from 1.5", lambda: -np.log(SIZES[1])),
    ("falls with slope minus {:.3f} from 2.5", lambda: -np.log(SIZES[2])),
    (
        "grown to more than {}, and",
        lambda: said("ten millions", 1e7, printed(PAGE, r"1\.5 +1\.0+ +(\S+)"), 9e7),
    ),
    ("plants it at {} of the state", lambda: rounded(np.finfo(float).epsneg)),
    (
        "and it then grows by {} a step until",
        lambda: str(Fraction(SIZES[0] / SIZES[1]).limit_denominator(9)),
    ),
    ("Up to t = {:.0f} it is", lambda: drawn("fig-reseeding", "1 1x first") - 1),
    ("levels off at 0.7 near t = {}.", lambda: said("110", 106, steps_till_rounded(), 114)),
    ("can stretch a state by {:.1f}. But", lambda: linear.spectral_norm(B)),
    ("by the next: by {0[1]:.2f}, then by {0[2]:.2f}.", stretches),
    (
        "and a {} times as much",
        lambda: said("hundred", 99, np.linalg.cond(np.linalg.eig(B)[1]), 101),
    ),
    ("crosses 1 again near t = {},", lambda: back_below_one() - 1),
    (
        "within {0[0]} steps $B$ makes a small change more than {0[1]} times larger",
        lambda: (
            word(linear.transient_peak(B, 60).step),
            word(int(linear.transient_peak(B, 60).norm)),
        ),
    ),
    (
        "at angles of plus and minus {:.0f} degrees",
        lambda: np.degrees(np.angle(np.linalg.eigvals([[1.5, -1], [1, 0]]))).max(),
    ),
    (
        "of the state by {0[0]:.2f} and the second by {0[1]:.2f}.",
        lambda: [printed(PAGE, r"the entries by \[(\S+) +(\S+)\]", n) for n in (1, 2)],
    ),
    ("our −1.25 becomes {:.4f}.", lambda: SIZES[0] ** 2),
    (
        "With 50 the peak is about {} times higher",
        lambda: word(
            linear.transient_peak([[0.9, 50], [0, 0.8]], 60).norm
            / linear.transient_peak(B, 60).norm
        ),
    ),
    (
        "[-1].round(4) # {:.1f} ```",
        lambda: linear.dominant_alignment([[0.1, 2], [0.5, 0.1]], [1, 0], 40)[-1].round(4),
    ),
]
