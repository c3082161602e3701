"""The homeworks themselves: solved they give all points, untouched none, wrong in one place less.

Tests here run our own cells in this process; what students hand in is run in test_homework_desk
and test_homework_sandbox.
"""

import importlib
import inspect
import itertools
import pkgutil
import re
import zipfile
from html import escape

import docutils.nodes
import homework_class
import nbformat
import numpy as np
import pytest
from tools.homework import __main__ as desk
from tools.homework import copies, marking, masters, pages, plain, term, wrong

import longterm

NAMES = masters.names()
IDS = ("s001", "4711", "Åsa")


def two_terms(name):
    """Return two keys whose terms together set both versions of every question."""
    cells = [masters.parts(masters.cell_id(cell)) for cell in masters.read(name).cells]
    questions = sorted({question for question, _, _ in cells if question})
    first = [masters.version("key 0", name, question) for question in questions]
    for number in itertools.count(1):
        other = [masters.version(f"key {number}", name, question) for question in questions]
        if all(one != two for one, two in zip(first, other, strict=True)):
            return ["key 0", f"key {number}"]


TERMS = [(name, key) for name in NAMES for key in two_terms(name)]
WRONG = [(name, item) for name in NAMES for item in wrong.read(name)]


def here(homework, student_id, cells):
    """Return the points of cells by test."""
    session = marking.Here(marking.program(homework, student_id, cells))
    return {m.test: m.points for m in marking.mark_all(homework, student_id, session)}


@pytest.fixture(params=TERMS, ids=lambda pair: ", ".join(pair))
def homework(request):
    return masters.choose(*request.param)


# --- Points ------------------------------------------------------------------------------


def test_the_solutions_get_all_points(homework):
    most = {test.name: test.points for test in homework.tests}
    for student_id in IDS:
        assert here(homework, student_id, marking.solutions(homework)) == most


def test_an_untouched_copy_gets_none(homework):
    stubs = [masters.student_source(cell) for cell in homework.answers]
    session = marking.Here(marking.program(homework, "s001", stubs))
    marks = marking.mark_all(homework, "s001", session)
    assert {(mark.points, mark.message) for mark in marks} == {(0, marking.NOT_ANSWERED)}


@pytest.mark.parametrize(
    ("name", "item"), WRONG, ids=[f"{name}, {i.answer}, {i.name}" for name, i in WRONG]
)
def test_a_wrong_answer_loses_exactly_its_cells_and_its_author_is_told_why(name, item):
    homework = masters.with_answer(name, item.answer)
    result, page = wrong.told(homework, item)
    question = masters.parts(item.answer)[0]
    assert {mark.test for mark in result.marks if not mark.points} == item.loses
    assert list(result.laws) == [question], "it meets all public checks"
    words = [item.name, item.advice, *(heading for _, heading in homework.sections(question))]
    assert not [text for text in words if escape(text) not in page]
    law = escape(result.laws[question])
    assert (law in page) == ("and yours" in law or not homework.is_personal(question))
    if homework.is_personal(question):
        points = here(homework, IDS[1], wrong.cells_with(homework, item))
        assert {test for test, gained in points.items() if not gained} == item.loses


@pytest.mark.parametrize("name", NAMES)
def test_every_graded_cell_is_lost_by_some_wrong_answer(name):
    nb, known = masters.read(name), wrong.read(name)
    graded = [c for c in nb.cells if masters.settings(c).get("grade") and c.cell_type == "code"]
    lost = set().union(*(item.loses for item in known))
    assert {masters.cell_id(cell) for cell in graded} == lost
    assert len(known) >= 10


def public_functions():
    """Return all public functions of the package's mathematics, by module and name."""
    skipped = ("_", "figures", "progress")
    names = [m.name for m in pkgutil.iter_modules(longterm.__path__)]
    modules = [importlib.import_module(f"longterm.{n}") for n in names if not n.startswith(skipped)]
    return {
        f"{module.__name__}.{name}": function
        for module in modules
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }


