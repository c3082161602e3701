"""What a call would make is counted: at the limit it is made, one number more is refused."""

import numpy as np
import pytest

from longterm import (
    _check,
    decay,
    feedforward,
    folds,
    linear,
    memory,
    models,
    products,
    rnn,
    scalar,
    scaling,
    stack,
    starts,
    tasks,
)

W, H0 = [[0.5, 0.2], [0.1, 0.3]], [1.0, 2.0]
FIVE = models.Plain()
FIVE_WEIGHTS = FIVE.start(tasks.Parity(), 3, rng=np.random.default_rng(0))
NODES = 2 * 60  # of the finer of two rules, at w = 1.5 and noise 0.5

CALLS = {
    "powers": (lambda _: scalar.powers([0.5, 0.2], 3), 8),
    "descent_path": (lambda _: scalar.descent_path(0.5, 1, 0.0, 0.1, 4), 5),
    "propagate": (lambda _: linear.propagate(W, H0, 4), 10),
    "transient_peak": (lambda _: linear.transient_peak(W, 4), 20),
    "product_variance": (lambda _: products.product_variance(np.ones((3, 1)), 2, [1.0, 2.0]), 6),
    "sample_log_abs_products": (
        lambda rng: products.sample_log_abs_products(1.0, 3, 5, rng=rng),
        20,
    ),
    "log_norm_step": (lambda _: scaling.log_norm_step(7, "relu"), 7),
    "lyapunov_exponents": (lambda _: scaling.lyapunov_exponents(7), 7),
    "sample_log_norms": (lambda rng: scaling.sample_log_norms(9, 3, 5, gain=1.0, rng=rng), 20),
    "sample_log_norms by few wide matrices": (
        lambda rng: scaling.sample_log_norms(9, 2, 3, gain=1.0, rng=rng, method="matrices"),
        81,
    ),
    "sample_log_norms by many small matrices": (
        lambda rng: scaling.sample_log_norms(3, 1, 7, gain=1.0, rng=rng, method="matrices"),
        21,
    ),
    "random_networks": (
        lambda rng: feedforward.random_networks(2, 3, 5, rng=rng, inputs=7, classes=4),
        156,
    ),
    "retention of a latch": (lambda _: memory.retention(1.5, 0.5, 4), 5 * NODES),
    "boundary_gradient": (lambda _: memory.boundary_gradient(1.5, 0.5, 4), 5 * NODES),
    "linear_retention": (lambda _: memory.linear_retention(1.5, 0.5, 4), 5),
    "sample_retention": (lambda rng: memory.sample_retention(1.5, 0.5, 4, 3, rng=rng), 15),
    "unit_states": (lambda _: folds.unit_states([5.0, 6.0], -2.2, steps=4), 10),
    "unit_descent": (lambda _: folds.unit_descent([[5.0, -2.2]] * 3, 0.1, 4, steps=2), 30),
    "read_word": (lambda _: stack.read_word([0.25, 0.75], 3), 6),
    "chance_kept": (lambda _: decay.chance_kept([0.9, 0.8], 5, 0.2), 10),
    "skip_response": (lambda _: decay.skip_response(0.5, 0.2, 2, 4), 5),
    "orthogonal": (lambda rng: starts.orthogonal(3, rng=rng), 9),
    "with_radius": (lambda _: starts.with_radius(W, 0.9), 4),
    "jacobian_products": (lambda _: rnn.jacobian_products(W, np.zeros((5, 2))), 20),
    "batch": (lambda rng: tasks.TemporalOrder().batch(15, 3, 6, rng=rng), 1620),
    "run": (lambda _: FIVE.run(FIVE_WEIGHTS, np.zeros((15, 3, 6, 1))), 16 * 3 * 6 * 5),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_a_call_makes_is_counted_exactly(name, monkeypatch):
    call, count = CALLS[name]
    monkeypatch.setattr(_check, "MOST_NUMBERS", count)
    call(np.random.default_rng(0))
    monkeypatch.setattr(_check, "MOST_NUMBERS", count - 1)
    with pytest.raises(ValueError, match=f"would make {count} numbers"):
        call(np.random.default_rng(0))
