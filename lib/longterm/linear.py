"""Powers of one matrix: the linear recurrence of *Deep Learning*, section 10.7 (chapter 2).

States are column vectors and follow equation 10.36, :math:`h_t = W^\\top h_{t-1}`,
with the plain transpose, never the conjugate.
"""

import functools
import math
import operator
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import schur, solve_discrete_lyapunov

from longterm import _check, scalar
from longterm._types import Array, Integers, Numbers, short

__all__ = [
    "LogStates",
    "Peak",
    "dominant_alignment",
    "fisher_memory",
    "gaussian_power_norms",
    "henrici_departure",
    "propagate",
    "propagate_by_eigenvectors",
    "propagate_in",
    "propagate_log",
    "spectral_norm",
    "spectral_radius",
    "transient_peak",
]

MOST_CONDITION = 1e7
_LEAST_GAP = 1e-9
_OVERFLOW = "W over that many steps overflows; use propagate_log"
_NO_EXPONENT = -(2**40)  # of a zero: below every sum of exponents that 10**8 steps can reach


def propagate(W: ArrayLike, h0: ArrayLike, steps: int) -> Numbers:
    r"""States of the linear recurrence by repeated multiplication.

    .. math:: h_t = W^\top h_{t-1} = (W^t)^\top h_0

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix, real or complex.
    h0 : array_like of shape (n,)
        Initial state.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    ndarray of shape (steps + 1, n)
        Row t is :math:`h_t`.

    Raises
    ------
    ValueError
        If a state overflows; `propagate_log` has no such limit.
    """
    W, h0, steps = _start(W, h0, steps)
    states = np.empty((steps + 1, len(h0)), dtype=W.dtype)
    states[0] = h0
    with np.errstate(all="ignore"):
        for t in range(steps):
            np.dot(states[t], W, out=states[t + 1])
    return _finite(states)


@short
class LogStates(NamedTuple):
    """States as directions and log sizes, row t after t steps."""

    directions: Numbers
    """Unit vectors, (steps + 1, n); zeros once the state is 0."""
    log_norms: Array
    """Natural logarithms of the norms, (steps + 1,); -inf once the state is 0."""


def propagate_log(W: ArrayLike, h0: ArrayLike, steps: int) -> LogStates:
    r"""Directions and log sizes of the states, at any number of steps.

    .. math:: h_t = e^{\ell_t} u_t, \qquad \|u_t\| = 1, \qquad \ell_t = \ln\|h_t\|

    Each entry carries an exponent of its own, so that nothing over- or underflows.

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix, real or complex.
    h0 : array_like of shape (n,)
        Initial state.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    LogStates
        The `directions` of the states, and their `log_norms`: -inf once the state is 0.
    """
    W, h0, steps = _start(W, h0, steps)
    W, state = _split(W), _split(h0)
    directions, log_norms = np.empty((steps + 1, len(h0)), h0.dtype), np.empty(steps + 1)
    directions[0], log_norms[0] = _direction(*state)
    for t in range(steps):
        state = _product(*state, *W)
        directions[t + 1], log_norms[t + 1] = _direction(*state)
    return LogStates(directions, log_norms)


def propagate_by_eigenvectors(W: ArrayLike, h0: ArrayLike, steps: int) -> Numbers:
    r"""States of the linear recurrence, each mode a scalar power.

    .. math:: W = V \Lambda V^{-1} \quad\Rightarrow\quad h_t = V^{-\top} \Lambda^t V^\top h_0

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix, real or complex, with independent eigenvectors.
    h0 : array_like of shape (n,)
        Initial state.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    ndarray of shape (steps + 1, n)
        As `propagate` returns; real for real input.

    Raises
    ------
    ValueError
        If W is numerically defective (unit eigenvectors with a condition number
        above 1e7), or a state overflows.
    """
    W, h0, steps = _start(W, h0, steps)
    eigenvalues, V = np.linalg.eig(W)
    if not np.linalg.cond(V) <= MOST_CONDITION:
        raise ValueError(
            "W is numerically defective: the condition number of its eigenvectors is above 1e7; "
            "use propagate"
        )
    with np.errstate(all="ignore"):
        starts = V.T @ h0
        modes = np.zeros((len(h0), steps + 1), dtype=starts.dtype)
        modes[starts != 0] = _modes(eigenvalues[starts != 0], starts[starts != 0], steps)
        states = np.linalg.solve(V.T, modes).T
    return _finite(states if np.iscomplexobj(W) else states.real)


