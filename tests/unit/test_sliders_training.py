"""Slider figures of chapter 6: their numbers are those of the plain functions."""

import json

import numpy as np
import pytest

from longterm import memory, rnn, sliders
from longterm.sliders import training as drawn


@pytest.mark.parametrize("w", [1.02, 1.25, 2.0])
def test_far_share_is_that_of_the_back_propagated_terms(w):
    rest, slope = memory.attractor(w)
    inputs = np.zeros((drawn.SPAN + 1, 1, 1))
    inputs[0] = w * rest
    states = rnn.run([[w]], inputs)
    terms = rnn.gradient_by_lag(states, rnn.error_flow([[w]], states, np.ones((1, 1))))
    terms = terms[:-1, 0, 0]  # before the first input the state is 0
    from_end = np.cumsum(terms[::-1])[::-1] / terms.sum()
    np.testing.assert_allclose(drawn.far_share(slope), from_end, rtol=1e-6, atol=1e-14)


@pytest.mark.parametrize(("w", "k"), [(1.02, 1), (1.25, 10), (2.0, 20)])
def test_cut_divides_the_lags_into_kept_and_lost(w, k):
    state = drawn.cut_frame(w, k)
    (kept, first), (lost, last) = state["kept"], state["lost"]
    assert kept[-1] == lost[0] == state["cut"][0][0] == k
    assert first[0] == 1
    assert first[-1] == last[0]
    assert len(kept) + len(lost) == drawn.SPAN + 1
    assert f"loses {last[0]:.2g} of" in state["readout"]


@pytest.mark.parametrize(("span", "noise"), [(4, 0.2), (26, 0.2), (48, 0.3)])
def test_window_holds_what_is_safe_and_heard(span, noise):
    state = drawn.window_frame(span, noise)
    for index in (0, 20, 37):
        w = state["held"][0][index]
        held = memory.retention(w, noise, span)[0][-1]
        mean, square, _ = memory.boundary_gradient(w, noise, span)
        assert state["held"][1][index] == pytest.approx(held, rel=1e-9)
        assert state["needed"][1][index] == pytest.approx(square[-1] / mean[-1] ** 2, rel=1e-6)
    held, needed = (values[:, span] for values in drawn._latches(noise))
    both = (held >= drawn.SAFE) & (needed <= drawn.SHOWN)
    if both.any():
        ends = drawn.WEIGHTS[both][[0, -1]]
        np.testing.assert_array_equal(state["window held"][0], ends)
        assert "both from w = {:.2f} to {:.2f}".format(*ends) in state["readout"]
    else:
        assert "no weight does both" in state["readout"]


def test_window_never_widens_as_the_span_grows():
    for noise in (0.2, 0.3):
        held, needed = drawn._latches(noise)
        assert (np.diff(held, axis=1) <= 1e-12).all()
        assert (np.diff(needed, axis=1) >= -1e-9).all()


def solved(figure):
    return [words for words in figure.view.readouts if "Task solved" in words]


def test_each_task_has_one_solution():
    assert [words[:8] for words in solved(sliders.truncated_gradient())] == ["w = 1.25"]
    assert [words[:6] for words in solved(sliders.hold_or_learn())] == ["T = 38"]


@pytest.mark.parametrize("make", [sliders.truncated_gradient, sliders.hold_or_learn])
def test_the_state_stays_below_200_kilobytes(make):
    assert len(json.dumps(make().view.get_state(["svg", "moving", "readouts"]))) < 200_000
