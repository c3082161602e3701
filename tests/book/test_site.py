"""The built site in a real browser, read from disk with the network cut."""

import csv
import itertools
import json
import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import place
import pytest
from _ext import polish, slim
from bs4 import BeautifulSoup
from matplotlib.image import imread
from test_book import toc_pages
from tools.site import site_report

from longterm import scalar
from longterm.figures.style import NARROW

MADE_BY_SPHINX = ("404", "genindex", "search", "prf-prf", "py-modindex", "_modules/longterm/scalar")
CHAPTERS = [name for name in toc_pages() if name.startswith("chapters/")]
# These views have each width and each theme once; on a page of each kind the others are seen, too.
VIEWS = {"wide, light": (1280, "light"), "phone, dark": (390, "dark")}
MORE_VIEWS = {"wide, dark": (1280, "dark"), "phone, light": (390, "light")}
OF_EACH_KIND = ("index", CHAPTERS[0], "pages/reference", "search")
ROOT = Path(__file__).resolve().parents[2]
HANDLE = 24  # px, as wide as a finger or a shaking hand needs it
PROGRAMS = [
    *(ROOT / "_static").glob("*.js"),
    ROOT / "lib" / "longterm" / "figures" / "sliders.js",
]

OPEN_ALL = "document.querySelectorAll('details').forEach((box) => { box.open = true; })"

# Formulas that are wider than their column, or whose next sign begins a line; displays with another
# space above than below; scroll bars and tab stops where nothing scrolls.
ODD_FORMULAS = r"""((formulas, place) => formulas.map((math) => {
  const [box, rect] = [math.parentElement, place(math)];
  if (math.getAttribute('display')) {
    const [scrolls, display] = [box.scrollWidth > box.clientWidth, box.parentElement];
    const above = display.previousElementSibling, below = display.nextElementSibling;
    const uneven = rect.top + rect.bottom - place(above ?? box).bottom - place(below ?? box).top;
    return [!scrolls && box.offsetHeight > box.clientHeight && 'has a scroll bar',
      (box.tabIndex === 0) !== scrolls && 'is a tab stop, or should be one',
      above?.matches('p') && below?.matches('p') && !scrolls && Math.abs(uneven) > 3
        && 'has unequal space'];
  }
  const next = document.evaluate('following::text()[1]', math, null, 9).singleNodeValue;
  const [range, column] = [document.createRange(), box.closest('p, li, dd, td, th, div')];
  if (/^[^\w\s([“‘]/.test(next?.data)) {
    range.setStart(next, 0);
    range.setEnd(next, 1);
  }
  const sign = range.getBoundingClientRect();
  return [rect.width > column.clientWidth + 1 && 'is wider than its column',
    sign.width && sign.left < rect.left && 'leaves a sign to the next line',
    getComputedStyle(box).display !== 'inline' && box.offsetHeight > box.clientHeight
      && 'has a scroll bar'];
}).flatMap((faults, k) => faults.filter(Boolean).map((it) => `${formulas[k].dataset.tex} ${it}`))
)([...document.querySelectorAll('.bd-article math')], (one) => one.getBoundingClientRect())"""

# Copies an element, and gives what it says, its formulas as TeX.
COPY = """(selector) => {
  const whole = document.querySelector(`.bd-article ${selector}`);
  getSelection().selectAllChildren(whole);
  const event = new ClipboardEvent('copy', { bubbles: true, clipboardData: new DataTransfer() });
  whole.dispatchEvent(event);
  const words = whole.cloneNode(true);
  words.querySelectorAll('math').forEach((one) => one.replaceWith(`$${one.dataset.tex}$`));
  return { plain: event.clipboardData.getData('text/plain'), words: words.textContent,
    html: event.clipboardData.getData('text/html') };
}"""

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


# The words on the map of the book that a line runs through, or that leave the picture.
STRUCK = """() => {
  const svg = document.querySelector('svg.map');
  const { width, height } = svg.viewBox.baseVal;
  const points = [...svg.querySelectorAll('path[fill="none"]')].flatMap((path) =>
    Array.from({ length: 201 }, (_, k) => path.getPointAtLength(path.getTotalLength() * k / 200)));
  return [...svg.querySelectorAll('text')].filter((text) => {
    if (getComputedStyle(text).visibility === 'hidden') return false;
    const { x, y, width: w, height: h } = text.getBBox();
    return x < 0 || x + w > width || y + h > height
      || points.some((p) => p.x > x && p.x < x + w && p.y > y + 3 && p.y < y + h - 3);
  }).map((text) => text.textContent);
}"""


