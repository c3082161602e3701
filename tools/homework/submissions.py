"""Opens what was handed in, however mangled, and gives its cells.

Nothing here runs student code. What is no notebook is refused with a sentence to send.
"""

import contextlib
import io
import json
import os
import re
import sqlite3
import stat
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC
from functools import lru_cache
from pathlib import Path, PurePosixPath

import yaml
from tools.homework import child, names, own

MOST_BYTES, MOST_CELLS, MOST_FILES = 20_000_000, 300, 100
MOST_EACH, MOST_BYTES_EACH = 20, 40_000_000  # files of one student
MOST_LISTED, MOST_OF_NOBODY = 2 * MOST_EACH, 1000  # notebooks, and as many other files
MOST_DEEP, LONGEST, LISTING_SECONDS = 30, 1000, 20  # of folders, of names, of a class's zip
MOST_CELL, MOST_SOURCE = 20_000, 400_000  # characters
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a bound

TABLE, SUBMISSION = "submission_metadata.yml", re.compile(r"(?:[^/]+/)?(submission_\d+)/")

RESEND = {
    ".pdf": "a PDF shows what the notebook looked like, and it cannot be run",
    ".py": "a .py file is the code without the notebook, and answers cannot be told apart in it",
    ".html": "a web page shows what the notebook looked like, and it cannot be run",
    ".docx": "a text document cannot be run",
}
LINKS = {".url", ".webloc", ".txt", ".desktop", ".gdoc", ".lnk"}
HOW = (
    "Please hand in the notebook itself: in Colab, File, Download, Download .ipynb; "
    "in JupyterLab, File, Download."
)


class Refused(Exception):
    """A file that is not marked; the message is a sentence to send to the student."""


@dataclass(frozen=True)
class Handed:
    """One file as it was handed in: its bytes, or where they are to be read."""

    path: str
    data: bytes = field(default=b"", repr=False)
    source: str = ""  # the file itself, the class's zip, or the gradebook
    member: str | None = None  # what it is called in the zip
    sha256: str = ""  # of the bytes, in the gradebook
    taken: int = 0  # its place among a homework's files, in the order in which they came
    owner: str = ""  # the ID of whose it is, once that is known

    def read(self):
        """Return the bytes; none if it is no plain file, damaged, or packed without a bound."""
        if not self.source:
            return self.data
        if self.sha256:
            return kept_bytes(self.source, self.sha256)
        if self.member is None:
            return plain_bytes(self.source)
        archive = archive_at(self.source, os.stat(self.source).st_mtime_ns)
        return unpacked(archive, archive.getinfo(self.member))


@lru_cache(maxsize=1)
def archive_at(path, time):
    """Return a zip, of which many files are read one after the other."""
    return zipfile.ZipFile(path)


# --- Files ---------------------------------------------------------------------------------


def collect(source, owner, system="IDs"):
    """Return all files of a folder or a zip, by their path in it; system files are left out.

    A folder around all of them, of the zip's own name, counts for nothing. `owner` tells whose a
    path is. Files of nobody, and those of a student who has handed in very
    many or very large ones, are listed and never read: they cost nobody else anything.
    """
    source = Path(source)
    around = names.WRAPPINGS | {source.stem}
    if source.is_dir():
        files = few_of_each(walked(source), system, around)
    else:
        try:
            files = child.run(listing, str(source), system, around, seconds=LISTING_SECONDS)
        except child.Failed as error:
            raise FileNotFoundError(f"{source} is no folder and no zip ({error})") from None
    files = [
        (path if owner(path) else names.unwrapped(path, around), size, place)
        for path, size, place in files
    ]
    return within_bounds(named_by(system, files), owner)


def walked(source):
    """Yield path, size and place of the files below a folder; what lies too deep is one file."""
    waiting = [(source, 1)]
    while waiting:
        folder, depth = waiting.pop()
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            deep = entry.is_dir(follow_symlinks=False)
            if deep and is_clutter(entry.name):
                continue
            if deep and depth < MOST_DEEP:
                waiting.append((entry.path, depth + 1))
            else:
                path = os.fsencode(os.path.relpath(entry.path, source))
                size = MOST_BYTES + 1 if deep else entry.stat(follow_symlinks=False).st_size
                yield path.decode("utf-8", "backslashreplace"), size, (entry.path,)


def listing(path, system, around):
    """Return names and sizes of the files in a zip. They may be anybody's: do it in a child."""
    with zipfile.ZipFile(path) as archive:
        files = ((e.filename, e.file_size, (path, e.filename)) for e in archive.infolist())
        return few_of_each((f for f in files if f[0][-1:] != "/"), system, around)


def few_of_each(files, system, around):
    """Return files, of each owner that a system names as many as are listed, and not very long."""
    count, found = Counter(), []
    for file in files:
        path = names.unwrapped(file[0], around)
        folder = SUBMISSION.match(path)
        whose = folder[1] if folder else names.identity(path, system)
        count[key := (whose, notebooks_first(path)[0])] += 1
        most = MOST_LISTED if whose else MOST_OF_NOBODY
        if count[key] <= most and len(path) <= LONGEST:
            found.append(file)
    return found


