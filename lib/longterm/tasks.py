r"""Tasks that need a memory, each a generator of batches (chapter 6).

A task knows how its networks start, how sequences are drawn, and what counts as right; it is
a small object with its settings. An axis after that of time runs over independent trials: each
trial has a network of its own, and sequences of its own. `training` does the rest.

The shapes of what a task is given are checked, the numbers are not, for speed: nan and inf in
networks or batches come back in what is computed of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.random import Generator

from longterm import _check, rnn
from longterm._types import Array, Booleans

GOAL = 0.8
"""Size of a target ±0.8: what Bengio et al. (1994) asked of the last signal, as reported."""


class Batch(NamedTuple):
    """Sequences for all trials, and what is to be answered at their end."""

    inputs: Array
    """(length, trials, sequences, channels)"""
    targets: Array
    """(trials, sequences, outputs)"""


_SEQUENCES = ("steps", "networks", "sequences", "channels")
_TARGETS = ("networks", "sequences", "outputs")

Parameters = Any
"""What a task trains: a `NamedTuple` of arrays, the first axis of each over the trials."""

Draw = Callable[..., Array]


class Task(Protocol):
    """What `training` asks of a task."""

    @property
    def trained(self) -> tuple[str, ...]:
        """Names of what is trained."""

    @property
    def sequences(self) -> int:
        """Sequences an update."""

    def start(self, trials: int, *, rng: Generator) -> Parameters:
        """What each trial starts with."""

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Sequences and targets."""

    def loss_and_gradients(
        self, parameters: Parameters, batch: Batch, /
    ) -> tuple[Array, Parameters]:
        """Loss of each trial, and its gradients."""

    def right(self, parameters: Parameters, batch: Batch, /) -> Booleans:
        """Whether each answer is right."""


class LatchWeights(NamedTuple):
    """What each trial of a latch has learned."""

    w: Array
    """The weight of the unit, (trials,)"""
    inputs: Array
    """The trained inputs of both classes, (trials, 2, marked)"""


@dataclass(frozen=True)
class Latch:
    r"""One unit that is to hold one bit; its first inputs are trained themselves.

    .. math:: x_t = w \tanh(x_{t-1}) + u_t, \qquad
       C = \tfrac12 \sum_{\text{classes}} (\tanh x_T - d)^2, \qquad d = \pm 0.8

    For :math:`t \le L` the input :math:`u_t` is a parameter, one for each class; later it is
    noise. The loss is averaged over the sequences of a class. After Bengio, Simard and
    Frasconi (1994), as reported.
    """

    noise: float = 0.2
    """Standard deviation of the later inputs, at least 0."""
    training_noise: float | None = None
    """The same while training, if it differs."""
    marked: int = 3
    """Number L of trained inputs."""
    w: float = 1.25
    """The weight at the start."""
    spread: float = 0.1
    """Standard deviation of the trained inputs at the start."""
    trained: tuple[str, ...] = ("w", "inputs")
    """Names of what is trained; the rest stays as it starts."""
    sequences: ClassVar[int] = 2
    """One sequence of each class an update."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        _check.room(2 * _check.size("marked", self.marked), "marked")
        _check.number("w", self.w)
        noises = ("noise",) if self.training_noise is None else ("noise", "training_noise")
        _refuse_negative(self, *noises, "spread")
        _refuse_unknown(self, LatchWeights._fields)

    def start(self, trials: int, *, rng: Generator) -> LatchWeights:
        """Every weight the same, small random inputs."""
        trials, rng = _check.size("trials", trials), _check.generator(rng)
        _check.room(trials * 2 * self.marked, "trials")
        inputs = self.spread * rng.standard_normal((trials, 2, self.marked))
        return LatchWeights(np.full(trials, float(self.w)), inputs)

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Noise, and 0 where the trained inputs come; the first half of the targets is -0.8."""
        shape = _shape(self, length, trials, sequences, rng, 1)
        training, noise = _check.flag("training", training), self.noise
        if training and self.training_noise is not None:
            noise = self.training_noise
        inputs = np.empty(shape)
        inputs[: self.marked] = 0.0
        rng.standard_normal(out=inputs[self.marked :])
        inputs[self.marked :] *= noise
        return Batch(inputs, np.broadcast_to(_two_classes(sequences), (trials, sequences, 1)))

    @np.errstate(all="ignore")
    def run(self, weights: LatchWeights, batch: Batch) -> Array:
        """Signals tanh(x), of shape (length + 1, trials, sequences, 1)."""
        sizes = {"marked": self.marked, "classes": 2, "channels": 1, "outputs": 1}
        axes = ("networks",), ("networks", "classes", "marked")
        _check.record("weights", weights, LatchWeights, axes, sizes)
        _check_batch(batch, sizes, self.marked)
        each = batch.inputs.shape[2] // 2
        trained = np.repeat(weights.inputs, each, axis=1) if each > 1 else weights.inputs
        signals = rnn._from_rest(batch.inputs)
        signals[1 : self.marked + 1, ..., 0] += trained.transpose(2, 0, 1)
        return rnn._advance(weights.w[:, None, None], signals)

    @np.errstate(all="ignore")
    def loss_and_gradients(self, weights: LatchWeights, batch: Batch) -> tuple[Array, LatchWeights]:
        """Loss of each trial, and its gradients by back-propagation through time."""
        signals, each = self.run(weights, batch), batch.inputs.shape[2] // 2
        misses = (signals[-1] - batch.targets) / each
        flow = rnn._flow(weights.w[:, None, None], signals, misses * (1 - signals[-1] ** 2))
        entry = flow[1 : self.marked + 1, :, :, 0].reshape(self.marked, len(weights.w), 2, each)
        inputs = entry.sum(axis=3).transpose(1, 2, 0)
        flow[1:] *= signals[:-1]  # now the terms of the gradient in w
        gradients = LatchWeights(flow[1:].sum(axis=0).sum(axis=(1, 2)), inputs)
        return each / 2 * np.sum(misses**2, axis=(1, 2)), gradients

    @np.errstate(all="ignore")
    def right(self, weights: LatchWeights, batch: Batch) -> Booleans:
        """Whether the last state has the sign of its target, (trials, sequences)."""
        right: Booleans = (self.run(weights, batch)[-1] * batch.targets)[..., 0] > 0
        return right


