r"""Networks that learn the tasks: plain, leaky, with skips, gated, and a latch (chapters 1, 6, 8).

A model is a small object with its settings. What it learns are its parameters, a `NamedTuple`
of arrays whose first axis runs over independent networks, one a trial: `start` draws them for a
task, `run` lets them hear sequences, and `gradients` goes back through time.

A run carries the `states` of the units, what they keep in time (x, or the c of an LSTM), and
their `signals`, what other units hear (:math:`\tanh x`, or :math:`o \tanh c`). Row t of both is
that after the input of step t, and row 0 is 0.

The shapes of arrays are checked, the numbers are not, for speed: nan and inf among them come
back in what is computed of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from longterm import _check
from longterm._types import Array
from longterm.starts import orthogonal, with_radius
from longterm.tasks import Task

__all__ = [
    "LSTM",
    "STARTS",
    "BitMemory",
    "Latch",
    "LatchWeights",
    "Leaky",
    "Model",
    "Parameters",
    "Plain",
    "Run",
    "Skips",
    "Units",
    "Weights",
]

Parameters = Any
"""What a model learns: a `NamedTuple` of arrays, the first axis of each over the networks."""


class Run(NamedTuple):
    """What networks did with the sequences that they heard."""

    inputs: Array
    """What was heard, (length, networks, sequences, channels)"""
    states: Array
    """What the units kept, (length + 1, networks, sequences, units)"""
    signals: Array
    """What other units heard of them, of the same shape"""
    answers: Array
    """What the networks said at the end, (networks, sequences, outputs)"""
    gates: Array | None = None
    """Of an LSTM: i, f, o and what is new, (length, networks, sequences, 4 units)"""

    def __repr__(self) -> str:
        """The sizes, not the numbers."""
        length, networks, sequences, units = self.states.shape
        sizes = f"{networks} networks of {units} units, {sequences} sequences of {length - 1}"
        return f"Run({sizes})"


class Model(ABC):
    """What `training` asks of a model, and what follows from it."""

    trained: tuple[str, ...]
    """Names of the parameters that are trained; the others stay as they start."""

    @property
    def numbers(self) -> int:
        """Numbers that a step takes a sequence."""
        return 1

    @abstractmethod
    def start(self, task: Task, trials: int, *, rng: Generator) -> Parameters:
        """What each trial starts with."""

    @abstractmethod
    def run(self, parameters: Parameters, inputs: Array) -> Run:
        """States, signals and answers of each network on its own sequences."""

    @abstractmethod
    def gradients(self, parameters: Parameters, run: Run, misses: Array) -> Parameters:
        """Gradients of a loss in all parameters, from those in the answers, `misses`."""

    @abstractmethod
    def input_gradients(self, parameters: Parameters, run: Run, misses: Array) -> Array:
        """Gradients of a loss in all inputs, from those in the answers, `misses`."""

    @np.errstate(all="ignore")
    def gradient_by_lag(self, parameters: Parameters, run: Run) -> Array:
        """Size of the gradient of the answers' sum in the inputs k steps before the end.

        It is the root mean square over the sequences, (length, networks). All models can be
        compared by it, whatever their states are.
        """
        slopes = self.input_gradients(parameters, run, np.ones_like(run.answers))
        sizes: Array = np.sqrt(np.sum(slopes**2, axis=3).mean(axis=2))
        return sizes[::-1]

    def weight_count(self, task: Task) -> int:
        """How many numbers are trained for a task."""
        start = self.start(task, 1, rng=np.random.default_rng(0))
        return sum(part.size for name, part in start._asdict().items() if name in self.trained)


# --- One unit ------------------------------------------------------------------------------


class LatchWeights(NamedTuple):
    """What latches have learned."""

    w: Array
    """The weight of the unit, (networks,)"""
    inputs: Array
    """The learned inputs of both classes, (networks, 2, marked)"""


@dataclass(frozen=True)
class Latch(Model):
    r"""One unit that is to hold one bit; it learns its first inputs themselves.

    .. math:: x_t = w \tanh(x_{t-1}) + u_t

    For :math:`t \le L` the input :math:`u_t` is a parameter, one for each class: the class of a
    sequence is the sign of what it begins with. After Bengio, Simard and Frasconi (1994).
    """

    w: float = 1.25
    """The weight at the start."""
    spread: float = 0.1
    """Standard deviation of the learned inputs at the start."""
    marked: int = 3
    """Number L of learned inputs."""
    trained: tuple[str, ...] = ("w", "inputs")
    """Names of what is trained; the rest stays as it starts."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        _check.number("w", self.w)
        _check.room(2 * _check.size("marked", self.marked), "marked")
        _check_spread_and_names(self.spread, self.trained, LatchWeights)

    def start(self, task: Task, trials: int, *, rng: Generator) -> LatchWeights:
        """Every weight the same, small random inputs."""
        trials, rng = _check.size("trials", trials), _check.generator(rng)
        if (_checked(task).channels, task.outputs) != (1, 1):
            raise ValueError(f"task must have one channel and one answer for a latch, got {task}")
        _check.room(trials * 2 * self.marked, "trials")
        inputs = self.spread * rng.standard_normal((trials, 2, self.marked))
        return LatchWeights(np.full(trials, float(self.w)), inputs)

    @np.errstate(all="ignore")
    def run(self, parameters: LatchWeights, inputs: Array) -> Run:
        """States and signals; the last signal is the answer."""
        sizes = {"marked": self.marked, "classes": 2, "channels": 1}
        axes = ("networks",), ("networks", "classes", "marked")
        _check_run(parameters, LatchWeights, axes, inputs, sizes, self.marked)
        states = np.empty((len(inputs) + 1, *inputs.shape[1:]))
        states[0], states[1:] = 0.0, inputs
        networks = np.arange(inputs.shape[1])[:, None]
        learned = parameters.inputs[networks, _classes(inputs)]
        states[1 : self.marked + 1, ..., 0] = learned.transpose(2, 0, 1)
        signals, w = np.zeros_like(states), _for_each(parameters.w, inputs)
        push = np.empty_like(w)
        for before, state, signal in zip(signals[:-1], states[1:], signals[1:], strict=True):
            np.add(state, np.multiply(w, before, out=push), out=state)
            np.tanh(state, out=signal)
        return Run(inputs, states, signals, signals[-1])

    @np.errstate(all="ignore")
    def gradients(self, parameters: LatchWeights, run: Run, misses: Array) -> LatchWeights:
        """Gradients in the weight and the learned inputs, from those in the answers."""
        flow = self.input_gradients(parameters, run, misses)
        of_class = (_classes(run.inputs)[:, None] == [[0], [1]]).astype(float)
        inputs = of_class @ flow[: self.marked, ..., 0].transpose(1, 2, 0).copy()
        flow *= run.signals[:-1]  # now the terms of the gradient in w
        return LatchWeights(flow.sum(axis=0)[..., 0].sum(axis=1), inputs)

    @np.errstate(all="ignore")
    def input_gradients(self, parameters: LatchWeights, run: Run, misses: Array) -> Array:
        """Gradients in all inputs, the learned ones included, from those in the answers."""
        _check_misses(run, misses)
        flow, w = 1 - run.signals**2, _for_each(parameters.w, run.inputs)
        flow[-1] *= misses
        back = np.empty_like(w)
        for later, earlier in pairwise(flow[:0:-1]):
            np.multiply(earlier, np.multiply(w, later, out=back), out=earlier)
        return flow[1:]