def test_no_public_function_called_once_passes_a_graded_cell(homework):
    session = marking.Here([])
    asked = set(homework.asked()[0])
    tests = [t for t in homework.tests if asked & marking.all_names(compile(t.code, "", "exec"))]
    for name, function in public_functions().items():
        session.answers.names |= dict.fromkeys(asked, function)
        passed = [t.name for t in tests if marking.mark(homework, t, "s001", session).points]
        assert not passed, name


# What one may write without a thought; each is tried on every graded cell.
LAZY = """
0 | 1 | -1 | 0.0 | 1.0 | 0.5 | 2**62 | 1e308 | -1e308 | float("inf") | True | "" | [] | [1.0, 1.0]
[0.0] * 3 | (0.0, 0.0) | np.zeros(0) | np.zeros(3) | np.ones(3) | np.eye(2) | np.eye(3)
np.zeros((3, 3)) | np.full((3, 3), 2**62) | np.full((3, 3), 1e308) | -np.full((3, 3), 1e308)
np.full((3, 3), 1e160) | np.full((3, 3), np.inf) | np.full((2, 2), 1e308) | np.zeros((0, 3, 3))
np.full(100, 1e308) | (np.full((3, 3), 1e308), np.full(3, 1e308)) | (np.zeros((0, 3)), np.zeros(0))
np.triu(np.full((3, 3), 1e308), 1) | np.triu(np.full((3, 3), 2**62), 1) | np.tri(3) * 1e150
np.triu(np.full((3, 3), 3e38, np.float32), 1) | np.tri(3, k=-1) * 1e16
values[0] if values else 0 | values[-1] if values else 0
""".replace("\n", " | ").strip(" |")


class Lazy:
    """Gives one answer to whatever is asked."""

    def __init__(self, code):
        self.code = compile(code, "lazy", "eval")

    def call(self, name, *values):
        return plain.decode(plain.encode(eval(self.code, {"np": np, "values": values})))

    get = call


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("code", LAZY.split(" | "))
def test_no_lazy_answer_passes_a_graded_cell(code):
    for name, key in TERMS:
        homework = masters.choose(name, key)
        marks = [marking.mark(homework, test, "s001", Lazy(code)) for test in homework.tests]
        assert not [mark.test for mark in marks if mark.points]


# --- Versions and numbers of one's own -----------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_two_versions_with_the_same_points(name):
    both = {}
    for cell in masters.read(name).cells:
        question, version, _ = masters.parts(masters.cell_id(cell))
        if question:
            points = both.setdefault(question, {"a": 0, "b": 0})
            points[version] += masters.settings(cell).get("points", 0)
    assert all(points["a"] == points["b"] > 0 for points in both.values())
    assert 5 <= len(both) <= 7


def test_questions_have_names_of_their_own():
    names = [set(masters.choose(name, "key").questions) for name in NAMES]
    assert sum(map(len, names)) == len(set().union(*names))


def test_the_salt_and_the_versions_depend_on_the_key_alone():
    assert masters.salt("one") != masters.salt("two")
    assert masters.salt("one") not in masters.digest("one", "x").hex()
    versions = {masters.version(f"key {k}", "hw1", "horizon") for k in range(20)}
    assert versions == {"a", "b"}


def my_numbers(student_id, salt="example"):
    names = {"STUDENT_ID": student_id}
    source = masters.choose("hw1", "key").given[0]
    exec(re.sub(r'SALT = ".*"', f'SALT = "{salt}"', source), names)
    return names["my_numbers"]


def test_numbers_belong_to_the_id_the_question_and_the_term():
    numbers = my_numbers("s001")("horizon", 3)
    assert numbers == my_numbers(" S001 ")("horizon", 3)
    assert numbers[:2] == my_numbers("s001")("horizon", 2)
    others = [my_numbers("s002")("horizon", 3), my_numbers("s001")("rate", 3)]
    assert not {*numbers} & {*others[0], *others[1], *my_numbers("s001", "b")("horizon", 3)}


