"""Makes the theme's pages light and free of barriers.

No script that can wait holds up the text, pictures come when they are near and keep their
place until then, and what the theme gets wrong for screen readers is put right.
"""

import re
from pathlib import Path

DEFER = {"defer": "defer"}

# Before anything is seen: the theme is known, and of a link into the page so is its place.
EARLY = """dataset.theme = { light: "light", dark: "dark" }[localStorage.getItem("mode")]
      ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    if (location.hash) {
      const place = document.createElement("link");
      place.setAttribute("rel", "expect");
      place.setAttribute("blocking", "render");
      place.setAttribute("href", location.hash);
      document.head.append(place);
    }"""

# Parts of code in the text's own colour: names, brackets, space, the dot before an attribute.
PLAIN = r'<span class="(?:nn?|p|w|o(?=">\.<))">([^<]*)</span>|(?<=<pre>)<span></span>'

# What is wrong with the theme's pages, and what stands there instead.
CORRECTIONS = (
    (r"<script[^>]*/fontawesome\.js[^>]*></script>", ""),  # a font with the icons used does
    (r'<script (?=src="[\w./]*/?(searchtools|language_data|searchindex)\.js)', "<script defer "),
    (r'<meta property="og:(url|image)" content="(?!http)[^>]*>\n?', ""),  # of no known site
    (r'role="doc-biblioentry"', 'role="listitem"'),  # what a list must have
    (
        r'(<button class="btn search-button-field[^>]*?) aria-label="Search"',
        r"\1",
    ),  # hides its text
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),  # what it shows says more
    (r'dataset\.theme = localStorage\.getItem\("theme"\) \|\| "auto";', EARLY),
    (PLAIN, r"\1"),  # a quarter of a chapter's elements
    (r'(<div id="pst-primary-sidebar")(?! role)', r'\1 role="region" aria-label="Book"'),
)
DESCRIPTION = r'(<meta (?:name="|property="og:)description" content=)"([^"]*)"'
PICTURE = r'<img (?![^>]*\bloading=)([^>]*?src="([^":]+)"[^>]*>)'
PHONE = "(max-width: 576px)"  # as in _static/longterm.css
LAZY = 'loading="lazy" '


def defer_scripts(app, pagename, templatename, context, doctree):
    """Let scripts wait until the text is there; inline ones need only the first."""
    for script in context.get("script_files", []):
        path = str(script.filename or "")
        if path and "documentation_options" not in path and "async" not in script.attributes:
            script.attributes.update(DEFER)


def finish(app, error):
    """Polish every page; a page that was polished before stays as it is."""
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        if "_static" not in path.parts:
            html = polished(path.read_text(encoding="utf-8"), path.parent)
            path.write_text(html, encoding="utf-8", newline="\n")


def polished(html, folder):
    """Return a page with its scripts and pictures as light as its text, and without barriers."""
    for old, new in CORRECTIONS:
        html = re.sub(old, new, html, flags=re.DOTALL)
    html = with_way_to_slider(html)
    html = re.sub(DESCRIPTION, lambda m: f'{m[1]}"{whole(m[2])}"', html)
    return re.sub(PICTURE, lambda m: picture(m[1], m[2], folder), html)


def with_way_to_slider(html):
    """Return a page whose first slider is two steps of the keyboard away, if it has one."""
    if not (first := re.search(r'<input [^>]*\bid="([^"]+)" type="range"[^>]* autocomplete', html)):
        return html
    old, new = "Skip to main content</a>", f'<a href="#{first[1]}">Skip to the first slider</a>'
    return html if new in html else html.replace(old, f"{old} {new}", 1)


def picture(rest, address, folder):
    """Return a picture that comes when it is near, on a phone its narrow twin if it has one."""
    wide = f"<img {LAZY}{size(folder / address)}{rest}"
    small = (folder / address).with_stem(f"{Path(address).stem}-narrow")  # from `phones`
    if not small.is_file():
        return wide
    near = address.replace(".svg", "-narrow.svg")
    source = f'<source media="{PHONE}" srcset="{near}" {size(small)}/>'
    return f"<picture>{source}{wide}</picture>"


def whole(text, longest=200):
    """Return as many whole sentences as fit, at least one."""
    ends = [m.end() for m in re.finditer(r"[.?!](?= |$)", text.removesuffix("..."))]
    fitting = [end for end in ends if end <= longest] or ends[:1]
    return text[: fitting[-1]] if fitting else text


def size(picture):
    """Return an SVG's size as attributes: the page does not jump when the picture comes."""
    head = picture.read_text(encoding="utf-8")[:2000] if picture.suffix == ".svg" else ""
    found = [re.search(rf'\b{side}="([\d.]+)pt"', head) for side in ("width", "height")]
    if not all(found):
        return ""
    return 'width="{:.0f}" height="{:.0f}" '.format(*(float(m[1]) * 4 / 3 for m in found))


def setup(app):
    """Connect to Sphinx; ours come after the theme's."""
    app.connect("html-page-context", defer_scripts, priority=950)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
