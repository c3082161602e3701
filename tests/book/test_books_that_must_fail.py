"""A book of pages with one fault each: the checks of the real book find each, and say why.

The book has the settings, extensions and styles of the course. That nbval finds a wrong output
is nbval's own business; that a rule for notebooks finds its fault is tried in `test_notebooks.py`.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import test_book
from bs4 import BeautifulSoup
from editions import wheel
from tools.book import build_book, quick_jupyter_book

ROOT = Path(__file__).resolve().parents[2]
INDEX = "# A small book\n\n[Its page](page.md).\n\n```{bibliography}\n```\n"
PAGE = """# A page

Back to [the start](index.md). This is known {cite:p}`goodfellow2016deep`.

:::{figure} dot.svg
:alt: One black dot on white
A dot.
:::

```python
assert half_life(0.9) < 7
```
"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
CHANGES = {
    "dead_link": ("(index.md)", "(gone.md)"),
    "no_entry": ("goodfellow2016deep", "nobody2050never"),
    "no_alt": (":alt: One black dot on white\n", ""),
    "formula": ("This is known", r"$x + \foo$ is known"),
    "secret": ("```python\n", "```python\n### BEGIN HIDDEN TESTS\n"),
    "cell_error": ("assert half_life(0.9) < 7", "Traceback (most recent call last):"),
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Build the page beside the changed ones; return code, log and parsed pages."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("_ext", "_static"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("_config.yml", "references.bib", "CITATION.cff", *wheel.FILES):
        shutil.copy(ROOT / name, folder)
    (folder / "lib").symlink_to(ROOT / "lib")
    pages = {"page": PAGE} | {name: PAGE.replace(*change) for name, change in CHANGES.items()}
    toc = "".join(f"  - file: {name}\n" for name in pages)
    files = {"_toc.yml": f"format: jb-book\nroot: index\nchapters:\n{toc}", "dot.svg": DOT}
    files |= {"index.md": INDEX} | {f"{name}.md": text for name, text in pages.items()}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    code = build_book.build(folder)
    log = (folder / "_build" / "book.log").read_text(encoding="utf-8")
    html = {path.stem: path.read_text("utf-8") for path in folder.glob("_build/html/*.html")}
    return code, log, {name: BeautifulSoup(text, "html.parser") for name, text in html.items()}


def test_the_build_fails_and_names_the_pages_and_the_reasons(faulty):
    code, log, _ = faulty
    warnings = re.findall(r"/(\w+)\.md:?\d*: WARNING: (.*)", log)
    assert code == 1
    assert [name for name, _ in sorted(warnings)] == ["dead_link", "formula", "no_entry"]
    assert "cross-reference target not found: 'gone.md'" in dict(warnings)["dead_link"]
    assert (
        dict(warnings)["formula"] == r'This formula cannot be set: Unknown command "\foo". x + \foo'
    )
    assert 'could not find bibtex key "nobody2050never"' in dict(warnings)["no_entry"]


@pytest.mark.parametrize(
    ("page", "check", "reason"),
    [
        ("no_alt", test_book.bad_images, "_images/dot.svg"),
        ("secret", test_book.secrets, "### BEGIN HIDDEN TESTS"),
        ("cell_error", test_book.tracebacks, "Traceback (most recent call last):"),
    ],
)
def test_what_only_the_page_shows_is_found_on_it(faulty, page, check, reason):
    assert check(faulty[2]["page"]) == []
    assert check(faulty[2][page]) == [reason]


@pytest.mark.parametrize("version", ["2.0.0", "0.15.1"])
def test_another_jupyter_book_is_refused_with_a_way_out(tmp_path, version):
    info = tmp_path / f"jupyter_book-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: jupyter-book\nVersion: {version}\n", encoding="utf-8")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
    code += f"import {quick_jupyter_book.__name__} as command; command.refuse_other_versions()"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert f"Jupyter Book {version} is installed" in process.stderr
    assert "pip install -r requirements.txt" in process.stderr
