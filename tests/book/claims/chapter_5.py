"""Numbers in the text of chapter 5."""

import re

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from longterm import linear, memory, rnn

from . import cells, drawn, printed, said, word

PAGE = "chapters/05_robust_memory.ipynb"


def rest_and_margin(w):
    """State at rest and margin of the latch."""
    return w * memory.attractor(w).rest, memory.robustness_margin(w)


def gradient_at_rest(w, steps):
    return memory.attractor(w).slope ** steps


WEIGHT_FOR_03 = brentq(lambda w: memory.robustness_margin(w) - 0.3, 1, 3)
EDGE = memory.latch(1.0, np.zeros(10_000), 1.0)


def settled(steps=300):
    """Where the network that is awake comes to rest."""
    states = rnn.run([[1.4, 0.6], [0.2, 1.2]], np.vstack([[1, 0.5], np.zeros((steps, 2))])[:, None])
    return np.abs(states[-1, 0])


def curve_of(w, steps=10_000):
    """Probability that the bit is right: of a latch, or of the integrator for w = 1."""
    if w == 1:
        return memory.linear_retention(1.0, 0.2, steps)
    return memory.retention(w, 0.2, steps).probabilities


def integrator_below(w):
    """The steps at which the integrator is below a latch: first, last and how many."""
    steps = np.flatnonzero(curve_of(1.0) < curve_of(w))
    return steps[0], steps[-1], len(steps)


def push_over_margin():
    """Peak of the cheapest flip over the margin, of the weight where it is furthest from 2."""
    ratios = [
        -memory.cheapest_flip(w, 60).min() / memory.robustness_margin(w) for w in (1.25, 1.5, 2.0)
    ]
    return max(ratios, key=lambda ratio: abs(ratio - 2))


def log_life(w, inverse):
    return np.log(memory.lifetime(w, inverse**-0.5))


def moved_by_noise():
    """By how many powers of ten noise moves the typical gradient, at most."""
    pattern = r"rest +(\S+); survivors +(\S+) ± \S+, nine in ten +(\S+) to +(\S+)"
    text = "".join("".join(o.get("text", ())) for c in cells(PAGE) for o in c.get("outputs", ()))
    return max(abs(float(a) - float(b)) for a, b, _, _ in re.findall(pattern, text))


