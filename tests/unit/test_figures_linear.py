"""Figures of chapter 2 draw what they are given; frames show what the plain functions give."""

import numpy as np
import pytest
from figure_checks import assert_draws, built, solved, words

from longterm import linear
from longterm.figures import linear as figures

ANGLES, SHEARS = (15, 45, 90), (0.0, 1.2, 2.5)
STARTS, RATIOS = (-90, 0, 80), (0.4, 0.6, 0.9)


COMPONENTS = np.array([[1.0, -3.0], [-2.0, 1.5], [4.0, -0.75]])
PATHS = np.array([[[1.0, 0.0], [0.5, 0.4]], [[0.0, 1.0], [0.2, 0.9]]])
SHARES = np.array([0, 0, 1e-16, 3e-16, 1e-15])
FALLING, GROWING = np.array([1, 0.5, 0.25]), np.array([1, 3, 2.0])
PAIRS = np.array([[1j, -1j], [0.5 + 0.5j, 0.5 - 0.5j]])
ORBITS = np.arange(1.0, 21).reshape(2, 5, 2) / 20


@pytest.mark.parametrize(
    ("draw", "given", "panels"),
    [
        (figures.modes, [[-2.0, 0.5], COMPONENTS], [np.abs(COMPONENTS.T)]),
        (
            figures.turning_states,
            [PATHS, {"here": [3, 4]}],
            [[*(tuple(path.T) for path in PATHS), ([-1.14, 1.14], [-1.52, 1.52])]],
        ),
        (
            figures.reseeding,
            [SHARES, 3.0],
            [[([2, 3, 4], SHARES[2:]), ([2, 3, 4], 2.0**-53 * 3.0 ** np.arange(3))]],
        ),
        (
            figures.transients,
            [{"a": FALLING, "b": GROWING}, {"c": 4 * FALLING}],
            [[FALLING, GROWING, 4 * FALLING, ([1], [3])]],
        ),
        (
            figures.rotation,
            [PAIRS, ORBITS],
            [[(z.real, z.imag) for z in PAIRS], [tuple(orbit.T) for orbit in ORBITS]],
        ),
        (
            figures.settling,
            [{name: (name, GROWING**k) for k, name in enumerate(("hold", "vanish", "explode"))}],
            [[GROWING**0, GROWING, GROWING**2]],
        ),
    ],
)
def test_a_figure_draws_what_it_is_given(draw, given, panels):
    assert_draws(draw(*given), *panels)


def test_words_name_eigenvalues_the_last_zero_and_the_peak():
    (modes,) = figures.modes([-2.0, 0.5], COMPONENTS).axes
    assert words(modes) == ["$\\lambda$ = -2, slope +0.693", "$\\lambda$ = 0.5, slope -0.693"]
    assert "until t = 1;" in words(figures.reseeding(SHARES, 3.0).axes[0])[0]
    (curves,) = figures.transients({"a": FALLING, "b": GROWING}, {"c": FALLING}).axes
    assert "3.00 at t = 1" in words(curves)


def test_two_thresholds_draws_spectrum_means_and_two_standard_errors():
    spectrum = np.array([0.1 + 0.2j, -0.3])
    draws = np.array([[1.0, 2, 3], [2, 4, 9]])
    figure = figures.two_thresholds(spectrum, 0.5, (10, 20), {"r": draws, "s": 2 * draws})
    means = ((10, 20), [2, 5]), ((10, 20), [4, 10])
    limits = [0.5, 0.5], [1.0, 1.0]
    assert_draws(figure, [(spectrum.real, spectrum.imag)], [*means, *limits])
    bars = figure.axes[1].containers[0].lines[2][0].get_segments()
    errors = 2 * draws.std(axis=1, ddof=1) / np.sqrt(3)
    assert [np.ptp(bar[:, 1]) for bar in bars] == pytest.approx(2 * errors)


# --- Sliders -----------------------------------------------------------------------------------


def unit(degrees):
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("shear", SHEARS)
def test_angle_moves_the_eigenvalues_and_shear_the_departure(angle, shear):
    W = figures.sheared(angle, shear)
    expected = 0.9 * np.exp(1j * np.radians(angle) * np.array([-1, 1]))
    np.testing.assert_allclose(np.sort_complex(np.linalg.eigvals(W)), expected, atol=1e-12)
    assert W[0, 0] == W[1, 1]
    assert W[0, 1] + W[1, 0] == pytest.approx(shear)
    assert linear.henrici_departure(W) == pytest.approx(shear, abs=1e-7)
    large, small = np.linalg.svd(W, compute_uv=False)
    assert (large * small, large - small) == pytest.approx((0.81, shear))


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("shear", SHEARS)
def test_growth_shows_the_powers_and_the_state_of_the_package(angle, shear):
    W, state = figures.sheared(angle, shear), figures.growth_frame(angle, shear)
    power, h, norms, states = np.eye(2), np.array([1.0, 0.0]), [], []
    for _ in range(25):
        norms.append(np.linalg.norm(power, 2))
        states.append(h)
        power, h = power @ W, W.T @ h
    np.testing.assert_allclose(state["norms"], [np.arange(25), norms], rtol=1e-12)
    np.testing.assert_allclose(np.transpose(state["orbit"]), states, atol=1e-12)
    np.testing.assert_allclose(state["orbit"], linear.propagate(W, [1, 0], 24).T, atol=1e-12)
    lengths = np.arange(0, 25, 2), np.linalg.norm(states, axis=1)[::2]
    np.testing.assert_allclose(state["lengths"], lengths, rtol=1e-12)
    x, y = state["eigenvalues"]
    np.testing.assert_allclose(np.hypot(x, y), 0.9, rtol=1e-12)
    np.testing.assert_allclose(np.abs(np.degrees(np.arctan2(y, x))), angle, rtol=1e-9)
    peak, when = linear.transient_peak(W, 24)
    assert f"‖W^t‖ {peak:.4g}, at t = {when}." in state["readout"]
    assert f"radius 0.9, norm {linear.spectral_norm(W):.4g}." in state["readout"]


