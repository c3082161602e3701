"""Numbers in the text of chapter 6."""

from functools import cache

import numpy as np

from longterm import memory, models, scalar, tasks, training, tuning
from longterm.figures import long_spans as figures

from . import drawn, printed, rounded, said, stored

LATCH = tasks.Latching(), models.Latch()
PAGE = "chapters/06_long_spans.ipynb"


def boundary_mean():
    return memory.boundary_gradient(2.0, 0.2, 60).mean[-1]


def last_heard(w):
    """The last span at which the start is heard in 4000 sequences."""
    mean, square, _ = memory.boundary_gradient(w, 0.2, 60)
    return np.flatnonzero(square / mean**2 <= 4000)[-1]


def far_share(m):
    return (m**20 - m**100) / (1 - m**100)


def rate(T):
    return printed(PAGE, rf"T = {T}: +(\d+) % of 400")


def second_of_three(figure, artist):
    """The middle y of three, from their mean."""
    y = {part: drawn(figure, f"1 {artist}y {part}") for part in ("first", "last", "mean")}
    return 3 * y["mean"] - y["first"] - y["last"]


@cache
def fates():
    """Weights of 40 trials by update at T = 20, and which succeed in the end."""
    rng, paths = np.random.default_rng(62), []
    for now in training.descend(*LATCH, 20, 40, rng=rng):
        paths.append(now.w.copy())
    return np.array(paths), training.score(*LATCH, now, 20, rng=rng) >= 0.95


def decided_after(update):
    """Share of trials that are already on the side of 1 that their fate needs."""
    paths, solved = fates()
    return np.mean((paths[update] > 1) == solved)


@cache
def sampled_over_exact():
    """Mean gradient of 20,000 sequences on the boundary at w = 1.5, over the exact mean."""
    noise = 0.2 * np.random.default_rng(7).standard_normal((40, 20_000))
    slopes = 1 - np.tanh(memory.latch(1.5, noise, 0.0)) ** 2
    sizes = np.cumprod(1.5 * slopes, axis=0)[:-1] * slopes[1:]
    return sizes.mean(axis=1) / memory.boundary_gradient(1.5, 0.2, 40).mean[1:]


def best(contender, T, table="latch"):
    """Percent of success that the best setting of a grid is reported to have."""
    return 100 * tuning.stored(table).best(contender, T).reported.rate


def unclipped(contender, T, table="latch"):
    """The same among the settings without a clip."""
    rows = tuning.Table(r for r in tuning.stored(table) if r.setting.clip is None)
    return 100 * rows.best(contender, T).reported.rate


def one_guess_in():
    return printed(PAGE, r"T =  10: one guess in (\d+)")


@cache
def window(T, noise):
    return figures.open_window(T, noise)


def closes_at():
    """The first span of the slider's, from 34 on, that has no window."""
    return next(T for T in range(34, 49, 2) if window(T, 0.2) is None)


def held_at_the_target():
    return memory.retention(np.arctanh(0.8) / 0.8, 0.2, 37).probabilities[-1]


def successes(contender, T):
    """Of all settings of the latch, after each number of updates."""
    rows = tuning.stored("latch").of(contender, T)
    return [row.choosing.successes + row.reported.successes for row in rows]


def leaves():
    """The first T at which 20,000 sequences are off by more than a half."""
    return np.flatnonzero(np.abs(sampled_over_exact() - 1) > 0.5)[0] + 1


