"""The built site in a real browser, read from disk with the network cut."""

import importlib.util
import itertools
import json
import os
import re
import statistics

import pytest
import site_report
import vendor
from conftest import LEFT_OUT, ROOT
from test_book import toc_pages

MADE_BY_SPHINX = ("genindex", "search", "prf-prf", "py-modindex")
CHAPTERS = [name for name in toc_pages() if name.startswith("chapters/")]
VIEWS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}
PROGRAMS = [ROOT / "_static" / "site.js", ROOT / "lib" / "longterm" / "explore.js"]
TRIES = 3  # of a time the best counts: other programs run beside the tests


@pytest.fixture(scope="module")
def chromium():
    """Start the browser; without one this whole group is left out, which CI does not allow."""
    if site_report.find_chromium() is None or not site_report.AXE.is_file():
        reason = "the tests in a browser. They need: sudo apt install chromium npm, and a network"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(LEFT_OUT + reason)
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
def page_and_log(request, chromium, home):
    """Each page of the book, opened from disk once for the tests that only look."""
    size = {"width": 1280, "height": 900}
    with chromium.new_context(viewport=size, reduced_motion="reduce") as context:
        page, log = site_report.open_page(context, f"{home}{request.param}.html", home)
        yield page, log


def slider_page(context, home, name):
    """Return a chapter's page, the states of its slider figures, and their boxes."""
    page, log = site_report.open_page(context, f"{home}{name}.html", home)
    boxes = page.locator(".widget-vbox:has(> .slider-figure)")
    states = slider_states(name)
    assert log.is_clean(), log
    assert boxes.count() == len(states)
    return page, list(zip(boxes.all(), states, strict=True))


def slider_states(name):
    """Return what the notebook of a chapter has stored of its slider figures, in order."""
    notebook = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))
    widgets = notebook["metadata"].get("widgets", {})
    states = widgets.get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    return [model["state"] for _, model in sorted(states.items()) if "readouts" in model["state"]]


def put(page, handle, stop, stops):
    """Move a slider to one of its stops, by keyboard."""
    handle.focus()
    page.keyboard.press("End" if stop == stops - 1 else "Home")
    for _ in range(stop if stop < stops - 1 else 0):
        page.keyboard.press("ArrowRight")


