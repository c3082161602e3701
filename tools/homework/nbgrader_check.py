"""Let nbgrader itself hand out and mark the masters: `nox -s nbgrader`.

For every master with both versions of all questions, nbgrader's student copy must have the same
sources as ours; the solutions must get all points that a machine gives, an untouched copy none.
Exits with 1 if not.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from tools.homework import copies, masters


def run(course, *words):
    """Run one of nbgrader's commands in a course's folder; its failure is ours."""
    process = subprocess.run(["nbgrader", *words], cwd=course, capture_output=True, text=True)
    if process.returncode:
        sys.exit(process.stderr[-3000:])


def filled_in(nb, name):
    """Return nbgrader's student copy with the master's solutions put in."""
    solved = {masters.cell_id(cell): cell.source for cell in masters.read(name).cells}
    for cell in nb.cells:
        if masters.settings(cell).get("solution"):
            cell.source = solved[masters.cell_id(cell)]
    return nb


def different_cells(nb, name):
    """Return the cells that nbgrader's student copy and ours do not have alike."""
    pairs = zip(nb.cells, masters.read(name).cells, strict=True)
    return [
        masters.cell_id(ours)
        for theirs, ours in pairs
        if theirs.source != masters.student_source(ours)
    ]


def hand_in(course, who, name, nb):
    """Put a notebook where nbgrader looks for a student's submission."""
    path = course / "submitted" / who / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(copies.to_text(nb), encoding="utf-8")


def check(course):
    """Return what is not as it must be, in words."""
    faults = []
    for name in masters.names():
        source = course / "source" / name / f"{name}.ipynb"
        source.parent.mkdir(parents=True)
        shutil.copy(masters.FOLDER / source.name, source)
        run(course, "generate_assignment", name, "--create", "--force")
        released = nbformat.read(course / "release" / name / source.name, as_version=4)
        faults += [f"{name}: {cell} is another cell" for cell in different_cells(released, name)]
        hand_in(course, "blank", name, released)
        hand_in(course, "solved", name, filled_in(released, name))
        run(course, "autograde", name, "--create", "--force")
    run(course, "export")
    for row in csv.DictReader((course / "grades.csv").open(encoding="utf-8")):
        if row["student_id"] in ("blank", "solved"):
            most = most_points(row["assignment"]) if row["student_id"] == "solved" else 0
            print(f"{row['assignment']} {row['student_id']:6s} {float(row['raw_score']):g}")
            if float(row["raw_score"]) != most:
                faults.append(f"{row['assignment']}: {row['student_id']} must get {most:g}")
    return faults


def most_points(name):
    """Return the points that a machine gives for both versions of all questions."""
    cells = masters.read(name).cells
    graded = [masters.settings(cell) for cell in cells if cell.cell_type == "code"]
    return sum(settings.get("points", 0) for settings in graded if settings.get("grade"))


def main():
    """Check, say what was found, and return the exit code."""
    with tempfile.TemporaryDirectory() as course:
        faults = check(Path(course))
    print("\n".join(faults) or "nbgrader hands out the same copies and gives the same marks.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
