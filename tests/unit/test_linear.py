"""Laws of `longterm.linear`: powers of one matrix, h_t = Wᵀ h_(t-1)."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.linalg import schur
from shared import rng

from longterm import linear
from longterm.linear import (
    dominant_alignment,
    fisher_memory,
    gaussian_power_norms,
    henrici_departure,
    propagate,
    propagate_by_eigenvectors,
    propagate_in,
    propagate_log,
    spectral_norm,
    spectral_radius,
    transient_peak,
)

WALKS = (propagate, propagate_log, propagate_by_eigenvectors, dominant_alignment)
SIZES = (spectral_radius, spectral_norm, henrici_departure)
LN2 = math.log(2)

ROTATION = np.array([[0.6, -0.8], [0.8, 0.6]])
NON_NORMAL = np.array([[0.9, 5.0], [0.0, 0.8]])
MATRICES = {
    "generic": np.array([[0.3, -1.1, 0.2], [0.7, 0.4, -0.5], [-0.2, 0.9, 0.8]]),
    "symmetric": np.array([[1.0, 0.5, 0.1], [0.5, -0.7, 0.3], [0.1, 0.3, 0.2]]),
    "non-normal": NON_NORMAL,
    "rotating": 1.1 * ROTATION,
    "tied": np.diag([2.0, 2.0, -2.0]) + np.outer([0, 0, 1], [1, 1, 0]),
    "singular": np.array([[1.0, 2.0], [2.0, 4.0]]),
    "complex": np.array([[0.5 + 1j, -0.3], [0.8j, 0.2 - 0.4j]]),
    "one number": np.array([[-1.3]]),
}
DEFECTIVE = {
    "Jordan block": np.array([[1.0, 1.0], [0.0, 1.0]]),
    "full Jordan block": np.array([[2.0, 1.0], [-1.0, 0.0]]),
    "nilpotent": np.diag([1.0, 1.0], k=1),
    "nearly defective": np.array([[1.0, 1.0], [0.0, 1 + 1e-8]]),
    "complex": np.array([[1j, 1.0], [0.0, 1j]]),
}
any_matrix = pytest.mark.parametrize("W", [*MATRICES.values(), *DEFECTIVE.values()])
diagonalisable = pytest.mark.parametrize("W", MATRICES.values(), ids=MATRICES)


small_integers = st.integers(-3, 3)


@st.composite
def matrices_and_states(draw, entries=small_integers):
    n = draw(st.integers(1, 4))
    numbers = draw(st.lists(entries, min_size=n * n + n, max_size=n * n + n))
    return np.reshape(numbers[: n * n], (n, n)), np.array(numbers[n * n :])


def start(W):
    return np.linspace(1, 2, len(W)) * (-1) ** np.arange(len(W))


def exact_states(W, h0, steps):
    """States in Python's own integers or fractions, by the definition, index by index."""
    h, rows = list(h0), []
    for _ in range(steps + 1):
        rows.append(h)
        h = [sum(W[i][j] * h[i] for i in range(len(h))) for j in range(len(h))]
    return rows


# --- propagate ---------------------------------------------------------------------------


@given(case=matrices_and_states(), steps=st.integers(0, 12))
def test_states_agree_with_exact_integers(case, steps):
    W, h0 = case
    expected = np.array(exact_states(W.tolist(), h0.tolist(), steps), dtype=float)
    np.testing.assert_array_equal(propagate(W, h0, steps), expected)


@given(case=matrices_and_states(st.floats(-2, 2)), s=st.integers(0, 6), t=st.integers(0, 6))
def test_states_obey_the_semigroup_law(case, s, t):
    W, h0 = case
    two_legs = propagate(W, propagate(W, h0, s)[s], t)[t]
    np.testing.assert_allclose(propagate(W, h0, s + t)[s + t], two_legs, rtol=1e-12, atol=1e-300)


@any_matrix
def test_states_are_transposed_powers_times_the_start(W):
    expected = [np.linalg.matrix_power(W, t).T @ start(W) for t in range(16)]
    np.testing.assert_allclose(propagate(W, start(W), 15), expected, rtol=1e-11, atol=1e-11)