class _NetworkTask(ABC):
    """What tasks for a `rnn.Network` share: its start, its loss, and who is right."""

    channels: ClassVar[int] = 1
    outputs: ClassVar[int] = 1
    sequences: ClassVar[int] = 20
    """Sequences an update."""
    units: int
    spread: float
    trained: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        _check.size("units", self.units)
        _refuse_negative(self, "spread", *(("noise",) if hasattr(self, "noise") else ()))
        _refuse_unknown(self, rnn.Network._fields)

    def start(self, trials: int, *, rng: Generator) -> rnn.Network:
        """Weights uniform on ±spread, biases 0."""
        trials, rng, n = _check.size("trials", trials), _check.generator(rng), self.units
        _check.room(trials * n * (n + self.channels + self.outputs), "trials and units")

        def draw(*shape: int) -> Array:
            """Weights uniform on ±spread."""
            return rng.uniform(-self.spread, self.spread, (trials, *shape))

        return rnn.Network(
            draw(n, n),
            draw(n, self.channels),
            np.zeros((trials, n)),
            self._readout(draw),
            np.zeros((trials, self.outputs)),
        )

    def run(self, net: rnn.Network, batch: Batch) -> Array:
        """Signals tanh(x), of shape (length + 1, trials, sequences, units)."""
        return self._forward(net, batch)[0]

    @np.errstate(all="ignore")
    def loss_and_gradients(self, net: rnn.Network, batch: Batch) -> tuple[Array, rnn.Network]:
        """Mean loss of each trial, and its gradients by back-propagation through time."""
        signals, answers = self._forward(net, batch)
        losses, misses = self._misses(answers, batch.targets)
        sequences = answers.shape[1]
        gradients, _ = rnn.backward(net, batch.inputs, signals, misses / sequences)
        return losses.sum(axis=1) / sequences, gradients

    @np.errstate(all="ignore")
    def right(self, net: rnn.Network, batch: Batch) -> Booleans:
        """Whether the answer is right, (trials, sequences)."""
        return self._is_right(self._forward(net, batch)[1], batch.targets)

    def _forward(self, net: rnn.Network, batch: Batch) -> tuple[Array, Array]:
        """Signals and answers for a batch that fits this task."""
        _check_batch(batch, {"channels": self.channels, "outputs": self.outputs})
        signals, answers = rnn.forward(net, batch.inputs)
        if answers.shape != batch.targets.shape:
            raise ValueError(f"net must give {batch.targets.shape} answers, not {answers.shape}")
        return signals, answers

    @abstractmethod
    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Sequences and targets."""

    @abstractmethod
    def _readout(self, draw: Draw) -> Array:
        """The readout at the start."""

    @abstractmethod
    def _misses(self, answers: Array, targets: Array) -> tuple[Array, Array]:
        """Loss of each sequence, and its gradient in the answers."""

    @abstractmethod
    def _is_right(self, answers: Array, targets: Array) -> Booleans:
        """Whether each answer is right."""


class _SignTask(_NetworkTask):
    """The signal of the first unit is to be ±0.8 at the end; its sign is the answer."""

    def _readout(self, draw: Draw) -> Array:
        readout = np.zeros_like(draw(1, self.units))
        readout[..., 0] = 1.0
        return readout

    def _misses(self, answers: Array, targets: Array) -> tuple[Array, Array]:
        misses = answers - targets
        return np.sum(misses**2, axis=2) / 2, misses

    def _is_right(self, answers: Array, targets: Array) -> Booleans:
        """Whether the answer has the sign of its target."""
        right: Booleans = (answers * targets)[..., 0] > 0
        return right


@dataclass(frozen=True)
class TwoSequence(_SignTask):
    r"""A few fully connected units are to tell two beginnings apart after a long noise.

    The first L inputs are all +1 or all −1; later ones are noise. A sequence may be shorter
    than the length asked for: it then starts later, and nothing comes before it. There are no
    biases. After Bengio, Simard and Frasconi (1994) and Hochreiter and Schmidhuber (1997).
    """

    noise: float = 0.2
    """Standard deviation of the later inputs, at least 0."""
    marked: int = 3
    """Number L of inputs that carry the class."""
    shortest: float = 0.5
    """Lengths are uniform from this share of the longest up to it."""
    units: int = 5
    """Units n."""
    spread: float = 0.5
    """Weights start uniform on ±spread."""
    trained: tuple[str, ...] = ("recurrent", "entry")
    """Names of what is trained; the rest stays as it starts."""
    sequences: ClassVar[int] = 2
    """One sequence of each class an update."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        super().__post_init__()
        _check.size("marked", self.marked)
        if not 0 < _check.number("shortest", self.shortest) <= 1:
            raise ValueError(f"shortest must be above 0 and at most 1, got {self.shortest}")

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Sequences of both classes in halves; the first half of the targets is -0.8."""
        shape = _shape(self, length, trials, sequences, rng, 1)
        _check.flag("training", training)
        targets = np.broadcast_to(_two_classes(sequences), shape[1:])
        least = max(self.marked, int(np.ceil(self.shortest * length)))
        first = length - rng.integers(least, length + 1, size=shape[1:])
        since = np.arange(length)[:, None, None, None] - first
        inputs = self.noise * rng.standard_normal(shape)
        inputs = np.where(since < self.marked, np.sign(targets), inputs)
        return Batch(np.where(since < 0, 0.0, inputs), targets)


@dataclass(frozen=True)
class Parity(_SignTask):
    """Two units are to say whether the number of −1 among inputs ±1 is even.

    Every input matters, the last as much as the first. After Bengio, Simard and Frasconi (1994).
    """

    units: int = 2
    """Units n."""
    spread: float = 0.5
    """Weights start uniform on ±spread."""
    trained: tuple[str, ...] = ("recurrent", "entry", "bias")
    """Names of what is trained; the rest stays as it starts."""

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Random signs; the target is their product, times 0.8."""
        shape = _shape(self, length, trials, sequences, rng, 1)
        _check.flag("training", training)
        inputs = rng.choice([-1.0, 1.0], size=shape)
        return Batch(inputs, GOAL * inputs.prod(axis=0))


