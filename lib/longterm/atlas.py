r"""One probe, put to many mechanisms: the gradient k steps back, in chapter 9.

A mechanism is a function that runs `trials` copies of itself for so many steps and returns a
`Reading`: the natural logarithms of the sizes that the probe found, and what they should be. The
probe is `log_gradients` for all of them. Sizes are of the gradient itself, not of its square.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.linalg import expm
from scipy.special import comb, digamma, eval_legendre, log_expit, polygamma, spence
from scipy.stats import poisson

from longterm import _check, decay, memory, products, scalar, scaling, starts
from longterm._types import Array, Numbers, short

__all__ = [
    "MECHANISMS",
    "Reading",
    "attention",
    "chaotic_orbit",
    "forget_gate",
    "fresh_layers",
    "fresh_weights",
    "integrator",
    "jordan_block",
    "latched_bit",
    "leaky_unit",
    "legendre_memory",
    "legendre_sizes",
    "log_gradients",
    "nonnormal_burst",
    "one_weight",
    "orthogonal_matrix",
    "parity_by_turning",
    "quasi_periodic_orbit",
    "readings",
    "residual_layers",
    "reused_matrix",
    "skip_path",
    "turning_exponents",
    "weight_slope",
]

_NODES = np.linspace(-9, 9, 4001)
_DENSITY = np.exp(-(_NODES**2) / 2)
_DENSITY /= _DENSITY.sum()
_GOLDEN = np.pi * (3 - np.sqrt(5))


@short
class Reading(NamedTuple):
    """What the probe found at a mechanism, and what it should find; all in natural logarithms."""

    law: Array
    """Mean of ln of the size at lag k, (steps + 1,); -inf where no gradient arrives."""
    spread: Array
    """Standard deviation of it over the draws, (steps + 1,); 0 where nothing is drawn."""
    found: Array
    """What the probe found, (trials, steps + 1)."""


def log_gradients(
    jacobians: Iterable[ArrayLike], error: ArrayLike, entries: Iterable[ArrayLike] | None = None
) -> Array:
    r"""The probe: ln of the size of the gradient at every lag, from the last step back.

    .. math:: x_t = F_t(x_{t-1}) + B_t u_t , \qquad
       \frac{\partial L}{\partial u_{T-k}} = e^\top J_T J_{T-1} \cdots J_{T-k+1} B_{T-k}

    The gradient is scaled to length 1 after each step, so that none over- or underflows.

    Parameters
    ----------
    jacobians : iterable of array_like of shape (n, n) or (trials, n, n)
        :math:`J_T, J_{T-1}, \dots`, the Jacobians of the steps, the last one first.
    error : array_like of shape (trials, n)
        The gradient e with respect to the last state.
    entries : iterable of array_like of shape (n, m) or (trials, n, m), optional
        :math:`B_T, B_{T-1}, \dots`, by which inputs enter, one more than Jacobians. If not given,
        the identity; then the gradient is that of the state as well.

    Returns
    -------
    ndarray of shape (trials, steps + 1)
        -inf where the gradient is 0.
    """
    flow = _check.array("error", error)
    if flow.ndim != 2 or flow.size == 0:
        raise ValueError(f"error must have shape (trials, n), got {flow.shape}")
    ways = None if entries is None else _matrices("entries", entries)
    logs, total = [], np.zeros(len(flow))
    for jacobian in (*_matrices("jacobians", jacobians), None):
        flow, total = _unit(flow, total)
        if ways is None:
            logs.append(total)
        else:
            logs.append(_unit(_times("entries", flow, next(ways, None)), total)[1])
        if jacobian is not None:
            flow = _times("jacobians", flow, jacobian, len(flow.T))
    return np.stack(logs, axis=-1)


def one_weight(steps: int, trials: int, *, rng: Generator, weight: float = 0.95) -> Reading:
    r"""One number, many times: :math:`\ln|w^k| = k \ln|w|`.

    Parameters
    ----------
    steps, trials : int
        Lags to look back, and how often.
    rng : numpy.random.Generator
        Not used: nothing is drawn.
    weight : float
        The weight w.

    Returns
    -------
    Reading
        -inf from lag 1 on for w = 0.
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    weight = _check.number("weight", weight)
    found = log_gradients(repeat([[weight]], steps), np.ones((trials, 1)))
    return _fixed(scalar.log_abs_powers(weight, steps), found)


