"""Laws of `longterm.rnn`: a tanh network and the gradients that flow back through it."""

import numpy as np
import pytest

from longterm.rnn import (
    BitMemory,
    error_flow,
    flow_by_lag,
    recall_gradients,
    run,
    train_bit_memory,
)

SEED = 20260119
W = np.array([[0.7, -0.9, 0.2], [0.4, 0.5, -0.6], [-0.3, 0.8, 0.9]])


def rng():
    return np.random.default_rng(SEED)


def inputs(steps=6, sequences=4, n=3):
    return rng().standard_normal((steps, sequences, n))


def memory():
    source = rng()
    return BitMemory(W.copy(), source.standard_normal(3), source.standard_normal(3))


def central_difference(loss, values, h=1e-6):
    """Slope of loss() with respect to each entry of `values`, which is moved in place."""
    slopes = np.empty_like(values)
    for index in np.ndindex(values.shape):
        before, losses = values[index], []
        for shift in (h, -h):
            values[index] = before + shift
            losses.append(loss())
        values[index] = before
        slopes[index] = (losses[0] - losses[1]) / (2 * h)
    return slopes


# --- run ---------------------------------------------------------------------------------


def test_states_obey_the_recurrence():
    u = inputs()
    x = run(W, u)
    assert x.shape == (7, 4, 3)
    np.testing.assert_array_equal(x[0], 0)
    np.testing.assert_array_equal(x[1], u[0])
    for t in range(1, 7):
        for s in range(4):
            np.testing.assert_allclose(x[t, s], W @ np.tanh(x[t - 1, s]) + u[t - 1, s], rtol=1e-13)


def test_sequences_do_not_see_each_other():
    u = inputs()
    together = run(W, u)
    for s in range(4):
        np.testing.assert_allclose(together[:, [s]], run(W, u[:, [s]]), rtol=1e-13, atol=1e-15)


def test_no_steps_give_the_first_state_alone():
    np.testing.assert_array_equal(run(W, np.empty((0, 2, 3))), np.zeros((1, 2, 3)))


# --- error_flow --------------------------------------------------------------------------


def test_error_flow_is_the_product_of_the_jacobians():
    x, error = run(W, inputs()), rng().standard_normal((4, 3))
    flow = error_flow(W, x, error)
    for s in range(4):
        expected = error[s]
        for t in range(6, -1, -1):
            np.testing.assert_allclose(flow[t, s], expected, rtol=1e-12, atol=1e-15)
            expected = (W @ np.diag(1 - np.tanh(x[t - 1, s]) ** 2)).T @ expected


def test_error_flow_agrees_with_central_differences():
    u, aim = inputs(), rng().standard_normal((4, 3))
    x = run(W, u)
    flow = error_flow(W, x, x[-1] - aim)  # an input moves the state that it is added to
    slopes = central_difference(lambda: np.sum((run(W, u)[-1] - aim) ** 2) / 2, u)
    np.testing.assert_allclose(flow[1:], slopes, rtol=1e-6, atol=1e-9)


def test_error_flow_is_linear_in_the_error():
    x, error = run(W, inputs()), rng().standard_normal((4, 3))
    doubled = error_flow(W, x, -2 * error)
    np.testing.assert_allclose(doubled, -2 * error_flow(W, x, error), rtol=1e-14)


def test_error_flow_at_rest_is_the_linear_recurrence():
    flow = error_flow(W, np.zeros((9, 1, 3)), np.ones((1, 3)))
    expected = [np.linalg.matrix_power(W.T, k) @ np.ones(3) for k in range(8, -1, -1)]
    np.testing.assert_allclose(flow[:, 0], expected, rtol=1e-12)


def test_flow_by_lag_counts_back_from_the_end():
    flow = np.zeros((3, 2, 2))
    flow[2], flow[1], flow[0, 0, 0] = 1.0, [[3, 0], [0, 4]], -7
    np.testing.assert_allclose(flow_by_lag(flow), [2, 5, 7], rtol=1e-15)


# --- BitMemory ---------------------------------------------------------------------------


def test_gradients_agree_with_central_differences():
    net, u, bits = memory(), inputs(), np.array([1.0, -1.0, 1.0, 1.0])
    u[0] += bits[:, None] * net.entry
    noise = u - np.concatenate([bits[None, :, None] * net.entry, np.zeros((5, 4, 3))])

    def loss():
        moved = noise.copy()
        moved[0] += bits[:, None] * net.entry
        return np.mean((net.outputs(run(net.recurrent, moved)) - bits) ** 2) / 2

    value, gradients, flow = recall_gradients(net, u, bits)
    assert value == pytest.approx(loss(), rel=1e-13)
    assert flow.shape == (7, 4, 3)
    for exact, values in zip(gradients, net, strict=True):
        np.testing.assert_allclose(exact, central_difference(loss, values), rtol=1e-6, atol=1e-9)


