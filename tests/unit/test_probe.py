"""The probe against exact laws, the package's own networks, finite differences, and bad input."""

import math
import subprocess
import sys

import numpy as np
import pytest

from longterm import models, probe, rnn, tasks

try:
    import torch
except ImportError:
    torch = None

needs_torch = pytest.mark.needs("torch")
STEPS, SEQUENCES = 40, 6


def inputs(channels=1, steps=STEPS, sequences=SEQUENCES):
    """Normal numbers in float64."""
    drawn = np.random.default_rng(0).standard_normal((steps, sequences, channels))
    return torch.from_numpy(drawn)


def total(signal):
    """The sum over the last axis; a loss whose gradient is 1."""
    return signal.sum(-1)


def kept(**settings):
    """A module with these parameters in float64."""
    module = torch.nn.Module()
    for name, value in settings.items():
        module.register_parameter(
            name, torch.nn.Parameter(torch.as_tensor(value, dtype=torch.double))
        )
    return module


def linear_cell(W):
    """A cell h <- W h + x, whose W is trained."""
    module = kept(W=W)
    module.forward = lambda x, h: h @ module.W.T + x
    return module


def frozen_lstm(cls, forget, units=3):
    """An LSTM whose gates hear nothing: only their biases open them."""
    module = cls(1, units).double()
    weights = [p for _, p in sorted(module.named_parameters())]
    for p in weights:
        torch.nn.init.zeros_(p)
    bias, _, _, entry = weights
    with torch.no_grad():
        bias[units : 2 * units] = math.log(forget / (1 - forget))
        entry[2 * units : 3 * units] = 0.5  # what is new hears the input
    return module


@needs_torch
def test_a_linear_recurrence_follows_powers_of_its_matrix():
    W = np.array([[0.9, 0.4, 0.0], [0.0, 0.6, -0.3], [0.1, 0.0, -0.5]])
    cell, x, start = linear_cell(W), inputs(3, steps=160), torch.zeros(SEQUENCES, 3).double()
    flow = [np.ones(3)]
    for _ in range(160):
        flow.append(W.T @ flow[-1])
    law = np.tile(np.linalg.norm(flow, axis=1), (SEQUENCES, 1))
    heard = probe.hear(cell, x, total, start=start)
    np.testing.assert_allclose(heard.sizes, law[:, :-1], rtol=1e-10)
    found = probe.step_through(cell, x, total, start=start)
    np.testing.assert_allclose(found.sizes, law, rtol=1e-10)
    sizes = np.sort(np.log(abs(np.linalg.eigvals(W))))[::-1]
    np.testing.assert_allclose(found.exponents[:, 0], sizes[0], rtol=1e-6)
    np.testing.assert_allclose(found.exponents.sum(axis=1), np.log(abs(np.linalg.det(W))))
    assert found.passes == 2 + 3


@needs_torch
@pytest.mark.parametrize("leak", [0.5, 0.9, 0.99])
def test_a_leaky_unit_has_the_half_life_horizon_and_truncation_of_its_leak(leak):
    module = kept(leak=leak, entry=1.0)
    module.forward = lambda x, h: module.leak * h + (1 - module.leak) * module.entry * x
    module.leak.requires_grad_(False)
    ones, start = torch.ones(1200, 2, 1).double(), torch.zeros(2, 1).double()
    found = probe.examine(module, ones, total, start=start)
    lags = np.arange(1200)
    law = np.tile((1 - leak) * leak**lags, (2, 1))
    np.testing.assert_allclose(found.heard.sizes, law, rtol=1e-6)
    assert found.heard.half_life == pytest.approx(math.log(2) / -math.log(leak), rel=1e-6)
    assert found.heard.horizon == pytest.approx(math.log(0.001) / math.log(leak), rel=1e-6)
    lost = (leak**lags - leak**1200) / (1 - leak**1200)
    np.testing.assert_allclose(found.stepped.lost[:-1], lost, rtol=1e-6, atol=1e-12)
    k = found.stepped.truncation(0.01)
    assert leak**k <= 0.01 < leak ** (k - 1)
    assert f"A truncation at {k} would lose" in str(found)
    assert f"Hears {math.floor(found.heard.horizon)} steps back" in str(found)
    np.testing.assert_allclose(found.stepped.exponents, math.log(leak), rtol=1e-6)


