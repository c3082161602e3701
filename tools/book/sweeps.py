"""Run the grids of `longterm.grids` and store what they give; a chapter reads that.

`python -m tools book.sweeps latch` runs one of them. With `--check` nothing is stored: the grids
are run with other seeds, and each share must be the stored one but for 4.5 standard errors.
"""

import argparse
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tools.book.measured import MOST_ERRORS

from longterm.grids import GRIDS
from longterm.sweeps import processes
from longterm.tuning import Table, stored

FOLDER = Path(__file__).resolve().parents[2] / "lib" / "longterm" / "tables"
SEED = 0


def faults(before, now):
    """Return in words where two tables of a grid differ by more than their errors."""
    said = {row[:2]: row for row in before}
    if said.keys() != {row[:2] for row in now}:
        return ["the stored table has other settings than the grid; run make sweeps"]
    found = []
    for row in now:
        was = said[row[:2]]
        apart = (a.errors_from(b) for a, b in zip(was[2:], row[2:], strict=True))
        if max(apart) > MOST_ERRORS:
            found.append(f"{was} is now {row}")
    return found


def store(name, table, seed):
    """Write a table, with what it was made with above it."""
    made = f"# longterm {version('longterm')}, numpy {version('numpy')}, seed {seed}"
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.csv").write_text("\n".join([made, *table.lines(), ""]), encoding="utf-8")


def main(arguments=None):
    """Read the command line, run, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"of {', '.join(GRIDS)}; default: all")
    parser.add_argument("--check", action="store_true", help="compare with what is stored")
    options = parser.parse_args(arguments)
    wrong = set(options.names) - GRIDS.keys()
    if wrong:
        parser.error(f"no grid has the name {', '.join(sorted(wrong))}")
    found, seed = [], SEED + 1000 * options.check
    with processes() as pool:
        for name in options.names or GRIDS:
            grid, start = GRIDS[name], time.monotonic()
            print(f"{name}: {len(grid.settings())} settings ...", flush=True)
            table: Table = grid.run(rng=np.random.default_rng(seed), executor=pool)
            found += faults(stored(name), table) if options.check else []
            if not options.check:
                store(name, table, seed)
            print(f"  {len(table)} rows in {time.monotonic() - start:.0f} s", flush=True)
    print(*found, sep="\n", end="\n" if found else "")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