@dataclass(frozen=True)
class Visit:
    """A page of the book that was opened from disk once, for all tests that look at it."""

    name: str
    page: object
    log: site_report.Log
    asked: list  # the addresses that it loaded before anybody touched it
    shift: float  # by how much its parts had moved by then

    def look(self, width=1280, theme="light"):
        """Return the page as it shows itself in this view."""
        self.page.set_viewport_size({"width": width, "height": 900})
        site_report.wear(self.page, theme)
        site_report.next_frame(self.page)  # the page has heard of its size
        return self.page

    def figures(self):
        """Return the boxes of the page's slider figures, each with its stored state."""
        boxes = self.look().locator("slider-figure")
        return list(zip(boxes.all(), slider_states(self.name), strict=True))


@pytest.fixture(scope="module", params=[*toc_pages(), *MADE_BY_SPHINX])
def visit(request, chromium, home):
    """Each page of the book; to load one takes longer than most tests of it."""
    size = {"width": 1280, "height": 900}
    with chromium.new_context(viewport=size, reduced_motion="reduce") as context:
        context.add_init_script(site_report.SHIFTS)
        page, log = site_report.open_page(context, f"{home}{request.param}.html", home)
        asked, shift = list(log.asked), page.evaluate("shift")
        site_report.show_all(page)
        yield Visit(request.param, page, log, asked, shift)
        assert log.is_clean(), log  # nor did the page complain while the tests used it


def slider_states(name):
    """Return what the notebook of a page, if it is one, has stored of its slider figures."""
    path = ROOT / f"{name}.ipynb"
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"] if path.exists() else {}
    widgets = metadata.get("widgets", {})
    states = widgets.get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    return [model["state"] for _, model in sorted(states.items()) if "frames" in model["state"]]


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


# --- Every page --------------------------------------------------------------------------


def test_page_complains_of_nothing_and_asks_no_other_host(visit):
    assert visit.log.is_clean(), visit.log


def test_page_is_light(visit, build):
    kind = "heaviest chapter" if visit.name in CHAPTERS else "heaviest other page"
    assert site_report.weight(visit.asked, build.html) < site_report.BUDGETS[kind][0]
    assert len(visit.asked) <= site_report.BUDGETS["most requests"][0]


def test_nothing_moves_while_a_page_comes(visit):
    assert visit.shift < site_report.BUDGETS["layout shift"][0]


def test_figures_say_in_words_what_they_show(visit):
    assert visit.page.evaluate(site_report.MUTE) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_formulas_keep_to_their_lines(visit, width):
    visit.look(width).evaluate(OPEN_ALL)
    assert visit.page.evaluate(ODD_FORMULAS) == []


def test_a_copied_formula_is_tex(context, home):
    page, _ = site_report.open_page(context, f"{home}{CHAPTERS[0]}.html", home)
    copied = page.evaluate(COPY, "p:has(math)")
    assert copied["plain"].split() == copied["words"].split()
    assert copied["plain"].count("$") >= 2
    assert "<math" in copied["html"]


def test_icons_come_from_the_small_font(visit):
    faces = "[...document.fonts].filter((f) => f.status === 'loaded').length"
    assert visit.page.evaluate(faces)
    assert [name for name in visit.asked if "fontawesome" in name] == []


def test_page_has_no_barrier(visit):
    found = {"rest": site_report.barriers(visit.look(), ["rest"])}
    for view, seen in (VIEWS | (MORE_VIEWS if visit.name in OF_EACH_KIND else {})).items():
        found[view] = site_report.barriers(visit.look(*seen), ["looks"])
    assert found == {view: [] for view in found}


@pytest.mark.parametrize("width", [320, 390])
def test_page_does_not_scroll_sideways_on_a_phone(visit, width):
    page = visit.look(width=width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_at_400_percent_and_a_readers_spacing_nothing_is_cut(visit):
    page = visit.look(width=320)
    page.evaluate(OPEN_ALL)
    page.evaluate(site_report.SPACED)
    wider = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).length"
    parts = page.locator("html, h1, .prev-next-area > a")
    cut = parts.evaluate_all(wider)
    page.evaluate("document.head.lastElementChild.remove()")
    assert cut == 0


