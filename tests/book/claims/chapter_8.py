"""Numbers in the text of chapter 8."""

import numpy as np
from scipy.special import expit

from longterm import decay, models, scalar, tasks, tuning

from . import drawn, printed, rounded, said, word

PAGE = "chapters/08_remedies.ipynb"


def decade_lives():
    """Half-lives that leave a tenth after 100 and 1000 steps."""
    return decay.half_life(0.1 ** (1 / np.array([100, 1000])))


def best(name, biases, column=1):
    """Share in per cent (1) and good settings (2) of a contender at T = 32."""
    fixed, trained = (r" +(\d+)% \([^)]*\) +(\d+)" for _ in range(2))
    return printed(PAGE, rf"\n{name}{fixed}{trained}", column + 2 * (biases == "trained"))


def good(name, length):
    """Good settings of 20 from the table over both lengths."""
    shares = r" +\d+% \([^)]*\)" * 3
    return printed(PAGE, rf"T = {length} (?:.*\n)+?{name} +\d+{shares} +(\d+)")


def matched(name, column):
    """Weights (1), share in per cent after 1000 updates (2), good settings (3)."""
    shares = r" +\d+% \([^)]*\) +(\d+)% \([^)]*\)"
    return printed(PAGE, rf"\n{name} +(\d+){shares} +(\d+)\n", column)


def held(name, biases):
    """Share of bits held to 128 at rate 2, and at rate 0.1."""
    rows = rf"(?:.*\n)+?{name} +{biases} +\S+ ± \S+ +(\S+) ±"
    return [printed(PAGE, rf"held to 128 .*\n{rows * n}", n) for n in (1, 2)]


def weights(units):
    return models.Plain(units=units).weight_count(tasks.TwoSequence())


def learned(name, rate, clip=None, updates=1000):
    """Successes among 100 trials at T = 32, by plain descent."""
    setting = tuning.Setting(name, 32, rate, clip)
    (row,) = [r for r in tuning.stored("remedies") if r[:2] == (setting, updates)]
    return row.choosing.successes + row.reported.successes


def unclipped():
    """Sequences needed without a clip."""
    return printed(PAGE, r"unclipped, exact: (\d+) seq")


def clipped(clip):
    """Sequences needed with a clip."""
    return printed(PAGE, rf"clip {clip}: (\S+) ±")


def share_above(model, rate):
    """Share of starts whose largest eigenvalue at rest exceeds a rate."""
    task, rng = tasks.TwoSequence(), np.random.default_rng(0)
    W = model.start(task, 4000, rng=rng).recurrent[:, -5:]
    gated = isinstance(model, models.LSTM)
    keep, add = (expit(model.forget_bias), 0.25) if gated else (model.leak, 1 - model.leak)
    return np.mean(np.abs(np.linalg.eigvals(keep * np.eye(5) + add * W)).max(axis=1) > rate)


def shares(name, length):
    """What is reported of plain descent without and with a clip, and of Adam."""
    table = tuning.stored("remedies")
    rows = table.of(name, length)
    kinds = ([r for r in rows if not r.setting.clip], [r for r in rows if r.setting.clip])
    descents = [tuning.Table(kind).best(name, length) for kind in kinds]
    return [row.reported for row in (*descents, table.best(f"{name}, Adam", length))]


def gap(name, length):
    """From the interval of unclipped descent up to that of clipped descent."""
    free, clip, _ = shares(name, length)
    return clip.interval[0] - free.interval[1]


def way_of_adam(length):
    """How far Adam goes from the plain network's unclipped to its clipped share."""
    free, clip, adam = (share.rate for share in shares("plain", length))
    return (adam - free) / (clip - free)


def ordered(name, length):
    """Shares in per cent at temporal order: without a clip, with one, and by Adam."""
    shares = r" +(\d+)% \([^)]*\)" * 3
    return [printed(PAGE, rf"\n{name} +{length}{shares}", n) for n in (1, 2, 3)]


PLAIN = "plain", "orthogonal", "echo state"
NAMES = *PLAIN, "leaky", "skips", "LSTM, bias 1", "LSTM, bias 3"
BIASES = "fixed", "trained"
SKIP_WEIGHTS = models.Skips(5).weight_count(tasks.TwoSequence())


