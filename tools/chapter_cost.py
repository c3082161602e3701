"""Run one chapter, and print what its kernel used, as JSON. benchmarks/chapters.py runs this.

Each chapter has a process of its own here: the system then tells what its one child used.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

import budget
import nbformat
import run_notebooks

run_notebooks.CELL_TIMEOUT = 3600  # a busy machine is slow by the clock, which is not measured
MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kB


def cost(path):
    """Return what a chapter's kernel used, and what the unit of work took before and after."""
    nb, before = nbformat.read(path, as_version=4), budget.unit()
    asyncio.run(run_notebooks.execute(nb, path.resolve().parent))
    kernel = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(kernel.ru_utime + kernel.ru_stime, 2),
        "megabytes": round(kernel.ru_maxrss / MEGABYTE),
        "unit": round((before + budget.unit()) / 2, 4),
    }


if __name__ == "__main__":
    print(json.dumps(cost(Path(sys.argv[1]))))
