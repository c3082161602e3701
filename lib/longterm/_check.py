"""Answers to bad input: each check names the argument and what is accepted."""

import operator
from collections.abc import Collection
from typing import Any, Literal, overload

import numpy as np
from numpy.random import Generator

from longterm._types import Array, Integers, Numbers

MOST_NUMBERS = 10**8
_LARGEST_SIZE = 2**63 - 1


def size(name: str, value: Any, least: int = 1) -> int:
    """Return `value` as an int that is at least `least`."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be an integer, got a bool")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}") from None
    if not least <= number <= _LARGEST_SIZE:
        raise ValueError(f"{name} must be an integer from {least} to 2**63 - 1, got {number}")
    return number


def room(count: int, names: str) -> None:
    """Refuse sizes that would make more than 10**8 numbers."""
    if count > MOST_NUMBERS:
        raise ValueError(f"{names} would make {count} numbers; at most 10**8 are accepted")


@overload
def array(name: str, value: Any, real: Literal[True]) -> Array: ...
@overload
def array(name: str, value: Any, real: bool = False) -> Numbers: ...
def array(name: str, value: Any, real: bool = False) -> Numbers:
    """Return `value` as a finite float64 array, or complex128 if it is complex."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be an array without a mask")
    try:
        result = np.asarray(value)
        if result.dtype == object and all(type(item) in (int, float) for item in result.flat):
            result = result.astype(float)  # integers beyond 64 bits
    except OverflowError:
        raise ValueError(f"{name} must be within the range of floats") from None
    except ValueError:
        raise ValueError(f"{name} must be an array of numbers, its rows differ in length") from None
    if result.dtype.kind not in ("iuf" if real else "iufc"):
        kind = "real numbers" if real else "real or complex numbers"
        raise TypeError(f"{name} must be {kind}, got {result.dtype}")
    with np.errstate(over="ignore"):
        result = result.astype(complex if result.dtype.kind == "c" else float)
    if not np.isfinite(result).all():
        raise ValueError(f"{name} must be finite, got nan or inf")
    return result


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {type(value).__name__}")
    return bool(value)


def in_range(names: str, values: Numbers) -> Numbers:
    """Return `values` if all are finite; the arguments `names` are to blame if not."""
    if not np.isfinite(values).all():
        raise ValueError(f"{names} lead out of the range of floats")
    return values


def integers(name: str, value: Any) -> Integers:
    """Return `value` as an array of integers."""
    try:
        result = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, its rows differ in length") from None
    if result.size and result.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, got {result.dtype}")
    return result.astype(int)


Axes = tuple[str, ...]
"""Names of the axes of an array, such as ``("steps", "units")``."""


def fits(name: str, value: Any, axes: Axes, sizes: dict[str, int], to: str = "") -> None:
    """Refuse all but real arrays whose axes have the sizes that are known; note new ones.

    The numbers in them are not looked at: this costs a microsecond, however many they are.
    """
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
        kind = getattr(value, "dtype", type(value).__name__)
        raise TypeError(f"{name} must be an array of real numbers, got {kind}")
    shape, known = value.shape, len(sizes)
    if len(axes) != len(shape) or tuple(map(sizes.setdefault, axes, shape)) != shape:
        before = dict(list(sizes.items())[:known])
        form = ", ".join(str(before.get(axis, axis)) for axis in axes)
        match = f" to match {to}" if to else ""
        raise ValueError(f"{name} must have shape ({form}){match}, got {shape}")


def record(name: str, value: Any, kind: Any, axes: tuple[Axes, ...], sizes: dict[str, int]) -> None:
    """Refuse what is no `kind`, a NamedTuple of arrays with these axes, as `fits` does."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {type(value).__name__}")
    for field, part, names in zip(kind._fields, value, axes, strict=True):
        fits(f"{name}.{field}", part, names, sizes)


@overload
def number(name: str, value: Any, real: Literal[True] = True) -> float: ...
@overload
def number(name: str, value: Any, real: bool) -> complex: ...
def number(name: str, value: Any, real: bool = True) -> complex:
    """Return `value` as one finite float, or complex number where those are accepted."""
    result = array(name, value, real=real)
    if result.ndim:
        raise ValueError(f"{name} must be one number, got an array of shape {result.shape}")
    single: complex = result.flat[0]
    return single


def positive(name: str, value: Any) -> float:
    """Return `value` as one finite float above zero."""
    result = float(number(name, value))
    if result <= 0:
        raise ValueError(f"{name} must be above 0, got {result}")
    return result


def square_matrix(name: str, value: Any) -> Numbers:
    """Return `value` as a square array with at least one row."""
    result = array(name, value)
    if result.ndim != 2 or result.shape[0] != result.shape[1] or result.size == 0:
        raise ValueError(f"{name} must be a square matrix (n, n), n >= 1, got shape {result.shape}")
    return result


def matrix_and_state(W: Any, h0: Any) -> tuple[Numbers, Numbers]:
    """Return `W` (n, n) and `h0` (n,) in one common dtype."""
    W, h0 = square_matrix("W", W), array("h0", h0)
    if h0.shape != W.shape[:1]:
        raise ValueError(f"h0 must have shape {W.shape[:1]} to match W, got {h0.shape}")
    dtype = np.result_type(W, h0)
    return W.astype(dtype), h0.astype(dtype)


def one_of(name: str, value: Any, choices: Collection[str]) -> str:
    """Return `value` if it is one of the strings `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return value


def generator(rng: Any) -> Generator:
    """Return `rng` if it is a NumPy random generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator such as np.random.default_rng(0), "
            f"got {type(rng).__name__}"
        )
    return rng