CLAIMS = [
    ("halve its memory in {:.1f} steps", lambda: decay.half_life(0.9)),
    ("with both weights 0.4 it is {:.4f} a step", lambda: decay.skip_rate(0.4, 0.4, 5)),
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
        "bias 3 drops to {} and then",
        lambda: said("one half", 0.4, drawn("fig-starts-by-lag", "1 7y min"), 0.6),
    ),
    (
        "nearly {} the weights;",
        lambda: said("twice", 1.7, SKIP_WEIGHTS / weights(5), 2),
    ),
    (
        "it stays within a {} of 1.",
        lambda: said(
            "third",
            0.2,
            max(abs(drawn("fig-since", f"1 2y {m}") - 1) for m in ("min", "max")),
            0.34,
        ),
    ),
    ("along a straight line to {} at lag 80", lambda: rounded(scalar.powers(0.8, 80)[-1])),
    ("in {} of 100 trials, after 1000", lambda: learned("plain", 0.05)),
    (
        "multiplies the half-life by {:.1f} at first",
        lambda: decay.gate_half_life(1.0) / decay.gate_half_life(0.0),
    ),
    (
        "everyone learns $T = 32$ in {} trials of ten or more",
        lambda: said("nine", 90, min(best(name, "fixed") for name in NAMES), 100),
    ),
    (
        "as well, {} loses good settings,",
        lambda: said(
            "everyone", 1, min(best(n, "fixed", 2) - best(n, "trained", 2) for n in NAMES), 20
        ),
    ),
    (
        "in {0[0]} of 100 trials within 250 updates, and in {0[1]} within 1000.",
        lambda: [learned("plain", 2.0, 0.1, updates) for updates in (250, 1000)],
    ),
    ("falls from {0[0]:.0f} to {0[1]:.0f} %.", lambda: [best("plain", b) for b in BIASES]),
    (
        "bias 3 leaves the LSTM {0[0]:.0f} good settings, bias 1 {0[1]} one",
        lambda: (
            good("LSTM, bias 3", 64),
            said("a single", 1, good("LSTM, bias 1", 64), 1),
        ),
    ),
    (
        "needs {0[0]} of twenty, and its two better starts need {0[0]} or {0[1]}.",
        lambda: [
            word(max(good(n, 32) for n in names))
            for names in (("plain", "orthogonal"), ("echo state",))
        ],
    ),
    ("some {} times sooner", lambda: said("hundred", 60, unclipped() / clipped(0.1), 150)),
    (
        "in nearly all {} at the lower rate",
        lambda: said("sequences", 0.95, held("leaky", "fixed")[1], 1),
    ),
    (
        "in about {} at the higher",
        lambda: said("four of five", 0.7, held("leaky", "fixed")[0], 0.87),
    ),
    (
        "an LSTM {0[0]:.0f} weights to train and the plain network {0[1]}.",
        lambda: (matched("LSTM, bias 3", 1), weights(5)),
    ),
    ("11 units, {} weights,", lambda: weights(11)),
    ("an LSTM two units, {:.0f} weights,", lambda: matched("LSTM, 2 units", 1)),
    (
        "and with {0[0]} settings in place of {0[1]}.",
        lambda: [word(matched(n, 3)) for n in ("plain, 11 units", "plain")],
    ),
    (
        "{} times the weights, and the time",
        lambda: word(matched("LSTM, bias 3", 1) / weights(5)),
    ),
    (
        "the number of weights ({0[0]:.0f} against {0[1]})",
        lambda: (matched("LSTM, bias 3", 1), weights(5)),
    ),
    ("succeeds in {:.0f} % of the trials, and with eleven", lambda: best("plain", "fixed")),
    (
        "with {0[0]:.0f} weights, learns with {0[1]:.0f} of 20 settings",
        lambda: [matched("LSTM, 2 units", n) for n in (1, 3)],
    ),
    ("Yes, in {:.0f} of 100 such networks.", lambda: 100 * share_above(models.Leaky(0.9), 0.9)),
    ("like {:.0f} of 100 such starts", lambda: 100 * share_above(models.LSTM(3.0), 1.0)),
    (
        "Clipping takes the plain networks, {} their start",
        lambda: said("whatever", 0, min(gap(n, T) for n in PLAIN for T in (32, 64)), 1),
    ),
    (
        "Adam takes the first of them {} of the way",
        lambda: said("half", 0.3, np.mean([way_of_adam(T) for T in (32, 64)]), 0.7),
    ),
    (
        "hold it at {0[0]} to 1. With trained biases they hold it at {0[1]} to 1, "
        "and hear it at {0[2]} to {0[3]} only",
        lambda: (
            said("0.8", 0.75, drawn("fig-retained", "1 1x min"), 0.85),
            said("0.7", 0.65, drawn("fig-retained", "2 1x min"), 0.8),
            said("0.5", 0.5, drawn("fig-retained", "2 5x min"), 0.6),
            said("0.9", 0.8, drawn("fig-retained", "2 5x max"), 0.95),
        ),
    ),
    (
        "the echo-state start gets to $T = {}$, where no rate",
        lambda: said("16", 75, (o := ordered("echo state", 16))[1] - o[0], 100),
    ),
    (
        "at $T = {0[0]}$ the leaky network, too, learns {0[1]} unless",
        lambda: (24, said("nothing", 0, ordered("leaky", 24)[0], 5)),
    ),
    (
        "in {0[0]} trials, and the echo-state start in fewer than {0[1]}.",
        lambda: (
            said("most", 60, min(ordered("leaky", 24)[1:]), 100),
            said("half", 0, max(ordered("echo state", 24)), 50),
        ),
    ),
]