@needs_torch
@pytest.mark.parametrize("kind", ["LSTM", "LSTMCell"])
def test_an_lstm_with_frozen_gates_forgets_by_its_forget_gate(kind):
    forget = 0.8
    module = frozen_lstm(getattr(torch.nn, kind), forget)
    zeros = torch.zeros(STEPS, 2, 1).double()
    heard, found = (how(module, zeros, total) for how in (probe.hear, probe.step_through))
    powers = forget ** np.arange(STEPS)
    one = 0.5 * 0.5 * 0.5 * 3  # gates i and o, the weight, three units
    np.testing.assert_allclose(heard.sizes, np.tile(one * powers, (2, 1)), rtol=1e-6)
    law = np.sqrt(3) * np.append(1.0, 0.5 * powers)  # the last c is read through o
    law[1:] *= forget
    np.testing.assert_allclose(found.sizes, np.tile(law, (2, 1)), rtol=1e-6)
    np.testing.assert_allclose(found.exponents, math.log(forget), rtol=1e-6)
    assert heard.half_life == pytest.approx(math.log(2) / -math.log(forget))


def chapter_6(model):
    """A network and sequences of chapter 6 as tensors, and what the package makes of them."""
    task, rng = tasks.TwoSequence(), np.random.default_rng(3)
    net = model.start(task, 1, rng=rng)
    batch = task.batch(20, 1, SEQUENCES, rng=rng)
    run = model.run(net, batch.inputs)
    misses = task.loss(run.answers, batch.targets)[1]
    copied = type(net)(*(torch.tensor(part[0]) for part in net))
    targets = torch.tensor(batch.targets[0])

    def loss(signals):
        return ((signals @ copied.readout.T + copied.offset - targets) ** 2).sum(-1) / 2

    errors = model.errors(net, run, misses)[:, 0]
    heard = np.linalg.norm(model.input_gradients(net, run, misses)[:, 0], axis=-1)[::-1].T
    return copied, torch.tensor(batch.inputs[:, 0]), loss, (run, errors, heard)


@needs_torch
@pytest.mark.parametrize(("model", "kind"), [(models.Plain(), "RNN"), (models.LSTM(), "LSTM")])
def test_a_network_of_chapter_6_hears_the_same_in_torch(model, kind):
    net, x, loss, (run, _, law) = chapter_6(model)
    module = getattr(torch.nn, kind)(1, model.units).double()
    order = torch.arange(len(net.bias)).reshape(-1, model.units)
    order = order[[0, 1, 3, 2] if kind == "LSTM" else [0]].ravel()  # torch has i, f, new, o
    with torch.no_grad():
        module.weight_hh_l0.copy_(net.recurrent[order])
        module.weight_ih_l0.copy_(net.entry[order])
        module.bias_hh_l0.copy_(net.bias[order])
        module.bias_ih_l0.zero_()
    np.testing.assert_allclose(probe.hear(module, x, loss).sizes, law, rtol=1e-10)
    batch_first = getattr(torch.nn, kind)(1, model.units, batch_first=True).double()
    batch_first.load_state_dict(module.state_dict())
    again = probe.examine(batch_first, x.transpose(0, 1), loss, batch_first=True)
    np.testing.assert_allclose(again.heard.sizes, law, rtol=1e-10)
    same = probe.step_through(module, x, loss, exponents=5)
    if kind == "RNN":
        slopes = np.log(1 - run.signals[1:11, 0] ** 2).sum(axis=-1).mean(axis=0)
        volume = slopes + np.linalg.slogdet(net.recurrent.numpy())[1]
        np.testing.assert_allclose(same.exponents.sum(axis=1), volume, rtol=1e-8)
    np.testing.assert_allclose(again.stepped.lost, same.lost, atol=1e-10)


@needs_torch
def test_its_states_and_truncations_have_the_gradients_of_the_package():
    net, x, loss, (run, errors, _) = chapter_6(models.Plain())
    cell = kept(W=net.recurrent)
    cell.forward = lambda s, h: torch.tanh(h) @ cell.W.T + s @ net.entry.T + net.bias
    start = torch.zeros(SEQUENCES, 5).double()
    found = probe.step_through(cell, x, lambda h: loss(torch.tanh(h)), start=start, exponents=5)
    law = np.linalg.norm(errors, axis=-1)[::-1].T
    np.testing.assert_allclose(found.sizes[:, :-1], law, rtol=1e-10)
    flow = np.concatenate([np.zeros_like(errors[:1]), errors])
    terms = rnn.gradient_by_lag(run.states[:, 0], flow)
    left = np.cumsum(terms[::-1], axis=0)[::-1]
    lost = np.linalg.norm(left, axis=(1, 2)) / np.linalg.norm(left[0])
    np.testing.assert_allclose(found.lost, np.append(lost, 0.0), atol=1e-10)
    slopes = np.log(1 - run.signals[:10, 0] ** 2).sum(axis=-1).mean(axis=0)
    volume = slopes + np.linalg.slogdet(net.recurrent.numpy())[1]
    np.testing.assert_allclose(found.exponents.sum(axis=1), volume, rtol=1e-8)


