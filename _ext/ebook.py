"""Makes the EPUB sound, as epubcheck understands it, and fit for readers without scripts.

A prediction is a question with its choices, and its answers stand at the end of the chapter. A
slider figure is its first picture, with a link to the site where the site's address is known.
"""

import os
import re
import shutil
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from docutils import nodes
from forks import base_url
from predictions import parents, question
from sphinx.builders.epub3 import Epub3Builder
from take import NAME, citation

HERE = Path(__file__).parent
SHEETS = ("_static/pygments.css", "_static/vendor/formulas.css", "_static/ebook.css")
PAGES = r'href="([^"]+\.xhtml)" media-type="[^"]+"(?! properties)'

# What is right on a page of the site and wrong in an EPUB, and what stands there instead.
CORRECTIONS = (
    (r'<svg [^>]*class="sd-octicon.*?</svg>', ""),
    (r'<summary[^>]*>\s*<p class="collapsed[^>]*>(.*?)</p>.*?</summary>', r"<summary>\1</summary>"),
    (r' role="doc-biblioentry"|(?<=") scriptlevel="0"', ""),  # mtable has it, of no effect
    (
        r"<mfrac( displaystyle=[^>]*)>((?:(?!<mfrac).)*?</mfrac>)",
        r"<mstyle\1><mfrac>\2</mstyle>",
    ),  # MathML 3 knows no other way
)


class Ebook(Epub3Builder):
    """Sphinx's builder with our style alone; the same pages give the same bytes."""

    def prepare_writing(self, docnames):
        """Leave out the indices of other kinds than names."""
        super().prepare_writing(docnames)
        self.domain_indices = []

    def copy_static_files(self):
        """Put our style and the cover among the files, and nothing else that the site has."""
        self.create_pygments_style_file()
        for source in (HERE / "ebook.css", HERE.parent / "_static" / "card.png"):
            shutil.copy(source, Path(self.outdir, "_static"))

    def build_content(self):
        """Say of each page that has formulas that it has some."""
        super().build_content()
        path = Path(self.outdir, "content.opf")

        def declared(item):
            html = Path(self.outdir, item[1]).read_text(encoding="utf-8")
            return f'{item[0]} properties="mathml"' if "<math " in html else item[0]

        text = re.sub(PAGES, declared, path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")

    def build_epub(self):
        """Write the EPUB, without the time at which it was made."""
        first = ("mimetype", "META-INF/container.xml", "content.opf", "toc.ncx")
        with ZipFile(Path(self.outdir, f"{NAME}.epub"), "w") as epub:
            for name in (*first, *self.files):
                how = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
                epub.writestr(ZipInfo(name), Path(self.outdir, name).read_bytes(), how)


def configure(app, config):
    """State what _config.yml cannot."""
    config.epub_cover = ("_static/card.png", "")
    config.version = str(citation()["version"])


def rearrange(app, doctree, docname):
    """Put answers behind the chapter, and below each slider figure where its sliders are."""
    if app.builder.name != "epub":
        return
    heading = nodes.raw("", "<h2>Answers</h2>", format="html")  # a title would get a number
    answers = nodes.section("", heading, ids=["answers"])
    for box in list(doctree.findall(nodes.admonition)):
        if {"prediction", "check"} & set(box["classes"]):
            answers += answers_apart(box, f"answer-{len(answers)}")
    doctree[0] += [answers] if len(answers) > 1 else []
    for figure in doctree.findall(nodes.figure):
        if "slider-card" in figure["classes"]:
            place = f"{base_url(os.environ)}{docname}.html#{figure['ids'][0]}"
            words = "On the site this figure has sliders; here is how it begins."
            link = nodes.reference("", words, refuri=place)
            told = link if base_url(os.environ) else nodes.Text(words)
            figure.insert(-1, nodes.paragraph("", "", told))


def answers_apart(box, name):
    """Leave the question and its choices in a box; return its answers, which have this name."""
    items = []
    for part in box[1 + len(question(box)) :]:
        if title := re.search("<summary>(.*)</summary>", part.astext(), re.DOTALL):
            items.append([nodes.paragraph("", "", nodes.raw("", title[1], format="html"))])
        elif not isinstance(part, nodes.raw):
            items[-1].append(part)
    where = next(parent for parent in parents(box) if isinstance(parent, nodes.section))
    box["ids"] = [f"to-{name}", *box["ids"]]
    there = nodes.reference("", "Answer", refid=name, internal=True)
    title = f"{box[0].astext()}: {where[0].astext()}"
    back = nodes.reference("", title, refid=f"to-{name}", internal=True)
    choices = lettered([item[0].deepcopy()] for item in items)
    box[1 + len(question(box)) :] = [choices, nodes.paragraph("", "", there)]
    return [nodes.paragraph("", "", back, ids=[name]), lettered(items)]


def lettered(items):
    """Return a list whose items have letters."""
    listed = (nodes.list_item("", *item) for item in items)
    return nodes.enumerated_list("", *listed, enumtype="upperalpha")


def finish_page(app, pagename, templatename, context, doctree):
    """Let a page of an EPUB be sound, with our style alone."""
    if app.builder.name == "epub":
        context["css_files"] = [one for one in context["css_files"] if one.filename in SHEETS]
        context["body"] = sound(context.get("body", ""))


def sound(html):
    """Return a page's text without what an EPUB must not have; an id is met once."""
    for old, new in CORRECTIONS:
        html = re.sub(old, new, html, flags=re.DOTALL)
    seen = set()

    def once(match):
        known = match[1] in seen
        seen.add(match[1])
        return "" if known else match[0]

    return re.sub(r' id="([^"]*)"', once, html)


def setup(app):
    """Connect to Sphinx, after all that writes into the pages."""
    app.add_builder(Ebook, override=True)
    app.connect("config-inited", configure)
    app.connect("doctree-resolved", rearrange, priority=900)
    app.connect("html-page-context", finish_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
