"""Run the chapters' notebooks and store their outputs, the same bytes every time.

`python -m tools.book.run_notebooks` runs all chapters, or those named after it;
with `--check` it compares, writes nothing, and exits with 1 if anything differs.
"""

import argparse
import asyncio
import base64
import copy
import difflib
import hashlib
import io
import json
import os
import re
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import nbformat
import numpy as np
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from PIL import Image
from tools.book.measured import beyond_rounding

ROOT = Path(__file__).resolve().parents[2]
CELL_TIMEOUT = 120  # seconds
NEED_TORCH = ("10_your_network",)  # outside the gate: `make torch` runs them

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# What a kernel inherits, here and under pytest (conftest.py).
ENVIRONMENT = {
    **dict.fromkeys(THREADS, "1"),
    "PYTHONHASHSEED": "0",
    "PYTHONWARNINGS": "error::RuntimeWarning",
    "LONGTERM_QUIET": "1",  # no lines of progress in stored outputs
}

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# `cards`: what flash cards ask; `rounding`: why processors may differ
CELL_METADATA = ("cards", "mystnb", "rounding", "tags")
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MOST_IN_PIXELS = 0.02  # of 255 shades, on average; a line that moves by a pixel is more


# --- The stored form of a notebook -------------------------------------------------------


def normalise(nb):
    """Return a copy of the notebook in the form in which it is stored."""
    nb = copy.deepcopy(nb)
    nb.nbformat, nb.nbformat_minor = 4, 5
    for number, cell in enumerate(nb.cells):
        normalise_cell(cell, number)
    widgets = {"widgets": nb.metadata.widgets} if "widgets" in nb.metadata else {}
    nb.metadata = nbformat.from_dict({**NOTEBOOK_METADATA, **widgets})
    return rename_models(nb)


