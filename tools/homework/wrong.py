"""Known wrong answers: homework/wrong/hw1.py and its kind.

Each begins with `# %% question-version: what is wrong`, then `# loses:` and the parts of the
question that it loses, then `# try:` and what a student may do next. `make homework-check` holds
every one to that; summary and feedback name those they find.
"""

import re
from dataclasses import dataclass

from tools.homework import marking, masters

BEGINNING = re.compile(r"^# %% ([a-z_]+-[ab]): (.+)\n# loses: (.+)\n# try: (.+)\n", re.M)


@dataclass(frozen=True)
class Wrong:
    """A wrong answer to one question, and the graded cells that it loses."""

    answer: str
    name: str
    loses: frozenset
    advice: str
    code: str


def read(name):
    """Return the known wrong answers of a homework, both versions."""
    path = masters.FOLDER / "wrong" / f"{name}.py"
    _, *pieces = BEGINNING.split(path.read_text(encoding="utf-8"))
    groups = zip(*(pieces[start::5] for start in range(5)), strict=True)
    return [
        Wrong(f"{cell}-answer", what, frozenset(f"{cell}-{part}" for part in loses.split()), *rest)
        for cell, what, loses, *rest in groups
    ]


def in_term(homework):
    """Return the wrong answers to the versions of a homework that a term sets."""
    present = {masters.cell_id(cell) for cell in homework.answers}
    return [wrong for wrong in read(homework.name) if wrong.answer in present]


def cells_with(homework, wrong):
    """Return the master's solutions, one of them replaced by a wrong answer."""
    return [
        wrong.code if masters.cell_id(cell) == wrong.answer else cell.source
        for cell in homework.answers
    ]


def traces(homework, student_id, test):
    """Return (name, trace) of all known wrong answers that lose a test."""
    found = []
    for item in in_term(homework):
        if test.name in item.loses:
            cells = cells_with(homework, item)
            session = marking.Here(marking.program(homework, student_id, cells))
            found.append((item.name, marking.mark(homework, test, student_id, session).trace))
    return found


class Likeness:
    """Tells which known wrong answer a lost test looks like: one that gave the same values.

    Tests without numbers of a student's own are asked once for a whole class.
    """

    def __init__(self, homework):
        self.homework, self.known = homework, {}

    def names(self, student_id, mark):
        """Return the names of the known wrong answers that a mark looks like."""
        if not mark.lost or not mark.trace:
            return []
        test = next(test for test in self.homework.tests if test.name == mark.test)
        key = test.name, student_id if "my_numbers" in test.code else ""
        if key not in self.known:
            self.known[key] = traces(self.homework, student_id, test)
        return [name for name, trace in self.known[key] if trace == mark.trace]


# --- What a student is told ----------------------------------------------------------------


def told(homework, item, student_id="s001"):
    """Return what is found of a student whose only mistake is a known one, and the feedback."""
    from tools.homework import grading, pages, term

    session = marking.Here(marking.program(homework, student_id, cells_with(homework, item)))
    result = grading.Result(term.Student(student_id, "", (), {}), grading.MARKED)
    result.marks = marking.mark_all(homework, student_id, session)
    result.laws = marking.broken_laws(homework, student_id, session, result.marks)
    likeness = Likeness(homework)
    result.looks_like = {m.test: likeness.names(student_id, m) for m in result.marks}
    return result, pages.feedback(homework, result)
