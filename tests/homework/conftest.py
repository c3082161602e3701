"""Where no sandbox can be made, the tests that mark in one are left out, but not under CI."""

import os

import pytest
from tools.homework.sandbox import NoSandbox


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup():
    """Leave out a test whose fixtures cannot be made."""
    return (yield from needing_a_sandbox())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    """Leave out a test that cannot be run."""
    return (yield from needing_a_sandbox())


def needing_a_sandbox():
    """Skip what failed only for want of a sandbox."""
    try:
        return (yield)
    except NoSandbox:
        if os.environ.get("CI"):
            raise
        pytest.skip("left out: marking in a sandbox, which needs: sudo apt install bubblewrap")
