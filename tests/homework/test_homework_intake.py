"""What comes in: many files, long names and long listings cost their author alone."""

import sys
import time
import zipfile

import pytest
from tools.homework import calls, names, submissions, term

STUDENTS = [
    term.Student("s01", "Ada Lovelace", ("4711", "alovelace"), {}),
    term.Student("s02", "Kim Lee", ("4712",), {}),
]


def test_a_notebook_is_opened_whatever_lies_beside_it(tmp_path):
    folder = tmp_path / "in" / "s01"
    folder.mkdir(parents=True)
    for number in range(2 * submissions.MOST_EACH):
        (folder / f"a{number:02}.txt").write_text("x", encoding="utf-8")
    (folder / "hw1.ipynb").write_text("{}", encoding="utf-8")
    files = submissions.collect(folder.parent, lambda path: "s01")
    assert [f.read() for f in files if f.path.endswith(".ipynb")] == [b"{}"]
    assert [f.path for f in files] == sorted(f.path for f in files)


@pytest.mark.parametrize("system", names.FORMS)
@pytest.mark.parametrize("letters", ["_", "1_", "a-", "1 - ", "_attempt_2027"])
def test_a_name_longer_than_any_is_nobodys_at_once(system, letters):
    start = time.process_time()
    for length in (250, 65_000):
        path = (letters * length)[:length]
        assert names.owner(path, STUDENTS, system) == (None, None)
    assert time.process_time() - start < 0.5


def test_a_zip_with_very_many_names_is_listed_as_far_as_a_class_goes(tmp_path):
    packed = tmp_path / "class.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(10_100):
            archive.writestr(f"s01/{number}.txt", b"")
        archive.writestr("s02.ipynb", b"{}")
        archive.writestr("n" * 60_000, b"")
    files = submissions.collect(packed, lambda path: path.partition("/")[0])
    assert [f.path for f in files if f.source and f.path == "s02.ipynb"] == ["s02.ipynb"]
    assert len(files) == submissions.MOST_LISTED


def test_without_pyseccomp_the_message_says_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(OSError, match="make book"):
        calls.program.__wrapped__()