def _classes(inputs: Array) -> Any:
    """0 or 1 for each sequence, by the sign of its first input."""
    return (inputs[0, ..., 0] > 0).astype(int)


def _for_each(w: Array, inputs: Array) -> Array:
    """The weight of each network for each of its sequences, in one piece of memory."""
    return np.repeat(w, inputs.shape[2]).reshape(inputs.shape[1:])


# --- Networks ------------------------------------------------------------------------------


class Weights(NamedTuple):
    r"""What networks of several units have learned.

    The recurrent weights, the entry and the bias have n rows for each thing that a unit computes
    of what it hears: one, or the four of an LSTM. The recurrent weights have n columns for each
    signal of the past that is heard: one, or two with skips.
    """

    recurrent: Array
    """W, (networks, rows, columns)"""
    entry: Array
    """V, (networks, rows, channels)"""
    bias: Array
    """b, (networks, rows)"""
    readout: Array
    """R, (networks, outputs, units)"""
    offset: Array
    """c, (networks, outputs)"""


_AXES = (
    ("networks", "rows", "columns"),
    ("networks", "rows", "channels"),
    ("networks", "rows"),
    ("networks", "outputs", "units"),
    ("networks", "outputs"),
)

STARTS = ("uniform", "orthogonal", "echo state")