def test_growth_writes_the_matrix_with_a_minus_sign():
    state = figures.growth_frame(45, 1.0)
    shown = [state[f"{row} row"].replace("−", "-").split() for row in ("first", "second")]
    np.testing.assert_allclose(np.array(shown, float), figures.sheared(45, 1.0), atol=0.005)
    assert "-" not in state["second row"]


def test_five_fold_growth_is_first_reached_at_one_state():
    (text,) = solved(figures.shear_and_growth)
    assert text.startswith("Angle 15°, shear 2.1:")
    peaks = [linear.transient_peak(figures.sheared(15, s), 24).norm for s in (2.0, 2.1)]
    assert peaks[0] < 5 <= peaks[1]
    others = [linear.transient_peak(figures.sheared(a, 2.5), 24).norm for a in (30, 45, 90)]
    assert max(others) < 5


@pytest.mark.parametrize("ratio", RATIOS)
def test_left_and_right_eigenvectors_point_where_the_chapter_says(ratio):
    W = figures.leaning(ratio)
    np.testing.assert_allclose(W.T @ unit(30), unit(30), rtol=1e-12)
    np.testing.assert_allclose(W @ unit(70), unit(70), rtol=1e-12)
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(W)), [ratio, 1], rtol=1e-12)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("ratio", RATIOS)
def test_turning_shows_the_path_components_and_sine_of_the_package(start, ratio):
    W, state = figures.leaning(ratio), figures.turning_frame(start, ratio)
    states = linear.propagate(W, unit(start), 20)
    np.testing.assert_allclose(state["path"], states.T, atol=1e-12)
    np.testing.assert_allclose(np.ravel(state["start"]), unit(start), rtol=1e-12)
    t, first = state["first"]
    np.testing.assert_array_equal(t, [0, 10, 20])
    np.testing.assert_allclose(first, abs(unit(70) @ unit(start)), rtol=1e-9)
    second = abs(unit(-60) @ unit(start)) * ratio**t
    np.testing.assert_allclose(state["second"][1], second, rtol=1e-6)
    crossed = np.abs(states @ unit(120)) / np.linalg.norm(states, axis=1)
    shown = np.where(crossed > 1e-4, crossed, 1e-12)
    np.testing.assert_allclose(state["sine"][1], shown, rtol=1e-6)
    angles = np.degrees(np.arcsin(crossed[[0, -1]]))
    assert f"{angles[0]:.0f}° at first, {angles[1]:.1f}° after" in state["readout"]
    assert f"mode 1 {first[0]:.3g}." in state["readout"]


def test_only_the_start_perpendicular_to_the_right_eigenvector_never_turns():
    assert [text.split(":")[0] for text in solved(figures.start_and_direction)] == [
        "Start -20°"
    ] * 4
    state = figures.turning_frame(-20, 0.6)
    np.testing.assert_array_equal(state["first"][1], 1e-12)
    np.testing.assert_allclose(state["sine"][1], np.sin(np.radians(50)), rtol=1e-6)


def test_the_start_perpendicular_to_the_left_eigenvector_is_named_and_turns():
    readouts = built(figures.start_and_direction).frames["readouts"]
    named = [text for text in readouts if "it turns all the same" in text]
    assert [text.split(":")[0] for text in named] == ["Start -60°"] * 4
    sine = figures.turning_frame(-60, 0.6)["sine"][1]
    assert sine[0] == pytest.approx(1)
    assert sine[15] < 1e-3


def test_a_start_on_the_left_line_has_no_second_component_and_no_angle():
    state = figures.turning_frame(30, 0.8)
    np.testing.assert_array_equal(state["second"][1], 1e-12)
    np.testing.assert_array_equal(state["sine"][1], 1e-12)


def test_sine_shrinks_by_the_ratio_in_the_end():
    for ratio in RATIOS:
        sine = figures.turning_frame(80, ratio)["sine"][1]
        sine = sine[sine > 1e-4]
        assert sine[-1] / sine[-2] == pytest.approx(ratio, abs=0.02)
