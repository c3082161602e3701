"""What each chapter costs: the processor time and the peak memory of a kernel that runs it.

`make bench PARTS=chapters` runs all, one at a time, in the readers' environment. It fails, and
stores nothing, if a chapter takes more than twice what is stored; with RENEW=1 it stores the new
costs all the same. Times are compared in units of a fixed piece of work: machines may differ.
"""

import json
import os
import platform
import re
import subprocess
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STORED = ROOT / "benchmarks" / "chapters.json"
PACKAGES = ("numpy", "scipy", "matplotlib", "scikit-learn")
MOST = 2.0


def measure(path):
    """Return the processor seconds and peak megabytes of a chapter, and the unit of its times."""
    windows = ROOT / ".venv" / "Scripts" / "python.exe"
    python = windows if windows.exists() else ROOT / ".venv" / "bin" / "python"
    command = [python, "-m", "tools.book.chapter_cost", path]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=True).stdout)


def measure_all():
    """Return the costs of all chapters by their names, each printed when it is known."""
    costs = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        costs[path.stem] = row = measure(path)
        print(f"{path.stem}: {row['seconds']:.1f} s, {row['megabytes']} MB", flush=True)
    return costs


def exceeded(stored, now):
    """Return in words which chapters take more than twice the stored time or memory."""
    words = []
    for name in stored.keys() & now.keys():
        old, new = stored[name], now[name]
        time = new["seconds"] / new["unit"] * old["unit"] / old["seconds"]
        memory = new["megabytes"] / old["megabytes"]
        if max(time, memory) > MOST:
            words.append(f"{name}: {time:.1f} times the time, {memory:.1f} times the memory")
    return sorted(words)


def machine(versions):
    """Return what the numbers hold for."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return {
        "processor": found[1] if found else platform.processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions,
        "date": date.today().isoformat(),
    }


def table(stored):
    """Return a stored measurement as a table in Markdown."""
    rows = [
        f"| {int(name[:2])} | {row['seconds']:.1f} | {row['megabytes']} |"
        for name, row in stored["chapters"].items()
    ]
    return "\n".join(
        ["| chapter | processor time (s) | peak memory (MB) |", "|--:|--:|--:|", *rows]
    )


def main(renew=False):
    """Measure and print; store unless a chapter costs too much; return the exit code."""
    costs = measure_all()
    stored = json.loads(STORED.read_text("utf-8"))["chapters"] if STORED.exists() else {}
    if (words := exceeded(stored, costs)) and not renew:
        hint = "Nothing is stored; if this is meant: make bench PARTS=chapters RENEW=1"
        print(*words, hint, sep="\n")
        return 1
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.M))
    about = machine({name: pins[name] for name in PACKAGES})
    text = json.dumps({"machine": about, "chapters": costs}, indent=1)
    STORED.write_text(text + "\n", encoding="utf-8")
    return 0
