"""Training many networks at once, and how often it succeeds (chapter 6)."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.random import Generator
from scipy.special import ndtri

from longterm import _check
from longterm._types import Array, Booleans
from longterm.dynamics import clip_by_norm
from longterm.progress import progress
from longterm.sweeps import sweep
from longterm.tasks import TASKS, Parameters, Task, _refuse_odd, _refuse_sizes

_DIVERGED = 1e6
_BLOCK = 4 * 10**6  # numbers that a block of test sequences may take


class Optimiser(Protocol):
    """What `descend` asks of an optimiser.

    The numbers of gradients are not checked, for speed: nan and inf come back in the steps.
    """

    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), and what to remember."""


@dataclass(frozen=True)
class SGD:
    """Plain gradient descent, its gradient shortened where it is longer than `clip`."""

    rate: float = 0.1
    """Learning rate, above 0."""
    clip: float | None = None
    """Greatest norm of the gradient of one trial, over all that is trained; None for no limit."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        _check.positive("rate", self.rate)
        if self.clip is not None:
            _check.positive("clip", self.clip)

    @np.errstate(all="ignore")
    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), and what to remember.

        Without a `clip` the numbers are not checked: nan and inf come back in the step.
        """
        _check.fits("gradient", gradient, ("trials", "n"), {})
        if self.clip is not None:
            gradient = clip_by_norm(gradient, self.clip)
        return -self.rate * gradient, state


@dataclass(frozen=True)
class Adam:
    r"""Gradient descent in which each parameter has its own rate, by its latest gradients.

    .. math:: p \leftarrow p - \eta\, \frac{\hat m}{\sqrt{\hat s} + \varepsilon}

    with running means m of the gradient and s of its square, freed of their bias towards 0
    (Kingma and Ba, 2015).
    """

    rate: float = 0.01
    """Learning rate η, above 0."""
    memory: tuple[float, float] = (0.9, 0.999)
    """How much of m and of s an update keeps."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        _check.positive("rate", self.rate)
        memory = _check.array("memory", self.memory, real=True)
        if memory.shape != (2,) or np.any((memory < 0) | (memory >= 1)):
            raise ValueError(f"memory must be two numbers in [0, 1), got {self.memory}")

    @np.errstate(all="ignore")
    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), and what to remember.

        The numbers are not checked: nan and inf come back in the step.
        """
        _check.fits("gradient", gradient, ("trials", "n"), {})
        if state is not None and not (isinstance(state, tuple) and len(state) == 3):
            raise TypeError("state must be None, or what the step before returned")
        m, s, count = state or (0.0, 0.0, 0)
        (keep_m, keep_s), count = self.memory, count + 1
        m = keep_m * m + (1 - keep_m) * gradient
        s = keep_s * s + (1 - keep_s) * gradient**2
        scale = np.sqrt(s / (1 - keep_s**count)) + 1e-8
        return -self.rate * m / (1 - keep_m**count) / scale, (m, s, count)


class Outcome(NamedTuple):
    """How often training succeeded, and what came out of it."""

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

    @property
    def failures(self) -> Parameters:
        """The parameters of the trials that failed."""
        return type(self.parameters)(*(p[~self.solved] for p in self.parameters))


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

    Raises
    ------
    TypeError
        If a count is no integer.
    ValueError
        If a value is out of range.
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
    task: str | Task,
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
    task : str or object
        One of the names in `tasks.TASKS`, or an object of the classes in `tasks`.
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

    Raises
    ------
    TypeError
        If a size is no integer, `rng` no generator, or `task` no task.
    ValueError
        If a size is out of range or the task unknown.
    """
    task, updates = _task(task), _check.size("updates", updates, least=0)
    _check.room(updates, "updates")
    optimiser = SGD() if optimiser is None else optimiser
    if isinstance(optimiser, type) or not callable(getattr(optimiser, "step", None)):
        raise TypeError(f"optimiser must be SGD or Adam, got {type(optimiser).__name__}")
    sequences = task.sequences if sequences is None else sequences
    _refuse_sizes(task, length, trials, sequences, rng)
    start, state = task.start(trials, rng=rng), None
    flat, free = _flat(start), _trained(task, start)
    alive = np.ones((len(flat), 1), dtype=bool)
    parameters = _parts(flat, start)
    yield parameters
    for _ in progress(range(updates), f"training {trials} trials of length {length}"):
        batch = task.batch(length, trials, sequences, rng=rng, training=True)
        with np.errstate(over="ignore", invalid="ignore"):
            _, gradients = task.loss_and_gradients(parameters, batch)
            gradient = _flat(gradients) * free
            alive &= np.isfinite(gradient).all(axis=1, keepdims=True)
            step, state = optimiser.step(np.where(alive, gradient, 0.0), state)
            alive &= np.abs(flat + step).max(axis=1, keepdims=True) < _DIVERGED
        flat += np.where(alive, step, 0.0)
        yield parameters


def success_rate(
    task: str | Task,
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
    task, length, trials, rng, updates, optimiser, sequences
        As for `descend`. With ``updates=0`` the start itself is tested: random guessing.
    criterion : float
        A trial succeeds if it gets at least this share right, above 0 and at most 1.
    tests : int
        Number of fresh sequences for each trial.

    Returns
    -------
    Outcome
        The rate, its Wilson interval, and the scores and parameters of all trials.

    Raises
    ------
    TypeError, ValueError
        As `descend`, or if `criterion` or `tests` is out of range.
    """
    how: dict[str, Any] = {"optimiser": optimiser, "sequences": sequences}
    how |= {"criterion": criterion, "tests": tests}
    updates = _check.size("updates", updates, least=0)
    return learning_curve(task, length, trials, [updates], rng=rng, **how)[0][1]


