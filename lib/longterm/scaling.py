r"""Walks of ln‖h‖² through layers of fresh random matrices (chapter 4).

Layer d maps :math:`h_{d-1}` to :math:`h_d = f(g W_d h_{d-1})` with independent entries
:math:`W_{ij} \sim N(0, 1/N)`; the norm is taken after the activation f. Logarithms are of
the squared norm, except for `lyapunov_exponents`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.polynomial import Polynomial
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import digamma, gammainc, gammaln, polygamma

from longterm import _check
from longterm._types import Array, Integers, short
from longterm.products import Moments

__all__ = [
    "DepthLaw",
    "MeanField",
    "correlation_depth",
    "death_probability",
    "gain",
    "log_norm_step",
    "log_radius",
    "lyapunov_exponents",
    "next_correlation",
    "relu_kurtosis",
    "sample_gradient_walks",
    "sample_log_norms",
    "tanh_depth_law",
    "tanh_gradient_step",
    "tanh_gradient_walk",
    "tanh_mean_field",
]

ACTIVATIONS = ("linear", "relu")
FORMULAS = ("exact", "sussillo")
METHODS = ("law", "matrices")
MATRICES = ("shared", "fresh")
_NODES = np.linspace(-9, 9, 4001)
_DENSITY = np.exp(-(_NODES**2) / 2)
_DENSITY /= _DENSITY.sum()
_COARSE = np.linspace(-8, 8, 161)
_MASS = np.exp(-(_COARSE**2) / 2) / np.exp(-(_COARSE**2) / 2).sum()


def gain(width: int, activation: str = "linear", formula: str = "exact") -> float:
    r"""Scale g that keeps the log norm level on average.

    .. math:: g = \exp\left(-\tfrac12 E \ln z\right), \qquad z = \|h_d\|^2 / \|h_{d-1}\|^2
       \text{ at } g = 1

    ``"exact"`` takes the mean from `log_norm_step`. ``"sussillo"`` is the fit printed by
    Sussillo and Abbott (2014): exp(1/(2N)) for linear layers, and
    √2 exp(1.2/(max(N, 6) − 2.4)) for ReLU.

    Parameters
    ----------
    width : int
        Units per layer N, at least 1.
    activation : {"linear", "relu"}
        For ReLU, given that every layer stays alive.
    formula : {"exact", "sussillo"}
        Which of the two.

    Returns
    -------
    float
    """
    width = _check.size("width", width)
    _check.one_of("activation", activation, ACTIVATIONS)
    if _check.one_of("formula", formula, FORMULAS) == "exact":
        return float(np.exp(-log_norm_step(width, activation).mean / 2))
    if activation == "linear":
        return float(np.exp(1 / (2 * width)))
    return float(np.sqrt(2) * np.exp(1.2 / (max(width, 6) - 2.4)))


def log_norm_step(width: int, activation: str = "linear") -> Moments[float]:
    r"""Exact mean and variance of one step of ln‖h‖² at g = 1.

    A linear layer multiplies the squared norm by :math:`\chi^2_N / N`. A ReLU layer does
    so by :math:`\chi^2_B / N`, where B of its N units are active, each with probability ½.

    .. math:: E \ln\frac{\chi^2_k}{N} = \psi\big(\tfrac k2\big) - \ln\tfrac N2 , \qquad
       \operatorname{Var} \ln\chi^2_k = \psi_1\big(\tfrac k2\big)

    Parameters
    ----------
    width : int
        Units per layer N, at least 1 (at most 10**8 for ReLU).
    activation : {"linear", "relu"}
        For ReLU, given that the layer is alive (B ≥ 1).

    Returns
    -------
    Moments
        The `mean` and `variance` of natural logarithms, of the squared norm.
    """
    width = _check.size("width", width)
    if _check.one_of("activation", activation, ACTIVATIONS) == "linear":
        return Moments(float(_digamma_minus_log(width / 2)), float(polygamma(1, width / 2)))
    _check.room(width, "width")
    active, weights = _active_units(width)
    means = _digamma_minus_log(active / 2) + np.log(active / width)
    mean = weights @ means
    spread = polygamma(1, active / 2) + (means - mean) ** 2
    return Moments(float(mean), float(weights @ spread))


def sample_log_norms(
    width: int,
    depth: int,
    trials: int,
    *,
    gain: float,
    rng: Generator,
    activation: str = "linear",
    method: str = "law",
) -> Array:
    r"""Random walks of ln‖h‖² through deep random networks, starting at ‖h‖ = 1.

    .. math:: \ln\|h_d\|^2 = \sum_{k=1}^d (\ln g^2 + \ln z_k)

    ``"law"`` draws each z from its exact distribution, which depends on nothing but the
    width; ``"matrices"`` multiplies real matrices. Both have the same distribution.

    Parameters
    ----------
    width, depth, trials : int
        Units per layer, layers, and independent networks, each at least 1.
    gain : float
        The scale g above 0.
    rng : numpy.random.Generator
        Source of randomness.
    activation : {"linear", "relu"}
        Applied after each matrix.
    method : {"law", "matrices"}
        How the walk is drawn.

    Returns
    -------
    ndarray of shape (trials, depth + 1)
        Column 0 is 0; -inf after a ReLU layer in which no unit is active.
    """
    width, depth = _check.size("width", width), _check.size("depth", depth)
    trials, gain = _check.size("trials", trials), _check.positive("gain", gain)
    rng = _check.generator(rng)
    _check.one_of("activation", activation, ACTIVATIONS)
    ways = {"law": _steps_by_law, "matrices": _steps_by_matrices}
    steps_of = ways[_check.one_of("method", method, METHODS)]
    _check.room(trials * (depth + 1), "trials and depth")
    walks = np.zeros((trials, depth + 1))
    np.add(steps_of(width, depth, trials, activation, rng), 2 * np.log(gain), out=walks[:, 1:])
    return np.cumsum(walks, axis=1, out=walks)


def death_probability(width: int, depth: int) -> float:
    r"""Probability that some ReLU layer of a random network has no active unit.

    .. math:: 1 - (1 - 2^{-N})^D

    Parameters
    ----------
    width, depth : int
        Units per layer N and layers D, each at least 1.

    Returns
    -------
    float
    """
    width, depth = _check.size("width", width), _check.size("depth", depth)
    return float(-np.expm1(depth * np.log1p(-np.ldexp(1.0, -min(width, 1100)))))


def lyapunov_exponents(width: int) -> Array:
    r"""Growth rates of all directions under products of N(0, 1/N) matrices (Newman, 1986).

    .. math:: \lambda_k = \tfrac12\left[\psi\big(\tfrac{N - k + 1}{2}\big) + \ln 2 - \ln N\right]

    Parameters
    ----------
    width : int
        Matrix size N, from 1 to 10**8.

    Returns
    -------
    ndarray of shape (width,)
        Descending rates of ln‖h‖ (not its square) per layer; the first is −ln gain(width).
    """
    width = _check.size("width", width)
    _check.room(width, "width")
    degrees = np.arange(width, 0, -1)
    rates: Array = (_digamma_minus_log(degrees / 2) + np.log(degrees / width)) / 2
    return rates


def log_radius(width: int) -> Moments[float]:
    r"""Mean and variance of :math:`\ln\rho(W)` for complex normal entries of mean square 1/N.

    The squared moduli of the eigenvalues are, as a set, independent gamma variables of shapes
    1, ..., N, divided by N (Kostlan, 1992). So with the regularised gamma function P

    .. math:: P(\rho^2 \le x) = \prod_{j=1}^N P(j, N x) .

    Parameters
    ----------
    width : int
        Matrix size N, at most 500.

    Returns
    -------
    Moments
        The `mean` and `variance` of natural logarithms, of the radius itself.
    """
    width = _check.size("width", width)
    if width > 500:
        raise ValueError(f"width must be at most 500, got {width}")
    logs = np.linspace(-20, 4, 481)
    for _ in range(2):  # where the radius lies, and then closely
        below = np.prod(gammainc(np.arange(1, width + 1), width * np.exp(2 * logs)[:, None]), 1)
        inside = np.flatnonzero((below > 1e-17) & (below < 1))
        low, high = logs[max(inside[0] - 1, 0)], logs[min(inside[-1] + 1, len(logs) - 1)]
        logs = np.linspace(low, high, 2001)
    below = np.prod(gammainc(np.arange(1, width + 1), width * np.exp(2 * logs)[:, None]), 1)
    middles, masses = (logs[1:] + logs[:-1]) / 2, np.diff(below)
    mean = float(masses @ middles / masses.sum())
    return Moments(mean, float(masses @ (middles - mean) ** 2 / masses.sum()))


def relu_kurtosis(widths: ArrayLike) -> float:
    r"""How heavy the tails of a gradient through ReLU layers are: :math:`E Z^4 / (E Z^2)^2`.

    Z is an entry of the Jacobian of a network with normal weights and hidden layers of
    :math:`n_1, n_2, \dots` units, whose last layer is linear.

    .. math:: \frac{E Z^4}{(E Z^2)^2} = 3 \prod_j \Bigl(1 + \frac5{n_j}\Bigr)
       \approx 3\, e^{5\beta} , \qquad \beta = \sum_j \frac1{n_j}

    Parameters
    ----------
    widths : array_like of int, each at least 1
        Units of the hidden layers.

    Returns
    -------
    float
        The value inf beyond the range of floats.
    """
    widths = _check.integers("widths", widths)
    if np.any(widths < 1):
        raise ValueError(f"widths must be at least 1, got {widths.min()}")
    with np.errstate(over="ignore"):
        return float(3 * np.exp(np.log1p(5 / widths.astype(float)).sum()))


def next_correlation(correlation: ArrayLike, gain: float, activation: str = "tanh") -> Array:
    r"""How alike two inputs are one wide layer later, given how alike they are now.

    .. math:: c' = \frac{g^2 E f(u) f(v)}{q} , \qquad (u, v) \text{ normal of variance } q,
       \text{ correlation } c

    For tanh q is the fixed point of `tanh_mean_field`. For ReLU :math:`g = \sqrt 2` and

    .. math:: c' = \frac{\sqrt{1 - c^2} + c\,(\pi - \arccos c)}\pi .

    Parameters
    ----------
    correlation : array_like
        The number c, from -1 to 1.
    gain : float
        For tanh the scale g, above 1 and at most 50; for ReLU any number above 0 does the same.
    activation : {"tanh", "relu"}

    Returns
    -------
    ndarray of the shape of `correlation`
    """
    c = _check.array("correlation", correlation, real=True)
    if np.any(np.abs(c) > 1):
        raise ValueError(f"correlation must be from -1 to 1, got {c}")
    if _check.one_of("activation", activation, ("tanh", "relu")) == "relu":
        _check.positive("gain", gain)
        alike: Array = (np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / np.pi
        return alike
    gain = _chaotic_gain(gain)
    _check.room(c.size * _COARSE.size**2, "correlation")
    q = _tanh_variance(gain)
    u, w = np.sqrt(q) * _COARSE[:, None], np.sqrt(q) * _COARSE
    v = c[..., None, None] * u + np.sqrt(1 - c**2)[..., None, None] * w
    mean: Array = np.einsum("...ij,i,j,i->...", np.tanh(v), _MASS, _MASS, np.tanh(u[:, 0]))
    return gain**2 / q * mean


def correlation_depth(gain: float) -> float:
    r"""Layers over which two unlike inputs become strangers in a wide tanh network, for g > 1.

    Their correlation falls to 0 at the rate of the slope of `next_correlation` there,

    .. math:: \xi = -\frac1{\ln\bigl(g^2 (E \operatorname{sech}^2 u)^2\bigr)} ,
       \qquad u \sim N(0, q) .

    Parameters
    ----------
    gain : float
        The scale g, above 1 and at most 50.

    Returns
    -------
    float
        It grows without bound towards g = 1.
    """
    gain = _chaotic_gain(gain)
    slope = _normal_mean(lambda x: 1 - np.tanh(x) ** 2, _tanh_variance(gain))
    return float(-1 / (2 * np.log(gain * slope)))


@short
class MeanField(NamedTuple):
    """A wide, deep tanh network at its fixed point."""

    variance: float
    """Variance q of what enters each tanh; 0 for g up to 1."""
    factor: float
    r""":math:`\chi`, by which a layer multiplies the squared gradient as the width tends
    to infinity; 1 at g = 1."""


def tanh_mean_field(gain: float) -> MeanField:
    r"""Variance and gradient factor of a wide, deep tanh network at its fixed point.

    .. math:: q = g^2\, E \tanh^2(\sqrt q\, \xi) , \qquad
       \chi = g^2\, E \operatorname{sech}^4(\sqrt q\, \xi) , \qquad \xi \sim N(0, 1)

    Parameters
    ----------
    gain : float
        The scale g, above 0 and at most 50.

    Returns
    -------
    MeanField
        The `variance` q and the `factor` :math:`\chi`.
    """
    gain = _tanh_gain(gain)
    q = _tanh_variance(gain)
    return MeanField(q, float(gain**2 * _normal_mean(lambda x: (1 - np.tanh(x) ** 2) ** 2, q)))


def tanh_gradient_step(gain: float, width: int) -> Moments[float]:
    r"""Mean and variance of one backward step of ln|δ|² through tanh layers, to order 1/N.

    With s the slope of a tanh whose input is :math:`N(0, q)`, for a gradient that is independent
    of the states, whose norm is held at its fixed point. Steps of a deep network depend on each
    other; what they add up to is `tanh_gradient_walk`.

    .. math:: \text{variance} = \frac{3 E s^4 / (E s^2)^2 - 1}{N} , \qquad
       \text{mean} = \ln\chi - \tfrac12 \text{ variance.}

    Parameters
    ----------
    gain : float
        The scale g, above 0 and at most 50.
    width : int
        Units per layer N, at least 1.

    Returns
    -------
    Moments
        The `mean` and `variance` of natural logarithms, of the squared norm; `gain` is included
        in the mean.
    """
    width, gain = _check.size("width", width), _tanh_gain(gain)
    q = _tanh_variance(gain)
    squares = _normal_mean(lambda x: (1 - np.tanh(x) ** 2) ** 2, q)
    fourths = _normal_mean(lambda x: (1 - np.tanh(x) ** 2) ** 4, q)
    variance = (3 * fourths / squares**2 - 1) / width
    log_chi = 2 * np.log(gain) + np.log(squares)  # also where chi itself is too small for a float
    return Moments(float(log_chi - variance / 2), float(variance))


@short
class DepthLaw(NamedTuple):
    r"""What :math:`\ln|\delta|^2` does per layer in a deep tanh network, to order 1/N."""

    variance: float
    """N times the variance per layer."""
    loss: float
    r"""N times what the mean per layer lacks of :math:`\ln\chi`."""
    overlap: float
    r"""N times the mean of :math:`\cos^2(\delta, h)`; 1 if the two were independent."""
    memory: float
    """Layers in which a deviation of the states' mean square fades, 1 / (1 - φ)."""


