"""How much processor time and memory each chapter may take: at most twice what it took before.

Under pytest this is a plugin. When nbval has run the last cell of a chapter, it asks the system
what the chapter's kernel has used, and compares with benchmarks/chapters.json, which `make bench`
writes. Processor time, and not time by the clock, since two chapters run at once; and as a
multiple of what a fixed piece of work takes here and now, since machines differ.
"""

import json
import re
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from threadpoolctl import threadpool_limits

FACTOR = 2
ROUNDS = 3
STORED = "benchmarks/chapters.json"


def fixed_work():
    """Do what chapters do: arithmetic on long and on short arrays, and Python between."""
    rng = np.random.default_rng(0)
    large, small, words = rng.standard_normal((300, 300)), np.full((5, 5), 0.1), {}
    for step in range(15):
        large = np.tanh(large @ large / 20)
        for k in range(300):
            small = np.tanh(small + 0.01)
            words[f"{step} {k}"] = f"{small[0, 0]:.6f}"
    return large, words


def unit():
    """Return the processor time of the fixed work in seconds.

    The mean of a few rounds, not the least: what else the machine does has cost the chapter time
    on average, too.
    """
    with threadpool_limits(1):
        start = time.thread_time()
        for _ in range(ROUNDS):
            fixed_work()
        return (time.thread_time() - start) / ROUNDS


def used(process):
    """Return the processor seconds and the peak megabytes of a process, None where unknown."""
    times = process.cpu_times()
    status = Path("/proc", str(process.pid), "status")
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return times.user + times.system, int(peak[1]) / 1024 if peak else None


def complaint(chapter, seconds, megabytes, stored, unit_now):
    """Return what is too much, in words, and nothing if all is within the budget."""
    row = stored["chapters"].get(chapter)
    if row is None:
        return f"{chapter} has no budget yet: make bench PARTS=chapters measures one"
    scale, said = unit_now / row["unit"], []
    if seconds > FACTOR * row["seconds"] * scale:
        usual = f"{row['seconds'] * scale:.1f} s for a machine as fast as this one"
        said.append(f"{seconds:.1f} s of processor time, usually {usual}")
    if megabytes is not None and megabytes > FACTOR * row["megabytes"]:
        said.append(f"{megabytes:.0f} MB, usually {row['megabytes']:.0f} MB")
    if not said:
        return ""
    return f"{chapter} took {' and '.join(said)}; if that is meant: make bench PARTS=chapters"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Measure a chapter after its last cell, before its kernel is stopped."""
    words = ""
    if is_last_cell(item, nextitem) and not item.config.getoption("cov_source", None):
        process = psutil.Process(item.parent.kernel.km.provisioner.pid)
        stored = json.loads((item.config.rootpath / STORED).read_text(encoding="utf-8"))
        words = complaint(item.parent.path.stem, *used(process), stored, unit())
    yield
    if words:
        pytest.fail(words, pytrace=False)


def is_last_cell(item, nextitem):
    """Return whether this is the last cell of a chapter whose kernel is alive."""
    notebook = item.parent
    kernel = getattr(notebook, "kernel", None)
    if kernel is None or (nextitem is not None and nextitem.parent is notebook):
        return False
    return notebook.path.parent == item.config.rootpath / "chapters" and kernel.is_alive()
