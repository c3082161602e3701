"""The chapters' sliders in a real browser: what they show is what Python has computed."""

import itertools
import json
import re

import pytest
from bs4 import BeautifulSoup
from tools.site import site_report
from visits import CHAPTERS, frames_index, slider_states, visiting

HANDLE = 24  # px, as wide as a finger or a shaking hand needs it

# Notes what a slider figure says in the frame that is painted after a key.
ANSWERS = """(box) => { box.answers = []; box.addEventListener('keydown', () => {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => box.answers.push(box.querySelector('.readout').textContent);
    channel.port2.postMessage(0);
  });
}, true) }"""

# What a slider figure shows: its words, and the outlines of its lines, null where one has none.
SHOWN = """(box, names) => [
  box.querySelector('.readout').innerText,
  names.map((name) => box.querySelector(`[id="${name}"] > path`)?.getAttribute('d') ?? null),
]"""

# Shows a stored widget below the page as anywidget would, with a model that notes what is saved.
WIDGET = """async ({_esm, ...state}) => {
  const address = URL.createObjectURL(new Blob([_esm], {type: 'text/javascript'}));
  const heard = {};
  const el = document.body.appendChild(document.createElement('div'));
  window.model = {
    get: (name) => structuredClone(state[name]),
    set: (name, value) => { state[name] = value; heard[`change:${name}`]?.(); },
    on: (event, listener) => { heard[event] = listener; },
    save_changes() { window.saved = state.at; },
  };
  (await import(address)).default.render({ model: window.model, el });
  return el;
}"""


# Words that leave their picture; the boxes of turned formulas are wider than these.
CUT = """() => [...document.querySelectorAll('slider-figure svg')].flatMap((svg) => {
  const { left, right, width } = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((word) => {
    const place = word.getBoundingClientRect();
    return width && place.width && (place.right > right + 1 || place.left < left - 10);
  }).map((word) => word.textContent);
})"""


@pytest.fixture(scope="module", params=CHAPTERS)
def visit(request, chromium, home):
    """Each chapter; to load one takes longer than most tests of it."""
    with visiting(chromium, home, request.param) as visit:
        yield visit


def figures(visit):
    """Return the boxes of the page's slider figures, each with its stored state."""
    boxes = visit.look().locator("slider-figure")
    return list(zip(boxes.all(), slider_states(visit.name), strict=True))


def put(page, handle, stop, stops):
    """Move a slider to one of its stops, by keyboard."""
    handle.focus()
    page.keyboard.press("End" if stop == stops - 1 else "Home")
    for _ in range(stop if stop < stops - 1 else 0):
        page.keyboard.press("ArrowRight")


