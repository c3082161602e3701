"""The core of the figures: the digest tells figures apart, the SVG does not vary, sliders move."""

import contextlib
import inspect
import itertools
import re
import sys
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from anywidget._util import enable_custom_widget_manager_once
from figure_checks import slider_figures
from IPython.core.formatters import DisplayFormatter

from longterm.figures.digest import digest
from longterm.figures.sliders import Slider, slider_figure
from longterm.figures.style import (
    REGIMES,
    STYLE,
    HouseFigure,
    house_style,
    label_end,
    narrow,
    new_figure,
    regime,
    svg,
)

VIEW = "application/vnd.jupyter.widget-view+json"
X = np.array([1.0, 2.0, 3.5, 4.25, 6.0])
Y = np.array([0.31, 2.7, -1.4, 0.8, 0.52])


@house_style()
def drawn(x=X, y=Y, draw="plot", scale="linear", title="Title", label="curve"):
    fig, ax = new_figure()
    options = {"label": label} | ({"alpha": 0.5} if draw == "fill_between" else {})
    getattr(ax, draw)(x, y, **options)
    ax.set(title=title, xlabel="steps", ylabel="size", yscale=scale, xlim=(0, 8))
    ax.set_ylim(*((1e-9, 1e9) if scale == "log" else (-4, 4)))
    ax.legend()
    return fig


@house_style()
def panels(end=0.5):
    fig, (left, right) = new_figure(columns=2, sharex=True)
    label_end(left.plot(X, Y, **REGIMES["vanish"]), "end of $w^t$")
    right.semilogy(X, [1, 1e2, 1e4, 1e6, end], "o")
    right.fill_between(X, 1, X, alpha=0.3)
    return fig


@pytest.fixture(scope="module")
def panels_svg():
    return svg(panels())


@pytest.fixture(scope="module")
def drawn_svg():
    return svg(drawn())


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
def test_the_digest_sees_words_scales_and_labels(change):
    assert digest(drawn(**change)) != digest(drawn())
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


def test_the_svg_of_equal_figures_and_on_repetition_is_the_same(panels_svg):
    fig = panels()
    assert svg(fig) == svg(fig) == panels_svg
    assert panels_svg.startswith("<?xml")


READER = {"font.size": 20, "axes.grid": False, "svg.fonttype": "none", "lines.linewidth": 9}
READER |= {"figure.figsize": (2, 2), "svg.hashsalt": None, "axes.facecolor": "red"}
SAVING = {"savefig.bbox": "tight", "axes.unicode_minus": False, "svg.id": "reader"}
SAVING |= {"savefig.dpi": 30, "savefig.facecolor": "red"}


@pytest.mark.parametrize("settings", [READER, SAVING], ids=["drawing", "saving"])
def test_the_svg_does_not_depend_on_what_the_reader_set(settings, panels_svg):
    expected = digest(panels())
    known = {key: value for key, value in settings.items() if key in mpl.rcParams}
    with mpl.rc_context(known):  # Matplotlib 3.9 has no svg.id
        fig = panels()
        assert (svg(fig), digest(fig)) == (panels_svg, expected)


def test_drawing_leaves_the_settings_of_the_reader_alone():
    with mpl.rc_context({"font.size": 17, "svg.hashsalt": "mine"}):
        svg(drawn())
        assert (mpl.rcParams["font.size"], mpl.rcParams["svg.hashsalt"]) == (17, "mine")


def test_the_svg_ignores_rounding_errors_and_sees_a_visible_change(drawn_svg):
    assert svg(drawn(X * (1 + 1e-13), Y * (1 - 1e-13))) == drawn_svg
    assert svg(drawn(y=1.01 * Y)) != drawn_svg


def test_ids_are_unique_and_every_reference_has_its_target(panels_svg):
    ids = re.findall(r'\bid="([^"]+)"', panels_svg)
    references = re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', panels_svg)
    assert len(ids) == len(set(ids)) > 20
    assert references
    assert set(references) <= set(ids)


def test_different_figures_share_no_ids(panels_svg, drawn_svg):
    texts = panels_svg, drawn_svg, svg(panels(0.6))
    ids = [set(re.findall(r'\bid="([^"]+)"', text)) for text in texts]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]
    assert [len({name.split("-")[0] for name in part}) for part in ids] == [1, 1, 1]


