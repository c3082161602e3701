"""What `nox -s bench` reckons, and that no experiment keeps more than it needs."""

import numpy as np
import pytest
from benchmarks import growth, timing

TIMES = {"ours": [1.0, 2.0, 4.0], "other": [3.0, 5.0, 12.0], "floor": [0.5, 1.0, 2.0]}


def test_slope_of_a_power_law_is_its_exponent():
    sizes = np.array([1, 2, 5, 10])
    assert growth.slope(sizes, 3.0 * sizes**1.7) == pytest.approx(1.7)


def test_a_ratio_compares_times_of_the_same_round():
    assert [timing.ratio(TIMES, name) for name in TIMES] == [1, 3, 0.5]


@pytest.mark.parametrize(
    ("targets", "missed"),
    [
        ({"other": 2, "floor": 2.5, "ours": 2.5}, []),
        ({"other": 3.1, "floor": 1.5, "ours": 1.5}, ["ours", "other", "floor"]),
    ],
)
def test_targets_bound_ratios_from_below_and_the_floor_and_ours_from_above(targets, missed):
    case = timing.Case("sum", dict.fromkeys(TIMES, sum), targets, "")
    rows = list(timing.rows(case, TIMES))
    assert [row.split(" | ")[1] for row in rows if timing.MISSED in row] == missed
    assert "| other | 5 s (4 s to 8.5 s) | 3 |" in rows[1]


def test_a_part_of_the_work_is_scaled_to_the_whole():
    case = timing.Case("wait", {"ours": lambda: None, "part": lambda: None}, {}, "", {"part": 1e6})
    times = timing.measure(case._replace(rounds=3))
    assert len(times["part"]) == 3
    assert min(times["part"]) > 1e4 * max(times["ours"])


@pytest.mark.parametrize("case", growth.CASES, ids=lambda case: f"{case.name}-{case.axis}")
def test_peak_memory_grows_no_faster_than_stated(case):
    sizes = [case.size, 3 * case.size]
    case.work(sizes[0])
    peaks = [growth.peak(case.work, size) for size in sizes]
    assert growth.slope(sizes, peaks) < case.memory + growth.SLACK
