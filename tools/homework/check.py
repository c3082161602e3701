"""Says in plain words what a changed master lacks: `make homework-check`.

First its form: ids, versions, points and minutes, the regions that students do not get, the rubric,
the sections to read, and wrong answers that lose each graded cell. Where that is in order, all is
run: solutions get all points and an untouched copy none, and each wrong answer loses what it should
and is told why. `tests/homework/test_homework_masters.py` holds every master to it.
"""

import itertools
import os
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from html import escape

from tools.homework import marking, masters, pages, wrong

HEADING = re.compile(r"## .+ \((\d+) points?, about (\d+) minutes\)")
IN_ALL = re.compile(r"\*\*Points:\*\* (\d+)(?:, of which (\d+))?")
IN_PROSE = re.compile(r"(?m)^\d+\. \*(\w+)\* \((\d+) points?\): (.*)")
MINUTES = range(75, 101)  # of a whole homework
SHORT = range(30, 46)  # of one without a written question
SHARED = {"intro", "tools"}
STUDENTS = ("s001", "4711", "Åsa")
KINDS = {  # by part: type of the cell, and which of nbgrader's settings hold
    "text": ("markdown", {"locked"}),
    "data": ("code", {"locked"}),
    "answer": ("code", {"solution"}),
    "figure": ("code", {"solution"}),
    "written": ("markdown", {"solution", "grade"}),
}
TEST = ("code", {"grade", "locked"})  # any other part


def faults(name):
    """Return all that a master lacks, in sentences; what is run is run once its form is right."""
    return form(name) or [*of_solutions(name), *of_wrong_answers(name)]


# --- Form ------------------------------------------------------------------------------------


def form(name):
    """Return what is wrong with the form of a master and of its wrong answers."""
    nb = masters.read(name)
    questions = questions_of(nb)
    found = [*of_cells(nb), *of_versions(questions)]
    for question, versions in questions.items():
        for version, parts in versions.items():
            found += of_question(f"{question}-{version}", parts)
    return found or [*of_sums(name), *of_known(name, nb)]


def questions_of(nb):
    """Return the cells of a master by question, version and part."""
    found = {}
    for cell in nb.cells:
        question, version, part = masters.parts(masters.cell_id(cell))
        if question:
            found.setdefault(question, {}).setdefault(version, {})[part] = cell
    return found


def of_cells(nb):
    """Return what is wrong with single cells: ids, settings, stored outputs."""
    ids = [masters.cell_id(cell) for cell in nb.cells]
    twins = {known: count for known, count in Counter(ids).items() if known and count > 1}
    found = [f"{count} cells are called {known}." for known, count in twins.items()]
    found += [f"There is no cell called {i}." for i in sorted(SHARED - {*ids})]
    for cell, known in zip(nb.cells, ids, strict=True):
        first = cell.source.split("\n")[0][:50]
        if not known and not first.startswith("STUDENT_ID"):
            found.append(f"The cell that begins “{first}” has no id (nbgrader's grade_id).")
        elif known and known not in SHARED:
            found += of_kind(cell, known)
        if cell.get("outputs") or cell.get("execution_count") is not None:
            found.append(f"{known or first} has stored outputs: clear them.")
    return found


def of_kind(cell, known):
    """Return what is wrong with type and settings of a question's cell."""
    part = masters.parts(known)[2]
    if not part:
        return [f"{known} is no id: a question's cells are called question-a-part."]
    kind, wanted = KINDS.get(part, TEST)
    has = {word for word in ("locked", "solution", "grade") if masters.settings(cell).get(word)}
    if (cell.cell_type, has) == (kind, wanted):
        return []
    return [f"{known} must be a {kind} cell with these settings and no others: {words(wanted)}."]


def of_versions(questions):
    """Return which questions have one version only, or other points in the other."""
    found = []
    for question, versions in questions.items():
        found += [f"{question} has no version {v}." for v in "ab" if v not in versions]
        points = {version: points_of(parts) for version, parts in versions.items()}
        if len(set(points.values())) > 1:
            a, b = points["a"], points["b"]
            found.append(f"{question} gives {a:g} points in version a, and {b:g} in b.")
    return found