def weight_slope(steps: int, trials: int, *, rng: Generator, weight: float = 0.95) -> Reading:
    r"""How a signal k steps old moves with the weight: :math:`\ln|k\,w^{k-1}|`.

    Beside the signal x travels its slope s: :math:`x \leftarrow w x,\ s \leftarrow w s + x`.

    Parameters
    ----------
    steps, trials, rng, weight
        As for `one_weight`.

    Returns
    -------
    Reading
        -inf at lag 0, where no weight has been used.
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    weight = _check.number("weight", weight)
    error, step = np.tile([0.0, 1.0], (trials, 1)), [[weight, 0.0], [1.0, weight]]
    found = log_gradients(repeat(step, steps), error, repeat([[1.0], [0.0]]))
    law = np.full(steps + 1, -np.inf)
    law[1:] = np.log(np.arange(1, steps + 1)) + scalar.log_abs_powers(weight, steps)[:-1]
    return _fixed(law, found)


def jordan_block(
    steps: int, trials: int, *, rng: Generator, weight: float = 0.9, size: int = 4
) -> Reading:
    r"""A chain of m equal units, each fed by the next, from its end.

    .. math:: \lVert e_1^\top J^k \rVert^2 = \sum_{j<m} \binom kj^2 w^{2(k-j)}

    Parameters
    ----------
    steps, trials, rng
        As for `one_weight`.
    weight : float
        The eigenvalue w, repeated m times, from -1 to 1.
    size : int
        Size m of the block, from 1 to 100.

    Returns
    -------
    Reading
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    weight, size = _within("weight", weight, -1, 1), _check.size("size", size)
    if size > 100:
        raise ValueError(f"size must be at most 100, got {size}")
    block = weight * np.eye(size) + np.eye(size, k=1)
    found = log_gradients(repeat(block, steps), np.tile(np.eye(size)[0], (trials, 1)))
    k, j = np.arange(steps + 1.0)[:, None], np.arange(size)
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        terms = comb(k, j) * np.float64(weight) ** np.maximum(k - j, 0)
        return _fixed(np.log(np.linalg.norm(terms, axis=1)), found)


def nonnormal_burst(steps: int, trials: int, *, rng: Generator, coupling: float = 5.0) -> Reading:
    r"""Two fading units, one of which feeds the other: growth before decay.

    .. math:: W = \begin{pmatrix} a & c \\ 0 & b \end{pmatrix} , \qquad
       e_1^\top W^k = \Bigl(a^k,\ c\,\frac{a^k - b^k}{a - b}\Bigr) , \qquad
       a = 0.9,\ b = 0.8

    Parameters
    ----------
    steps, trials, rng
        As for `one_weight`.
    coupling : float
        The coupling c, of size at most 1e30.

    Returns
    -------
    Reading
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    c = _within("coupling", coupling, -1e30, 1e30)
    a, b = scalar.powers([0.9, 0.8], steps)
    found = log_gradients(repeat([[0.9, c], [0.0, 0.8]], steps), np.tile([1.0, 0.0], (trials, 1)))
    with np.errstate(divide="ignore"):
        return _fixed(np.log(np.hypot(a, c * (a - b) / 0.1)), found)


def fresh_weights(steps: int, trials: int, *, rng: Generator, variance: float = 1.0) -> Reading:
    r"""A fresh normal weight at every step: :math:`E \ln|P_k| = \frac k2(\ln v - \gamma - \ln 2)`.

    The mean square is :math:`v^k`, far above what is typical.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the weights.
    variance : float
        The variance v, above 0.

    Returns
    -------
    Reading
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    variance = _check.positive("variance", variance)
    draws = (np.sqrt(variance) * rng.standard_normal((trials, 1, 1)) for _ in range(steps))
    found = log_gradients(draws, np.ones((trials, 1)))
    mean, spread = products.log_abs_moments(variance)
    return _walk(float(mean), float(spread), found)


