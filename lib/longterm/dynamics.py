r"""Cliffs, folds and machines: recurrent networks as dynamical systems (chapter 7).

Most functions study one logistic unit, :math:`x_t = w\,s(x_{t-1}) + b` with
:math:`s(x) = 1/(1 + e^{-x})`; others clip gradients, or keep a stack of bits in one number.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit

from longterm import _check
from longterm._types import Array, Integers

ACTIVATIONS = ("logistic", "tanh")
CLIPS = ("none", "norm", "element")
Codes = NDArray[Any]
"""Stacks: floats of any precision, or fractions."""

_NUMBERS = (Fraction, float, np.float64, np.float32, np.float16)
_BRACKETS = {"(": (1, 0), "[": (1, 1), ")": (0, 0), "]": (0, 1)}


# --- One unit ------------------------------------------------------------------------------


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
    ndarray of shape ``(..., steps + 1)``

    Raises
    ------
    TypeError
        If `steps` is no integer, or an input not real.
    ValueError
        If an input is not finite, or a state leaves the range of floats.
    """
    w, b, x, steps = _unit(w, b, x0, steps)
    states = np.empty((*x.shape, steps + 1))
    states[..., 0] = x
    for t in range(steps):
        states[..., t + 1] = x = w * expit(x) + b
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

    Raises
    ------
    TypeError
        If `steps` is no integer, or an input not real.
    ValueError
        If an input is not finite, or a slope leaves the range of floats.
    """
    return _state_and_slopes(*_unit(w, b, x0, steps))[1]


def folds(w: ArrayLike, activation: str = "logistic") -> Array:
    r"""Biases at which an attractor appears or disappears as the bias moves.

    .. math:: b = \operatorname{logit}(s) - w s, \quad s = \tfrac12 \bigl(1 \pm \sqrt{1 - 4/w}\bigr)
       \qquad\text{or}\qquad b = \operatorname{artanh}(h) - w h, \quad h = \pm\sqrt{1 - 1/w}

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

    Raises
    ------
    TypeError
        If `w` is not real.
    ValueError
        If `w` is not finite or too small for a fold, or `activation` another word.
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

    Raises
    ------
    TypeError
        If an input is not real.
    ValueError
        If an input is not finite or no single number.
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
    TypeError
        If an input is not real.
    ValueError
        If an input is not finite, or :math:`w\,s'(x_0) \le 1`: then the state that stays
        attracts its neighbours, and no wall is there.

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

    Raises
    ------
    TypeError
        If `steps` is no integer, or an input not real.
    ValueError
        If an input is not finite, there is no wall, or the slope leaves the range of floats.
    """
    w, x0, excess = _repelling(w, x0)
    steps = _check.size("steps", steps, least=0)
    with np.errstate(over="ignore"):
        slope = np.expm1(steps * np.log1p(excess)) / excess
    return _in_range(slope, "w and steps")[()]


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

    Raises
    ------
    TypeError
        If `steps` is no integer, or an input not real.
    ValueError
        If an input is not finite, or a state leaves the range of floats.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), figure 6, for the defaults.
    """
    w, b, x, steps = _unit(w, b, x0, steps)
    target = float(_check.number("target", target))
    for _ in range(steps):
        x = w * expit(x) + b
    with np.errstate(over="ignore"):
        return _in_range(np.square(expit(x) - target), "target")[()]


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

    Raises
    ------
    TypeError
        If `steps` is no integer, or an input not real.
    ValueError
        If an input is not finite, or a slope leaves the range of floats.
    """
    x, slopes = _state_and_slopes(*_unit(w, b, x0, steps))
    s, target = expit(x), float(_check.number("target", target))
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = (2 * (s - target) * _logistic_slope(x))[..., None] * slopes
    return _in_range(gradient, "w, b, steps and target")


def descend(
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

    Raises
    ------
    TypeError
        If a size is no integer, or an input not real.
    ValueError
        If an input is out of range, or the descent leaves the range of floats.
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
            path[k + 1] = point = _in_range(point - rate * gradient, "start, rate and updates")
    return path


# --- Clipping ------------------------------------------------------------------------------


def clip_by_norm(gradient: ArrayLike, threshold: float) -> Array:
    r"""Shorten each gradient that is longer than a threshold; its direction stays.

    .. math:: g \leftarrow g \, \min\Bigl(1, \frac{\theta}{\|g\|}\Bigr)

    Parameters
    ----------
    gradient : array_like of shape (..., n)
        One gradient, or a batch of them; the norm is taken over the last axis.
    threshold : float
        The greatest norm :math:`\theta` that is let through, above 0.

    Returns
    -------
    ndarray of shape (..., n)

    Raises
    ------
    TypeError
        If an input is not real.
    ValueError
        If an input is not finite, `gradient` is a scalar, or `threshold` not above 0.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), section 3.2.
    """
    gradient, threshold = _vectors(gradient), _check.positive("threshold", threshold)
    largest = np.abs(gradient).max(axis=-1, keepdims=True, initial=0.0)
    scale = np.where(largest > 0, largest, 1.0)  # so that no square leaves the range of floats
    unit = gradient / scale
    length = np.linalg.norm(unit, axis=-1, keepdims=True)
    with np.errstate(over="ignore", divide="ignore"):
        factor = threshold / (length * scale)
    return np.where(factor < 1, unit / np.maximum(length, 1) * threshold, gradient)


def clip_by_element(gradient: ArrayLike, threshold: float) -> Array:
    r"""Cut each entry of a gradient to an interval; this may turn its direction.

    .. math:: g_i \leftarrow \max(-\theta, \min(\theta, g_i))

    Parameters
    ----------
    gradient : array_like of shape (..., n)
        One gradient, or a batch of them.
    threshold : float
        The greatest size :math:`\theta` of an entry, above 0.

    Returns
    -------
    ndarray of shape (..., n)

    Raises
    ------
    TypeError
        If an input is not real.
    ValueError
        If an input is not finite, `gradient` is a scalar, or `threshold` not above 0.
    """
    gradient, threshold = _vectors(gradient), _check.positive("threshold", threshold)
    return np.clip(gradient, -threshold, threshold)


# --- A stack in one number -----------------------------------------------------------------


def saturate(x: Any) -> Any:
    r"""The saturated-linear function, of floats or of fractions.

    .. math:: \operatorname{sat}(x) = \min(1, \max(0, x))

    Parameters
    ----------
    x : array_like
        Floats of any precision, which is kept, or `fractions.Fraction`.

    Returns
    -------
    ndarray, or a single number
        Of the same kind as `x`; integers become floats.

    Raises
    ------
    TypeError
        If `x` is neither real floats nor fractions.
    ValueError
        If `x` is not finite.

    References
    ----------
    The units of Siegelmann and Sontag (1995).
    """
    return _plain(_sat(_codes("x", x)))


def top(q: Any) -> Any:
    r"""The bit on top of a stack, 0 for an empty one.

    .. math:: \operatorname{sat}(4q - 2)

    Parameters
    ----------
    q : array_like
        Stacks, as `push` makes them: floats or fractions.

    Returns
    -------
    ndarray, or a single number
        0 or 1 for every q that is the code of a word; something between where
        :math:`\frac12 < q < \frac34`, which no word has.

    Raises
    ------
    TypeError
        If `q` is neither real floats nor fractions.
    ValueError
        If `q` is not finite.
    """
    return _plain(_top(_sat(_codes("q", q))))


def push(q: Any, bit: ArrayLike) -> Any:
    r"""Put a bit on a stack.

    .. math:: q \leftarrow \frac q4 + \frac{2b + 1}4

    Parameters
    ----------
    q : array_like
        Stacks: floats of any precision, which is kept, or fractions. Empty ones are 0.
    bit : array_like
        Integers 0 or 1, broadcast with `q`.

    Returns
    -------
    ndarray, or a single number

    Raises
    ------
    TypeError
        If `q` is neither real floats nor fractions, or `bit` no integers.
    ValueError
        If `q` is not finite, or a bit other than 0 and 1.
    """
    return _plain(_push(_codes("q", q), _bits("bit", bit)))


def pop(q: Any) -> Any:
    r"""Take the top bit off a stack; an empty one stays empty.

    .. math:: q \leftarrow \operatorname{sat}\bigl(4q - (2\operatorname{top}(q) + 1)\bigr)

    Parameters
    ----------
    q : array_like
        Stacks: floats or fractions.

    Returns
    -------
    ndarray, or a single number

    Raises
    ------
    TypeError
        If `q` is neither real floats nor fractions.
    ValueError
        If `q` is not finite.
    """
    return _plain(_pop(_sat(_codes("q", q))))


def write_word(bits: ArrayLike, number: type = float) -> Any:
    r"""Push a word, its last bit first, so that its first bit ends on top.

    .. math:: q = \sum_{i=1}^n \frac{2 b_i + 1}{4^i}

    With `fractions.Fraction` the sum is exact; with floats each push is rounded once.

    Parameters
    ----------
    bits : array_like of shape (..., n)
        Integers 0 or 1; a word a row.
    number : type
        `fractions.Fraction`, `float`, or NumPy's float16, float32 or float64.

    Returns
    -------
    ndarray of shape (...), or a single number
        0 for the empty word.

    Raises
    ------
    TypeError
        If `bits` are no integers, or `number` none of these types.
    ValueError
        If a bit is other than 0 and 1, or `bits` a single number.

    References
    ----------
    Siegelmann and Sontag (1995).
    """
    bits, number = _bits("bits", bits), _number_type(number)
    if bits.ndim == 0:
        raise ValueError("bits must have shape (..., n), got a single number")
    q = _zeros(bits.shape[:-1], number)
    for k in reversed(range(bits.shape[-1])):
        q = _push(q, bits[..., k])
    return _plain(q)


def read_word(q: Any, length: int) -> NDArray[np.int8]:
    r"""Pop a number of bits, the top first; a bit is 1 where the top is at least ½.

    Parameters
    ----------
    q : array_like
        Stacks: floats or fractions. What lies outside 0 … 1 is saturated first.
    length : int
        How many bits to pop, at least 0.

    Returns
    -------
    ndarray of int8, shape ``q.shape + (length,)``

    Raises
    ------
    TypeError
        If `q` is neither real floats nor fractions, or `length` no integer.
    ValueError
        If `q` is not finite, or `length` negative.
    """
    q, length = _sat(_codes("q", q)), _check.size("length", length, least=0)
    _check.room(np.size(q) * length, "q and length")
    bits = np.empty((*np.shape(q), length), dtype=np.int8)
    for k in range(length):
        bits[..., k] = 2 * _top(q) >= 1
        q = _pop(q)
    return bits


def read_brackets(text: str, number: type = Fraction) -> NDArray[Any]:
    r"""States of a machine of ten saturated-linear units that checks brackets.

    Its memory is a stack q of the brackets that are open, and a flag that rises at the first
    bracket that does not fit. For each sign, with o = 1 if it opens and k its kind, it computes

    .. math:: a = \operatorname{sat}(4q - 2), \quad f = \operatorname{sat}(4q), \quad
       c = \operatorname{sat}(a - k), \quad d = \operatorname{sat}(k - a)

    .. math:: e = \operatorname{sat}\bigl(\tfrac q4 + \tfrac{2k+1}4 + o - 1\bigr), \quad
       g = \operatorname{sat}(4q - 2a - 1 - o), \quad
       m = \operatorname{sat}(c + d - o), \quad n = \operatorname{sat}(1 - f - o)

    .. math:: q \leftarrow \operatorname{sat}(e + g), \qquad
       \text{flag} \leftarrow \operatorname{sat}(\text{flag} + m + n)

    Parameters
    ----------
    text : str
        Of the signs ( ) [ ] alone.
    number : type
        `fractions.Fraction`, `float`, or NumPy's float16, float32 or float64.

    Returns
    -------
    ndarray of shape (len(text) + 1, 2)
        The stack and the flag before the first sign and after each; of fractions, dtype object.

    Raises
    ------
    TypeError
        If `text` is no string, or `number` none of these types.
    ValueError
        If `text` has another sign.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    if set(text) - set(_BRACKETS):
        raise ValueError(f"text must consist of ( ) [ ], got {text!r}")
    states = _zeros((len(text) + 1, 2), _number_type(number))
    for t, sign in enumerate(text):
        q, flag = states[t]
        states[t + 1] = _bracket_step(q, flag, *_BRACKETS[sign])
    return states


