"""The command jupyter-book, which takes two thirds of the time here: the same pages.

It leaves out what is of no use to this book: searching for garbage among nodes that are all in use
till the end (10.5 s of processor time in place of 14.4, for 0.4 GB in place of 0.3), and a grammar
of web addresses that jsonschema compiles when it is imported (1.3 s).
"""

import gc
import importlib.metadata
import sys


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
    gc.disable()
    sys.modules["rfc3987_syntax"] = None  # jsonschema then does without


if __name__ == "__main__":
    refuse_other_versions()
    save_time()
    from jupyter_book.cli.main import main

    main()
