"""Numbers in the text of chapter 10, whose networks only `make torch` trains: of its outputs."""

import math

from longterm import decay, scalar, training

from . import printed, word

PAGE = "chapters/10_your_network.ipynb"


def of_eight(words):
    """How many of eight networks a printed share is."""
    return word(printed(PAGE, rf"{words} +(\d+) %") * 8 / 100)


def lost(when):
    """Per cent that a truncation at 15 would lose."""
    return printed(PAGE, rf"{when}: a truncation .*?(\S+) % at 15\b")


def interval(successes):
    """Both ends of the interval of a share of 24, in per cent."""
    return [100 * p for p in training.wilson_interval(successes, 24)]


def truncation(place):
    """The smallest (1) or largest (2) truncation of the eight."""
    return word(printed(PAGE, r"truncations (\d+) to (\d+)", place))


CLAIMS = [
    ("hears some {} steps back.", lambda: word(printed(PAGE, r"Hears (\d+) steps"))),
    ("a truncation at {} loses", lambda: word(printed(PAGE, r"truncation at (\d+) would"))),
    ("$0.9^{{20}} = {:.2f}$", lambda: scalar.powers(0.9, 20)[-1]),
    ("three half-lives of {:.1f} steps", lambda: decay.half_life(0.9)),
    (r"$\alpha = 0.9$, whose half-life is {:.1f} steps", lambda: decay.half_life(0.9)),
    ("that of chapter 8, {:.0f} steps", lambda: decay.gate_half_life(3.0)),
    ("{} of the eight learned.", lambda: of_eight("95 % of 200 right:").capitalize()),
    ("in all {} the verdict", lambda: of_eight("verdict and success agree:")),
    (
        "a horizon of {:.0f} steps or less",
        lambda: printed(PAGE, r"horizons \S+ to (\S+) steps"),
    ),
    (
        "at {0[0]} to {0[1]} steps loses at most",
        lambda: (truncation(1), truncation(2)),
    ),
    (
        "{} of eight learned; without",
        lambda: of_eight("truncation at 15:").capitalize(),
    ),
    ("without the cut it was {}.", lambda: of_eight("95 % of 200 right:")),
    (
        "would lose {0[0]:.0f} % of the gradient, where before it was {0[1]} %",
        lambda: (lost("after"), f"{lost('before'):g}"),
    ),
    ("at $-0.05$ it is a {}", lambda: {4: "quarter"}[round(1 / math.exp(-0.05 * 28))]),
    ("19 of 24 learned without the cut ({0[0]:.0f} to {0[1]:.0f} %)", lambda: interval(19)),
    ("6 of 24 with it ({0[0]:.0f} to {0[1]:.0f} %)", lambda: interval(6)),
]
