r"""What helps: leaks, skips, gates and starts that keep a gradient (chapter 8).

A `Remedy` is a task of `tasks` whose network has another cell, or another start. It goes where
a task goes: `training.success_rate` and `training.descend` train it on the same sequences, with
the same loss and the same criterion.

The shapes of what a cell or a remedy is given are checked, the numbers are not, for speed: nan
and inf in networks or batches come back in what is computed of them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr

from longterm import _check, rnn
from longterm._types import Array, Booleans, Numbers
from longterm.tasks import Batch, TwoSequence, _check_batch, _NetworkTask

# --- Half-lives ----------------------------------------------------------------------------


def half_life(rate: ArrayLike) -> Array:
    r"""Steps in which a memory halves that is multiplied by a fixed rate.

    .. math:: H = \frac{\ln \tfrac12}{\ln r}, \qquad r^H = \tfrac12

    Parameters
    ----------
    rate : array_like
        The factor r of one step, from 0 to 1: the leak of a leaky unit, or an open forget gate.

    Returns
    -------
    ndarray of float
        0 at rate 0, and infinity at rate 1.

    Raises
    ------
    TypeError
        If `rate` is not real.
    ValueError
        If it is not finite or outside [0, 1].
    """
    rate = _share("rate", rate)
    with np.errstate(divide="ignore"):
        steps: Array = np.log(2) / np.abs(np.log(rate))
    return steps


def leak_for(half_life: ArrayLike) -> Array:
    r"""The leak with which a memory halves in so many steps.

    .. math:: \alpha = 2^{-1/H}

    Parameters
    ----------
    half_life : array_like
        H, above 0.

    Returns
    -------
    ndarray of float

    Raises
    ------
    TypeError
        If `half_life` is not real.
    ValueError
        If it is not finite and above 0.
    """
    with np.errstate(over="ignore"):
        return np.exp2(-1 / _positives("half_life", half_life))


def gate_half_life(bias: ArrayLike) -> Array:
    r"""Steps in which the memory of a forget gate halves that stands at its bias.

    .. math:: f = \sigma(b) = \frac{1}{1 + e^{-b}}, \qquad H = \frac{\ln 2}{\ln(1 + e^{-b})}

    Parameters
    ----------
    bias : array_like
        The bias b of the gate. What reaches the gate besides is taken to be 0.

    Returns
    -------
    ndarray of float
        It grows as :math:`e^b \ln 2` for large b; infinity where that leaves the range of floats.

    Raises
    ------
    TypeError
        If `bias` is not real.
    ValueError
        If it is not finite.
    """
    bias = _check.array("bias", bias, real=True)
    with np.errstate(over="ignore", divide="ignore"):
        steps: Array = np.log(2) / np.logaddexp(0, -bias)
    return steps


def gate_bias(half_life: ArrayLike) -> Array:
    r"""The forget bias with which a memory halves in so many steps.

    .. math:: b = -\ln\bigl(2^{1/H} - 1\bigr)

    Parameters
    ----------
    half_life : array_like
        H, above 0.

    Returns
    -------
    ndarray of float

    Raises
    ------
    TypeError
        If `half_life` is not real.
    ValueError
        If it is not finite and above 0, or below 1e-300.
    """
    exponent = np.log(2) / _positives("half_life", half_life, least=1e-300)
    bias: Array = -exponent - np.log(-np.expm1(-exponent))
    return bias


def retention(rate: ArrayLike, steps: int, noise: float, marked: int = 3) -> Array:
    r"""Chance that a linear memory still has the sign of its bit, in noise.

    .. math:: c_t = r\,c_{t-1} + s_t, \qquad
       P = \Phi\Bigl(\frac{r^{T-L}\,(1 + r + \dots + r^{L-1})}
       {\nu \sqrt{1 + r^2 + \dots + r^{2(T-L-1)}}}\Bigr)

    The first L inputs :math:`s_t` are the bit, ±1; the later ones are noise of standard
    deviation :math:`\nu`. A factor before :math:`s_t`, such as the :math:`1-\alpha` of a leaky
    unit, cancels.

    Parameters
    ----------
    rate : array_like
        The factor r of one step, from 0 to 1; 1 is an integrator.
    steps : int
        T, at least L.
    noise : float
        :math:`\nu`, above 0.
    marked : int
        L, at least 1.

    Returns
    -------
    ndarray of float, of the shape of `rate`

    Raises
    ------
    TypeError
        If a size is no integer, or a number not real.
    ValueError
        If a value is out of range.
    """
    rate, marked = _share("rate", rate), _check.size("marked", marked)
    steps, noise = _check.size("steps", steps), _check.positive("noise", noise)
    if steps < marked:
        raise ValueError(f"steps must be at least marked, {marked}, got {steps}")
    _check.room(rate.size * steps, "rate and steps")
    powers = np.power.outer(rate, np.arange(steps))
    with np.errstate(divide="ignore", over="ignore"):
        signal = powers[..., steps - marked] * powers[..., :marked].sum(axis=-1)
        spread = np.linalg.norm(powers[..., : steps - marked], axis=-1)
        chance: Array = ndtr(signal / noise / spread)
    return chance


# --- Skips ---------------------------------------------------------------------------------


def skip_response(direct: float, skip: float, delay: int, steps: int) -> Array:
    r"""How a signal, and its gradient, fares on a path with a skip over d steps.

    .. math:: g_t = a\,g_{t-1} + b\,g_{t-d}, \qquad g_0 = 1

    Parameters
    ----------
    direct, skip : float
        The weight a of the connection over one step, and b of that over d steps.
    delay : int
        Length d of the skip, at least 1.
    steps : int
        At least 0.

    Returns
    -------
    ndarray of shape (steps + 1,)
        :math:`g_t = \partial x_t / \partial x_0`. With a = 0 it is :math:`b^{t/d}` where d divides
        t, and 0 elsewhere.

    Raises
    ------
    TypeError
        If a size is no integer, or a weight not real.
    ValueError
        If a value is out of range, or the response leaves the range of floats.
    """
    a, b = _check.number("direct", direct), _check.number("skip", skip)
    delay, steps = _check.size("delay", delay), _check.size("steps", steps, least=0)
    _check.room(steps + 1, "steps")
    response = np.zeros(steps + 1)
    response[0] = 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1, steps + 1):
            response[t] = a * response[t - 1] + (b * response[t - delay] if t >= delay else 0.0)
    if not np.isfinite(response).all():
        raise ValueError("direct and skip make a response that leaves the range of floats")
    return response


def skip_rate(direct: float, skip: float, delay: int) -> float:
    r"""Factor a step at which a path with a skip decays in the long run.

    .. math:: \max |z| \quad\text{over the roots of}\quad z^d = a\,z^{d-1} + b

    Parameters
    ----------
    direct, skip, delay : float, float, int
        As for `skip_response`; the delay at most 500.

    Returns
    -------
    float
        :math:`|b|^{1/d}` if a = 0, and :math:`|a + b|` if d = 1.

    Raises
    ------
    TypeError
        If `delay` is no integer, or a weight not real.
    ValueError
        If a value is out of range.
    """
    a, b = _check.number("direct", direct), _check.number("skip", skip)
    delay = _check.size("delay", delay)
    if delay > 500:
        raise ValueError(f"delay must be at most 500, got {delay}")
    step = np.eye(delay, k=-1)  # of the last d signals, the newest first
    step[0, 0] = a
    step[0, -1] += b
    return float(np.abs(np.linalg.eigvals(step)).max())


# --- Starts --------------------------------------------------------------------------------


def orthogonal(width: int, *, rng: Generator) -> Array:
    r"""A random orthogonal matrix: all its singular values, and all :math:`|\lambda|`, are 1.

    Uniform over all orthogonal matrices: Q of a QR decomposition of a Gaussian matrix, its
    columns signed so that the diagonal of R is positive.

    Parameters
    ----------
    width : int
        At least 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (width, width)

    Raises
    ------
    TypeError
        If `width` is no integer or `rng` no generator.
    ValueError
        If `width` is out of range.
    """
    width, rng = _check.size("width", width), _check.generator(rng)
    _check.room(width**2, "width")
    return _orthogonal(rng.standard_normal((width, width)))


def with_radius(W: ArrayLike, radius: float) -> Numbers:
    r"""A matrix rescaled to a given spectral radius, as for an echo-state network.

    .. math:: W \leftarrow \frac{\rho}{\rho(W)}\,W

    Parameters
    ----------
    W : array_like of shape (n, n)
        Real or complex, its spectral radius not 0.
    radius : float
        The radius :math:`\rho` that is wanted, above 0.

    Returns
    -------
    ndarray of shape (n, n)

    Raises
    ------
    TypeError
        If an input is no number.
    ValueError
        If an input is not finite, `W` not square, or its spectral radius 0.
    """
    W, radius = _check.square_matrix("W", W), _check.positive("radius", radius)
    _check.room(W.size, "W")
    largest = np.abs(W).max()
    unit = W / largest if largest > 0 else W  # so that nothing leaves the range of floats
    size = _radius(unit)
    if size < 1e-6:
        raise ValueError("W must have a spectral radius above 0; the powers of this one end at 0")
    with np.errstate(all="ignore"):
        scaled: Numbers = unit * (radius / size)
    return _check.in_range("W and radius", scaled)


# --- Cells ---------------------------------------------------------------------------------


class Trace(NamedTuple):
    """What a run leaves behind for its way back."""

    signals: Array
    """What other units hear, (steps + 1, networks, sequences, n)"""
    inner: tuple[Array, ...] = ()
    """Whatever else the cell needs."""


_SIGNALS = ("steps + 1", "networks", "sequences", "units")
_DRIVE = ("steps", "networks", "sequences", "rows")


class _Cell(ABC):
    """What a network does with what drives it. Rows and columns of its weights come in blocks."""

    rows: ClassVar[int] = 1
    """Blocks of n rows: one for each thing that a unit computes from its drive."""
    columns: ClassVar[int] = 1
    """Blocks of n columns: one for each signal of the past that is heard."""
    also_trained: ClassVar[tuple[str, ...]] = ()
    """Parameters that are trained whatever the task says."""

    @abstractmethod
    def run(self, W: Array, drive: Array) -> Trace:
        """Signals for what drives the units; `drive` may be overwritten."""

    @abstractmethod
    def errors(self, W: Array, trace: Trace, error: Array) -> Array:
        """Gradients in the drive of each step, given that in the last signals."""

    def bias(self, units: int) -> Array:
        """Biases at the start."""
        _check.room(self.rows * _check.size("units", units), "units")
        return np.zeros(self.rows * units)

    def heard(self, trace: Trace) -> Array:
        """The past signals that the recurrent weights multiply, one row a step."""
        self._check_trace(trace, {})
        return trace.signals[:-1]

    def _check_run(self, W: Array, drive: Array) -> dict[str, int]:
        """Refuse weights and a drive that do not fit this cell; return the sizes of their axes."""
        sizes: dict[str, int] = {}
        _check.fits("W", W, ("networks", "rows", "columns"), sizes)
        sizes["units"] = units = W.shape[2] // self.columns
        if W.shape[1:] != (self.rows * units, self.columns * units) or units == 0:
            form = f"(networks, {self.rows} units, {self.columns} units)"
            raise ValueError(f"W must have shape {form}, got {W.shape}")
        _check.fits("drive", drive, _DRIVE, sizes, to="W")
        return sizes

    def _check_errors(self, W: Array, trace: Trace, error: Array) -> None:
        """Refuse a trace and an error that do not fit this cell and its weights."""
        sizes: dict[str, int] = {}
        self._check_trace(trace, sizes)
        units = sizes["units"]
        sizes |= {"rows": self.rows * units, "columns": self.columns * units}
        _check.fits("W", W, ("networks", "rows", "columns"), sizes, to="trace")
        _check.fits("error", error, _SIGNALS[1:], sizes, to="trace")

    def _check_trace(self, trace: Trace, sizes: dict[str, int]) -> None:
        """Refuse what is no trace of this cell."""
        if not isinstance(trace, Trace):
            raise TypeError(f"trace must be a Trace, got {type(trace).__name__}")
        _check.fits("trace", trace.signals, _SIGNALS, sizes)
        if len(trace.signals) == 0:
            raise ValueError("trace must have one row of signals or more")


@dataclass(frozen=True)
class Plain(_Cell):
    r"""The plain cell, :math:`x_t = W \tanh(x_{t-1}) + u_t`."""

    @np.errstate(all="ignore")
    def run(self, W: Array, drive: Array) -> Trace:
        """Signals tanh(x) for what drives the units."""
        self._check_run(W, drive)
        return Trace(rnn._signals(W, drive))

    @np.errstate(all="ignore")
    def errors(self, W: Array, trace: Trace, error: Array) -> Array:
        """Gradients in the drive of each step, given that in the last signals."""
        self._check_errors(W, trace, error)
        return rnn._flow(W, trace.signals, error * (1 - trace.signals[-1] ** 2))[1:]


@dataclass(frozen=True)
class Leaky(_Cell):
    r"""Units that keep a part α of their state.

    .. math:: x_t = \alpha\,x_{t-1} + (1 - \alpha)\,\bigl(W \tanh(x_{t-1}) + u_t\bigr)
    """

    leak: float | tuple[float, ...] = 0.9
    """α in [0, 1), one number or one a unit; 0 is the plain cell."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        leak = _share("leak", self.leak)
        if leak.ndim > 1 or leak.size == 0 or np.any(leak >= 1):
            raise ValueError(f"leak must be in [0, 1), one number or one a unit, got {self.leak}")

    @np.errstate(all="ignore")
    def run(self, W: Array, drive: Array) -> Trace:
        """Signals tanh(x) for what drives the units; `drive` is overwritten."""
        leak, sizes = np.asarray(self.leak), self._check_run(W, drive)
        if leak.shape not in ((), (sizes["units"],)):
            raise ValueError(f"W must be for {leak.size} units, each with a leak, got {W.shape}")
        states = np.zeros((len(drive) + 1, *drive.shape[1:]))
        signals = np.zeros_like(states)
        drive *= 1 - leak
        W = (1 - leak)[..., None] * W
        for t, u in enumerate(drive):
            u += rnn._times(signals[t], W)
            u += leak * states[t]
            states[t + 1] = u
            np.tanh(u, out=signals[t + 1])
        return Trace(signals)

    @np.errstate(all="ignore")
    def errors(self, W: Array, trace: Trace, error: Array) -> Array:
        """Gradients in the drive of each step, given that in the last signals."""
        self._check_errors(W, trace, error)
        leak, flow = np.asarray(self.leak), 1 - trace.signals**2
        flow[-1] *= error
        for t in range(len(flow) - 1, 1, -1):
            flow[t - 1] *= ((1 - leak) * flow[t]) @ W
            flow[t - 1] += leak * flow[t]
        return (1 - leak) * flow[1:]


