"""Build the book into _build/html, from nothing: `make book`.

Sphinx, where it finds pages of an earlier build, says nothing of warnings in those that it keeps,
leaves pages that are gone, and does not look at styles, extensions and packages.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILDER = (sys.executable, "-m", "tools.book.quick_jupyter_book")
OPTIONS = ("-W", "-n", "--keep-going")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LAST_LINES = 20  # of the log of a build that failed without a warning
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


def build(root=ROOT, builder=BUILDER):
    """Build the book, and return the exit code."""
    if blank := [path.name for path in root.glob("chapters/*.ipynb") if has_blank_sliders(path)]:
        print(f"Saved by an editor, the sliders would be blank: {', '.join(sorted(blank))}")
        print("Let the runner store the outputs: make execute")
        return 1
    place = root / "_build"
    place.mkdir(exist_ok=True)
    for name in ("html", ".doctrees"):
        if (place / name).exists():
            shutil.rmtree(place / name)
    print("Building the book from the stored outputs; the log goes to _build/book.log ...")
    sys.stdout.flush()
    process = subprocess.run(
        [*builder, "build", str(root), *OPTIONS],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONUTF8": "1"},
        check=False,
    )
    log = COLOUR.sub("", process.stdout.decode("utf-8", errors="replace"))
    (place / "book.log").write_text(log, encoding="utf-8")
    if process.returncode:
        print(complaint(log))
    return int(process.returncode != 0)


def complaint(log):
    """Return the lines of a log that say why the book was not built cleanly."""
    lines = log.splitlines()
    said = [line for line in lines if re.search("WARNING|ERROR", line)] or lines[-LAST_LINES:]
    last = "The book was not built cleanly; _build/book.log has the whole story."
    return "\n".join([*said, last])


if __name__ == "__main__":
    sys.exit(build())
