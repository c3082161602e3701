"""Tasks that need a memory: what is heard, what is to be answered, and what counts as right.

A task is a small object with its settings. It draws batches of sequences, and judges answers;
it knows nothing of weights, and any of `models` may learn it (chapters 1, 6 and 8). An axis
after that of time runs over independent trials: each has sequences of its own.

The shapes of answers and targets are checked, the numbers are not, for speed: nan and inf come
back in what is computed of them.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.random import Generator

from longterm import _check
from longterm._types import Array, Booleans

__all__ = ["GOAL", "Batch", "Latching", "OneBit", "Parity", "Task", "TemporalOrder", "TwoSequence"]

GOAL = 0.8
"""Size of a target ±0.8: what Bengio et al. (1994) asked of the last signal, as reported."""


class Batch(NamedTuple):
    """Sequences for all trials, and what is to be answered at their end."""

    inputs: Array
    """(length, trials, sequences, channels)"""
    targets: Array
    """(trials, sequences, outputs)"""


class Task(Protocol):
    """What `training` and `models` ask of a task."""

    @property
    def channels(self) -> int:
        """Numbers that are heard at a step."""

    @property
    def outputs(self) -> int:
        """Numbers that are answered at the end."""

    @property
    def sequences(self) -> int:
        """Sequences an update."""

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Sequences and targets."""

    def loss(self, answers: Array, targets: Array) -> tuple[Array, Array]:
        """Loss of each sequence (trials, sequences), and its gradient in the answers."""

    def right(self, answers: Array, targets: Array) -> Booleans:
        """Whether each answer is right, (trials, sequences)."""


class _Sign:
    """One answer, whose sign is to be that of the target."""

    channels: ClassVar[int] = 1
    outputs: ClassVar[int] = 1
    sequences: ClassVar[int] = 20

    @np.errstate(all="ignore")
    def loss(self, answers: Array, targets: Array) -> tuple[Array, Array]:
        """Half the squared miss of each sequence, and its gradient in the answers."""
        misses = _compared(answers, targets, 1)
        return misses[..., 0] ** 2 / 2, misses

    @np.errstate(all="ignore")
    def right(self, answers: Array, targets: Array) -> Booleans:
        """Whether the answer has the sign of its target, (trials, sequences)."""
        _compared(answers, targets, 1)
        right: Booleans = (answers * targets)[..., 0] > 0
        return right


@dataclass(frozen=True)
class OneBit(_Sign):
    """Channel 0 is a bit ±1 at the first step, and then silent; noise is in all the others."""

    sequences: ClassVar[int] = 40
    noise: float = 0.1
    """Standard deviation of the noise, at least 0."""
    noisy: int = 10
    """Number of channels with noise."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        _refuse_negative(noise=self.noise)
        _check.room(1 + _check.size("noisy", self.noisy), "noisy")

    @property
    def channels(self) -> int:  # type: ignore[override]
        """The bit, and the noise."""
        return 1 + self.noisy

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Random bits, and noise; the target is the bit."""
        shape = _shape(length, trials, sequences, self.channels, rng, training)
        bits = rng.choice([-1.0, 1.0], size=shape[1:3])
        inputs = np.zeros(shape)
        inputs[..., 1:] = self.noise * rng.standard_normal((*shape[:3], self.noisy))
        inputs[0, ..., 0] = bits
        return Batch(inputs, bits[..., None])


@dataclass(frozen=True)
class Latching(_Sign):
    r"""The first L inputs are all +1 or all −1; later ones are noise. What did they say?

    .. math:: C = \tfrac12 \sum_{\text{classes}} (y - d)^2, \qquad d = \pm 0.8

    The loss is averaged over the sequences of a class. After Bengio, Simard and Frasconi (1994),
    as reported; they gave it to one unit, `models.Latch`, which learns its first inputs.
    """

    sequences: ClassVar[int] = 2
    noise: float = 0.2
    """Standard deviation of the later inputs, at least 0."""
    training_noise: float | None = None
    """The same while training, if it differs."""
    marked: int = 3
    """Number L of inputs that carry the class."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        _check.size("marked", self.marked)
        _refuse_negative(noise=self.noise)
        if self.training_noise is not None:
            _refuse_negative(training_noise=self.training_noise)

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Sequences of both classes in halves; the first half of the targets is -0.8."""
        shape = _shape(length, trials, sequences, 1, rng, training, self.marked)
        noise, targets = self.noise, _two_classes(shape)
        if training and self.training_noise is not None:
            noise = self.training_noise
        inputs = np.empty(shape)
        inputs[: self.marked] = np.sign(targets)
        rng.standard_normal(out=inputs[self.marked :])
        inputs[self.marked :] *= noise
        return Batch(inputs, targets)

    @np.errstate(all="ignore")
    def loss(self, answers: Array, targets: Array) -> tuple[Array, Array]:
        """Squared miss of each sequence, and its gradient; their mean is C."""
        misses = _compared(answers, targets, 1)
        return misses[..., 0] ** 2, 2 * misses


