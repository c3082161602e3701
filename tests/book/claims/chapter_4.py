"""Numbers in the text of chapter 4."""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from longterm import scaling

from . import drawn, printed, said, word

PAGE = "chapters/04_log_walks.ipynb"


def drift_and_spread(width, depth=100):
    """Mean and standard deviation of ln‖h‖² of ReLU layers at gain √2."""
    mean, variance = scaling.log_norm_step(width, "relu")
    return depth * (mean + np.log(2)), np.sqrt(depth * variance)


def printed_loss(width):
    """Factor that the printed ReLU gain takes off ‖h‖² over 100 layers."""
    mean = scaling.log_norm_step(width, "relu").mean
    return np.exp(-100 * (mean + 2 * np.log(scaling.gain(width, "relu", "sussillo"))))


def layers_until_half_are_dead(width):
    return np.log(0.5) / np.log1p(-scaling.death_probability(width, 1))


def width_for_a_factor_ten():
    """Smallest ReLU width whose two standard deviations stay below a factor 10 in ‖h‖."""
    return next(N for N in range(1, 500) if drift_and_spread(N)[1] <= np.log(10))


def drift_sd():
    return np.sqrt(100 * scaling.log_norm_step(10).variance)


def printed_drifts(widths):
    """Sizes of the drifts over 100 ReLU layers that the printed gain leaves."""
    return np.array([abs(np.log(printed_loss(width))) for width in widths])


def below_the_spread(activation):
    """The first width from which the mean-square gain's drift stays below the spread."""
    shift = np.log(2) if activation == "relu" else 0
    inside = []
    for width in range(1, 200):
        mean, variance = scaling.log_norm_step(width, activation)
        inside.append(abs(100 * (mean + shift)) < np.sqrt(100 * variance))
    return np.flatnonzero(~np.array(inside))[-1] + 2


def level_gain(width):
    """The tanh gain above 1 at which the mean gradient is level."""
    return brentq(lambda g: scaling.tanh_gradient_walk(g, width, 50).mean, 1.08, 2)


def fair_depths(widths):
    """Depths at which the printed ReLU gain's drift equals one standard deviation, by width."""
    depths = []
    for width in widths:
        mean, variance = scaling.log_norm_step(width, "relu")
        drift = mean + 2 * np.log(scaling.gain(width, "relu", "sussillo"))
        depths.append(int(variance / drift**2))
    return depths


def most_dead_up_to():
    """The largest width whose networks are mostly dead at that depth, as all narrower are."""
    widths = range(2, 40)
    dead = map(scaling.death_probability, widths, fair_depths(widths))
    return next(width for width, share in zip(widths, dead, strict=True) if share < 0.5) - 1


def angle(layer):
    cosine = printed(PAGE, rf"relu: mean.* {layer}: (\S+) ±")
    return np.degrees(np.arccos(cosine))


LYAPUNOV = scaling.lyapunov_exponents(12) - scaling.lyapunov_exponents(12)[0]