def test_no_code_scrolls_sideways_on_a_desk(visit):
    page = visit.look()
    page.evaluate(OPEN_ALL)
    wider = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert page.locator(".bd-article :is(pre, .output)").evaluate_all(wider) == 0


def test_on_a_wide_desk_text_keeps_its_width_and_code_has_more(visit):
    widths = "(all) => all.map((one) => one.getBoundingClientRect().width / 16)"
    page = visit.look(width=1440)
    texts = page.locator(".bd-article section > p").evaluate_all(widths)
    wide = page.locator(".bd-article section > .cell").evaluate_all(widths)
    assert all(width <= 44 for width in texts)
    assert all(44 < width <= 56 for width in wide)


def test_paper_is_light_in_any_theme(visit):
    page = visit.look(theme="dark")
    colours = """() => ['color', 'backgroundColor'].map((what) =>
      Math.max(...getComputedStyle(document.body)[what].match(/\\d+/g).slice(0, 3)))"""
    text, ground = page.evaluate(colours)
    assert text > 150 > 60 > ground
    page.emulate_media(media="print")
    text, ground = page.evaluate(colours)
    page.emulate_media(media="screen")
    assert text < 90
    assert ground == 255


@pytest.mark.parametrize(("theme", "forced"), [("light", "dark"), ("dark", "light")])
def test_forced_colours_hide_no_line(chromium, home, theme, forced):
    """Their ground may not be the theme's: figures keep theirs, and the map takes the new ink."""
    with chromium.new_context(color_scheme=forced) as context:
        page, _ = site_report.open_page(context, f"{home}{CHAPTERS[4]}.html", home)
        site_report.show_all(page)
        site_report.wear(page, theme)
        boxes = [page.locator(one).first for one in ("figure img", "slider-figure svg.wide")]
        usual = [imread(BytesIO(box.screenshot())).mean() for box in boxes]
        page.emulate_media(forced_colors="active")
        shown = [imread(BytesIO(box.screenshot())).mean() for box in boxes]
        look = "([one, what]) => getComputedStyle(document.querySelector(one))[what]"
        parts = [("body", "backgroundColor"), ("body", "color"), ("#book-map svg", "color")]
        parts += [("#book-map rect", "fill"), ("#book-map text", "fill")]
        ground, ink, drawn, node, words = (page.evaluate(look, part) for part in parts)
    assert shown == pytest.approx(usual, abs=0.05)
    assert (node, drawn) == (ground, ink)
    assert words not in (ground, node)


def test_a_chapter_says_where_it_stands(visit):
    page = visit.look(width=320)
    here = page.locator("#book-map a.here")
    if visit.name not in CHAPTERS:
        assert here.count() == 0
        return
    number = CHAPTERS.index(visit.name) + 1
    page.get_by_role("button", name=f"{number} of {len(CHAPTERS)}").press("Enter")
    seen = page.locator("svg.map .you").evaluate_all(
        "(all) => all.filter((one) => getComputedStyle(one).visibility === 'visible').length"
    )
    assert seen == here.count() == 1
    assert here.get_attribute("href").endswith(f"{visit.name}.html")
    assert page.evaluate(STRUCK) == []
    page.keyboard.press("Escape")
    assert not here.is_visible()


def test_figures_can_be_read_on_a_phone(visit):
    """Each is whole, and at least as wide as it was drawn: a point of its letters is a pixel."""
    page = visit.look(width=390)
    page.evaluate(OPEN_ALL)
    for picture in page.locator(".cell_output figure :is(img, svg.narrow)").all():
        size = picture.bounding_box()
        assert size["width"] > 72 * NARROW
        assert size["x"] + size["width"] < 390
        if picture.evaluate("(one) => one.localName") == "img":
            picture.scroll_into_view_if_needed()
            page.wait_for_function("(one) => one.complete", arg=picture.element_handle())
            assert picture.evaluate("(one) => one.currentSrc").endswith("-narrow.svg")
    assert not any(one.is_visible() for one in page.locator("svg.wide").all())


# --- What a reader does ------------------------------------------------------------------


