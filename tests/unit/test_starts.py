"""Laws of `longterm.starts`."""

import numpy as np
import pytest
from shared import rng

from longterm import _check
from longterm.linear import spectral_radius
from longterm.starts import orthogonal, with_radius


@pytest.mark.parametrize("width", [1, 2, 5, 40])
def test_orthogonal_keeps_every_length_and_has_all_eigenvalues_on_the_circle(width):
    Q = orthogonal(width, rng=rng())
    np.testing.assert_allclose(Q.T @ Q, np.eye(width), atol=1e-13)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(Q)), 1.0, rtol=1e-12)


def test_orthogonal_is_uniform():
    many = np.array([orthogonal(3, rng=r) for r in [rng()] for _ in range(4000)])
    error = 1 / np.sqrt(3 * 4000)
    assert np.abs(many.mean(axis=0)).max() < 4.5 * error  # no sign is preferred
    assert np.abs(np.trace(many, axis1=1, axis2=2).var() - 1) < 0.15  # 1 for Haar measure
    signs = np.sign(np.linalg.det(many))
    assert abs(signs.mean()) < 4 / np.sqrt(4000)


def test_a_matrix_of_too_many_numbers_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(_check, "MOST_NUMBERS", 8)
    with pytest.raises(ValueError, match=r"^W would make 9 numbers"):
        with_radius(np.eye(3), 0.9)


def test_radius_is_the_one_asked_for_and_directions_stay():
    for scale in (1e-200, 1.0, 1e200):
        W = scale * rng().standard_normal((6, 6))
        scaled = with_radius(W, 0.9)
        assert spectral_radius(scaled) == pytest.approx(0.9, rel=1e-12)
        np.testing.assert_allclose(scaled / scaled[0, 0], W / W[0, 0], rtol=1e-10)
    for W in ([[0.0, 1.0], [0.0, 0.0]], [[0.0]]):
        with pytest.raises(ValueError, match="W must have a spectral radius above 0"):
            with_radius(W, 0.9)
