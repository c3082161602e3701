"""What each chapter costs: the processor time and the peak memory of a kernel that runs it.

`python -m benchmarks.chapters` runs all, one at a time, in the readers' environment, whichever
Python runs this, and writes chapters.json, with which the next run compares.
"""

import json
import os
import platform
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STORED = ROOT / "benchmarks" / "chapters.json"
PACKAGES = ("numpy", "scipy", "matplotlib", "scikit-learn")


def measure(path):
    """Return the processor seconds and peak megabytes of a chapter, and the unit of budgets."""
    windows = ROOT / ".venv" / "Scripts" / "python.exe"
    python = windows if windows.exists() else ROOT / ".venv" / "bin" / "python"
    command = [python, "-m", "tools.book.chapter_cost", path]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def measure_all():
    """Return the costs of all chapters by their names, each printed when it is known."""
    costs = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        costs[path.stem] = row = measure(path)
        print(f"{path.stem}: {row['seconds']:.1f} s, {row['megabytes']} MB", flush=True)
    return costs


def about():
    """Return what the numbers hold for."""
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M))
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: pins[name] for name in PACKAGES},
        "date": date.today().isoformat(),
    }


def processor():
    """Return the processor's name."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return found[1] if found else platform.processor()


def table(stored):
    """Return a stored measurement as a table in Markdown."""
    rows = [
        f"| {int(name[:2])} | {row['seconds']:.1f} | {row['megabytes']} |"
        for name, row in stored["chapters"].items()
    ]
    return "\n".join(
        ["| chapter | processor time (s) | peak memory (MB) |", "|--:|--:|--:|", *rows]
    )


def main():
    """Measure, store and print."""
    stored = {"machine": about(), "chapters": measure_all()}
    STORED.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(table(stored))
    return 0


if __name__ == "__main__":
    sys.exit(main())
