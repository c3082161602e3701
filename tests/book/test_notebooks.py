"""Notebook hygiene: what nbval lets pass in silence, and what every chapter must have.

A rule takes a notebook and returns its complaints. Each rule is also shown notebooks with the
faults that it is there to find. What the stored form, nbformat's validator, Sphinx or the hooks
see is left to them.
"""

import asyncio
import copy
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tools.book import minutes, run_notebooks, stored_form

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
MAX_LINES, MAX_CORE_LINES, MAX_WIDTH, MIN_ALT = 12, 8, 80, 40
IMAGES = ("image/svg+xml", "image/png", "image/jpeg")

# --- Parts of a notebook -----------------------------------------------------------------


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def markdown(nb):
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def image_outputs(cell):
    return [o for o in cell.outputs if set(IMAGES) & set(o.get("data", {}))]


def figures(nb):
    """Return each cell that shows an image, with its alt text, caption and name, "" if missing."""
    found = []
    for cell in filter(image_outputs, code_cells(nb)):
        mystnb = cell.metadata.get("mystnb", {})
        figure = mystnb.get("figure", {})
        alt = mystnb.get("image", {}).get("alt", "")
        found.append((cell, alt, figure.get("caption", ""), figure.get("name", "")))
    return found


def texts(output):
    """Return all that an output says in characters, SVG and HTML included."""
    data = [v for k, v in output.get("data", {}).items() if k not in IMAGES[1:]]
    data = [v if isinstance(v, str) else json.dumps(v) for v in data]
    return "\n".join([output.get("text", ""), *data])


# --- Rules -------------------------------------------------------------------------------


def no_cell_escapes_checking(nb):
    """An output may go unchecked only if the cell says why, and asserts what holds anyway."""
    complaints = []
    for cell in code_cells(nb):
        reason, tags = cell.metadata.get("rounding", ""), set(cell.metadata.get("tags", []))
        if tags & {"nbval-skip", "nbval-raises-exception", "raises-exception"}:
            complaints.append(f"{cell.id} is marked as unchecked")
        if re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)_", cell.source):
            complaints.append(f"{cell.id} is marked as unchecked")
        if ("nbval-ignore-output" in tags) != bool(reason):
            complaints.append(f"{cell.id} must have both the tag nbval-ignore-output and a reason")
        if reason and (len(reason) < MIN_ALT or "assert " not in cell.source):
            complaints.append(f"{cell.id} must say why it goes unchecked, and assert what holds")
    return complaints


def outputs_are_for_readers(nb):
    """No errors, no warnings, no addresses in memory."""
    complaints = []
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                complaints.append(f"{cell.id} failed or wrote to stderr")
            if re.search(r"\b0x[0-9a-f]{6,}", texts(output), re.I):
                complaints.append(f"{cell.id} shows a memory address")
    return complaints


def no_paths_of_this_machine(nb):
    pattern = r"(?<![\w./:])/(?:home|root|work|usr|tmp|opt|var|mnt|Users)/.{,20}|\b[A-Z]:\\.{,20}"
    said = [markdown(nb), *(texts(o) for cell in code_cells(nb) for o in cell.outputs)]
    return re.findall(pattern, "\n".join(said))


def figures_are_complete(nb):
    """Each has one image with a digest, alt text, a caption, and a name of its own."""
    dull = r"\W*(a |the )?(figure|plot of|image of)"
    counts, complaints = Counter(name for *_, name in figures(nb)), []
    for cell, alt, caption, name in figures(nb):
        digests = [output.data.get("text/plain", "") for output in image_outputs(cell)]
        if len(digests) > 1 or not re.match(r"Figure.*\n\s*\S", digests[0]):
            complaints.append(f"{cell.id} shows several images, or one without a digest")
        if len(alt) < MIN_ALT or re.match(dull, alt, re.I):
            complaints.append(f"{cell.id} has no alt text that tells the finding: {alt!r}")
        if not (caption.strip() and name.startswith("fig-") and counts[name] == 1):
            complaints.append(f"{cell.id} has the caption {caption!r} and the name {name!r}")
    return complaints