@dataclass(frozen=True)
class Skips(_Cell):
    r"""Units that also hear the signals of d steps ago, through weights S of their own.

    .. math:: x_t = W \tanh(x_{t-1}) + S \tanh(x_{t-d}) + u_t
    """

    columns: ClassVar[int] = 2
    delay: int = 5
    """d, at least 1."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        _check.size("delay", self.delay)

    @np.errstate(all="ignore")
    def run(self, W: Array, drive: Array) -> Trace:
        """Signals tanh(x) for what drives the units; `drive` is overwritten."""
        self._check_run(W, drive)
        n, d = W.shape[1], self.delay
        near, far = (np.ascontiguousarray(half.swapaxes(1, 2)) for half in (W[..., :n], W[..., n:]))
        signals = np.zeros((len(drive) + 1, *drive.shape[1:]))
        for t, u in enumerate(drive, 1):
            u += signals[t - 1] @ near
            if t > d:
                u += signals[t - d] @ far
            np.tanh(u, out=signals[t])
        return Trace(signals)

    @np.errstate(all="ignore")
    def errors(self, W: Array, trace: Trace, error: Array) -> Array:
        """Gradients in the drive of each step, given that in the last signals."""
        self._check_errors(W, trace, error)
        n, d, slopes = W.shape[1], self.delay, 1 - trace.signals**2
        near, far = (np.ascontiguousarray(half) for half in (W[..., :n], W[..., n:]))
        flow = np.zeros_like(slopes)
        flow[-1] = error * slopes[-1]
        for t in range(len(flow) - 2, 0, -1):
            flow[t] = flow[t + 1] @ near
            if t + d < len(flow):
                flow[t] += flow[t + d] @ far
            flow[t] *= slopes[t]
        return flow[1:]

    def heard(self, trace: Trace) -> Array:
        """The signals of the step before, and of d steps before."""
        self._check_trace(trace, {})
        signals = trace.signals
        late = np.zeros_like(signals[:-1])
        late[self.delay - 1 :] = signals[: max(0, len(signals) - self.delay)]
        return np.concatenate([signals[:-1], late], axis=-1)


@dataclass(frozen=True)
class LSTM(_Cell):
    r"""Gated units: a state c that is kept, written and read through gates.

    .. math:: c_t = f_t\,c_{t-1} + i_t \tanh(\cdot), \qquad y_t = o_t \tanh(c_t)

    Gates are :math:`\sigma(\cdot)`; every dot is a weighted sum of :math:`y_{t-1}` and the input,
    and a bias. After Hochreiter and Schmidhuber (1997), with a forget gate; no peepholes.
    """

    rows: ClassVar[int] = 4
    also_trained: ClassVar[tuple[str, ...]] = ("bias",)
    forget_bias: float = 1.0
    """The bias of the forget gates at the start; the other biases start at 0."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        _check.number("forget_bias", self.forget_bias)

    def bias(self, units: int) -> Array:
        """Biases at the start, in the order write, forget, read, new."""
        _check.room(self.rows * _check.size("units", units), "units")
        return np.repeat([0.0, self.forget_bias, 0.0, 0.0], units)

    @np.errstate(all="ignore")
    def run(self, W: Array, drive: Array) -> Trace:
        """Signals y for what drives the gates; `drive` is overwritten by their values."""
        self._check_run(W, drive)
        n, weights = W.shape[-1], np.ascontiguousarray(W.swapaxes(1, 2))
        signals = np.zeros((len(drive) + 1, *drive.shape[1:-1], n))
        cells, bounded = np.zeros_like(signals), np.zeros_like(signals)
        write, forget, read, new = _blocks(drive)
        for t, gates in enumerate(drive):
            gates += signals[t] @ weights
            expit(gates[..., : 3 * n], out=gates[..., : 3 * n])
            np.tanh(new[t], out=new[t])
            np.multiply(forget[t], cells[t], out=cells[t + 1])
            cells[t + 1] += write[t] * new[t]
            np.tanh(cells[t + 1], out=bounded[t + 1])
            np.multiply(read[t], bounded[t + 1], out=signals[t + 1])
        return Trace(signals, (drive, cells, bounded))

    @np.errstate(all="ignore")
    def errors(self, W: Array, trace: Trace, error: Array) -> Array:
        """Gradients in the drive of each step, given that in the last signals."""
        self._check_errors(W, trace, error)
        drive, cells, bounded = trace.inner
        write, forget, read, new = _blocks(drive)
        slopes = drive * (1 - drive)
        _blocks(slopes)[3][...] = 1 - new**2
        through = read * (1 - bounded[1:] ** 2)
        factors = np.concatenate([new, cells[:-1], bounded[1:], write], axis=-1) * slopes
        kept, parts = np.zeros_like(error), _blocks(factors)
        for t in range(len(drive) - 1, -1, -1):
            kept += error * through[t]
            for part, size in zip(parts, (kept, kept, error, kept), strict=True):
                part[t] *= size
            kept *= forget[t]
            error = factors[t] @ W
        return factors

    def _check_trace(self, trace: Trace, sizes: dict[str, int]) -> None:
        super()._check_trace(trace, sizes)
        sizes |= {"steps": len(trace.signals) - 1, "rows": self.rows * trace.signals.shape[3]}
        if not isinstance(trace.inner, tuple) or len(trace.inner) != 3:
            raise ValueError("trace must be what this cell's `run` returned")
        for part, axes in zip(trace.inner, (_DRIVE, _SIGNALS, _SIGNALS), strict=True):
            _check.fits("trace", part, axes, sizes)


