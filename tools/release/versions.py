"""Run the package's tests and the chapters on other versions than those that are pinned.

`make versions` makes an environment for each set and Python below build/versions/, installs the
package's wheel there, and runs the tests that import `longterm` and then, with nbval, every cell.
Figures are compared by their digests: an SVG's bytes belong to one version of Matplotlib. The set
`processor` has the pinned versions, and lets them calculate as an older processor would.
"""

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from tools.release import try_colab

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "versions"
SANITISE = ROOT / "tests" / "book" / "sanitise_svg.cfg"
SHOWN = ("numpy", "matplotlib", "ipython")
TOOLS = ("pytest", "pytest-xdist", "hypothesis", "nbval", "nbclient", "beautifulsoup4", "pyyaml")
# Old releases use what newer ones of their own needs call deprecated. On the newest it is an error.
OLD_AND_NEW = ("-W", "ignore::DeprecationWarning")
# NumPy 2.0 has no wheels for Python 3.13.
PYTHONS = {
    "oldest": ("3.11",),
    "colab": ("3.12",),
    "newest": ("3.11", "3.12", "3.13"),
    "processor": ("3.11",),
}
# A processor of 2008 rounds otherwise in products, tanh and exp; any other may, too.
VARIABLES = {"processor": {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}}


def package_name(requirement):
    """Return a requirement without its versions."""
    return re.match(r"[\w-]+", requirement)[0]


def pinned(names):
    """Return the lines of constraints.txt on these packages."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line.partition("==")[0] in names)


NAMES = tuple(map(package_name, try_colab.OLDEST))
SETS = {
    "oldest": try_colab.OLDEST,
    "colab": try_colab.COLAB,
    "newest": NAMES,
    "processor": pinned(NAMES),
}


@dataclass(frozen=True)
class Counts:
    """How many tests passed, and a line on each that did not."""

    passed: int = 0
    failed: tuple = ()


@dataclass(frozen=True)
class Outcome:
    """What a set gave on one Python; without versions where there was nothing to try."""

    name: str
    python: str
    versions: dict = field(default_factory=dict)
    tests: Counts = Counts()
    cells: Counts = Counts()

    @property
    def failed(self):
        """The lines on all that failed."""
        return (*self.tests.failed, *self.cells.failed)


# --- Interpreters ------------------------------------------------------------------------


def candidates(version):
    """Yield where a Python of this version may be: this one, on the path, pyenv's, uv's."""
    yield sys.executable
    yield shutil.which(f"python{version}")
    home = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(home.glob(f"versions/{version}.*/bin/python"), reverse=True)
    if uv := shutil.which("uv"):
        yield output_of(uv, "python", "find", "--no-project", version)


def output_of(*command):
    """Return what a command prints, "" if it cannot be run or fails."""
    try:
        process = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return process.stdout.strip()


def interpreter(version):
    """Return a Python of this version that can make environments, None if there is none."""
    question = "import ensurepip, venv, sys; print('%d.%d' % sys.version_info[:2])"
    found = (path for path in candidates(version) if path)
    return next((path for path in found if output_of(path, "-c", question) == version), None)


# --- Environments ------------------------------------------------------------------------


def environment(folder, packages, python):
    """Make an environment with these packages and ours; return its Python."""
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    ours = folder / "bin" / "python"
    pip = [ours, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as scratch:
        wheel = try_colab.build_wheel(Path(scratch))
        subprocess.run([*pip, *packages, *TOOLS, wheel], check=True)
    output_of(ours, "-c", "import matplotlib.font_manager")  # its cache, built in a cell, prints
    return ours


def versions_of(python):
    """Return the versions of Python and of the packages that the table shows."""
    code = (
        "import platform, sys; from importlib.metadata import version\n"
        "print(platform.python_version(), *map(version, sys.argv[1:]))"
    )
    found = output_of(python, "-c", code, *SHOWN).split()
    return dict(zip(("python", *SHOWN), found, strict=True))


# --- Tests -------------------------------------------------------------------------------


def unit_tests():
    """Return the test files that import the package; the others test the book and its tools."""
    return [
        file
        for file in sorted((ROOT / "tests" / "unit").glob("test_*.py"))
        if imports_package(file)
    ]


def imports_package(file):
    """Tell whether a Python file imports `longterm`; what stands in its strings does not count."""
    nodes = ast.parse(file.read_text(encoding="utf-8")).body
    names = [getattr(node, "module", None) for node in nodes]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return any(name and name.split(".")[0] == "longterm" for name in names)


def run_tests(python, folder, *words, variables=None):
    """Run pytest, its words into the folder's log, and return what it counted."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [python, "-m", "pytest", "--quiet", "--tb=short", f"--junitxml={report}", *words]
    with (folder / "log").open("ab") as log:
        process = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | (variables or {}),
            stdout=log,
            stderr=log,
            check=False,
        )
    if not report.exists():
        return Counts(0, (f"pytest did not run: exit code {process.returncode}",))
    return count(report.read_text(encoding="utf-8"))


