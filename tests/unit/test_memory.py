"""Laws of `longterm.memory`: the latch, its margin, its gradient and its life in noise."""

import decimal
from decimal import Decimal

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from longterm import memory, rnn

WEIGHTS = (
    1 + 2**-50,
    1 + 1e-12,
    1 + 1e-6,
    1.001,
    1.05,
    1.08,
    1.1,
    1.25,
    1.5,
    2.0,
    3.0,
    8.0,
    10.5,
    19.9,
    20.1,
    50.0,
)
SETTINGS = [(0.8, 0.2), (1.25, 0.2), (1.5, 0.4), (2.0, 0.2), (2.0, 1.0)]
FIVE = [(1.25, 0.2), (1.25, 0.4472135955), (1.5, 0.4), (2.0, 0.5), (3.0, 1.0)]


@pytest.fixture(autouse=True)
def sixty_digits():
    with decimal.localcontext() as context:
        context.prec = 60
        yield


def hyperbolic(z):
    """Sinh and cosh to sixty digits, less some for small z."""
    up, down = z.exp(), (-z).exp()
    return (up - down) / 2, (up + down) / 2


def exact_rest(w):
    """The state z at rest, z cosh z = w sinh z, by bisection in sixty digits."""
    w, low, high = Decimal(w), Decimal("1e-12"), Decimal(w) + 1
    for _ in range(190):
        z = (low + high) / 2
        sinh, cosh = hyperbolic(z)
        low, high = (low, z) if z * cosh > w * sinh else (z, high)
    return z


# --- The attractor -----------------------------------------------------------------------


@pytest.mark.parametrize("w", WEIGHTS)
def test_attractor_and_slope_agree_with_sixty_digits(w):
    rest, slope = memory.attractor(w)
    sinh, cosh = hyperbolic(exact_rest(w))
    assert rest == pytest.approx(float(sinh / cosh), rel=1e-13, abs=0)
    assert slope == pytest.approx(float(Decimal(w) / cosh**2), rel=2e-13, abs=0)


@pytest.mark.parametrize("w", [1.001, 1.25, 2.0, 5.0])
def test_attractor_is_where_the_map_comes_to_rest_and_slope_its_derivative(w):
    rest, slope = memory.attractor(w)
    root = optimize.brentq(lambda x: x - np.tanh(w * x), 1e-3, 1, xtol=1e-15)
    assert rest == pytest.approx(root, rel=1e-11)
    assert slope == pytest.approx(
        optimize.approx_fprime([w * root], lambda a: w * np.tanh(a[0]))[0], abs=1e-6
    )


def test_near_one_the_attractor_grows_like_a_root_and_the_slope_falls_from_one():
    excess = np.array([1e-3, 1e-6, 1e-9])
    rest, slope = memory.attractor(1 + excess)
    excess = (1 + excess) - 1
    np.testing.assert_allclose(rest, np.sqrt(3 * excess), rtol=2e-3)
    np.testing.assert_allclose((1 - slope)[:2], 2 * excess[:2], rtol=2e-3)


def test_up_to_one_the_latch_rests_at_zero_with_slope_w():
    w = np.array([0, 0.3, 1.0])
    rest, slope = memory.attractor(w)
    assert rest.tolist() == [0, 0, 0]
    assert slope.tolist() == w.tolist()


def test_for_large_weights_the_slope_is_not_zero_too_early():
    rest, slope = memory.attractor([20.0, 50, 300, 1e300])
    assert rest.tolist() == [1, 1, 1, 1]
    np.testing.assert_allclose(
        slope[:3], 4 * np.array([20, 50, 300.0]) * np.exp([-40, -100, -600.0]), rtol=1e-12
    )
    assert slope[3] == 0


@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 1, 3)])
def test_shapes_follow_the_weights(shape):
    w = np.full(shape, 1.7)
    for part in (*memory.attractor(w), memory.robustness_margin(w)):
        assert np.shape(part) == shape
        assert np.asarray(part).dtype == float