def test_the_transpose_is_plain_and_never_conjugates():
    W = np.array([[1j, 2.0], [3.0, 4 + 5j]])
    np.testing.assert_array_equal(propagate(W, [1, 0], 1)[1], [1j, 2])
    np.testing.assert_array_equal(propagate(W, [0, 1j], 1)[1], [3j, -5 + 4j])
    assert propagate_log([[1j]], [1], 2)[0][:, 0].tolist() == [1, 1j, -1]
    np.testing.assert_allclose(propagate_by_eigenvectors(W, [1, 0], 1)[1], [1j, 2], atol=1e-15)


@given(case=matrices_and_states(st.floats(-2, 2)), scale=st.floats(-3, 3))
def test_states_are_linear_in_the_start(case, scale):
    W, h0 = case
    other = np.ones(len(h0))
    together = propagate(W, scale * h0 + other, 8)
    apart = scale * propagate(W, h0, 8) + propagate(W, other, 8)
    np.testing.assert_allclose(together, apart, rtol=1e-9, atol=1e-9)


def test_corrected_equation_10_39_holds_and_the_printed_one_fails():
    W = MATRICES["symmetric"]
    values, Q = np.linalg.eigh(W)
    last = propagate(W, [1, 2, 3], 7)[-1]
    np.testing.assert_allclose(Q @ np.diag(values**7) @ Q.T @ [1, 2, 3], last, rtol=1e-12)
    assert not np.allclose(Q.T @ np.diag(values**7) @ Q @ [1, 2, 3], last, rtol=0.1)


def test_a_rotation_of_ones_own_shows_the_slip_in_10_39_with_two_rows():
    Q, values = np.array([[3, -4], [4, 3]]) / 5, np.diag([2.0, 1.0])
    last = propagate(Q @ values @ Q.T, [1, 2], 1)[-1]
    np.testing.assert_allclose(Q @ values @ Q.T @ [1, 2], last, rtol=1e-12)
    assert not np.allclose(Q.T @ values @ Q @ [1, 2], last, rtol=0.1)


def test_a_rotation_keeps_the_norm_for_ever():
    norms = np.linalg.norm(propagate(ROTATION, [3, 4], 1000), axis=1)
    np.testing.assert_allclose(norms, 5, rtol=1e-12)


@pytest.mark.parametrize("walk", [propagate, propagate_by_eigenvectors])
@pytest.mark.parametrize("W", [[[2.0]], [[2j]], [[2.0, 0.5], [0.0, 1.0]], 3 * ROTATION])
def test_overflow_of_states_names_propagate_log(walk, W):
    with pytest.raises(ValueError, match=r"W .*overflow.*propagate_log"):
        walk(W, np.ones(len(W)), 1100)


@pytest.mark.parametrize("walk", [propagate, propagate_by_eigenvectors])
def test_underflow_of_states_gives_zero(walk):
    np.testing.assert_array_equal(walk([[0.5, 0.1], [0.0, 0.4]], [1, 1], 1200)[-1], [0, 0])


# --- propagate_log -----------------------------------------------------------------------


@any_matrix
def test_directions_and_log_norms_restore_the_states(W):
    directions, log_norms = propagate_log(W, start(W), 30)
    states = np.exp(log_norms)[:, None] * directions
    np.testing.assert_allclose(states, propagate(W, start(W), 30), rtol=1e-11, atol=1e-11)


@given(case=matrices_and_states(st.floats(-2, 2, width=16)))
def test_directions_are_unit_vectors_or_zero(case):
    directions, log_norms = propagate_log(*case, 20)
    norms = np.linalg.norm(directions, axis=1)
    np.testing.assert_allclose(norms, np.where(np.isneginf(log_norms), 0, 1), atol=1e-14)
    assert not np.isnan(log_norms).any()


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e170, 1e300])
@pytest.mark.parametrize("matrix_scale", [5e-324, 1e-200, 1e200, 1e308])
def test_log_norms_never_over_or_underflow(scale, matrix_scale):
    directions, log_norms = propagate_log(matrix_scale * np.eye(2), [3 * scale, 4 * scale], 300)
    rate, first = math.log(matrix_scale), math.log(5) + math.log(scale)
    np.testing.assert_allclose(directions[-1], [0.6, 0.8], rtol=1e-14)
    np.testing.assert_allclose(log_norms, first + rate * np.arange(301), rtol=1e-12, atol=1e-12)