def _blocks(gates: Array) -> list[Array]:
    return np.split(gates, 4, axis=-1)


# --- The same task with another cell ---------------------------------------------------------

STARTS = ("uniform", "orthogonal", "echo state")


@dataclass(frozen=True)
class Remedy:
    """A task whose networks have another cell or another start; it goes where a task goes."""

    task: _NetworkTask = field(default_factory=TwoSequence)
    """A task for networks of `tasks`, such as ``TwoSequence()``."""
    cell: _Cell = field(default_factory=Plain)
    """`Plain`, `Leaky`, `Skips` or `LSTM`."""
    start_from: str = "uniform"
    """Recurrent weights uniform on ±spread as in the task, ``"orthogonal"``, or ``"echo state"``:
    uniform, then rescaled to `radius`."""
    radius: float = 0.95
    """Spectral radius of an echo-state start, above 0."""

    def __post_init__(self) -> None:
        """Refuse settings that make no sense."""
        if not hasattr(self.task, "_misses"):
            raise TypeError(f"task must be a task for networks, got {type(self.task).__name__}")
        if not isinstance(self.cell, _Cell):
            raise TypeError(f"cell must be Plain, Leaky, Skips or LSTM, got {self.cell!r}")
        if np.shape(getattr(self.cell, "leak", 0)) not in ((), (self.task.units,)):
            raise ValueError(f"leak must be one number or one for each of {self.task.units} units")
        _check.one_of("start_from", self.start_from, STARTS)
        _check.positive("radius", self.radius)

    @property
    def units(self) -> int:
        """Numbers that a step takes a sequence: what `training.score` reckons with."""
        return self.task.units * self.cell.rows

    @property
    def sequences(self) -> int:
        """Sequences an update."""
        return self.task.sequences

    @property
    def trained(self) -> tuple[str, ...]:
        """Names of what is trained."""
        return (*self.task.trained, *self.cell.also_trained)

    @property
    def weights(self) -> int:
        """How many numbers are trained."""
        start = self.start(1, rng=np.random.default_rng(0))
        return sum(part.size for name, part in start._asdict().items() if name in self.trained)

    def start(self, trials: int, *, rng: Generator) -> rnn.Network:
        """Weights uniform on ±spread, biases and recurrent weights as the remedy says."""
        first, n, cell = self.task.start(trials, rng=rng), self.task.units, self.cell
        _check.room(trials * cell.rows * n * cell.columns * n, "trials")

        def draw(*shape: int) -> Array:
            """Weights uniform on ±spread."""
            return rng.uniform(-1, 1, (trials, *shape)) * self.task.spread

        single = cell.rows == cell.columns == 1
        blocks = first.recurrent[:, None, None] if single else draw(cell.rows, cell.columns, n, n)
        if self.start_from == "orthogonal":
            blocks = _orthogonal(rng.standard_normal(blocks.shape))
        elif self.start_from == "echo state":
            blocks = blocks * (self.radius / _radius(blocks)[..., None, None])
        return first._replace(
            recurrent=blocks.swapaxes(2, 3).reshape(trials, cell.rows * n, cell.columns * n),
            entry=first.entry if cell.rows == 1 else draw(cell.rows * n, self.task.channels),
            bias=np.tile(cell.bias(n), (trials, 1)),
        )

    def batch(
        self, length: int, trials: int, sequences: int, *, rng: Generator, training: bool = False
    ) -> Batch:
        """Sequences and targets of the task."""
        return self.task.batch(length, trials, sequences, rng=rng, training=training)

    @np.errstate(all="ignore")
    def run(self, net: rnn.Network, batch: Batch) -> Array:
        """Signals of the units, of shape (length + 1, trials, sequences, units)."""
        return self._trace(net, batch).signals

    @np.errstate(all="ignore")
    def answers(self, net: rnn.Network, batch: Batch) -> Array:
        """What the networks answer, (trials, sequences, outputs)."""
        return _read(net, self.run(net, batch))

    @np.errstate(all="ignore")
    def loss_and_gradients(self, net: rnn.Network, batch: Batch) -> tuple[Array, rnn.Network]:
        """Mean loss of each trial, and its gradients by back-propagation through time."""
        trace = self._trace(net, batch)
        answers = _read(net, trace.signals)
        losses, misses = self.task._misses(answers, batch.targets)
        misses = misses / answers.shape[1]
        flow = self.cell.errors(net.recurrent, trace, misses @ net.readout)
        gradients = rnn.Network(
            rnn._outer(flow, self.cell.heard(trace)),
            rnn._outer(flow, batch.inputs),
            flow.sum(axis=(0, 2)),
            misses.swapaxes(1, 2) @ trace.signals[-1],
            misses.sum(axis=1),
        )
        return losses.sum(axis=1) / answers.shape[1], gradients

    @np.errstate(all="ignore")
    def input_gradients(self, net: rnn.Network, batch: Batch) -> Array:
        """Gradient of the sum of the answers in every input, in the shape of the inputs."""
        trace = self._trace(net, batch)
        ones = np.ones((*batch.inputs.shape[1:3], net.readout.shape[1]))
        return self.cell.errors(net.recurrent, trace, ones @ net.readout) @ net.entry

    @np.errstate(all="ignore")
    def gradient_by_lag(self, net: rnn.Network, batch: Batch) -> Array:
        """Size of `input_gradients` k steps before the end, (length, trials).

        It is the root mean square over the sequences; all cells can be compared by it, whatever
        their states are.
        """
        squares = np.sum(self.input_gradients(net, batch) ** 2, axis=3)
        sizes: Array = np.sqrt(squares.mean(axis=2))
        return sizes[::-1]

    @np.errstate(all="ignore")
    def right(self, net: rnn.Network, batch: Batch) -> Booleans:
        """Whether the answer is right as the task says, (trials, sequences)."""
        return self.task._is_right(self.answers(net, batch), batch.targets)

    def _trace(self, net: rnn.Network, batch: Batch) -> Trace:
        sizes = {"rows": self.cell.rows * self.task.units, "units": self.task.units}
        sizes |= {"columns": self.cell.columns * self.task.units, "channels": self.task.channels}
        sizes["outputs"] = self.task.outputs
        _check_batch(batch, sizes)
        _check.record("net", net, rnn.Network, _PARAMETERS, sizes)
        drive = rnn._times(batch.inputs, net.entry) + net.bias[:, None]
        return self.cell.run(net.recurrent, drive)


