"""One number, multiplied by itself again and again (chapter 1)."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array, Numbers, short

__all__ = [
    "Sensitivities",
    "descent_path",
    "log_abs_powers",
    "power_slopes",
    "powers",
    "sensitivities",
    "steps_to_reach",
]

_ROUNDING = 8 * np.finfo(float).eps


def powers(w: ArrayLike, steps: int) -> Numbers:
    r"""Powers of each weight, from :math:`w^0` to :math:`w^n`.

    .. math:: w^t = \underbrace{w \cdot w \cdots w}_{t}, \qquad 0^0 = 1

    Parameters
    ----------
    w : array_like
        Real or complex weights of any shape.
    steps : int
        The number of steps n, at least 0.

    Returns
    -------
    ndarray of shape ``w.shape + (steps + 1,)``
        Of float64, or complex128 if `w` is complex. Real powers that leave the range
        of floats become ±inf or 0.

    Raises
    ------
    ValueError
        If a complex power overflows.
    """
    w, steps = _weights_and_steps(w, steps)
    with np.errstate(all="ignore"):
        if np.iscomplexobj(w):
            return _finite(np.cumprod(_factors(w, steps), axis=-1))
        return w[..., None] ** np.arange(steps + 1)


def log_abs_powers(w: ArrayLike, steps: int) -> Array:
    r"""Logarithms of the size of each power, which no power overflows.

    .. math:: \ln|w^t| = t \ln|w|

    Parameters
    ----------
    w : array_like
        Real or complex weights of any shape, negative and zero included.
    steps : int
        The number of steps n, at least 0.

    Returns
    -------
    ndarray of float64, shape ``w.shape + (steps + 1,)``
        0 at t = 0. For w = 0 the row is 0, and then -inf for ever.
    """
    w, steps = _weights_and_steps(w, steps)
    with np.errstate(invalid="ignore"):  # 0 * -inf at t = 0, where the answer is 0
        logs = _log_abs(w)[..., None] * np.arange(steps + 1)
    logs[..., 0] = 0.0
    return logs


def power_slopes(w: ArrayLike, steps: int) -> Numbers:
    r"""Slope of each power: how much :math:`w^t` moves when w does.

    .. math:: \frac{d}{dw} w^t = t\, w^{t-1}

    Parameters
    ----------
    w : array_like
        Real or complex weights of any shape.
    steps : int
        The number of steps n, at least 0.

    Returns
    -------
    ndarray of shape ``w.shape + (steps + 1,)``
        0 at t = 0, also for w = 0; ±inf or 0 beyond the range of floats.

    Raises
    ------
    ValueError
        If a complex slope overflows.
    """
    w, steps = _weights_and_steps(w, steps)
    slopes = np.zeros((*w.shape, steps + 1), dtype=w.dtype)
    with np.errstate(all="ignore"):
        if steps:
            slopes[..., 1:] = np.arange(1, steps + 1) * powers(w, steps - 1)
    return _finite(slopes) if np.iscomplexobj(w) else slopes


def steps_to_reach(w: complex, factor: float) -> float:
    r"""Smallest number of steps after which a signal has changed by a factor.

    .. math:: \min\{t \ge 0 : |w|^t \le f\} \ (f < 1) \qquad \min\{t \ge 0 : |w|^t \ge f\} \ (f > 1)

    Reached counts within rounding: where :math:`|t\ln|w| - \ln f| \le 8\varepsilon(1 + |\ln f|)`,
    so that three steps of 0.1 do reach a thousandth.

    Parameters
    ----------
    w : float or complex
        One weight.
    factor : float
        The factor f > 0.

    Returns
    -------
    int or math.inf
        0 for a factor of 1, ``math.inf`` if the factor is never reached.
    """
    w = _check.number("w", w, real=False)
    goal = math.log(_check.positive("factor", factor))
    rate = float(_log_abs(w))
    if goal > 0:
        goal, rate = -goal, -rate
    goal += _ROUNDING * (1 + abs(goal))
    if goal >= 0:
        return 0
    if rate >= 0:
        return math.inf
    if math.isinf(rate):
        return 1
    return math.ceil(Fraction(goal) / Fraction(rate))  # exact, however many steps


@short
class Sensitivities(NamedTuple):
    r"""Root mean squares of a unit's state in white noise, and of its slopes."""

    state: Array
    r"""Of h itself, :math:`(1 - r^2)^{-1/2}`."""
    weight: Array
    r"""Of :math:`\partial h/\partial\lambda`, :math:`(1 + r^2)^{1/2} (1 - r^2)^{-3/2}`."""
    rate: Array
    r"""Of :math:`\partial\hat h/\partial\nu`, :math:`r\,|\ln r| / (1 - r^2)`, at most ½."""
    phase: Array
    r"""Of :math:`\partial\hat h/\partial\theta`, :math:`r\,(1 + r^2)^{1/2} / (1 - r^2)`."""


