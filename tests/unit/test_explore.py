"""The engine of the slider figures: what it draws, what it states, what it refuses."""

import itertools

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from longterm.explore import Slider, slider_figure
from longterm.plots.house import new_figure


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


def in_data(fig, track, k):
    """Points of one frame, turned back from tenths of a point in the SVG to data."""
    points = np.array([track[axis][k].split() for axis in "xy"], dtype=float).T / 10
    points[:, 1] = fig.bbox.height - points[:, 1]
    return fig.axes[0].transData.inverted().transform(points)


def test_coordinates_lead_back_to_the_data():
    fig = canvas()
    view = slider_figure(fig, frame, alt="A line", a=Slider("a", (1, 2, 3))).view
    line = next(iter(view.moving.values()))
    for k, a in enumerate((1, 2, 3)):
        x, y = frame(a)["line"]
        np.testing.assert_allclose(in_data(fig, line, k), np.column_stack([x, y]), atol=0.01)


def test_two_sliders_make_their_frames_in_row_order():
    view = figure(b=Slider("b", (5, 6))).view
    assert view.readouts == [f"{a}{b}" for a, b in itertools.product((1, 2, 3), (5, 6))]
    assert view.shape == [3, 2]


def test_missing_points_are_marked_as_missing():
    dots = list(figure().view.moving.values())[1]
    assert dots["y"][0].split()[1] == "-"


def test_every_moving_artist_has_its_element_in_the_svg():
    view = figure().view
    assert all(f'id="{name}"' in view.svg for name in view.moving)


def test_the_same_call_gives_the_same_figure():
    one, two = figure(), figure()
    assert one._repr_mimebundle_()[0]["text/plain"] == two._repr_mimebundle_()[0]["text/plain"]
    assert one.view.svg == two.view.svg


@pytest.mark.parametrize("change", [0.02, -0.02])
def test_the_digest_sees_a_small_change_in_one_frame(change):
    def moved(a):
        state = frame(a)
        x, y = state["line"]
        return state | {"line": (x, y + change * (a == 2))}

    other = slider_figure(canvas(), moved, alt="A line", a=Slider("a", (1, 2, 3)))
    assert (
        other._repr_mimebundle_()[0]["text/plain"] != figure()._repr_mimebundle_()[0]["text/plain"]
    )


def test_the_sliders_show_names_and_start_where_told():
    slider = Slider("a", (1, 2), start=2, names={2: "two"})
    handle = slider_figure(canvas(), frame, alt="A line", a=slider).sliders[0]
    assert list(handle.options) == ["1", "2 (two)"]
    assert handle.index == 1


def test_the_view_shows_a_widget_a_picture_and_a_digest():
    data, _ = figure()._repr_mimebundle_()
    assert set(data) >= {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    assert data["text/plain"].startswith("Figure with 3 frames")


def test_ipython_shows_the_digest_whichever_ipywidgets_there_is():
    data, _ = DisplayFormatter().format(figure())
    assert data.get("text/plain", "").startswith("Figure with 3 frames")


def test_over_500_frames_are_refused():
    with pytest.raises(ValueError, match="501 frames; 1 to 500"):
        figure(tuple(range(501)))


@pytest.mark.parametrize("count", [0, 3])
def test_only_one_or_two_sliders_are_accepted(count):
    sliders = {name: Slider(name, (1,)) for name in "abc"[:count]}
    with pytest.raises(ValueError, match="one or two sliders"):
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


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"fig": 3}, TypeError, "fig must be a Matplotlib figure"),
        ({"alt": ""}, ValueError, "alt must say"),
        ({"a": (1, 2)}, TypeError, "a must be a Slider"),
    ],
)
def test_a_wrong_argument_is_named(arguments, error, words):
    call = {"fig": canvas(), "frame": frame, "alt": "A line", "a": Slider("a", (1,))} | arguments
    with pytest.raises(error, match=words):
        slider_figure(**call)
