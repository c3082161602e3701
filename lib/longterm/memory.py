r"""One bit in one unit: the latch, its margin against input, its gradient, and its life in noise.

The latch is the tanh network of `rnn` with a single unit,
:math:`a_t = w \tanh(a_{t-1}) + h_t`. Its bit is the sign of :math:`a_t`.
"""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy import optimize, special

from longterm import _check
from longterm._types import Array, Value, short

__all__ = [
    "Attractor",
    "GradientMoments",
    "Rests",
    "Retention",
    "attractor",
    "boundary_gradient",
    "cheapest_flip",
    "latch",
    "lifetime",
    "linear_retention",
    "push_to_flip",
    "rests",
    "retention",
    "robustness_margin",
    "sample_retention",
]

_SATURATED = 20.0  # from here on tanh(z) is 1 in float64
_MOST_NODES = 4000


@short
class Attractor(NamedTuple):
    """Where a latch rests, and the slope of its map there."""

    rest: Array
    r""":math:`\bar x`; 0 for w up to 1."""
    slope: Array
    """The slope of the map; w for w up to 1."""


def attractor(w: ArrayLike) -> Attractor:
    r"""Where the latch rests without input, and the slope of its map there.

    .. math:: \bar x = \tanh(w \bar x) \ge 0, \qquad w \operatorname{sech}^2(w \bar x)

    The attractor is :math:`z = w \bar x`, so :math:`w = z \coth z`, and the slope is
    :math:`2z / \sinh 2z`. It is not taken as :math:`w (1 - \bar x^2)`, which is 0 from w = 20 on.

    Parameters
    ----------
    w : array_like of numbers >= 0
        Recurrent weight.

    Returns
    -------
    Attractor
        `rest` :math:`\bar x` and `slope`, of the shape of `w`; 0 and w for w up to 1.
    """
    w = _weights(w)
    z = _state_at_rest(w)
    return Attractor(np.where(w > 1, np.tanh(z), 0.0)[()], (w * _sech_squared(z))[()])


def robustness_margin(w: ArrayLike) -> Array:
    r"""Largest constant input of either sign under which the latch keeps its bit.

    .. math:: h^*(w) = \sqrt{w (w - 1)} - \operatorname{arccosh} \sqrt w
       = \tfrac12 (\sinh 2a^* - 2a^*), \qquad w = \cosh^2 a^*

    At :math:`a^*` the slope of the map is 1, and the map lies furthest above the diagonal.

    Parameters
    ----------
    w : array_like of numbers >= 0
        Recurrent weight.

    Returns
    -------
    ndarray of the shape of `w`
        0 for w up to 1, where there is no bit to keep.
    """
    w = _weights(w)
    root = np.sqrt(np.maximum(w - 1, 0))
    u = np.arcsinh(root)
    orders = np.arange(3, 21, 2)
    series = np.sum((2 * np.minimum(u, 0.5)[..., None]) ** orders / special.factorial(orders), -1)
    return np.where(u < 0.5, series / 2, np.sqrt(w) * root - u)[()]


@short
class Rests(NamedTuple):
    """Where a latch stays under a constant push; nan for what the push has taken away."""

    lower: float
    """The rest on the side to which the push goes, below 0."""
    boundary: float
    """The state that repels its neighbours; from above it the bit survives."""
    upper: float
    """The rest that the push goes against."""


def rests(w: float, push: float) -> Rests:
    r"""States that a constant push p against the bit leaves where they are.

    .. math:: a = w \tanh(a) - p, \qquad p \ge 0

    The map increases. So under all inputs of at least -p a state stays above the one of the
    constant input -p, and the bit survives them all from any start above the boundary. A pulse of
    one step writes the bit against all later inputs within p if it takes the state above there.

    Parameters
    ----------
    w : float
        Recurrent weight above 1, at most 1e300.
    push : float
        The push p, from 0 to 1e300.

    Returns
    -------
    Rests
        `lower`, `boundary` and `upper`; the last two are nan beyond `robustness_margin`.
    """
    w, push = _check.positive("w", w), float(_check.number("push", push))
    if not 1 < w <= 1e300:
        raise ValueError(f"w must be above 1 and at most 1e300, got {w}")
    if not 0 <= push <= 1e300:
        raise ValueError(f"push must be from 0 to 1e300, got {push}")
    fold = float(np.arcsinh(np.sqrt(w - 1)))

    def between(low: float, high: float) -> float:
        """Where the map crosses the diagonal, if it does; ends up to rounding count."""
        lift = [w * np.tanh(a) - push - a for a in (low, high)]
        if lift[0] * lift[1] >= 0:
            return low if abs(lift[0]) < abs(lift[1]) else high
        return optimize.brentq(lambda a: w * np.tanh(a) - push - a, low, high, xtol=1e-15)

    lower = between(-w - push, -fold)
    if push > robustness_margin(w):
        return Rests(lower, np.nan, np.nan)
    return Rests(lower, between(0.0, fold), between(fold, w))