@dataclass(frozen=True, kw_only=True)
class Units(Model):
    r"""Units that hear :math:`V s_t + b` and the past, and answer :math:`R\,h_T + c`.

    What the readout is not trained for, the first units say themselves.
    """

    rows: ClassVar[int] = 1
    columns: ClassVar[int] = 1
    units: int = 5
    """Units n."""
    spread: float = 0.5
    """Weights start uniform on ±spread, biases at 0."""
    start_from: str = "uniform"
    """Recurrent weights uniform on ±spread, ``"orthogonal"``, or ``"echo state"``: uniform, then
    rescaled to `radius`."""
    radius: float = 0.95
    """Spectral radius of an echo-state start, above 0."""
    trained: tuple[str, ...] = ("recurrent", "entry")
    """Names of what is trained; the rest stays as it starts."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        _check.size("units", self.units)
        _check.one_of("start_from", self.start_from, STARTS)
        _check.positive("radius", self.radius)
        _check_spread_and_names(self.spread, self.trained, Weights)

    @property
    def numbers(self) -> int:
        """Numbers that a step takes a sequence."""
        return self.rows * self.units

    def start(self, task: Task, trials: int, *, rng: Generator) -> Weights:
        """Weights uniform on ±spread, biases and recurrent weights as the settings say.

        A plain network is drawn first: models of as many units have the same readout.
        """
        trials, rng = _check.size("trials", trials), _check.generator(rng)
        n, channels, outputs = self.units, _checked(task).channels, task.outputs
        rows, columns = self.rows, self.columns
        _check.room(trials * (rows * n * (columns * n + channels) + outputs * n), "trials")

        def draw(*shape: int) -> Array:
            """Weights uniform on ±spread."""
            return rng.uniform(-self.spread, self.spread, (trials, *shape))

        blocks, entry, readout = draw(1, 1, n, n), draw(n, channels), draw(outputs, n)
        if rows * columns > 1:
            blocks = draw(rows, columns, n, n)
        if self.start_from == "orthogonal":
            blocks = orthogonal(n, rng=rng, stack=blocks.shape[:3])
        elif self.start_from == "echo state":
            blocks = with_radius(blocks, self.radius)
        if rows > 1:
            entry = draw(rows * n, channels)
        if "readout" not in self.trained:
            readout[:] = np.eye(outputs, n)
        recurrent = blocks.swapaxes(2, 3).reshape(trials, rows * n, columns * n)
        bias = np.zeros((trials, rows * n))
        return Weights(recurrent, entry, bias, readout, np.zeros((trials, outputs)))

    @np.errstate(all="ignore")
    def run(self, parameters: Weights, inputs: Array) -> Run:
        """States, signals and answers of each network on its own sequences."""
        n = self.units
        sizes = {"rows": self.rows * n, "columns": self.columns * n, "units": n}
        _check_run(parameters, Weights, _AXES, inputs, sizes)
        length, networks, sequences, _ = inputs.shape
        _check.room((length + 1) * networks * sequences * self.numbers, "inputs")
        drive = _times(parameters.entry)(inputs)
        drive += np.repeat(parameters.bias[:, None], sequences, axis=1)
        states = np.empty((length + 1, networks, sequences, n))
        signals = np.empty_like(states)
        states[0] = signals[0] = 0.0
        gates = self._advance(parameters.recurrent, drive, states, signals)
        answers = signals[-1] @ parameters.readout.swapaxes(1, 2) + parameters.offset[:, None]
        return Run(inputs, states, signals, answers, gates)

    @np.errstate(all="ignore")
    def gradients(self, parameters: Weights, run: Run, misses: Array) -> Weights:
        """Gradients of a loss in all parameters, from those in the answers, `misses`."""
        errors = self.errors(parameters, run, misses)
        return Weights(
            _sum_of_products(errors, self._heard(run.signals)),
            _sum_of_products(errors, run.inputs),
            _sum_by_network(errors),
            misses.swapaxes(1, 2) @ run.signals[-1],
            misses.sum(axis=1),
        )

    @np.errstate(all="ignore")
    def errors(self, parameters: Weights, run: Run, misses: Array) -> Array:
        r"""Gradients in what drives the units at each step, from those in the answers.

        Of a plain network they are :math:`\partial L / \partial x_t` for t = 1, …, T, of shape
        (length, networks, sequences, units); of an LSTM there are four for each unit.
        """
        _check_misses(run, misses)
        return self._back(parameters.recurrent, run, misses @ parameters.readout)

    @np.errstate(all="ignore")
    def input_gradients(self, parameters: Weights, run: Run, misses: Array) -> Array:
        """Gradients of a loss in all inputs, from those in the answers, `misses`."""
        return self.errors(parameters, run, misses) @ parameters.entry

    @abstractmethod
    def _advance(self, W: Array, drive: Array, states: Array, signals: Array) -> Array | None:
        """Fill in states and signals, and return the gates if there are any."""

    @abstractmethod
    def _back(self, W: Array, run: Run, error: Array) -> Array:
        """Gradients in the drive of each step, given that in the last signals."""

    def _heard(self, signals: Array) -> Array:
        """The past signals that the recurrent weights multiply, one row a step."""
        return signals[:-1]


@dataclass(frozen=True)
class Plain(Units):
    r"""The plain network, :math:`x_t = W \tanh(x_{t-1}) + V s_t + b`."""

    def _advance(self, W: Array, drive: Array, states: Array, signals: Array) -> None:
        hear = _times(W)
        for t, u in enumerate(drive, 1):
            np.add(hear(signals[t - 1]), u, out=states[t])
            np.tanh(states[t], out=signals[t])

    def _back(self, W: Array, run: Run, error: Array) -> Array:
        back, flow = _times(W.swapaxes(1, 2)), np.square(run.signals[1:])
        np.subtract(1, flow, out=flow)
        flow[-1:] *= error
        for t in range(len(flow) - 1, 0, -1):
            flow[t - 1] *= back(flow[t])
        return flow


@dataclass(frozen=True)
class Leaky(Units):
    r"""Units that keep a part α of their state.

    .. math:: x_t = \alpha\,x_{t-1} + (1 - \alpha)\,\bigl(W \tanh(x_{t-1}) + V s_t + b\bigr)
    """

    leak: float | tuple[float, ...] = 0.9
    """α in [0, 1), one number or one a unit; 0 is the plain network."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        super().__post_init__()
        leak = _check.array("leak", self.leak, real=True)
        if leak.shape not in ((), (self.units,)) or np.any((leak < 0) | (leak >= 1)):
            form = f"one number in [0, 1) or one for each of {self.units} units"
            raise ValueError(f"leak must be {form}, got {self.leak}")

    def _advance(self, W: Array, drive: Array, states: Array, signals: Array) -> None:
        hear, leak = _times(W), np.asarray(self.leak)
        for t, u in enumerate(drive, 1):
            states[t] = leak * states[t - 1] + (1 - leak) * (hear(signals[t - 1]) + u)
            np.tanh(states[t], out=signals[t])

    def _back(self, W: Array, run: Run, error: Array) -> Array:
        back, leak = _times(W.swapaxes(1, 2)), np.asarray(self.leak)
        flow = 1 - run.signals[1:] ** 2
        flow[-1:] *= error
        for t in range(len(flow) - 1, 0, -1):
            flow[t - 1] *= back((1 - leak) * flow[t])
            flow[t - 1] += leak * flow[t]
        return (1 - leak) * flow