def test_answers_unfold_by_keyboard(visit):
    page = visit.look()
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = false; })")
    boxes = page.locator(".bd-article details:not([open])").element_handles()
    assert boxes or visit.name not in CHAPTERS
    for box in boxes[:3]:
        box.query_selector("summary").focus()
        page.keyboard.press("Enter")
        assert box.evaluate("(box) => box.open")


def test_the_first_slider_is_two_steps_of_the_keyboard_away(visit):
    if visit.figures():
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


def frames_index(frames, stops):
    """Return the number of the frame at some stops: the last slider's change fastest."""
    k = 0
    for values, stop in zip(frames["values"], stops, strict=True):
        k = k * len(values) + stop
    return k


def test_sliders_say_what_they_are_and_where_they_stand(visit):
    for box, state in visit.figures():
        sliders, frames = box.locator("input").all(), state["frames"]
        assert len(sliders) == len(frames["values"])
        for stops in walk(visit.page, box, frames):
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


def test_sliders_show_by_key_what_python_computed(visit):
    for box, state in visit.figures():
        for stops in walk(visit.page, box, state["frames"]):
            assert_shows(box, state["frames"], stops)


def test_sliders_show_by_pointer_what_python_computed(visit):
    for box, state in visit.figures():
        shape = [len(values) for values in state["frames"]["values"]]
        for stops in corners(state["frames"]):
            for slider, stop, size in zip(box.locator("input").all(), stops, shape, strict=True):
                place = slider.bounding_box()
                assert place["height"] >= 44
                way = (place["width"] - HANDLE) * stop / (size - 1)
                slider.click(position={"x": HANDLE / 2 + way, "y": place["height"] / 2})
            assert_shows(box, state["frames"], stops)


def test_the_widget_of_a_kernel_shows_the_same_and_tells_it_where_it_stands(visit):
    for _, state in visit.figures():
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


def pictures(html):
    """Return the SVGs in a page's text, without the places of marks that are not shown."""
    soup = BeautifulSoup(html, "html.parser")
    for mark in soup.select("use[visibility=hidden]"):
        del mark["x"], mark["y"]
    return [str(svg) for svg in soup("svg")]


def test_the_first_picture_is_the_one_that_the_script_draws(visit):
    for box, state in visit.figures():
        for handle, stop, values in zip(
            box.locator("input").all(), state["at"], state["frames"]["values"], strict=True
        ):
            put(visit.page, handle, stop, len(values))
        assert pictures(box.inner_html()) == pictures(state["html"])
        assert len(pictures(state["html"])) == 2


def test_sliders_follow_each_key_within_a_frame(visit):
    for box, state in visit.figures():
        for handle in box.locator("input").all():
            put(visit.page, handle, 0, 2)
        box.evaluate(ANSWERS)
        expected = state["frames"]["readouts"][: len(state["frames"]["values"][-1])][1:4]
        for step in range(len(expected)):
            visit.page.keyboard.press("ArrowRight")
            site_report.next_frame(visit.page)
            assert box.evaluate("(box) => box.answers") == expected[: step + 1]


def test_a_step_of_a_slider_is_little_work(visit):
    for box, state in visit.figures():
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


def test_the_first_pages_slider_picks_a_curve_and_says_its_numbers(context, home):
    page, log = site_report.open_page(context, f"{home}index.html", home)
    slider = page.get_by_label("Size of the number")
    for key, size in ("End", 1.1), ("Home", 0.9), ("ArrowRight", 0.91):
        slider.press(key)
        left = f"{scalar.powers(size, 36)[-1]:.0%}"
        assert re.search(rf"Size {size}: .* {left}\.", page.get_by_role("status").inner_text())
        chosen = page.locator("svg.spirals path.on")
        assert chosen.get_attribute("data-says") == slider.get_attribute("aria-valuetext")
    page.get_by_role("link", name="Start", exact=True).click()
    assert page.url.endswith(f"{CHAPTERS[0]}.html")
    assert log.is_clean(), log


def test_search_finds_the_spectral_radius(context, home):
    page, log = site_report.open_page(context, f"{home}index.html", home)
    page.keyboard.press("Control+k")
    page.keyboard.type("spectral radius")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert "Powers of a matrix" in page.locator("#search-results").inner_text()
    assert log.is_clean(), log


