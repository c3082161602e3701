"""The list of wrong changes fits the package. `make wrong-changes` tries them."""

import pytest
import wrong_changes
from wrong_changes import Change

CHANGES = wrong_changes.read_changes()
UNTOUCHED = {
    "__init__",
    "plots/__init__",
    "plots/_arguments",
    "sliders/__init__",
    "_check",
    "_types",
    "progress",
    "sweeps",
}


def test_every_change_fits_its_file():
    assert wrong_changes.stale(CHANGES) == []


def test_every_module_has_a_change_and_every_chapter_is_asked():
    package = wrong_changes.ROOT / "lib" / "longterm"
    modules = {p.relative_to(package).with_suffix("").as_posix() for p in package.rglob("*.py")}
    assert {change.module for change in CHANGES} == modules - UNTOUCHED
    assert {change.chapter for change in CHANGES} == {f"0{n}" for n in range(1, 9)}
    assert len(set(CHANGES)) >= 40


@pytest.mark.parametrize(
    "change",
    [
        Change("scalar", "no such line", "x", "01"),
        Change("scalar", "return", "x", "01"),
        Change("scalar", "import numpy as np", "import numpy as np", "01"),
    ],
    ids=["gone", "many times", "no change"],
)
def test_a_change_that_does_not_fit_is_told(change):
    assert len(wrong_changes.stale([change])) == 1


def test_a_copy_differs_in_the_change_alone(tmp_path):
    change = CHANGES[0]
    copy = wrong_changes.make_copy(change, tmp_path / "copy") / "longterm"
    package = wrong_changes.ROOT / "lib" / "longterm"
    changed = [
        path.name
        for path in copy.rglob("*.py")
        if path.read_bytes() != (package / path.relative_to(copy)).read_bytes()
    ]
    assert changed == [f"{change.module}.py"]
    assert change.new in (copy / change.file).read_text(encoding="utf-8")


def test_words_choose_modules_and_chapters():
    chosen = wrong_changes.chosen(CHANGES, ["plots/scalar", "08"])
    assert {change.module for change in chosen if change.chapter != "08"} == {"plots/scalar"}
    assert {change for change in CHANGES if change.chapter == "08"} <= set(chosen)
    assert wrong_changes.chosen(CHANGES, []) == CHANGES


def test_the_first_failing_cell_is_read_from_what_pytest_says():
    assert wrong_changes.first_failure("FAILED chapters/01_a.ipynb::Cell 7\n") == "Cell 7"
