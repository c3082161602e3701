"""Laws of `longterm.remedies`: half-lives, skips, starts, and cells that plug into the tasks."""

from dataclasses import replace

import numpy as np
import pytest
from longterm.remedies import (
    LSTM,
    Leaky,
    Plain,
    Remedy,
    Skips,
    gate_bias,
    gate_half_life,
    half_life,
    leak_for,
    orthogonal,
    retention,
    skip_rate,
    skip_response,
    with_radius,
)
from refusals import shape_refused
from scipy.special import expit

from longterm import _check, training
from longterm.linear import spectral_radius
from longterm.rnn import Network, check_gradients
from longterm.tasks import Latch, TemporalOrder, TwoSequence

SEED = 20260818
CELLS = (Plain(), Leaky(0.8), Leaky((0.0, 0.5, 0.95)), Skips(1), Skips(4), Skips(40), LSTM(1.5))
each_cell = pytest.mark.parametrize("cell", CELLS, ids=repr)
each_start = pytest.mark.parametrize("start", ["uniform", "orthogonal", "echo state"])


def rng(seed=SEED):
    return np.random.default_rng(seed)


def remedy(cell, units=3, **options):
    return Remedy(TwoSequence(units=units), cell, **options)


def example(task, length=9, trials=2, sequences=4):
    """A start with biases and readouts of every size, and a batch."""
    start = task.start(trials, rng=rng())
    shaken = [p + 0.3 * rng(k).standard_normal(p.shape) for k, p in enumerate(start)]
    return Network(*shaken), task.batch(length, trials, sequences, rng=rng())


# --- half-lives ----------------------------------------------------------------------------


def test_rate_to_the_half_life_is_one_half():
    rates = np.array([1e-9, 0.3, 0.5, 0.9, 0.999, 1 - 1e-12])
    np.testing.assert_allclose(rates ** half_life(rates), 0.5, rtol=1e-9)
    assert half_life(0.5) == 1
    assert half_life(0.0) == 0
    assert half_life(1.0) == np.inf


def test_leak_and_bias_have_the_half_life_that_they_were_made_for():
    lives = np.array([1e-3, 0.5, 1.0, 20.0, 1e6, 1e12])
    np.testing.assert_allclose(half_life(leak_for(lives[:-1])), lives[:-1], rtol=1e-9)
    np.testing.assert_allclose(gate_half_life(gate_bias(lives)), lives, rtol=1e-9)
    np.testing.assert_allclose(leak_for(1e-6), 0.0)


def test_half_life_of_a_gate_is_that_of_its_open_share():
    bias = np.linspace(-5, 20, 26)
    np.testing.assert_allclose(gate_half_life(bias), half_life(expit(bias)), rtol=1e-6)
    assert gate_half_life(0.0) == pytest.approx(1.0)
    assert gate_half_life(40.0) == pytest.approx(np.exp(40) * np.log(2), rel=1e-12)
    assert gate_half_life(-800.0) == pytest.approx(np.log(2) / 800)
    assert gate_half_life(1000.0) == gate_half_life(744.0) == np.inf
    with pytest.raises(ValueError, match="half_life must be above 1e-300"):
        gate_bias(1e-301)


@pytest.mark.parametrize("rate", [0.0, 0.6, 0.95, 1.0])
@pytest.mark.parametrize("marked", [1, 3])
def test_retention_is_that_of_simulated_memories(rate, marked):
    steps, noise, trials = 12, 0.7, 100_000
    drive, state = noise * rng().standard_normal((steps, trials)), np.zeros(trials)
    drive[:marked] = 1.0
    for u in drive:
        state = rate * state + u
    share, exact = np.mean(state > 0), retention(rate, steps, noise, marked)
    assert abs(share - exact) < 4 * np.sqrt(0.25 / trials)