CLAIMS = [
    ("is at {0[0]:.3f}. Now an input", lambda: rest_and_margin(1.25)),
    ("Yes, {0[1]:.3f}. Between 0", lambda: rest_and_margin(1.25)),
    ("slope of tanh at 1.92, which is {:.3f}", lambda: memory.attractor(2.0).slope / 2),
    ("{0[0]:.2f}, which is 0.083", lambda: rest_and_margin(2.0)),
    ("Yes: {:.2f} to the power 40 against", lambda: memory.attractor(1.25).slope),
    ("against {:.2f} to the power 40.", lambda: memory.attractor(2.0).slope),
    (
        "falls by {:.0f} powers of ten.",
        lambda: np.log10(gradient_at_rest(1.25, 40) / gradient_at_rest(2.0, 40)),
    ),
    (r"0.2 \sqrt t) = {:.3f}$", lambda: norm.ppf(0.75)),
    ("After about {:.0f} steps</summary>", lambda: (1 / 0.2 / norm.ppf(0.75)) ** 2),
    ("# {0[0]:.4f}, {0[1]:.4f}, {0[2]:.1e}", lambda: margin_to_order()),
    ("# {0[0]:.5f}, {0[1]:.4f}", lambda: edge_numbers()),
    ("with margin {:.3f}.", lambda: memory.robustness_margin(1 / np.tanh(1))),
    (r"\sqrt{{1000}} = {:.1f}$", lambda: norm.ppf(0.99) * 0.2 * np.sqrt(1000)),
    ("start=14.71)[-1] # {:.4f}", lambda: memory.linear_retention(1.0, 0.2, 1000, 14.71)[-1]),
    ("probabilities[-1] # {:.4f}", lambda: memory.retention(1.5, 0.2, 1000).probabilities[-1]),
    ("as well from {0[0]:.2f}. Its gradient", lambda: rest_and_margin(1.5)),
    ("gradient is ${:.3f}^{{1000}}$", lambda: memory.attractor(1.5).slope),
    ("0.990^{{40}} = {:.2f}$", lambda: gradient_at_rest(1.005, 40)),
    ("The attractor is at {0[0]:.3f}, less", lambda: rest_and_margin(1.005)),
    ("the margin is {0[1]:.6f}, a thousandth", lambda: rest_and_margin(1.005)),
    ("lifetime(1.005, 0.2) # 0.000235, {:.2f}", lambda: memory.lifetime(1.005, 0.2)),
    (
        "grows by a factor {:.2f} a step",
        lambda: linear.spectral_radius(np.full((10, 10), 0.9 / 4)),
    ),
    (r"network has $\rho(W) = {:.2f}$.", lambda: printed(PAGE, r"rho (\S+),")),
    ("settle at about {0[0]:.1f} and {0[1]:.1f}.", settled),
    (
        "an explosion by {0[0]:.0f} powers of ten and a decay by {0[1]:.0f}.",
        lambda: (
            np.log10(printed(PAGE, r"asleep lag 100: \S+ <= (\S+)")),
            -np.log10(printed(PAGE, r"awake +lag 100: \S+ <= (\S+)")),
        ),
    ),
    ("the bound says {:.0f} powers", lambda: np.log10(printed(PAGE, r"where the bound is (\S+)"))),
    ("rises to 13 at lag {:.0f} and", lambda: printed(PAGE, r"B: norm \S+ at lag (\d+)")),
    (
        "above {} near lag 12",
        lambda: said("1e8", 1e8, drawn("fig-jacobian-paths", "2 text 'bound' y"), 9e8),
    ),
    (
        "jumps to about plus {:.1f}; on",
        lambda: memory.latch(1.25, np.full(3000, 0.0785), -0.9)[-1],
    ),
    (
        "for one step to {0[0]:.2f} for 3, {0[1]:.3f} for 40",
        lambda: [memory.push_to_flip(1.25, steps) for steps in (3, 40)],
    ),
    (
        "as the state, {0[0]:.3f}. For forty steps {0[1]:.3f} will do.",
        lambda: [memory.push_to_flip(1.25, steps) for steps in (1, 40)],
    ),
    (
        "the margin grows {} and",
        lambda: said(
            "sevenfold", 6.5, memory.robustness_margin(2.0) / memory.robustness_margin(1.25), 7.5
        ),
    ),
    (
        "rises from 0 to {0[0]:.2f}, the slope falls from 1 to {0[1]:.2f}.",
        lambda: (memory.robustness_margin(2.2), memory.attractor(2.2).slope),
    ),
    (
        "beats the weakest latch at {} times.",
        lambda: said("all", 0, len(np.flatnonzero(curve_of(1.0) < curve_of(1.1))), 0),
    ),
    (
        "below $w = 1.25$ from step {0[0]} to step {0[1]}, and",
        lambda: integrator_below(1.25)[:2] if integrator_below(1.25)[2] == 92 else ("?", "?"),
    ),
    (
        "and below $w = 1.4$ from the first step to step {}.",
        lambda: integrator_below(1.4)[1] if integrator_below(1.4)[::2] == (1, 5013) else "?",
    ),
    (
        "attractor, at {0[0]:.2f}, {0[1]:.2f} and {0[2]:.2f}.",
        lambda: [rest_and_margin(w)[0] for w in (1.1, 1.25, 1.4)],
    ),
    ("So it is for the first {} steps.", lambda: integrator_below(1.4)[1]),
    (
        "but at step {0[0]} both are right with probability {0[1]:.2f} only.",
        lambda: (s := integrator_below(1.4)[1] + 1, curve_of(1.4)[s]),
    ),
    ("right with probability {:.2f} only.", lambda: curve_of(1.0)[integrator_below(1.4)[1] + 1]),
    (
        "through the integrator's curve at step {}.",
        lambda: integrator_below(1.4)[1] + 1,
    ),
    (
        "it grows by factors of {0[0]:.1f}, {0[1]:.1f} and {0[2]:.1f}.",
        lambda: [log_life(w, 50) / log_life(w, 12.5) for w in (1.25, 1.5, 2.0)],
    ),
    ("# {0[0]:.3f}, {0[1]:.3f}, {0[2]:.3f} # 0.888", lambda: least_pulses(2.0)),
    ("3.063 # {0[0]:.3f}, {0[1]:.3f}, {0[2]:.3f}", lambda: least_pulses(1.25)),
    ("the largest $b$ is only {0[0]:.3f}, at $w = {0[1]:.3f}$,", lambda: dearest_margin()),
    (
        "the largest product falls by {:.0f} powers of ten",
        lambda: -np.log10(printed(PAGE, r"largest product (\S+),")),
    ),
    (
        "luckiest hundredth of these survivors makes up more than {} of it.",
        lambda: said("nine tenths", 0.9, share_of_the_luckiest(), 1),
    ),
    (
        "with w = 1.1 falls to {} by about step 100",
        lambda: said("one half", 0.5, memory.retention(1.1, 0.2, 100).probabilities[-1], 0.505),
    ),
    (
        "The integrator falls to {:.2f} at step 40",
        lambda: memory.linear_retention(1.0, 0.2, 40)[-1],
    ),
    (
        "is at {0[0]:.2f} at step 40 and at {0[1]} by step 500",
        lambda: (
            memory.retention(1.25, 0.2, 40).probabilities[-1],
            said("one half", 0.5, memory.retention(1.25, 0.2, 500).probabilities[-1], 0.505),
        ),
    ),
    (
        "is still at {:.2f} at step 1000, but",
        lambda: memory.retention(1.4, 0.2, 1000).probabilities[-1],
    ),
    (
        "to about {} by step 200.",
        lambda: said("one half", 0.5, drawn("fig-hold-or-teach", "1 2y last"), 0.515),
    ),
    ("it pushes about {} as hard", lambda: said("twice", 1.9, push_over_margin(), 2.1)),
    ("by less than {} of them", lambda: said("one and a half", 0.5, moved_by_noise(), 1.5)),
    (
        "{0[0]} survivors of twenty keep less than a {0[1]} of",
        lambda: (
            word(0.95 * 20),
            said("thousandth", 0, 10 ** printed(PAGE, r"w = 1\.25, .* to +(\S+)"), 1e-3),
        ),
    ),
    (
        "at most ${0[0]:.5f}/|y|$, reached at net input {0[1]:.3f};",
        lambda: [printed(PAGE, r"output y: (\S+) / \|y\| at net input (\S+)", n) for n in (1, 2)],
    ),
    ("with probability {:.3f}: a coin", lambda: memory.retention(1.005, 0.2, 40).probabilities[-1]),
    ("the bit lives a {} steps with", lambda: said("hundred", 95, memory.lifetime(1.25, 0.2), 105)),
]


