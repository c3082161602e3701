"""Other versions are really tried: the right Python, the oldest admitted, no failure overlooked."""

import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version
from tools.release import try_colab, versions, versions_issue

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HERE = "{}.{}".format(*sys.version_info[:2])
JUNIT = """<testsuites><testsuite>
<testcase classname="chapters.01" name="Cell 0"/>
<testcase classname="chapters.01" name="Cell 1"><failure message="m">text</failure></testcase>
<testcase classname="tests.test_a" name="b"><skipped/></testcase>
<testcase classname="tests.test_a" name="c"><error message="m"/></testcase>
</testsuite></testsuites>"""
SEEN = {"python": "3.12.1", "numpy": "2.5.0", "matplotlib": "3.11.2", "ipython": "9.18.1"}


def requirements():
    """What the package states that it needs, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {need.name: need for need in map(Requirement, project["dependencies"])}


# --- Which versions ----------------------------------------------------------------------


def test_the_oldest_set_has_the_lower_bounds_of_the_package():
    listed = [Requirement(line) for line in try_colab.OLDEST]
    oldest = {need.name: str(need.specifier).removeprefix("==") for need in listed}
    for name, need in requirements().items():
        (bound,) = need.specifier
        assert (bound.operator, oldest[name]) == (">=", f"{bound.version}.*")


def test_the_newest_set_names_the_same_packages_without_versions():
    names = [Requirement(line).name for line in try_colab.OLDEST]
    assert versions.SETS["newest"] == tuple(names)


def test_the_set_of_another_processor_has_the_pinned_versions():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = [Requirement(line).name for line in versions.SETS["processor"]]
    assert set(versions.SETS["processor"]) <= set(lines)
    assert sorted(names) == sorted(versions.SETS["newest"])


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the names are those of x86-64")
def test_another_processor_rounds_otherwise():
    code = "import numpy as np; x = np.linspace(0, 3, 999); print(np.tanh(x).tolist(), x @ x)"
    here, there = (
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for variables in ({}, versions.VARIABLES["processor"])
    )
    assert here != there


def test_no_set_leaves_out_a_need_of_the_package():
    for packages in versions.SETS.values():
        assert requirements().keys() <= {Requirement(line).name for line in packages}


def test_the_ranges_admit_the_pinned_versions():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    assert all(need.specifier.contains(pinned[name]) for name, need in requirements().items())


def test_every_python_that_the_package_admits_is_tried_on_the_newest_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={min(versions.PYTHONS['newest'], key=Version)}"
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert tuple(ci["jobs"]["test"]["strategy"]["matrix"]["python"]) == versions.PYTHONS["newest"]


# --- Interpreters ------------------------------------------------------------------------


def test_a_python_that_is_not_there_is_reported_and_no_error():
    assert versions.interpreter("2.9") is None
    outcome = versions.try_set("newest", "2.9", 1)
    assert versions.table([outcome])[-1] == "| newest | 2.9 | not tried |  |  |  |  |  |"
    assert not versions.well([outcome])  # nothing was tried


def test_a_set_that_cannot_be_installed_is_a_failure(monkeypatch):
    def environment(*words):
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(versions, "environment", environment)
    outcome = versions.try_set("newest", HERE, 1)
    assert "not installed" in versions.table([outcome])[-1]
    assert not versions.well([outcome])


def fake_python(path, words):
    """Write a program that answers as a Python would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{words}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_python_is_asked_for_its_version_before_it_is_believed(tmp_path, monkeypatch):
    fake_python(tmp_path / "python3.97", "exit 127")  # as pyenv's stand-ins do
    wrong = fake_python(tmp_path / "versions/3.97.2/bin/python", "echo 3.96")
    right = fake_python(tmp_path / "versions/3.97.1/bin/python", "echo 3.97")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert versions.interpreter("3.97") == right
    assert versions.interpreter("3.96") is None
    assert wrong in list(versions.candidates("3.97"))


def test_this_python_is_found():
    assert versions.interpreter(HERE) == sys.executable


# --- What is run and counted -------------------------------------------------------------


def test_a_report_is_counted_and_each_fault_named():
    counts = versions.count(JUNIT)
    assert counts == versions.Counts(1, ("chapters.01::Cell 1", "tests.test_a::c"))


def test_a_pytest_that_does_not_run_is_a_failure(tmp_path):
    python = fake_python(tmp_path / "python", "exit 4")
    counts = versions.run_tests(python, tmp_path)
    assert counts == versions.Counts(0, ("pytest did not run: exit code 4",))


def test_a_table_row_has_versions_and_counts():
    outcome = versions.Outcome("newest", "3.12", SEEN, versions.Counts(7), versions.Counts(2, "x"))
    row = "| newest | 3.12.1 | 2.5.0 | 3.11.2 | 9.18.1 | 7 | 2 | 1 |"
    assert versions.table([outcome])[-1] == row
    assert versions.report([outcome]).endswith("\n- newest, Python 3.12: x\n")


