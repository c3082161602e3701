"""Known wrong answers: homework/wrong/hw1.py and its kind.

Each begins with `# %% question-version: what is wrong`, then `# loses:` and the parts of the
question that it loses. Tests hold every one to that; the summary of a class names those it finds.
"""

import re
from dataclasses import dataclass

from homework import marking, masters

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


def marks(homework, student_id, wrong):
    """Return the marks that a wrong answer gets in its own question."""
    session = marking.Here(marking.program(homework, student_id, cells_with(homework, wrong)))
    question = masters.parts(wrong.answer)[0]
    tests = [test for test in homework.tests if test.question == question]
    return [marking.mark(homework, test, student_id, session) for test in tests]
