"""Gives a page one style sheet and one script, with no more in them than the site uses.

The theme brings Bootstrap, Font Awesome and a search for every page: 0.6 MB in 30 files. What names
a class, an id or an element that no page and no script has is left out when the pages are written.
On paper every theme is the light one.
"""

import re
from functools import partial
from hashlib import sha1
from pathlib import Path

import tinycss2

SHEET = r'\s*<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^":]*\b_static/[^":?]+)[^"]*"[^>]*>'
SCRIPT = r'\s*<script\b[^>]*\bsrc="([^":]*\b_static/[^":?]+)[^"]*"[^>]*></script>'
LINKS = {  # the fonts in a sheet are there before anything is set in them: nothing moves
    "css": '\n    <link rel="stylesheet" href="{}" />\n    '
    "<script>document.fonts.forEach((one) => one.load())</script>",
    "js": '\n    <script defer src="{}"></script>',
}

# Scripts, and what a page has that needs them.
NEEDS = {
    "scripts/bootstrap.js": r'data-bs-toggle="(?!tooltip)',
    "front.js": r'class="spirals"',
    "share.js": r'class="share"',
    "design-tabs.js": r'class="[^"]*\bsd-tab-set\b',
    "togglebutton.js": r'class="(?:toggle|[^"]*\badmonition[^"]*[ ]dropdown)\b',
    "(?:searchtools|language_data|searchindex).js": r'id="search-results"',
}
OWN_SCRIPTS = ("site.js", "sliders.js", "front.js", "place.js", "share.js")
# What fails in the theme does not stop our own.
FIRST = ("documentation_options.js", *OWN_SCRIPTS)
ALONE = r"\basync\b|\btype=|searchtools|language_data"  # the search is on one page only
INLINE = r"\s*<script>(?:let toggle\w+|var togglebuttonSelector) = [^<]*</script>"
COMMENT = r"^[ \t]*(?://.*|/\*(?!!)(?s:.*?)\*/[ \t]*)\n|//# sourceMappingURL=.*"  # but licences
COLLAPSED = r"\s*<script>\s*DOCUMENTATION_OPTIONS.COLLAPSE_INDEX = true;\s*</script>"
PRELOAD = r'\s*<link rel="preload" as="script"[^>]*>'

OURS = Path(__file__).resolve().parents[1] / "_static"
STRING = r"""(?<=")[^"\n]*(?=")|(?<=')[^'\n]*(?=')|`[^`]*`"""
VARIABLE = r"""(?<=[{;\s])(--[\w-]+)\s*:(?:"[^"]*"|'[^']*'|\([^)]*\)|[^;{}"'(])*(?:;|(?=\}))"""
EMPTY = r"(?<=[{}])\s+|(?<![^{}])[^{}]+\{\s*\}"  # each rule is looked at from its beginning only


def leave_out_thebe(app, config):
    """Leave out Thebe, which would ask another host for programs, and which no page uses."""
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]
    app.registry.css_files[:] = [css for css in app.registry.css_files if "thebe" not in css[0]]


def finish(app, error):
    """Write the bundles, and name them in the pages in place of what they are made of."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    paths = [path for path in Path(app.outdir).rglob("*.html") if "_static" not in path.parts]
    pages = {path: without_unused(path.read_text(encoding="utf-8")) for path in paths}
    words, made = used_words(static, pages.values()), {}

    def bundle(files, kind):
        if (files, kind) not in made:
            text = style(static, files, words) if kind == "css" else script(static, files)
            name = f"bundle-{sha1(text.encode()).hexdigest()[:8]}.{kind}"
            (static / name).write_text(text, encoding="utf-8", newline="\n")
            made[files, kind] = name
        return made[files, kind]

    for path, html in pages.items():
        path.write_text(bundled(html, bundle), encoding="utf-8", newline="\n")


def without_unused(html):
    """Return a page without the scripts that nothing on it needs."""
    for name, needed in NEEDS.items():
        if not re.search(needed, html):
            html = re.sub(rf'\s*<script\b[^>]*\bsrc="[^"]*{name}[^"]*"[^>]*></script>', "", html)
    html = re.sub(f"{PRELOAD}|{COLLAPSED}", "", html)
    return html if "togglebutton.js" in html else re.sub(INLINE, "", html)


def bundled(html, bundle):
    """Return a page whose sheets are one, and its scripts, too; `bundle` makes them."""
    scripts = [one for one in re.finditer(SCRIPT, html) if not re.search(ALONE, one[0])]
    inside = [k for k, one in enumerate(scripts) if one.end() <= html.index("</head>")]
    html = joined(html, scripts, bundle, "js", max(inside, default=0))
    return joined(html, list(re.finditer(SHEET, html)), bundle, "css", 0)


def joined(html, found, bundle, kind, place):
    """Return a page with a link to a bundle at one of the places where its parts were named."""
    if len(found) < 2:
        return html
    files = tuple(re.sub(r".*\b_static/", "", one[1]) for one in found)
    address = found[0][1].removesuffix(files[0]) + bundle(files, kind)
    keep = found[place]
    for one in reversed(found):
        link = LINKS[kind].format(address) if one is keep else ""
        html = html[: one.start()] + link + html[one.end() :]
    return html


def script(static, files):
    """Return some scripts as one, our own first; each keeps its own lines."""
    files = sorted(files, key=lambda file: Path(file).name not in FIRST)
    texts = [(static / file).read_text(encoding="utf-8") for file in files]
    return "\n;\n".join(re.sub(COMMENT, "", text, flags=re.M).strip() for text in texts)


# --- Styles ------------------------------------------------------------------------------


def used_words(static, pages):
    """Return each class, id, `<element` and `[attribute` of the pages, and their scripts' words."""
    words, files = set(), set()
    for html in pages:
        words.update(*(v.split() for v in re.findall(r'\b(?:class|id)="([^"]*)"', html)))
        words.update(re.findall(r"<[a-z][\w-]*", html))
        words.update(f"[{name}" for name in re.findall(r'\s(data-[\w-]+)="', html))
        for inline in re.findall(r"<script[^>]*>([^<]*)</script>", html):
            words.update(re.findall(r"[\w-]+", inline) if "{" not in inline[:1] else ())
        files |= {one[1] for one in re.finditer(SCRIPT, html)}
    for name in {re.sub(r".*\b_static/", "", name) for name in files}:
        for text in re.findall(STRING, (static / name).read_text(encoding="utf-8")):
            words.update(re.findall(r"[\w-]+", text))
    return words


