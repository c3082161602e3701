r"""Tanh recurrent networks and the gradients that flow back through them.

The form is that of Pascanu et al. (2013), :math:`x_t = W\tanh(x_{t-1}) + u_t`: states x,
recurrent matrix W, and inputs u that are already in the space of the states. An axis before
that of the sequences runs over independent networks, so that many are trained at once.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array

_DIVERGED = 1e6
_SEQUENCES = ("steps", "networks", "sequences", "channels")
_ANSWERS = ("networks", "sequences", "outputs")
_PARAMETERS = (
    ("networks", "units", "units"),
    ("networks", "units", "channels"),
    ("networks", "units"),
    ("networks", "outputs", "units"),
    ("networks", "outputs"),
)


def run(W: ArrayLike, inputs: ArrayLike) -> Array:
    r"""States of the network from :math:`x_0 = 0`.

    .. math:: x_t = W \tanh(x_{t-1}) + u_t

    Parameters
    ----------
    W : array_like of shape (n, n) or (networks, n, n)
        Recurrent matrix, or one for each network.
    inputs : array_like of shape (steps, sequences, n) or (steps, networks, sequences, n)
        What is added to the states at each step.

    Returns
    -------
    ndarray of shape (steps + 1, ..., sequences, n)
        Row t is :math:`x_t`.

    Raises
    ------
    TypeError, ValueError
        If an input is not real and finite, or shapes do not match.
    """
    return _run(_recurrent(W), inputs, "W")


def _run(W: Array, inputs: ArrayLike, name: str) -> Array:
    """What `run` returns; errors say `name` of the network."""
    inputs = _check.array("inputs", inputs, real=True)
    if inputs.shape != (*inputs.shape[:1], *W.shape[:-2], *inputs.shape[-2:-1], W.shape[-1]):
        form = f"(steps, {_axes(W)}sequences, {W.shape[-1]})"
        raise ValueError(f"inputs must have shape {form} to match {name}, got {inputs.shape}")
    states = np.zeros((len(inputs) + 1, *inputs.shape[1:]))
    with np.errstate(all="ignore"):
        for t, u in enumerate(inputs):
            states[t + 1] = _times(np.tanh(states[t]), W) + u
    return _check.in_range(f"{name} and inputs", states)


def error_flow(W: ArrayLike, states: ArrayLike, error: ArrayLike) -> Array:
    r"""Gradients of a loss with respect to every state, given that at the last one.

    .. math:: \delta_T = \frac{\partial L}{\partial x_T}, \qquad
       \delta_{t-1} = \bigl(1 - \tanh^2 x_{t-1}\bigr) \odot W^\top \delta_t

    Since an input is added to a state, :math:`\delta_t` is the gradient with respect to
    :math:`u_t` as well.

    Parameters
    ----------
    W : array_like of shape (n, n) or (networks, n, n)
        Recurrent matrix.
    states : array_like of shape (steps + 1, ..., sequences, n)
        What `run` returned.
    error : array_like of shape (..., sequences, n)
        :math:`\delta_T`.

    Returns
    -------
    ndarray of shape (steps + 1, ..., sequences, n)
        Row t is :math:`\delta_t = \partial L / \partial x_t`.

    Raises
    ------
    TypeError, ValueError
        If an input is not real and finite, or shapes do not match.
    """
    W = _recurrent(W)
    states = _states(states, W)
    error = _check.array("error", error, real=True)
    if error.shape != states.shape[1:]:
        form = f"{states.shape[1:]} to match states"
        raise ValueError(f"error must have shape {form}, got {error.shape}")
    with np.errstate(all="ignore"):
        return _check.in_range("W, states and error", _flow(W, np.tanh(states), error))


def flow_by_lag(flow: ArrayLike) -> Array:
    r"""Size of the gradient at each lag, over all sequences and units together.

    .. math:: \|\delta_{T - k}\|, \qquad k = 0, 1, \dots, T

    Parameters
    ----------
    flow : array_like of shape (steps + 1, ..., sequences, n)
        What `error_flow` returned.

    Returns
    -------
    ndarray of shape (steps + 1, ...)
        Entry k is the Euclidean norm k steps before the end, one for each network.

    Raises
    ------
    TypeError, ValueError
        If `flow` is not real and finite, or has not three or four axes.
    """
    flow = _check.array("flow", flow, real=True)
    if flow.ndim not in (3, 4):
        raise ValueError(f"flow must have shape (steps + 1, ..., sequences, n), got {flow.shape}")
    sizes: Array = np.linalg.norm(flow, axis=(-2, -1))
    return sizes[::-1]


def gradient_by_lag(states: ArrayLike, flow: ArrayLike) -> Array:
    r"""Terms of the gradient with respect to W, one for each lag; they sum to the whole.

    .. math:: \frac{\partial L}{\partial W} = \sum_{k=0}^{T-1}
       \delta_{T-k} \tanh(x_{T-k-1})^\top

    Term k is what a use of W tells that lies k steps before the end. Truncating
    back-propagation at k steps keeps the first k terms.

    Parameters
    ----------
    states : array_like of shape (steps + 1, ..., sequences, n)
        What `run` returned.
    flow : array_like of the same shape
        What `error_flow` returned.

    Returns
    -------
    ndarray of shape (steps, ..., n, n)
        Entry k is the term of lag k, summed over the sequences.

    Raises
    ------
    TypeError, ValueError
        If an input is not real and finite, or shapes do not match.
    """
    states, flow = (_check.array(*pair, real=True) for pair in (("states", states), ("flow", flow)))
    if states.ndim not in (3, 4) or len(states) == 0:
        form = "(steps + 1, ..., sequences, n)"
        raise ValueError(f"states must have shape {form}, got {states.shape}")
    if flow.shape != states.shape:
        form = f"{states.shape} to match states"
        raise ValueError(f"flow must have shape {form}, got {flow.shape}")
    with np.errstate(all="ignore"):
        terms = (flow[1:].swapaxes(-1, -2) @ np.tanh(states[:-1]))[::-1]
    return _check.in_range("states and flow", terms)


def jacobian_products(W: ArrayLike, states: ArrayLike) -> Array:
    r"""Products of Jacobians: how the last state depends on each earlier one.

    .. math:: \frac{\partial x_T}{\partial x_{T-k}} = J_T J_{T-1} \cdots J_{T-k+1}, \qquad
       J_t = W \operatorname{diag}\bigl(1 - \tanh^2 x_{t-1}\bigr)

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix.
    states : array_like of shape (steps + 1, n)
        States of one sequence.

    Returns
    -------
    ndarray of shape (steps + 1, n, n)
        Entry k is the product over the last k steps; entry 0 is the identity.

    Raises
    ------
    TypeError, ValueError
        If an input is not real and finite, shapes do not match, or a product overflows.
    """
    W, states = _one_sequence(W, states)
    products = np.empty((len(states), *W.shape))
    products[0] = np.eye(len(W))
    with np.errstate(all="ignore"):
        for k, x in enumerate(states[-2::-1]):
            products[k + 1] = products[k] @ (W * (1 - np.tanh(x) ** 2))
    if not np.isfinite(products).all():
        raise ValueError("W makes a product that leaves the range of floats; take fewer steps")
    return products


def jacobian_bounds(W: ArrayLike, states: ArrayLike) -> tuple[Array, Array]:
    r"""Bounds on the singular values of every product of Jacobians.

    .. math:: \prod_t \sigma_{\min}(W) \min_i s_{t,i} \ \le\ \sigma_{\min}, \qquad
       \sigma_{\max} \ \le\ \prod_t \sigma_{\max}(W) \max_i s_{t,i}, \qquad
       s_t = 1 - \tanh^2 x_{t-1}

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix.
    states : array_like of shape (steps + 1, n)
        States of one sequence.

    Returns
    -------
    lower, upper : ndarray of shape (steps + 1,)
        Entry k bounds the product over the last k steps, as `jacobian_products` gives it. The
        lower one bounds its smallest singular value, the upper one its norm.

    Raises
    ------
    TypeError, ValueError
        If an input is not real and finite, shapes do not match, or a bound overflows.
    """
    W, states = _one_sequence(W, states)
    slopes = 1 - np.tanh(states[-2::-1]) ** 2
    sizes = np.linalg.svd(W, compute_uv=False)
    bounds = np.ones((2, len(states)))
    with np.errstate(all="ignore"):
        bounds[0, 1:] = np.cumprod(sizes[-1] * slopes.min(axis=1))
        bounds[1, 1:] = np.cumprod(sizes[0] * slopes.max(axis=1))
    if not np.isfinite(bounds).all():
        raise ValueError("W makes a bound that leaves the range of floats; take fewer steps")
    return bounds[0], bounds[1]


def check_gradients(
    loss: Callable[..., float],
    parameters: Sequence[ArrayLike],
    gradients: Sequence[ArrayLike],
    *,
    step: float = 1e-3,
) -> float:
    r"""Compare gradients with finite differences of the loss.

    .. math:: \frac{\partial L}{\partial p} \approx
       \frac{8\,[L(p + h) - L(p - h)] - [L(p + 2h) - L(p - 2h)]}{12\,h}

    The error of this rule is of order :math:`h^4`.

    Parameters
    ----------
    loss : callable
        ``loss(*parameters)`` returns one number.
    parameters : sequence of array_like
        Where the gradients were taken.
    gradients : sequence of array_like
        The gradients to be checked, of the shapes of `parameters`.
    step : float
        The step h above 0, at most 1.

    Returns
    -------
    float
        The largest difference, relative to the largest slope in the same array. A correct
        gradient of a smooth loss gives less than 1e-6.

    Raises
    ------
    TypeError, ValueError
        If a value is not real and finite, or shapes do not match.
    """
    if not callable(loss) or isinstance(loss, type):
        raise TypeError(f"loss must be a function, got {loss!r}")
    step = _check.positive("step", step)
    if step > 1:
        raise ValueError(f"step must be at most 1, got {step}")
    values = [np.array(p) for p in _arrays("parameters", parameters)]
    claimed = _arrays("gradients", gradients)
    if [p.shape for p in values] != [g.shape for g in claimed]:
        shapes = [p.shape for p in values], [g.shape for g in claimed]
        raise ValueError("gradients must have the shapes {} of parameters, got {}".format(*shapes))
    worst = 0.0
    for array, gradient in zip(values, claimed, strict=True):
        slopes = _finite_differences(lambda: loss(*values), array, step)
        largest = max(np.abs(slopes).max(initial=0), np.abs(gradient).max(initial=0))
        if largest > 0:
            worst = max(worst, float(np.abs(slopes - gradient).max() / largest))
    return worst


class Network(NamedTuple):
    r"""Parameters of networks that are trained side by side.

    .. math:: x_t = W \tanh(x_{t-1}) + V s_t + b, \qquad y = R \tanh(x_T) + c
    """

    recurrent: Array
    """W, (networks, n, n)"""
    entry: Array
    """V, (networks, n, channels)"""
    bias: Array
    """b, (networks, n)"""
    readout: Array
    """R, (networks, outputs, n)"""
    offset: Array
    """c, (networks, outputs)"""


@np.errstate(all="ignore")
def forward(net: Network, inputs: Array) -> tuple[Array, Array]:
    """Signals and answers of every network on its own sequences.

    Numbers are not checked, for speed: nan and inf among them come back in the answers.

    Parameters
    ----------
    net : Network
    inputs : ndarray of shape (steps, networks, sequences, channels)
        :math:`s_t`.

    Returns
    -------
    signals : ndarray of shape (steps + 1, networks, sequences, n)
        Row t is :math:`\\tanh(x_t)`; row 0 is 0.
    answers : ndarray of shape (networks, sequences, outputs)

    Raises
    ------
    TypeError, ValueError
        If `net` is no `Network`, an input no array of real numbers, or shapes do not match.
    """
    _sizes(net, inputs)
    n, tiny = net.recurrent.shape[2], _tiny(net, inputs)
    weights = np.concatenate([net.recurrent, net.entry, net.bias[..., None]], axis=2)
    heard, times = _heard(inputs, n, tiny), _product(2 * weights, tiny)
    signals, twice = heard[..., :n], np.empty_like(heard[0, ..., :n])
    for before, after in zip(heard[:-1], signals[1:], strict=True):
        _tanh_of_half(times(before, out=twice), out=after)
    return signals, signals[-1] @ net.readout.swapaxes(1, 2) + net.offset[:, None]


@np.errstate(all="ignore")
def backward(net: Network, inputs: Array, signals: Array, misses: Array) -> tuple[Network, Array]:
    r"""Gradients of a loss with respect to every parameter and every state.

    Numbers are not checked, for speed: nan and inf among them come back in the gradients.

    Parameters
    ----------
    net : Network
    inputs : ndarray of shape (steps, networks, sequences, channels)
    signals : ndarray of shape (steps + 1, networks, sequences, n)
        What `forward` returned.
    misses : ndarray of shape (networks, sequences, outputs)
        :math:`\partial L / \partial y`.

    Returns
    -------
    gradients : Network
        The same shapes as `net`.
    flow : ndarray of shape (steps + 1, networks, sequences, n)
        :math:`\delta_t = \partial L / \partial x_t`, as `error_flow` gives it.

    Raises
    ------
    TypeError, ValueError
        If `net` is no `Network`, an input no array of real numbers, or shapes do not match.
    """
    sizes = _sizes(net, inputs)
    sizes["steps + 1"] = len(inputs) + 1
    _check.fits("signals", signals, ("steps + 1", "networks", "sequences", "units"), sizes)
    _check.fits("misses", misses, _ANSWERS, sizes)
    tiny = _tiny(net, inputs)
    flow, times = np.empty_like(signals), _product(net.recurrent.swapaxes(1, 2), tiny)
    flow[-1], slopes = misses @ net.readout, np.empty_like(signals[0])
    for t in range(len(inputs), -1, -1):
        np.subtract(1, np.multiply(signals[t], signals[t], out=slopes), out=slopes)
        np.multiply(flow[t], slopes, out=flow[t])
        if t > 0:
            times(flow[t], out=flow[t - 1])
    entry = _outer_products(flow[1:], _heard(inputs, 0, tiny)[:-1], tiny)
    gradients = Network(
        _outer_products(flow[1:], signals[:-1], tiny),
        entry[..., :-1],
        entry[..., -1],
        misses.swapaxes(1, 2) @ signals[-1],
        misses.sum(axis=1),
    )
    return gradients, flow


def _sizes(net: Network, inputs: Array) -> dict[str, int]:
    """Sizes of the axes of a network and its inputs, which must fit together."""
    sizes: dict[str, int] = {}
    _check.record("net", net, Network, _PARAMETERS, sizes)
    _check.fits("inputs", inputs, _SEQUENCES, sizes)
    return sizes


class BitMemory(NamedTuple):
    """A network that is to report its first input, a bit ±1, at the end of a sequence.

    Numbers in the arrays of its methods are not checked: nan and inf come back as such.
    """

    recurrent: Array
    entry: Array
    readout: Array

    def inputs(self, bits: Array, steps: int, *, noise: float, rng: Generator) -> Array:
        """Inputs (steps, sequences, n): the bit at step 1, then noise of that sd alone."""
        sizes = self._sizes()
        steps, noise = _check.size("steps", steps), _check.number("noise", noise)
        _check.generator(rng)
        _check.fits("bits", bits, ("sequences",), sizes)
        if noise < 0:
            raise ValueError(f"noise must be at least 0, got {noise}")
        _check.room(steps * len(bits) * sizes["units"], "steps and bits")
        with np.errstate(all="ignore"):
            drive = noise * rng.standard_normal((steps, len(bits), len(self.entry)))
            _check.in_range("noise", drive)
            drive[0] += bits[:, None] * self.entry
        return drive

    def recall_rate(self, inputs: Array, bits: Array) -> float:
        """Share of the sequences whose bit the sign of the answer gives."""
        states = self._states(inputs)
        _check.fits("bits", bits, ("sequences",), {"sequences": states.shape[1]})
        if len(bits) == 0:
            raise ValueError("bits must be one or more")
        return float(np.mean(np.sign(self.outputs(states)) == bits))

    @np.errstate(all="ignore")
    def outputs(self, states: Array) -> Array:
        """What the network answers, one number a sequence."""
        _check.fits("states", states, ("steps + 1", "sequences", "units"), self._sizes())
        if len(states) == 0:
            raise ValueError("states must have one row or more")
        answers: Array = np.tanh(states[-1]) @ self.readout
        return answers

    def _states(self, inputs: ArrayLike) -> Array:
        """What the network does with these inputs."""
        self._sizes()
        for part in self:
            _check.array("net", part)
        return _run(self.recurrent, inputs, "net")

    def _sizes(self) -> dict[str, int]:
        """Sizes of the axes of these parameters, which must fit together."""
        sizes: dict[str, int] = {}
        axes = ("units", "units"), ("units",), ("units",)
        _check.record("net", self, BitMemory, axes, sizes)
        return sizes


def recall_gradients(net: BitMemory, inputs: Array, bits: Array) -> tuple[float, BitMemory, Array]:
    r"""Loss and gradients of a `BitMemory` by back-propagation through time.

    .. math:: L = \tfrac{1}{2S}\sum_s (y_s - b_s)^2 , \qquad
       \frac{\partial L}{\partial W} = \sum_{t=1}^T \delta_t \tanh(x_{t-1})^\top

    Parameters
    ----------
    net : BitMemory
    inputs : ndarray of shape (steps, sequences, n)
    bits : ndarray of shape (sequences,)

    Returns
    -------
    loss : float
    gradients : BitMemory
        The same shapes as `net`.
    flow : ndarray of shape (steps + 1, sequences, n)
        Gradients by state, as `error_flow` returns them.

    Raises
    ------
    TypeError, ValueError
        If `net` is no `BitMemory`, an input not real and finite, or shapes do not match.
    """
    if not isinstance(net, BitMemory):
        raise TypeError(f"net must be a BitMemory, got {type(net).__name__}")
    states = net._states(inputs)
    bits = _check.array("bits", bits, real=True)
    if bits.shape != states.shape[1:2] or bits.size == 0:
        raise ValueError(f"bits must have shape {states.shape[1:2]}, at least 1, got {bits.shape}")
    with np.errstate(all="ignore"):
        loss, gradients, flow = _recall_gradients(net, states, bits)
    names = "net, inputs and bits"
    for part in (np.asarray(loss), *gradients):
        _check.in_range(names, part)
    return loss, gradients, flow


def _recall_gradients(net: BitMemory, states: Array, bits: Array) -> tuple[float, BitMemory, Array]:
    signals = np.tanh(states)
    misses = (net.outputs(states) - bits) / len(bits)
    error = misses[:, None] * net.readout * (1 - signals[-1] ** 2)
    flow = _flow(net.recurrent, signals, error)
    gradients = BitMemory(
        np.einsum("tsi,tsj->ij", flow[1:], signals[:-1]), bits @ flow[1], misses @ signals[-1]
    )
    return len(bits) / 2 * float(misses @ misses), gradients, flow


def train_bit_memory(
    steps: int,
    *,
    rng: Generator,
    units: int = 10,
    updates: int = 1000,
    rate: float = 0.1,
    noise: float = 0.1,
    sequences: int = 40,
) -> BitMemory:
    """Train a `BitMemory` by plain gradient descent on fresh sequences.

    Parameters
    ----------
    steps : int
        Length T of a sequence, at least 1.
    rng : numpy.random.Generator
        Source of the start, the bits and the noise.
    units, updates : int
        Network size and gradient steps, each at least 1.
    rate, noise : float
        Learning rate and standard deviation of the noise, above 0.
    sequences : int
        Sequences a step, at least 1.

    Returns
    -------
    BitMemory
        The trained network.

    Raises
    ------
    TypeError
        If a size is no integer, or `rng` no generator.
    ValueError
        If a number is out of range, or `rate` so large that training diverges.
    """
    steps, units = _check.size("steps", steps), _check.size("units", units)
    updates, sequences = _check.size("updates", updates), _check.size("sequences", sequences)
    rate, noise = _check.positive("rate", rate), _check.positive("noise", noise)
    rng = _check.generator(rng)
    _check.room(steps * sequences * units + units**2, "steps, sequences and units")
    _check.room(updates, "updates")
    net = BitMemory(
        rng.standard_normal((units, units)) * 0.8 / np.sqrt(units),
        rng.standard_normal(units) / np.sqrt(units),
        rng.standard_normal(units) / np.sqrt(units),
    )
    for _ in range(updates):
        bits = rng.choice([-1.0, 1.0], size=sequences)
        inputs = net.inputs(bits, steps, noise=noise, rng=rng)
        _, gradients, _ = recall_gradients(net, inputs, bits)
        net = BitMemory(*(p - rate * d for p, d in zip(net, gradients, strict=True)))
        if max(np.abs(p).max() for p in net) > _DIVERGED:
            raise ValueError(f"rate must be smaller: at {rate} the training diverges")
    return net


def _arrays(name: str, values: Sequence[ArrayLike]) -> list[Array]:
    """Each of a sequence of arrays."""
    if not isinstance(values, list | tuple) and np.ndim(np.asarray(values)) == 0:
        raise TypeError(f"{name} must be a sequence of arrays, got {type(values).__name__}")
    return [_check.array(name, value, real=True) for value in values]


def _recurrent(W: ArrayLike) -> Array:
    """One real square matrix, or one for each network."""
    W = _check.array("W", W, real=True)
    if W.ndim not in (2, 3) or W.shape[-1] != W.shape[-2] or W.size == 0:
        raise ValueError(
            f"W must be a square matrix (n, n), or one a network (networks, n, n), got {W.shape}"
        )
    return W


def _axes(W: Array) -> str:
    return f"{len(W)}, " if W.ndim == 3 else ""


def _states(states: ArrayLike, W: Array) -> Array:
    states = _check.array("states", states, real=True)
    if (
        states.ndim != W.ndim + 1
        or len(states) == 0
        or (*states.shape[1:-2], states.shape[-1]) != W.shape[:-1]
    ):
        form = f"(steps + 1, {_axes(W)}sequences, {W.shape[-1]})"
        raise ValueError(f"states must have shape {form} to match W, got {states.shape}")
    return states


def _one_sequence(W: ArrayLike, states: ArrayLike) -> tuple[Array, Array]:
    W, states = _recurrent(W), _check.array("states", states, real=True)
    if W.ndim != 2:
        raise ValueError(f"W must be one square matrix (n, n), got shape {W.shape}")
    if states.ndim != 2 or states.shape[1] != len(W) or len(states) == 0:
        form = f"(steps + 1, {len(W)}) to match W"
        raise ValueError(f"states must have shape {form}, got {states.shape}")
    _check.room(len(states) * W.size, "states and W")
    return W, states


def _times(signals: Array, W: Array) -> Array:
    """W times every signal; where each is one number by plain products, which are faster."""
    if W.shape[-1] == 1:
        return signals * W[..., None, :, 0]
    return signals @ W.swapaxes(-1, -2)


def _signals(W: Array, drive: Array) -> Array:
    """The signals tanh(x) of all steps."""
    return _advance(W, _from_rest(drive))


def _from_rest(drive: Array) -> Array:
    """A copy of what drives each step, in rows 1, 2, ...; row 0 is 0."""
    rows = np.empty((len(drive) + 1, *drive.shape[1:]))
    rows[0], rows[1:] = 0.0, drive
    return rows


def _advance(W: Array, signals: Array) -> Array:
    """Turn what drives each step, in rows 1, 2, ... of `signals`, into the signals tanh(x)."""
    back = np.empty_like(signals[0])
    multiply, W = _step(W.swapaxes(-1, -2), back)
    for before, after in pairwise(signals):
        np.add(after, multiply(before, W, out=back), out=after)
        np.tanh(after, out=after)
    return signals


def _flow(W: Array, signals: Array, error: Array) -> Array:
    """Gradients by state from the signals tanh(x)."""
    flow = np.multiply(signals, signals)
    np.subtract(1, flow, out=flow)
    flow[-1], back = error, np.empty_like(flow[-1])
    multiply, W = _step(W, back)
    for before, after in zip(flow[-2::-1], flow[:0:-1], strict=True):
        np.multiply(before, multiply(after, W, out=back), out=before)
    return flow


def _step(W: Array, signals: Array) -> tuple[np.ufunc, Array]:
    """What multiplies signals with W: for single units a plain product of one shape."""
    if W.shape[-1] > 1:
        return np.matmul, W
    return np.multiply, np.broadcast_to(W, signals.shape).copy()


def _tiny(net: Network, inputs: Array) -> bool:
    """Whether the networks are so many and small that loops over the networks beat BLAS."""
    networks, n, _ = net.recurrent.shape
    return bool(networks >= 64 and n * n * inputs.shape[2] < 300)


def _heard(inputs: Array, n: int, tiny: bool) -> Array:
    """What n units hear at each step: room for their signals, at first 0; the inputs; and 1.

    So one product with [W V b] gives the states. In memory the networks come last if tiny.
    """
    steps, networks, sequences, channels = inputs.shape
    shape = (steps + 1, n + channels + 1, sequences, networks)
    heard = np.empty(shape) if tiny else np.empty((*shape[:1], networks, *shape[1:3]))
    heard = heard.transpose(0, 3, 2, 1) if tiny else heard.swapaxes(2, 3)
    heard[0, ..., :n], heard[:-1, ..., n:-1], heard[..., -1] = 0.0, inputs, 1.0
    return heard


def _product(weights: Array, tiny: bool) -> Callable[..., Array]:
    """What multiplies signals (networks, sequences, width) with the weights of their network."""
    if tiny:
        return partial(np.einsum, "mnk,msk->msn", np.asfortranarray(weights))
    return lambda signals, out: np.matmul(signals, weights.swapaxes(1, 2), out=out)


def _tanh_of_half(x: Array, out: Array) -> Array:
    """tanh(x/2) = 1 - 2 / (1 + exp(x)); `x` is overwritten.

    Right to 2e-16, not to all digits of small signals, and in half the time of ``np.tanh``
    where that has no AVX-512 to run on. To an exp that overflows, 1 is the right answer.
    """
    np.add(np.exp(x, out=x), 1, out=x)
    np.add(np.divide(-2, x, out=x), 1, out=out)
    return out


def _outer_products(left: Array, right: Array, tiny: bool) -> Array:
    """Sum over steps and sequences of the outer products, one matrix a network."""
    total: Array
    if tiny:
        total = np.einsum("tmsi,tmsj->mij", left, right)
        return total
    total = np.zeros((left.shape[1], left.shape[3], right.shape[3]))
    part = np.empty_like(total)
    for a, b in zip(left, right, strict=True):
        total += np.matmul(a.swapaxes(1, 2), b, out=part)
    return total


def _outer(left: Array, right: Array) -> Array:
    """Sum over steps and sequences of the outer products, one matrix a network."""
    left, right = (np.moveaxis(a, 1, 0).reshape(a.shape[1], -1, a.shape[-1]) for a in (left, right))
    return left.swapaxes(1, 2) @ right


def _finite_differences(loss: Callable[[], float], array: Array, step: float) -> Array:
    """Slope of loss() in each entry of `array`, which is moved in place."""
    slopes = np.empty_like(array)
    for index in np.ndindex(array.shape):
        before, losses = array[index], []
        for shift in (1, -1, 2, -2):
            array[index] = before + shift * step
            losses.append(_check.number("loss", loss()))
        array[index] = before
        slopes[index] = (8 * (losses[0] - losses[1]) - losses[2] + losses[3]) / (12 * step)
    return slopes
