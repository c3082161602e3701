"""The lecture decks hold what the chapters ask, show and state, and run from disk by keyboard."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tools.site import site_report, slides
from visits import CHAPTERS, frames_index, slider_states

pytestmark = pytest.mark.needs("npm")
ROOT = Path(__file__).resolve().parents[2]
TRIED = (CHAPTERS[0], CHAPTERS[4])  # the second has all that a deck can show
WHERE = "Reveal.getIndices().h + '/' + Reveal.getIndices().v"
FITS = """() => { const { scrollHeight, scrollWidth } = Reveal.getCurrentSlide();
  return scrollHeight <= 720 && scrollWidth <= 1280; }"""
ANSWER = (
    "Reveal.getCurrentSlide().querySelector('.answer')"
    "?.checkVisibility({ opacityProperty: true, visibilityProperty: true })"
)


@pytest.fixture(scope="module")
def decks(build, tmp_path_factory):
    """The folder of two chapters' decks."""
    place = tmp_path_factory.mktemp("slides")
    names = [name.removeprefix("chapters/") for name in TRIED]
    slides.write(build.html, place / "decks", slides.fetch(ROOT / "build" / "programs"), names)
    return place / "decks"


@pytest.fixture
def deck(context, decks):
    """The first chapter's deck, opened from disk with the network cut."""
    context.set_default_timeout(site_report.PATIENCE)
    address = f"{(decks / TRIED[0].removeprefix('chapters/')).as_uri()}.html"
    page, log = site_report.open_page(context, address, decks.as_uri())
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function("Reveal.isReady()")
    yield page
    assert log.is_clean(), log


def to(page, selector):
    """Turn to the first slide that has something."""
    page.evaluate(
        "(selector) => { const slide = document.querySelector(selector).closest('.slide');"
        " const { h, v } = Reveal.getIndices(slide); Reveal.slide(h, v); }",
        selector,
    )
    site_report.next_frame(page)


@pytest.mark.parametrize("name", TRIED)
def test_a_deck_has_what_its_chapter_asks_shows_and_states(decks, pages, name):
    page = pages[name]
    html = (decks / f"{name.removeprefix('chapters/')}.html").read_text(encoding="utf-8")
    made = BeautifulSoup(html, "html.parser")
    for kind in (".prediction", ".theorem, .proposition", "slider-figure"):
        assert len(made.select(kind)) == len(page.select(f"article :is({kind})")) > 0, kind
    assert [one.get_text() for one in made.select(".slide figure .caption-text")] == [
        one.get_text() for one in page.select("figure .caption-text")
    ]
    remember = page.select_one("#what-to-remember > ul").get_text()
    assert remember.split()[:9] == made.select(".slide")[-1].ul.get_text().split()[:9]
    assert all(one["src"].startswith("_images/") for one in made("img"))
    assert all((decks / one["src"]).is_file() for one in made("img"))
    assert not made.select('a:not([href^="http"]), .share, .line, .headerlink, .cell_input')
    prose = page.select("article > section > section > p")
    said = made.get_text()
    assert sum(p.get_text()[:40] in said for p in prose) > 0.5 * len(prose)


def test_a_deck_is_walked_by_one_key_and_shows_an_answer_only_with_the_next(deck):
    seen = []
    while (here := deck.evaluate(f"[{WHERE}, {ANSWER} ?? null]")) not in seen:
        assert deck.evaluate(FITS), here
        seen.append(here)
        deck.keyboard.press("Space")
        site_report.next_frame(deck)
    assert len({place for place, _ in seen}) == deck.locator("section.slide").count()
    asked = deck.locator(".prediction").count()
    assert [shown for _, shown in seen if shown is not None] == [False, True] * asked


def test_a_slider_of_a_deck_takes_the_arrow_keys_until_escape(deck):
    to(deck, "slider-figure")
    frames, place = slider_states(TRIED[0])[0]["frames"], deck.evaluate(WHERE)
    deck.keyboard.press("Tab")
    for _ in range(2):
        deck.keyboard.press("ArrowRight")
    assert deck.evaluate(WHERE) == place
    said = deck.locator(".present slider-figure .readout span").inner_text()
    assert said == frames["readouts"][frames_index(frames, [12])]
    deck.keyboard.press("Escape")
    deck.keyboard.press("ArrowRight")
    site_report.next_frame(deck)
    assert deck.evaluate(WHERE) != place


def test_the_speakers_notes_are_the_prose(deck, context, pages):
    to(deck, ".prediction")
    with context.expect_page() as opened:
        deck.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    first = pages[TRIED[0]].select_one(".prediction + .cover > p").get_text()
    notes.filter(has_text=first[:20]).wait_for()


def test_a_deck_has_no_barrier(deck):
    for kind, theme in (".slide", "light"), (".prediction", "dark"), ("slider-figure", "light"):
        to(deck, kind)
        site_report.wear(deck, theme)
        assert site_report.barriers(deck) == []


def test_another_file_than_the_known_is_refused(tmp_path):
    archive = tmp_path / f"{slides.REVEAL}.tgz"
    archive.write_bytes(b"another")
    with pytest.raises(ValueError, match="not the file"):
        slides.fetch(tmp_path)
    assert not archive.exists()
