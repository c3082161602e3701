"""Slider figures of chapter 3: their numbers are those of the plain functions."""

import functools
import json

import numpy as np
import pytest

from longterm import products, sliders
from longterm.sliders import products as drawn

HOLDS_NORMAL, HOLDS_UNIFORM = 2 * np.exp(np.euler_gamma), np.exp(2) / 3
FIGURES = {
    name: functools.cache(getattr(sliders, name))
    for name in ("sample_and_truth", "walks_and_thresholds")
}


def products_by_multiplying(n, v):
    """The chapter's ten thousand products, without logarithms."""
    factors = np.random.default_rng(0).standard_normal((10_000, 50))
    return np.sqrt(v) ** n * factors[:, :n].prod(axis=1)


@pytest.mark.parametrize("n", [1, 17, 50])
@pytest.mark.parametrize("v", [0.5, 2.0, 5.0])
def test_three_lines_stand_at_median_sample_and_truth(n, v):
    state = drawn.sample_frame(n, v)
    outcomes = products_by_multiplying(n, v)
    sizes = {
        "median": products.median_abs_product(v, n),
        "sample": np.sqrt(np.mean(outcomes**2)),
        "true": v ** (n / 2),
    }
    for gid, size in sizes.items():
        np.testing.assert_allclose(state[gid][0], np.log(size), rtol=1e-9, atol=1e-9)
        assert f"{size:.3g}" in state["readout"]
    share = 100 * np.max(outcomes**2) / np.sum(outcomes**2)
    words = f"{np.mean(outcomes**2) / v**n:.2g} times the true one, {share:.3g} % of it from one"
    assert words in state["readout"]


@pytest.mark.parametrize("n", [1, 17, 50])
@pytest.mark.parametrize("v", [0.5, 2.0, 5.0])
def test_histogram_counts_the_products(n, v):
    x, heights = drawn.sample_frame(n, v)["products"]
    logs = np.log(np.abs(products_by_multiplying(n, v)))
    for middle, height in zip(x, heights, strict=True):
        count = np.sum((logs >= middle - 1.5) & (logs < middle + 1.5))
        assert height == count if count else not height > drawn.FLOOR
    assert np.nansum(heights[heights >= 1]) == 10_000


def test_task_of_the_sample_is_solved_at_one_n_whatever_v():
    outcomes = {n: np.mean(products_by_multiplying(n, 1.0) ** 2) for n in drawn.FACTORS}
    last = max(n for n, square in outcomes.items() if 0.5 <= square <= 2)
    assert solved("sample_and_truth") == [
        words for words in readouts("sample_and_truth") if words.startswith(f"n = {last},")
    ]
    assert len(solved("sample_and_truth")) == 5


def test_text_after_the_sample_figure_holds():
    last = drawn._last_within(2, 1.0)
    squares = {n: products_by_multiplying(n, 1.0) ** 2 for n in range(1, 51)}
    assert squares[last].max() > 0.99 * squares[last].sum()
    for n in (last - 1, last + 1):
        assert not 0.5 <= squares[n].mean() <= 2
    assert all(squares[n].max() < 1 for n in (40, 45, 50))


@pytest.mark.parametrize("v", [0.6, 2.2, HOLDS_UNIFORM, 6.0])
@pytest.mark.parametrize("law", ["normal", "uniform", "sign"])
def test_walks_and_lines_are_those_of_the_package(v, law):
    state = drawn.walks_frame(v, law)
    rng = np.random.default_rng(5)
    walks = products.sample_log_abs_products(v, 100, 8, rng=rng, distribution=law)
    shown = np.reshape(state["walks"], (2, 8, -1))[:, :, :-1]
    np.testing.assert_array_equal(shown[0, 0], np.arange(0, 101, 10))
    np.testing.assert_allclose(shown[1], walks[:, ::10], rtol=1e-12)
    typical = 100 * products.log_abs_moments(v, law)[0]
    for name, height in (("root mean square", 50 * np.log(v)), ("typical size", typical)):
        (line,) = lines_of(state, name).values()
        np.testing.assert_allclose(line, ([0, 100], [0, height]), atol=1e-9)
        np.testing.assert_allclose(state[f"end of {name}"], [[100], [height]], atol=1e-9)


def lines_of(state, name):
    """Lines of one measure that have data, by their regime."""
    regimes = {regime: state[f"{regime} {name}"] for regime in ("vanish", "hold", "explode")}
    return {regime: line for regime, line in regimes.items() if np.size(line[0]) > 1}


@pytest.mark.parametrize(
    ("v", "law", "mean_square", "typical"),
    [
        (1.0, "normal", "hold", "vanish"),
        (HOLDS_NORMAL, "normal", "explode", "hold"),
        (6.0, "normal", "explode", "explode"),
        (HOLDS_UNIFORM, "uniform", "explode", "hold"),
        (1.0, "sign", "hold", "hold"),
        (0.6, "sign", "vanish", "vanish"),
    ],
)
def test_lines_have_the_style_of_their_regime(v, law, mean_square, typical):
    state = drawn.walks_frame(v, law)
    assert list(lines_of(state, "root mean square")) == [mean_square]
    assert list(lines_of(state, "typical size")) == [typical]


def test_task_of_the_walks_has_one_solution():
    (words,) = solved("walks_and_thresholds")
    assert words.startswith(f"Uniform weights, v = {HOLDS_UNIFORM:.3f}:")


@pytest.mark.parametrize("name", FIGURES)
def test_both_thresholds_are_named_stops(name):
    stops = [option for slider in FIGURES[name]().sliders for option in slider.options]
    named = [stop for stop in stops if "hold" in stop]
    assert [float(stop.split()[0]) for stop in named] == [1, pytest.approx(HOLDS_NORMAL, abs=1e-3)]


@pytest.mark.parametrize("name", FIGURES)
def test_the_state_stays_below_200_kilobytes(name):
    assert len(json.dumps(FIGURES[name]().view.get_state(["svg", "moving", "readouts"]))) < 200_000


def readouts(name):
    return FIGURES[name]().view.readouts


def solved(name):
    return [words for words in readouts(name) if "Task solved" in words]
