"""Laws of `longterm.optimisers`: updates, and clipping."""

import numpy as np
import pytest
from shared import copies, rng

from longterm.models import Latch, Plain
from longterm.optimisers import SGD, Adam, clip_by_element, clip_by_norm
from longterm.tasks import Latching, TwoSequence
from longterm.training import descend


def gradients(scale=1.0):
    return scale * np.random.default_rng(20260707).standard_normal((5, 4, 3))


# --- optimisers ----------------------------------------------------------------------------


def test_one_update_of_sgd_is_a_step_against_the_gradient():
    task, model, source = Latching(), Latch(), rng()
    start, after = copies(descend(task, model, 6, 3, rng=source, updates=1, optimiser=SGD(0.3)))
    again = rng()
    np.testing.assert_array_equal(start.inputs, model.start(task, 3, rng=again).inputs)
    inputs, targets = task.batch(6, 3, 2, rng=again, training=True)
    run = model.run(start, inputs)
    slopes = model.gradients(start, run, task.loss(run.answers, targets)[1] / 2)
    for new, old, slope in zip(after, start, slopes, strict=True):
        np.testing.assert_allclose(new, old - 0.3 * slope, rtol=1e-12)


def first_step(optimiser):
    """First update of five trials, and its size in each over all parameters."""
    how = {"rng": rng(), "updates": 1, "optimiser": optimiser}
    start, after = copies(descend(TwoSequence(), Plain(), 8, 5, **how))
    steps = [(b - a).reshape(5, -1) for a, b in zip(start, after, strict=True)]
    moved = np.concatenate(steps, axis=1)
    return moved, np.linalg.norm(moved, axis=1, keepdims=True)


def test_clipping_bounds_the_step_of_each_trial_and_keeps_its_direction():
    (free, long), (clipped, short) = first_step(SGD(0.5)), first_step(SGD(0.5, clip=0.01))
    assert np.all(long > 0.005)
    np.testing.assert_allclose(short, 0.005, rtol=1e-12)
    np.testing.assert_allclose(clipped / short, free / long, rtol=1e-9, atol=1e-12)


def test_adam_starts_with_steps_of_its_rate_and_finds_a_minimum():
    optimiser, state, p = Adam(0.05), None, np.array([[3.0, -2.0]])
    for count in range(2000):
        step, state = optimiser.step(2 * p * [[1.0, 100.0]], state)
        if count == 0:
            np.testing.assert_allclose(step, [[-0.05, 0.05]], rtol=1e-6)
        p = p + step
    assert np.abs(p).max() < 1e-3


def test_adam_follows_its_formula():
    optimiser, state = Adam(0.1, memory=(0.8, 0.9)), None
    gradients, m, s = rng().standard_normal((6, 2, 3)), 0.0, 0.0
    for count, g in enumerate(gradients, 1):
        step, state = optimiser.step(g, state)
        m, s = 0.8 * m + 0.2 * g, 0.9 * s + 0.1 * g**2
        expected = -0.1 * (m / (1 - 0.8**count)) / (np.sqrt(s / (1 - 0.9**count)) + 1e-8)
        np.testing.assert_allclose(step, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: SGD(0), "rate must be above 0"),
        (lambda: SGD(0.1, clip=-1), "clip must be above 0"),
        (lambda: Adam(-1.0), "rate must be above 0"),
        (lambda: Adam(memory=(0.9, 1.0)), "memory must be two numbers"),
        (lambda: Adam(memory=(0.9,)), "memory must be two numbers"),
        (lambda: Adam(memory=(0.9, np.inf)), "^memory must be finite"),
    ],
)
def test_settings_of_optimisers_are_refused_by_name(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_adam_may_remember_nothing():
    step, _ = Adam(0.1, memory=(0.0, 0.0)).step(np.array([[2.0, -3.0]]), None)
    np.testing.assert_allclose(step, [[-0.1, 0.1]], rtol=1e-7)


# --- clipping ------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-100, 1e-3, 1.0, 1e3, 1e200])
def test_clipping_by_norm_bounds_the_norm_and_keeps_the_direction(scale):
    g, clipped = gradients(scale), clip_by_norm(gradients(scale), 1.0)
    sizes = np.linalg.norm(clipped, axis=-1)
    assert np.all(sizes <= 1 + 1e-12)
    np.testing.assert_allclose(np.cross(g / scale, clipped), 0, atol=1e-12)
    assert np.all(np.sum(g / scale * clipped, axis=-1) >= 0)
    np.testing.assert_allclose(sizes, np.minimum(scale * np.linalg.norm(g / scale, axis=-1), 1))


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_element])
def test_clipping_twice_is_clipping_once_and_short_gradients_pass(clip):
    once = clip(gradients(3.0), 0.7)
    np.testing.assert_allclose(clip(once, 0.7), once, rtol=1e-15)
    np.testing.assert_array_equal(clip(gradients(1e-3), 1.0), gradients(1e-3))
    np.testing.assert_array_equal(clip(np.zeros((2, 3)), 1.0), 0)
    assert clip(np.empty((2, 0)), 1.0).shape == (2, 0)


def test_clipping_by_element_turns_the_direction_and_clipping_by_norm_does_not():
    np.testing.assert_allclose(clip_by_norm([3.0, 4.0], 1.0), [0.6, 0.8], rtol=1e-15)
    np.testing.assert_array_equal(clip_by_element([3.0, -4.0], 1.0), [1.0, -1.0])


def test_clipping_by_norm_takes_rows_of_any_size_side_by_side():
    rows = [[3e-200, 4e-200], [3e200, 4e200]]
    np.testing.assert_allclose(clip_by_norm(rows, 1e-250), [[6e-251, 8e-251]] * 2, rtol=1e-15)
    np.testing.assert_array_equal(clip_by_norm([1e-300, 0.0], 1e300), [1e-300, 0.0])


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_element])
def test_a_single_number_is_no_gradient(clip):
    with pytest.raises(ValueError, match="gradient must have shape"):
        clip(1.0, 1.0)
