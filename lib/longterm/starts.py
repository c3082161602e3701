"""Recurrent weights with which a gradient neither fades nor grows at first (chapter 8)."""

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array, Numbers

__all__ = ["orthogonal", "with_radius"]


def orthogonal(width: int, *, rng: Generator, stack: tuple[int, ...] = ()) -> Array:
    r"""A random orthogonal matrix: all its singular values, and all :math:`|\lambda|`, are 1.

    Uniform over all orthogonal matrices: Q of a QR decomposition of a Gaussian matrix, its
    columns signed so that the diagonal of R is positive.

    Parameters
    ----------
    width : int
        At least 1.
    rng : numpy.random.Generator
    stack : tuple of int
        The shape of a stack of such matrices; one matrix if not given.

    Returns
    -------
    ndarray of shape (*stack, width, width)
    """
    width, rng = _check.size("width", width), _check.generator(rng)
    if not isinstance(stack, tuple | list):
        raise TypeError(f"stack must be a tuple of integers, got {type(stack).__name__}")
    shape = *(_check.size("stack", count) for count in stack), width, width
    _check.room(np.prod(shape, dtype=object), "width and stack" if stack else "width")
    Q, R = np.linalg.qr(rng.standard_normal(shape))
    signs: Array = np.sign(np.diagonal(R, axis1=-2, axis2=-1))
    return Q * signs[..., None, :]


def with_radius(W: ArrayLike, radius: float) -> Numbers:
    r"""A matrix rescaled to a given spectral radius, as for an echo-state network.

    .. math:: W \leftarrow \frac{\rho}{\rho(W)}\,W

    Parameters
    ----------
    W : array_like of shape (..., n, n)
        Real or complex, its spectral radius not 0; one matrix or a stack of them.
    radius : float
        The radius :math:`\rho` that is wanted, above 0.

    Returns
    -------
    ndarray of shape (..., n, n)

    Raises
    ------
    ValueError
        If the spectral radius of `W` is 0, as that of a matrix whose powers end at 0.
    """
    W, radius = _check.array("W", W), _check.positive("radius", radius)
    if W.ndim < 2 or W.shape[-1] != W.shape[-2] or W.size == 0:
        raise ValueError(f"W must have shape (..., n, n), n >= 1, got {W.shape}")
    _check.room(W.size, "W")
    largest = np.abs(W).max(axis=(-2, -1), keepdims=True)
    unit = W / np.where(largest > 0, largest, 1)  # so that nothing leaves the range of floats
    size = np.abs(np.linalg.eigvals(unit)).max(axis=-1)[..., None, None]
    if np.any(size < 1e-6):
        raise ValueError("W must have a spectral radius above 0; the powers of this one end at 0")
    with np.errstate(all="ignore"):
        scaled: Numbers = unit * (radius / size)
    return _check.in_range("W and radius", scaled)