def code_fits_the_page(nb):
    sizes = [(cell.id, [*map(len, cell.source.splitlines())]) for cell in code_cells(nb)]
    return [
        f"{id} has {len(widths)} lines of up to {max(widths)} characters"
        for id, widths in sizes
        if len(widths) > MAX_LINES or max(widths) > MAX_WIDTH
    ]


def no_tricks_in_code(nb):
    """No path is edited, no clock read; nbval cannot compare what a last semicolon hides."""
    pattern = re.compile(r"sys\.path|^\s*%{1,2}(?:time|prun)|;\s*\Z", re.M)
    found = [(cell.id, pattern.search(cell.source)) for cell in code_cells(nb)]
    return [f"{id} has {match[0]!r}" for id, match in found if match]


PARTS = {  # what a chapter must have, and how often at least
    r"\A# .": 1,
    r"(?i)core path": 1,
    r"^:class:.*\bprediction\b": 2,
    r"^[:`]{3,}\{prf:\w+\}": 1,
    r"^[:`]{3,}\{exercise\}": 3,
    r"^#+ Further:": 1,
    r"^## What to remember$": 1,
}


def every_part_is_there(nb):
    text = markdown(nb)
    counts = {part: len(re.findall(part, text, re.M)) for part in PARTS}
    return [f"{counts[part]} times {part}" for part, least in PARTS.items() if counts[part] < least]


def predictions(nb):
    """Return for each prediction whether each of its choices is the right one, in order."""
    boxes = re.findall(r"^:class:[^\n]*\bprediction\b.*?^:{3,}$", markdown(nb), re.M | re.S)
    choice = r"<details><summary>[^<]+</summary>\s*(.*?)\s*</details>"
    return [[text.startswith("Yes") for text in re.findall(choice, box, re.S)] for box in boxes]


def predictions_have_one_right_choice(nb):
    """The site's script knows it by the first word of its explanation."""
    found = enumerate(predictions(nb), 1)
    return [f"prediction {k}: {choices}" for k, choices in found if choices.count(True) != 1]


def core_sections_ask_a_check(nb):
    """One at least, with two or three choices, one of them right."""
    complaints = []
    for section in re.split(r"^## ", markdown(nb), flags=re.M)[1:]:
        boxes = re.findall(r"^:class: check$.*?^:{3,}$", section, re.M | re.S)
        answers = [re.findall(r"</summary>\s*(.*?)\s*</details>", box, re.S) for box in boxes]
        right = [sum(bool(re.match("Right|Yes", text)) for text in texts) for texts in answers]
        fair = all(k == 1 and len(texts) in (2, 3) for k, texts in zip(right, answers, strict=True))
        if not (fair and boxes) and not re.match("Further|Exercises|What to remember", section):
            complaints.append(f"{section.splitlines()[0]}: {right} right choices in its checks")
    return complaints


def core_code_is_short(nb):
    core = [cell for cell, _ in minutes.core(nb.cells) if cell.cell_type == "code"]
    shown = [cell for cell in core if not minutes.HIDDEN & set(cell.metadata.get("tags", []))]
    sizes = {c.id: sum(bool(line.strip()) for line in c.source.splitlines()) for c in shown}
    return [f"{id} shows {n} lines" for id, n in sizes.items() if n > MAX_CORE_LINES]


def exercises_have_hint_and_solution(nb):
    pattern = r"^[:`]{3,}\{exercise\}.*?(?=^[:`]{3,}\{exercise\}|^#{1,6} |\Z)"
    return [
        f"exercise {number} has no folded {word}"
        for number, text in enumerate(re.findall(pattern, markdown(nb), re.M | re.S), 1)
        for word in ("Hint", "Solution")
        if not re.search(rf"<summary>[^<]*\b{word}", text)
    ]


RULES = [
    no_cell_escapes_checking,
    outputs_are_for_readers,
    no_paths_of_this_machine,
    figures_are_complete,
    code_fits_the_page,
    no_tricks_in_code,
    every_part_is_there,
    predictions_have_one_right_choice,
    core_sections_ask_a_check,
    core_code_is_short,
    exercises_have_hint_and_solution,
]


