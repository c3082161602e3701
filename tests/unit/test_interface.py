"""What the package shows to who types a dot: its modules, and what each offers."""

import subprocess
import sys

import pytest
from bad_input import NOT_WALKED, members, modules

import longterm

MODULES = {module.__name__: module for module in modules()}
OFFERING = {name: module for name, module in MODULES.items() if ".figures" not in name}


@pytest.mark.parametrize("module", OFFERING.values(), ids=OFFERING)
def test_a_module_offers_the_functions_and_classes_that_it_defines(module):
    defined = {thing.__name__ for thing in members(module)}
    assert defined <= set(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_the_package_lists_its_modules():
    shown = {name for name in MODULES if name.count(".") == 1}
    assert {f"longterm.{name}" for name in longterm.__all__} == shown
    assert set(longterm.__all__) < set(dir(longterm))
    with pytest.raises(AttributeError, match="'longterm' has no attribute 'scalars'"):
        longterm.scalars  # noqa: B018


def test_modules_are_loaded_when_they_are_asked_for():
    code = """
import sys, longterm
assert not any(name.startswith(("numpy", "longterm.")) for name in sys.modules)
assert longterm.scalar.steps_to_reach(0.5, 0.25) == 2
assert "longterm.linear" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


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
