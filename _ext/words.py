"""Lets a word of art show its line of the list of words, where a section first uses it.

The word becomes a button and its line a popover: browsers open it by tap or key without a script,
and the style sheet does when it is pointed at. Chapters need no markup.
"""

import re
from html import escape
from itertools import count

from docutils import nodes
from sphinx.addnodes import glossary, pending_xref

LIST = "pages/notation"
NOT_IN = (nodes.title, nodes.emphasis, nodes.reference, pending_xref, nodes.literal)
NOT_IN += (nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.caption)


def lines(doctree):
    """Return the line of each word in the list."""
    items = (item for box in doctree.findall(glossary) for item in box[0])
    return {item[0].astext().lower(): f"{item[0].astext()}: {item[-1].astext()}" for item in items}


def pattern(words):
    """Match each word, and its plural."""
    forms = (re.sub("y$", "(?:y|ies)", re.escape(word)) for word in words)
    return re.compile(rf"\b(?:{'|'.join(sorted(forms, key=len, reverse=True))})(?:e?s)?\b", re.I)


def plain_texts(section):
    """Return the pieces of running text in a section."""
    return [text for text in section.findall(nodes.Text) if not set_apart(text)]


def set_apart(node):
    """Tell whether a node stands in a title, a link, a formula or the like."""
    while node := node.parent:
        if isinstance(node, NOT_IN):
            return True
    return False


def button(word, line, number):
    """Return the word as a button, and its line as a popover."""
    html = (
        f'<button class="word" type="button" popovertarget="word-{number}">{escape(word)}</button>'
        f'<span class="line" id="word-{number}" popover>{escape(line)}</span>'
    )
    return nodes.raw("", html, format="html")


def with_buttons(text, known, find, seen, numbers):
    """Return the parts of a text, the words that were not seen before made into buttons."""
    parts, end = [], 0
    for match in find.finditer(text):
        stem = re.sub("ies$", "y", match[0].lower())
        name = next((one for one in (stem, stem[:-1], stem[:-2]) if one in known), None)
        if name and name not in seen:
            seen.add(name)
            parts += [nodes.Text(text[end : match.start()])]
            parts += [button(match[0], known[name], next(numbers))]
            end = match.end()
    return [*parts, nodes.Text(text[end:])] if parts else []


def mark_words(app, doctree, docname):
    """Mark each word where a section of a chapter first uses it."""
    if app.builder.name != "html" or not docname.startswith("chapters/"):
        return
    known, numbers = lines(app.env.get_doctree(LIST)), count(1)
    find = pattern(known)
    for section in doctree[0].children:
        seen = set()
        for text in plain_texts(section) if isinstance(section, nodes.section) else ():
            if parts := with_buttons(text.astext(), known, find, seen, numbers):
                text.parent.replace(text, parts)


def setup(app):
    """Connect to Sphinx."""
    app.connect("doctree-resolved", mark_words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
