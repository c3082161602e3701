"""Try the notebooks for Colab where Colab cannot be had: in an environment with its versions.

Builds the package's wheel, lets a copy of a chapter install it with its first cell, runs all
cells, and fails if one fails or if any package changed its version, since that is what makes
Colab ask for a restart.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tools.release import colab_notebooks

ROOT = Path(__file__).resolve().parents[2]

# What Colab had in August 2026 (github.com/googlecolab/backend-info), and what runs notebooks.
COLAB = (
    "numpy==2.1.3",
    "scipy==1.16.3",
    "matplotlib==3.10.0",
    "scikit-learn==1.6.1",
    "ipykernel==6.17.1",
    "ipython==7.34.0",
    "ipywidgets==7.7.1",
    "anywidget==0.9.21",
    "threadpoolctl==3.6.0",
    "nbclient",
)
# The oldest that pyproject.toml admits; of IPython, what Colab has.
OLDEST = (
    "numpy==2.0.*",
    "scipy==1.13.*",
    "matplotlib==3.9.*",
    "scikit-learn",
    "ipykernel==6.17.1",
    "ipython==7.34.*",
    "ipywidgets==7.7.*",
    "anywidget==0.9.*",
    "threadpoolctl==3.1.*",
    "nbclient",
)


def run(*command):
    """Run a command and return what it prints; its failure is ours."""
    process = subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE, text=True)
    return process.stdout


def versions(python):
    """Return the version of every package in an environment."""
    lines = run(python, "-m", "pip", "freeze").split()
    return dict(line.split("==") for line in lines if "==" in line)


def copy_package(root, target):
    """Copy what the package is built from: setuptools litters a tree, and takes old litter up."""
    shutil.copytree(
        root / "lib", target / "lib", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, target)
    return target


def build_wheel(folder):
    """Build the package's wheel into a folder and return its path."""
    source = copy_package(ROOT, folder / "source")
    run(sys.executable, "-m", "pip", "wheel", "-q", source, "--no-deps", "-w", folder)
    return next(folder.glob("longterm-*.whl"))


def try_chapters(packages, chapters):
    """Run copies of the chapters beside these packages; return the packages that changed."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        venv.create(folder / "env", with_pip=True)
        python = folder / "env" / "bin" / "python"
        run(python, "-m", "pip", "install", "-q", *packages)
        colab_notebooks.write_copies(folder, f"longterm @ {build_wheel(folder).as_uri()}")
        before = versions(python)
        for chapter in chapters:
            run(python.with_name("jupyter-execute"), folder / "chapters" / f"{chapter}.ipynb")
        after = versions(python)
        run(python, "-c", "import longterm")  # the cell did install it
    return {name: (old, after.get(name)) for name, old in before.items() if after.get(name) != old}


def main(arguments=None):
    """Read the command line, try, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", default=["01_scalar_powers"])
    parser.add_argument("--oldest", action="store_true", help="the oldest versions, not Colab's")
    options = parser.parse_args(arguments)
    changed = try_chapters(OLDEST if options.oldest else COLAB, options.chapters)
    print(f"changed versions: {changed or 'none'}")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