def tanh_depth_law(gain: float) -> DepthLaw:
    r"""Growth of mean and variance of ln|δ|² in a deep tanh network, for N(g - 1) well above 1.

    The mean square of the states wanders about its fixed point, and is passed on to the next
    layer by the factor :math:`\varphi`. With h = tanh(a), s = sech²(a), a ~ N(0, q),
    :math:`F(q) = g^2 E h^2`, :math:`\varphi = F'(q)`, :math:`c = d\ln\chi/dq` and
    :math:`V = g^4 \operatorname{Var} h^2`,

    .. math:: \text{variance} = 3\frac{E s^4}{(E s^2)^2} - 1
       + \frac{2c}{1 - \varphi} \frac{g^2 \operatorname{Cov}(s^2, h^2)}{E s^2}
       + \frac{c^2 V}{(1 - \varphi)^2} ,

    .. math:: \text{loss} = \frac12\Bigl(3\frac{E s^4}{(E s^2)^2} - 1\Bigr)
       - \frac{c\, F'' V}{2 (1 - \varphi)(1 - \varphi^2)} - \frac{c' V}{2 (1 - \varphi^2)}
       + (1 - P) \frac{E s^2 h^2}{E h^2\, E s^2} ,

    where the overlap is :math:`P = E(s a - \varphi h)^2 / [E h^2 (\chi - \varphi^2)]`, since
    states and gradients meet the same matrices: :math:`\delta_d \cdot h_d` one layer down is
    :math:`\sum_i s_i a_i \delta_i`.

    Parameters
    ----------
    gain : float
        The scale g, above 1 and at most 50.

    Returns
    -------
    DepthLaw
        For states at their fixed point, and depths well above `memory`.
    """
    gain = _chaotic_gain(gain)
    terms = _tanh_terms(gain)
    fading = 1 - terms.persistence
    pull, spread = terms.answer / fading, terms.noise / (1 - terms.persistence**2)
    shift = terms.bend * spread / (2 * fading)
    variance = terms.single + 2 * pull * terms.joint + pull**2 * terms.noise
    wander = terms.answer * shift + terms.curve * spread / 2
    loss = terms.single / 2 - wander + (1 - terms.overlap) * terms.share
    return DepthLaw(variance, loss, terms.overlap, 1 / fading)