def test_entries_of_very_different_size_live_side_by_side():
    _, log_norms = propagate_log(np.diag([1e300, 1e-300]), [0, 1], 3)
    np.testing.assert_allclose(log_norms, -300 * math.log(10) * np.arange(4), rtol=1e-14)
    directions, log_norms = propagate_log([[0, 1e200], [1e-200, 0]], [1, 1], 100)
    np.testing.assert_allclose(directions[::2], math.sqrt(0.5), rtol=1e-13)
    np.testing.assert_allclose(log_norms[::2], LN2 / 2, rtol=1e-12)


def test_log_norms_of_many_steps_do_not_drift():
    _, log_norms = propagate_log([[2 * 0.6, -2 * 0.8], [2 * 0.8, 2 * 0.6]], [1, 0], 5000)
    np.testing.assert_allclose(log_norms, LN2 * np.arange(5001), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("W", "h0", "alive"), [(np.zeros((2, 2)), [1, 1], 1), (np.eye(2), [0, 0], 0)]
)
def test_once_the_state_is_zero_there_are_zeros_and_minus_infinity(W, h0, alive):
    directions, log_norms = propagate_log(W, h0, 3)
    np.testing.assert_array_equal(directions[alive:], 0)
    np.testing.assert_array_equal(log_norms[alive:], -math.inf)
    assert np.isfinite(log_norms[:alive]).all()


def test_a_nilpotent_matrix_kills_the_logarithm_in_time():
    directions, log_norms = propagate_log(DEFECTIVE["nilpotent"], [1, 2, 2], 4)
    expected = [math.log(3), math.log(5) / 2, 0, -math.inf, -math.inf]
    np.testing.assert_allclose(log_norms, expected, atol=1e-15)
    np.testing.assert_array_equal(directions[3:], 0)


def test_the_exponent_of_a_zero_does_not_drift():
    W, zero = linear._split(np.eye(1)), linear._split(np.zeros(1))
    assert linear._product(*zero, *W)[1] == zero[1] == linear._NO_EXPONENT


# --- propagate_by_eigenvectors -----------------------------------------------------------


@diagonalisable
def test_modes_agree_with_repeated_multiplication(W):
    expected = propagate(W, start(W), 25)
    states = propagate_by_eigenvectors(W, start(W), 25)
    np.testing.assert_allclose(states, expected, rtol=1e-10, atol=1e-10)
    assert states.dtype == expected.dtype


@pytest.mark.parametrize("W", DEFECTIVE.values(), ids=DEFECTIVE)
def test_defective_matrices_are_refused_by_eigenvectors(W):
    with pytest.raises(ValueError, match=r"W .*defective.*1e7"):
        propagate_by_eigenvectors(W, start(W), 3)


@pytest.mark.parametrize(("gap", "refused"), [(1.8e-7, True), (2.2e-7, False)])
def test_defective_begins_at_a_condition_of_ten_million(gap, refused):
    W = np.array([[0.0, 1.0], [0.0, gap]])  # unit eigenvectors: condition 2 / gap
    if refused:
        with pytest.raises(ValueError, match="W"):
            propagate_by_eigenvectors(W, [1, 1], 3)
    else:
        np.testing.assert_allclose(
            propagate_by_eigenvectors(W, [1, 1], 3), propagate(W, [1, 1], 3), atol=1e-6
        )


def test_a_mode_without_a_component_cannot_overflow():
    W = np.diag([10.0, 0.5])
    np.testing.assert_array_equal(
        propagate_by_eigenvectors(W, [0, 1], 400), propagate(W, [0, 1], 400)
    )


