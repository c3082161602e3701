"""Runs a student's cells in a bubblewrap sandbox and asks for their answers through a pipe.

A sandbox sees the system's programs, this Python and its packages, all read-only, and 4 MB of
memory to write to: no homework, no other student, no network, no other process.
"""

import builtins
import contextlib
import itertools
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from tools.homework import calls, child, plain

HERE = Path(__file__).resolve().parent
COURSE = HERE.parents[1] / "lib" / "longterm"
START_SECONDS, CELL_SECONDS, CALL_SECONDS, STUDENT_SECONDS = 10, 6, 5, 16
WRITABLE_BYTES = 4_000_000
WORKER = ["-B", "-s", "-m", "tools.homework.worker"]

WHAT_TO_DO = """\
Submissions are marked only inside a sandbox, and the sandbox does not work here:
  {reason}
Debian, Ubuntu:  sudo apt install bubblewrap
Ubuntu 23.10 and later also keep programs from making sandboxes until a rule allows it:
  printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap /usr/bin/bwrap \
flags=(unconfined) {{\\n  userns,\\n}}\\n' | sudo tee /etc/apparmor.d/bwrap
  sudo systemctl reload apparmor
macOS, Windows:  grade in a virtual machine with Ubuntu, for example from multipass.run;
  the page for instructors goes through it step by step."""


class NoSandbox(Exception):
    """The sandbox does not work on this machine; the message says what to do."""


class Broken(Exception):
    """A sandbox that did not answer as it must: too slow, dead, or talking nonsense."""


# The kinds of errors that are told, from a list of our own: student code can forge any other word.
KINDS = {
    "NotPlain",
    *(name for name, kind in vars(builtins).items() if isinstance(kind, type)),
}


class StudentError(Exception):
    """An error that a student's code raised; the arguments are its kind and its text."""


# --- One sandbox ---------------------------------------------------------------------------


def command():
    """Return the command line that starts a worker in a new sandbox."""
    bwrap = shutil.which("bwrap")
    if not bwrap or not sys.platform.startswith("linux"):
        raise NoSandbox(WHAT_TO_DO.format(reason="the program bwrap is missing"))
    options = [*namespaces(), *file_system(), *environment()]
    return [bwrap, *options, "--", python(), *WORKER]


def start(words, **options):
    """Start a command in a sandbox, with the filter on its system calls; return the process."""
    with tempfile.TemporaryFile() as file:
        file.write(calls.program())
        file.seek(0)
        words = [words[0], "--seccomp", str(file.fileno()), *words[1:]]
        return subprocess.Popen(words, pass_fds=[file.fileno()], start_new_session=True, **options)


def namespaces():
    """Return the options that part the sandbox from the machine.

    Root needs no user namespace. There the worker itself becomes nobody: the limit on
    processes does not bind root, whatever a user namespace calls it.
    """
    common = ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        parts = ("ipc", "pid", "net", "uts", "cgroup-try")
        rights = ("CAP_SETUID", "CAP_SETGID")
        return (
            common
            + [f"--unshare-{part}" for part in parts]
            + [word for right in rights for word in ("--cap-add", right)]
        )
    return [*common, "--unshare-all", "--uid", "65534", "--gid", "65534"]


