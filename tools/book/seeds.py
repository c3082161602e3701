"""Run the chapters' simulations again with other seeds: does what the text says still hold?

`python -m tools.book.seeds` runs every chapter three times, each time with other numbers in
place of the seeds that its cells name. A run is compared with the stored outputs, number by number:
whatever stands before "±" or in front of an interval "(low to high)" may move by 4.5 standard
errors of the difference. The chapters' own assertions must hold, and so must the claims of the
text that `tests/book/seeds.toml` lists.
"""

import argparse
import ast
import contextlib
import io
import json
import math
import os
import subprocess
import sys
import tomllib
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import nbformat
from tools.book.measured import errors_apart, measured
from tools.book.run_notebooks import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = ROOT / "tests" / "book" / "seeds.toml"
SHIFTS = (1000, 2000, 3000)
MOST_ERRORS = 4.5  # so that some hundred comparisons do not cry wolf


# --- One chapter with other seeds ------------------------------------------------------------


def reseeded(source, shift):
    """Return a cell as a syntax tree in which each seed is larger by `shift`, and their number."""
    tree, seeds = ast.parse(source), 0
    for node in ast.walk(tree):
        function = getattr(node, "func", None)
        if getattr(function, "attr", getattr(function, "id", None)) == "default_rng":
            if len(node.args) != 1 or type(getattr(node.args[0], "value", None)) is not int:
                raise ValueError(f"line {node.lineno}: a seed must be a number in the cell")
            node.args[0].value += shift
            seeds += 1
    return tree, seeds


def run_cells(cells, shift, claims=(), examples=()):
    """Run code cells (id, source) in one namespace; return what each printed, and what failed.

    The cells `examples` keep their seeds.
    """
    space, texts, failures, seeds, found = {"__name__": "__main__"}, {}, [], 0, []
    for name, source in cells:
        printed = io.StringIO()
        try:
            tree, count = reseeded(source, 0 if name in examples else shift)
            seeds += 0 if name in examples else count
            with contextlib.redirect_stdout(printed):
                exec(compile(tree, name, "exec"), space)
        except Exception as error:
            failures.append(f"{name}: {source_line(source, error)}")
        texts[name] = printed.getvalue()
        found += [judged(claim, space) for claim in claims if claim.get("after") == name]
    found += [judged(claim, space) for claim in claims if "after" not in claim]
    return {"texts": texts, "failures": failures, "seeds": seeds, "claims": found}


def source_line(source, error):
    """Say what went wrong, with the line of the cell where it did."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.name == "<module>"]
    line = source.splitlines()[lines[-1] - 1].strip() if lines else ""
    return f"{type(error).__name__} {error} in: {line}"


def judged(claim, space):
    """Return a claim's text and by how many standard errors it is missed; 0 where it holds."""
    try:
        if "holds" in claim:
            return claim["text"], 0.0 if eval(claim["holds"], space) else math.inf
        value, error = (float(eval(claim[key], space)) for key in ("value", "error"))
        low, high = claim["between"]
        off = max(low - value, value - high, 0.0)
        return claim["text"], off / error if off else 0.0
    except Exception as error:
        return f"{claim['text']} ({type(error).__name__}: {error})", math.inf


# --- Comparing -------------------------------------------------------------------------------


class Row(NamedTuple):
    """What came of the runs of one chapter: its line of the table, and what failed."""

    seeds: int
    runs: int
    comparisons: int
    worst: float
    failures: list

    def line(self, name):
        """Return the line."""
        return TABLE.format(name, *self[:3], f"{self.worst:.2f}", len(self.failures))


TABLE = "{:24}{:>13}{:>13}{:>13}{:>13}{:>13}"
HEAD = TABLE.format("chapter", "simulations", "other seeds", "comparisons", "worst |z|", "failures")


def compared(run, stored):
    """Return (standard errors apart, words) of all that one run can be compared in."""
    found = [(off, f'no longer so: "{text}"') for text, off in run["claims"]]
    for name, text in run["texts"].items():
        pairs = measured(stored[name]), measured(text)
        if len(pairs[0]) != len(pairs[1]):
            found.append((math.inf, f"{name} prints in another form"))
        for number, (old, new) in enumerate(zip(*pairs, strict=False), 1):
            found.append((errors_apart(old, new), f"{name}, number {number}: {old} is now {new}"))
    return found


def result(runs, stored):
    """Return the row of a chapter, given its runs by their shifts and what its cells printed."""
    found = [(shift, *pair) for shift, run in runs.items() for pair in compared(run, stored)]
    failures = [
        f"seed + {shift}: {text}" for shift, run in runs.items() for text in run["failures"]
    ]
    failures += [
        f"seed + {shift}: {words} ({off:.1f} standard errors)"
        for shift, off, words in found
        if off > MOST_ERRORS
    ]
    worst = max((off for _, off, _ in found), default=0.0)
    return Row(max(run["seeds"] for run in runs.values()), len(runs), len(found), worst, failures)


# --- Running ---------------------------------------------------------------------------------


def code_cells(path):
    """Return the code cells of a notebook as (id, source), and what each has printed."""
    nb = nbformat.read(path, as_version=4)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    texts = {cell.id: "".join(out.get("text", "") for out in cell.outputs) for cell in cells}
    return [(cell.id, cell.source) for cell in cells], texts


def listed(kind, chapter):
    """Return the entries of this kind and chapter in `tests/book/seeds.toml`."""
    entries = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))[kind]
    return [entry for entry in entries if entry["chapter"] == chapter]


def run_apart(path, shift):
    """Run a chapter in a Python of its own, as its kernel would be."""
    command = [sys.executable, "-W", "error::RuntimeWarning", "-m", "tools.book.seeds"]
    run = subprocess.run(
        [*command, "--one", str(shift), str(path)],
        env={**os.environ, **ENVIRONMENT, "MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)},
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise SystemExit(f"{path.stem}: {run.stderr}")
    return json.loads(run.stdout)


def run_here(path, shift):
    """Run a chapter, and print what came of it."""
    examples = [entry["cell"] for entry in listed("example", path.stem)]
    run = run_cells(code_cells(path)[0], shift, listed("claim", path.stem), examples)
    print(json.dumps(run))


def main(arguments=None):
    """Read the command line, run, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, help="default: all of chapters/")
    parser.add_argument("--one", type=int, metavar="SHIFT", help=argparse.SUPPRESS)
    parser.add_argument("--shifts", type=int, nargs="+", default=SHIFTS, help="added to the seeds")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once (default: 2)")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.paths] or sorted(ROOT.glob("chapters/*.ipynb"))
    if options.one is not None:
        return run_here(paths[0], options.one)
    words = f"simulations with {len(options.shifts)} other seeds each; this takes some minutes ..."
    print(f"Running the chapters' {words}", HEAD, sep="\n", flush=True)
    rows = []
    with ThreadPoolExecutor(options.jobs) as pool:
        started = [{s: pool.submit(run_apart, path, s) for s in options.shifts} for path in paths]
        for path, runs in zip(paths, started, strict=True):
            runs = {shift: run.result() for shift, run in runs.items()}
            rows.append(result(runs, code_cells(path)[1]))
            print(rows[-1].line(path.stem), *rows[-1].failures, sep="\n    ", flush=True)
    worst, failures = (
        max(row.worst for row in rows),
        [text for row in rows for text in row.failures],
    )
    sums = [sum(column) for column in list(zip(*rows, strict=True))[:3]]
    print(Row(*sums, worst, failures).line("all"))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