def tanh_gradient_walk(gain: float, width: int, depth: int) -> Moments[float]:
    r"""Mean and variance of :math:`\ln(|\delta_0|^2/|\delta_D|^2)` in tanh layers, to order 1/N.

    The sums over D layers of which `tanh_depth_law` has the growth, for a network whose first
    state is at the fixed point and whose last gradient knows nothing of the matrices. Up to g = 1
    the states settle at 0 and the layers are linear. Above it N(g - 1) has to be well above 1: at 1
    the standard deviation is off by some percent, and below 1 there is an error.

    Parameters
    ----------
    gain : float
        The scale g, above 0 and at most 50.
    width, depth : int
        Units per layer N and layers D, each at least 1.

    Returns
    -------
    Moments
        The `mean` and `variance` of natural logarithms, of the squared norm.
    """
    width, depth, gain = _check.size("width", width), _check.size("depth", depth), _tanh_gain(gain)
    _check.room(depth, "depth")
    if gain <= 1:
        mean, variance = tanh_gradient_step(gain, width)
        return Moments(depth * mean, depth * variance)
    if width * (gain - 1) < 1:
        raise ValueError(f"width * (gain - 1) must be at least 1, got {width * (gain - 1)}")
    terms, layers = _tanh_terms(gain), np.arange(depth)
    phi = terms.persistence
    pulls = terms.answer * (1 - phi**layers) / (1 - phi)  # what a deviation adds, later and above
    spreads = terms.noise * (1 - phi ** (2 * layers)) / (1 - phi**2)
    shifts = terms.bend / 2 * spreads * (1 - phi ** layers[::-1]) / (1 - phi)
    variance = depth * terms.single + 2 * terms.joint * pulls.sum() + terms.noise * pulls @ pulls
    wander = terms.answer * shifts.sum() + terms.curve / 2 * spreads.sum()
    rate = phi**2 / terms.factor  # at which the overlap comes down from 1
    near = 1 - rate**depth
    price = (terms.overlap - 1) * (terms.share * (depth - near / (1 - rate)) + near)
    mean = (wander + price - depth * terms.single / 2) / width
    return Moments(float(depth * np.log(terms.factor) + mean), float(variance / width))