def test_real_input_gives_real_states_and_complex_input_complex_ones():
    for walk in (propagate, propagate_by_eigenvectors):
        assert walk(ROTATION, [1, 0], 3).dtype == np.float64
        assert walk(ROTATION, [1j, 0], 3).dtype == np.complex128
        assert walk(ROTATION + 0j, [1, 0], 3).dtype == np.complex128
        assert walk(ROTATION.astype(np.float32), [1, 0], 3).dtype == np.float64
        assert walk([[2, 1], [0, 1]], np.array([1, 0], dtype=np.int8), 3).dtype == np.float64


# --- propagate_in ------------------------------------------------------------------------


@given(case=matrices_and_states(st.floats(-2, 2, width=16)), steps=st.integers(0, 5))
def test_states_in_fractions_are_exact(case, steps):
    W, h0 = ([Fraction(x) for x in row] for row in (case[0].ravel(), case[1]))
    expected = exact_states(np.reshape(W, case[0].shape), h0, steps)
    states = propagate_in(*case, steps, Fraction)
    assert states.tolist() == expected
    assert states.shape == (steps + 1, len(h0))
    np.testing.assert_allclose(
        propagate(*case, steps), states.astype(float), rtol=1e-12, atol=1e-12
    )


def test_fractions_are_the_powers_of_the_eigenvalues_exactly():
    W = [[0.5, 1.75, -1.75], [-0.25, 0.5, 0.25], [-0.25, 1.75, -1.0]]
    states = propagate_in(W, [1, 2, -0.5], 60, Fraction)
    left = [1, 0, 1], [0, 1, 1], [1, 1, 1]
    for vector, eigenvalue in zip(
        left, (Fraction(-5, 4), Fraction(3, 4), Fraction(1, 2)), strict=True
    ):
        components = states @ vector
        assert all(c == components[0] * eigenvalue**t for t, c in enumerate(components))
    exact, floats = (propagate_in(W, [0, 1, 0], 160, number) for number in (Fraction, float))
    assert not (exact @ left[0]).any()  # a component of zero stays zero in fractions only
    last = floats[-1].astype(float)
    assert abs(last @ left[0]) > 0.7 * np.linalg.norm(last)


def test_states_in_floats_round_every_operation_in_order():
    W, h0 = MATRICES["generic"], [0.1, 0.2, 0.3]
    expected = [(0.1 * a + 0.2 * b) + 0.3 * c for a, b, c in W.T.tolist()]
    assert propagate_in(W, h0, 1, float)[1].tolist() == expected
    lost = propagate_in([[1, 0, 0], [1, 0, 0], [1, 0, 0]], [1e16, 1, -1e16], 1, float)
    assert lost[1, 0] == 0  # where a compensated sum would keep the 1
    for W in MATRICES["generic"], MATRICES["non-normal"]:
        states = propagate_in(W, start(W), 15, float).astype(float)
        np.testing.assert_allclose(states, propagate(W, start(W), 15), rtol=1e-10)


def test_states_in_another_number_keep_its_kind():
    states = propagate_in([[2]], [3], 2, np.float32)
    assert (states.shape, states.dtype) == ((3, 1), object)
    assert isinstance(states[2, 0], np.float32)
    with pytest.raises(TypeError, match="must be real"):
        propagate_in([[1j]], [1], 1, Fraction)


@pytest.mark.parametrize("number", [float, np.float32])
def test_floats_that_overflow_are_refused_and_fractions_do_not(number):
    for W, h0 in (([[1e10, 0], [1, 0.5]], [1, 1]), ([[1e10]], [-1])):
        with pytest.raises(ValueError, match=r"W .*overflows"):
            propagate_in(W, h0, 40, number)
    assert propagate_in([[1e200]], [1], 3, Fraction)[3, 0] == Fraction(1e200) ** 3


# --- dominant_alignment ------------------------------------------------------------------


