r"""Writes formulas into the pages as MathML, which browsers set without a script.

Their TeX stays beside them for who copies one (`_static/site.js`). The font is a part of STIX Two
Math that `python -m tools site.cut_font` has cut out; it comes inside a style sheet, so that no
line moves when it arrives.
"""

import base64
import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

FONT = Path(__file__).with_name("stix-two-math.woff2")
SHEET = "vendor/formulas.css"
FACE = '@font-face {{ font-family: "STIX Two Math"; src: url(data:font/woff2;base64,{}); }}\n'
CONVERTERS = {xml: LatexToMathML(fancy_error=False, xml_namespace=xml) for xml in (False, True)}
LOG = logging.getLogger(__name__)

# A bracket of a given size that carries a script: Chromium lets it grow only within a row.
BIG = r"(<msu[bpsu]+>)(<mo [^>]*minsize[^>]*>[^<]*</mo>)"

# What touches a formula stays on its line.
BEFORE = r'([(\[“‘]+)(<span class="math notranslate nohighlight">)'
AFTER = r"(<math [^>]*>(?:(?!</math>).)*</math>)</span>([^\w\s<>&(\[“‘]+)"


def mathml(tex, display=False, xml=False):
    """Return TeX as MathML; a LatexError says what is wrong with it."""
    tex = " ".join(tex.split())
    converted = CONVERTERS[xml].convert_with_local_state(rows(tex), displaystyle=display)
    converted = re.sub(BIG, r"\1<mrow>\2</mrow>", converted)
    converted = re.sub(r"&(?!lt;|gt;|amp;|quot;)\w+;", lambda m: unescape(m[0]), converted)
    return converted.replace("<math", f'<math data-tex="{escape(tex)}"', 1)


def rows(tex):
    """Return TeX with its rows in an environment that numbers none: Sphinx does that."""
    if r"\\" in tex and r"\begin" not in tex:
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return re.sub(r"(\\(?:begin|end)\{(?:align|equation|gather|multline))\}", r"\1*}", tex)


def converted(writer, node):
    """Return a node's formula; one that is wrong is complained of, and stays TeX."""
    tex, display = node.astext(), isinstance(node, nodes.math_block)
    try:
        return mathml(tex, display, writer.builder.name == "epub")
    except LatexError as error:
        reason = str(error).partition(": ")[2]
        LOG.warning("This formula cannot be set: %s %s", reason, tex, location=node)
        return f"<code>{escape(tex)}</code>"


def visit_math(writer, node):
    """Write a formula of a line."""
    start = writer.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    writer.body.append(f"{start}{converted(writer, node)}</span>")
    raise nodes.SkipNode


def visit_display(writer, node):
    """Write a formula on a line of its own, and its number beside it."""
    start = writer.starttag(node, "div", CLASS="math notranslate nohighlight")
    writer.body.append(f"{start}<div>{converted(writer, node)}</div>")
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, _("Link to this equation"))
        writer.body.append("</span>")
    writer.body.append("</div>\n")
    raise nodes.SkipNode


def bind(app, pagename, templatename, context, doctree):
    """Keep the signs that touch a formula on its line."""
    if "body" in context:
        context["body"] = bound(context["body"])


def bound(html):
    """Return a page with the signs that touch a formula of a line inside its box."""
    return re.sub(AFTER, r"\1\2</span>", re.sub(BEFORE, r"\2\1", html), flags=re.DOTALL)


def write_sheet(app):
    """Put the font into the site before its pages are written, which state checksums."""
    if app.builder.format == "html":
        path = Path(app.outdir, "_static", SHEET)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FACE.format(base64.b64encode(FONT.read_bytes()).decode()), "utf-8")


def setup(app):
    """Connect to Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_display, None))
    app.add_css_file(SHEET)
    app.connect("builder-inited", write_sheet)
    app.connect("html-page-context", bind)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