def points_of(parts):
    """Return the points of one version of a question."""
    graded = [cell for cell in parts.values() if masters.settings(cell).get("grade")]
    return sum(masters.settings(cell).get("points", 0) for cell in graded)


def of_question(stem, parts):
    """Return what one version of a question lacks."""
    kinds = ("text", "figure", "written") if "written" in parts else ("text", "answer")
    found = [f"There is no {stem}-{part}." for part in kinds if part not in parts]
    tests = [part for part in parts if part not in KINDS]
    if "written" not in parts and not tests:
        found.append(f"{stem} has no test, such as {stem}-test.")
    for part in tests:
        if not masters.settings(parts[part]).get("points"):
            found.append(f"{stem}-{part} gives no points.")
        found += of_region(f"{stem}-{part}", parts[part].source, masters.HIDDEN)
    for part in ("answer", "figure"):
        if part in parts:
            found += of_region(f"{stem}-{part}", parts[part].source, masters.SOLUTION)
    if "written" in parts and masters.MARKER not in parts["written"].source:
        found.append(f"{stem}-written lacks the answer key's mark: <!-- {masters.MARKER} -->.")
    return found + (of_text(f"{stem}-text", parts) if "text" in parts else [])


def of_region(known, source, name):
    """Return what is wrong with the regions of a cell that students do not get."""
    lines = source.split("\n")
    begins, ends = (sum(f"### {w} {name}" in line for line in lines) for w in ("BEGIN", "END"))
    if not begins or begins != ends:
        return [f"{known} needs ### BEGIN {name} and ### END {name} around what is not handed out."]
    if source.count(masters.MARKER) != begins:
        return [f"{known} lacks the answer key's mark below ### BEGIN {name}: # {masters.MARKER}."]
    return []


def of_text(known, parts):
    """Return what the text of a question lacks: points, minutes, sections to read, rubric."""
    source, found = parts["text"].source, []
    heading = HEADING.match(source)
    if not heading:
        found.append(f"{known} must begin like: ## 2. Title (3 points, about 10 minutes)")
    elif int(heading[1]) != points_of(parts):
        found.append(f"{known} says {heading[1]} points, and its cells give {points_of(parts):g}.")
    sections = masters.sections_in(source)
    if not sections:
        found.append(f"{known} needs a line like: **Read:** chapter 1, *Name of a section*.")
    for chapter, name in sections:
        if not any(f'"## {name}' in path.read_text(encoding="utf-8") for path in files_of(chapter)):
            found.append(f"{known}: chapter {chapter} has no section “{name}”.")
    return found + (of_rubric(known, parts) if "written" in parts else [])


def files_of(chapter):
    """Return the notebooks of a chapter: one, or none."""
    return pages.CHAPTERS.glob(f"{chapter:02d}_*.ipynb")


def of_rubric(known, parts):
    """Return what is wrong with a rubric: it stands in the text, and as data at its cell."""
    lines = masters.rubric_of(parts["text"])
    data = [(line["name"], str(line["points"]), line["sentence"]) for line in lines]
    if not data or data != IN_PROSE.findall(parts["text"].source):
        return [f"{known}: its metadata (longterm: rubric) must say what its text says."]
    if sum(line["points"] for line in lines) != points_of(parts):
        return [f"{known}: the rubric's points do not add up to {points_of(parts):g}."]
    return []


def of_sums(name):
    """Return whether the intro's points, and all minutes, add up in both versions."""
    found = []
    for key in both_terms(name):
        homework = masters.choose(name, key)
        most = sum(homework.questions.values())
        by_hand = sum(homework.questions[question] for question in homework.written)
        intro = next(c.source for c in homework.nb.cells if masters.cell_id(c) == "intro")
        said = IN_ALL.search(intro)
        if not said or [int(number or 0) for number in said.groups()] != [most, by_hand]:
            shares = f", of which {by_hand:g} are for …" if by_hand else "."
            found.append(f"intro must say: **Points:** {most:g}{shares}")
        minutes = sum(int(HEADING.match(homework.text(q))[2]) for q in homework.questions)
        due = MINUTES if by_hand else SHORT
        if minutes not in due:
            found.append(f"The minutes add up to {minutes}, and not to {due[0]} to {due[-1]}.")
    return list(dict.fromkeys(found))