def test_retention_ends_where_theory_says():
    from scipy.stats import norm

    assert retention(0.9, 3, 0.2) == retention(0.9, 1, 0.2, marked=1) == 1.0  # no noise yet
    assert retention(0.9, 5, 1e-310) == 1.0
    assert retention(0.0, 4, 0.2) == 0.5  # nothing is kept
    assert retention(1.0, 103, 0.2) == pytest.approx(norm.cdf(3 / (0.2 * 10)), rel=1e-12)
    rates = np.linspace(0, 1, 50)
    assert np.all(np.diff(retention(rates, 40, 0.2)) >= 0)
    np.testing.assert_array_equal(retention(rates, 40, 0.2), [retention(r, 40, 0.2) for r in rates])
    with pytest.raises(ValueError, match="steps must be at least marked, 3, got 2"):
        retention(0.9, 2, 0.2)


# --- skips ---------------------------------------------------------------------------------


def companion(a, b, d):
    step = np.eye(d, k=-1)
    step[0, 0] += a
    step[0, -1] += b
    return step


@pytest.mark.parametrize(("a", "b", "d"), [(0.5, 0.3, 4), (-0.7, 0.4, 3), (0.9, 0.2, 1), (0, 1, 7)])
def test_response_is_the_corner_of_powers_of_the_companion_matrix(a, b, d):
    corners = [np.linalg.matrix_power(companion(a, b, d), t)[0, 0] for t in range(30)]
    np.testing.assert_allclose(skip_response(a, b, d, 29), corners, rtol=1e-10, atol=1e-14)


def test_pure_skip_decays_in_t_over_d():
    response = skip_response(0.0, 0.9, 5, 50)
    np.testing.assert_allclose(response[::5], 0.9 ** np.arange(11), rtol=1e-12)
    assert np.count_nonzero(response) == 11
    for d in (1, 2, 10, 100):
        assert skip_rate(0.0, 0.9, d) == pytest.approx(0.9 ** (1 / d), rel=1e-9)
        assert half_life(skip_rate(0.0, 0.9, d)) == pytest.approx(d * half_life(0.9), rel=1e-6)


def test_rate_of_a_skip_solves_its_equation_and_rules_the_response():
    z = skip_rate(0.5, 0.4, 6)
    assert z**6 == pytest.approx(0.5 * z**5 + 0.4, rel=1e-10)
    response = skip_response(0.5, 0.4, 6, 400)
    assert response[-1] / response[-2] == pytest.approx(z, rel=1e-8)
    assert skip_rate(0.6, 0.3, 1) == pytest.approx(0.9)
    assert skip_rate(-0.5, 0.0, 3) == pytest.approx(0.5)


def test_a_skip_only_adds_to_positive_paths():
    plain = skip_response(0.7, 0.0, 5, 60)
    assert np.all(skip_response(0.7, 0.2, 5, 60) >= plain)
    np.testing.assert_allclose(plain, 0.7 ** np.arange(61), rtol=1e-12)


def test_responses_and_delays_out_of_range_are_refused_by_name():
    with pytest.raises(ValueError, match="direct and skip make a response"):
        skip_response(1e200, 1.0, 2, 10)
    with pytest.raises(ValueError, match="direct and skip make a response"):
        skip_response(1e300, -1e300, 2, 6)
    with pytest.raises(ValueError, match="delay must be at most 500"):
        skip_rate(0.5, 0.5, 501)
    assert skip_rate(0.0, 1.0, 500) == pytest.approx(1)
    np.testing.assert_allclose(skip_response(0.5, 0.5, 9, 3), [1, 0.5, 0.25, 0.125])
    assert skip_response(0.5, 0.5, 10, 0).tolist() == [1.0]


# --- starts --------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 2, 5, 40])
def test_orthogonal_keeps_every_length_and_has_all_eigenvalues_on_the_circle(width):
    Q = orthogonal(width, rng=rng())
    np.testing.assert_allclose(Q.T @ Q, np.eye(width), atol=1e-13)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(Q)), 1.0, rtol=1e-12)


def test_orthogonal_is_uniform():
    many = np.array([orthogonal(3, rng=r) for r in [rng()] for _ in range(4000)])
    error = 1 / np.sqrt(3 * 4000)
    assert np.abs(many.mean(axis=0)).max() < 4.5 * error  # no sign is preferred
    assert np.abs(np.trace(many, axis1=1, axis2=2).var() - 1) < 0.15  # 1 for Haar measure
    signs = np.sign(np.linalg.det(many))
    assert abs(signs.mean()) < 4 / np.sqrt(4000)


