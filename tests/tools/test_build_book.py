"""`make book` builds from nothing, quickly, and says why when it fails."""

import subprocess
import sys
from pathlib import Path

from tools.book import build_book

ROOT = Path(__file__).resolve().parents[2]
WARNS = "print('\\x1b[91mp.md: WARNING: no such label\\x1b[0m'); raise SystemExit(1)"


def test_nothing_of_an_earlier_build_is_left(tmp_path):
    for name in ("html", ".doctrees"):
        (tmp_path / "_build" / name / "old").mkdir(parents=True)
    assert build_book.build(tmp_path, (sys.executable, "-c", "print('done')")) == 0
    assert [path.name for path in (tmp_path / "_build").iterdir()] == ["book.log"]


def test_a_failure_shows_its_warnings_without_colours(tmp_path, capsys):
    assert build_book.build(tmp_path, (sys.executable, "-c", WARNS)) == 1
    assert "\np.md: WARNING: no such label\n" in capsys.readouterr().out
    assert "\x1b" not in (tmp_path / "_build" / "book.log").read_text()


def test_a_failure_without_a_warning_shows_the_end_of_the_log():
    shown = build_book.complaint("\n".join(map(str, range(100))))
    assert shown.splitlines()[:-1] == [str(line) for line in range(80, 100)]


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
