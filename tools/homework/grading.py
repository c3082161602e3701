"""Marks a class: from a folder of submissions to grades.csv, feedback and a summary.

Marks are kept in build/grades/marks by what they depend on, so that a run that was stopped goes
on where it was, and a second run gives the same bytes.
"""

import hashlib
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tools.homework import (
    child,
    files,
    hand_ins,
    jobs,
    marking,
    masters,
    names,
    pages,
    sandbox,
    submissions,
    term,
    wrong,
)

from longterm.progress import progress

HERE = Path(__file__).resolve().parent
NO_SUBMISSION, REFUSED, MARKED, FAILED = "no submission", "refused", "marked", "not marked"


@dataclass
class Result:
    """What one student gets, and why."""

    student: term.Student
    status: str = NO_SUBMISSION
    path: str = ""
    marks: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    points: dict = field(default_factory=dict)  # by question; None where a person has to mark
    rubric: dict = field(default_factory=dict)
    comment: str = ""
    reasons: dict = field(default_factory=dict)
    days_late: int = 0
    total: float = 0.0
    written: dict = field(default_factory=dict)
    looks_like: dict = field(default_factory=dict)
    laws: dict = field(default_factory=dict)  # by question: a public law that does not hold


# --- Marks ---------------------------------------------------------------------------------


