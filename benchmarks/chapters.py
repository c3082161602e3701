"""What each chapter costs: processor time and peak memory of its kernel and what runs it."""

import os
import subprocess
from pathlib import Path

from benchmarks.timing import MISSED

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (str(ROOT / ".venv/bin/python"), "-m", "tools.book.run_notebooks", "--check")
MOST_SECONDS, MOST_MEGABYTES = 60, 1000  # what pages/instructors.md says, and what Binder gives


def rows():
    """Give a line of the table for each chapter that the readers' environment can run."""
    for path in sorted((ROOT / "chapters").glob("0*.ipynb")):
        process = subprocess.Popen([*COMMAND, path], cwd=ROOT, stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        met = seconds < MOST_SECONDS and megabytes < MOST_MEGABYTES
        mark = "" if met else f", {MISSED}"
        yield f"| {path.stem} | {seconds:.1f} s | {megabytes:.0f} MB{mark} |"
