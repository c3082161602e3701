"""A term's dates and people: term.toml, roster.csv, written.csv, overrides.csv.

Every mistake in these files is named with its file and line; nothing is guessed.
"""

import csv
import io
import math
import re
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tools.homework import masters, names

KEY = re.compile("[0-9a-f]{32}|example")  # the example is that of the public course
MOODLE_TIMES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%d %B %Y, %I:%M %p")
ATTEMPTS = ("last", "first", "best")
WRITTEN_COLUMNS = ("id", "homework", "comment", "marker", "line")  # the last is the table's own
OWN_COLUMNS = ("name", "accounts", "submitted", "extension_days")  # and those of one homework


class BadFile(Exception):
    """A file of the instructor's that cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Term:
    """What term.toml says."""

    key: str
    zone: ZoneInfo
    due: dict
    grace_minutes: float
    late_percent_per_day: float
    late_days: int
    attempt: str
    system: str  # whose file names these are
    columns: dict  # the LMS's names for the columns of totals
    book: str = ""  # where students read the course
    extension_days: dict = field(default_factory=dict)  # by homework, for everybody


@dataclass(frozen=True)
class Student:
    """One line of the roster; `row` has all its columns."""

    id: str
    name: str
    accounts: tuple
    row: dict = field(compare=False)


@dataclass(frozen=True)
class Course:
    """The instructor's files in one folder."""

    term: Term
    students: list
    folder: Path
    whose: dict  # IDs of those whose some files are, where the instructor has said so

    @classmethod
    def read(cls, folder):
        folder = Path(folder)
        its_term = read_term(folder / "term.toml")
        students = read_roster(folder / "roster.csv")
        return cls(its_term, students, folder, read_whose(folder / "whose.csv", students))

    def owner(self, path):
        """Return the ID of the student whose file a path is, "" if it is nobody's."""
        student, _ = names.owner(path, self.students, self.term.system, self.whose)
        return student.id if student else ""


def number(value, where, least=0.0, most=math.inf):
    """Return a number within bounds."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        result = math.nan
    if isinstance(value, bool) or not least <= result <= most or math.isinf(result):
        bounds = f"from {least:g}" + ("" if math.isinf(most) else f" to {most:g}")
        raise BadFile(f"{where} must be a number {bounds}, not {value!r}")
    return result


def read_term(path):
    """Return the term that a file describes."""
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadFile(f"{path} is missing; homework/term.toml is an example") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: {error}") from None
    unknown = set(content) - set(Term.__annotations__) - {"time_zone"}
    if unknown:
        raise BadFile(f"{path}: {sorted(unknown)[0]} is not known")
    key, attempt = content.get("key"), content.get("attempt", "last")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        words = f'key must be made, not thought of; for a new one: key = "{new_key()}"'
        raise BadFile(f"{path}: {words}")
    if attempt not in ATTEMPTS:
        raise BadFile(f"{path}: attempt must be one of {', '.join(ATTEMPTS)}, not {attempt!r}")
    system = content.get("system", "IDs")
    if system not in names.FORMS:
        raise BadFile(f"{path}: system must be one of {', '.join(names.FORMS)}, not {system!r}")
    zone = zone_in(content, path)
    return Term(
        key=key,
        zone=zone,
        due=due_dates(content.get("due", {}), zone, path),
        grace_minutes=number(content.get("grace_minutes", 0), f"{path}: grace_minutes"),
        late_percent_per_day=number(
            content.get("late_percent_per_day", 0), f"{path}: late_percent_per_day", most=100
        ),
        late_days=int(number(content.get("late_days", 0), f"{path}: late_days")),
        attempt=attempt,
        system=system,
        columns={name: str(column) for name, column in content.get("columns", {}).items()},
        book=str(content.get("book", "")).rstrip("/"),
        extension_days={
            name: number(days, f"{path}: extension_days.{name}")
            for name, days in content.get("extension_days", {}).items()
        },
    )


def new_key():
    """Return a key that nobody guesses, of 128 bits."""
    return secrets.token_hex(16)


def zone_in(content, path):
    """Return the time zone that term.toml names."""
    try:
        return ZoneInfo(content["time_zone"])
    except (KeyError, TypeError, ValueError, OSError, ZoneInfoNotFoundError):
        raise BadFile(f'{path}: time_zone must be a name such as "Europe/Berlin"') from None


def due_dates(table, zone, path):
    """Return the due dates, in their time zone."""
    dates = {}
    for name, date in table.items():
        if not isinstance(date, datetime) or date.tzinfo:
            raise BadFile(f"{path}: due.{name} must be a local time such as 2027-04-19T23:59:00")
        dates[name] = date.replace(tzinfo=zone)
    return dates


def read_time(text, zone, where):
    """Return a time in ISO form or Moodle's; without an offset it is local time of the term."""
    for read in (datetime.fromisoformat, *(reader(form) for form in MOODLE_TIMES)):
        try:
            time = read(text.strip())
        except ValueError:
            continue
        return time if time.tzinfo else time.replace(tzinfo=zone)
    raise BadFile(f"{where}: {text!r} must be a time such as 2027-04-19 23:59")


