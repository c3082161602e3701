"""The desk's memory: nothing in it is lost, changed, or another's, whenever a run is killed."""

import contextlib
import csv
import io
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
from pathlib import Path

import homework_class
import pytest
from tools.homework import __main__ as desk
from tools.homework import (
    child,
    gradebook,
    grading,
    hand_ins,
    jobs,
    marking,
    masters,
    out,
    runs,
)

ROOT = Path(__file__).resolve().parents[2]
HOMEWORK = masters.choose("hw2", homework_class.KEY)
MOST = sum(test.points for test in HOMEWORK.tests)
WRITTEN = HOMEWORK.written[0]
KNOWN = homework_class.in_term(HOMEWORK)
LOST = sum(test.points for test in HOMEWORK.tests if test.name in KNOWN.loses)
FORKED = multiprocessing.get_context("fork")


def mark_here(homework, attempt):
    """Mark an attempt in this process: the cells are ours."""
    who = attempt.student.id
    session = marking.Here(marking.program(homework, who, attempt.work.cells))
    marks = marking.mark_all(homework, who, session)
    return {"marks": [mark.as_dict() for mark in marks], "problems": [], "laws": {}}


def open_here(key, handed_in, name=None):
    """Open files in this process: they are ours."""
    return [jobs.open_hand_in(handed, key, name) for handed in handed_in]


@pytest.fixture
def here(monkeypatch):
    """Open and mark in this process, which is quicker than in children and sandboxes."""
    monkeypatch.setattr(grading, "try_to_mark", mark_here)
    monkeypatch.setattr(hand_ins, "open_all", open_here)
    monkeypatch.setattr(grading.sandbox, "probe", lambda: None)


@pytest.fixture
def course(tmp_path, here):
    """Return the folder of a course of six, three of whom have handed in."""
    homework_class.term_file(tmp_path)
    rows = [f"s{n},Student Number{n},{100 + n},,,A" for n in range(1, 7)]
    homework_class.roster_file(tmp_path, rows)
    hand_in(tmp_path / "in", s1=None, s2=KNOWN, s3=None)
    return tmp_path


def hand_in(folder, **answers):
    """Write notebooks of some students into a folder: all right, or with a known wrong answer."""
    folder.mkdir(exist_ok=True)
    for who, item in answers.items():
        wrongs = [item] if item else []
        nb = homework_class.with_wrong(HOMEWORK, who, *wrongs)
        (folder / f"{who}.ipynb").write_bytes(homework_class.data(nb))
    return folder


def grade(folder, source="in", **options):
    """Mark what is in a folder of a course, or nothing new."""
    return runs.grade(source and folder / source, folder, folder / "out", "hw2", **options)


@contextlib.contextmanager
def book_of(folder):
    with contextlib.closing(gradebook.Book(folder)) as book:
        yield book


def so_far(folder):
    """Return what each student has so far, as the table says it."""
    text = (folder / "out" / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["id"]: row["hw2 so far"] for row in csv.DictReader(io.StringIO(text))}


def changed(run):
    """Return whose marks a run has changed."""
    return {row["id"] for row in out.change_rows(run.changed)}


def decided(folder):
    """Return all that is decided in a book, without times."""
    with book_of(folder) as book:
        tables = {t: book.rows(f"SELECT * FROM {t}") for t in ("run", "hand_in", *gradebook.KEYS)}
        sound = book.rows("PRAGMA integrity_check")
    assert [list(row.values()) for row in sound] == [["ok"]]
    times = ("at", "began", "ended", "source", "marking")
    return {t: [{k: v for k, v in row.items() if k not in times} for row in rows]
            for t, rows in tables.items()}  # fmt: skip


# --- The book ------------------------------------------------------------------------------


def test_no_row_of_the_book_can_be_changed_or_taken_out(course):
    (course / "overrides.csv").write_text(
        f"id,homework,question,points,reason\ns1,hw2,{WRITTEN},1,x\n", encoding="utf-8"
    )
    grade(course)
    with book_of(course) as book:
        for table in gradebook.TABLES:
            assert book.rows(f"SELECT * FROM {table}"), table
            for statement in (f"UPDATE {table} SET rowid = rowid", f"DELETE FROM {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                    book.db.execute(statement)


def test_not_marked_is_no_number_and_has_a_reason(course):
    grade(course)
    with book_of(course) as book:
        marks = book.rows("SELECT * FROM now_mark WHERE student = 's4'")
        assert {(m["points"], m["words"]) for m in marks} == {(None, "no submission")}
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            book.put("mark", 1, [marks[0] | {"words": "", "number": 999, "run": 1}])
    assert so_far(course)["s4"] == ""


def test_only_its_owner_can_read_the_book_and_its_backups(course):
    grade(course)
    grade(course)
    paths = [course / gradebook.FILE, *gradebook.backups(course)]
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o600, 0o600]


