"""A run of `make grade`: from files, roster and tables to what is current in the gradebook.

All is decided in one transaction, which a preview takes back; then tables and pages are drawn.
"""

import contextlib
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tools.homework import (
    files,
    gradebook,
    grading,
    hand_ins,
    masters,
    names,
    out,
    submissions,
    term,
)
from tools.homework.gradebook import as_json, hundredths, points_of

OF_HOMEWORK = re.compile(r"(hw\d+) (.+)")
TAKEN_OVER = "Taken over from an earlier table."


@dataclass
class Run:
    """What one run has found and decided."""

    homework: masters.Homework
    course: term.Course
    desk: hand_ins.Desk
    results: list
    new_files: int
    changed: (
        list  # pairs of a row as it was (None: there was none) and as it is, of marks and totals
    )
    said: list  # sentences about what the roster no longer has, or was taken over
    target: Path


def grade(source, course_folder, target, name=None, again=(), preview=False, written=""):
    """Take in a folder or zip (or nothing), mark what is new, decide, and draw; return the run.

    The hand-ins of students named in `again` are marked afresh. A preview decides nothing, and
    draws into a folder of its own. `written` names tables of written marks.
    """
    course, began, source = term.Course.read(course_folder), gradebook.now(), str(source or "")
    if unknown := set(again) - {student.id for student in course.students}:
        raise term.BadFile(f"{sorted(unknown)[0]} is not on the roster")
    handed_in = collected(source, course)
    with opened_book(course, Path(target)) as (book, said):
        opener, last = grading.Opener(book, course.term.key), book.last_run()
        hashes = grading.take_in(book, handed_in)
        tables = written_tables(course, written)
        name = name or (term.only_homework(tables) if written and not source else "")
        homework = masters.choose(
            name or which_homework(book, opener, source, hashes, course), course.term.key
        )
        its_files, new = grading.from_book(book, homework.name, hashes)
        desk = hand_ins.sort_files(its_files, homework, course, opener)
        marked = grading.mark_class(homework, course, desk, book, again)
        what = ("regrade" if again else "grade", homework.name, source)
        with book.deciding(last, preview):
            number = book.add_run(began, *what, grading.code())
            for path, sha256 in new:
                book.add_hand_in(number, homework.name, path, sha256, source)
            run = decide(book, number, homework, course, desk, marked, tables)
            run.said = said + run.said
            run.new_files, run.target = len(new), Path(target) / ("preview" if preview else "")
            drawn = out.draw(book, run) if preview else ()
        if not preview:
            drawn = out.draw(book, run)
            with book.deciding(number):
                book.put("published", number, drawn)
    return run


def collected(source, course):
    """Return the files of a folder or a zip, none where none is named."""
    if not source:
        return []
    handed_in = submissions.collect(Path(source).expanduser(), course.owner, course.term.system)
    if handed_in and not any(course.owner(handed.path) for handed in handed_in):
        made = names.likely_system([handed.path for handed in handed_in])
        hint = f'; they look like {made}: say system = "{made}" in term.toml' if made else ""
        raise term.BadFile(f"No file matches a student of the roster{hint}")
    return handed_in


def which_homework(book, opener, source, hashes, course):
    """Return the homework that new files are of; without any, that of the last run."""
    if source:
        its_files = [submissions.Handed(path, sha256=sha or "") for path, sha in hashes.items()]
        return hand_ins.detect(its_files, course.owner, opener)
    return last_homework(book)


def last_homework(book):
    """Return the homework of the last run."""
    rows = book.rows("SELECT homework FROM run WHERE homework <> '' ORDER BY number DESC LIMIT 1")
    if not rows:
        raise term.BadFile("Name the submissions: make grade SUBMISSIONS=folder-or-zip")
    return rows[0]["homework"]


@contextlib.contextmanager
def opened_book(course, target):
    """Open a course's gradebook, backed up before; a new one takes over an earlier table."""
    with contextlib.closing(gradebook.Book(course.folder)) as book:
        said = []
        if book.last_run():
            gradebook.back_up(book)
        else:
            said = take_over(book, course, target / "grades.csv")
        yield book, said


