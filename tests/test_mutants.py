"""Laws of `make mutants`: how a mutant is made, judged and explained."""

import os
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

session = pytest.importorskip("mutants.session")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="make mutants needs Linux")
ROOT = Path(__file__).resolve().parents[1]
SOURCE = '''
def double(x, times=2):
    """Twice x."""
    return times * x


class Pair:
    @property
    def size(self):
        return 2

    def half(self):
        return super().__sizeof__() and self.size // 2
'''


@pytest.fixture
def module():
    made = ModuleType("made")
    made.__file__ = "made.py"
    exec(SOURCE, vars(made))
    return made


def test_a_transplant_changes_the_function_that_others_hold(module):
    held = module.double
    session.transplant(module, "double", "def double(x, times=3):\n    return times + x\n")
    assert held(5) == 8


def test_methods_and_properties_are_changed_in_place(module):
    pair = module.Pair()
    session.transplant(module, "Pair.size", "@property\ndef size(self):\n    return 6\n")
    text = "def half(self):\n    return super().__sizeof__() and self.size - 1\n"
    session.transplant(module, "Pair.half", text)
    assert (pair.size, pair.half()) == (6, 5)


@pytest.mark.parametrize(("owner", "name"), [("double", "double"), ("Pair.half", "half")])
def test_a_text_takes_the_place_of_a_function_or_method(owner, name):
    text = session.replaced(SOURCE, owner, f"def {name}(*_):\n    return 'changed'\n")
    space = {}
    exec(text, space)
    found = space["double"](1) if owner == "double" else space["Pair"]().half()
    assert found == "changed"


def test_a_fork_tells_its_answer_or_its_end_and_changes_nothing_here():
    here = []
    assert session.in_fork(lambda: here.append(1), 5) is None
    assert here == []
    assert session.in_fork(lambda: "tests/a.py::b", 5) == "tests/a.py::b"
    assert session.in_fork(lambda: os.kill(os.getpid(), 9), 5) == "SIGKILL"
    with pytest.raises(RuntimeError, match="the session itself failed: ZeroDivisionError"):
        session.in_fork(lambda: 1 / 0, 5)


def test_a_mutant_that_needs_too_long_is_ended():
    def forever():
        while True:
            pass

    assert session.in_fork(forever, 0) == "SIGXCPU"


def test_a_mutant_that_no_test_reaches_survives():
    assert session.Session("scalar").killer([]) is None


def test_tests_are_those_of_the_line_or_else_of_the_function():
    mutant = {"lines": [3, 3], "first": 2, "old": "def f(x=1):\n    a\n    b"}
    assert session.tests_of(mutant, {2: ["", "b"], 3: ["a"]}) == {"a"}
    assert session.tests_of(mutant | {"lines": [2, 2]}, {4: ["c"], 5: ["d"]}) == {"c"}
    assert session.tests_of(mutant, {9: ["d"]}) == set()


def test_explanations_speak_of_code_that_is_there():
    path = ROOT / "tests" / "mutants_equivalent.toml"
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"]:
        assert len(entry["reason"]) > 20
        source = (ROOT / "lib" / "longterm" / f"{entry['module']}.py").read_text(encoding="utf-8")
        lines = " ".join(line.strip() for line in source.splitlines())
        for key in entry["mutants"]:
            before, arrow, _ = key.partition(": ")[2].partition("  ->  ")
            assert arrow
            assert before in lines, key
