"""Count what guards the book against what it guards: `make size`.

Lines of tracked .py and .toml files in tools, benchmarks, tests, _ext, chapters and the root, for
each line of the package. More than 1.7 fails. The homework desk stands apart, and so do the pins of
numbers and sentences in the text, which grow with the text.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST = 1.7
PACKAGE = "lib/longterm"
PINS = "tests/book/claims"
GUARDS = {"tools", "benchmarks", "tests", "_ext", "chapters", "."}


def room(path):
    """Return the room of a file: two folders deep, where there are as many."""
    return PINS if path.is_relative_to(PINS) else "/".join(path.parts[:-1][:2]) or "."


def main():
    """Print the lines of each room and their ratio; return 1 if it is too large."""
    listed = subprocess.run(["git", "ls-files", "*.py", "*.toml"], cwd=ROOT, capture_output=True)
    paths = [Path(line) for line in listed.stdout.decode().splitlines() if "homework" not in line]
    lines = Counter()
    for path in paths:
        lines[room(path)] += len((ROOT / path).read_text(encoding="utf-8").splitlines())
    for name, count in sorted(lines.items()):
        print(f"{name:<18}{count:>7}")
    whole = sum(count for name, count in lines.items() if name.split("/")[0] in GUARDS)
    ratio = (whole - lines[PINS]) / lines[PACKAGE]
    print(f"{whole - lines[PINS]} lines guard {lines[PACKAGE]} of package: {ratio:.2f} to 1,")
    print(f"at most {MOST}; with the pins {whole / lines[PACKAGE]:.2f}")
    return ratio > MOST


if __name__ == "__main__":
    sys.exit(main())
