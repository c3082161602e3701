"""Put the reading editions, which `make book` has made, into build/notebooks: `make notebooks`.

A file there is replaced, or removed by `make clean`, only while it is as it was written.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "_build" / "html" / "_sources" / "chapters"
PLACE = ROOT / "build" / "notebooks"
RECORD = ".written.json"


def digest(path):
    """Return the digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def recorded(place):
    """Return the digest that each file had when it was written."""
    record = place / RECORD
    return json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}


def kept(place):
    """Return the files that are a reader's own by now."""
    written = recorded(place)
    files = (path for path in place.rglob("*") if path.is_file() and path.name != RECORD)
    own = (path for path in files if digest(path) != written.get(path.name))
    return sorted(path for path in own if path.parent.name != ".ipynb_checkpoints")


def clean(place=PLACE):
    """Remove what is as it was written; return what is kept."""
    own = kept(place)
    for name in {RECORD, *recorded(place)} - {path.name for path in own}:
        (place / name).unlink(missing_ok=True)
    if not own:
        shutil.rmtree(place, ignore_errors=True)
    return own


def deliver(made=MADE, place=PLACE):
    """Put new editions in place of the old ones; return what is kept."""
    own = clean(place)
    place.mkdir(parents=True, exist_ok=True)
    written = {}
    for source in sorted(made.iterdir()):
        target = place / source.name
        if target not in own:
            target.write_bytes(ready(source) if source.suffix == ".ipynb" else source.read_bytes())
            written[target.name] = digest(target)
    (place / RECORD).write_text(json.dumps(written, indent=1), encoding="utf-8")
    return own


def ready(source):
    """Return a notebook as this Python's kernel would save it, and let Jupyter trust it.

    Else an editor would ask whether to save what was only opened, and show sliders as pictures.
    """
    import nbformat
    from ipykernel.ipkernel import IPythonKernel
    from nbformat.sign import NotebookNotary

    nb = nbformat.read(source, as_version=4)
    nb.metadata["language_info"] = IPythonKernel.language_info
    NotebookNotary().sign(nb)
    return nbformat.writes(nb).encode() + b"\n"


if __name__ == "__main__":
    for path in clean() if sys.argv[1:] == ["--clean"] else deliver():
        print(f"Kept as it is, since it is no longer as it was written: {path.relative_to(ROOT)}")
