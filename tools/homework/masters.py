"""Reads the masters, chooses a term's version of each question, and makes student copies.

A master is a notebook in nbgrader's format. The id of a cell is `question-version-part`, such as
`horizon-a-test`; cells without a version are for all. `choose` keeps one version of each question,
`student_copy` takes out solutions and hidden tests, as nbgrader's `generate_assignment` does.
"""

import ast
import copy
import functools
import hashlib
import hmac
import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

FOLDER = Path(__file__).resolve().parents[2] / "homework"
CELL_ID = re.compile(r"(?P<question>[a-z_]+)-(?P<version>[ab])-(?P<part>[a-z]+)")
MARKER = "ltd-answer-key"  # a comment in every solution and hidden test; a test looks for leaks
STUB = ["# YOUR CODE HERE", "raise NotImplementedError()"]
WRITTEN_STUB = "YOUR ANSWER HERE"
SOLUTION, HIDDEN = "SOLUTION", "HIDDEN TESTS"


# --- Cells ---------------------------------------------------------------------------------


def settings(cell):
    """Return nbgrader's settings of a cell, {} if it has none."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def cell_id(cell):
    """Return nbgrader's id of a cell, "" if it has none."""
    return str(settings(cell).get("grade_id", ""))


def parts(name):
    """Return question, version and part of a cell's id, three times "" where it has no version."""
    match = CELL_ID.fullmatch(name)
    return (match["question"], match["version"], match["part"]) if match else ("", "", "")


def of(cell):
    """Return the question that a cell belongs to, "" for a cell without a version."""
    return parts(cell_id(cell))[0]


def regions(source, name):
    """Return the lines of a source, each with whether it lies in a region of that name.

    The lines that begin and end a region lie in it.
    """
    inside, lines = False, []
    for line in source.split("\n"):
        begins, ends = f"### BEGIN {name}" in line, f"### END {name}" in line
        inside = inside or begins
        lines.append((line, inside))
        inside = inside and not ends
    return lines


def without_region(source, name, stub=()):
    """Return a source whose regions of that name are replaced by the lines of a stub."""
    lines = []
    for line, inside in regions(source, name):
        if not inside:
            lines.append(line)
        elif f"### BEGIN {name}" in line:
            indent = re.match(r"\s*", line)[0]
            lines += [indent + word for word in stub]
    return "\n".join(lines)


def hidden_test(cell):
    """Return the code of a test cell that students do not get."""
    return "\n".join(line for line, inside in regions(cell.source, HIDDEN) if inside)


def rubric_of(cell):
    """Return the lines of the rubric that a question's cell has as data."""
    return cell.metadata.get("longterm", {}).get("rubric", [])


def sections_in(text):
    """Return the sections of the book that a text names: chapter and heading."""
    line = re.search(r"(?m)^\*\*Read:\*\* (.*)", text)
    chapter, found = 0, []
    for number, heading in re.findall(r"chapter (\d+)|\*([^*]+)\*", line[1] if line else ""):
        chapter = int(number or chapter)
        found += [(chapter, heading)] if heading else []
    return found


def asked_names(cell):
    """Return what a solution cell is to define: its functions, and its values, by name."""
    tree = ast.parse(without_region(cell.source, SOLUTION, ["pass"]))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    targets = [target for node in assigned for target in node.targets]
    return functions, [target.id for target in targets if isinstance(target, ast.Name)]


# --- A homework ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Test:
    """One graded cell."""

    name: str
    question: str
    points: float
    code: str


