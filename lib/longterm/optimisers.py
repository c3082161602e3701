"""Rules that turn gradients into updates, and clipping (chapters 6-8).

The numbers of the gradients that optimisers take are not checked, for speed: nan and inf come
back in the steps.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array

__all__ = ["SGD", "Adam", "Optimiser", "clip_by_element", "clip_by_norm"]


class Optimiser(Protocol):
    """What `training.descend` asks of an optimiser."""

    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), and what to remember; None at first."""


@dataclass(frozen=True)
class SGD:
    """Plain gradient descent, its gradient shortened where it is longer than `clip`."""

    rate: float = 0.1
    """Learning rate, above 0."""
    clip: float | None = None
    """Greatest norm of the gradient of one trial, over all that is trained; None for no limit."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        _check.positive("rate", self.rate)
        if self.clip is not None:
            _check.positive("clip", self.clip)

    @np.errstate(all="ignore")
    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), and what to remember."""
        _check.fits("gradient", gradient, ("trials", "n"), {})
        if self.clip is not None:
            gradient = clip_by_norm(gradient, self.clip)
        return -self.rate * gradient, state


@dataclass(frozen=True)
class Adam:
    r"""Gradient descent in which each parameter has its own rate, by its latest gradients.

    .. math:: p \leftarrow p - \eta\, \frac{\hat m}{\sqrt{\hat s} + \varepsilon}

    with running means m of the gradient and s of its square, freed of their bias towards 0
    (Kingma and Ba, 2015).
    """

    rate: float = 0.01
    """Learning rate η, above 0."""
    memory: tuple[float, float] = (0.9, 0.999)
    """How much of m and of s an update keeps."""

    def __post_init__(self) -> None:
        """Validate the settings."""
        _check.positive("rate", self.rate)
        memory = _check.array("memory", self.memory, real=True)
        if memory.shape != (2,) or np.any((memory < 0) | (memory >= 1)):
            raise ValueError(f"memory must be two numbers in [0, 1), got {self.memory}")

    @np.errstate(all="ignore")
    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), and what to remember."""
        _check.fits("gradient", gradient, ("trials", "n"), {})
        if state is not None and not (isinstance(state, tuple) and len(state) == 3):
            raise TypeError("state must be None, or what the step before returned")
        m, s, count = state or (0.0, 0.0, 0)
        (keep_m, keep_s), count = self.memory, count + 1
        m = keep_m * m + (1 - keep_m) * gradient
        s = keep_s * s + (1 - keep_s) * gradient**2
        scale = np.sqrt(s / (1 - keep_s**count)) + 1e-8
        return -self.rate * m / (1 - keep_m**count) / scale, (m, s, count)


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
    """
    gradient, threshold = _vectors(gradient), _check.positive("threshold", threshold)
    return np.clip(gradient, -threshold, threshold)


def _vectors(gradient: ArrayLike) -> Array:
    gradient = _check.array("gradient", gradient, real=True)
    if gradient.ndim == 0:
        raise ValueError("gradient must have shape (..., n), got a single number")
    return gradient
