"""What the tests of the mathematics share."""

import re

import numpy as np
import pytest


def rng(seed=20260818):
    """The same source of randomness each time."""
    return np.random.default_rng(seed)


def copies(steps):
    """Parameters at each step of a training, which goes on with the same arrays."""
    return [type(p)(*(array.copy() for array in p)) for p in steps]


def shape_refused(call):
    """The name of what is refused for its shape, and the shape that is asked for."""
    with pytest.raises(ValueError, match="must have shape") as caught:
        call()
    return re.match(r"(\S+) must have shape (\(.*?\))", str(caught.value)).groups()
