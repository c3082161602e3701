"""Laws of `longterm.rnn`: a tanh network and the gradients that flow back through it."""

import numpy as np
import pytest
from shared import rng, shape_refused

from longterm import _check
from longterm.rnn import (
    check_gradients,
    error_flow,
    flow_by_lag,
    gradient_by_lag,
    jacobian_bounds,
    jacobian_products,
    run,
)

W = np.array([[0.7, -0.9, 0.2], [0.4, 0.5, -0.6], [-0.3, 0.8, 0.9]])


def inputs(steps=6, sequences=4, n=3):
    return rng().standard_normal((steps, sequences, n))


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
    assert gradient_by_lag(np.zeros((1, 2, 3)), np.ones((1, 2, 3))).shape == (0, 3, 3)


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


def test_error_flow_at_rest_is_the_linear_recurrence():
    flow = error_flow(W, np.zeros((9, 1, 3)), np.ones((1, 3)))
    expected = [np.linalg.matrix_power(W.T, k) @ np.ones(3) for k in range(8, -1, -1)]
    np.testing.assert_allclose(flow[:, 0], expected, rtol=1e-12)


def test_flow_by_lag_counts_back_from_the_end():
    flow = np.zeros((3, 2, 2))
    flow[2], flow[1], flow[0, 0, 0] = 1.0, [[3, 0], [0, 4]], -7
    np.testing.assert_allclose(flow_by_lag(flow), [2, 5, 7], rtol=1e-15)


# --- many networks -----------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2])
def test_states_and_flow_of_many_networks_are_those_of_each(n):
    W, u = 0.6 + rng().standard_normal((3, n, n)), rng().standard_normal((5, 3, 4, n))
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


# --- bad input ---------------------------------------------------------------------------

X, ERROR, MANY = np.zeros((2, 1, 3)), np.zeros((1, 3)), np.stack([W, W])
SHAPES = [
    *((lambda u=u: run(W, u), "inputs", "(steps, sequences, 3)") for u in (X[0], X[..., :2])),
    (lambda: run(MANY, X), "inputs", "(steps, 2, sequences, 3)"),
    *((lambda x=x: error_flow(W, x, ERROR), "states", "") for x in (X[0], X[..., :2], X[:0])),
    (lambda: error_flow(W, X, np.zeros((2, 3))), "error", "(1, 3)"),
    (lambda: error_flow(MANY, X, ERROR), "states", "(steps + 1, 2, sequences, 3)"),
    (lambda: flow_by_lag(X[0]), "flow", ""),
    (lambda: gradient_by_lag(X[0], X[0]), "states", "(steps + 1, ..., sequences, n)"),
    (lambda: gradient_by_lag(X, X[0]), "flow", ""),
    *(
        (lambda call=call, x=x: call(W, x), "states", "(steps + 1, 3)")
        for call in (jacobian_products, jacobian_bounds)
        for x in (X, np.zeros((2, 2)), np.zeros((0, 3)), np.zeros(3))
    ),
]


@pytest.mark.parametrize(("call", "name", "form"), SHAPES)
def test_shapes_that_do_not_match_are_named(call, name, form):
    found, wanted = shape_refused(call)
    assert found == name
    assert wanted == form or not form


def test_a_matrix_that_is_not_square_is_named():
    for bad in (W[:2], np.ones(3), np.ones((2, 3, 4))):
        for call in (lambda bad=bad: run(bad, X), lambda bad=bad: error_flow(bad, X, ERROR)):
            with pytest.raises(ValueError, match="W must be"):
                call()
    for call in (jacobian_products, jacobian_bounds):
        with pytest.raises(ValueError, match="W must be one square matrix"):
            call(MANY, X[:, 0])


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"parameters": [1j * np.ones(3)]}, TypeError, "^parameters must be real numbers"),
        ({"gradients": [1j * np.ones(3)]}, TypeError, "^gradients must be real numbers"),
        ({"gradients": [np.ones(2)]}, ValueError, "gradients must have the shapes"),
        ({"loss": lambda a: a}, ValueError, "loss must be one number"),
        ({"step": 1.5}, ValueError, "^step must be"),
    ],
)
def test_check_gradients_refuses_what_it_cannot_compare(change, error, text):
    good = {"loss": np.sum, "parameters": [np.ones(3)], "gradients": [np.ones(3)], "step": 1}
    assert check_gradients(**good) < 1e-9
    with pytest.raises(error, match=text):
        check_gradients(**(good | change))


def test_terms_that_overflow_are_refused_by_name():
    huge = np.full((3, 4, 2), 1.7e308)
    with pytest.raises(ValueError, match=r"^states and flow lead out"):
        gradient_by_lag(huge, huge)


def test_error_flow_is_linear_in_the_error():
    x, error = run(W, inputs()), rng().standard_normal((4, 3))
    doubled = error_flow(W, x, -2 * error)
    np.testing.assert_allclose(doubled, -2 * error_flow(W, x, error), rtol=1e-14)


def test_products_carry_the_error_flow():
    x, error = run(W, inputs()), rng().standard_normal((4, 3))
    flow = error_flow(W, x, error)[::-1]
    for s in range(4):
        products = jacobian_products(W, x[:, s])
        np.testing.assert_allclose(error[s] @ products, flow[:, s], rtol=1e-12, atol=1e-15)
