"""Figures of chapter 3 draw what they are given; frames show what the plain functions give."""

import numpy as np
import pytest
from figure_checks import assert_draws, built, solved, words

from longterm import products
from longterm.figures import products as figures
from longterm.figures.style import REGIMES

HOLDS_NORMAL, HOLDS_UNIFORM = 2 * np.exp(np.euler_gamma), np.exp(2) / 3
STEPS, ROW = [1, 2, 4, 8], np.array([0.0, -0.5, -1.0, -2.0])
WALKS = np.cumsum(np.full((3, 4), -0.5), axis=1)


@pytest.mark.parametrize(
    ("draw", "given", "panels"),
    [
        (
            figures.sample_variances,
            [STEPS, np.exp(ROW - 1), np.exp(ROW), np.exp(ROW + 1)],
            [[(STEPS, np.exp(ROW)), (STEPS, np.ones(4))]],
        ),
        (figures.fans, [dict.fromkeys("ab", (WALKS, ROW, -ROW))], 2 * [[*WALKS, ROW, -ROW]]),
        (
            figures.growth_rates,
            [np.exp(STEPS), ROW + 1, {"normal": ROW + 0.5}],
            [[(np.exp(STEPS), ROW + 1), (np.exp(STEPS), ROW + 0.5), ([0, 1], [0, 0])]],
        ),
        (
            figures.log_product_bands,
            [dict.fromkeys("ab", (ROW - 1, ROW, ROW + 1)), ROW / 2],
            2 * [[ROW, ROW / 2]],
        ),
        (
            figures.against_lognormal,
            [-ROW / 2, {"a": -ROW / 4, "b": ROW}, ROW + 3],
            [[(-ROW / 2, ROW / 4), (-ROW / 2, 1.5 * ROW)]],
        ),
    ],
)
def test_a_figure_draws_what_it_is_given(draw, given, panels):
    assert_draws(draw(*given), *panels)


def test_bands_reach_from_the_low_to_the_high_row():
    rows = dict.fromkeys("ab", (ROW, ROW + 1, ROW + 2))
    for figure, low, high in (
        (figures.sample_variances(STEPS, ROW + 3, ROW + 4, ROW + 5), ROW + 3, ROW + 5),
        (
            figures.log_product_bands(rows, ROW),
            ROW,
            ROW + 2,
        ),
        (figures.against_lognormal(ROW, {"a": ROW}, ROW + 3), -2 * (ROW + 3), 2 * (ROW + 3)),
    ):
        (band,) = figure.axes[0].collections
        heights = band.get_paths()[0].vertices[:, 1]
        assert set(heights) == {*low, *high}


def test_fans_have_the_style_of_their_regime():
    (ax, _) = figures.fans(dict.fromkeys("ab", (WALKS, 0 * ROW, -ROW))).axes
    colours = [line.get_color() for line in ax.lines[3:]]
    assert colours == [REGIMES["hold"]["color"], REGIMES["explode"]["color"]]


def test_growth_rates_mark_where_each_curve_crosses_zero():
    v = np.array([1.0, 2.0, 4.0])
    (ax,) = figures.growth_rates(v, np.array([-1, 0, 1.0]), {"sign": np.array([-2, -1, 0.0])}).axes
    assert {"2.000", "4.000"} < set(words(ax))


def test_two_densities_draws_both_histograms():
    plain, tilted = np.array([0.5, 0.6, 1.5, 1.6]), np.array([1.5, 2.5])
    (ax,) = figures.two_densities(np.arange(5.0), plain, tilted).axes
    for stairs, edges in zip(ax.patches, ([0, 1, 2], [1, 2, 3]), strict=True):
        np.testing.assert_allclose(stairs.get_data().values, [0.5, 0.5])
        np.testing.assert_allclose(stairs.get_data().edges, edges)


# --- Sliders -----------------------------------------------------------------------------------


def products_by_multiplying(n, v):
    """The chapter's ten thousand products, without logarithms."""
    factors = np.random.default_rng(0).standard_normal((10_000, 50))
    return np.sqrt(v) ** n * factors[:, :n].prod(axis=1)


@pytest.mark.parametrize("n", [1, 17, 50])
@pytest.mark.parametrize("v", [0.5, 2.0, 5.0])
def test_three_lines_stand_at_median_sample_and_truth(n, v):
    state = figures.sample_frame(n, v)
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
    x, heights = figures.sample_frame(n, v)["products"]
    logs = np.log(np.abs(products_by_multiplying(n, v)))
    for middle, height in zip(x, heights, strict=True):
        count = np.sum((logs >= middle - 1.5) & (logs < middle + 1.5))
        assert height == count if count else not height > figures.FLOOR
    assert np.nansum(heights[heights >= 1]) == 10_000


def test_task_of_the_sample_is_solved_at_one_n_whatever_v():
    outcomes = {n: np.mean(products_by_multiplying(n, 1.0) ** 2) for n in figures.FACTORS}
    last = max(n for n, square in outcomes.items() if 0.5 <= square <= 2)
    readouts = built(figures.sample_and_truth).frames["readouts"]
    assert solved(figures.sample_and_truth) == [
        text for text in readouts if text.startswith(f"n = {last},")
    ]
    assert len(solved(figures.sample_and_truth)) == 5


def test_text_after_the_sample_figure_holds():
    last = figures._last_within(2, 1.0)
    squares = {n: products_by_multiplying(n, 1.0) ** 2 for n in range(1, 51)}
    assert squares[last].max() > 0.99 * squares[last].sum()
    for n in (last - 1, last + 1):
        assert not 0.5 <= squares[n].mean() <= 2
    assert all(squares[n].max() < 1 for n in (40, 45, 50))


@pytest.mark.parametrize("v", [0.6, 2.2, HOLDS_UNIFORM, 6.0])
@pytest.mark.parametrize("law", ["normal", "uniform", "sign"])
def test_walks_and_lines_are_those_of_the_package(v, law):
    state = figures.walks_frame(v, law)
    rng = np.random.default_rng(5)
    walks = products.sample_log_abs_products(v, 100, 8, rng=rng, distribution=law)
    shown = np.reshape(state["walks"], (2, 8, -1))[:, :, :-1]
    np.testing.assert_array_equal(shown[0, 0], np.arange(0, 101, 10))
    np.testing.assert_allclose(shown[1], walks[:, ::10], rtol=1e-12)
    typical = 100 * products.log_abs_moments(v, law).mean
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
    state = figures.walks_frame(v, law)
    assert list(lines_of(state, "root mean square")) == [mean_square]
    assert list(lines_of(state, "typical size")) == [typical]


def test_task_of_the_walks_has_one_solution():
    (words,) = solved(figures.walks_and_thresholds)
    assert words.startswith(f"Uniform weights, v = {HOLDS_UNIFORM:.3f}:")


@pytest.mark.parametrize("make", [figures.sample_and_truth, figures.walks_and_thresholds])
def test_both_thresholds_are_named_stops(make):
    stops = [stop for spoken in built(make).frames["spoken"] for stop in spoken]
    named = [stop for stop in stops if "hold" in stop]
    assert [float(stop.split()[0]) for stop in named] == [1, pytest.approx(HOLDS_NORMAL, abs=1e-3)]
