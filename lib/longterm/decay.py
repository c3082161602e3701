"""How a linear memory fades: half-lives of leaks and gates, and paths with skips (chapter 8)."""

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.special import ndtr

from longterm import _check
from longterm._types import Array

__all__ = [
    "chance_kept",
    "chrono_biases",
    "gate_bias",
    "gate_half_life",
    "half_life",
    "leak_for",
    "skip_rate",
    "skip_response",
]


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
    """
    exponent = np.log(2) / _positives("half_life", half_life, least=1e-300)
    bias: Array = -exponent - np.log(-np.expm1(-exponent))
    return bias


def chrono_biases(horizon: float, width: int, *, rng: Generator) -> Array:
    r"""Forget biases whose half-lives are spread over a span (Tallec and Ollivier, 2018).

    .. math:: b_f = \ln u , \qquad u \sim U[1, T - 1] , \qquad b_i = -b_f

    A gate at :math:`\sigma(\ln u) = u/(1 + u)` forgets in about u steps.

    Parameters
    ----------
    horizon : float
        The span T, at least 2.
    width : int
        Number of gates.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (width,)
        The forget biases; those of the input gates are their negatives.
    """
    horizon, width = float(_check.number("horizon", horizon)), _check.size("width", width)
    _check.room(width, "width")
    if horizon < 2:
        raise ValueError(f"horizon must be at least 2, got {horizon}")
    biases: Array = np.log(_check.generator(rng).uniform(1, horizon - 1, width))
    return biases


def chance_kept(rate: ArrayLike, steps: int, noise: float, marked: int = 3) -> Array:
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
    """
    a, b = _check.number("direct", direct), _check.number("skip", skip)
    delay = _check.size("delay", delay)
    if delay > 500:
        raise ValueError(f"delay must be at most 500, got {delay}")
    step = np.eye(delay, k=-1)  # of the last d signals, the newest first
    step[0, 0] = a
    step[0, -1] += b
    return float(np.abs(np.linalg.eigvals(step)).max())


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