@dataclass(frozen=True)
class TemporalOrder(_NetworkTask):
    """Two symbols, A or B each, come far apart among distractors; which came in which order?

    The first comes between a tenth and two tenths of the length, the second between four and
    five tenths; all else are four other symbols. The answer is one of AA, AB, BA, BB. After
    Hochreiter and Schmidhuber (1997) and Pascanu, Mikolov and Bengio (2013).
    """

    channels: ClassVar[int] = 6
    outputs: ClassVar[int] = 4

    units: int = 50
    """Units n."""
    spread: float = 0.1
    """Weights start uniform on ±spread."""
    trained: tuple[str, ...] = rnn.Network._fields
    """Names of what is trained; the rest stays as it starts."""

    marked: ClassVar[int] = 10
    """The least length at which both places exist."""

    def _readout(self, draw: Draw) -> Array:
        return draw(self.outputs, self.units)

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Symbols as rows of the identity: A, B and four distractors; targets likewise."""
        shape = _shape(self, length, trials, sequences, rng, self.channels)
        _check.flag("training", training)
        symbols = rng.integers(2, 6, size=shape[:-1])
        order = rng.integers(0, 2, size=(2, trials, sequences))
        for symbol, tenth in zip(order, (1, 4), strict=True):
            first, last = tenth * length // 10, (tenth + 1) * length // 10
            place = rng.integers(first, last, size=(trials, sequences))
            np.put_along_axis(symbols, place[None], symbol[None], axis=0)
        return Batch(np.eye(6)[symbols], np.eye(4)[2 * order[0] + order[1]])

    def _misses(self, answers: Array, targets: Array) -> tuple[Array, Array]:
        scores = answers - answers.max(axis=2, keepdims=True)
        shares = np.exp(scores)
        total = shares.sum(axis=2, keepdims=True)
        losses = np.log(total[..., 0]) - np.sum(scores * targets, axis=2)
        return losses, shares / total - targets

    def _is_right(self, answers: Array, targets: Array) -> Booleans:
        """Whether the largest answer is the right one."""
        right: Booleans = answers.argmax(axis=2) == targets.argmax(axis=2)
        return right


def _two_classes(sequences: int) -> Array:
    """Targets (sequences, 1): -0.8 in the first half, +0.8 in the second."""
    return np.where(np.arange(sequences) < sequences // 2, -GOAL, GOAL)[:, None]


def _check_batch(batch: Batch, sizes: dict[str, int], least: int = 1) -> None:
    """Refuse what is no batch of at least so many steps, of even classes if it is a latch's."""
    _check.record("batch", batch, Batch, (_SEQUENCES, _TARGETS), sizes)
    if sizes["steps"] < least or sizes["sequences"] == 0:
        raise ValueError(
            f"batch must have at least {least} steps and 1 sequence, got {batch.inputs.shape}"
        )