def propagate_in(W: ArrayLike, h0: ArrayLike, steps: int, number: type) -> Numbers:
    r"""States of the linear recurrence in another kind of number, one operation at a time.

    .. math:: h_{t,j} = \sum_i W_{ij}\, h_{t-1,i}

    With ``fractions.Fraction`` every state is exact; with ``float`` each product and each
    sum is rounded once, in this order, the same on every machine.

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix, real; its floats are taken as the exact numbers that they are.
    h0 : array_like of shape (n,)
        Initial state, real.
    steps : int
        Number of steps, at least 0.
    number : type
        Makes a number from a float, such as ``fractions.Fraction`` or ``float``.

    Returns
    -------
    ndarray of shape (steps + 1, n), dtype object
        Row t is :math:`h_t`.

    Raises
    ------
    ValueError
        If a state overflows.
    """
    W, h0, steps = _start(W, h0, steps)
    if np.iscomplexobj(W):
        raise TypeError("W and h0 must be real numbers, got complex")
    if not isinstance(number, type):
        raise TypeError(f"number must be a type such as fractions.Fraction, got {number!r}")
    columns = [[_converted(entry, number) for entry in column] for column in W.T.tolist()]
    states = [[_converted(entry, number) for entry in h0.tolist()]]
    with np.errstate(all="ignore"):
        for _ in range(steps):
            states.append([_sum_of_products(column, states[-1]) for column in columns])
    if not all(-math.inf < entry < math.inf for entry in states[-1]):  # inf and nan never leave
        raise ValueError(_OVERFLOW)
    return np.array(states, dtype=object)


def dominant_alignment(W: ArrayLike, h0: ArrayLike, steps: int) -> Array:
    r"""How closely each state lies along the dominant left eigenvector.

    .. math:: \frac{|\langle u_1, h_t\rangle|}{\|u_1\| \|h_t\|}, \qquad W^\top u_1 = \lambda_1 u_1

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix with one eigenvalue of strictly largest modulus.
    h0 : array_like of shape (n,)
        Initial state, not 0.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    ndarray of shape (steps + 1,)
        Numbers from 0 (orthogonal) to 1 (aligned, up to sign); all 1 for n = 1.

    Raises
    ------
    ValueError
        If h0 or W is 0, a state becomes 0, or no eigenvalue dominates:
        :math:`|\lambda_2| \ge (1 - 10^{-9})|\lambda_1|`.
    """
    W, h0, steps = _start(W, h0, steps)
    for name, value in (("W", W), ("h0", h0)):
        if not value.any():
            raise ValueError(f"{name} must not be 0: it has no direction")
    directions, log_norms = propagate_log(W, h0, steps)
    if np.isneginf(log_norms).any():
        raise ValueError("h0 must keep a direction, but W maps it to 0 within these steps")
    dominant = _dominant_left_eigenvector(W)
    cosines: Array = np.minimum(np.abs(directions @ dominant.conj()), 1.0)
    return cosines


def spectral_radius(W: ArrayLike) -> float:
    r"""Largest modulus of an eigenvalue, :math:`\rho(W) = \max_i |\lambda_i|`.

    Parameters
    ----------
    W : array_like of shape (n, n)

    Returns
    -------
    float
        Infinity beyond the range of floats.
    """
    scaled, shift = _to_half(_check.square_matrix("W", W))
    return _unscaled(np.abs(np.linalg.eigvals(scaled)).max(), shift)


def spectral_norm(W: ArrayLike) -> float:
    r"""Largest singular value, :math:`\sigma_{\max}(W) = \max_{\|h\| = 1} \|W h\|`.

    Parameters
    ----------
    W : array_like of shape (n, n)

    Returns
    -------
    float
        Infinity beyond the range of floats.
    """
    scaled, shift = _to_half(_check.square_matrix("W", W))
    return _unscaled(np.linalg.norm(scaled, 2), shift)


def henrici_departure(W: ArrayLike) -> float:
    r"""Departure from normality: how far W is from having orthogonal eigenvectors.

    The Frobenius norm of the strict upper triangle R of the complex Schur form
    (Henrici, 1962).

    .. math:: W = U(\Lambda + R)U^* , \qquad \|R\|_F = \sqrt{\|W\|_F^2 - \sum_i |\lambda_i|^2}

    Parameters
    ----------
    W : array_like of shape (n, n)

    Returns
    -------
    float
        0 for normal matrices, such as symmetric and orthogonal ones; inf beyond the range of
        floats.
    """
    scaled, shift = _to_half(_check.square_matrix("W", W))
    triangular, _ = schur(scaled, output="complex")
    return _unscaled(np.linalg.norm(np.triu(triangular, k=1)), shift)


