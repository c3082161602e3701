"""Gives each prediction a name, and lists all of them on the page *What you believed*.

`_static/predictions.js` keeps a reader's answers under these names. A name is made from the
question, so that an answer never stands beside another question than its own.
"""

from hashlib import sha1

from docutils import nodes

PAGE = "pages/believed"


def predictions(doctree):
    """Return the boxes of a page that ask for a prediction."""
    return [box for box in doctree.findall(nodes.admonition) if "prediction" in box["classes"]]


def question(box):
    """Return what stands between the title of a box and its first choice."""
    end = next((k for k, part in enumerate(box) if isinstance(part, nodes.raw)), len(box))
    return box.children[1:end]


def give_names(app, doctree):
    """Name a page's predictions when it has been read."""
    for box in predictions(doctree):
        words = "".join([app.env.docname, *(part.astext() for part in question(box))])
        box["ids"].append(f"predict-{sha1(words.encode()).hexdigest()[:8]}")


def list_all(app, doctree, docname):
    """Write the questions of all pages, each with its link, where that page has room."""
    if docname != PAGE or app.builder.name != "html":
        return
    (room,) = (one for one in doctree.findall(nodes.container) if "believed" in one["classes"])
    for name in sorted(app.env.found_docs):
        if boxes := predictions(app.env.get_doctree(name)):
            room.append(chapter(app, name, boxes))


def chapter(app, name, boxes):
    """Return a section with a page's questions."""
    number = app.env.toc_secnumbers.get(name, {}).get("", ())
    title = ". ".join([*map(str, number), app.env.titles[name].astext()])
    address = app.builder.get_relative_uri(PAGE, name)
    items = [nodes.list_item("", *asked(box, address)) for box in boxes]
    heading = nodes.title("", title)
    return nodes.section("", heading, nodes.bullet_list("", *items), ids=[nodes.make_id(title)])


def asked(box, address):
    """Return a question, and a paragraph with the link to it."""
    parts = [part.deepcopy() for part in question(box)]
    for link in [link for part in parts for link in part.findall() if "reftarget" in link]:
        link.replace_self(nodes.inline("", link.astext()))  # a link that is not yet resolved
    place = next(parent for parent in parents(box) if isinstance(parent, nodes.section))
    link = nodes.reference("", place[0].astext(), refuri=f"{address}#{box['ids'][-1]}")
    return [*parts, nodes.paragraph("", "", link)]


def parents(node):
    """Give the nodes around a node, from the inside."""
    while node := node.parent:
        yield node


def serve_script(app, pagename, templatename, context, doctree):
    """Serve the script where it is needed, at once: what it covers shall not be seen before."""
    needed = any(f'class="{what}' in context.get("body", "") for what in ("prediction", "believed"))
    scripts = context.get("script_files", [])
    for script in [one for one in scripts if str(one.filename).endswith("predictions.js")]:
        script.attributes["async"] = "async"
        context["script_files"] = [one for one in scripts if needed or one is not script]


def setup(app):
    """Connect to Sphinx; `polish` lets scripts wait that are not marked by then."""
    app.connect("html-page-context", serve_script)
    app.connect("doctree-read", give_names)
    app.connect("doctree-resolved", list_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
