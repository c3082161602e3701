"""Laws of `longterm.models`: recurrences, gradients and starts of every model."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from shared import rng, shape_refused

from longterm import _check, rnn, training
from longterm.linear import spectral_radius
from longterm.models import LSTM, BitMemory, Latch, LatchWeights, Leaky, Plain, Skips, Weights
from longterm.rnn import check_gradients
from longterm.tasks import Latching, OneBit, Parity, TemporalOrder, TwoSequence

SETTINGS = {"units": 3, "trained": Weights._fields}
CELLS = (
    Plain(**SETTINGS),
    Leaky(0.8, **SETTINGS),
    Leaky((0.0, 0.5, 0.95), **SETTINGS),
    Skips(1, **SETTINGS),
    Skips(4, **SETTINGS),
    Skips(40, **SETTINGS),
    LSTM(1.5, **SETTINGS),
)
PAIRS = (
    *((TwoSequence(), cell) for cell in CELLS),
    *((TemporalOrder(), cell) for cell in CELLS),
    (Parity(), Plain(units=2)),
    (Latching(), Latch()),
    (Latching(), LSTM(units=2)),
    (OneBit(noisy=3), BitMemory(units=3)),
)
each_cell = pytest.mark.parametrize("cell", CELLS, ids=repr)
each_pair = pytest.mark.parametrize(("task", "model"), PAIRS, ids=repr)


def example(task, model, length=10, trials=2, sequences=4):
    """A start, shaken so that no part of it is 0, and a batch."""
    start = model.start(task, trials, rng=rng())
    if isinstance(start, Weights) and not isinstance(model, BitMemory):
        shaken = [p + 0.3 * rng(k).standard_normal(p.shape) for k, p in enumerate(start)]
        start = Weights(*shaken)
    return start, task.batch(length, trials, sequences, rng=rng())


def losses(task, model, parameters, batch):
    """Mean loss of each trial, and its gradients."""
    run = model.run(parameters, batch.inputs)
    each, misses = task.loss(run.answers, batch.targets)
    count = each.shape[1]
    return each.sum(axis=1) / count, model.gradients(parameters, run, misses / count)


# --- all models ----------------------------------------------------------------------------


@each_pair
def test_gradients_agree_with_finite_differences(task, model):
    start, given = example(task, model, sequences=2)
    loss = lambda *p: losses(task, model, type(start)(*p), given)[0].sum()  # noqa: E731
    _, gradients = losses(task, model, start, given)
    assert [g.shape for g in gradients] == [p.shape for p in start]
    if isinstance(model, BitMemory):  # where the noise comes in nothing is learned
        fixed, bit = start.entry[..., 1:], start.entry[..., :1]
        assert not gradients.entry[..., 1:].any()
        gradients = gradients._replace(entry=gradients.entry[..., :1])
        learned = lambda W, bit, *rest: loss(W, np.concatenate([bit, fixed], axis=2), *rest)  # noqa: E731
        assert check_gradients(learned, start._replace(entry=bit), gradients) < 1e-6
    else:
        assert check_gradients(loss, start, gradients, step=3e-4) < 1e-6


@each_pair
def test_input_gradients_agree_with_finite_differences(task, model):
    start, given = example(task, model, sequences=2)
    run = model.run(start, given.inputs)
    slopes = model.input_gradients(start, run, np.ones_like(run.answers))
    first = model.marked if isinstance(model, Latch) else 0  # those it learns are not heard
    late = given.inputs[first:]

    def answer(inputs):
        return model.run(start, np.concatenate([given.inputs[:first], inputs])).answers.sum()

    assert check_gradients(answer, [late], [slopes[first:]]) < 1e-6
    by_lag = model.gradient_by_lag(start, run)
    assert by_lag.shape == (10, 2)
    np.testing.assert_allclose(by_lag[0] ** 2, np.mean(np.sum(slopes[-1] ** 2, axis=2), axis=1))


@each_pair
def test_networks_do_not_see_each_other(task, model):
    start, given = example(task, model, trials=3)
    together, gradients = losses(task, model, start, given)
    for k in range(3):
        alone = type(start)(*(p[k : k + 1] for p in start))
        part = type(given)(given.inputs[:, k : k + 1], given.targets[k : k + 1])
        loss, slopes = losses(task, model, alone, part)
        np.testing.assert_allclose(loss[0], together[k], rtol=1e-12)
        for whole, one in zip(gradients, slopes, strict=True):
            np.testing.assert_allclose(one[0], whole[k], rtol=1e-9, atol=1e-14)


@each_pair
def test_sequences_of_a_network_do_not_see_each_other(task, model):
    start, given = example(task, model)
    together = model.run(start, given.inputs)
    for s in range(4):
        alone = model.run(start, given.inputs[:, :, [s]])
        np.testing.assert_allclose(alone.states[:, :, 0], together.states[:, :, s], rtol=1e-12)
        np.testing.assert_allclose(alone.answers[:, 0], together.answers[:, s], rtol=1e-12)


@pytest.mark.parametrize(("count", "size"), [(1, 1), (70, 2), (3, 9), (70, 20)])
@each_cell
def test_sums_over_many_or_few_sequences_are_those_of_each(cell, count, size):
    task = TwoSequence()
    start, given = example(task, cell, trials=count, sequences=size)
    run = cell.run(start, given.inputs)
    _, misses = task.loss(run.answers, given.targets)
    whole = cell.gradients(start, run, misses)
    total = [np.zeros_like(p) for p in start]
    for s in range(size):
        one = cell.run(start, given.inputs[:, :, [s]])
        for part, term in zip(total, cell.gradients(start, one, misses[:, [s]]), strict=True):
            part += term
    for found, right in zip(whole, total, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-12)


def test_a_run_prints_its_sizes():
    model = Plain(units=3)
    run = model.run(model.start(Parity(), 2, rng=rng()), np.zeros((7, 2, 4, 1)))
    assert repr(run) == "Run(2 networks of 3 units, 4 sequences of 7)"


# --- the latch -----------------------------------------------------------------------------


def test_latch_obeys_its_recurrence():
    weights = LatchWeights(np.array([1.4, -0.6]), rng(3).standard_normal((2, 2, 3)))
    given = Latching().batch(7, 2, 4, rng=rng())
    run = Latch().run(weights, given.inputs)
    for k in range(2):
        for s in range(4):
            x = 0.0
            for t in range(7):
                heard = weights.inputs[k, s // 2, t] if t < 3 else given.inputs[t, k, s, 0]
                x = weights.w[k] * np.tanh(x) + heard
                assert run.states[t + 1, k, s, 0] == pytest.approx(x, rel=1e-12)
            assert run.answers[k, s, 0] == pytest.approx(np.tanh(x), rel=1e-12)


def test_the_class_of_a_sequence_is_the_sign_of_what_it_begins_with():
    weights = LatchWeights(np.array([1.4]), rng(3).standard_normal((1, 2, 3)))
    given = Latching().batch(7, 1, 6, rng=rng())
    order = [3, 0, 4, 1, 5, 2]
    run, mixed = (Latch().run(weights, x) for x in (given.inputs, given.inputs[:, :, order]))
    np.testing.assert_array_equal(mixed.states, run.states[:, :, order])


def test_latch_starts_at_one_weight_with_small_inputs():
    w, inputs = Latch(w=2.5, spread=0.01).start(Latching(), 4000, rng=rng())
    np.testing.assert_array_equal(w, 2.5)
    assert inputs.std() == pytest.approx(0.01, rel=4.5 / np.sqrt(2 * 24_000))


def test_a_latch_has_one_channel_and_one_answer():
    for task in (TemporalOrder(), OneBit()):
        with pytest.raises(ValueError, match=r"^task must have one channel and one answer"):
            Latch().start(task, 2, rng=rng())


# --- several units -------------------------------------------------------------------------


def as_written(cell, net, inputs):
    """States and signals of the first network and sequence, step by step as the formulas say."""
    W, V, b = net.recurrent[0], net.entry[0], net.bias[0]
    n, xs, hs = cell.units, [np.zeros(cell.units)], [np.zeros(cell.units)]
    for s in inputs[:, 0, 0]:
        u = V @ s + b
        if isinstance(cell, LSTM):
            i, f, o, g = np.split(W @ hs[-1] + u, 4)
            xs.append(expit(f) * xs[-1] + expit(i) * np.tanh(g))
            hs.append(expit(o) * np.tanh(xs[-1]))
            continue
        if isinstance(cell, Skips):
            far = hs[-cell.delay] if len(hs) > cell.delay else np.zeros(n)
            xs.append(W[:, :n] @ hs[-1] + W[:, n:] @ far + u)
        else:
            a = np.array(getattr(cell, "leak", 0.0))
            xs.append(a * xs[-1] + (1 - a) * (W @ hs[-1] + u))
        hs.append(np.tanh(xs[-1]))
    return np.array(xs), np.array(hs)


@pytest.mark.parametrize("task", [TwoSequence(), TemporalOrder()])
@pytest.mark.parametrize("units", [1, 3])
@each_cell
def test_networks_obey_their_recurrence(cell, units, task):
    if np.size(getattr(cell, "leak", 0.0)) == 3 > units:
        cell = replace(cell, units=1, leak=0.95)
    cell = replace(cell, units=units)
    net, given = example(task, cell, length=13)
    run = cell.run(net, given.inputs)
    for found, expected in zip(
        (run.states, run.signals), as_written(cell, net, given.inputs), strict=True
    ):
        np.testing.assert_allclose(found[:, 0, 0], expected, rtol=1e-12, atol=1e-15)
    answers = run.signals[-1] @ net.readout.swapaxes(1, 2) + net.offset[:, None]
    np.testing.assert_allclose(run.answers, answers, rtol=1e-14)


def test_the_plain_network_is_the_bare_recurrence_and_its_errors_the_flow():
    task, cell = TemporalOrder(), CELLS[0]
    net, given = example(task, cell)
    run = cell.run(net, given.inputs)
    drive = np.einsum("kij,tksj->tksi", net.entry, given.inputs) + net.bias[:, None]
    np.testing.assert_allclose(run.states, rnn.run(net.recurrent, drive), rtol=1e-12, atol=1e-15)
    _, misses = task.loss(run.answers, given.targets)
    errors = cell.errors(net, run, misses)
    flow = rnn.error_flow(net.recurrent, run.states, errors[-1])
    np.testing.assert_allclose(errors, flow[1:], rtol=1e-11, atol=1e-15)
    terms = rnn.gradient_by_lag(run.states, flow)
    whole = cell.gradients(net, run, misses).recurrent
    np.testing.assert_allclose(terms.sum(axis=0), whole, rtol=1e-11, atol=1e-15)


@each_cell
def test_without_steps_networks_answer_with_their_offsets(cell):
    net, _ = example(TwoSequence(), cell)
    run = cell.run(net, np.zeros((0, 2, 4, 1)))
    assert (run.signals.shape, run.signals.any()) == ((1, 2, 4, 3), False)
    np.testing.assert_array_equal(run.answers, np.broadcast_to(net.offset[:, None], (2, 4, 1)))
    *gradients, offset = cell.gradients(net, run, run.answers)
    assert not any(g.any() for g in gradients)
    np.testing.assert_array_equal(offset, run.answers.sum(axis=1))


@each_cell
def test_saturated_units_signal_one_and_pass_nothing_back(cell):
    net, given = example(TwoSequence(), cell)
    run = cell.run(net, 1e9 * np.sign(given.inputs + 0.5))
    gradients = cell.gradients(net, run, np.ones_like(run.answers))
    assert all(np.isfinite(part).all() for part in (run.states, run.signals, *gradients))
    if not isinstance(cell, LSTM):
        np.testing.assert_array_equal(np.abs(run.signals[1:]), 1)
        assert not gradients.recurrent.any()


def test_without_leak_or_with_silent_skips_a_network_is_plain():
    plain = CELLS[0]
    net, given = example(TwoSequence(), plain)
    states = plain.run(net, given.inputs).states
    wide = net._replace(recurrent=np.concatenate([net.recurrent, 0 * net.recurrent], axis=2))
    halves = net._replace(recurrent=np.concatenate([net.recurrent / 2] * 2, axis=2))
    for cell, its in (
        (Leaky(0.0, **SETTINGS), net),
        (Skips(3, **SETTINGS), wide),
        (Skips(1, **SETTINGS), halves),
    ):
        np.testing.assert_allclose(cell.run(its, given.inputs).states, states, rtol=1e-12)


def test_closed_gates_keep_the_state_at_the_rate_of_the_forget_bias():
    cell = LSTM(3.0, units=3)
    start = cell.start(TwoSequence(), 1, rng=rng())
    net = start._replace(recurrent=0 * start.recurrent, entry=0 * start.entry)
    net.entry[0, 9:] = 1.0  # only what is new hears the input
    inputs = np.zeros((15, 1, 2, 1))
    inputs[0] = 1.0
    states = cell.run(net, inputs).states[1:, 0, 0, 0]
    np.testing.assert_allclose(states, 0.5 * np.tanh(1) * expit(3.0) ** np.arange(15), rtol=1e-10)


def test_leaky_gradient_obeys_both_bounds_of_the_theorem():
    leak, cell = 0.9, Leaky(0.9, units=4)
    net = cell.start(TwoSequence(), 1, rng=rng())
    W = net.recurrent[0] * (0.8 / np.linalg.norm(net.recurrent[0], 2))
    net = net._replace(recurrent=W[None], readout=np.ones((1, 1, 4)))
    run = cell.run(net, rng().standard_normal((30, 1, 2, 1)))
    sizes = np.linalg.norm(cell.errors(net, run, np.ones((1, 2, 1))), axis=-1)[:, 0]
    factors = sizes[:-1] / sizes[1:]
    assert np.all(factors <= leak + (1 - leak) * 0.8 + 1e-12)
    assert np.all(factors >= leak - (1 - leak) * 0.8 - 1e-12)


def test_what_comes_before_a_short_sequence_changes_nothing():
    cell = Plain(units=3)
    net, inputs = cell.start(TwoSequence(), 3, rng=rng()), rng().standard_normal((12, 3, 4, 1))
    late = np.concatenate([np.zeros((5, 3, 4, 1)), inputs])
    moved, states = cell.run(net, late).states, cell.run(net, inputs).states
    np.testing.assert_allclose(moved[5:], states, rtol=1e-13, atol=1e-16)


# --- starts --------------------------------------------------------------------------------


@each_cell
def test_starts_are_what_they_say(cell):
    task = TwoSequence()
    blocks = lambda W: W.reshape(-1, cell.rows, 3, cell.columns, 3).swapaxes(2, 3)  # noqa: E731
    matrices = lambda W: blocks(W).reshape(-1, 3, 3)  # noqa: E731
    for W in matrices(replace(cell, start_from="orthogonal").start(task, 5, rng=rng()).recurrent):
        np.testing.assert_allclose(W.T @ W, np.eye(3), atol=1e-12)
    echo = replace(cell, start_from="echo state", radius=0.7)
    for W in matrices(echo.start(task, 5, rng=rng()).recurrent):
        assert spectral_radius(W) == pytest.approx(0.7, rel=1e-9)
    plain = cell.start(task, 400, rng=rng())
    for part in (plain.recurrent, plain.entry, plain.readout):
        assert np.abs(part).max() <= 0.5
        assert part.var() == pytest.approx(1 / 12, rel=0.1)
    assert not plain.offset.any()
    assert [p.shape[0] for p in plain] == [400] * 5


def test_the_first_units_answer_where_the_readout_is_not_trained():
    net = Plain(units=4).start(TwoSequence(), 3, rng=rng())
    np.testing.assert_array_equal(net.readout, np.broadcast_to([1.0, 0, 0, 0], (3, 1, 4)))
    run = Plain(units=4).run(net, np.ones((5, 3, 2, 1)))
    np.testing.assert_array_equal(run.answers[..., 0], run.signals[-1, ..., 0])


def test_gates_start_at_the_forget_bias_and_their_biases_are_trained():
    cell = LSTM(2.0, units=3)
    start = cell.start(TwoSequence(), 2, rng=rng())
    np.testing.assert_array_equal(start.bias[1], [0] * 3 + [2] * 3 + [0] * 6)
    for model, moves in ((cell, True), (Skips(units=3), False)):
        run = training.descend(TwoSequence(), model, 6, 2, rng=rng(), updates=3)
        first, *_, last = [Weights(*(p.copy() for p in net)) for net in run]
        assert np.array_equal(first.bias, last.bias) != moves
        np.testing.assert_array_equal(first.readout, last.readout)


def test_counts_of_weights_are_those_of_the_formulas():
    n = 3
    counts = {Plain: n * n + n, Leaky: n * n + n, Skips: 2 * n * n + n, LSTM: 4 * (n * n + n + n)}
    for kind, count in counts.items():
        assert kind(units=n).weight_count(TwoSequence()) == count
    assert Plain(**SETTINGS).weight_count(TemporalOrder()) == 9 + 18 + 3 + 12 + 4
    assert Latch().weight_count(Latching()) == 7


# --- one bit -------------------------------------------------------------------------------


def test_a_bit_enters_through_its_weights_and_the_noise_as_it_is():
    task, model = OneBit(noise=0.3, noisy=3), BitMemory(units=3)
    net, given = model.start(task, 2, rng=rng()), task.batch(5, 2, 4, rng=rng())
    first = given.inputs[0, ..., 1:] + given.targets * net.entry[:, None, :, 0]
    np.testing.assert_allclose(model.run(net, given.inputs).states[1], first, rtol=1e-12)
    assert not net.bias.any()
    with pytest.raises(ValueError, match=r"^task must have 4 channels and one answer"):
        model.start(OneBit(noisy=2), 2, rng=rng())


def test_weights_of_a_bit_memory_start_normal():
    recurrent, entry, _, readout, _ = BitMemory(0.5).start(OneBit(), 500, rng=rng())
    for part, sd in ((recurrent, 0.5), (entry[..., 0], 1.0), (readout, 1.0)):
        assert part.std() == pytest.approx(sd / np.sqrt(10), rel=4.5 / np.sqrt(2 * part.size))


def test_a_bit_memory_learns_a_short_memory_and_its_noise_stays_as_it_is():
    task, model = OneBit(noisy=5), BitMemory(units=5)
    outcome = training.success_rate(task, model, 3, 2, rng=rng(), updates=300, criterion=0.99)
    assert outcome.rate == 1
    ways = outcome.parameters.entry[..., 1:]
    np.testing.assert_array_equal(ways, np.broadcast_to(np.eye(5), (2, 5, 5)))


# --- bad input -----------------------------------------------------------------------------


def shorter(array):
    """The array with one row less along each axis, and without its first axis."""
    yield from (np.delete(array, 0, axis) for axis in range(array.ndim))
    yield array[0]


@each_cell
def test_parts_of_a_network_must_fit_the_model_and_each_other(cell):
    net, given = example(TwoSequence(), cell)
    for name, part in net._asdict().items():
        for bad in shorter(part):
            wrong = net._replace(**{name: bad})
            found, _ = shape_refused(lambda wrong=wrong: cell.run(wrong, given.inputs))
            assert found.split(".")[0] in ("parameters", "inputs")
    wide = np.repeat(given.inputs, 2, axis=-1)
    expected = ("inputs", "(steps, 2, sequences, 1)")
    assert shape_refused(lambda: cell.run(net, wide)) == expected


@each_pair
def test_misses_must_have_the_shape_of_the_answers(task, model):
    net, given = example(task, model)
    run = model.run(net, given.inputs)
    for bad in shorter(run.answers):
        for method in (model.gradients, model.input_gradients):
            found, _ = shape_refused(lambda bad=bad, m=method: m(net, run, bad))
            assert found == "misses"


@pytest.mark.parametrize("model", [*CELLS, Latch(marked=5)], ids=repr)
def test_starts_of_too_many_numbers_are_refused_and_no_fewer(model, monkeypatch):
    parts = model.start(TwoSequence(), 7, rng=rng())._asdict()
    total = sum(
        parts[name].size for name in ("recurrent", "entry", "readout", "inputs") if name in parts
    )
    monkeypatch.setattr(_check, "MOST_NUMBERS", total)
    model.start(TwoSequence(), 7, rng=rng())
    monkeypatch.setattr(_check, "MOST_NUMBERS", total - 1)
    with pytest.raises(ValueError, match=f"^trials.* would make {total} numbers"):
        model.start(TwoSequence(), 7, rng=rng())


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Leaky(1.0), r"leak must be one number in \[0, 1\)"),
        (lambda: Leaky([[0.5]]), "leak must be one number"),
        (lambda: Leaky((0.5, 0.5)), "or one for each of 5 units"),
        (lambda: Latch(trained=("bias",)), "trained must be one of"),
        (lambda: Plain(trained=("everything",)), "trained must be one of"),
    ],
)
def test_leaks_and_names_that_do_not_fit_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()
