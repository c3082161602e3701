"""A line that says how far a long computation is, and goes away when it is done."""

import contextlib
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

__all__ = ["progress"]

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds until the line appears, and between its changes at most half of that."""


def progress(items: Sequence[T], words: str) -> Iterator[T]:
    """Yield `items`, a sequence; after a second say how many are done, as a share.

    In a terminal the line stands on stderr, in a notebook below the cell. It is not shown where
    stderr goes to a file, by the workers of a sweep, or where the environment has
    ``LONGTERM_QUIET``, as the programs have that store and test the notebooks.
    """
    if not isinstance(items, Sequence):
        raise TypeError(f"items must be a sequence, got {type(items).__name__}")
    if not isinstance(words, str):
        raise TypeError(f"words must be a string, got {type(words).__name__}")
    show = _line()
    start = shown = time.monotonic()
    for done, item in enumerate(items):
        yield item
        now = time.monotonic()
        if now - start > PATIENCE and now - shown > PATIENCE / 2:
            show(f"{words}: {(done + 1) / len(items):.0%}")
            shown = now
    if shown > start:
        show("")


def _line() -> Callable[[str], None]:
    """A function that writes one line over what it wrote before."""
    if os.environ.get("LONGTERM_QUIET") or _is_worker():
        return lambda text: None
    if "ipykernel" in sys.modules:
        return _NotebookLine()
    if sys.stderr is not None and sys.stderr.isatty():
        return lambda text: print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    return lambda text: None


def _is_worker() -> bool:
    main = threading.current_thread() is threading.main_thread()
    return not main or multiprocessing.parent_process() is not None


class _NotebookLine:
    """A display that is updated in place."""

    handle: Any = None

    def __call__(self, text: str) -> None:
        """Show the text in place of the one before."""
        from IPython.display import display  # only where a notebook is

        with contextlib.suppress(Exception):  # a line that fails must not cost the computation
            if self.handle is None:
                self.handle = display({"text/plain": text}, raw=True, display_id=True)
            else:
                self.handle.update({"text/plain": text}, raw=True)