def balanced(text: str, number: type = Fraction) -> bool:
    r"""Whether every bracket is closed by one of its kind, as the machine sees it.

    Parameters
    ----------
    text : str
        Of the signs ( ) [ ] alone.
    number : type
        `fractions.Fraction`, with which the answer is always right, or a type of floats,
        with which it is right for nests of some depth.

    Returns
    -------
    bool
        True if the stack ends empty and the flag at 0, after `read_brackets`.

    Raises
    ------
    TypeError
        If `text` is no string, or `number` no such type.
    ValueError
        If `text` has another sign.
    """
    q, flag = read_brackets(text, number)[-1]
    return bool(_sat(4 * q) == 0 and flag == 0)


# --- Parts ---------------------------------------------------------------------------------


def _vectors(gradient: ArrayLike) -> Array:
    gradient = _check.array("gradient", gradient, real=True)
    if gradient.ndim == 0:
        raise ValueError("gradient must have shape (..., n), got a single number")
    return gradient


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
    return x, _in_range(np.stack([in_w, in_b], axis=-1), "w, b and steps")


def _in_range(values: Array, names: str) -> Array:
    if not np.isfinite(values).all():
        raise ValueError(f"{names} lead out of the range of floats")
    return values


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


def _codes(name: str, value: Any) -> Codes:
    """`value` as an array of fractions, or of finite floats in their own precision."""
    if isinstance(value, Fraction | list | tuple | np.ndarray):
        items = np.array(value, dtype=object)
        if items.size and all(isinstance(item, Fraction) for item in items.flat):
            return items
    floats = _check.array(name, value, real=True)
    given = getattr(value, "dtype", None)
    return floats.astype(given) if given in (np.float16, np.float32) else floats


