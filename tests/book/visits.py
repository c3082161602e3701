"""Visits to pages of the built book, for tests that look at them in Chromium."""

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from test_book import toc_pages
from tools.site import site_report

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = [name for name in toc_pages() if name.startswith("chapters/")]
VIEWS = {"wide, light": (1280, "light"), "phone, dark": (390, "dark")}


@dataclass(frozen=True)
class Visit:
    """A page of the book that was opened from disk once, for all tests of a module."""

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


@contextmanager
def visiting(chromium, home, name):
    """Open a page with all that it covers; it complains of nothing till it is closed."""
    size = {"width": 1280, "height": 900}
    with chromium.new_context(viewport=size, reduced_motion="reduce") as context:
        context.add_init_script(site_report.SHIFTS)
        page, log = site_report.open_page(context, f"{home}{name}.html", home)
        asked, shift = list(log.asked), page.evaluate("shift")
        site_report.show_all(page)
        yield Visit(name, page, log, asked, shift)
        assert log.is_clean(), log


def slider_states(name):
    """Return what the notebook of a page, if it is one, has stored of its slider figures."""
    path = ROOT / f"{name}.ipynb"
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"] if path.exists() else {}
    widgets = metadata.get("widgets", {})
    states = widgets.get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    return [model["state"] for _, model in sorted(states.items()) if "frames" in model["state"]]


def frames_index(frames, stops):
    """Return the number of the frame at some stops: the last slider's change fastest."""
    k = 0
    for values, stop in zip(frames["values"], stops, strict=True):
        k = k * len(values) + stop
    return k