def file_system():
    """Return the options that say what the sandbox sees, all of it read-only but /tmp."""
    seen = [("/usr", "/usr"), (sys.base_prefix, "/python")]
    seen += [(sysconfig.get_path("purelib"), "/packages"), (COURSE, "/course/longterm")]
    seen += [(HERE / name, f"/worker/tools/homework/{name}") for name in ("worker.py", "plain.py")]
    options = ["--size", "65536", "--tmpfs", "/dev"]
    for folder in ("/course", "/worker", "/worker/tools", "/worker/tools/homework"):
        options += ["--perms", "0755", "--dir", folder]
    for device in ("null", "zero", "urandom", "random"):
        options += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for source, target in seen:
        options += ["--ro-bind", str(source), target]
    for name in ("lib", "lib64", "bin"):
        link = Path("/") / name
        if link.is_symlink():
            options += ["--symlink", f"usr/{name}", str(link)]
        elif link.exists():
            options += ["--ro-bind", str(link), str(link)]
    writable = ["--perms", "1777", "--size", str(WRITABLE_BYTES), "--tmpfs", "/tmp"]
    return [*options, *writable, "--chdir", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/"]


def environment():
    """Return the options that set the sandbox's environment, and nothing of ours."""
    values = {
        "HOME": "/tmp",
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "LD_LIBRARY_PATH": "/python/lib",
        "PYTHONPATH": "/worker:/packages:/course",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "LONGTERM_QUIET": "1",
        **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")},
    }
    return [word for name, value in values.items() for word in ("--setenv", name, value)]


def python():
    """Return the path, inside the sandbox, of the Python that runs this."""
    program = Path(sys.executable).resolve()
    inside = program.relative_to(Path(sys.base_prefix).resolve())
    return str(Path("/usr" if sys.base_prefix == "/usr" else "/python") / inside)


class Worker:
    """A worker in its sandbox; `ask` it until it breaks, then `close` it.

    `NoSandbox` if it does not start: that is no student's fault.
    """

    def __init__(self):
        try:
            self.process = start(
                command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        except OSError as error:
            raise NoSandbox(f"A sandbox did not start: {error}") from None
        self.numbers = itertools.count(1)
        try:
            self.ask({"do": "get", "name": "__name__"}, START_SECONDS)
        except Broken:
            self.close()
            raise NoSandbox("A sandbox did not start.") from None

    def ask(self, request, seconds):
        """Return the worker's answer; `Broken` if there is none in time, or not a proper one."""
        number = next(self.numbers)
        end = time.monotonic() + seconds
        try:
            self.write(plain.pack(request | {"id": number}), end)
            length = int.from_bytes(self.read(4, end), "big")
            if length > plain.MOST_BYTES:
                raise Broken("talked nonsense")
            reply = plain.unpack(self.read(length, end))
            if reply.get("id") != number:
                raise Broken("talked nonsense")
            return value_in(reply)
        except (Broken, StudentError):
            raise
        except OSError:
            raise Broken("died") from None
        except Exception:  # whatever a reply holds, it is a reply that breaks the sandbox
            raise Broken("talked nonsense") from None

    def write(self, data, end):
        """Write all bytes before the time is up."""
        pipe = self.process.stdin.fileno()
        os.set_blocking(pipe, False)
        while data:
            if not select.select([], [pipe], [], max(end - time.monotonic(), 0))[1]:
                raise Broken("took too long")
            data = data[os.write(pipe, data) :]

    def read(self, count, end):
        """Return exactly `count` bytes, before the time is up."""
        try:
            return child.read_exactly(self.process.stdout.fileno(), count, end)
        except TimeoutError:
            raise Broken("took too long") from None
        except EOFError:
            raise Broken("died") from None

    def close(self):
        """Kill the sandbox with all that is in it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def value_in(reply):
    """Return the value of a reply, or raise the error that it tells of."""
    if "error" in reply:
        error = reply["error"]
        if not (isinstance(error, list) and [*map(type, error)] == [str, str]):
            raise Broken("talked nonsense")
        kind = error[0] if error[0] in KINDS else "an error of its own"
        raise StudentError(kind, error[1][:200])
    return plain.decode(reply.get("value"))


# --- A student's answers -------------------------------------------------------------------


class Session:
    """A student's cells, run once, in order; what breaks a sandbox is not run again.

    `problems` has for each cell that failed what to tell its author.
    """

    def __init__(self, cells, seconds=STUDENT_SECONDS):
        self.cells, self.end = list(cells), time.monotonic() + seconds
        self.broken, self.problems, self.worker = {}, {}, None
        self.asked = False  # from the first question on, code may know what a hidden test asks
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        """Run all cells in a new sandbox, again without the one that breaks it."""
        while self.time_left() > 0 and not self.run_cells():
            pass

    def run_cells(self):
        """Run the cells that broke no sandbox so far; return whether all went well."""
        for number, source in enumerate(self.cells):
            key = ("cell", number)
            if key not in self.broken:
                try:
                    self.ask({"do": "run", "source": source}, CELL_SECONDS, key)
                except StudentError as error:
                    self.note(number, "{}: {}".format(*error.args))
                    if error.args[0] == "MemoryError":  # what fills the memory is not kept
                        self.broken[key] = "took too much memory"
                        self.close()
                        return False
                except Broken as error:
                    self.note(number, f"it {error}")
                    return False
        return True

    def note(self, number, words):
        """Note what a cell says when it fails, unless it may say what a test has asked."""
        if not self.asked:
            self.problems.setdefault(number, words)

    def time_left(self):
        """Return the seconds that this student's code may still take."""
        return self.end - time.monotonic()

    def ask(self, request, seconds, key):
        """Ask the worker; a request that breaks it is noted and never made again."""
        if key in self.broken:
            raise Broken(self.broken[key])
        left = self.time_left()
        if left <= 0:
            self.close()
            raise Broken("came too late: other cells had used up the time")
        if self.worker is None:
            self.worker = Worker()
        try:
            return self.worker.ask(request, min(seconds, left))
        except BaseException as error:
            if isinstance(error, StudentError):
                raise
            self.broken[key] = str(error)
            self.close()
            raise

    def question(self, request):
        """Make a request about a name, in a new sandbox if the last one broke."""
        if self.worker is None:
            self.start()
        self.asked = True
        return self.ask(request, CALL_SECONDS, ("name", request["name"]))

    def call(self, name, *values):
        """Return what a student's function returns."""
        encoded = [plain.encode(value) for value in values]
        return self.question({"do": "call", "name": name, "values": encoded})

    def get(self, name):
        """Return a value that a student's cells have assigned."""
        return self.question({"do": "get", "name": name})

    def close(self):
        """End the sandbox."""
        if self.worker is not None:
            self.worker.close()
            self.worker = None

    forget = close  # the next question is put in a new sandbox, which knows of none before

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


# --- Does it hold? -------------------------------------------------------------------------

PROBE = """
import ctypes, errno, os, socket
holes = []
def hole(name, attempt):
    try:
        attempt()
    except Exception:
        return
    holes.append(name)
hole("starts other processes", lambda: os.fork() or os._exit(0))
hole("takes all the memory", lambda: bytearray(3 * 2**30))
hole("writes outside", lambda: open("/outside", "w"))
hole("reads the machine's files", lambda: open("/etc/hostname"))
hole("sees other processes", lambda: os.listdir("/proc/1"))
hole("has a network", lambda: socket.create_connection(("127.0.0.1", SERVER), 1))
CALLS = {"x86_64": {"add_key": 248, "request_key": 249, "keyctl": 250, "shmget": 29, "msgget": 68,
    "semget": 64, "unshare": 272, "setns": 308, "clone": 56, "clone3": 435, "ptrace": 101,
    "memfd_create": 319, "io_uring_setup": 425, "mount": 165, "bpf": 321},
    "aarch64": {"add_key": 217, "request_key": 218, "keyctl": 219, "shmget": 194, "msgget": 186,
    "semget": 190, "unshare": 97, "setns": 268, "clone": 220, "clone3": 435, "ptrace": 117,
    "memfd_create": 279, "io_uring_setup": 425, "mount": 40, "bpf": 280}}
libc = ctypes.CDLL(None, use_errno=True)
for name, number in CALLS[os.uname().machine].items():
    value = ctypes.c_long(0x10000000 if name in ("unshare", "clone") else -1)  # a new user
    libc.syscall(number, *[value] * 5)
    if ctypes.get_errno() != errno.ENOSYS:
        holes.append(f"may call {name}")
for kind in ("AF_VSOCK", "AF_ALG", "AF_NETLINK", "AF_UNIX", "AF_INET"):
    hole(f"opens sockets of {kind}", lambda: socket.socket(getattr(socket, kind)))
if os.getuid() != 65534 or os.getpid() > 9:
    holes.append("is not parted from the machine")
holes = ", ".join(holes)[:900]
"""


def probe():
    """Raise `NoSandbox` unless a sandbox starts here and keeps what it promises."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        cells = [f"SERVER = {server.getsockname()[1]}", PROBE]
        try:
            with Session(cells) as session:
                holes = session.get("holes")
        except (Broken, StudentError, NoSandbox):
            raise NoSandbox(WHAT_TO_DO.format(reason=why_not())) from None
    if holes:
        reason = f"code in it {holes}"
        raise NoSandbox(WHAT_TO_DO.format(reason=reason))


def why_not():
    """Return what bubblewrap says when it fails; `NoSandbox` if it is not there at all."""
    try:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        words = start(command(), **pipes).communicate()[1].decode(errors="replace")
    except OSError as error:
        words = str(error)
    return words.strip()[-300:] or "it starts, and then its Python does not answer"
