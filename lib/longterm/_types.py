"""Names for the types that signatures use again and again."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

R = TypeVar("R")

Array = NDArray[np.float64]
"""Real numbers. Where no input has axes, a single number comes back, which does all the same."""

Numbers = NDArray[Any]
"""Real numbers, or complex ones where an input is complex; of `float` if not said otherwise."""

Value = float | Array
"""One number, or an array of them."""

Integers = NDArray[np.integer]

Booleans = NDArray[np.bool_]

Style = dict[str, Any]
"""How Matplotlib is to draw something: ``{"color": "black"}``."""


def short(cls: type[R]) -> type[R]:
    """Let a `NamedTuple` print itself in a line: six digits of numbers, shapes of arrays."""

    def words(part: Any) -> str:
        return f"array of shape {part.shape}" if np.ndim(part) else f"{part:.6g}"

    def line(result: Any) -> str:
        parts = (f"{name}={words(part)}" for name, part in result._asdict().items())
        return f"{cls.__name__}({', '.join(parts)})"

    cls.__repr__ = line  # type: ignore[method-assign]
    return cls


class Rated(Protocol):
    """A share and its interval, as `training.Outcome` has them."""

    @property
    def rate(self) -> float: ...
    @property
    def interval(self) -> tuple[float, float]: ...


Outcomes = Sequence[tuple[float, Rated]]
"""Pairs of a position on an axis and an outcome."""