def test_a_matrix_of_too_many_numbers_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(_check, "MOST_NUMBERS", 8)
    with pytest.raises(ValueError, match=r"^W would make 9 numbers"):
        with_radius(np.eye(3), 0.9)


def test_radius_is_the_one_asked_for_and_directions_stay():
    for scale in (1e-200, 1.0, 1e200):
        W = scale * rng().standard_normal((6, 6))
        scaled = with_radius(W, 0.9)
        assert spectral_radius(scaled) == pytest.approx(0.9, rel=1e-12)
        np.testing.assert_allclose(scaled / scaled[0, 0], W / W[0, 0], rtol=1e-10)
    for W in ([[0.0, 1.0], [0.0, 0.0]], [[0.0]]):
        with pytest.raises(ValueError, match="W must have a spectral radius above 0"):
            with_radius(W, 0.9)


@each_cell
def test_starts_are_what_they_say(cell):
    n, blocks = 3, lambda W: W.reshape(5, cell.rows, 3, cell.columns, 3).swapaxes(2, 3)
    for W in blocks(remedy(cell, start_from="orthogonal").start(5, rng=rng()).recurrent).reshape(
        -1, n, n
    ):
        np.testing.assert_allclose(W.T @ W, np.eye(n), atol=1e-12)
    chosen = remedy(cell, start_from="echo state", radius=0.7)
    for W in blocks(chosen.start(5, rng=rng()).recurrent).reshape(-1, n, n):
        assert spectral_radius(W) == pytest.approx(0.7, rel=1e-9)
    plain = remedy(cell).start(400, rng=rng())
    for part in (plain.recurrent, plain.entry):
        assert np.abs(part).max() <= 0.5
        assert part.var() == pytest.approx(1 / 12, rel=0.1)


# --- cells ---------------------------------------------------------------------------------


@each_cell
@each_start
def test_gradients_agree_with_finite_differences(cell, start):
    task = remedy(cell, start_from=start)
    net, given = example(task)
    loss = lambda *p: task.loss_and_gradients(Network(*p), given)[0].sum()  # noqa: E731
    _, gradients = task.loss_and_gradients(net, given)
    assert check_gradients(loss, net, gradients, step=3e-4) < 1e-6
    assert [g.shape for g in gradients] == [p.shape for p in net]


@each_cell
def test_input_gradients_agree_with_finite_differences(cell):
    task = remedy(cell)
    net, given = example(task)
    answer = lambda inputs: task.answers(net, given._replace(inputs=inputs)).sum()  # noqa: E731
    slopes = task.input_gradients(net, given)
    assert check_gradients(answer, [given.inputs], [slopes]) < 1e-6
    by_lag = task.gradient_by_lag(net, given)
    assert by_lag.shape == (9, 2)
    np.testing.assert_allclose(by_lag[0] ** 2, np.mean(slopes[-1, ..., 0] ** 2, axis=1))


@each_cell
def test_gradients_hold_on_temporal_order(cell):
    task = Remedy(TemporalOrder(units=3), cell)
    net, given = example(task, length=12)
    loss = lambda *p: task.loss_and_gradients(Network(*p), given)[0].sum()  # noqa: E731
    _, gradients = task.loss_and_gradients(net, given)
    assert check_gradients(loss, net, gradients) < 1e-6
    assert task.right(net, given).shape == (2, 4)


@each_cell
def test_networks_of_one_training_do_not_see_each_other(cell):
    task = remedy(cell)
    net, given = example(task)
    losses, gradients = task.loss_and_gradients(net, given)
    for k in range(2):
        alone = Network(*(p[k : k + 1] for p in net))
        part = type(given)(given.inputs[:, k : k + 1], given.targets[k : k + 1])
        loss, slopes = task.loss_and_gradients(alone, part)
        np.testing.assert_allclose(loss[0], losses[k], rtol=1e-12)
        for whole, one in zip(gradients, slopes, strict=True):
            np.testing.assert_allclose(one[0], whole[k], rtol=1e-9, atol=1e-14)
        np.testing.assert_array_equal(task.right(alone, part)[0], task.right(net, given)[k])