def _bits(name: str, value: Any) -> Integers:
    """`value` as an array of the integers 0 and 1."""
    bits = _check.integers(name, value)
    if not np.isin(bits, (0, 1)).all():
        raise ValueError(f"{name} must be 0 or 1 everywhere")
    return bits


def _number_type(number: type) -> type:
    if not isinstance(number, type) or number not in _NUMBERS:
        raise TypeError(f"number must be Fraction or a type of floats, got {number!r}")
    return number


def _zeros(shape: tuple[int, ...], number: type) -> Codes:
    """Zeros of that type; of fractions, an array of dtype object."""
    if number is Fraction:
        return np.full(shape, Fraction(0), dtype=object)
    return np.zeros(shape, dtype=number)


def _plain(x: Any) -> Any:
    """A number in place of an array without axes."""
    return np.asarray(x)[()]


def _sat(x: Any) -> Any:
    return np.minimum(np.maximum(x, 0), 1)


def _top(q: Any) -> Any:
    return _sat(4 * q - 2)


def _push(q: Any, bit: Any) -> Any:
    if np.asarray(q).dtype == object:
        return (q + (2 * bit.astype(object) + 1)) / Fraction(4)
    return q / 4 + ((2 * bit + 1) / 4).astype(q.dtype)


def _pop(q: Any) -> Any:
    return _sat(4 * q - (2 * _top(q) + 1))


def _bracket_step(q: Any, flag: Any, opens: int, kind: int) -> tuple[Any, Any]:
    """The ten units of `read_brackets`, once each."""
    top, full = _top(q), _sat(4 * q)
    differs = _sat(top - kind) + _sat(kind - top)
    gate = type(q)(2 * kind + 4 * opens - 3) / 4  # (2k + 1)/4 + o - 1, exact
    pushed, popped = _sat(q / 4 + gate), _sat(4 * q - (2 * top + 1 + opens))
    wrong, missing = _sat(differs - opens), _sat(1 - full - opens)
    return _sat(pushed + popped), _sat(flag + wrong + missing)
