"""Laws of the house style: the digest tells figures apart, the SVG does not vary."""

import re
from functools import cache

import matplotlib as mpl
import numpy as np
import pytest

from longterm.plots.house import (
    REGIMES,
    STYLE,
    HouseFigure,
    digest,
    house_style,
    label_end,
    new_figure,
    svg,
)

X = np.array([1.0, 2.0, 3.5, 4.25, 6.0])
Y = np.array([0.31, 2.7, -1.4, 0.8, 0.52])


@house_style
def drawn(x=X, y=Y, draw="plot", scale="linear", title="Title", label="curve"):
    fig, ax = new_figure()
    options = {"label": label} | ({"alpha": 0.5} if draw == "fill_between" else {})
    getattr(ax, draw)(x, y, **options)
    ax.set(title=title, xlabel="steps", ylabel="size", yscale=scale, xlim=(0, 8))
    ax.set_ylim(*((1e-9, 1e9) if scale == "log" else (-4, 4)))
    ax.legend()
    return fig


@house_style
def panels(end=0.5):
    fig, (left, right) = new_figure(columns=2, sharex=True)
    (line,) = left.plot(X, Y, **REGIMES["vanish"])
    label_end(left, line, "end of $w^t$")
    right.semilogy(X, [1, 1e2, 1e4, 1e6, end], "o")
    right.fill_between(X, 1, X, alpha=0.3)
    return fig


def numbers(text):
    return re.findall(r"-?\d+\.\d+", text)


# --- digest ------------------------------------------------------------------------------


def test_the_digest_states_what_is_drawn():
    assert digest(drawn()).splitlines() == [
        "Figure 6.8 x 3.4 in, 1 axes",
        'axes 1: "Title"',
        '  x: "steps" linear 0 to 8',
        '  y: "size" linear -4 to 4',
        '  legend: "curve"',
        '  Line2D "curve" x n 5 first 1 last 6 min 1 max 6 mean 3.35',
        '         "curve" y n 5 first 0.31 last 0.52 min -1.4 max 2.7 mean 0.586',
    ]


def test_equal_figures_have_equal_digests():
    assert digest(drawn()) == digest(drawn(X.copy(), Y.copy()))
    assert digest(panels()) == digest(panels())


@pytest.mark.parametrize("draw", ["plot", "scatter", "bar", "fill_between", "step"])
@pytest.mark.parametrize("name", ["x", "y"])
def test_the_digest_sees_a_change_of_all_numbers_by_1e_5(draw, name):
    values = {"x": X, "y": Y}
    moved = values | {name: values[name] * (1 + 1.01e-5)}
    assert digest(drawn(**values, draw=draw)) != digest(drawn(**moved, draw=draw))


@pytest.mark.parametrize("index", [0, 1, 2, 4])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_digest_sees_a_change_of_first_last_least_or_largest_by_1e_5(index, sign):
    y = Y.copy()
    y[index] *= 1 + sign * 1.01e-5
    assert digest(drawn(y=y)) != digest(drawn())


def test_the_digest_sees_a_change_of_one_number_in_the_middle_through_the_mean():
    y = np.linspace(1, 2, 101)
    moved = y.copy()
    moved[40] += 2e-3
    assert digest(drawn(np.arange(101), moved)) != digest(drawn(np.arange(101), y))


def test_the_digest_states_small_numbers_beside_large_ones():
    assert "last 2e-08 min 2e-08 max 3 " in digest(drawn(y=[1, 2, 3, 1, 2e-8]))


def test_the_digest_ignores_rounding_errors():
    assert digest(drawn(X * (1 + 1e-13), Y * (1 - 1e-13))) == digest(drawn())
    assert digest(drawn(y=[1, 1e-17, 0, -1e-16, 2])) == digest(drawn(y=[1, 0, 0, 0, 2]))
    assert digest(drawn(y=3e-14 * Y)) == digest(drawn(y=0 * Y))


def test_the_digest_states_log10_on_log_axes():
    y = np.array([1.0, 1e-3, 1e2, 1e5, 20])
    assert "y n 5 log10 first 0 last 1.30103 min -3 max 5 mean 1.06021" in digest(
        drawn(y=y, scale="log")
    )
    assert "log10" not in digest(drawn())


def test_the_digest_sees_a_gain_off_by_half_a_thousandth_on_log_axes():
    y = np.exp(-np.arange(5.0))
    for scale in (1 + 5e-4, 1 - 5e-4, 1 + 1e-4):
        assert digest(drawn(y=y * scale, scale="log")) != digest(drawn(y=y, scale="log"))


def test_the_digest_passes_over_what_a_log_axis_cannot_show():
    text = digest(drawn(y=np.array([10.0, 0.0, -1.0, np.nan, 1000.0]), scale="log"))
    assert "y n 5 log10 first 1 last 3 min 1 max 3 mean 2" in text
    assert "y n 5, none finite" in digest(drawn(y=np.full(5, np.nan)))


@pytest.mark.parametrize("change", [{"title": "Other"}, {"label": "other"}, {"scale": "symlog"}])
def test_the_digest_sees_words_and_scales(change):
    assert digest(drawn(**change)) != digest(drawn())


