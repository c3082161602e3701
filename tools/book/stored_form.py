"""Check the form in which notebooks are stored, without running them.

`python -m tools.book.stored_form NOTEBOOK ...` wants a chapter as the runner writes it: every
cell run, its outputs there, no metadata of an editor. A homework has no outputs.
"""

import sys
from pathlib import Path

import nbformat
from tools.book import run_notebooks


def chapter_complaints(nb, text):
    """Return what is wrong with the stored form of a chapter."""
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    unrun = [f"cell {cell.id} was not run" for cell in cells if cell.execution_count is None]
    same = text == run_notebooks.to_text(run_notebooks.normalise(nb))
    return unrun + ([] if same else ["it is not as the runner writes it; run `make execute`"])


def homework_complaints(nb):
    """Return the cells of a homework that say they were run."""
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    return [
        f"cell {cell.id} was run; clear the outputs"
        for cell in cells
        if cell.outputs or cell.execution_count is not None
    ]


def complaints(path):
    """Return what is wrong with the stored form of a notebook."""
    text = path.read_text(encoding="utf-8")
    nb = nbformat.reads(text, as_version=4)
    return homework_complaints(nb) if "homework" in path.parts else chapter_complaints(nb, text)


def main(paths):
    """Print all complaints; return 1 if there are any."""
    found = [f"{path}: {words}" for path in paths for words in complaints(Path(path))]
    print(*found, sep="\n", end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
