"""What each chapter costs: processor time and peak memory of its kernel and what runs it."""

import subprocess
from pathlib import Path

from benchmarks.timing import MISSED

ROOT = Path(__file__).resolve().parents[1]
PYTHON = str(ROOT / ".venv/bin/python")
# A small process starts and measures them: what ours forks counts our memory as its own at first.
MEASURE = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)"""
COMMAND = (PYTHON, "-c", MEASURE, PYTHON, "-m", "tools.book.run_notebooks", "--check")
MOST_SECONDS, MOST_MEGABYTES = 60, 1000  # what pages/instructors.md says, and what Binder gives


def rows():
    """Give a line of the table for each chapter that the readers' environment can run."""
    for path in sorted((ROOT / "chapters").glob("0*.ipynb")):
        said = subprocess.run([*COMMAND, path], cwd=ROOT, capture_output=True, check=True).stdout
        seconds, megabytes = map(float, said.split())
        met = seconds < MOST_SECONDS and megabytes < MOST_MEGABYTES
        mark = "" if met else f", {MISSED}"
        yield f"| {path.stem} | {seconds:.1f} s | {megabytes:.0f} MB{mark} |"
