"""Gives each still figure its narrow twin, which a phone loads in its place.

The notebooks store it in the metadata of the output: the same figure, its panels stacked.
"""

import hashlib
import json
from pathlib import Path

SVG = "image/svg+xml"


def twins(notebook):
    """Return the narrow SVG of each figure of a notebook, by the name of its file on the site."""
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return {
        file_name("".join(output["data"][SVG])): "".join(output["metadata"][SVG]["narrow"])
        for output in outputs
        if SVG in output.get("data", {}) and "narrow" in output["metadata"].get(SVG, {})
    }


def file_name(svg):
    """Return the name that MyST-NB gives to a figure's file, without its suffix."""
    return hashlib.sha256("\n".join(svg.splitlines()).encode()).hexdigest()


def write(app, error):
    """Write the twins beside the figures that the pages have."""
    if error or app.builder.name != "html":
        return
    sources = [Path(app.env.doc2path(name)) for name in app.env.found_docs]
    for source in [one for one in sources if one.suffix == ".ipynb"]:
        for name, svg in twins(json.loads(source.read_text(encoding="utf-8"))).items():
            file = Path(app.outdir, "_images", f"{name}.svg")
            if file.is_file():
                file.with_stem(f"{name}-narrow").write_text(svg, encoding="utf-8")


def setup(app):
    """Connect to Sphinx; `polish` names the twins on the pages."""
    app.connect("build-finished", write, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