def named_by(system, files):
    """Return files; those of Gradescope under the accounts and times that its table has.

    It names a folder after a number of its own, and says in a table beside whose that is.
    """
    at_top = (file for file in files if not SUBMISSION.match(file[0]))
    tables = [place for path, _, place in at_top if path.rpartition("/")[2] == TABLE]
    if system != "Gradescope" or not tables:
        return files
    try:
        known, named = child.run(submitters, Handed(TABLE, b"", *tables[0])), []
    except child.Failed as error:
        raise FileNotFoundError(f"{TABLE} cannot be read: {error}") from None
    for path, size, place in files:
        folder = SUBMISSION.match(path)
        whose = known.get(folder[1], []) if folder else []
        named += [(f"{who}/{path[folder.start(1) :]}", size, place) for who in whose]
    return named


def submitters(table):
    """Return by folder who has submitted it, and when: `4711 2027-04-19-21-30-05`, in UTC."""
    found = {}
    for folder, row in yaml.safe_load(table.read()).items():
        time = row[":created_at"].astimezone(UTC).strftime(names.NUMBERED)
        people = [str(who.get(":sid") or who.get(":email")) for who in row.get(":submitters", [])]
        found[folder] = [f"{re.sub('[ /]', '', account)} {time}" for account in people]
    return found


def notebooks_first(path):
    """Return what sorts files: those that may hold a notebook come first."""
    return suffix_of(path) not in (".ipynb", ".json", ".zip"), path


def suffix_of(path):
    """Return how a path ends, in lower case; `.ipynb.txt` is a notebook that a browser saved."""
    path = path.lower()
    return ".ipynb" if path.endswith(".ipynb.txt") else PurePosixPath(path).suffix


def within_bounds(files, owner):
    """Return files by their path, to be read as far as each one's owner may hand in so much."""
    left, found = {}, []
    for path, size, place in sorted(files, key=lambda file: notebooks_first(file[0])):
        if not is_clutter(path):
            who = owner(path)
            count, space = left.get(who, (MOST_EACH, MOST_BYTES_EACH))
            if who and count and size <= min(space, MOST_BYTES):
                left[who] = count - 1, space - size
                found.append(Handed(path, b"", *place))
            else:
                found.append(Handed(path))
    return sorted(found, key=lambda handed: handed.path)


def plain_bytes(path):
    """Return the bytes of a file; none if it is a link or a pipe, or larger than any homework."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    with os.fdopen(file, "rb") as stream:
        return stream.read(MOST_BYTES) if stat.S_ISREG(os.fstat(file).st_mode) else b""


def kept_bytes(book, sha256):
    """Return the bytes that a gradebook keeps under a hash."""
    where = f"{Path(book).absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(where, uri=True, timeout=30)) as db:
        return db.execute("SELECT data FROM content WHERE sha256 = ?", (sha256,)).fetchone()[0]


def is_clutter(path):
    """Tell whether a path is one that an operating system or Jupyter leaves behind."""
    names = PurePosixPath(path).parts
    return any(name.startswith((".", "__MACOSX")) or name == "Thumbs.db" for name in names)


def unzip(data):
    """Return the files in a zip; too many or too large ones are left out."""
    files = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist()[:MOST_FILES]:
            if not entry.is_dir():
                files.append(Handed(entry.filename, unpacked(archive, entry)))
    return sorted(files, key=lambda file: file.path)


def unpacked(archive, entry):
    """Return the bytes of a file in a zip; none if it is too large, damaged or oddly packed."""
    if entry.file_size > MOST_BYTES or entry.compress_type not in METHODS:
        return b""
    try:
        with archive.open(entry) as stream:
            return stream.read(MOST_BYTES)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ):
        return b""


def notebook_cells(handed):
    """Return the cells of a notebook that was handed in; `Refused` says what to send instead."""
    data = only_notebook(handed.path, handed.read())
    try:
        content = json.loads(data.decode("utf-8-sig"))
        listed = content["cells"] if "cells" in content else content["worksheets"][0]["cells"]
        found = [own.plain_cell(cell) for cell in listed if isinstance(cell, dict)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise Refused(f"The file is damaged and cannot be opened as a notebook. {HOW}") from None
    if max((len(cell["source"]) for cell in found), default=0) > MOST_CELL:
        raise Refused(f"A cell has more than {MOST_CELL:,} characters, which no answer needs.")
    if sum(len(cell["source"]) for cell in found) > MOST_SOURCE:
        raise Refused(f"The cells have more than {MOST_SOURCE:,} characters in all.")
    if len(found) > MOST_CELLS:
        raise Refused(f"The notebook has more than {MOST_CELLS} cells. {HOW}")
    return found


def only_notebook(path, data):
    """Return the bytes of the notebook: of the file itself, or of the only one in a zip."""
    suffix = suffix_of(path)
    if suffix == ".zip":
        try:
            inside = [f for f in unzip(data) if suffix_of(f.path) == ".ipynb"]
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError):
            inside = []
        inside = [file for file in inside if not is_clutter(file.path)]
        if len(inside) != 1:
            raise Refused(f"The zip does not hold exactly one notebook. {HOW}")
        data = inside[0].data
    elif suffix in LINKS:
        raise Refused(f"A link is no copy: what is behind it can change. {HOW}")
    elif suffix not in (".ipynb", ".json"):
        why = RESEND.get(suffix, f"a {suffix or 'nameless'} file is no notebook")
        raise Refused(f"This cannot be marked: {why}. {HOW}")
    if not data:
        most = MOST_BYTES // 10**6
        raise Refused(f"The file is empty, damaged, larger than {most} MB, or one of many. {HOW}")
    return data
