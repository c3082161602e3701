"""Notebook hygiene: what nbval lets pass in silence, and what every chapter must have.

A rule takes a notebook and returns its complaints. Each rule is also shown a
notebook with the fault that it is there to find.
"""

import asyncio
import base64
import copy
import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tools.book import run_notebooks, show_notebook

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
MAX_LINES, MAX_WIDTH, MAX_BYTES, MIN_ALT = 12, 80, 700_000, 40
FORBIDDEN_TAGS = {"nbval-skip", "nbval-raises-exception", "raises-exception"}
SECRET = r"^\s*### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)"  # in homeworks' masters alone
IMAGES = ("image/svg+xml", "image/png", "image/jpeg")

# --- Parts of a notebook -----------------------------------------------------------------


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def markdown(nb):
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def headings(nb):
    """Return (level, text) of all headings; code fences do not count."""
    prose = re.sub(r"^```.*?^```", "", markdown(nb), flags=re.M | re.S)
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(#{1,6}) +(.+)$", prose, re.M)]


def outputs(nb):
    return [(cell, output) for cell in code_cells(nb) for output in cell.outputs]


def image_outputs(cell):
    return [o for o in cell.outputs if set(IMAGES) & set(o.get("data", {}))]


def image_cells(nb):
    return [cell for cell in code_cells(nb) if image_outputs(cell)]


def texts(output):
    """Return all that an output says in characters, SVG and HTML included."""
    if output.output_type == "stream":
        return output.text
    data = {k: v for k, v in output.get("data", {}).items() if k not in IMAGES[1:]}
    return "\n".join(v if isinstance(v, str) else json.dumps(v) for v in data.values())


def figure_settings(cell):
    """Return alt text, caption and name of a cell's figure, "" where missing."""
    mystnb = cell.metadata.get("mystnb", {})
    figure = mystnb.get("figure", {})
    return mystnb.get("image", {}).get("alt", ""), figure.get("caption", ""), figure.get("name", "")


def exercises(nb):
    """Return the text of each exercise, up to the next exercise or heading."""
    pattern = r"^[:`]{3,}\{exercise\}.*?(?=^[:`]{3,}\{exercise\}|^#{1,6} |\Z)"
    return re.findall(pattern, markdown(nb), flags=re.M | re.S)


def summaries(text):
    return [s.strip().lower() for s in re.findall(r"<summary>(.*?)</summary>", text, re.S)]


def citations(text):
    keys = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text)
    return {key.strip() for group in keys for key in group.split(",")}


def bibliography():
    text = (ROOT / "references.bib").read_text(encoding="utf-8")
    return set(re.findall(r"^\s*@\w+\{\s*([^,\s]+)\s*,", text, re.M))


# --- Rules -------------------------------------------------------------------------------


def every_code_cell_was_run(nb):
    return [f"{cell.id} was not run" for cell in code_cells(nb) if cell.execution_count != 1]


def no_cell_escapes_checking(nb):
    tagged = [c for c in code_cells(nb) if FORBIDDEN_TAGS & set(c.metadata.get("tags", []))]
    marked = [c for c in code_cells(nb) if re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)_", c.source)]
    return [f"{cell.id} is marked as unchecked" for cell in [*tagged, *marked]]


def what_rounding_decides_is_asserted(nb):
    """An output may go unchecked only if the cell says why, and asserts what holds anyway."""
    complaints = []
    for cell in code_cells(nb):
        reason = cell.metadata.get("rounding", "")
        if ("nbval-ignore-output" in cell.metadata.get("tags", [])) != bool(reason):
            complaints.append(f"{cell.id} must have both the tag nbval-ignore-output and a reason")
        if reason and (len(reason) < MIN_ALT or "assert " not in cell.source):
            complaints.append(f"{cell.id} must say why it goes unchecked, and assert what holds")
    return complaints


def no_errors(nb):
    return [f"{cell.id} failed" for cell, o in outputs(nb) if o.output_type == "error"]


def no_stderr(nb):
    return [f"{cell.id} wrote to stderr" for cell, o in outputs(nb) if o.get("name") == "stderr"]