@dataclass(frozen=True)
class Skips(Units):
    r"""Units that also hear the signals of d steps ago, through weights S of their own.

    .. math:: x_t = W \tanh(x_{t-1}) + S \tanh(x_{t-d}) + V s_t + b

    The recurrent weights are W and S side by side.
    """

    columns: ClassVar[int] = 2
    delay: int = 5
    """d, at least 1."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        super().__post_init__()
        _check.size("delay", self.delay)

    def _advance(self, W: Array, drive: Array, states: Array, signals: Array) -> None:
        near, far = (_times(half) for half in np.split(W, 2, axis=2))
        for t, u in enumerate(drive, 1):
            states[t] = near(signals[t - 1]) + u
            if t > self.delay:
                states[t] += far(signals[t - self.delay])
            np.tanh(states[t], out=signals[t])

    def _back(self, W: Array, run: Run, error: Array) -> Array:
        near, far = (_times(half.swapaxes(1, 2)) for half in np.split(W, 2, axis=2))
        slopes, flow = 1 - run.signals[1:] ** 2, np.zeros_like(run.signals[1:])
        flow[-1:] = slopes[-1:] * error
        for t in range(len(flow) - 2, -1, -1):
            flow[t] = near(flow[t + 1])
            if t + self.delay < len(flow):
                flow[t] += far(flow[t + self.delay])
            flow[t] *= slopes[t]
        return flow

    def _heard(self, signals: Array) -> Array:
        late = np.zeros_like(signals[:-1])
        late[self.delay - 1 :] = signals[: max(0, len(signals) - self.delay)]
        return np.concatenate([signals[:-1], late], axis=-1)


@dataclass(frozen=True)
class LSTM(Units):
    r"""Gated units: a state c that is kept, written and read through gates.

    .. math:: c_t = f_t\,c_{t-1} + i_t \tanh(\cdot), \qquad y_t = o_t \tanh(c_t)

    Gates are :math:`\sigma(\cdot)`; every dot is a weighted sum of :math:`y_{t-1}` and the input,
    and a bias. After Hochreiter and Schmidhuber (1997), with a forget gate; no peepholes. The
    rows of the weights are in the order i, f, o, new.
    """

    rows: ClassVar[int] = 4
    forget_bias: float = 1.0
    """The bias of the forget gates at the start; the other biases start at 0."""
    trained: tuple[str, ...] = field(default=("recurrent", "entry", "bias"), kw_only=True)
    """Names of what is trained; the rest stays as it starts."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        super().__post_init__()
        _check.number("forget_bias", self.forget_bias)

    def start(self, task: Task, trials: int, *, rng: Generator) -> Weights:
        """Weights uniform on ±spread; the biases of the forget gates as the settings say."""
        weights = super().start(task, trials, rng=rng)
        weights.bias[:, self.units : 2 * self.units] = self.forget_bias
        return weights

    def _advance(self, W: Array, drive: Array, states: Array, signals: Array) -> Array:
        hear = _times(W)
        i, f, o, new = np.split(drive, 4, axis=-1)  # each turns into its gate
        for t, gates in enumerate(drive):
            gates += hear(signals[t])
            expit(gates[..., : -self.units], out=gates[..., : -self.units])
            np.tanh(new[t], out=new[t])
            states[t + 1] = f[t] * states[t] + i[t] * new[t]
            signals[t + 1] = o[t] * np.tanh(states[t + 1])
        return drive

    def _back(self, W: Array, run: Run, error: Array) -> Array:
        assert run.gates is not None
        back, bounded = _times(W.swapaxes(1, 2)), np.tanh(run.states[1:])
        i, f, o, new = np.split(run.gates, 4, axis=-1)
        slopes = run.gates * (1 - run.gates)
        slopes[..., -self.units :] = 1 - new**2
        errors = np.concatenate([new, run.states[:-1], bounded, i], axis=-1) * slopes
        to_i, to_f, to_o, to_new = np.split(errors, 4, axis=-1)
        through, kept = o * (1 - bounded**2), np.zeros_like(error)
        for t in range(len(errors) - 1, -1, -1):
            kept += error * through[t]  # the gradient in the state c
            for part in (to_i[t], to_f[t], to_new[t]):
                part *= kept
            to_o[t] *= error
            kept *= f[t]
            error = back(errors[t])
        return errors