def test_integers_and_float32_become_float64():
    assert memory.attractor(2) == memory.attractor(2.0)
    assert memory.attractor(np.float32(1.5)).rest == memory.attractor(1.5).rest
    assert memory.robustness_margin(np.int8(2)) == memory.robustness_margin(2.0)


# --- The margin --------------------------------------------------------------------------


@pytest.mark.parametrize("w", WEIGHTS)
def test_margin_agrees_with_sixty_digits(w):
    exact = Decimal(w)
    root = (exact * (exact - 1)).sqrt() - (exact.sqrt() + (exact - 1).sqrt()).ln()
    assert memory.robustness_margin(w) == pytest.approx(float(root), rel=1e-12, abs=0)


@pytest.mark.parametrize("w", [1.001, 1.25, 2.0, 5.0, 30.0])
def test_margin_is_the_largest_push_that_leaves_a_fixed_point(w):
    """Where the slope of the map is 1 the lift w tanh a - a is largest: the fold."""
    fold = optimize.brentq(lambda a: w / np.cosh(a) ** 2 - 1, 0, 10, xtol=1e-15)
    assert memory.robustness_margin(w) == pytest.approx(w * np.tanh(fold) - fold, rel=1e-9)
    a = np.linspace(0, 3 * w, 10_001)
    assert (w * np.tanh(a) - a).max() <= memory.robustness_margin(w) * (1 + 1e-12)


@pytest.mark.parametrize("w", [1.05, 1.25, 2.0, 4.0])
def test_latch_flips_just_above_the_margin_and_not_just_below(w):
    margin, start = memory.robustness_margin(w), w * memory.attractor(w).rest
    push = margin * np.array([0.999, 1.001])
    below, above = memory.latch(w, np.tile(-push, (20_000, 1)), start)[-1]
    assert above < 0 < below
    assert memory.latch(w, np.zeros(2000), below)[-1] == pytest.approx(start)


@pytest.mark.parametrize("w", [1.1, 1.5, 3.0])
def test_inputs_within_the_margin_never_take_the_state_below_the_fold(w):
    rng = np.random.default_rng(1)
    margin, fold = memory.robustness_margin(w), np.arccosh(np.sqrt(w))
    inputs = margin * rng.choice([-1, -0.5, 1], (400, 500), p=[0.8, 0.1, 0.1])
    states = memory.latch(w, inputs, w * memory.attractor(w).rest)
    assert states.min() >= fold
    assert (w / np.cosh(states) ** 2).max() <= 1


def test_margin_is_zero_up_to_one_and_grows_with_a_falling_slope():
    assert memory.robustness_margin([0, 0.5, 1]).tolist() == [0, 0, 0]
    w = np.linspace(1, 12, 5000)
    assert (np.diff(memory.robustness_margin(w)) > 0).all()
    assert (np.diff(memory.attractor(w).slope) < 0).all()


def test_margin_and_slope_have_the_stated_limits():
    excess = 2.0**-20
    assert memory.robustness_margin(1 + excess) == pytest.approx(
        2 / 3 * excess**1.5, rel=1e-5, abs=0
    )
    assert memory.robustness_margin(1e4) == pytest.approx(1e4 - 0.5 - np.log(4e4) / 2, rel=1e-7)
    assert memory.robustness_margin(1e300) == pytest.approx(1e300)


# --- The latch and pushes ----------------------------------------------------------------


def test_latch_is_the_tanh_network_of_one_unit():
    inputs = np.random.default_rng(2).normal(size=(30, 4))
    states = memory.latch(1.7, inputs, 0.0)
    np.testing.assert_array_equal(states, rnn.run([[1.7]], inputs[:, :, None])[:, :, 0])


def test_latch_starts_anywhere_and_broadcasts():
    states = memory.latch(1.5, np.zeros((2, 1)), [0.5, -0.5, 2.0])
    assert states.shape == (3, 3)
    assert states[0].tolist() == [0.5, -0.5, 2.0]
    np.testing.assert_allclose(states[2], 1.5 * np.tanh(1.5 * np.tanh([0.5, -0.5, 2.0])))
    assert memory.latch(2, np.empty((0, 3)), 1.0).tolist() == [[1, 1, 1]]
    with pytest.raises(ValueError, match=r"start must have a shape that broadcasts with \(2,\)"):
        memory.latch(1.5, np.zeros((3, 2)), np.ones(3))


