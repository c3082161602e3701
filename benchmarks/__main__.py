"""`python -m benchmarks` measures and writes results.md; with some of its parts it only prints."""

import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy and PyTorch are loaded
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_ENABLE_X64"] = "1"

import torch  # noqa: E402
from scipy.stats import gmean  # noqa: E402

from benchmarks import chapters, growth, latch, networks, powers, timing, walks  # noqa: E402
from longterm.training import _keep_freed_memory  # noqa: E402

RESULTS = Path(__file__).with_name("results.md")
COLUMNS = {
    "cases": "case | way | median (quartiles) | × ours | target | what limits ours",
    "growth": "experiment | along | size | time | slope | peak | slope | stated | why",
    "chapters": "chapter | processor time | peak memory",
}


def cases():
    """Every way of every case, after all ways of it were found to give the same."""
    over = []
    for module in (networks, powers, walks, latch):
        for case in module.cases():
            times = timing.measure(case)
            yield from timing.rows(case, times)
            over += [timing.ratio(times, name) for name in times if name == networks.WRITTEN]
    aim = timing.verdict("", networks.MEAN, 0, gmean(over))
    yield f"| BPTT, all sizes | {networks.WRITTEN} | geometric mean | {gmean(over):.3g} | {aim} | |"


PARTS = {"cases": cases, "growth": lambda: map(growth.row, growth.CASES), "chapters": chapters.rows}


def machine():
    """What the numbers hold for."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    programs = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "torch", "jax"))
    processor = models[0] if models else platform.processor()
    programs += f"; one thread; {date.today()}"
    return f"{os.cpu_count()} × {processor}; Python {platform.python_version()}, {programs}"


def main(parts):
    """Print the tables; store them if all were measured; 1 if a target was missed."""
    torch.set_num_threads(1)
    _keep_freed_memory()  # as every training does; it serves PyTorch as well
    lines = [machine()]
    print(lines[0])
    for part in parts or PARTS:
        head = ["", f"| {COLUMNS[part]} |", "|---" * (COLUMNS[part].count("|") + 1) + "|"]
        print(*head, sep="\n")
        lines += head
        for line in PARTS[part]():
            print(line, flush=True)
            lines.append(line)
    if not parts:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any(timing.MISSED in line for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
