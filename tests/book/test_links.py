"""Links between files, and names of files, lead somewhere.

Of links in built pages test_book tells, of those that lead out `make links`.
"""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
PAPERS = sorted(
    path
    for pattern in ("*.md", "chapters/*.ipynb", "pages/*.md", "homework/*", "tests/*.md")
    for path in ROOT.glob(pattern)
    if path.suffix in (".md", ".ipynb")
)
GENERATED = ("_build/", "build/", ".venv/")


def markdown(path):
    """Return the Markdown of a file, or of all the cells of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    cells = nbformat.reads(text, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def places(text):
    """Return what # can point at: GitHub's names of headings, and MyST's labels."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", text, re.M)
    names = {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}
    return names | set(re.findall(r"^\(([\w-]+)\)=", text, re.M))


def leads_somewhere(url, path):
    """Tell whether a link of a file does; of a label the build tells, of the web `make links`."""
    name, _, place = unquote(url).partition("#")
    if any(urlsplit(url)[:2]) or (name and not re.search(r"[./]", name)):
        return True
    target = path.parent / name if name else path
    return target.exists() and (not place or place in places(markdown(target)))


def dead_ends(path):
    """Return the links and images of one file whose file, or place in it, is not there."""
    parsed = MarkdownIt().parse(markdown(path))
    tokens = [child for token in parsed for child in token.children or []]
    urls = [str(token.attrs.get("href") or token.attrs.get("src") or "") for token in tokens]
    return [url for url in urls if url and not leads_somewhere(url, path)]


def named_files(text):
    """Return the paths in backticks that stand in folders of the repository."""
    folders = "|".join(p.name for p in ROOT.iterdir() if p.is_dir() and p.name[0] != ".")
    found = re.findall(rf"`((?:{folders})/[\w./-]*)`", text)
    return [name for name in found if not name.startswith(GENERATED) and "NN_" not in name]


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_and_named_file_is_there(path):
    assert dead_ends(path) == []
    if path.suffix == ".md" and path.parent.name != "pages":  # read as files, not on the site
        assert [name for name in named_files(markdown(path)) if not (ROOT / name).exists()] == []


def test_a_dead_end_is_found(tmp_path):
    (tmp_path / "there.md").write_text("# One heading, *with* marks\n\n(label)=\n", "utf-8")
    good = "[a](there.md) [b](there.md#one-heading-with-marks) [c](there.md#label) [d](#here)"
    bad = "[a](gone.md) ![b](gone.png) [c](there.md#two) [d](#nowhere) `[e](code.md)`"
    (tmp_path / "a.md").write_text(f"# Here\n\n{good} {bad} [w](https://a.org) `build/a`", "utf-8")
    assert dead_ends(tmp_path / "a.md") == ["gone.md", "gone.png", "there.md#two", "#nowhere"]
    assert named_files("`tools/gone.py`, `_build/html/a.html`, `make test`") == ["tools/gone.py"]
