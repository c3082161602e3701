"""Walks of the log norm at width 100, depth 100: the law against products of matrices."""

import numpy as np
import torch
from scipy.stats import ks_2samp

from benchmarks.timing import Case
from longterm.scaling import sample_log_norms

WIDTH, DEPTH, TRIALS = 100, 100, 1000
PART = 100  # trials of the slow ways; their times are multiplied by TRIALS / PART
DEPTHS = (1, 10, 100)


def by_law(activation, gain, trials=TRIALS, seed=1):
    """The package's walks, from the exact law of a step."""
    how = {"gain": gain, "activation": activation, "rng": np.random.default_rng(seed)}
    return sample_log_norms(WIDTH, DEPTH, trials, **how)


def by_numpy(activation, gain, trials=PART, seed=2):
    """Fresh matrices in NumPy, one network after the other."""
    rng, walks = np.random.default_rng(seed), np.zeros((trials, DEPTH + 1))
    for walk in walks:
        h = np.ones(WIDTH) / np.sqrt(WIDTH)
        for d in range(1, DEPTH + 1):
            h = gain * rng.standard_normal((WIDTH, WIDTH)) / np.sqrt(WIDTH) @ h
            h = np.maximum(h, 0) if activation == "relu" else h
            walk[d] = np.log(h @ h)
    return walks


def by_torch(activation, gain, trials=PART, seed=3):
    """Fresh matrices in PyTorch, all networks at once."""
    source, walks = torch.Generator().manual_seed(seed), [torch.zeros(trials, dtype=torch.float64)]
    h = torch.ones(trials, WIDTH, 1, dtype=torch.float64) / WIDTH**0.5
    for _ in range(DEPTH):
        W = torch.randn(trials, WIDTH, WIDTH, dtype=torch.float64, generator=source)
        h = torch.bmm(W, h) * (gain / WIDTH**0.5)
        h = torch.relu(h) if activation == "relu" else h
        walks.append(torch.log((h * h).sum((1, 2))))
    return torch.stack(walks, dim=1).numpy()


def cases():
    """Both activations, after all three ways were found to have one distribution."""
    return [_case("linear", 1.0, 1000), _case("relu", np.sqrt(2), 500)]


def _case(activation, gain, target):
    law = by_law(activation, gain)
    for other in (by_numpy, by_torch):
        walks = other(activation, gain, trials=400)
        for d in DEPTHS:
            chance = ks_2samp(law[:, d], walks[:, d]).pvalue
            assert chance > 1e-4, (other.__name__, activation, d, chance)
    ways = {
        "ours": lambda: by_law(activation, gain),
        "NumPy matrices": lambda: by_numpy(activation, gain),
        "PyTorch matrices": lambda: by_torch(activation, gain),
    }
    scale = {"NumPy matrices": TRIALS / PART, "PyTorch matrices": TRIALS / PART}
    aims = {"NumPy matrices": target, "PyTorch matrices": 300}
    name = f"log-norm walks, {activation}, width {WIDTH}, depth {DEPTH}, {TRIALS} trials"
    return Case(name, ways, aims, "random numbers", scale)