def recurrences(cell, net, inputs):
    """Signals of the first network and sequence, step by step as the formulas say."""
    W, V, b = net.recurrent[0], net.entry[0], net.bias[0]
    n, x, c, ys = 3, np.zeros(3), np.zeros(3), [np.zeros(3)]
    for s in inputs[:, 0, 0]:
        u = V @ s + b
        if isinstance(cell, LSTM):
            i, f, o, g = np.split(W @ ys[-1] + u, 4)
            c = expit(f) * c + expit(i) * np.tanh(g)
            ys.append(expit(o) * np.tanh(c))
            continue
        if isinstance(cell, Skips):
            far = ys[-cell.delay] if len(ys) > cell.delay else np.zeros(3)
            x = W[:, :n] @ ys[-1] + W[:, n:] @ far + u
        else:
            a = np.array(getattr(cell, "leak", 0.0))
            x = a * x + (1 - a) * (W @ ys[-1] + u)
        ys.append(np.tanh(x))
    return np.array(ys)


@each_cell
def test_cells_obey_their_recurrence(cell):
    task = remedy(cell)
    net, given = example(task, length=13)
    signals = task.run(net, given)
    np.testing.assert_allclose(signals[:, 0, 0], recurrences(cell, net, given.inputs), rtol=1e-12)
    answers = signals[-1] @ net.readout.swapaxes(1, 2) + net.offset[:, None]
    np.testing.assert_allclose(task.answers(net, given), answers, rtol=1e-14)
    np.testing.assert_array_equal(task.right(net, given), (answers * given.targets)[..., 0] > 0)


@pytest.mark.parametrize("base", [TwoSequence(units=3), TemporalOrder(units=3)])
def test_the_plain_cell_is_the_task_itself(base):
    task = Remedy(base)
    net, given = example(task, length=12)
    for mine, its in zip(
        task.loss_and_gradients(net, given)[1], base.loss_and_gradients(net, given)[1], strict=True
    ):
        np.testing.assert_allclose(mine, its, rtol=1e-12, atol=1e-16)
    np.testing.assert_array_equal(task.right(net, given), base.right(net, given))


def test_without_leak_or_with_silent_skips_a_cell_is_plain():
    task = remedy(Plain())
    net, given = example(task)
    np.testing.assert_allclose(remedy(Leaky(0.0)).run(net, given), task.run(net, given), rtol=1e-12)
    wide = net._replace(recurrent=np.concatenate([net.recurrent, 0 * net.recurrent], axis=2))
    run = remedy(Skips(3)).run(wide, given)
    np.testing.assert_allclose(run, task.run(net, given), rtol=1e-12)
    halves = net._replace(recurrent=np.concatenate([net.recurrent / 2] * 2, axis=2))
    np.testing.assert_allclose(
        remedy(Skips(1)).run(halves, given), task.run(net, given), rtol=1e-12
    )


def test_closed_gates_keep_the_cell_at_the_rate_of_the_forget_bias():
    task = remedy(LSTM(3.0))
    start = task.start(1, rng=rng())
    net = start._replace(recurrent=0 * start.recurrent, entry=0 * start.entry)
    net.entry[0, 9:] = 1.0  # only what is new hears the input
    given = task.batch(15, 1, 2, rng=rng())
    inputs = np.zeros_like(given.inputs)
    inputs[0] = 1.0
    signals = task.run(net, given._replace(inputs=inputs))[1:, 0, 0, 0]
    states = np.arctanh(2 * signals)  # the read gate stands at one half
    np.testing.assert_allclose(states, 0.5 * np.tanh(1) * expit(3.0) ** np.arange(15), rtol=1e-10)


