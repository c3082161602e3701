"""Puts slider figures on the pages: a picture that a script of a few kB can move.

The notebooks store them as widgets, for kernels. Here each becomes a <slider-figure>, which holds
its sliders, its picture and its frames, and a card of its own with the task that it is for.
"""

import json
import re
import shutil
import unicodedata
from pathlib import Path

from docutils import nodes
from predictions import parents

from longterm.figures import sliders

SOURCES = [Path(sliders.__file__).with_suffix(kind) for kind in (".js", ".css")]
TAG = "slider-figure"
VIEW = re.compile(r'widget-view\+json">.*"model_id": "(\w+)"')


def configure(app, config):
    """Load nothing for widgets: no page has any."""
    config.nb_ipywidgets_js = {}


def short(label):
    """Return a slider's name in addresses: the letter that its label ends with, or its words."""
    words = re.sub(r"[(|].*", "", label).split()
    if len(words[-1]) > 1:
        return "-".join(words)
    return words[-1] if words[-1].isascii() else unicodedata.name(words[-1]).split()[-1].lower()


def named(html):
    """Return a figure's HTML with its sliders named by their labels."""
    return re.sub(
        r"(<label [^>]*>([^<]*)</label>.*?<input )",
        lambda found: f'{found[1]}name="{short(found[2])}" ',
        html,
        flags=re.DOTALL,
    )


def element(state):
    """Return the HTML of a figure from its stored state."""
    frames = json.dumps(state["frames"], ensure_ascii=False, separators=(",", ":"))
    frames = frames.replace("<", "\\u003c")  # else what looks like a tag could end the script
    data = f'<script type="application/json">{frames}</script>'
    return f'<{TAG} class="{TAG}">{named(state["html"])}{data}</{TAG}>'


def show(app, doctree):
    """Write a page's slider figures when it has been read, each with its task as its head."""
    scripts = app.env.nb_metadata.get(app.env.docname, {}).get("js_files", {})
    _, stored = scripts.pop("ipywidgets_state", (None, {"body": "{}"}))
    states = json.loads(stored["body"]).get("state", {})
    for raw in list(doctree.findall(nodes.raw)):
        if view := VIEW.search(raw.astext()):
            raw.replace_self(nodes.raw("", element(states[view[1]]["state"]), format="html"))
            make_card(raw)


def make_card(raw):
    """Move the task before a figure's cell into the figure."""
    figure = next(one for one in parents(raw) if isinstance(one, nodes.figure))
    cell = next(one for one in parents(raw) if one.get("nb_element") == "cell_code")
    figure["classes"].append("slider-card")
    place = cell.parent.index(cell)
    before = cell.parent[place - 1] if place else None
    if isinstance(before, nodes.admonition) and "task" in before["classes"]:
        cell.parent.remove(before)
        figure.insert(0, before)


def copy_sources(app):
    """Put the script and its style into the site before pages state their checksums."""
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        for source in SOURCES:
            shutil.copy(source, static)


def serve(app, pagename, templatename, context, doctree):
    """Serve the script and the style where they are needed."""
    if f"<{TAG}" in context.get("body", ""):
        app.add_js_file(SOURCES[0].name, defer="defer")
        app.add_css_file(SOURCES[1].name)


def setup(app):
    """Connect to Sphinx."""
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_sources)
    app.connect("doctree-read", show)
    app.connect("html-page-context", serve, priority=400)  # `predictions` makes a new list
    return {"parallel_read_safe": True, "parallel_write_safe": True}
