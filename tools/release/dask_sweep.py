"""A sweep on Dask's cluster beside a plain loop and a pool of processes; run by `nox -s dask`.

The curves must be the same down to the weights of each trial, and an error must name its
setting. Exits with 1 if not.
"""

import logging
import sys

import numpy as np
from distributed import Client, LocalCluster, get_worker

from longterm.models import Latch, Leaky
from longterm.sweeps import processes, sweep
from longterm.tasks import Latching, TwoSequence
from longterm.training import success_curve

LENGTHS = (5, 10, 20, 15, 8)


def curve(executor=None):
    """Return a success curve that takes some seconds."""
    how = {"rng": np.random.default_rng(5), "updates": 300, "executor": executor}
    return success_curve(Latching(), Latch(), LENGTHS, 50, **how)


def identical(one, other):
    """Return whether two curves agree to the last bit, down to the weights of each trial."""
    arrays = [[a for _, o in c for a in (o.scores, *o.parameters)] for c in (one, other)]
    return all(map(np.array_equal, *arrays))


def worker(setting, *, rng):
    """Return which of Dask's workers has this setting."""
    return get_worker().name


def named_error(executor):
    """Return what a sweep says of a setting that cannot be."""
    try:
        how = {"rng": np.random.default_rng(5), "executor": executor}
        success_curve(TwoSequence(), Leaky(), (5, 2), 3, **how)
    except ValueError as error:
        return error.__notes__
    return []


def check():
    """Return what is not as it must be, in words."""
    alone = curve()
    with processes(2) as pool:
        pooled = curve(pool)
    how = {"dashboard_address": None, "silence_logs": logging.CRITICAL}  # one error is meant
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, **how)
    with cluster, Client(cluster) as client, client.get_executor() as executor:
        dasked, notes = curve(executor), named_error(executor)
        workers = set(sweep(worker, range(8), rng=np.random.default_rng(5), executor=executor))
    said = {
        "the pool's curve is another than the loop's": not identical(alone, pooled),
        "Dask's curve is another than the loop's": not identical(alone, dasked),
        f"the workers were {workers}, not two": len(workers) != 2,
        f"an error says {notes}": notes != ["This happened at the setting 2."],
    }
    return [fault for fault, found in said.items() if found]


def main():
    """Check, say what was found, and return the exit code."""
    faults = check()
    print("\n".join(faults) or "Dask's two workers find what a loop and a pool of processes find.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
