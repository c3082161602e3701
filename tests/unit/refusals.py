"""What the package says when it refuses an array for its shape."""

import pytest


def shape_refused(call):
    """The name of what is refused for its shape, and the shape that is asked for."""
    with pytest.raises(ValueError, match="must have shape") as caught:
        call()
    name, _, rest = str(caught.value).partition(" must have shape ")
    return name, rest.partition(", got ")[0]
