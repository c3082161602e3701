"""Numbers in the text of chapter 8."""

import numpy as np

from longterm import decay, models, scalar, tasks

from . import drawn, printed, rounded, said, word

PAGE = "chapters/08_remedies.ipynb"


def decade_lives():
    """Half-lives that leave a tenth after 100 and 1000 steps."""
    return decay.half_life(0.1 ** (1 / np.array([100, 1000])))


def success(name, column):
    """Success in per cent from the table over T = 8, 16, 32."""
    shares = r" +(\d+) % of 100 \([^)]*\)" * 3
    return printed(PAGE, rf"\n{name} +\d+{shares}", column)


def held(name, column):
    """Share of bits that are right after 16, 32, 64 or 128 steps, in networks trained on 16."""
    return printed(PAGE, rf"\n{name}" + r" +(\S+) ± \S+" * 4, column)


def kept(name):
    """Share of bits that are right after 128 steps, in networks trained on 16."""
    return held(name, 4)


def matched(name, column):
    """Weights (1) or success in per cent (2) from the table of matched sizes."""
    return printed(PAGE, rf"\n{name} +\d+ +(\d+) +(\d+) % of 100", column)


def weights(units):
    return models.Plain(units=units).weight_count(tasks.TwoSequence())


LSTM_WEIGHTS = models.LSTM().weight_count(tasks.TwoSequence())
SKIP_WEIGHTS = models.Skips(5).weight_count(tasks.TwoSequence())


CLAIMS = [
    ("halve its memory in {:.1f} steps", lambda: decay.half_life(0.9)),
    ("in the cell above {:.4f} a step", lambda: decay.skip_rate(0.4, 0.4, 5)),
    ("$0.4^{{1/5}} = {:.4f}$", lambda: decay.skip_rate(0.0, 0.4, 5)),
    (r"\ln(1 + e^{{-3}}) = {:.1f}$", lambda: decay.gate_half_life(3.0)),
    ("20: the gate stands at {:.3f}", lambda: 0.5 ** (1 / decay.gate_half_life(3.0))),
    ("hence $b = {:.2f}$", lambda: decay.gate_bias(decade_lives()[0])),
    ("a half-life of {:.1f} steps", lambda: decade_lives()[0]),
    ("to {:.2f}.", lambda: decay.gate_bias(decade_lives()[1])),
    ("{:.3f} a step. For $z < 1$", lambda: decay.skip_rate(0.0, 0.8, 5)),
    (
        "# {0[0]:.1f}, {0[1]:.3f}, {0[2]:.3f}",
        lambda: [decay.skip_rate(0.8 - b, b, 5) for b in (0, 0.4, 0.8)],
    ),
    ("whose half-life is {:.2f} steps", lambda: decay.half_life(1 / 3)),
    ("bias 3 is a half-life of {:.0f} steps", lambda: decay.gate_half_life(3.0)),
    (
        "below 1e-12 before lag {};",
        lambda: said("70", 60, 12 / -np.log10(printed(PAGE, r" 0\.00 +(\S+)")), 70),
    ),
    (
        "stretch the decay by {}, but",
        lambda: word(
            printed(PAGE, r"skips only +: .* (\S+)\n") / printed(PAGE, r"plain, 0\.8.* (\S+)\n")
        ),
    ),
    (
        "leaves the picture near lag {};",
        lambda: said("60", 58, scalar.steps_to_reach(0.8, 1e-6), 64),
    ),
    ("After {:.0f} steps 1/e is left", lambda: decay.gate_half_life(3.0) / np.log(2)),
    ("below 1e-6 near lag {:.0f}, its", lambda: decay.gate_half_life(1.0) * np.log2(1e6)),
    (
        "falls to {0[0]} by a span of about {0[1]}, while",
        lambda: (
            said("one half", 0.5, decay.chance_kept(1 / (1 + np.exp(-1.0)), 20, 0.2), 0.52),
            20,
        ),
    ),
    (
        "integrator stays above {} up to",
        lambda: said("0.9", 0.9, drawn("fig-move-gate", "2 1y last"), 1),
    ),
    (
        "The LSTM drops to {} and then",
        lambda: said("one half", 0.4, drawn("fig-starts-by-lag", "1 6y min"), 0.6),
    ),
    (
        "it fails in about a {} of the trials",
        lambda: said("third", 25, 100 - success("orthogonal", 3), 40),
    ),
    ("falls from 1 to about {} and then", lambda: said("two thirds", 60, success("plain", 2), 70)),
    (
        "stays within {} of 1.",
        lambda: said("0.02", 0, 1 - kept("leaky"), 0.02),
    ),
    ("Skips drop to about {:.1f} at 32", lambda: held("skips", 2)),
    (
        "Here are {0[0]:.0f} to {0[1]} weights for everyone",
        lambda: (matched("plain", 1), LSTM_WEIGHTS),
    ),
    ("beats a plain network of {0[0]}, and one of {0[1]}.", lambda: (weights(5), weights(11))),
    (
        "nearly {} the weights;",
        lambda: said("twice", 1.7, SKIP_WEIGHTS / weights(5), 2),
    ),
    ("over {} times the weights", lambda: word(int(LSTM_WEIGHTS / weights(5)))),
    (
        "it stays within a {} of 1.",
        lambda: said(
            "third",
            0.2,
            max(abs(drawn("fig-since", f"1 2y {m}") - 1) for m in ("min", "max")),
            0.34,
        ),
    ),
    (
        "succeeds in {0[0]:.0f} % of the trials and the plain network, trained without, "
        "in {0[1]:.0f} %.",
        lambda: (success("LSTM, clipped", 3), success("plain", 3)),
    ),
    ("number of weights ({0[0]} against {0[1]})", lambda: (LSTM_WEIGHTS, weights(5))),
    ("Without clipping the LSTM succeeds in {:.0f} % of", lambda: success("LSTM", 3)),
    ("of 11 units reaches {:.0f} %.", lambda: matched("plain", 2)),
    (
        "of two units with {0[0]:.0f} weights does reach {0[1]:.0f} %,",
        lambda: [matched("LSTM, clipped", n) for n in (1, 2)],
    ),
    (
        "and orthogonal stay above {}.",
        lambda: said("0.9", 0.9, min(kept("plain"), kept("orthogonal")), 1),
    ),
    ("along a straight line to {} at lag 80", lambda: rounded(scalar.powers(0.8, 80)[-1])),
]