_PARAMETERS = (
    ("networks", "rows", "columns"),
    ("networks", "rows", "channels"),
    ("networks", "rows"),
    ("networks", "outputs", "units"),
    ("networks", "outputs"),
)


def _read(net: rnn.Network, signals: Array) -> Array:
    answers: Array = signals[-1] @ net.readout.swapaxes(1, 2) + net.offset[:, None]
    return answers


def _orthogonal(gaussian: Array) -> Array:
    """Orthogonal matrices from Gaussian ones."""
    Q, R = np.linalg.qr(gaussian)
    signs: Array = np.sign(np.diagonal(R, axis1=-2, axis2=-1))
    return Q * signs[..., None, :]


def _radius(W: Numbers) -> Array:
    """Spectral radius of each of a stack of matrices."""
    radii: Array = np.abs(np.linalg.eigvals(W)).max(axis=-1)
    return radii


def _share(name: str, value: ArrayLike) -> Array:
    value = _check.array(name, value, real=True)
    if np.any((value < 0) | (value > 1)):
        raise ValueError(f"{name} must be from 0 to 1, got {value}")
    return value


def _positives(name: str, value: ArrayLike, least: float = 0.0) -> Array:
    value = _check.array(name, value, real=True)
    if np.any(value <= least):
        raise ValueError(f"{name} must be above {least:g}, got {value}")
    return value
