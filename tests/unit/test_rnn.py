"""Laws of `longterm.rnn`: a tanh network and the gradients that flow back through it."""

import re

import numpy as np
import pytest

from longterm import _check
from longterm.rnn import (
    BitMemory,
    Network,
    backward,
    check_gradients,
    error_flow,
    flow_by_lag,
    forward,
    gradient_by_lag,
    jacobian_bounds,
    jacobian_products,
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
    error = rng().standard_normal((2, 3))
    np.testing.assert_array_equal(error_flow(W, np.zeros((1, 2, 3)), error), [error])
    np.testing.assert_array_equal(jacobian_products(W, np.zeros((1, 3))), [np.eye(3)])


@pytest.mark.parametrize("count", [3, 64])
def test_without_steps_networks_answer_with_their_offsets(count):
    net, none = networks(count), sequences(steps=0, count=count)
    signals, answers = forward(net, none)
    assert (signals.shape, signals.any()) == ((1, count, 4, 2), False)
    np.testing.assert_array_equal(answers, np.broadcast_to(net.offset[:, None], answers.shape))
    gradients, flow = backward(net, none, signals, answers)
    assert not any(g.any() for g in gradients[:4])
    np.testing.assert_array_equal(flow[0], answers @ net.readout)


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
    loss = lambda u: np.sum((run(W, u)[-1] - aim) ** 2) / 2  # noqa: E731
    assert check_gradients(loss, [u], [flow[1:]]) < 1e-9


def test_error_flow_is_linear_in_the_error():
    x, error = run(W, inputs()), rng().standard_normal((4, 3))
    doubled = error_flow(W, x, -2 * error)
    np.testing.assert_allclose(doubled, -2 * error_flow(W, x, error), rtol=1e-14)


def test_error_flow_at_rest_is_the_linear_recurrence():
    flow = error_flow(W, np.zeros((9, 1, 3)), np.ones((1, 3)))
    expected = [np.linalg.matrix_power(W.T, k) @ np.ones(3) for k in range(8, -1, -1)]
    np.testing.assert_allclose(flow[:, 0], expected, rtol=1e-12)


def test_matrices_may_be_given_as_lists():
    inputs = np.full((3, 2, 1), 0.4)
    states = run([[1.5]], inputs)
    flow = error_flow([[1.5]], states, np.ones((2, 1)))
    np.testing.assert_array_equal(states, run(np.array([[1.5]]), inputs))
    np.testing.assert_array_equal(flow, error_flow(np.array([[1.5]]), states, np.ones((2, 1))))


def test_flow_by_lag_counts_back_from_the_end():
    flow = np.zeros((3, 2, 2))
    flow[2], flow[1], flow[0, 0, 0] = 1.0, [[3, 0], [0, 4]], -7
    np.testing.assert_allclose(flow_by_lag(flow), [2, 5, 7], rtol=1e-15)


# --- many networks -----------------------------------------------------------------------


def networks(count=3, n=2, channels=3, outputs=2):
    source = rng()
    return Network(
        *(
            source.standard_normal((count, *shape))
            for shape in ((n, n), (n, channels), (n,), (outputs, n), (outputs,))
        )
    )


def sequences(steps=5, count=3, size=4, channels=3):
    return rng().standard_normal((steps, count, size, channels))


def as_written(net, inputs, misses):
    """The recurrence and its chain rule, term by term: what the fast code is to equal."""
    signals = np.zeros((len(inputs) + 1, *inputs.shape[1:3], net.recurrent.shape[2]))
    for t, s in enumerate(inputs):
        states = np.einsum("kij,ksj->ksi", net.recurrent, signals[t])
        states += np.einsum("kij,ksj->ksi", net.entry, s) + net.bias[:, None]
        signals[t + 1] = np.tanh(states)
    slopes, flow = 1 - signals**2, np.empty_like(signals)
    flow[-1] = slopes[-1] * np.einsum("koi,kso->ksi", net.readout, misses)
    for t in range(len(inputs), 0, -1):
        flow[t - 1] = slopes[t - 1] * np.einsum("kij,ksi->ksj", net.recurrent, flow[t])
    pairs = ((flow[1:], signals[:-1]), (flow[1:], inputs))
    gradients = [np.einsum("tksi,tksj->kij", *pair) for pair in pairs]
    gradients += [flow[1:].sum(axis=(0, 2)), np.einsum("kso,ksi->koi", misses, signals[-1])]
    return signals, [*gradients, misses.sum(axis=1)], flow


SHAPES = [(1, 1, 1, 1), (1, 7, 3, 9), (64, 1, 1, 2), (63, 2, 4, 5), (64, 2, 4, 5), (70, 5, 20, 3)]


@pytest.mark.parametrize(("count", "n", "size", "steps"), SHAPES)
@pytest.mark.parametrize("channels", [1, 3])
def test_fast_steps_are_the_steps_as_written(count, n, size, steps, channels):
    net, s = networks(count, n, channels), sequences(steps, count, size, channels)
    misses = rng().standard_normal((count, size, 2))
    signals, answers = forward(net, s)
    gradients, flow = backward(net, s, signals, misses)
    expected = as_written(net, s, misses)
    for found, right in zip(
        (signals, *gradients, flow), (expected[0], *expected[1], expected[2]), strict=True
    ):
        np.testing.assert_allclose(found, right, rtol=1e-11, atol=1e-12)
    last = np.einsum("koi,ksi->kso", net.readout, expected[0][-1]) + net.offset[:, None]
    np.testing.assert_allclose(answers, last, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("count", [3, 64])
def test_saturated_units_signal_exactly_one_and_pass_nothing_back(count):
    net, s = networks(count), 1e5 * sequences(count=count)
    signals, answers = forward(net, s)
    states = s @ net.entry.swapaxes(1, 2) + net.bias[:, None]
    np.testing.assert_array_equal(signals[1:], np.sign(states))
    assert not backward(net, s, signals, np.ones_like(answers))[1][1:].any()


@pytest.mark.parametrize("n", [1, 2])
def test_networks_and_sequences_do_not_see_each_other(n):
    net, s = networks(n=n), sequences()
    signals, answers = forward(net, s)
    for k in range(3):
        drive = s[:, k] @ net.entry[k].T + net.bias[k]
        alone = np.tanh(run(net.recurrent[k], drive))
        np.testing.assert_allclose(signals[:, k], alone, rtol=1e-13, atol=1e-15)
        expected = alone[-1] @ net.readout[k].T + net.offset[k]
        np.testing.assert_allclose(answers[k], expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("n", [1, 2])
def test_states_and_flow_of_many_networks_are_those_of_each(n):
    W, u = networks(n=n).recurrent, rng().standard_normal((5, 3, 4, n))
    x, error = run(W, u), rng().standard_normal((3, 4, n))
    flow = error_flow(W, x, error)
    sizes, terms = flow_by_lag(flow), gradient_by_lag(x, flow)
    for k in range(3):
        np.testing.assert_allclose(x[:, k], run(W[k], u[:, k]), rtol=1e-13, atol=1e-15)
        alone = error_flow(W[k], x[:, k], error[k])
        np.testing.assert_allclose(flow[:, k], alone, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(sizes[:, k], flow_by_lag(alone), rtol=1e-12)
        np.testing.assert_allclose(
            terms[:, k], gradient_by_lag(x[:, k], alone), rtol=1e-12, atol=1e-15
        )


@pytest.mark.parametrize(
    ("steps", "count", "n", "size", "outputs"),
    [(5, 3, 2, 4, 2), (1, 1, 1, 1, 1), (7, 2, 1, 3, 1), (2, 1, 4, 1, 3)],
)
def test_gradients_of_all_parameters_agree_with_finite_differences(steps, count, n, size, outputs):
    net, s = networks(count, n, 3, outputs), sequences(steps, count, size)
    aim = rng().standard_normal((count, size, outputs))

    def loss(*parameters):
        return np.sum((forward(Network(*parameters), s)[1] - aim) ** 2) / 2

    signals, answers = forward(net, s)
    gradients, flow = backward(net, s, signals, answers - aim)
    assert check_gradients(loss, net, gradients) < 1e-6
    assert flow.shape == (steps + 1, count, size, n)


def test_terms_by_lag_sum_to_the_whole_gradient():
    net, s = networks(n=4), sequences(steps=40)
    signals, answers = forward(net, s)
    whole, flow = backward(net, s, signals, answers)
    terms = gradient_by_lag(np.arctanh(np.clip(signals, -1 + 1e-16, 1 - 1e-16)), flow)
    assert terms.shape == (40, 3, 4, 4)
    sizes = np.linalg.norm(terms, axis=(2, 3)).sum(axis=0)
    off = np.linalg.norm(terms.sum(axis=0) - whole.recurrent, axis=(1, 2))
    assert np.all(off <= 1e-12 * sizes)


def test_term_of_a_lag_is_the_gradient_of_that_use_of_w_alone():
    u, aim = inputs(), rng().standard_normal((4, 3))
    x = run(W, u)
    terms = gradient_by_lag(x, error_flow(W, x, x[-1] - aim))
    for k in range(6):

        def loss(matrix, k=k):
            state = np.zeros((4, 3))
            for t in range(1, 7):
                used = matrix if t == 6 - k else W
                state = np.tanh(state) @ used.T + u[t - 1]
            return np.sum((state - aim) ** 2) / 2

        assert check_gradients(loss, [W.copy()], [terms[k]]) < 1e-9


def test_no_steps_have_no_terms():
    assert gradient_by_lag(np.zeros((1, 2, 3)), np.ones((1, 2, 3))).shape == (0, 3, 3)


# --- products of Jacobians ---------------------------------------------------------------


def test_product_of_jacobians_is_the_slope_of_the_last_state():
    x = run(W, inputs())[:, 0]
    products = jacobian_products(W, x)
    np.testing.assert_array_equal(products[0], np.eye(3))
    for k in range(7):

        def last(start, k=k):
            for t in range(7 - k, 7):
                start = W @ np.tanh(start) + inputs()[t - 1, 0]
            return start

        for i in range(3):
            loss = lambda start, i=i, last=last: last(start)[i]  # noqa: E731
            assert check_gradients(loss, [x[6 - k]], [products[k, i]]) < 1e-9


def test_products_carry_the_error_flow():
    x, error = run(W, inputs()), rng().standard_normal((4, 3))
    flow = error_flow(W, x, error)[::-1]
    for s in range(4):
        products = jacobian_products(W, x[:, s])
        np.testing.assert_allclose(error[s] @ products, flow[:, s], rtol=1e-12, atol=1e-15)


def test_products_at_rest_are_powers():
    powers = [np.linalg.matrix_power(W, k) for k in range(9)]
    np.testing.assert_allclose(jacobian_products(W, np.zeros((9, 3))), powers, rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_bounds_hold_and_are_reached_by_multiples_of_orthogonal_matrices(n):
    source = rng()
    matrix, x = source.standard_normal((n, n)), source.standard_normal((8, n))
    lower, upper = jacobian_bounds(matrix, x)
    sizes = np.linalg.svd(jacobian_products(matrix, x), compute_uv=False)
    assert np.all(lower <= sizes[:, -1] * (1 + 1e-9))
    assert np.all(upper >= sizes[:, 0] * (1 - 1e-9))
    assert lower[1] > 0
    Q = np.linalg.qr(matrix)[0]
    for bound in jacobian_bounds(0.7 * Q, np.zeros((8, n))):
        np.testing.assert_allclose(bound, 0.7 ** np.arange(8), rtol=1e-12)


def test_products_of_too_many_numbers_are_refused_by_name(monkeypatch):
    monkeypatch.setattr(_check, "MOST_NUMBERS", 17)
    with pytest.raises(ValueError, match=r"^states and W would make 18 numbers"):
        jacobian_products(W, np.zeros((2, 3)))


def test_both_bounds_of_one_unit_are_the_size_of_its_product():
    x = rng().standard_normal((8, 1))
    for bound in jacobian_bounds([[-1.3]], x):
        np.testing.assert_allclose(bound, abs(jacobian_products([[-1.3]], x)[:, 0, 0]), rtol=1e-12)


def test_products_that_overflow_are_refused():
    for function in (jacobian_products, jacobian_bounds):
        with pytest.raises(ValueError, match=r"W makes a .* that leaves the range of floats"):
            function(1e200 * np.eye(2), np.zeros((3, 2)))


# --- check_gradients ---------------------------------------------------------------------


def test_a_wrong_gradient_is_seen():
    p = [np.array([0.3, -1.2]), np.array(0.7)]
    loss = lambda a, b: np.sum(np.sin(a)) * b  # noqa: E731
    right = [np.cos(p[0]) * p[1], np.sum(np.sin(p[0]))]
    assert check_gradients(loss, p, right) < 1e-10
    assert check_gradients(loss, p, [right[0], 1.01 * right[1]]) == pytest.approx(0.01, rel=0.02)
    assert check_gradients(loss, p, [right[0][::-1], right[1]]) > 0.1
    assert check_gradients(loss, p, [0 * right[0], right[1]]) == pytest.approx(1)
    np.testing.assert_array_equal(p[0], [0.3, -1.2])


def test_a_loss_that_does_not_change_has_no_gradient():
    assert check_gradients(lambda a: 1.0, [np.ones(3)], [np.zeros(3)]) == 0
    assert check_gradients(lambda a: 1.0, [np.ones(3)], [np.ones(3)]) == 1


def test_check_gradients_refuses_what_it_cannot_compare():
    with pytest.raises(ValueError, match="gradients must have the shapes"):
        check_gradients(np.sum, [np.ones(3)], [np.ones(2)])
    with pytest.raises(ValueError, match="loss must be one number"):
        check_gradients(lambda a: a, [np.ones(3)], [np.ones(3)])
    with pytest.raises(ValueError, match="step must be above 0"):
        check_gradients(np.sum, [np.ones(3)], [np.ones(3)], step=0)


# --- BitMemory ---------------------------------------------------------------------------


def test_recall_gradients_agree_with_finite_differences():
    net, noise, bits = memory(), inputs(), np.array([1.0, -1.0, 1.0, 1.0])

    def given(entry):
        u = noise.copy()
        u[0] += bits[:, None] * entry
        return u

    def loss(recurrent, entry, readout):
        states = run(recurrent, given(entry))
        return np.mean((np.tanh(states[-1]) @ readout - bits) ** 2) / 2

    value, gradients, flow = recall_gradients(net, given(net.entry), bits)
    assert value == pytest.approx(loss(*net), rel=1e-13)
    assert flow.shape == (7, 4, 3)
    assert check_gradients(loss, net, gradients) < 1e-9


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


def test_ten_units_and_a_thousand_updates_of_a_tenth_are_the_defaults():
    given = {"units": 10, "updates": 1000, "rate": 0.1, "noise": 0.1, "sequences": 40}
    for a, b in zip(
        train_bit_memory(1, rng=rng()), train_bit_memory(1, rng=rng(), **given), strict=True
    ):
        np.testing.assert_array_equal(a, b)


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


@pytest.mark.parametrize("matrix", [W[:2], np.ones(3), np.ones((2, 3, 4)), np.full((3, 3), np.nan)])
def test_a_bad_matrix_is_named(matrix):
    with pytest.raises(ValueError, match="W must be"):
        run(matrix, inputs())
    with pytest.raises(ValueError, match="W must be"):
        error_flow(matrix, np.zeros((2, 1, 3)), np.zeros((1, 3)))


def test_complex_numbers_are_refused_by_name():
    x, flow, error, ones = np.zeros((2, 1, 3)), np.zeros((2, 1, 3)), np.zeros((1, 3)), np.ones(2)
    cases = [
        ("W", lambda: run(1j * W, inputs())),
        ("inputs", lambda: run(W, 1j * inputs())),
        ("states", lambda: error_flow(W, 1j * x, error)),
        ("error", lambda: error_flow(W, x, 1j * error)),
        ("flow", lambda: flow_by_lag(1j * flow)),
        ("states", lambda: gradient_by_lag(1j * x, flow)),
        ("flow", lambda: gradient_by_lag(x, 1j * flow)),
        ("states", lambda: jacobian_products(W, 1j * x[:, 0])),
        ("states", lambda: jacobian_bounds(W, 1j * x[:, 0])),
        ("parameters", lambda: check_gradients(np.sum, [1j * ones], [ones])),
        ("gradients", lambda: check_gradients(np.sum, [ones], [1j * ones])),
    ]
    for name, call in cases:
        with pytest.raises(TypeError, match=f"^{name} must be real numbers"):
            call()


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
    with pytest.raises(
        ValueError, match=r"states must have shape \(steps \+ 1, \.\.\., sequences, n\), got"
    ):
        gradient_by_lag(np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="flow must have shape"):
        gradient_by_lag(np.zeros((2, 1, 3)), np.zeros((2, 3)))
    for function in (jacobian_products, jacobian_bounds):
        for shape in ((2, 1, 3), (2, 3, 3), (2, 2), (0, 3), (3,)):
            with pytest.raises(ValueError, match=r"states must have shape \(steps \+ 1, 3\)"):
                function(W, np.zeros(shape))
        with pytest.raises(ValueError, match="W must be one square matrix"):
            function(np.stack([W, W]), np.zeros((2, 3)))


def test_shapes_of_many_networks_that_do_not_match_are_named():
    net, s = networks(n=4), sequences()
    signals, answers = forward(net, s)
    for bad in (s[0], s[:, :2], s[..., :2]):
        with pytest.raises(ValueError, match=r"inputs must have shape \(steps, 3, sequences, 3\)"):
            forward(net, bad)
    with pytest.raises(ValueError, match="signals must have shape"):
        backward(net, s, signals[1:], answers)
    with pytest.raises(ValueError, match=r"misses must have shape \(3, 4, 2\), got"):
        backward(net, s, signals, answers[:, :2])
    with pytest.raises(ValueError, match=r"inputs must have shape \(steps, 3, sequences, 4\)"):
        run(net.recurrent, s)
    with pytest.raises(ValueError, match=r"states must have shape \(steps \+ 1, 3, sequences, 4\)"):
        error_flow(net.recurrent, signals[:, :2], answers)


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


def test_parts_of_many_networks_are_named_with_the_shape_that_they_need():
    net, s = networks(n=4), sequences()
    rest = {
        "entry": (3, 4, "channels"),
        "bias": (3, 4),
        "readout": (3, "outputs", 4),
        "offset": (3, net.offset.shape[1]),
    }
    shapes = {"recurrent": ("networks", "units", "units"), **rest}
    for name, part in net._asdict().items():
        form = re.escape(str(shapes[name]).replace("'", ""))
        with pytest.raises(ValueError, match=f"^net.{name} must have shape {form}, got"):
            forward(net._replace(**{name: part[..., None]}), s)
    for name, part in list(net._asdict().items())[1:]:
        with pytest.raises(ValueError, match=f"^net.{name} must have shape"):
            forward(net._replace(**{name: part[1:]}), s)
        with pytest.raises(ValueError, match=r"^net.\w+ must have shape"):
            forward(net._replace(**{name: np.delete(part, 0, axis=1)}), s)
    with pytest.raises(ValueError, match=r"^net.readout must have shape"):
        forward(net._replace(readout=net.readout[..., 1:]), s)


def test_terms_that_overflow_are_refused_by_name():
    huge = np.full((3, 4, 2), 1.7e308)
    with pytest.raises(ValueError, match=r"^states and flow lead out"):
        gradient_by_lag(huge, huge)


def test_steps_of_gradient_checks_reach_to_one():
    assert check_gradients(lambda w: 3 * w.sum(), [np.ones(2)], [np.full(2, 3.0)], step=1) < 1e-9
    with pytest.raises(ValueError, match=r"^step must be"):
        check_gradients(lambda w: w.sum(), [np.ones(2)], [np.ones(2)], step=1.5)


def test_limits_of_a_bit_memory_are_told_and_accepted(monkeypatch):
    net = memory()
    units, one = len(net.entry), np.ones(1)
    still = net.inputs(one, 3, noise=0.0, rng=rng())
    assert not still[1:].any()
    assert net.recall_rate(still, one) in (0, 1)
    with pytest.raises(ValueError, match=r"^bits must have shape \(sequences\), got \(1, 1\)"):
        net.inputs(one[None], 3, noise=0.1, rng=rng())
    with pytest.raises(ValueError, match=r"^net.recurrent must have shape \(units, units\), got"):
        net._replace(recurrent=net.recurrent[0]).outputs(still)
    with pytest.raises(ValueError, match=r"^net.recurrent must have shape \(units, units\), got"):
        net._replace(recurrent=net.recurrent[:, 1:]).outputs(still)
    monkeypatch.setattr(_check, "MOST_NUMBERS", 5 * 2 * units)
    net.inputs(np.ones(2), 5, noise=0.1, rng=rng())
    with pytest.raises(ValueError, match=f"^steps and bits would make {12 * units} numbers"):
        net.inputs(np.ones(2), 6, noise=0.1, rng=rng())


def test_trainings_of_too_many_numbers_are_refused_and_no_smaller_ones(monkeypatch):
    how = {"units": 3, "updates": 1, "sequences": 4}
    monkeypatch.setattr(_check, "MOST_NUMBERS", 5 * 4 * 3 + 9)
    train_bit_memory(5, rng=rng(), **how)
    monkeypatch.setattr(_check, "MOST_NUMBERS", 5 * 4 * 3 + 8)
    with pytest.raises(ValueError, match=r"^steps, sequences and units would make 69 numbers"):
        train_bit_memory(5, rng=rng(), **how)