@pytest.mark.parametrize(
    ("tests", "cells", "fine"),
    [
        (versions.Counts(1), versions.Counts(1), True),
        (versions.Counts(1), versions.Counts(0), False),
        (versions.Counts(0), versions.Counts(1), False),
        (versions.Counts(1), versions.Counts(1, ("x",)), False),
    ],
)
def test_only_something_tried_without_a_fault_is_well(tests, cells, fine):
    assert versions.well([versions.Outcome("newest", "3.12", SEEN, tests, cells)]) is fine


def test_the_tests_of_the_package_are_chosen_and_those_of_the_book_are_not():
    chosen = {path.name for path in versions.unit_tests()}
    assert {"test_scalar.py", "test_figures_core.py"} <= chosen
    assert not {"test_book.py", "test_site.py", "test_versions.py"} & chosen


def sanitised(text):
    """Return an output as nbval compares it on other versions."""
    config = ConfigParser(interpolation=None)
    config.read(versions.SANITISE, encoding="utf-8")
    for rule in config.sections():
        text = re.sub(config[rule]["regex"], config[rule]["replace"], text)
    return text


def words(text):
    """Return words and numbers, with one name for what fill_between draws."""
    return text.replace(">", " ").replace("FillBetweenPoly", "Poly").split()


def test_of_all_stored_outputs_only_pictures_lose_a_word_or_number():
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                for kind, text in (output.get("data") or {"stream": output.get("text")}).items():
                    if isinstance(text, str):
                        kept = "a picture" if kind == "image/svg+xml" else text
                        assert words(sanitised(text)) == words(kept)


# --- Once a week -------------------------------------------------------------------------


def workflow(path):
    """What a workflow says; YAML takes its `on` for a truth."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_get_no_right_that_a_job_does_not_name(path):
    content = workflow(path)
    assert content["permissions"] in ({}, {"contents": "read"})
    granted = [job.get("permissions", {}) for job in content["jobs"].values()]
    assert all(isinstance(rights, dict) for rights in granted)  # not write-all


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_use_githubs_own_actions_at_stated_versions(path):
    steps = [step for job in workflow(path)["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used == [name for name in used if re.fullmatch(r"actions/[\w-]+@v\d+", name)]


def test_once_a_week_every_python_is_tried_on_the_newest_versions():
    content = workflow(ROOT / ".github/workflows/versions.yml")
    (entry,) = content[True]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \d", entry["cron"])
    newest = content["jobs"]["newest"]
    assert tuple(newest["strategy"]["matrix"]["python"]) == versions.PYTHONS["newest"]
    command = "make versions SETS=newest PYTHONS=${{ matrix.python }}"
    assert command in [step.get("run") for step in newest["steps"]]


def test_only_the_job_that_runs_no_new_package_may_write_issues():
    jobs = workflow(ROOT / ".github/workflows/versions.yml")["jobs"]
    assert jobs["newest"]["permissions"] == {"contents": "read"}
    assert jobs["issue"]["permissions"] == {"contents": "read", "issues": "write"}
    assert (jobs["issue"]["needs"], jobs["issue"]["if"]) == ("newest", "always()")


OURS, OTHER = versions_issue.TITLE, "A question"


@pytest.mark.parametrize(
    ("result", "titles", "done"),
    [
        ("failure", [], "create"),
        ("failure", [OTHER], "create"),
        ("failure", [OTHER, OURS], None),
        ("success", [OTHER, OURS], "close"),
        ("success", [OTHER], None),
        ("cancelled", [], None),
        ("cancelled", [OURS], None),
    ],
)
def test_one_issue_is_open_while_the_newest_fail(result, titles, done, tmp_path, monkeypatch):
    listed = [{"number": k, "title": title} for k, title in enumerate(titles, 7)]
    asked = []

    def gh(*words):
        asked.append(words)
        return json.dumps(listed) if words[1] == "list" else ""

    monkeypatch.setattr(versions_issue, "gh", gh)
    (tmp_path / "report.md").write_text("| newest | 3.13 |\n", encoding="utf-8")
    versions_issue.settle(result, tmp_path, "https://example.org/run")
    changes = [words for words in asked if words[1] != "list"]
    assert [words[1] for words in changes] == ([done] if done else [])
    if done == "create":
        assert OURS in changes[0]
        assert "| newest | 3.13 |" in changes[0][-1]
    if done == "close":
        assert changes[0][2] == "8"


def test_an_issue_without_reports_says_so(tmp_path):
    text = versions_issue.body(tmp_path, "https://example.org/run")
    assert text.startswith("There is no report")
    assert "https://example.org/run" in text