@needs_torch
def test_an_attention_block_hears_what_finite_differences_hear_and_has_no_state():
    torch.manual_seed(1)
    block = torch.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0).double()
    x = inputs(4, steps=7, sequences=2)
    found = probe.examine(block, x, lambda signals: signals[-1][:, 0])

    def losses(x):
        with torch.no_grad():
            return float(block(torch.from_numpy(x))[-1][:, 0].sum())

    slopes = np.empty_like(x.numpy())
    for index in np.ndindex(slopes.shape):
        there = np.zeros_like(slopes)
        there[index] = 1e-5
        slopes[index] = (losses(x.numpy() + there) - losses(x.numpy() - there)) / 2e-5
    law = np.linalg.norm(slopes, axis=-1)[::-1].T
    np.testing.assert_allclose(found.heard.sizes, law, rtol=1e-6)
    assert found.stepped is None
    assert "not defined without a state" in str(found)
    with pytest.raises(ValueError, match="not defined without a state"):
        probe.step_through(block, x, lambda signals: signals[-1][:, 0])
    both_ways = torch.nn.GRU(4, 3, bidirectional=True).double()
    assert probe.examine(both_ways, x, lambda out: total(out[0][-1])).stepped is None


@needs_torch
@pytest.mark.parametrize("kind", ["GRU", "LSTM", "RNN"])
def test_layers_are_followed_as_their_cells(kind):
    torch.manual_seed(2)
    layers = getattr(torch.nn, kind)(1, 4, num_layers=2).double()
    cells = [getattr(torch.nn, f"{kind}Cell")(n, 4).double() for n in (1, 4)]
    for k, cell in enumerate(cells):
        cell.load_state_dict({n: getattr(layers, f"{n}_l{k}") for n, _ in cell.named_parameters()})
    module = torch.nn.ModuleList(cells)

    def step(x, state):
        half = len(state) // 2
        top, low = state[:half], state[half:]
        low = cells[0](x, low if half == 2 else low[0])
        low = low if half == 2 else (low,)
        top = cells[1](low[0], top if half == 2 else top[0])
        return (*(top if half == 2 else (top,)), *low)

    module.forward = step
    start = (torch.zeros(SEQUENCES, 4).double(),) * (4 if kind == "LSTM" else 2)
    one, other = (
        probe.examine(layers, inputs(), total),
        probe.examine(module, inputs(), total, start=start),
    )
    np.testing.assert_allclose(one.heard.sizes, other.heard.sizes, rtol=1e-8)
    np.testing.assert_allclose(one.stepped.sizes, other.stepped.sizes, rtol=1e-8)
    np.testing.assert_allclose(one.stepped.lost, other.stepped.lost, atol=1e-8)
    leading = (found.stepped.exponents[:, 0] for found in (one, other))
    np.testing.assert_allclose(*leading, rtol=0.05)  # directions begin in another order


@needs_torch
def test_nothing_is_left_behind_in_the_module():
    module = torch.nn.GRU(1, 3).double()
    before = [p.clone() for p in module.parameters()]
    probe.examine(module, inputs(), total)
    assert all(p.grad is None and p.requires_grad for p in module.parameters())
    assert all(map(torch.equal, before, module.parameters()))


@needs_torch
def test_units_that_never_move_are_dead_and_those_at_their_ends_saturated():
    bias = torch.tensor([0.0, -9.0, 9.0, 0.0]).double()

    def cell(x, h):
        moved = torch.tanh(x + bias + 0.5 * h)
        return moved * torch.tensor([0.0, 1.0, 1.0, 900.0])

    start = torch.zeros(SEQUENCES, 4).double()
    found = probe.step_through(cell, inputs(), total, start=start)
    assert found.dead.tolist() == [True, False, False, False]
    assert found.saturated.tolist() == [False, True, True, False]
    assert np.isnan(found.lost).all()
    with pytest.raises(ValueError, match="no gradient in its weights"):
        found.truncation()
    assert "truncation" not in str(probe.examine(cell, inputs(), total, start=start))


@needs_torch
def test_the_band_holds_eight_of_ten_sequences_about_the_median():
    heard = probe.Heard(np.outer(np.arange(1, 12) ** 2, [1.0, 0.1, 0.0]), 1)
    np.testing.assert_allclose(heard.typical, [36.0, 3.6, 0.0])
    np.testing.assert_allclose(heard.band, [[4.0, 0.4, 0.0], [100.0, 10.0, 0.0]])
    assert (heard.unheard, heard.horizon) == (1, 1.0)
    assert heard.half_life == pytest.approx(math.log10(2))