def test_alignment_is_with_the_left_eigenvector():
    W = np.array([[2.0, 1.0], [0.0, 0.5]])  # left: (3, 2) for 2; right: (1, 0)
    assert dominant_alignment(W, [3, 2], 5) == pytest.approx([1] * 6, abs=1e-15)
    assert dominant_alignment(W, [1, 0], 0)[0] == pytest.approx(3 / math.sqrt(13), rel=1e-14, abs=0)
    assert dominant_alignment(W, [-2, 3], 0)[0] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("ratio", [0.9, -0.5, 0.1])
def test_misalignment_shrinks_by_the_ratio_of_eigenvalues(ratio):
    W = np.array([[2.0, 0.7], [0.0, 2 * ratio]])
    late = int(math.log(1e-3) / math.log(abs(ratio)))
    cosine = dominant_alignment(W, [1, 3], late)
    tangent = np.sqrt(1 / cosine**2 - 1)
    assert tangent[late] / tangent[late - 1] == pytest.approx(abs(ratio), rel=0.02, abs=0)
    symmetric = dominant_alignment(np.diag([2.0, 2 * ratio]), [1, 3], 5)
    exact = 1 / np.sqrt(1 + (3 * ratio ** np.arange(6)) ** 2)
    np.testing.assert_allclose(symmetric, exact, rtol=1e-14)


def test_of_two_second_modes_one_alone_sets_the_same_pace():
    W = np.diag([1.0, 0.5, -0.5, 0.2])
    for start, pace in (([1, 1, 1, 1], 0.5), ([1, 0, 1, 1], 0.5), ([1, 0, 0, 1], 0.2)):
        sine = np.sqrt(1 - dominant_alignment(W, start, 8) ** 2)
        assert sine[8] / sine[7] == pytest.approx(pace, rel=1e-2)


def test_alignment_of_complex_matrices_ignores_phase():
    W = np.array([[2j, 1.0], [0.3, 0.5 + 0.1j]])
    values, vectors = np.linalg.eig(W.T)
    v = vectors[:, np.argmax(np.abs(values))]
    expected = [abs(np.vdot(v, h)) / np.linalg.norm(h) for h in propagate(W, [1, 1j], 6)]
    np.testing.assert_allclose(dominant_alignment(W, [1, 1j], 6), expected, rtol=1e-12)
    np.testing.assert_allclose(dominant_alignment(W, v, 4), 1, rtol=1e-14)


@given(case=matrices_and_states(st.floats(-2, 2, width=16)))
def test_alignment_lies_between_zero_and_one(case):
    W, h0 = case
    try:
        cosine = dominant_alignment(W, h0, 20)
    except ValueError:
        assume(False)
    assert ((cosine >= 0) & (cosine <= 1)).all()


def test_alignment_survives_any_number_of_steps_and_any_scale():
    for scale in (1e-200, 1.0, 1e200):
        cosine = dominant_alignment(scale * NON_NORMAL, [scale, scale], 3000)
        assert cosine[-1] == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("W", [[[3.0]], [[-0.1]], [[2j]], [[1e-300]]])
def test_one_unit_is_always_aligned(W):
    np.testing.assert_array_equal(dominant_alignment(W, [-5], 4), np.ones(5))


@pytest.mark.parametrize(
    "W",
    [
        np.diag([2.0, -2.0]),
        np.eye(3),
        ROTATION,
        DEFECTIVE["Jordan block"],
        DEFECTIVE["full Jordan block"],
        np.diag([1j, 1.0]),
        np.diag([1.0, 1 - 0.9e-9]),
        np.diag([1.0, 1 - 1e-9]),
        np.diag([1.0, -(1 - 0.9e-9), 0.1]),
    ],
)
def test_without_one_largest_eigenvalue_there_is_no_dominant_direction(W):
    with pytest.raises(ValueError, match="W must have one eigenvalue of strictly largest modulus"):
        dominant_alignment(W, np.ones(len(W)), 3)


def test_a_gap_just_above_one_in_a_billion_is_dominance():
    np.testing.assert_allclose(
        dominant_alignment(np.diag([1 - 1.1e-9, 1.0]), [1, 1], 3), math.sqrt(0.5), rtol=1e-8
    )