def fisher_memory(W: ArrayLike, feed: ArrayLike, steps: int) -> Array:
    r"""How much a noisy linear network knows of an input k steps old (Ganguli et al., 2008).

    .. math:: h_t = W^\top h_{t-1} + v\,s_t + z_t , \qquad
       J_k = v_k^* C^{-1} v_k , \quad v_k = (W^\top)^k v , \quad
       C = \sum_j (W^\top)^j \bigl((W^\top)^j\bigr)^*

    The noise z is independent with variance 1 in every unit and at every step. Over all lags J sums
    to at most the number of units, and to 1 where W is normal; v has length 1.

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix, its spectral radius below 1.
    feed : array_like of shape (n,)
        The vector v by which the input enters; only its direction counts.
    steps : int
        Largest lag, at least 0.

    Returns
    -------
    ndarray of shape (steps + 1,)

    Raises
    ------
    ValueError
        If the spectral radius is 1 or more, within rounding, or `feed` is 0.
    """
    W, unit = _check.square_matrix("W", W), _check.array("feed", feed)
    if unit.shape != W.shape[:1] or not unit.any():
        raise ValueError(f"feed must have shape {W.shape[:1]} to match W, and not be 0")
    if not spectral_radius(W) < 1 - 1e-12:
        raise ValueError("W must have a spectral radius below 1")
    unit = unit / np.abs(unit).max()
    signals = propagate(W, unit / np.linalg.norm(unit), steps)
    with np.errstate(all="ignore"):
        noise = solve_discrete_lyapunov(W.T, np.eye(len(W)))
        root = np.linalg.cholesky(_check.in_range("W", noise))
        known: Array = np.sum(np.abs(np.linalg.solve(root, signals.T)) ** 2, axis=0)
    return _check.in_range("W", known)


def gaussian_power_norms(gain: float, steps: int) -> Array:
    r"""Norms of the powers of a large Gaussian matrix, entries N(0, g²/N), at a fixed t.

    .. math:: \lVert W^t \rVert_2 \to g^t \sqrt{\frac{(t + 1)^{t + 1}}{t^t}}
       \qquad (N \to \infty)

    The root is the edge of the Fuss-Catalan law of singular values. It grows as
    :math:`\sqrt{e\,(t + 1/2)}`, so :math:`\rho = g < 1` is no protection at first.

    Parameters
    ----------
    gain : float
        The scale g, above 0, to which the spectral radius tends as well.
    steps : int
        Largest t, at least 0.

    Returns
    -------
    ndarray of shape (steps + 1,)
        Inf or 0 beyond the range of floats.
    """
    gain, steps = _check.positive("gain", gain), _check.size("steps", steps, least=0)
    _check.room(steps + 1, "steps")
    t = np.arange(steps + 1.0)
    with np.errstate(over="ignore", under="ignore"):
        logs = np.log1p(t) + t * np.log1p(1 / np.maximum(t, 1))
        norms: Array = np.exp(t * np.log(gain) + logs / 2)
    return norms


@short
class Peak(NamedTuple):
    """The largest growth of any state, and when it happens."""

    norm: float
    """At least 1, the value at t = 0; inf where it is beyond the range of floats."""
    step: int
    """The smallest t whose norm is within 1e-12 (relative) of the peak."""


def transient_peak(W: ArrayLike, steps: int) -> Peak:
    r"""Largest growth of any state on the way, and when it happens.

    .. math:: \max_{0 \le t \le n} \|W^t\|_2

    Parameters
    ----------
    W : array_like of shape (n, n)
        Recurrent matrix, real or complex.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    Peak
        The `norm`, inf beyond the range of floats, and the `step`.
    """
    W, steps = _check.square_matrix("W", W), _check.size("steps", steps, least=0)
    _check.room(W.size * (steps + 1), "W and steps")
    norms, exponents = _norms_of_powers(W, steps)
    top = exponents.max()
    relative = np.ldexp(norms, exponents - top)
    step = int(np.argmax(relative >= relative.max() * (1 - 1e-12)))
    return Peak(_unscaled(relative.max(), top), step)