@pytest.mark.parametrize("w", [1 + 1e-6, 1.25, 2.0, 8.0])
@pytest.mark.parametrize("part", [0.0, 0.5, 0.9, 1.0])
def test_rests_are_fixed_points_of_which_the_middle_one_repels(w, part):
    push = part * memory.robustness_margin(w)
    lower, boundary, upper = memory.rests(w, push)
    assert lower < 0 <= boundary <= upper
    for a in (lower, boundary, upper):
        assert w * np.tanh(a) - push == pytest.approx(a, rel=1e-12, abs=1e-13)
    slopes = w / np.cosh([lower, boundary, upper]) ** 2
    assert slopes[0] * (1 - 1e-9) <= slopes[2] <= 1 + 1e-6
    assert slopes[1] >= 1 - 1e-6


@pytest.mark.parametrize("w", [1.25, 2.0])
def test_the_least_pulse_against_noise_is_rest_boundary_and_push_together(w):
    push, z = 0.9 * memory.robustness_margin(w), w * memory.attractor(w).rest
    lower, boundary, _ = memory.rests(w, push)
    for start, least in ((-z, z + boundary + push), (lower, boundary - lower)):
        inputs = np.full((4000, 2), -push)
        inputs[0] += least * np.array([1 - 1e-6, 1 + 1e-6])
        below, above = memory.latch(w, inputs, start)[-1]
        assert below < 0 < above
    assert boundary - lower > z + boundary + push  # noise that came before has pushed it down


def test_beyond_the_margin_only_the_lower_rest_is_left():
    lower, *gone = memory.rests(1.25, 0.0785)
    assert 1.25 * np.tanh(lower) - 0.0785 == pytest.approx(lower, rel=1e-12)
    assert np.isnan(gone).all()
    for w, push, name in ((1.0, 0.0, "w"), (1e301, 0.0, "w"), (2.0, -1.0, "push")):
        with pytest.raises(ValueError, match=f"^{name} must be"):
            memory.rests(w, push)


def test_a_push_of_one_step_must_cancel_the_whole_state():
    for w in (1.1, 1.25, 3.0):
        assert memory.push_to_flip(w, 1) == pytest.approx(w * memory.attractor(w).rest, rel=1e-14)
    assert memory.push_to_flip(0.9, 5) == memory.push_to_flip(1, 1) == 0


def test_a_push_may_last_a_million_steps_and_no_more():
    assert memory.push_to_flip(0.5, 10**6) == 0
    with pytest.raises(ValueError, match=r"steps must be at most 10\*\*6, got 1000001"):
        memory.push_to_flip(0.5, 10**6 + 1)


def test_longer_pushes_need_less_down_to_the_margin():
    pushes = [memory.push_to_flip(1.5, n) for n in (1, 2, 3, 10, 100, 3000)]
    assert (np.diff(pushes) < 0).all()
    margin = memory.robustness_margin(1.5)
    assert margin < pushes[-1] < margin * (1 + 1e-4)
    assert pushes[-2] > margin * (1 + 1e-4)


@pytest.mark.parametrize(("w", "steps"), [(1.1, 7), (1.25, 40), (2.0, 3)])
def test_a_push_just_below_springs_back_and_just_above_does_not(w, steps):
    push = memory.push_to_flip(w, steps) * np.array([1 - 1e-6, 1 + 1e-6])
    inputs = np.zeros((2000, 2))
    inputs[:steps] = -push
    rest = w * memory.attractor(w).rest
    np.testing.assert_allclose(memory.latch(w, inputs, rest)[-1], [rest, -rest])


# --- Noise -------------------------------------------------------------------------------


