"""Opens what was handed in, however mangled, and picks out the student's own cells.

Nothing here runs student code. What is no notebook is refused with a sentence to send.
"""

import ast
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tools.homework import masters

MOST_BYTES, MOST_CELLS, MOST_FILES = 20_000_000, 300, 5000
ID_CELL = re.compile(r"^\s*STUDENT_ID\s*=\s*(.*?)\s*(?:#.*)?$", re.M)

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
    """One file as it was handed in."""

    path: str
    data: bytes = field(repr=False)


# --- Files ---------------------------------------------------------------------------------


def collect(source):
    """Return all files of a folder or a zip, by their path in it; system files are left out."""
    source = Path(source)
    if source.is_dir():
        paths = sorted(path for path in source.rglob("*") if path.is_file())
        files = [
            Handed(path.relative_to(source).as_posix(), b"" if too_big(path) else path.read_bytes())
            for path in paths
            if not path.is_symlink()
        ]
    elif zipfile.is_zipfile(source):
        files = unzip(source.read_bytes())
    else:
        raise FileNotFoundError(f"{source} is no folder and no zip")
    return [file for file in files if not is_clutter(file.path)]


def too_big(path):
    """Tell whether a file is larger than any homework."""
    return path.stat().st_size > MOST_BYTES


def is_clutter(path):
    """Tell whether a path is one that an operating system or Jupyter leaves behind."""
    names = PurePosixPath(path).parts
    return any(name.startswith((".", "__MACOSX")) or name == "Thumbs.db" for name in names)


def unzip(data):
    """Return the files in a zip; too many or too large ones are left out."""
    files = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist()[:MOST_FILES]:
            if not entry.is_dir() and entry.file_size <= MOST_BYTES:
                with archive.open(entry) as stream:
                    files.append(Handed(entry.filename, stream.read(MOST_BYTES)))
    return sorted(files, key=lambda file: file.path)


def notebook_cells(handed):
    """Return the cells of a notebook that was handed in; `Refused` says what to send instead."""
    data = only_notebook(handed)
    try:
        content = json.loads(data.decode("utf-8-sig"))
        cells = content["cells"] if "cells" in content else content["worksheets"][0]["cells"]
        found = [plain_cell(cell) for cell in cells if isinstance(cell, dict)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise Refused(f"The file is damaged and cannot be opened as a notebook. {HOW}") from None
    if len(found) > MOST_CELLS:
        raise Refused(f"The notebook has more than {MOST_CELLS} cells. {HOW}")
    return found


def only_notebook(handed):
    """Return the bytes of the notebook: of the file itself, or of the only one in a zip."""
    suffix = PurePosixPath(handed.path).suffix.lower()
    if suffix == ".zip":
        try:
            inside = [f for f in unzip(handed.data) if f.path.lower().endswith(".ipynb")]
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError, ValueError):
            inside = []
        inside = [file for file in inside if not is_clutter(file.path)]
        if len(inside) != 1:
            raise Refused(f"The zip does not hold exactly one notebook. {HOW}")
        return inside[0].data
    if suffix in LINKS:
        raise Refused(f"A link is no copy: what is behind it can change. {HOW}")
    if suffix != ".ipynb" and suffix != ".json":
        why = RESEND.get(suffix, f"a {suffix or 'nameless'} file is no notebook")
        raise Refused(f"This cannot be marked: {why}. {HOW}")
    if not handed.data:
        raise Refused(f"The file is empty or larger than {MOST_BYTES // 10**6} MB. {HOW}")
    return handed.data


def plain_cell(cell):
    """Return type, source and id of a cell, whatever else it holds."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    known = masters.cell_id({"metadata": metadata if isinstance(metadata, dict) else {}})
    text = source if isinstance(source, str) else ""
    return {"type": cell.get("cell_type"), "source": text, "id": known}


# --- Cells ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """A student's own cells, what they typed as ID, their written answers, and notes."""

    cells: list
    typed_id: str
    written: dict


def own_work(cells, homework):
    """Return what in a notebook is the student's own.

    Cells are told by their id, then by content: given cells, tests and untouched stubs are left
    out, wherever and however often they stand. A given cell counts as the student's if it was
    changed and now defines something that is asked for.
    """
    locked = {masters.cell_id(c): normal(masters.student_source(c)) for c in homework.cells()}
    answers = {masters.cell_id(cell) for cell in homework.answers}
    untouched, asked = set(locked.values()), {name for kind in homework.asked() for name in kind}
    own = []
    for cell in cells:
        known, text = cell["id"], normal(cell["source"])
        if cell["type"] != "code" or not text or text in untouched or ID_CELL.match(text):
            continue
        if known.endswith("-figure"):
            continue
        if known in locked and known not in answers and not asked & defined(cell["source"]):
            continue
        own.append(cell)
    return Work(joined(own), typed_id(cells), written_answers(cells, homework))


def joined(cells):
    """Return the sources of cells; parts of one cell that was split are put together again."""
    sources, used = [], set()
    for number, cell in enumerate(cells):
        if number in used:
            continue
        twins = [n for n, other in enumerate(cells) if cell["id"] and other["id"] == cell["id"]]
        whole = "\n".join(cells[n]["source"] for n in twins)
        split = len(twins) > 1 and not all(compiles(cells[n]["source"]) for n in twins)
        if split and compiles(whole):
            sources.append(whole)
            used.update(twins)
        else:
            sources.append(cell["source"])
    return sources


def compiles(source):
    """Tell whether a source is Python."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def defined(source):
    """Return the names that a source defines at its top level, none if it is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    targets = [t for node in body if isinstance(node, ast.Assign) for t in node.targets]
    return names | {target.id for target in targets if isinstance(target, ast.Name)}


def normal(source):
    """Return a source without what editors change: blanks at ends of lines, and empty lines."""
    return "\n".join(line.rstrip() for line in source.splitlines() if line.strip())


def typed_id(cells):
    """Return what the student typed as ID, "" if nothing can be read."""
    for cell in cells:
        match = ID_CELL.search(cell["source"]) if cell["type"] == "code" else None
        if match:
            return match[1].strip("\"' ")[:60]
    return ""


def written_answers(cells, homework):
    """Return the texts of the written answers by question, "" where nothing was written."""
    texts = dict.fromkeys(homework.written, "")
    for cell in cells:
        question, _, part = masters.parts(cell["id"])
        if question in texts and part == "written" and cell["source"] != masters.WRITTEN_STUB:
            texts[question] = cell["source"][:20_000]
    return texts
