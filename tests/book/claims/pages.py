"""Numbers in the text of the landing page and of the pages around the course."""

import math
import tomllib

import numpy as np
from tools.homework import sandbox

from longterm import linear, scalar

from . import ROOT, chapter_4, chapter_6, printed, said

ONE, SIX = "chapters/01_scalar_powers.ipynb", "chapters/06_long_spans.ipynb"


def oldest_python():
    """The oldest Python that the package admits."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["project"]["requires-python"].removeprefix(">=")


def learned(how):
    """Percent of the networks of chapter 1 that learn the bit."""
    return printed(ONE, rf"(?m)^ *{how}: (\d+) %")


def gamble():
    """What forty steps are, what the odds do with the length, and with the first weights."""
    plain = [learned(f"{steps} steps, networks that learn it") for steps in (5, 40, 120)]
    return (
        said("gamble", 5, plain[1], 60),
        said("fall", 2, min(plain[0] / plain[1], plain[1] / plain[2]), 20),
        said("depend", 1.5, learned("gain 2.0, +40 steps") / plain[1], 20),
    )


CLAIMS = {
    "README.md": [("by hand and a {0[0]} for gradient descent.", gamble)],
    "index.md": [
        ("it is a {0[0]}, at odds that {0[1]} with the length and {0[2]} on the first", gamble),
        ("$100 \\ln 0.9 \\approx -{:.1f}$", lambda: -scalar.log_abs_powers(0.9, 100)[-1]),
        ("You need Python {} or newer", oldest_python),
    ],
    "pages/errata.md": [
        (
            "a state more than {} times larger",
            lambda: said("ten", 10, linear.transient_peak([[0.9, 5], [0, 0.8]], 60).norm, 14),
        ),
        (
            "good from about $N = {}$ on",
            lambda: said("20", 0, chapter_4.printed_drifts([20, 30, 50, 100]).max(), 0.2),
        ),
        (
            "rate of 0.1, four trials in {} succeed at length 20",
            lambda: said("ten", 35, printed(SIX, r"T = 20: +(\d+) % of 400"), 45),
        ),
        (
            "at length 120 still about one in {}, by",
            lambda: said("two", 40, chapter_6.best("all trained", 120), 60),
        ),
    ],
    "pages/notation.md": [
        (
            "Euler's constant, ${}\\ldots$",
            lambda: f"{math.floor(np.euler_gamma * 1e4) / 1e4:.4f}",
        ),
    ],
    "pages/reference.md": [
        ("(0.99, 0.5) # {}: steps", lambda: scalar.steps_to_reach(0.99, 0.5)),
    ],
    "pages/homework_instructors.md": [
        ("read-only, and {:.0f} MB of memory", lambda: sandbox.WRITABLE_BYTES / 1e6),
        ("one gigabyte, {} seconds a call", lambda: said("five", 5, sandbox.CALL_SECONDS, 5)),
    ],
    "pages/homework_students.md": [
        ("may take {} seconds a call", lambda: said("five", 5, sandbox.CALL_SECONDS, 5)),
        (
            "{0[0]:.3f} after 10 steps, {0[1]:.3f} after 69, {0[2]:.3f} after 100, {0[3]:.3f}",
            lambda: scalar.powers(0.99, 300)[[10, 69, 100, 300]],
        ),
        ("holds for up to {} steps", lambda: scalar.steps_to_reach(0.99, 0.5) - 1),
        ("2^{{-1/300}} \\approx {:.4f}$", lambda: 2 ** (-1 / 300)),
    ],
}