@pytest.mark.parametrize(("w", "noise"), FIVE)
def test_retention_by_operator_is_that_of_simulation(w, noise):
    exact, error = memory.retention(w, noise, 60)
    rng, trials = np.random.default_rng(5), 40_000
    shares = memory.sample_retention(w, noise, 60, trials, rng=rng)
    t = [1, 3, 10, 30, 60]
    assert (np.abs(shares - exact)[t] < 4 * np.sqrt(exact * (1 - exact) / trials)[t] + 1e-12).all()
    assert error < 1e-10


@pytest.mark.parametrize(("w", "noise"), [(0.8, 0.5), (1.1, 0.2), (1.4, 0.4), (2.0, 1.0)])
def test_every_latch_forgets_exponentially_and_an_integrator_does_not(w, noise):
    right = memory.retention(w, noise, 3000, start=1.0).probabilities
    bound = (1 - 2 * stats.norm.cdf(-w / noise)) ** np.arange(3001) / 2
    assert (right - 0.5 <= bound + 1e-12).all()
    integrator = memory.linear_retention(1.0, noise, 3000)
    later = right[2000:] < integrator[2000:]
    assert later.all() == (memory.lifetime(w, noise) < 500)


def test_of_linear_units_the_larger_weight_keeps_the_sign_better():
    right = [memory.linear_retention(w, 0.2, 400) for w in (0.9, 0.99, 1.0, 1.01, 1.1)]
    assert (np.diff(right, axis=0)[:, 2:] > 0).all()
    forever = stats.norm.cdf(np.sqrt(1.1**2 - 1) / 0.2)
    assert right[-1][-1] == pytest.approx(forever, rel=1e-12)


def test_sampled_retention_counts_noisy_latches():
    rng, again = np.random.default_rng(9), np.random.default_rng(9)
    states = memory.latch(1.3, 0.5 * rng.standard_normal((8, 30)), 0.7)
    shares = memory.sample_retention(1.3, 0.5, 8, 30, rng=again, start=0.7)
    np.testing.assert_allclose(shares, np.mean(states > 0, axis=1), rtol=1e-15)


def test_retention_from_a_given_start_is_that_of_simulation():
    exact, _ = memory.retention(0.95, 0.3, 20, start=1.5)
    shares = memory.sample_retention(0.95, 0.3, 20, 40_000, rng=np.random.default_rng(6), start=1.5)
    errors = np.sqrt(exact * (1 - exact) / 40_000)
    assert (np.abs(shares - exact) < 4 * errors + 1e-12).all()
    assert exact[20] < 0.9


@pytest.mark.parametrize(
    ("w", "noise", "start"), [(1.3, 0.5, 0.4), (0.7, 0.2, 0.2), (3.0, 2.0, 5.0)]
)
def test_one_and_two_steps_of_noise_have_closed_forms(w, noise, start):
    (_, first, second), _ = memory.retention(w, noise, 2, start=start)
    centre = w * np.tanh(start)
    assert first == pytest.approx(stats.norm.cdf(centre / noise), rel=1e-12)

    def density(a):
        return stats.norm.pdf(a, centre, noise) * stats.norm.cdf(w * np.tanh(a) / noise)

    ends = centre - 10 * noise, centre + 10 * noise
    assert second == pytest.approx(integrate.quad(density, *ends, limit=200)[0], rel=1e-8)


def test_the_start_not_given_is_the_state_at_rest():
    rest = 1.3 * memory.attractor(1.3).rest
    given = memory.retention(1.3, 0.4, 5, start=rest).probabilities
    np.testing.assert_allclose(memory.retention(1.3, 0.4, 5).probabilities, given, rtol=1e-13)
    seeds = (np.random.default_rng(8) for _ in range(2))
    shares = [
        memory.sample_retention(1.3, 0.4, 5, 100, rng=rng, start=start)
        for rng, start in zip(seeds, (None, rest), strict=True)
    ]
    np.testing.assert_array_equal(*shares)