def no_addresses(nb):
    found = [cell for cell, o in outputs(nb) if re.search(r"\b0x[0-9a-f]{6,}", texts(o), re.I)]
    return [f"{cell.id} shows a memory address" for cell in found]


def no_absolute_paths_in_outputs(nb):
    pattern = r"(?<![\w./:])/(?:home|root|work|usr|tmp|opt|var|mnt|Users)/|\b[A-Z]:\\"
    found = [cell for cell, o in outputs(nb) if re.search(pattern, texts(o))]
    return [f"{cell.id} shows an absolute path" for cell in found]


def standard_kernel(nb):
    name = nb.metadata.get("kernelspec", {}).get("name")
    return [] if name == "python3" else [f"the kernel is {name!r}"]


def only_known_metadata(nb):
    known = {*run_notebooks.NOTEBOOK_METADATA, "widgets"}
    extra = [f"notebook metadata {key!r}" for key in set(nb.metadata) - known]
    for cell in nb.cells:
        keys = set(cell.metadata) - set(run_notebooks.CELL_METADATA)
        extra += [f"{cell.id} has metadata {key!r}" for key in keys]
    return extra


def figures_carry_digests(nb):
    complaints = []
    for cell in image_cells(nb):
        for output in image_outputs(cell):
            text = output.data.get("text/plain", "")
            if not (text.startswith("Figure") and "\n" in text.strip()):
                complaints.append(f"{cell.id} shows an image without a digest")
    return complaints


def one_figure_a_cell(nb):
    return [f"{c.id} shows several images" for c in image_cells(nb) if len(image_outputs(c)) > 1]


def figures_have_alt_text(nb):
    complaints = []
    for cell in image_cells(nb):
        alt = figure_settings(cell)[0]
        if len(alt) < MIN_ALT or re.match(r"\W*(a |the )?(figure|plot of|image of)", alt, re.I):
            complaints.append(f"{cell.id} has no alt text that tells the finding: {alt!r}")
    return complaints


def figures_have_captions(nb):
    return [f"{c.id} has no caption" for c in image_cells(nb) if not figure_settings(c)[1].strip()]


def figures_have_names(nb):
    names = [(cell.id, figure_settings(cell)[2]) for cell in image_cells(nb)]
    bad = [f"{id} has the figure name {name!r}" for id, name in names if name[:4] != "fig-"]
    counts = Counter(name for _, name in names)
    return bad + [f"{name!r} names {n} figures" for name, n in counts.items() if n > 1]


def short_code_cells(nb):
    lengths = [(cell.id, len(cell.source.splitlines())) for cell in code_cells(nb)]
    return [f"{id} has {n} lines" for id, n in lengths if n > MAX_LINES]


def code_fits_the_page(nb):
    widths = [(cell.id, max(map(len, cell.source.splitlines()))) for cell in code_cells(nb)]
    return [f"{id} has a line of {n} characters" for id, n in widths if n > MAX_WIDTH]


def no_path_tricks_or_clocks(nb):
    pattern = r"sys\.path|^\s*%{1,2}(?:time|prun)"
    found = [cell for cell in code_cells(nb) if re.search(pattern, cell.source, re.M)]
    return [f"{cell.id} edits sys.path or takes the time" for cell in found]


def no_trailing_semicolon(nb):
    found = [cell for cell in code_cells(nb) if cell.source.rstrip().endswith(";")]
    return [f"{cell.id} ends with a semicolon, which nbval cannot compare" for cell in found]


def title_comes_first(nb):
    first = (headings(nb) or [(0, "")])[0]
    return [] if first[0] == 1 else [f"the first heading is {first[1]!r} at level {first[0]}"]


def two_predictions(nb):
    count = len(re.findall(r"^:class:.*\bprediction\b", markdown(nb), re.M))
    return [] if count >= 2 else [f"{count} predictions"]


def a_theorem(nb):
    return [] if re.search(r"^[:`]{3,}\{prf:\w+\}", markdown(nb), re.M) else ["no theorem box"]


def three_exercises(nb):
    count = len(exercises(nb))
    return [] if count >= 3 else [f"{count} exercises"]