# --- Predictions -------------------------------------------------------------------------


def ask(context, home, place=""):
    """Open the first chapter; return the page, its first prediction, and what that covers."""
    context.add_init_script(site_report.SHIFTS)
    page, _ = site_report.open_page(context, f"{home}{CHAPTERS[0]}.html{place}", home)
    box = page.locator(".prediction").first
    return page, box, page.locator(".prediction + .cover").first


def commit(page, box, choice):
    """Pick a choice, be fairly sure, and commit, all by keyboard from the first choice on."""
    box.locator("input").first.focus()
    page.keyboard.press("Space")
    for key in [*["ArrowDown"] * choice, "Tab", "Space", "ArrowRight", "Tab", "Enter"]:
        page.keyboard.press(key)
    site_report.next_frame(page)


def test_the_answer_opens_when_the_reader_has_committed_and_not_before(context, home):
    page, box, rest = ask(context, home)
    choices = box.locator("summary").all_inner_texts()
    for view in VIEWS.values():
        page.set_viewport_size({"width": view[0], "height": 900})
        site_report.wear(page, view[1])
        assert site_report.barriers(page) == []
    assert rest.get_attribute("hidden") == "until-found"
    covered = [*box.locator("details").all(), *rest.locator(":scope > *").all()]
    assert len(covered) > 5
    assert not any(one.evaluate("(one) => one.checkVisibility()") for one in covered)
    box.get_by_role("button", name="Commit").click()  # nothing is picked: nothing happens
    assert page.evaluate("localStorage.getItem('longterm.believed')") is None

    commit(page, box, 0)
    said = box.get_by_role("status").inner_text()
    assert said == "Another answer is right. You were fairly sure."
    for _ in range(2):
        opened = box.locator("details[open]").all_inner_texts()
        assert len(opened) == 2
        assert opened[0].startswith(choices[0])
        assert "\nYes" in opened[1]
        assert all(one.evaluate("(one) => one.checkVisibility()") for one in covered)
        assert site_report.barriers(page) == []
        page.reload()  # the browser remembers
        site_report.wait_until_ready(page)
        assert page.evaluate("shift") < site_report.BUDGETS["layout shift"][0]

    box.get_by_role("button", name="Take it back").press("Enter")
    assert page.evaluate("document.activeElement.type") == "radio"
    assert rest.get_attribute("hidden") == "until-found"
    assert page.evaluate("localStorage.getItem('longterm.believed')") == "{}"


def test_a_browser_that_keeps_nothing_does_not_stop_a_reader(context, home):
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw Error('refused'); } })"
    )
    page, box, rest = ask(context, home)
    commit(page, box, 1)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert rest.is_visible()


def test_what_was_believed_is_listed_saved_and_forgotten(context, home):
    page, box, _ = ask(context, home)
    answers = box.locator("details").all_text_contents()
    right = next(k for k, text in enumerate(answers) if "Yes" in text)
    commit(page, box, right)
    box.get_by_role("link", name="What you believed").click()
    site_report.wait_until_ready(page)
    assert "(fairly sure): right." in page.locator(".believed li").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    first, second, *_ = rows = list(csv.DictReader(text.splitlines()))
    sources = [(ROOT / f"{name}.ipynb").read_text(encoding="utf-8") for name in CHAPTERS]
    assert len(rows) == sum(source.count(":class: prediction") for source in sources)
    assert first["question"] in page.locator(".believed li").first.inner_text()
    assert (first["how sure"], first["right"], second["answer"]) == ("fairly sure", "true", "")
    page.locator(".believed li a").nth(2).click()  # back to a prediction further down
    site_report.wait_until_ready(page)
    assert 0 <= page.locator(".prediction").nth(2).bounding_box()["y"] < 450
    assert page.evaluate("shift") < site_report.BUDGETS["layout shift, link to a section"][0]
    page.go_back()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget all").click()
    assert "0 of" in page.get_by_role("status").inner_text()
    assert page.evaluate("localStorage.getItem('longterm.believed')") == "{}"