def test_numbers_are_spread_evenly():
    sample = np.array(my_numbers("s001")("horizon", 400))
    assert sample.min() >= 0
    assert sample.max() < 1
    assert abs(sample.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 400)


# --- What students get ---------------------------------------------------------------------


def test_no_solution_and_no_hidden_test_is_in_a_student_copy(homework):
    text = copies.to_text(masters.student_copy(homework))
    for secret in (masters.MARKER, "BEGIN SOLUTION", "HIDDEN TEST"):
        assert secret not in text
    secrets = {line.strip() for test in homework.tests for line in test.code.split("\n")}
    secrets -= {line.strip() for cell in homework.nb.cells for line in shown(cell)}
    assert not [line for line in secrets if len(line) > 16 and line in text]


def shown(cell):
    """Return the lines that students see of a cell."""
    return masters.student_source(cell).split("\n")


def test_every_solution_and_every_hidden_test_has_the_marker():
    for name in NAMES:
        for cell in masters.read(name).cells:
            begins = len(re.findall(r"### BEGIN (?:SOLUTION|HIDDEN TESTS)", cell.source))
            written = masters.cell_id(cell).endswith("-written")
            assert cell.source.count(masters.MARKER) == begins + written


def test_copies_are_the_same_bytes_every_time(tmp_path):
    homework_class.term_file(tmp_path)
    its_term = term.read_term(tmp_path / "term.toml")
    files = [copies.write(name, its_term, tmp_path / way) for way in "ab" for name in NAMES]
    for first, second in zip(files[: len(NAMES)], files[len(NAMES) :], strict=True):
        assert first.read_bytes() == second.read_bytes()
        zips = [path.with_suffix(".zip") for path in (first, second)]
        assert zips[0].read_bytes() == zips[1].read_bytes()
        with zipfile.ZipFile(zips[0]) as archive:
            assert archive.read(f"{first.stem}/{first.name}") == first.read_bytes()


def test_a_full_disk_leaves_the_older_copies_whole(tmp_path, monkeypatch):
    homework_class.term_file(tmp_path)
    its_term = term.read_term(tmp_path / "term.toml")
    first = copies.write(NAMES[0], its_term, tmp_path / "x")
    before = {path.name: path.read_bytes() for path in first.parent.iterdir()}
    assert before.keys() == {"hw1.ipynb", "hw1.zip"}

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies.files.os, "fsync", full)
    monkeypatch.setattr(copies, "to_text", lambda nb: "other")
    with pytest.raises(OSError, match="No space"):
        copies.write(NAMES[0], its_term, tmp_path / "x")
    assert {path.name: path.read_bytes() for path in first.parent.iterdir()} == before


def test_a_term_takes_the_key_that_make_prints(tmp_path, capsys):
    assert desk.main(["key"]) == 0
    (tmp_path / "term.toml").write_text(capsys.readouterr().out + 'time_zone = "UTC"\n')
    assert term.read_term(tmp_path / "term.toml").key not in ("example", term.new_key())


def test_a_copy_is_a_valid_notebook_without_outputs_and_names_its_due_date(tmp_path):
    homework_class.term_file(tmp_path)
    its_term = term.read_term(tmp_path / "term.toml")
    for name in NAMES:
        nb = nbformat.read(copies.write(name, its_term, tmp_path), as_version=4)
        nbformat.validate(nb)
        assert not any(cell.get("outputs") for cell in nb.cells)
        assert "19 April 2027, 23:59 (Europe/Berlin time)" in nb.cells[0].source


def test_given_cells_and_tests_are_locked_and_answers_are_not(homework):
    for cell in masters.student_copy(homework).cells:
        known = masters.settings(cell)
        if known:
            assert known["locked"] != known["solution"]
            assert cell.metadata.get("editable", True) == known["solution"]


# --- How the questions are put -------------------------------------------------------------


