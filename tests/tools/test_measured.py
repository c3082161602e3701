"""Printed numbers are read with their errors; what rounding decides is still compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tools.book.measured import Measured, beyond_rounding, errors_apart, measured

ROOT = Path(__file__).resolve().parents[2]
STORED = "plain  30   66% ( 56% to  75%)   1.40 ± 0.02"
DIGEST = "axes 1: leaky\n  Line2D y n 3 first 1 last 0.7 min 0.7 max 1 mean 0.9"


def stream(text):
    """Outputs of a cell that prints a text."""
    return [new_output("stream", text=text)]


def figure(digest):
    """Outputs of a cell that draws a figure."""
    return [new_output("execute_result", data={"text/plain": digest, "image/svg+xml": "<svg/>"})]


# --- Numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "error"),
    [
        ("1.250 ± 0.013", 1.25, 0.013),
        ("-1.5e-03 ± 2e-04 of", -1.5e-3, 2e-4),
        ("84.5% ± 1.2% inside", 84.5, 1.2),
        ("4.077 +- 0.091", 4.077, 0.091),
        ("71.8% of 400 trials (67.1% to 75.9%)", 71.5, 4.4 / 1.96),
        ("13% (  8% to  21%)", 14.5, 6.5 / 1.96),
        ("40 % of 400 (35 to 45 %)", 40.0, 5.0 / 1.96),
        ("one in 11 (1 in 8 to 1 in 16)", 12.0, 4.0 / 1.96),
    ],
)
def test_numbers_with_errors_and_intervals_are_read(text, value, error):
    (number,) = measured(f"x = 3: {text}, exact 2.5")
    assert (number.value, number.error) == pytest.approx((value, error))


def test_rounding_is_no_difference():
    assert errors_apart(Measured(1.0, 0.0, 0.05), Measured(1.09, 0.0, 0.05)) == 0
    assert errors_apart(Measured(1.0, 0.01, 0.005), Measured(2.0, 0.01, 0.005)) > 40


# --- Cells that rounding decides -------------------------------------------------------------


@pytest.mark.parametrize(
    "now",
    [
        STORED,
        "plain  30   68% ( 58% to  76%)   1.40 ± 0.02",
        "plain  30   70% ( 60% to  78%)   1.40 ± 0.02",
        "plain  30   66% ( 56% to  75%)   1.41 ± 0.03",
    ],
)
def test_a_few_trials_that_end_otherwise_are_let_go(now):
    assert beyond_rounding(stream(STORED), stream(now)) == []


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("plain  30   16% ( 10% to  24%)   1.40 ± 0.02", "65.5 ± 4.8 is now 17 ± 3.6"),
        ("plain  30   66% ( 56% to  75%)   1.60 ± 0.02", "1.4 ± 0.02 is now 1.6 ± 0.02"),
        ("leaky  30   66% ( 56% to  75%)   1.40 ± 0.02", "more than numbers has changed"),
        ("plain  30   66% ( 56% to  75%)   nan ± nan", "more than numbers has changed"),
        (STORED + "\n" + STORED, "more than numbers has changed"),
        ("", "more than numbers has changed"),
    ],
)
def test_what_a_few_trials_cannot_explain_is_found(now, reason):
    assert beyond_rounding(stream(STORED), stream(now)) == [reason]


def test_figures_may_move_a_little_and_change_nothing_else():
    def found(*change):
        return beyond_rounding(figure(DIGEST), figure(DIGEST.replace(*change)))

    assert found("last 0.7 min 0.7", "last 0.77 min 0.77") == []
    assert found("last 0.7 min 0.7", "last 0.7 min 0.59") == ["0.7 is now 0.59"]
    assert found("mean 0.9", "mean 0.86") == []
    assert found("mean 0.9", "mean 0.84") == ["0.9 is now 0.84"]
    assert found("n 3", "n 4") == ["3 is now 4"]
    assert found("leaky", "skips") == ["more than numbers has changed"]
    assert beyond_rounding(figure(DIGEST), []) == ["more than numbers has changed"]


@pytest.fixture(scope="module")
def nbval(tmp_path_factory):
    """What nbval says, as `make test` runs it, of two cells that rounding decides."""
    folder = tmp_path_factory.mktemp("chapters")
    marks = {"tags": ["nbval-ignore-output"], "rounding": "because"}
    cells = [
        new_code_cell(f"print({now!r})", metadata=marks, outputs=stream(STORED + "\n"))
        for now in (STORED.replace("66%", "67%"), STORED.replace("1.40", "1.60"))
    ]
    for cell in cells:
        cell.execution_count = 1
    nbformat.write(new_notebook(cells=cells), folder / "page.ipynb")
    command = [sys.executable, "-m", "pytest", "-rA", "--color=no", "-c", ROOT / "pyproject.toml"]
    command += ["-p", "no:xdist", "-p", "chapters.conftest", "--nbval", folder]
    process = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return process.stdout


def test_nbval_lets_rounding_pass_and_names_what_is_more(nbval):
    assert re.search(r"^PASSED .*page.ipynb::Cell 0$", nbval, re.M)
    assert re.search(r"^FAILED .*page.ipynb::Cell 1", nbval, re.M)
    assert "1.4 ± 0.02 is now 1.6 ± 0.02" in nbval