def test_alignment_of_zero_names_what_is_zero():
    with pytest.raises(ValueError, match="h0 must not be 0"):
        dominant_alignment(NON_NORMAL, [0, 0], 3)
    with pytest.raises(ValueError, match="W must not be 0"):
        dominant_alignment([[0]], [1], 3)
    with pytest.raises(ValueError, match="W must"):
        dominant_alignment(DEFECTIVE["nilpotent"], [0, 0, 1], 0)
    with pytest.raises(ValueError, match=r"h0 .*maps it to 0"):
        dominant_alignment(np.diag([1, 0]), [0, 1], 3)


# --- sizes of a matrix -------------------------------------------------------------------


def test_spectral_radius_is_the_largest_modulus():
    assert spectral_radius([[-3, 1], [0, 2]]) == pytest.approx(3, rel=1e-15, abs=0)
    assert spectral_radius(1.7 * ROTATION) == pytest.approx(1.7, rel=1e-14, abs=0)
    assert spectral_radius([[3 + 4j]]) == pytest.approx(5, rel=1e-15, abs=0)
    assert spectral_radius(NON_NORMAL) == pytest.approx(0.9, rel=1e-15, abs=0)
    assert spectral_radius(DEFECTIVE["nilpotent"]) == 0


def test_spectral_norm_is_the_root_of_the_largest_eigenvalue_of_the_gram_matrix():
    for W in MATRICES.values():
        gram = np.linalg.eigvalsh(W.conj().T @ W).max()
        assert spectral_norm(W) == pytest.approx(math.sqrt(gram), rel=1e-12, abs=0)
    assert spectral_norm([[3, 0], [4, 0]]) == pytest.approx(5, rel=1e-15, abs=0)


@any_matrix
def test_henrici_departure_completes_the_frobenius_norm(W):
    eigenvalues = np.linalg.eigvals(W)
    missing = np.linalg.norm(W) ** 2 - np.sum(np.abs(eigenvalues) ** 2)
    assert henrici_departure(W) ** 2 == pytest.approx(missing, abs=1e-13)


@pytest.mark.parametrize(
    "W", [MATRICES["symmetric"], ROTATION, np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]), [[1j]]]
)
def test_normal_matrices_do_not_depart_from_normality(W):
    assert henrici_departure(W) == pytest.approx(0, abs=1e-14)
    assert spectral_norm(W) == pytest.approx(spectral_radius(W), rel=1e-14, abs=0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e200, 1e305])
def test_sizes_scale_with_the_matrix(size, scale):
    W = MATRICES["generic"]
    assert size(scale * W) == pytest.approx(scale * size(W), rel=1e-11, abs=0)
    assert type(size(W)) is float
    assert size([[0, 0], [0, 0]]) == 0


# --- transient_peak ----------------------------------------------------------------------


@any_matrix
@pytest.mark.parametrize("steps", [0, 1, 2, 30])
def test_transient_peak_agrees_with_brute_force(W, steps):
    norms = [np.linalg.norm(np.linalg.matrix_power(W, t), 2) for t in range(steps + 1)]
    peak, time = transient_peak(W, steps)
    first = next(t for t, norm in enumerate(norms) if norm >= max(norms) * (1 - 1e-12))
    assert peak == pytest.approx(max(norms), rel=1e-12, abs=0)
    assert (time, type(peak), type(time)) == (first, float, int)


@given(case=matrices_and_states(st.integers(-9, 9).map(lambda k: k / 8)))
def test_transient_peak_agrees_with_brute_force_for_all(case):
    W = case[0]
    norms = np.array([np.linalg.norm(np.linalg.matrix_power(W, t), 2) for t in range(13)])
    peak, time = transient_peak(W, 12)
    assert peak == pytest.approx(norms.max(), rel=1e-11, abs=0)
    assert norms[time] >= norms.max() * (1 - 2e-12)
    assert (norms[:time] < norms.max() * (1 - 0.5e-12)).all()


def test_a_matrix_with_radius_below_one_can_grow_before_it_decays():
    peak, time = transient_peak(NON_NORMAL, 200)
    exact = [50 * (Fraction(9, 10) ** t - Fraction(8, 10) ** t) for t in range(50)]
    assert time == max(range(50), key=exact.__getitem__)
    assert peak > float(max(exact)) > 1 > spectral_radius(NON_NORMAL)


