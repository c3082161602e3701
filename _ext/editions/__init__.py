"""Writes the reading editions: chapters as notebooks that every front end shows as the site does.

The words, numbers and links are those of the finished pages; the code and its outputs are the
chapters' own. They take the place of the sources that the site gives for download, and the
package's wheel lies beside them.
"""

import copy
import os
import re
import shutil
from functools import partial
from pathlib import Path
from urllib.parse import quote, urldefrag, urljoin

import nbformat
from bs4 import BeautifulSoup, Tag
from forks import base_url

from editions import pictures, wheel
from editions.markdown import Markdown

FOLDER = "chapters/"
PLACE = "_sources/"  # where the theme's download button leads
LEFT_OUT = (
    r"(<math\b[^>]*>).*?(</math>)",
    r"(<slider-figure\b[^>]*>).*?(</slider-figure>)",
    r'(<div class="highlight-ipython3.*?<pre>).*?(</pre>)',
)
HEADING = re.compile(r"h[1-6]")
NARROW = "narrow"  # a figure's twin for phones, which no notebook shows

INSTALL = """\
# Installs the course's package, if it is missing, from the wheel beside
# this notebook{or_site}. Otherwise this does nothing.
try:
    import longterm
except ImportError:
    from pathlib import Path

    wheel = "{name}"
    if not Path(wheel).exists():
        {otherwise}
    print("Installing the course's package:", wheel)
    %pip install --quiet {{wheel}}{more}"""
SITE = 'wheel = f"{}{{wheel}}"'
NOWHERE = 'raise FileNotFoundError(f"Put {wheel} beside this notebook.")'


def article(html):
    """Return a page's text as a tree; of a formula its TeX is kept, of sliders and code nothing."""
    for left_out in LEFT_OUT:
        html = re.sub(left_out, r"\1\2", html, flags=re.DOTALL)
    tree = BeautifulSoup(html[html.index("<article") :], "html.parser").article
    for one in tree.select(".headerlink, .share, [popover], .cell_input"):
        one.decompose()
    for word in tree("button"):  # of art
        word.unwrap()
    tree.smooth()
    return tree


def blocks(tree):
    """Give what a page is made of, one after the other, whatever section it is in."""
    for child in tree.children:
        if isinstance(child, Tag):
            yield from blocks(child) if child.name == "section" else [child]


def anchors(tree):
    """Return for each id of a page the anchor that front ends give to the heading above it."""
    found, heading = {}, ""
    for one in tree.find_all(lambda tag: tag.get("id") or HEADING.fullmatch(tag.name)):
        if title := one if HEADING.fullmatch(one.name) else one.find(HEADING, recursive=False):
            heading = quote(title.get_text().strip().replace(" ", "-"), safe="-.,:'?")
        found[one.get("id")] = heading
    return found


def address(known, page, href, reference=""):
    """Return where a link of a chapter's page leads in its edition, "" if nowhere.

    Without a site, a citation leads to the work, if its reference says where that is.
    """
    target, anchor = urldefrag(urljoin(f"/{page}.html", href))
    if not target.startswith("/"):
        return href
    name = target[1:].removesuffix(".html")
    heading = f"#{known[name].get(anchor, '')}".rstrip("#") if name in known else ""
    if name == page:
        return heading
    if site := base_url(os.environ):
        return urljoin(f"{site}{page}.html", href)
    if name in known:
        return f"{Path(name).name}.ipynb{heading}"
    work = re.search(r"URL: (\S+?)\.?$|doi:(\S+?)\.?$", reference)
    return (work[1] or f"https://doi.org/{work[2]}") if work else ""


def cells(tree, code, markdown):
    """Give the cells of an edition from a page's text and the cells of code of its chapter."""
    parts, code = [], iter(code)
    for block in blocks(tree):
        if "cell" in block.get("class", []):
            parts += block.select(".task")  # on the page it stands within the figure
            yield from text(parts, markdown)
            yield shown(next(code))
            yield from text(block("figcaption"), markdown)
            parts = []
        elif HEADING.fullmatch(block.name) or "exercise" in block.get("class", []):
            yield from text(parts, markdown)
            parts = [block]
        else:
            parts.append(block)
    yield from text(parts, markdown)
    assert not list(code), "the page lacks a cell of its chapter"


def text(parts, markdown):
    """Give a cell with some parts of a page, none for no words."""
    if words := "\n\n".join(filter(None, map(markdown.written, parts))):
        yield nbformat.v4.new_markdown_cell(words)


def shown(cell):
    """Return a cell of code as an edition has it: folded as on the page, its pictures for all."""
    cell = copy.deepcopy(cell)
    if "hide-input" in cell.metadata.get("tags", []):
        cell.metadata["jupyter"] = {"source_hidden": True}
    for output in cell.outputs:
        if pictures.SVG in output.get("data", {}):
            output.metadata[pictures.SVG].pop(NARROW, None)
            pictures.add_png(output)
    return cell


def install(name, code):
    """Return the cell that installs the package from the wheel of this name."""
    site = base_url(os.environ)
    words = {
        "name": name,
        "or_site": " or from the site" if site else "",
        "otherwise": SITE.format(f"{site}{PLACE}{FOLDER}") if site else NOWHERE,
        "more": " scikit-learn" if any("sklearn" in cell.source for cell in code) else "",
    }
    return nbformat.v4.new_code_cell(INSTALL.format(**words))


def edition(chapter, tree, markdown, name):
    """Return a chapter's edition: a notebook with the words of its page."""
    code = [cell for cell in chapter.cells if cell.cell_type == "code"]
    made = copy.copy(chapter)
    made.cells = [install(name, code), *cells(tree, code, markdown)]
    kept = {cell.id for cell in code}
    for number, cell in enumerate(made.cells):
        cell.id = cell.id if cell.id in kept else f"edition-{number}"
    return made


def write(app, error):
    """Write the editions of all chapters, and the wheel beside them."""
    if error or app.builder.name != "html":
        return
    html = Path(app.outdir)
    pages = sorted(name for name in app.env.found_docs if name.startswith(FOLDER))
    trees = {page: article((html / f"{page}.html").read_text(encoding="utf-8")) for page in pages}
    known = {page: anchors(tree) for page, tree in trees.items()}
    built = wheel.built()
    shutil.copy(built, html / PLACE / FOLDER)
    for page, tree in trees.items():
        chapter = nbformat.read(app.env.doc2path(page), as_version=4)
        markdown = Markdown(partial(address, known, page))
        nbformat.write(edition(chapter, tree, markdown, built.name), html / PLACE / f"{page}.ipynb")


def setup(app):
    """Connect to Sphinx, after all that writes to the pages."""
    app.connect("build-finished", write, priority=960)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
