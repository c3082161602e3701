"""The same work at many settings: one after the other, or on all cores at once (chapter 6)."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from numpy.random import Generator
from threadpoolctl import threadpool_limits

from longterm import _check
from longterm.progress import progress

__all__ = ["processes", "sweep"]

S = TypeVar("S")
R = TypeVar("R")

_MOST_WORKERS = 10_000
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def sweep(
    work: Callable[..., R],
    settings: Iterable[S],
    *,
    rng: Generator,
    executor: Executor | None = None,
    cost: Callable[[S], float] | None = None,
) -> list[R]:
    """Do the same work at each setting, one after the other or where an executor takes it.

    Each setting has a random generator of its own. So the results are the same whichever
    executor does the work, and however many workers it has.

    Parameters
    ----------
    work : callable
        Called as ``work(setting, rng=child)``. Other processes and machines can only take a
        function of a module, or a `functools.partial` of one, and none of a notebook's cells.
    settings : iterable
        Lengths, seeds, tasks, optimisers: whatever `work` takes first.
    rng : numpy.random.Generator
        Its children, made by ``rng.spawn``, are the generators of the settings in their order.
    executor : concurrent.futures.Executor
        `processes`, a pool of threads, Dask's ``client.get_executor()``; a plain loop if not
        given.
    cost : callable
        ``cost(setting)`` grows with the time that a setting takes. An executor gets the long
        ones first, lest one of them be left for the end.

    Returns
    -------
    list
        The results in the order of the settings.

    Raises
    ------
    Exception
        That of the first setting at which `work` fails, with a note which names the setting;
        what was not begun until then is given up.
    """
    settings = _listed(settings)
    children = _check.generator(rng).spawn(len(settings))
    if not callable(work):
        raise TypeError(f"work must be a function, got {type(work).__name__}")
    if cost is not None and not callable(cost):
        raise TypeError(f"cost must be a function or None, got {type(cost).__name__}")
    calls: list[Callable[[], R]]
    calls = [partial(work, s, rng=child) for s, child in zip(settings, children, strict=True)]
    if executor is None:
        return _in_order(settings, calls)
    if not isinstance(executor, Executor):
        kind = type(executor).__name__
        raise TypeError(f"executor must be a concurrent.futures.Executor or None, got {kind}")
    first = sorted(range(len(calls)), key=lambda i: -cost(settings[i]) if cost else i)
    futures = {i: executor.submit(calls[i]) for i in first}
    try:
        return _in_order(settings, [futures[i].result for i in range(len(calls))])
    finally:
        for future in futures.values():
            future.cancel()  # without effect on those that are done


def processes(workers: int | None = None) -> ProcessPoolExecutor:
    """Start processes that share a sweep, each with one thread for its linear algebra.

    They are fresh processes on every system. A program, unlike a notebook, must therefore have
    its own work below ``if __name__ == "__main__":``, and each of them imports NumPy first,
    which takes a second or so: worth it for sweeps that take longer.

    Parameters
    ----------
    workers : int
        Their number, at least 1; one for each core if not given.

    Returns
    -------
    concurrent.futures.ProcessPoolExecutor
        To be used in a ``with`` statement, which ends the processes.
    """
    workers = None if workers is None else _check.size("workers", workers)
    if workers is not None and workers > _MOST_WORKERS:
        raise ValueError(f"workers must be at most {_MOST_WORKERS}, got {workers}")
    fresh = get_context("spawn")  # a fork of a process with threads, such as Jupyter's, may hang
    return ProcessPoolExecutor(workers, mp_context=fresh, initializer=_use_one_thread)


def _use_one_thread() -> None:
    """Keep linear algebra from starting more threads than there are cores."""
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # read by libraries that are still to come
    threadpool_limits(1)  # told to those that are here


def _listed(settings: Iterable[S]) -> list[S]:
    try:
        return list(settings)
    except TypeError:
        raise TypeError(f"settings must be iterable, got {type(settings).__name__}") from None


def _in_order(settings: list[S], calls: list[Callable[[], R]]) -> list[R]:
    """What the calls return; a line says how far it is."""
    pairs = list(zip(settings, calls, strict=True))
    return [_call(setting, call) for setting, call in progress(pairs, "settings done")]


def _call(setting: S, call: Callable[[], R]) -> R:
    """What a call returns; its exception also says which setting it was."""
    try:
        return call()
    except Exception as error:
        error.add_note(f"This happened at the setting {setting!r:.200}.")
        raise
