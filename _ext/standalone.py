"""Makes the site stand alone, and light.

With what tools/vendor.py has fetched, no page loads anything from another host, and all work
from `file://`; without it, formulas and sliders come from a CDN. Pages load no script before
their text that can wait, and of the theme's icons only those that are used.
"""

import base64
import io
import re
import shutil
from pathlib import Path

from jupyter_core.paths import jupyter_path

VENDOR = Path(__file__).resolve().parents[1] / ".vendor"
DEFER = {"defer": "defer"}
PROGRAMS = ("vendor/require.js", "vendor/anywidget.js", "vendor/embed-amd.js")
ICONS = "vendor/icons.css"
FONTS = {"Free": "fa-solid-900.ttf", "Brands": "fa-brands-400.ttf"}
MATHJAX = {"load": ["input/tex", "output/chtml", "a11y/assistive-mml"]}  # its menu is 0.1 MB more


# What is wrong with the theme's pages and the widgets' program, and what stands there instead.
CORRECTIONS = (
    (r"<script[^>]*/fontawesome\.js[^>]*></script>", ""),  # a font with the icons used does
    (r'(<i class=")fas ', r"\1fa-solid "),  # the widgets' own styles take the short names
    (r'(<i class=")fab ', r"\1fa-brands "),
    (r'<script (?=src="[\w./]*/?(searchtools|language_data|searchindex)\.js)', "<script defer "),
    (r'<meta property="og:(url|image)" content="(?!http)[^>]*>\n?', ""),  # of no known site
    (r'role="doc-biblioentry"', 'role="listitem"'),  # what a list must have
    (r"(<script [^>]*?/mathjax/startup\.js[^>]*></script>)(.*?/embed-amd\.js[^>]*></script>)", r"\2\1"),
    (r'(<button class="btn search-button-field[^>]*?) aria-label="Search"', r"\1"),  # hides its text
    (r'(<div id="pst-primary-sidebar")(?! role)', r'\1 role="region" aria-label="Book"'),
)
SLIMMING = (
    (r'define\("@jupyter-widgets/base7".*?(?=define\("@jupyter-widgets/html-)', ""),
    (r"""sourcesContent:\[(['"])(?:(?!\1)[^\\]|\\.)*\1\]""", "sourcesContent:[]"),
    (r"`/\*!\\n \* Font Awesome(?:[^`\\]|\\.)*`", "``"),
    (r'"complete"===(?=document\.readyState\?e\.render)', '"loading"!=='),
    (r"\bMathJax\.Hub\.Queue\(", "MathJax.Hub?.Queue("),
)
DESCRIPTION = r'(<meta (?:name="|property="og:)description" content=)"([^"]*)"'
PICTURE = r'<img (?![^>]*\bloading=)([^>]*?src="([^":]+)"[^>]*)'
LAZY = 'loading="lazy" '


def vendored():
    """Return whether all programs are at hand."""
    return (VENDOR / "complete").is_file() and bool(anywidget())


def anywidget():
    """Return where the installed anywidget keeps its browser part, None if nowhere."""
    paths = [Path(path, "anywidget", "index.js") for path in jupyter_path("nbextensions")]
    return next((path for path in paths if path.is_file()), None)


def configure(app, config):
    """Point Sphinx at our copies, and leave out Thebe, which no page uses."""
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]
    app.registry.css_files[:] = [css for css in app.registry.css_files if "thebe" not in css[0]]
    if vendored():
        config.mathjax_path = "vendor/mathjax/startup.js"
        config.mathjax3_config = (config.mathjax3_config or {}) | {"loader": MATHJAX}
        config.nb_ipywidgets_js = {path: DEFER for path in PROGRAMS}


def copy_programs(app):
    """Put the programs into the site before its pages are written, which state checksums."""
    if app.builder.format != "html" or not vendored():
        return
    static = Path(app.outdir, "_static")
    shutil.copytree(VENDOR / "site", static / "vendor", dirs_exist_ok=True)
    widgets = static / PROGRAMS[2]
    widgets.write_text(slimmed(widgets.read_text(encoding="utf-8")), encoding="utf-8")
    module = anywidget().read_text(encoding="utf-8")
    (static / PROGRAMS[1]).write_text(named(module), encoding="utf-8")


def slimmed(program):
    """Return the widgets' program without what no page needs, ready when the text is there.

    As it comes it waits for all pictures; brings a second copy of itself, for ipywidgets 7,
    maps of its styles, and a further Font Awesome; and calls MathJax 2.
    """
    for old, new in SLIMMING:
        program = re.sub(old, new, program, flags=re.DOTALL)
    return program


def named(module):
    """Return a module with its name in it, so that it is found without a further request."""
    return module.replace("define([", 'define("anywidget", [', 1)


def defer_scripts(app, pagename, templatename, context, doctree):
    """Let scripts wait until the text is there; inline ones need only the first."""
    for script in context.get("script_files", []):
        path = str(script.filename or "")
        if path and "documentation_options" not in path and "async" not in script.attributes:
            script.attributes.update(DEFER)


def finish(app, error):
    """Polish every page, and write the style sheet with the icons that they use."""
    if error or app.builder.format != "html":
        return
    used = set()
    for path in Path(app.outdir).rglob("*.html"):
        if "_static" not in path.parts:
            html = polished(path.read_text(encoding="utf-8"), path.parent)
            used |= set(re.findall(r"\bfa-[\w-]+", html))
            path.write_text(html, encoding="utf-8", newline="\n")
    theme = Path(app.outdir, "_static")
    (theme / ICONS).parent.mkdir(exist_ok=True)
    (theme / ICONS).write_text(icon_css(theme, used), encoding="utf-8")


def polished(html, folder):
    """Return a page with its scripts and pictures as light as its text, and without barriers."""
    for old, new in CORRECTIONS:
        html = re.sub(old, new, html, flags=re.DOTALL)
    html = re.sub(DESCRIPTION, lambda m: f'{m[1]}"{whole(m[2])}"', html)
    return re.sub(PICTURE, lambda m: f"<img {LAZY}{size(folder / m[2])}{m[1]}", html)


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


def icon_css(static, used):
    """Return the theme's icon fonts cut down to the icons used, as a style sheet."""
    css = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    rules = re.findall(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}', css)
    points = {int(p, 16) for names, p in rules if used & set(re.findall(r"fa-[\w-]+", names))}
    points |= set(map(ord, re.findall(r'--pst-icon-[\w-]+:\s*"(.)"', css))) | {0xF107}
    folder = static / "vendor" / "fontawesome" / "webfonts"
    return "\n".join(face(name, folder / file, points) for name, file in FONTS.items())


def face(name, font, points):
    """Return the rule that replaces one of the theme's fonts, inside itself."""
    from fontTools import subset  # slow to import

    options = subset.Options(flavor="woff", notdef_outline=True)
    options.drop_tables += ["FFTM"]
    loaded, small = subset.load_font(font, options), io.BytesIO()
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points & set(loaded.getBestCmap()))
    cutter.subset(loaded)
    subset.save_font(loaded, small, options)
    data = base64.b64encode(small.getvalue()).decode()
    weight = font.stem.rpartition("-")[2]
    return (f'@font-face {{ font-family: "Font Awesome 6 {name}"; font-weight: {weight}; '
            f'src: url(data:font/woff;base64,{data}) format("woff"); }}')


def setup(app):
    """Connect to Sphinx; ours come after the theme's."""
    app.add_css_file(ICONS, priority=900)
    app.connect("config-inited", configure, priority=900)
    app.connect("builder-inited", copy_programs)
    app.connect("html-page-context", defer_scripts, priority=950)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
