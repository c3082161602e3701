"""Keeps what takes long to make: below build/, until `make clean`."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "editions"


def cached(name, make):
    """Return the path of a file, made by `make` if it is not there yet."""
    path = CACHE / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")  # another process may make it, too
        part.write_bytes(make())
        part.replace(path)
    return path
