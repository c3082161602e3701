"""Examples for every figure function, and what is wrong with them; see `bad_input.py`."""

from types import SimpleNamespace

import numpy as np

from longterm import plots

ROW = np.array([1.0, 0.5, 0.25, 0.125])
RISING = np.array([1.0, 2.0, 4.0, 8.0])
FEW = np.arange(1.0, 5.0)
PLANE = np.array([4.0, 4.5, 5.0, 5.5])
WALKS = np.cumsum(np.full((3, 4), -0.5), axis=1)
POINTS = np.array([[1.0, 0.0], [0.5, 0.5], [0.2, 0.1], [0.1, 0.3]])
TURNS = np.exp(1j * np.array([0.5, -0.5]))
STEPS = [1, 2, 4, 8]
OUTCOMES = [(T, SimpleNamespace(rate=0.5, interval=(0.25, 0.75))) for T in (5, 10)]

EXAMPLES = {
    plots.error_surface: {
        "weights": PLANE,
        "biases": ROW[::-1],
        "errors": np.full((4, 4), 0.25),
        "wall": -ROW,
        "cut": 5.0,
        "cuts": {"one": ROW},
    },
    plots.descent_paths: {
        "weights": PLANE,
        "wall": -ROW,
        "paths": {"none": POINTS, "norm": POINTS},
        "errors": {"none": ROW, "norm": ROW},
        "view": (4.0, 6.0, -3.0, -2.0),
    },
    plots.fold_plane: {
        "weights": PLANE,
        "folds": -np.stack([ROW, ROW / 2], axis=1),
        "wall": -ROW,
        "moves": {"A": (5.0, -3.0, -2.0)},
    },
    plots.two_moves: {"states": {"move": (ROW, -ROW), "another": (ROW, ROW)}},
    plots.fold_growth: {"steps": STEPS, "slopes": {"one": ("hold", RISING)}},
    plots.cantor_levels: {"codes": [ROW[1:], ROW]},
    plots.kept_words: {"steps": STEPS, "shares": {"one": ("hold", ROW)}},
    plots.modes: {"eigenvalues": np.array([1.0, 0.5]), "components": POINTS + 0.1},
    plots.turning_states: {"paths": [POINTS], "directions": {"left": [1.0, 2.0]}},
    plots.reseeding: {"shares": np.array([0.0, 1e-16, 1e-12, 0.5]), "rate": 1.5},
    plots.transients: {"curves": {"one": ROW, "two": RISING}, "bound": {"both": RISING}},
    plots.rotation: {"eigenvalues": [TURNS, TURNS / 2], "orbits": [POINTS, POINTS]},
    plots.two_thresholds: {
        "eigenvalues": TURNS,
        "gain": 0.75,
        "widths": [10, 40],
        "samples": {"rho": POINTS[:2], "sigma": POINTS[:2] + 1},
    },
    plots.settling: {
        "curves": {name: (name, ROW) for name in ("hold", "vanish", "explode")},
    },
    plots.jacobian_paths: {
        "panels": {name: ((1e-3, 10.0), [("norm", "vanish", ROW)]) for name in "ab"}
    },
    plots.latch_maps: {"panels": {name: (FEW, ROW, [ROW, -ROW]) for name in "ab"}},
    plots.hysteresis: {
        "inputs": FEW,
        "rising": ROW,
        "falling": RISING,
        "margin": 0.5,
        "lengths": STEPS,
        "pushes": [1.0, 0.8, 0.7, 0.6],
    },
    plots.dilemma: {
        "w": FEW,
        "margins": RISING,
        "slopes": ROW,
        "marked": [2.0],
        "steps": 3,
    },
    plots.retention_curves: {
        "curves": {"one": 1 - ROW[::-1] / 4},
        "measured": {"one": (np.array([1, 2]), ROW[:2], ROW[:2] / 10)},
    },
    plots.lifetimes: {"inverse": FEW, "curves": {"one": RISING}, "energies": [0.5]},
    plots.sample_variances: {"steps": STEPS, "low": ROW / 2, "middle": ROW, "high": 2 * ROW},
    plots.fans: {"panels": dict.fromkeys("ab", (WALKS, ROW, -ROW))},
    plots.growth_rates: {
        "variances": RISING,
        "mean_square": np.log(RISING) - 0.1,
        "typical": {"normal": np.log(RISING) - 1},
    },
    plots.log_product_bands: {
        "bands": dict.fromkeys("abc", (WALKS[0], WALKS[1] + 0.5, WALKS[2] + 1)),
        "mean_square": ROW,
    },
    plots.two_densities: {"edges": FEW, "plain": ROW + 1, "tilted": ROW + 2},
    plots.against_lognormal: {
        "levels": ROW[::-1],
        "shares": {"n = 1": ROW[::-1]},
        "standard_error": ROW / 10,
    },
    plots.decay_by_lag: {"curves": {"one": ROW}, "least": 1e-3, "xlabel": "lag"},
    plots.spectra: {"panels": {"a": TURNS, "b": TURNS / 2}, "height": 2.6},
    plots.success_grid: {
        "curves": {"one": OUTCOMES, "two": OUTCOMES},
        "reference": OUTCOMES,
        "columns": 2,
    },
    plots.retained: {"curves": {"one": [(5, 0.9), (10, 0.8)]}},
    plots.gradient_by_lag: {"gradients": {"one": ROW}},
    plots.powers_by_regime: {"weights": [0.5], "powers": ROW[None]},
    plots.slopes: {"weights": [0.5], "slopes": ROW[None]},
    plots.descent: {"paths": {"one": ROW}},
    plots.phases: {"weights": [1j, 0.5], "powers": np.array([TURNS, TURNS])},
    plots.underflow: {
        "log_powers": np.log(ROW),
        "curves": {"double": ROW, "single": ROW.astype(np.float32)},
    },
    plots.shell: {"sizes": [1.0, 0.5], "powers": np.array([TURNS, TURNS])},
    plots.two_laws: {"samples": {"law": ROW, "matrices": RISING}},
    plots.width_fans: {"fans": dict.fromkeys("ab", (WALKS, -0.5, 0.25))},
    plots.printed_gains: {
        "widths": STEPS,
        "drifts": dict.fromkeys("ab", (ROW, RISING, ROW)),
        "depth": 100,
    },
    plots.survival: {"alive": {4: ROW}, "theory": {4: ROW}},
    plots.unlabelled_walks: {"panels": {"A": WALKS, "B": WALKS}},
    plots.spread_growth: {
        "spreads": {"one": RISING, "two": RISING},
        "slopes": {"one": 1.0, "two": 0.5},
    },
    plots.gradient_bands: {
        "panels": {name: [("g = 1", "hold", WALKS, -0.5, 0.25)] for name in "ab"}
    },
    plots.gain_sweep: {"panels": dict.fromkeys("ab", (FEW, ROW, FEW, ROW, ROW))},
    plots.direction_rates: {"exact": -ROW, "measured": -ROW, "errors": ROW / 10},
    plots.terms_by_lag: {"terms": {"one": ROW}, "rates": {"one": 0.5}},
    plots.gradient_spread: {"sizes": POINTS + 0.1, "exact": ROW},
    plots.sequences_needed: {"curves": {"one": RISING}, "shown": 4.0},
    plots.success_curves: {
        "curves": {"one": OUTCOMES},
        "theory": {"one": ([1.0, 2.0], [0.5, 0.25])},
        "xlabel": "length",
        "log": False,
    },
    plots.weight_paths: {
        "paths": 1 + POINTS,
        "solved": np.array([True, False, True, True]),
    },
}


