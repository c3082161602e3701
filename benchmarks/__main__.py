"""`python -m benchmarks [cases] [growth] [executors] [chapters]`: measure, print, and store."""

import json
import os
import sys
from importlib.metadata import version

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy and PyTorch are loaded

import torch  # noqa: E402

from benchmarks import (  # noqa: E402
    chapters,
    executors,
    growth,
    latch,
    networks,
    powers,
    report,
    timing,
    walks,
)

PACKAGES = ("numpy", "scipy", "torch")
LEAST_GAIN = 1.6  # of two processes over one


def measure_cases():
    """All cases, each printed when it is done."""
    rows = []
    for module in (networks, powers, walks, latch):
        print(f"Checking that all ways of {module.__name__} agree ...", flush=True)
        for case in module.cases():
            row = timing.summary(case, timing.measure(case))
            print(report.case_table([row]).split("\n", 2)[2], flush=True)
            rows.append(row)
    ratios = [row["ways"][networks.WRITTEN]["ratio"] for row in rows[: len(networks.SIZES)]]
    mean = timing.geometric_mean(ratios)
    print(f"Geometric mean over the sizes of BPTT: {mean:.2f}; asked for: {networks.MEAN}.")
    return {"cases": rows, "bptt": {"mean": mean, "met": mean >= networks.MEAN}}


def measure_growth():
    """All slopes, each printed when it is known."""
    rows = []
    for case in growth.CASES:
        rows.append(growth.measure(case))
        print(report.growth_table(rows[-1:]).split("\n", 2)[2], flush=True)
    return {"growth": rows}


def measure_executors():
    """The same sweep in a loop and on two processes; the better of two runs of each."""
    print("Sweeping the latch's lengths in a loop and on two processes ...", flush=True)
    runs = [executors.compare() for _ in range(2)]
    loop, pool = (min(run[k] for run in runs) for k in (0, 1))
    same = all(run[2] for run in runs)
    row = {"loop": loop, "pool": pool, "identical": same}
    row["met"] = bool(same and loop / pool >= LEAST_GAIN)
    print(report.executor_sentence(row), flush=True)
    return {"executors": row}


def measure_chapters():
    """What each chapter costs, into a file of its own, unless it is more than twice as much."""
    if chapters.main(renew=os.environ.get("RENEW") == "1"):
        sys.exit(1)
    return {}


MEASURES = {
    "cases": measure_cases,
    "growth": measure_growth,
    "executors": measure_executors,
    "chapters": measure_chapters,
}


def main(parts):
    """Measure the parts, keep the rest of the stored results; 1 if a target was missed."""
    torch.set_num_threads(1)
    results = json.loads(report.RESULTS.read_text("utf-8")) if report.RESULTS.exists() else {}
    results["machine"] = chapters.machine({name: version(name) for name in PACKAGES})
    for part in parts:
        results |= MEASURES[part]()
        report.write(results)
    missed = report.missed(results)
    print("\n".join(missed) or "Every target is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or MEASURES))