def normalise_cell(cell, number):
    """Reduce one cell, in place, to what a reader sees."""
    if "id" not in cell:
        cell.id = hashlib.sha1(f"{number} {cell.source}".encode()).hexdigest()[:8]
    cell.metadata = {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
    if cell.cell_type == "code":
        cell.execution_count = 1
        cell.outputs = [normalise_output(output) for output in merge_streams(cell.outputs)]


def normalise_output(output):
    """Return one output without what differs from run to run."""
    if output.output_type == "execute_result":
        output.execution_count = 1
    return output


def merge_streams(outputs):
    """Join neighbouring outputs of one stream: how a print is cut up is chance."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def rename_models(nb):
    """Give the widget models, whose ids are random, numbers in order of use."""
    states = nb.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    if not states:
        return nb
    names = {old: f"{number:032x}" for number, old in enumerate(model_order(nb, states))}
    pattern = re.compile("|".join(map(re.escape, names)))
    text = pattern.sub(lambda match: names[match[0]], nbformat.writes(nb))
    return nbformat.reads(text, as_version=4)


def model_order(nb, states):
    """Return the ids in `states`: as the page shows them, each before its parts."""
    shown = [
        output["data"][WIDGET_VIEW]["model_id"]
        for cell in nb.cells
        for output in cell.get("outputs", [])
        if WIDGET_VIEW in output.get("data", {})
    ]
    order, waiting = {}, [*shown, *states]  # links are no part of a view: they come last
    while waiting:
        model = waiting.pop(0)
        if model in states and model not in order:
            order[model] = True
            parts = json.dumps(states[model], sort_keys=True)
            waiting = re.findall(r"IPY_MODEL_(\w+)", parts) + waiting
    return list(order)


def to_text(nb):
    """Return the file's text of a notebook."""
    return nbformat.writes(nb).rstrip("\n") + "\n"


# --- Comparing ---------------------------------------------------------------------------


def shown(cell):
    """Return the lines of all outputs of a cell, and for what is no text a checksum."""
    lines = []
    for output in cell.get("outputs", []):
        lines += output.get("text", "").splitlines()
        for kind, content in output.get("data", {}).items():
            checksum = hashlib.sha1(json.dumps(content).encode()).hexdigest()[:7]
            lines += content.splitlines() if kind == "text/plain" else [f"[{kind}, {checksum}]"]
    return lines


def cell_difference(old, new):
    """Return a few lines on how a cell differs, none if it does not."""
    if old == new:
        return []
    diff = difflib.unified_diff(shown(old), shown(new), "stored", "now", n=0, lineterm="")
    return [line[:160] for line in diff][:14] or ["its metadata or the form of its outputs differ"]


def differences(old, new):
    """Return lines that say which cells of two runs of a notebook differ, and how."""
    lines = []
    for number, pair in enumerate(zip(old.cells, new.cells, strict=True)):
        cell_lines = cell_difference(*pair)
        if cell_lines:
            lines += [f"  cell {number} ({pair[1].id}):", *(f"    {line}" for line in cell_lines)]
    return lines or ["  the notebook's metadata or the layout of the file differ"]


# --- Running -----------------------------------------------------------------------------


class CellError(Exception):
    """A notebook that did not run to its end; the message says where."""


class ThisPython(AsyncKernelManager):
    """A kernel of the Python that runs this script, whatever kernels are registered."""

    @property
    def kernel_spec(self):
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def kernel_environment():
    """Return the environment of a kernel; the plotting backend is left to the kernel."""
    inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return inherited | ENVIRONMENT


def failure(nb, error):
    """Return a CellError that names the failing cell and holds its traceback."""
    for number, cell in enumerate(nb.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
                return CellError(f"cell {number} ({cell.id}) failed\n{trace}")
    return CellError(f"did not run to its end: {error}")


def new_client(nb, folder, **options):
    """Return a client that runs the notebook in a fresh kernel in `folder`."""
    return NotebookClient(
        nb,
        kernel_name="python3",
        kernel_manager_class=ThisPython,
        extra_arguments=["--log-level=ERROR"],
        timeout=CELL_TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        **options,
    )


async def execute(nb, folder, **options):
    """Return the notebook as a fresh kernel in `folder` leaves it, normalised."""
    nb = copy.deepcopy(nb)
    nb.metadata.pop("widgets", None)
    for _ in range(2):  # two kernels that start at once may pick the same port: then try again
        try:
            await new_client(nb, folder, **options).async_execute(env=kernel_environment())
            return normalise(nb)
        except (CellControlSignal, DeadKernelError) as error:
            raise failure(nb, error) from None
        except RuntimeError as error:
            reason = error
    raise CellError(f"the kernel did not start: {reason}")


async def run_one(path, check, slot):
    """Run one notebook, say how it went, and return whether all is well."""
    async with slot:
        stored = path.read_bytes().decode("utf-8")
        nb = nbformat.reads(stored, as_version=4)
        count = sum(cell.cell_type == "code" for cell in nb.cells)
        print(f"{path.stem}: running {count} cells ...", flush=True)
        start = time.perf_counter()
        try:
            new = await execute(nb, path.resolve().parent)
        except CellError as error:
            print(f"{path.stem}: {error}", flush=True)
            return False
        seconds = time.perf_counter() - start
        outcome, well = store_or_compare(path, stored, nb, new, check)
        print(f"{path.stem}: {seconds:.1f} s, {outcome}", flush=True)
        return well


def store_or_compare(path, stored, old, new, check):
    """Store or compare a new run; return what was found and whether all is well."""
    new = with_pictures_of(old, new)
    text = to_text(new)
    if text == stored:
        return "unchanged", True
    if check and to_text(with_rounding_of(old, new)) == stored:
        return "unchanged, but for what rounding decides", True
    if check:
        return "\n".join(["DIFFERS", *differences(old, new)]), False
    path.write_text(text, encoding="utf-8", newline="\n")
    return "written", True


def with_pictures_of(old, new):
    """Return a new run with the old PNGs where they look alike: processors round otherwise."""
    new = copy.deepcopy(new)
    for before, now in zip(old.cells, new.cells, strict=True):
        for one, other in zip(before.get("outputs", []), now.get("outputs", []), strict=False):
            pictures = [output.get("data", {}).get("image/png") for output in (one, other)]
            if all(pictures) and look_alike(*pictures):
                other.data["image/png"] = pictures[0]
    return new


def look_alike(*pngs):
    """Tell whether two PNGs differ by no more than some shades in a few places."""
    files = [io.BytesIO(base64.b64decode(png)) for png in pngs]
    one, other = (np.asarray(Image.open(file).convert("RGBA"), float) for file in files)
    return one.shape == other.shape and np.abs(one - other).mean() < MOST_IN_PIXELS


def with_rounding_of(old, new):
    """Return a new run with the old outputs of cells that differ by what rounding decides."""
    new = copy.deepcopy(new)
    for before, now in zip(old.cells, new.cells, strict=True):
        if now.metadata.get("rounding") and not beyond_rounding(before.outputs, now.outputs):
            now.outputs = before.outputs
    return new


def chapters():
    """Return all chapters, but those that need PyTorch where that is not; say which."""
    paths = sorted((ROOT / "chapters").glob("*.ipynb"))
    out = [path for path in paths if path.stem in NEED_TORCH and not find_spec("torch")]
    for path in out:
        print(f"LEFT OUT: {path.stem} needs PyTorch: make torch", flush=True)
    return [path for path in paths if path not in out]


async def run_all(paths, check, jobs):
    """Run the notebooks, `jobs` at a time; return whether all is well."""
    # nbclient would take Ctrl-C for itself, end one kernel, and go on.
    asyncio.get_running_loop().add_signal_handler = lambda *_: None
    slot = asyncio.Semaphore(jobs)
    return all(await asyncio.gather(*(run_one(path, check, slot) for path in paths)))


def main(arguments=None):
    """Read the command line, run, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, help="default: all of chapters/")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--jobs", type=int, default=2, help="notebooks at once (default: 2)")
    parser.add_argument("--threads", type=int, default=1, help="of linear algebra (default: 1)")
    options = parser.parse_args(arguments)
    ENVIRONMENT.update(dict.fromkeys(THREADS, str(options.threads)))
    paths = options.paths or chapters()
    missing = [str(path) for path in paths if not path.is_file()]
    if missing or not paths:
        parser.error("no such notebook: " + (", ".join(missing) or "chapters/*.ipynb"))
    well = asyncio.run(run_all(paths, options.check, max(1, options.jobs)))
    if options.check and not well:
        print("The stored outputs are not those of a fresh run; `make execute` renews them.")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
