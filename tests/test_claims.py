"""Numbers in the text: each is computed here, and must stand in its chapter as computed.

A claim is a page, a piece of its text with places for numbers, and what computes them.
"""

import json
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, gamma, logit, zeta
from scipy.stats import norm

from longterm import (
    dynamics,
    linear,
    memory,
    products,
    remedies,
    rnn,
    scalar,
    scaling,
    sliders,
    training,
)

ROOT = Path(__file__).parents[1]
PAGE4 = "chapters/04_log_walks.ipynb"
PAGE5 = "chapters/05_robust_memory.ipynb"


def prose(page):
    """Text of a chapter or page, its white space folded."""
    text = (ROOT / page).read_text(encoding="utf-8")
    if page.endswith(".ipynb"):
        cells = (cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown")
        text = "\n".join("".join(cell["source"]) for cell in cells)
    return " ".join(text.split())


def from_above(rate, updates):
    """Weights of the last exercise of chapter 1."""
    return scalar.descent_path(1.05, 20, 0.5, rate, updates)


def updates_on_plateau():
    path = scalar.descent_path(0.5, 20, 0.5, 0.01, 80_000)
    return np.argmax((path**20 - 0.5) ** 2 < 1e-3)


def plateau_formula(T):
    return 0.5 ** (2 - T) / (0.01 * T * (T - 2))


CH1 = [
    ("is {:.0f} times smaller than", lambda: 0.5**9 * 10 / (0.5**19 * 20)),
    ("$0.9^{{1/10}} = {:.5f}$", lambda: 0.9**0.1),
    ("(0.9, 0.5)` is {}", lambda: scalar.steps_to_reach(0.9, 0.5)),
    ("(0.9**0.1, 0.5)` is {}", lambda: scalar.steps_to_reach(0.9**0.1, 0.5)),
    ("values {0[0]:.2f} and {0[1]:.1f}", lambda: np.log(0.5) / np.log([0.9, 0.9**0.1])),
    ("# {:.1f}", lambda: plateau_formula(20)),
    ("needed {}", updates_on_plateau),
    (r"gives ${:.1f} \cdot 10^{{10}}$", lambda: plateau_formula(40) / 1e10),
    ("1.05^{{19}} = {:.1f}$", lambda: scalar.power_slopes(1.05, 20)[-1]),
    ("1.05^{{20}} - 0.5 = {:.2f}$", lambda: scalar.powers(1.05, 20)[-1] - 0.5),
    ("lands at −{:.2f}", lambda: -from_above(0.01, 1)[1]),
    ("jump goes to {:.1f}", lambda: from_above(0.01, 2)[2]),
    ("lands at {:.3f}", lambda: from_above(0.004, 1)[1]),
    ("to the target, {:.4f}", lambda: from_above(0.0001, 20_000)[-1]),
]


B = np.array([[0.9, 5], [0, 0.8]])
W2 = 2 * np.array([[0.5, 1.75, -1.75], [-0.25, 0.5, 0.25], [-0.25, 1.75, -1.0]])


def corner_and_norm():
    """Corner entry and norm of the sixth power of B in chapter 2."""
    return 50 * (0.9**6 - 0.8**6), linear.transient_peak(B, 60)[0]


CH2 = [
    ("the ratio is $0.75/1.25 = {:.1f}$", lambda: 0.75 / 1.25),
    ("which is {:.2f} at $t = 6$", lambda: 0.9**6),
    ("About {:.0f} 000, that is 5.1", lambda: linear.spectral_norm(B) ** 6 / 1000),
    ("or {:.3f}, so the first one", lambda: np.sqrt(0.25 / 1000)),
    (r"needs about ${:.2f}\,t$ binary digits", lambda: np.log2(3)),
    (r"\approx {:.0f}$ more steps", lambda: 53 * np.log(2) / np.log(5 / 3)),
    ("as $e^{{{:.0f}}}$", lambda: linear.propagate_log(W2, [1, 2, -0.5], 3000)[1][-1]),
    ("= {:.2f} .", lambda: np.log(np.log(0.8) / np.log(0.9)) / np.log(0.9 / 0.8)),
    ("is {0[0]:.2f} at $t = 6$, nearly all of the norm {0[1]:.2f}", corner_and_norm),
    ("({0[0]:.4f}..., {0[1]})", lambda: linear.transient_peak([[0.9, 50], [0, 0.8]], 60)),
    ("multiplied by up to {:.2f}", lambda: linear.transient_peak(B, 60)[0]),
    ("$0.9/1.1 = {:.3f}$", lambda: 0.9 / 1.1),
]


def furthest_from_the_median():
    """Standard errors between ½ and the shares below the median, the largest of chapter 3."""
    walks = products.sample_log_abs_products(1.0, 50, 100_000, rng=np.random.default_rng(4))
    medians = {n: products.median_abs_product(1.0, n) for n in (1, 2, 10, 50)}
    shares = [np.mean(walks[:, n] < np.log(median)) for n, median in medians.items()]
    return np.abs(np.array(shares) - 0.5).max() / (0.5 / np.sqrt(100_000))


def error_of_weak_tilt():
    """Standard error of the importance sampling of chapter 3 with k = 2."""
    fourth = (4 / np.pi * gamma(1) * gamma(2)) ** 50
    return 4 * np.sqrt((fourth - 1) / 40_000)


CH3 = [
    ("its standard error is {:.4f}", lambda: 0.5 / np.sqrt(100_000)),
    ("further off than {:.1f} of them", furthest_from_the_median),
    ("About 13, which is {:.3f}²", lambda: 2 * np.exp(np.euler_gamma)),
    ("It is ${:.3f}^{{25}}$", lambda: 2 * np.exp(np.euler_gamma)),
    ("{} of a hundred", lambda: int(np.ceil(100 * np.log(2) / np.log(3)))),
    ("give or take the {:.0f} %", lambda: 100 / np.sqrt(2 * 99)),
    ("the true standard error is {:.1f}", error_of_weak_tilt),
    ("fall by $e^{{{:.3f}}}$ a step", lambda: products.log_abs_moments(1.0)[0]),
    ("A factor of {:.2f}", lambda: np.exp(7 * zeta(3) / (3 * np.pi**2))),
    ("loses about {:.0f} % a round", lambda: -50 * np.log(0.9)),
    ("about {:.1f} % a round", lambda: 50 * np.log(1.0125)),
    ("# {:.2e}", lambda: 0.9**100),
    ("# {:.3f}", lambda: (1 - 0.9**100) ** 10_000),
    ("about {:.1f} million", lambda: np.sqrt((3.0**40 - 1) / 1e6) / 1e6),
]


def drift_and_spread(width, depth=100):
    """Mean and standard deviation of ln‖h‖² of ReLU layers at gain √2."""
    mean, variance = scaling.log_norm_step(width, "relu")
    return depth * (mean + np.log(2)), np.sqrt(depth * variance)


def printed_loss(width):
    """Factor that the printed ReLU gain takes off ‖h‖² over 100 layers."""
    mean, _ = scaling.log_norm_step(width, "relu")
    return np.exp(-100 * (mean + 2 * np.log(scaling.gain(width, "relu", "sussillo"))))


def layers_until_half_are_dead(width):
    return np.log(0.5) / np.log1p(-(2.0**-width))


def width_for_a_factor_ten():
    """Smallest ReLU width whose two standard deviations stay below a factor 10 in ‖h‖."""
    return next(N for N in range(1, 500) if drift_and_spread(N)[1] <= np.log(10))


CH4 = [
    ("layer costs about {:.2f} in", lambda: -drift_and_spread(10)[0] / 100),
    ("make $e^{{{:.0f}}}$", lambda: drift_and_spread(10)[0]),
    ("is about {:.1f}. What", lambda: np.sqrt(100 * scaling.log_norm_step(10)[1])),
    ("loses {:.0f} units of", lambda: -200 * np.log(0.8)),
    ("= {:.1f}$, so 178 layers", lambda: layers_until_half_are_dead(8)),
    ("so {:.0f} layers", lambda: np.ceil(layers_until_half_are_dead(8))),
    ("# {0[0]:.5f}, {0[1]:.5f}", lambda: [scaling.death_probability(8, d) for d in (177, 178)]),
    ("= {:.1f}$", lambda: 500 / np.log(10) ** 2),
    ("# {}", width_for_a_factor_ten),
    ("drift ${:.4f}$, that is", lambda: drift_and_spread(16, 1)[0]),
    (
        "that is ${0[0]:.1f}$, with a standard deviation of {0[1]:.1f}",
        lambda: drift_and_spread(16, 200),
    ),
    ("# {0[0]:.2f}, {0[1]:.2f}", lambda: drift_and_spread(16, 200)),
    ("a factor of about {:.0f} million", lambda: np.exp(-drift_and_spread(16)[0]) / 1e6),
    ('"relu")`, {:.5f};', lambda: scaling.gain(16, "relu")),
]


def test_claims_of_chapter_4_in_words():
    assert "spread of the logarithm is about nine" in prose(PAGE4)
    assert round(drift_and_spread(10)[1]) == 9
    assert r"which is a factor of ten in $\|h\|$ itself" in prose(PAGE4)
    assert 9.5 < np.exp(np.sqrt(100 * scaling.log_norm_step(10)[1]) / 2) < 11
    assert "by a factor of a million" in prose(PAGE4)
    assert 0.7e6 < printed_loss(2) < 1.5e6
    assert "one in four cases of five" in prose(PAGE4)
    assert abs(scaling.death_probability(6, 100) - 0.8) < 0.01
    assert "loses ten powers of ten" in prose(PAGE4)
    assert abs(50 * scaling.tanh_gradient_step(0.8, 32)[0] / np.log(10) + 10) < 0.5


def rest_and_margin(w):
    """State at rest and margin of the latch."""
    return w * memory.attractor(w)[0], memory.robustness_margin(w)


def gradient_at_rest(w, steps):
    return memory.attractor(w)[1] ** steps


WEIGHT_FOR_03 = brentq(lambda w: memory.robustness_margin(w) - 0.3, 1, 3)
EDGE = memory.latch(1.0, np.zeros(10_000), 1.0)

CH5 = [
    ("rests at {0[0]:.3f}. Now an input", lambda: rest_and_margin(1.25)),
    ("Yes, {0[1]:.3f}. Between 0", lambda: rest_and_margin(1.25)),
    ("for forty steps it is {:.3f};", lambda: memory.push_to_flip(1.25, 40)),
    ("slope of tanh at 1.92, which is {:.3f}", lambda: memory.attractor(2.0)[1] / 2),
    ("{0[0]:.2f}, which is 0.083", lambda: rest_and_margin(2.0)),
    ("Yes: {:.2f} to the power 40 against", lambda: memory.attractor(1.25)[1]),
    ("against {:.2f} to the power 40.", lambda: memory.attractor(2.0)[1]),
    (
        "falls by {:.0f} powers of ten.",
        lambda: np.log10(gradient_at_rest(1.25, 40) / gradient_at_rest(2.0, 40)),
    ),
    (r"0.2\sqrt5 \approx {:.2f}$", lambda: 0.2 * np.sqrt(5)),
    (r"0.2 \sqrt t) = {:.3f}$", lambda: norm.ppf(0.75)),
    ("After about {:.0f} steps</summary>", lambda: (1 / 0.2 / norm.ppf(0.75)) ** 2),
    ("# {0[0]:.4f}, {0[1]:.4f}, {0[2]:.1e}", lambda: margin_to_order()),
    ("# {0[0]:.5f}, {0[1]:.4f}", lambda: edge_numbers()),
    ("# ({0[0]:.4f}, {0[1]:.4f}), (0.8880, 0.0778)", lambda: rest_and_margin(2.0)),
    ("(1.9150, 0.5328), ({0[0]:.4f}, {0[1]:.4f})", lambda: rest_and_margin(1.25)),
    (r"w = 1 / \tanh 1 = {:.3f}$", lambda: 1 / np.tanh(1)),
    ("with margin {:.3f}.", lambda: memory.robustness_margin(1 / np.tanh(1))),
    ("with a height just above {:.3f}", lambda: memory.push_to_flip(2.0, 3)),
    (r"\sqrt{{1000}} = {:.1f}$", lambda: norm.ppf(0.99) * 0.2 * np.sqrt(1000)),
    ("start=14.71)[-1] # {:.4f}", lambda: memory.linear_retention(1.0, 0.2, 1000, 14.71)[-1]),
    ("(1.5, 0.2, 1000)[0][-1] # {:.4f}", lambda: memory.retention(1.5, 0.2, 1000)[0][-1]),
    ("as well from {0[0]:.2f}. Its gradient", lambda: rest_and_margin(1.5)),
    ("gradient is ${:.3f}^{{1000}}$", lambda: memory.attractor(1.5)[1]),
    ("0.990^{{40}} = {:.2f}$", lambda: gradient_at_rest(1.005, 40)),
    ("The state at rest is {0[0]:.3f}, less", lambda: rest_and_margin(1.005)),
    ("the margin is {0[1]:.6f}, a thousandth", lambda: rest_and_margin(1.005)),
    ("lifetime(1.005, 0.2) # 0.000235, {:.2f}", lambda: memory.lifetime(1.005, 0.2)),
    ("(1.005, 0.2, 40)[0][40] # {:.4f}", lambda: memory.retention(1.005, 0.2, 40)[0][40]),
    ("spectral radius {:.2f}. For $n$ units", lambda: 10 * 0.9 / 4),
]


def margin_to_order():
    slope = memory.attractor(WEIGHT_FOR_03)[1]
    return WEIGHT_FOR_03, slope, slope**100


def edge_numbers():
    """State after 10 000 steps at w = 1, and what the gradient loses from step 1000 on."""
    return EDGE[-1], np.prod(1 / np.cosh(EDGE[1000:-1]) ** 2)


def test_claims_of_chapter_5_in_words():
    assert "From 1.25 to 2 the margin grows sevenfold" in prose(PAGE5)
    assert 6.5 < memory.robustness_margin(2.0) / memory.robustness_margin(1.25) < 7.5
    assert "below $w = 1.25$ from step 3 to step 94" in prose(PAGE5)
    integrator = memory.linear_retention(1.0, 0.2, 1000)
    below = np.flatnonzero(integrator < memory.retention(1.25, 0.2, 1000)[0])
    assert (below[0], below[-1], len(below)) == (3, 94, 92)
    assert "below $w = 1.4$ at all times" in prose(PAGE5)
    assert np.all(integrator[1:] < memory.retention(1.4, 0.2, 1000)[0][1:])
    assert np.all(integrator[1:] > memory.retention(1.1, 0.2, 1000)[0][1:])
    assert "pushes about twice as hard as the margin" in prose(PAGE5)
    for w in (1.25, 1.5, 2.0):
        pushes = memory.cheapest_flip(w, 60)
        assert 1.9 < -pushes.min() / memory.robustness_margin(w) < 2.1
        assert np.sum(pushes < pushes.min() / 10) <= 22
    assert "lives a hundred steps with $w = 1.25$" in prose(PAGE5)
    assert memory.lifetime(1.25, 0.2) == pytest.approx(100, rel=0.05)
    assert "needs $\\varepsilon$ of order $1/T$" in prose(PAGE5)


INDEX = [(r"\approx {:.1f}$", lambda: scalar.log_abs_powers(0.9, 100)[-1])]

PAGE6 = "chapters/06_long_spans.ipynb"


def stored(page, pattern):
    """What a pattern finds in the stored text outputs of a chapter, which nbval checks."""
    cells = json.loads((ROOT / page).read_text(encoding="utf-8"))["cells"]
    outputs = (out for cell in cells for out in cell.get("outputs", ()))
    text = "".join("".join(out.get("text", ())) for out in outputs)
    return re.search(pattern, text).group(1)


def boundary_mean():
    return memory.boundary_gradient(2.0, 0.2, 60)[0][-1]


def last_heard(w):
    """The last span at which the start is heard in 4000 sequences."""
    mean, square, _ = memory.boundary_gradient(w, 0.2, 60)
    return np.flatnonzero(square / mean**2 <= 4000)[-1]


def far_share(m):
    return (m**20 - m**100) / (1 - m**100)


CH6 = [
    ("whose slope at the attractor is {:.2f}", lambda: memory.attractor(2.0)[1]),
    ("exact mean stays at {:.3f}", boundary_mean),
    ("$w = 2$ hears across {} steps", lambda: last_heard(2.0)),
    ("$w = 1.5$ across {}.", lambda: last_heard(1.5)),
    (r"$0.6^{{20}} \approx {:.1f} \cdot 10^{{-5}}$", lambda: 0.6**20 / 1e-5),
    (r"$0.9^{{20}} \approx {:.2f}$", lambda: 0.9**20),
    ("about {:.0f} times more", lambda: round(far_share(0.9) / far_share(0.6), -2)),
    (r"$\sqrt{{0.2}} \approx {:.3f}$", lambda: np.sqrt(0.2)),
    ("A factor {:.2f}.", lambda: 1 / np.sqrt(0.2)),
    ("All 400 trials succeed at $T = {}$", lambda: stored(PAGE6, r"T =  ?(\d+): 100.0% of 400")),
]


def test_claims_of_chapter_6_in_words():
    text = prose(PAGE6)
    at_20, at_40 = (float(stored(PAGE6, rf"T = {T}: +([\d.]+)% of 400")) for T in (20, 40))
    assert "About four in ten</summary>" in text
    assert 35 < at_20 < 45
    assert "at twice the length it is one in fifteen" in text
    assert 13 < 100 / at_40 < 17
    assert "closes just below $T = 40$, near $w = 1.35$" in text
    assert sliders.training._window(38, 0.2) == pytest.approx((1.34, 1.34))
    assert sliders.training._window(40, 0.2) is None
    low, high = sliders.training._window(20, 0.3)
    assert "window at $T = 20$ reaches from about 1.5 to 1.7" in text
    assert (round(low, 1), round(high, 1)) == (1.5, 1.7)
    assert "A dozen guesses solve" in text
    assert 8 <= float(stored(PAGE6, r"T =  10: one guess in (\d+)")) <= 15


def test_more_than_half_of_the_plain_latches_sink_within_ten_updates():
    claim = "after ten updates at $T = 20$ more than half of its trials have sunk below 1"
    assert claim in prose(PAGE6)
    run = training.descend("latch", 20, 400, rng=np.random.default_rng(0), updates=10)
    sunk = [int((now.w < 1).sum()) for now in run][-1]
    assert training.wilson_interval(sunk, 400)[0] > 0.5


PAGE7 = "chapters/07_cliffs_and_machines.ipynb"


def referee_slopes(x0, *more):
    """Biases of the last exercise of chapter 7 and the slopes there."""
    b = np.append(np.linspace(-3.8, -2.2, 801), more)
    return b, dynamics.unit_slopes(6.0, b, x0)[:, 1]


CH7 = [
    ("which is {:.1f}° for $x_0 = 0.5$", lambda: 45 - np.degrees(np.arctan(expit(0.5)))),
    ("differ from {:.1f}° and 45°", lambda: np.degrees(np.arctan(expit(0.5)))),
    (r"3 \cdot 2^{{24}} = {0[0]}\,{0[1]}\,{0[2]}$", lambda: f"{3 * 2**24:,}".split(",")),
    (r"4^{{-4}} = {:.3f}$ as soon", lambda: 0.25**4 / 2),
    ("s'(-1) = {:.2f}$. At", lambda: 1 / (expit(-1.0) * expit(1.0))),
    (r"s(-1) = {:.3f}$, and", lambda: dynamics.wall(6.0, -1.0)),
    ("s'(-1) = {:.3f}$ in place", lambda: 6 * expit(-1.0) * expit(1.0)),
    ("in place of {:.3f}, so", lambda: 6 * expit(-0.5) * expit(0.5)),
    (r"about ${:.1f} \cdot 10^4$", lambda: dynamics.wall_slope(6.0, -1.0) / 1e4),
    (r"not ${:.1f} \cdot 10^7$", lambda: dynamics.wall_slope(6.0) / 1e7),
    (r"\frac{{0.7}}{{0.3}} = {:.4f}$", lambda: logit(0.7)),
    (r"= 0.5 - {:.4f}\,w$", lambda: expit(0.5)),
    ("# {:.5f}", lambda: (logit(0.7) - 0.5) / (0.7 - expit(0.5))),
    ("on the wall at $w = {:.3f}$", lambda: (logit(0.7) - 0.5) / (0.7 - expit(0.5))),
    ("$w = {:.2f}$ and an error below 0.0001", lambda: along_the_wall()[0]),
    ("1000 = {:.2f}$, so four bits", lambda: np.log(1000) / np.log(4)),
    ("10 = {:.2f}$ bits", lambda: np.log(10) / np.log(4)),
    ("at the wall, −{:.2f}, inside", lambda: -dynamics.wall(6.0)),
    ("at both folds it is {:.2f}", lambda: dynamics.unit_slopes(6.0, dynamics.folds(6.0)[0])[1]),
    ("seems to be {:.1f}. The wall", lambda: referee_slopes(0.5)[1].max()),
]


def along_the_wall():
    return dynamics.descend([4.6, -2.25], 0.02, 3000, "norm")[-1]


def test_equation_5_of_pascanu_as_printed_is_neither_the_jacobian_nor_its_transpose():
    rng = np.random.default_rng(5)
    W, x, v = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)
    D = np.diag(1 - np.tanh(x) ** 2)
    forward = lambda x: float(v @ W @ np.tanh(x))  # noqa: E731
    assert rnn.check_gradients(forward, [x], [v @ (W @ D)]) < 1e-6
    for wrong in (W.T @ D, D @ W):  # as printed, and transposed
        assert rnn.check_gradients(forward, [x], [v @ wrong]) > 0.1
    assert max(np.linalg.norm(J, 2) for J in (W @ D, W.T @ D)) <= (
        np.linalg.norm(W, 2) * D.max() * (1 + 1e-12)
    )