CLAIMS = [
    ("layer costs about {:.2f} in", lambda: -drift_and_spread(10)[0] / 100),
    ("make $e^{{{:.0f}}}$", lambda: drift_and_spread(10)[0]),
    ("= {:.1f}$, so 178 layers", lambda: layers_until_half_are_dead(8)),
    ("# {}", width_for_a_factor_ten),
    ("drift ${:.4f}$, that is", lambda: drift_and_spread(16, 1)[0]),
    (
        "that is ${0[0]:.1f}$, with a standard deviation of {0[1]:.1f}",
        lambda: drift_and_spread(16, 200),
    ),
    ("a factor of about {:.0f} million", lambda: np.exp(-drift_and_spread(16)[0]) / 1e6),
    ('"relu")`, {:.5f};', lambda: scaling.gain(16, "relu")),
    (
        "stays within plus or minus {} inside",
        lambda: said("0.01,", 0, printed(PAGE, r"largest difference (\S+),"), 0.01),
    ),
    (
        "<summary>About a {} of that</summary> Yes",
        lambda: said(
            "tenth",
            9.5,
            np.sqrt(scaling.log_norm_step(10).variance / scaling.log_norm_step(1000).variance),
            10.6,
        ),
    ),
    (
        r"of $\ln\|h\|^2$ is {0[0]:.1f}, which is a factor of {0[1]} in",
        lambda: (drift_sd(), said("ten", 9.5, np.exp(drift_sd() / 2), 11)),
    ),
    ("minus 19.7 and minus {:.1f} at layer", lambda: -drawn("fig-width-fans", "1 3y last")),
    (
        "leaves 27 at width 1, {:.1f} at width 10",
        lambda: -100 * (scaling.log_norm_step(10).mean + 0.1),
    ),
    (
        "gain leaves between {0[0]:.0f} and {0[1]:.0f} up to width 8",
        lambda: (printed_drifts(range(1, 9)).min(), printed_drifts(range(1, 9)).max()),
    ),
    (
        "and less than {} from width 14 on",
        lambda: said("0.2", 0.1, printed_drifts([14, 16, 20, 30, 50, 100, 300, 1000]).max(), 0.2),
    ),
    ("mean-square gain leaves {:.0f} at width 10 and is", lambda: -drift_and_spread(10)[0]),
    ("below the spread from about width {} on.", lambda: below_the_spread("relu")),
    ("up to width {}, by the depth", most_dead_up_to),
    (
        "from width 20 on that depth is over {} layers",
        lambda: said("60,000", 60_000, min(fair_depths(range(20, 2000))), 69_999),
    ),
    (
        "held fixed it would be {0[0]:.2f} and {0[1]:.2f}.",
        lambda: [scaling.tanh_gradient_step(g, 1).variance for g in (1.25, 1.5)],
    ),
    ("the logarithm is about {}.", lambda: word(drift_and_spread(10)[1])),
    (
        "<summary>About {}</summary> Yes. Each",
        lambda: said("1e-14", 1e-14, printed(PAGE, r"width +10: median (\S+),"), 3e-14),
    ),
    ("One layer in {} dies at width 6", lambda: round(1 / scaling.death_probability(6, 1))),
    (
        "contain a dead {} cases of five",
        lambda: said("one in four", 0.79, scaling.death_probability(6, 100), 0.81),
    ),
    ("Normal steps would have {:.1f} % inside", lambda: 100 * (2 * norm.cdf(2) - 1)),
    (
        "narrow band to about minus {:.0f}, at gain 1.25",
        lambda: -printed(PAGE, r"tanh 0\.9000: .*first layer (\S+) ±"),
    ),
    ("through 0 near {:.2f}, to", lambda: level_gain(32)),
    (
        "measured at minus 5.5 and minus {:.1f}, some",
        lambda: (
            -(
                3 * drawn("fig-sweep", "1 4y mean")
                - drawn("fig-sweep", "1 4y first")
                - drawn("fig-sweep", "1 4y last")
            )
        ),
    ),
    (
        "the loss of nearly {} powers of ten at 0.9",
        lambda: word(
            -3 * drawn("fig-sweep", "1 4y mean")
            + drawn("fig-sweep", "1 4y first")
            + drawn("fig-sweep", "1 4y last")
        ),
    ),
    ("an angle of about {} degrees", lambda: word(angle(30))),
    ("at layer 50 of less than {}:", lambda: said("nine", 8, angle(50), 9)),
    (
        "to minus {0[9]:.1f} at k = 10, minus {0[10]:.1f} at 11 and",
        lambda: -LYAPUNOV,
    ),
    ("shrinks $\\|h\\|$ by $e^{{{:.1f}}}$, a", lambda: -drift_and_spread(16, 200)[0] / 2),
    (
        "the spreads differ by a factor of {}.",
        lambda: word(
            printed(PAGE, r"one W, reused .*step 100 (\S+),")
            / printed(PAGE, r"fresh W .*step 100 +(\S+),")
        ),
    ),
]
