"""One function a recurring figure: each takes arrays and returns a `HouseFigure`.

A module a chapter; `house` has the style, the colours of the regimes, and the digest.
"""

from longterm.plots.house import EXPLODE, HOLD, REGIMES, VANISH, HouseFigure, digest, svg
from longterm.plots.scalar import (
    descent,
    gradient_by_lag,
    phases,
    powers_by_regime,
    slopes,
    underflow,
)

__all__ = [
    "EXPLODE",
    "HOLD",
    "REGIMES",
    "VANISH",
    "HouseFigure",
    "descent",
    "digest",
    "gradient_by_lag",
    "phases",
    "powers_by_regime",
    "slopes",
    "svg",
    "underflow",
]
