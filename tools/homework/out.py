"""Draws from the gradebook what goes out: tables, each student's page, and a zip of the pages.

Canvas and Moodle take an empty number for "no mark" and would wipe out what they have: their tables
leave out whoever has no total yet. Both tell a student's feedback by the numbers that they
themselves put into the name of what was handed in.
"""

import hashlib
import io
import json
import re
import zipfile

from tools.homework import files, gradebook, masters, pages, term
from tools.homework.gradebook import points_of

CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("Email address", "ID number", "Username")
THEIRS = {  # the part of a file's name that the system itself wrote
    "Canvas": re.compile(r"[^/]*?_(?:LATE_)?\d+_\d+_"),
    "Moodle": re.compile(r"[^/]*?_\d+_assignsubmission_[a-z]+(?=[_/])"),
}


def draw(book, run):
    """Write all tables and pages of a homework; return a row for each, as the book keeps them."""
    run.target.mkdir(parents=True, exist_ok=True)
    name, its_term = run.homework.name, run.course.term
    texts = {"grades.csv": for_spreadsheet(table(book, its_term))}
    texts[f"{name}-changes.csv"] = files.to_csv(change_rows(run.changed))
    if its_term.system in ("Canvas", "Moodle"):
        rows = IMPORT[its_term.system](book, name, its_term)
        texts[f"{name}-for-{its_term.system.lower()}.csv"] = files.to_csv(rows)
    for file, text in texts.items():
        files.write(run.target / file, text)
    drawn = pages.write(run.target, run.homework, run.course, run.desk, run.results)
    zipped = run.target / f"{name}-feedback.zip"
    files.write(zipped, feedback_zip(name, its_term.system, run.results, dict(drawn)))
    drawn += [("", run.target / file) for file in texts] + [("", zipped)]
    return [published(name, who, path, run.target) for who, path in drawn]


def for_spreadsheet(rows):
    """Return a table as text, with the mark by which Excel knows how letters are written."""
    return "\ufeff" + files.to_csv(rows)


def published(name, who, path, target):
    """Return the row of a file that was written."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    row = {"student": who, "homework": name, "file": path.relative_to(target).as_posix()}
    return row | {"sha256": sha256, "at": gradebook.now()}


# --- The table -------------------------------------------------------------------------------


def table(book, its_term):
    """Return a row a student: the roster's columns, then those of every homework."""
    marks, results = current(book)
    names = sorted({name for _, name in results})
    rows = []
    for person in people(book):
        row = {k: v for k, v in person.items() if not is_own_column(k)}
        for name in names:
            key = row["id"], name
            result = results.get(key, {})
            for question in questions(name, its_term, marks):
                row[f"{name} {question}"] = shown(marks.get((*key, question)))
            row[f"{name} days late"] = str(result.get("days_late", ""))
            row[f"{name} so far"] = shown(result.get("so_far"))
            row[total_column(name, its_term)] = shown(result.get("total"))
            row[f"{name} status"] = result.get("status", "")
        rows.append(row)
    return rows


def people(book):
    """Return the columns of the roster by student, in its order; at the end those who have gone."""
    rows = book.rows("SELECT * FROM now_student ORDER BY gone, place, number")
    return [dict(json.loads(row["row"])) for row in rows]


def current(book):
    """Return what is current: hundredths by student, homework and question; results by both."""
    marks = book.rows("SELECT * FROM now_mark")
    results = book.rows("SELECT * FROM now_result")
    return (
        {(m["student"], m["homework"], m["question"]): m["points"] for m in marks},
        {(r["student"], r["homework"]): r for r in results},
    )


def questions(name, its_term, marks):
    """Return the questions of a homework, then those that have marks and have gone from it."""
    now = list(masters.choose(name, its_term.key).questions) if name in masters.names() else []
    return list(dict.fromkeys([*now, *(q for _, its_name, q in marks if its_name == name)]))


def total_column(name, its_term):
    """Return the column of a total, as the learning management system calls it."""
    return its_term.columns.get(name, f"{name} total")


def is_own_column(name):
    """Tell whether a column of the roster is for the grader, not for the LMS."""
    return name != "name" and re.sub(r"^hw\d+_", "", name) in term.OWN_COLUMNS


def shown(hundredths):
    """Return points as text, "" where nobody has marked yet."""
    return "" if hundredths is None else f"{points_of(hundredths):g}"


# --- What systems import ---------------------------------------------------------------------


def with_totals(book, name):
    """Return (roster's columns, total) of all who are on the roster and have a total."""
    _, results = current(book)
    gone = {row["student"] for row in book.rows("SELECT * FROM now_student WHERE gone")}
    totals = {
        who: result["total"] for (who, its_name), result in results.items() if its_name == name
    }
    there = [person for person in people(book) if person["id"] not in gone]
    return [(p, shown(totals[p["id"]])) for p in there if totals.get(p["id"]) is not None]


def for_canvas(book, name, its_term):
    """Return the rows that Canvas imports: who it is, and the total.

    Who it is stands in the roster's columns of these names, or in `accounts`: the number that
    Canvas puts into file names, and the login.
    """
    rows = []
    for person, total in with_totals(book, name):
        accounts = person.get("accounts", "").split()
        known = {
            "Student": person.get("name", ""),
            "ID": next((a for a in accounts if a.isdecimal()), ""),
            "SIS Login ID": next((a for a in accounts if not a.isdecimal()), ""),
        }
        row = {column: person.get(column) or known.get(column, "") for column in CANVAS}
        rows.append(row | {total_column(name, its_term): total})
    return rows


def for_moodle(book, name, its_term):
    """Return the rows that Moodle imports: a column by which it knows a student, and the total."""
    rows = with_totals(book, name)
    column = next((c for c in MOODLE if any(c in person for person, _ in rows)), None)
    return [
        {column or "ID number": person.get(column or "id", ""), total_column(name, its_term): total}
        for person, total in rows
    ]


IMPORT = {"Canvas": for_canvas, "Moodle": for_moodle}


def feedback_zip(name, system, results, drawn):
    """Return the bytes of a zip with all feedback, under names that the system takes back."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for result in results:
            if path := drawn.get(result.student.id):
                entry = zipfile.ZipInfo(feedback_name(name, system, result), (1980, 1, 1, 0, 0, 0))
                entry.external_attr, entry.compress_type = 0o600 << 16, zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


def feedback_name(name, system, result):
    """Return what a student's feedback is called in the zip."""
    theirs = THEIRS[system].match(result.path) if system in THEIRS else None
    if not theirs:
        return f"{pages.file_name(result.student.id)}/{name}-feedback.html"
    between = "_/" if system == "Moodle" else ""
    return f"{theirs[0]}{between}{name}-feedback.html"


# --- What has changed ------------------------------------------------------------------------


def change_rows(changed):
    """Return a row for every mark or total that is new or other than it was."""
    rows = []
    for before, now in changed:
        column, key = (now["question"], "points") if "question" in now else ("total", "total")
        if before is None or before[key] != now[key]:
            row = {"id": now["student"], "homework": now["homework"], "what": column}
            row["was"] = "" if before is None else shown(before[key])
            row["is"] = shown(now[key])
            row["why"] = now.get("words", "") or now.get("status", "")
            rows.append(row | {"first": "first" if before is None else ""})
    return rows