def test_the_digest_sees_an_end_label_and_where_it_stands():
    assert 'text: "end of $w^t$" at 6, 0.52' in digest(panels())


def test_the_digest_has_a_part_for_each_axes_and_artist():
    text = digest(panels())
    assert re.findall(r"axes \d", text) == ["axes 1", "axes 2"]
    assert text.count("Line2D") == 2
    assert len(re.findall(r"(FillBetween)?PolyCollection", text)) == 1
    assert digest(panels(end=0.6)) != text


def test_the_digest_sees_an_image():
    def image(corner):
        fig, ax = new_figure()
        ax.imshow([[1.0, 2.0], [3.0, corner]])
        return digest(fig)

    assert "AxesImage: n 4 first 1 last 4 min 1 max 4 mean 2.5" in image(4.0)
    assert image(4.0) != image(4.0 * (1 + 1.5e-5))


def test_hidden_artists_are_not_stated():
    fig = drawn()
    fig.axes[0].lines[0].set_visible(False)
    assert "Line2D" not in digest(fig)


# --- svg ---------------------------------------------------------------------------------


def test_the_svg_of_equal_figures_is_the_same():
    assert svg(panels()) == svg(panels())
    assert svg(panels()).startswith("<?xml")


def test_the_svg_is_the_same_on_repetition():
    fig = panels()
    assert svg(fig) == svg(fig)


@cache
def plain():
    """Return the panels' svg and digest as they are without any settings of a reader."""
    return svg(panels()), digest(panels())


READER = {"font.size": 20, "axes.grid": False, "svg.fonttype": "none", "lines.linewidth": 9}
READER |= {"figure.figsize": (2, 2), "svg.hashsalt": None, "axes.facecolor": "red"}


@pytest.mark.parametrize("settings", [READER, {"savefig.dpi": 30, "savefig.facecolor": "red"}])
def test_the_svg_does_not_depend_on_what_the_reader_set(settings):
    expected = plain()
    with mpl.rc_context(settings):
        fig = panels()
        assert (svg(fig), digest(fig)) == expected


SAVING = {"savefig.bbox": "tight", "axes.unicode_minus": False, "svg.id": "reader"}


@pytest.mark.parametrize(
    "settings",
    [{key: SAVING[key]} for key in SAVING if key in mpl.rcParams],  # 3.9 has no svg.id
)
def test_the_svg_does_not_depend_on_settings_that_act_when_saving(settings):
    expected = plain()[0]
    with mpl.rc_context(settings):
        assert svg(panels()) == expected


def test_drawing_leaves_the_settings_of_the_reader_alone():
    with mpl.rc_context({"font.size": 17, "svg.hashsalt": "mine"}):
        svg(panels())
        assert (mpl.rcParams["font.size"], mpl.rcParams["svg.hashsalt"]) == (17, "mine")


def test_the_svg_ignores_rounding_errors():
    assert svg(drawn(X * (1 + 1e-13), Y * (1 - 1e-13))) == svg(drawn())


def test_the_svg_sees_a_visible_change():
    assert svg(drawn(y=1.01 * Y)) != svg(drawn())


def test_ids_are_unique_and_every_reference_has_its_target():
    text = svg(panels())
    ids = re.findall(r'\bid="([^"]+)"', text)
    references = re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', text)
    assert len(ids) == len(set(ids)) > 20
    assert references
    assert set(references) <= set(ids)


def test_different_figures_share_no_ids():
    ids = [set(re.findall(r'\bid="([^"]+)"', svg(fig))) for fig in (panels(), drawn(), panels(0.6))]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]
    assert [len({name.split("-")[0] for name in part}) for part in ids] == [1, 1, 1]


def test_the_svg_names_no_date_and_no_program():
    text = svg(drawn())
    for word in ("dc:date", "dc:creator", "Matplotlib v", "matplotlib.org"):
        assert word not in text


def test_coordinates_are_kept_to_a_hundredth_of_a_point():
    text = re.sub(r"scale\([^)]*\)|<\?xml[^>]*>|<svg[^>]*>", "", svg(drawn()))
    assert {len(number.split(".")[1]) for number in numbers(text)} <= {1, 2}


# --- house figure ------------------------------------------------------------------------


def test_a_figure_shows_itself_as_digest_and_svg():
    fig = drawn()
    assert isinstance(fig, HouseFigure)
    assert fig._repr_mimebundle_() == {"text/plain": digest(fig), "image/svg+xml": svg(fig)}


def test_the_style_holds_inside_a_figure_function_whatever_was_set_before():
    @house_style
    def sizes():
        return {name: mpl.rcParams[name] for name in STYLE}, mpl.rcParams["axes.facecolor"]

    plain = sizes()
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        assert sizes() == plain
    assert plain[0]["font.size"] == STYLE["font.size"]


def test_new_figures_have_the_panels_asked_for():
    fig, axes = new_figure(columns=3, rows=2, height=4, width=5)
    assert axes.shape == (2, 3)
    assert tuple(fig.get_size_inches()) == (5, 4)


def test_the_regimes_are_told_apart_by_colour_and_by_dash():
    assert list(REGIMES) == ["vanish", "hold", "explode"]
    for key in ("color", "linestyle"):
        assert len({REGIMES[name][key] for name in REGIMES}) == 3
