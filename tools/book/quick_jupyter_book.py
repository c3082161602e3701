"""The command jupyter-book, which takes half the time here: the same arguments, the same pages.

What it leaves out is of no use to this book: searching for garbage among nodes that are all in
use till the end (a third of the time), a grammar of web addresses that jsonschema compiles when
it is imported, a search through all installed packages at each citation, and, where environments
stand below build/, looking through them for pages, three times.
"""

import functools
import gc
import importlib.metadata
import sys
from pathlib import Path
from types import SimpleNamespace

from tools.book.build_book import MADE, files


def refuse_other_versions():
    """Stop with a sentence if the installed Jupyter Book cannot read this book."""
    version = importlib.metadata.version("jupyter-book")
    if not version.startswith("1."):
        sys.exit(
            f"Jupyter Book {version} is installed, and this book needs 1.x: others cannot read "
            "its _config.yml. Install it: pip install -r requirements.txt"
        )


def save_time():
    """Leave out what costs time; to be called before jupyter-book is imported."""
    gc.disable()  # some 0.4 GB instead of 0.3
    sys.modules["rfc3987_syntax"] = None  # jsonschema then does without
    import pybtex.plugin

    pybtex.plugin.find_plugin = functools.cache(pybtex.plugin.find_plugin)
    import sphinx_external_toc.events

    sphinx_external_toc.events.glob = SimpleNamespace(iglob=sources_like)


def sources_like(pattern, recursive=True):
    """Return what glob finds for folder/**/*ending, without what lies in folders that are made."""
    folder, ending = pattern.split("**")
    return [str(path) for path in sources_below(folder) if path.name.endswith(ending[2:])]


@functools.cache
def sources_below(folder):
    """Return the files below a folder, those that are made left out."""
    return list(files(Path(folder), without=MADE))


if __name__ == "__main__":
    refuse_other_versions()
    save_time()
    from jupyter_book.cli.main import main

    main()
