r"""Deep feedforward networks: what the theory of `scaling` says of real ones (chapter 4).

Layer d is :math:`h_d = f(g W_d h_{d-1})`, with a linear readout after the last. A leading
axis runs over independent networks, so that a whole sweep is trained at once.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array, Integers, short

__all__ = [
    "DeepNetwork",
    "ReadoutErrors",
    "accuracy",
    "backward",
    "classification_error",
    "forward",
    "gradients",
    "loss",
    "random_networks",
    "train",
]

Function = Callable[[Array], Array]

_SIZES = "width, depth and trials with so many inputs and classes"
_LAST = ("networks", "samples", "units")
_AXES = (
    ("networks", "units", "inputs"),
    ("layers", "networks", "units", "units"),
    ("networks", "classes", "units"),
)

ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "linear": (lambda a: a, np.ones_like),
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "relu": (lambda a: np.maximum(a, 0), lambda h: (h > 0).astype(float)),
}
"""Each activation f, and its slope f' as a function of the output h = f(a)."""


@short
class DeepNetwork(NamedTuple):
    """Weights of networks that share a shape: K networks, N units, D layers, C classes."""

    entry: Array
    """(K, N, inputs)"""
    hidden: Array
    """(D, K, N, N)"""
    readout: Array
    """(K, C, N)"""


def random_networks(
    width: int, depth: int, trials: int, *, rng: Generator, inputs: int = 64, classes: int = 10
) -> DeepNetwork:
    r"""Networks whose weights are independent, :math:`N(0, 1/\text{number of inputs})`.

    Parameters
    ----------
    width, depth, trials : int
        Units per layer N, hidden layers D, and independent networks K, each at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    inputs, classes : int
        Numbers that come in and go out, each at least 1.

    Returns
    -------
    DeepNetwork
    """
    width, depth = _check.size("width", width), _check.size("depth", depth)
    trials, rng = _check.size("trials", trials), _check.generator(rng)
    inputs, classes = _check.size("inputs", inputs), _check.size("classes", classes)
    _check.room(trials * width * (depth * width + inputs + classes), _SIZES)
    return DeepNetwork(
        rng.standard_normal((trials, width, inputs)) / np.sqrt(inputs),
        rng.standard_normal((depth, trials, width, width)) / np.sqrt(width),
        rng.standard_normal((trials, classes, width)) / np.sqrt(width),
    )


@np.errstate(all="ignore")
def forward(net: DeepNetwork, x: ArrayLike, gain: ArrayLike, activation: str) -> Array:
    r"""States of every layer; inf or nan where they leave the range of floats.

    .. math:: h_0 = W_{\text{entry}}\, x , \qquad h_d = f(g W_d h_{d-1})

    Parameters
    ----------
    net : DeepNetwork
    x : ndarray of shape (samples, inputs)
    gain : float or ndarray of shape (K,)
        Scale g above 0, one for all networks or one each.
    activation : {"linear", "tanh", "relu"}

    Returns
    -------
    ndarray of shape (D + 1, K, samples, N)
    """
    f, _ = ACTIVATIONS[_check.one_of("activation", activation, tuple(ACTIVATIONS))]
    x, gain = _samples(net, x), _gains(net, gain)
    states = np.empty((len(net.hidden) + 1, len(net.entry), len(x), net.entry.shape[1]))
    states[0] = x @ net.entry.swapaxes(1, 2)
    for d, W in enumerate(net.hidden):
        states[d + 1] = f(states[d] @ (gain * W).swapaxes(1, 2))
    return states


@np.errstate(all="ignore")
def backward(
    net: DeepNetwork, states: Array, error: Array, gain: ArrayLike, activation: str
) -> Array:
    r"""Gradients of a loss with respect to the state of every layer.

    Numbers in `net`, `states` and `error` are not checked: inf and nan come back as such.

    .. math:: \frac{\partial L}{\partial h_{d-1}} =
       g W_d^\top \Bigl( f'(a_d) \odot \frac{\partial L}{\partial h_d} \Bigr)

    Parameters
    ----------
    net : DeepNetwork
    states : ndarray of shape (D + 1, K, samples, N)
        What `forward` returned.
    error : ndarray of shape (K, samples, N)
        Gradient with respect to the last state.
    gain, activation
        As for `forward`.

    Returns
    -------
    ndarray of shape (D + 1, K, samples, N)
    """
    _, slope = ACTIVATIONS[_check.one_of("activation", activation, tuple(ACTIVATIONS))]
    sizes = _sizes(net)
    gain, sizes["layers + 1"] = _gains(net, gain), len(net.hidden) + 1
    _check.fits("states", states, ("layers + 1", *_LAST), sizes, to="net")
    _check.fits("error", error, _LAST, sizes, to="states")
    flow = np.empty_like(states)
    flow[-1] = error
    for d in range(len(net.hidden), 0, -1):
        flow[d - 1] = (flow[d] * slope(states[d])) @ (gain * net.hidden[d - 1])
    return flow