def fresh_layers(steps: int, trials: int, *, rng: Generator, width: int = 20) -> Reading:
    r"""Fresh layers of N units, entries N(0, 1/N): a walk that spreads as :math:`\sqrt k`.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the matrices.
    width : int
        Units N.

    Returns
    -------
    Reading
        Half of `scaling.log_norm_step` a step, since here the norm is not squared.
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    draws, error = _layers(steps, trials, width, rng)
    step = scaling.log_norm_step(width)
    return _walk(step.mean / 2, step.variance / 4, log_gradients(draws, error))


def reused_matrix(steps: int, trials: int, *, rng: Generator, width: int = 20) -> Reading:
    r"""One random matrix at all steps: :math:`k \ln\rho(W)`, which spreads as k.

    Entries are complex normal, of mean square 1/N, since the law of their spectral radius is known.
    The gradient starts along the direction in which every gradient ends up.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the matrices.
    width : int
        Units N, at most 500.

    Returns
    -------
    Reading
        The law is that of `scaling.log_radius`.
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    mean, variance = scaling.log_radius(width)
    _check.room(trials * width**2, "trials and width")
    parts = rng.standard_normal((2, trials, width, width)) / np.sqrt(2 * width)
    W = parts[0] + 1j * parts[1]
    values, vectors = np.linalg.eig(W.swapaxes(1, 2))
    first = np.abs(values).argmax(axis=1)
    found = log_gradients(repeat(W, steps), vectors[np.arange(trials), :, first])
    k = np.arange(steps + 1)
    law, spread = np.multiply.outer([mean, variance**0.5], k)
    return Reading(law, spread, found)


def latched_bit(steps: int, trials: int, *, rng: Generator, weight: float = 1.1) -> Reading:
    r"""A latch at rest in its attractor: k times ln of its slope there.

    Parameters
    ----------
    steps, trials, rng
        As for `one_weight`.
    weight : float
        The weight w of the latch, from 0 to 300.

    Returns
    -------
    Reading
        The law is that of `memory.attractor`; -inf from lag 1 on for w = 0.
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    weight = _within("weight", weight, 0, 300)
    rest, slope = memory.attractor(weight)
    states = memory.latch(weight, np.zeros(steps), weight * rest)[:-1]
    found = log_gradients((weight / np.cosh(states[::-1, None, None]) ** 2), np.ones((trials, 1)))
    return _fixed(scalar.log_abs_powers(slope, steps), found)


def leaky_unit(
    steps: int, trials: int, *, rng: Generator, leak: float = 0.95, weight: float = 0.5
) -> Reading:
    r"""A leaky tanh unit at rest in 0: :math:`k \ln(\alpha + (1 - \alpha)w)`.

    Parameters
    ----------
    steps, trials, rng
        As for `one_weight`.
    leak : float
        :math:`\alpha`, from 0 to 1.
    weight : float
        The weight w.

    Returns
    -------
    Reading
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    leak, weight = _within("leak", leak, 0, 1), _check.number("weight", weight)
    step = leak * np.eye(1) + (1 - leak) * np.array([[weight]])
    found = log_gradients(repeat(step, steps), np.ones((trials, 1)))
    return _fixed(scalar.log_abs_powers(leak + (1 - leak) * weight, steps), found)


def skip_path(
    steps: int,
    trials: int,
    *,
    rng: Generator,
    direct: float = 0.2,
    skip: float = 0.7,
    delay: int = 5,
) -> Reading:
    r"""A connection over one step beside one over d: `decay.skip_response`.

    Parameters
    ----------
    steps, trials, rng
        As for `one_weight`.
    direct, skip, delay : float, float, int
        As for `decay.skip_response`; the delay at most 500.

    Returns
    -------
    Reading
        -inf at lags that no path reaches.
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    response = np.abs(decay.skip_response(direct, skip, delay, steps))
    if delay > 500:
        raise ValueError(f"delay must be at most 500, got {delay}")
    step, first = np.eye(delay, k=-1), np.eye(delay)[0]  # of the last d signals, the newest first
    step[0, 0] = direct
    step[0, -1] += skip
    found = log_gradients(repeat(step, steps), np.tile(first, (trials, 1)), repeat(first[:, None]))
    with np.errstate(divide="ignore"):
        return _fixed(np.log(response), found)


def forget_gate(
    steps: int, trials: int, *, rng: Generator, bias: float = 3.0, noise: float = 1.0
) -> Reading:
    r"""Along the cell of an LSTM whose forget gate hears its bias and normal inputs.

    .. math:: \prod_t \sigma(b + s\,\xi_t) , \qquad \xi_t \sim \mathcal N(0, 1)

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of what the gate hears.
    bias : float
        The forget bias b, of size at most 100.
    noise : float
        The number s, from 0 to 100; with 0 the gate stands at its bias.

    Returns
    -------
    Reading
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    bias, noise = _within("bias", bias, -100, 100), _within("noise", noise, 0, 100)
    gates = (bias + noise * rng.standard_normal((trials, 1, 1)) for _ in range(steps))
    found = log_gradients((np.exp(log_expit(heard)) for heard in gates), np.ones((trials, 1)))
    logs = log_expit(bias + noise * _NODES)
    mean = float(_DENSITY @ logs)
    return _walk(mean, float(_DENSITY @ (logs - mean) ** 2), found)


