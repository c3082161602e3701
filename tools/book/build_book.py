"""Build the book into _build/html, if anything that it is made from has changed: `make book`.

It is built from nothing or not at all. Sphinx, where it finds pages of an earlier build, says
nothing of warnings in those that it keeps, leaves pages that are gone, and does not look at
styles, extensions and packages. `_build/made-from` has checksums of all that went into a book
without warnings, and of what came out; a build that fails or is broken off leaves no such file.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILDER = (sys.executable, "-m", "tools.book.quick_jupyter_book")
OPTIONS = ("-W", "-n", "--keep-going")
MADE = {"_build", "build", "venv", "env"}  # folders at the top that hold no sources
VARIABLES = ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_REF", "BOOK_BASE_URL")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LAST_LINES = 20  # of the log of a build that failed without a warning


# --- What the book is made from ----------------------------------------------------------


def files(folder, without=()):
    """Return the paths below a folder, hidden ones and what Python leaves behind left out."""
    for path in sorted(folder.iterdir()):
        name = path.name
        if name in without or name.startswith(".") or name.endswith(("__pycache__", ".egg-info")):
            continue
        yield from files(path) if path.is_dir() else [path]


def checksums(paths, root):
    """Return a checksum of each file, by its path below the root."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }


def sources(root):
    """Return the files that the book may be made from: all but those that are made themselves."""
    vendored = root / ".vendor" / "complete"  # stands for what was fetched
    return [vendored, *files(root, without=MADE)]


def ingredients(root):
    """Return what decides how the book looks: files, packages, and what forks.py reads."""
    packages = Path(sysconfig.get_path("purelib")).glob("*.dist-info")  # named by their versions
    return {
        "files": checksums(sources(root), root),
        "packages": sorted(path.name for path in packages),
        "python": sys.version,
        "variables": {name: os.environ.get(name) for name in VARIABLES},
    }


def record(made_from, html):
    """Return as text what a book was made from, and what came out."""
    site = checksums(files(html), html) if html.is_dir() else None
    return json.dumps({"made from": made_from, "site": site}, indent=0, sort_keys=True)


# --- What an editor may have saved ---------------------------------------------------------

VIEW, STATE = (f"application/vnd.jupyter.widget-{what}+json" for what in ("view", "state"))


def has_blank_sliders(path):
    """Tell whether a notebook shows a widget whose state it does not hold.

    Run All and Save in an editor give widgets new names, and keep the states of the old ones.
    """
    try:
        nb = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False  # what is no notebook the build complains of
    states = nb["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    data = [output.get("data", {}) for cell in nb["cells"] for output in cell.get("outputs", [])]
    return any(one[VIEW]["model_id"] not in states for one in data if VIEW in one)


# --- Building ----------------------------------------------------------------------------


def build(root=ROOT, builder=BUILDER):
    """Build the book if it is not up to date, and return the exit code."""
    place = root / "_build"
    html, note, made_from = place / "html", place / "made-from", ingredients(root)
    if note.is_file() and note.read_text(encoding="utf-8") == record(made_from, html):
        print("Nothing has changed since the book was built.")
        return 0
    if blank := [path.name for path in root.glob("chapters/*.ipynb") if has_blank_sliders(path)]:
        print(f"Saved by an editor, the sliders would be blank: {', '.join(sorted(blank))}")
        print("Let the runner store the outputs: make execute")
        return 1
    clear(place)
    print("Building the book from the stored outputs; the log goes to _build/book.log ...")
    sys.stdout.flush()
    code, log = run([*builder, "build", str(root), *OPTIONS], ROOT)
    (place / "book.log").write_text(log, encoding="utf-8")
    if code:
        print(complaint(log))
        return 1
    note.write_text(record(made_from, html), encoding="utf-8")
    return 0


def clear(place):
    """Remove what an earlier build has left, the note of what it was made from first."""
    place.mkdir(exist_ok=True)
    (place / "made-from").unlink(missing_ok=True)
    for name in ("html", ".doctrees"):
        if (place / name).exists():
            shutil.rmtree(place / name)


def run(command, folder):
    """Run a command; return its exit code and what it says, without colours."""
    process = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUTF8": "1"},
        check=False,
    )
    return process.returncode, COLOUR.sub("", process.stdout.decode("utf-8", errors="replace"))


def complaint(log):
    """Return the lines of a log that say why the book was not built cleanly."""
    lines = log.splitlines()
    said = [line for line in lines if re.search("WARNING|ERROR", line)] or lines[-LAST_LINES:]
    last = "The book was not built cleanly; _build/book.log has the whole story."
    return "\n".join([*said, last])


if __name__ == "__main__":
    sys.exit(build())
