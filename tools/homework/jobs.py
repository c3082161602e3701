"""What is done with one hand-in in a child: opening it, and marking it. Both return plain JSON."""

import functools
import re
import time
from collections import Counter
from pathlib import Path

from tools.homework import child, marking, masters, own, sandbox, submissions

SALT = re.compile(r'^SALT = "(\w+)"', re.MULTILINE)
TEST_SECONDS = 3  # of computing, for one test of ours
choose = functools.lru_cache(masters.choose)
for _name in masters.names():
    masters.read(_name)  # once, in the server from which the children come


def open_hand_in(handed, key, name=None):
    """Return what a file holds: which homework, and the student's own work; or why it is refused.

    Without a name the homework is the one that its cells belong to.
    """
    try:
        cells = submissions.notebook_cells(handed)
        which = which_homework(cells)
        homework = choose(name or which, key) if name or which else None
        if homework and which and which != homework.name:
            words = f"This notebook is {which}, not {homework.name}."
            raise submissions.Refused(f"{words} Please hand in {homework.name}.")
        if homework and not which and not is_of(cells, homework):
            words = f"This notebook has no question of {homework.name}."
            raise submissions.Refused(f"{words} {submissions.HOW}")
    except submissions.Refused as reason:
        return {"refused": str(reason)}
    work = vars(own.own_work(cells, homework)) if homework else None
    this_term = bool(homework) and is_this_term(cells, homework)
    return {"which": which, "work": work, "this_term": this_term}


def show(handed, key, name):
    """Return what a file shows to whoever marks the written answers; see `own.pieces_of`."""
    homework = choose(name, key)
    try:
        parts = own.own_parts(submissions.notebook_cells(handed), homework)
    except submissions.Refused as reason:
        return [["note", "", str(reason)]]
    return [piece for found in own.pieces_of(parts, homework).values() for piece in found]


def open_timed(*words):
    """Return what a file holds, and the seconds that this process has computed."""
    return [open_hand_in(*words), time.process_time()]


def copy_out(numbered, folder):
    """Copy the bytes of files into a folder, each under its number."""
    for number, handed in numbered:
        Path(folder, str(number)).write_bytes(handed.read())


def which_homework(cells):
    """Return the homework that most ids of cells belong to, "" if there are no such ids."""
    counts = Counter()
    for name in masters.names():
        ids = {
            masters.cell_id(cell)
            for cell in masters.read(name).cells
            if masters.parts(masters.cell_id(cell))[0]
        }
        counts[name] = len(ids & {cell["id"] for cell in cells})
    name, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return name if count else ""


def is_of(cells, homework):
    """Tell whether a notebook that has lost its ids has a cell or an answer of a homework."""
    given = {own.normal(cell.source) for cell in homework.cells(solution=False)}
    asked = {name for kind in homework.asked() for name in kind}
    return any(
        own.normal(cell["source"]) in given or asked & own.defined_in(cell["source"])
        for cell in cells
    )


def is_this_term(cells, homework):
    """Tell whether a notebook is this term's copy: by its salt, or by half of its questions."""
    salts = {found for cell in cells for found in SALT.findall(cell["source"])}
    if salts:
        return masters.salt(homework.key) in salts
    ids = {cell["id"] for cell in cells if masters.parts(cell["id"])[0]}
    present = ids & {masters.cell_id(cell) for cell in homework.nb.cells}
    return 2 * len(present) >= len(ids)


def mark(name, key, student_id, cells):
    """Return the marks of a student's cells, their problems, and the public laws they break."""
    homework = choose(name, key)
    program = marking.program(homework, student_id, cells)
    given = len(program) - len(cells)
    with sandbox.Session(program) as session:
        limited = functools.partial(child.processor_time, TEST_SECONDS)
        marks = marking.mark_all(homework, student_id, session, limited)
        session.forget()  # what a law prints is shown, and code could print what a test has asked
        with limited():
            laws = marking.broken_laws(homework, student_id, session, marks)
        problems = [
            [cells[number - given].strip().split("\n")[0][:60], text]
            for number, text in sorted(session.problems.items())
            if number >= given
        ]
    return {"marks": [one.as_dict() for one in marks], "problems": problems, "laws": laws}
