"""Serves the few icons that the pages use, in place of the theme's 0.5 MB of all there are.

The theme's own fonts are cut down, when the pages are written, to a style sheet of some kB.
"""

import base64
import io
import logging
import re
from pathlib import Path

SHEET = "vendor/icons.css"
FONTS = {"Free": "fa-solid-900", "Brands": "fa-brands-400"}
RULE = (
    r'((?:\.fa-[\w-]+(?::before)?,?)+)\{(?:content|--fa):"\\([0-9a-f]+)"\}'  # Font Awesome 6 or 7
)


def finish(app, error):
    """Write the style sheet with the icons that the pages name."""
    if error or app.builder.name not in ("html", "singlehtml"):  # an EPUB has no theme
        return
    pages = [path for path in Path(app.outdir).rglob("*.html") if "_static" not in path.parts]
    used = {name for path in pages for name in named_icons(path.read_text(encoding="utf-8"))}
    static = Path(app.outdir, "_static")
    (static / SHEET).parent.mkdir(exist_ok=True)
    (static / SHEET).write_text(icon_css(static, used), encoding="utf-8")


def named_icons(html):
    """Return the class names that may stand for an icon."""
    return set(re.findall(r"\bfa-[\w-]+", html))


def icon_css(static, used):
    """Return the theme's icon fonts cut down to the icons used, as a style sheet."""
    css = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    rules = re.findall(RULE, css)
    points = {int(p, 16) for names, p in rules if used & set(re.findall(r"fa-[\w-]+", names))}
    points |= set(map(ord, re.findall(r'--pst-icon-[\w-]+:\s*"(.)"', css))) | {0xF107}
    folder = static / "vendor" / "fontawesome" / "webfonts"
    version = re.search(r"Font Awesome\\ (\d+) Free", css)[1]
    return "\n".join(
        face(f"Font Awesome {version} {name}", font_file(folder, stem), points)
        for name, stem in FONTS.items()
    )


def font_file(folder, stem):
    """Return a font as TrueType if the theme has it, else as WOFF2, which needs Brotli."""
    plain = folder / f"{stem}.ttf"
    return plain if plain.is_file() else plain.with_suffix(".woff2")


def face(family, font, points):
    """Return the rule that replaces one of the theme's fonts, inside itself."""
    from fontTools import subset  # slow to import

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = subset.Options(flavor="woff", notdef_outline=True)
    options.drop_tables += ["FFTM"]
    loaded, small = subset.load_font(font, options), io.BytesIO()
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points & set(loaded.getBestCmap()))
    cutter.subset(loaded)
    subset.save_font(loaded, small, options)
    data = base64.b64encode(small.getvalue()).decode()
    weight = font.stem.rpartition("-")[2]
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
        f'src: url(data:font/woff;base64,{data}) format("woff"); }}'
    )


def setup(app):
    """Connect to Sphinx; ours comes after the theme's."""
    app.add_css_file(SHEET, priority=900)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