def test_a_book_that_is_damaged_or_of_a_later_release_is_refused_and_left_alone(tmp_path):
    path = tmp_path / gradebook.FILE
    path.write_bytes(b"no database" * 100)
    with pytest.raises(gradebook.Broken, match="newest backup"):
        gradebook.Book(tmp_path)
    assert path.read_bytes() == b"no database" * 100
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA user_version = 99")
    with pytest.raises(gradebook.Broken, match="later release"):
        gradebook.Book(tmp_path)


def test_a_backup_is_made_before_each_run_and_ten_are_kept(course):
    grade(course)
    for _ in range(gradebook.KEPT_BACKUPS + 2):
        grade(course, None)
    found = gradebook.backups(course)
    assert len(found) == gradebook.KEPT_BACKUPS
    with contextlib.closing(gradebook.Book(course, found[-1].name)) as last, book_of(course) as now:
        assert last.last_run() == now.last_run() - 1


def test_two_runs_at_once_do_not_mix(course):
    grade(course)
    with book_of(course) as one, book_of(course) as other:
        last = one.last_run()
        with other.deciding(last):
            other.add_run("", "grade", "hw2", "", "")
        with pytest.raises(gradebook.Broken, match="Run it once more"), one.deciding(last):
            pass


# --- Runs ----------------------------------------------------------------------------------


def test_three_late_files_change_three_students(course):
    assert changed(grade(course)) == {f"s{n}" for n in range(1, 7)}
    before = so_far(course)
    assert before == {
        "s1": f"{MOST:g}", "s2": f"{MOST - LOST:g}", "s3": f"{MOST:g}", "s4": "", "s5": "", "s6": ""
    }  # fmt: skip
    hand_in(course / "late", s2=None, s4=None, s5=KNOWN)
    assert changed(grade(course, "late")) == {"s2", "s4", "s5"}
    late = {"s2": f"{MOST:g}", "s4": f"{MOST:g}", "s5": f"{MOST - LOST:g}"}
    assert so_far(course) == before | late


def test_what_is_absent_costs_nobody_a_mark(course):
    grade(course)
    before = so_far(course)
    shutil.rmtree(course / "in")
    assert changed(grade(course, None)) == set()
    hand_in(course / "in", s6=None)
    assert changed(grade(course)) == {"s6"}
    assert so_far(course) == before | {"s6": f"{MOST:g}"}


def test_nothing_is_opened_or_marked_twice(course, monkeypatch):
    grade(course)
    monkeypatch.setattr(grading, "try_to_mark", lambda *words: pytest.fail("marked again"))
    opened = []
    monkeypatch.setattr(hand_ins, "open_all", lambda key, its, name=None: opened.extend(its) or [])
    assert changed(grade(course)) == set()
    assert opened == []


def test_marking_afresh_marks_those_who_are_named(course, monkeypatch):
    grade(course)
    again = []
    monkeypatch.setattr(
        grading, "try_to_mark", lambda h, a: again.append(a.student.id) or mark_here(h, a)
    )
    assert changed(grade(course, None, again=["s2"])) == set()
    assert again == ["s2"]


def test_the_same_name_with_other_bytes_is_a_newer_attempt(course):
    grade(course)
    hand_in(course / "in", s2=None, s1=KNOWN)
    assert changed(grade(course)) == {"s1", "s2"}
    with book_of(course) as book:
        rows = book.rows("SELECT path, status FROM now_ruling JOIN hand_in ON hand_in = "
                         "hand_in.number WHERE student = 's1' ORDER BY hand_in")  # fmt: skip
    assert [row["status"] for row in rows] == ["another attempt counts", "counts"]


def test_a_preview_shows_what_a_run_would_do_and_does_nothing(course):
    grade(course)
    before, table = decided(course), (course / "out" / "grades.csv").read_bytes()
    hand_in(course / "late", s4=None, s2=None)
    shown = grade(course, "late", preview=True)
    assert decided(course) == before
    assert (course / "out" / "grades.csv").read_bytes() == table
    run = grade(course, "late")
    assert out.change_rows(shown.changed) == out.change_rows(run.changed) != []
    one, other = (course / "out" / place / "grades.csv" for place in ("preview", ""))
    assert one.read_bytes() == other.read_bytes()


def killed_after(folder, statements):
    """Run in a process that is killed when the book has done so many statements.

    Return whether it was killed, and how many it did.
    """
    done = FORKED.Value("i", 0)

    def count(text):
        done.value += 1
        if done.value == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(path, plainly=gradebook.connect):
        db = plainly(path)
        db.set_trace_callback(count)
        return db

    def run():
        gradebook.connect = counted
        grade(folder, "late")

    process = FORKED.Process(target=run)
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL, done.value


