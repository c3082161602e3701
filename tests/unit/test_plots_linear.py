"""Each figure of chapter 2 draws the arrays that it is given."""

import numpy as np
import pytest
from plot_checks import assert_drawn

from longterm import plots


def test_modes_draws_the_size_of_each_component():
    components = np.array([[1.0, -3.0], [-2.0, 1.5], [4.0, -0.75]])
    (ax,) = plots.modes([-2.0, 0.5], components).axes
    for column in components.T:
        assert_drawn(ax, range(3), np.abs(column))
    assert ax.get_yscale() == "log"
    assert [text.get_text() for text in ax.texts] == [
        "$\\lambda$ = -2, slope +0.693",
        "$\\lambda$ = 0.5, slope -0.693",
    ]


def test_turning_states_draws_paths_and_lines_through_zero():
    paths = np.array([[[1.0, 0.0], [0.5, 0.4]], [[0.0, 1.0], [0.2, 0.9]]])
    (ax,) = plots.turning_states(paths, {"here": [3, 4]}).axes
    for path in paths:
        assert_drawn(ax, *path.T)
        assert_drawn(ax, *path[:1].T)
    end = 1.9 * np.array([0.6, 0.8])
    assert_drawn(ax, *np.stack([-end, end]).T)


def test_reseeding_draws_shares_from_the_first_that_is_not_zero():
    shares = np.array([0, 0, 1e-16, 3e-16, 1e-15])
    (ax,) = plots.reseeding(shares, 3.0).axes
    assert_drawn(ax, [2, 3, 4], shares[2:])
    assert_drawn(ax, [2, 3, 4], 2.0**-53 * 3.0 ** np.arange(3))
    assert "until t = 1;" in ax.texts[0].get_text()


def test_transients_draws_curves_bound_and_the_peak_of_the_second():
    falling, growing = np.array([1, 0.5, 0.25]), np.array([1, 3, 2.0])
    (ax,) = plots.transients({"a": falling, "b": growing}, {"c": 4 * falling}).axes
    for row in (falling, growing, 4 * falling):
        assert_drawn(ax, range(3), row)
    assert_drawn(ax, [1], [3])
    assert "3.00 at t = 1" in [text.get_text() for text in ax.texts]


def test_rotation_draws_eigenvalues_and_orbits():
    pairs = np.array([[1j, -1j], [0.5 + 0.5j, 0.5 - 0.5j]])
    orbits = np.arange(1.0, 21).reshape(2, 5, 2) / 20
    plane, states = plots.rotation(pairs, orbits).axes
    for pair, orbit in zip(pairs, orbits, strict=True):
        assert_drawn(plane, pair.real, pair.imag)
        assert_drawn(states, *orbit.T)


def test_two_thresholds_draws_spectrum_means_and_two_standard_errors():
    spectrum = np.array([0.1 + 0.2j, -0.3])
    draws = np.array([[1.0, 2, 3], [2, 4, 9]])
    figure = plots.two_thresholds(spectrum, 0.5, (10, 20), {"r": draws, "s": 2 * draws})
    plane, sizes = figure.axes
    assert_drawn(plane, spectrum.real, spectrum.imag)
    assert_drawn(sizes, (10, 20), [2, 5])
    assert_drawn(sizes, (10, 20), [4, 10])
    bars = sizes.containers[0].lines[2][0].get_segments()
    errors = 2 * draws.std(axis=1, ddof=1) / np.sqrt(3)
    assert [np.ptp(bar[:, 1]) for bar in bars] == pytest.approx(2 * errors)
    assert_drawn(sizes, [0, 1], [0.5, 0.5])
    assert_drawn(sizes, [0, 1], [1.0, 1.0])


def test_settling_draws_each_curve():
    curves = {name: ("hold", np.array([1.0, k, k**2])) for k, name in enumerate("abc", 2)}
    (ax,) = plots.settling(curves).axes
    for _, sizes in curves.values():
        assert_drawn(ax, range(3), sizes)
