"""Who handed in what: sorts the files of a class into each student's attempts.

Every file is opened in a child of its own. What matches nobody, or is refused, is listed.
"""

import functools
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from tools.homework import child, jobs, names, own, submissions, term

from longterm.progress import progress

OPEN_SECONDS, PATIENCE = 5, 6  # of computing; a machine that is busy takes longer for it
STUDENT_SECONDS, MOST_BEST = 10, 5  # of computing for all files; attempts that may be the best


@dataclass(frozen=True)
class Attempt:
    """One notebook that one student handed in, and when."""

    student: term.Student
    path: str
    work: own.Work
    time: datetime | None
    order: tuple
    note: str = ""
    taken: int = 0  # its place among the homework's files in the gradebook
    late: bool = False  # as the system says


@dataclass
class Desk:
    """All files, sorted: attempts by student, and those that are nobody's or are refused."""

    attempts: dict = field(default_factory=dict)
    unmatched: list = field(default_factory=list)
    unclear: dict = field(default_factory=dict)  # by path: why it is nobody's yet
    refused: list = field(default_factory=list)  # (student, path, sentence)
    untimed: list = field(default_factory=list)


def sort_files(handed_in, homework, course, opener=None):
    """Return the files of a class, sorted; an opener remembers what it has opened before."""
    desk = Desk()
    paths = [file.path for file in handed_in]
    whose = names.owners_of(paths, course.students, course.term.system, course.whose)
    desk.unmatched = [f.path for f, (who, _) in zip(handed_in, whose, strict=True) if who is None]
    known = [(f, *names) for f, names in zip(handed_in, whose, strict=True) if names[0]]
    opener = opener or functools.partial(open_all, homework.key)
    opened = opener([replace(handed, owner=who.id) for handed, who, _ in known], homework.name)
    for (handed, student, name), found in zip(known, opened, strict=True):
        other = another(found, student, course) if handed.path not in course.whose else None
        if "refused" in found:
            desk.refused.append((student, handed.path, found["refused"]))
        elif other:
            desk.unclear[handed.path] = f"handed in by {student.id}, and the ID in it is {other}'s"
        else:
            attempt = attempt_of(handed, student, name, found, course.term)
            desk.attempts.setdefault(student.id, []).append(attempt)
    for student in course.students:
        if student.id in desk.attempts:
            attempts = timed(desk.attempts[student.id], student, homework, course, desk)
            desk.attempts[student.id] = with_choice_said(attempts, course.term.attempt)
    return desk


def another(found, student, course):
    """Return the ID of another student whose the ID in a notebook is, None if it is not."""
    typed = found.get("work") and found["work"]["typed_id"]
    fits = [
        s.id for s in course.students if typed and names.by_account(typed, names.accounts_of(s))
    ]
    return fits[0] if fits and student.id not in fits else None


def open_all(key, handed_in, name=None):
    """Return what each file holds, each opened in a child, as far as its owner's time goes."""
    spent = Counter()

    def opened(handed):
        if handed.owner and spent[handed.owner] > STUDENT_SECONDS:
            words = "Reading your other files took too long: please hand in one."
            return {"refused": words, "again": True}
        found, seconds = open_safely(handed, key, name)
        spent[handed.owner] += seconds
        return found

    with child.stopped_at_once(ThreadPoolExecutor(os.cpu_count())) as pool:
        all_opened = pool.map(opened, handed_in)
        return [found for _, found in zip(progress(handed_in, "Opening"), all_opened, strict=True)]


def open_safely(handed, key, name):
    """Return what a file holds, and what computing that took.

    One that cannot be opened in time is refused, and tried again.
    """
    if not (handed.data or handed.source):
        return jobs.open_hand_in(handed, key, name), 0  # which says why there are no bytes
    try:
        limits = {"seconds": PATIENCE * OPEN_SECONDS, "computing": OPEN_SECONDS}
        return child.run(jobs.open_timed, handed, key, name, **limits)
    except child.Failed as error:
        words = f"This file cannot be read: {error}. {submissions.HOW}"
        return {"refused": words, "again": True}, OPEN_SECONDS


def attempt_of(handed, student, name, found, its_term):
    """Return what a file holds as a student's attempt."""
    time = name.time
    if time and not time.tzinfo:
        time = time.replace(tzinfo=its_term.zone)
    work = own.Work(**found["work"])
    note = "" if found["this_term"] else "This copy is from another term."
    order = (
        (name.order, handed.taken) if its_term.system == "Canvas" else (handed.taken, name.order)
    )
    order += (handed.path,)
    where = handed.path, work, time, order, note
    return Attempt(student, *where, handed.taken, name.late)


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
    late = "The system calls this late, and does not say when it came."
    return [
        replace(a, note=f"{a.note} {late}".strip()) if a.late and a.time is None else a
        for a in attempts
    ]


def counting(attempts, rule):
    """Return the attempts that may count: of those with work in them, if there are any.

    The best is one of the last few: each is marked, and that takes time.
    """
    worked = [a for a in attempts if a.work.cells or any(a.work.written.values())] or attempts
    return {"first": worked[:1], "last": worked[-1:], "best": worked[-MOST_BEST:]}[rule]


def with_choice_said(attempts, rule):
    """Return attempts; where one of several counts, its note says so."""
    if len(attempts) == 1 or rule == "best":
        return attempts
    words = f"Of {len(attempts)} files this one counts: the {rule} with work in it."
    (chosen,) = counting(attempts, rule)
    return [replace(a, note=f"{a.note} {words}".strip()) if a is chosen else a for a in attempts]


def detect(handed_in, owner, opener):
    """Return the homework that most students handed in; an error if there is no saying.

    A student has one vote, however many files there are.
    """
    votes = {}
    owned = (replace(handed, owner=owner(handed.path)) for handed in handed_in)
    theirs = [handed for handed in owned if handed.owner]
    for handed, found in zip(theirs, opener(theirs), strict=True):
        if which := found.get("which"):
            votes.setdefault(handed.owner, Counter())[which] += 1
    counts = Counter(vote.most_common(1)[0][0] for vote in votes.values())
    if not counts or 2 * counts.most_common(1)[0][1] <= len(votes):
        raise term.BadFile("No notebook here says which homework it is; name it: HOMEWORK=hw1")
    return counts.most_common(1)[0][0]