@needs_torch
def test_what_is_not_heard_and_what_does_not_fall_is_said():
    late = probe.examine(lambda x: total(x[3:] ** 2).sum(0), inputs())
    assert late.heard.unheard == 3
    assert "No gradient at all reaches the first 3 steps." in str(late)
    level = probe.examine(lambda x: total(x).sum(0), inputs())
    assert level.heard.horizon == level.heard.half_life == math.inf
    assert "Hears all 39 steps back" in str(level)
    assert "Up to there it does not fall." in str(level)
    idle = np.zeros((2, 1), bool)
    stepped = probe.Stepped(
        np.ones((2, 4)), np.array([1.0, 1.0, 1.0, 0.0]), np.zeros((2, 1)), *idle, 3
    )
    kept_all = probe.Examination(probe.Heard(np.ones((2, 3)), 1), stepped)
    assert "Any truncation would lose more than 1 %." in str(kept_all)
    single = probe.hear(lambda x: total(x).sum(0), inputs(steps=1))
    assert single.horizon == single.half_life == math.inf


@needs_torch
def test_where_most_sequences_hear_nothing_the_verdict_says_so():
    heard = probe.hear(lambda x: (x[:, :2] ** 2).sum((0, 2)).sum(), inputs())
    assert heard.horizon == heard.half_life == 0
    said = str(probe.Examination(heard, None))
    assert said.startswith("Hears nothing: at no lag")
    assert "halves" not in said
    with pytest.raises(AttributeError) as caught:
        probe.hear(torch.nn.GRU(1, 3, bidirectional=True).double(), inputs(), lambda s: s.sum(-1))
    assert caught.value.__notes__ == ["loss was handed what module returns, of type tuple"]


def dropping():
    return torch.nn.LSTM(1, 8, num_layers=2, dropout=0.5).double()


BAD = {
    "module must be a module": lambda x: (None, x),
    "inputs must be a torch.Tensor.*ndarray": lambda x: (torch.nn.GRU(1, 2), x.numpy()),
    "inputs must be a torch.Tensor of": lambda x: (torch.nn.GRU(1, 2), x.long()),
    r"inputs must have shape \(length, seq": lambda x: (torch.nn.GRU(1, 2), x[0]),
    "inputs must be finite": lambda x: (torch.nn.GRU(1, 2), x / 0),
    "loss must be a function": lambda x: (lambda x: x, x, 3),
    r"loss must return one number.*\(6,\)": lambda x: (lambda x: x, x),
    "loss must return one number.*float": lambda x: (lambda x: 1.0, x),
    "loss must be finite": lambda x: (lambda x: x.sum() / 0, x),
    "loss must have a gradient": lambda x: (lambda x: x.detach().sum(), x),
    "loss must depend on the inputs": lambda x: (lambda x: (0 * x).sum(), x),
    "its gradient is 0 in all": lambda x: (lambda x: torch.ones(1).requires_grad_().sum(), x),
    "loss must have a finite gradient": lambda x: (lambda x: (0 * x.sum()).sqrt(), x),
    "module must answer the same": lambda x: (dropping(), x, total),
}


@needs_torch
@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_answered_in_words(message):
    with pytest.raises((ValueError, TypeError), match=message):
        probe.examine(*BAD[message](inputs()))


STARTED = {
    "start must be of shape": lambda: ((lambda x, h: h), torch.zeros(3)),
    r"start must be of shape \(6, units\)": lambda: ((lambda x, h: h), torch.zeros(2, 3)),
    "start must be of shape.*one or a tuple": lambda: ((lambda x, h: h), "zeros"),
    "start must not be given": lambda: (torch.nn.GRU(1, 3).double(), torch.zeros(6, 3)),
    "module must return the next state": lambda: ((lambda x, h: h[:, :1] + x), torch.zeros(6, 3)),
    "module must return the next state,": lambda: ((lambda x, h: (h, h)), torch.zeros(6, 3)),
    "module must keep its state finite": lambda: ((lambda x, h: h / 0), torch.ones(6, 1)),
}


@needs_torch
@pytest.mark.parametrize("message", STARTED)
def test_a_bad_start_or_state_is_answered_in_words(message):
    module, start = STARTED[message]()
    with pytest.raises(ValueError, match=message):
        probe.step_through(module, inputs(), total, start=start)


@needs_torch
def test_other_bad_arguments_are_answered_in_words():
    gru = torch.nn.GRU(1, 3).double()
    with pytest.raises(ValueError, match="batch_first must be False, as that of module"):
        probe.hear(gru, inputs(), total, batch_first=True)
    with pytest.raises(TypeError, match="exponents must be an integer"):
        probe.step_through(gru, inputs(), total, exponents=2.0)
    found = probe.step_through(gru, inputs(), total, exponents=9)
    assert found.exponents.shape == (SEQUENCES, 3)
    with pytest.raises(ValueError, match="share must be from 0 to 1"):
        found.truncation(1.5)
    assert (found.truncation(1.0), found.truncation(0.0)) == (0, STEPS)


def test_without_torch_the_module_says_how_to_get_it():
    code = """
import sys
sys.modules["torch"] = None
from longterm import probe
try:
    probe.hear(len, None)
except ImportError as error:
    assert "pip install longterm[torch]" in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)