def test_the_svg_names_no_date_and_no_program(drawn_svg):
    for word in ("dc:date", "dc:creator", "Matplotlib v", "matplotlib.org"):
        assert word not in drawn_svg


def test_coordinates_are_kept_to_a_hundredth_of_a_point(drawn_svg):
    text = re.sub(r"scale\([^)]*\)|<\?xml[^>]*>|<svg[^>]*>", "", drawn_svg)
    assert {len(part) for part in re.findall(r"\d+\.(\d+)", text)} <= {1, 2}


# --- house figure ------------------------------------------------------------------------


def test_a_figure_shows_itself_as_digest_and_svg(drawn_svg):
    fig = drawn()
    assert isinstance(fig, HouseFigure)
    shown, _ = fig._repr_mimebundle_()
    assert shown == {"text/plain": digest(fig), "image/svg+xml": drawn_svg}


def test_the_style_holds_inside_a_figure_function_whatever_was_set_before():
    @house_style()
    def settings():
        return {name: mpl.rcParams[name] for name in STYLE}, mpl.rcParams["axes.facecolor"]

    plain = settings()
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        assert settings() == plain
    assert plain[0]["font.size"] == STYLE["font.size"]


def test_an_error_inside_a_figure_function_comes_out_as_itself():
    error = KeyError("no such curve")

    @house_style()
    def broken():
        raise error

    with mpl.rc_context({"font.size": 17}):
        with pytest.raises(KeyError) as caught:
            broken()
        assert mpl.rcParams["font.size"] == 17
    assert caught.value is error


def test_new_figures_have_the_panels_asked_for():
    fig, axes = new_figure(columns=3, rows=2, height=4, width=5)
    assert axes.shape == (2, 3)
    assert tuple(fig.get_size_inches()) == (5, 4)


def test_the_regimes_are_told_apart_by_colour_and_by_dash():
    assert list(REGIMES) == ["vanish", "hold", "explode"]
    for key in ("color", "linestyle"):
        assert len({REGIMES[name][key] for name in REGIMES}) == 3


def test_a_size_has_its_regime_within_rounding():
    sizes = (0.99, 1 - 1e-12, 1.0, 1 + 1e-12, 1.01)
    assert [regime(size) for size in sizes] == ["vanish", "hold", "hold", "hold", "explode"]
    assert [regime(rate, hold=0) for rate in (-0.1, 0.0, 0.1)] == list(REGIMES)


# --- On a phone ------------------------------------------------------------------------------


@house_style()
def shared(columns, rows=1):
    fig, axes = new_figure(columns, rows, sharex=True, sharey=True, squeeze=False)
    for k, ax in enumerate(axes.flat):
        ax.plot([0, 1], [k, 1])
    axes[-1, 0].set(xlabel="x", ylabel="y")
    fig.legend(["a"] * columns, loc="outside upper left", ncols=columns)
    return fig


def places(fig):
    fig.draw_without_rendering()
    return [tuple(np.round(ax.bbox.bounds, 6)) for ax in fig.axes]


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (2, 1), (3, 1), (2, 2), (4, 2)])
def test_a_figure_is_narrow_for_a_while_and_then_as_before(columns, rows):
    fig = shared(columns, rows)
    before = svg(fig), places(fig)
    with narrow(fig):
        across = {x for x, *_ in places(fig)}
        assert len(across) == (1 if columns * rows < 4 else 2)
        assert fig.get_size_inches()[0] < 4.7
        assert all(x >= 0 and x + w <= fig.bbox.width + 1 for x, _, w, _ in places(fig))
    assert (svg(fig), places(fig)) == before


def test_panels_of_a_narrow_figure_have_the_labels_of_their_neighbours():
    fig = shared(3)
    with narrow(fig):
        labels = [(ax.get_xlabel(), ax.get_ylabel()) for ax in fig.axes]
        ticks = [ax.yaxis.get_tick_params()["labelleft"] for ax in fig.axes]
    assert labels == [("x", "y")] * 3
    assert ticks == [True] * 3
    assert [ax.get_ylabel() for ax in fig.axes] == ["y", "", ""]


