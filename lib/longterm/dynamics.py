"""Cliffs, folds and machines: recurrent networks as dynamical systems (chapter 7)."""

import numpy as np

from longterm import _check


def clip_by_norm(gradient, threshold):
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
    return np.where(factor < 1, unit / np.where(length > 0, length, 1) * threshold, gradient)


def clip_by_element(gradient, threshold):
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


def _vectors(gradient):
    gradient = _check.array("gradient", gradient, real=True)
    if gradient.ndim == 0:
        raise ValueError("gradient must have shape (..., n), got a single number")
    return gradient
