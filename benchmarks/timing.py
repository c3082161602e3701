"""Time several ways to do one thing, in turn, so that a busy machine is unfair to none."""

import gc
import time
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import EngFormatter

MISSED = "**missed**"
ROUNDS = 9
SLICE = 0.05  # seconds that a quick function is repeated for in a round


class Case(NamedTuple):
    """Ways to do one thing: the package's own first."""

    name: str
    ways: dict
    """Functions of no argument by name, "ours" first."""
    targets: dict
    """Least ratio of a time to ours; for "floor" the greatest of ours to it; seconds for ours."""
    limit: str
    """What limits ours, in a few words."""
    scale: dict = {}  # noqa: RUF012
    """By what a way's time is multiplied, since it does only a part of the work."""
    rounds: int = ROUNDS


def measure(case):
    """Return for each way its processor time in seconds, one a round, in rounds that take turns."""
    repeats = {name: _repeats(way) for name, way in case.ways.items()}
    times = {name: [] for name in case.ways}
    gc.disable()
    for _ in range(case.rounds):
        for name, way in case.ways.items():
            start = time.process_time()
            for _ in range(repeats[name]):
                way()
            spent = (time.process_time() - start) / repeats[name]
            times[name].append(spent * case.scale.get(name, 1))
    gc.enable()
    return times


def ratio(times, name):
    """The median over the rounds of a way's time over ours: a round is quiet or busy for both."""
    return float(np.median(np.divide(times[name], times["ours"])))


def rows(case, times):
    """A line of the table for each way: times, ratio to ours, target, and what limits ours."""
    for name, spent in times.items():
        low, middle, high = np.quantile(spent, [0.25, 0.5, 0.75])
        first, limit = (case.name, case.limit) if name == "ours" else ("", "")
        over = ratio(times, name)
        aim = verdict(name, case.targets[name], middle, over) if name in case.targets else ""
        words = f"{rounded(middle)} ({rounded(low)} to {rounded(high)})"
        yield f"| {first} | {name} | {words} | {over:.3g} | {aim} | {limit} |"


def verdict(name, target, seconds, over):
    """The target in words, and whether it was missed."""
    words, met = f"at least {target}", over >= target
    if name == "ours":
        words, met = f"at most {rounded(target)}", seconds <= target
    elif name == "floor":
        words, met = f"ours at most {target} of it", 1 / over <= target
    return words if met else f"{words}, {MISSED}"


def rounded(value, unit="s"):
    """Three digits and a unit."""
    return EngFormatter(unit)(float(f"{value:.3g}"))


def _repeats(way):
    way()
    start = time.perf_counter()
    way()
    return max(1, int(SLICE / (time.perf_counter() - start)))
