"""Answers to bad arguments of figures: each is checked by what the signature says of it."""

import functools
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from longterm import _check
from longterm._types import Array, Booleans, Integers, Numbers, Rated

P = ParamSpec("P")
R = TypeVar("R")

_ARRAYS: dict[Any, str] = {Array: "iuf", Integers: "iu", Booleans: "b", Numbers: "iufc"}
_ARRAYS |= {ArrayLike: "iuf"}
_LARGEST = 1e300  # of what has a place on an axis


def checker(draw: Callable[..., Any]) -> Callable[..., inspect.BoundArguments]:
    """Return what binds and checks the arguments of a figure function."""
    signature, hints = inspect.signature(draw), typing.get_type_hints(draw)

    def check(*args: Any, **kwargs: Any) -> inspect.BoundArguments:
        """The arguments, with lists in place of what can be read once only."""
        bound = signature.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            bound.arguments[name] = _checked(name, value, hints.get(name, Any))
        return bound

    return check


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function so that its arguments are what its signature says."""
    check = checker(function)

    @functools.wraps(function)
    def careful(*args: P.args, **kwargs: P.kwargs) -> R:
        """Check the arguments first."""
        bound = check(*args, **kwargs)
        return function(*bound.args, **bound.kwargs)

    return careful


def _checked(name: str, value: Any, hint: Any) -> Any:
    """The value, if it is what the hint says."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint in _ARRAYS:
        return _drawable(name, value, _ARRAYS[hint])
    if hint in _SINGLE:
        return _SINGLE[hint](name, value)
    if origin in (types.UnionType, typing.Union):
        return _one_of(name, value, parts)
    if origin is tuple:
        return _tuple(name, value, parts)
    if origin is Mapping:
        return _mapping(name, value, parts[1])
    if origin in (Sequence, Iterable):
        return _sequence(name, value, parts[0])
    if origin is Callable and (not callable(value) or isinstance(value, type)):
        raise TypeError(f"{name} must be a function, got {value!r}")
    if hint is Rated:
        return _rated(name, value)
    if isinstance(hint, type) and hint is not Any and not isinstance(value, hint):
        raise TypeError(f"{name} must be a {hint.__name__}, got {type(value).__name__}")
    return value


def _rated(name: str, value: Any) -> Any:
    if not (hasattr(value, "rate") and hasattr(value, "interval")):
        raise TypeError(f"{name} must have a rate and an interval, got {type(value).__name__}")
    return value


def _drawable(name: str, value: Any, letters: str) -> Any:
    """An array, of which nan and inf are left out of the picture."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, its rows differ in length") from None
    if array.dtype.kind not in letters:
        raise TypeError(f"{name} must be an array of numbers (or of truths), got {array.dtype}")
    if array.size == 0 or array.ndim == 0:
        raise ValueError(f"{name} must be an array with something in it, got {value!r}")
    sizes = np.abs(array.astype(complex if array.dtype.kind == "c" else float))
    if np.any((sizes > _LARGEST) & (sizes < np.inf)):
        raise ValueError(f"{name} must be at most 1e300 where it is finite")
    return array


def _number(name: str, value: Any) -> Any:
    if abs(_check.number(name, value)) > _LARGEST:
        raise ValueError(f"{name} must be at most 1e300, got {value}")
    return value


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {type(value).__name__}")
    return value


def _nothing(name: str, value: Any) -> None:
    if value is not None:
        raise TypeError(f"{name} must be None")


_SINGLE: dict[Any, Callable[[str, Any], Any]] = {
    int: lambda name, value: _check.size(name, value, least=0),
    float: _number,
    complex: lambda name, value: _check.number(name, value, real=False),
    str: _string,
    bool: _check.flag,
    types.NoneType: _nothing,
}


def _one_of(name: str, value: Any, hints: Iterable[Any]) -> Any:
    """The value, if it is one of several things; what is wrong with it as the first if not."""
    errors = []
    for hint in hints:
        try:
            return _checked(name, value, hint)
        except (TypeError, ValueError) as error:
            errors.append(error)
    raise errors[0]


def _mapping(name: str, value: Any, hint: Any) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must map labels to what is drawn, got {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty")
    return {key: _checked(f"{name}[{key!r}]", item, hint) for key, item in value.items()}


def _sequence(name: str, value: Any, hint: Any) -> Any:
    if isinstance(value, str | bytes | Mapping | Set) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a sequence, got {type(value).__name__}")
    if isinstance(value, np.ndarray) and value.ndim == 0:
        raise ValueError(f"{name} must be a sequence, got one number")
    items = [_checked(f"{name}[{k}]", item, hint) for k, item in enumerate(value)]
    if not items:
        raise ValueError(f"{name} must not be empty")
    return value if isinstance(value, np.ndarray) else items


def _tuple(name: str, value: Any, hints: tuple[Any, ...]) -> Any:
    if not isinstance(value, tuple | list) and not (isinstance(value, np.ndarray) and value.ndim):
        raise TypeError(f"{name} must be a tuple, got {type(value).__name__}")
    if len(value) != len(hints):
        raise ValueError(f"{name} must have {len(hints)} parts, got {len(value)}")
    pairs = enumerate(zip(value, hints, strict=True))
    return tuple(_checked(f"{name}[{k}]", item, hint) for k, (item, hint) in pairs)
