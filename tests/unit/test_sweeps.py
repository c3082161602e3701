"""Laws of `longterm.sweeps`: the same results wherever the work is done."""

import os
import pickle
import re
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from shared import rng
from threadpoolctl import threadpool_info

from longterm import progress
from longterm.models import Latch, Leaky
from longterm.optimisers import Adam
from longterm.sweeps import processes, sweep
from longterm.tasks import Latching, TwoSequence
from longterm.training import success_curve, success_rate

LENGTHS = (4, 9, 6, 12, 5)


def draw(setting, *, rng):
    return setting, rng.random()


def short_before_long(setting, *, rng):
    time.sleep(0.02 / (1 + setting))
    return draw(setting, rng=rng)


def refuse_above_four(setting, *, rng):
    if setting > 4:
        raise ValueError(f"{setting} is too much")
    return setting


def threads(setting, *, rng):
    """Most threads of any library, those included that come later."""
    import scipy.linalg  # noqa: F401

    told = {os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    return max(library["num_threads"] for library in threadpool_info()), told


@pytest.fixture(scope="module")
def pool():
    """Processes whose environment would allow two threads each."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, "2")
        with processes(2) as pool:
            sweep(draw, range(4), rng=rng(), executor=pool)  # they start here
            yield pool


@pytest.fixture(scope="module")
def executors(pool):
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two, ThreadPoolExecutor(3) as three:
        yield {"one thread": one, "two threads": two, "three threads": three, "processes": pool}


class Recorder(Executor):
    """Does nothing, but notes which settings came in which order."""

    def __init__(self):
        self.settings, self.futures = [], []

    def submit(self, call):
        self.settings.append(call.args[-1])
        self.futures.append(Future())
        return self.futures[-1]


class AtOnce(Recorder):
    """Does at once what it is handed."""

    def submit(self, call):
        future = super().submit(call)
        future.set_result(call())
        return future


def same(one, other):
    """Whether two outcomes agree to the last bit."""
    pairs = zip(one, other, strict=True)
    return all(np.array_equal(a, b) for a, b in pairs if not hasattr(a, "_fields")) and all(
        np.array_equal(a, b) for a, b in zip(one.parameters, other.parameters, strict=True)
    )


def same_curve(one, other):
    return [length for length, _ in one] == [length for length, _ in other] and all(
        same(a, b) for (_, a), (_, b) in zip(one, other, strict=True)
    )


# --- The same everywhere ---------------------------------------------------------------------


def test_a_success_curve_is_the_same_whoever_trains(executors):
    pairs = {(Latching(), Latch()): {"optimiser": Adam(0.05)}, (TwoSequence(), Leaky(0.8)): {}}
    for pair, how in pairs.items():
        curve = partial(success_curve, *pair, LENGTHS, 6, updates=15, tests=10, **how)
        alone = curve(rng=rng())
        assert [length for length, _ in alone] == list(LENGTHS)
        assert len({outcome.parameters[0].tobytes() for _, outcome in alone}) == len(LENGTHS)
        for name, executor in executors.items():
            assert same_curve(curve(rng=rng(), executor=executor), alone), name


def test_a_point_of_the_curve_is_success_rate_with_a_child_of_the_generator():
    how = {"updates": 10, "tests": 20, "optimiser": Adam()}
    curve = success_curve(Latching(noise=0.5), Latch(), (4, 8), 5, rng=rng(), **how)
    for (length, outcome), child in zip(curve, rng().spawn(2), strict=True):
        assert same(
            outcome, success_rate(Latching(noise=0.5), Latch(), length, 5, rng=child, **how)
        )


def test_results_come_in_the_order_of_the_settings(executors):
    alone = sweep(draw, range(12), rng=rng())
    assert [setting for setting, _ in alone] == list(range(12))
    for name, executor in executors.items():
        assert sweep(short_before_long, range(12), rng=rng(), executor=executor) == alone, name


def test_settings_have_streams_of_their_own_which_further_settings_leave_alone():
    short, long = (sweep(draw, range(n), rng=rng()) for n in (5, 9))
    assert long[:5] == short
    assert len({number for _, number in long}) == 9
    source = rng()
    assert sweep(draw, range(5), rng=source) != sweep(draw, range(5), rng=source)
    assert sweep(draw, [7, 7], rng=rng())[0] != sweep(draw, [7, 7], rng=rng())[1]


def test_what_takes_longest_is_handed_out_first():
    recorder = AtOnce()
    found = sweep(draw, LENGTHS, rng=rng(), executor=recorder, cost=float)
    assert recorder.settings == sorted(LENGTHS, reverse=True)
    assert found == sweep(draw, LENGTHS, rng=rng())
    recorder = AtOnce()
    success_curve(Latching(), Latch(), LENGTHS, 1, rng=rng(), executor=recorder, updates=0)
    assert recorder.settings == sorted(LENGTHS, reverse=True)


def test_a_sweep_of_nothing_is_empty(executors):
    assert sweep(draw, [], rng=rng()) == []
    assert sweep(draw, [], rng=rng(), executor=executors["two threads"]) == []


def test_processes_use_one_thread_for_linear_algebra(pool):
    assert sweep(threads, [0], rng=rng(), executor=pool) == [(1, {"1"})]


def test_a_success_curve_is_what_the_figure_takes():
    from longterm.figures import long_spans  # at the top every process of a pool would import it

    curve = success_curve(Latching(), Latch(), (4, 8), 5, rng=rng(), updates=0)
    assert long_spans.success_curves({"guessing": curve}).axes


# --- What goes wrong -------------------------------------------------------------------------


def test_an_error_is_that_of_the_first_setting_and_names_it(executors):
    for executor in (None, *executors.values()):
        with pytest.raises(ValueError, match="5 is too much") as caught:
            sweep(refuse_above_four, [1, 5, 2, 9], rng=rng(), executor=executor, cost=float)
        assert caught.value.__notes__ == ["This happened at the setting 5."]


def test_a_long_setting_is_named_in_short():
    def fail(setting, rng):
        raise OSError("no")

    with pytest.raises(OSError, match="no") as caught:
        sweep(fail, ["x" * 10**6], rng=rng())
    assert len(caught.value.__notes__[0]) < 300


def test_what_was_not_begun_is_given_up_after_an_error():
    recorder = Recorder()
    submit = recorder.submit

    def submit_and_fail_first(call):
        future = submit(call)
        if len(recorder.futures) == 1:
            future.set_exception(OSError("no"))
        return future

    recorder.submit = submit_and_fail_first
    with pytest.raises(OSError, match="no"):
        sweep(draw, range(4), rng=rng(), executor=recorder)
    assert [future.cancelled() for future in recorder.futures] == [False, True, True, True]


def test_functions_of_a_cell_are_refused_by_processes_with_the_setting_named(pool):
    with pytest.raises((AttributeError, pickle.PicklingError)) as caught:
        sweep(lambda setting, rng: 0, [3], rng=rng(), executor=pool)
    assert caught.value.__notes__[-1] == "This happened at the setting 3."


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"lengths": (5, 2.5)}, TypeError, "lengths must be an integer, got float"),
        ({"lengths": (5, 0)}, ValueError, "lengths must be an integer from 1"),
        ({"speed": 3}, TypeError, "speed"),
    ],
)
def test_lengths_are_refused_before_any_is_trained(change, error, text):
    how = {"lengths": (4,), "trials": 2, "rng": rng(), "updates": 0} | change
    with pytest.raises(error, match=text):
        success_curve(Latching(), Latch(), **how)


# --- The line of progress --------------------------------------------------------------------


def lines(monkeypatch, capsys, executor):
    """Shares done that a sweep of four settings writes to a terminal without patience."""
    monkeypatch.delenv("LONGTERM_QUIET", raising=False)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    success_curve(Latching(), Latch(), (4, 5, 6, 7), 2, rng=rng(), updates=2, executor=executor)
    return re.findall(r"(settings done|training .*?): (\d+)%", capsys.readouterr().err)


def test_a_line_says_how_far_the_sweep_is(monkeypatch, capsys):
    said = lines(monkeypatch, capsys, None)
    shares = [share for words, share in said if words == "settings done"]
    assert shares == ["25", "50", "75", "100"]
    assert ("training 2 trials of length 4", "50") in said


def test_workers_leave_the_line_alone(monkeypatch, capsys, pool):
    assert pool.submit(progress._is_worker).result()
    assert not progress._is_worker()
    with ThreadPoolExecutor(2) as threads:
        said = lines(monkeypatch, capsys, threads)
    assert {words for words, _ in said} == {"settings done"}
