"""What befalls a copy of the course on a stranger's machine."""

import base64
import io
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from PIL import Image
from tools.book import build_book, run_notebooks

ROOT = Path(__file__).resolve().parents[2]


# --- Versions ------------------------------------------------------------------------------


def lowest_python():
    """Return the lowest Python that the package admits, as (major, minor)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return re.fullmatch(r">=(\d+)\.(\d+)", project["requires-python"]).groups()


def test_make_asks_for_the_python_that_the_package_needs():
    asked = re.findall(r"version_info < \((\d+), (\d+)\)", (ROOT / "Makefile").read_text("utf-8"))
    assert asked == [lowest_python()]


@pytest.mark.pinned
def test_every_pinned_package_admits_the_lowest_python():
    """Of those that are installed here: a newer Python does without some."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(line.split("==")[0]) for line in lines if "==" in line}
    needs = {
        found.name: found.metadata.get("Requires-Python", "")
        for found in distributions()
        if canonicalize_name(found.name) in pins
    }
    assert len(needs) > 0.9 * len(pins)
    lowest = ".".join((*lowest_python(), "0"))
    assert {pin: need for pin, need in needs.items() if lowest not in SpecifierSet(need)} == {}


# --- Folders that move -----------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("make") is None, reason="left out: make is missing")
@pytest.mark.parametrize("name", ["course", "with a space", "é 'quoted'"])
@pytest.mark.parametrize("moved", [True, False])
def test_an_environment_of_another_folder_is_noticed(tmp_path, name, moved):
    folder = tmp_path / name
    (folder / ".venv").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    home = tmp_path / "elsewhere" if moved else folder
    words = f"command = /usr/bin/python3 -m venv --clear {home}/.venv\n"
    (folder / ".venv" / "pyvenv.cfg").write_text(words, encoding="utf-8")
    said = subprocess.run(["make", "help"], cwd=folder, capture_output=True, text=True, check=True)
    assert ("belongs to another folder" in said.stdout) is moved
    assert (folder / ".venv").exists() is not moved


# --- Notebooks that an editor saved ----------------------------------------------------------


def slider_notebook(path, shown, stored):
    """Write a notebook that shows one widget and holds the state of one."""
    data = {build_book.VIEW: {"model_id": shown}}
    cell = new_code_cell("1", outputs=[new_output("display_data", data)])
    nb = new_notebook(cells=[cell], metadata={"widgets": {build_book.STATE: {"state": stored}}})
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nb, path)


def test_a_chapter_with_blank_sliders_is_not_built_and_named(tmp_path, capsys):
    slider_notebook(tmp_path / "chapters" / "01_sound.ipynb", "a", {"a": {}})
    slider_notebook(tmp_path / "chapters" / "02_saved.ipynb", "b", {"a": {}})
    assert build_book.build(tmp_path, builder=[sys.executable, "-c", "1"]) == 1
    said = capsys.readouterr().out
    assert "02_saved.ipynb" in said
    assert "01_sound.ipynb" not in said
    assert "make execute" in said


# --- Pictures that processors round otherwise --------------------------------------------------


def png(pixels):
    """Return pixels as a PNG in base64."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_a_picture_is_kept_where_a_few_pixels_differ_and_not_where_a_line_moves():
    sound = np.full((340, 680, 4), 255, dtype=np.uint8)
    sound[170, 50:630, :3] = 0  # a line
    shade, line = sound.copy(), np.roll(sound, 1, axis=0)
    shade[170, 60:70, :3] = 90

    def kept(new):
        """Tell whether the runner keeps the stored picture."""
        before, now = (
            new_notebook(cells=[new_code_cell(outputs=[new_output("display_data", data)])])
            for data in ({"image/png": png(sound)}, {"image/png": png(new)})
        )
        outputs = run_notebooks.with_pictures_of(before, now).cells[0].outputs
        return outputs[0].data["image/png"] == png(sound)

    assert [kept(sound), kept(shade), kept(line), kept(sound[1:])] == [True, True, False, False]