def count(junit):
    """Return what a report in JUnit's form says."""
    cases = list(ElementTree.fromstring(junit).iter("testcase"))
    faults = [
        (case, fault) for case in cases for fault in case if fault.tag in ("failure", "error")
    ]
    skipped = sum(case.find("skipped") is not None for case in cases)
    failed = tuple(f"{case.get('classname')}::{case.get('name')}" for case, _ in faults)
    return Counts(len(cases) - skipped - len({id(case) for case, _ in faults}), failed)


def try_set(name, version, workers):
    """Run all on one set and Python; say how it goes, and return the outcome."""
    python = interpreter(version)
    if python is None:
        return Outcome(name, version)
    folder = FOLDER / f"{name}-{version}"
    print(f"{name}, Python {version}: installing into {folder.relative_to(ROOT)} ...", flush=True)
    try:
        ours = environment(folder, SETS[name], python)
    except subprocess.CalledProcessError as error:
        return Outcome(name, version, tests=Counts(0, (f"not installed: {error}",)))
    spread = ("-n", str(workers), "--dist", "loadscope") if workers > 1 else ()
    print(f"{name}, Python {version}: testing; the log is there, too ...", flush=True)
    lenient = OLD_AND_NEW if name in ("oldest", "colab") else ()
    plain = ("--nbval", "--nbval-sanitize-with", SANITISE, ROOT / "chapters")
    run = partial(run_tests, ours, folder, *spread, variables=VARIABLES.get(name))
    tests = run(*lenient, "-m", "not pinned", *unit_tests())
    cells = run(*plain)
    return Outcome(name, version, versions_of(ours), tests, cells)


# --- The table ---------------------------------------------------------------------------


def table(outcomes):
    """Return the outcomes as the lines of a table in Markdown."""
    lines = [
        "| set | Python | NumPy | Matplotlib | IPython | tests | cells | failed |",
        "|:--|:--|:--|:--|:--|--:|--:|--:|",
    ]
    for outcome in outcomes:
        why_not = "not installed" if outcome.failed else "not tried"
        versions = list(outcome.versions.values()) or [outcome.python, why_not, "", ""]
        counts = [outcome.tests.passed, outcome.cells.passed, len(outcome.failed)]
        cells = [outcome.name, *versions, *(counts if outcome.versions else ["", "", ""])]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


def report(outcomes):
    """Return the table and a line on each failure."""
    faults = [
        f"- {outcome.name}, Python {outcome.python}: {line}"
        for outcome in outcomes
        for line in outcome.failed
    ]
    return "\n".join([*table(outcomes), "", *faults]).strip() + "\n"


def well(outcomes):
    """Return whether something was tried and nothing failed."""
    tried = [outcome for outcome in outcomes if outcome.versions or outcome.failed]
    return bool(tried) and all(
        outcome.tests.passed and outcome.cells.passed and not outcome.failed for outcome in tried
    )


def main(arguments=None):
    """Read the command line, try the sets, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(SETS)}; default: all")
    parser.add_argument("--python", nargs="*", help="such as 3.12; default: what a set is for")
    parser.add_argument("--workers", type=int, default=2, help="tests at once (default: 2)")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.sets if name not in SETS]:
        parser.error(f"no such set: {unknown[0]}; there are {', '.join(SETS)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    pairs = [(n, v) for n in options.sets or SETS for v in options.python or PYTHONS[n]]
    outcomes = [try_set(name, version, options.workers) for name, version in pairs]
    text = report(outcomes)
    (FOLDER / "report.md").write_text(text, encoding="utf-8")
    print(text, end="")
    return 0 if well(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
