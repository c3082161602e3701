"""Asks the tests about one student's answers.

A test is the hidden part of a graded cell. It is run here, outside the sandbox, and what it calls
as the student's function is a call through the pipe.
"""

import contextlib
import re
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from tools.homework import masters, plain, sandbox, worker

NOT_ANSWERED = "Not answered."
MOST_TRACED = 1000
OUR_FAULT = "Not marked: our own test fails here. It costs you nothing."
OTHER_FORM = "The answer does not have the form that the question asks for."


class Lost(Exception):
    """A test that is lost; the message is for the student."""


@dataclass(frozen=True)
class Mark:
    """What one graded cell gave. `trace` has the values that the answer returned.

    The points are None where our own test is at fault.
    """

    test: str
    question: str
    points: float
    most: float
    message: str
    trace: list = field(default_factory=list)

    @property
    def lost(self):
        """Tell whether points were lost: not those that nobody could mark."""
        return self.points is not None and self.points < self.most

    def as_dict(self):
        return asdict(self)


def silent(*words, **options):
    """Print nothing."""


class Here:
    """Cells that we trust, run in this process: our own solutions and known wrong answers."""

    def __init__(self, cells):
        self.answers, self.problems = worker.Answers(), {}
        self.answers.names["print"] = silent
        for number, source in enumerate(cells):
            reply = self.answers.reply({"do": "run", "source": source})
            if "error" in reply:
                self.problems[number] = ": ".join(reply["error"])

    def call(self, name, *values):
        encoded = [plain.encode(value) for value in values]
        request = {"do": "call", "name": name, "values": encoded}
        return sandbox.value_in(self.answers.reply(request))

    def get(self, name):
        return sandbox.value_in(self.answers.reply({"do": "get", "name": name}))


def program(homework, student_id, cells):
    """Return all that a student's sandbox runs: the ID, the given cells, the student's own."""
    return [f"STUDENT_ID = {str(student_id)!r}", *homework.given, *cells]


def solutions(homework):
    """Return the cells of the master that hold its solutions."""
    return [cell.source for cell in homework.answers]


def mark_all(homework, student_id, session, limited=contextlib.nullcontext):
    """Return the marks of all tests of a homework, each test run within a limit."""
    marks = []
    for test in homework.tests:
        with limited():
            found = mark(homework, test, student_id, session)
        if found.lost and found.message != NOT_ANSWERED:
            found = unless_ours(homework, test, student_id, found, limited)
        marks.append(found)
    return marks


def unless_ours(homework, test, student_id, found, limited):
    """Return a lost mark, without points if our own solution does not pass the test either."""
    with limited():
        ours = Here(program(homework, student_id, solutions(homework)))
        lost = mark(homework, test, student_id, ours).lost
    return replace(found, points=None, message=OUR_FAULT) if lost else found


def mark(homework, test, student_id, session):
    """Return the mark of one graded cell: all of its points or none."""
    trace = []
    try:
        names = test_names(homework, test, student_id, session, trace)
        with np.errstate(all="ignore"):
            exec(compile(test.code, test.name, "exec", dont_inherit=True), names)
    except (Lost, AssertionError) as error:
        message = str(error) or "A test of this part fails."
    except sandbox.NoSandbox:
        raise
    except Exception:
        message = OTHER_FORM
    else:
        return Mark(test.name, test.question, test.points, test.points, "Correct.", trace)
    return Mark(test.name, test.question, 0, test.points, message, trace)


def broken_laws(homework, student_id, session, marks):
    """Return by question the public law that fails, of questions that were tried and lost."""
    lost = {m.question for m in marks if m.lost and m.message != NOT_ANSWERED}
    laws = {q: broken_law(homework, q, student_id, session) for q in sorted(lost)}
    return {question: law for question, law in laws.items() if law}


def broken_law(homework, question, student_id, session):
    """Return the first public law that an answer does not meet, as its check says it; else ""."""
    said = []
    for cell in homework.cells(grade=True, solution=False):
        if masters.of(cell) == question:
            code = masters.without_region(cell.source, masters.HIDDEN)
            test = masters.Test("public", question, 0, code)
            try:
                names = test_names(homework, test, student_id, session, [])
                names["print"] = lambda *words: said.append(" ".join(words))
                with np.errstate(all="ignore"):
                    exec(compile(code, "public", "exec", dont_inherit=True), names)
            except Lost as error:
                said.append(str(error))
    words = next((words for words in said if not words.startswith("Correct so far.")), "")[:600]
    return re.sub(r"^(Almost|Not there yet)[.:]( This should hold:)? |Lost: ", "", words)


def test_names(homework, test, student_id, session, trace):
    """Return the names that a test sees: the given cells', and the student's answers."""
    names = {"__name__": "test", "STUDENT_ID": str(student_id), "print": silent}
    for source in homework.given:
        exec(compile(source, "given", "exec", dont_inherit=True), names)
    functions, values = homework.asked()
    code = compile(test.code, test.name, "exec", dont_inherit=True)
    used = all_names(code)
    names |= {name: caller(session, name, trace) for name in functions if name in used}
    for name in values:
        if name in used:
            names[name] = asked(lambda name=name: session.get(name), name, trace)
    return names


def all_names(code):
    """Return all names that a code object uses, those of functions within it too."""
    inner = [const for const in code.co_consts if hasattr(const, "co_names")]
    return set(code.co_names).union(*map(all_names, inner))


def caller(session, name, trace):
    """Return a function that calls the student's function of that name."""

    def call(*values):
        return asked(lambda: session.call(name, *values), name, trace)

    call.__name__ = name
    return call


def asked(ask, name, trace):
    """Return what a student's answer gives, and note it; an answer that fails is lost.

    No text of an error is passed on: it may have been made from a hidden test.
    """
    try:
        value = ask()
    except sandbox.StudentError as error:
        kind = error.args[0]
        words = {"NotImplementedError": NOT_ANSWERED, "NotPlain": OTHER_FORM}
        raise Lost(words.get(kind, f"`{name}` stops with {kind}.")) from None
    except sandbox.Broken as error:
        raise Lost(f"`{name}`: it {error}.") from None
    if value is None:
        raise Lost(NOT_ANSWERED)
    if is_empty(value):  # of an empty answer any law holds
        raise Lost(OTHER_FORM)
    if len(trace) < MOST_TRACED:
        trace.append(summary(value))
    return value


def is_empty(value):
    """Tell whether an answer, or a part of it, holds nothing."""
    if isinstance(value, list):
        return not value or any(map(is_empty, value))
    return isinstance(value, np.ndarray) and value.size == 0


def summary(value, most=50):
    """Return a short form of a value, the same for values that differ by rounding only."""
    if isinstance(value, str):
        return value[:80]
    if isinstance(value, list):
        return [summary(item, most // 5) for item in value[:most]]
    array = np.asarray(value)
    if array.dtype.kind not in "iufcb":
        return type(value).__name__
    flat = array.astype(complex).ravel()[:50]
    return [list(array.shape), *(rounded(part) for z in flat for part in (z.real, z.imag))]


def rounded(number):
    """Return a number to six digits, as text."""
    return "0" if abs(number) < 1e-12 else f"{number:.6g}"
