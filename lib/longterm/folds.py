r"""One logistic unit as a dynamical system: its folds, its wall, and descent across it (chapter 7).

The unit is :math:`x_t = w\,s(x_{t-1}) + b` with :math:`s(x) = 1/(1 + e^{-x})`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit

from longterm import _check
from longterm._types import Array
from longterm.optimisers import clip_by_element, clip_by_norm

__all__ = [
    "ACTIVATIONS",
    "CLIPS",
    "fixed_points",
    "fold_biases",
    "unit_descent",
    "unit_error",
    "unit_gradient",
    "unit_slopes",
    "unit_states",
    "wall",
    "wall_slope",
]

ACTIVATIONS = ("logistic", "tanh")
CLIPS = ("none", "norm", "element")


def unit_states(w: ArrayLike, b: ArrayLike, x0: ArrayLike = 0.5, steps: int = 50) -> Array:
    r"""States of one logistic unit.

    .. math:: x_t = w\, s(x_{t-1}) + b

    Parameters
    ----------
    w, b, x0 : array_like
        Weight, bias and first state, real; they are broadcast.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    ndarray of shape ``(steps + 1, ...)``
        Row t is :math:`x_t`.
    """
    w, b, x, steps = _unit(w, b, x0, steps)
    states = np.empty((steps + 1, *x.shape))
    states[0] = x
    for t in range(steps):
        states[t + 1] = w * expit(states[t]) + b
    return states


def unit_slopes(w: ArrayLike, b: ArrayLike, x0: ArrayLike = 0.5, steps: int = 50) -> Array:
    r"""Slopes of the last state in the weight and in the bias.

    .. math:: \frac{\partial x_t}{\partial w} = s(x_{t-1}) +
       w\, s'(x_{t-1}) \frac{\partial x_{t-1}}{\partial w}, \qquad
       \frac{\partial x_t}{\partial b} = 1 + w\, s'(x_{t-1}) \frac{\partial x_{t-1}}{\partial b}

    Parameters
    ----------
    w, b, x0 : array_like
        Weight, bias and first state, real; they are broadcast.
    steps : int
        Number of steps T, at least 0.

    Returns
    -------
    ndarray of shape ``(..., 2)``
        :math:`\partial x_T/\partial w` and :math:`\partial x_T/\partial b`.
    """
    return _state_and_slopes(*_unit(w, b, x0, steps))[1]


def fold_biases(w: ArrayLike, activation: str = "logistic") -> Array:
    r"""Biases at which an attractor appears or disappears as the bias moves.

    .. math:: b = \operatorname{logit}(s) - w s, \quad s = \tfrac12 \bigl(1 \pm \sqrt{1 - 4/w}\bigr)
       \qquad\text{or}\qquad b = \operatorname{artanh}(r) - w r, \quad r = \pm\sqrt{1 - 1/w}

    The unit has two attractors exactly for biases between the two.

    Parameters
    ----------
    w : array_like
        Weights of :math:`x_t = w s(x_{t-1}) + b`, at least 4, or of
        :math:`x_t = w \tanh(x_{t-1}) + b`, at least 1.
    activation : {"logistic", "tanh"}

    Returns
    -------
    ndarray of shape ``w.shape + (2,)``
        The lower and the upper fold; both are the same at the smallest weight, the cusp.
    """
    w = _check.array("w", w, real=True)
    scale = 4 if _check.one_of("activation", activation, ACTIVATIONS) == "logistic" else 1
    if np.any(w < scale):
        raise ValueError(
            f"w must be at least {scale}; a smaller weight of {activation} has no fold"
        )
    root = np.sqrt(1 - scale / w)
    reach = w / scale * root - _artanh_of_root(scale / w)  # of the tanh unit with weight w / scale
    middle = np.zeros_like(w) if scale == 1 else -w / 2
    size = reach if scale == 1 else 2 * reach
    return np.stack([middle - size, middle + size], axis=-1)


def fixed_points(w: float, b: float) -> Array:
    r"""Fixed points of one logistic unit, in ascending order.

    .. math:: x = w\, s(x) + b

    One attractor, or two with the boundary of their basins between them. For negative
    weights the one fixed point attracts as long as :math:`-w s'(x) < 1`.

    Parameters
    ----------
    w, b : float
        Weight and bias.

    Returns
    -------
    ndarray of shape (1,), (2,) or (3,)
        Two, of which one is double, on a fold.
    """
    w, b = float(_check.number("w", w)), float(_check.number("b", b))
    _refuse_far(np.asarray(w), np.asarray(b), "w and b")
    ends = [b + min(w, 0.0) - 1, *_turning_states(w), b + max(w, 0.0) + 1]
    excess = [w * expit(x) + b - x for x in ends]
    close = 8 * np.finfo(float).eps * (abs(w) + abs(b) + 1)
    found = [x for x, e in zip(ends, excess, strict=True) if abs(e) <= close]
    for low, high, left, right in zip(ends, ends[1:], excess, excess[1:], strict=False):
        if min(abs(left), abs(right)) > close and left * right < 0:
            found.append(_root(lambda x: w * expit(x) + b - x, low, high))
    return np.sort(found)


def wall(w: ArrayLike, x0: ArrayLike = 0.5) -> Array:
    r"""Bias at which the first state is itself the boundary between two basins.

    .. math:: b = x_0 - w\, s(x_0), \qquad w\, s'(x_0) > 1

    Parameters
    ----------
    w, x0 : array_like
        Weight and first state, real; they are broadcast.

    Returns
    -------
    ndarray of the common shape

    Raises
    ------
    ValueError
        If :math:`w\,s'(x_0) \le 1`: then the state that stays attracts its neighbours, and no wall
        is there.

    References
    ----------
    The error of figure 6 of Pascanu, Mikolov and Bengio (2013) has this wall at x0 = 0.5.
    """
    w, x0, _ = _repelling(w, x0)
    return (x0 - w * expit(x0))[()]


def wall_slope(w: ArrayLike, x0: ArrayLike = 0.5, steps: int = 50) -> Array:
    r"""Slope of the last state in the bias on the wall, in closed form.

    .. math:: \frac{\partial x_T}{\partial b} = \frac{m^T - 1}{m - 1}, \qquad m = w\, s'(x_0) > 1

    The slope in the weight is :math:`s(x_0)` times that.

    Parameters
    ----------
    w, x0 : array_like
        Weight and first state, real; they are broadcast.
    steps : int
        Number of steps T, at least 0.

    Returns
    -------
    ndarray of the common shape
    """
    w, x0, excess = _repelling(w, x0)
    steps = _check.size("steps", steps, least=0)
    with np.errstate(over="ignore"):
        slope = np.expm1(steps * np.log1p(excess)) / excess
    return _check.in_range("w and steps", slope)[()]


def unit_error(
    w: ArrayLike, b: ArrayLike, x0: ArrayLike = 0.5, steps: int = 50, target: float = 0.7
) -> Array:
    r"""Squared miss of the last activation.

    .. math:: E = \bigl(s(x_T) - y\bigr)^2

    Parameters
    ----------
    w, b, x0 : array_like
        Weight, bias and first state, real; they are broadcast.
    steps : int
        Number of steps T, at least 0.
    target : float
        The activation y that is wanted.

    Returns
    -------
    ndarray of the common shape

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), figure 6, for the defaults.
    """
    w, b, x, steps = _unit(w, b, x0, steps)
    target = float(_check.number("target", target))
    for _ in range(steps):
        x = w * expit(x) + b
    with np.errstate(over="ignore"):
        return _check.in_range("target", np.square(expit(x) - target))[()]


def unit_gradient(
    w: ArrayLike, b: ArrayLike, x0: ArrayLike = 0.5, steps: int = 50, target: float = 0.7
) -> Array:
    r"""Gradient of `unit_error` in the weight and in the bias.

    .. math:: \nabla E = 2 \bigl(s(x_T) - y\bigr)\, s'(x_T)
       \Bigl(\frac{\partial x_T}{\partial w}, \frac{\partial x_T}{\partial b}\Bigr)

    Parameters
    ----------
    w, b, x0 : array_like
        Weight, bias and first state, real; they are broadcast.
    steps : int
        Number of steps T, at least 0.
    target : float
        The activation y that is wanted.

    Returns
    -------
    ndarray of shape ``(..., 2)``
    """
    x, slopes = _state_and_slopes(*_unit(w, b, x0, steps))
    s, target = expit(x), float(_check.number("target", target))
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = (2 * (s - target) * _logistic_slope(x))[..., None] * slopes
    return _check.in_range("w, b, steps and target", gradient)


def unit_descent(
    start: ArrayLike,
    rate: float,
    updates: int,
    clip: str = "none",
    threshold: float = 1.0,
    steps: int = 50,
) -> Array:
    r"""Path of gradient descent on `unit_error`, its gradients clipped or not.

    .. math:: (w, b) \leftarrow (w, b) - \eta\, \operatorname{clip}(\nabla E)

    Parameters
    ----------
    start : array_like of shape (..., 2)
        First weight and bias, or a batch of them.
    rate : float
        Learning rate :math:`\eta` above 0.
    updates : int
        Number of updates, at least 0.
    clip : {"none", "norm", "element"}
        Which kind of clipping: `clip_by_norm`, `clip_by_element`, or neither.
    threshold : float
        The threshold of the clipping, above 0.
    steps : int
        Number of steps of the unit, at least 0.

    Returns
    -------
    ndarray of shape (updates + 1, ..., 2)
    """
    point, rate = _check.array("start", start, real=True), _check.positive("rate", rate)
    if point.shape[-1:] != (2,):
        raise ValueError(f"start must have shape (..., 2), got {point.shape}")
    _refuse_far(point[..., 0], point[..., 1], "start")
    updates = _check.size("updates", updates, least=0)
    _check.room(point.size * (updates + 1), "start and updates")
    _check.one_of("clip", clip, CLIPS)
    threshold, steps = _check.positive("threshold", threshold), _check.size("steps", steps, least=0)
    rule = {"none": lambda g, _: g, "norm": clip_by_norm, "element": clip_by_element}[clip]
    path = np.empty((updates + 1, *point.shape))
    path[0] = point
    for k in range(updates):
        gradient = rule(unit_gradient(point[..., 0], point[..., 1], steps=steps), threshold)
        with np.errstate(over="ignore"):
            point = _check.in_range("start, rate and updates", point - rate * gradient)
        path[k + 1] = point
    return path


def _unit(w: ArrayLike, b: ArrayLike, x0: ArrayLike, steps: int) -> tuple[Array, Array, Array, int]:
    w, b, x0 = _broadcast(w=w, b=b, x0=x0)
    steps = _check.size("steps", steps, least=0)
    _check.room(w.size * (steps + 1), "w, b, x0 and steps")
    _refuse_far(w, b, "w and b")
    return w, b, x0, steps


def _refuse_far(w: Array, b: Array, names: str) -> None:
    if np.any(np.abs(w) / 4 + np.abs(b) / 4 > np.finfo(float).max / 8):
        raise ValueError(f"{names} must be such that no state leaves the range of floats")


def _broadcast(**inputs: ArrayLike) -> tuple[Array, ...]:
    arrays = [_check.array(name, value, real=True) for name, value in inputs.items()]
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(f"{', '.join(inputs)} must broadcast, got shapes {shapes}") from None


def _logistic_slope(x: Array) -> Array:
    return expit(x) * expit(-x)


def _state_and_slopes(w: Array, b: Array, x: Array, steps: int) -> tuple[Array, Array]:
    """The last state, and its slopes (..., 2) in the weight and in the bias."""
    in_w, in_b = np.zeros(x.shape), np.zeros(x.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            s, m = expit(x), w * _logistic_slope(x)
            in_w, in_b, x = s + m * in_w, 1 + m * in_b, w * s + b
    return x, _check.in_range("w, b and steps", np.stack([in_w, in_b], axis=-1))


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Where the excess is 0; ends that are far apart need some thousand halvings."""
    return brentq(excess, low, high, xtol=1e-14, rtol=1e-14, maxiter=3000)


def _turning_states(w: float) -> list[float]:
    """States where w s(x) - x turns: none or two, in ascending order."""
    if w <= 4:
        return []
    half = 2 * float(_artanh_of_root(np.asarray(4 / w)))
    return [-half, half]


def _artanh_of_root(part: Array) -> Array:
    """artanh √(1 - part) for 0 < part <= 1, also where the root is 1 to all digits."""
    root = np.sqrt(1 - part)
    near, far = np.arctanh(np.where(part < 1e-3, 0, root)), np.log1p(root) - np.log(part) / 2
    return np.where(part < 1e-3, far, near)


def _repelling(w: ArrayLike, x0: ArrayLike) -> tuple[Array, Array, Array]:
    """Weight, first state, and by how much w s'(x0) exceeds 1."""
    w, x0 = _broadcast(w=w, x0=x0)
    excess = w * _logistic_slope(x0) - 1
    if np.any(excess <= 0):
        raise ValueError("w must be above 1 / s'(x0), or there is no wall at x0")
    return w, x0, excess
