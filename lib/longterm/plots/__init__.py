"""One function a recurring figure: each takes arrays and returns a `HouseFigure`.

A module a chapter; `house` has the style, the colours of the regimes, and the digest.
"""

from longterm.plots.house import EXPLODE, HOLD, REGIMES, VANISH, HouseFigure, digest, svg
from longterm.plots.linear import (
    modes,
    reseeding,
    rotation,
    settling,
    transients,
    turning_states,
    two_thresholds,
)
from longterm.plots.products import (
    against_lognormal,
    fans,
    growth_rates,
    log_product_bands,
    sample_variances,
    two_densities,
)
from longterm.plots.remedies import (
    decay_by_lag,
    retained,
    spectra,
    success_grid,
)
from longterm.plots.scalar import (
    descent,
    gradient_by_lag,
    phases,
    powers_by_regime,
    shell,
    slopes,
    underflow,
)
from longterm.plots.scaling import (
    direction_rates,
    gain_sweep,
    gradient_bands,
    printed_gains,
    spread_growth,
    survival,
    two_laws,
    unlabelled_walks,
    width_fans,
)

__all__ = [
    "EXPLODE",
    "HOLD",
    "REGIMES",
    "VANISH",
    "HouseFigure",
    "against_lognormal",
    "decay_by_lag",
    "descent",
    "digest",
    "direction_rates",
    "fans",
    "gain_sweep",
    "gradient_bands",
    "gradient_by_lag",
    "growth_rates",
    "log_product_bands",
    "modes",
    "phases",
    "powers_by_regime",
    "printed_gains",
    "reseeding",
    "retained",
    "rotation",
    "sample_variances",
    "settling",
    "shell",
    "slopes",
    "spectra",
    "spread_growth",
    "success_grid",
    "survival",
    "svg",
    "transients",
    "turning_states",
    "two_densities",
    "two_laws",
    "two_thresholds",
    "underflow",
    "unlabelled_walks",
    "width_fans",
]
