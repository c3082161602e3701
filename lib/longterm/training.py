"""Training many networks at once, and how often it succeeds (chapters 1, 6 and 8).

A task of `tasks`, a model of `models` and an optimiser of `optimisers` make a training.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import ndtri

from longterm import _check
from longterm._types import Array, Booleans
from longterm.models import Model, Parameters
from longterm.optimisers import SGD, Optimiser
from longterm.progress import progress
from longterm.sweeps import sweep
from longterm.tasks import Task

__all__ = [
    "Outcome",
    "Share",
    "descend",
    "learning_curve",
    "score",
    "success_curve",
    "success_rate",
    "wilson_interval",
]

_DIVERGED = 1e6
_BLOCK = 4 * 10**6  # numbers that a block of test sequences may take


class Share(NamedTuple):
    """A share of trials; it prints itself with its interval."""

    successes: int
    trials: int

    @property
    def rate(self) -> float:
        """The share, from 0 to 1."""
        return self.successes / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """Its Wilson interval of 95 %."""
        return wilson_interval(self.successes, self.trials)

    def errors_from(self, other: "Share") -> float:
        """How many standard errors two shares are apart, if what is behind them is one share."""
        (k, n), (other_k, other_n) = self, other
        pooled = (k + other_k) / (n + other_n)
        error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
        return abs(self.rate - other.rate) / error if error else 0.0

    def __str__(self) -> str:
        """Such as ``72 % of 100 (63 to 80 %)``, with a decimal for 1000 trials or more."""
        digits = 0 if self.trials < 1000 else 1
        rate, low, high = (f"{100 * p:.{digits}f}" for p in (self.rate, *self.interval))
        return f"{rate} % of {self.trials} ({low} to {high} %)"


class Outcome(NamedTuple):
    """How often training succeeded, and what came out of it; it prints itself as a `Share`."""

    rate: float
    """Share of the trials that succeeded."""
    interval: tuple[float, float]
    """Its Wilson interval of 95 %."""
    scores: Array
    """Share of fresh sequences that each trial got right, (trials,)."""
    solved: Booleans
    """Which trials succeeded, (trials,)."""
    parameters: Parameters
    """What each trial has learned, the first axis over the trials."""

    def __repr__(self) -> str:
        """The share of the trials that succeeded, and its interval."""
        return str(Share(int(self.solved.sum()), len(self.solved)))

    @property
    def failures(self) -> Parameters:
        """The parameters of the trials that failed."""
        return type(self.parameters)(*(p[~self.solved] for p in self.parameters))

    @property
    def successes(self) -> Parameters:
        """The parameters of the trials that succeeded."""
        return type(self.parameters)(*(p[self.solved] for p in self.parameters))


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    r"""Interval for a probability, from the number of successes (Wilson, 1927).

    .. math:: \frac{k + z^2/2 \pm z \sqrt{k (n - k) / n + z^2 / 4}}{n + z^2}

    The probabilities p whose distance from k/n is at most z of their own standard errors,
    :math:`\sqrt{p(1 - p)/n}`. It stays inside [0, 1], and has a width when k is 0 or n.

    Parameters
    ----------
    successes, trials : int
        The counts k and n, with 0 ≤ k ≤ n and n at least 1.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : float
    """
    trials = _check.size("trials", trials)
    successes = _check.size("successes", successes, least=0)
    if successes > trials:
        raise ValueError(f"successes must be at most trials, {trials}, got {successes}")
    if not 0 < _check.number("confidence", confidence) < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    z = ndtri((1 + confidence) / 2)
    middle = successes + z**2 / 2
    reach = z * np.sqrt(successes * (trials - successes) / trials + z**2 / 4)
    low = (middle - reach) / (trials + z**2) if successes else 0.0  # exact at both ends
    high = (middle + reach) / (trials + z**2) if successes < trials else 1.0
    return float(low), float(high)


def descend(
    task: Task,
    model: Model,
    length: int,
    trials: int,
    *,
    rng: Generator,
    updates: int = 2000,
    optimiser: Optimiser | None = None,
    sequences: int | None = None,
) -> Iterator[Parameters]:
    """Train all trials at once, update by update.

    A trial whose weights or gradients leave ±10⁶ or the range of floats stays where it is.

    Parameters
    ----------
    task : Task
        What is to be learned, such as ``tasks.Latching()``.
    model : Model
        What learns it, such as ``models.LSTM(3.0)``.
    length, trials : int
        Length of the sequences, and number of independent trials.
    rng : numpy.random.Generator
        Source of the starts and the sequences.
    updates : int
        Number of updates, at least 0.
    optimiser : SGD or Adam
        ``SGD()`` if not given.
    sequences : int
        Fresh sequences an update; that of the task if not given.

    Yields
    ------
    parameters : NamedTuple
        The start, and then what every update leaves; to be read before the next one is asked
        for, since the arrays change in place.
    """
    _check_pair(task, model)
    updates = _check.size("updates", updates, least=0)
    _check.room(updates, "updates")
    optimiser = SGD() if optimiser is None else optimiser
    if isinstance(optimiser, type) or not callable(getattr(optimiser, "step", None)):
        raise TypeError(f"optimiser must be SGD or Adam, got {type(optimiser).__name__}")
    sequences = _check.size("sequences", task.sequences if sequences is None else sequences)
    length, trials = _check.size("length", length), _check.size("trials", trials)
    _check.room(length * trials * sequences * model.numbers, "length, trials and sequences")
    _keep_freed_memory()
    start, state = model.start(task, trials, rng=rng), None
    flat, free = _flat(start), _trained(model, start)
    alive = np.ones((len(flat), 1), dtype=bool)
    parameters = _parts(flat, start)
    yield parameters
    for _ in progress(range(updates), f"training {trials} trials of length {length}"):
        batch = task.batch(length, trials, sequences, rng=rng, training=True)
        with np.errstate(over="ignore", invalid="ignore"):
            run = model.run(parameters, batch.inputs)
            _, misses = task.loss(run.answers, batch.targets)
            gradient = _flat(model.gradients(parameters, run, misses / sequences)) * free
            alive &= np.isfinite(gradient).all(axis=1, keepdims=True)
            step, state = optimiser.step(np.where(alive, gradient, 0.0), state)
            alive &= np.abs(flat + step).max(axis=1, keepdims=True) < _DIVERGED
        flat += np.where(alive, step, 0.0)
        yield parameters


def success_rate(
    task: Task,
    model: Model,
    length: int,
    trials: int,
    *,
    rng: Generator,
    updates: int = 2000,
    optimiser: Optimiser | None = None,
    sequences: int | None = None,
    criterion: float = 0.95,
    tests: int = 200,
) -> Outcome:
    """How often training succeeds: train all trials at once, then test each on fresh sequences.

    Parameters
    ----------
    task, model, length, trials, rng, updates, optimiser, sequences
        As for `descend`. With ``updates=0`` the start itself is tested: random guessing.
    criterion : float
        A trial succeeds if it gets at least this share right, above 0 and at most 1.
    tests : int
        Number of fresh sequences for each trial.

    Returns
    -------
    Outcome
        The rate, its Wilson interval, and the scores and parameters of all trials.
    """
    how: dict[str, Any] = {"optimiser": optimiser, "sequences": sequences}
    how |= {"criterion": criterion, "tests": tests}
    updates = _check.size("updates", updates, least=0)
    (_, outcome), *_ = learning_curve(task, model, length, trials, [updates], rng=rng, **how)
    return outcome


def success_curve(
    task: Task,
    model: Model,
    lengths: Iterable[int],
    trials: int,
    *,
    rng: Generator,
    executor: Executor | None = None,
    **how: Any,
) -> list[tuple[int, Outcome]]:
    """How often training succeeds at each of several lengths, on one core or on many.

    Parameters
    ----------
    task, model
        As for `success_rate`.
    lengths : iterable of int
        Lengths of the sequences.
    trials
        As for `success_rate`.
    rng : numpy.random.Generator
        Each length gets a child of its own: the curve is the same whichever executor computes
        it, and a length more at the end changes none before.
    executor : concurrent.futures.Executor
        Who trains the lengths, as for `longterm.sweeps.sweep`; a plain loop if not given.
    **how
        All else that `success_rate` takes.

    Returns
    -------
    list of (int, Outcome)
        What `success_curves`, a figure of chapter 6, draws under one label.
    """
    _check_pair(task, model)
    trials = _check.size("trials", trials)
    if not isinstance(lengths, Iterable) or isinstance(lengths, str | bytes):
        raise TypeError(f"lengths must be integers, got {type(lengths).__name__}")
    lengths = [_check.size("lengths", length) for length in lengths]
    work = partial(success_rate, task, model, trials=trials, **how)
    outcomes = sweep(work, lengths, rng=rng, executor=executor, cost=float)
    return list(zip(lengths, outcomes, strict=True))


def learning_curve(
    task: Task,
    model: Model,
    length: int,
    trials: int,
    updates: Sequence[int],
    *,
    rng: Generator,
    optimiser: Optimiser | None = None,
    sequences: int | None = None,
    criterion: float = 0.95,
    tests: int = 200,
) -> list[tuple[int, Outcome]]:
    """How often training has succeeded after each of several numbers of updates.

    Parameters
    ----------
    task, model, length, trials
        As for `success_rate`.
    updates : sequence of int
        Numbers of updates, each at least 0, in ascending order.
    rng, optimiser, sequences, criterion, tests
        As for `success_rate`.

    Returns
    -------
    list of (int, Outcome)
        The same trials at each of these numbers.
    """
    if not 0 < _check.number("criterion", criterion) <= 1:
        raise ValueError(f"criterion must be above 0 and at most 1, got {criterion}")
    _check.room(_check.size("tests", tests), "tests")
    if np.ndim(_check.integers("updates", updates)) != 1:
        raise ValueError(f"updates must be a sequence of integers, got {updates!r}")
    counts = [_check.size("updates", count, least=0) for count in updates]
    if not counts or counts != sorted(set(counts)):
        raise ValueError(f"updates must be one or more numbers in ascending order, got {updates}")
    how: dict[str, Any] = {"updates": counts[-1], "optimiser": optimiser, "sequences": sequences}
    curve = []
    for count, now in enumerate(descend(task, model, length, trials, rng=rng, **how)):
        if count in counts:
            parameters = type(now)(*(p.copy() for p in now))
            scores = score(task, model, parameters, length, tests=tests, rng=rng)
            solved = scores >= criterion
            share = Share(int(solved.sum()), len(solved))
            curve.append((count, Outcome(share.rate, share.interval, scores, solved, parameters)))
    return curve


def score(
    task: Task,
    model: Model,
    parameters: Parameters,
    length: int,
    *,
    rng: Generator,
    tests: int = 200,
) -> Array:
    """Share of fresh sequences that each trial gets right.

    Parameters
    ----------
    task, model
        As for `descend`.
    parameters : NamedTuple
        What was learned, the first axis over the trials.
    length : int
        Length of the sequences.
    rng : numpy.random.Generator
        Source of the sequences.
    tests : int
        Number of the sequences.

    Returns
    -------
    ndarray of shape (trials,)
    """
    _check_pair(task, model)
    tests, rng = _check.size("tests", tests), _check.generator(rng)
    _check.room(tests, "tests")
    length = _check.size("length", length)
    _check_parameters(parameters)
    trials = len(parameters[0])
    if trials == 0:
        return np.empty(0)
    share = length * trials * model.numbers
    block, right = 2 * max(1, _BLOCK // (2 * share)), np.zeros(trials)
    for first in range(0, tests, block):
        batch = task.batch(length, trials, min(block, tests - first), rng=rng)
        answers = model.run(parameters, batch.inputs).answers
        right += task.right(answers, batch.targets).sum(axis=1)
    return right / tests


def _check_pair(task: Task, model: Model) -> None:
    """Refuse what is no task or no model."""
    for name, value, needed in (("task", task, "batch"), ("model", model, "gradients")):
        if isinstance(value, type) or not callable(getattr(value, needed, None)):
            raise TypeError(f"{name} must be one of {name}s, got {type(value).__name__}")


def _check_parameters(parameters: Parameters) -> None:
    """Refuse what is no `NamedTuple` of arrays; `Model.run` looks at their shapes."""
    if not hasattr(parameters, "_fields") or not all(np.ndim(p) > 0 for p in parameters):
        kind = type(parameters).__name__
        raise TypeError(f"parameters must be what a model starts with, got {kind}")


def _keep_freed_memory() -> None:
    """Tell glibc to keep freed memory, once and for all.

    It hands a large array back to the system when that is freed, and the next one pays for each
    of its pages again: a fifth of a training's time. A free of 32 MB, never touched, raises its
    threshold to that size.
    """
    np.empty(2**25 - 2**16, dtype=np.uint8)


def _trained(model: Model, parameters: Parameters) -> Array:
    """1 for each column of `_flat` that is trained, 0 for the others."""
    columns = [
        np.full(p[0].size, name in model.trained)
        for name, p in zip(parameters._fields, parameters, strict=True)
    ]
    return np.concatenate(columns).astype(float)


def _flat(parameters: Iterable[Array]) -> Array:
    """All parameters of a trial in one row."""
    return np.concatenate([p.reshape(len(p), -1) for p in parameters], axis=1)


def _parts(flat: Array, like: Parameters) -> Parameters:
    """Views of the rows in the shapes of `like`."""
    ends = np.cumsum([p[0].size for p in like])[:-1]
    parts = zip(np.split(flat, ends, axis=1), like, strict=True)
    return type(like)(*(part.reshape(p.shape) for part, p in parts))
