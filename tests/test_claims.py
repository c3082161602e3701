"""Numbers in the text: each is computed here, and must stand in its chapter as computed.

A claim is a page, a piece of its text with places for numbers, and what computes them.
"""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
from scipy.special import gamma, zeta

from longterm import linear, products, remedies, scalar, scaling

ROOT = Path(__file__).parents[1]
PAGE4 = "chapters/04_log_walks.ipynb"


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


INDEX = [(r"\approx {:.1f}$", lambda: scalar.log_abs_powers(0.9, 100)[-1])]

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
    PAGE8: CH8,
}
CLAIMS = [(page, *claim) for page, claims in PAGES.items() for claim in claims]


@pytest.mark.parametrize(("page", "sentence", "value"), CLAIMS)
def test_number_in_the_text_is_the_computed_one(page, sentence, value):
    assert sentence.format(value()) in prose(page)


def test_landing_picture_is_what_its_code_draws():
    draw = runpy.run_path(str(ROOT / "tools" / "landing_picture.py"))["landing_picture"]
    assert (ROOT / "_static" / "landing.svg").read_text(encoding="utf-8") == draw()
