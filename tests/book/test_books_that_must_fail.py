"""Books with one fault each: the checks of the real book find each, and say why.

The template is a book of three pages and three notebooks with the settings, extensions and styles
of the course. Faults that do not touch each other stand on pages of their own in one book.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import claims
import pytest
import test_book
import test_notebooks
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tools.book import build_book, quick_jupyter_book, run_notebooks

ROOT = Path(__file__).resolve().parents[2]

# --- The template, and a change for each fault -------------------------------------------

INDEX = """# A small book

[Its page](page.md).

```{bibliography}
```
"""
PAGE = """# A page

Back to [the start](index.md). This is known {cite:p}`goodfellow2016deep`.

:::{figure} dot.svg
:alt: One black dot on white
A dot.
:::

A weight of 0.9 has the half-life 6.58.

```python
assert half_life(0.9) < 7
```
"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
CHANGES = {
    "dead_link": ("(index.md)", "(gone.md)"),
    "no_entry": ("goodfellow2016deep", "nobody2050never"),
    "no_alt": (":alt: One black dot on white\n", ""),
    "secret": ("```python\n", "```python\n### BEGIN HIDDEN TESTS\n"),
    "wrong_digit": ("6.58", "6.59"),
}
ERROR = "# An error\n\n```\nTraceback (most recent call last):\nValueError: no\n```\n"
CELL = "print(round(scalar.steps_to_reach(0.9, 0.5) / 2, 2))"
SLIDER = """\
from longterm.figures.sliders import Slider, slider_figure
from longterm.figures.style import new_figure

fig, ax = new_figure()
ax.plot([], [], gid="line")
ax.set(xlim=(0, 1), ylim=(0, 9))
moving = slider_figure(
    fig, lambda a: {"line": ([0, 1], [0, 1 / a]), "readout": f"{a}"},
    alt="A line that rises", a=Slider("a", (1, 2, 4)),
)"""
NOTEBOOKS = {
    "clean": (CELL, SLIDER),
    "cell_error": (CELL.replace("0.9, ", "0.9, -"), SLIDER),
    "broken_slider": (CELL, SLIDER.replace("(1, 2, 4)", "(1, 2, 0)")),
}
START = "import numpy as np\n\nfrom longterm import scalar"


def changed(old, new):
    assert PAGE.count(old) == 1
    return PAGE.replace(old, new)


def write_book(folder, pages):
    """Write a book of the index and some pages, with the settings of the course."""
    for name in ("_ext", "_static"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / name, folder)
    (folder / ".vendor").symlink_to(ROOT / ".vendor")
    (folder / "dot.svg").write_text(DOT, encoding="utf-8")
    toc = "".join(f"  - file: {name}\n" for name in pages)
    texts = {"_toc.yml": f"format: jb-book\nroot: index\nchapters:\n{toc}", "index.md": INDEX}
    texts |= {f"{name}.md": text for name, text in pages.items()}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Build the template's page beside the changed ones; return code, log and pages."""
    folder = tmp_path_factory.mktemp("book")
    pages = {name: changed(*change) for name, change in CHANGES.items()}
    write_book(folder, {"page": PAGE, **pages, "cell_error": ERROR})
    code = build_book.build(folder)
    log = (folder / "_build" / "book.log").read_text(encoding="utf-8")
    html = {
        path.stem: path.read_text(encoding="utf-8") for path in folder.glob("_build/html/*.html")
    }
    return code, log, {name: BeautifulSoup(text, "html.parser") for name, text in html.items()}


def warnings_of(log, page):
    return [line for line in log.splitlines() if re.search(rf"/{page}\.md.*WARNING", line)]


# --- The built book ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "reason"),
    [("dead_link", "cross-reference target not found: 'gone.md'"),
     ("no_entry", "could not find bibtex key \"nobody2050never\"")],
)  # fmt: skip
def test_the_build_fails_and_names_the_page_and_the_reason(faulty, page, reason):
    code, log, _ = faulty
    assert code == 1
    assert [reason in line for line in warnings_of(log, page)] == [True]


def test_the_build_complains_of_no_other_page(faulty):
    assert len(re.findall("WARNING", faulty[1])) == 2


