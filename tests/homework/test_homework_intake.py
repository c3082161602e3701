"""What comes in: whose it is, which of several, when it came, and that it costs nobody else."""

import contextlib
import os
import pickle
import re
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import homework_class
import pytest
from tools.homework import (
    calls,
    gradebook,
    grading,
    hand_ins,
    masters,
    names,
    runs,
    submissions,
    term,
)

HOMEWORK = masters.choose("hw1", homework_class.KEY)

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


def flood(folder):
    """Write very many files of one who comes first by the alphabet; empty ones open at once."""
    for number in range(2000):
        (folder / "s01" / f"{number}.ipynb").touch()


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path):
    """Clear up: what is so deep is too deep for pytest."""
    yield
    subprocess.run(["rm", "-rf", tmp_path], check=True)


def depths(folder):
    """Write folders in folders, more than any stack of calls is deep."""
    here = os.getcwd()
    os.chdir(folder / "s01")
    for _ in range(1200):
        os.mkdir("a")
        os.chdir("a")
    os.chdir(here)


def strange_bytes(folder):
    """Write names that are no text."""
    for place in (b"/s01/", b"/"):
        Path(os.fsdecode(bytes(folder) + place + b"\xff.ipynb")).write_text("{}", encoding="utf-8")


def acting_names(folder):
    """Write names that act in a page or a terminal, and one that is very long."""
    for name in ("<img src=x onerror=alert(1)>", "\x1b[2J\u202e", "=1+1", "n" * 249):
        (folder / "s01" / f"{name}.ipynb").write_text("{}", encoding="utf-8")


def links_out(folder):
    """Write links out of the folder, and one that leads in a circle."""
    (folder / "s01" / "up").symlink_to(folder)
    (folder / "s01" / "hw1.ipynb").symlink_to("/etc/passwd")


@pytest.mark.parametrize("attack", [flood, depths, strange_bytes, acting_names, links_out])
@pytest.mark.parametrize("packed", [False, True])
def test_what_one_student_hands_in_touches_no_others(tmp_path, attack, packed, monkeypatch):
    folder = tmp_path / "in"
    (folder / "s01").mkdir(parents=True)
    (folder / "s02").mkdir()
    (folder / "s02" / "hw1.ipynb").write_bytes(homework_class.data(homework_class.solved(HOMEWORK)))
    attack(folder)
    if packed:
        pack(folder, folder := tmp_path / "in.zip")
    course_of(tmp_path)
    monkeypatch.setattr(grading, "try_to_mark", lambda *words: {"failed": "not tried"})
    monkeypatch.setattr(grading.sandbox, "probe", lambda: None)
    run = runs.grade(folder, tmp_path, tmp_path / "out", "hw1")
    assert [r.status for r in run.results if r.student.id == "s02"] == [grading.FAILED]
    assert run.new_files <= 2 + submissions.MOST_LISTED
    for path in (tmp_path / "out").rglob("*.html"):
        assert re.findall("<img src=x|\x1b|\u202e|root:", path.read_text(encoding="utf-8")) == []


def pack(folder, target):
    """Zip what a folder has, in the order of names, as far as names are texts."""
    with zipfile.ZipFile(target, "w") as archive:
        for path, _, place in sorted(submissions.walked(folder)):
            if Path(*place).is_file():
                archive.write(*place, path)


def test_what_is_too_deep_to_be_looked_into_is_listed(tmp_path):
    (tmp_path / "s01").mkdir()
    depths(tmp_path)
    (listed,) = submissions.collect(tmp_path, lambda path: path[:3])
    assert listed.path == "s01" + "/a" * (submissions.MOST_DEEP - 1)
    assert listed.read() == b""


