"""The homeworks themselves: solved they give all points, untouched none, wrong in one place less.

Tests here run our own cells in this process; what students hand in is run in test_homework_desk
and test_homework_sandbox.
"""

import copy
import dataclasses
import importlib
import inspect
import pkgutil
import re
import zipfile

import docutils.nodes
import homework_class
import nbformat
import numpy as np
import pytest
from tools.homework import __main__ as desk
from tools.homework import check, copies, marking, masters, pages, plain, term, wrong

import longterm

NAMES = masters.names()
IDS = ("s001", "4711", "Åsa")


TERMS = [(name, key) for name in NAMES for key in check.both_terms(name)]
WRONG = [(name, item) for name in NAMES for item in wrong.read(name)]


def here(homework, student_id, cells):
    """Return the points of cells by test."""
    session = marking.Here(marking.program(homework, student_id, cells))
    return {m.test: m.points for m in marking.mark_all(homework, student_id, session)}


@pytest.fixture(params=TERMS, ids=lambda pair: ", ".join(pair))
def homework(request):
    return masters.choose(*request.param)


# --- What make homework-check says ---------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_master_is_in_order(name):
    assert check.form(name) == []
    assert check.of_solutions(name) == []
    assert len(check.questions_of(masters.read(name))) in ((2,) if name == "hw5" else (5, 6, 7))


def cell(nb, known):
    """Return the cell of that id."""
    return next(cell for cell in nb.cells if masters.cell_id(cell) == known)


def without(known):
    """Return a change that takes a cell out."""
    return lambda nb: nb.cells.remove(cell(nb, known))


def said(known, old, new):
    """Return a change of what a cell says."""

    def change(nb):
        assert old in cell(nb, known).source
        cell(nb, known).source = cell(nb, known).source.replace(old, new)

    return change


def setting(known, **changes):
    """Return a change of nbgrader's settings of a cell."""
    return lambda nb: masters.settings(cell(nb, known)).update(changes)


def twin(nb):
    nb.cells.append(cell(nb, "horizon-a-test"))


def other_version_gone(nb):
    nb.cells = [c for c in nb.cells if not masters.cell_id(c).startswith("horizon-b")]


def without_id(nb):
    nb.cells.append(nbformat.v4.new_markdown_cell("More"))


def with_outputs(nb):
    cell(nb, "horizon-a-test").execution_count = 1


def other_rubric(nb):
    masters.rubric_of(cell(nb, "referee-a-text"))[0]["points"] = 2


def dearer(nb):
    for version in "ab":
        setting(f"horizon-{version}-test", points=9)(nb)
        said(f"horizon-{version}-text", "(3 points", "(10 points")(nb)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (twin, "2 cells are called horizon-a-test."),
        (without("tools"), "There is no cell called tools."),
        (without_id, "The cell that begins “More” has no id (nbgrader's grade_id)."),
        (setting("horizon-a-test", grade_id="Horizon"), "Horizon is no id: a question's cells"),
        (setting("horizon-a-text", locked=False), "horizon-a-text must be a markdown cell with"),
        (with_outputs, "horizon-a-test has stored outputs: clear them."),
        (other_version_gone, "horizon has no version b."),
        (setting("horizon-a-far", points=2), "horizon gives 4 points in version a, and 3 in b."),
        (without("horizon-a-answer"), "There is no horizon-a-answer."),
        (without("horizon-a-text"), "There is no horizon-a-text."),
        (setting("horizon-a-far", points=0), "horizon-a-far gives no points."),
        (said("horizon-a-test", "### END HID", "### HID"), "horizon-a-test needs ### BEGIN HIDDEN"),
        (said("horizon-a-answer", "# ltd-", "# "), "horizon-a-answer lacks the answer key's mark"),
        (said("referee-a-written", "ltd-", ""), "referee-a-written lacks the answer key's mark"),
        (said("horizon-a-text", "minutes", "min"), "horizon-a-text must begin like: ## 2. Title"),
        (said("horizon-a-text", "(3 points", "(5 points"), "horizon-a-text says 5 points, and its"),
        (said("horizon-a-text", "**Read:**", "Read:"), "horizon-a-text needs a line like: **Read:"),
        (said("horizon-a-text", "*Half", "*Third"), "horizon-a-text: chapter 1 has no section “Th"),
        (other_rubric, "referee-a-text: its metadata (longterm: rubric) must say what its text"),
        (dearer, "intro must say: **Points:** 27, of which 4 are for …"),
        (said("horizon-a-text", "about ", "about 5"), "The minutes add up to"),
    ],
)
def test_what_a_changed_master_lacks_is_said_in_plain_words(monkeypatch, change, words):
    nb = copy.deepcopy(masters.read("hw1"))
    change(nb)
    monkeypatch.setattr(masters, "read", lambda name: nb)
    assert [fault for fault in check.form("hw1") if fault.startswith(words)]