def depends_on(homework, student_id, work):
    """Return a name for all that the marks of a submission depend on."""
    code = [path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.py"))]
    tests = [(test.name, test.points, test.code) for test in homework.tests]
    tests += [cell.source for cell in homework.cells(grade=True, solution=False)]
    program = marking.program(homework, student_id, work.cells)
    content = json.dumps([code, tests, program, student_id, np.__version__])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def mark_attempt(homework, attempt, store, fresh):
    """Return marks and problems of one attempt, from the store if they are there."""
    path = store / f"{depends_on(homework, attempt.student.id, attempt.work)}.json"
    if path.exists() and not fresh:
        return json.loads(path.read_text(encoding="utf-8"))
    who, cells = attempt.student.id, attempt.work.cells
    found = child.run(jobs.mark, homework.name, homework.key, who, cells)
    files.write(path, json.dumps(found))
    return found


def try_to_mark(homework, attempt, store, fresh):
    """Return the marks of one attempt, or the error; one student never stops a class."""
    try:
        return mark_attempt(homework, attempt, store, fresh)
    except child.Failed as error:
        return {"failed": f"This hand-in could not be marked: {error}."}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def mark_class(homework, course, desk, store, again=()):
    """Return for every student the attempts that may count, each with its marks."""
    store.mkdir(parents=True, exist_ok=True)
    waiting = [
        attempt
        for attempts in desk.attempts.values()
        for attempt in hand_ins.counting(attempts, course.term.attempt)
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        futures = [
            pool.submit(try_to_mark, homework, a, store, a.student.id in again) for a in waiting
        ]
        done = [future.result() for future in progress(futures, f"Marking {homework.name}")]
    marked = {}
    for attempt, found in zip(waiting, done, strict=True):
        marked.setdefault(attempt.student.id, []).append((attempt, found))
    return marked


# --- Results -------------------------------------------------------------------------------


def results(homework, course, desk, marked):
    """Return what every student of the roster gets, in the roster's order."""
    folder, students = course.folder, course.students
    written = term.read_written(folder / "written.csv", homework.name, students)
    overrides = term.read_overrides(
        folder / "overrides.csv", homework.name, students, homework.questions
    )
    all_results = []
    for student in students:
        tries = [
            result_of(homework, course, attempt, found)
            for attempt, found in marked.get(student.id, [])
        ] or [Result(student)]
        for result in tries:
            add_people(result, homework, course.term, written, overrides)
        best = max(tries, key=lambda result: result.total)
        refused = [sentence for who, _, sentence in desk.refused if who.id == student.id]
        if refused and best.status == NO_SUBMISSION:
            best.status, best.notes = REFUSED, refused
        all_results.append(best)
    return all_results


def result_of(homework, course, attempt, found):
    """Return what one attempt gives before people have marked."""
    student, typed = attempt.student, attempt.work.typed_id
    result = Result(student, MARKED, attempt.path, written=attempt.work.written)
    result.notes = [*([attempt.note] if attempt.note else []), *attempt.work.unused]
    if typed and typed.casefold() != student.id.casefold():
        result.notes.append(f"The notebook has the ID {typed}. It was marked with yours.")
    days = term.extension(student, homework.name, course.folder / "roster.csv")
    result.days_late = term.days_late(course.term, homework.name, attempt.time, days)
    if "failed" in found:
        result.status, result.notes = FAILED, [*result.notes, found["failed"]]
        return result
    result.marks = [marking.Mark(**mark) for mark in found["marks"]]
    result.problems, result.laws = found["problems"], found["laws"]
    for mark in result.marks:
        result.points[mark.question] = result.points.get(mark.question, 0) + mark.points
    return result


def add_people(result, homework, its_term, written, overrides):
    """Add rubric marks and points set by hand, then what is lost for being late."""
    who = result.student.id
    for question in homework.written:
        has_text = bool(result.written.get(question, "").strip())
        result.points[question] = None if has_text else 0
        if who in written:
            result.rubric, result.comment = written[who]
            result.points[question] = sum(result.rubric.values())
            if result.points[question] > homework.questions[question]:
                raise term.BadFile(f"written.csv: {who} has more points than {question} gives")
    for question, (points, reason) in overrides.get(who, {}).items():
        result.reasons[question] = reason
        if question != "total":
            result.points[question] = points
    share = term.share_kept(its_term, result.days_late)
    result.total = round(share * sum(points or 0 for points in result.points.values()), 2)
    if "total" in overrides.get(who, {}):
        result.total = overrides[who]["total"][0]


def add_likeness(homework, all_results):
    """Note for every lost test which known wrong answers gave the same values."""
    likeness = wrong.Likeness(homework)
    for result in all_results:
        names = {mark.test: likeness.names(result.student.id, mark) for mark in result.marks}
        result.looks_like = {test: found for test, found in names.items() if found}


# --- The table -----------------------------------------------------------------------------


def columns(homework, its_term):
    """Return the columns of one homework in grades.csv."""
    name = homework.name
    total = its_term.columns.get(name, f"{name} total")
    questions = [f"{name} {question}" for question in homework.questions]
    return [*questions, f"{name} days late", total, f"{name} status"]


def table_rows(homework, course, all_results):
    """Return a row a student: the roster's columns for the LMS, then this homework's."""
    head = columns(homework, course.term)
    rows = []
    for result in all_results:
        own = {k: v for k, v in result.student.row.items() if not is_own_column(k)}
        points = [shown(result.points.get(question)) for question in homework.questions]
        if result.status != MARKED and not any(result.reasons):
            points = ["" for _ in points]
        values = [*points, str(result.days_late), shown(result.total), result.status]
        rows.append(own | dict(zip(head, values, strict=True)))
    return rows


def is_own_column(name):
    """Tell whether a column of the roster is for the grader, not for the LMS."""
    return name != "name" and re.sub(r"^hw\d+_", "", name) in term.OWN_COLUMNS


def shown(points):
    """Return points as text, "" where nobody has marked yet."""
    return "" if points is None else f"{points:g}"


def merge(old, new, own):
    """Return rows with the columns of other homeworks kept from an older table."""
    before = {row["id"]: row for row in old}
    merged = []
    for row in new:
        others = {
            k: v for k, v in before.get(row["id"], {}).items() if k not in row and k not in own
        }
        merged.append(row | others)
    return merged


def changes(old, new):
    """Return a line for every value of grades.csv that is not what it was."""
    before = {row["id"]: row for row in old}
    pairs = [
        (row["id"], column, before[row["id"]].get(column, ""), value)
        for row in new
        if row["id"] in before
        for column, value in row.items()
    ]
    return [
        f"{who}: {column} {was or '(empty)'} -> {now or '(empty)'}"
        for who, column, was, now in pairs
        if was != now
    ]


# --- The whole -----------------------------------------------------------------------------


def grade(source, course_folder, target, name=None, again=()):
    """Mark a class and write grades.csv, feedback and summary; return results and changes.

    With `again`, only these students are marked, afresh; all other rows stay as they are.
    """
    course = term.Course.read(course_folder)
    handed_in = submissions.collect(source, course.owner)
    if handed_in and not any(course.owner(handed.path) for handed in handed_in):
        made = names.likely_system([handed.path for handed in handed_in])
        hint = f'; they look like {made}: say system = "{made}" in term.toml' if made else ""
        raise term.BadFile(f"No file matches a student of the roster{hint}")
    name = name or hand_ins.detect(handed_in, course.owner, course.term.key)
    homework = masters.choose(name, course.term.key)
    unknown = set(again) - {student.id for student in course.students}
    if unknown:
        raise term.BadFile(f"{sorted(unknown)[0]} is not on the roster")
    desk = hand_ins.sort_files(handed_in, homework, course)
    if again:
        desk.attempts = {who: work for who, work in desk.attempts.items() if who in again}
    sandbox.probe()
    marked = mark_class(homework, course, desk, target / "marks", again)
    all_results = results(homework, course, desk, marked)
    if again:
        all_results = [result for result in all_results if result.student.id in again]
    add_likeness(homework, all_results)
    old = files.from_csv(target / "grades.csv")
    rows = merge(old, table_rows(homework, course, all_results), columns(homework, course.term))
    if again:
        fresh = {row["id"]: row for row in rows}
        rows = [fresh.pop(row["id"], row) for row in old] + list(fresh.values())
    files.write(target / "grades.csv", files.to_csv(rows))
    pages.write(target, homework, course, desk, all_results, whole_class=not again)
    return homework, all_results, desk, changes(old, rows)
