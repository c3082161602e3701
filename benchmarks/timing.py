"""Time several ways to do one thing, in turn, so that a busy machine is unfair to none."""

import gc
import time
from typing import NamedTuple

import numpy as np

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
    """Return for each way its times in seconds, one a round, in rounds that take turns."""
    repeats = {name: _repeats(way) for name, way in case.ways.items()}
    times = {name: [] for name in case.ways}
    gc.disable()
    for _ in range(case.rounds):
        for name, way in case.ways.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                way()
            spent = (time.perf_counter() - start) / repeats[name]
            times[name].append(spent * case.scale.get(name, 1))
    gc.enable()
    return times


def summary(case, times):
    """Median, quartiles and ratio to ours of every way, and whether the targets are met."""
    ours = np.array(times["ours"])
    rows = {}
    for name, spent in times.items():
        low, middle, high = np.quantile(spent, [0.25, 0.5, 0.75])
        ratio = float(np.median(np.array(spent) / ours))  # a round is quiet or busy for both
        rows[name] = {"median": middle, "low": low, "high": high, "ratio": ratio}
        if name in case.targets:
            rows[name]["target"] = case.targets[name]
            rows[name]["met"] = _met(name, rows[name], case.targets[name])
    return {"case": case.name, "rounds": case.rounds, "limit": case.limit, "ways": rows}


def geometric_mean(values):
    """The mean of factors."""
    return float(np.exp(np.mean(np.log(values))))


def _met(name, way, target):
    if name == "ours":
        return bool(way["median"] <= target)
    return bool(1 / way["ratio"] <= target if name == "floor" else way["ratio"] >= target)


def _repeats(way):
    way()
    start = time.perf_counter()
    way()
    return max(1, int(SLICE / (time.perf_counter() - start)))