def exercises_have_hint_and_solution(nb):
    complaints = []
    for number, text in enumerate(exercises(nb), 1):
        for word in ("hint", "solution"):
            if not any(word in summary for summary in summaries(text)):
                complaints.append(f"exercise {number} has no folded {word}")
    return complaints


def what_to_remember(nb):
    return [] if (2, "What to remember") in headings(nb) else ["no section 'What to remember'"]


def a_core_path(nb):
    return [] if re.search(r"core path", markdown(nb), re.I) else ["no mark of the core path"]


def a_further_section(nb):
    found = any(text.startswith("Further:") for _, text in headings(nb))
    return [] if found else ["no heading that begins with 'Further:'"]


def unique_cell_ids(nb):
    counts = Counter(cell.get("id") for cell in nb.cells)
    return [f"{n} cells have the id {id!r}" for id, n in counts.items() if n > 1 or not id]


def moderate_size(nb):
    size = len(run_notebooks.to_text(nb).encode())
    return [] if size < MAX_BYTES else [f"{size} bytes"]


def no_private_paths_in_prose(nb):
    found = re.findall(r".*(?:/(?:home|root|work|Users)/).*", markdown(nb))
    return [f"private path: {line}" for line in found]


def no_secret_markers(nb):
    found = ((cell.id, re.search(SECRET, cell.source, re.M)) for cell in nb.cells)
    return [f"{id} has a marker: {marker[0].strip()}" for id, marker in found if marker]


def citations_resolve(nb):
    return [
        f"no work {key!r} in references.bib" for key in citations(markdown(nb)) - bibliography()
    ]


RULES = [
    every_code_cell_was_run,
    no_cell_escapes_checking,
    what_rounding_decides_is_asserted,
    no_errors,
    no_stderr,
    no_addresses,
    no_absolute_paths_in_outputs,
    standard_kernel,
    only_known_metadata,
    figures_carry_digests,
    one_figure_a_cell,
    figures_have_alt_text,
    figures_have_captions,
    figures_have_names,
    short_code_cells,
    code_fits_the_page,
    no_path_tricks_or_clocks,
    no_trailing_semicolon,
    title_comes_first,
    two_predictions,
    a_theorem,
    three_exercises,
    exercises_have_hint_and_solution,
    what_to_remember,
    a_core_path,
    a_further_section,
    unique_cell_ids,
    moderate_size,
    no_private_paths_in_prose,
    no_secret_markers,
    citations_resolve,
]


def read(path):
    return nbformat.read(path, as_version=4)


# --- The chapters ------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_keeps_the_rule(path, rule):
    assert rule(read(path)) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_is_stored_as_the_runner_writes_it(path):
    stored = path.read_bytes().decode("utf-8")
    fresh = run_notebooks.to_text(run_notebooks.normalise(read(path)))
    assert stored == fresh, "run `make execute`"


def test_figure_names_are_unique_in_the_book():
    cells = [cell for path in CHAPTERS for cell in image_cells(read(path))]
    counts = Counter(figure_settings(cell)[2] for cell in cells)
    assert [name for name, count in counts.items() if count > 1] == []


def test_there_are_chapters():
    assert CHAPTERS


# --- Each rule finds its fault -----------------------------------------------------------

EXERCISE = """:::{exercise}
How long does it last?
:::
<details><summary>Hint</summary>Take logarithms.</details>
<details><summary>Solution</summary>Seven steps.</details>
"""
PREDICTION = ":::{admonition} What do you expect?\n:class: prediction\nMore or less?\n:::\n"
PROSE = f"""# One number

The core path takes 20 minutes.

{PREDICTION}
{PREDICTION}
:::{{prf:theorem}} Decay
It falls.
:::

{EXERCISE}{EXERCISE}{EXERCISE}
## Further: phase

## What to remember
"""