@pytest.mark.parametrize(
    ("page", "check", "reason"),
    [("no_alt", test_book.bad_images, ["_images/dot.svg"]),
     ("secret", test_book.secrets, ["### BEGIN HIDDEN TESTS"]),
     ("cell_error", test_book.tracebacks, ["Traceback (most recent call last):"])],
)  # fmt: skip
def test_what_only_the_page_shows_is_found_on_it(faulty, page, check, reason):
    assert check(faulty[2]["page"]) == []
    assert check(faulty[2][page]) == reason


# --- Numbers in the text -----------------------------------------------------------------


def half_life():
    return 6.5788


def test_a_wrong_digit_is_in_no_claim_and_has_no_voucher(tmp_path):
    pages = {"right": PAGE, "wrong": changed(*CHANGES["wrong_digit"])}
    for name, text in pages.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    right, wrong = (
        claims.Claim(str(tmp_path / f"{name}.md"), "the half-life {:.2f}.", half_life)
        for name in pages
    )
    assert (len(right.places()), len(wrong.places())) == (1, 0)
    assert "6.59" in [number.said for number in claims.unvouched(wrong.page)]


# --- Notebooks ---------------------------------------------------------------------------


def write_notebook(path, sources):
    """Store a notebook with the outputs that the clean one has when it is run."""
    shown = [[], [new_output("stream", text="3.5\n")], []]
    cells = [
        new_code_cell(source, outputs=outputs, id=f"cell-{n}")
        for n, (source, outputs) in enumerate(zip((START, *sources), shown, strict=True))
    ]
    nb = run_notebooks.normalise(new_notebook(cells=cells))
    path.write_text(run_notebooks.to_text(nb), encoding="utf-8")


@pytest.fixture(scope="module")
def nbval(tmp_path_factory):
    """Run nbval, as `make test` does, over the three notebooks; return what it says."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, sources in NOTEBOOKS.items():
        write_notebook(folder / f"{name}.ipynb", sources)
    options = [
        "--quiet",
        "-p",
        "no:xdist",
        "-o",
        f"cache_dir={folder}",
        f"--rootdir={folder}",
        "-c",
    ]
    command = [sys.executable, "-m", "pytest", *options, str(ROOT / "pyproject.toml")]
    # Where CI is set, pytest says each reason once more, in its summary.
    here = {name: value for name, value in os.environ.items() if name not in ("CI", "BUILD_NUMBER")}
    process = subprocess.run(
        [*command, "--nbval", *(str(folder / f"{name}.ipynb") for name in NOTEBOOKS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=here | run_notebooks.ENVIRONMENT,
        check=False,
    )
    return build_book.COLOUR.sub("", process.stdout)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cell_error", "ValueError: factor must be above 0"),
        ("broken_slider", "ZeroDivisionError: division by zero"),
    ],
)
def test_nbval_fails_in_the_notebook_with_the_fault_and_says_why(nbval, name, reason):
    failed = re.findall(r"^FAILED .*?(\w+)\.ipynb::", nbval, re.M)
    assert failed.count(name) == 1
    assert "clean" not in failed
    assert nbval.count(reason) == 1


# --- Secrets in notebooks, and Jupyter Book 2 --------------------------------------------


@pytest.mark.parametrize("marker", ["BEGIN SOLUTION", "END HIDDEN TESTS"])
def test_a_chapter_with_a_secret_marker_breaks_a_rule(marker):
    nb = test_notebooks.good_notebook()
    assert test_notebooks.no_secret_markers(nb) == []
    nb.cells[1].source = f"x = 1\n### {marker}\n"
    assert test_notebooks.no_secret_markers(nb) == [f"cell-1 has a marker: ### {marker}"]
    assert test_notebooks.no_secret_markers in test_notebooks.RULES


def fake_jupyter_book(folder, version):
    """Write what pip leaves of an installed package."""
    info = folder / f"jupyter_book-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: jupyter-book\nVersion: {version}\n", encoding="utf-8")


@pytest.mark.parametrize("version", ["2.0.0", "0.15.1"])
def test_another_jupyter_book_is_refused_with_a_way_out(tmp_path, version):
    fake_jupyter_book(tmp_path, version)
    process = subprocess.run(
        [sys.executable, "-m", quick_jupyter_book.__name__, "build", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        check=False,
    )
    assert process.returncode == 1
    assert f"Jupyter Book {version} is installed" in process.stderr
    assert "pip install -r requirements.txt" in process.stderr


def test_the_installed_jupyter_book_is_accepted():
    quick_jupyter_book.refuse_other_versions()
