"""The budgets of the chapters: what is too much is said, on fast machines and on slow ones."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import budget
import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
STORED = {"chapters": {"01_a": {"seconds": 4.0, "megabytes": 200, "unit": 0.1}}}


@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0])
def test_up_to_twice_the_time_is_within_the_budget_however_fast_the_machine(speed):
    for seconds, over in ((0.1, False), (4.0, False), (7.9, False), (8.1, True), (80.0, True)):
        said = budget.complaint("01_a", seconds / speed, 200, STORED, 0.1 / speed)
        assert bool(said) == over
        assert over == ("processor time" in said)


def test_up_to_twice_the_memory_is_within_the_budget():
    assert budget.complaint("01_a", 4.0, 400, STORED, 0.1) == ""
    assert "401 MB, usually 200 MB" in budget.complaint("01_a", 4.0, 401, STORED, 0.1)
    assert budget.complaint("01_a", 4.0, None, STORED, 0.1) == ""  # not known everywhere


def test_a_chapter_without_a_budget_is_told_how_to_get_one():
    assert "make bench PARTS=chapters" in budget.complaint("09_new", 0.1, 1, STORED, 0.1)


def test_every_chapter_has_a_budget_and_no_other():
    stored = json.loads((ROOT / budget.STORED).read_text(encoding="utf-8"))
    assert set(stored["chapters"]) == {path.stem for path in (ROOT / "chapters").glob("*.ipynb")}


def test_the_system_knows_what_a_process_has_used():
    work = "import time; x = bytearray(80 * 2**20); x = None\nwhile time.process_time() < 0.5: pass"
    command = [sys.executable, "-c", f"{work}\nprint('done', flush=True); input()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        process.stdout.readline()
        seconds, megabytes = budget.used(psutil.Process(process.pid))
        process.communicate("\n")
    assert 0.4 < seconds < 2
    assert megabytes is None or 80 < megabytes < 200


def test_the_unit_is_time_and_not_nothing():
    assert 0.001 < budget.unit() < 60


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """What pytest says of two chapters, one within its budget and one above."""
    root = tmp_path_factory.mktemp("course")
    cells = [new_code_cell("1 + 1"), new_code_cell("2 + 2")]
    for name in ("chapters", "benchmarks"):
        (root / name).mkdir()
    for name in ("01_fair", "02_dear"):
        nbformat.write(new_notebook(cells=cells), root / "chapters" / f"{name}.ipynb")
    fair = {"seconds": 1000.0, "megabytes": 10_000, "unit": 0.1}
    rows = {"01_fair": fair, "02_dear": fair | {"seconds": 1e-6}}
    (root / budget.STORED).write_text(json.dumps({"chapters": rows}))
    (root / "conftest.py").write_text('pytest_plugins = ["budget"]')
    (root / "pytest.ini").write_text("[pytest]")
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "nbval.plugin", "--nbval"]
    variables = {"PYTHONPATH": str(ROOT / "tools"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    process = subprocess.run(
        [*command, "--nbval-current-env", str(root)],
        cwd=root,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return process


def test_a_chapter_above_its_budget_fails_the_run_at_its_last_cell(run):
    assert run.returncode == 1
    assert "4 passed, 1 error" in run.stdout
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("ERROR ")]
    assert "02_dear.ipynb::Cell 1" in line
    assert "02_dear took" in run.stdout


def test_a_chapter_within_its_budget_says_nothing(run):
    assert "01_fair took" not in run.stdout


def test_only_the_last_cell_of_a_chapter_with_a_kernel_is_looked_at():
    def cell(folder, alive):
        kernel = SimpleNamespace(is_alive=lambda: alive)
        notebook = SimpleNamespace(path=Path("/", folder, "01_a.ipynb"), kernel=kernel)
        return SimpleNamespace(parent=notebook, config=SimpleNamespace(rootpath=Path("/")))

    first = cell("chapters", True)
    last = SimpleNamespace(parent=first.parent, config=first.config)
    assert not budget.is_last_cell(first, last)
    assert budget.is_last_cell(last, None)
    assert budget.is_last_cell(last, cell("chapters", True))
    assert not budget.is_last_cell(cell("homework", True), None)
    assert not budget.is_last_cell(cell("chapters", False), None)
    assert not budget.is_last_cell(SimpleNamespace(parent=object()), None)  # an ordinary test