@dataclass(frozen=True)
class Homework:
    """The version of a master that is set in one term, with its solutions and tests."""

    name: str
    nb: nbformat.NotebookNode
    key: str = field(default="", repr=False)

    def cells(self, **wanted):
        """Return the cells whose settings of nbgrader are as wanted."""
        return [
            cell
            for cell in self.nb.cells
            if settings(cell) and all(bool(settings(cell).get(k)) == v for k, v in wanted.items())
        ]

    @property
    def questions(self):
        """Return the points of each question, the written one included, in order."""
        points = {}
        for cell in self.cells(grade=True):
            question = of(cell)
            points[question] = points.get(question, 0) + settings(cell)["points"]
        return points

    @property
    def titles(self):
        """Return the headings of the questions, without points and minutes."""
        found = {q: re.match(r"## (.*?) \(\d+ points?,", self.text(q)) for q in self.questions}
        return {question: match[1] if match else question for question, match in found.items()}

    def text(self, question):
        """Return the text of a question."""
        return self.cell(question).source

    def cell(self, question):
        """Return the cell with the text of a question."""
        cells = [c for c in self.cells(locked=True) if c.cell_type == "markdown"]
        return next(c for c in cells if of(c) == question)

    def is_personal(self, question):
        """Tell whether a question has numbers of a student's own."""
        return any(cell_id(c).endswith("-data") for c in self.cells() if of(c) == question)

    def sections(self, question):
        """Return the sections of the book that a question names: chapter and heading."""
        return sections_in(self.text(question))

    def rubric(self, question):
        """Return the lines of a written question's rubric: name, points and sentence."""
        lines = rubric_of(self.cell(question))
        return {line["name"]: (line["points"], line["sentence"]) for line in lines}

    @property
    def written(self):
        """Return the questions that people mark."""
        return [of(cell) for cell in self.cells(grade=True, solution=True)]

    @property
    def tests(self):
        """Return the graded cells that the machine marks."""
        cells = self.cells(grade=True, solution=False)
        return [Test(cell_id(c), of(c), settings(c)["points"], hidden_test(c)) for c in cells]

    @property
    def answers(self):
        """Return the cells in which students write code to be marked."""
        cells = self.cells(solution=True, grade=False)
        return [c for c in cells if c.cell_type == "code" and not cell_id(c).endswith("-figure")]

    @property
    def given(self):
        """Return the sources of the locked cells on which answers build, in order."""
        cells = self.cells(solution=False, grade=False)
        return [cell.source for cell in cells if cell.cell_type == "code"]

    def asked(self):
        """Return all functions and all values that are asked for, by name."""
        names = [asked_names(cell) for cell in self.answers]
        return [[name for group in kind for name in group] for kind in zip(*names, strict=True)]


def names():
    """Return the names of all homeworks."""
    return sorted(path.stem for path in FOLDER.glob("hw*.ipynb"))


def rubric(name):
    """Return the most points of each line of a homework's rubrics, whatever the version."""
    lines = [line for cell in read(name).cells for line in rubric_of(cell)]
    return {line["name"]: line["points"] for line in lines}


@functools.cache
def read(name):
    """Return a master with both versions of every question, not to be changed."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


# --- A term --------------------------------------------------------------------------------


def digest(key, *words):
    """Return bytes that depend on the key and on some words."""
    return hmac.new(key.encode(), "/".join(words).encode(), hashlib.sha256).digest()


def salt(key):
    """Return the salt that student copies of a term carry; the key does not follow from it."""
    return digest(key, "salt").hex()[:16]


def version(key, name, question):
    """Return which version of a question a term's key chooses."""
    return "ab"[digest(key, name, question)[0] % 2]


def choose(name, key, due="see your course page"):
    """Return a homework as one term sets it."""
    nb = copy.deepcopy(read(name))
    nb.cells = [cell for cell in nb.cells if is_set(cell, name, key)]
    for cell in nb.cells:
        cell.source = re.sub(r'(?m)^SALT = ".*?"', f'SALT = "{salt(key)}"', cell.source)
        cell.source = re.sub(r"(?m)^\*\*Due:\*\* .*", f"**Due:** {due}", cell.source)
    nb.metadata["longterm"] = {"homework": name, "term": salt(key)}
    return Homework(name, nb, key)


def with_answer(name, wanted):
    """Return a homework in some term that has a certain cell."""
    terms = (choose(name, f"key {number}") for number in itertools.count())
    return next(t for t in terms if wanted in {cell_id(cell) for cell in t.nb.cells})


def is_set(cell, name, key):
    """Tell whether a term has a cell: one for all, or one of the chosen version."""
    question, its_version, _ = parts(cell_id(cell))
    return not question or its_version == version(key, name, question)


def student_copy(homework):
    """Return the notebook that students get: no solution, no hidden test, locked where locked."""
    nb = copy.deepcopy(homework.nb)
    for cell in nb.cells:
        cell.source = student_source(cell)
        if settings(cell).get("locked"):
            cell.metadata.update(editable=False, deletable=False)
        elif settings(cell):
            cell.metadata.update(deletable=False)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def student_source(cell):
    """Return what students see of a cell."""
    source = without_region(cell.source, HIDDEN)
    if not settings(cell).get("solution"):
        return source
    if f"### BEGIN {SOLUTION}" in source:
        return without_region(source, SOLUTION, STUB)
    return "\n".join(STUB) if cell.cell_type == "code" else WRITTEN_STUB
