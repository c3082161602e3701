"""Laws of `longterm.training`: updates, who succeeds, and how sure that is."""

import io
import re
import sys
from typing import NamedTuple

import numpy as np
import pytest
from scipy.optimize import brentq
from shared import copies, rng, shape_refused

from longterm import _check
from longterm import progress as line
from longterm.models import (
    LSTM,
    Latch,
    LatchWeights,
    Leaky,
    Model,
    Plain,
    Run,
    Skips,
    Weights,
)
from longterm.optimisers import SGD
from longterm.tasks import Latching, Parity, TemporalOrder, TwoSequence
from longterm.training import (
    Outcome,
    Share,
    descend,
    learning_curve,
    score,
    success_curve,
    success_rate,
    wilson_interval,
)

LATCH = Latching(), Latch()
TWO = TwoSequence(), Plain()
ORDER = TemporalOrder(), Plain(units=50, spread=0.1, trained=Weights._fields)
PAIRS = LATCH, TWO, (Parity(), Plain(units=2)), ORDER


# --- Shares ----------------------------------------------------------------------------------


def test_shares_of_one_population_are_a_standard_normal_number_of_errors_apart():
    counts = rng().binomial(200, 0.3, (4000, 2))
    apart = [Share(int(a), 200).errors_from(Share(int(b), 200)) for a, b in counts]
    assert np.mean(np.square(apart)) == pytest.approx(1, abs=4.5 * np.sqrt(2 / 4000))
    assert Share(100, 100).errors_from(Share(50, 50)) == 0


# --- Wilson's interval ---------------------------------------------------------------------


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 400), (400, 400), (7, 20), (199, 200)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_ends_of_the_interval_are_z_of_their_own_errors_away(k, n, confidence):
    z = {0.5: 0.6744897501960817, 0.95: 1.959963984540054, 0.999: 3.290526731491894}[confidence]
    low, high = wilson_interval(k, n, confidence)
    assert 0 <= low <= k / n <= high <= 1
    assert low < high
    off = lambda p, sign: k / n - p + sign * z * np.sqrt(p * (1 - p) / n)  # noqa: E731
    if k:
        assert low == pytest.approx(brentq(off, 1e-12, min(k / n, 1 - 1e-12), args=(-1,)), abs=1e-9)
    if k < n:
        assert high == pytest.approx(brentq(off, max(k / n, 1e-12), 1 - 1e-12, args=(1,)), abs=1e-9)


def test_failures_mirror_successes():
    for k in range(11):
        low, high = wilson_interval(k, 10)
        np.testing.assert_allclose(wilson_interval(10 - k, 10), (1 - high, 1 - low), atol=1e-15)


def test_the_interval_covers_as_often_as_it_says():
    counts = rng().binomial(50, 0.3, size=4000)
    inside = np.mean([low <= 0.3 <= high for low, high in (wilson_interval(k, 50) for k in counts)])
    assert abs(inside - 0.95) < 0.02


@pytest.mark.parametrize("trials", [1, 3, 400])
def test_without_a_success_the_interval_begins_at_zero_and_without_a_failure_it_ends_at_one(trials):
    for confidence in np.linspace(0.01, 0.99, 99):
        assert wilson_interval(0, trials, confidence)[0] == 0
        assert wilson_interval(trials, trials, confidence)[1] == 1


def mean_gradients(task, model, parameters, batch):
    run = model.run(parameters, batch.inputs)
    _, misses = task.loss(run.answers, batch.targets)
    return model.gradients(parameters, run, misses / misses.shape[1])


# --- training ------------------------------------------------------------------------------


class Point(NamedTuple):
    place: np.ndarray
    held: np.ndarray


class Scripted(Model):
    """A model with gradients that are known beforehand, (updates, trials, 2)."""

    trained = ("place",)

    def __init__(self, gradients, held=0.0):
        self.known, self.held = iter(gradients), held

    def start(self, task, trials, *, rng):
        return Point(np.zeros((trials, 2)), np.zeros((trials, 3)))

    def run(self, point, inputs):
        return Run(inputs, inputs, inputs, inputs[-1])

    def gradients(self, point, run, misses):
        return Point(next(self.known), np.full_like(point.held, self.held))

    def input_gradients(self, point, run, misses):
        raise NotImplementedError


def places(gradients, **options):
    """Places after each update of plain descent at rate 1."""
    how = {"rng": rng(), "updates": len(gradients), "optimiser": SGD(1.0)} | options
    steps = copies(descend(Parity(), Scripted(gradients), 1, gradients.shape[1], **how))
    return np.array([point.place for point in steps])


