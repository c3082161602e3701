"""The hooks before a commit: each finds the fault that it is there to find, and says its name.

That they let pass what is in order, `make lint` shows on all files, first thing in `make test`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import run_notebooks
import stored_form
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import longterm

pytestmark = pytest.mark.pinned  # the hooks' programs stand beside the pinned versions
ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / ".pre-commit-config.yaml"
HOOKS = [hook["id"] for hook in yaml.safe_load(CONFIG.read_text("utf-8"))["repos"][0]["hooks"]]


TOOLS = [f"tools/{name}.py" for name in ("stored_form", "run_notebooks", "show_notebook")]


def untyped(words):
    """Return a module whose function has a docstring with these words."""
    return f'"""A module."""\n\n\ndef double(x):\n    """{words}"""\n    return 2 * x\n'


SECTION = "Double it.\n\n    Parameters\n    ----------\n    y : int\n        A number.\n    "
FAULTS = {
    "ruff-check": ("a.py", "import os\n"),
    "ruff-format": ("b.py", "x = {  'a':1 }\n"),
    "mypy": ("lib/longterm/a.py", untyped("Return twice x.")),
    "numpydoc": ("lib/longterm/b.py", untyped(SECTION)),
    "notebooks": ("chapters/a.ipynb", json.dumps(new_notebook(cells=[new_code_cell("1")])) + "\n"),
    "end-of-file": ("a.txt", "no end"),
    "trailing-space": ("b.txt", "a space \n"),
    "merge-marks": ("c.txt", "<" * 7 + " HEAD\n"),
    "large-files": ("d.txt", "x" * 1_100_000 + "\n"),
    "yaml": ("a.yml", "a: [1\n"),
    "toml": ("a.toml", "a = \n"),
    "private-key": ("e.txt", "-----BEGIN " + "RSA PRIVATE KEY-----\n"),
    "token": ("f.txt", "my token is ghp_" + 36 * "a" + "\n"),
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Return a function that makes git commands in a small clone with this environment."""
    if shutil.which("git") is None or os.name == "nt":
        pytest.skip("left out: the hooks before a commit, which need git and .venv/bin")
    folder = tmp_path_factory.mktemp("clone")
    environment = {key: value for key, value in os.environ.items() if key[:4] != "GIT_"}
    environment |= {"PRE_COMMIT_HOME": str(folder / ".cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*words):
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    for name in ("tools", "lib/longterm"):
        (folder / name).mkdir(parents=True)
    for name in (CONFIG.name, "pyproject.toml", *TOOLS):
        shutil.copy(ROOT / name, folder / name)
    (folder / "lib" / "longterm" / "__init__.py").write_text('"""A package."""\n', "utf-8")
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    (folder / ".git-ignored").write_text(".venv\n.cache\nbuild\n", "utf-8")
    run("git", "init", "--quiet")
    for key, value in (("name", "A"), ("email", "a@b.org"), ("excludesFile", ".git-ignored")):
        run(
            "git", "config", ("core." if key[0] == "e" and key != "email" else "user.") + key, value
        )
    code, said = run(".venv/bin/pre-commit", "install")
    assert code == 0, said
    return folder, run


@pytest.fixture(scope="module")
def refused(clone):
    """Commit all faults at once; return what git and the hooks say."""
    folder, run = clone
    for name, text in FAULTS.values():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    run("git", "add", "--all")
    code, said = run("git", "commit", "--message", "Break all rules")
    assert code != 0, said
    return said


def test_every_hook_is_tried_on_a_fault():
    assert sorted(HOOKS) == sorted(FAULTS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_keeps_its_fault_out_of_git(refused, hook):
    assert re.search(rf"^- hook id: {hook}$", refused, re.M), refused


def test_hooks_fetch_nothing():
    (repository,) = yaml.safe_load(CONFIG.read_text("utf-8"))["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system", "pygrep"}


def test_the_package_says_that_it_is_typed():
    assert Path(longterm.__file__).with_name("py.typed").is_file()
    assert '"py.typed"' in (ROOT / "pyproject.toml").read_text("utf-8")


# --- The stored form of notebooks --------------------------------------------------------


def chapter():
    """Return a chapter as the runner writes it."""
    cell = new_code_cell("1 + 1", execution_count=1, outputs=[new_output("stream", text="2")])
    return run_notebooks.normalise(new_notebook(cells=[new_markdown_cell("# One"), cell]))


def stored(folder, nb):
    """Return the complaints about a notebook that lies in this folder."""
    folder.mkdir()
    (folder / "a.ipynb").write_text(run_notebooks.to_text(nb), "utf-8")
    return stored_form.complaints(folder / "a.ipynb")


def test_a_chapter_as_the_runner_writes_it_is_in_order(tmp_path):
    assert stored(tmp_path / "chapters", chapter()) == []


@pytest.mark.parametrize("fault", ["unrun", "metadata", "count"])
def test_a_chapter_in_another_form_is_not(tmp_path, fault):
    nb = chapter()
    if fault == "unrun":
        nb.cells[1].execution_count, nb.cells[1].outputs = None, []
    elif fault == "metadata":
        nb.cells[0].metadata = nbformat.from_dict({"editable": True})
    else:
        nb.cells[1].execution_count = 7
    assert stored(tmp_path / "chapters", nb) != []


@pytest.mark.parametrize(("count", "outputs"), [(1, False), (None, True), (1, True)])
def test_a_homework_was_never_run(tmp_path, count, outputs):
    nb = chapter()
    nb.cells[1].execution_count = count
    nb.cells[1].outputs = nb.cells[1].outputs if outputs else []
    assert stored(tmp_path / "homework", nb) == [
        f"cell {nb.cells[1].id} was run; clear the outputs"
    ]


def test_a_homework_without_outputs_is_in_order(tmp_path):
    nb = chapter()
    nb.cells[1].execution_count, nb.cells[1].outputs = None, []
    assert stored(tmp_path / "homework", nb) == []
