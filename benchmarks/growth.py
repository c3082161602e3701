"""How time and peak memory of the experiments grow, from the book's sizes to ten times them."""

import timeit
import tracemalloc
from typing import NamedTuple

import numpy as np

from benchmarks.timing import MISSED, rounded
from longterm import feedforward, linear, memory, models, products, rnn, scaling, tasks, training

STEPS = (1, 2, 5, 10)


class Growth(NamedTuple):
    """One axis along which one experiment grows."""

    name: str
    axis: str
    size: int
    """What the book uses."""
    work: object
    """A function of the size."""
    time: float
    """Slope that its time must not exceed by more than `SLACK`: log time against log size."""
    memory: float
    """The same for its peak memory."""
    why: str


SLACK = 0.25


def _rng():
    return np.random.default_rng(11)


def _bptt(steps=30, trials=100, units=5):
    task, model = tasks.TwoSequence(), models.Plain(units=units, spread=0.5 / np.sqrt(units))
    start, batch = model.start(task, trials, rng=_rng()), task.batch(steps, trials, 2, rng=_rng())
    run = model.run(start, batch.inputs)
    return model.gradients(start, run, task.loss(run.answers, batch.targets)[1])


def _latch(length=40, trials=200, updates=20):
    pair = tasks.Latching(), models.Latch()
    return training.success_rate(*pair, length, trials, rng=_rng(), updates=updates)


def _walks(width=100, depth=100, trials=1000, method="law"):
    how = {"gain": 1.0, "rng": _rng(), "method": method}
    return scaling.sample_log_norms(width, depth, trials, **how)


def _powers(n=100, steps=1000):
    return linear.propagate(np.eye(n), np.ones(n), steps)


def _products(steps=50, size=10_000):
    return products.sample_log_abs_products(1.0, steps, size, rng=_rng())


def _jacobians(n=10, steps=50):
    return rnn.jacobian_products(np.eye(n), np.zeros((steps + 1, n)))


def _deep(depth=30, width=50):
    net = feedforward.random_networks(width, depth, 1, rng=_rng())
    batch = np.ones((64, 64)), np.zeros(64, dtype=int)
    return feedforward.gradients(net, *batch, 1.0, "tanh")


CASES = [
    Growth("two-sequence, one update", "steps", 30, lambda k: _bptt(steps=k), 1, 1,
           "every step is done once and its signals are kept for the way back"),
    Growth("two-sequence, one update", "trials", 100, lambda k: _bptt(trials=k), 1, 1,
           "trials are independent"),
    Growth("two-sequence, one update", "units", 5, lambda k: _bptt(units=k), 2, 2,
           "n² weights a network; signals alone would give 1"),
    Growth("latch, training", "length", 40, lambda k: _latch(length=k), 1, 1,
           "every step is done once; blocks of test sequences bound the rest"),
    Growth("latch, training", "trials", 200, lambda k: _latch(trials=k), 1, 1,
           "trials are independent"),
    Growth("latch, training", "updates", 20, lambda k: _latch(updates=k), 1, 0,
           "an update forgets the one before"),
    Growth("log-norm walks, law", "width", 100, lambda k: _walks(width=k), 0, 0,
           "one chi-square number a layer, whatever the width"),
    Growth("log-norm walks, law", "depth", 100, lambda k: _walks(depth=k), 1, 1,
           "the whole walk is returned"),
    Growth("log-norm walks, law", "trials", 1000, lambda k: _walks(trials=k), 1, 1,
           "the whole walk is returned"),
    Growth("log-norm walks, matrices", "width", 100,
           lambda k: _walks(width=k, depth=1, trials=100, method="matrices"), 2, 1,
           "N² fresh numbers a network and layer; blocks of 8 MB bound what is kept"),
    Growth("propagate", "n", 100, lambda k: _powers(n=k), 2, 1.5,
           "n² products a step; W and the states are kept"),
    Growth("propagate", "steps", 1000, lambda k: _powers(steps=k), 1, 1,
           "the states are returned"),
    Growth("products of weights", "steps", 50, lambda k: _products(steps=k), 1, 1,
           "the whole path is returned"),
    Growth("products of weights", "size", 10_000, lambda k: _products(size=k), 1, 1,
           "paths are independent"),
    Growth("products of Jacobians", "n", 10, lambda k: _jacobians(n=k), 3, 2,
           "n³ for a product of matrices, n² to keep it"),
    Growth("products of Jacobians", "steps", 50, lambda k: _jacobians(steps=k), 1, 1,
           "every product is returned"),
    Growth("deep network, one gradient", "depth", 30, lambda k: _deep(depth=k), 1, 1,
           "every layer is passed twice, its weights and states kept"),
    Growth("deep network, one gradient", "width", 50, lambda k: _deep(width=k), 2, 2,
           "N² weights a layer"),
    Growth("retention of a noisy latch", "steps", 40,
           lambda k: memory.retention(1.25, 0.2, k), 1, 0,
           "one product with a fixed operator a step; building it is a constant"),
    Growth("retention, simulated", "trials", 10_000,
           lambda k: memory.sample_retention(1.25, 0.2, 40, k, rng=_rng()), 1, 1,
           "one step of all trials at a time"),
]  # fmt: skip


def slope(sizes, values):
    """Least-squares slope of ln value against ln size."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def peak(work, size):
    """Most bytes held at once by what Python and NumPy asked for."""
    tracemalloc.start()
    work(size)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def row(case):
    """A line of the table: times, peaks, their slopes, and what these are at most said to be."""
    sizes = [case.size * k for k in STEPS]
    case.work(sizes[0])
    times = [min(timeit.repeat(lambda n=n: case.work(n), number=1, repeat=3)) for n in sizes]
    peaks = [peak(case.work, n) for n in sizes]
    fast, small = slope(sizes, times), slope(sizes, peaks)
    met = fast <= case.time + SLACK and small <= case.memory + SLACK
    cells = [
        case.name, case.axis, f"{sizes[0]} to {sizes[-1]}",
        f"{rounded(times[0])} to {rounded(times[-1])}", f"{fast:.2f}",
        f"{rounded(peaks[0], 'B')} to {rounded(peaks[-1], 'B')}", f"{small:.2f}",
        f"time {case.time}, memory {case.memory}" + ("" if met else f", {MISSED}"), case.why,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"