def test_leaky_gradient_obeys_both_bounds_of_the_theorem():
    leak, task = 0.9, Remedy(TwoSequence(units=4), Leaky(0.9))
    net, _ = example(task, length=30, trials=1, sequences=2)
    W = net.recurrent[0] * (0.8 / np.linalg.norm(net.recurrent[0], 2))
    net = net._replace(recurrent=W[None], entry=np.zeros((1, 4, 1)), bias=np.zeros((1, 4)))
    error = np.ones((1, 2, 4))
    drive = rng().standard_normal((30, 1, 2, 4))
    trace = task.cell.run(net.recurrent, drive)
    sizes = np.linalg.norm(task.cell.errors(net.recurrent, trace, error), axis=-1)[:, 0]
    factors = sizes[:-1] / sizes[1:]
    assert np.all(factors <= leak + (1 - leak) * 0.8 + 1e-12)
    assert np.all(factors >= leak - (1 - leak) * 0.8 - 1e-12)


def test_counts_of_weights_are_those_of_the_formulas():
    n = 3
    counts = {Plain(): n * n + n, Leaky(): n * n + n, Skips(): 2 * n * n + n}
    for cell, count in (counts | {LSTM(): 4 * (n * n + n + n)}).items():
        assert remedy(cell).weights == count
    assert Remedy(TemporalOrder(units=3)).weights == 9 + 18 + 3 + 12 + 4


def test_biases_of_gates_are_trained_and_start_at_the_forget_bias():
    task = remedy(LSTM(2.0))
    np.testing.assert_array_equal(task.start(2, rng=rng()).bias[1], [0] * 3 + [2] * 3 + [0] * 6)
    start, *_, last = [
        Network(*(p.copy() for p in net))
        for net in training.descend(task, 6, 2, rng=rng(), updates=3)
    ]
    assert not np.array_equal(start.bias, last.bias)
    np.testing.assert_array_equal(start.readout, last.readout)
    start, *_, last = [
        Network(*(p.copy() for p in net))
        for net in training.descend(remedy(Skips()), 6, 2, rng=rng(), updates=3)
    ]
    np.testing.assert_array_equal(start.bias, last.bias)


def shorter(array):
    """The array with one row less along each axis, and without its first axis."""
    yield from (np.delete(array, 0, axis) for axis in range(array.ndim))
    yield array[0]


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_cell_cannot_join_is_refused_with_the_shape_that_it_needs(cell):
    W, drive = remedy(cell).start(2, rng=rng()).recurrent, np.ones((5, 2, 4, 3 * cell.rows))
    trace, error = cell.run(W, drive.copy()), np.ones((2, 4, 3))
    r, c = 3 * cell.rows, 3 * cell.columns
    for bad in (W[:, 1:], W[..., 1:], np.ones((2, 0, 0))):
        expected = "W", f"(networks, {cell.rows} units, {cell.columns} units)"
        assert shape_refused(lambda bad=bad: cell.run(bad, drive)) == expected
    assert shape_refused(lambda: cell.run(W[0], drive)) == ("W", "(networks, rows, columns)")
    for bad in (drive[:, 1:], drive[..., 1:], drive[0]):
        expected = "drive", f"(steps, 2, sequences, {r}) to match W"
        assert shape_refused(lambda bad=bad: cell.run(W, bad)) == expected
    for bad in shorter(W):
        expected = "W", f"(2, {r}, {c}) to match trace"
        assert shape_refused(lambda bad=bad: cell.errors(bad, trace, error)) == expected
    for bad in shorter(error):
        expected = "error", "(2, 4, 3) to match trace"
        assert shape_refused(lambda bad=bad: cell.errors(W, trace, bad)) == expected
    flat = trace._replace(signals=trace.signals[0])
    expected = "trace", "(steps + 1, networks, sequences, units)"
    assert shape_refused(lambda: cell.errors(W, flat, error)) == expected
    assert shape_refused(lambda: cell.heard(flat)) == expected


def test_one_unit_is_enough_for_a_cell():
    for cell in (Plain(), Leaky(0.8), Skips(4), LSTM(1.5)):
        W, drive = np.ones((2, cell.rows, cell.columns)), np.ones((5, 2, 4, cell.rows))
        assert cell.run(W, drive).signals.shape == (6, 2, 4, 1)