def test_a_house_figure_brings_its_narrow_twin():
    _, more = shared(2)._repr_mimebundle_()
    twin = ElementTree.fromstring(more["image/svg+xml"]["narrow"])
    assert float(twin.get("width").removesuffix("pt")) < 335
    assert float(twin.get("height").removesuffix("pt")) > 400


# --- Slider figures ------------------------------------------------------------------------


def canvas():
    fig, ax = new_figure()
    ax.plot([], [], gid="line")
    ax.plot([], [], "o", gid="dots")
    ax.text(1, 1, "", gid="note")
    ax.set(xlim=(0, 10), ylim=(0, 5))
    return fig


def frame(a, b=1):
    x = np.arange(a + 2)
    return {
        "line": (x, b * x),
        "dots": ([a, b], [1, np.nan]),
        "note": f"a{a}",
        "readout": f"{a}{b}",
    }


def figure(values=(1, 2, 3), **more):
    return slider_figure(canvas(), frame, alt="A line", a=Slider("a", values), **more)


@pytest.fixture(scope="module")
def plain():
    return figure()


def in_data(fig, track, k):
    """Points of one frame, turned back from tenths of a point in the SVG to data."""
    points = np.array([track[axis][k].split() for axis in "xy"], dtype=float).T / 10
    points[:, 1] = fig.bbox.height - points[:, 1]
    return fig.axes[0].transData.inverted().transform(points)


def test_coordinates_lead_back_to_the_data(plain):
    line = plain.frames["moving"][0]
    for k, a in enumerate((1, 2, 3)):
        x, y = frame(a)["line"]
        np.testing.assert_allclose(
            in_data(plain.figure, line, k), np.column_stack([x, y]), atol=0.01
        )


def test_two_sliders_make_their_frames_in_row_order():
    frames = figure(b=Slider("b", (5, 6))).frames
    assert frames["readouts"] == [f"{a}{b}" for a, b in itertools.product((1, 2, 3), (5, 6))]
    assert frames["values"] == [["1", "2", "3"], ["5", "6"]]


def test_missing_points_are_marked_as_missing(plain):
    dots = plain.frames["moving"][1]
    assert dots["y"][0].split()[1] == "-"


def test_every_moving_artist_has_its_element_in_the_svg(plain):
    names = [name for track in plain.frames["moving"] for name in track["ids"]]
    assert len(set(names)) == 6
    assert all(f'id="{name}"' in plain.html for name in names)


def stated(figure):
    return figure._repr_mimebundle_()[0]["text/plain"]


def test_equal_figures_are_the_same(plain):
    again = figure()
    assert stated(again) == stated(plain)
    assert again.html == plain.html


@pytest.mark.parametrize("change", [0.02, -0.02])
def test_the_digest_of_a_slider_figure_sees_a_small_change_in_one_frame(change, plain):
    def moved(a):
        state = frame(a)
        x, y = state["line"]
        return state | {"line": (x, y + change * (a == 2))}

    other = slider_figure(canvas(), moved, alt="A line", a=Slider("a", (1, 2, 3)))
    assert stated(other) != stated(plain)


def test_the_sliders_show_names_and_start_where_told():
    slider = Slider("a", (1, 2), start=2, names={2: "two"})
    moved = slider_figure(canvas(), frame, alt="A <line>", a=slider)
    shown = ElementTree.fromstring(f"<div>{moved.html}</div>")
    assert moved.at == [1]
    assert moved.frames["spoken"] == [["1", "2 (two)"]]
    assert shown.find(".//input").get("value") == "1"
    assert shown.find(".//input").get("aria-valuetext") == "2 (two)"
    texts = [shown.find(f".//{tag}").text for tag in ("label", "output", "i", "span")]
    assert texts == ["a", "2", "two", "21"]