def drawn(box, name):
    """Return the coordinates of a line as the browser has drawn it."""
    outline = box.locator(f'[id="{name}"] > path').first.get_attribute("d")
    return [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", outline)]


def computed(track, k):
    """Return the coordinates of a line as Python has stored them, points that are missing out."""
    xs, ys = (track[c][0 if len(track[c]) == 1 else k].split() for c in "xy")
    points = [
        (float(x) / 10, float(y) / 10) for x, y in zip(xs, ys, strict=True) if "-" not in (x, y)
    ]
    return list(itertools.chain(*points))


# --- Every page --------------------------------------------------------------------------


def test_page_complains_of_nothing_and_asks_no_other_host(page_and_log):
    page, log = page_and_log
    assert log.is_clean(), log
    assert page.locator("mjx-merror").count() == 0


def test_figures_say_in_words_what_they_show(page_and_log):
    page, _ = page_and_log
    assert page.evaluate(site_report.MUTE) == []


def test_formulas_are_set(page_and_log):
    page, _ = page_and_log
    formulas = page.locator(".bd-article :is(span, div).math")
    assert formulas.count() == formulas.filter(has=page.locator("mjx-container")).count()


def test_icons_come_from_the_small_font(page_and_log):
    page, _ = page_and_log
    faces = page.evaluate("[...document.fonts].filter((f) => f.status === 'loaded').length")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert faces
    assert [name for name in loaded if "fontawesome" in name] == []


@pytest.mark.parametrize("view", VIEWS)
def test_page_has_no_barrier(page_and_log, view):
    page, _ = page_and_log
    width, theme = VIEWS[view]
    page.set_viewport_size({"width": width, "height": 900})
    site_report.wear(page, theme)
    assert site_report.barriers(page) == []


def test_page_does_not_scroll_sideways_on_a_phone(page_and_log):
    page, _ = page_and_log
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# --- What a reader does ------------------------------------------------------------------


@pytest.mark.parametrize("name", CHAPTERS)
def test_answers_unfold_by_keyboard(context, home, name):
    page, _ = site_report.open_page(context, f"{home}{name}.html", home)
    boxes = page.locator(".bd-article details:not([open])")
    assert boxes.count() > 0
    for box in boxes.element_handles()[:3]:
        box.query_selector("summary").focus()
        page.keyboard.press("Enter")
        assert box.evaluate("(box) => box.open")


def test_search_finds_the_spectral_radius(context, home):
    page, log = site_report.open_page(context, f"{home}index.html", home)
    page.keyboard.press("Control+k")
    page.keyboard.type("spectral radius")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert "Powers of a matrix" in page.locator("#search-results").inner_text()
    assert log.is_clean(), log


@pytest.mark.parametrize("name", CHAPTERS)
def test_sliders_show_what_python_computed(context, home, name):
    page, figures = slider_page(context, home, name)
    for box, state in figures:
        handles = box.locator(".noUi-handle").all()
        shape = state["shape"]
        assert len(handles) == len(shape)
        for stops in itertools.product(*({0, size // 2, size - 1} for size in shape)):
            for handle, stop, size in zip(handles, stops, shape, strict=True):
                put(page, handle, stop, size)
            k = stops[0] * (shape[1] if len(shape) > 1 else 1) + (stops[1:] or (0,))[0]
            assert box.locator(".readout").inner_text() == state["readouts"][k]
            for line, track in state["moving"].items():
                if "x" in track and box.locator(f'[id="{line}"] > path').count():
                    points = computed(track, k)
                    assert drawn(box, line) == (
                        pytest.approx(points, abs=1e-6) if points else [0, 0]
                    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_sliders_say_what_they_are_and_where_they_stand(context, home, name):
    page, figures = slider_page(context, home, name)
    for box, _ in figures:
        for slider in box.locator(".widget-hslider").all():
            handle = slider.locator(".noUi-handle")
            put(page, handle, 1, 3)
            page.wait_for_timeout(50)
            assert (
                handle.get_attribute("aria-label") == slider.locator(".widget-label").inner_text()
            )
            shown = slider.locator(".widget-readout").inner_text()
            assert handle.get_attribute("aria-valuetext") == shown


# --- Weight and time; the figures proper are those of `make site-report` -------------------


def test_pages_are_light(chromium, build):
    with site_report.served(build.html) as address:
        names = ["index", *CHAPTERS, "pages/reference"]
        weights = {name: site_report.visit(chromium, f"{address}{name}.html") for name in names}
    for name, visit in weights.items():
        kind = "heaviest page" if visit.alive else "heaviest text page"
        assert visit.weight < site_report.BUDGETS[kind][0], name


def test_page_comes_and_sliders_live_in_time(chromium, build):
    name = next((name for name in CHAPTERS if slider_states(name)), "index")
    with site_report.served(build.html) as address:
        visits = [site_report.visit(chromium, f"{address}{name}.html") for _ in range(TRIES)]
    assert min(visit.paint for visit in visits) < 2 * site_report.BUDGETS["first paint"][0]
    assert min(visit.alive or 0 for visit in visits) < 2 * site_report.BUDGETS["slider alive"][0]


def test_sliders_follow_the_key(context, home):
    name = next((name for name in CHAPTERS if slider_states(name)), None)
    if name is None:
        pytest.skip("no chapter has a slider yet")
    page, _ = slider_page(context, home, name)
    times = [site_report.step_times(page) for _ in range(TRIES)]
    median, slow = "slider step, median", "slider step, 95th percentile"
    assert min(map(statistics.median, times)) < 2 * site_report.BUDGETS[median][0]
    assert min(map(site_report.percentile95, times)) < 2 * site_report.BUDGETS[slow][0]


def test_our_own_javascript_is_little_and_says_why():
    texts = [path.read_text(encoding="utf-8") for path in PROGRAMS]
    lines = [line for text in texts for line in text.splitlines()]
    assert len(lines) < 150
    assert max(map(len, lines)) <= 100
    assert all(text.startswith("// ") for text in texts)


# --- The steps of the build, without a browser ----------------------------------------------


def extension(name):
    """Return one of the book's own Sphinx extensions."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_polishing_twice_is_polishing_once(build):
    polish = extension("polish")
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
    assert extension("polish").whole(text, longest=10) == kept


def test_widgets_are_found_by_name():
    assert extension("standalone").named('define(["x"], f)') == 'define("anywidget", ["x"], f)'


def test_only_what_is_needed_is_unpacked():
    wanted = {"es5/output": "site/output", "LICENSE": "site/LICENSE"}
    assert vendor.place("package/es5/output/a/b.js", wanted).as_posix() == "site/output/a/b.js"
    assert vendor.place("package/LICENSE", wanted).as_posix() == "site/LICENSE"
    assert vendor.place("package/es5/outputs.js", wanted) is None


def test_other_bytes_than_the_pinned_ones_are_refused():
    with pytest.raises(SystemExit, match="not what"):
        vendor.verify("x", b"other", vendor.PACKAGES[0][2])