def reader(form):
    """Return what reads a time of a form."""
    return lambda text: datetime.strptime(text, form)


def days_late(term, homework, submitted, extension_days=0.0):
    """Return the days late, begun days counted whole; 0 within the grace, or with no date.

    A day ends when the clock of the term's place shows the due time again, also where it was
    changed in between.
    """
    due = term.due.get(homework)
    if due is None or submitted is None:
        return 0
    due += timedelta(days=extension_days + term.extension_days.get(homework, 0))
    if submitted.timestamp() - due.timestamp() <= 60 * term.grace_minutes:
        return 0
    by_the_clock = submitted.astimezone(term.zone).replace(tzinfo=None) - due.replace(tzinfo=None)
    return max(1, math.ceil(by_the_clock / timedelta(days=1)))


def share_kept(term, days):
    """Return the share of the points that is kept when so many days late."""
    if days > term.late_days:
        return 0.0
    return max(0.0, 1 - days * term.late_percent_per_day / 100)


# --- Tables --------------------------------------------------------------------------------


def read_table(path, needed, optional=False):
    """Return the rows of a CSV file, as dictionaries with stripped texts and their `line`."""
    path = Path(path)
    if optional and not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadFile(f"{path} is missing; it needs the columns {', '.join(needed)}") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path} must be saved as UTF-8 (in Excel: CSV UTF-8)") from None
    first = text.split("\n", 1)[0]
    separator = ";" if ";" in first and "," not in first else ","  # as Excel has it in Europe
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in needed if name not in header]
    if missing:
        raise BadFile(f"{path}: the column {missing[0]} is missing")
    rows = []
    for values in reader:
        if any(map(str.strip, values)):
            if len(values) > len(header):
                raise BadFile(f"{path}, line {reader.line_num}: more values than columns")
            values = [value.strip() for value in values] + [""] * (len(header) - len(values))
            rows.append(dict(zip(header, values, strict=True)) | {"line": reader.line_num})
    return rows


def read_roster(path):
    """Return the students of a roster, in its order; no two may share an ID or an account."""
    students, seen = [], {}
    for row in read_table(path, ["id"]):
        line = row.pop("line")
        if not row["id"]:
            raise BadFile(f"{path}, line {line}: the id is missing")
        accounts = tuple(row.get("accounts", "").split())
        for account in {row["id"].casefold(), *map(str.casefold, accounts)}:
            if account in seen:
                raise BadFile(f"{path}, line {line}: {account} is already on line {seen[account]}")
            seen[account] = line
        students.append(Student(row["id"], row.get("name", ""), accounts, row))
    return students


def read_whose(path, students):
    """Return for each file that the instructor has given to somebody the ID; "" is nobody's."""
    known, whose = {student.id for student in students} | {""}, {}
    for row in read_table(path, ["file", "id"], optional=True):
        if row["id"] not in known:
            raise BadFile(f"{path}, line {row['line']}: {row['id']!r} is not on the roster")
        whose[row["file"]] = row["id"]
    return whose


def for_homework(student, column, homework):
    """Return a roster's value for a homework: hw1_extension_days before extension_days."""
    return student.row.get(f"{homework}_{column}") or student.row.get(column, "")


def extension(student, homework, path="roster.csv"):
    """Return the days by which a student's due date is moved."""
    text = for_homework(student, "extension_days", homework)
    return number(text, f"{path}: extension_days of {student.id}") if text else 0.0


