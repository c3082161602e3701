"""How nbval runs the chapters: the kernel's environment, and the cells that rounding decides."""

import os

import pytest
from tools.book.measured import beyond_rounding
from tools.book.run_notebooks import CELL_TIMEOUT, ENVIRONMENT, NEED_TORCH

os.environ.update(ENVIRONMENT)
# A kernel draws inline by itself; a backend of the caller's would change its outputs.
os.environ.pop("MPLBACKEND", None)


def pytest_configure(config):
    """Let nbval use the Python that runs it, whatever kernels are registered."""
    config.option.nbval_current_env = True
    config.option.nbval_cell_timeout = CELL_TIMEOUT


def pytest_itemcollected(item):
    """Let a cell say that it needs PyTorch."""
    if item.path.stem in NEED_TORCH:
        item.add_marker(pytest.mark.needs("torch"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a cell that says that rounding decides it, if its outputs differ by more than that."""
    result = yield
    cell = getattr(item, "cell", None)
    if cell and cell.metadata.get("rounding"):
        complaints = "\n".join(beyond_rounding(cell.outputs, item.test_outputs))
        if complaints:
            item.raise_cell_error("Cell outputs differ by more than rounding", complaints)
    return result
