"""The environment that tests, and the kernels that nbval starts, inherit."""

import os

from run_notebooks import ENVIRONMENT

pytest_plugins = ["budget"]

os.environ.update(ENVIRONMENT)
# A kernel draws inline by itself; a backend of the caller's would change its outputs.
os.environ.pop("MPLBACKEND", None)
