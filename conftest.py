"""What could not be tested for want of a program is left out, and said in the last lines.

A test says what it needs: `@pytest.mark.needs("chromium", "git")`. In continuous integration,
where CI is set, nothing may be left out but what needs PyTorch: `make torch` runs that.
"""

import os
from importlib.util import find_spec

import pytest
from tools.programs import how_to_install, unready

LEFT_OUT = "left out: "
left_out = set()


def pytest_configure(config):
    """Make the marker known."""
    config.addinivalue_line("markers", "needs(*programs): is left out where one is missing")


def pytest_runtest_setup(item):
    """Leave out a test whose programs are not here."""
    for mark in item.iter_markers("needs"):
        if mark.args == ("torch",):
            if not find_spec("torch"):  # beside the gate, under CI as well
                pytest.skip(f"{LEFT_OUT}{item.path.stem} needs PyTorch: make torch")
        elif lacking := unready(mark.args):
            reason = f"{item.path.stem} needs {how_to_install(lacking)}"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(LEFT_OUT + reason)


def pytest_runtest_logreport(report):
    """Note what was left out; all test processes report here."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _, found, reason = report.longrepr[2].partition(LEFT_OUT)
        left_out.update([reason] if found else [])


def pytest_unconfigure(config):
    """Say what was left out."""
    if not hasattr(config, "workerinput"):
        for reason in sorted(left_out):
            print(f"LEFT OUT: {reason}")
