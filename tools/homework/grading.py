"""Marks a class: takes hand-ins into the gradebook, opens and marks what is new, adds it all up.

Each file is opened once and each work marked once, as long as nothing changes that the findings
depend on. What is found is kept at once, so that a run that was stopped goes on where it was.
"""

import contextlib
import functools
import hashlib
import json
import os
import tempfile
import types
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from tools.homework import (
    child,
    hand_ins,
    jobs,
    marking,
    masters,
    sandbox,
    submissions,
    term,
    wrong,
)

from longterm.progress import progress

NO_SUBMISSION, REFUSED, FAILED = "no submission", "refused", "not marked"
UNPACK_SECONDS = 120
MARKED, PARTLY = "marked", "partly marked"


@dataclass
class Result:
    """What one student gets, and why. Points are None where nobody has marked."""

    student: term.Student
    status: str = NO_SUBMISSION
    path: str = ""
    marks: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    points: dict = field(default_factory=dict)  # by question
    rubric: dict = field(default_factory=dict)
    comment: str = ""
    reasons: dict = field(default_factory=dict)  # by question that was set by hand
    days_late: int = 0
    so_far: float | None = None  # what is marked, less what is lost for being late
    total: float | None = None  # the same, once all is marked
    written: dict = field(default_factory=dict)
    looks_like: dict = field(default_factory=dict)
    laws: dict = field(default_factory=dict)  # by question: a public law that does not hold
    marking: int | None = None  # its number in the gradebook


# --- What marks and findings are made of -----------------------------------------------------


def digest(*parts):
    """Return a name for what texts say."""
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


@functools.cache
def code():
    """Return a name for our code that opens and marks, and for what computes with it."""
    paths = {Path(module.__file__) for module in reached_from(jobs)}
    texts = [path.read_text(encoding="utf-8") for path in sorted(paths)]
    return digest(np.__version__, *texts)


def reached_from(module):
    """Return a module of the desk and all of the desk's that it imports."""
    found, waiting = set(), [module]
    while waiting:
        found.add(one := waiting.pop())
        here = [m for m in vars(one).values() if isinstance(m, types.ModuleType)]
        ours = {m for m in here if m.__name__.startswith("tools.homework.")}
        waiting += ours - found
    return found


def made_of(homework):
    """Return names for all that marks depend on, but for the student's work."""
    tests = [(test.name, test.points, test.code) for test in homework.tests]
    public = [cell.source for cell in homework.cells(grade=True, solution=False)]
    known = [vars(item) | {"loses": sorted(item.loses)} for item in wrong.in_term(homework)]
    solutions = [*homework.given, *marking.solutions(homework)]
    return {
        "tests": digest(tests, public, known, solutions),
        "version": masters.salt(homework.key),
        "code": code(),
    }


# --- Hand-ins come in ------------------------------------------------------------------------


def take_in(book, handed_in):
    """Keep the bytes of files as they were handed in; return for each path its hash."""
    readable = [handed for handed in handed_in if handed.data or handed.source]
    hashes = {handed.path: None for handed in handed_in}
    with tempfile.TemporaryDirectory() as folder:
        copy_out(list(enumerate(readable)), folder)
        for number, handed in enumerate(progress(readable, "Taking in")):
            path = Path(folder, str(number))
            hashes[handed.path] = book.keep(path.read_bytes() if path.exists() else b"")
    return hashes


def copy_out(numbered, folder):
    """Copy the bytes of files into a folder, in a child: all in one, or else each in its own."""
    if not numbered:
        return
    try:
        child.run(jobs.copy_out, numbered, folder, seconds=UNPACK_SECONDS)
    except child.Failed:
        for one in numbered:
            with contextlib.suppress(child.Failed):
                child.run(jobs.copy_out, [one], folder)


