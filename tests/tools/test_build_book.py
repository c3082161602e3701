"""`make book` builds anew whenever it must, and only then.

The builder here is a stand-in of a few lines that notes how it was called: what is tested is
when it is called, and what it finds.
"""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tools.book import build_book

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """
import os, signal, sys
from pathlib import Path
root = Path(sys.argv[2])
place = root / "_build"
with (root / ".calls").open("a") as calls:
    calls.write(" ".join(str(name in os.listdir(place)) for name in ("html", ".doctrees")) + "\\n")
for name in ("html", ".doctrees"):
    (place / name).mkdir(parents=True)
for page in (root / "chapters").glob("*.ipynb"):
    (place / "html" / page.name).write_text(page.read_text())
exec((root / "chapters" / "01.ipynb").read_text())
"""


@pytest.fixture
def book(tmp_path):
    """A small tree in the shape of ours, which can be built and counts how often it is."""
    texts = {
        "_toc.yml": "root: index",
        "chapters/01.ipynb": "",
        "chapters/02.ipynb": "",
        "lib/longterm/scalar.py": "",
        ".vendor/complete": "",
        ".venv/lib/thing.py": "",
        "build/report.txt": "",
        "lib/longterm/__pycache__/scalar.pyc": "",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    stand_in = tmp_path / ".stand_in.py"
    stand_in.write_text(STAND_IN)

    def build():
        return build_book.build(tmp_path, (sys.executable, "-IS", str(stand_in)))

    def calls():
        return (tmp_path / ".calls").read_text().splitlines()

    return SimpleNamespace(root=tmp_path, build=build, calls=calls)


def test_a_book_is_not_built_twice_from_the_same(book, capsys):
    assert [book.build() for _ in range(3)] == [0, 0, 0]
    assert len(book.calls()) == 1
    assert capsys.readouterr().out.count("Nothing has changed") == 2


PARTS = ("_toc.yml", "chapters/02.ipynb", "lib/longterm/scalar.py", "_build/html/02.ipynb")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        *((name, change) for name in PARTS for change in ("changed", "gone", "new")),
        (".vendor/complete", "changed"),
        (".vendor/complete", "gone"),
    ],
)
def test_any_part_that_changes_goes_or_comes_builds_the_book_anew(book, name, change):
    book.build()
    path = book.root / (f"{name}.new" if change == "new" else name)
    path.unlink() if change == "gone" else path.write_text("#")
    assert book.build() == 0
    assert len(book.calls()) == 2


@pytest.mark.parametrize(
    "name",
    [".venv/lib/thing.py", "build/report.txt", "lib/longterm/__pycache__/scalar.pyc", ".coverage"],
)
def test_what_is_made_itself_does_not_build_the_book(book, name):
    book.build()
    (book.root / name).write_text("other")
    book.build()
    assert len(book.calls()) == 1


def test_other_packages_and_another_repository_build_the_book_anew(book, monkeypatch):
    book.build()
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/fork")
    book.build()
    assert len(book.calls()) == 2
    (book.root / ".packages" / "sphinx-99.dist-info").mkdir(parents=True)
    monkeypatch.setattr(build_book.sysconfig, "get_path", lambda _: book.root / ".packages")
    book.build()
    assert len(book.calls()) == 3


WARNS = "print('\\x1b[91mp.md: WARNING: no such label\\x1b[0m'); sys.exit(1)"
DIES = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize("accident", [WARNS, DIES])
def test_a_failure_leaves_nothing_and_is_not_forgotten_while_its_cause_stays(book, accident):
    book.build()
    (book.root / "chapters/01.ipynb").write_text(accident)
    assert [book.build(), book.build()] == [1, 1]
    assert not (book.root / "_build/made-from").exists()
    (book.root / "chapters/01.ipynb").write_text("")
    assert [book.build(), book.build()] == [0, 0]
    assert book.calls() == ["False False"] * 4


def test_what_changes_during_a_build_builds_the_book_again(book):
    edit = "(root / 'chapters/02.ipynb').write_text('edited')"
    (book.root / "chapters/01.ipynb").write_text(edit)
    assert [book.build() for _ in range(3)] == [0, 0, 0]
    assert len(book.calls()) == 2


def test_a_failure_shows_its_warnings_without_colours(book, capsys):
    (book.root / "chapters/01.ipynb").write_text(WARNS)
    book.build()
    assert "\np.md: WARNING: no such label\n" in capsys.readouterr().out
    assert "\x1b" not in (book.root / "_build/book.log").read_text()


def test_a_failure_without_a_warning_shows_the_end_of_the_log():
    shown = build_book.complaint("\n".join(map(str, range(100))))
    assert shown.splitlines()[:-1] == [str(line) for line in range(80, 100)]


# --- What it must know of the book -----------------------------------------------------------


def test_every_variable_that_an_extension_reads_is_known():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "_ext").glob("*.py"))
    read = re.findall(r"""environ(?:\.get\(|\[)["'](\w+)""", code)
    assert set(read) == set(build_book.VARIABLES)


def test_the_parts_of_the_book_are_among_its_sources():
    names = {path.relative_to(ROOT).as_posix() for path in build_book.sources(ROOT)}
    assert {"_config.yml", "_toc.yml", "index.md", "references.bib", "constraints.txt"} < names
    for folder in ("chapters", "pages", "_ext", "_static", "lib/longterm", "tests"):
        assert any(name.startswith(f"{folder}/") for name in names)
    assert not any(name.startswith((".venv", "_build", "build/")) for name in names)


def test_the_quick_command_leaves_out_what_is_loaded_otherwise():
    """Fails when jsonschema no longer loads the grammar: then it need not be left out."""
    quick = "from tools.book import quick_jupyter_book; quick_jupyter_book.save_time()"
    ask = "import gc, sys, jsonschema; print('rfc3987_syntax.utils' in sys.modules, gc.isenabled())"
    said = [
        subprocess.run(
            [sys.executable, "-c", f"{before}\n{ask}"], cwd=ROOT, capture_output=True, check=True
        ).stdout.split()
        for before in ("", quick)
    ]
    assert said == [[b"True", b"True"], [b"False", b"False"]]
