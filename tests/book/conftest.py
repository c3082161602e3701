"""What the tests of the book share: the built book, made once, and what kernels inherit."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tools.book.run_notebooks import ENVIRONMENT
from tools.site import site_report

os.environ.update(ENVIRONMENT)


def pytest_collection_modifyitems(items):
    """Mark what looks at pages in a browser: it needs one."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.needs("chromium"))


ROOT = Path(__file__).resolve().parents[2]
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


@pytest.fixture(scope="module")
def chromium():
    """Start the browser."""
    with site_report.browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def home(build):
    return build.html.as_uri() + "/"


@pytest.fixture
def context(chromium):
    """A fresh window of desktop size that moves nothing for show."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context
