"""Run one chapter, and print what its kernel used, as JSON. benchmarks/chapters.py runs this.

Each chapter has a process of its own here: the system then tells what its one child used.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
from threadpoolctl import threadpool_limits
from tools.book import run_notebooks

run_notebooks.CELL_TIMEOUT = 3600  # a busy machine is slow by the clock, which is not measured
MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kB
ROUNDS = 3


def unit():
    """Return the processor time in seconds of a piece of work like that of chapters.

    It is arithmetic on long and on short arrays, and Python between. The mean of a few rounds,
    not the least: what else the machine does has cost the chapter time on average, too.
    """
    rng, small, words = np.random.default_rng(0), np.full((5, 5), 0.1), {}
    start = time.thread_time()
    for step in range(15 * ROUNDS):
        if step % 15 == 0:
            large = rng.standard_normal((300, 300))
        large = np.tanh(large @ large / 20)
        for k in range(300):
            small = np.tanh(small + 0.01)
            words[f"{step} {k}"] = f"{small[0, 0]:.6f}"
    return (time.thread_time() - start) / ROUNDS


def cost(path):
    """Return what a chapter's kernel used, and what the unit of work took before and after."""
    nb, before = nbformat.read(path, as_version=4), unit()
    asyncio.run(run_notebooks.execute(nb, path.resolve().parent))
    kernel = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(kernel.ru_utime + kernel.ru_stime, 2),
        "megabytes": round(kernel.ru_maxrss / MEGABYTE),
        "unit": round((before + unit()) / 2, 4),
    }


if __name__ == "__main__":
    with threadpool_limits(1):
        print(json.dumps(cost(Path(sys.argv[1]))))