def of_known(name, nb):
    """Return which graded cells no wrong answer loses, and which lose what is not there."""
    path = f"homework/wrong/{name}.py"
    try:
        known = wrong.read(name)
    except (FileNotFoundError, ValueError) as error:
        return [f"{path} cannot be read: {error}"]
    graded = {
        masters.cell_id(cell)
        for cell in nb.cells
        if cell.cell_type == "code" and masters.settings(cell).get("grade")
    }
    lost = set().union(*(item.loses for item in known))
    there = {masters.cell_id(cell) for cell in nb.cells}
    found = [f"{path}: no wrong answer loses {cell}." for cell in sorted(graded - lost)]
    for item in known:
        if gone := sorted(({item.answer} | item.loses) - (graded | {item.answer} & there)):
            found.append(f"{path}, “{item.name}”: there is no {words(gone)}.")
    return found


def words(names):
    """Return names in a sentence."""
    return ", ".join(sorted(names))


# --- What is run -----------------------------------------------------------------------------


def both_terms(name):
    """Return two keys whose terms together set both versions of every question."""
    questions = sorted(questions_of(masters.read(name)))
    first = [masters.version("key 0", name, question) for question in questions]
    for number in itertools.count(1):
        other = [masters.version(f"key {number}", name, question) for question in questions]
        if all(one != two for one, two in zip(first, other, strict=True)):
            return ["key 0", f"key {number}"]


def of_solutions(name):
    """Return which tests the solutions do not pass, and which an untouched copy does."""
    found = []
    for key in both_terms(name):
        homework = masters.choose(name, key)
        coded = [question for question in homework.questions if question not in homework.written]
        for who in STUDENTS:
            session = marking.Here(marking.program(homework, who, marking.solutions(homework)))
            marks = marking.mark_all(homework, who, session)
            lost = [mark for mark in marks if mark.points != mark.most]
            found += [f"{m.test}: the solution fails for {who}: {m.message}" for m in lost]
            for q in coded:
                if law := marking.broken_law(homework, q, who, session):
                    found.append(f"{q}: the solution fails a public check for {who}: {law}")
        stubs = [masters.student_source(cell) for cell in homework.answers]
        session = marking.Here(marking.program(homework, STUDENTS[0], stubs))
        marks = marking.mark_all(homework, STUDENTS[0], session)
        found += [f"{m.test} is passed by an untouched copy." for m in marks if m.points != 0]
        for q in coded:
            if not marking.broken_law(homework, q, STUDENTS[0], session):
                found.append(f"{q}: an untouched copy meets all public checks.")
    return list(dict.fromkeys(found))


def of_wrong_answers(name):
    """Return which wrong answers do not lose what they should, or are not told why."""
    return [fault for item in wrong.read(name) for fault in of_wrong_answer(name, item)]


def of_wrong_answer(name, item):
    """Return what is amiss with one wrong answer."""
    homework = masters.with_answer(name, item.answer)
    question, said = masters.parts(item.answer)[0], f"homework/wrong/{name}.py, “{item.name}”"
    result, page = wrong.told(homework, item)
    lost = {mark.test for mark in result.marks if mark.lost}
    found = []
    if lost != item.loses:
        found.append(f"{said} loses {words(lost) or 'nothing'}, not {words(item.loses)}.")
    if list(result.laws) != [question]:
        found.append(f"{said} passes all public checks of {question}.")
    elif escape(item.name) not in page or escape(item.advice) not in page:
        found.append(f"{said} is not named in the feedback: another answer gives the same values.")
    return found


def check(names):
    """Yield each homework with what its master lacks, checked side by side."""
    with ProcessPoolExecutor(min(len(names), os.cpu_count())) as pool:
        yield from zip(names, pool.map(faults, names), strict=True)
