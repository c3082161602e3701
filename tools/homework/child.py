"""Runs our own code on a student's bytes in a child that can be killed.

Opening, unpacking, parsing and marking are done here, a child a hand-in, with limits on its time
and its memory. What it finds comes back through a pipe as JSON. So a file that trips our code, or
fills the memory, costs its author's hand-in and nothing else.
"""

import contextlib
import ctypes
import functools
import json
import multiprocessing
import os
import resource
import select
import signal
import threading
import time
from multiprocessing import forkserver
from pathlib import Path

SECONDS, ROOM, MOST_BYTES = 20, 400 << 20, 8_000_000
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
ROOT = str(Path(__file__).resolve().parents[2])
SERVER, LOCK = multiprocessing.get_context("forkserver"), threading.Lock()
STOPPED = threading.Event()


class Failed(Exception):
    """A child that did not come to its end, or an error in it; the message says which."""


def run(job, *words, seconds=SECONDS, computing=SECONDS):
    """Return what a job returns in a child of its own; `Failed` if it does not end in time.

    That is, within so many seconds, of which it may compute so many.
    """
    with LOCK:
        if STOPPED.is_set():
            raise Failed("it was stopped")
        serve()
        ours, its = SERVER.Pipe(duplex=False)
        process = SERVER.Process(target=work, args=(its, job, words, computing), daemon=True)
        end = time.monotonic() + seconds
        process.start()
    its.close()
    try:
        length = int.from_bytes(read_exactly(ours.fileno(), 8, end), "big")
        if length > MOST_BYTES:
            raise Failed("it gave too much to keep")
        found = json.loads(read_exactly(ours.fileno(), length, end))
    except TimeoutError:
        raise Failed("it took too long") from None
    except EOFError:
        raise Failed("it took too much time or memory") from None
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()
    if "error" in found:
        raise Failed(found["error"])
    return found["value"]


@contextlib.contextmanager
def stopped_at_once(pool):
    """Use a pool of threads that run children; what ends the use ends all that runs and waits."""
    try:
        yield pool
    except BaseException:
        with LOCK:
            STOPPED.set()
            for process in multiprocessing.active_children():
                with contextlib.suppress(ValueError, OSError):  # it has just ended by itself
                    process.kill()
        pool.shutdown(cancel_futures=True)
        STOPPED.clear()
        raise
    pool.shutdown()


@functools.cache
def serve():
    """Start the server that forks the children in milliseconds: no threads, all imported."""
    SERVER.set_forkserver_preload(["tools.homework.jobs"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (ROOT, before)))  # the server's only
    try:
        forkserver.ensure_running()
        first = SERVER.Process(target=os.getpid)  # nobody's time runs until the server is ready
        first.start()
        first.join()
    finally:
        del os.environ["PYTHONPATH"]
        os.environ |= {"PYTHONPATH": before} if before else {}


def read_exactly(pipe, count, end):
    """Return so many bytes of a pipe; `TimeoutError` after the end, `EOFError` if it closes."""
    parts = []
    while count:
        if not select.select([pipe], [], [], max(end - time.monotonic(), 0))[0]:
            raise TimeoutError
        part = os.read(pipe, min(count, 1 << 16))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


# --- In the child --------------------------------------------------------------------------


def work(pipe, job, words, computing):
    """Do a job within the limits, and write what it returns, or its error, into the pipe."""
    limit(computing)
    try:
        answer = {"value": job(*words)}
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
    data = json.dumps(answer).encode()
    with os.fdopen(os.dup(pipe.fileno()), "wb") as file:
        file.write(len(data).to_bytes(8, "big") + data)


def limit(computing):
    """Bound the time and the memory of this process, and let it end with the server.

    A Ctrl-C is for the parent, which kills this.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(ctypes.CDLL(None), "prctl"):
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
        pages = int(open("/proc/self/statm").read().split()[0])  # noqa: SIM115
        most = pages * resource.getpagesize() + ROOM
        soften(resource.RLIMIT_AS, most)
    soften(resource.RLIMIT_CPU, computing)
    soften(resource.RLIMIT_CORE, 0)


def soften(what, most):
    """Set a soft limit: the sandbox that a child starts has harder ones of its own."""
    resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


@contextlib.contextmanager
def processor_time(seconds):
    """Raise `TimeoutError` in a block that computes for longer, waiting not counted."""

    def stop(*ignored):
        raise TimeoutError("too much to compute")

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
