"""Runs a student's cells and functions inside the sandbox; knows no test, solution or score.

It answers three requests: `run` a cell, `call` a function, `get` a value. Whatever student code
does to this process costs that student's answers only: the marks are made outside.
"""

import io
import os
import random
import re
import resource
import sys

import numpy as np
from tools.homework import plain

MEMORY, SECONDS, FILE_BYTES, OPEN_FILES = 1 << 30, 60, 1 << 20, 64
NOBODY = 65534
BUILT_IN_ERRORS = {
    name for name, kind in vars(__import__("builtins")).items() if isinstance(kind, type)
}


def give_up_rights():
    """Become nobody, who cannot start another process or thread, nor use much of anything."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: 1,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def same_every_time():
    """Seed what students forget to seed, so that marking twice gives the same marks."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    default_rng = np.random.default_rng
    np.random.default_rng = lambda seed=None: default_rng(0 if seed is None else seed)


def without_magics(source):
    """Return a cell as plain Python: lines for IPython are left out, "" if all of it is."""
    if is_foreign(source):
        return ""
    try:
        compile(source, "cell", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return with_magics_passed(source)
    return source


def is_foreign(source):
    """Tell whether a cell is for another program, such as a shell."""
    return bool(re.match(r"\s*%%(?!time|capture)\w", source))


def with_magics_passed(source):
    """Return a source with `pass` in place of the lines that are for IPython."""
    lines = source.split("\n")
    return "\n".join(passed(line) if is_magic(line.strip()) else line for line in lines)


def is_magic(line):
    """Tell whether a line is a command for IPython, or asks it for help on a name."""
    name = line.rstrip("?")
    return line.startswith(("%", "!", "?")) or (
        name != line and (name[-1:] == "_" or name[-1:].isalnum())
    )


def passed(line):
    """Return a line that does nothing, indented as a line is."""
    return line[: len(line) - len(line.lstrip())] + "pass"


def message_of(error):
    """Return the kind of an error and, if it can be had, what it says."""
    kind = type(error).__name__ if type(error).__name__ in BUILT_IN_ERRORS else "an own error"
    try:
        return kind, str(error)[:200]
    except BaseException:
        return kind, ""


class Answers:
    """The names that a student's cells have defined, asked by `reply`."""

    def __init__(self):
        self.names = {"__name__": "__main__"}

    def reply(self, request):
        """Return what to answer to a request, errors of student code included."""
        try:
            return {"value": plain.encode(getattr(self, f"on_{request['do']}")(request))}
        except plain.NotPlain:
            return {"error": ["NotPlain", ""]}
        except BaseException as error:  # SystemExit and its kind too
            kind, text = message_of(error)
            return {"error": [kind, text]}

    def on_run(self, request):
        code = compile(without_magics(request["source"]), "cell", "exec", dont_inherit=True)
        exec(code, self.names)

    def on_call(self, request):
        return self.on_get(request)(*map(plain.decode, request["values"]))

    def on_get(self, request):
        if request["name"] not in self.names:
            raise NotImplementedError
        return self.names[request["name"]]


def read_exactly(pipe, count):
    """Return `count` bytes; the end of the pipe is the end of this process."""
    data = pipe.read(count)
    if len(data) < count:
        os._exit(0)
    return data


def main():
    """Serve requests from standard input until it closes."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    sys.stdin = io.StringIO()
    give_up_rights()
    same_every_time()
    answers = Answers()
    while True:
        length = int.from_bytes(read_exactly(requests, 4), "big")
        request = plain.unpack(read_exactly(requests, length))
        reply = answers.reply(request)
        try:
            data = plain.pack(reply | {"id": request["id"]})
        except BaseException:
            data = plain.pack({"error": ["ValueError", "too much data"], "id": request["id"]})
        write_all(replies, data)


def write_all(pipe, data):
    """Write all bytes to an unbuffered pipe."""
    view = memoryview(data)
    while view:
        view = view[pipe.write(view) :]


if __name__ == "__main__":
    main()
