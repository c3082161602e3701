"""Tells which cells of a notebook, however mangled, are the student's own, and what is in them."""

import ast
from dataclasses import dataclass

from tools.homework import masters

MOST_PARTS = 10


def plain_cell(cell):
    """Return type, source and id of a cell, whatever else it holds."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = cell.get("metadata")
    known = masters.cell_id({"metadata": metadata if isinstance(metadata, dict) else {}})
    text = source if isinstance(source, str) else ""
    return {"type": cell.get("cell_type"), "source": text, "id": known}


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
        if cell["type"] != "code" or not text or text in untouched or id_in(text.split("\n", 1)[0]):
            continue
        if known.endswith("-figure"):
            continue
        if known in locked and known not in answers and not asked & defined(cell["source"]):
            continue
        own.append(cell)
    return Work(joined(own), typed_id(cells), written_answers(cells, homework))


def joined(cells):
    """Return the sources of cells; parts of one cell that was split are put together again."""
    groups = {}
    for number, cell in enumerate(cells):
        groups.setdefault(cell["id"] or number, []).append(cell["source"])
    wholes = {known: "\n".join(parts) for known, parts in groups.items() if is_split(parts)}
    sources = []
    for number, cell in enumerate(cells):
        known = cell["id"] or number
        if known not in wholes:
            sources.append(cell["source"])
        elif wholes[known]:
            sources.append(wholes[known])
            wholes[known] = ""
    return sources


def is_split(parts):
    """Tell whether cells are parts of one: not all of them are Python, and together they are."""
    if not 1 < len(parts) <= MOST_PARTS or all(map(compiles, parts)):
        return False
    return compiles("\n".join(parts))


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
        if cell["type"] == "code":
            for line in cell["source"].splitlines():
                if found := id_in(line):
                    return found[1].partition("#")[0].strip("\"' ")[:60]
    return ""


def id_in(line):
    """Return the two sides of a line that sets the student's ID, None of any other line."""
    name, equals, value = line.partition("=")
    return (name, value) if equals and name.strip() == "STUDENT_ID" else None


def written_answers(cells, homework):
    """Return the texts of the written answers by question, "" where nothing was written."""
    texts = dict.fromkeys(homework.written, "")
    for cell in cells:
        question, _, part = masters.parts(cell["id"])
        if question in texts and part == "written" and cell["source"] != masters.WRITTEN_STUB:
            texts[question] = cell["source"][:20_000]
    return texts