def test_retention_falls_from_one_towards_a_half():
    shares, _ = memory.retention(1.2, 0.3, 500)
    assert shares[0] == 1
    assert (np.diff(shares) < 0).all()
    assert shares[-1] == pytest.approx(0.5, abs=1e-6)
    assert memory.retention(1.2, 0.3, 0).probabilities.tolist() == [1]


def test_without_noise_the_bit_stays():
    shares, error = memory.retention(1.2, 0, 3)
    assert (shares.tolist(), error) == ([1, 1, 1, 1], 0)
    for w in (1e-200, 0.5):
        assert memory.linear_retention(w, 0.0, 2).tolist() == [1, 1, 1]
    rng = np.random.default_rng(0)
    assert memory.sample_retention(1.2, 0, 3, 5, rng=rng).tolist() == [1, 1, 1, 1]


def test_without_a_bit_a_start_must_be_given():
    for w in (0.5, 1.0):
        with pytest.raises(ValueError, match="w must be above 1 unless start is given"):
            memory.retention(w, 0.2, 3)
    assert memory.retention(1.0, 0.2, 3, start=1.0).probabilities.shape == (4,)


@pytest.mark.parametrize("w", [0.9, 1.0, 1.1])
def test_small_states_are_kept_as_in_the_linear_unit(w):
    exact, _ = memory.retention(w, 0.003, 12, start=0.006)
    np.testing.assert_allclose(exact, memory.linear_retention(w, 0.003, 12, 0.006), atol=1e-4)


@pytest.mark.parametrize("w", [0.8, 1.0, 1.2])
def test_linear_retention_is_that_of_simulation(w):
    rng, a, right = np.random.default_rng(7), np.full(40_000, 0.8), [1.0]
    for _ in range(15):
        a = w * a + 0.3 * rng.standard_normal(40_000)
        right.append(np.mean(a > 0))
    exact = memory.linear_retention(w, 0.3, 15, 0.8)
    assert (np.abs(exact - right) < 4 * np.sqrt(exact * (1 - exact) / 40_000) + 1e-12).all()


def test_an_integrator_diffuses_like_the_root_of_time():
    shares = memory.linear_retention(1, 0.2, 400)
    np.testing.assert_allclose(shares[1:], stats.norm.cdf(5 / np.sqrt(np.arange(1, 401))))
    assert memory.linear_retention(0.1, 0.2, 500)[-1] == 0.5
    assert memory.linear_retention(1.0, 0.2, 0).tolist() == [1]


@pytest.mark.parametrize(("w", "noise"), [*FIVE, (0.8, 0.5), (1.0, 0.1)])
def test_lifetime_is_the_long_run_rate_of_retention(w, noise):
    life = memory.lifetime(w, noise)
    steps = int(min(3 * life, 2000)) + 25
    lead = 2 * memory.retention(w, noise, steps, start=1.0).probabilities - 1
    assert lead[steps] / lead[steps - 5] == pytest.approx(np.exp(-5 / life), rel=1e-7)


@pytest.mark.parametrize(("w", "noise"), [(0.6, 0.4), (1.25, 0.2), (1.5, 0.4), (2.0, 1.0)])
def test_lifetime_is_the_second_eigenvalue_of_the_full_operator(w, noise):
    a, spacing = np.linspace(-w - 8 * noise, w + 8 * noise, 241, retstep=True)
    moved = stats.norm.pdf(a[:, None], w * np.tanh(a), noise) * spacing
    values = np.sort(np.abs(np.linalg.eigvals(moved)))[::-1]
    assert values[0] == pytest.approx(1, rel=1e-12)
    assert np.exp(-1 / memory.lifetime(w, noise)) == pytest.approx(values[1], rel=1e-9)


