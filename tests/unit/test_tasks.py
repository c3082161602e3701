"""Laws of `longterm.tasks`: what a batch holds, what it costs to be wrong, and who is right."""

import numpy as np
import pytest
from shared import rng, shape_refused

from longterm.rnn import check_gradients
from longterm.tasks import Latching, OneBit, Parity, TemporalOrder, TwoSequence

TASKS = (OneBit(), Latching(), TwoSequence(), Parity(), TemporalOrder())
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)


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
def test_inputs_and_targets_have_the_channels_and_outputs_of_the_task(task):
    for count in (1, 4):
        given = batch(task, sequences=count)
        assert given.inputs.shape == (12, 3, count, task.channels)
        assert given.targets.shape == (3, count, task.outputs)


@each_task
def test_gradient_of_the_loss_agrees_with_finite_differences(task):
    targets = batch(task).targets
    answers = rng(2).standard_normal(targets.shape)
    losses, misses = task.loss(answers, targets)
    assert losses.shape == (3, 4)
    assert check_gradients(lambda a: task.loss(a, targets)[0].sum(), [answers], [misses]) < 1e-6


@each_task
def test_the_targets_themselves_are_right_and_cost_least(task):
    targets = batch(task).targets
    answers = 50 * targets if task.outputs > 1 else targets
    assert task.right(answers, targets).all()
    assert np.abs(task.loss(answers, targets)[0]).max() < 1e-12
    assert not task.right(-targets, targets).any()


@pytest.mark.parametrize("task", TASKS[:4])
def test_an_answer_of_zero_is_wrong(task):
    targets = batch(task).targets
    assert not task.right(np.zeros_like(targets), targets).any()


@each_task
def test_answers_of_other_shapes_are_refused_with_the_shape_that_is_needed(task):
    targets = batch(task).targets
    for call in (task.loss, task.right):
        for bad in (targets[0], np.repeat(targets, 2, axis=2)):
            found = shape_refused(lambda bad=bad, call=call: call(bad, targets))
            assert found == ("answers", f"(trials, sequences, {task.outputs})")
        found = shape_refused(lambda call=call: call(targets, targets[:, 1:]))
        assert found == ("targets", f"(3, 4, {task.outputs})")


def test_each_task_trains_on_its_usual_number_of_sequences():
    assert [task.sequences for task in TASKS] == [40, 2, 2, 20, 20]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: OneBit(noise=1e301), "noise must be from 0 to 1e300"),
        (lambda: TwoSequence(shortest=0.0), "shortest must be"),
        (lambda: Latching().batch(2, 1, 2, rng=rng()), "length must be an integer from 3"),
        (lambda: TwoSequence().batch(2, 1, 2, rng=rng()), "length must be an integer from 3"),
        (lambda: TemporalOrder().batch(9, 1, 2, rng=rng()), "length must be an integer from 10"),
    ],
)
def test_limits_of_a_task_are_named(make, text):
    with pytest.raises(ValueError, match=text):
        make()


# --- one bit -------------------------------------------------------------------------------


def test_a_bit_comes_at_the_first_step_alone_and_noise_beside_it():
    inputs, targets = OneBit(noise=0.3, noisy=4).batch(500, 3, 20, rng=rng())
    np.testing.assert_array_equal(inputs[0, ..., :1], targets)
    assert set(np.unique(targets)) == {-1.0, 1.0}
    assert not inputs[1:, ..., 0].any()
    noise = inputs[..., 1:]
    assert noise.std() == pytest.approx(0.3, rel=4.5 / np.sqrt(2 * noise.size))


# --- latching ------------------------------------------------------------------------------


def test_latching_loss_is_that_of_both_classes_averaged_over_their_sequences():
    targets = Latching().batch(9, 2, 6, rng=rng()).targets
    last = rng(2).standard_normal((2, 6))
    expected = ((last[:, :3] + 0.8) ** 2).mean(axis=1) + ((last[:, 3:] - 0.8) ** 2).mean(axis=1)
    losses, _ = Latching().loss(last[..., None], targets)
    np.testing.assert_allclose(losses.mean(axis=1), expected / 2, rtol=1e-12)


def test_the_class_comes_first_and_then_noise_of_its_size():
    quiet = Latching(noise=0.3, training_noise=0.0)
    inputs, targets = quiet.batch(2003, 5, 2, rng=rng())
    np.testing.assert_array_equal(inputs[:3], np.broadcast_to(np.sign(targets), (3, 5, 2, 1)))
    np.testing.assert_array_equal(targets[..., 0], np.broadcast_to([-0.8, 0.8], (5, 2)))
    assert inputs[3:].std() == pytest.approx(0.3, abs=4.5 * 0.3 / np.sqrt(2 * 20_000))
    assert not quiet.batch(20, 5, 2, rng=rng(), training=True).inputs[3:].any()
    loud = Latching(training_noise=0.5).batch(2003, 5, 2, rng=rng(), training=True).inputs
    np.testing.assert_allclose(loud[3:], inputs[3:] * 5 / 3, rtol=1e-12)


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
    task = TemporalOrder()
    targets, scores = batch(task).targets, rng(2).standard_normal((3, 4, 4))
    for size in (1, 100):
        shares = np.exp(size * scores) / np.exp(size * scores).sum(axis=2, keepdims=True)
        expected = -np.log((shares * targets).sum(axis=2))
        np.testing.assert_allclose(
            task.loss(size * scores, targets)[0], expected, rtol=1e-9, atol=1e-12
        )
        right = shares.argmax(axis=2) == targets.argmax(axis=2)
        np.testing.assert_array_equal(task.right(size * scores, targets), right)
    assert np.isfinite(task.loss(1e6 * np.sign(scores), targets)[0]).all()