def decide(book, number, homework, course, desk, marked, tables):
    """Write into the book what is current from this run on; return the run."""
    said = put_roster(book, number, course)
    book.put("ruling", number, rulings(book, homework, desk, marked))
    said += put_by_hand(book, number, homework, course, tables)
    people = by_hand(book, homework.name)
    earlier = taken_over(book, homework, course.students)
    results = grading.results(homework, course, desk, marked, *people, earlier)
    rows = [row for result in results for row in mark_rows(homework, result)]
    changed = book.put("mark", number, rows)
    changed += book.put("result", number, [result_row(homework.name, result) for result in results])
    return Run(homework, course, desk, results, 0, changed, said, Path())


# --- Rows ------------------------------------------------------------------------------------


def put_roster(book, number, course):
    """Write the roster into the book; return sentences about what it no longer has."""
    known = {row["student"]: row for row in book.rows("SELECT * FROM now_student")}
    rows, columns = [], set()
    for place, student in enumerate(course.students):
        before = dict(json.loads(known[student.id]["row"])) if student.id in known else {}
        lost = {column: value for column, value in before.items() if column not in student.row}
        merged = student.row | lost
        columns |= {*lost}
        row = {"student": student.id, "place": place, "row": as_json(list(merged.items()))}
        rows.append(row | {"gone": 0})
    there = {student.id for student in course.students}
    lost = [row for who, row in known.items() if who not in there]
    rows += [{k: row[k] for k in ("student", "place", "row")} | {"gone": 1} for row in lost]
    book.put("student", number, rows)
    said = [f"{row['student']} is no longer on the roster; the marks stay." for row in lost]
    said += [f"The roster has no column {column} any more; its values stay." for column in columns]
    return sorted(said)


def rulings(book, homework, desk, marked):
    """Return a row for every file of a homework: whose it is, and why it counts or does not."""
    rows, places = book.hand_ins(homework.name), {}
    ruled = {}
    for who, attempts in desk.attempts.items():
        counted = {attempt.taken for attempt, _ in marked.get(who, [])}
        for one in attempts:
            status = "counts" if one.taken in counted else "another attempt counts"
            ruled[one.taken] = (who, status, one.time and one.time.isoformat(), one.note)
    for place, row in enumerate(rows):
        if place not in ruled:
            places.setdefault(row["path"], []).append(place)
    for who, path, words in desk.refused:
        ruled[places[path].pop(0)] = (who.id, grading.REFUSED, None, words)
    for path, left in places.items():
        ruled |= dict.fromkeys(left, (None, "nobody's", None, desk.unclear.get(path, "")))
    columns = ("student", "status", "time", "words")
    return [
        {"hand_in": rows[place]["number"], **dict(zip(columns, one, strict=True))}
        for place, one in sorted(ruled.items())
    ]


def mark_rows(homework, result):
    """Return a row a question; where nobody has marked, with the reason."""
    common = {"student": result.student.id, "homework": homework.name, "marking": result.marking}
    rows = []
    for question in homework.questions:
        points = result.points.get(question)
        words = result.reasons.get(question, "")
        if points is None:
            words = grading.why_open(result, homework, question)
        rows.append({"question": question, "points": hundredths(points), "words": words} | common)
    return rows


def result_row(name, result):
    """Return what a homework comes to for one student."""
    return {
        "student": result.student.id,
        "homework": name,
        "status": result.status,
        "days_late": result.days_late,
        "so_far": hundredths(result.so_far),
        "total": hundredths(result.total),
        "path": result.path,
    }


# --- What people mark ------------------------------------------------------------------------


def written_tables(course, named):
    """Return the tables of written marks: the course's own, and a file, a folder or files named."""
    own, path = course.folder / "written.csv", Path(named or "").expanduser()
    if not named:
        return [own]
    if path.is_dir():
        found = sorted(path.glob("*.csv"))
    else:
        found = [path] if path.is_file() else [Path(p).expanduser() for p in shlex.split(named)]
    missing = [path for path in found if not path.is_file()]
    if missing or not found:
        raise term.BadFile(f"{[*missing, path][0]}: there is no table of written marks")
    return list(dict.fromkeys([own, *found]))


def put_by_hand(book, number, homework, course, tables):
    """Write into the book what the tables of marks by hand say; what they leave out stays.

    Return sentences on marks that are not taken.
    """
    folder, rows = course.folder, []

    def add(who, kind, name, points, words):
        row = {"student": who, "homework": homework.name, "kind": kind, "name": name}
        rows.append(row | {"points": hundredths(points), "words": words})

    read = {path: term.read_written(path, homework.name, course.students) for path in tables}
    written, clashes = term.merged(read)
    for who, (rubric, comment) in written.items():
        for line, points in rubric.items():
            add(who, "written", line, points, "")
        if comment:
            add(who, "written", "comment", None, comment)
    overrides = term.read_overrides(
        folder / "overrides.csv", homework.name, course.students, homework.questions
    )
    for who, questions in overrides.items():
        for question, (points, reason) in questions.items():
            add(who, "override", question, points, reason)
    book.put("by_hand", number, rows)
    return clashes