def times_submitted(student, homework, zone, path="roster.csv"):
    """Return the times of a student's attempts, the earliest first."""
    if student.row.get("submitted"):
        raise BadFile(f"{path}: whose times are these? Call the column {homework}_submitted")
    text = student.row.get(f"{homework}_submitted", "")
    where = f"{path}: {homework}_submitted of {student.id}"
    return sorted(read_time(part, zone, where) for part in text.split(";") if part.strip())


def read_written(path, homework, students):
    """Return for each student the marks by line of the rubric, and the comment.

    An empty box is not yet marked: it is left out.
    """
    marks, lines = {}, {}
    for row in rows_of(path, ["id", "homework"], homework, students, written_columns()):
        who, where = row["id"], f"{path}, line {row['line']}"
        if who in lines:
            raise BadFile(f"{where}: {who} has a row for {homework} already, on line {lines[who]}")
        lines[who], points = row["line"], {}
        for name, text in row.items():
            if name not in WRITTEN_COLUMNS and text:
                if name not in masters.rubric(homework):
                    raise BadFile(f"{where}: {homework} has no {name}")
                most = masters.rubric(homework)[name]
                points[name] = decimal(text, f"{where}: {name}", most=most)
        if points or row.get("comment"):
            marks[who] = (points, row.get("comment", ""))
    return marks


def only_homework(paths):
    """Return the homework that all rows of some tables are of, "" if they are of several."""
    rows = [row for path in paths for row in read_table(path, ["homework"], optional=True)]
    found = {row["homework"].casefold() for row in rows} & {*masters.names()}
    return found.pop() if len(found) == 1 else ""


def written_columns():
    """Return the columns that a table of written marks may have."""
    return {*WRITTEN_COLUMNS, *(line for name in masters.names() for line in masters.rubric(name))}


def merged(tables):
    """Return the marks of several tables as one, by student, and where two of them differ.

    `tables` has for each file what `read_written` returns. Of two different numbers for a line
    neither is taken; all comments are.
    """
    found, comments, marks, clashes = {}, {}, {}, []
    for path, table in tables.items():
        for who, (points, comment) in table.items():
            comments.setdefault(who, {})[comment] = None
            for name, value in points.items():
                found.setdefault((who, name), {}).setdefault(value, path)
    for who, said in comments.items():
        marks[who] = ({}, "\n".join(filter(None, said)))
    for (who, name), values in found.items():
        if len(values) == 1:
            marks[who][0][name] = next(iter(values))
        else:
            words = " but ".join(f"{value:g} in {path}" for value, path in values.items())
            clashes.append(f"{who}, {name}: {words}. Neither is taken: correct one of them.")
    return marks, clashes


def read_overrides(path, homework, students, questions):
    """Return for each student the points set by hand, with the reason, by question or `total`.

    Without points, a row takes back what was set before.
    """
    overrides = {}
    needed = ["id", "homework", "question", "points", "reason"]
    for row in rows_of(path, needed, homework, students):
        where = f"{path}, line {row['line']}"
        if row["question"] not in (*questions, "total"):
            raise BadFile(f"{where}: {row['question']!r} is no question of {homework}")
        if not row["reason"]:
            raise BadFile(f"{where}: a reason is missing")
        most = questions.get(row["question"], sum(questions.values()))
        points = decimal(row["points"], f"{where}: points", most=most) if row["points"] else None
        overrides.setdefault(row["id"], {})[row["question"]] = (points, row["reason"])
    return overrides


def rows_of(path, needed, homework, students, known_columns=None):
    """Return the rows of a table for one homework; each must name a student of the roster."""
    known = {student.id for student in students}
    rows = read_table(path, needed, optional=True)
    for row in rows:
        where = f"{path}, line {row['line']}"
        unknown = {*row} - {"line"} - known_columns if known_columns else ()
        if unknown:
            raise BadFile(f"{path}: the column {sorted(unknown)[0]!r} is not known")
        if row["homework"].casefold() not in masters.names():
            raise BadFile(f"{where}: {row['homework']!r} is no homework")
    rows = [row for row in rows if row["homework"].casefold() == homework]
    for row in rows:
        if row["id"] not in known:
            raise BadFile(f"{path}, line {row['line']}: {row['id']!r} is not on the roster")
    return rows


def decimal(text, where, most):
    """Return a number that may be written with a comma."""
    return number(text.replace(",", "."), where, most=most)
