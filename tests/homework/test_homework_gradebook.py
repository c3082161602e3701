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
import subprocess
import sys
import time
import zipfile
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import homework_class
import homework_simulation
import pytest
from tools.homework import __main__ as desk
from tools.homework import (
    child,
    files,
    gradebook,
    grading,
    hand_ins,
    jobs,
    marking,
    masters,
    out,
    runs,
    story,
    submissions,
    term,
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
    monkeypatch.setattr(grading, "copy_out", jobs.copy_out)
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
    rows = {row["id"]: row for row in files.from_csv(course / "out" / "grades.csv")}
    assert rows["s1"]["Section"] == rows["s2"]["Section"] == "A"


@pytest.mark.parametrize("at_once", [True, False])
def test_what_was_handed_in_is_unpacked_in_a_child_only(tmp_path, monkeypatch, at_once):
    """And where it fails for all at once, then each by itself."""
    packed, plainly = tmp_path / "class.zip", child.run
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("s1.ipynb", b"right" * 99)
        archive.writestr("s2.ipynb", b"wrong" * 99)
    damaged = bytearray(packed.read_bytes())
    place = damaged.index(b"s2.ipynb") + 10
    damaged[place : place + 4] = bytes(4)
    packed.write_bytes(damaged)

    def run(job, *words, **limits):
        if job is jobs.copy_out and len(words[0]) > 1 and not at_once:
            raise child.Failed("it took too long")
        return plainly(job, *words, **limits)

    monkeypatch.setattr(child, "run", run)
    monkeypatch.setattr(submissions.Handed, "read", lambda self: pytest.fail("read here"))
    with book_of(tmp_path) as book:
        hashes = grading.take_in(book, submissions.collect(packed, lambda path: path))
        found = {path: book.content(sha256) for path, sha256 in hashes.items()}
    assert found == {"s1.ipynb": b"right" * 99, "s2.ipynb": b""}


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


def test_a_newer_notebook_that_has_lost_its_ids_counts_all_the_same(course):
    grade(course)
    stripped = homework_class.solved(HOMEWORK, "s2")
    for cell in stripped.cells:
        cell.metadata = {}
    (course / "in" / "s2.ipynb").write_bytes(homework_class.data(stripped))
    grade(course)
    assert so_far(course)["s2"] == f"{MOST:g}"


def test_last_terms_copy_and_a_blank_id_are_noticed(course):
    other = homework_class.solved(masters.choose("hw2", "another key, some years ago"), "")
    (course / "in" / "s5.ipynb").write_bytes(homework_class.data(other))
    notes = {r.student.id: r.notes for r in grade(course).results}["s5"]
    assert "This copy is from another term." in notes
    assert "The notebook has no ID. It was marked with yours." in notes


# --- A person's story, and its end ---------------------------------------------------------


def test_a_students_story_is_told_from_the_first_hand_in_to_the_last_page(course):
    grade(course)
    hand_in(course / "late", s2=None)
    (course / "overrides.csv").write_text(
        f"id,homework,question,points,reason\ns2,hw2,{WRITTEN},2,A good talk\n", encoding="utf-8"
    )
    grade(course, "late")
    with book_of(course) as book:
        lines = story.history(book, "s2", ZoneInfo("Europe/Berlin"))
        with pytest.raises(term.BadFile, match="does not know s9"):
            story.history(book, "s9", ZoneInfo("Europe/Berlin"))
    told = "\n".join(line.partition("  ")[2] for line in lines)
    question = masters.parts(KNOWN.answer)[0]
    full = HOMEWORK.questions[question]
    for words in (
        "the roster has id s2, name Student Number2",
        "handed in hw2: s2.ipynb",
        "s2.ipynb: counts",
        "s2.ipynb: another attempt counts",
        "hw2 was marked, by tests ",
        f"hw2 {question}: {full - LOST:g}",
        f"hw2 {question}: {full:g}",
        f"hw2 {WRITTEN}: blank (written, to be marked)",
        f"hw2 {WRITTEN}: 2 (A good talk)",
        f"hw2 in all: {MOST + 2:g}",
        "hw2: wrote feedback/hw2/s2.html",
    ):
        assert words in told
    assert told.index(f"{question}: {full - LOST:g}") < told.index(f"{question}: {full:g}")
    assert lines == sorted(lines, key=lambda line: line[:19])


def test_who_is_forgotten_is_nowhere_and_nobody_else_loses_anything(course):
    notebook = homework_class.solved(HOMEWORK, "s2")
    notebook.cells[-1].source += " Xylophon"
    (course / "in" / "s2.ipynb").write_bytes(homework_class.data(notebook))
    grade(course)
    grade(course, "in")
    before, names = so_far(course), [course / gradebook.FILE, *gradebook.backups(course)]
    assert all(b"Xylophon" in p.read_bytes() and b"Number2" in p.read_bytes() for p in names)
    said = "\n".join(story.forget(course, course / "out", "s2"))
    assert not any(b"Xylophon" in p.read_bytes() or b"Number2" in p.read_bytes() for p in names)
    left = [p for p in (course / "out").rglob("*") if p.is_file()]
    assert not any(b"s2" in p.read_bytes() for p in left)
    assert "roster.csv is yours: it still names s2" in said
    assert so_far(course) == {who: points for who, points in before.items() if who != "s2"}
    with pytest.raises(term.BadFile, match="does not know s2"):
        story.forget(course, course / "out", "s2")
    (course / "roster.csv").write_text("id\n" + "\n".join(set(before) - {"s2"}), encoding="utf-8")
    assert changed(grade(course, None)) == set()
    with book_of(course) as book, pytest.raises(sqlite3.IntegrityError):
        book.db.execute("DELETE FROM mark")


# --- An earlier table ----------------------------------------------------------------------


def earlier_table(folder):
    """Write a grades.csv as the desk wrote it before there was a gradebook; return its points."""
    grade(folder)
    points = so_far(folder)
    for path in [folder / gradebook.FILE, *gradebook.backups(folder)]:
        path.unlink()
    path = folder / "out" / "grades.csv"
    rows = files.from_csv(path)
    for row in rows:
        row["hw2 total"] = row.pop("hw2 so far") or "0"
        row["hw2 status"] = "marked" if points[row["id"]] else "no submission"
        row["hw1 horizon"], row["hw1 status"] = "1", "marked"
    rows.append(rows[0] | {"id": "s99", "name": "Gone Away"})
    files.write(path, files.to_csv(rows))
    return points


def test_an_earlier_terms_marks_are_taken_over_once_and_late_files_change_their_authors(course):
    points = earlier_table(course)
    hand_in(course / "late", s4=None, s2=None)
    run = grade(course, "late")
    assert (
        f"The marks of 7 students were taken over from {course / 'out' / 'grades.csv'}." in run.said
    )
    late = {"s2": f"{MOST:g}", "s4": f"{MOST:g}"}
    assert so_far(course) == points | late | {"s99": points["s1"]}
    rows = {row["id"]: row for row in files.from_csv(course / "out" / "grades.csv")}
    assert rows["s1"]["hw1 horizon"] == rows["s99"]["hw1 horizon"] == "1"
    assert not any("taken over" in words for words in grade(course, None).said)
    assert so_far(course) == points | late | {"s99": points["s1"]}


def test_a_total_set_by_hand_before_is_still_there_after_a_table_is_taken_over(course):
    earlier_table(course)
    path = course / "out" / "grades.csv"
    rows = files.from_csv(path)
    rows[0]["hw2 total"] = "3.25"
    files.write(path, files.to_csv(rows))
    hand_in(course / "late", s4=None)
    grade(course, "late")
    assert files.from_csv(path)[0]["hw2 total"] == "3.25"


def test_a_table_of_another_class_is_put_aside(course):
    earlier_table(course)
    homework_class.roster_file(course, ["a1,,,,,", "a2,,,,,"])
    run = grade(course, None)
    assert "grades-before.csv" in run.said[0]
    assert set(so_far(course)) == {"a1", "a2"}
    assert (course / "out" / "grades-before.csv").exists()


# --- What goes out -------------------------------------------------------------------------

PATHS = {
    "Canvas": {"s1": "numberstudent_101_9001_hw2.ipynb", "s2": "n_LATE_102_9002_my_5_hw2.ipynb"},
    "Moodle": {
        "s1": "Student Number1_31337_assignsubmission_file_/hw2.ipynb",
        "s2": "Student Number2_31338_assignsubmission_file/my_hw2.ipynb",
    },
}


def sent(folder, system):
    """Mark a class from a system, all of it but one student's text; return its folder."""
    homework_class.term_file(folder, system=f'"{system}"', columns={"hw2": "Homework 2 (77)"})
    shutil.rmtree(folder / "in")
    for who, path in PATHS[system].items():
        target = folder / "in" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(homework_class.data(homework_class.solved(HOMEWORK, who)))
    lines = ",".join(HOMEWORK.rubric(WRITTEN))
    text = f"id,homework,{lines}\ns1,hw2" + ",1" * len(HOMEWORK.rubric(WRITTEN)) + "\n"
    (folder / "written.csv").write_text(text, encoding="utf-8")
    grade(folder)
    return folder / "out"


def rows_in(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_canvas_imports_the_table_and_wipes_out_nothing(course):
    """By its importer: student, number, SIS IDs and section first, then the assignment."""
    head, *rows = rows_in(sent(course, "Canvas") / "hw2-for-canvas.csv")
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework 2 (77)"]
    total = MOST + len(HOMEWORK.rubric(WRITTEN))
    assert rows == [["Student Number1", "101", "", "", "A", f"{total:g}"]]


def test_moodle_imports_the_table_and_wipes_out_nothing(course):
    head, *rows = rows_in(sent(course, "Moodle") / "hw2-for-moodle.csv")
    assert head == ["ID number", "Homework 2 (77)"]
    assert rows == [["s1", f"{MOST + len(HOMEWORK.rubric(WRITTEN)):g}"]]


def whose_by_canvas(path):
    """Canvas: the first two parts of a file's name that are numbers are the user and the file."""
    return tuple([part for part in Path(path).name.split("_") if part.isdigit()][:2])


def whose_by_moodle(path):
    """Moodle: of a folder's name, the second part is the participant's number."""
    parts = path.split("/")[0].split("_", 4)
    return (parts[1],) if parts[2:4] == ["assignsubmission", "file"] else ()


@pytest.mark.parametrize(
    ("system", "whose"), [("Canvas", whose_by_canvas), ("Moodle", whose_by_moodle)]
)
def test_the_system_takes_feedback_back_and_gives_it_to_its_student(course, system, whose):
    folder = sent(course, system)
    with zipfile.ZipFile(folder / "hw2-feedback.zip") as archive:
        texts = {whose(name): archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) == {whose(path) for path in PATHS[system].values()}
    for who, path in PATHS[system].items():
        assert f"({who})" in texts[whose(path)]


# --- A term --------------------------------------------------------------------------------


def test_in_a_term_of_trouble_every_mark_is_as_reckoned_or_blank_with_a_reason(tmp_path):
    """Of 12 made-up students; `nox -s term` lives through one of 150."""

    def graded(folder, part, *more):
        with contextlib.redirect_stdout(io.StringIO()):
            assert desk.main(homework_simulation.words(folder, part, *more)) == 0

    grading.sandbox.probe()
    found, _ = homework_simulation.term(tmp_path, 12, "Canvas", 26, kills=1, grade=graded)
    assert found == []


# --- Stopped -------------------------------------------------------------------------------


def test_ctrl_c_stops_at_once_and_keeps_what_is_done(tmp_path):
    homework_class.term_file(tmp_path)
    homework_class.roster_file(tmp_path, [f"s{n},,,,," for n in range(1, 5)])
    hand_in(tmp_path / "in", s1=None)
    for who in ("s2", "s3", "s4"):
        nb = homework_class.solved(HOMEWORK, who)
        nb.cells.insert(1, homework_class.cell("import time; time.sleep(9)"))
        (tmp_path / "in" / f"{who}.ipynb").write_bytes(homework_class.data(nb))
    command = [sys.executable, "-m", "tools.homework", "grade", str(tmp_path / "in")]
    command += ["--course", str(tmp_path), "--target", str(tmp_path / "out"), "--homework", "hw2"]
    options = {"cwd": ROOT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # Where tests run in the background, Ctrl-C is ignored, and what they start would ignore it.
    options["preexec_fn"] = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, start_new_session=True, **options)
    end = time.monotonic() + 60
    while not markings(tmp_path) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    if process.poll() == 1:
        grading.sandbox.probe()  # which says that there is none here
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)
    assert time.monotonic() - start < 4, said
    assert process.returncode == 130
    assert said == ("", "Stopped. What is marked is kept: run it again to go on.\n")
    assert markings(tmp_path) == [("s1", None)]


def markings(folder):
    """Return whose work has been marked, and how it failed."""
    path = folder / gradebook.FILE
    query = "SELECT student, failed FROM marking"
    with (
        contextlib.suppress(sqlite3.OperationalError),  # it is not there yet
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
    ):
        return db.execute(query).fetchall()
    return []