def by_hand(book, name):
    """Return the rubrics' marks with comments, and the points set by hand, each by student."""
    written, overrides = {}, {}
    for row in book.rows("SELECT * FROM now_by_hand WHERE homework = ?", name):
        who, points = row["student"], points_of(row["points"])
        if row["kind"] == "override":
            if points is not None:  # else it was taken back
                overrides.setdefault(who, {})[row["name"]] = (points, row["words"])
            continue
        rubric, comment = written.get(who, ({}, ""))
        rubric |= {} if points is None else {row["name"]: points}
        written[who] = (rubric, row["words"] or comment)
    return {who: kept for who, kept in written.items() if kept[0]}, overrides


# --- An earlier table ------------------------------------------------------------------------


def take_over(book, course, path):
    """Write the marks of an earlier grades.csv into a new book; return what is said about it.

    A table of another class is put aside.
    """
    table, known = files.from_csv(path), {student.id for student in course.students}
    if not table:
        return []
    if 2 * sum(row["id"] in known for row in table) < len(table):
        path.rename(path.with_name("grades-before.csv"))
        return [f"{path} was of another class; it is grades-before.csv now."]
    totals = {column: name for name, column in course.term.columns.items()}
    with book.deciding(0):
        number = book.add_run(gradebook.now(), "take over", "", str(path), "")
        put_roster(book, number, course)
        for place, row in enumerate(table):
            for name, columns in by_homework(row, totals).items():
                take_over_row(book, number, name, course.term, row["id"], columns)
            if row["id"] not in known:
                own = {k: v for k, v in row.items() if not OF_HOMEWORK.match(k) and k not in totals}
                gone = {"student": row["id"], "place": place, "row": as_json(list(own.items()))}
                book.put("student", number, [gone | {"gone": 1}])
    return [f"The marks of {len(table)} students were taken over from {path}."]


def by_homework(row, totals):
    """Return the columns of each homework that a row of an earlier table has a status for."""
    found = {}
    for column, value in row.items():
        match = OF_HOMEWORK.fullmatch(column)
        if column in totals:
            found.setdefault(totals[column], {})["total"] = value
        elif match:
            found.setdefault(match[1], {})[match[2]] = value
    return {name: columns for name, columns in found.items() if columns.get("status")}


def take_over_row(book, number, name, its_term, who, columns):
    """Write one student's marks of one homework into the book, as the table has them."""
    days, status = int(columns.pop("days late", "") or 0), columns.pop("status")
    total, _ = columns.pop("total", ""), columns.pop("so far", "")
    points = {question: float(value) if value else None for question, value in columns.items()}
    result = grading.Result(term.Student(who, "", (), {}), status, points=points, days_late=days)
    grading.add_total(result, points, its_term)
    key = {"student": who, "homework": name}
    if total and float(total) != (result.so_far or 0):
        row = {"kind": "override", "name": "total", "points": hundredths(float(total))}
        book.put("by_hand", number, [key | row | {"words": TAKEN_OVER}])
        result.total = result.so_far = float(total)
    rows = [
        {"question": q, "points": hundredths(p), "words": TAKEN_OVER} for q, p in points.items()
    ]
    book.put("mark", number, [key | row | {"marking": None} for row in rows])
    book.put("result", number, [result_row(name, result)])


def taken_over(book, homework, students):
    """Return the results that were taken over, by student."""
    query = "SELECT * FROM {} WHERE homework = ? AND run IN "
    query += "(SELECT number FROM run WHERE what = 'take over')"
    points = {}
    for row in book.rows(query.format("mark"), homework.name):
        if row["points"] is not None:
            points.setdefault(row["student"], {})[row["question"]] = points_of(row["points"])
    known = {student.id: student for student in students}
    return {
        row["student"]: grading.Result(
            known[row["student"]],
            row["status"],
            notes=[TAKEN_OVER],
            points=points.get(row["student"], {}),
            days_late=row["days_late"],
        )
        for row in book.rows(query.format("result"), homework.name)
        if row["student"] in known
    }
