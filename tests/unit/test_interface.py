"""What the package shows to who types a dot: its modules, and what each offers."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bad_input import NOT_WALKED, each, members, modules

import longterm

MODULES = {module.__name__: module for module in modules()}
OFFERING = {name: module for name, module in MODULES.items() if ".figures" not in name}

UNIT = "x0=0.5, steps=50"
TRAINING = "task, model, length, trials, *, rng, updates=2000, optimiser=None, sequences=None"
NETWORK = "*, units={}, spread=0.5, start_from='uniform', radius=0.95, trained={}"
TRAINED = "'recurrent', 'entry'"
SIGNATURES = {
    **each("scalar.powers scalar.log_abs_powers scalar.power_slopes", "w, steps"),
    **each("linear.propagate linear.propagate_log", "W, h0, steps"),
    **each("linear.propagate_by_eigenvectors linear.dominant_alignment", "W, h0, steps"),
    **each("linear.spectral_radius linear.spectral_norm linear.henrici_departure", "W"),
    **each("memory.attractor memory.robustness_margin", "w"),
    "scalar.steps_to_reach": "w, factor",
    "linear.transient_peak": "W, steps",
    "products.product_variance": "variance, steps, mean=0.0",
    "products.variance_for": "target, steps",
    "products.log_abs_moments": "variance, distribution='normal'",
    "products.median_abs_product": "variance, steps",
    "products.sample_log_abs_products": "variance, steps, size, *, rng, distribution='normal'",
    "scaling.gain": "width, activation='linear', formula='exact'",
    "scaling.log_norm_step": "width, activation='linear'",
    "scaling.sample_log_norms": (
        "width, depth, trials, *, gain, rng, activation='linear', method='law'"
    ),
    "scaling.sample_gradient_walks": "width, depth, trials, *, gain, rng, matrices='shared'",
    "scaling.tanh_gradient_walk": "gain, width, depth",
    "scaling.death_probability": "width, depth",
    "scaling.lyapunov_exponents": "width",
    "feedforward.random_networks": "width, depth, trials, *, rng, inputs=64, classes=10",
    **each("folds.unit_states folds.unit_slopes", f"w, b, {UNIT}"),
    **each("folds.unit_error folds.unit_gradient", f"w, b, {UNIT}, target=0.7"),
    "folds.wall_slope": f"w, {UNIT}",
    "folds.unit_descent": "start, rate, updates, clip='none', threshold=1.0, steps=50",
    "models.Plain": NETWORK.format(5, f"({TRAINED})"),
    "models.Leaky": "leak=0.9, " + NETWORK.format(5, f"({TRAINED})"),
    "models.Skips": "delay=5, " + NETWORK.format(5, f"({TRAINED})"),
    "models.LSTM": "forget_bias=1.0, " + NETWORK.format(5, f"({TRAINED}, 'bias')"),
    "models.BitMemory": "gain=0.8, " + NETWORK.format(10, f"({TRAINED}, 'readout')"),
    "models.Latch": "w=1.25, spread=0.1, marked=3, trained=('w', 'inputs')",
    "optimisers.SGD": "rate=0.1, clip=None",
    "optimisers.Adam": "rate=0.01, memory=(0.9, 0.999)",
    "tasks.OneBit": "noise=0.1, noisy=10",
    "tasks.Latching": "noise=0.2, training_noise=None, marked=3",
    "tasks.TwoSequence": "noise=0.2, marked=3, shortest=0.5",
    "training.descend": TRAINING,
    "training.success_rate": TRAINING + ", criterion=0.95, tests=200",
}


@pytest.mark.parametrize("module", OFFERING.values(), ids=OFFERING)
def test_a_module_offers_the_functions_and_classes_that_it_defines(module):
    defined = {thing.__name__ for thing in members(module)}
    assert defined <= set(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("module", OFFERING.values(), ids=OFFERING)
def test_every_function_has_a_law(module):
    rooms = sorted(Path(__file__).parent.glob("test_*.py"))
    laws = " ".join(path.read_text(encoding="utf-8") for path in rooms if path != Path(__file__))
    functions = [thing.__name__ for thing in members(module) if inspect.isfunction(thing)]
    assert [name for name in functions if not re.search(rf"\b{name}\b", laws)] == []


def test_the_package_lists_its_modules():
    shown = {name for name in MODULES if name.count(".") == 1}
    assert {f"longterm.{name}" for name in longterm.__all__} == shown
    assert set(longterm.__all__) < set(dir(longterm))
    with pytest.raises(AttributeError, match="'longterm' has no attribute 'scalars'"):
        longterm.scalars  # noqa: B018


def test_modules_are_loaded_when_they_are_asked_for_and_the_mathematics_imports_no_figure():
    code = """
import sys, longterm
assert not any(name.startswith(("numpy", "longterm.")) for name in sys.modules)
assert longterm.scalar.steps_to_reach(0.5, 0.25) == 2
assert "longterm.linear" not in sys.modules
"""
    mathematics = ", ".join(f"longterm.{name}" for name in longterm.__all__ if name != "figures")
    code += f"import {mathematics}\nassert 'matplotlib' not in sys.modules\n"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", SIGNATURES)
def test_arguments_have_the_order_and_defaults_that_others_rely_on(name):
    module, _, call = name.partition(".")
    signature = inspect.signature(getattr(getattr(longterm, module), call))
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    plain = signature.replace(parameters=bare, return_annotation=signature.empty)
    assert str(plain) == f"({SIGNATURES[name]})"


def test_no_two_modules_of_the_mathematics_offer_one_name():
    mathematics = [name for name in longterm.__all__ if name not in NOT_WALKED]
    offered = [name for module in mathematics for name in getattr(longterm, module).__all__]
    assert sorted(offered) == sorted(set(offered))


def test_results_of_several_values_are_tuples_that_print_in_a_line():
    peak = longterm.linear.transient_peak([[0.5, 3.0], [0.0, 0.5]], 9)
    norm, step = peak
    assert peak == (norm, step) == (peak.norm, peak.step)
    assert repr(peak) == f"Peak(norm={norm:.6g}, step=1)"
    kept = longterm.memory.retention(1.5, 0.0, 9)
    assert repr(kept) == "Retention(probabilities=array of shape (10,), error=0)"