def test_claims_of_chapter_7_in_words():
    assert "The printed angles differ from 31.9° and 45° by half a degree at most" in prose(PAGE7)
    path = dynamics.descend([4.6, -2.25], 0.02, 31)
    w, b = path.T
    assert np.all(b[:31] > dynamics.wall(w[:31]))
    assert b[31] < dynamics.wall(w[31])
    gradient = dynamics.unit_gradient(*path[31])
    assert 200 < np.linalg.norm(gradient) < 210
    assert abs(np.degrees(np.arctan2(*gradient)) + 180 - np.degrees(np.arctan(expit(0.5)))) < 0.5
    assert dynamics.unit_error(*along_the_wall()) < 1e-4
    lower, upper = dynamics.unit_slopes(6.0, dynamics.folds(6.0))[:, 1]
    assert round(lower, 2) == round(upper, 2)
    b, slopes = referee_slopes(0.5, dynamics.wall(6.0))
    assert b[slopes.argmax()] == dynamics.wall(6.0)
    b, slopes = referee_slopes(3.0)
    assert b[slopes.argmax()] < dynamics.folds(6.0)[0]
    assert slopes.max() > 1000 > 2 > slopes[b > -3].max()
    near = dynamics.unit_error(6.0, dynamics.wall(6.0) + np.array([-1e-7, 1e-7]))
    assert near[0] > 0.4  # the wall is some 1e-8 wide
    assert near[1] < 0.04


