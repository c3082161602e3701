"""Known wrong answers: homework/wrong/hw1.py and its kind.

Each begins with `# %% question-version: what is wrong`, then `# loses:` and the parts of the
question that it loses. Tests hold every one to that; the summary of a class names those it finds.
"""

import re
from dataclasses import dataclass

from tools.homework import marking, masters

BEGINNING = re.compile(r"^# %% ([a-z_]+-[ab]): (.+)\n# loses: (.+)\n", re.M)


@dataclass(frozen=True)
class Wrong:
    """A wrong answer to one question, and the graded cells that it loses."""

    answer: str
    name: str
    loses: frozenset
    code: str


def read(name):
    """Return the known wrong answers of a homework, both versions."""
    path = masters.FOLDER / "wrong" / f"{name}.py"
    _, *pieces = BEGINNING.split(path.read_text(encoding="utf-8"))
    groups = zip(pieces[::4], pieces[1::4], pieces[2::4], pieces[3::4], strict=True)
    return [
        Wrong(f"{cell}-answer", what, frozenset(f"{cell}-{part}" for part in loses.split()), code)
        for cell, what, loses, code in groups
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
        if mark.points == mark.most or not mark.trace:
            return []
        test = next(test for test in self.homework.tests if test.name == mark.test)
        key = test.name, student_id if "my_numbers" in test.code else ""
        if key not in self.known:
            self.known[key] = traces(self.homework, student_id, test)
        return [name for name, trace in self.known[key] if trace == mark.trace]