CLAIMS = [
    ("whose slope at the attractor is {:.2f}", lambda: memory.attractor(2.0).slope),
    ("exact mean stays at {:.3f}", boundary_mean),
    ("$w = 2$ hears across {} steps", lambda: last_heard(2.0)),
    ("$w = 1.5$ across {}.", lambda: last_heard(1.5)),
    (r"$0.6^{{20}} \approx {:.1f} \cdot 10^{{-5}}$", lambda: scalar.powers(0.6, 20)[-1] / 1e-5),
    (r"$0.9^{{20}} \approx {:.2f}$", lambda: scalar.powers(0.9, 20)[-1]),
    ("about {:.0f} times more", lambda: round(far_share(0.9) / far_share(0.6), -2)),
    ("All 400 trials succeed at $T = {}$", lambda: stored(PAGE, r"T =  ?(\d+): +100 % of 400")),
    (
        "for w = 1.25, {0[0]} for w = 1.5 and {0[1]} for w = 2.",
        lambda: [rounded(drawn("fig-terms", f"1 {n}y last")) for n in (3, 5)],
    ),
    (
        "The line stands where a {} of",
        lambda: said("tenth", 0.08, memory.attractor(1.25).slope ** 5, 0.12),
    ),
    (
        "follows it to about T = {}, strays above",
        lambda: said("15", 0, np.abs(sampled_over_exact()[:15] - 1).max(), 0.13),
    ),
    ("exponentially to about {} at T = 40", lambda: rounded(drawn("fig-spread", "1 4y last"))),
    (
        "to about {0[0]} at T = 40 for 1.25, {0[1]} for 1.5, and {0[2]} for 2.",
        lambda: [
            rounded(drawn("fig-needed", f"1 text 'w = {w}' y"), digits)
            for w, digits in (("1.25", 2), ("1.5", 2), ("2.0", 1))
        ],
    ),
    (
        "are passed at T = {0[0]} for w = 2 and at T = {0[1]} for w = 1.5.",
        lambda: (last_heard(2.0) + 1, last_heard(1.5) + 1),
    ),
    ("<summary>About {}</summary> Yes. And", lambda: said("four in ten", 35, rate(20), 45)),
    (
        "Yes. And at {0[0]} the length it is {0[1]}.",
        lambda: ("twice", said("one in fifteen", 13, 100 / rate(40), 17)),
    ),
    (
        "to about {0[0]:.1f} at 15, {0[1]:.1f} at 20 and {0[2]:.2f} at 40.",
        lambda: [(rate(T) + 1e-9) / 100 for T in (15, 20, 40)],
    ),
    ("it is already near {:.2f} at 10 and", lambda: second_of_three("fig-latch", 5)),
    ("mostly decided within {} updates", lambda: said("ten", 0.8, decided_after(10), 1)),
    ("the weight settles near {:.1f} or above", lambda: fates()[0][-1][fates()[1]].min()),
    (
        "to about {} within the first thirty",
        lambda: said("one half", 0.4, drawn("fig-updates", "1 1y last"), 0.6),
    ),
    (
        "as long as the bit lasts, nearly $10^{{{0}}}$ steps",
        lambda: round(np.log10(memory.lifetime(2.0, 0.2))),
    ),
    (
        "rate {0[0]:g} with a clip of {0[1]:g}. What",
        lambda: tuning.stored("latch").best("all trained", 40).setting[2:],
    ),
    (
        "<summary>More than {} in ten</summary> Yes",
        lambda: said("nine", 90, best("all trained", 40), 100),
    ),
    (
        "<summary>About one {}</summary> So it is for",
        lambda: said("half", 35, unclipped("all trained", 40), 55),
    ),
    ("(0.8)/0.8 = {:.3f}$", lambda: np.arctanh(0.8) / 0.8),
    ("holds the bit in {:.0f} % of", lambda: 100 * held_at_the_target()),
    ("with its best rate {:.0f} % of the trials", lambda: unclipped("slow w", 40)),
    (
        "and still {0[0]:.0f} % of the clipped descents succeed, and {0[1]:.0f} % of Adam",
        lambda: (best("all trained", 120), best("Adam", 120)),
    ),
    (
        "it is {0[0]:.2f} at 20, {0[1]:.2f} at 40, {0[2]:.2f} at 60, {0[3]:.2f} at 80",
        lambda: [best("all trained", T) / 100 for T in (20, 40, 60, 80)],
    ),
    ("a little higher, with {:.2f} at 120.", lambda: best("Adam", 120) / 100),
    ("best rate and no clip it is {:.1f} at 20", lambda: unclipped("all trained", 20) / 100),
    (
        "to {0[0]:.1f} at 30 and {0[1]:.1f} at 60 with the best rate and no clip",
        lambda: [unclipped("spread 0.5", T, "two_sequence") / 100 for T in (30, 60)],
    ),
    ("and {:.2f} at 60, and from weights", lambda: best("spread 0.5", 60, "two_sequence") / 100),
    (
        "at 60 the latch at 1.35 still succeeds more often than {}",
        lambda: said("not", 50, best("w frozen at 1.35", 60), 80),
    ),
    (
        "at 80 no frozen one does better than {}.",
        lambda: said("luck", 0, max(best(f"w frozen at {w}", 80) for w in (1.25, 1.35, 1.5)), 11),
    ),
    ("<summary>About a {}</summary> Yes", lambda: said("dozen", 8, one_guess_in(), 15)),
    ("at $T = 20$ reaches from about {0[0]:.1f} to {0[1]:.1f}.", lambda: window(20, 0.3)),
    (
        "closes just below $T = {0[0]}$, near $w = {0[1]}$.",
        lambda: (closes_at(), said("1.35", 1.33, window(38, 0.2)[0], 1.37)),
    ),
    ("at lag 39 to about {} for w = 1.25", lambda: rounded(drawn("fig-terms", "1 1y last"))),
    ("leaves the true mean between T = 15 and {}.", lambda: said("35", 15, leaves(), 35)),
    (
        "no setting of the grid gives {} at 20,",
        lambda: said("0", 1, min(successes("all trained", 20)), 100),
    ),
    (
        "and {} from 40 on, whatever the setting",
        lambda: said(
            "none", 0, max(max(successes("w frozen at 1.25", T)) for T in (40, 60, 80)), 0
        ),
    ),
    ("starts just {} this window at", lambda: said("below", 1.25, window(20, 0.2)[0], 1.3)),
    ("but hardly ever at length {}.".replace("but ", "and "), lambda: said("40", 0, rate(40), 10)),
]
