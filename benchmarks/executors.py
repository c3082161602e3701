"""The latch's success against length in a plain loop, and on a pool of processes.

Each time is that of the whole sweep; the pool's includes starting its processes and ending them.
"""

import time

import numpy as np

from longterm.models import Latch
from longterm.sweeps import processes
from longterm.tasks import Latching
from longterm.training import success_curve

LENGTHS = (5, 10, 15, 20, 25, 30, 40)
TRIALS, SEED = 200, 7


def curve(executor=None):
    """Return the success of the latch at seven lengths, as in chapter 6."""
    rng = np.random.default_rng(SEED)
    return success_curve(Latching(), Latch(), LENGTHS, TRIALS, rng=rng, executor=executor)


def identical(one, other):
    """Return whether two curves agree to the last bit, down to the weights of each trial."""
    pairs = [
        pair
        for (_, mine), (_, theirs) in zip(one, other, strict=True)
        for pair in zip(arrays(mine), arrays(theirs), strict=True)
    ]
    return all(np.array_equal(a, b) for a, b in pairs)


def arrays(outcome):
    """Return the arrays of an outcome: the scores of the trials, and what each has learned."""
    return [outcome.scores, *outcome.parameters]


def compare(workers=2):
    """Return the seconds of the loop, those of the pool, and whether the results agree."""
    start = time.perf_counter()
    alone = curve()
    middle = time.perf_counter()
    with processes(workers) as pool:
        shared = curve(pool)
    end = time.perf_counter()
    return middle - start, end - middle, identical(alone, shared)