def test_points_and_minutes_are_shown_and_add_up(homework):
    texts = "\n".join(cell.source for cell in homework.nb.cells if cell.cell_type == "markdown")
    shown = re.findall(r"^## .*\((\d+) points?, about (\d+) minutes\)", texts, re.M)
    assert [int(points) for points, _ in shown] == list(homework.questions.values())
    assert 75 <= sum(int(minutes) for _, minutes in shown) <= 100
    total, written = re.search(r"\*\*Points:\*\* (\d+), of which (\d+)", texts).groups()
    assert int(total) == sum(homework.questions.values())
    assert int(written) == sum(homework.questions[question] for question in homework.written)


def test_no_question_needs_sight_or_colour_words(homework):
    prose = [cell for cell in homework.nb.cells if cell.cell_type == "markdown"]
    texts = " ".join(map(masters.student_source, prose))
    words = (
        r"\b(blue|orange|red|green|grey|gray|colou?r|look at|see the (?:plot|figure)|below left)\b"
    )
    assert re.findall(words, texts, re.I) == []


def test_only_numpy_and_python_itself_are_needed(homework):
    sources = [masters.student_source(c) for c in homework.nb.cells if c.cell_type == "code"]
    imports = re.findall(r"^\s*(?:import|from) (\w+)", "\n".join(sources), re.M)
    assert set(imports) <= {"hashlib", "hmac", "itertools", "numpy", "matplotlib"}


def test_public_checks_tell_three_states(homework, capsys):
    tools = {"STUDENT_ID": ""}
    exec(homework.given[0], tools)
    cases = {
        "Not there yet: there is no answer": lambda: iter_error(NotImplementedError()),
        "Not there yet: the answer stops with KeyError": lambda: iter_error(KeyError("x")),
        "Almost. This should hold: second": lambda: iter([("first", True), ("second", False)]),
        "Correct so far. The public checks are not all": lambda: iter([("first", True)]),
    }
    for words, laws in cases.items():
        tools["report"](laws)
        assert words in capsys.readouterr().out


def iter_error(error):
    """Yield nothing, and raise."""
    raise error
    yield


def test_public_checks_are_met_by_the_solutions_and_by_no_stub(homework):
    stubs = [masters.student_source(cell) for cell in homework.answers]
    for question in set(homework.questions) - set(homework.written):
        for cells, met in ((marking.solutions(homework), True), (stubs, False)):
            session = marking.Here(marking.program(homework, "s001", cells))
            assert (marking.broken_law(homework, question, "s001", session) == "") == met


def test_no_worked_number_has_the_inputs_of_a_hidden_test(homework):
    program = marking.program(homework, "s001", marking.solutions(homework))
    shown, hidden = Listening(program), Listening(program)
    for question in set(homework.questions) - set(homework.written):
        marking.broken_law(homework, question, "s001", shown)
    marking.mark_all(homework, "s001", hidden)
    assert not shown.calls & hidden.calls


class Listening(marking.Here):
    """Notes what it is asked."""

    def __init__(self, cells):
        super().__init__(cells)
        self.calls = set()

    def call(self, name, *values):
        self.calls.add(repr((name, *values)))
        return super().call(name, *values)


def test_every_question_names_sections_of_the_book_that_are_there(homework):
    for question in homework.questions:
        assert homework.sections(question)
        for chapter, heading in homework.sections(question):
            link = pages.link("https://x.org", chapter, heading)
            page, anchor = re.search(r"chapters/(.*)\.html#(.*?)\"", link).groups()
            text = (pages.CHAPTERS / f"{page}.ipynb").read_text(encoding="utf-8")
            assert f'"## {heading}' in text, f"{page} has no section “{heading}”: see {question}"
            assert anchor == docutils.nodes.make_id(heading)


def test_a_rubric_has_the_points_of_its_question(homework):
    for question in homework.written:
        lines = homework.rubric(question)
        assert list(lines) == ["claim", "figure", "reason", "instead"]
        assert sum(points for points, _ in lines.values()) == homework.questions[question]


def test_the_tools_are_the_same_in_all_homeworks():
    assert len({masters.choose(name, "key").given[0] for name in NAMES}) == 1


def test_masters_are_stored_without_outputs():
    for name in NAMES:
        for cell in masters.read(name).cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None
