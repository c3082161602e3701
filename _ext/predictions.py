"""Makes predictions forms that cover what they shall not tell; lists them on *What you believed*.

The page comes covered, so that nothing moves when `_static/predictions.js` is there, which keeps a
reader's answers. Its name is made from the question: no answer ever stands beside another one.
"""

import re
from hashlib import sha1
from string import Template

from docutils import nodes

PAGE = "pages/believed"
SURE = ("a guess", "fairly sure", "sure")  # as in _static/predictions.js
FORM = Template("""<form class="commit pst-js-only">$choices$sure
<p class="buttons"><button>Commit</button><button type="button">Show without predicting</button>
<button type="button">Show all on this page</button></p>
<p>The explanations and the rest of the section open then.</p></form>
<p class="said" role="status"></p><p class="buttons" hidden>
<button type="button">Take it back</button><a href="$believed">What you believed</a></p>
<div class="folded" hidden="until-found">""")
COVER = '<div class="cover" hidden="until-found">'
SCORES = """<p class="said pst-js-only" role="status">&nbsp;</p><p class="buttons pst-js-only">
<button type="button">Save as a file</button><button type="button">Forget all</button></p>"""
UNCOVERED = "document.documentElement.dataset.open = ''"  # when the script does not come


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


def dress(app, doctree, docname):
    """Write the forms of a page, and the covers over the rest of their sections."""
    if app.builder.name == "html":
        for box in predictions(doctree):
            believed = app.builder.get_relative_uri(docname, PAGE)
            first = 1 + len(question(box))
            box[first:] = [raw(form(box, believed)), *box[first:], raw("</div>")]
            around, start = box.parent, box.parent.index(box) + 1
            after = range(start, len(around))
            end = next((k for k in after if ends_cover(around[k])), len(around))
            around[start:end] = [raw(COVER), *around[start:end], raw("</div>")]


def raw(html):
    """Return a piece of a page."""
    return nodes.raw("", html, format="html")


def ends_cover(node):
    """Tell whether a node is a section or the next prediction, which no cover is over."""
    return isinstance(node, nodes.section) or "prediction" in node.get("classes", ())


def form(box, believed):
    """Return the form of a prediction, and the beginning of what folds its answers."""
    name, text = box["ids"][-1], "".join(one.astext() for one in box.findall(nodes.raw))
    choices = re.findall("<summary>(.*?)</summary>", text, re.DOTALL)
    return FORM.substitute(
        choices=radios(f"{name}-choice", "Your answer", choices),
        sure=radios(f"{name}-sure", "How sure are you?", SURE),
        believed=believed,
    )


def radios(name, legend, labels):
    """Return a group of choices of which one is to be picked."""
    lines = "".join(
        f'<label><input type="radio" required name="{name}" value="{value}">'
        f"<span>{label}</span></label>"
        for value, label in enumerate(labels)
    )
    return f"<fieldset><legend>{legend}</legend>{lines}</fieldset>"


def list_all(app, doctree, docname):
    """Write the questions of all pages, each with its link, where that page has room."""
    if docname != PAGE or app.builder.name != "html":
        return
    (room,) = (one for one in doctree.findall(nodes.container) if "believed" in one["classes"])
    room.insert(0, raw(SCORES))
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
    said = raw('<p class="said pst-js-only">Not predicted.</p>')
    return [*parts, said, nodes.paragraph("", "", link)]


def parents(node):
    """Give the nodes around a node, from the inside."""
    while node := node.parent:
        yield node


def serve_script(app, pagename, templatename, context, doctree):
    """Serve the script where it is needed, before anything is seen; without it all is open."""
    needed = any(f'class="{what}' in context.get("body", "") for what in ("prediction", "believed"))
    scripts = context.get("script_files", [])
    for script in [one for one in scripts if str(one.filename).endswith("predictions.js")]:
        script.attributes.update({"async": "async", "blocking": "render", "onerror": UNCOVERED})
        context["script_files"] = [one for one in scripts if needed or one is not script]


def setup(app):
    """Connect to Sphinx; `polish` lets scripts wait that are not marked by then."""
    app.connect("html-page-context", serve_script)
    app.connect("doctree-read", give_names)
    app.connect("doctree-resolved", list_all)
    app.connect("doctree-resolved", dress)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