def test_a_trial_that_leaves_the_range_stays_for_ever_and_no_other_does():
    gradients = np.ones((5, 6, 2))
    gradients[1, 1, 0] = np.nan
    gradients[2, 2, 1] = np.inf
    gradients[1:3, 3, 0] = 6e5, 5e5
    gradients[0, 4, 1] = -1e6
    gradients[0, 5, 1] = -999_999.0
    path = places(gradients)
    moves = [5, 1, 2, 2, 0, 5]
    for k, count in enumerate(moves):
        steps = np.where(np.arange(5)[:, None] < count, gradients[:, k], 0.0)
        np.testing.assert_array_equal(path[1:, k], -np.cumsum(steps, axis=0))


def test_gradients_that_overflow_stop_their_trial_in_silence():
    gradients = np.full((2, 1, 2), 1e308)
    np.testing.assert_array_equal(places(gradients, optimiser=SGD(10.0)), np.zeros((3, 1, 2)))
    model = Scripted(np.ones((2, 1, 2)), held=np.inf)  # times 0, since it is not trained
    *_, last = copies(descend(Parity(), model, 1, 1, rng=rng(), updates=2))
    assert not last.place.any()


def test_a_score_that_is_the_criterion_succeeds():
    perfect = success_rate(
        Latching(noise=0.0), Latch(w=3.0), 4, 20, rng=rng(), updates=200, criterion=1.0
    )
    np.testing.assert_array_equal(perfect.solved, perfect.scores == 1)
    assert perfect.solved.any()


def test_scores_are_shares_of_as_many_sequences_as_asked_for():
    start = Plain().start(TwoSequence(), 50, rng=rng())
    for tests, scores in (
        (200, score(*TWO, start, 9, rng=rng())),
        (14, score(*TWO, start, 9, rng=rng(), tests=14)),
        (14, success_rate(*TWO, 9, 50, rng=rng(), updates=0, tests=14).scores),
    ):
        rights = np.round(scores * tests)
        np.testing.assert_allclose(scores * tests, rights, rtol=1e-12)
        assert np.gcd.reduce(rights.astype(int)) == 1


def test_what_is_not_trained_stays():
    start, *_, last = copies(
        descend(Latching(), Latch(w=2.0, trained=("inputs",)), 6, 4, rng=rng(), updates=5)
    )
    np.testing.assert_array_equal(last.w, 2.0)
    assert not np.array_equal(start.inputs, last.inputs)
    start, *_, last = copies(descend(*TWO, 8, 2, rng=rng(), updates=5))
    for name in ("bias", "readout", "offset"):
        np.testing.assert_array_equal(getattr(start, name), getattr(last, name))
    assert not np.array_equal(start.recurrent, last.recurrent)


def test_trials_of_one_training_do_not_see_each_other():
    task, model = Latching(training_noise=0.0), Latch()
    *_, together = copies(descend(task, model, 7, 3, rng=rng(), updates=20))
    starts = model.start(task, 3, rng=rng())
    for k in range(3):
        inputs, w = starts.inputs[k : k + 1], starts.w[k : k + 1]
        for _ in range(20):
            given = task.batch(7, 1, 2, rng=rng(), training=True)
            slopes = mean_gradients(task, model, LatchWeights(w, inputs), given)
            w, inputs = w - 0.1 * slopes.w, inputs - 0.1 * slopes.inputs
        np.testing.assert_allclose(together.w[k], w[0], rtol=1e-10)
        np.testing.assert_allclose(together.inputs[k], inputs[0], rtol=1e-10)


def test_a_trial_that_diverges_stays_where_it_is_and_fails():
    outcome = success_rate(*ORDER, 12, 4, rng=rng(), updates=50, optimiser=SGD(1e8))
    assert all(np.isfinite(p).all() for p in outcome.parameters)
    assert outcome.rate == 0


def test_short_latches_are_learned_and_long_ones_are_not():
    rates = [success_rate(*LATCH, T, 100, rng=rng()).rate for T in (5, 15, 40)]
    assert rates[0] >= 0.95
    assert rates[0] > rates[1] > rates[2]
    assert rates[2] <= 0.15


def test_a_network_learns_a_short_sequence():
    assert success_rate(*TWO, 6, 20, rng=rng()).rate >= 0.9


def test_every_model_learns_a_short_sequence_where_its_cell_helps():
    how = {"updates": 150, "tests": 50}
    for model in (Leaky(0.9), Skips(5), LSTM(3.0)):
        assert success_rate(TwoSequence(), model, 10, 20, rng=rng(), **how).rate > 0.8


def test_any_network_of_units_can_learn_the_task_of_the_latch():
    assert success_rate(Latching(), LSTM(3.0), 5, 10, rng=rng(), updates=500).rate > 0.8