@dataclass(frozen=True)
class BitMemory(Plain):
    """The plain network of chapter 1, which learns `tasks.OneBit`.

    It has one unit for each channel with noise. That noise goes to the unit as it is; what is
    learned are the recurrent weights, the way in of the bit, and the readout.
    """

    gain: float = 0.8
    """Recurrent weights start normal with standard deviation gain/√n, the others with 1/√n."""
    units: int = field(default=10, kw_only=True)
    trained: tuple[str, ...] = field(default=("recurrent", "entry", "readout"), kw_only=True)

    def __post_init__(self) -> None:
        """Validate the settings."""
        super().__post_init__()
        _check.positive("gain", self.gain)

    def start(self, task: Task, trials: int, *, rng: Generator) -> Weights:
        """Normal weights, without a bias."""
        trials, rng, n = _check.size("trials", trials), _check.generator(rng), self.units
        if (_checked(task).channels, task.outputs) != (n + 1, 1):
            raise ValueError(f"task must have {n + 1} channels and one answer, got {task}")
        _check.room(trials * n * (2 * n + 2), "trials")
        recurrent = self.gain * rng.standard_normal((trials, n, n)) / np.sqrt(n)
        bit, readout = rng.standard_normal((2, trials, n)) / np.sqrt(n)
        entry = np.concatenate([bit[..., None], np.broadcast_to(np.eye(n), (trials, n, n))], axis=2)
        return Weights(
            recurrent, entry, np.zeros((trials, n)), readout[:, None], np.zeros((trials, 1))
        )

    def gradients(self, parameters: Weights, run: Run, misses: Array) -> Weights:
        """Gradients in all parameters, those in the ways of the noise left out."""
        gradients = super().gradients(parameters, run, misses)
        gradients.entry[..., 1:] = 0.0
        return gradients