@pytest.mark.parametrize("name", ["jordan", "random"])
def test_rescaled_axes_bring_the_norm_of_any_matrix_near_its_radius(name):
    """The proof of chapter 2 that powers die for every W whose radius is below 1."""
    W = 0.9 * np.eye(4) + np.eye(4, k=1)
    if name == "random":
        W = np.random.default_rng(3).standard_normal((4, 4))
        W *= 0.9 / spectral_radius(W)
    triangle, axes = schur(W.astype(complex))
    scales = 1e-3 ** np.arange(4)
    S = axes * scales
    M = triangle / scales[:, None] * scales
    np.testing.assert_allclose(S @ M @ np.linalg.inv(S), W, atol=1e-9)
    assert spectral_radius(W) == pytest.approx(0.9, abs=1e-3)
    assert spectral_norm(M) < 0.95


def test_ties_within_one_in_a_trillion_take_the_earliest_time():
    assert transient_peak(ROTATION, 500) == (pytest.approx(1), 0)
    assert transient_peak([[1 + 1e-15]], 100)[1] == 0
    assert transient_peak([[1 + 3e-13]], 3)[1] == 0
    assert transient_peak([[1 + 3e-13]], 5)[1] == 2
    assert transient_peak(0.1 * np.eye(2), 50) == (1, 0)


def test_a_peak_beyond_floats_is_infinite_and_has_a_time():
    assert transient_peak(2 * np.eye(2), 3000) == (math.inf, 3000)
    assert transient_peak([[0, 1e308], [0, 0]], 5) == (pytest.approx(1e308), 1)


def test_a_matrix_that_only_decays_is_not_followed_to_the_end():
    assert transient_peak([[0.5]], 10**8 - 1) == (1, 0)


# --- what all share ----------------------------------------------------------------------


@pytest.mark.parametrize("walk", [propagate, propagate_by_eigenvectors])
def test_no_steps_give_the_start_alone(walk):
    np.testing.assert_allclose(walk(NON_NORMAL, [1, 2], 0), [[1, 2]], rtol=1e-14)


def test_no_steps_give_one_row_of_directions_and_cosines():
    directions, log_norms = propagate_log(NON_NORMAL, [3, 4], 0)
    np.testing.assert_allclose(directions, [[0.6, 0.8]], rtol=1e-15)
    assert log_norms == pytest.approx([math.log(5)], rel=1e-15, abs=0)
    assert dominant_alignment(NON_NORMAL, [1, 2], 0).shape == (1,)
    assert transient_peak(NON_NORMAL, 0) == (1, 0)


def test_inputs_are_left_as_they_were():
    W, h0 = NON_NORMAL.copy(), np.array([1.0, 2.0])
    for walk in WALKS:
        walk(W, h0, 3)
    np.testing.assert_array_equal(W, NON_NORMAL)
    np.testing.assert_array_equal(h0, [1, 2])


def test_a_nilpotent_matrix_ends_at_zero_exactly():
    expected = [[1, 2, 3], [0, 1, 2], [0, 0, 1], [0, 0, 0]]
    np.testing.assert_array_equal(propagate(DEFECTIVE["nilpotent"], [1, 2, 3], 3), expected)


def test_a_tiny_state_keeps_the_length_that_its_square_loses():
    h0 = np.full(4, 1e-170)
    assert h0 @ h0 == 0
    directions, log_norms = propagate_log(np.eye(4), h0, 2)
    np.testing.assert_array_equal(directions, np.full((3, 4), 0.5))
    np.testing.assert_allclose(log_norms, math.log(2e-170), rtol=1e-15)


def test_departure_of_a_triangle_is_what_stands_above_the_diagonal():
    assert henrici_departure(NON_NORMAL) == pytest.approx(5, rel=1e-14, abs=0)
    assert henrici_departure(DEFECTIVE["nilpotent"]) == pytest.approx(
        math.sqrt(2), rel=1e-14, abs=0
    )


