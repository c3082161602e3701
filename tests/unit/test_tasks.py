"""Laws of `longterm.tasks`: what a batch holds, who is right, and gradients of every task."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from refusals import shape_refused

from longterm import _check
from longterm.remedies import Remedy
from longterm.rnn import Network, check_gradients
from longterm.tasks import (
    TASKS,
    Latch,
    LatchWeights,
    Parity,
    TemporalOrder,
    TwoSequence,
    _refuse_sizes,
)
from longterm.training import success_rate

SEED = 20260512
SMALL = (Latch(), TwoSequence(units=3), Parity(), TemporalOrder(units=3))
each_task = pytest.mark.parametrize("task", SMALL, ids=lambda task: type(task).__name__)


def rng(seed=SEED):
    return np.random.default_rng(seed)


def batch(task, length=12, trials=3, sequences=4, **options):
    return task.batch(length, trials, sequences, rng=rng(), **options)


# --- all tasks -----------------------------------------------------------------------------


@each_task
def test_batches_repeat_with_the_seed_and_have_the_sizes_asked_for(task):
    first, second = batch(task), batch(task)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert first.inputs.shape[:3] == (12, 3, 4)
    assert first.targets.shape[:2] == (3, 4)
    other = task.batch(12, 3, 4, rng=rng(1))
    assert not np.array_equal(first.inputs, other.inputs)


@each_task
@pytest.mark.parametrize(("trials", "sequences"), [(1, 2), (3, 4)])
def test_gradients_agree_with_finite_differences(task, trials, sequences):
    given, start = batch(task, 12, trials, sequences), task.start(trials, rng=rng())

    def loss(*parameters):
        return task.loss_and_gradients(type(start)(*parameters), given)[0].sum()

    _, gradients = task.loss_and_gradients(start, given)
    assert check_gradients(loss, start, gradients, step=1e-3) < 1e-6
    assert [g.shape for g in gradients] == [p.shape for p in start]


@each_task
def test_trials_do_not_see_each_other(task):
    given, start = batch(task), task.start(3, rng=rng())
    losses, gradients = task.loss_and_gradients(start, given)
    right = task.right(start, given)
    for k in range(3):
        alone = type(start)(*(p[k : k + 1] for p in start))
        part = type(given)(given.inputs[:, k : k + 1], given.targets[k : k + 1])
        loss, slopes = task.loss_and_gradients(alone, part)
        np.testing.assert_allclose(loss[0], losses[k], rtol=1e-12)
        for whole, one in zip(gradients, slopes, strict=True):
            np.testing.assert_allclose(one[0], whole[k], rtol=1e-10, atol=1e-15)
        np.testing.assert_array_equal(task.right(alone, part)[0], right[k])


@each_task
def test_sizes_are_refused_by_name(task):
    for name in ("length", "trials", "sequences"):
        for bad, error in ((0, ValueError), (3.0, TypeError), (True, TypeError)):
            sizes = {"length": 12, "trials": 2, "sequences": 2} | {name: bad}
            with pytest.raises(error, match=f"{name} must be an integer"):
                task.batch(**sizes, rng=rng())
    with pytest.raises(ValueError, match="length, trials and sequences would make"):
        task.batch(10**5, 10**3, 10, rng=rng())
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        task.batch(12, 2, 2, rng=0)
    with pytest.raises(ValueError, match=r"^trials must be an integer from 1"):
        task.start(0, rng=rng())
    with pytest.raises(ValueError, match="trained must be one of"):
        replace(task, trained=("everything",))
    with pytest.raises(ValueError, match="spread must be at least 0"):
        replace(task, spread=-0.1)


@pytest.mark.parametrize("task", [Latch(), TwoSequence()])
def test_noise_and_marks_are_refused_by_name(task):
    with pytest.raises(ValueError, match=r"noise must be at least 0, got -0\.2"):
        replace(task, noise=-0.2)
    with pytest.raises(ValueError, match="noise must be finite"):
        replace(task, noise=np.nan)
    with pytest.raises(ValueError, match="marked must be an integer from 1"):
        replace(task, marked=0)
    with pytest.raises(ValueError, match="length must be an integer from 3"):
        task.batch(2, 1, 2, rng=rng())
    with pytest.raises(ValueError, match="sequences must be even"):
        task.batch(5, 1, 3, rng=rng())


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(Latch, {"w": np.nan}), (TwoSequence, {"shortest": np.inf}), (Parity, {"units": 0})],
)
def test_settings_are_refused_by_name(kind, settings):
    with pytest.raises(ValueError, match=f"^{next(iter(settings))} must be"):
        kind(**settings)


def test_the_four_tasks_have_names():
    assert list(TASKS) == ["latch", "two_sequence", "parity", "temporal_order"]


def test_settings_that_are_not_given_are_the_documented_ones():
    net = ("recurrent", "entry", "bias", "readout", "offset")
    assert Latch() == Latch(0.2, None, 3, 1.25, 0.1, ("w", "inputs"))
    assert TwoSequence() == TwoSequence(0.2, 3, 0.5, 5, 0.5, net[:2])
    assert Parity() == Parity(2, 0.5, net[:3])
    assert TemporalOrder() == TemporalOrder(50, 0.1, net)
    assert [task.sequences for task in TASKS.values()] == [2, 2, 20, 20]


@pytest.mark.parametrize("task", [Latch(noise=0.0, w=0.0, spread=0.0), *SMALL[1:3]])
def test_an_answer_of_zero_is_wrong(task):
    start = task.start(3, rng=rng())
    silent = type(start)(*(np.zeros_like(p) for p in start))
    assert not task.right(silent, batch(task)).any()


# --- latch ---------------------------------------------------------------------------------


def test_latch_obeys_its_recurrence():
    task, weights = Latch(), LatchWeights(np.array([1.4, -0.6]), rng(3).standard_normal((2, 2, 3)))
    given = task.batch(7, 2, 4, rng=rng())
    signals = task.run(weights, given)
    for k in range(2):
        for s in range(4):
            y = 0.0
            for t in range(7):
                trained = weights.inputs[k, s // 2, t] if t < 3 else 0.0
                y = np.tanh(weights.w[k] * y + trained + given.inputs[t, k, s, 0])
                assert signals[t + 1, k, s, 0] == pytest.approx(y, rel=1e-13)
            assert task.right(weights, given)[k, s] == (y * given.targets[k, s, 0] > 0)


def test_latch_loss_is_that_of_both_classes_averaged_over_their_sequences():
    task = Latch(w=1.7)
    given, weights = task.batch(9, 2, 6, rng=rng()), task.start(2, rng=rng())
    last = task.run(weights, given)[-1, ..., 0]
    expected = ((last[:, :3] + 0.8) ** 2).mean(axis=1) + ((last[:, 3:] - 0.8) ** 2).mean(axis=1)
    np.testing.assert_allclose(task.loss_and_gradients(weights, given)[0], expected / 2, rtol=1e-12)


def test_latch_noise_begins_after_the_trained_inputs_and_has_its_size():
    quiet = Latch(noise=0.3, training_noise=0.0)
    inputs = quiet.batch(2003, 5, 2, rng=rng()).inputs
    np.testing.assert_array_equal(inputs[:3], 0)
    assert inputs[3:].std() == pytest.approx(0.3, abs=4.5 * 0.3 / np.sqrt(2 * 20_000))
    np.testing.assert_array_equal(quiet.batch(20, 5, 2, rng=rng(), training=True).inputs, 0)
    loud = Latch(training_noise=0.5).batch(2003, 5, 2, rng=rng(), training=True).inputs
    np.testing.assert_allclose(loud, inputs * 5 / 3, rtol=1e-12)
    with pytest.raises(ValueError, match="training_noise must be at least 0"):
        Latch(training_noise=-1.0)


def test_latch_starts_at_one_weight_with_small_inputs():
    w, inputs = Latch(w=2.5, spread=0.01).start(4000, rng=rng())
    np.testing.assert_array_equal(w, 2.5)
    assert inputs.std() == pytest.approx(0.01, rel=4.5 / np.sqrt(2 * 24_000))


# --- two-sequence --------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "marked", "shortest"), [(20, 3, 0.5), (5, 3, 0.1), (9, 1, 1.0)])
def test_marks_come_first_and_lengths_fill_their_range(length, marked, shortest):
    task = TwoSequence(marked=marked, shortest=shortest)
    inputs, targets = task.batch(length, 50, 40, rng=rng())
    inputs, targets = inputs[..., 0], targets[..., 0]
    begins = (inputs != 0).argmax(axis=0)
    lengths = length - begins
    least = max(marked, int(np.ceil(shortest * length)))
    assert set(lengths.ravel()) == set(range(least, length + 1))
    for k, s in ((0, 0), (7, 3), (49, 39)):
        first = begins[k, s]
        np.testing.assert_array_equal(inputs[:first, k, s], 0)
        np.testing.assert_array_equal(inputs[first : first + marked, k, s], np.sign(targets[k, s]))
        assert not np.isin(inputs[first + marked :, k, s], (-1, 0, 1)).any()
    counts = np.bincount(lengths.ravel(), minlength=length + 1)[least:]
    share = 1 / len(counts)
    assert np.all(np.abs(counts / 2000 - share) <= 4.5 * np.sqrt(share * (1 - share) / 2000))


def test_noise_after_the_marks_has_its_size():
    inputs = TwoSequence(noise=0.3, shortest=1.0).batch(2003, 5, 2, rng=rng()).inputs
    assert inputs[3:].std() == pytest.approx(0.3, abs=4.5 * 0.3 / np.sqrt(2 * 20_000))


def test_what_comes_before_a_short_sequence_changes_nothing():
    task = TwoSequence(units=3)
    given, net = batch(task), task.start(3, rng=rng())
    late = np.concatenate([np.zeros((5, *given.inputs.shape[1:])), given.inputs])
    moved = task.run(net, given._replace(inputs=late))
    np.testing.assert_allclose(moved[5:], task.run(net, given), rtol=1e-13, atol=1e-16)


def test_the_first_unit_answers_and_has_no_bias():
    task = TwoSequence(units=4)
    given, net = batch(task), task.start(3, rng=rng())
    last = task.run(net, given)[-1, ..., 0]
    np.testing.assert_array_equal(
        task.right(net, given), np.sign(last) == np.sign(given.targets[..., 0])
    )
    losses, _ = task.loss_and_gradients(net, given)
    np.testing.assert_allclose(losses, ((last - given.targets[..., 0]) ** 2).mean(axis=1) / 2)
    for held in (net.bias, net.offset):
        np.testing.assert_array_equal(held, 0)
    assert np.abs(net.recurrent).max() <= 0.5
    for share in (0.0, 1.5):
        with pytest.raises(ValueError, match="shortest must be above 0"):
            TwoSequence(shortest=share)


# --- parity --------------------------------------------------------------------------------


def test_parity_is_even_or_odd():
    inputs, targets = batch(Parity(), sequences=50)
    odd = (inputs[..., 0] == -1).sum(axis=0) % 2
    np.testing.assert_array_equal(targets[..., 0], np.where(odd, -0.8, 0.8))
    assert set(np.unique(inputs)) == {-1.0, 1.0}
    assert Parity().batch(1, 2, 3, rng=rng()).inputs.shape == (1, 2, 3, 1)


# --- temporal order ------------------------------------------------------------------------


@pytest.mark.parametrize("length", [10, 37, 100])
def test_two_symbols_come_in_their_places_and_name_the_class(length):
    inputs, targets = TemporalOrder().batch(length, 20, 60, rng=rng())
    symbols = inputs.argmax(axis=3)
    np.testing.assert_array_equal(inputs.sum(axis=3), 1)
    t, k, s = np.nonzero(symbols < 2)
    order = np.lexsort((t, s, k))
    places, found = t[order].reshape(-1, 2), symbols[t, k, s][order].reshape(20, 60, 2)
    assert len(places) == 20 * 60
    assert places[:, 0].min() == length // 10
    assert places[:, 0].max() == 2 * length // 10 - 1
    assert places[:, 1].min() == 4 * length // 10
    assert places[:, 1].max() == 5 * length // 10 - 1
    np.testing.assert_array_equal(targets.argmax(axis=2), 2 * found[..., 0] + found[..., 1])
    assert set(symbols.ravel()) == set(range(6))


def test_temporal_order_loss_is_the_surprise_of_the_right_answer():
    task = TemporalOrder(units=3)
    given, net = batch(task), task.start(3, rng=rng())
    big = net._replace(readout=300 * net.readout)
    for which in (net, big):
        scores = task.run(which, given)[-1] @ which.readout.swapaxes(1, 2)
        shares = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
        expected = -np.log((shares * given.targets).sum(axis=2)).mean(axis=1)
        np.testing.assert_allclose(task.loss_and_gradients(which, given)[0], expected, rtol=1e-9)
        right = shares.argmax(axis=2) == given.targets.argmax(axis=2)
        np.testing.assert_array_equal(task.right(which, given), right)
    huge = net._replace(readout=1e6 * np.sign(net.readout), bias=net.bias + 1.0)
    assert np.isfinite(task.loss_and_gradients(huge, given)[0]).all()
    with pytest.raises(ValueError, match="length must be an integer from 10"):
        task.batch(9, 1, 2, rng=rng())


def test_a_start_has_the_shapes_of_a_network():
    net = TemporalOrder(units=7).start(2, rng=rng())
    assert isinstance(net, Network)
    assert [p.shape for p in net] == [(2, 7, 7), (2, 7, 6), (2, 7), (2, 4, 7), (2, 4)]


# --- shapes and limits ---------------------------------------------------------------------


@pytest.mark.parametrize("task", SMALL[1:])
def test_batches_that_do_not_fit_are_named_with_the_shape_that_is_needed(task):
    net, given = task.start(3, rng=rng()), batch(task)
    channels, outputs = given.inputs.shape[-1], given.targets.shape[-1]
    inputs = f"(steps, networks, sequences, {channels})"
    wide = given._replace(inputs=np.repeat(given.inputs, 2, axis=3))
    flat = given._replace(inputs=given.inputs[0])
    for bad in (wide, flat):
        assert shape_refused(lambda bad=bad: task.right(net, bad)) == ("batch.inputs", inputs)
    targets = f"(3, 4, {outputs})"
    for bad in (given.targets[0], given.targets[:, 1:], np.repeat(given.targets, 2, axis=2)):
        wrong = given._replace(targets=bad)
        call = partial(task.loss_and_gradients, net, wrong)
        assert shape_refused(call) == ("batch.targets", targets)


def test_one_step_and_one_sequence_are_enough_and_none_is_not():
    task = Parity()
    net, given = task.start(3, rng=rng()), batch(task, length=1, sequences=1)
    assert task.right(net, given).shape[:2] == (3, 1)
    for bad in (
        given._replace(inputs=given.inputs[:0]),
        given._replace(inputs=given.inputs[:, :, :0], targets=given.targets[:, :0]),
    ):
        with pytest.raises(ValueError, match=r"^batch must have at least 1 steps and 1 sequence"):
            task.right(net, bad)


def test_an_odd_number_is_refused_before_anything_is_drawn():
    for task in (Latch(), TwoSequence(units=3), Remedy(TwoSequence(units=3))):
        source = rng()
        with pytest.raises(ValueError, match=r"^sequences must be even"):
            success_rate(task, 12, 2, rng=source, sequences=3)
        assert source.bit_generator.state == rng().bit_generator.state


@pytest.mark.parametrize("task", [Latch(marked=5), Parity(units=5), TemporalOrder(units=3)])
def test_starts_of_too_many_numbers_are_refused_and_no_fewer(task, monkeypatch):
    n, channels, outputs = (getattr(task, k, 0) for k in ("units", "channels", "outputs"))
    total = 7 * (n * (n + channels + outputs) if n else 2 * task.marked)
    monkeypatch.setattr(_check, "MOST_NUMBERS", total)
    task.start(7, rng=rng())
    monkeypatch.setattr(_check, "MOST_NUMBERS", total - 1)
    with pytest.raises(ValueError, match=f"^trials.* would make {total} numbers"):
        task.start(7, rng=rng())


def test_a_latch_has_room_for_two_inputs_a_mark(monkeypatch):
    monkeypatch.setattr(_check, "MOST_NUMBERS", 10)
    assert Latch(marked=5).marked == 5
    with pytest.raises(ValueError, match=r"^marked would make 12 numbers"):
        Latch(marked=6)


def test_a_latch_has_one_channel(monkeypatch):
    monkeypatch.setattr(_check, "MOST_NUMBERS", 12 * 3 * 4)
    _refuse_sizes(Latch(), 12, 3, 4, rng())
    with pytest.raises(ValueError, match=r"^length, trials and sequences would make 156 numbers"):
        _refuse_sizes(Latch(), 13, 3, 4, rng())


def test_wide_inputs_count_where_they_outnumber_the_units(monkeypatch):
    task = TemporalOrder(units=3)
    total = 12 * 3 * 4 * task.channels
    monkeypatch.setattr(_check, "MOST_NUMBERS", total - 1)
    with pytest.raises(ValueError, match=f"^length, trials and sequences would make {total} "):
        _refuse_sizes(task, 12, 3, 4, rng())


def test_odd_numbers_of_tests_are_refused_for_a_task_inside_a_remedy():
    with pytest.raises(ValueError, match=r"^tests must be even"):
        success_rate(Remedy(TwoSequence(units=3)), 12, 2, rng=rng(), updates=0, tests=7)


def test_noise_may_be_as_large_as_is_said():
    assert Latch(noise=1e300).noise == 1e300