def orthogonal_matrix(steps: int, trials: int, *, rng: Generator, width: int = 20) -> Reading:
    """One random orthogonal matrix at all steps: the size stays 1.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the matrices.
    width : int
        Units.

    Returns
    -------
    Reading
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    Q = starts.orthogonal(width, rng=rng, stack=(trials,))
    found = log_gradients(repeat(Q, steps), np.tile(np.eye(width)[0], (trials, 1)))
    return _fixed(np.zeros(steps + 1), found)


def integrator(steps: int, trials: int, *, rng: Generator) -> Reading:
    """A unit that adds up what it hears: the size stays 1.

    Parameters
    ----------
    steps, trials, rng
        As for `one_weight`.

    Returns
    -------
    Reading
    """
    return one_weight(steps, trials, rng=rng, weight=1.0)


def legendre_memory(steps: int, trials: int, *, rng: Generator, order: int = 8) -> Reading:
    r"""HiPPO-LegS: N coefficients of the whole past, by Legendre polynomials of it.

    .. math:: t\,\frac{dc}{dt} = -A c + B f , \qquad
       c_n(T) = \frac{\sqrt{2n + 1}}T \int_0^T f(s)\, P_n\Bigl(\frac{2s}T - 1\Bigr)\, ds

    The input f is constant over each of T = steps + 1 units of time, for which the steps of the
    recurrence are exact. The law integrates the polynomials.

    Parameters
    ----------
    steps, trials, rng
        As for `one_weight`; the steps at most 10**5.
    order : int
        Number of coefficients N, from 1 to 30.

    Returns
    -------
    Reading
        Of the norm over all coefficients; `legendre_sizes` has the same for one instant.
    """
    steps, trials, _ = _sizes(steps, trials, rng)
    order = _order(order)
    if steps > 10**5:
        raise ValueError(f"steps must be at most 10**5, got {steps}")
    root = np.sqrt(2 * np.arange(order) + 1)
    A = np.tril(np.outer(root, root), -1) + np.diag(np.arange(order) + 1.0)
    flows = [expm(-A * np.log1p(1 / t)) for t in range(steps, 0, -1)]
    doors = [np.linalg.solve(A, (np.eye(order) - F) @ root)[:, None] for F in flows]
    first = np.eye(order)[:, :1]  # a constant past has no other coefficient
    by_coefficient = log_gradients(flows, np.eye(order), (*doors, first))
    found = np.logaddexp.reduce(2 * by_coefficient, axis=0) / 2
    edges = np.linspace(1, -1, steps + 2)  # of the inputs, the newest first
    n = np.arange(order + 1)[:, None]
    P = eval_legendre(n, edges)
    sums = [-np.diff(edges), *((P[2:] - P[:-2])[:, :-1] - (P[2:] - P[:-2])[:, 1:])]
    parts = np.array(sums[:order]) / 2 / root[:, None]
    return _fixed(np.log(np.linalg.norm(parts, axis=0)), np.tile(found, (trials, 1)))


def legendre_sizes(position: ArrayLike, order: int) -> Array:
    r"""How strongly LegS hears an instant: t times the norm of :math:`\partial c(t)/\partial f(s)`.

    .. math:: \Bigl(\sum_{n<N} (2n + 1)\, P_n(2s/t - 1)^2\Bigr)^{1/2} \le N ,

    with equality at both ends, s = 0 and s = t. So no exponential: all decay is the 1/t.

    Parameters
    ----------
    position : array_like
        The part s/t, from 0 to 1.
    order : int
        Number of coefficients N, from 1 to 30.

    Returns
    -------
    ndarray of the shape of `position`
    """
    position, order = _check.array("position", position, real=True), _order(order)
    if np.any((position < 0) | (position > 1)):
        raise ValueError(f"position must be from 0 to 1, got {position}")
    n = np.arange(order)
    terms = (2 * n + 1) * eval_legendre(n, 2 * position[..., None] - 1) ** 2
    sizes: Array = np.sqrt(terms.sum(axis=-1))
    return sizes


def attention(steps: int, trials: int, *, rng: Generator, shape: float = 1.0) -> Reading:
    r"""A softmax over all inputs: each has a share of the answer, whatever its lag.

    With exp(score) drawn from a gamma distribution of shape m, the shares of T = steps + 1 inputs
    follow Dirichlet's law, and

    .. math:: E \ln a = \psi(m) - \psi(mT) , \qquad
       \operatorname{Var} \ln a = \psi_1(m) - \psi_1(mT) .

    The gradient is that along the values; keys and query stay as they are.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the scores.
    shape : float
        The number m, from 0.1 to 1e6: the larger, the more even the shares.

    Returns
    -------
    Reading
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    shape = _within("shape", shape, 0.1, 1e6)
    pulls = rng.gamma(shape, size=(steps + 1, trials, 1, 1))
    error = 1 / pulls.sum(axis=0)[..., 0]  # the answer is a sum over the past, divided
    found = log_gradients(repeat(np.eye(1), steps), error, pulls[::-1])
    total = shape * (steps + 1)
    law = np.full(steps + 1, digamma(shape) - digamma(total))
    spread = np.full(steps + 1, float(polygamma(1, shape) - polygamma(1, total)) ** 0.5)
    return Reading(law, spread, found)