@given(case=matrices_and_states(st.floats(-2, 2)))
def test_radius_is_at_most_norm(case):
    assert spectral_radius(case[0]) <= spectral_norm(case[0]) * (1 + 1e-7) + 1e-7


def test_semigroup_holds_exactly_in_fractions():
    W = [[0.5, 1.75, -1.75], [-0.25, 0.5, 0.25], [-0.25, 1.75, -1.0]]
    states = propagate_in(W, [1, 2, -0.5], 12, Fraction)
    again = propagate_in(W, states[5].astype(float), 7, Fraction)
    assert (again == states[5:]).all()


# --- Memory and norms of powers ------------------------------------------------------------------


def random_matrix(width, radius):
    W = rng().standard_normal((width, width))
    return radius * W / spectral_radius(W)


def test_fisher_memory_is_the_signal_to_noise_ratio_of_the_best_readout():
    W, v, k = random_matrix(4, 0.8), np.array([1.0, -2.0, 0.5, 3.0]), 3
    noise, signal = np.zeros((50_000, 4)), v / np.linalg.norm(v)
    r = rng()
    for _ in range(40):
        noise = noise @ W + r.standard_normal(noise.shape)
    for _ in range(k):
        signal = W.T @ signal
    readout = np.linalg.solve(np.cov(noise.T), signal)
    ratio = (readout @ signal) ** 2 / np.var(noise @ readout)
    assert fisher_memory(W, v, k)[k] == pytest.approx(ratio, rel=0.04)


def test_fisher_memory_sums_to_one_for_normal_matrices_and_to_at_most_the_width():
    v = np.array([1.0, 2.0, -1.0, 0.5, 3.0])
    Q = np.linalg.qr(rng().standard_normal((5, 5)))[0]
    for W in (0.95 * Q, Q @ np.diag([0.9, -0.7, 0.2, 0.0, 0.5]) @ Q.T, 0.9j * Q):
        assert fisher_memory(W, v, 2000).sum() == pytest.approx(1, rel=1e-9)
    for W in (random_matrix(5, 0.9), np.triu(np.full((5, 5), 4.0), 1) + 0.5 * np.eye(5)):
        total = fisher_memory(W, v, 2000).sum()
        assert abs(total - 1) > 0.05
        assert total < 5


def test_fisher_memory_of_a_delay_line_is_harmonic():
    known = fisher_memory(np.eye(6, k=1), np.eye(6)[0], 8)
    np.testing.assert_allclose(known, [*(1 / np.arange(1, 7)), 0, 0, 0], atol=1e-12)
    late = fisher_memory(np.eye(6, k=1), np.eye(6)[3], 8)  # the noise of three units came before
    assert late.sum() == pytest.approx(1 / 4 + 1 / 5 + 1 / 6)


def test_fisher_memory_refuses_noise_that_never_settles():
    with pytest.raises(ValueError, match="W must have a spectral radius below 1"):
        fisher_memory(np.eye(2), [1.0, 0.0], 3)
    with pytest.raises(ValueError, match=r"feed must have shape \(2,\) to match W, and not be 0"):
        fisher_memory(np.eye(2) / 2, [0.0, 0.0], 3)


def test_norms_of_powers_of_a_large_gaussian_matrix_are_near_the_limit():
    width, g = 300, 0.9
    W = g * rng().standard_normal((width, width)) / np.sqrt(width)
    power, law = np.eye(width), gaussian_power_norms(g, 3)
    for t in range(1, 4):
        power = power @ W
        assert np.linalg.norm(power, 2) == pytest.approx(law[t], rel=0.08)
    np.testing.assert_allclose(law[:3], [1, 2 * g, g**2 * np.sqrt(27 / 4)])
    t = np.arange(1.0, 200)
    np.testing.assert_allclose(
        gaussian_power_norms(1.0, 199)[1:], np.sqrt(np.e * (t + 0.5)), rtol=0.012
    )
    assert gaussian_power_norms(1.0, 199)[-1] == pytest.approx(np.sqrt(np.e * 199.5), rel=1e-5)
