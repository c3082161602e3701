"""Laws of `longterm.feedforward`: deep networks, many at a time."""

import numpy as np
import pytest
from shared import rng, shape_refused

from longterm import _check
from longterm.feedforward import (
    DeepNetwork,
    accuracy,
    backward,
    classification_error,
    forward,
    gradients,
    loss,
    random_networks,
    train,
)
from longterm.rnn import check_gradients

ACTIVATIONS = ("linear", "tanh", "relu")
GAINS = np.array([0.7, 1.4])
LABELS = np.array([0, 2, 1, 1, 0])
each_activation = pytest.mark.parametrize("activation", ACTIVATIONS)


def network(width=5, depth=3, trials=2):
    return random_networks(width, depth, trials, rng=rng(), inputs=4, classes=3)


def samples():
    return rng().standard_normal((5, 4))


def alone(net, k):
    return DeepNetwork(net.entry[[k]], net.hidden[:, [k]], net.readout[[k]])


def layer_by_layer(net, k, gain, activation, x):
    """States of network k for one sample, by the definition."""
    f = {"linear": lambda a: a, "tanh": np.tanh, "relu": lambda a: np.where(a > 0, a, 0.0)}
    states = [net.entry[k] @ x]
    for W in net.hidden[:, k]:
        states.append(f[activation](gain * W @ states[-1]))
    return states


# --- random_networks ---------------------------------------------------------------------


def test_weights_have_the_variance_of_their_inputs():
    net = random_networks(60, 4, 3, rng=rng(), inputs=30, classes=20)
    shapes = {"entry": (3, 60, 30), "hidden": (4, 3, 60, 60), "readout": (3, 20, 60)}
    for (name, shape), fan_in in zip(shapes.items(), (30, 60, 60), strict=True):
        weights = getattr(net, name)
        assert weights.shape == shape
        error = 4.5 * np.sqrt(2 / weights.size)
        assert fan_in * weights.var() == pytest.approx(1, abs=error)
        assert np.sqrt(fan_in) * weights.mean() == pytest.approx(0, abs=4.5 / weights.size**0.5)


# --- forward and backward ----------------------------------------------------------------


@each_activation
def test_states_follow_the_definition_layer_by_layer(activation):
    net, x = network(), samples()
    states = forward(net, x, GAINS, activation)
    assert states.shape == (4, 2, 5, 5)
    for k, gain in enumerate(GAINS):
        for s in range(5):
            expected = layer_by_layer(net, k, gain, activation, x[s])
            np.testing.assert_allclose(states[:, k, s], expected, rtol=1e-12, atol=1e-14)


