"""Names for the types that signatures use again and again."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

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


def short(result: tuple[Any, ...]) -> str:
    """Six digits of each number in a `NamedTuple`, and the shape of each array."""
    parts = (
        f"{name}={f'{part:.6g}' if np.ndim(part) == 0 else f'array of shape {np.shape(part)}'}"
        for name, part in result._asdict().items()  # type: ignore[attr-defined]
    )
    return f"{type(result).__name__}({', '.join(parts)})"


class Rated(Protocol):
    """A share and its interval, as `training.Outcome` has them."""

    @property
    def rate(self) -> float: ...
    @property
    def interval(self) -> tuple[float, float]: ...
