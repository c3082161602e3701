"""`make book` builds anew whenever it must, and only then.

The builder here is a stand-in of a few lines that notes how it was called: what is tested is
when it is called, and what it finds.
"""

import glob
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tools.book import build_book, quick_jupyter_book

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
        "_config.yml": "title: A book",
        "_ext/forks.py": "",
        "_static/site.js": "",
        "references.bib": "",
        "chapters/01.ipynb": "",
        "chapters/02.ipynb": "",
        "lib/longterm/scalar.py": "",
        "tests/book/test_errata.py": "",
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


@pytest.mark.parametrize(
    "name",
    ["_toc.yml", "_config.yml", "_ext/forks.py", "_static/site.js", "references.bib",
     "chapters/02.ipynb", "lib/longterm/scalar.py", "tests/book/test_errata.py", ".vendor/complete",
     "_build/html/02.ipynb"],
)  # fmt: skip
@pytest.mark.parametrize("change", ["changed", "gone"])
def test_any_part_that_changes_or_goes_builds_the_book_anew(book, name, change):
    book.build()
    path = book.root / name
    path.unlink() if change == "gone" else path.write_text("#")
    assert book.build() == 0
    assert len(book.calls()) == 2


def test_a_part_that_is_new_builds_the_book_anew(book):
    book.build()
    (book.root / "pages").mkdir()
    (book.root / "pages" / "errata.md").touch()
    book.build()
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


def test_pages_that_are_gone_leave_the_site(book):
    book.build()
    assert (book.root / "_build/html/02.ipynb").exists()
    (book.root / "chapters/02.ipynb").unlink()
    book.build()
    assert not (book.root / "_build/html/02.ipynb").exists()


WARNS = "print('\\x1b[91mp.md: WARNING: no such label\\x1b[0m'); sys.exit(1)"
DIES = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize("accident", [WARNS, DIES])
def test_after_a_failure_nothing_is_kept_and_the_next_build_fails_too(book, accident, capsys):
    (book.root / "chapters/01.ipynb").write_text(accident)
    assert [book.build(), book.build()] == [1, 1]
    assert book.calls() == ["False False"] * 2
    assert "not built cleanly" in capsys.readouterr().out


def test_a_failure_after_a_success_is_not_forgotten_when_its_cause_stays(book):
    book.build()
    (book.root / "chapters/01.ipynb").write_text(WARNS)
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


def test_the_quick_command_leaves_out_what_it_says(monkeypatch):
    import gc

    import pybtex.plugin
    import sphinx_external_toc.events

    monkeypatch.setattr(sphinx_external_toc.events, "glob", sphinx_external_toc.events.glob)
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", sys.modules.get("rfc3987_syntax"))
    monkeypatch.setattr(pybtex.plugin, "find_plugin", pybtex.plugin.find_plugin)
    try:
        quick_jupyter_book.save_time()
        assert not gc.isenabled()
    finally:
        gc.enable()
    with pytest.raises(ImportError):
        import rfc3987_syntax  # noqa: F401
    found = pybtex.plugin.find_plugin("pybtex.style.formatting", "plain")
    assert found is pybtex.plugin.find_plugin("pybtex.style.formatting", "plain")
    assert pybtex.plugin.find_plugin.cache_info().hits == 1


@pytest.mark.parametrize("ending", [".md", ".ipynb"])
def test_the_quick_command_finds_what_glob_finds_but_for_what_is_made(tmp_path, ending):
    kept, made = ("index", "notes/a", "notes/build/b"), ("build/env/c", "_build/d", "venv/e")
    for name in (*kept, *made, ".hidden/f"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / (name + ending)).touch()
    pattern = str(tmp_path / "**" / f"*{ending}")
    found = set(quick_jupyter_book.sources_like(pattern, recursive=True))
    assert found == {str(tmp_path / (name + ending)) for name in kept}
    every = set(glob.glob(pattern, recursive=True))
    assert every - found == {str(tmp_path / (name + ending)) for name in made}
