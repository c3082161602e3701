"""The built site in a real browser, read from disk with the network cut."""

import re
from io import BytesIO

import place
import pytest
from _ext import polish, slim
from matplotlib.image import imread
from test_book import toc_pages
from tools.site import site_report
from visits import CHAPTERS, ROOT, VIEWS, visiting

from longterm import scalar
from longterm.figures.style import NARROW

MADE_BY_SPHINX = ("404", "genindex", "search", "prf-prf", "py-modindex", "_modules/longterm/scalar")
# VIEWS have each width and each theme once; on a page of each kind the others are seen, too.
MORE_VIEWS = {"wide, dark": (1280, "dark"), "phone, light": (390, "light")}
LOOKS = set()  # those of the pages so far: what is readable on one page is so on all
OF_EACH_KIND = ("index", CHAPTERS[0], "pages/reference", "search")
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


@pytest.fixture(scope="module", params=[*toc_pages(), *MADE_BY_SPHINX])
def visit(request, chromium, home):
    """Each page of the book; to load one takes longer than most tests of it."""
    with visiting(chromium, home, request.param) as visit:
        yield visit


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
        found[view] = site_report.barriers(visit.look(*seen), ["looks"], LOOKS)
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
