"""Products of fresh random weights, one at every step (chapter 3)."""

import math
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import loggamma

from longterm import _check
from longterm._types import Array, short

__all__ = [
    "Moments",
    "log_abs_moments",
    "median_abs_product",
    "product_variance",
    "sample_log_abs_products",
    "variance_for",
]

DISTRIBUTIONS = ("normal", "uniform", "sign")
_LN2 = np.log(2)
_LOG_ABS_MEAN = -(np.euler_gamma + _LN2) / 2  # E ln|z| for a standard normal z
_LOG_ABS_VARIANCE = np.pi**2 / 8
_TAIL = 40.0  # the integrand is dropped where it is below exp(-40)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)


def product_variance(variance: ArrayLike, steps: int, mean: ArrayLike = 0.0) -> Array:
    r"""Variance of a product of independent weights, exactly.

    .. math:: \operatorname{Var} \prod_{t=1}^n w_t = (v + \mu^2)^n - \mu^{2n}

    Parameters
    ----------
    variance : array_like
        Variance v of one weight, at least 0.
    steps : int
        Number of factors n, at least 0.
    mean : array_like, default 0.0
        Mean of one weight; broadcasts against `variance`.

    Returns
    -------
    float or ndarray
        0 at n = 0. Computed without the cancellation of the formula above;
        inf beyond the range of floats.
    """
    variance, mean = _check.array("variance", variance, real=True), _check.array("mean", mean, True)
    steps = _check.size("steps", steps, least=0)
    if (variance < 0).any():
        raise ValueError(f"variance must be at least 0, got {variance.min()}")
    variance, mean = _broadcast(variance, mean)
    if steps == 0:
        return np.zeros(variance.shape)[()]
    with np.errstate(all="ignore"):
        central, about_mean = variance**steps, _variance_about_mean(variance, steps, mean)
    return np.where(variance == 0, 0.0, np.where(mean == 0, central, about_mean))[()]


def variance_for(target: ArrayLike, steps: int) -> Array:
    r"""Variance of one weight that gives the product a wanted variance.

    .. math:: v = \sqrt[n]{v^*}

    Parameters
    ----------
    target : array_like
        Wanted variance v* of the product, above 0.
    steps : int
        Number of factors n, at least 1.

    Returns
    -------
    float or ndarray
    """
    target, steps = _positive_array("target", target), _check.size("steps", steps)
    return (target ** (1 / steps))[()]


V = TypeVar("V")


@short
class Moments(NamedTuple, Generic[V]):
    """Mean and variance of one step of a walk of logarithms."""

    mean: V
    variance: V


def log_abs_moments(variance: ArrayLike, distribution: str = "normal") -> Moments[Array]:
    r"""Mean and variance of ln|w| for one weight of mean 0 and variance v.

    =========  ==================================  =======================  ===============
    name       weight                              mean of ln\|w\|          variance
    =========  ==================================  =======================  ===============
    normal     :math:`N(0, v)`                     (ln v − γ − ln 2) / 2    π² / 8
    uniform    even on (−√(3v), √(3v))             ln √(3v) − 1             1
    sign       ±√v, each with probability ½        (ln v) / 2               0
    =========  ==================================  =======================  ===============

    Parameters
    ----------
    variance : array_like
        Variance v of one weight, above 0.
    distribution : {"normal", "uniform", "sign"}
        Law of the weights.

    Returns
    -------
    Moments
        The `mean` and `variance` of natural logarithms, both of the shape of `variance`.
    """
    half = np.log(_positive_array("variance", variance)) / 2
    _check.one_of("distribution", distribution, DISTRIBUTIONS)
    shift, spread = {
        "normal": (_LOG_ABS_MEAN, _LOG_ABS_VARIANCE),
        "uniform": (np.log(3) / 2 - 1, 1.0),
        "sign": (0.0, 0.0),
    }[distribution]
    return Moments((half + shift)[()], np.full_like(half, spread)[()])


def median_abs_product(variance: float, steps: int) -> float:
    r"""Median size of a product of independent N(0, v) weights, by quadrature.

    The sum of ln|w| has a known characteristic function; its median is the root of
    the inversion integral of Gil-Pelaez (1951), computed to about twelve digits.

    .. math:: E\,e^{is\ln|z|} = \frac{2^{is/2}\,\Gamma(\frac{1 + is}{2})}{\sqrt\pi}
       \qquad (z \sim N(0, 1))

    Parameters
    ----------
    variance : float
        Variance v of one weight, above 0.
    steps : int
        Number of factors n, at least 0.

    Returns
    -------
    float
        1 at n = 0; inf beyond the range of floats.
    """
    variance, steps = _check.positive("variance", variance), _check.size("steps", steps, least=0)
    if steps == 0:
        return 1.0
    mean = steps * (np.log(variance) / 2 + _LOG_ABS_MEAN)
    with np.errstate(over="ignore"):
        return float(np.exp(mean + _median_of_centred_sum(steps)))


