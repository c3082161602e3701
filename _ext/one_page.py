"""Lets Sphinx build the whole book as one page, which `make pdf` prints."""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def adopt_html_handlers(app):
    """Give the one-page builder every node handler that the pages have.

    Sphinx falls back to the `html` handlers only if no extension names `singlehtml`;
    sphinx-exercise does, sphinx-proof does not, and then theorems have no handler.
    """
    handlers = app.registry.translation_handlers
    handlers["singlehtml"] = handlers["html"] | handlers.get("singlehtml", {})


def show_pictures_for_widgets(app, config):
    """On the one page and in an EPUB, show a slider figure's picture: paper has no sliders."""
    overrides = config.nb_mime_priority_overrides
    bare = [(builder, WIDGET_VIEW, None) for builder in ("singlehtml", "epub")]
    config.nb_mime_priority_overrides = [*overrides, *bare]


def name_references_by_key(app, config):
    """Number no references: on one page the numbers of the chapters' own anchors collide."""
    config.bibtex_cite_id = "cite-{key}"


def setup(app):
    """Connect to Sphinx."""
    app.connect("config-inited", show_pictures_for_widgets)
    app.connect("config-inited", name_references_by_key)
    app.connect("builder-inited", adopt_html_handlers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
