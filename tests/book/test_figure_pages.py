"""Every figure has a page of its own, and an address that says where its sliders stand."""

import re
from contextlib import nullcontext
from xml.etree import ElementTree

import pytest
import slider_figures
from PIL import Image
from tools.site import site_report
from visits import CHAPTERS, frames_index, slider_states

MOST = 60  # kB gz: an own figure in a frame is no chapter
MOVING = "figures/fig-move-span"  # of chapter 1, whose second slider figure it is
REFUSE = "void (navigator.clipboard.writeText = () => Promise.reject(Error('refused')))"


def readout(stops):
    """Return what the figure says with its sliders at some stops, as Python has stored it."""
    frames = slider_states(CHAPTERS[0])[1]["frames"]
    return frames["readouts"][frames_index(frames, stops)]


def test_every_figure_of_a_chapter_has_a_page_with_its_caption_and_a_way_back(build, pages):
    for chapter in CHAPTERS:
        for figure in pages[chapter].select("figure[id^=fig-]"):
            page = pages[f"figures/{figure['id']}"]
            alone, back = page.find(id=figure["id"]), f"../{chapter}.html#{figure['id']}"
            for part in (".caption-number", ".caption-text"):
                assert alone.select_one(part).get_text() == figure.select_one(part).get_text()
            assert figure.select_one(".caption-number").get_text().strip() == page.h1.get_text()
            assert page.select(f'p > a[href="{back}"]')
            assert figure.select_one(".share a")["href"] == f"../figures/{figure['id']}.html"


def test_the_picture_beside_a_page_is_the_one_on_it(build, pages):
    own = [name for name in pages if name.startswith("figures/")]
    assert len(own) > 70
    for name in own:
        path, shown = build.html / f"{name}.svg", pages[name].select_one(".wide, img")
        drawn = ElementTree.parse(path).getroot()
        if shown.name == "img":
            assert path.read_bytes() == (path.parent / shown["src"]).read_bytes()
        else:
            assert drawn.get("aria-label") == shown["aria-label"]
            assert len(list(drawn.iter())) == len(shown.find_all()) + 1
        width, height = (float(drawn.get(side).removesuffix("pt")) for side in ("width", "height"))
        with Image.open(path.with_suffix(".png")) as bitmap:
            assert bitmap.width / bitmap.height == pytest.approx(width / height, abs=0.01)
            feet = bitmap.convert("L").crop((0, 0.94 * bitmap.height, *bitmap.size))
        if shown.name == "svg":  # the words below the axes
            assert feet.getextrema()[0] < 150


@pytest.mark.parametrize("served", [False, True], ids=["from disk", "from a server"])
def test_in_a_frame_the_sliders_stand_where_the_address_says(context, build, tmp_path, served):
    with site_report.served(build.html) if served else nullcontext(build.html.as_uri() + "/") as at:
        page = context.new_page()
        for state, stops in {
            "": (8, 0),
            "#T=14&first-weight=0.6": (12, 1),
            "#first-weight=.62": (8, 1),
            "#T=13.8": (12, 0),
            "#T=1e999&first-weight=-3": (18, 0),
            "#T=x&first-weight=": (8, 0),
        }.items():
            (tmp_path / "lecture.html").write_text(f'<iframe src="{at}{MOVING}.html{state}">')
            page.goto((tmp_path / "lecture.html").as_uri())
            said = page.frame_locator("iframe").locator(".readout span")
            said.filter(has_text=readout(stops)).wait_for()
            back = page.frame_locator("iframe").locator("main > p > a")
            assert back.get_attribute("target") == "_blank"


def test_the_address_follows_the_sliders_and_they_the_address(context, home):
    page, log = site_report.open_page(context, f"{home}{MOVING}.html#T=19", home)
    page.get_by_label("span T").press("ArrowRight")
    assert page.url == f"{home}{MOVING}.html#T=20&first-weight=0.5"
    page.evaluate("location.hash = '#T=3'")
    page.locator(".readout", has_text=readout((1, 0))).wait_for()
    assert log.is_clean(), log


def test_a_reader_shares_what_the_sliders_of_a_chapter_show(context, home):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, log = site_report.open_page(context, f"{home}{CHAPTERS[0]}.html", home)
    site_report.show_all(page)
    figure = page.locator("#fig-move-span")
    figure.get_by_label("span T").press("Home")
    figure.locator("summary").press("Enter")
    link = f"{home}{MOVING}.html#T=2&first-weight=0.5"
    for name, copied in {"Copy link": link, "Copy to embed": link.replace("&", "&amp;")}.items():
        figure.get_by_role("button", name=name).press("Enter")
        said = figure.get_by_role("status").filter(has_text="Copied: ").inner_text()
        assert copied in said
        assert page.evaluate("navigator.clipboard.readText()") == said.removeprefix("Copied: ")
    figure.get_by_role("link", name="On its own").click()
    assert page.url == link
    page.evaluate(REFUSE)  # as in a frame that may not write there
    page.locator("summary").click()
    page.get_by_role("button", name="Copy link").click()
    assert page.locator(".share output").inner_text() == f"Copy this: {link}"
    assert page.evaluate("getSelection().toString()") == link
    assert log.is_clean(), log


@pytest.mark.parametrize("name", [MOVING, "figures/fig-fifty"])
def test_a_figures_page_is_light_and_without_barriers(context, build, home, name):
    page, log = site_report.open_page(context, f"{home}{name}.html", home)
    page.locator("summary").click()
    page.get_by_role("button", name="Copy to embed").click()
    for width, theme in (1280, "light"), (390, "dark"):
        page.set_viewport_size({"width": width, "height": 900})
        site_report.wear(page, theme)
        assert site_report.barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(255, 255, 255)") is (theme == "light")
    assert site_report.weight(log.asked, build.html) < MOST
    assert log.is_clean(), log


def test_a_chapters_sliders_have_short_names_that_differ(pages):
    for page in pages.values():
        for figure in page("slider-figure"):
            names = [slider["name"] for slider in figure("input")]
            assert len(set(names)) == len(names)
            assert all(re.fullmatch(r"[\w-]+", name, re.ASCII) for name in names)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("weight w", "w"),
        ("span T", "T"),
        ("weight ρ", "rho"),
        ("noise sd", "noise-sd"),
        ("ratio |λ₂/λ₁|", "ratio"),
        ("start direction (degrees)", "start-direction"),
    ],
)
def test_a_slider_is_named_by_its_letter_or_its_words(label, name):
    assert slider_figures.short(label) == name