def residual_layers(
    steps: int, trials: int, *, rng: Generator, width: int = 20, share: float = 0.1
) -> Reading:
    r"""Layers :math:`h + \varepsilon J h` with fresh J, entries N(0, 1/N).

    The squared length changes by :math:`a^2\,\chi'^2_N(a^{-2})`, a noncentral chi-square, with
    :math:`a = \varepsilon/\sqrt N`; its mean is :math:`1 + \varepsilon^2`.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the matrices.
    width : int
        Units N, at most 10**4.
    share : float
        :math:`\varepsilon`, from 0.001 to 1000.

    Returns
    -------
    Reading
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    width, share = _check.size("width", width), _within("share", share, 1e-3, 1e3)
    if width > 10**4:
        raise ValueError(f"width must be at most 10**4, got {width}")
    draws, error = _layers(steps, trials, width, rng)
    found = log_gradients((np.eye(width) + share * J for J in draws), error)
    mean, variance = _log_noncentral(width, width / share**2)
    return _walk((mean + np.log(share**2 / width)) / 2, variance / 4, found)


def chaotic_orbit(steps: int, trials: int, *, rng: Generator) -> Reading:
    r"""An orbit of :math:`x \leftarrow 4x(1 - x)`: the gradient doubles a step, on average.

    With :math:`x = \sin^2\theta` a step doubles the angle, and the product of the slopes is
    :math:`2^k \sin(2^{k+1}\theta)/\sin 2\theta`. So its logarithm has mean :math:`k \ln 2` and
    variance :math:`\frac{\pi^2}6(1 - 2^{-k})`, which stays bounded.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the first states, which follow the invariant law.

    Returns
    -------
    Reading
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    states = np.empty((steps + 1, trials))
    states[0] = rng.beta(0.5, 0.5, trials)
    for t in range(steps):
        states[t + 1] = 4 * states[t] * (1 - states[t])
    found = log_gradients(4 - 8 * states[-2::-1, :, None, None], np.ones((trials, 1)))
    k = np.arange(steps + 1)
    spread: Array = np.pi * np.sqrt((1 - 0.5**k) / 6)
    return Reading(np.log(2) * k, spread, found)