def test_lifetimes_of_any_length_keep_their_digits():
    """A long life from the loss in 100 steps, which the last digits of P cannot tell."""
    w, noise = 1.5, 0.2
    shares, _ = memory.retention(w, noise, 200)
    loss = (shares[100] - shares[200]) / (shares[100] - 0.5)
    assert memory.lifetime(w, noise) == pytest.approx(-100 / np.log1p(-loss), rel=1e-8)
    logs = [np.log(memory.lifetime(1.5, 1 / np.sqrt(x))) for x in (200, 300, 400)]
    assert logs[0] > 60
    assert np.diff(logs, 2) == pytest.approx(0, abs=0.1)
    assert memory.lifetime(3.0, 0.05) == np.inf
    assert 0 < memory.lifetime(1e-3, 1.0) < 0.2


@pytest.mark.parametrize(("w", "steps"), [(1.25, 1), (1.25, 2), (1.5, 30), (3.0, 12)])
def test_cheapest_flip_ends_at_zero_and_no_other_push_is_cheaper(w, steps):
    pushes = memory.cheapest_flip(w, steps)
    rest = w * memory.attractor(w).rest
    states = memory.latch(w, pushes, rest)
    assert states[-1] == pytest.approx(0, abs=1e-12)
    slopes = w / np.cosh(states[1:-1]) ** 2
    np.testing.assert_allclose(pushes[:-1], slopes * pushes[1:], atol=1e-4)
    constant = memory.push_to_flip(w, steps)
    assert np.sum(pushes**2) <= steps * constant**2 * (1 + 1e-9)


@pytest.mark.parametrize("w", [1.25, 1.5, 2.0])
def test_log_lifetime_grows_with_inverse_noise_variance_at_the_least_energy(w):
    energy = np.sum(memory.cheapest_flip(w, 60) ** 2) / 2
    inverse = np.array([100, 150]) / energy
    logs = [np.log(memory.lifetime(w, x**-0.5)) for x in inverse]
    assert np.diff(logs)[0] / np.diff(inverse)[0] == pytest.approx(energy, rel=0.02)


def test_just_above_one_the_least_energy_is_that_of_the_quartic_well():
    energy = np.sum(memory.cheapest_flip(1.1, 45) ** 2) / 2
    assert energy == pytest.approx(1.5 * 0.1**2, rel=0.05)
    with pytest.raises(ValueError, match="w must be above 1"):
        memory.cheapest_flip(1.0, 3)


@pytest.mark.parametrize("w", [1e-17, 1e-20, 1e-100, 1e-300])
@pytest.mark.parametrize("noise", [0.5, 1.0, 3.0])
def test_without_a_weight_nothing_lives(w, noise):
    assert 0 <= memory.lifetime(w, noise) < 0.03


def test_what_noise_drowns_in_one_step_has_no_lifetime():
    assert memory.lifetime(1e-200, 1e200) == 0


def test_limits_themselves_are_accepted():
    assert memory.lifetime(1.0, 1e300) == 0
    np.testing.assert_allclose(memory.cheapest_flip(1e100, 2), [0, -1e100], atol=1e93)
    assert memory._node_count(1979 / 2048, 1 / 2048) == 4000
    with pytest.raises(ValueError, match="need 4e"):
        memory._node_count(1979.25 / 2048, 1 / 2048)


def test_a_cheapest_push_may_last_a_hundred_steps_and_no_more():
    assert len(memory.cheapest_flip(1.5, 100)) == 100
    with pytest.raises(ValueError, match="steps must be at most 100, got 101"):
        memory.cheapest_flip(1.5, 101)


def test_noise_too_small_for_the_rule_is_refused():
    for call in (lambda: memory.retention(2.0, 1e-6, 3), lambda: memory.lifetime(2.0, 0.0013)):
        with pytest.raises(ValueError, match="noise must be larger, or w smaller"):
            call()


def test_error_bounds_what_too_few_nodes_miss(monkeypatch):
    exact, small = memory.retention(1.5, 0.4, 20)
    for count in (10, 14, 18):
        monkeypatch.setattr(memory, "_node_count", lambda w, noise, count=count: count)
        coarse, error = memory.retention(1.5, 0.4, 20)
        assert np.abs(coarse - exact).max() <= error
        assert error > 1e4 * small