# --- Parts ---------------------------------------------------------------------------------


def _times(W: Array) -> Callable[[Array], Array]:
    """What multiplies signals (..., networks, sequences, n) with the weights of their network."""
    if W.shape[2] == 1:  # plain products are faster, those of long rows the more
        column = W[:, None, :, 0]

        def scaled(signals: Array) -> Array:
            wide = np.repeat(signals, W.shape[1], axis=-1)
            wide *= np.repeat(column, signals.shape[-2], axis=-2)
            return wide

        return scaled
    transposed = np.ascontiguousarray(W.swapaxes(1, 2))
    return lambda signals: signals @ transposed


def _sum_by_network(errors: Array) -> Array:
    """Sum over steps and sequences; NumPy adds rows that lie together faster than strewn ones."""
    _, networks, _, n = errors.shape
    total: Array = errors.swapaxes(1, 2).reshape(-1, networks * n).sum(axis=0)
    return total.reshape(networks, n)


def _sum_of_products(left: Array, right: Array) -> Array:
    """Sum over steps and sequences of the outer products, one matrix a network."""
    total: Array
    if left.shape[2] >= 8:  # one product a step and network is faster than two copies
        total = (left.swapaxes(2, 3) @ right).sum(axis=0)
        return total
    left, right = (np.moveaxis(a, 1, 0).reshape(a.shape[1], -1, a.shape[-1]) for a in (left, right))
    total = left.swapaxes(1, 2) @ right
    return total


def _checked(task: Task) -> Task:
    """Refuse what is no task."""
    if isinstance(task, type) or not hasattr(task, "channels"):
        raise TypeError(f"task must be a task, such as tasks.Parity(), got {type(task).__name__}")
    return task


def _check_run(
    parameters: Parameters,
    kind: Any,
    axes: tuple[tuple[str, ...], ...],
    inputs: Array,
    sizes: dict[str, int],
    least: int = 0,
) -> None:
    """Refuse parameters and inputs that do not fit each other and the model."""
    _check.record("parameters", parameters, kind, axes, sizes)
    _check.fits("inputs", inputs, ("steps", "networks", "sequences", "channels"), sizes)
    if len(inputs) < least:
        raise ValueError(f"inputs must have at least {least} steps, got {len(inputs)}")


def _check_misses(run: Run, misses: Array) -> None:
    if not isinstance(run, Run):
        raise TypeError(f"run must be a Run, got {type(run).__name__}")
    if not isinstance(misses, np.ndarray) or misses.shape != run.answers.shape:
        raise ValueError(f"misses must have shape {run.answers.shape}, as the answers of the run")


def _check_spread_and_names(spread: float, trained: tuple[str, ...], kind: Any) -> None:
    if not 0 <= _check.number("spread", spread) <= 1e300:
        raise ValueError(f"spread must be from 0 to 1e300, got {spread}")
    if not isinstance(trained, tuple | list):
        raise TypeError(f"trained must be a tuple of names, got {type(trained).__name__}")
    for name in trained:
        _check.one_of("trained", name, kind._fields)