def sensitivities(radius: ArrayLike) -> Sensitivities:
    r"""How far a linear unit in white noise moves when its weight does (Zucchet, Orvieto, 2024).

    .. math:: h_t = \lambda h_{t-1} + x_t , \qquad \hat h = \sqrt{1 - |\lambda|^2}\; h , \qquad
       \lambda = e^{-e^\nu + i\theta} , \quad r = |\lambda|

    The slope of h in :math:`\lambda` grows much faster than h as r goes to 1. Scaled to unit
    variance and in the parameter :math:`\nu` it is tame; in the phase it is not.

    Parameters
    ----------
    radius : array_like
        The number r, above 0 and below 1.

    Returns
    -------
    Sensitivities
        Inputs are independent with mean 0 and variance 1.
    """
    r = _check.array("radius", radius, real=True)
    if np.any((r <= 0) | (r >= 1)):
        raise ValueError(f"radius must be above 0 and below 1, got {r}")
    gap, both = (1 - r) * (1 + r), np.sqrt(1 + r**2)
    tame = r * np.abs(np.log(r)) / gap
    return Sensitivities(gap**-0.5, both * gap**-1.5, tame, r * both / gap)


def descent_path(start: float, horizon: int, target: float, rate: float, updates: int) -> Array:
    r"""Weights on the way of gradient descent towards a wanted power.

    .. math:: w \leftarrow w - \eta \frac{d}{dw} (w^T - y)^2 = w - 2 \eta (w^T - y)\, T w^{T-1}

    Parameters
    ----------
    start : float
        The first weight.
    horizon : int
        The power T, at least 1.
    target : float
        The value y that the power is to reach.
    rate : float
        Learning rate above 0.
    updates : int
        Number of updates, at least 0.

    Returns
    -------
    ndarray of shape (updates + 1,)

    Raises
    ------
    ValueError
        If the weight leaves the range of floats.
    """
    w, target = float(_check.number("start", start)), float(_check.number("target", target))
    horizon, rate = _check.size("horizon", horizon), _check.positive("rate", rate)
    updates = _check.size("updates", updates, least=0)
    _check.room(updates + 1, "updates")
    path = [w]
    try:
        for _ in range(updates):
            w -= 2 * rate * (w**horizon - target) * horizon * w ** (horizon - 1)
            path.append(w)
    except OverflowError:
        w = math.inf
    if not math.isfinite(w):
        raise ValueError(
            f"rate {rate} is too large for this start, horizon and target: "
            "the weight leaves the range of floats"
        )
    return np.array(path)


def _log_abs(w: ArrayLike) -> Array:
    """Logarithm of the absolute value of each number, -inf for 0."""
    w = np.asarray(w)
    with np.errstate(divide="ignore"):
        if not np.iscomplexobj(w):
            plain: Array = np.log(np.abs(w))
            return plain
        large, small = np.maximum(abs(w.real), abs(w.imag)), np.minimum(abs(w.real), abs(w.imag))
        ratio = np.divide(small, large, out=np.zeros_like(large), where=large > 0)
        logs: Array = np.log(large) + np.log1p(ratio**2) / 2
        return logs


def _weights_and_steps(w: ArrayLike, steps: int) -> tuple[Numbers, int]:
    w, steps = _check.array("w", w), _check.size("steps", steps, least=0)
    _check.room(w.size * (steps + 1), "w and steps")
    return w, steps


def _factors(w: Numbers, steps: int) -> Numbers:
    """Ones followed by `steps` copies of each weight, along a new last axis."""
    factors = np.repeat(w[..., None], steps + 1, axis=-1)
    factors[..., 0] = 1.0
    return factors


def _finite(values: Numbers) -> Numbers:
    if not np.isfinite(values).all():
        raise ValueError("w to that many steps overflows; use log_abs_powers for its size")
    return values
