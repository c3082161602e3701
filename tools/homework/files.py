"""Writes files whole or not at all, and makes harmless what others have put into texts."""

import csv
import io
import os
import re
import tempfile
import unicodedata
from pathlib import Path

FORMULA = re.compile(r"\s*[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def write(path, text):
    """Write text or bytes beside their place and rename: a full disk leaves what was there."""
    path = Path(path)
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o600)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def visible(text):
    """Return a text in which what steers a terminal, or turns its direction, is spelled out."""
    return "".join(map(visible_character, text))


def visible_character(c):
    """Return a character, or its number where it would act and not be seen."""
    acts = unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in DIRECTIONS
    return f"\\u{ord(c):04x}" if acts and c not in "\n\t" else c


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