def latch(w: float, inputs: ArrayLike, start: ArrayLike) -> Array:
    r"""States of the latch.

    .. math:: a_t = w \tanh(a_{t-1}) + h_t

    Parameters
    ----------
    w : float
        Recurrent weight, at least 0.
    inputs : array_like of shape (steps, ...)
        :math:`h_t`; further axes are separate runs.
    start : array_like
        :math:`a_0`, of a shape that broadcasts with one row of `inputs`.

    Returns
    -------
    ndarray of shape (steps + 1, ...)
        Row t is :math:`a_t`.
    """
    w, inputs = _weight(w), _check.array("inputs", inputs, real=True)
    start = _check.array("start", start, real=True)
    if inputs.ndim == 0:
        raise ValueError("inputs must have shape (steps, ...), got one number")
    try:
        shape = np.broadcast_shapes(start.shape, inputs.shape[1:])
    except ValueError:
        form = f"a shape that broadcasts with {inputs.shape[1:]}"
        raise ValueError(f"start must have {form}, got {start.shape}") from None
    states = np.empty((len(inputs) + 1, *shape))
    states[0] = start
    for t, h in enumerate(inputs):
        states[t + 1] = w * np.tanh(states[t]) + h
    return states


def push_to_flip(w: float, steps: int) -> float:
    r"""Smallest constant push that flips the latch if it acts for so many steps and then ends.

    From the upper attractor, z, the push takes :math:`a_t = w \tanh(a_{t-1}) - p` to 0 in
    the last of these steps. One step needs p = z. More steps need less, and never less than
    `robustness_margin`.

    Parameters
    ----------
    w : float
        Recurrent weight, at least 0.
    steps : int
        For how long the push acts, from 1 to 10**6.

    Returns
    -------
    float
        The push p; 0 for w up to 1.
    """
    w, steps = _weight(w), _check.size("steps", steps)
    if steps > 10**6:
        raise ValueError(f"steps must be at most 10**6, got {steps}")
    z = float(_state_at_rest(w))
    held, flipped = float(robustness_margin(w)), z
    for _ in range(60):
        push, a = held / 2 + flipped / 2, z
        for _ in range(steps):
            a = w * np.tanh(a) - push
            if a <= 0:
                break
        held, flipped = (held, push) if a <= 0 else (push, flipped)
        if flipped - held <= 4e-16 * flipped:
            break
    return flipped


@short
class Retention(NamedTuple):
    """How a latch keeps its bit in noise."""

    probabilities: Array
    """That the sign is still right after t steps, (steps + 1,)."""
    error: float
    """The largest change when the rule has twice as many nodes."""


def retention(w: float, noise: float, steps: int, start: float | None = None) -> Retention:
    r"""Probability that the sign is still right when every step adds normal noise.

    .. math:: a_t = w \tanh(a_{t-1}) + s\,\xi_t, \qquad \xi_t \sim \mathcal N(0, 1), \qquad
       P(a_t > 0 \mid a_0 > 0)

    The difference :math:`o_t(b) = p_t(b) - p_t(-b)` of the densities on both sides of 0 moves
    by one integral over b > 0 at each step, with a kernel that is nowhere negative. A
    Gauss-Legendre rule turns the integral into a sum.

    Parameters
    ----------
    w : float
        Recurrent weight above 0.
    noise : float
        Standard deviation s, at least 0; with 0 the sign stays right for ever.
    steps : int
        Number of steps.
    start : float, optional
        :math:`a_0` above 0; the attractor if not given, which needs w above 1.

    Returns
    -------
    Retention
        The `probabilities`, and the `error` of the rule.

    Raises
    ------
    ValueError
        If `noise` is so small that the rule would need more than 4000 nodes.
    """
    w, noise, steps, start = _noisy_latch(w, noise, steps, start)
    if noise == 0:
        return Retention(np.ones(steps + 1), 0.0)
    count = _node_count(w, noise)
    _check.room((steps + 1) * 2 * count, "steps")
    rough, fine = (_retention(w, noise, steps, start, n) for n in (count, 2 * count))
    return Retention(fine, float(np.abs(fine - rough).max()))