def _refuse_sizes(task: Task, length: int, trials: int, sequences: int, rng: Generator) -> None:
    """Refuse what `batch` would refuse, before anything is drawn; tasks of others see to it."""
    inner = getattr(task, "task", task)
    if isinstance(inner, Latch | _NetworkTask):
        _shape(inner, length, trials, sequences, rng, getattr(inner, "channels", 1))


def _refuse_odd(task: Task, count: int, name: str) -> None:
    """Refuse an odd number of sequences where half of them are of either class."""
    if isinstance(getattr(task, "task", task), Latch | TwoSequence) and count % 2:
        raise ValueError(f"{name} must be even, half of each class, got {count}")


def _shape(
    task: Task, length: int, trials: int, sequences: int, rng: Generator, channels: int
) -> tuple[int, int, int, int]:
    """Shape of the inputs of a batch, its sizes checked."""
    least = getattr(task, "marked", 1)
    length, trials = _check.size("length", length, least), _check.size("trials", trials)
    sequences, _ = _check.size("sequences", sequences), _check.generator(rng)
    _refuse_odd(task, sequences, "sequences")
    room = length * trials * sequences * max(channels, getattr(task, "units", 1))
    _check.room(room, "length, trials and sequences")
    return length, trials, sequences, channels


def _refuse_negative(task: object, *names: str) -> None:
    for name in names:
        value = _check.number(name, getattr(task, name))
        if value < 0:
            raise ValueError(f"{name} must be at least 0, got {value}")
        if value > 1e300:
            raise ValueError(f"{name} must be at most 1e300, got {value}")


def _refuse_unknown(task: Task, fields: Collection[str]) -> None:
    if not isinstance(task.trained, tuple | list):
        raise TypeError(f"trained must be a tuple of names, got {type(task.trained).__name__}")
    for name in task.trained:
        _check.one_of("trained", name, fields)


TASKS: dict[str, Task] = {
    "latch": Latch(),
    "two_sequence": TwoSequence(),
    "parity": Parity(),
    "temporal_order": TemporalOrder(),
}
"""The four tasks with their usual settings, by name."""