def test_the_bit_enters_at_the_first_step_alone():
    net, bits = memory(), np.array([1.0, -1.0])
    given = net.inputs(bits, 5, noise=0.3, rng=rng())
    noise = 0.3 * rng().standard_normal((5, 2, 3))
    np.testing.assert_allclose(given[0] - noise[0], bits[:, None] * net.entry, atol=1e-15)
    np.testing.assert_array_equal(given[1:], noise[1:])


def test_recall_rate_is_the_share_of_right_signs():
    net = BitMemory(np.zeros((1, 1)), np.ones(1), np.ones(1))
    last = np.array([[[0.5], [-0.2], [0.1], [0.4]]])
    assert net.recall_rate(last, np.array([1, -1, -1, 1])) == 0.75


def test_training_learns_a_short_memory():
    net = train_bit_memory(3, rng=rng(), units=5, updates=300, sequences=20)
    bits = np.repeat([-1.0, 1.0], 200)
    fresh = net.inputs(bits, 3, noise=0.1, rng=rng())
    assert net.recall_rate(fresh, bits) > 0.99


def test_training_repeats_with_the_seed():
    first, second = (train_bit_memory(4, rng=rng(), units=3, updates=5) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert [a.shape for a in first] == [(3, 3), (3,), (3,)]


def test_one_update_is_one_step_against_the_gradient():
    source = rng()
    start = [source.standard_normal(shape) / np.sqrt(4) for shape in ((4, 4), 4, 4)]
    net = BitMemory(0.8 * start[0], *start[1:])
    bits = source.choice([-1.0, 1.0], size=40)
    u = net.inputs(bits, 6, noise=0.1, rng=source)
    _, gradients, _ = recall_gradients(net, u, bits)
    trained = train_bit_memory(6, rng=rng(), units=4, updates=1, rate=0.2)
    for new, old, slope in zip(trained, net, gradients, strict=True):
        np.testing.assert_allclose(new, old - 0.2 * slope, rtol=1e-12)


# --- bad input ---------------------------------------------------------------------------


@pytest.mark.parametrize("matrix", [W[:2], np.ones(3), np.full((3, 3), np.nan)])
def test_a_bad_matrix_is_named(matrix):
    with pytest.raises(ValueError, match="W must be"):
        run(matrix, inputs())
    with pytest.raises(ValueError, match="W must be"):
        error_flow(matrix, np.zeros((2, 1, 3)), np.zeros((1, 3)))


def test_complex_numbers_are_refused():
    with pytest.raises(TypeError, match="W must be real"):
        run(1j * W, inputs())
    with pytest.raises(TypeError, match="inputs must be real"):
        run(W, 1j * inputs())


def test_shapes_that_do_not_match_are_named():
    for bad in (inputs()[0], inputs(n=2), np.ones((2, 2, 2, 3))):
        with pytest.raises(ValueError, match=r"inputs must have shape \(steps, sequences, 3\)"):
            run(W, bad)
    for bad in (np.zeros((2, 3)), np.zeros((2, 1, 2)), np.zeros((0, 1, 3))):
        with pytest.raises(ValueError, match="states must have shape"):
            error_flow(W, bad, np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"error must have shape \(1, 3\)"):
        error_flow(W, np.zeros((2, 1, 3)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="flow must have shape"):
        flow_by_lag(np.zeros((2, 3)))


@pytest.mark.parametrize("name", ["steps", "units", "updates", "sequences"])
def test_training_sizes_are_integers_from_one(name):
    for bad, error in ((0, ValueError), (3.0, TypeError), (True, TypeError), ("3", TypeError)):
        with pytest.raises(error, match=f"{name} must be an integer"):
            train_bit_memory(**({"steps": 2, "rng": rng()} | {name: bad}))


@pytest.mark.parametrize("name", ["rate", "noise"])
def test_training_numbers_are_above_zero(name):
    for bad in (0, -1.0, np.nan):
        with pytest.raises(ValueError, match=f"{name} must be"):
            train_bit_memory(2, rng=rng(), updates=1, **{name: bad})


def test_training_wants_a_generator_and_a_sane_rate():
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        train_bit_memory(2, rng=SEED)
    with pytest.raises(ValueError, match="rate must be smaller"):
        train_bit_memory(5, rng=rng(), rate=1e5, updates=50)
