"""Leads from each name of the package in a page's code to its docstring on the reference page.

From there `sphinx.ext.viewcode` leads to the source. (sphinx-codeautolink, which could do the first
step, nearly doubled the time of a build and linked variables to the types of their values.)
"""

import ast
import re
from contextlib import suppress
from html import escape

from docutils import nodes

PACKAGE = "longterm"
LANGUAGES = {"python", "ipython", "ipython3"}
NAME, DOT = r'<span class="n">\w+</span>', r'<span class="o">\.</span>'
# A name or a chain of them as Pygments writes it: no keyword argument, and what `as` renames is
# linked under its new name only. Or the module that a line imports from.
CHAIN = re.compile(
    rf'(?<!<span class="o">\.</span>)({NAME}(?:{DOT}{NAME})*)'
    rf'(?!{DOT}|<span class="o">=</span>|\s*<span class="k">as</span>)'
    rf'|<span class="nn">({PACKAGE}[\w.]*)</span>'
)


def imported(sources):
    """Return what the names stand for that some pieces of code import from the package."""
    names = {}
    for source in sources:
        with suppress(SyntaxError):
            for node in ast.walk(ast.parse(source)):
                module = getattr(node, "module", None) or ""
                if isinstance(node, ast.ImportFrom) and module.split(".")[0] == PACKAGE:
                    names |= {a.asname or a.name: f"{module}.{a.name}" for a in node.names}
    return names


def linked(body, names, address):
    """Return a page whose names of the package are links; `address` knows where each leads."""

    def link(match):
        parts = re.findall(r">(\w+)<", match[1] or "")
        full = [names.get(parts[0], ""), *parts[1:]] if parts else [match[2]]
        for count in range(len(full), 0, -1):  # of `Share.of` as much as the reference page has
            if target := address(".".join(full[:count])):
                pieces = re.split(f"(?<=</span>)(?={DOT})", match[0])
                head, tail = "".join(pieces[:count]), "".join(pieces[count:])
                return f'<a class="code-link" href="{escape(target)}">{head}</a>{tail}'
        return match[0]

    return CHAIN.sub(link, body)


def link_names(app, pagename, templatename, context, doctree):
    """Link the names in a page's code."""
    if doctree is None or app.builder.name != "html":
        return
    blocks = doctree.findall(nodes.literal_block)
    names = imported(b.astext() for b in blocks if b.get("language") in LANGUAGES)
    objects = app.env.domains["py"].objects

    def address(name):
        if found := objects.get(name):
            return f"{app.builder.get_relative_uri(pagename, found.docname)}#{found.node_id}"

    if names:
        context["body"] = linked(context["body"], names, address)


def setup(app):
    """Connect to Sphinx."""
    app.connect("html-page-context", link_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