def sample_gradient_walks(
    width: int,
    depth: int,
    trials: int,
    *,
    gain: float,
    rng: Generator,
    matrices: str = "shared",
) -> Array:
    r"""Random walks of ln|δ|² back through deep tanh networks, from the last layer to the first.

    The first state has the size at which states settle, the last gradient a random direction.
    No matrix is drawn: given h and a = g W h, the part of W that acts on h is known, and
    the rest is fresh, so that :math:`g W^\top v` is :math:`(a \cdot v) h / |h|^2` plus a normal
    vector orthogonal to h. The law is that of real networks.

    Parameters
    ----------
    width, depth, trials : int
        Units per layer, layers, and independent networks, each at least 1.
    gain : float
        The scale g, above 1 and at most 50.
    rng : numpy.random.Generator
        Source of randomness.
    matrices : {"shared", "fresh"}
        Whether the gradient meets the states' matrices, as in a network, or others.

    Returns
    -------
    ndarray of shape (trials, depth + 1)
        Column 0 is 0, column d that d layers back.
    """
    width, depth = _check.size("width", width), _check.size("depth", depth)
    trials, gain, rng = _check.size("trials", trials), _chaotic_gain(gain), _check.generator(rng)
    shared = _check.one_of("matrices", matrices, MATRICES) == "shared"
    _check.room(trials * (depth + 1), "trials and depth")
    _check.room(width * (depth + 1), "width and depth")
    walks = np.zeros((trials, depth + 1))
    settled, block = np.sqrt(_tanh_variance(gain)) / gain, max(1, 10**6 // (width * (depth + 1)))
    for first in range(0, trials, block):
        steps = walks[first : first + block, 1:].T
        _walk_back(np.empty((2, depth, len(steps.T), width)), steps, settled, gain, rng, shared)
    return np.cumsum(walks, axis=1, out=walks)


def _digamma_minus_log(x: ArrayLike) -> Array:
    """psi(x) - ln x, by its asymptotic series where the difference would cancel."""
    x = np.asarray(x)
    inverse = 1 / np.maximum(x, 50.0) ** 2
    tail = inverse * (1 / 12 - inverse * (1 / 120 - inverse / 252))
    difference: Array = np.where(x < 50, digamma(x) - np.log(x), -1 / (2 * x) - tail)
    return difference


def _tanh_gain(gain: float) -> float:
    gain = _check.positive("gain", gain)
    if gain > 50:
        raise ValueError(f"gain must be above 0 and at most 50, got {gain}")
    return gain


def _chaotic_gain(gain: float) -> float:
    gain = _tanh_gain(gain)
    if gain <= 1:
        raise ValueError(f"gain must be above 1, got {gain}")
    return gain


class _TanhTerms(NamedTuple):
    """What the law of a tanh walk is made of, at the fixed point."""

    factor: float  # chi
    single: float  # N times the variance of one step at a fixed q
    joint: float  # N times the covariance of that step with the noise of the next q
    noise: float  # N times the variance of q, given that of the layer before
    persistence: float  # phi, the slope of the map of q
    bend: float  # its second derivative
    answer: float  # c, the slope of ln chi in q
    curve: float  # c', its second derivative
    overlap: float  # P
    share: float  # by how much a step grows with P / N


def _tanh_terms(gain: float) -> _TanhTerms:
    q, g2 = _tanh_variance(gain), gain**2
    a = np.sqrt(q) * _NODES
    h, s = np.tanh(a), 1 - np.tanh(a) ** 2

    def mean(values: Array) -> float:
        return float(_DENSITY @ values)

    def slope(power: Polynomial, order: int) -> float:
        """Derivative in q of the mean of a polynomial in h: d/dq E f(a) = E f''(a) / 2."""
        for _ in range(2 * order):
            power = power.deriv() * Polynomial([1, 0, -1])
        return mean(power(h)) / 2.0**order

    state, squares = mean(h**2), mean(s**2)
    outputs, slopes = Polynomial([0, 0, 1]), Polynomial([1, 0, -1]) ** 2
    fading = mean(h * (h - s * a)) / state
    answer, factor = slope(slopes, 1) / squares, g2 * squares
    return _TanhTerms(
        factor=factor,
        single=3 * mean(s**4) / squares**2 - 1,
        joint=g2 * mean((s**2 - squares) * (h**2 - state)) / squares,
        noise=g2**2 * mean((h**2 - state) ** 2),
        persistence=1 - fading,
        bend=g2 * slope(outputs, 2),
        answer=answer,
        curve=slope(slopes, 2) / squares - answer**2,
        overlap=mean((s * a - (1 - fading) * h) ** 2) / (state * (factor - (1 - fading) ** 2)),
        share=mean((s * h) ** 2) / (state * squares),
    )


def _walk_back(
    room: Array, steps: Array, settled: float, gain: float, rng: Generator, shared: bool
) -> None:
    """Fill in the steps of ln|δ|², shape (layers, networks); `room` takes all a and tanh(a)."""
    inputs, states = room
    layers, trials, units = inputs.shape
    squares = units * settled**2
    for a, h in zip(inputs, states, strict=True):
        rng.standard_normal(out=a)
        a *= gain * np.sqrt(squares / units)
        squares = np.square(np.tanh(a, out=h)).sum(axis=1, keepdims=True)
    start = settled * np.sqrt(units) * _unit(rng.standard_normal((trials, units)))
    delta = _unit(rng.standard_normal((trials, units)))
    for d in range(layers - 1, -1, -1):
        v = delta * (1 - states[d] ** 2)
        delta = rng.standard_normal(v.shape)
        delta *= gain * np.linalg.norm(v, axis=1, keepdims=True) / np.sqrt(units)
        if shared:
            h = states[d - 1] if d else start
            along = np.sum(inputs[d] * v - delta * h, axis=1, keepdims=True)
            delta += h * (along / np.square(h).sum(axis=1, keepdims=True))
        steps[layers - 1 - d] = np.log(np.square(delta).sum(axis=1))
        delta = _unit(delta)


def _unit(vectors: Array) -> Array:
    unit: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _tanh_variance(gain: float) -> float:
    """The root q of q = g² E tanh²(√q ξ), which lies between (1 - 1/g²)/2 and g²."""
    if gain <= 1:
        return 0.0

    def excess(q: float) -> float:
        return gain**2 * _normal_mean(lambda x: np.tanh(x) ** 2, q) / q - 1

    least = (1 - gain**-2) / 2
    if excess(least) <= 0:  # a rounding error: g is 1 to twelve digits
        return least
    return float(brentq(excess, least, gain**2, xtol=1e-300, rtol=1e-14))


def _normal_mean(function: Callable[[Array], Array], variance: float) -> float:
    """Mean of an even, analytic function of a N(0, variance) number, by the trapezoid rule."""
    if variance == 0:  # exact, where the weights' rounded sum is 1 to sixteen digits only
        return float(function(np.zeros(())))
    return float(_DENSITY @ function(np.sqrt(variance) * _NODES))


def _active_units(width: int) -> tuple[Integers, Array]:
    """Numbers of active units that matter, and their probabilities given at least one."""
    reach = int(20 * np.sqrt(width)) + 1  # forty standard deviations
    active = np.arange(max(1, width // 2 - reach), min(width, width // 2 + reach) + 1)
    logs = -gammaln(active + 1) - gammaln(width - active + 1)
    weights = np.exp(logs - logs.max())
    return active, weights / weights.sum()


def _steps_by_law(width: int, depth: int, trials: int, activation: str, rng: Generator) -> Array:
    """Draws of ln z at g = 1, shape (trials, depth), from chi-square variables."""
    degrees: ArrayLike = width
    if activation == "relu":
        degrees = rng.binomial(width, 0.5, size=(trials, depth))
    squares: Array = rng.standard_gamma(np.divide(degrees, 2), size=(trials, depth))
    squares *= 2
    squares /= width
    with np.errstate(divide="ignore"):  # ln 0 = -inf marks a dead layer
        return np.log(squares, out=squares)


def _steps_by_matrices(
    width: int, depth: int, trials: int, activation: str, rng: Generator
) -> Array:
    """The same from matrices, one layer of all networks after the other."""
    _check.room(trials * width, "trials and width")
    _check.room(width * width, "width")
    h = np.zeros((trials, width))
    h[:, 0] = 1.0
    steps = np.empty((trials, depth))
    for d in range(depth):
        h = _random_layer(h, rng)
        if activation == "relu":
            h = np.maximum(h, 0.0)
        norms = np.linalg.norm(h, axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            steps[:, d] = 2 * np.log(norms[:, 0])
        h = np.divide(h, norms, out=np.zeros_like(h), where=norms > 0)
    return steps


def _random_layer(h: Array, rng: Generator) -> Array:
    """One fresh matrix a network times its state; as many at once as fit in a block."""
    trials, width = h.shape
    block = max(1, 10**6 // width**2)
    out = np.empty_like(h)
    for first in range(0, trials, block):
        part = h[first : first + block]
        W = rng.standard_normal((len(part), width, width)) / np.sqrt(width)
        out[first : first + block] = (W @ part[:, :, None])[:, :, 0]
    return out