@pytest.mark.parametrize(("which", "layout"), [(0, contextlib.nullcontext), (1, narrow)])
def test_both_pictures_stand_at_the_start(which, layout):
    moved = figure(b=Slider("b", (1, 2), start=2))
    shown = ElementTree.fromstring(f"<div>{moved.html}</div>")
    names = [track["ids"][which] for track in moved.frames["moving"]]
    groups = [shown.find(f".//*[@id='{name}']") for name in names]
    line, dots, note = (list(group.iter()) for group in groups)
    drawn = np.array(re.findall(r"[-\d.]+", line[1].get("d")), dtype=float).reshape(-1, 2)
    with layout(moved.figure):
        moved.figure.set_layout_engine("constrained")
        moved.figure.draw_without_rendering()
        moved.figure.draw_without_rendering()
        drawn[:, 1] = moved.figure.bbox.height - drawn[:, 1]
        points = moved.figure.axes[0].transData.inverted().transform(drawn)
    np.testing.assert_allclose(points, np.column_stack(frame(1, 2)["line"]), atol=0.02)
    marks = [mark.get("visibility") for mark in dots if "visibility" in mark.attrib]
    assert marks == ["visible", "hidden"]
    assert note[-1].text == "a1"


def test_notebooks_get_a_widget_a_picture_and_a_digest_whichever_ipywidgets_there_is(plain):
    data, _ = plain._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", VIEW}
    shown, _ = DisplayFormatter().format(plain)
    assert shown["text/plain"].startswith("Figure with 3 frames")


class Colab(ModuleType):
    """What anywidget sees of google.colab.output.

    A hook marks what `display` publishes; a cell's last value goes another way and past it.
    """

    def __init__(self):
        super().__init__("google.colab.output")
        self._widgets, self.hooks = SimpleNamespace(_installed_url=None), []

    def enable_custom_widget_manager(self):
        if not self._widgets._installed_url:
            self.hooks.append(self._mark)
        self._widgets._installed_url = "https://example.org/manager.js"

    def _mark(self, message):
        if VIEW in message["content"].get("data", {}):
            manager = {"url": self._widgets._installed_url}
            marks = message["content"].setdefault("metadata", {}).setdefault(VIEW, {})
            marks["colab"] = {"custom_widget_manager": manager}
        return message


def test_in_colab_a_cell_s_last_value_is_marked_as_display_marks_it(monkeypatch):
    colab = Colab()
    monkeypatch.setitem(sys.modules, colab.__name__, colab)
    enable_custom_widget_manager_once.cache_clear()
    data, metadata = DisplayFormatter().format(figure())
    published = {"content": {"data": data}}
    for hook in colab.hooks:
        published = hook(published)
    assert published["content"]["metadata"] == metadata != {}
    assert set(data) == {"text/plain", "image/png", VIEW}


@pytest.mark.parametrize("counts", [(), (501,), (26, 20), (1, 1, 1)])
def test_only_one_or_two_sliders_and_500_frames_are_accepted(counts):
    sliders = {f"s{k}": Slider("s", tuple(range(count))) for k, count in enumerate(counts)}
    with pytest.raises(ValueError, match="one or two sliders make at most 500 frames"):
        slider_figure(canvas(), frame, alt="A line", **sliders)


def test_an_artist_that_cannot_move_is_refused_by_name():
    fig = canvas()
    fig.axes[0].fill_between([0, 1], [0, 1], gid="area")
    with pytest.raises(ValueError, match=r"'area' is a .*only lines and texts"):
        slider_figure(fig, frame, alt="A line", a=Slider("a", (1,)))


def test_limits_that_change_are_refused():
    fig = canvas()

    def wild(a):
        fig.axes[0].set_ylim(0, 5 + a)
        return frame(a)

    with pytest.raises(ValueError, match="limits of the axes"):
        slider_figure(fig, wild, alt="A line", a=Slider("a", (1, 2)))


@pytest.mark.parametrize("missing", ["line", "readout"])
def test_a_frame_that_leaves_something_out_is_refused(missing):
    def partial(a):
        return {key: value for key, value in frame(a).items() if key != missing}

    with pytest.raises(ValueError, match=missing):
        slider_figure(canvas(), partial, alt="A line", a=Slider("a", (1,)))


def test_an_error_inside_a_frame_comes_out_as_itself():
    with pytest.raises(ZeroDivisionError):
        slider_figure(canvas(), lambda a: 1 / a, alt="A line", a=Slider("a", (0,)))


# --- The book's slider figures -------------------------------------------------------------


def test_the_chapters_slider_figures_take_nothing():
    sliders = slider_figures().values()
    assert len(sliders) >= 16
    assert not any(inspect.signature(make).parameters for make in sliders)
