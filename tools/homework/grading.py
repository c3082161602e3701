"""Marks a class: from a folder of submissions to grades.csv, feedback and a summary.

Marks are kept in build/grades/marks by what they depend on, so that a run that was stopped goes
on where it was, and a second run gives the same bytes.
"""

import hashlib
import json
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from tools.homework import (
    child,
    files,
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
OPEN_SECONDS = 5
NO_SUBMISSION, REFUSED, MARKED, FAILED = "no submission", "refused", "marked", "not marked"


@dataclass(frozen=True)
class Attempt:
    """One notebook that one student handed in, and when."""

    student: term.Student
    path: str
    work: submissions.Work
    time: datetime | None
    order: tuple
    note: str = ""
    ours: bool = True  # some cell is known to be of this homework


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


@dataclass(frozen=True)
class Course:
    """The instructor's files in one folder."""

    term: term.Term
    students: list
    folder: Path

    @classmethod
    def read(cls, folder):
        folder = Path(folder)
        return cls(
            term.read_term(folder / "term.toml"), term.read_roster(folder / "roster.csv"), folder
        )

    def owner(self, path):
        """Return the ID of the student whose file a path is, "" if it is nobody's."""
        student, _ = names.owner(path, self.students, self.term.system)
        return student.id if student else ""


# --- Who handed in what --------------------------------------------------------------------


@dataclass
class Desk:
    """All files, sorted: attempts by student, and those that are nobody's or are refused."""

    attempts: dict = field(default_factory=dict)
    unmatched: list = field(default_factory=list)
    refused: list = field(default_factory=list)  # (student, path, sentence)
    untimed: list = field(default_factory=list)


def sort_files(handed_in, homework, course):
    """Return the files of a class, sorted."""
    desk = Desk()
    whose = [names.owner(file.path, course.students, course.term.system) for file in handed_in]
    desk.unmatched = [f.path for f, (who, _) in zip(handed_in, whose, strict=True) if who is None]
    known = [(f, *names) for f, names in zip(handed_in, whose, strict=True) if names[0]]
    opened = open_all([handed for handed, _, _ in known], homework.key, homework.name)
    for (handed, student, name), found in zip(known, opened, strict=True):
        if "refused" in found:
            desk.refused.append((student, handed.path, found["refused"]))
        else:
            attempt = attempt_of(handed, student, name, found, course.term)
            desk.attempts.setdefault(student.id, []).append(attempt)
    for student in course.students:
        if student.id in desk.attempts:
            attempts = without_scratch(desk.attempts[student.id], homework, desk)
            desk.attempts[student.id] = timed(attempts, student, homework, course, desk)
    return desk


def without_scratch(attempts, homework, desk):
    """Return a student's attempts; beside one with known cells, those without are refused."""
    ours = [attempt for attempt in attempts if attempt.ours] or attempts
    for attempt in attempts:
        if attempt not in ours:
            words = f"This notebook has no cell of {homework.name}; another one of yours has."
            desk.refused.append((attempt.student, attempt.path, words))
    return ours


def open_all(handed_in, key, name=None):
    """Return what each file holds, opened in a child of its own."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda handed: open_safely(handed, key, name), handed_in))


def open_safely(handed, key, name):
    """Return what a file holds; one that cannot be opened in time is refused."""
    if not (handed.data or handed.source):
        return jobs.open_hand_in(handed, key, name)  # which says why there are no bytes
    try:
        return child.run(jobs.open_hand_in, handed, key, name, seconds=OPEN_SECONDS)
    except child.Failed as error:
        return {"refused": f"This file cannot be read: {error}. {submissions.HOW}"}


def attempt_of(handed, student, name, found, its_term):
    """Return what a file holds as a student's attempt."""
    time = name.time.replace(tzinfo=its_term.zone) if name.time else None
    work = submissions.Work(**found["work"])
    note = "" if found["this_term"] else "This copy is from another term."
    order = (name.order, handed.path)
    return Attempt(student, handed.path, work, time, order, note, bool(found["which"]))


def timed(attempts, student, homework, course, desk):
    """Return a student's attempts, the first one first, with the times that are known.

    The roster's times count before those in file names; a single time is the last attempt's.
    """
    attempts = sorted(attempts, key=lambda a: (a.time is not None, a.time or 0, a.order))
    path = course.folder / "roster.csv"
    times = term.times_submitted(student, homework.name, course.term.zone, path)[-len(attempts) :]
    unknown = len(attempts) - len(times)
    pairs = zip(attempts, [None] * unknown + times, strict=True)
    attempts = [replace(a, time=time) if time else a for a, time in pairs]
    desk.untimed += [a.path for a in attempts if a.time is None]
    return attempts


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


def counting(attempts, rule):
    """Return the attempts that may count."""
    return {"first": attempts[:1], "last": attempts[-1:], "best": attempts}[rule]


def mark_class(homework, course, desk, store, again=()):
    """Return for every student the attempts that may count, each with its marks."""
    store.mkdir(parents=True, exist_ok=True)
    waiting = [
        attempt
        for attempts in desk.attempts.values()
        for attempt in counting(attempts, course.term.attempt)
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
    result.notes = [attempt.note] if attempt.note else []
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


def detect(handed_in, owner, key):
    """Return the homework that most students handed in; an error if there is no saying.

    A student has one vote, however many files there are.
    """
    votes = {}
    theirs = [handed for handed in handed_in if owner(handed.path)]
    for handed, found in zip(theirs, open_all(theirs, key), strict=True):
        if which := found.get("which"):
            votes.setdefault(owner(handed.path), Counter())[which] += 1
    counts = Counter(vote.most_common(1)[0][0] for vote in votes.values())
    if not counts or 2 * counts.most_common(1)[0][1] <= len(votes):
        raise term.BadFile("No notebook here says which homework it is; name it: HOMEWORK=hw1")
    return counts.most_common(1)[0][0]


def grade(source, course_folder, target, name=None, again=()):
    """Mark a class and write grades.csv, feedback and summary; return results and changes.

    With `again`, only these students are marked, afresh; all other rows stay as they are.
    """
    course = Course.read(course_folder)
    handed_in = submissions.collect(source, course.owner)
    if handed_in and not any(course.owner(handed.path) for handed in handed_in):
        made = names.likely_system([handed.path for handed in handed_in])
        hint = f'; they look like {made}: say system = "{made}" in term.toml' if made else ""
        raise term.BadFile(f"No file matches a student of the roster{hint}")
    name = name or detect(handed_in, course.owner, course.term.key)
    homework = masters.choose(name, course.term.key)
    unknown = set(again) - {student.id for student in course.students}
    if unknown:
        raise term.BadFile(f"{sorted(unknown)[0]} is not on the roster")
    desk = sort_files(handed_in, homework, course)
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
