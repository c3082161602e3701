"""Makes the site stand alone.

With what tools/site/vendor.py has fetched, no page loads anything from another host, and all work
from `file://`; without it, sliders come from a CDN.
"""

import re
import shutil
from pathlib import Path

from jupyter_core.paths import jupyter_path

VENDOR = Path(__file__).resolve().parents[1] / ".vendor"
DEFER = {"defer": "defer"}
PROGRAMS = ("vendor/require.js", "vendor/anywidget.js", "vendor/embed-amd.js")

# What is cut out of the widgets' program or mended in it.
SLIMMING = (
    (r'define\("@jupyter-widgets/base7".*?(?=define\("@jupyter-widgets/html-)', ""),
    (r"""sourcesContent:\[(['"])(?:(?!\1)[^\\]|\\.)*\1\]""", "sourcesContent:[]"),
    (r"`/\*!\\n \* Font Awesome(?:[^`\\]|\\.)*`", "``"),
    (r'"complete"===(?=document\.readyState\?e\.render)', '"loading"!=='),
)


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
        config.nb_ipywidgets_js = dict.fromkeys(PROGRAMS, DEFER)


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
    maps of its styles, and a further Font Awesome.
    """
    for old, new in SLIMMING:
        program = re.sub(old, new, program, flags=re.DOTALL)
    return program


def named(module):
    """Return a module with its name in it, so that it is found without a further request."""
    return module.replace("define([", 'define("anywidget", [', 1)


def setup(app):
    """Connect to Sphinx, after those whose settings are changed here."""
    app.connect("config-inited", configure, priority=900)
    app.connect("builder-inited", copy_programs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
