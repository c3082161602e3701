"""Laws of `longterm.dynamics`."""

import numpy as np
import pytest

from longterm.dynamics import clip_by_element, clip_by_norm

SEED = 20260707


def gradients(scale=1.0):
    return scale * np.random.default_rng(SEED).standard_normal((5, 4, 3))


# --- clipping ------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-100, 1e-3, 1.0, 1e3, 1e200])
def test_clipping_by_norm_bounds_the_norm_and_keeps_the_direction(scale):
    g, clipped = gradients(scale), clip_by_norm(gradients(scale), 1.0)
    sizes = np.linalg.norm(clipped, axis=-1)
    assert np.all(sizes <= 1 + 1e-12)
    np.testing.assert_allclose(np.cross(g / scale, clipped), 0, atol=1e-12)
    assert np.all(np.sum(g / scale * clipped, axis=-1) >= 0)
    np.testing.assert_allclose(sizes, np.minimum(scale * np.linalg.norm(g / scale, axis=-1), 1))


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_element])
def test_clipping_twice_is_clipping_once_and_short_gradients_pass(clip):
    once = clip(gradients(3.0), 0.7)
    np.testing.assert_allclose(clip(once, 0.7), once, rtol=1e-15)
    np.testing.assert_array_equal(clip(gradients(1e-3), 1.0), gradients(1e-3))
    np.testing.assert_array_equal(clip(np.zeros((2, 3)), 1.0), 0)
    assert clip(np.empty((2, 0)), 1.0).shape == (2, 0)


def test_clipping_by_element_turns_the_direction_and_clipping_by_norm_does_not():
    np.testing.assert_allclose(clip_by_norm([3.0, 4.0], 1.0), [0.6, 0.8], rtol=1e-15)
    np.testing.assert_array_equal(clip_by_element([3.0, -4.0], 1.0), [1.0, -1.0])


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_element])
def test_a_single_number_is_no_gradient(clip):
    with pytest.raises(ValueError, match="gradient must have shape"):
        clip(1.0, 1.0)