@each_activation
def test_networks_side_by_side_equal_each_alone(activation):
    net, x = network(), samples()
    together = forward(net, x, GAINS, activation)
    steps = gradients(net, x, LABELS, GAINS, activation)
    for k, gain in enumerate(GAINS):
        one = alone(net, k)
        expected = forward(one, x, gain, activation)
        np.testing.assert_allclose(together[:, [k]], expected, rtol=1e-12, atol=1e-14)
        expected = gradients(one, x, LABELS, gain, activation)
        for a, b in zip(alone(steps, k), expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@each_activation
def test_backward_is_the_product_of_the_jacobians(activation):
    net = network()
    states = forward(net, samples(), GAINS, activation)
    error = rng().standard_normal(states.shape[1:])
    flow = backward(net, states, error, GAINS, activation)
    slope = {"linear": np.ones_like, "tanh": lambda h: 1 - h**2, "relu": np.sign}[activation]
    for k, gain in enumerate(GAINS):
        expected = error[k, 0]
        for d in range(3, 0, -1):
            np.testing.assert_allclose(flow[d, k, 0], expected, rtol=1e-12, atol=1e-14)
            jacobian = np.diag(slope(states[d, k, 0])) @ (gain * net.hidden[d - 1, k])
            expected = jacobian.T @ expected
        np.testing.assert_allclose(flow[0, k, 0], expected, rtol=1e-12, atol=1e-14)


def test_relu_has_no_slope_where_it_is_silent():
    net = DeepNetwork(np.ones((1, 1, 1)), -np.ones((1, 1, 1, 1)), np.ones((1, 1, 1)))
    states = forward(net, [[2.0]], 1.0, "relu")
    assert states.ravel().tolist() == [2, 0]
    assert backward(net, states, np.ones((1, 1, 1)), 1.0, "relu").ravel().tolist() == [0, 1]


# --- loss and gradients ------------------------------------------------------------------


@each_activation
def test_gradients_agree_with_central_differences(activation):
    net, x = network(depth=2), samples()
    exact = gradients(net, x, LABELS, GAINS, activation)
    whole = lambda *p: loss(DeepNetwork(*p), x, LABELS, GAINS, activation).sum()  # noqa: E731
    assert check_gradients(whole, net, exact, step=1e-4) < 1e-6


def test_loss_is_the_mean_surprise_of_the_labels():
    net, x = network(), samples()
    last = forward(net, x, GAINS, "tanh")[-1]
    for k in range(2):
        scores = last[k] @ net.readout[k].T
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        expected = -np.mean([np.log(shares[s, label]) for s, label in enumerate(LABELS)])
        assert loss(net, x, LABELS, GAINS, "tanh")[k] == pytest.approx(expected, rel=1e-12)


def test_misses_are_shares_less_the_label():
    net = network()
    last = forward(net, samples(), GAINS, "tanh")[-1]
    misses, error = classification_error(net, last, LABELS)
    np.testing.assert_allclose(misses.sum(axis=2), 0, atol=1e-16)
    assert (misses[:, np.arange(5), LABELS] < 0).all()
    np.testing.assert_allclose(error[1, 3], net.readout[1].T @ misses[1, 3], rtol=1e-13)


def test_shares_of_huge_scores_do_not_overflow():
    net = DeepNetwork(np.ones((1, 1, 1)), np.ones((1, 1, 1, 1)), np.array([[[1e4], [-1e4]]]))
    misses, _ = classification_error(net, np.ones((1, 1, 1)), np.array([1]))
    np.testing.assert_array_equal(misses, [[[1, -1]]])
    assert loss(net, [[1.0]], np.array([1]), 1.0, "linear") == 2e4


# --- train and accuracy ------------------------------------------------------------------


def test_one_update_is_one_step_against_the_gradient():
    net, x = network(), samples()
    chosen = rng().integers(5, size=64)
    step = gradients(net, x[chosen], LABELS[chosen], GAINS, "tanh")
    trained = train(net, x, LABELS, GAINS, "tanh", updates=1, rate=0.3, rng=rng())
    for new, old, slope in zip(trained, net, step, strict=True):
        np.testing.assert_allclose(new, old - 0.3 * slope, rtol=1e-12)


def test_training_learns_five_samples_and_leaves_the_start_alone():
    net, x = network(), samples()
    before = [part.copy() for part in net]
    trained = train(net, x, LABELS, GAINS, "tanh", updates=400, rate=0.3, rng=rng(), samples=5)
    np.testing.assert_array_equal(accuracy(trained, x, LABELS, GAINS, "tanh"), [1, 1])
    assert (loss(trained, x, LABELS, GAINS, "tanh") < 0.1).all()
    for old, kept in zip(net, before, strict=True):
        np.testing.assert_array_equal(old, kept)


def test_a_network_that_explodes_keeps_its_last_weights_and_harms_no_other():
    net, x = network(depth=20), samples()
    options = {"updates": 30, "rate": 0.05, "samples": 5}
    both = train(net, x, LABELS, np.array([1.0, 1e30]), "linear", rng=rng(), **options)
    calm = train(alone(net, 0), x, LABELS, 1.0, "linear", rng=rng(), **options)
    for a, b in zip(alone(both, 0), calm, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)
    assert all(np.isfinite(part).all() for part in both)


def test_accuracy_counts_the_largest_score():
    net = DeepNetwork(np.eye(2)[None], np.eye(2)[None, None], np.eye(2)[None])
    x = np.array([[1, 0], [0, 1], [3, 2], [1, 5.0]])
    assert accuracy(net, x, np.array([0, 1, 1, 1]), 1.0, "linear").tolist() == [0.75]


# --- bad input ---------------------------------------------------------------------------


@pytest.mark.parametrize("gain", [[1.0], [1.0, 2.0, 3.0], [1.0, 0.0]])
def test_gains_are_one_or_one_each_and_above_zero(gain):
    with pytest.raises(ValueError, match="gain must be"):
        forward(network(), samples(), gain, "tanh")


NET = network(width=5, depth=4, trials=3)
PARTS = [
    ("entry", NET.entry[0], "(networks, units, inputs)"),
    *(
        ("hidden", part, "(layers, 3, 5, 5)")
        for part in (NET.hidden[0], NET.hidden[:, :2], NET.hidden[:, :, :4], NET.hidden[..., :4])
    ),
    *(
        ("readout", part, "(3, classes, 5)")
        for part in (NET.readout[0], NET.readout[:2], NET.readout[..., :4])
    ),
]


@pytest.mark.parametrize(("name", "part", "form"), PARTS)
def test_parts_of_a_network_that_do_not_match_are_named_with_their_axes(name, part, form):
    net = NET._replace(**{name: part})
    found = shape_refused(lambda: forward(net, samples(), 1.0, "tanh"))
    assert found == (f"net.{name}", form)


def test_states_and_errors_of_another_network_are_refused():
    states, other = forward(NET, samples(), 1.0, "tanh"), np.zeros((2, 5, 5))
    found = shape_refused(lambda: backward(NET, states, other, 1.0, "tanh"))
    assert found == ("error", "(3, 5, 5)")
    with pytest.raises(ValueError, match=r"\(3, samples, 5\) to match net"):
        classification_error(NET, other, LABELS)


def test_labels_are_below_the_number_of_classes():
    with pytest.raises(ValueError, match="labels must be from 0 to 2"):
        loss(network(), samples(), [0, 1, 2, 3, 0], 1.0, "tanh")


def test_states_of_too_many_numbers_are_refused_and_no_fewer(monkeypatch):
    net = network(width=6, depth=5, trials=3)  # 5 samples
    total = forward(net, samples(), 1.0, "tanh").size
    monkeypatch.setattr(_check, "MOST_NUMBERS", total)
    forward(net, samples(), 1.0, "tanh")
    monkeypatch.setattr(_check, "MOST_NUMBERS", total - 1)
    with pytest.raises(ValueError, match=f"^x would make {total} numbers"):
        forward(net, samples(), 1.0, "tanh")


@each_activation
def test_backward_is_the_adjoint_of_a_small_push(activation):
    net, x, h = network(), samples(), 1e-6
    states = forward(net, x, GAINS, activation)
    error, push = rng().standard_normal((2, *states.shape[1:]))
    flow = backward(net, states, error, GAINS, activation)
    moved = [states[0] + sign * h * push for sign in (1, -1)]
    for d in range(3):
        f = {"linear": lambda a: a, "tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}[activation]
        scaled = (GAINS[:, None, None] * net.hidden[d]).swapaxes(1, 2)
        moved = [f(state @ scaled) for state in moved]
    slope = np.sum(error * (moved[0] - moved[1])) / (2 * h)
    assert np.sum(flow[0] * push) == pytest.approx(slope, rel=1e-6)


def test_state_and_gradient_of_relu_keep_their_angle_so_their_walks_are_mirror_images():
    width, source = 20, rng()
    net = random_networks(width, 120, 300, rng=source, inputs=1)
    states = forward(net, [[1.0]], 1.51, "relu")
    flow = backward(net, states, source.standard_normal(states.shape[1:]), 1.51, "relu")[:, :, 0]
    h, alive = states[:, :, 0], np.linalg.norm(flow[0], axis=1) > 0
    products = np.sum(flow * h, axis=2)[:, alive]
    np.testing.assert_allclose(products, products[:1].repeat(121, axis=0), rtol=1e-9)
    logs = [2 * np.log(np.linalg.norm(walk[:, alive], axis=2)) for walk in (h, flow)]
    angles = width * products**2 / np.exp(sum(logs))
    error = angles.std(axis=1) / np.sqrt(alive.sum())
    assert (abs(angles.mean(axis=1) - 1)[[0, 60, 120]] < 4.5 * error[[0, 60, 120]]).all()
    assert np.corrcoef(*(walk[-1] - walk[0] for walk in logs))[0, 1] < -0.7
