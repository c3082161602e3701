"""Numbers in the text of chapter 3."""

from functools import cache

import numpy as np
from scipy.special import gamma, polygamma, zeta
from scipy.stats import norm

from longterm import products, scalar

from . import drawn, printed, said, stored

PAGE = "chapters/03_random_weights.ipynb"


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


TYPICAL = np.exp(-2 * products.log_abs_moments(1.0).mean)


def error_of_mean_square():
    """Standard error of the mean square of 40 normal weights in a million samples, over it."""
    return np.sqrt(products.product_variance(2.0, 40, mean=1.0) / 1e6)


def growth(part):
    """Growth of the log of the capital a round, if this part of it is staked."""
    return np.log1p(part * np.array([0.5, -0.4])).mean()


@cache
def first_experiment(factors):
    """Logarithms of the ten thousand products of the first experiment."""
    draws = np.random.default_rng(0).standard_normal((10_000, 50))[:, :factors]
    return np.log(np.abs(draws)).sum(axis=1)


def peak_of_histogram():
    """The middle of the fullest bin of the histogram of ten factors."""
    counts, edges = np.histogram(first_experiment(10), np.arange(-90, 46, 3))
    return edges[counts.argmax()] + 1.5


@cache
def sample_variances():
    """Sample variances of 60 repeats at up to 30 factors: (5 %, median, 95 %)."""
    rng, repeats = np.random.default_rng(2), []
    for _ in range(60):
        walks = products.sample_log_abs_products(1.0, 30, 10_000, rng=rng)
        repeats.append(np.exp(2 * walks).mean(axis=0))
    return np.quantile(repeats, [0.05, 0.5, 0.95], axis=0)


@cache
def against_lognormal(n):
    """Levels, and how far the share below each lognormal quantile is off, for n factors."""
    rng, levels = np.random.default_rng(7), np.linspace(0.005, 0.995, 100)
    walks = products.sample_log_abs_products(1.0, 50, 20_000, rng=rng)
    mean, variance = products.log_abs_moments(1.0)
    scaled = np.sort((walks[:, n] - n * mean) / np.sqrt(n * variance))
    return levels, np.searchsorted(scaled, norm.ppf(levels)) / 20_000 - levels


@cache
def two_worlds():
    """The 0.2 % and 99.8 % points of the drawn and of the weighted logarithms of chapter 3."""
    drawn_logs = products.sample_log_abs_products(1.0, 50, 40_000, rng=np.random.default_rng(12))
    rng = np.random.default_rng(11)
    for k in (2.0, 2.5, 3.0):
        logs = np.log(rng.chisquare(k, (40_000, 50))).sum(axis=1) / 2
    return [np.quantile(x, [0.002, 0.5, 0.998]) for x in (drawn_logs[:, -1], logs)]


@cache
def chi_logs():
    """Means of the logarithm of an average of N squares, and their standard errors."""
    rng, widths = np.random.default_rng(0), (1, 10, 100, 1000)
    means = [np.log(rng.chisquare(N, 100_000) / N).mean() for N in widths]
    return means, [np.sqrt(polygamma(1, N / 2) / 100_000) for N in widths]


CLAIMS = [
    ("further off than {:.1f} of them", furthest_from_the_median),
    ("About 13, which is {:.3f}²", lambda: TYPICAL),
    ("the true standard error is {:.1f}", error_of_weak_tilt),
    ("fall by $e^{{{:.3f}}}$ a step", lambda: products.log_abs_moments(1.0).mean),
    ("A factor of {:.2f}", lambda: np.exp(7 * zeta(3) / (3 * np.pi**2))),
    ("loses about {:.0f} % a round", lambda: -100 * growth(1)),
    ("about {:.1f} % a round", lambda: 100 * growth(0.25)),
    ("# {:.2e}", lambda: scalar.powers(0.9, 100)[-1]),
    ("# {:.3f}", lambda: (1 - scalar.powers(0.9, 100)[-1]) ** 10_000),
    ("about {:.1f} million", lambda: error_of_mean_square() / 1e6),
    (
        "one product in {} holds most of",
        lambda: said("ten thousand", 0.5, printed(PAGE, r"\n20 +1 +\S+ +(\S+)%") / 100, 1),
    ),
    (
        "the largest is smaller than a {}. Was",
        lambda: said("thousandth", 0, printed(PAGE, r"largest \|product\| (\S+)"), 1e-3),
    ),
    (
        "Up to n = {} the median",
        lambda: said("8", 0.8, sample_variances()[1][1:9].min(), 1.2),
    ),
    (
        "bends down: about {0[0]} at 10, {0[1]} at 20, {0[2]} at 30",
        lambda: [stored(PAGE, rf"n = {n}: median sample variance (\S+)") for n in (10, 20, 30)],
    ),
    (
        "From n = {} on, even the upper edge",
        lambda: said("25", 0, sample_variances()[2][25:].max(), 0.2),
    ),
    (r"With $v = 2e^\gamma = {:.3f}$ the drift", lambda: TYPICAL),
    (
        "More than {} million</summary> Yes",
        lambda: said("ten million", 1e13, products.product_variance(TYPICAL, 50) ** 0.5, 9e13),
    ),
    (
        "It spans minus {0[0]:.0f} to {0[1]:.0f} with its peak near minus {0[2]}.",
        lambda: (
            -first_experiment(10).min(),
            first_experiment(10).max(),
            said("5", 4, -peak_of_histogram(), 5),
        ),
    ),
    (r"if $v < 2e^\gamma = {:.3f}\ldots$ Its", lambda: TYPICAL),
    (
        "end between minus {0[0]} and minus {0[1]}.",
        lambda: (
            said("85", 80, -min(drawn("fig-fans", f"1 {n}y last") for n in range(1, 9)), 85),
            said("46", 46, -max(drawn("fig-fans", f"1 {n}y last") for n in range(1, 9)), 50),
        ),
    ),
    (
        "wrong by more than {} powers of ten",
        lambda: said("three", 3, -np.log10(printed(PAGE, r"\n30 +(\S+) \+-")), 4),
    ),
    (
        "lie around minus {0[0]:.0f}, from about minus {0[1]:.0f} to minus {0[2]:.0f}.",
        lambda: (-50 * products.log_abs_moments(1.0).mean, *-two_worlds()[0][[0, 2]]),
    ),
    (
        "lie around plus {0[0]:.0f}, from about {0[1]:.0f} to {0[2]:.0f}.",
        lambda: two_worlds()[1][[1, 0, 2]],
    ),
    (
        "minus 0.094 near level {:.1f} and",
        lambda: against_lognormal(1)[0][against_lognormal(1)[1].argmin()],
    ),
    (
        "plus 0.07 near level {:.1f}.",
        lambda: against_lognormal(1)[0][against_lognormal(1)[1].argmax()],
    ),
    ("minus 0.045 and minus {:.3f};", lambda: -against_lognormal(50)[1].min()),
    (
        "by a factor of more than a {},",
        lambda: said("hundred", 100, printed(PAGE, r"chain, median: (\S+)"), 200),
    ),
    (
        "about −{0[0]:.2f}, −{0[1]:.3f}, −{0[2]:.4f} and −{0[3]:.4f}, with",
        lambda: np.negative(chi_logs()[0]),
    ),
    (
        "errors from {0[0]:.3f} down to {0[1]:.4f}.",
        lambda: chi_logs()[1][::3],
    ),
]
