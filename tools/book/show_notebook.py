"""Print a notebook as plain text, so that `git diff` shows what changed in it.

CONTRIBUTING.md says how to tell git about it. It needs nothing beyond the
standard library, as git may call it with any Python.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path


def joined(text):
    """Return a multi-line JSON string (a list of lines or one string) as one string."""
    return "".join(text) if isinstance(text, list) else text


def stub(mime, content):
    """Return one line that stands for an output which is not plain text."""
    text = joined(content) if isinstance(content, str | list) else json.dumps(content)
    is_binary = mime.startswith("image/") and mime != "image/svg+xml"
    data = base64.b64decode(text) if is_binary else text.encode()
    return f"[{mime}, {len(data) / 1000:.0f} kB, sha1 {hashlib.sha1(data).hexdigest()[:7]}]"


def output_lines(output):
    """Return the lines that show one output: its text, and a stub for all else."""
    if output["output_type"] == "stream":
        return [f"{output['name']}:", *joined(output["text"]).splitlines()]
    if output["output_type"] == "error":
        return [f"error: {output['ename']}: {output['evalue']}"]
    data = dict(output["data"])
    text = joined(data.pop("text/plain", "")).splitlines()
    return text + [stub(mime, data[mime]) for mime in sorted(data)]


def cell_lines(cell):
    """Return the lines that show one cell: a title, its metadata, source and outputs."""
    lines = [f"=== {cell['cell_type']} {cell.get('id', '')}".rstrip()]
    if cell["metadata"]:
        lines += json.dumps(cell["metadata"], indent=1, ensure_ascii=False).splitlines()
    lines += joined(cell["source"]).splitlines()
    for output in cell.get("outputs", []):
        lines += ["---", *output_lines(output)]
    return lines


def show(path):
    """Return the text of the notebook at `path`."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    return "\n".join("\n".join(cell_lines(cell)) + "\n" for cell in cells)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    for name in sys.argv[1:]:
        print(show(name))