def test_links_and_paper_open_what_is_covered(context, home):
    context.add_init_script("delete HTMLElement.prototype.onbeforematch")  # an older browser
    page, box, rest = ask(context, home)
    assert rest.get_attribute("hidden") == ""
    anchor = page.locator(".cover [id]:not([popover])").last.get_attribute("id")
    page.evaluate("(id) => { location.hash = id; }", anchor)
    assert page.locator(f"[id='{anchor}']").is_visible()
    page.emulate_media(media="print")
    texts = page.locator(".prediction details > :not(summary), .cover > *")
    assert texts.count() > 20
    assert all(texts.evaluate_all("(all) => all.map((one) => one.checkVisibility())"))
    assert not box.locator("form").is_visible()


@pytest.mark.parametrize("runs", [False, True])
def test_without_their_script_predictions_are_folded_answers(chromium, home, runs):
    with chromium.new_context(java_script_enabled=runs) as context:
        context.route("**/predictions.js*", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{home}{CHAPTERS[0]}.html")
        for box in page.locator(".prediction").all():
            assert box.locator("details:not([open]) > summary").first.is_visible()
        assert not any(form.is_visible() for form in page.locator("form.commit").all())
        assert page.locator(".prediction ~ .cover > .cell").first.is_visible()
        page.goto(f"{home}pages/believed.html")
        assert page.locator(".believed li a").count() > 20


def test_a_word_of_art_shows_its_line_by_pointer_touch_and_key_without_a_script(chromium, home):
    with chromium.new_context(java_script_enabled=False, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{home}pages/notation.html")
        wanted = page.locator("dt:has(#term-attractor) + dd, #term-attractor + dd").inner_text()
        page.goto(f"{home}{CHAPTERS[4]}.html")
        word = page.locator("button.word", has_text="attractor").first
        line = page.locator(f"#{word.get_attribute('popovertarget')}")
        for show in (word.hover, word.tap, lambda: word.press("Enter")):
            assert not line.is_visible()
            show()
            assert line.inner_text() == f"attractor: {wanted}"
            page.keyboard.press("Escape")
            page.locator("article h2").first.hover()


# --- What all of this costs --------------------------------------------------------------


def test_our_own_javascript_is_little_and_says_why():
    texts = [path.read_text(encoding="utf-8") for path in PROGRAMS]
    lines = [line for text in texts for line in text.splitlines()]
    assert len(lines) <= 400
    assert max(map(len, lines)) <= 100
    assert all(text.startswith("// ") for text in texts)


# --- The steps of the build, without a browser ----------------------------------------------


def test_polishing_twice_is_polishing_once(build):
    for path in (build.html / "index.html", build.html / f"{CHAPTERS[0]}.html"):
        page = path.read_text(encoding="utf-8")
        assert polish.polished(page, path.parent) == page


def test_a_sheet_keeps_what_pages_may_use():
    sheet = """:root { --a: 1; --b: var(--c); --c: 2 } .on, .off { top: var(--a) } #gone { left: 0 }
      @media (min-width: 9px) { .off { top: 1px } p:not(.off) { top: 2px } }
      b .on, [data-gone] { top: 3px } [open] .on { top: 4px }
      @keyframes idle { from { top: 0 } }"""
    left = slim.rules(slim.tinycss2.parse_stylesheet(sheet, True, True), {"on", "<p"})
    assert slim.without_idle_names(left).replace(" ", "") == (
        ":root{--a:1;}.on{top:var(--a)}@media(min-width:9px){p:not(.off){top:2px}}[open].on{top:4px}"
    )


def test_on_paper_the_dark_theme_is_the_light_one():
    light, dark = ("".join(slim.themed(f'[data-theme="{t}"] p', "x")) for t in ("light", "dark"))
    assert light == '[data-theme="light"] p{x}@media print{[data-theme] p{x}}'
    assert dark == '@media screen{[data-theme="dark"] p{x}}'


def test_the_page_for_lost_addresses_leads_home_from_anywhere():
    page = '<a href="pages/map.html"><a href="#main"><a href="https://x.org/"><img src="a.svg">'
    moved = page.replace('"pages', '"/h/pages').replace('"a.svg', '"/h/a.svg')
    assert place.rooted(page, "/h/") == moved


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("One. Two is longer.", "One."),
        ("One. Two.", "One. Two."),
        ("A long first one. Two.", "A long first one."),
        ("No end", "No end"),
    ],
)
def test_descriptions_end_with_a_sentence(text, kept):
    assert polish.whole(text, longest=10) == kept
