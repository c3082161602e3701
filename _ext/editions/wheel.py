"""Builds the package's wheel, without a network and only when the package has changed."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from editions.cache import ROOT, cached

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
LITTER = shutil.ignore_patterns("__pycache__", "*.egg-info")
FILES = ("pyproject.toml", "README.md", "LICENSE")
TIME = {"SOURCE_DATE_EPOCH": "315532800"}  # 1 January 1980, unless the environment has another


def built():
    """Return the path of the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        shutil.copytree(ROOT / "lib", source / "lib", ignore=LITTER)
        for name in FILES:
            shutil.copy(ROOT / name, source)
        project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        name = f"{project['name']}-{project['version']}-py3-none-any.whl"
        return cached(f"{digest(source)}/{name}", lambda: build(source, Path(folder, name)))


def digest(source):
    """Return what tells one state of the package from another."""
    state = hashlib.sha256(os.environ.get("SOURCE_DATE_EPOCH", "").encode())
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        state.update(str(path.relative_to(source)).encode() + path.read_bytes())
    return state.hexdigest()[:16]


def build(source, target):
    """Build the wheel from a copy of the package, in which setuptools may leave what it likes."""
    command = [sys.executable, "-c", BUILD, target.parent]
    environ = TIME | os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # else setuptools complains
    subprocess.run(command, cwd=source, env=environ, stdout=subprocess.DEVNULL, check=True)
    return target.read_bytes()
