"""Turns parts of a finished page into Markdown that all front ends of notebooks understand.

What they do not share is written as what they do: a box is a quotation with a bold title, what
folds is plain HTML, formulas are TeX between dollars, with the page's numbers.
"""

import re

from formulas import rows
from markdownify import MarkdownConverter

# Signs of TeX that Markdown, HTML or a table would take for their own, where one does not take the
# formulas out before.
SAFE = (
    (r"\*", r"\\ast "),
    ("<", r"\\lt "),
    (">", r"\\gt "),
    (r"(?<=[^\w\s\\])_", "_ "),  # could begin an emphasis
)
IN_TABLES = ((r"\\\|", r"\\Vert "), (r"\|", r"\\vert "))


class Markdown(MarkdownConverter):
    """The converter; `address` says where a link leads, "" if nowhere."""

    def __init__(self, address):
        how = {"heading_style": "ATX", "bullets": "-", "wrap": True, "wrap_width": None}
        super().__init__(**how, code_language="python")
        self.address = address

    def written(self, tag):
        """Return an element as Markdown."""
        return spaced(self.process_tag(tag))

    def escape(self, text, parent_tags):
        """Return text none of whose signs mean anything to Markdown."""
        return re.sub(r"([\\*_`$~|])", r"\\\1", text).replace("<", "&lt;")

    def convert_math(self, el, text, parent_tags):
        """Write a formula in a line, or on a line of its own with its number."""
        display = el.get("display") == "block"
        tex = rows(el["data-tex"]) if display else el["data-tex"]
        for old, new in SAFE + (IN_TABLES if {"td", "th"} & set(parent_tags) else ()):
            tex = re.sub(old, new, tex)
        tex = " ".join(tex.split())
        if not display:
            return f"${tex}$"
        number = el.find_parent("div", class_="math").find(class_="eqno")
        tag = rf" \tag{{{number.get_text().strip()[1:-1]}}}" if number else ""
        return f"\n\n$${tex}{tag}$$\n\n"

    def convert_span(self, el, text, parent_tags):
        """Write a span; a caption's number is bold, and a formula's stands in the formula."""
        kinds = el.get("class", [])
        if "caption-number" in kinds and el.find_parent("figcaption"):
            return f"**{text.strip()}** "
        return "" if "eqno" in kinds else text

    def convert_p(self, el, text, parent_tags):
        """Write a paragraph; a box's title is bold."""
        if "admonition-title" in el.get("class", []):
            return f"\n\n**{' '.join(text.split())}**\n\n"
        return super().convert_p(el, text, parent_tags)

    def convert_div(self, el, text, parent_tags):
        """Write a box as a quotation, unless it has no title: a proof has a fold."""
        if el.find(class_="admonition-title", recursive=False):
            return quotation(text)
        return f"\n\n{text.strip()}\n\n"

    def convert_aside(self, el, text, parent_tags):
        """Write what stands on the margin."""
        return quotation(text)

    def convert_section(self, el, text, parent_tags):
        """Write what a theorem or an exercise says."""
        return f"\n\n{text.strip()}\n\n"

    def convert_details(self, el, text, parent_tags):
        """Write what folds as HTML; empty lines tell that there is Markdown inside."""
        title = el.summary.decode_contents().strip()
        return f"\n\n<details>\n<summary>{title}</summary>\n\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, el, text, parent_tags):
        """Leave the title of what folds to `convert_details`."""
        return ""

    def convert_a(self, el, text, parent_tags):
        """Write a link, or its words alone if it leads nowhere."""
        el["href"] = self.address(el["href"], el.get("title", ""))
        return super().convert_a(el, text, parent_tags)


def spaced(text):
    """Return Markdown with one empty line where there are several."""
    return re.sub(r"\n[ \t]*\n(?:[ \t]*\n)+", "\n\n", text).strip()


def quotation(text):
    """Return Markdown as a quotation."""
    lines = spaced(text).splitlines()
    return "\n\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"
