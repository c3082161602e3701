"""Build the chapters as Jupyter Book does by default, to be measured beside the site."""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def settings():
    """Return this book's settings without what the site adds to Jupyter Book."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    kept = {key: config[key] for key in ("title", "execute", "parse", "bibtex_bibfiles")}
    kept["only_build_toc_files"] = True
    kept["sphinx"] = {"extra_extensions": ["sphinx_proof", "sphinx_exercise"]}
    return kept


def build(folder):
    """Build the book in a folder; return that of its pages."""
    shutil.copytree(ROOT / "chapters", folder / "chapters")
    shutil.copy(ROOT / "references.bib", folder)
    chapters = sorted(path.stem for path in (folder / "chapters").glob("*.ipynb"))
    toc = {"format": "jb-book", "root": "index"}
    toc["chapters"] = [{"file": f"chapters/{name}"} for name in chapters]
    (folder / "index.md").write_text("# Chapters\n", encoding="utf-8")
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    (folder / "_config.yml").write_text(yaml.safe_dump(settings()), encoding="utf-8")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", folder]
    with (folder / "log").open("wb") as log:
        subprocess.run(command, stdout=log, stderr=log, check=True)
    return folder / "_build" / "html"