def success_curve(
    task: str | Task,
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
    task
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
        What `longterm.figures.long_spans.success_curves` draws under one label.

    Raises
    ------
    TypeError, ValueError
        As `success_rate`, with a note which names the length, or if `executor` is no executor.
    """
    task, trials = _task(task), _check.size("trials", trials)
    if not isinstance(lengths, Iterable) or isinstance(lengths, str | bytes):
        raise TypeError(f"lengths must be integers, got {type(lengths).__name__}")
    lengths = [_check.size("lengths", length) for length in lengths]
    work = partial(success_rate, task, trials=trials, **how)
    outcomes = sweep(work, lengths, rng=rng, executor=executor, cost=float)
    return list(zip(lengths, outcomes, strict=True))


def learning_curve(
    task: str | Task,
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
    task, length, trials
        As for `success_rate`.
    updates : sequence of int
        Numbers of updates, each at least 0, in ascending order.
    rng, optimiser, sequences, criterion, tests
        As for `success_rate`.

    Returns
    -------
    list of (int, Outcome)
        The same trials at each of these numbers.

    Raises
    ------
    TypeError, ValueError
        As `success_rate`, or if `updates` is empty or not in ascending order.
    """
    if not 0 < _check.number("criterion", criterion) <= 1:
        raise ValueError(f"criterion must be above 0 and at most 1, got {criterion}")
    task, tests = _task(task), _check.size("tests", tests)
    if np.ndim(_check.integers("updates", updates)) != 1:
        raise ValueError(f"updates must be a sequence of integers, got {updates!r}")
    counts = [_check.size("updates", count, least=0) for count in updates]
    if not counts or counts != sorted(set(counts)):
        raise ValueError(f"updates must be one or more numbers in ascending order, got {updates}")
    how: dict[str, Any] = {"updates": counts[-1], "optimiser": optimiser, "sequences": sequences}
    curve = []
    for count, now in enumerate(descend(task, length, trials, rng=rng, **how)):
        if count in counts:
            parameters = type(now)(*(p.copy() for p in now))
            scores = score(task, parameters, length, tests=tests, rng=rng)
            curve.append((count, _outcome(scores, criterion, parameters)))
    return curve


def _outcome(scores: Array, criterion: float, parameters: Parameters) -> Outcome:
    solved = scores >= criterion
    count, trials = int(solved.sum()), len(solved)
    return Outcome(count / trials, wilson_interval(count, trials), scores, solved, parameters)


def score(
    task: str | Task, parameters: Parameters, length: int, *, rng: Generator, tests: int = 200
) -> Array:
    """Share of fresh sequences that each trial gets right.

    Parameters
    ----------
    task : str or object
        As for `descend`.
    parameters : NamedTuple
        What it was trained to, the first axis over the trials.
    length : int
        Length of the sequences.
    rng : numpy.random.Generator
        Source of the sequences.
    tests : int
        Number of the sequences.

    Returns
    -------
    ndarray of shape (trials,)

    Raises
    ------
    TypeError, ValueError
        As `descend`.
    """
    task, tests, rng = _task(task), _check.size("tests", tests), _check.generator(rng)
    _check.room(tests, "tests")
    _check_parameters(task, parameters)
    _refuse_odd(task, tests, "tests")
    trials, length = len(parameters[0]), _check.size("length", length)
    if trials == 0:
        return np.empty(0)
    share = length * trials * getattr(task, "units", 1)
    block, right = 2 * max(1, _BLOCK // (2 * share)), np.zeros(trials)
    for first in range(0, tests, block):
        batch = task.batch(length, trials, min(block, tests - first), rng=rng)
        right += task.right(parameters, batch).sum(axis=1)
    return right / tests


def _check_parameters(task: Task, parameters: Parameters) -> None:
    """Refuse all but arrays like those with which a trial of the task starts."""
    one = task.start(1, rng=np.random.default_rng(0))
    axes, sizes = [], dict[str, int]()
    for part in one:
        sizes |= {str(size): size for size in part.shape[1:]}
        axes.append(("trials", *map(str, part.shape[1:])))
    _check.record("parameters", parameters, type(one), tuple(axes), sizes)


def _task(task: str | Task) -> Task:
    if isinstance(task, str):
        return TASKS[_check.one_of("task", task, tuple(TASKS))]
    if isinstance(task, type) or not hasattr(task, "loss_and_gradients"):
        raise TypeError(f"task must be a name or a task, got {type(task).__name__}")
    return task


def _trained(task: Task, parameters: Parameters) -> Array:
    """1 for each column of `_flat` that is trained, 0 for the others."""
    columns = [
        np.full(p[0].size, name in task.trained)
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
