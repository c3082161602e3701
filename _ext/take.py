"""Fills the page *Take it with you*: what has been made is offered with its size.

What `make` has put into build/, and is newer than the book's pages, goes into the site; of the rest
the page says how it is made. CITATION.cff tells the pages how they are cited.
"""

import os
import re
import shutil
import tempfile
from html import escape
from pathlib import Path

import yaml
from docutils import nodes
from forks import base_url
from place import PDF, chapters, is_new
from pybtex.database import BibliographyData, Entry, Person
from sphinx.util.logging import getLogger

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
PAGE = "pages/take"
NAME = "long-term-dependencies"

# By its anchor on the page, what is offered and where it is made; a folder becomes a zip.
OFFERS = {
    "take-pdf": ("The PDF", PDF),
    "take-epub": ("The EPUB", BUILD / "epub" / f"{NAME}.epub"),
    "take-notebooks": ("The notebooks", Path("_sources", "chapters")),  # in the site itself
    "take-slides": ("The decks", BUILD / "slides"),
    "take-cards": ("The cards", BUILD / "cards" / f"{NAME}.apkg"),
}


# --- How to cite -------------------------------------------------------------------------


def citation():
    """Return what CITATION.cff says of the book."""
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def bibtex(known, url):
    """Return the book's entry for a list of references."""
    year = str(known["date-released"])[:4]
    fields = {"title": f"{{{known['title']}}}", "year": year, "version": str(known["version"])}
    authors = [Person(last=f"{{{author['name']}}}") for author in known["authors"]]
    entry = Entry("misc", fields | ({"url": url} if url else {}), {"author": authors})
    return BibliographyData({f"longterm{year}": entry}).to_string("bibtex")


def show_entry(app, doctree, docname):
    """Write the entry where the page has room for it."""
    if docname == PAGE:
        (room,) = (one for one in doctree.findall(nodes.container) if "cite" in one["classes"])
        entry = bibtex(citation(), base_url(os.environ))
        room += nodes.literal_block(entry, entry, language="bibtex")


def add_tags(app, pagename, templatename, context, doctree):
    """Tell programs that collect references what a chapter, or the book, is."""
    is_book = pagename == app.config.root_doc
    if app.builder.name != "html" or not (is_book or pagename in chapters(app.env)):
        return
    known = citation()
    tags = [("title", known["title"] if is_book else app.env.titles[pagename].astext())]
    tags += [] if is_book else [("inbook_title", known["title"])]
    tags += [("author", author["name"]) for author in known["authors"]]
    tags += [("publication_date", f"{known['date-released']:%Y/%m/%d}"), ("language", "en")]
    if url := base_url(os.environ):
        tags.append(("public_url", f"{url}{app.builder.get_target_uri(pagename)}"))
        tags += [("pdf_url", f"{url}{PDF.name}")] if is_book and is_new(PDF, app) else []
    context["metatags"] = context.get("metatags", "") + "".join(
        f'<meta name="citation_{name}" content="{escape(value)}" />\n' for name, value in tags
    )


# --- What is offered -----------------------------------------------------------------------


def offer_all(app, error):
    """Put what has been made into the site, and say so on the page; last comes the site itself."""
    page, html = Path(app.outdir, f"{PAGE}.html"), Path(app.outdir)
    if error or app.builder.name != "html" or not page.exists():
        return
    for anchor, (name, made) in OFFERS.items():
        if is_new(html / made, app):
            offer(page, anchor, name, copied(html / made, html, anchor.removeprefix("take-")))
        elif base_url(os.environ):
            getLogger(__name__).warning("not made, or older than the pages: %s", made)
    if base_url(os.environ):
        with tempfile.TemporaryDirectory() as folder:
            zipped = shutil.make_archive(f"{folder}/{NAME}", "zip", html)
            offer(page, "take-site", "The site", Path(shutil.move(zipped, html)))


def copied(made, target, kind):
    """Copy a file into a folder, or zip a folder into it; return the path of what is there."""
    if made.is_file():
        return Path(shutil.copy(made, target))
    return Path(shutil.make_archive(target / f"{NAME}-{kind}", "zip", made))


def size(count):
    """Return a number of bytes in words."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.0f} kB"


def offer(page, anchor, name, file):
    """Put a link with the file's size in the place of the words on how to make it."""
    link = f'<a href="../{file.name}" download>{name}, {size(file.stat().st_size)}</a>'
    text = page.read_text(encoding="utf-8")
    text = re.sub(rf'(?s)(<p id="{anchor}">).*?(?=</p>)', rf"\1{link}", text)
    page.write_text(text, encoding="utf-8", newline="\n")


def setup(app):
    """Connect to Sphinx, after all that writes into the site."""
    app.connect("doctree-resolved", show_entry)
    app.connect("html-page-context", add_tags)
    app.connect("build-finished", offer_all, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
