"""Tells a reader where a page is: its chapter in the header, and the map of the book behind it.

The map, _static/map.svg, has a link on every node (tools/site/pictures.py draws it). Here it is put
into the pages, with their own node marked. The page for addresses that lead nowhere is made here.
"""

import os
import re
import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from forks import base_url

ROOT = Path(__file__).resolve().parents[1]
MAP = ROOT / "_static" / "map.svg"
PDF = ROOT / "build" / "pdf" / "long-term-dependencies.pdf"
SPIRALS = ROOT / "_static" / "landing.svg"
TURN = """<p class="turn pst-js-only"><label for="size">Size of the number</label>
<input type="range" id="size" max="{most}" value="{middle}" aria-valuetext="{says}">
<output for="size">{says}</output></p>
"""
LOST = """<section><h1>No such page</h1>
<p>Nothing is at this address. Search, or begin at the <a href="{home}">first page</a>;
the <a href="{map}">map of the book</a> shows what is where.</p></section>"""

# What the theme does with Bootstrap's script, the browser can do by itself. Its button back to the
# top lies on the text; ours is the title in the header.
HEADER = (
    (
        r'<div class="dropdown (\S+)">(\s*<button [^>]*)data-bs-toggle="dropdown" '
        r'aria-expanded="false"(.*?<ul) class="dropdown-menu"',
        r'<div class="dropdown">\2popovertarget="\1"\3 class="dropdown-menu" id="\1" popover',
    ),
    (r'\s+data-bs-(?:toggle="tooltip"|placement="\w+")', ""),
    (r"<title>([^<]*) &#8212; \1</title>", r"<title>\1</title>"),
    (r" data-bs-title=", " title="),
    (r'<button type="button" class="btn rounded-pill" id="pst-back-to-top">.*?</button>', ""),
)


def configure(app, config):
    """Give the theme's header our item beside its own, and no button for what a key does."""
    config.templates_path.append(str(Path(__file__).parent))
    config.html_theme_options = config.html_theme_options | {
        "article_header_start": ["toggle-primary-sidebar.html", "where.html"],
        "use_fullscreen_button": False,
    }


def chapters(env):
    """Return the names of the chapters, in order."""
    numbers = {name: parts.get("") for name, parts in env.toc_secnumbers.items()}
    return sorted((name for name in numbers if numbers[name]), key=numbers.get)


def say_where(app, pagename, templatename, context, doctree):
    """Tell the header's template what to say; the first page says it itself."""
    if app.builder.name != "html" or pagename == app.config.root_doc:
        return
    names, title = chapters(app.env), re.sub("<[^>]*>", "", context.get("title", ""))
    context["where"] = {"title": title}
    if pagename in names:
        number = names.index(pagename) + 1
        title = app.env.titles[pagename].astext()
        drawn = {"title": title, "number": number, "of": len(names), "map": marked_map(pagename)}
        context["where"] = drawn


def marked_map(docname=""):
    """Return the map as a piece of a page, with the node of this page marked."""
    node = f'<a href="../{docname}.html"'
    marked = f'{node} class="here" aria-current="page"'
    return MAP.read_text(encoding="utf-8").replace(node, marked)


def dress_figures(app, doctree, docname):
    """Frame each figure, and put the map itself, with its links, where a page shows its picture."""
    for figure in doctree.findall(nodes.figure):
        figure["classes"].append("figure-card")
    if app.builder.name == "html":
        for image in list(doctree.findall(nodes.image)):
            if image["uri"].endswith(MAP.name):
                image.replace_self(nodes.raw("", marked_map(), format="html"))
            elif image["uri"].endswith(SPIRALS.name):
                image.parent.replace_self(nodes.raw("", spirals(image["alt"]), format="html"))


def spirals(alt):
    """Return the first page's curves with a slider that picks one; they say their own numbers."""
    drawn = SPIRALS.read_text(encoding="utf-8")
    drawn = drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
    says = re.findall(r'data-says="([^"]*)"', drawn)
    return drawn + TURN.format(most=len(says) - 1, middle=len(says) // 2, says=says[len(says) // 2])


def serve_pdf(app, pagename, templatename, context, doctree):
    """Let the PDF button give what `make pdf` printed, if that is newer than the book's pages."""
    if app.builder.name != "html" or not is_new(PDF, app):
        return
    groups = [group.get("buttons", []) for group in context.get("header_buttons", [])]
    for button in (button for group in groups for button in group):
        if button.get("label") == "download-pdf-button":
            del button["javascript"]
            address = "../" * pagename.count("/") + PDF.name
            button |= {"type": "link", "url": address, "tooltip": "The whole book"}


def is_new(pdf, app):
    """Tell whether a file is newer than all that the book's pages are made from."""
    sources = [app.env.doc2path(name) for name in app.env.found_docs]
    return pdf.exists() and pdf.stat().st_mtime > max(os.path.getmtime(one) for one in sources)


def lost(app):
    """Give the page for addresses that lead nowhere."""
    if app.builder.name == "html":
        home, drawn = (app.builder.get_target_uri(name) for name in ("index", "pages/map"))
        yield (
            "404",
            {"title": "No such page", "body": LOST.format(home=home, map=drawn)},
            "page.html",
        )


def finish(app, error):
    """Let menus open without a script, and give the page for lost addresses full addresses."""
    if error or app.builder.name != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        if "_static" not in path.parts:
            html = path.read_text(encoding="utf-8")
            path.write_text(unscripted(html), encoding="utf-8", newline="\n")
    page = Path(app.outdir, "404.html")
    page.write_text(
        rooted(page.read_text(encoding="utf-8"), base_url(os.environ)), encoding="utf-8"
    )
    if is_new(PDF, app):
        shutil.copy(PDF, app.outdir)


def rooted(html, home):
    """Return a page that may stand at any address of the site, whose own address is `home`."""
    return re.sub(r'\b(href|src|action)="(?!\w+:|[#/])', rf'\1="{home}', html)


def unscripted(html):
    """Return a page whose menus and hints need no script."""
    for old, new in HEADER:
        html = re.sub(old, new, html, flags=re.DOTALL)
    return html


def setup(app):
    """Connect to Sphinx, after the theme."""
    app.connect("config-inited", configure)
    app.connect("html-page-context", say_where, priority=400)  # before the theme looks for items
    app.connect("html-page-context", serve_pdf, priority=900)
    app.connect("doctree-resolved", dress_figures)
    app.connect("html-collect-pages", lost)
    app.connect("build-finished", finish, priority=920)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
