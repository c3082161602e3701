"""Makes the site stand alone.

With what tools/site/vendor.py has fetched, no page loads anything from another host, and all work
from `file://`; without it, formulas come from a CDN.
"""

import shutil
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / ".vendor"
MATHJAX = {"load": ["input/tex", "output/chtml", "a11y/assistive-mml"]}  # its menu is 0.1 MB more


def vendored():
    """Return whether all programs are at hand."""
    return (VENDOR / "complete").is_file()


def configure(app, config):
    """Point Sphinx at our copies, and leave out Thebe, which no page uses."""
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if one.handler.__module__ != "sphinx_thebe"]
    app.registry.css_files[:] = [css for css in app.registry.css_files if "thebe" not in css[0]]
    if vendored():
        config.mathjax_path = "vendor/mathjax/startup.js"
        config.mathjax3_config = (config.mathjax3_config or {}) | {"loader": MATHJAX}


def copy_programs(app):
    """Put the programs into the site before its pages are written, which state checksums."""
    if app.builder.format != "html" or not vendored():
        return
    shutil.copytree(VENDOR / "site", Path(app.outdir, "_static", "vendor"), dirs_exist_ok=True)


def setup(app):
    """Connect to Sphinx, after those whose settings are changed here."""
    app.connect("config-inited", configure, priority=900)
    app.connect("builder-inited", copy_programs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
