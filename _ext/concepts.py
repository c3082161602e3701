"""Writes the index of concepts: each word with the sections that say what it means.

These are the sections in whose title the word stands, in the title of a theorem of theirs, or in
italics. A word that no section of a chapter has is a mistake.
"""

import re

from docutils import nodes
from place import chapters
from sphinx.util.logging import getLogger

PAGE = "pages/concepts"
LEFT_OUT = {"Exercises", "What to remember"}


def list_places(app, doctree, docname):
    """Write behind each word of the page the links to its places."""
    if docname != PAGE or app.builder.format != "html":
        return
    known = [place for name in chapters(app.env) for place in places(app.env, name)]
    (room,) = (one for one in doctree.findall(nodes.container) if "concepts" in one["classes"])
    for item in room.findall(nodes.list_item):
        word, _, pattern = item.astext().partition(": ")
        found = [
            place for place in known if re.search(rf"\b(?:{pattern or word})", place[-1], re.I)
        ]
        if not found:
            getLogger(__name__).warning("no chapter says what %r means", word, location=docname)
        item.children = [nodes.paragraph("", "", nodes.strong("", word), *links(app, found))]


def places(env, name):
    """Give page, anchor, number and title of each section of a chapter, and the words it is for."""
    for section in env.get_doctree(name).findall(nodes.section):
        anchor, title = section["ids"][0], section[0].astext()
        number = env.toc_secnumbers[name].get(f"#{anchor}")
        if number and title not in LEFT_OUT:
            texts = [title]
            for node in section.findall(lambda one: isinstance(one, nodes.emphasis | nodes.title)):
                texts.append(node.astext())
            yield name, anchor, ".".join(map(str, number)), title, "\n".join(texts)


def links(app, found):
    """Return the links to some places."""
    parts = []
    for name, anchor, number, title, _ in found:
        address = f"{app.builder.get_relative_uri(PAGE, name)}#{anchor}"
        link = nodes.reference("", f"{number} {title}", refuri=address, internal=True)
        parts += [nodes.Text(", " if parts else " "), link]
    return parts


def setup(app):
    """Connect to Sphinx."""
    app.connect("doctree-resolved", list_places)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