# --- The chapters ------------------------------------------------------------------------


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_keeps_the_rule(path, rule):
    assert rule(read(path)) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_is_valid_and_stored_as_the_runner_writes_it(path):
    nbformat.validate(read(path))
    assert stored_form.complaints(path) == []


def test_figure_names_are_unique_in_the_book():
    counts = Counter(name for path in CHAPTERS for *_, name in figures(read(path)))
    assert counts
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_right_choice_stands_anywhere():
    """Dealt, not drawn: each place has its share within one standard deviation of fair draws."""
    right = [c.index(True) for path in CHAPTERS for c in predictions(read(path))]
    sizes = [len(c) for path in CHAPTERS for c in predictions(read(path))]
    for size, total in Counter(sizes).items():
        share, spread = total / size, max(1, (total * (size - 1)) ** 0.5 / size)
        counts = Counter(place for place, k in zip(right, sizes, strict=True) if k == size)
        found = [counts[place] for place in range(size)]
        assert all(abs(count - share) <= spread for count in found), (size, found)


# --- Each rule finds its fault -----------------------------------------------------------

EXERCISE = """:::{exercise}
How long does it last?
:::
<details><summary>Hint</summary>Take logarithms.</details>
<details><summary>Solution</summary>Seven steps.</details>
"""
PREDICTION = """:::{admonition} What do you expect?
:class: prediction
More or less?
<details><summary>More</summary>There is no more to have.</details>
<details><summary>Less</summary>

Yes. It falls.
</details>
:::
"""
CHECK = """:::{admonition} Check
:class: check
What is left of 1?
<details><summary>None</summary>It is 1.</details>
<details><summary>1</summary>Right.</details>
:::
"""
PROSE = f"""# One number

The core path takes 20 minutes.

{PREDICTION}
{PREDICTION}
## Powers

{CHECK}
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
        new_markdown_cell(PROSE, id="prose"),
        new_code_cell("print(1)", id="print", outputs=[new_output("stream", text="1\n")]),
        new_code_cell(
            "draw()",
            id="draw",
            metadata={"mystnb": {"figure": figure, "image": image}},
            outputs=[new_output("execute_result", data=data)],
        ),
    ]
    return run_notebooks.normalise(new_notebook(cells=cells))


def set_source(source):
    return lambda nb: nb.cells[1].update(source=source)


def replace_prose(old, new=""):
    return lambda nb: nb.cells[0].update(source=PROSE.replace(old, new, 1))


def append_output(*args, **kwargs):
    return lambda nb: nb.cells[1].outputs.append(new_output(*args, **kwargs))


def set_figure(part, key, value):
    return lambda nb: nb.cells[2].metadata["mystnb"][part].update({key: value})


def set_metadata(**entries):
    return lambda nb: nb.cells[1].metadata.update(entries)


UNCHECKED = ["nbval-ignore-output"]
FAULTS = {
    no_cell_escapes_checking: [
        set_metadata(tags=["nbval-skip"]),
        set_source("# NBVAL_IGNORE_OUTPUT\nprint(1)"),
        set_metadata(tags=UNCHECKED),
        set_metadata(tags=UNCHECKED, rounding=50 * "x"),
    ],
    outputs_are_for_readers: [
        append_output("stream", name="stderr", text="a warning"),
        append_output("stream", text="<object at 0x7f3a2b1c>"),
    ],
    no_paths_of_this_machine: [
        append_output("stream", text="/home/ann/book.py"),
        replace_prose("It falls.", "See C:\\Users\\ann."),
    ],
    figures_are_complete: [
        lambda nb: nb.cells[2].outputs[0].data.pop("text/plain"),
        lambda nb: nb.cells[2].outputs.extend(nb.cells[2].outputs[:]),
        set_figure("image", "alt", "A falling line"),
        set_figure("image", "alt", "A plot of " + 40 * "x"),
        set_figure("figure", "caption", " "),
        lambda nb: nb.cells.append(nb.cells[2]),
    ],
    code_fits_the_page: [
        set_source("x = 1\n" * (MAX_LINES + 1)),
        set_source("x = " + "1" * MAX_WIDTH),
    ],
    no_tricks_in_code: [
        set_source("import sys\nsys.path.insert(0, '..')"),
        set_source("x = 1\n%%timeit\nf(x)"),
        set_source("plot(x);"),
    ],
    every_part_is_there: [
        replace_prose(part)
        for part in ("# One", PREDICTION, "prf:", EXERCISE, "What to remember", "core", "Further: ")
    ],
    predictions_have_one_right_choice: [
        replace_prose("Yes", "No"),
        replace_prose("There is", "Yes. There is"),
        replace_prose("<summary>Less", "<b>Less"),
    ],
    core_sections_ask_a_check: [
        replace_prose("Further: "),
        replace_prose("Right", "Wrong"),
        replace_prose("<details><summary>None</summary>It is 1.</details>"),
    ],
    core_code_is_short: [set_source("x = 1\n" * (MAX_CORE_LINES + 1))],
    exercises_have_hint_and_solution: [
        replace_prose("<summary>Hint", "<summary>Look"),
        replace_prose("<summary>Solution", "<summary>S"),
    ],
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_silent_on_a_good_notebook_and_reports_each_fault(rule):
    assert rule(good_notebook()) == []
    assert FAULTS[rule]
    for break_it in FAULTS[rule]:
        nb = good_notebook()
        break_it(nb)
        assert rule(nb) != []


@pytest.mark.parametrize(
    ("break_it", "complaint"),
    [
        (lambda nb: nb.cells[1].update(execution_count=None), "was not run"),
        (lambda nb: nb.cells[0].metadata.update(collapsed=True), "not as the runner writes it"),
        (lambda nb: nb.metadata.update(colab={}), "not as the runner writes it"),
    ],
)
def test_another_stored_form_is_reported(tmp_path, break_it, complaint):
    nb, path = good_notebook(), tmp_path / "n.ipynb"
    path.write_text(run_notebooks.to_text(nb), encoding="utf-8")
    assert stored_form.complaints(path) == []
    break_it(nb)
    path.write_text(run_notebooks.to_text(nb), encoding="utf-8")
    assert any(complaint in words for words in stored_form.complaints(path))


# --- The runner --------------------------------------------------------------------------


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

    def kept(old, new):
        cells = run_notebooks.with_rounding_of(notebook(*old), notebook(*new)).cells
        return "".join(cell.outputs[0].text for cell in cells)

    assert [kept("1b", "2b"), kept("1b", "cb"), kept("12", "13")] == ["1b", "cb", "13"]


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

    monkeypatch.setattr(run_notebooks, "new_client", lambda *_: Client())
    assert asyncio.run(run_notebooks.execute(good_notebook(), tmp_path)) == good_notebook()
    Client.failures = 2
    with pytest.raises(run_notebooks.CellError, match="did not start: no answer"):
        asyncio.run(run_notebooks.execute(good_notebook(), tmp_path))


# --- Symbols -----------------------------------------------------------------------------

NOT_SYMBOLS = {*"IOjlp", r"\zeta", r"\Phi", "K", "L", r"\phi", r"\beta"}  # standard, or dummies
GREEK = "alpha|beta|gamma|delta|(?:var)?epsilon|eta|kappa|[lL]ambda|mu|nu|xi|rho|sigma|tau"
GREEK += "|theta|zeta|chi|[pP]si|(?:var)?phi|Gamma|Delta|ell|omega|Phi"


def symbols(text):
    """Return all single letters, Latin and Greek, in the formulas of a text."""
    formulas = " ".join(a or b for a, b in re.findall(r"\$\$(.*?)\$\$|\$([^$]+?)\$", text, re.S))
    names = re.sub(r"\\(text|operatorname|math\w+|begin|end|label)\{[^}]*\}", "", formulas)
    return set(re.findall(rf"\\(?:{GREEK})\b|(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])", names))


def test_each_symbol_of_a_chapter_stands_on_the_notation_page():
    listed = symbols((ROOT / "pages" / "notation.md").read_text(encoding="utf-8")) | NOT_SYMBOLS
    for path in CHAPTERS:
        assert symbols(markdown(nbformat.read(path, 4))) <= listed, path.name
    assert symbols(r"$x^{\alpha}$ is new, \beta not, $\operatorname{Var} Y$") == {*"xY", r"\alpha"}
