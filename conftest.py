"""The environment that tests, and the kernels that nbval starts, inherit.

And what nbval does not compare: the cells that rounding decides, to within their errors.
"""

import os

import pytest
from measured import beyond_rounding
from run_notebooks import ENVIRONMENT

pytest_plugins = ["budget"]

os.environ.update(ENVIRONMENT)
# A kernel draws inline by itself; a backend of the caller's would change its outputs.
os.environ.pop("MPLBACKEND", None)


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