def test_each_part_of_an_lstms_trace_must_fit_the_others():
    cell = LSTM(1.5)
    W, drive = remedy(cell).start(2, rng=rng()).recurrent, np.ones((5, 2, 4, 12))
    trace = cell.run(W, drive)
    for k, form in enumerate(["(5, 2, 4, 12)", "(6, 2, 4, 3)", "(6, 2, 4, 3)"]):
        for bad in shorter(trace.inner[k]):
            wrong = trace._replace(inner=(*trace.inner[:k], bad, *trace.inner[k + 1 :]))
            assert shape_refused(lambda wrong=wrong: cell.heard(wrong)) == ("trace", form)
    for inner in (trace.inner[:2], list(trace.inner), None):
        with pytest.raises(ValueError, match=r"^trace must be what this cell's `run` returned"):
            cell.heard(trace._replace(inner=inner))


@pytest.mark.parametrize("cell", CELLS)
def test_parts_of_a_network_must_fit_the_cell_and_the_task(cell):
    task = remedy(cell)
    net, batch = example(task)
    for name, part in net._asdict().items():
        for bad in shorter(part):
            wrong = net._replace(**{name: bad})
            expected = f"net.{name}", f"({', '.join(map(str, part.shape))})"
            assert shape_refused(lambda wrong=wrong: task.run(wrong, batch)) == expected
    for name, form in (("inputs", "(steps, networks, sequences, 1)"), ("targets", "(2, 4, 1)")):
        wrong = batch._replace(**{name: np.repeat(getattr(batch, name), 2, axis=-1)})
        assert shape_refused(lambda wrong=wrong: task.run(net, wrong)) == (f"batch.{name}", form)


@pytest.mark.parametrize("cell", [Skips(4), LSTM(1.5)])
def test_starts_of_too_many_numbers_are_refused_and_no_fewer(cell, monkeypatch):
    task = remedy(cell, units=7)
    total = task.start(5, rng=rng()).recurrent.size
    monkeypatch.setattr(_check, "MOST_NUMBERS", total)
    task.start(5, rng=rng())
    monkeypatch.setattr(_check, "MOST_NUMBERS", total - 1)
    with pytest.raises(ValueError, match=f"^trials would make {total} numbers"):
        task.start(5, rng=rng())


def test_a_remedy_is_trained_and_tested_like_a_task():
    options = {"rng": rng(), "updates": 150, "tests": 50}
    outcome = training.success_rate(Remedy(cell=Leaky(0.9)), 10, 20, **options)
    assert outcome.rate > 0.8
    plain = [
        training.success_rate(task, 8, 5, rng=rng(), updates=30).scores
        for task in (TwoSequence(), Remedy())
    ]
    np.testing.assert_array_equal(*plain)


def test_settings_that_are_not_given_are_the_documented_ones():
    settings = (Leaky().leak, Skips().delay, LSTM().forget_bias, Remedy().radius)
    assert settings == (0.9, 5, 1.0, 0.95)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Leaky(1.0), ValueError, r"leak must be in \[0, 1\)"),
        (lambda: Leaky(-0.1), ValueError, "leak must be from 0 to 1"),
        (lambda: Leaky(np.nan), ValueError, "leak must be finite"),
        (lambda: Leaky([[0.5]]), ValueError, "leak must be in"),
        (lambda: Leaky("x"), TypeError, "leak must be real"),
        (lambda: Skips(0), ValueError, "delay must be an integer from 1"),
        (lambda: Skips(2.0), TypeError, "delay must be an integer"),
        (lambda: LSTM(np.inf), ValueError, "forget_bias must be finite"),
        (lambda: LSTM("1"), TypeError, "forget_bias must be real"),
        (lambda: Remedy(Latch()), TypeError, "task must be a task for networks"),
        (lambda: Remedy(cell="lstm"), TypeError, "cell must be Plain, Leaky, Skips or LSTM"),
        (lambda: Remedy(cell=Leaky((0.5, 0.5))), ValueError, "leak must be one number or one for"),
        (lambda: Remedy(start_from="zero"), ValueError, "start_from must be one of 'uniform'"),
        (lambda: Remedy(radius=0), ValueError, "radius must be above 0"),
        (lambda: replace(Remedy(), radius="x"), TypeError, "radius must be real"),
    ],
)
def test_settings_are_refused_by_name(make, error, text):
    with pytest.raises(error, match=text):
        make()