def quasi_periodic_orbit(steps: int, trials: int, *, rng: Generator, slope: float = 0.5) -> Reading:
    r"""A turn that never closes, on a circle which attracts: the gradient along the phase stays.

    The radius r becomes 1 + s(r - 1), the angle grows by a golden turn. From a random direction

    .. math:: E \ln\lVert\delta_k\rVert = \ln\frac{1 + s^k}2 , \qquad
       \operatorname{Var} = \tfrac12 \operatorname{Li}_2(q^2) , \quad q = \frac{1 - s^k}{1 + s^k}.

    Parameters
    ----------
    steps, trials
        As for `one_weight`.
    rng : numpy.random.Generator
        Source of the phases, and of the directions of the error.
    slope : float
        The number s, from 0 to 1.

    Returns
    -------
    Reading
    """
    steps, trials, rng = _sizes(steps, trials, rng)
    slope = _within("slope", slope, 0, 1)
    phases, errors = 2 * np.pi * rng.random((2, trials))
    turn, x, jacobians = _turn(_GOLDEN), _plane(phases), []
    for _ in range(steps):
        r = np.linalg.norm(x, axis=1)[:, None]
        out = x / r
        across = out[:, :, None] * out[:, None]
        stretch = (1 + slope * (r - 1)) / r
        jacobians.append(turn @ (slope * across + stretch[..., None] * (np.eye(2) - across)))
        x = stretch * x @ turn.T
    left = slope ** np.arange(steps + 1.0)
    q = (1 - left) / (1 + left)
    found = log_gradients(jacobians[::-1], _plane(errors))
    spread = np.asarray(np.sqrt(spence(1 - q**2) / 2), dtype=float)
    return Reading(np.log1p(left) - np.log(2), spread, found)


def turning_exponents(gain: float, angle: ArrayLike, steps: int) -> Array:
    r"""Lyapunov exponents of :math:`x \leftarrow \tanh(g R(\theta) x)` in the plane.

    R turns by the angle; the start is (1, 0.3), and 1000 steps come before those that count.

    Parameters
    ----------
    gain : float
        The number g, from 0.001 to 50.
    angle : array_like
        Angles :math:`\theta`, in radians.
    steps : int
        Number of steps over which to average, from 1 to 10**6.

    Returns
    -------
    ndarray of shape ``angle.shape + (2,)``
        Growth rates of ln of the size, the larger first; -inf where a slope is 0 in floats. The
        first is 0, up to the inverse of the steps, on an orbit that never closes, and negative on
        one that has locked to a cycle.
    """
    gain, steps = _within("gain", gain, 1e-3, 50), _check.size("steps", steps)
    angle = _check.array("angle", angle, real=True)
    _check.room(angle.size * 4, "angle")
    if steps > 10**6:
        raise ValueError(f"steps must be at most 10**6, got {steps}")
    c, s = np.cos(angle.ravel()), np.sin(angle.ravel())
    W = gain * np.stack([c, -s, s, c], axis=-1).reshape(-1, 2, 2)
    x, Q, total = np.tile([[1.0], [0.3]], (len(W), 1, 1)), np.eye(2), np.zeros((len(W), 2))
    for t in range(-1000, steps):
        x = np.tanh(W @ x)
        if t >= 0:
            Q, R = np.linalg.qr((1 - x**2) * W @ Q)
            with np.errstate(divide="ignore"):
                total += np.log(np.abs(R[:, [0, 1], [0, 1]]))
    exponents: Array = np.sort(total / steps)[:, ::-1].reshape(*angle.shape, 2)
    return exponents


def parity_by_turning(bits: ArrayLike) -> Array:
    r"""Parity of any length by a linear unit whose weight is 1 or -1 (Grazzi et al., 2025).

    .. math:: h_t = (1 - 2 x_t)\, h_{t-1} , \qquad h_0 = 1

    Parameters
    ----------
    bits : array_like of 0 and 1, of shape (..., steps)

    Returns
    -------
    ndarray of shape (..., steps + 1)
        1 while the number of ones so far is even, -1 while it is odd.
    """
    bits = _check.integers("bits", bits)
    if bits.ndim == 0 or np.any((bits != 0) & (bits != 1)):
        raise ValueError("bits must be an array of 0 and 1")
    signs = np.ones((*bits.shape[:-1], bits.shape[-1] + 1))
    np.cumprod(1 - 2.0 * bits, axis=-1, out=signs[..., 1:])
    return signs


MECHANISMS: dict[str, Callable[..., Reading]] = {
    "one weight": one_weight,
    "its slope": weight_slope,
    "Jordan block": jordan_block,
    "burst": nonnormal_burst,
    "fresh weights": fresh_weights,
    "fresh layers": fresh_layers,
    "reused matrix": reused_matrix,
    "latch": latched_bit,
    "leak": leaky_unit,
    "skip": skip_path,
    "forget gate": forget_gate,
    "orthogonal": orthogonal_matrix,
    "integrator": integrator,
    "LegS": legendre_memory,
    "attention": attention,
    "residual": residual_layers,
    "chaos": chaotic_orbit,
    "quasi-periodic": quasi_periodic_orbit,
}
"""All mechanisms of this module, by a short name."""


