"""What `nox -s bench` reckons, and that no experiment keeps more than it needs."""

import json

import numpy as np
import pytest
from benchmarks import chapters, growth, report, timing

CASE = timing.Case("sum", {"ours": sum, "other": sum, "floor": sum}, {"other": 2, "floor": 1.5}, "")
TIMES = {"ours": [1.0, 2.0, 4.0], "other": [3.0, 5.0, 12.0], "floor": [0.5, 1.0, 2.0]}


def test_slope_of_a_power_law_is_its_exponent():
    sizes = np.array([1, 2, 5, 10])
    assert growth.slope(sizes, 3.0 * sizes**1.7) == pytest.approx(1.7)


def test_a_ratio_compares_times_of_the_same_round():
    ways = timing.summary(CASE, TIMES)["ways"]
    assert ways["ours"]["ratio"] == 1
    assert ways["other"]["ratio"] == 3
    assert (ways["other"]["median"], ways["other"]["low"], ways["other"]["high"]) == (5, 4, 8.5)


def test_targets_bound_ratios_from_below_and_the_floor_from_above():
    ways = timing.summary(CASE, TIMES)["ways"]
    assert ways["other"]["met"]
    assert not ways["floor"]["met"]  # ours takes twice its time
    stricter = CASE._replace(targets={"ours": 2.0, "other": 3.1})
    ways = timing.summary(stricter, TIMES)["ways"]
    assert ways["ours"]["met"]
    assert not ways["other"]["met"]


def test_a_part_of_the_work_is_scaled_to_the_whole():
    case = timing.Case("wait", {"ours": lambda: None, "part": lambda: None}, {}, "", {"part": 1e6})
    times = timing.measure(case._replace(rounds=3))
    assert len(times["part"]) == 3
    assert min(times["part"]) > 1e4 * max(times["ours"])


def test_missed_targets_are_named():
    row = timing.summary(CASE, TIMES)
    steep = {"experiment": "walk", "axis": "depth", "met": False}
    results = {"cases": [row], "growth": [steep], "bptt": {"met": True}}
    words = report.missed(results)
    assert words == ["missed: sum, floor", "steeper than stated: walk along depth"]
    assert "**missed**" in report.case_table([row])


@pytest.mark.parametrize("case", growth.CASES, ids=lambda case: f"{case.name}-{case.axis}")
def test_peak_memory_grows_no_faster_than_stated(case):
    sizes = [case.size, 3 * case.size]
    case.work(sizes[0])
    peaks = [growth.peak(case.work, size) for size in sizes]
    assert growth.slope(sizes, peaks) < case.memory + growth.SLACK


def test_the_tables_are_those_of_the_stored_results():
    results = json.loads(report.RESULTS.read_text("utf-8"))
    text = report.README.read_text("utf-8")
    for name, block in report.blocks(results).items():
        assert f"<!-- {name} -->\n{block}\n<!-- end -->" in text


@pytest.mark.parametrize(
    ("seconds", "words"), [(2.0, "2 s"), (0.0123, "12.3 ms"), (4e-6, "4 µs"), (2e-9, "2 ns")]
)
def test_times_are_said_in_their_unit(seconds, words):
    assert report.time_in_words(seconds) == words


COST = {"seconds": 10.0, "megabytes": 200, "unit": 0.05}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, False),
        ({"seconds": 19.0}, False),
        ({"seconds": 21.0}, True),
        ({"seconds": 21.0, "unit": 0.1}, False),  # a machine of half the speed
        ({"megabytes": 401}, True),
    ],
)
def test_a_chapter_that_costs_more_than_twice_as_much_is_stored_on_demand_only(
    monkeypatch, tmp_path, change, found
):
    path, now = tmp_path / "chapters.json", {"01_one": COST | change}
    path.write_text(before := json.dumps({"chapters": {"01_one": COST}}))
    monkeypatch.setattr(chapters, "STORED", path)
    monkeypatch.setattr(chapters, "measure_all", lambda: now)
    assert chapters.main() == found
    assert (path.read_text() == before) == found
    assert chapters.main(renew=True) == 0
    assert json.loads(path.read_text())["chapters"] == now