def from_book(book, name, hashes):
    """Return all files of a homework, those of earlier runs and the new, in order; and the new."""
    known = book.hand_ins(name)
    old = {(row["path"], row["sha256"]) for row in known}
    new = [(path, sha256) for path, sha256 in hashes.items() if (path, sha256) not in old]
    files = [(row["path"], row["sha256"]) for row in known] + new
    read = {path for path, sha256 in files if sha256}
    files = [(path, sha256) for path, sha256 in files if sha256 or path not in read]
    return [
        submissions.Handed(path, sha256=sha256 or "", taken=number)
        for number, (path, sha256) in enumerate(files)
    ], new


class Opener:
    """Opens files in children, each once: what was found is kept."""

    def __init__(self, book, key):
        self.book, self.key, self.code = book, key, code()
        paths = [masters.FOLDER / f"{name}.ipynb" for name in masters.names()]
        self.masters = [path.read_text(encoding="utf-8") for path in paths]

    def made_of(self, handed, name):
        """Return a name for all that the findings in a file depend on."""
        kind = [suffix.lower() for suffix in Path(handed.path).suffixes[-2:]]
        return digest(self.code, self.masters, self.key, kind, name or "")

    def __call__(self, handed_in, name=None):
        """Return what each file holds."""
        keys = [(handed.sha256, self.made_of(handed, name)) for handed in handed_in]
        found = [self.book.opened(*key) if key[0] else None for key in keys]
        waiting = [n for n, one in enumerate(found) if one is None]
        files = [self.in_book(handed_in[n]) for n in waiting]
        for n, one in zip(waiting, hand_ins.open_all(self.key, files, name), strict=True):
            found[n] = one
            if keys[n][0] and not one.pop("again", False):
                self.book.keep_opened(*keys[n], one)
        return found

    def in_book(self, handed):
        """Return a file whose bytes a child reads from the book: they may be many."""
        return replace(handed, source=str(self.book.path) if handed.sha256 else "")


# --- Marks -----------------------------------------------------------------------------------


def mark_attempt(homework, attempt):
    """Return marks and problems of one attempt; a sandbox that fails is tried once more."""
    words = jobs.mark, homework.name, homework.key, attempt.student.id, attempt.work.cells
    try:
        return child.run(*words)
    except child.Failed as error:
        if "NoSandbox" not in str(error):
            raise
        return child.run(*words)


def try_to_mark(homework, attempt):
    """Return the marks of one attempt, or the error; one student never stops a class."""
    try:
        return mark_attempt(homework, attempt)
    except child.Failed as error:
        return {"failed": f"This hand-in could not be marked: {error}."}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def mark_class(homework, course, desk, book, again=()):
    """Return for every student the attempts that may count, each with its marking.

    Only what was not marked before is marked, or what is of a student to be marked again. Each
    marking is kept as soon as it is there.
    """
    parts, likeness, marked = made_of(homework), wrong.Likeness(homework), {}
    waiting = []
    for who, attempts in desk.attempts.items():
        for attempt in hand_ins.counting(attempts, course.term.attempt):
            work = digest(marking.program(homework, who, attempt.work.cells))
            key = {"work": work, **parts}
            kept = None if who in again else book.marking(who, homework.name, key)
            marked.setdefault(who, []).append([attempt, kept])
            if kept is None:
                waiting.append((marked[who][-1], key))
    with contextlib.closing(marked_one_by_one(homework, waiting)) as found_ones:
        for (slot, key), found in found_ones:
            who, failed = slot[0].student.id, found.get("failed")
            if not failed:
                marks = [marking.Mark(**mark) for mark in found["marks"]]
                found["looks_like"] = {mark.test: likeness.names(who, mark) for mark in marks}
            number = book.keep_marking(who, homework.name, key, None if failed else found, failed)
            slot[1] = (number, found)
    return marked


def marked_one_by_one(homework, waiting):
    """Yield what is to be marked with what was found, as soon as it was; all end if one does."""
    if waiting:
        sandbox.probe()
    with child.stopped_at_once(ThreadPoolExecutor(os.cpu_count())) as pool:
        futures = {
            pool.submit(try_to_mark, homework, slot[0]): (slot, key) for slot, key in waiting
        }
        done = as_completed(futures)
        for _ in progress(range(len(futures)), f"Marking {homework.name}"):
            future = next(done)
            yield futures[future], future.result()


