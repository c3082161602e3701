"""Copy the chapters with a first cell that installs the package, for Colab.

Colab opens notebooks from a branch of a GitHub repository and has no `longterm`. The chapters
themselves stay free of a cell that only Colab needs, and of an address that is wrong in every
fork: `pages.yml` runs this where the address is known and puts the copies on the branch `colab`.
"""

import argparse
import os
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]

# pip leaves a NumPy alone that the package's ranges admit, so nothing needs a restart.
CELL = """\
# This copy of the chapter is for Colab, which lacks the course's package.
try:
    import longterm
except ImportError:
    %pip install --quiet "{requirement}"
"""


def requirement(environ):
    """Return what pip installs: the package as it is in the commit that is being built."""
    server = environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    repository, commit = environ["GITHUB_REPOSITORY"], environ.get("GITHUB_SHA", "main")
    return f"longterm @ git+{server}/{repository}@{commit}"


def prepare(nb, requirement):
    """Put the cell that installs the package before all others; return the notebook."""
    cell = nbformat.v4.new_code_cell(CELL.format(requirement=requirement).rstrip(), id="install")
    nb.cells.insert(0, cell)
    return nb


def write_copies(target, requirement):
    """Write the copies of all chapters into the folder `target`/chapters."""
    folder = target / "chapters"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        nb = prepare(nbformat.read(path, as_version=4), requirement)
        nbformat.write(nb, folder / path.name)


def main(arguments=None):
    """Read the command line, write the copies and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path, help="the folder to write to")
    parser.add_argument("--requirement", help="what pip installs; default: from GITHUB_REPOSITORY")
    options = parser.parse_args(arguments)
    if not (options.requirement or os.environ.get("GITHUB_REPOSITORY")):
        parser.error("name a --requirement, or set GITHUB_REPOSITORY to owner/name")
    write_copies(options.target, options.requirement or requirement(os.environ))
    return 0


if __name__ == "__main__":
    sys.exit(main())