def corners(frames):
    """Give the ends and middles of the sliders in turn."""
    sizes = map(len, frames["values"])
    return itertools.product(*(sorted({0, size // 2, size - 1}) for size in sizes))


def walk(page, box, frames):
    """Put the sliders to their ends and middles in turn; give the stops where they stand."""
    shape = [len(values) for values in frames["values"]]
    handles, stand = box.locator("input").all(), [None] * len(shape)
    for stops in corners(frames):
        for handle, stop, old, size in zip(handles, stops, stand, shape, strict=True):
            if stop != old:
                put(page, handle, stop, size)
        stand = stops
        yield stops


def numbers(outline):
    """Return the coordinates in a line that the browser has drawn."""
    return [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", outline)]


def computed(track, k, which):
    """Return the coordinates of a line as Python has stored them, points that are missing out."""
    a, b, c, d = track["move"] if which else (1, 0, 1, 0)
    xs, ys = (track[axis][0 if len(track[axis]) == 1 else k].split() for axis in "xy")
    points = [
        (a * float(x) / 10 + b, c * float(y) / 10 + d)
        for x, y in zip(xs, ys, strict=True)
        if "-" not in (x, y)
    ]
    return list(itertools.chain(*points))


def test_the_first_slider_is_two_steps_of_the_keyboard_away(visit):
    page = visit.look()
    first = page.locator("a, button, input, summary").first
    assert first.inner_text() == "Skip to main content"
    first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    slider = page.locator("slider-figure input").first
    assert slider.evaluate("(one) => one === document.activeElement")


def assert_shows(box, frames, stops):
    """The numbers in words and the lines of both pictures are those that Python has stored."""
    k = frames_index(frames, stops)
    lines = [track for track in frames["moving"] if "x" in track]
    for which in (0, 1):
        words, outlines = box.evaluate(SHOWN, [track["ids"][which] for track in lines])
        assert words == frames["readouts"][k]
        for track, outline in zip(lines, outlines, strict=True):
            points = computed(track, k, which) or [0, 0]
            near = pytest.approx(points, abs=0.051 if which else 1e-6)  # drawn to a tenth
            assert outline is None or numbers(outline) == near


def test_sliders_show_by_key_what_python_computed_and_say_where_they_stand(visit):
    for box, state in figures(visit):
        sliders, frames = box.locator("input").all(), state["frames"]
        assert len(sliders) == len(frames["values"])
        for stops in walk(visit.page, box, frames):
            assert_shows(box, frames, stops)
            for k, slider in enumerate(sliders):
                label, shown = (box.locator(one).nth(k).inner_text() for one in ("label", "output"))
                spoken = frames["spoken"][k][stops[k]]
                assert shown == frames["values"][k][stops[k]]
                assert slider.get_attribute("aria-valuetext") == spoken
                snapshot = f'- slider "{label}"'
                assert slider.aria_snapshot().startswith(snapshot)
        (picture,) = box.get_by_role("img").all()  # the other one is not there for anybody
        said = f"{frames['alt']} {frames['readouts'][-1]}"
        assert picture.get_attribute("aria-label") == said


def test_sliders_show_by_pointer_what_python_computed(visit):
    for box, state in figures(visit):
        shape = [len(values) for values in state["frames"]["values"]]
        for stops in corners(state["frames"]):
            for slider, stop, size in zip(box.locator("input").all(), stops, shape, strict=True):
                place = slider.bounding_box()
                assert place["height"] >= 44
                way = (place["width"] - HANDLE) * stop / (size - 1)
                slider.click(position={"x": HANDLE / 2 + way, "y": place["height"] / 2})
            assert_shows(box, state["frames"], stops)


def test_the_widget_of_a_kernel_shows_the_same_and_tells_it_where_it_stands(visit):
    for _, state in figures(visit):
        box = visit.page.evaluate_handle(WIDGET, state).as_element()
        assert_shows(box, state["frames"], state["at"])
        for stops in corners(state["frames"]):
            visit.page.evaluate("(stops) => model.set('at', stops)", list(stops))
            assert_shows(box, state["frames"], stops)
        box.query_selector("input").press("Home")
        moved = [0, *stops[1:]]
        assert visit.page.evaluate("[saved, model.get('at')]") == [moved, moved]
        assert_shows(box, state["frames"], moved)
        box.evaluate("(box) => box.remove()")


@pytest.mark.parametrize("width", [1280, 390])
def test_no_word_leaves_a_moving_picture(visit, width):
    assert visit.look(width).evaluate(CUT) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_slider_weighs_little_and_its_readout_is_short(name):
    for state in slider_states(name):
        assert len(json.dumps([state["html"], state["frames"]])) < 225_000  # two pictures each
        assert max(map(len, state["frames"]["readouts"])) < 250


def pictures(html):
    """Return the SVGs in a page's text, without the places of marks that are not shown."""
    soup = BeautifulSoup(html, "html.parser")
    for mark in soup.select("use[visibility=hidden]"):
        del mark["x"], mark["y"]
    return [str(svg) for svg in soup("svg")]


def test_the_first_picture_is_the_one_that_the_script_draws(visit):
    for box, state in figures(visit):
        for handle, stop, values in zip(
            box.locator("input").all(), state["at"], state["frames"]["values"], strict=True
        ):
            put(visit.page, handle, stop, len(values))
        assert pictures(box.inner_html()) == pictures(state["html"])
        assert len(pictures(state["html"])) == 2


def test_sliders_follow_each_key_within_a_frame(visit):
    for box, state in figures(visit):
        for handle in box.locator("input").all():
            put(visit.page, handle, 0, 2)
        box.evaluate(ANSWERS)
        expected = state["frames"]["readouts"][: len(state["frames"]["values"][-1])][1:4]
        for step in range(len(expected)):
            visit.page.keyboard.press("ArrowRight")
            site_report.next_frame(visit.page)
            assert box.evaluate("(box) => box.answers") == expected[: step + 1]


def test_a_step_of_a_slider_is_little_work(visit):
    for box, state in figures(visit):
        sizes = [len(values) for values in state["frames"]["values"]]
        put(visit.page, box.locator("input").nth(sizes.index(max(sizes))), 0, 2)
        work = site_report.step_work(visit.page, min(10, max(sizes) - 1))
        assert min(work) < 2 * site_report.BUDGETS["slider step, median"][0]


def test_nothing_moves_when_the_script_comes(context, home):
    heights = []
    for block in (False, True):
        page = context.new_page()
        if block:
            page.route("**/bundle-*.js*", lambda route: route.abort())
        page.goto(f"{home}{CHAPTERS[0]}.html")
        site_report.show_all(page)
        boxes = page.locator("slider-figure").all()
        assert boxes[0].locator("input").is_visible() is not block
        heights.append([box.bounding_box()["height"] for box in boxes])
    assert heights[0] == heights[1]


def test_without_a_script_the_first_picture_stands(chromium, home):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{home}{CHAPTERS[0]}.html")
        for box, state in zip(
            page.locator("slider-figure").all(), slider_states(CHAPTERS[0]), strict=True
        ):
            assert_shows(box, state["frames"], state["at"])
            assert box.get_by_role("img").is_visible()
            assert not box.locator("input").first.is_visible()