def test_an_outcome_says_who_failed():
    outcome = success_rate(*LATCH, 20, 60, rng=rng(), updates=1500)
    assert outcome.parameters.w.shape == (60,)
    np.testing.assert_array_equal(outcome.solved, outcome.scores >= 0.95)
    assert outcome.rate == outcome.solved.mean()
    assert outcome.interval == wilson_interval(int(outcome.solved.sum()), 60)
    assert 0 < outcome.rate < 1
    np.testing.assert_array_equal(outcome.failures.w, outcome.parameters.w[~outcome.solved])
    assert len(outcome.successes.w) == outcome.solved.sum()
    again = score(*LATCH, outcome.failures, 20, rng=rng(1), tests=1000)
    assert np.all(np.abs(again - outcome.scores[~outcome.solved]) < 0.25)


def test_no_updates_test_the_start():
    guessed = success_rate(Latching(), Latch(w=3.0, spread=5.0), 30, 2000, rng=rng(), updates=0)
    assert abs(guessed.rate - 0.25) < 4.5 * np.sqrt(0.25 * 0.75 / 2000) + 0.02


def test_scores_are_shares_of_right_answers():
    perfect = LatchWeights(
        np.full(2, 4.0), np.array([[[-3.0] * 3, [3.0] * 3], [[3.0] * 3, [-3.0] * 3]])
    )
    scores = score(*LATCH, perfect, 30, rng=rng(), tests=64)
    np.testing.assert_array_equal(scores, [1.0, 0.0])


def test_scores_do_not_depend_on_how_many_sequences_fit_in_memory(monkeypatch):
    perfect = LatchWeights(np.full(1, 4.0), np.array([[[-3.0] * 3, [3.0] * 3]]))
    for numbers in (1, 120):  # two or four sequences at once
        monkeypatch.setattr("longterm.training._BLOCK", numbers)
        np.testing.assert_array_equal(score(*LATCH, perfect, 30, rng=rng(), tests=10), [1.0])


@pytest.mark.parametrize(("task", "model"), PAIRS)
def test_no_failures_are_empty_and_can_be_scored(task, model):
    outcome = success_rate(task, model, 12, 2, rng=rng(), updates=0, criterion=1e-9, tests=40)
    assert outcome.rate == 1
    assert len(outcome.failures[0]) == 0
    assert score(task, model, outcome.failures, 12, rng=rng()).shape == (0,)


# --- progress ------------------------------------------------------------------------------


def patient(monkeypatch, terminal):
    """Items that take half a second each by the clock of `progress`, and what was written."""
    clock = iter(np.arange(0, 100, 0.5))
    monkeypatch.delenv("LONGTERM_QUIET", raising=False)
    monkeypatch.setattr(line.time, "monotonic", lambda: next(clock))
    written = io.StringIO()
    written.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert list(line.progress(range(8), "walking")) == list(range(8))
    return written.getvalue()


def test_long_work_says_how_far_it_is_and_cleans_up(monkeypatch):
    written = patient(monkeypatch, terminal=True)
    assert re.findall(r"\d+%", written) == ["38%", "62%", "88%"]
    assert written.endswith("\x1b[K")


def test_nothing_is_written_to_a_file_or_when_quiet(monkeypatch):
    assert patient(monkeypatch, terminal=False) == ""
    monkeypatch.setenv("LONGTERM_QUIET", "1")
    assert line._line()("text") is None
    monkeypatch.delenv("LONGTERM_QUIET")
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    assert isinstance(line._line(), line._NotebookLine)


def test_short_work_says_nothing(monkeypatch):
    monkeypatch.setattr(line, "_line", lambda: pytest.fail)
    assert list(line.progress(range(3), "short")) == [0, 1, 2]


def test_a_notebook_shows_one_line_that_is_updated_and_emptied(monkeypatch):
    shown = []

    class Handle:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    def display(data, raw, display_id):
        shown.append(data["text/plain"])
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    say = line._NotebookLine()
    for text in ("walking: 10%", "walking: 60%", ""):
        say(text)
    assert shown == ["walking: 10%", "walking: 60%", ""]


def test_learning_curve_ends_where_success_rate_does():
    how = {"updates": 30, "tests": 20}
    whole = success_rate(*LATCH, 6, 7, rng=np.random.default_rng(3), **how)
    curve = learning_curve(*LATCH, 6, 7, [30], rng=np.random.default_rng(3), tests=20)
    assert [count for count, _ in curve] == [30]
    np.testing.assert_array_equal(curve[0][1].parameters.w, whole.parameters.w)
    np.testing.assert_array_equal(curve[0][1].scores, whole.scores)