@dataclass(frozen=True)
class TwoSequence(_Sign):
    r"""Two beginnings are to be told apart after a long noise.

    The first L inputs are all +1 or all −1; later ones are noise. A sequence may be shorter
    than the length asked for: it then starts later, and nothing comes before it. After Bengio,
    Simard and Frasconi (1994) and Hochreiter and Schmidhuber (1997).
    """

    sequences: ClassVar[int] = 2
    noise: float = 0.2
    """Standard deviation of the later inputs, at least 0."""
    marked: int = 3
    """Number L of inputs that carry the class."""
    shortest: float = 0.5
    """Lengths are uniform from this share of the longest up to it."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        _check.size("marked", self.marked)
        _refuse_negative(noise=self.noise)
        if not 0 < _check.number("shortest", self.shortest) <= 1:
            raise ValueError(f"shortest must be above 0 and at most 1, got {self.shortest}")

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Sequences of both classes in halves; the first half of the targets is -0.8."""
        shape = _shape(length, trials, sequences, 1, rng, training, self.marked)
        targets = _two_classes(shape)
        least = max(self.marked, int(np.ceil(self.shortest * length)))
        first = length - rng.integers(least, length + 1, size=shape[1:])
        since = np.arange(length)[:, None, None, None] - first
        inputs = self.noise * rng.standard_normal(shape)
        inputs = np.where(since < self.marked, np.sign(targets), inputs)
        return Batch(np.where(since < 0, 0.0, inputs), targets)


@dataclass(frozen=True)
class Parity(_Sign):
    """Is the number of −1 among inputs ±1 even?

    Every input matters, the last as much as the first. After Bengio, Simard and Frasconi (1994),
    who gave it to two units.
    """

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Random signs; the target is their product, times 0.8."""
        shape = _shape(length, trials, sequences, 1, rng, training)
        inputs = rng.choice([-1.0, 1.0], size=shape)
        return Batch(inputs, GOAL * inputs.prod(axis=0))


@dataclass(frozen=True)
class TemporalOrder:
    """Two symbols, A or B each, come far apart among distractors; which came in which order?

    The first comes between a tenth and two tenths of the length, the second between four and
    five tenths; all else are four other symbols. The answer is one of AA, AB, BA, BB. After
    Hochreiter and Schmidhuber (1997) and Pascanu, Mikolov and Bengio (2013), who gave it to 50
    units.
    """

    channels: ClassVar[int] = 6
    outputs: ClassVar[int] = 4
    sequences: ClassVar[int] = 20

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Symbols as rows of the identity: A, B and four distractors; targets likewise."""
        shape = _shape(length, trials, sequences, self.channels, rng, training, least=10)
        symbols = rng.integers(2, 6, size=shape[:-1])
        order = rng.integers(0, 2, size=(2, trials, sequences))
        for symbol, tenth in zip(order, (1, 4), strict=True):
            first, last = tenth * length // 10, (tenth + 1) * length // 10
            place = rng.integers(first, last, size=(trials, sequences))
            np.put_along_axis(symbols, place[None], symbol[None], axis=0)
        return Batch(np.eye(6)[symbols], np.eye(4)[2 * order[0] + order[1]])

    @np.errstate(all="ignore")
    def loss(self, answers: Array, targets: Array) -> tuple[Array, Array]:
        """Surprise at the right answer (cross-entropy), and its gradient in the answers."""
        _compared(answers, targets, self.outputs)
        scores = answers - answers.max(axis=2, keepdims=True)
        shares = np.exp(scores)
        total = shares.sum(axis=2, keepdims=True)
        losses = np.log(total[..., 0]) - np.sum(scores * targets, axis=2)
        return losses, shares / total - targets

    @np.errstate(all="ignore")
    def right(self, answers: Array, targets: Array) -> Booleans:
        """Whether the largest answer is the right one, (trials, sequences)."""
        _compared(answers, targets, self.outputs)
        right: Booleans = answers.argmax(axis=2) == targets.argmax(axis=2)
        return right


def _compared(answers: Array, targets: Array, outputs: int) -> Array:
    """Answers less targets, which must have the same shape."""
    sizes = {"outputs": outputs}
    for name, value in (("answers", answers), ("targets", targets)):
        _check.fits(name, value, ("trials", "sequences", "outputs"), sizes)
    misses: Array = answers - targets
    return misses


def _two_classes(shape: tuple[int, ...]) -> Array:
    """Targets: -0.8 in the first half of the sequences, +0.8 in the second."""
    _, trials, sequences, _ = shape
    row = np.where(np.arange(sequences) < sequences // 2, -GOAL, GOAL)
    return np.broadcast_to(row[:, None], (trials, sequences, 1))


def _shape(
    length: int,
    trials: int,
    sequences: int,
    channels: int,
    rng: Generator,
    training: bool,
    least: int = 1,
) -> tuple[int, int, int, int]:
    """Shape of the inputs of a batch, all that is asked for checked."""
    length, trials = _check.size("length", length, least), _check.size("trials", trials)
    sequences, _ = _check.size("sequences", sequences), _check.generator(rng)
    _check.flag("training", training)
    _check.room(length * trials * sequences * channels, "length, trials and sequences")
    return length, trials, sequences, channels


def _refuse_negative(**values: float) -> None:
    for name, given in values.items():
        value = _check.number(name, given)
        if not 0 <= value <= 1e300:
            raise ValueError(f"{name} must be from 0 to 1e300, got {value}")
