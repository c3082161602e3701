"""Each figure of chapter 7 draws the arrays that it is given."""

import numpy as np
from plot_checks import assert_drawn, words

from longterm import plots


def test_error_surface_draws_image_wall_and_cuts():
    w, b = np.linspace(4, 6, 5), np.linspace(-3, -1, 4)
    errors, wall = np.arange(20.0).reshape(4, 5), np.r_[np.nan, -2.1, -2.2, -2.3, -2.4]
    fig = plots.error_surface(w, b, errors, wall, 5.0, {"T = 2": b**2, "T = 9": -b})
    plane, side = fig.axes[:2]
    (image,) = plane.images
    np.testing.assert_array_equal(image.get_array(), errors)
    assert image.get_extent() == [4, 6, -3, -1]
    assert image.origin == "lower"
    assert_drawn(plane, w, wall, equal_nan=True)
    assert_drawn(side, b, b**2)
    assert_drawn(side, b, -b)


def test_descent_paths_draws_each_path_and_its_errors():
    paths = {"none": np.array([[1.0, 2.0], [3.0, 5.0]]), "norm": np.array([[1.0, 2.0], [1.5, 2.5]])}
    errors = {"none": np.array([0.5, 0.25]), "norm": np.array([0.5, 0.125])}
    fig = plots.descent_paths(
        np.array([0.0, 1.0]), np.array([2.0, 3.0]), paths, errors, (0, 2, 1, 4)
    )
    plane, side = fig.axes
    assert_drawn(plane, [0, 1], [2, 3])
    for kind, path in paths.items():
        assert_drawn(plane, *path.T)
        assert_drawn(side, [0, 1], errors[kind])
    assert (*plane.get_xlim(), *plane.get_ylim()) == (0, 2, 1, 4)
    assert side.get_yscale() == "log"


def test_fold_plane_draws_folds_wall_and_moves():
    w, folds = np.array([4.0, 5.0, 6.0]), np.array([[-2.0, -2.0], [-2.7, -2.3], [-3.4, -2.6]])
    wall = np.array([np.nan, -2.6, -3.2])
    (ax,) = plots.fold_plane(w, folds, wall, {"A": (5.5, -2.8, -2.4)}).axes
    for column in (*folds.T, wall):
        assert_drawn(ax, w, column, equal_nan=True)
    assert_drawn(ax, [5.5, 5.5], [-2.8, -2.4])
    assert {"lower fold", "upper fold", "the wall", "A"} <= set(words(ax))


def test_two_moves_draws_rows_before_and_after():
    rows = np.array([[0.5, 1.0, 2.0], [0.5, 0.0, -1.0]])
    fig = plots.two_moves({"one": rows, "two": -rows})
    for ax, wanted, title in zip(fig.axes, (rows, -rows), ("one", "two"), strict=True):
        assert ax.get_title(loc="left") == title
        for row in wanted:
            assert_drawn(ax, range(3), row)
        assert words(ax) == ["before", "after"]


def test_growth_and_kept_words_draw_each_row_with_its_label():
    steps, row = np.array([1, 10, 100]), np.array([1.0, 0.5, 0.25])
    for draw, scales in (
        (plots.fold_growth, ("log", "log")),
        (plots.kept_words, ("log", "linear")),
    ):
        (ax,) = draw(steps, {"one": ("hold", row), "two": ("vanish", row**2)}).axes
        assert_drawn(ax, steps, row)
        assert_drawn(ax, steps, row**2)
        assert {"one", "two"} <= set(words(ax))
        assert (ax.get_xscale(), ax.get_yscale()) == scales


def test_cantor_levels_draws_codes_and_bars_of_half_a_last_digit():
    codes = [np.array([0.25, 0.75]), np.array([0.3125, 0.4375, 0.8125, 0.9375])]
    (ax,) = plots.cantor_levels(codes).axes
    for n, row in enumerate(codes, 1):
        assert_drawn(ax, row, np.full(len(row), n))
        bars = ax.lines[2 * (n - 1)].get_xdata().reshape(-1, 3)
        np.testing.assert_allclose(bars[:, 1] - bars[:, 0], 0.25**n)
        np.testing.assert_allclose(bars[:, :2].mean(axis=1), row)
