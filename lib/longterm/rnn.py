r"""The bare tanh recurrence and the gradients that flow back through it (chapters 1, 5 to 8).

The form is that of Pascanu et al. (2013), :math:`x_t = W\tanh(x_{t-1}) + u_t`: states x,
recurrent matrix W, and inputs u that are already in the space of the states. All functions take
and give states, never the signals :math:`\tanh x`. An axis before that of the sequences runs over
independent networks. What networks learn, and how, is in `models` and `training`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array

__all__ = [
    "Bounds",
    "check_gradients",
    "error_flow",
    "flow_by_lag",
    "gradient_by_lag",
    "jacobian_bounds",
    "jacobian_products",
    "run",
]


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
    """
    W, inputs = _recurrent(W), _check.array("inputs", inputs, real=True)
    if inputs.shape != (*inputs.shape[:1], *W.shape[:-2], *inputs.shape[-2:-1], W.shape[-1]):
        form = f"(steps, {_axes(W)}sequences, {W.shape[-1]})"
        raise ValueError(f"inputs must have shape {form} to match W, got {inputs.shape}")
    states = np.zeros((len(inputs) + 1, *inputs.shape[1:]))
    with np.errstate(all="ignore"):
        for t, u in enumerate(inputs):
            states[t + 1] = _times(np.tanh(states[t]), W) + u
    return _check.in_range("W and inputs", states)


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
    """
    W = _recurrent(W)
    states = _states(states, W)
    error = _check.array("error", error, real=True)
    if error.shape != states.shape[1:]:
        form = f"{states.shape[1:]} to match states"
        raise ValueError(f"error must have shape {form}, got {error.shape}")
    with np.errstate(all="ignore"):
        flow = 1 - np.tanh(states) ** 2
        flow[-1] = error
        for t in range(len(flow) - 1, 0, -1):
            flow[t - 1] *= _times(flow[t], W.swapaxes(-1, -2))
    return _check.in_range("W, states and error", flow)


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


class Bounds(NamedTuple):
    """Bounds on the singular values of products of Jacobians."""

    lower: Array
    """Entry k is at most the smallest singular value of the product over the last k steps."""
    upper: Array
    """Entry k is at least its largest one, its norm."""


def jacobian_bounds(W: ArrayLike, states: ArrayLike) -> Bounds:
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
    Bounds
        ``lower`` and ``upper``, each of shape (steps + 1,).
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
    return Bounds(*bounds)


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
