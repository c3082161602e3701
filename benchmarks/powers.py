"""Repeated multiplication beside a bare loop of BLAS calls, and a quadrature."""

import numpy as np

from benchmarks.timing import Case
from longterm.linear import propagate
from longterm.products import median_abs_product, sample_log_abs_products

N, STEPS = 1000, 1000


def bare_loop(W, h, steps):
    """One BLAS call a step; nothing checked."""
    states = np.empty((steps + 1, len(h)))
    states[0] = h
    for t in range(steps):
        np.dot(states[t], W, out=states[t + 1])
    return states


def cases():
    """`propagate` within 1.3 of the loop; the median of a product against sampling it."""
    rng = np.random.default_rng(5)
    W, h = rng.standard_normal((N, N)) / np.sqrt(N), rng.standard_normal(N)
    np.testing.assert_array_equal(propagate(W, h, 100), bare_loop(W, h, 100))
    ways = {"ours": lambda: propagate(W, h, STEPS), "floor": lambda: bare_loop(W, h, STEPS)}
    loop = Case(f"propagate, n = {N}, {STEPS} steps", ways, {"floor": 1.3}, "memory traffic of W")
    return [loop, _median()]


def _median(draws=10**4):
    rng, exact = np.random.default_rng(6), median_abs_product(1.0, 50)

    def by_sampling():
        return np.exp(np.median(sample_log_abs_products(1.0, 50, draws, rng=rng)[:, -1]))

    many = [np.log(by_sampling() / exact) for _ in range(30)]
    assert abs(np.mean(many)) < 4.5 * np.std(many) / np.sqrt(30)
    ways = {"ours": lambda: median_abs_product(1.0, 50), f"{draws} samples": by_sampling}
    targets = {"ours": 0.02}
    return Case("median_abs_product, 50 steps", ways, targets, "the integrand at its nodes")
