"""What the tests of figures share."""

import numpy as np


def assert_drawn(ax, x, y, equal_nan=False):
    """Some line of the axes has these points."""
    wanted = np.column_stack([x, y]).astype(float)
    drawn = [line.get_xydata() for line in ax.lines]
    assert any(
        points.shape == wanted.shape and np.allclose(points, wanted, equal_nan=equal_nan)
        for points in drawn
    )


def words(ax):
    """Texts that stand in the axes."""
    return [text.get_text() for text in ax.texts]