def drawable(value):
    """Whether a value is an array of numbers with something in it."""
    if isinstance(value, str | bytes | dict | set):
        return False
    try:
        array = np.asarray(value)
    except ValueError:
        return False
    return array.dtype.kind in "iufcb" and array.size > 0


def spoilt(part):
    """The part with something wrong in it, at each place that is not like another."""
    if isinstance(part, dict):
        key = next(iter(part))
        yield from ({**part, key: bad} for bad in spoilt(part[key]))
        yield from ({**part, key: bad} for bad in (None, lambda: 0))
    elif isinstance(part, list | tuple):
        for k in range(len(part) if isinstance(part, tuple) else 1):
            for bad in spoilt(part[k]):
                if isinstance(part, tuple) or not isinstance(bad, float):  # an array may have gaps
                    yield type(part)([*part[:k], bad, *part[k + 1 :]])
        yield from (part[:0], [*part, object()])
    elif isinstance(part, np.ndarray):
        yield from (None, part.astype(object), part.astype(str), part[:0], 1e308 * np.ones(3))
        yield [[1.0], [1.0, 2.0]]
    elif isinstance(part, str):
        yield from (None, 3)
    else:
        yield from (None, "a", np.nan, [1.0, 2.0]) if isinstance(part, float) else (None, "a")