def test_what_a_wrong_answer_lacks_is_said(monkeypatch):
    known = wrong.read("hw1")
    item, others = known[0], [one for one in known if "horizon-a-test" not in one.loses]
    more = dataclasses.replace(item, loses=item.loses | {"horizon-a-none"})
    monkeypatch.setattr(wrong, "read", lambda name: [*others, more])
    none = "homework/wrong/hw1.py: no wrong answer loses horizon-a-test."
    gone = f"homework/wrong/hw1.py, “{item.name}”: there is no horizon-a-none."
    assert {none, gone} & {*check.form("hw1")}
    assert check.form("hw1")[-1] == gone
    assert "loses" in check.of_wrong_answer("hw1", more)[0]
    right = next(c.source for c in masters.read("hw1").cells if masters.cell_id(c) == item.answer)
    passes = check.of_wrong_answer("hw1", dataclasses.replace(item, code=right))
    assert passes[-1].endswith("passes all public checks of horizon.")


def test_a_solution_that_fails_and_a_stub_that_passes_are_said(monkeypatch):
    nb = copy.deepcopy(masters.read("hw1"))
    nb.cells = [c for c in nb.cells if masters.parts(masters.cell_id(c))[0] in ("", "horizon")]
    cell(nb, "horizon-a-answer").source = cell(nb, "horizon-b-answer").source
    cell(nb, "horizon-b-test").source = "### BEGIN HIDDEN TESTS\nassert True\n### END HIDDEN TESTS"
    monkeypatch.setattr(masters, "read", lambda name: nb)
    found = check.of_solutions("hw1")
    assert [fault for fault in found if fault.startswith("horizon-a-test: the solution fails for")]
    assert "horizon-b-test is passed by an untouched copy." in found


def test_the_command_says_all_and_fails_where_something_is_lacking(monkeypatch, capsys):
    found = [("hw1", []), ("hw2", ["spread has no version b."])]
    monkeypatch.setattr(check, "check", lambda names: found[: len(names)])
    assert desk.main(["check", "hw1"]) == 0
    assert desk.main(["check", "hw1", "hw2"]) == 1
    said = "hw1: in order\nhw1: in order\nhw2: 1 faults\n  spread has no version b.\n"
    assert capsys.readouterr().out == said


# --- Points ------------------------------------------------------------------------------


def test_an_untouched_copy_gets_none(homework):
    stubs = [masters.student_source(cell) for cell in homework.answers]
    session = marking.Here(marking.program(homework, "s001", stubs))
    marks = marking.mark_all(homework, "s001", session)
    assert {(mark.points, mark.message) for mark in marks} == {(0, marking.NOT_ANSWERED)}


@pytest.mark.parametrize(
    ("name", "item"), WRONG, ids=[f"{name}, {i.answer}, {i.name}" for name, i in WRONG]
)
def test_a_wrong_answer_loses_exactly_its_cells_and_its_author_is_told_why(name, item):
    assert check.of_wrong_answer(name, item) == []
    homework = masters.with_answer(name, item.answer)
    question = masters.parts(item.answer)[0]
    if homework.is_personal(question):
        points = here(homework, IDS[1], wrong.cells_with(homework, item))
        assert {test for test, gained in points.items() if not gained} == item.loses


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


def test_the_sections_that_a_question_names_are_linked_as_the_book_names_them(homework):
    for question in homework.questions:
        for chapter, heading in homework.sections(question):
            link = pages.link("https://x.org", chapter, heading)
            anchor = re.search(r"chapters/.*\.html#(.*?)\"", link)[1]
            assert anchor == docutils.nodes.make_id(heading)


def test_the_tools_are_the_same_in_all_homeworks():
    assert len({masters.choose(name, "key").given[0] for name in NAMES}) == 1
