"""Run the chapters' simulations again with other seeds: does what the text says still hold?

`python -m tools.book.seeds` runs every chapter three times, each time with other numbers in
place of the seeds that its cells name. A run is compared with the stored outputs, number by number:
whatever stands before "±" or in front of an interval "(low to high)" may move by 4.5 standard
errors of the difference. The chapters' own assertions must hold, and so must the claims of the
text that `tests/book/claims/seeds.toml` lists.
"""

import argparse
import ast
import asyncio
import copy
import sys
import tomllib
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from tools.book.measured import MOST_ERRORS, errors_apart, measured, printed
from tools.book.run_notebooks import chapters, execute

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = ROOT / "tests" / "book" / "claims"
LISTED = tomllib.loads((CLAIMS / "seeds.toml").read_text(encoding="utf-8"))
SHIFTS = (1000, 2000, 3000)


def reseeded(source, shift):
    """Return the code of a cell in which each seed is larger by `shift`."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        function = getattr(node, "func", None)
        if getattr(function, "attr", getattr(function, "id", None)) == "default_rng":
            if len(node.args) != 1 or type(getattr(node.args[0], "value", None)) is not int:
                raise ValueError(f"line {node.lineno}: a seed must be a number in the cell")
            node.args[0].value += shift
    return ast.unparse(tree)


def with_other_seeds(nb, shift, claims, keep):
    """Return a notebook with other seeds, save in the cells `keep`, that asserts the claims."""
    nb = copy.deepcopy(nb)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    for cell in cells:
        cell.source = cell.source if cell.id in keep else reseeded(cell.source, shift)
    nb.cells = []
    for cell in cells:
        here = {cell.id} if cell is not cells[-1] else {cell.id, None}
        said = [claim for claim in claims if claim.get("after") in here]
        nb.cells += [cell, *(new_code_cell(f"assert {c['holds']}, {c['text']!r}") for c in said)]
    return nb


def compared(stored, run):
    """Return how many numbers were compared, the largest difference in errors, and what failed."""
    before = {cell.id: cell.outputs for cell in stored.cells if cell.cell_type == "code"}
    failures, apart = [], []
    for cell in run.cells:
        for error in (output for output in cell.outputs if output.output_type == "error"):
            failures.append(f"{cell.id}: {error.ename} {error.evalue}")
        old, new = (
            measured(printed(outputs)) for outputs in (before.get(cell.id, []), cell.outputs)
        )
        if len(old) != len(new):
            failures.append(f"{cell.id} prints in another form")
        for number, (was, now) in enumerate(zip(old, new, strict=False), 1):
            apart.append(errors_apart(was, now))
            if apart[-1] > MOST_ERRORS:
                words = f"{was} is now {now}, {apart[-1]:.1f} errors off"
                failures.append(f"{cell.id}, number {number}: {words}")
    return len(apart), max(apart, default=0.0), failures


async def rerun(path, shift, slot):
    """Run a chapter with other seeds; print what was found, and return whether all is well."""
    nb = nbformat.read(path, as_version=4)
    claims, keep = LISTED.get(path.stem, []), LISTED["keep"].get(path.stem, [])
    async with slot:
        changed = with_other_seeds(nb, shift, claims, keep)
        run = await execute(changed, path.parent, allow_errors=True)
    count, worst, failures = compared(nb, run)
    said = f"{path.stem}, seeds + {shift}: {count} numbers, at most {worst:.2f} errors off"
    print(said, *failures, sep="\n    ", flush=True)
    return not failures


async def rerun_all(paths, shifts, jobs):
    """Run all chapters with all shifts, `jobs` at a time; return whether all is well."""
    slot = asyncio.Semaphore(jobs)
    runs = [rerun(path, shift, slot) for path in paths for shift in shifts]
    return all(await asyncio.gather(*runs))


def main(arguments=None):
    """Read the command line, run, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, help="default: all of chapters/")
    parser.add_argument("--shifts", type=int, nargs="+", default=SHIFTS, help="added to the seeds")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once (default: 2)")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.paths] or chapters()
    return int(not asyncio.run(rerun_all(paths, options.shifts, options.jobs)))


if __name__ == "__main__":
    sys.exit(main())