PAGE8 = "chapters/08_remedies.ipynb"


def decade_lives():
    """Half-lives that leave a tenth after 100 and 1000 steps."""
    return np.array([100.0, 1000.0]) * np.log(2) / np.log(10)


CH8 = [
    ("halve its memory in {:.1f} steps", lambda: remedies.half_life(0.9)),
    ("no gradient falls faster than ${:.1f}^k$", lambda: 0.9 - 0.1 * 1),
    ("of its size, {:.3f} for", lambda: 0.1 / 1.9),
    ("in the cell above {:.4f} a step", lambda: remedies.skip_rate(0.4, 0.4, 5)),
    ("$0.4^{{1/5}} = {:.4f}$", lambda: 0.4**0.2),
    (r"\ln(1 + e^{{-3}}) = {:.1f}$", lambda: remedies.gate_half_life(3.0)),
    ("20: the gate stands at {:.3f}", lambda: 1 / (1 + np.exp(-3.0))),
    ("1/0.047 is {:.0f}", lambda: 1 + np.exp(3.0)),
    ("hence $b = {:.2f}$", lambda: remedies.gate_bias(decade_lives()[0])),
    ("a half-life of {:.1f} steps", lambda: decade_lives()[0]),
    ("to {:.2f}.", lambda: remedies.gate_bias(decade_lives()[1])),
    ("# {0[0]:.3f}, {0[1]:.3f}", lambda: remedies.gate_bias(decade_lives())),
    ("{:.3f} a step. For $z < 1$", lambda: remedies.skip_rate(0.0, 0.8, 5)),
    (
        "# {0[0]:.1f}, {0[1]:.3f}, {0[2]:.3f}",
        lambda: [remedies.skip_rate(0.8 - b, b, 5) for b in (0, 0.4, 0.8)],
    ),
    ("whose half-life is {:.2f} steps", lambda: remedies.half_life(1 / 3)),
    ("$0.85^{{50}} = {:.4f}$", lambda: (0.95 - 0.05 * 2) ** 50),
    ("$1.05^{{50}} = {:.1f}$", lambda: (0.95 + 0.05 * 2) ** 50),
    ("at $s = {:.0f}$", lambda: 0.95 / 0.05),
    ("an LSTM {} weights", lambda: remedies.Remedy(cell=remedies.LSTM()).weights),
    ("bias 3 is a half-life of {:.0f} steps", lambda: remedies.gate_half_life(3.0)),
]
PAGES = {
    "index.md": INDEX,
    "chapters/01_scalar_powers.ipynb": CH1,
    "chapters/02_matrix_powers.ipynb": CH2,
    "chapters/03_random_weights.ipynb": CH3,
    PAGE4: CH4,
    PAGE5: CH5,
    PAGE6: CH6,
    PAGE7: CH7,
    PAGE8: CH8,
}
CLAIMS = [(page, *claim) for page, claims in PAGES.items() for claim in claims]


@pytest.mark.parametrize(("page", "sentence", "value"), CLAIMS)
def test_number_in_the_text_is_the_computed_one(page, sentence, value):
    assert sentence.format(value()) in prose(page)


@pytest.mark.parametrize(("name", "tool"), [("landing", "landing_picture"), ("map", "book_map")])
def test_picture_is_what_its_code_draws(name, tool):
    draw = runpy.run_path(str(ROOT / "tools" / f"{tool}.py"))[tool]
    assert (ROOT / "_static" / f"{name}.svg").read_text(encoding="utf-8") == draw()
