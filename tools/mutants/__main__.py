"""Change the package a little, thousands of times, and see whether a unit test fails.

`make mutants` does this for all modules, `make mutants MODULES="scalar linear"` for some. What was
found stays in build/mutants, so that a second run goes on where the first one ended, and tries the
test first that killed a mutant before. Needs Linux. tests/README.md says what is left out.
"""

import difflib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from contextlib import contextmanager
from functools import partial
from pathlib import Path

SPEECH = os.fdopen(os.dup(1), "w")  # tests get another standard output
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "mutants"
MUTMUT = "mutmut==3.8.1"
GENERATE, SESSION = (Path(__file__).with_name(f"{name}.py") for name in ("generate", "session"))
MODULES = (
    *("_check", "scalar", "linear", "products", "scaling", "feedforward", "memory"),
    *("dynamics", "remedies", "rnn", "tasks", "training"),
)
MORE_TESTS = {
    "_check": ("check", "scalar", "linear"),
    "memory": ("boundary_gradient",),
    "rnn": ("tasks", "remedies"),  # which use parts of it that have no other use
}
LEAST_SHARE = 0.95
PYTEST = (
    *("-o", "addopts=", "-o", f"cache_dir={FOLDER}/pytest_cache", "--assert=plain", "--tb=no"),
    *("-s", "-q", "-p", "no:xdist", "-p", "no:nbval", "-p", "no:cov"),
)


def source_of(module):
    """Path of a module's code."""
    return ROOT / "lib" / "longterm" / f"{module}.py"


def tests_of(module):
    """Paths of a module's unit tests."""
    names = [f"test_{name}{end}.py" for name in (module, "bad_input") for end in ("", "_*")]
    names += [f"test_{name}.py" for name in MORE_TESTS.get(module, ())]
    return sorted({path for name in names for path in (ROOT / "tests").glob(name)})


def digest(*paths):
    """One checksum of several files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


# --- Mutants ---------------------------------------------------------------------------------


def environment():
    """The Python that has mutmut, after making its environment if that is missing."""
    python = FOLDER / "env" / "bin" / "python"
    ready = FOLDER / "env" / MUTMUT
    if not ready.exists():
        print(f"Making {ready.parent.relative_to(ROOT)} with {MUTMUT} ...", flush=True)
        venv.create(ready.parent, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-q", MUTMUT], check=True)
        ready.touch()
    return python


def mutants_of(module):
    """The mutants of a module by key; mutmut makes them where its code has changed."""
    source, made = source_of(module), FOLDER / "made"
    file, stamp = made / f"{module}.json", made / f"{module}.sha256"
    if not stamp.exists() or stamp.read_text() != digest(source, GENERATE):
        made.mkdir(parents=True, exist_ok=True)
        subprocess.run([environment(), GENERATE, made, source], check=True)
        stamp.write_text(digest(source, GENERATE))
    keyed = {}
    for mutant in json.loads(file.read_text(encoding="utf-8")):
        before, after = change(mutant["old"], mutant["new"])
        same = f"{mutant['owner']}: {before}  ->  {after}"
        number = sum(key.startswith(same) for key in keyed)
        keyed[same + (f"  #{number + 1}" if number else "")] = mutant
    return keyed


def change(old, new):
    """The lines that differ, each side on one line."""
    old, new = old.splitlines(), new.splitlines()
    if len(old) == len(new):
        pairs = [(a.strip(), b.strip()) for a, b in zip(old, new, strict=True) if a != b]
        return tuple(" ".join(side) for side in zip(*pairs, strict=True))
    lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
    return tuple(" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")


# --- Results, kept as they come ---------------------------------------------------------------


def header(module):
    """What the results of a module hang on."""
    return [digest(source_of(module), GENERATE, SESSION), digest(*tests_of(module))]


def results_file(module):
    """Path of a module's results."""
    return FOLDER / f"{module}.jsonl"


def read_results(module):
    """The header, and what killed each mutant, None for a survivor."""
    if not results_file(module).exists():
        return None, {}
    first, *rest = map(json.loads, results_file(module).read_text(encoding="utf-8").splitlines())
    return first, dict(rest)


def append(module, line):
    """Add one line to a module's results."""
    with results_file(module).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


# --- A run -----------------------------------------------------------------------------------


class Tally:
    """Keeps a module's results, and says now and then how far they are."""

    def __init__(self, module, total, done):
        self.module, self.total, self.done = module, total, dict(done)
        self.start = self.said = time.monotonic()

    def add(self, key, killer):
        """Keep one result."""
        self.done[key] = killer
        append(self.module, [key, killer])
        if time.monotonic() - self.said > 20:
            self.say()

    def say(self):
        """Print a line."""
        self.said = time.monotonic()
        survivors = sum(killer is None for killer in self.done.values())
        line = f"{self.module}: {len(self.done)}/{self.total}, {survivors} survive"
        print(line, flush=True, file=SPEECH)


def run(module):
    """Try the mutants of a module that have no result yet."""
    mutants, (old_header, old) = mutants_of(module), read_results(module)
    hints = {key: killer for key, killer in old.items() if killer and "::" in killer}
    if old_header != header(module):
        old = {}
        results_file(module).unlink(missing_ok=True)
        append(module, header(module))
    todo = {key: mutant for key, mutant in mutants.items() if key not in old}
    if not todo:
        return
    print(f"{module}: measuring its tests ...", flush=True)
    in_session(module, mutants, todo, hints)


