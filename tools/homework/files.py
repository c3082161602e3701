"""Writes files whole or not at all, and makes harmless what others have put into texts."""

import csv
import io
import os
import re
import tempfile
from pathlib import Path

FORMULA = re.compile(r"\s*[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
# Controls but tab and line feed, line and paragraph separators, halves of pairs, directions.
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def write(path, text, mode=0o600):
    """Write text or bytes beside their place and rename: a full disk leaves what was there."""
    path = Path(path)
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def visible(text):
    """Return a text in which what steers a terminal, or turns its direction, is spelled out."""
    return ACTS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def to_csv(rows):
    """Return rows as the text of a CSV file, in which no value is a formula to a spreadsheet."""
    head = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(defused, head))
    writer.writerows([defused(row.get(column, "")) for column in head] for row in rows)
    return text.getvalue()


def defused(value):
    """Return a value as text that a spreadsheet takes for text, or for a number."""
    text = visible(str(value))
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def from_csv(path):
    """Return the rows of a table that was written here, none if there is none."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows = [[v[1:] if v[:1] == "'" and FORMULA.match(v[1:]) else v for v in row] for row in rows]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
