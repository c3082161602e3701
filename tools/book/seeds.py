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
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from tools.book.measured import errors_apart, measured
from tools.book.run_notebooks import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = ROOT / "tests" / "book" / "seeds.toml"
SHIFTS = (1000, 2000, 3000)
MOST_ERRORS = 4.5  # so that some hundred comparisons do not cry wolf
SHOWS = "figures"  # not needed here


# --- One chapter with other seeds ------------------------------------------------------------


class _OtherSeeds(ast.NodeTransformer):
    """Adds a number to every seed, and leaves out figures that are only shown."""

    def __init__(self, shift):
        self.shift, self.seeds = shift, 0

    def visit_Call(self, node):
        self.generic_visit(node)
        if getattr(node.func, "attr", getattr(node.func, "id", None)) != "default_rng":
            return node
        if len(node.args) != 1 or type(getattr(node.args[0], "value", None)) is not int:
            raise ValueError(f"line {node.lineno}: a seed must be a number that stands in the cell")
        self.seeds += 1
        node.args = [ast.copy_location(ast.Constant(node.args[0].value + self.shift), node)]
        return node

    def visit_Expr(self, node):
        function = getattr(node.value, "func", None)
        shown = isinstance(function, ast.Attribute) and getattr(function.value, "id", None) == SHOWS
        return ast.copy_location(ast.Pass(), node) if shown else self.generic_visit(node)


def reseeded(source, shift):
    """Return a cell as a syntax tree in which each seed is larger by `shift`, and their number."""
    change = _OtherSeeds(shift)
    tree = change.visit(ast.parse(source))
    return ast.fix_missing_locations(tree), change.seeds


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


@dataclass
class Result:
    """What came of the runs of one chapter."""

    chapter: str
    seeds: int = 0
    runs: int = 0
    comparisons: int = 0
    worst: float = 0.0
    failures: list[str] = field(default_factory=list)

    def add(self, shift, run, stored):
        """Take in one run, given the stored text of each cell."""
        self.seeds, self.runs = run["seeds"], self.runs + 1
        self.failures += [f"seed + {shift}: {text}" for text in run["failures"]]
        for name, text in run["texts"].items():
            pairs = measured(stored[name]), measured(text)
            if len(pairs[0]) != len(pairs[1]):
                self.failures.append(f"seed + {shift}: {name} prints in another form")
            for number, (old, new) in enumerate(zip(*pairs, strict=False), 1):
                words = f"{name}, number {number}: {old} is now {new}"
                self.count(shift, errors_apart(old, new), words)
        for text, off in run["claims"]:
            self.count(shift, off, f'no longer so: "{text}"')

    def count(self, shift, off, words):
        """Count one comparison."""
        self.comparisons += 1
        self.worst = max(self.worst, off)
        if off > MOST_ERRORS:
            self.failures.append(f"seed + {shift}: {words} ({off:.1f} standard errors)")


# --- Running ---------------------------------------------------------------------------------


def code_cells(path):
    """Return the code cells of a notebook as (id, source), and what each has printed."""
    nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    texts = {
        cell.id: "".join(out.text for out in cell.outputs if out.output_type == "stream")
        for cell in cells
    }
    return [(cell.id, cell.source) for cell in cells], texts


def listed(kind, chapter):
    """Return the entries of this kind and chapter in `tests/book/seeds.toml`."""
    entries = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))[kind]
    return [entry for entry in entries if entry["chapter"] == chapter]


def run_apart(path, shift):
    """Run a chapter in a Python of its own, as its kernel would be."""
    command = [
        sys.executable,
        "-W",
        "error::RuntimeWarning",
        "-m",
        __spec__.name,
        "--one",
        str(shift),
    ]
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


def examine(path, shifts, pool):
    """Start a chapter's runs; return a function that waits for them and returns the result."""
    started = [pool.submit(run_apart, path, shift) for shift in shifts]

    def result():
        """Compare the runs, as they come in, with what is stored."""
        found, (_, stored) = Result(path.stem), code_cells(path)
        for shift, run in zip(shifts, started, strict=True):
            found.add(shift, run.result(), stored)
        return found

    return result


def row(name, *columns):
    """Return one line of the table."""
    return f"{name:24}" + "".join(f"{column:>13}" for column in columns)


def shown(result):
    """Print a chapter's line of the table, and what failed; return the result."""
    columns = result.seeds, result.runs, result.comparisons, f"{result.worst:.2f}"
    print(row(result.chapter, *columns, len(result.failures)), flush=True)
    for text in result.failures:
        print(f"    {text}", flush=True)
    return result


def summed_up(results):
    """Print the last line of the table; return the exit code."""
    sums = [sum(getattr(r, name) for r in results) for name in ("seeds", "runs", "comparisons")]
    worst, failures = max(r.worst for r in results), sum(len(r.failures) for r in results)
    print(row("all", *sums, f"{worst:.2f}", failures))
    return 1 if failures else 0


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
        (path,) = paths
        examples = [entry["cell"] for entry in listed("example", path.stem)]
        claims = listed("claim", path.stem)
        print(json.dumps(run_cells(code_cells(path)[0], options.one, claims, examples)))
        return 0
    words = f"simulations with {len(options.shifts)} other seeds each; this takes some minutes ..."
    print(f"Running the chapters' {words}", flush=True)
    print(row("chapter", "simulations", "other seeds", "comparisons", "worst |z|", "failures"))
    with ThreadPoolExecutor(options.jobs) as pool:
        results = [examine(path, options.shifts, pool) for path in paths]
        return summed_up([shown(result()) for result in results])


if __name__ == "__main__":
    sys.exit(main())
