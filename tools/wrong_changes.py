"""Make wrong changes to a copy of the package, one at a time, and see whether nbval sees each.

`python tools/wrong_changes.py` takes all of `wrong_changes.toml`, `... products 04` those of a
module or for a chapter. Each chapter runs up to its first cell that differs. A change that no
longer fits its file is an error; so is it if fewer than 95 of 100 are seen.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tools" / "wrong_changes.toml"
SCRATCH = ROOT / "build" / "wrong-changes"
LEAST = 0.95
FAILED = 1  # pytest's exit code if a test failed, which no error of its own has


@dataclass(frozen=True)
class Change:
    """A wrong change: where, what, by what, and which chapter must differ."""

    module: str
    old: str
    new: str
    chapter: str

    @property
    def file(self):
        """The changed file, below the package."""
        return f"{self.module}.py"


def read_changes(path=LIST):
    """Return all changes of the list."""
    with path.open("rb") as file:
        modules = tomllib.load(file)
    return [
        Change(module, *change) for module, entry in modules.items() for change in entry["changes"]
    ]


def chosen(changes, words):
    """Return the changes of the modules and chapters that are named, all without words."""
    return [c for c in changes if not words or c.module in words or c.chapter in words]


def stale(changes, package=ROOT / "lib" / "longterm"):
    """Return a line for each change that does not fit its file: `old` must stand there once."""
    lines = []
    for change in changes:
        count = (package / change.file).read_text(encoding="utf-8").count(change.old)
        if count != 1 or change.old == change.new:
            lines.append(f"{change.file}: {change.old!r} stands there {count} times")
    return lines


def make_copy(change, folder=SCRATCH):
    """Copy the package into a folder, with the change made; return the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lib" / "longterm", folder / "longterm", ignore=skip)
    path = folder / "longterm" / change.file
    text = path.read_text(encoding="utf-8").replace(change.old, change.new)
    path.write_text(text, encoding="utf-8")
    return folder


def run_chapter(chapter, package):
    """Run nbval on a chapter with the package in a folder; return its code and what it says."""
    (notebook,) = (ROOT / "chapters").glob(f"{chapter}_*.ipynb")
    options = ["--quiet", "-x", "-p", "no:xdist", "-p", "no:budget", "--nbval", str(notebook)]
    process = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    return process.returncode, process.stdout + process.stderr


def first_failure(said):
    """Return the name of the first cell that failed, None if none did."""
    found = re.search(r"^FAILED \S*?::(Cell \d+)", said, re.M)
    return found and found[1]


def main(words):
    """Try the changes; print a line for each and return the exit code."""
    changes = chosen(read_changes(), words)
    if unfit := stale(changes):
        print("The list is out of date:", *unfit, sep="\n  ")
        return 1
    print(f"Making {len(changes)} wrong changes; a chapter takes up to a minute or two ...")
    seen = 0
    for change in changes:
        code, said = run_chapter(change.chapter, make_copy(change))
        where = first_failure(said) if code else "NOT SEEN"
        if code not in (0, FAILED) or where is None:  # pytest itself failed
            print(said[-2000:])
            return 1
        seen += code == FAILED
        print(
            f"{change.module:18} chapter {change.chapter}: {where:8} {change.new[:50]}", flush=True
        )
    print(f"{seen} of {len(changes)} are seen.")
    return 0 if seen >= LEAST * len(changes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