def sample_retention(
    w: float, noise: float, steps: int, trials: int, *, rng: Generator, start: float | None = None
) -> Array:
    r"""Share of simulated latches whose sign is still right.

    The standard error of a share p is :math:`\sqrt{p (1 - p) / \text{trials}}`.

    Parameters
    ----------
    w, noise, steps
        As for `retention`.
    trials : int
        Number of latches.
    rng : numpy.random.Generator
        Source of the noise.
    start
        As for `retention`.

    Returns
    -------
    ndarray of shape (steps + 1,)
        Shares, the first one 1.
    """
    w, noise, steps, start = _noisy_latch(w, noise, steps, start)
    trials, rng = _check.size("trials", trials), _check.generator(rng)
    _check.room((steps + 1) * trials, "steps and trials")
    shares, a = np.ones(steps + 1), np.full(trials, start)
    with np.errstate(over="ignore"):  # inf has a sign, too
        for t in range(1, steps + 1):
            a = w * np.tanh(a) + noise * rng.standard_normal(trials)
            shares[t] = np.mean(a > 0)
    return shares


def lifetime(w: float, noise: float) -> float:
    r"""Steps in which the noisy latch loses all but 1/e of what it knows, once it has settled.

    In the long run :math:`P(a_t > 0) - \tfrac12` is multiplied by the same :math:`\lambda` at
    every step, and the lifetime is :math:`-1 / \ln \lambda`. This :math:`\lambda` is the second
    eigenvalue of the operator that moves the density, the largest on odd functions. With the
    positive eigenfunction q on b > 0, normalised to integral 1,

    .. math:: 1 - \lambda = 2 \int_0^\infty q(b)\, \Phi\Bigl(-\frac{w \tanh b}{s}\Bigr)\, db ,

    which loses no digits where :math:`\lambda` is close to 1.

    Parameters
    ----------
    w : float
        Recurrent weight above 0.
    noise : float
        Standard deviation s of the noise, above 0.

    Returns
    -------
    float
        ``inf`` where the loss is below the range of floats.

    Raises
    ------
    ValueError
        If `noise` is so small that the rule would need more than 4000 nodes.
    """
    w, noise = _check.positive("w", w), _check.positive("noise", noise)
    _, weights, kernel, slips = _odd_operator(w, noise, 2 * _node_count(w, noise))
    q, before = weights, 0.0
    for _ in range(10_000):
        q = kernel @ q
        if not q.any():  # nothing is left after one step, to all digits
            return 0.0
        q /= q.sum()
        loss = float(slips @ q)
        if abs(loss - before) <= 1e-14 * loss:
            break
        before = loss
    if loss <= 0:
        return np.inf
    return float(-1 / np.log1p(-loss)) if loss < 1 else 0.0


def cheapest_flip(w: float, steps: int) -> Array:
    r"""Pushes of least energy that take the latch from its upper attractor to 0.

    .. math:: \min \tfrac12 \sum_{t=1}^{n} h_t^2, \qquad a_t = w \tanh(a_{t-1}) + h_t, \quad
       a_0 = w \bar x, \quad a_n = 0

    With enough steps the least energy is the rate at which :math:`\ln` `lifetime` grows with
    :math:`1 / s^2` as the noise goes to 0.

    Parameters
    ----------
    w : float
        Recurrent weight above 1, at most 1e100.
    steps : int
        Number n of pushes, from 1 to 100.

    Returns
    -------
    ndarray of shape (steps,)
        :math:`h_1, \dots, h_n`.
    """
    w, steps = _check.positive("w", w), _check.size("steps", steps)
    if w <= 1:
        raise ValueError(f"w must be above 1: there is no bit to flip at w = {w}")
    if w > 1e100:
        raise ValueError(f"w must be at most 1e100, got {w}")
    if steps > 100:
        raise ValueError(f"steps must be at most 100, got {steps}")
    rest = float(_state_at_rest(np.array(w)))

    def pushes(between: Array) -> Array:
        """Push of each step by way of these states."""
        states = np.concatenate([[rest], between, [0.0]])
        needed: Array = states[1:] - w * np.tanh(states[:-1])
        return needed

    straight = np.linspace(rest, 0, steps + 1)[1:-1]
    if steps == 1:
        return pushes(straight)
    return optimize.least_squares(pushes, straight, method="lm").fun