def test_a_run_that_is_killed_at_any_moment_leaves_the_book_whole(course):
    """It has decided all or nothing, and the next run gives what an undisturbed one gives."""
    grade(course)
    hand_in(course / "late", s2=None, s4=None, s5=KNOWN)
    start, before = (course / gradebook.FILE).read_bytes(), decided(course)
    _, statements = killed_after(course, 0)
    wanted, table = decided(course), (course / "out" / "grades.csv").read_bytes()
    seen = set()
    for moment in random.Random(26).sample(range(1, statements), 7):
        (course / gradebook.FILE).write_bytes(start)
        assert killed_after(course, moment) == (True, moment)
        left = decided(course)
        seen.add(len(left["run"]))
        if len(left["run"]) == len(before["run"]):
            assert left == before
            grade(course, "late")
        assert decided(course) | {"published": 0} == wanted | {"published": 0}
        grade(course, None)
        assert (course / "out" / "grades.csv").read_bytes() == table
    assert seen == {len(before["run"]), len(wanted["run"])}


def test_students_and_columns_that_have_gone_are_said_and_not_dropped(course):
    grade(course)
    before = so_far(course)
    homework_class.roster_file(course, ["s3,Student,,", "s1,Student,,"], "id,name,accounts,Level")
    run = grade(course, None)
    assert "s2 is no longer on the roster; the marks stay." in run.said
    assert "The roster has no column Section any more; its values stay." in run.said
    assert so_far(course) == before
    assert [*so_far(course)][:2] == ["s3", "s1"]
    assert "Section" in (course / "out" / "grades.csv").read_text(encoding="utf-8")


# --- Whose fault ---------------------------------------------------------------------------


def test_a_test_that_our_own_solution_fails_leaves_the_mark_blank(course, monkeypatch):
    test = next(t for t in HOMEWORK.tests if t.name in KNOWN.loses)
    plainly = masters.hidden_test
    monkeypatch.setattr(
        masters, "hidden_test",
        lambda cell: "1 / 0" if masters.cell_id(cell) == test.name else plainly(cell),
    )  # fmt: skip
    run = grade(course)
    points = {r.student.id: r.points.get(test.question) for r in run.results}
    assert set(points.values()) == {None}
    assert run.results[0].so_far == MOST - HOMEWORK.questions[test.question]
    assert f"Our own test fails, and nobody is marked by it: {test.name}" in desk.summary_lines(run)
    summary = (course / "out" / "hw2-summary.html").read_text(encoding="utf-8")
    assert "Our own test fails" in summary.split("By question")[0]


def test_a_sandbox_that_fails_leaves_the_mark_blank_and_is_tried_again(course, monkeypatch):
    tried = []

    def broken(job, *words, **options):
        tried.append(words)
        raise child.Failed("NoSandbox: A sandbox did not start.")

    with monkeypatch.context() as patch:
        patch.setattr(grading, "try_to_mark", TRY_TO_MARK)
        patch.setattr(child, "run", broken)
        run = grade(course)
    assert len(tried) == 6
    assert so_far(course)["s1"] == ""
    assert desk.summary_lines(run)[0] == "Not marked, for a reason of ours: s1, s2, s3"
    assert changed(grade(course, None)) == {"s1", "s2", "s3"}
    assert so_far(course)["s1"] == f"{MOST:g}"


TRY_TO_MARK = grading.try_to_mark


def test_a_notebook_with_no_question_of_the_homework_is_refused_and_not_marked(course):
    foreign = {"cells": [{"cell_type": "code", "source": "1 + 1", "metadata": {}}]}
    (course / "in" / "s5.ipynb").write_bytes(homework_class.json_of(foreign))
    stripped = homework_class.solved(HOMEWORK)
    for cell in stripped.cells:
        cell.metadata = {}
    (course / "in" / "s6.ipynb").write_bytes(homework_class.data(stripped))
    results = {r.student.id: r for r in grade(course).results}
    assert results["s5"].status == grading.REFUSED
    assert "no question of hw2" in results["s5"].notes[0]
    assert so_far(course)["s5"] == ""
    assert so_far(course)["s6"] == f"{MOST:g}"


def test_last_terms_copy_and_a_blank_id_are_noticed(course):
    other = homework_class.solved(masters.choose("hw2", "another key, some years ago"), "")
    (course / "in" / "s5.ipynb").write_bytes(homework_class.data(other))
    notes = {r.student.id: r.notes for r in grade(course).results}["s5"]
    assert "This copy is from another term." in notes
    assert "The notebook has no ID. It was marked with yours." in notes