def test_error_is_small_wherever_the_rule_is_allowed():
    for w in (0.01, 1.0, 1.1, 7.0):
        for noise in (0.1, 1.0, 30.0):
            shares, error = memory.retention(w, noise, 20, start=0.1 + w)
            assert error < 1e-9
            assert ((shares > 0.5 - 1e-9) & (shares <= 1)).all()


# --- The gradient of a state on the boundary -------------------------------------------------


@pytest.mark.parametrize(("w", "noise"), SETTINGS)
@pytest.mark.parametrize("power", [1, 2])
def test_one_step_is_an_integral_over_one_normal(w, noise, power):
    def moment(a):
        return (w / np.cosh(a) ** 2) ** power * stats.norm.pdf(a, scale=noise)

    whole, _ = integrate.quad(moment, -12 * noise, 12 * noise, epsabs=1e-13)
    assert memory.boundary_gradient(w, noise, 1)[power - 1][1] == pytest.approx(whole, rel=1e-10)


@pytest.mark.parametrize(("w", "noise"), SETTINGS)
def test_moments_agree_with_simulation(w, noise):
    trials, steps = 40_000, 5
    rng = np.random.default_rng(20261125)
    states = memory.latch(w, noise * rng.standard_normal((steps, trials)), 0.0)
    slopes = 1 - np.tanh(states) ** 2
    sizes = np.cumprod(w * slopes, axis=0)[:-1] * slopes[1:]
    for power, exact in enumerate(memory.boundary_gradient(w, noise, steps)[:2], 1):
        sample = sizes**power
        error = sample.std(axis=1) / np.sqrt(trials)
        assert (np.abs(sample.mean(axis=1) - exact[1:]) < 4 * error).all()


@pytest.mark.parametrize(("w", "noise"), [(1.25, 0.2), (1.25, 0.4), (1.5, 0.5), (0.9, 0.3)])
def test_mean_falls_at_the_rate_at_which_the_bit_is_forgotten(w, noise):
    mean, _, _ = memory.boundary_gradient(w, noise, 120)
    forgotten = np.exp(-1 / memory.lifetime(w, noise))
    assert mean[120] / mean[119] == pytest.approx(forgotten, rel=1e-9)


def test_without_much_noise_the_state_stays_on_the_boundary():
    for w in (0.5, 1.5):
        mean, square, _ = memory.boundary_gradient(w, 1e-2, 4)
        np.testing.assert_allclose(mean, w ** np.arange(5.0), rtol=2e-2)
        np.testing.assert_allclose(square, w ** (2 * np.arange(5.0)), rtol=4e-2)


@pytest.mark.parametrize(("w", "noise"), SETTINGS)
def test_number_of_sequences_starts_at_one_and_never_falls_below(w, noise):
    mean, square, error = memory.boundary_gradient(w, noise, 30)
    assert mean[0] == square[0] == 1
    assert (square >= mean**2 * (1 - 1e-12)).all()
    assert error < 1e-9


def test_no_steps_leave_the_start_alone():
    mean, square, error = memory.boundary_gradient(1.5, 0.4, 0)
    assert (mean.tolist(), square.tolist(), error) == ([1], [1], 0)


def test_error_of_the_gradient_bounds_what_too_few_nodes_miss(monkeypatch):
    exact = memory.boundary_gradient(0.8, 0.2, 10)
    monkeypatch.setattr(memory, "_node_count", lambda w, noise: 5)
    *coarse, error = memory.boundary_gradient(0.8, 0.2, 10)
    for found, right in zip(coarse, exact[:2], strict=True):
        assert np.abs(found / right - 1).max() <= error
    assert error > 1e-3


def test_extreme_input_gives_finite_numbers_or_a_reason():
    mean, square, error = memory.boundary_gradient(1e-200, 1e6, 3)
    assert np.isfinite([*mean, *square, error]).all()
    with pytest.raises(ValueError, match="leaves the range of floats"):
        memory.boundary_gradient(2.9, 0.05, 700)
    with pytest.raises(ValueError, match="noise must be larger, or w smaller"):
        memory.boundary_gradient(2.0, 1e-6, 3)