@short
class ReadoutErrors(NamedTuple):
    """Gradients of the cross-entropy on both sides of the readout."""

    misses: Array
    """With respect to the scores, (p - one-hot) / samples, (K, samples, C)."""
    error: Array
    """With respect to the last state, (K, samples, N)."""


@np.errstate(all="ignore")
def classification_error(net: DeepNetwork, last_states: Array, labels: Integers) -> ReadoutErrors:
    r"""Cross-entropy of a softmax readout: its gradient before and after the readout.

    .. math:: L = -\frac1S \sum_s \ln p_s(\text{label}_s), \qquad
       p_s = \operatorname{softmax}(W_{\text{readout}}\, h_D)

    Parameters
    ----------
    net : DeepNetwork
    last_states : ndarray of shape (K, samples, N)
    labels : ndarray of int, shape (samples,)

    Returns
    -------
    ReadoutErrors
        The `misses` of the scores and the `error` of the last state. Numbers in `net` and
        `last_states` are not checked: inf and nan come back as such.
    """
    sizes = _sizes(net)
    _check.fits("last_states", last_states, _LAST, sizes, to="net")
    labels = _labels(net, labels, sizes["samples"])
    shares = np.exp(_log_shares(net, last_states))
    shares[:, np.arange(len(labels)), labels] -= 1
    shares /= len(labels)
    return ReadoutErrors(shares, shares @ net.readout)


@np.errstate(all="ignore")
def loss(
    net: DeepNetwork, x: ArrayLike, labels: Integers, gain: ArrayLike, activation: str
) -> Array:
    """Mean cross-entropy of each network, the L of `classification_error`.

    It is inf or nan where states leave the range of floats.

    Parameters
    ----------
    net : DeepNetwork
    x : ndarray of shape (samples, inputs)
    labels : ndarray of int, shape (samples,)
    gain, activation
        As for `forward`.

    Returns
    -------
    ndarray of shape (K,)
    """
    last = forward(net, x, gain, activation)[-1]
    labels, logs = _labels(net, labels, last.shape[1]), _log_shares(net, last)
    losses: Array = -logs[:, np.arange(len(labels)), labels].mean(axis=1)
    return losses


@np.errstate(all="ignore")
def gradients(
    net: DeepNetwork, x: ArrayLike, labels: Integers, gain: ArrayLike, activation: str
) -> DeepNetwork:
    """Gradient of the cross-entropy for all weights, by back-propagation.

    It is inf or nan where states leave the range of floats.

    Parameters
    ----------
    net : DeepNetwork
    x : ndarray of shape (samples, inputs)
    labels : ndarray of int, shape (samples,)
    gain, activation
        As for `forward`.

    Returns
    -------
    DeepNetwork
        The same shapes as `net`.
    """
    _, slope = ACTIVATIONS[_check.one_of("activation", activation, tuple(ACTIVATIONS))]
    states = forward(net, x, gain, activation)
    misses, error = classification_error(net, states[-1], labels)
    flow = backward(net, states, error, gain, activation)
    hidden, gain = np.empty_like(net.hidden), _gains(net, gain)
    for d in range(len(hidden)):
        before = flow[d + 1] * slope(states[d + 1])
        np.matmul(before.swapaxes(1, 2) * gain, states[d], out=hidden[d])
    entry = flow[0].swapaxes(1, 2) @ _samples(net, x)
    return DeepNetwork(entry, hidden, misses.swapaxes(1, 2) @ states[-1])


