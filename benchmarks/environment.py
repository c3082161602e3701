"""Make the environment in which peers are measured, apart from the readers' own.

`make bench` runs this with the readers' Python. PyTorch's CPU build for Linux has an index of its
own; name it, since PyPI's build for Linux brings gigabytes of CUDA along:
``make bench TORCH="--index-url https://download.pytorch.org/whl/cpu"``
"""

import shlex
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "bench-env"
PYTORCH = "torch==2.13.0"


def python():
    """The environment's interpreter."""
    windows = FOLDER / "Scripts" / "python.exe"
    return windows if windows.exists() else FOLDER / "bin" / "python"


def make(options):
    """Make the environment, unless it stands: the pinned package, its needs, and PyTorch."""
    ready = FOLDER / ".installed"
    if ready.exists() and ready.read_text() == PYTORCH:
        return
    print(
        f"Making {FOLDER.relative_to(ROOT)} with {PYTORCH}; this takes some minutes ...", flush=True
    )
    venv.create(FOLDER, with_pip=True, clear=True)
    pip = [python(), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", "constraints.txt", "-e", "."], cwd=ROOT, check=True)
    subprocess.run([*pip, *options, PYTORCH], cwd=ROOT, check=True)
    ready.write_text(PYTORCH)


if __name__ == "__main__":
    make(shlex.split(" ".join(sys.argv[1:])))