def _norms_of_powers(W: Numbers, steps: int) -> tuple[Array, Integers]:
    """Norms of the powers as numbers in [1, 2) and exponents of two."""
    step, shift = _to_half(W)
    power, exponent, mantissas, exponents = np.eye(len(W)), 0, [1.0], [0]
    for _ in range(steps):
        power, more = _to_half(power @ step)
        exponent += more + shift
        mantissa, top = np.frexp(np.linalg.norm(power, 2))
        mantissas.append(2 * mantissa)
        exponents.append(exponent + int(top) - 1)
        # Once some power maps every state to one no longer, no later power can set a record.
        if mantissa == 0 or exponents[-1] < 0:
            break
    return np.array(mantissas), np.array(exponents)


def _converted(entry: float, number: type) -> Any:
    try:
        return number(entry)
    except Exception as error:
        raise TypeError(f"number must make a number of a float, {number!r}: {error}") from None


def _sum_of_products(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """Sum of the products, from left to right (`sum` of floats may compensate)."""
    first, *others = (a * b for a, b in zip(left, right, strict=True))
    return functools.reduce(operator.add, others, first)


def _modes(eigenvalues: Numbers, starts: Numbers, steps: int) -> Numbers:
    try:
        return scalar.powers(eigenvalues, steps) * starts[:, None]
    except ValueError:
        raise ValueError(_OVERFLOW) from None


def _dominant_left_eigenvector(W: Numbers) -> Numbers:
    """Unit u with Wᵀ u = lambda u for the eigenvalue of strictly largest modulus."""
    eigenvalues, vectors = np.linalg.eig(_to_half(W)[0].T)
    order = np.argsort(-np.abs(eigenvalues))
    moduli = np.abs(eigenvalues[order])
    if len(W) > 1 and moduli[1] >= (1 - _LEAST_GAP) * moduli[0]:
        raise ValueError("W must have one eigenvalue of strictly largest modulus, a gap of 1e-9")
    return vectors[:, order[0]]


def _direction(values: Numbers, exponents: Integers) -> tuple[Numbers, float]:
    """Unit vector along h = values * 2**exponents, and ln|h|; zeros and -inf for h = 0."""
    top = exponents.max()
    scaled = _scaled(values, exponents - top)
    norm = np.linalg.norm(scaled)
    if norm == 0:
        return scaled, -np.inf
    return scaled / norm, np.log(norm) + top * np.log(2)


def _product(
    h: Numbers, h_exponents: Integers, W: Numbers, W_exponents: Integers
) -> tuple[Numbers, Integers]:
    """Wᵀ h, where every entry of each is a number near 1 times 2**exponent."""
    exponents = W_exponents + h_exponents[:, None]
    top = exponents.max(axis=0)
    values, more = _split(_scaled(W * h[:, None], exponents - top).sum(axis=0))
    return values, np.where(values == 0, _NO_EXPONENT, top + more)


def _split(values: Numbers) -> tuple[Numbers, Integers]:
    """Each entry as a number near 1 and the exponent of two that restores it."""
    size = (
        np.maximum(np.abs(values.real), np.abs(values.imag)) if values.dtype == complex else values
    )
    exponents = np.frexp(size)[1].astype(np.int64)
    return _scaled(values, -exponents), np.where(size == 0, _NO_EXPONENT, exponents)


def _scaled(values: Numbers, exponents: Integers) -> Numbers:
    """values * 2**exponents, entry by entry."""
    parts = np.ascontiguousarray(values).view(float).reshape(*values.shape, -1)
    shifts = np.maximum(exponents, -3000).astype(np.intc)[..., None]
    scaled: Numbers = np.ldexp(parts, shifts).view(values.dtype)
    return scaled[..., 0]


def _to_half(values: Numbers) -> tuple[Numbers, int]:
    """Scale by a power of two so that the largest part lies in [1/2, 1).

    Returns the scaled values and the shift that undoes it: values = scaled * 2**shift.
    """
    parts = np.ascontiguousarray(values).view(float)
    shift = int(np.frexp(np.abs(parts).max())[1])
    return np.ldexp(parts, -shift).view(values.dtype), shift


def _unscaled(value: float | np.floating, shift: int) -> float:
    """value * 2**shift as a float, inf beyond the range of floats."""
    with np.errstate(over="ignore"):
        return float(np.ldexp(value, shift))


def _start(W: ArrayLike, h0: ArrayLike, steps: int) -> tuple[Numbers, Numbers, int]:
    W, h0 = _check.matrix_and_state(W, h0)
    steps = _check.size("steps", steps, least=0)
    _check.room(len(h0) * (steps + 1), "h0 and steps")
    return W, h0, steps


def _finite(states: Numbers) -> Numbers:
    if not np.isfinite(states).all():
        raise ValueError(_OVERFLOW)
    return states