def test_learning_curve_keeps_what_the_trials_were_at_each_number():
    curve = learning_curve(*LATCH, 6, 7, (0, 1, 5), rng=np.random.default_rng(3))
    (_, start), (_, one), (_, five) = curve
    assert (start.parameters.w == 1.25).all()
    assert (one.parameters.w != start.parameters.w).all()
    assert (five.parameters.w != one.parameters.w).all()


# --- parameters and optimisers of others ---------------------------------------------------


class Blunt:
    """An optimiser that looks at nothing."""

    def step(self, gradient, state):
        return -10 * gradient, state


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: wilson_interval(5, 4), "successes must be at most trials"),
        (lambda: wilson_interval(1, 4, 1.0), "confidence must be between 0 and 1"),
        (lambda: wilson_interval(1, 4, 0.0), "confidence must be between 0 and 1"),
        (lambda: success_rate(*TWO, 5, 2, rng=rng(), criterion=0), "criterion must be above 0"),
        (lambda: learning_curve(*LATCH, 5, 2, [-1], rng=rng()), "updates must be an integer from"),
        (lambda: learning_curve(*LATCH, 5, 2, [], rng=rng()), "updates must be one or more"),
        (lambda: learning_curve(*LATCH, 5, 2, [5, 5], rng=rng()), "updates must be one or more"),
        (lambda: learning_curve(*LATCH, 5, 2, [3, 1], rng=rng()), "updates must be one or more"),
    ],
)
def test_counts_out_of_order_and_shares_at_their_ends_are_refused(call, text):
    with pytest.raises(ValueError, match=f"^{text}"):
        call()


def test_an_optimiser_of_others_may_overflow():
    gradients = np.full((2, 1, 2), 1e308)
    np.testing.assert_array_equal(places(gradients, optimiser=Blunt()), np.zeros((3, 1, 2)))


def test_parameters_of_another_size_are_refused_by_name():
    def refused(pair, parameters):
        return shape_refused(lambda: score(*pair, parameters, 5, rng=rng()))[0]

    pair = TwoSequence(), Plain(units=3)
    larger = Plain(units=4).start(pair[0], 2, rng=rng())
    assert refused(pair, larger) == "parameters.recurrent"
    start = pair[1].start(pair[0], 2, rng=rng())
    readout = np.delete(start.readout, 0, axis=2)
    assert refused(pair, start._replace(readout=readout)) == "parameters.readout"
    latch = Latch().start(Latching(), 2, rng=rng())
    short = latch._replace(inputs=np.delete(latch.inputs, 0, axis=1))
    assert refused(LATCH, short) == "parameters.inputs"


def test_a_training_of_too_many_numbers_is_refused_before_anything_is_drawn(monkeypatch):
    source = rng()
    monkeypatch.setattr(_check, "MOST_NUMBERS", 12 * 3 * 4 * 5 - 1)
    with pytest.raises(ValueError, match=r"^length, trials and sequences would make 720 numbers"):
        success_rate(*TWO, 12, 3, rng=source, updates=0, sequences=4)
    assert source.bit_generator.state == rng().bit_generator.state


def test_an_outcome_prints_its_share_and_interval():
    solved = np.arange(100) < 72
    outcome = Outcome(0.72, wilson_interval(72, 100), solved.astype(float), solved, None)
    assert repr(outcome) == str(outcome) == f"{outcome}" == "72 % of 100 (63 to 80 %)"
    assert str(Share(123, 1000)) == "12.3 % of 1000 (10.4 to 14.5 %)"
    assert (Share(72, 100).rate, Share(72, 100).interval) == outcome[:2]


def test_four_times_the_trials_halve_the_interval():
    width = lambda n: np.subtract(*wilson_interval(n // 4, n)[::-1])  # noqa: E731
    assert width(4000) == pytest.approx(width(1000) / 2, rel=0.01)


def test_each_length_of_a_success_curve_has_a_child_of_the_generator():
    how = {"updates": 3, "tests": 10}
    curve = success_curve(*LATCH, iter([5, 8]), 6, rng=rng(), **how)
    assert [length for length, _ in curve] == [5, 8]
    for (length, outcome), child in zip(curve, rng().spawn(2), strict=True):
        alone = success_rate(*LATCH, length, 6, rng=child, **how)
        np.testing.assert_array_equal(outcome.parameters.inputs, alone.parameters.inputs)
        np.testing.assert_array_equal(outcome.scores, alone.scores)


def test_training_repeats_with_the_seed():
    first, second = (success_rate(*LATCH, 8, 20, rng=rng(), updates=30) for _ in range(2))
    np.testing.assert_array_equal(first.scores, second.scores)
    np.testing.assert_array_equal(first.parameters.w, second.parameters.w)