def linear_retention(w: float, noise: float, steps: int, start: float = 1.0) -> Array:
    r"""Probability that the sign is still right in a linear unit with noise.

    .. math:: a_t = w\,a_{t-1} + s\,\xi_t, \qquad
       P(a_t > 0) = \Phi\Bigl(\frac{a_0}{s \sqrt{w^{-2} + w^{-4} + \dots + w^{-2t}}}\Bigr)

    With w = 1 this is an integrator, and the root is :math:`\sqrt t`.

    Parameters
    ----------
    w : float
        Recurrent weight above 0.
    noise : float
        Standard deviation s, at least 0.
    steps : int
        Number of steps.
    start : float
        :math:`a_0`, above 0.

    Returns
    -------
    ndarray of shape (steps + 1,)
    """
    start = _check.positive("start", start)
    w, noise, steps, start = _noisy_latch(w, noise, steps, start)
    with np.errstate(all="ignore"):
        spread = noise * np.sqrt(np.cumsum(w ** (-2.0 * np.arange(1, steps + 1))))
        return np.append(1.0, special.ndtr(np.divide(start, spread)) if noise else np.ones(steps))


@short
class GradientMoments(NamedTuple):
    """Moments of a gradient after t steps, over the noise."""

    mean: Array
    """:math:`E g_t`, (steps + 1,)"""
    square: Array
    """:math:`E g_t^2`, (steps + 1,)"""
    error: float
    """The largest relative change of either when the rule has twice as many nodes."""


def boundary_gradient(w: float, noise: float, steps: int) -> GradientMoments:
    r"""Mean and mean square of the gradient of the last signal in a first state on the boundary.

    .. math:: g_T = \frac{\partial \tanh(a_T)}{\partial a_0} \Big|_{a_0 = 0}
       = \operatorname{sech}^2(a_T) \prod_{t=0}^{T-1} w \operatorname{sech}^2(a_t)

    over the noise of the latch :math:`a_t = w \tanh(a_{t-1}) + s\,\xi_t`. Density and product
    move together by one integral over :math:`|a|` a step. The mean of n sequences has the
    relative standard error :math:`\sqrt{(E g^2 / (E g)^2 - 1) / n}`.

    Parameters
    ----------
    w : float
        Recurrent weight above 0.
    noise : float
        Standard deviation s of the noise, above 0.
    steps : int
        Number of steps T.

    Returns
    -------
    GradientMoments
        The `mean` and the mean `square` after each step, and the `error` of the rule.

    Raises
    ------
    ValueError
        If a mean square leaves the range of floats, or `noise` is so small that the rule would
        need more than 4000 nodes.
    """
    w, noise = _check.positive("w", w), _check.positive("noise", noise)
    steps, count = _check.size("steps", steps, least=0), _node_count(w, noise)
    _check.room((steps + 1) * 2 * count, "steps")
    rough, fine = (
        np.array([_gradient_moment(w, noise, steps, n, power) for power in (1, 2)])
        for n in (count, 2 * count)
    )
    if not np.isfinite(fine).all():
        raise ValueError("w makes a mean square that leaves the range of floats; take fewer steps")
    change = np.divide(fine - rough, fine, out=np.zeros_like(fine), where=fine > 0)
    return GradientMoments(fine[0], fine[1], float(np.abs(change).max()))


def _weights(w: ArrayLike) -> Array:
    w = _check.array("w", w, real=True)
    if (w < 0).any():
        raise ValueError(f"w must be at least 0, got {w.min()}")
    return w


def _weight(w: float) -> float:
    return float(_weights(_check.number("w", w)))


def _noisy_latch(
    w: float, noise: float, steps: int, start: float | None
) -> tuple[float, float, int, float]:
    w, noise = _check.positive("w", w), float(_check.number("noise", noise))
    if noise < 0:
        raise ValueError(f"noise must be at least 0, got {noise}")
    steps = _check.size("steps", steps, least=0)
    _check.room(steps + 1, "steps")
    if start is not None:
        return w, noise, steps, _check.positive("start", start)
    if w <= 1:
        raise ValueError(f"w must be above 1 unless start is given: there is no bit at w = {w}")
    return w, noise, steps, float(_state_at_rest(np.array(w)))


