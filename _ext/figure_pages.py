"""Gives each figure of the chapters a page of its own, with its SVG and its PNG beside it.

A lecture, a learning platform or another page can show that page in a frame, and its address says
where the sliders stand (`_static/share.js`). On the chapters' pages a figure has links to it.
"""

import os
import re
import shutil
from pathlib import Path

from docutils import nodes
from editions import pictures
from forks import base_url
from place import chapters

SHEET = Path(__file__).with_name("figure.css")
FOLDER = "figures"
SHARE = """<details class="share"><summary>Share</summary>
<p><button class="pst-js-only" type="button" value="link">Copy link</button>
<button class="pst-js-only" type="button" value="frame">Copy to embed</button>
<a href="{0}.html">On its own</a> <a href="{0}.svg" download>SVG</a>
<a href="{0}.png" download>PNG</a></p><output></output></details>"""

FIGURE = r'<figure class="[^"]*" id="(fig-[\w-]+)">.*?</figure>'
MOVING = r'<svg [^>]*class="wide".*?</svg>'
STILL = r'<img [^>]*src="([^"]+)"'
ALT = r'<(?:img [^>]*\balt|svg [^>]*\baria-label)="([^"]*)"'
NUMBER = r'<span class="caption-number">(.*?)</span>'


def offer(app, doctree, docname):
    """Let readers share a chapter's figures."""
    if app.builder.name == "html" and docname.startswith("chapters/"):
        for figure in doctree.findall(nodes.figure):
            for name in (name for name in figure["ids"] if name.startswith("fig-")):
                controls = SHARE.format(f"../{FOLDER}/{name}")
                figure += nodes.legend("", nodes.raw("", controls, format="html"))


def figures(html):
    """Give the name and the HTML of each figure of a page."""
    return ((found[1], found[0]) for found in re.finditer(FIGURE, html, re.DOTALL))


def moved(html, page):
    """Return a piece of a chapter's page with its links as they are seen from a figure's page."""
    html = re.sub(r'\s*<a class="headerlink".*?</a>', "", html)
    html = re.sub(r'(<a [^>]*href=")#', rf"\1../{page}.html#", html)
    return re.sub(r'(<a [^>]*href=")(?!\.\./|\w+:)', r"\1../chapters/", html)


def picture(html, images):
    """Return a figure as an SVG, with its sliders as they stand first."""
    if drawn := re.search(MOVING, html, re.DOTALL):
        return drawn[0]
    return (images / Path(re.search(STILL, html)[1]).name).read_text(encoding="utf-8")


def told(name, html, page):
    """Return what the template of a figure's page tells of it."""
    number = re.sub("<[^>]*>", "", re.search(NUMBER, html)[1]).strip()
    alt = re.search(ALT, html)[1]
    return {"name": name, "number": number, "alt": alt, "figure": moved(html, page), "page": page}


def write(app, error):
    """Write the pages and the pictures; `polish` and `slim` then do for them as for all pages."""
    if error or app.builder.name != "html":
        return
    out, render = Path(app.outdir), app.builder.templates.render
    (out / FOLDER).mkdir(exist_ok=True)
    shutil.copy(SHEET, out / "_static")
    known = {"project": app.config.project, "base": base_url(os.environ)}
    for page in chapters(app.env):
        title = app.env.titles[page].astext()
        text = (out / f"{page}.html").read_text(encoding="utf-8")
        for name, html in figures(text):
            path = out / FOLDER / f"{name}.html"
            path.write_text(
                render("figure.html", told(name, html, page) | known | {"title": title}), "utf-8"
            )
            svg = picture(html, out / "_images")
            path.with_suffix(".svg").write_text(svg, encoding="utf-8")
            path.with_suffix(".png").write_bytes(pictures.png(svg))


def setup(app):
    """Connect to Sphinx, before `polish`."""
    app.connect("doctree-resolved", offer)
    app.connect("build-finished", write, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