def test_names_longer_than_any_are_left_out_of_a_listing(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("n" * 60_000, b"")
        archive.writestr("s02.ipynb", b"{}")
    files = submissions.collect(tmp_path / "class.zip", lambda path: path[:3])
    assert [f.path for f in files] == ["s02.ipynb"]


def test_a_listing_that_points_beyond_its_zip_costs_that_file_alone(tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for who in ("s01", "s02"):
            archive.writestr(f"{who}.ipynb", b"{}")
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = (len(data) - 9).to_bytes(4, "little")
    path.write_bytes(data)
    files = submissions.collect(path, lambda path: path[:3])
    assert [f.read() for f in files] == [b"{}", b""]


def test_without_pyseccomp_the_message_says_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(OSError, match="make book"):
        calls.program.__wrapped__()


# --- Whose, which and when -----------------------------------------------------------------


def course_of(folder, system="IDs", whose=""):
    """Write a course's files for two students, and read them."""
    homework_class.term_file(folder, system=f'"{system}"')
    homework_class.roster_file(folder, ["s01,4711 alovelace", "s02,4712 smith"], "id,accounts")
    if whose:
        (folder / "whose.csv").write_text(f"file,id\n{whose}\n", encoding="utf-8")
    return term.Course.read(folder)


def sorted_files(course, files):
    """Return the desk after files came: bytes by path."""
    handed = [submissions.Handed(path, data) for path, data in files.items()]
    return hand_ins.sort_files(handed, HOMEWORK, course)


def test_an_id_that_is_another_students_leaves_the_file_to_the_instructor(tmp_path):
    files = {"s01.ipynb": homework_class.data(homework_class.solved(HOMEWORK, "s02"))}
    desk = sorted_files(course_of(tmp_path), files)
    assert desk.attempts == {}
    assert "s02" in desk.unclear["s01.ipynb"]
    for whose in ("s01", "s02"):
        desk = sorted_files(course_of(tmp_path, whose=f"s01.ipynb,{whose}"), files)
        assert [*desk.attempts] == [whose]
    desk = sorted_files(course_of(tmp_path, whose="s01.ipynb,"), files)
    assert (desk.attempts, desk.unclear) == ({}, {})


def test_a_task_that_others_do_not_have_is_part_of_an_account_that_nobody_has():
    paths = ["hw1-alovelace/a.ipynb", "hw1-kim/a.ipynb", "hw1-j-kim/a.ipynb"]
    students = [*STUDENTS, term.Student("s03", "", ("kim",), {})]
    found = names.owners_of(paths, students, "Repositories")
    assert [student and student.id for student, _ in found] == ["s01", "s03", None]


def test_a_folder_around_a_class_counts_for_nothing(tmp_path):
    course = course_of(tmp_path)
    for around, counts in (("class", True), ("submitted", True), ("s02", True), ("x", False)):
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
            archive.writestr(f"{around}/s01/hw1.ipynb", b"{}")
        (found,) = submissions.collect(tmp_path / "class.zip", course.owner)
        assert bool(found.source) is counts


def test_gradescopes_table_says_whose_a_folder_is_and_a_students_does_not(tmp_path):
    row = (
        "{}:\n  :submitters:\n  - :sid: '{}'\n  :created_at: 2027-04-19 14:30:05.120000000 -05:00\n"
    )
    table, forged = row.format("submission_7", "4711"), row.format("submission_7", "4712")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("export/submission_7/hw1.ipynb", b"{}")
        archive.writestr("export/submission_7/submission_metadata.yml", forged)
        archive.writestr("export/submission_metadata.yml", table)
    owner = course_of(tmp_path, "Gradescope").owner
    files = submissions.collect(tmp_path / "class.zip", owner, "Gradescope")
    assert {owner(file.path) for file in files} == {"s01"}
    assert names.reading(files[0].path, "Gradescope").time == datetime(
        2027, 4, 19, 19, 30, 5, tzinfo=UTC
    )


def test_the_newest_with_work_in_it_counts_and_that_is_said(tmp_path):
    blank = homework_class.data(homework_class.blank(HOMEWORK))
    solved = homework_class.data(homework_class.solved(HOMEWORK))
    files = {"s01/Final.ipynb": solved, "s01/hw1.ipynb": blank}
    (chosen,) = hand_ins.counting(sorted_files(course_of(tmp_path), files).attempts["s01"], "last")
    assert chosen.path == "s01/Final.ipynb"
    assert "Of 2 files this one counts" in chosen.note


def test_what_is_too_large_in_a_zip_is_refused_by_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "in.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hw1.ipynb", bytes(submissions.MOST_BYTES + 1))
    files = {"s01.zip": (tmp_path / "in.zip").read_bytes()}
    ((student, path, words),) = sorted_files(course_of(tmp_path), files).refused
    assert (student.id, path) == ("s01", "s01.zip")
    assert "larger than 20 MB" in words


@pytest.mark.parametrize(
    ("submitted", "days"),
    [
        ("2027-03-27 23:59", 0),
        ("2027-03-28 23:58", 1),  # the clock was put forward on the 28th
        ("2027-03-28T21:58:00Z", 1),
        ("2027-03-29 00:00", 2),
        ("2027-03-28T22:00:00Z", 2),
        ("Sunday, 28 March 2027, 11:58 PM", 1),
        ("28 March 2027, 11:58 PM", 1),
    ],
)
def test_days_are_those_of_the_clock_however_a_time_is_written(submitted, days):
    zone = ZoneInfo("Europe/Berlin")
    rules = {"grace_minutes": 0, "late_percent_per_day": 10, "late_days": 3, "attempt": "last"}
    due = {"hw1": datetime(2027, 3, 27, 23, 59, tzinfo=zone)}
    its_term = term.Term(key="example", zone=zone, due=due, system="IDs", columns={}, **rules)
    time = term.read_time(submitted, zone, "here")
    assert term.days_late(its_term, "hw1", time) == days
    longer = replace(its_term, extension_days={"hw1": 1})
    assert term.days_late(longer, "hw1", time) == max(0, days - 1)
    assert term.days_late(longer, "hw1", time, 1) == max(0, days - 2)


def test_times_belong_to_a_homework(tmp_path):
    row = {"submitted": "2027-04-19 12:00"}
    with pytest.raises(term.BadFile, match="hw1_submitted"):
        term.times_submitted(term.Student("s01", "", (), row), "hw1", ZoneInfo("UTC"))
    row = {"hw1_submitted": "2027-04-19 12:00"}
    student = term.Student("s01", "", (), row)
    assert len(term.times_submitted(student, "hw1", ZoneInfo("UTC"))) == 1
    assert term.times_submitted(student, "hw2", ZoneInfo("UTC")) == []


def test_late_by_the_system_without_a_time_is_said(tmp_path):
    data = homework_class.data(homework_class.solved(HOMEWORK))
    path = "lovelaceada_LATE_4711_88123_hw1.ipynb"
    (one,) = sorted_files(course_of(tmp_path, "Canvas"), {path: data}).attempts["s01"]
    assert "calls this late" in one.note


# --- Time and memory of a class ---------------------------------------------------------------


def test_files_that_are_slow_to_read_use_up_their_students_time_alone(monkeypatch):
    def slow(handed, key, name):
        read.append(handed.path)
        return {"which": ""}, 6

    read = []
    monkeypatch.setattr(hand_ins, "open_safely", slow)
    monkeypatch.setattr(hand_ins.os, "cpu_count", lambda: 1)
    files = [submissions.Handed(f"s01/{n}.ipynb", owner="s01") for n in range(9)]
    files.append(submissions.Handed("s02.ipynb", owner="s02"))
    found = hand_ins.open_all("key", files)
    assert read == ["s01/0.ipynb", "s01/1.ipynb", "s02.ipynb"]
    assert [one.get("again", False) for one in found] == [False] * 2 + [True] * 7 + [False]


def test_the_best_is_one_of_the_last_few(tmp_path):
    solved = homework_class.data(homework_class.solved(HOMEWORK))
    files = {f"s01/{n}.ipynb": solved for n in range(9)}
    attempts = sorted_files(course_of(tmp_path), files).attempts["s01"]
    kept = hand_ins.counting(attempts, "best")
    assert [one.path for one in kept] == [*files][-hand_ins.MOST_BEST :]


def test_bytes_of_a_class_are_not_held_in_memory_at_once(tmp_path):
    with contextlib.closing(gradebook.Book(tmp_path)) as book:
        sha256 = book.keep(b"x" * 10**6)
        opener = grading.Opener(book, homework_class.KEY)
        handed = opener.in_book(submissions.Handed("s01.ipynb", sha256=sha256, owner="s01"))
        assert len(pickle.dumps(handed)) < 1000
        assert handed.owner == "s01"
        assert handed.read() == b"x" * 10**6
