r"""A tanh recurrent network and the gradients that flow back through it.

The form is that of Pascanu et al. (2013), :math:`x_t = W\tanh(x_{t-1}) + u_t`: states x,
recurrent matrix W, and inputs u that are already in the space of the states.
"""

from typing import NamedTuple

import numpy as np

from longterm import _check

_DIVERGED = 1e6


def run(W, inputs):
    r"""States of the network from :math:`x_0 = 0`.

    .. math:: x_t = W \tanh(x_{t-1}) + u_t

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix.
    inputs : array_like of shape (steps, sequences, n)
        What is added to the states at each step.

    Returns
    -------
    ndarray of shape (steps + 1, sequences, n)
        Row t is :math:`x_t`.

    Raises
    ------
    TypeError, ValueError
        If an input is not real and finite, or shapes do not match.
    """
    W, inputs = _real_matrix(W), _check.array("inputs", inputs, real=True)
    if inputs.ndim != 3 or inputs.shape[2] != len(W):
        raise ValueError(f"inputs must have shape (steps, sequences, {len(W)}), got {inputs.shape}")
    states = np.zeros((len(inputs) + 1, *inputs.shape[1:]))
    for t, u in enumerate(inputs):
        states[t + 1] = np.tanh(states[t]) @ W.T + u
    return states


def error_flow(W, states, error):
    r"""Gradients of a loss with respect to every state, given that at the last one.

    .. math:: \delta_T = \frac{\partial L}{\partial x_T}, \qquad
       \delta_{t-1} = \bigl(1 - \tanh^2 x_{t-1}\bigr) \odot W^\top \delta_t

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix.
    states : array_like of shape (steps + 1, sequences, n)
        What `run` returned.
    error : array_like of shape (sequences, n)
        :math:`\delta_T`.

    Returns
    -------
    ndarray of shape (steps + 1, sequences, n)
        Row t is :math:`\delta_t = \partial L / \partial x_t`.

    Raises
    ------
    TypeError, ValueError
        If an input is not real and finite, or shapes do not match.
    """
    W, states = _real_matrix(W), _check.array("states", states, real=True)
    error = _check.array("error", error, real=True)
    if states.ndim != 3 or states.shape[2] != len(W) or len(states) == 0:
        raise ValueError(
            f"states must have shape (steps + 1, sequences, {len(W)}), got {states.shape}"
        )
    if error.shape != states.shape[1:]:
        raise ValueError(f"error must have shape {states.shape[1:]}, got {error.shape}")
    flow = np.empty_like(states)
    flow[-1] = error
    for t in range(len(states) - 1, 0, -1):
        flow[t - 1] = (1 - np.tanh(states[t - 1]) ** 2) * (flow[t] @ W)
    return flow


def flow_by_lag(flow):
    r"""Size of the gradient at each lag, over all sequences and units together.

    .. math:: \|\delta_{T - k}\|, \qquad k = 0, 1, \dots, T

    Parameters
    ----------
    flow : array_like of shape (steps + 1, sequences, n)
        What `error_flow` returned.

    Returns
    -------
    ndarray of shape (steps + 1,)
        Entry k is the Euclidean norm k steps before the end.

    Raises
    ------
    TypeError, ValueError
        If `flow` is not real and finite, or has not three axes.
    """
    flow = _check.array("flow", flow, real=True)
    if flow.ndim != 3:
        raise ValueError(f"flow must have shape (steps + 1, sequences, n), got {flow.shape}")
    return np.linalg.norm(flow, axis=(1, 2))[::-1]


class BitMemory(NamedTuple):
    """A network that is to report its first input, a bit ±1, at the end of a sequence."""

    recurrent: np.ndarray
    entry: np.ndarray
    readout: np.ndarray

    def inputs(self, bits, steps, *, noise, rng):
        """Inputs (steps, sequences, n): the bit at step 1, then noise of that sd alone."""
        drive = noise * rng.standard_normal((steps, len(bits), len(self.entry)))
        drive[0] += bits[:, None] * self.entry
        return drive

    def recall_rate(self, inputs, bits):
        """Share of the sequences whose bit the sign of the answer gives."""
        return float(np.mean(np.sign(self.outputs(run(self.recurrent, inputs))) == bits))

    def outputs(self, states):
        """What the network answers, one number a sequence."""
        return np.tanh(states[-1]) @ self.readout


def recall_gradients(net, inputs, bits):
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
    """
    states = run(net.recurrent, inputs)
    signals = np.tanh(states)
    misses = (net.outputs(states) - bits) / len(bits)
    error = misses[:, None] * net.readout * (1 - signals[-1] ** 2)
    flow = error_flow(net.recurrent, states, error)
    gradients = BitMemory(
        np.einsum("tsi,tsj->ij", flow[1:], signals[:-1]), bits @ flow[1], misses @ signals[-1]
    )
    return len(bits) / 2 * float(misses @ misses), gradients, flow


def train_bit_memory(steps, *, rng, units=10, updates=1000, rate=0.1, noise=0.1, sequences=40):
    """Train a `BitMemory` by plain gradient descent on fresh sequences.

    Parameters
    ----------
    steps : int
        Length T of a sequence, at least 1.
    rng : numpy.random.Generator
        Source of the start, the bits and the noise.
    units, updates, sequences : int
        Network size, gradient steps, and sequences a step, each at least 1.
    rate, noise : float
        Learning rate and standard deviation of the noise, above 0.

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


def _real_matrix(W):
    W = _check.square_matrix("W", W)
    if np.iscomplexobj(W):
        raise TypeError("W must be real numbers, got complex")
    return W