def least_pulses(w):
    """Least pulse in silence, against inputs within 0.9 of the margin, and if those came before."""
    z, margin = rest_and_margin(w)
    lower, boundary, _ = memory.rests(w, 0.9 * margin)
    return z, z + 0.9 * margin + boundary, boundary - lower


def dearest_margin():
    """The largest bound on the inputs that a pulse of 1 can write against, and its weight."""

    def most(w):
        excess = lambda b: memory.rests(w, b)[1] - memory.rests(w, b)[0] - 1  # noqa: E731
        margin = memory.robustness_margin(w)
        return brentq(excess, 0, margin) if excess(margin) > 0 else margin

    w = np.linspace(1.1, 1.3, 401)
    bounds = np.array([most(weight) for weight in w])
    best = bounds.argmax()
    a, b, _ = np.polyfit(w[best - 20 : best + 21], bounds[best - 20 : best + 21], 2)
    return bounds[best], -b / (2 * a)


def share_of_the_luckiest():
    """Share of the mean gradient that the largest hundredth of 20,000 noisy latches carries."""
    noise = 0.2 * np.random.default_rng(5).standard_normal((40, 20_000))
    states = memory.latch(1.25, noise, rest_and_margin(1.25)[0])
    sizes = np.sort(np.prod(1.25 / np.cosh(states[:-1]) ** 2, axis=0)[states[-1] > 0])
    return sizes[-len(sizes) // 100 :].sum() / sizes.sum()


def margin_to_order():
    slope = memory.attractor(WEIGHT_FOR_03).slope
    return WEIGHT_FOR_03, slope, slope**100


def edge_numbers():
    """State after 10 000 steps at w = 1, and what the gradient loses from step 1000 on."""
    return EDGE[-1], np.prod(1 / np.cosh(EDGE[1000:-1]) ** 2)
