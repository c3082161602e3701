"""Run tests against mutants inside one pytest session, each mutant in a fork of its own.

The tests are collected once. A fork takes milliseconds, so a mutant costs little more than the
tests that reach its lines, cheapest first, until one fails. A test that never executes a line
cannot see a change of it; coverage.py says which tests reach which lines.
"""

import ast
import gc
import importlib
import inspect
import os
import resource
import signal
import sys
import textwrap
import time
from contextlib import contextmanager
from itertools import pairwise

import coverage
import pytest
from hypothesis import Phase, settings

SPARE = 3  # seconds of processor time for a mutant, besides four times its tests' own
BROKEN = "not a test, but the session itself failed:"
MEMORY = 3 * 2**30  # bytes that a mutant may take besides what the session has


class Session:
    """A pytest plugin that takes the place of the loop over the tests."""

    def __init__(self, module):
        self.module, self.failed = module, False
        self.called = set()  # functions that an import or a collection called

    def pytest_sessionstart(self):
        """Stop at the first failure that Hypothesis finds; let tests' clocks tell our own time."""
        settings.register_profile(
            "mutants", phases=[Phase.explicit, Phase.generate], report_multiple_bugs=False
        )
        settings.load_profile("mutants")
        time.perf_counter = time.process_time

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection(self):
        """Note which functions are called before any test runs."""
        with calls_noted(f"{os.sep}longterm{os.sep}{self.module}.py", self.called):
            yield

    def pytest_runtest_logreport(self, report):
        """Note a failure."""
        self.failed |= report.failed

    def passes(self, item, following=None):
        """Run one test as pytest would."""
        self.failed = False
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        return not self.failed

    def killer(self, items):
        """The first of the tests that fails; None if all pass."""
        for item, following in pairwise([*items, None]):
            if not self.passes(item, following):
                return item.nodeid
        return None


class Imported(Session):
    """Run tests against a package that was mutated before it is imported."""

    def __init__(self, module, order):
        super().__init__(module)
        self.order, self.found = order, None

    def pytest_runtestloop(self, session):
        """Run the cheapest tests first."""
        self.found = self.killer(sorted(session.items, key=rank(self.order)))
        return True


class Transplanted(Session):
    """Put mutants of functions, one after the other, into the imported module."""

    def __init__(self, module, mutants, hints, report):
        super().__init__(module)
        self.mutants, self.hints, self.report = mutants, hints, report
        self.order, self.seconds = [], {}
        self.left = []  # mutants that need an import of their own

    def pytest_runtestloop(self, session):
        """Time the tests on the sound module, and then try every mutant."""
        module = importlib.import_module(f"longterm.{self.module}")
        items = {item.nodeid: item for item in session.items}
        reached = self.measure(items.values(), module.__file__)
        self.order = sorted(self.seconds, key=self.seconds.get)
        gc.freeze()
        killers = {}  # latest last: what killed a neighbour is tried early
        for key, mutant in self.mutants.items():
            if not mutant["owner"] or mutant["owner"] in self.called:
                self.left.append(key)
                continue
            order = [self.hints.get(key), *reversed(killers), *self.order]
            chosen = sorted(tests_of(mutant, reached), key=rank(order))
            killer = self.attempt(module, mutant, [items[name] for name in chosen])
            self.report(key, killer)
            if killer in items:
                killers.pop(killer, None)
                killers[killer] = True
        return True

    def measure(self, items, path):
        """Tests that reach each line; a test that fails here would kill every mutant."""
        watch = coverage.Coverage(data_file=None, include=[path], config_file=False)
        watch.start()
        for item in items:
            watch.switch_context(item.nodeid)
            start = time.process_time()
            if not self.passes(item):
                raise SystemExit(f"{item.nodeid} fails on the sound module")
            self.seconds[item.nodeid] = time.process_time() - start
        watch.stop()
        return watch.get_data().contexts_by_lineno(path)

    def attempt(self, module, mutant, items):
        """The test that kills a mutant, or the end it came to; None if it survives."""
        limit = SPARE + 4 * sum(self.seconds[item.nodeid] for item in items)

        def answer():
            transplant(module, mutant["owner"], mutant["new"])
            return self.killer(items)

        return in_fork(answer, limit)


def rank(order):
    """A key that sorts tests as in `order`; those that are not there come last."""
    places = {name: place for place, name in reversed(list(enumerate(order)))}
    return lambda item: places.get(getattr(item, "nodeid", item), len(places))


def tests_of(mutant, reached):
    """Tests that reach the mutant's lines, or else its function, as for a default."""
    first, last = mutant["lines"]
    here = {test for line in range(first, last + 1) for test in reached.get(line, ()) if test}
    whole = range(mutant["first"], mutant["first"] + mutant["old"].count("\n") + 1)
    return here or {test for line in whole for test in reached.get(line, ()) if test}


def transplant(module, owner, text):
    """Give a function of the module, or a method, the code and the defaults of another text."""
    place, _, name = owner.rpartition(".")
    tree = ast.parse(textwrap.dedent(text))
    tree.body[0].decorator_list = []
    if place:
        tree.body = [ast.ClassDef(place, [], [], tree.body, [])]
    space = dict(vars(module))
    exec(compile(ast.fix_missing_locations(tree), module.__file__, "exec"), space)
    new = vars(space[place])[name] if place else space[name]
    old = vars(getattr(module, place))[name] if place else getattr(module, name)
    old = inspect.unwrap(old.fget if isinstance(old, property) else old)
    old.__code__ = new.__code__
    old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__


def replaced(source, owner, text):
    """The source of a module with another text for a function, or a method."""
    tree, (place, _, name) = ast.parse(source), owner.rpartition(".")
    body = (
        next(n.body for n in tree.body if getattr(n, "name", None) == place) if place else tree.body
    )
    at = max(i for i, node in enumerate(body) if getattr(node, "name", None) == name)
    (body[at],) = ast.parse(textwrap.dedent(text)).body
    return ast.unparse(tree)


@contextmanager
def calls_noted(ending, called):
    """Add to `called` the functions of one file that are called meanwhile."""

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename.endswith(ending):
            called.add(frame.f_code.co_qualname.partition(".<locals>")[0])

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def in_fork(answer, limit):
    """What `answer` returns in a fork, or how the fork ended if it did not return."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        bound(limit)
        try:
            os.write(writer, (answer() or "").encode())
        except BaseException as error:
            os.write(writer, f"{BROKEN} {error!r:.500}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if said.startswith(BROKEN):
        raise RuntimeError(said)
    return said or (signal.Signals(-code).name if code else None)


def bound(limit):
    """Let this process end by itself when it takes too much time or memory."""
    seconds = int(limit) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (size() + MEMORY, resource.RLIM_INFINITY))


def size():
    """Bytes of address space that this process has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