def good_notebook():
    """Return a small notebook that keeps every rule."""
    data = {"image/svg+xml": "<svg/>", "text/plain": "Figure\n  line: 3 points"}
    figure = {"caption": "It falls.", "name": "fig-falls"}
    image = {"alt": "The norm falls by half at every step until it is zero."}
    cells = [
        new_markdown_cell(PROSE),
        new_code_cell("print(1)", outputs=[new_output("stream", text="1\n")]),
        new_code_cell(
            "draw()",
            metadata={"mystnb": {"figure": figure, "image": image}},
            outputs=[new_output("execute_result", data=data)],
        ),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return run_notebooks.normalise(new_notebook(cells=cells))


def set_source(number, source):
    return lambda nb: nb.cells[number].update(source=source)


def replace_prose(old, new="", count=-1):
    return lambda nb: nb.cells[0].update(source=PROSE.replace(old, new, count))


def append_output(*args, **kwargs):
    return lambda nb: nb.cells[1].outputs.append(new_output(*args, **kwargs))


def set_text(text):
    return lambda nb: nb.cells[1].outputs[0].update(text=text)


def set_figure(part, key, value):
    return lambda nb: nb.cells[2].metadata["mystnb"][part].update({key: value})


def set_metadata(number, **entries):
    return lambda nb: nb.cells[number].metadata.update(entries)


def set_digest(text):
    return lambda nb: nb.cells[2].outputs[0].data.update({"text/plain": text})


FAULTS = [
    (every_code_cell_was_run, lambda nb: nb.cells[1].update(execution_count=None)),
    (no_cell_escapes_checking, set_metadata(1, tags=["nbval-skip"])),
    (what_rounding_decides_is_asserted, set_metadata(1, tags=["nbval-ignore-output"])),
    (what_rounding_decides_is_asserted, set_metadata(1, rounding=50 * "x")),
    (
        what_rounding_decides_is_asserted,
        set_metadata(1, tags=["nbval-ignore-output"], rounding=50 * "x"),
    ),
    (no_cell_escapes_checking, set_metadata(1, tags=["raises-exception"])),
    (no_cell_escapes_checking, set_source(1, "# NBVAL_IGNORE_OUTPUT\nprint(1)")),
    (no_errors, append_output("error", ename="ValueError", evalue="", traceback=[])),
    (no_stderr, append_output("stream", name="stderr", text="a warning")),
    (no_addresses, set_text("<object at 0x7f3a2b1c>")),
    (no_absolute_paths_in_outputs, set_text("/home/ann/book.py")),
    (no_absolute_paths_in_outputs, set_text("C:\\Users\\ann")),
    (standard_kernel, lambda nb: nb.metadata.kernelspec.update(name="venv")),
    (only_known_metadata, lambda nb: nb.metadata.update(colab={})),
    (only_known_metadata, set_metadata(0, collapsed=True)),
    (figures_carry_digests, set_digest("<Figure size 640x480 with 1 Axes>")),
    (figures_carry_digests, set_digest("Figure")),
    (figures_carry_digests, lambda nb: nb.cells[2].outputs[0].data.pop("text/plain")),
    (one_figure_a_cell, lambda nb: nb.cells[2].outputs.extend(nb.cells[2].outputs[:])),
    (figures_have_alt_text, set_figure("image", "alt", "A falling line")),
    (figures_have_alt_text, set_figure("image", "alt", "Figure " + 40 * "x")),
    (figures_have_alt_text, set_figure("image", "alt", "A plot of " + 40 * "x")),
    (figures_have_alt_text, lambda nb: nb.cells[2].metadata.clear()),
    (figures_have_captions, set_figure("figure", "caption", " ")),
    (figures_have_names, set_figure("figure", "name", "falls")),
    (figures_have_names, lambda nb: nb.cells.append({**nb.cells[2], "id": "again"})),
    (short_code_cells, set_source(1, "x = 1\n" * (MAX_LINES + 1))),
    (code_fits_the_page, set_source(1, "x = " + "1" * MAX_WIDTH)),
    (no_path_tricks_or_clocks, set_source(1, "import sys\nsys.path.insert(0, '..')")),
    (no_path_tricks_or_clocks, set_source(1, "%%time\nprint(1)")),
    (no_path_tricks_or_clocks, set_source(1, "%timeit f()")),
    (no_trailing_semicolon, set_source(1, "plot(x);")),
    (title_comes_first, replace_prose("# One number", "## One number", 1)),
    (title_comes_first, lambda nb: nb.cells[0].update(source="no heading")),
    (two_predictions, replace_prose(":class: prediction", ":class: note", 1)),
    (a_theorem, replace_prose("prf:theorem", "note")),
    (three_exercises, replace_prose(EXERCISE, "", 1)),
    (exercises_have_hint_and_solution, replace_prose("<summary>Hint", "<summary>Look", 1)),
    (exercises_have_hint_and_solution, replace_prose("<summary>Solution", "<summary>S", 1)),
    (what_to_remember, replace_prose("## What to remember")),
    (a_core_path, replace_prose("core path")),
    (a_further_section, replace_prose("Further: ")),
    (unique_cell_ids, lambda nb: nb.cells[1].update(id=nb.cells[2].id)),
    (moderate_size, set_text("x" * MAX_BYTES)),
    (no_private_paths_in_prose, replace_prose("It falls.", "See /home/me/course.")),
    (no_secret_markers, set_source(1, "### BEGIN SOLUTION\nx = 1")),
    (citations_resolve, replace_prose("It falls.", "See {cite:t}`nobody2050`.")),
]


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Return a function that writes a notebook to disk, unchecked, and reads it again."""
    (tmp_path / "references.bib").write_text("@article{hochreiter1991,\n}\n")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)

    def store(nb):
        path = tmp_path / "chapter.ipynb"
        path.write_text(json.dumps(nb), encoding="utf-8")
        return nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))

    return store


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_silent_on_a_good_notebook(rule, stored):
    assert rule(stored(good_notebook())) == []


@pytest.mark.parametrize(
    ("rule", "break_it"), FAULTS, ids=[f"{n}-{f[0].__name__}" for n, f in enumerate(FAULTS)]
)
def test_rule_reports_its_fault(rule, break_it, stored):
    nb = good_notebook()
    break_it(nb)
    assert rule(stored(nb)) != []


def test_every_rule_is_tried_on_a_fault():
    assert {rule for rule, _ in FAULTS} == set(RULES)


# --- The runner and the diff tool --------------------------------------------------------


def png_chunk(kind, data):
    checksum = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + checksum


def test_png_loses_its_text_and_nothing_else():
    head, tail = png_chunk(b"IHDR", bytes(13)), png_chunk(b"IEND", b"")
    plain = b"\x89PNG\r\n\x1a\n" + head + tail
    dated = b"\x89PNG\r\n\x1a\n" + head + png_chunk(b"tEXt", b"Software\0x 3.1") + tail
    stripped = run_notebooks.strip_png(base64.b64encode(dated).decode() + "\n")
    assert base64.b64decode(stripped) == plain


def test_pieces_of_a_stream_are_joined_and_others_kept_in_order():
    pieces = [new_output("stream", text=text) for text in "ab"]
    figure = new_output("display_data", data={"text/plain": "x"})
    merged = run_notebooks.merge_streams([*pieces, figure, new_output("stream", text="c")])
    assert [output.get("text") for output in merged] == ["ab", None, "c"]


def widget_notebook(slider, layout):
    state = {
        layout: {"state": {}},
        slider: {"state": {"layout": f"IPY_MODEL_{layout}"}},
    }
    view = {run_notebooks.WIDGET_VIEW: {"model_id": slider}}
    cell = new_code_cell("slider", id="s", outputs=[new_output("display_data", data=view)])
    widgets = {run_notebooks.WIDGET_STATE: {"state": state}}
    return new_notebook(cells=[cell], metadata={"widgets": widgets})


def test_widget_ids_do_not_depend_on_chance():
    first = run_notebooks.normalise(widget_notebook("a" * 32, "b" * 32))
    second = run_notebooks.normalise(widget_notebook("f" * 32, "0" * 31 + "1"))
    assert run_notebooks.to_text(first) == run_notebooks.to_text(second)
    assert first.cells[0].outputs[0].data[run_notebooks.WIDGET_VIEW]["model_id"] == "0" * 32


def test_normalising_twice_changes_nothing():
    for nb in (good_notebook(), widget_notebook("a" * 32, "b" * 32)):
        once = run_notebooks.normalise(copy.deepcopy(nb))
        assert run_notebooks.normalise(once) == once


def run(*arguments):
    """Run the notebook runner as a user does; return the completed process."""
    command = [sys.executable, "-m", run_notebooks.__name__, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.fixture
def unrun(tmp_path):
    """Return the path of a notebook that was never run, in a folder of its own."""
    source = (
        "import os\nprint({'a', 'b'}, os.environ['OMP_NUM_THREADS'], os.path.isfile('n.ipynb'))"
    )
    cells = [new_code_cell(source, id="first"), new_code_cell("1 + 1", id="second")]
    path = tmp_path / "n.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_runner_writes_the_same_bytes_twice(unrun):
    assert "written" in run(unrun).stdout
    once = unrun.read_bytes()
    again = run(unrun)
    assert (again.returncode, unrun.read_bytes()) == (0, once)
    assert "unchanged" in again.stdout
    assert "1 True" in once.decode()


def test_check_names_the_differing_cell_and_writes_nothing(unrun):
    run(unrun)
    edited = unrun.read_text(encoding="utf-8").replace('"2"', '"3"')
    unrun.write_text(edited, encoding="utf-8", newline="\n")
    checked = run("--check", unrun)
    assert (checked.returncode, unrun.read_text(encoding="utf-8")) == (1, edited)
    assert "cell 1 (second)" in checked.stdout
    assert "-3" in checked.stdout
    assert "+2" in checked.stdout


def test_a_check_lets_only_those_cells_differ_that_say_why():
    def notebook(*texts):
        cells = [new_code_cell("1", outputs=[new_output("stream", text=text)]) for text in texts]
        cells[0].metadata["rounding"] = "because"
        return new_notebook(cells=cells)

    settle = run_notebooks.with_rounding_of
    assert settle(notebook("1", "b"), notebook("2", "b")).cells[0].outputs[0].text == "1"
    assert settle(notebook("1", "b"), notebook("c", "b")).cells[0].outputs[0].text == "c"
    assert settle(notebook("1", "2"), notebook("1", "3")).cells[1].outputs[0].text == "3"


def test_failing_cell_is_named_and_nothing_is_written(tmp_path):
    path = tmp_path / "broken.ipynb"
    source = "import warnings\nwarnings.warn('too much', RuntimeWarning)"
    nbformat.write(new_notebook(cells=[new_code_cell(source, id="bad")]), path)
    before = path.read_bytes()
    result = run(path)
    assert (result.returncode, path.read_bytes()) == (1, before)
    assert "broken: cell 0 (bad) failed" in result.stdout
    assert "RuntimeWarning: too much" in result.stdout


def test_a_kernel_that_does_not_start_is_tried_once_more(monkeypatch, tmp_path):
    class Client:
        failures = 1

        async def async_execute(self, env):
            Client.failures -= 1
            if Client.failures >= 0:
                raise RuntimeError("no answer")

    monkeypatch.setattr(run_notebooks, "new_client", lambda nb, folder: Client())
    assert asyncio.run(run_notebooks.execute(good_notebook(), tmp_path)) == good_notebook()
    Client.failures = 2
    with pytest.raises(run_notebooks.CellError, match="did not start: no answer"):
        asyncio.run(run_notebooks.execute(good_notebook(), tmp_path))


def test_a_missing_notebook_is_an_error(tmp_path):
    result = run(tmp_path / "none.ipynb")
    assert result.returncode == 2
    assert "no such notebook" in result.stderr


def test_shown_notebook_has_text_and_a_stub_for_images(tmp_path):
    path = tmp_path / "n.ipynb"
    nbformat.write(good_notebook(), path)
    shown = show_notebook.show(path)
    assert "# One number" in shown
    assert "line: 3 points" in shown
    assert re.search(r"^\[image/svg\+xml, 0 kB, sha1 [0-9a-f]{7}\]$", shown, re.M)
    assert "<svg" not in shown