def _state_at_rest(w: Value) -> Array:
    """z >= 0 with z coth z = w, by Newton's method from above: z coth z is convex."""
    d = np.clip(w - 1, 0, _SATURATED)
    z = (d + np.sqrt(d * (d + 12))) / 2
    for _ in range(8):
        excess = _z_coth_z_less_1(z)
        slope = np.divide(z * z - excess * (1 + excess), z, out=np.ones_like(z), where=z > 0)
        z = z - (excess - d) / slope
    return np.where(w > _SATURATED, w, np.maximum(z, 0))


def _sech_squared(z: Array) -> Array:
    """sech²(z) for z >= 0, where cosh would overflow too."""
    decay: Array = np.exp(-2 * np.minimum(z, 400.0))  # 0 from there on
    return 4 * decay / (1 + decay) ** 2


def _z_coth_z_less_1(z: Array) -> Array:
    """z coth z - 1; for small z by its continued fraction z²/(3 + z²/(5 + z²/(7 + ...)))."""
    square, fraction = np.minimum(z, 1) ** 2, np.zeros_like(z)
    for odd in (15, 13, 11, 9, 7, 5, 3):
        fraction = square / (odd + fraction)
    return np.where(z < 0.5, fraction, z / np.tanh(np.maximum(z, 0.5)) - 1)


def _node_count(w: float, noise: float) -> int:
    """Nodes of the rule: some for each width of the kernel, which is noise / w in b."""
    if max(w, noise) > 1e300:
        raise ValueError(f"noise and w must be at most 1e300, got {noise} and {w}")
    count = 24 + 2 * (w / noise + 9) * max(1.0, w)
    if count > _MOST_NODES:
        raise ValueError(
            f"noise must be larger, or w smaller: {noise} and {w} need {count:.3g} nodes, "
            f"more than {_MOST_NODES}"
        )
    return int(count)


def _half_line(w: float, noise: float, count: int) -> tuple[Array, Array]:
    """Nodes b > 0 and weights of a rule that reaches as far as any state of weight."""
    nodes, weights = special.roots_legendre(count)
    reach = w + 9 * noise
    return reach * (nodes + 1) / 2, reach * weights / 2


def _odd_operator(w: float, noise: float, count: int) -> tuple[Array, Array, Array, Array]:
    """Nodes b > 0, their weights, one step of o_t there with the weights in it, and `_slip`."""
    b, weights = _half_line(w, noise, count)
    centre = w * np.tanh(b)
    kernel = weights[:, None] * _odd_density(b[:, None], centre, noise)
    return b, weights, kernel, _slip(centre, noise)


def _odd_density(a: Array, centre: Value, noise: float) -> Array:
    """Normal density at a less that at -a, without cancellation."""
    return -_density(a - centre, noise) * np.expm1(-2 * (a / noise) * (centre / noise))


def _even_density(a: Array, centre: Value, noise: float) -> Array:
    """Normal density at a and at -a together."""
    other_side: Array = np.exp(-2 * (a / noise) * (centre / noise))
    return _density(a - centre, noise) * (1 + other_side)


def _density(distance: Array, noise: float) -> Array:
    """Density of normal noise at this distance from its mean."""
    density: Array = np.exp(-((distance / noise) ** 2) / 2) / (noise * np.sqrt(2 * np.pi))
    return density


def _slip(centre: Value, noise: float) -> Array:
    """Twice the probability that noise carries a state from `centre` below 0."""
    slip: Array = special.erfc(centre / noise / np.sqrt(2))
    return slip


def _retention(w: float, noise: float, steps: int, start: float, count: int) -> Array:
    b, weights, kernel, slips = _odd_operator(w, noise, count)
    centre, lead = w * np.tanh(start), np.ones(steps + 1)
    mass, loss = weights * _odd_density(b, centre, noise), _slip(centre, noise)
    for t in range(1, steps + 1):
        lead[t] = lead[t - 1] - loss
        loss, mass = slips @ mass, kernel @ mass
    return (1 + lead) / 2


def _gradient_moment(w: float, noise: float, steps: int, count: int, power: int) -> Array:
    """Mean over noise of the power of the gradient of the last signal in a first state of 0."""
    b, weights = _half_line(w, noise, count)
    centre, slopes = w * np.tanh(b), _sech_squared(b) ** power
    kernel = weights[:, None] * _even_density(b[:, None], centre, noise) * w**power * slopes
    mass, moments = weights * _even_density(b, 0.0, noise) * w**power, np.ones(steps + 1)
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            moments[t] = slopes @ mass
            mass = kernel @ mass
    return moments