def style(static, files, words):
    """Return some sheets as one, without what no page uses; ours are left whole."""
    parts = []
    for file in files:
        parsed = tinycss2.parse_stylesheet(sheet(static / file, static), True, True)
        parts.append(rules(parsed, None if (OURS / file).is_file() else words))
    return without_idle_names("\n".join(parts))


def sheet(path, static):
    """Return a sheet with what it imports, its addresses as they are seen from `static`."""
    folder = path.parent.relative_to(static).as_posix()

    def moved(match):
        return f"url({match[1]}{folder}/{match[2]}"

    def imported(match):
        return sheet((path.parent / match[1]).resolve(), static.resolve())

    text = path.read_text(encoding="utf-8").replace('@charset "UTF-8";', "")
    text = re.sub(r"""@import (?:url\()?["']([^"':]+)["']\)?;""", imported, text)
    return re.sub(r"""url\((["']?)(?!data:|https?:|[#/"'])([^)])""", moved, text)


def rules(parsed, words):
    """Return rules as text, without those that no page of these words can match."""
    return "".join(part for rule in parsed for part in written(rule, words))


def written(rule, words):
    """Give what is left of a rule: nothing, itself, or one for the screen and one for paper."""
    if rule.type == "qualified-rule":
        kept = [one for one in selectors(rule.prelude) if not unknown(one, words)]
        if kept and rule.content:
            prelude = ",".join(map(tinycss2.serialize, kept))
            yield from themed(prelude, tinycss2.serialize(rule.content))
    elif rule.type == "at-rule":
        head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
        if rule.content is None:
            yield f"{head};"
            return
        inside = tinycss2.serialize(rule.content)
        if rule.lower_at_keyword in ("media", "supports", "layer", "container"):
            inside = rules(tinycss2.parse_rule_list(rule.content, True, True), words)
        if inside and not (rule.lower_at_keyword == "font-face" and "webfonts" in inside):
            yield f"{head}{{{inside}}}"  # icons.py has cut the webfonts down


def themed(prelude, content):
    """Give a rule, of the dark theme for the screen only, of the light one for paper in any."""
    content = content.strip()
    theme = re.search(r"""\[data-theme=["']?(dark|light)["']?\]""", prelude)
    if theme and theme[1] == "dark":
        yield f"@media screen{{{prelude}{{{content}}}}}"
        return
    yield f"{prelude}{{{content}}}"
    if theme:
        yield f"@media print{{{prelude.replace(theme[0], '[data-theme]')}{{{content}}}}}"


def selectors(prelude):
    """Return the selectors of a rule, lists of tokens each."""
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def unknown(selector, words):
    """Tell whether a selector names what is on no page; what stands in brackets may be anything."""
    pairs = zip(selector, [None, *selector], strict=False)
    return words is not None and any(not names(*pair) & words for pair in pairs if names(*pair))


def names(token, before):
    """Return what the words of the pages may call what a token names; nothing if it names none."""
    if token.type == "hash" or (token.type == "ident" and before == "."):
        return {token.value}
    if token.type == "ident" and before != ":":
        return {f"<{token.lower_value}", token.value}
    if token.type == "[] block" and token.content[0].value.startswith("data-"):
        return {f"[{token.content[0].value}", token.content[0].value}
    return set()


def without_idle_names(text):
    """Return a sheet without variables and movements that nothing refers to, and what that ends."""
    before = None
    while text != before:
        before, used = text, set(re.findall(r"var\(\s*(--[\w-]+)", text))
        text = re.sub(VARIABLE, partial(kept_if_used, used), text)
        text = re.sub(EMPTY, "", text)
    moves = re.findall(r"@keyframes ([\w-]+)", text)
    for name in (name for name in moves if len(re.findall(rf"\b{name}\b", text)) == 1):
        text = re.sub(rf"@keyframes {name}\s*\{{(?:[^{{}}]*\{{[^{{}}]*\}})*[^{{}}]*\}}", "", text)
    return text


def kept_if_used(used, variable):
    """Return the setting of a variable, "" if nothing uses it."""
    return variable[0] if variable[1] in used else ""


def setup(app):
    """Connect to Sphinx, after those whose settings change and all that writes to the pages."""
    app.connect("config-inited", leave_out_thebe, priority=900)
    app.connect("build-finished", finish, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