# --- Results ---------------------------------------------------------------------------------


def results(homework, course, desk, marked, written, overrides, earlier):
    """Return what every student of the roster gets, in the roster's order.

    `earlier` are results that were taken over from a table: they count for whom nothing came.
    """
    all_results = []
    for student in course.students:
        tries = [
            result_of(homework, course, attempt, *kept)
            for attempt, kept in marked.get(student.id, [])
        ]
        tries = tries or [earlier.get(student.id) or Result(student)]
        for result in tries:
            add_people(result, homework, course.term, written, overrides)
        best = max(tries, key=lambda r: (r.status != FAILED, r.total or r.so_far or 0))
        refused = [(path, words) for who, path, words in desk.refused if who.id == student.id]
        if refused and best.status == NO_SUBMISSION:
            best.status, best.notes = REFUSED, [words for _, words in refused]
            best.path = refused[-1][0]
        all_results.append(best)
    return all_results


def result_of(homework, course, attempt, number, found):
    """Return what one attempt gives before people have marked."""
    student, typed = attempt.student, attempt.work.typed_id
    result = Result(student, MARKED, attempt.path, written=attempt.work.written, marking=number)
    result.notes = [*([attempt.note] if attempt.note else []), *attempt.work.unused]
    if typed and typed.casefold() != student.id.casefold():
        result.notes.append(f"The notebook has the ID {typed}. It was marked with yours.")
    if not typed:
        result.notes.append("The notebook has no ID. It was marked with yours.")
    days = term.extension(student, homework.name, course.folder / "roster.csv")
    result.days_late = term.days_late(course.term, homework.name, attempt.time, days)
    if "failed" in found:
        result.status, result.notes = FAILED, [*result.notes, found["failed"]]
        return result
    result.marks = [marking.Mark(**mark) for mark in found["marks"]]
    result.problems, result.laws = found["problems"], found["laws"]
    result.looks_like = {test: like for test, like in found["looks_like"].items() if like}
    for mark in result.marks:
        before = result.points.get(mark.question, 0)
        either = None in (before, mark.points)
        result.points[mark.question] = None if either else before + mark.points
    return result


def add_people(result, homework, its_term, written, overrides):
    """Add rubric marks and points set by hand, then what is lost for being late."""
    who = result.student.id
    for question in homework.written:
        if result.status == MARKED and result.written:
            has_text = bool(result.written.get(question, "").strip())
            result.points[question] = None if has_text else 0
        if who in written:
            result.rubric, result.comment = written[who]
            points = [result.rubric.get(line) for line in homework.rubric(question)]
            result.points[question] = None if None in points else sum(points)
    for question, (points, reason) in overrides.get(who, {}).items():
        result.reasons[question] = reason
        if question != "total":
            result.points[question] = points
    add_total(result, homework.questions, its_term)
    if "total" in result.reasons:
        result.total = result.so_far = overrides[who]["total"][0]
    if result.status in (MARKED, PARTLY):
        result.status = PARTLY if result.total is None else MARKED


def add_total(result, questions, its_term):
    """Add what is there so far, and the total if all of it is there."""
    share = term.share_kept(its_term, result.days_late)
    points = [result.points.get(question) for question in questions]
    known = [number for number in points if number is not None]
    result.so_far = round(share * sum(known), 2) if known else None
    result.total = None if None in points else result.so_far


def why_open(result, homework, question):
    """Return why a question has no points."""
    if result.status in (REFUSED, FAILED):
        return f"{result.status}: {result.notes[-1]}"
    ours = [m.message for m in result.marks if m.question == question and m.points is None]
    return next(iter(ours), "written, to be marked") if result.marks else NO_SUBMISSION