def train(
    net: DeepNetwork,
    x: ArrayLike,
    labels: ArrayLike,
    gain: ArrayLike,
    activation: str,
    *,
    updates: int,
    rate: float,
    rng: Generator,
    samples: int = 64,
) -> DeepNetwork:
    """Plain stochastic gradient descent on all weights of all networks at once.

    A network whose update is no longer finite has exploded: it keeps its last weights, or the
    inf and nan that it started with.

    Parameters
    ----------
    net : DeepNetwork
        The start.
    x : ndarray of shape (samples, inputs)
    labels : ndarray of int, shape (samples,)
    gain, activation
        As for `forward`.
    updates : int
        Number of steps.
    rate : float
        Learning rate above 0.
    rng : numpy.random.Generator
        Chooses the samples.
    samples : int
        Number of samples a step.

    Returns
    -------
    DeepNetwork
    """
    updates, samples = _check.size("updates", updates), _check.size("samples", samples)
    rate, rng = _check.positive("rate", rate), _check.generator(rng)
    _check.room(updates, "updates")
    _check.room(samples, "samples")
    x = _samples(net, x)
    labels = _labels(net, labels, len(x))
    _gains(net, gain)
    _check.one_of("activation", activation, tuple(ACTIVATIONS))
    with np.errstate(all="ignore"):
        for _ in range(updates):
            chosen = rng.integers(len(x), size=samples)
            step = gradients(net, x[chosen], labels[chosen], gain, activation)
            net = _descend(net, step, rate)
    return net


@np.errstate(all="ignore")
def accuracy(
    net: DeepNetwork, x: ArrayLike, labels: Integers, gain: ArrayLike, activation: str
) -> Array:
    """Share of samples each network labels rightly.

    Parameters
    ----------
    net : DeepNetwork
    x : ndarray of shape (samples, inputs)
    labels : ndarray of int, shape (samples,)
    gain, activation
        As for `forward`.

    Returns
    -------
    ndarray of shape (K,)
    """
    last = forward(net, x, gain, activation)[-1]
    scores, labels = last @ net.readout.swapaxes(1, 2), _labels(net, labels, last.shape[1])
    shares: Array = (scores.argmax(axis=2) == labels).mean(axis=1)
    return shares


def _log_shares(net: DeepNetwork, last_states: Array) -> Array:
    """Logarithms of the softmax shares of all classes, shape (K, samples, C)."""
    scores = last_states @ net.readout.swapaxes(1, 2)
    scores -= scores.max(axis=2, keepdims=True)
    logs: Array = scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))
    return logs


def _descend(net: DeepNetwork, step: DeepNetwork, rate: float) -> DeepNetwork:
    moved = DeepNetwork(*(p - rate * d for p, d in zip(net, step, strict=True)))
    totals = moved.entry.sum((1, 2)) + moved.hidden.sum((0, 2, 3)) + moved.readout.sum((1, 2))
    finite = np.isfinite(totals)[:, None, None]
    if finite.all():
        return moved
    return DeepNetwork(*(np.where(finite, new, old) for new, old in zip(moved, net, strict=True)))


def _sizes(net: DeepNetwork) -> dict[str, int]:
    """Sizes of the axes of networks, whose arrays must fit together."""
    sizes: dict[str, int] = {}
    _check.record("net", net, DeepNetwork, _AXES, sizes)
    return sizes


def _labels(net: DeepNetwork, labels: ArrayLike, samples: int) -> Integers:
    """Labels as an array of as many class numbers."""
    result = _check.integers("labels", labels)
    if result.shape != (samples,):
        raise ValueError(f"labels must have shape ({samples},), got {result.shape}")
    if result.size and not 0 <= result.min() <= result.max() < net.readout.shape[1]:
        raise ValueError(f"labels must be from 0 to {net.readout.shape[1] - 1}")
    return result


def _samples(net: DeepNetwork, x: ArrayLike) -> Array:
    _sizes(net)
    x = _check.array("x", x, real=True)
    if x.ndim != 2 or x.shape[1] != net.entry.shape[2]:
        raise ValueError(f"x must have shape (samples, {net.entry.shape[2]}), got {x.shape}")
    if len(x) == 0:
        raise ValueError("x must have one sample or more")
    _check.room((len(net.hidden) + 1) * net.entry.shape[0] * net.entry.shape[1] * len(x), "x")
    return x


def _gains(net: DeepNetwork, gain: ArrayLike) -> Array:
    """The gains as an array that broadcasts over weights of shape (K, N, N)."""
    gain = _check.array("gain", gain, real=True)
    if gain.shape not in ((), (len(net.entry),)) or not (gain > 0).all():
        raise ValueError(
            f"gain must be one number above 0, or {len(net.entry)} of them, got {gain}"
        )
    return gain.reshape(-1, 1, 1)
