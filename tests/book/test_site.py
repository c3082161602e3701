"""The built site in a real browser, read from disk with the network cut."""

import csv
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from _ext import polish
from bs4 import BeautifulSoup
from test_book import toc_pages
from tools.site import site_report, vendor

from longterm.figures.style import NARROW

MADE_BY_SPHINX = ("genindex", "search", "prf-prf", "py-modindex", "_modules/longterm/scalar")
CHAPTERS = [name for name in toc_pages() if name.startswith("chapters/")]
# Between them these views have each width and each theme once.
VIEWS = {"wide, light": (1280, "light"), "phone, dark": (390, "dark")}
# What stands around the article, and for one width only, comes from one template; on a page of each
# kind it is also seen in the other theme.
FRAMES = {"wide, dark": (1280, "dark"), "phone, light": (390, "light")}
FRAMED = ("index", CHAPTERS[0], "pages/reference", "search")
ROOT = Path(__file__).resolve().parents[2]
HANDLE = 24  # px, as wide as a finger or a shaking hand needs it
PROGRAMS = [
    *(ROOT / "_static").glob("*.js"),
    ROOT / "lib" / "longterm" / "figures" / "sliders.js",
]

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


@dataclass(frozen=True)
class Visit:
    """A page of the book that was opened from disk once, for all tests that look at it."""

    name: str
    page: object
    log: site_report.Log
    asked: list  # the addresses that it loaded before anybody touched it

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


@pytest.fixture(scope="module")
def chromium():
    """Start the browser."""
    with site_report.browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def home(build):
    return build.html.as_uri() + "/"


@pytest.fixture
def context(chromium):
    """A fresh window of desktop size that moves nothing for show."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context


@pytest.fixture(scope="module", params=[*toc_pages(), *MADE_BY_SPHINX])
def visit(request, chromium, home):
    """Each page of the book; to load one takes longer than most tests of it."""
    size = {"width": 1280, "height": 900}
    with chromium.new_context(viewport=size, reduced_motion="reduce") as context:
        page, log = site_report.open_page(context, f"{home}{request.param}.html", home)
        asked = list(log.asked)
        site_report.show_all(page)
        yield Visit(request.param, page, log, asked)
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
    assert visit.page.locator("mjx-merror").count() == 0


def test_page_is_light(visit, build):
    kind = "heaviest page" if slider_states(visit.name) else "heaviest text page"
    assert site_report.weight(visit.asked, build.html) < site_report.BUDGETS[kind][0]
    assert len(visit.asked) < site_report.BUDGETS["most requests"][0]


def test_figures_say_in_words_what_they_show(visit):
    assert visit.page.evaluate(site_report.MUTE) == []


def test_formulas_are_set(visit):
    formulas = visit.page.locator(".bd-article :is(span, div).math")
    assert formulas.count() == formulas.filter(has=visit.page.locator("mjx-container")).count()


def test_icons_come_from_the_small_font(visit):
    faces = "[...document.fonts].filter((f) => f.status === 'loaded').length"
    assert visit.page.evaluate(faces)
    assert [name for name in visit.asked if "fontawesome" in name] == []


def test_page_has_no_barrier(visit):
    found = {view: site_report.barriers(visit.look(*VIEWS[view])) for view in VIEWS}
    for view in FRAMES if visit.name in FRAMED else ():
        found[view] = site_report.barriers(visit.look(*FRAMES[view]), "frame")
    assert found == {view: [] for view in found}


@pytest.mark.parametrize("width", [390, 320])
def test_page_does_not_scroll_sideways_on_a_phone(visit, width):
    page = visit.look(width=width)
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_figures_can_be_read_on_a_phone(visit):
    """Each is whole, and at least as wide as it was drawn: a point of its letters is a pixel."""
    page = visit.look(width=390)
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
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


def test_the_first_picture_is_the_one_that_the_script_draws(visit):
    for box, state in visit.figures():
        stored = BeautifulSoup(state["html"], "html.parser")
        for handle, stop, values in zip(
            box.locator("input").all(), state["at"], state["frames"]["values"], strict=True
        ):
            put(visit.page, handle, stop, len(values))
        drawn = BeautifulSoup(box.inner_html(), "html.parser")
        assert [*map(str, drawn("svg"))] == [*map(str, stored("svg"))]
        assert len(stored("svg")) == 2


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
            page.route("**/sliders.js*", lambda route: route.abort())
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
    page.go_back()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget all").click()
    assert "0 of" in page.get_by_role("status").inner_text()
    assert page.evaluate("localStorage.getItem('longterm.believed')") == "{}"


def test_links_and_paper_open_what_is_covered(context, home):
    context.add_init_script("delete HTMLElement.prototype.onbeforematch")  # an older browser
    page, box, rest = ask(context, home)
    assert rest.get_attribute("hidden") == ""
    anchor = page.locator(".cover [id]").last.get_attribute("id")
    page.evaluate("(id) => { location.hash = id; }", anchor)
    assert page.locator(f"[id='{anchor}']").is_visible()
    page.emulate_media(media="print")
    texts = page.locator(".prediction details > :not(summary), .cover > *")
    assert texts.count() > 20
    assert all(texts.evaluate_all("(all) => all.map((one) => one.checkVisibility())"))
    assert not box.locator("form").is_visible()


def test_without_a_script_predictions_are_folded_answers(chromium, home):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{home}{CHAPTERS[0]}.html")
        for box in page.locator(".prediction").all():
            assert box.locator("details:not([open]) > summary").count() >= 3
        assert page.locator("form.commit").count() == 0
        assert page.locator(".prediction ~ .cell").first.is_visible()
        page.goto(f"{home}pages/believed.html")
        assert page.locator(".believed li a").count() > 20


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


def test_other_bytes_than_the_pinned_ones_are_refused():
    with pytest.raises(SystemExit, match="not what"):
        vendor.verify("x", b"other", vendor.PACKAGES[0][2])
