"""What is done with one hand-in in a child: opening it, and marking it. Both return plain JSON."""

import functools
from collections import Counter

from tools.homework import child, marking, masters, own, sandbox, submissions

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
    except submissions.Refused as reason:
        return {"refused": str(reason)}
    work = vars(own.own_work(cells, homework)) if homework else None
    this_term = bool(homework) and is_this_term(cells, homework)
    return {"which": which, "work": work, "this_term": this_term}


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


def is_this_term(cells, homework):
    """Tell whether at least half of a notebook's questions are in this term's version."""
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
