"""What the tests share: the built book, made once, and Hypothesis' settings.

Hypothesis tries the same examples on every machine, and keeps no files.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import settings

settings.register_profile("laws", derandomize=True, database=None, deadline=None, max_examples=60)
settings.load_profile("laws")

ROOT = Path(__file__).resolve().parents[1]
BUILD_TIMEOUT = 1200  # seconds; the machine may be busy


@dataclass(frozen=True)
class Book:
    """The built book: the folder of its pages, and what the command said."""

    html: Path
    code: int
    log: str


def jupyter_book():
    """Return the path of this environment's own jupyter-book command."""
    command = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    assert command, "jupyter-book is not installed beside this Python"
    return command


def build_book(target):
    """Build the book with the real command, outside the tree; leave its code beside the log."""
    options = ["--path-output", str(target), "-W", "-n", "--keep-going"]
    with (target / "log").open("wb") as log:
        process = subprocess.run(
            [jupyter_book(), "build", str(ROOT), *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUTF8": "1"},
            check=False,
        )
    (target / "code.new").write_text(str(process.returncode), encoding="utf-8")
    (target / "code.new").rename(target / "code")


@pytest.fixture(scope="session")
def build(tmp_path_factory, request):
    """Build the book; of several test processes one builds and the others wait for it."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # under xdist each process has a folder below
        shared = shared.parent
    target, end = shared / "book", time.monotonic() + BUILD_TIMEOUT
    try:
        target.mkdir()
    except FileExistsError:
        while not (target / "code").exists():
            assert time.monotonic() < end, "the other test process did not build the book"
            time.sleep(0.1)
    else:
        build_book(target)
    code = int((target / "code").read_text(encoding="utf-8"))
    log = (target / "log").read_text(encoding="utf-8", errors="replace")
    return Book(target / "_build" / "html", code, log)


@pytest.fixture(scope="session")
def pages(build):
    """Return the parsed pages by name, as in _toc.yml, those made by Sphinx included."""
    paths = [path for path in build.html.rglob("*.html") if "_static" not in path.parts]
    names = [path.relative_to(build.html).with_suffix("").as_posix() for path in paths]
    soups = [BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in paths]
    return dict(zip(names, soups, strict=True))


# --- What could not be tested is said in the very last line ------------------------------

LEFT_OUT = "left out: "
left_out = set()


def pytest_runtest_logreport(report):
    """Note groups of tests that were left out; all test processes report here."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _, found, reason = report.longrepr[2].partition(LEFT_OUT)
        left_out.update([reason] if found else [])


def pytest_unconfigure(config):
    """Say what was left out."""
    if not hasattr(config, "workerinput"):
        for reason in sorted(left_out):
            print(f"LEFT OUT: {reason}")
