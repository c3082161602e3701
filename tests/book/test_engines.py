"""The built site in Firefox and in WebKitGTK, over http and from disk.

Chromium sees every page in `test_site.py`. Here three pages stand for all; `make browsers` opens
all of them.
"""

import os
from contextlib import suppress

import engines
import pytest
from test_book import toc_pages
from tools.site import site_report

PAGES = ("index", "chapters/02_matrix_powers", "chapters/05_robust_memory")
NEEDS = {"firefox": ["firefox-esr"], "webkit": ["webkit2gtk-driver", "xvfb"]}

# Put before everything else on a page: keeps what the page complains of.
RECORDER = b"""<head><script>
  window.complaints = [];
  addEventListener("error", (event) => complaints.push(event.message ?? event.target.src), true);
  addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
  console.error = (...words) => complaints.push(words.join(" "));
</script>"""

# What is for paper only is put on the screen, and what is for the screen only is taken off it.
AS_PRINTED = """for (const sheet of document.styleSheets) for (const rule of sheet.cssRules)
  if (rule.media?.mediaText.includes("print")) rule.media.mediaText = "all";
  else if (rule.media?.mediaText.includes("screen")) rule.media.mediaText = "not all";"""

SHOW_ALL = """[...document.querySelectorAll(".commit button")]
  .find((one) => one.textContent === "Show all on this page")?.click()"""


class Watched(site_report.Compressing):
    """Serves files; pages note what they complain of."""

    def do_GET(self):
        path = self.translate_path(self.path)
        if not path.endswith(".html"):
            super().do_GET()
            return
        with open(path, "rb") as file:
            page = file.read().replace(b"<head>", RECORDER, 1)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        with suppress(BrokenPipeError):  # the reader has turned to another page
            self.wfile.write(page)


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.needs(*NEEDS[name])) for name in NEEDS],
)
def window(request):
    """A window of each engine."""
    with engines.window(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(build):
    with site_report.served(build.html, Watched) as home:
        yield home


@pytest.fixture(scope="module", params=toc_pages() if os.environ.get("EVERY_PAGE") else PAGES)
def page(request, window, address):
    """Each page, opened over http with all shown."""
    window.resize(*engines.SIZE)
    window.open(f"{address}{request.param}.html")
    window.run(SHOW_ALL)
    yield window
    assert window.run("return complaints") == []


def sliders(window):
    """Return how many sliders the page has."""
    return window.run("return document.querySelectorAll('slider-figure input').length")


def stop(window, k):
    """Return where the k-th slider stands, its value in words, and the readout of its figure."""
    return window.run(f"""const input = document.querySelectorAll("slider-figure input")[{k}];
        const box = input.closest("slider-figure");
        return [input.valueAsNumber, input.getAttribute("aria-valuetext"),
                box.querySelector(".readout span").textContent]""")


def expected(window, k, value):
    """Return those words as Python computed them, with the k-th slider at this stop."""
    return window.run(f"""const input = document.querySelectorAll("slider-figure input")[{k}];
        const box = input.closest("slider-figure");
        const frames = JSON.parse(box.querySelector("script").textContent);
        const inputs = [...box.querySelectorAll("input")];
        const at = inputs.map((one) => one === input ? {value} : one.valueAsNumber);
        const frame = at.reduce((sum, stop, i) => sum * frames.values[i].length + stop, 0);
        return [{value}, input.getAttribute("aria-valuetext"), frames.readouts[frame]]""")


def test_formulas_are_set_in_the_font_of_the_book(page):
    faces = page.run("""await document.fonts.ready;
        return [...document.fonts].filter((face) => face.status === "loaded").map((f) => f.family)
          .join()""")
    small = page.run("""return [...document.querySelectorAll("math")].filter((one) =>
        one.checkVisibility() && one.getBoundingClientRect().width < 3).map((one) => one.outerHTML)
        .slice(0, 3)""")
    assert small == []
    assert "Math" in faces or page.run("return !document.querySelector('math')")


def test_every_slider_follows_keys_and_pointer(page):
    for k in range(sliders(page)):
        last = page.run(f"""const input = document.querySelectorAll("slider-figure input")[{k}];
            input.scrollIntoView({{ block: "center", behavior: "instant" }}); input.focus();
            return Number(input.max)""")
        for key, value in (("Home", 0), ("ArrowRight", 1), ("End", last)):
            page.press(key)
            assert stop(page, k) == expected(page, k, value)
        box = page.run(f"""const input = document.querySelectorAll("slider-figure input")[{k}];
            const box = input.getBoundingClientRect();
            return [box.x, box.y + box.height / 2, box.width]""")
        page.click(box[0] + 3, box[1])
        assert stop(page, k) == expected(page, k, 0)


def wear(window, theme):
    """Show the page light or dark."""
    window.run(
        f"Object.assign(document.documentElement.dataset, {{theme: '{theme}', mode: '{theme}'}})"
    )


def lightness(window):
    """Return how light the ground is, and the text on it, from 0 to 765."""
    colours = window.run("""document.getAnimations().forEach((one) => one.finish());
        const look = getComputedStyle(document.querySelector(".bd-article p"));
        return [getComputedStyle(document.body).backgroundColor, look.color]""")
    return [sum(map(int, colour.split("(")[1].rstrip(")").split(",")[:3])) for colour in colours]


def test_dark_pages_are_dark(page):
    wear(page, "light")
    ground, ink = lightness(page)
    assert ground > 600 > 200 > ink
    wear(page, "dark")
    ground, chalk = lightness(page)
    assert ground < 200 < 500 < chalk
    wear(page, "light")


def test_pages_bear_zoom_and_spacing(page):
    """At 400 % a window of 1280 pixels is 320 wide; MiniBrowser's is never below 447."""
    page.resize(320)
    wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.run(wider) <= 0
    page.run(site_report.SPACED)
    assert page.run(wider) <= 0
    page.run("document.head.lastElementChild.remove()")
    page.resize(*engines.SIZE)


def test_paper_is_light_and_shows_all(page):
    wear(page, "dark")
    page.run(AS_PRINTED)
    ground, ink = lightness(page)
    assert ground > 600 > 270 > ink
    hidden = page.run("""return [...document.querySelectorAll(
        ".bd-article details:not(.share) > :not(summary), .cover > *")]
        .filter((one) => one.matches("p, div, ul, table") && one.textContent.trim()
          && !one.checkVisibility()).map((one) => one.outerHTML.slice(0, 80))""")
    assert hidden == []
    assert page.run("""return [...document.querySelectorAll(".bd-sidebar-primary")]
        .every((one) => !one.checkVisibility())""")


@pytest.mark.parametrize("from_disk", [False, True])
def test_search_finds_the_spectral_radius(window, address, build, from_disk):
    home = build.html.as_uri() + "/" if from_disk else address
    window.open(f"{home}search.html?q=spectral+radius")
    found = window.run("""return new Promise((done) => { const look = () => {
        const list = document.querySelector("#search-results")?.innerText ?? "";
        if (list.includes("Powers of a matrix")) done(list); else setTimeout(look, 50); };
        look(); })""")
    assert "Powers of a matrix" in found


def test_a_chapter_works_from_disk(window, build):
    window.open(f"{build.html.as_uri()}/{PAGES[1]}.html")
    window.run(SHOW_ALL)
    test_formulas_are_set_in_the_font_of_the_book(window)
    test_every_slider_follows_keys_and_pointer(window)
