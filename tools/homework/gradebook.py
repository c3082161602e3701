"""The memory of a term: one SQLite file in its folder, the only truth about hand-ins and marks.

Nothing in it is changed: rows are appended, and of each key the newest row counts (the views
`now_...`). Bytes, what was found in them, and marks are kept as soon as they are there; they count
for nothing until a run decides, in one transaction, what is current. So a run that is killed at any
moment, or only shown, leaves bytes and marks that save time, and nothing else.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

FILE, VERSION, KEPT_BACKUPS = "gradebook.sqlite", 1, 10

SCHEMA = """
CREATE TABLE run (        -- what make grade decided, once it came to its end
  number INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT NOT NULL,
  what TEXT NOT NULL, homework TEXT NOT NULL, source TEXT NOT NULL, code TEXT NOT NULL) STRICT;
CREATE TABLE student (    -- a line of the roster, whenever it is new, changed or gone
  number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,
  student TEXT NOT NULL, place INTEGER NOT NULL, row TEXT NOT NULL, gone INTEGER NOT NULL) STRICT;
CREATE TABLE content (    -- the bytes of a file, once, under whatever names they came
  sha256 TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE opened (     -- what a child found in them, by the code and the homework it knew
  number INTEGER PRIMARY KEY, sha256 TEXT NOT NULL REFERENCES content,
  made_of TEXT NOT NULL, found TEXT NOT NULL) STRICT;
CREATE TABLE hand_in (    -- a file of a class: its name, its bytes (NULL: too large to read)
  number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, homework TEXT NOT NULL,
  path TEXT NOT NULL, sha256 TEXT REFERENCES content, source TEXT NOT NULL) STRICT;
CREATE TABLE ruling (     -- whose a hand-in is (NULL: nobody's), when it came, and why it counts
  number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,
  hand_in INTEGER NOT NULL REFERENCES hand_in, student TEXT, status TEXT NOT NULL, time TEXT,
  words TEXT NOT NULL) STRICT;
CREATE TABLE marking (    -- one student's work, marked once: by which tests, in which term's
                          -- version, by which code; what was found (NULL: it failed, and how)
  number INTEGER PRIMARY KEY, at TEXT NOT NULL, student TEXT NOT NULL, homework TEXT NOT NULL,
  work TEXT NOT NULL, tests TEXT NOT NULL, version TEXT NOT NULL, code TEXT NOT NULL, found TEXT,
  failed TEXT, CHECK ((found IS NULL) <> (failed IS NULL))) STRICT;
CREATE TABLE by_hand (    -- a number box of the rubric, a comment, an override with its reason
  number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, student TEXT NOT NULL,
  homework TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, points INTEGER,
  words TEXT NOT NULL) STRICT;
CREATE TABLE mark (       -- hundredths of points of a question (NULL: not marked, and why)
  number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, student TEXT NOT NULL,
  homework TEXT NOT NULL, question TEXT NOT NULL, points INTEGER, words TEXT NOT NULL,
  marking INTEGER REFERENCES marking, CHECK (points IS NOT NULL OR words <> '')) STRICT;
CREATE TABLE result (     -- what a homework comes to (total NULL: not yet known)
  number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, student TEXT NOT NULL,
  homework TEXT NOT NULL, status TEXT NOT NULL, days_late INTEGER NOT NULL, so_far INTEGER,
  total INTEGER, path TEXT NOT NULL) STRICT;
CREATE TABLE published (  -- a page or table that was written out, whenever its bytes are new
  number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run, student TEXT NOT NULL,
  homework TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX opened_by ON opened (sha256, made_of);
CREATE INDEX marking_by ON marking (student, homework, work);
"""

# Of these tables, the newest row with the same values here is the one that counts.
KEYS = {
    "student": ("student",),
    "ruling": ("hand_in",),
    "by_hand": ("student", "homework", "kind", "name"),
    "mark": ("student", "homework", "question"),
    "result": ("student", "homework"),
    "published": ("student", "homework", "file"),
}
FACTS = ("content", "opened", "marking")
TABLES = ("run", "hand_in", *KEYS, *FACTS)
UNCOMPARED = ("number", "run", "marking", "at")  # a row that differs in these only is not new


class Broken(Exception):
    """A gradebook that cannot be used; the message says why, and what to do."""


def views():
    """Return the statements that make the views of what is current."""
    return "".join(
        f"CREATE VIEW now_{table} AS SELECT * FROM {table} WHERE number IN "
        f"(SELECT max(number) FROM {table} GROUP BY {', '.join(key)});\n"
        f"CREATE INDEX {table}_key ON {table} ({', '.join(key)}, number);\n"
        for table, key in KEYS.items()
    )


def triggers():
    """Return the statements that keep rows from being changed or taken out, by name."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'the gradebook only grows'); END;"
    return {
        f"{table}_{what}": f"CREATE TRIGGER {table}_{what} BEFORE {what} ON {table} {refuse}"
        for table in TABLES
        for what in ("UPDATE", "DELETE")
    }


def now():
    """Return the time in UTC, as the book has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def hundredths(points):
    """Return points as the book keeps them; None stays None."""
    return None if points is None else round(100 * points)


def points_of(hundredths):
    """Return points as people read them; None stays None."""
    return None if hundredths is None else hundredths / 100


def as_json(value):
    """Return a value as text, the same text for the same value."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True)


class Book:
    """A gradebook that is open; `closing` it is the caller's part."""

    def __init__(self, folder, name=FILE):
        self.path = Path(folder) / name
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        os.chmod(self.path, 0o600)
        self.db = connect(self.path)
        try:
            self.prepare()
        except sqlite3.DatabaseError as error:
            self.close()
            words = f"{self.path} cannot be read ({error}); the newest backup beside it can"
            raise Broken(f"{words} take its place: {FILE.replace('.', '-<time>.')}") from None

    def prepare(self):
        """Make the tables in a new file; refuse one that a later release has made."""
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise Broken(f"{self.path} was made by a later release of this course; take that one")
        if not version:
            script = [SCHEMA, views(), *triggers().values(), f"PRAGMA user_version = {VERSION};"]
            self.db.executescript("BEGIN IMMEDIATE;" + "\n".join(script) + "COMMIT;")

    def close(self):
        """Close the file."""
        self.db.close()

    def rows(self, query, *values):
        """Return the rows of a query as dictionaries."""
        return [dict(row) for row in self.db.execute(query, values)]

    # --- Facts, kept as soon as they are there ---------------------------------------------

    def keep(self, data):
        """Keep bytes; return their hash."""
        name = hashlib.sha256(data).hexdigest()
        self.db.execute("INSERT OR IGNORE INTO content VALUES (?, ?)", (name, data))
        return name

    def content(self, sha256):
        """Return bytes by their hash."""
        query = "SELECT data FROM content WHERE sha256 = ?"
        return self.db.execute(query, (sha256,)).fetchone()[0]

    def keep_opened(self, sha256, made_of, found):
        """Keep what was found in bytes."""
        query = "INSERT INTO opened (sha256, made_of, found) VALUES (?, ?, ?)"
        self.db.execute(query, (sha256, made_of, as_json(found)))

    def opened(self, sha256, made_of):
        """Return what was found in bytes, None if they were not opened so."""
        query = "SELECT found FROM opened WHERE sha256 = ? AND made_of = ?"
        row = self.db.execute(query, (sha256, made_of)).fetchone()
        return row and json.loads(row[0])

    def keep_marking(self, student, homework, made_of, found=None, failed=None):
        """Keep one marking, or how it failed; return its number."""
        found = None if found is None else as_json(found)
        values = (now(), student, homework, *made_of.values(), found, failed)
        columns = ", ".join(("at", "student", "homework", *made_of, "found", "failed"))
        marks = ", ".join("?" * len(values))
        return self.db.execute(
            f"INSERT INTO marking ({columns}) VALUES ({marks})", values
        ).lastrowid

    def marking(self, student, homework, made_of):
        """Return number and findings of the newest marking made of the same, None if none is."""
        key = {"student": student, "homework": homework, **made_of}
        where = " AND ".join(f"{column} = ?" for column in key)
        query = f"SELECT number, found FROM marking WHERE {where} AND failed IS NULL"
        row = self.db.execute(f"{query} ORDER BY number DESC", tuple(key.values())).fetchone()
        return row and (row[0], json.loads(row[1]))

    # --- Decisions, all of a run in one transaction ----------------------------------------

    def last_run(self):
        """Return the number of the last run, 0 before the first."""
        return self.db.execute("SELECT coalesce(max(number), 0) FROM run").fetchone()[0]

    @contextlib.contextmanager
    def deciding(self, last, preview=False):
        """Make one change of all that is decided within: whole, or, in a preview, not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            if self.last_run() != last:
                raise Broken("Another run has changed the gradebook meanwhile. Run it once more.")
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("ROLLBACK" if preview else "COMMIT")

    def add_run(self, began, what, homework, source, code):
        """Add the run that decides; return its number."""
        columns = "began, ended, what, homework, source, code"
        values = (began, now(), what, homework, source, code)
        return self.db.execute(
            f"INSERT INTO run ({columns}) VALUES (?,?,?,?,?,?)", values
        ).lastrowid

    def put(self, table, run, rows):
        """Append those rows that are not as they were; return pairs of the old and the new."""
        key, changed = KEYS[table], []
        old = {tuple(row[k] for k in key): row for row in self.rows(f"SELECT * FROM now_{table}")}
        for row in rows:
            before = old.get(tuple(row[k] for k in key))
            if before is None or any(before[c] != row[c] for c in row if c not in UNCOMPARED):
                columns, values = ", ".join(("run", *row)), (run, *row.values())
                marks = ", ".join("?" * len(values))
                self.db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
                changed.append((before, row))
        return changed

    def add_hand_in(self, run, homework, path, sha256, source):
        """Add a file under its name; return its number."""
        values = (run, homework, path, sha256, source)
        columns = "run, homework, path, sha256, source"
        query = f"INSERT INTO hand_in ({columns}) VALUES (?, ?, ?, ?, ?)"
        return self.db.execute(query, values).lastrowid

    def hand_ins(self, homework):
        """Return all files of a homework, in the order in which they came.

        One that was too large to read is left out where the same name came with bytes, too.
        """
        rows = self.rows("SELECT * FROM hand_in WHERE homework = ? ORDER BY number", homework)
        read = {row["path"] for row in rows if row["sha256"]}
        return [row for row in rows if row["sha256"] or row["path"] not in read]

    # --- A person is forgotten -------------------------------------------------------------

    def forget(self, student):
        """Erase all that is a student's; return how many rows went.

        Bytes that nobody's hand-in has go too: they may have been this student's.
        """
        db = self.db
        theirs = ("student", "ruling", "by_hand", "mark", "result", "published", "marking")
        db.execute("PRAGMA foreign_keys = OFF")  # rows go in whatever order, all or none
        db.execute("PRAGMA secure_delete = ON")
        db.execute("BEGIN IMMEDIATE")
        for name in triggers():
            db.execute(f"DROP TRIGGER {name}")
        handed_in = "SELECT hand_in FROM now_ruling WHERE student = ?"
        query = f"DELETE FROM hand_in WHERE number IN ({handed_in})"
        gone = db.execute(query, (student,)).rowcount
        for table in theirs:
            gone += db.execute(f"DELETE FROM {table} WHERE student = ?", (student,)).rowcount
        db.execute("DELETE FROM ruling WHERE hand_in NOT IN (SELECT number FROM hand_in)")
        known = "SELECT sha256 FROM hand_in WHERE sha256 IS NOT NULL"
        for table in ("opened", "content"):
            db.execute(f"DELETE FROM {table} WHERE sha256 NOT IN ({known})")
        for statement in triggers().values():
            db.execute(statement)
        db.execute("COMMIT")
        db.execute("VACUUM")
        db.execute("PRAGMA foreign_keys = ON")
        return gone


def connect(path):
    """Return a connection that begins no transaction by itself."""
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def backups(folder):
    """Return the backups in a folder, the oldest first."""
    return sorted(Path(folder).glob(FILE.replace(".", "-*.")))


def back_up(book):
    """Copy a book beside itself, and keep the newest copies only; return the copy's path."""
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = book.path.with_name(FILE.replace(".", f"-{time}."))
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(path)) as copy:
        book.db.backup(copy)
    for old in backups(book.path.parent)[:-KEPT_BACKUPS]:
        old.unlink()
    return path
