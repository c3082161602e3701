"""What the gradebook knows of one student: to be told, and to be erased."""

import contextlib
import json
import sqlite3
from datetime import datetime

from tools.homework import files, gradebook, out, pages, term
from tools.homework.gradebook import points_of

TOLD = {  # by table: what a row says
    "student": "the roster has {row}",
    "hand_in": "handed in {homework}: {path} ({size} bytes, {sha256:.12}), from {source}",
    "ruling": "{path}: {status}{time}{words}",
    "marking": "{homework} was marked, by tests {tests:.8}, code {code:.8}: {found}",
    "by_hand": "{homework} by hand, {kind}, {name}: {points}{words}",
    "mark": "{homework} {question}: {points}{words}",
    "result": "{homework} in all: {total}, so far {so_far}, days late {days_late}, {status}",
    "published": "{homework}: wrote {file} ({sha256:.12})",
}
OWN = "SELECT * FROM {table} WHERE student = ?"
QUERIES = {table: OWN.format(table=table) for table in TOLD} | {
    "ruling": "SELECT ruling.*, path FROM ruling JOIN hand_in ON hand_in = hand_in.number "
    "WHERE student = ?",
    "hand_in": "SELECT hand_in.*, coalesce(length(data), 0) AS size FROM hand_in "
    "LEFT JOIN content USING (sha256) WHERE hand_in.number IN "
    "(SELECT hand_in FROM ruling WHERE student = ?)",
}


def existing(folder):
    """Return the gradebook of a folder, which must be there."""
    if not (folder / gradebook.FILE).exists():
        raise term.BadFile(f"There is no {gradebook.FILE} in {folder}; COURSE=folder names another")
    return gradebook.Book(folder)


def history(book, who, zone):
    """Return a line for everything that is known of a student, the oldest first."""
    runs = {row["number"]: row for row in book.rows("SELECT * FROM run")}
    events = []
    for place, (table, words) in enumerate(TOLD.items()):
        for row in book.rows(QUERIES[table], who):
            time = row.get("at") or runs[row["run"]]["ended"]
            events.append((time, place, row["number"], words.format(**readable(row))))
    if not events:
        raise term.BadFile(f"The gradebook does not know {who}")
    return [f"{local(time, zone)}  {words}" for time, _, _, words in sorted(events)]


def local(time, zone):
    """Return a time of the book as a clock of the term's zone shows it."""
    return datetime.fromisoformat(time).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def readable(row):
    """Return a row with its values as people read them."""
    seen = {k: "" if v is None else v for k, v in row.items()}
    for column in ("points", "total", "so_far"):
        if column in row:
            seen[column] = "blank" if row[column] is None else f"{points_of(row[column]):g}"
    seen["words"] = f" ({row['words']})" if row.get("words") else ""
    seen["time"] = f", handed in {row['time']}" if row.get("time") else ""
    seen["sha256"] = row.get("sha256") or "not read"
    seen["found"] = found_words(row) if "found" in row else ""
    if "row" in row:
        own = [f"{k} {v}" for k, v in json.loads(row["row"]) if v]
        seen["row"] = ", ".join(own) + (", and no longer" if row["gone"] else "")
    return seen


def found_words(row):
    """Return what a marking found, or how it failed."""
    if row["found"] is None:
        return row["failed"]
    marks = json.loads(row["found"])["marks"]
    return ", ".join(f"{mark['test']} {mark['points']:g}" for mark in marks if mark["points"])


# --- Forgetting ------------------------------------------------------------------------------


def forget(folder, target, who):
    """Erase a student from a gradebook, its backups and what was drawn; say what was done."""
    with contextlib.closing(existing(folder)) as book:
        gone = book.forget(who)
        if not gone:
            raise term.BadFile(f"The gradebook does not know {who}")
        nobody = book.rows("SELECT count(*) AS n FROM now_ruling WHERE student IS NULL")[0]["n"]
        table = out.table(book, term.read_term(folder / "term.toml"))
        files.write(target / "grades.csv", out.for_spreadsheet(table))
    lines = [f"{who} is erased from the gradebook: {gone} rows."]
    for path in gradebook.backups(folder):
        lines.append(f"{path.name}: {forget_in_backup(path, who)}")
    drawn = [*target.glob(f"**/feedback/*/{pages.file_name(who)}.html")]
    drawn += [*target.glob("**/hw*-*")]  # pages and tables of the class, drawn anew by make grade
    for path in drawn:
        path.unlink()
    lines.append(f"{len(drawn)} pages and tables below {target} are gone; make grade draws them.")
    lines += [f"{p.name} is yours: it still names {who}" for p in naming(folder, who)]
    if nobody:
        lines.append(f"{nobody} files that match nobody are kept: look whether one is theirs.")
    return [*lines, "What you downloaded is where you put it."]


def forget_in_backup(path, who):
    """Erase a student from a backup; return what was done."""
    try:
        with contextlib.closing(gradebook.Book(path.parent, path.name)) as book:
            return f"{book.forget(who)} rows erased"
    except (gradebook.Broken, sqlite3.DatabaseError):
        path.unlink()
        return "could not be read, and was deleted"


def naming(folder, who):
    """Return the instructor's own tables that still name a student."""
    tables = sorted(folder.glob("*.csv"))
    return [p for p in tables if who in p.read_text(encoding="utf-8", errors="replace")]