def readings(steps: int, trials: int, *, rng: Generator) -> dict[str, Reading]:
    """Put the probe to all mechanisms, as they stand in the atlas.

    Parameters
    ----------
    steps, trials, rng
        As for each of them.

    Returns
    -------
    dict of Reading
        By the names of `MECHANISMS`; -inf where no gradient arrives.
    """
    return {name: mechanism(steps, trials, rng=rng) for name, mechanism in MECHANISMS.items()}


def _sizes(steps: int, trials: int, rng: Generator) -> tuple[int, int, Generator]:
    steps, trials = _check.size("steps", steps, least=0), _check.size("trials", trials)
    _check.room(trials * (steps + 1), "trials and steps")
    return steps, trials, _check.generator(rng)


def _within(name: str, value: float, low: float, high: float) -> float:
    number = float(_check.number(name, value))
    if not low <= number <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}, got {number:g}")
    return number


def _order(order: int) -> int:
    order = _check.size("order", order)
    if order > 30:
        raise ValueError(f"order must be at most 30, got {order}")
    return order


def _fixed(law: Array, found: Array) -> Reading:
    """A reading in which nothing is drawn."""
    return Reading(law, np.zeros(len(law)), found)


def _walk(mean: float, variance: float, found: Array) -> Reading:
    """A reading whose logarithm is a random walk of independent steps."""
    k = np.arange(float(found.shape[1]))
    spread: Array = variance**0.5 * np.sqrt(k)
    return Reading(mean * k, spread, found)


def _layers(steps: int, trials: int, width: int, rng: Generator) -> tuple[Iterator[Array], Array]:
    """Fresh matrices, and an error along the first unit."""
    width = _check.size("width", width)
    _check.room(trials * width**2, "trials and width")
    shape = trials, width, width
    draws = (rng.standard_normal(shape) / np.sqrt(width) for _ in range(steps))
    return draws, np.tile(np.eye(1, width), (trials, 1))


def _log_noncentral(degrees: int, shift: float) -> tuple[float, float]:
    """Mean and variance of the logarithm of a noncentral chi-square, by its Poisson mixture."""
    centre = shift / 2
    reach = 10 * np.sqrt(centre) + 40
    j = np.arange(max(0, int(centre - reach)), int(centre + reach) + 1)
    weights = poisson.pmf(j, centre)
    means = digamma(degrees / 2 + j) + np.log(2)
    mean = float(weights @ means)
    return mean, float(weights @ (polygamma(1, degrees / 2 + j) + (means - mean) ** 2))


def _turn(angle: float) -> Array:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _plane(angles: Array) -> Array:
    """Unit vectors of these directions."""
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def _matrices(name: str, values: Iterable[ArrayLike]) -> Iterator[Numbers]:
    """Each of an iterable of matrices, or of stacks of them."""
    if not np.iterable(values):
        raise TypeError(f"{name} must be an iterable of arrays, got {type(values).__name__}")
    for value in values:
        matrix = _check.array(name, value)
        if matrix.ndim not in (2, 3):
            raise ValueError(f"{name} must be arrays of 2 or 3 axes, got shape {matrix.shape}")
        yield matrix


def _unit(flow: Numbers, total: Array) -> tuple[Numbers, Array]:
    """Vectors scaled to length 1, and the logarithm of their sizes added to the total."""
    largest = np.abs(flow).max(axis=-1)
    unit = flow / np.where(largest > 0, largest, 1)[:, None]
    sizes = np.linalg.norm(unit, axis=-1)
    with np.errstate(divide="ignore"):
        logs = total + np.log(largest) + np.log(sizes)
    return unit / np.where(sizes > 0, sizes, 1)[:, None], logs


def _times(name: str, flow: Numbers, matrix: Numbers | None, columns: int = 0) -> Numbers:
    """Each vector times its matrix, or all times the same."""
    if matrix is None:
        raise ValueError(f"{name} must be one more than jacobians")
    trials, rows = flow.shape
    form = (trials, rows, columns or matrix.shape[-1])
    if matrix.shape not in (form, form[1:]):
        shapes = f"{form[1:]} or {form} to match error"
        raise ValueError(f"{name} must have shape {shapes}, got {matrix.shape}")
    with np.errstate(all="ignore"):
        moved = flow @ matrix if matrix.ndim == 2 else (flow[:, None] @ matrix)[:, 0]
    return _check.in_range(name, moved)