def in_session(module, mutants, todo, hints):
    """Try mutants of functions in one session, and then those that need an import each."""
    import session  # imports what takes long, once

    preload()
    done = {key: killer for key, killer in read_results(module)[1].items() if key in mutants}
    tally = Tally(module, len(mutants), done)
    plan = FOLDER / f"{module}.plan"

    def functions():
        plugin = session.Transplanted(module, todo, hints, tally.add)
        code = run_pytest(module, plugin, tests_of(module))
        if code:
            raise RuntimeError(f"pytest ended with {code!r}")
        tally.say()
        plan.write_text(json.dumps([plugin.order, sum(plugin.seconds.values()), plugin.left]))

    if session.in_fork(functions, 10**6):
        sys.exit(f"{module}: the session ended early; see {FOLDER / module}.log")
    order, seconds, left = json.loads(plan.read_text())
    tally = Tally(module, len(mutants), read_results(module)[1])
    for key in left:
        with mutated_package(module, mutants[key], session.replaced) as folder:
            tally.add(
                key, imported(session, module, folder, hints.get(key), order, 10 + 4 * seconds)
            )
    tally.say()


@contextmanager
def mutated_package(module, mutant, replaced):
    """A folder with a copy of the package in which one module is the mutant."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        package, text = Path(folder) / "longterm", mutant["new"]
        shutil.copytree(source_of(module).parent, package)
        if mutant["owner"]:
            text = replaced(source_of(module).read_text(encoding="utf-8"), mutant["owner"], text)
        (package / f"{module}.py").write_text(text, encoding="utf-8")
        yield folder


def imported(session, module, folder, hint, order, limit):
    """What kills a package that is imported from a folder; the hinted test is tried alone first."""

    def answer(tests):
        sys.path.insert(0, folder)
        plugin = session.Imported(module, order)
        code = run_pytest(module, plugin, tests)
        return plugin.found or (f"pytest: {code.name}" if code in (1, 2) else None)

    ways = [[ROOT / hint]] if hint else []
    for tests in [*ways, tests_of(module)]:
        killer = session.in_fork(partial(answer, tests), limit)
        if killer:
            return killer
    return None


def preload():
    """Import what all tests import, but nothing of the package."""
    import bs4  # noqa: F401
    import hypothesis.strategies  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import scipy.integrate
    import scipy.interpolate
    import scipy.linalg
    import scipy.optimize
    import scipy.special
    import scipy.stats  # noqa: F401


def run_pytest(module, plugin, tests):
    """Let pytest collect tests; the plugin runs them."""
    import pytest

    log = os.open(FOLDER / f"{module}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    return pytest.main([*PYTEST, f"--rootdir={ROOT}", *map(str, tests)], [plugin])


# --- The report ------------------------------------------------------------------------------


def equivalents():
    """Mutants that no test can kill, with the reason."""
    path = ROOT / "tests" / "mutants_equivalent.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"] if path.exists() else []


def judge(module, listed):
    """Numbers of mutants and survivors, those without a reason, and reasons without a survivor."""
    mutants, results = mutants_of(module), read_results(module)[1]
    survivors = [key for key in mutants if results[key] is None]
    explained = {key for entry in listed if entry["module"] == module for key in entry["mutants"]}
    open_ = [key for key in survivors if key not in explained]
    late = {key for key in mutants if results[key] == "SIGXCPU"}  # elsewhere it may be in time
    return len(mutants), len(survivors), open_, sorted(explained - set(survivors) - late)


def report(modules):
    """Print and write the table; return the exit code."""
    listed, faults, sums = equivalents(), [], [0, 0]
    rows = ["| module | mutants | killed | share | equivalent | unexplained |"]
    rows += ["|---|---|---|---|---|---|"]
    for module in modules:
        total, survivors, open_, stale = judge(module, listed)
        sums = [sums[0] + total, sums[1] + total - survivors]
        rows.append(row(f"`{module}`", total, total - survivors, survivors - len(open_), open_))
        faults += [f"{module} survives: {key}" for key in open_]
        faults += [f"{module} stale entry: {key}" for key in stale]
    total, killed = sums
    rows.append(row("all", total, killed, "", []).replace("| 0 |", "| |"))
    if killed < LEAST_SHARE * total:
        faults.append(f"{killed / total:.1%} are killed, {LEAST_SHARE:.0%} must be")
    (FOLDER / "report.md").write_text("\n".join([*rows, "", *faults, ""]), encoding="utf-8")
    print("\n".join([*rows, "", *faults]))
    return 1 if faults else 0


def row(name, total, killed, equivalent, open_):
    """One row of the table."""
    return f"| {name} | {total} | {killed} | {killed / total:.1%} | {equivalent} | {len(open_)} |"


def main(names):
    """Run the modules that are named, or all, and report."""
    unknown = set(names) - set(MODULES)
    if unknown:
        sys.exit(f"no such modules: {', '.join(unknown)}; there are {', '.join(MODULES)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for module in names or MODULES:
        run(module)
    return report(names or MODULES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