def sample_log_abs_products(
    variance: float, steps: int, size: int, *, rng: Generator, distribution: str = "normal"
) -> Array:
    r"""Logarithms of the sizes of random products, step by step.

    .. math:: \ln\Big|\prod_{s=1}^t w_s\Big| = \sum_{s=1}^t \ln|w_s|

    Parameters
    ----------
    variance : float
        Variance v of one weight, above 0; the mean is 0.
    steps : int
        Number of factors n, at least 0.
    size : int
        Number of independent products, at least 1.
    rng : numpy.random.Generator
        Source of randomness.
    distribution : {"normal", "uniform", "sign"}
        Law of the weights.

    Returns
    -------
    ndarray of shape (size, steps + 1)
        Column t is after t factors; column 0 is 0.
    """
    variance, steps = _check.positive("variance", variance), _check.size("steps", steps, least=0)
    size, rng = _check.size("size", size), _check.generator(rng)
    _check.one_of("distribution", distribution, DISTRIBUTIONS)
    _check.room(size * (steps + 1), "size and steps")
    logs = np.zeros((size, steps + 1))
    draws = _draw_log_abs((size, steps), distribution, rng)
    draws += np.log(variance) / 2
    np.cumsum(draws, axis=1, out=logs[:, 1:])
    return logs


def _variance_about_mean(variance: Array, steps: int, mean: Array) -> Array:
    """(v + mu²)^n - mu^(2n) for v and mu other than 0, in logarithms."""
    log_square, log_ratio = 2 * np.log(np.abs(mean)), np.log(variance) - 2 * np.log(np.abs(mean))
    growth = np.logaddexp(0.0, log_ratio)  # ln((v + mu²) / mu²)
    plain = steps * (log_square + growth) + np.log(-np.expm1(-steps * growth))
    tiny = (steps - 1) * log_square + np.log(steps) + np.log(variance)  # n v mu^(2n - 2)
    variance_of_product: Array = np.exp(np.where(log_ratio + np.log(steps) < -40, tiny, plain))
    return variance_of_product


def _draw_log_abs(shape: tuple[int, ...], distribution: str, rng: Generator) -> Array:
    """Draws of ln|w| for weights of variance 1."""
    if distribution == "normal":
        draws = rng.standard_normal(shape)
        np.log(np.abs(draws, out=draws), out=draws)
    elif distribution == "uniform":
        draws = rng.random(shape)
        np.log1p(np.negative(draws, out=draws), out=draws)
        draws += np.log(3) / 2
    else:
        draws = np.zeros(shape)
    return draws


def _median_of_centred_sum(steps: int) -> float:
    """Median of the sum of n independent ln|z| - E ln|z|, z standard normal."""
    # |phi(s)|^n = cosh(pi s / 2)^(-n/2) falls below exp(-_TAIL) at the end of the range.
    decay = 2 * _TAIL / steps
    end = 2 / np.pi * (decay + np.log1p(np.sqrt(-np.expm1(-2 * decay))))
    s = (_NODES + 1) * end / 2
    log_phi = loggamma((1 + 1j * s) / 2) - loggamma(0.5) + 1j * s * (_LN2 / 2 - _LOG_ABS_MEAN)
    size, phase = np.exp(steps * log_phi.real), steps * log_phi.imag

    def excess(x: float) -> float:
        return float(np.sum(_WEIGHTS * size * np.sin(phase - s * x) / s))

    spread = np.sqrt(steps * _LOG_ABS_VARIANCE)
    return brentq(excess, -spread, spread, xtol=1e-13 * max(1.0, spread))


def _broadcast(variance: Array, mean: Array) -> tuple[Array, Array]:
    try:
        shape = np.broadcast_shapes(variance.shape, mean.shape)
    except ValueError:
        raise ValueError(
            f"mean must broadcast against variance, got shapes {mean.shape} and {variance.shape}"
        ) from None
    _check.room(math.prod(shape), "variance and mean")
    return np.broadcast_to(variance, shape), np.broadcast_to(mean, shape)


def _positive_array(name: str, value: Any) -> Array:
    values = _check.array(name, value, real=True)
    if not (values > 0).all():
        raise ValueError(f"{name} must be above 0, got {values.min()}")
    return values
