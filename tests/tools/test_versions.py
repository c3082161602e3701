"""Other versions are really tried: the oldest admitted, every Python, another processor."""

import os
import platform
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import nbformat
import noxfile
import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
NEEDS = {need.name: need for need in map(Requirement, noxfile.PROJECT["dependencies"])}


def exact(lines):
    """Return the version that each exact requirement names."""
    return {name: version for name, _, version in (line.partition("==") for line in lines)}


def test_the_oldest_versions_are_the_lower_bounds_of_the_package():
    oldest = exact(noxfile.OLDEST)
    bounds = {
        name: [(s.operator, f"{s.version}.*") for s in n.specifier] for name, n in NEEDS.items()
    }
    assert bounds == {name: [(">=", oldest[name])] for name in NEEDS}


@pytest.mark.parametrize("lines", [
    (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines(), noxfile.COLAB,
], ids=["pinned", "Colab"])  # fmt: skip
def test_the_ranges_admit_the_versions(lines):
    """Else, in Colab, pip replaces packages that are in use, which then asks for a restart."""
    has = exact(lines)
    assert [str(n) for n in NEEDS.values() if not n.specifier.contains(has.get(n.name, "0"))] == []


def test_every_python_that_the_package_admits_is_tried():
    assert noxfile.PROJECT["requires-python"] == f">={noxfile.PYTHONS[0]}"
    for name, job in (("ci", "test"), ("versions", "newest")):
        workflow = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text("utf-8"))
        tried = workflow["jobs"][job]["strategy"]["matrix"]["python"]
        assert set(tried) <= set(noxfile.PYTHONS)
        assert name == "ci" or tried == [*noxfile.PYTHONS]


def test_every_week_grids_and_sentences_are_tried_with_other_seeds():
    jobs = yaml.safe_load((ROOT / ".github/workflows/versions.yml").read_text("utf-8"))["jobs"]
    assert {*jobs["seeds"]["strategy"]["matrix"]["what"]} == {"sweeps CHECK=1", "seeds"}
    assert {*jobs["issue"]["needs"]} == {*jobs} - {"issue"}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the names are those of x86-64")
def test_another_processor_rounds_otherwise():
    code = "import numpy as np; x = np.linspace(0, 3, 999); print(np.tanh(x).tolist(), x @ x)"
    command = [sys.executable, "-c", code]
    here, there = (
        subprocess.run(command, env=os.environ | variables, capture_output=True, check=True).stdout
        for variables in ({}, noxfile.NEHALEM)
    )
    assert here != there


def sanitised(text):
    """Return an output as nbval compares it on other versions."""
    config = ConfigParser(interpolation=None)
    config.read(ROOT / noxfile.SANITISE[1].partition("=")[2], encoding="utf-8")
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
