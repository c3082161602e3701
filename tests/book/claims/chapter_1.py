"""Numbers in the text of chapter 1."""

import numpy as np

from longterm import scalar

from . import printed, rounded, said, word

PAGE = "chapters/01_scalar_powers.ipynb"


def from_above(rate, updates):
    """Weights of the last exercise of chapter 1."""
    return scalar.descent_path(1.05, 20, 0.5, rate, updates)


def updates_on_plateau():
    path = scalar.descent_path(0.5, 20, 0.5, 0.01, 80_000)
    return np.argmax((path**20 - 0.5) ** 2 < 1e-3)


def updates_below(T, updates):
    """Updates until the loss is below 0.001."""
    return np.argmax((scalar.descent_path(0.5, T, 0.5, 0.01, updates) ** T - 0.5) ** 2 < 1e-3)


def smallest(kind):
    """The smallest positive number of a kind of float, as a power of two."""
    return f"2^{{{np.log2(np.finfo(kind).smallest_subnormal):.0f}}}"


def flat_up_to():
    """The weight at which the loss for T = 10 has fallen by a tenth."""
    w = np.linspace(0, 1, 1001)
    return w[np.argmax((scalar.powers(w, 10)[:, -1] - 0.5) ** 2 < 0.9 * 0.25)]


def largest_slopes(w):
    """The two steps at which the slope is largest."""
    slopes = scalar.power_slopes(w, 300)
    return np.flatnonzero(np.isclose(slopes, slopes.max(), rtol=1e-12))


def plateau_formula(T):
    return 0.5 ** (2 - T) / (0.01 * T * (T - 2))


def updates_when_cut(rate, longest):
    """Updates until the loss for T = 20 is below 0.001 if no step is longer than that."""
    w, updates = 0.5, 0
    while (w**20 - 0.5) ** 2 >= 1e-3:
        w -= np.clip(rate * 2 * (w**20 - 0.5) * 20 * w**19, -longest, longest)
        updates += 1
    return updates


def first_beyond_floats():
    """The update of the last exercise that `descent_path` refuses at the largest rate."""
    for updates in range(1, 9):
        try:
            from_above(0.01, updates)
        except ValueError:
            return {3: "third", 4: "fourth", 5: "fifth"}[updates]


CLAIMS = [
    ("and a {} would leave the range of floats", first_beyond_floats),
    ("$T = 20$ takes {} updates.", lambda: updates_when_cut(10, 0.003)),
    (
        "With 40 steps {} lie near 1",
        lambda: word(printed(PAGE, r"\n 40 steps, networks.*: (\d+) %") / 100 * 50),
    ),
    (
        "is {:.0f} times smaller than",
        lambda: scalar.power_slopes(0.5, 20)[10] / scalar.power_slopes(0.5, 20)[20],
    ),
    ("(0.9, 0.5)` is {}", lambda: scalar.steps_to_reach(0.9, 0.5)),
    ("(0.9**0.1, 0.5)` is {}", lambda: scalar.steps_to_reach(0.9**0.1, 0.5)),
    ("(T - 2)) # {:.1f}", lambda: plateau_formula(20)),
    ("needed {}", updates_on_plateau),
    (r"gives ${:.1f} \cdot 10^{{10}}$", lambda: plateau_formula(40) / 1e10),
    ("1.05^{{19}} = {:.1f}$", lambda: scalar.power_slopes(1.05, 20)[-1]),
    ("1.05^{{20}} - 0.5 = {:.2f}$", lambda: scalar.powers(1.05, 20)[-1] - 0.5),
    ("lands at −{:.2f}", lambda: -from_above(0.01, 1)[1]),
    ("jump goes to {:.1f}", lambda: from_above(0.01, 2)[2]),
    (r"the third to $-{:.1f} \cdot 10^{{61}}$", lambda: -from_above(0.01, 3)[3] / 1e61),
    ("lands at {:.3f}", lambda: from_above(0.004, 1)[1]),
    ("the power from {:.5f} to 1", lambda: scalar.powers(0.99, 1000)[-1]),
    ("to the target, {:.4f}", lambda: from_above(0.0001, 20_000)[-1]),
    (
        "{0[0]} factors of {0[1]:.3f} leave some {0[2]}, 39 of {0[3]:.3f} almost a {0[4]}.",
        lambda: (
            39,
            (small := printed(PAGE, r"smaller factors, median (\S+)")),
            said("millionths", 1e-6, small**39, 9e-6),
            (large := printed(PAGE, r"larger  factors, median (\S+)")),
            said("hundredth", 0.005, large**39, 0.01),
        ),
    ),
    (
        "Less than {0[0]} and more than {0[1]}</summary>",
        lambda: (
            said("0.01", 0, scalar.powers(0.99, 500)[-1], 0.01),
            said("100", 100, scalar.powers(1.01, 500)[-1], 200),
        ),
    ),
    (
        "The horizon is about {}-lives",
        lambda: said(
            "ten half",
            9.9,
            scalar.steps_to_reach(0.99, 0.001) / scalar.steps_to_reach(0.99, 0.5),
            10.1,
        ),
    ),
    (
        "Near t = {}</summary> Yes",
        lambda: said("100", 99, scalar.power_slopes(0.99, 300).argmax(), 101),
    ),
    (
        "almost {} of the signal have gone",
        lambda: said("two thirds", 0.6, 1 - scalar.powers(0.99, 100)[-1], 0.667),
    ),
    ("near step {} and falls back", lambda: scalar.power_slopes(0.95, 100).argmax()),
    (
        "the work {} times longer",
        lambda: said("two hundred", 180, updates_on_plateau() / updates_below(10, 400), 240),
    ),
    ("T = 5 drops after about {} updates", lambda: updates_below(5, 80)),
    ("T = 20 after about {}; where", lambda: rounded(updates_on_plateau(), 2)),
    ("up to a weight of about {:.1f},", flat_up_to),
    ("the one for 100 at {:.2f}", lambda: scalar.descent_path(0.5, 10, 0.5, 0.01, 100)[-1]),
    ("ends near ${}$; a float32", lambda: smallest(float)),
    ("deep learning, ends near ${}$", lambda: smallest(np.float32)),
    (
        "the slopes at $t = {0[0]:.0f}$ and $t = {0[1]:.0f}$ are exactly equal",
        lambda: largest_slopes(0.99),
    ),
    ("with $t = {:.0f}$ that is 0.99", lambda: largest_slopes(0.99)[0]),
    ("at a million a second, {} hours", lambda: word(plateau_formula(40) / 1e6 / 3600)),
    (
        r"moves the weight by ${:.0f}\,\eta$",
        lambda: 2 * (1.05**20 - 0.5) * scalar.power_slopes(1.05, 20)[-1],
    ),
    (
        "where the slope is about ${}$",
        lambda: said(
            "10^{-13}", 0.5e-13, scalar.power_slopes(from_above(0.004, 1)[1], 20)[-1], 2e-13
        ),
    ),
    (r"signal in about ${:.1f}/\varepsilon$", lambda: scalar.steps_to_reach(1 - 1e-4, 0.5) * 1e-4),
    ("T = 10 after about {}, T =", lambda: updates_below(10, 400)),
]
