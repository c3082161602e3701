"""Let Dask do a sweep on a local cluster, in an environment of its own: `make dask-check`.

Makes build/dask-env, which takes a minute, and runs tools/release/dask_sweep.py there.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "build" / "dask-env"
PACKAGES = ("dask==2026.8.0", "distributed==2026.8.0")


def environment():
    """Return the Python that has Dask, after making its environment if the pins have changed."""
    python, made = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "made"
    pins = "\n".join([*PACKAGES, (ROOT / "constraints.txt").read_text(encoding="utf-8")])
    if not made.is_file() or made.read_text(encoding="utf-8") != pins:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        ours = ["-c", ROOT / "constraints.txt", "-e", ROOT]
        subprocess.run([*install, *ours, *PACKAGES], check=True)
        made.write_text(pins, encoding="utf-8")
    return python


def main():
    """Check, and return the exit code."""
    command = [environment(), ROOT / "tools" / "release" / "dask_sweep.py"]
    variables = os.environ | {"PYTHONPATH": str(ROOT / "benchmarks")}
    return subprocess.run(command, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
