"""Nothing that a student wrote disappears, and people can mark the written answers."""

import base64
import io

import homework_class
import pytest
from nbformat import v4
from PIL import Image
from tools.homework import marking, masters, own, submissions

HOMEWORK = masters.choose("hw1", homework_class.KEY)
ASKED = HOMEWORK.answers[0]  # a function
QUESTION = HOMEWORK.written[0]
PROSE = "The claim is false: norms may grow before they decay."


def cells_of(nb):
    """Return the cells of a notebook as they are read when it was handed in."""
    handed = submissions.Handed("x.ipynb", homework_class.data(nb))
    return submissions.notebook_cells(handed)


def work(nb):
    """Return what in a notebook is the student's own."""
    return own.own_work(cells_of(nb), HOMEWORK)


def points(nb):
    """Return the points of the first question, marked in this process."""
    session = marking.Here(marking.program(HOMEWORK, "s01", work(nb).cells))
    marks = marking.mark_all(HOMEWORK, "s01", session)
    return sum(mark.points for mark in marks if mark.question == first_question())


def first_question():
    """Return the question whose answer is moved about."""
    return masters.parts(masters.cell_id(ASKED))[0]


def at(nb, ending):
    """Return the place of the first cell whose id ends so."""
    return next(n for n, c in enumerate(nb.cells) if masters.cell_id(c).endswith(ending))


def id_cell(nb):
    """Return the cell with the student's ID."""
    return next(cell for cell in nb.cells if cell.source.startswith("STUDENT_ID"))


# --- Code ------------------------------------------------------------------------------------


def solution():
    """Return the answer to the first question."""
    return masters.without_region(ASKED.source, "nothing").replace(masters.MARKER, "mine")


def as_type(cell):
    """Return a change that puts the answer into a cell of another kind."""

    def change(nb):
        nb.cells[at(nb, "-answer")] = cell(solution())

    return change


def with_an_import_under_the_id(nb):
    id_cell(nb).source = 'STUDENT_ID = "s01"\nimport math as only_here'
    nb.cells[at(nb, "-answer")].source = f"only_here.pi\n{solution()}"


def in_the_id_cell(nb):
    id_cell(nb).source += f"\n{solution()}"


def behind_the_id(nb):
    id_cell(nb).source = 'STUDENT_ID = "s01"; import math as only_here'
    nb.cells[at(nb, "-answer")].source = f"only_here.pi\n{solution()}"


def in_the_figures_cell(nb):
    nb.cells[at(nb, "-figure")].source = solution()


def with_a_helper_in_the_figures_cell(nb):
    nb.cells[at(nb, "-figure")].source = "def helper(value):\n    return value"
    lines = solution().split("\n")
    nb.cells[at(nb, "-answer")].source = "\n".join(
        line.replace("return ", "return helper(", 1) + ")" if "return " in line else line
        for line in lines
    )


def in_a_given_cell(nb):
    nb.cells[at(nb, "tools")].source += f"\n\n{solution()}"


def with_an_import_in_a_given_cell(nb):
    nb.cells[at(nb, "tools")].source += "\nimport math as only_here"
    nb.cells[at(nb, "-answer")].source = f"only_here.pi\n{solution()}"


def all_in_one_cell(nb):
    code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    nb.cells[:] = [v4.new_code_cell("\n\n".join([*code, solution()]))]


def in_pieces_without_ids(nb):
    lines = solution().split("\n")
    pieces = [v4.new_code_cell("\n".join(part)) for part in (lines[:2], lines[2:])]
    nb.cells[at(nb, "-answer") : at(nb, "-answer") + 1] = pieces


@pytest.mark.parametrize(
    "change",
    [
        as_type(v4.new_raw_cell),
        as_type(v4.new_markdown_cell),
        as_type(lambda code: v4.new_markdown_cell(f"My answer:\n```python\n{code}\n```")),
        as_type(v4.new_code_cell),
        with_an_import_under_the_id,
        behind_the_id,
        in_the_id_cell,
        in_the_figures_cell,
        with_a_helper_in_the_figures_cell,
        in_a_given_cell,
        with_an_import_in_a_given_cell,
        all_in_one_cell,
        in_pieces_without_ids,
    ],
)
def test_code_is_run_wherever_it_stands(change):
    nb = homework_class.blank(HOMEWORK)
    change(nb)
    assert points(nb) == HOMEWORK.questions[first_question()]
    assert work(nb).unused == []


def test_a_figure_is_run_only_where_its_names_are_needed():
    nb = homework_class.solved(HOMEWORK)
    nb.cells[at(nb, "-figure")].source = "import time\ntime.sleep(1000)"
    assert not any("sleep" in cell for cell in work(nb).cells)


def test_code_in_a_text_replaces_no_answer():
    nb = homework_class.solved(HOMEWORK)
    name = masters.asked_names(ASKED)[0][0]
    nb.cells.append(v4.new_markdown_cell(f"Wrong is\n```\ndef {name}(*x):\n    return 0\n```"))
    assert points(nb) == HOMEWORK.questions[first_question()]
    assert f"def {name}" in work(nb).written[QUESTION]


def test_given_names_stay_as_they_were_and_that_is_said():
    nb = homework_class.solved(HOMEWORK)
    tools = nb.cells[at(nb, "tools")]
    tools.source = tools.source.replace("return [int", "return [0 * int")
    assert points(nb) == HOMEWORK.questions[first_question()]
    assert work(nb).unused == ["my_numbers: a given cell was changed, and counts as it was."]


def test_another_terms_salt_is_no_change_of_a_students():
    other = masters.choose("hw1", "another key")
    assert work(masters.student_copy(other)) == own.Work([], "", {QUESTION: ""})


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%%bash\nls", "is not for Python. It was not run."),
        (
            "def f(:\n    pass",
            "is no Python (line 1: invalid syntax). It was not run, and",
        ),
    ],
)
def test_what_cannot_be_run_is_named(source, words):
    nb = homework_class.blank(HOMEWORK)
    nb.cells.append(v4.new_code_cell(source))
    assert f"The cell that begins “{source[:6]}" in work(nb).unused[0]
    assert words in work(nb).unused[0]
    nb = homework_class.blank(HOMEWORK)
    nb.cells[at(nb, "-answer")].source = "def f(:"
    assert work(nb).unused == [
        "The cell that begins “def f(:” is no Python (line 1: invalid syntax). It was not run."
    ]
    assert work(nb).written == {QUESTION: ""}


# --- Words -----------------------------------------------------------------------------------


def put(ending, words):
    """Return a change of the source of a cell."""

    def change(nb):
        nb.cells[at(nb, ending)].source = words

    return change


def added(cell):
    """Return a change that adds a cell at the end."""
    return lambda nb: nb.cells.append(cell)


def retyped(nb):
    del nb.cells[at(nb, "-written")]
    nb.cells.append(v4.new_markdown_cell(PROSE))


def below_the_question(nb):
    version = masters.version(homework_class.KEY, "hw1", QUESTION)
    nb.cells[at(nb, f"{QUESTION}-{version}-text")].source += f"\n\n{PROSE}"


def without_metadata(nb):
    nb.cells[at(nb, "-written")].source = PROSE
    for cell in nb.cells:
        cell.metadata = {}


def split(nb):
    place = at(nb, "-written")
    words = PROSE.split(": ")
    pieces = [nb.cells[place].copy() for _ in words]
    for piece, source in zip(pieces, (words[0] + ":", words[1]), strict=True):
        piece.source = source
    nb.cells[place : place + 1] = pieces


@pytest.mark.parametrize(
    "change",
    [
        put("-written", PROSE),
        put("-written", f"{masters.WRITTEN_STUB}\n{PROSE}"),
        put("-figure", PROSE),
        put("-figure", f"# {PROSE}"),
        put("-figure", f'"""{PROSE}"""'),
        added(v4.new_markdown_cell(PROSE)),
        added(v4.new_raw_cell(PROSE)),
        added(v4.new_code_cell(PROSE)),
        retyped,
        below_the_question,
        split,
        without_metadata,
    ],
)
def test_words_are_the_written_answer_wherever_they_stand(change):
    nb = homework_class.blank(HOMEWORK)
    change(nb)
    said = " ".join(work(nb).written[QUESTION].split())
    assert said.strip('#" ') == PROSE


def test_a_text_in_two_copies_is_shown_once_and_a_copy_without_words_not_at_all():
    nb = homework_class.blank(HOMEWORK)
    assert work(nb).written == {QUESTION: ""}
    nb.cells += [v4.new_markdown_cell(PROSE), v4.new_markdown_cell(PROSE)]
    assert work(nb).written == {QUESTION: PROSE}


def test_long_texts_are_cut_and_that_is_said():
    nb = homework_class.blank(HOMEWORK)
    nb.cells += [v4.new_markdown_cell(f"{number} {'x' * 18_000}") for number in range(3)]
    assert len(work(nb).written[QUESTION]) == own.MOST_TEXT
    assert work(nb).unused == ["Of the written answer, the first 40,000 characters count."]


# --- Pictures --------------------------------------------------------------------------------


def image(kind="PNG", size=(3, 2)):
    """Return a picture in base64."""
    file = io.BytesIO()
    Image.new("L", size).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def with_output(data, ending="-figure"):
    """Return a copy with a figure, whose cell stores some data and a printed line."""
    nb = homework_class.blank(HOMEWORK)
    nb.cells[at(nb, ending)].source = "plt.plot([1, 2])"
    nb.cells[at(nb, ending)].outputs = [
        v4.new_output("stream", text="1 2\n"),
        v4.new_output("display_data", data=data),
    ]
    return nb


def pieces(nb):
    """Return kind and content of what is shown of a written answer."""
    parts = own.own_parts(cells_of(nb), HOMEWORK)
    return [[kind, what] for kind, _, what in own.pieces_of(parts, HOMEWORK)[QUESTION]]


def test_the_figure_that_the_notebook_stores_is_shown_with_its_code_and_what_it_prints():
    picture = image()
    found = pieces(with_output({"image/png": picture, "text/html": "<b>x</b>"}))
    assert found == [
        ["code", "plt.plot([1, 2])"],
        ["printed", "1 2\n"],
        ["picture", f"image/png;base64,{picture}"],
    ]
    assert work(with_output({"image/png": picture})).written == {QUESTION: own.ONLY_A_FIGURE}


def test_a_picture_is_what_its_first_bytes_say():
    photo = image("JPEG")
    found = pieces(with_output({"image/png": [photo[:8], photo[8:]]}))
    assert found[-1] == ["picture", f"image/jpeg;base64,{photo}"]


@pytest.mark.parametrize(
    "cell",
    [
        v4.new_markdown_cell(f"{PROSE}\n![a](data:image/png;base64,{image()})"),
        v4.new_markdown_cell(PROSE, attachments={"a.png": {"image/png": image()}}),
    ],
)
def test_a_picture_pasted_into_a_text_is_shown(cell):
    nb = homework_class.blank(HOMEWORK)
    nb.cells.append(cell)
    kinds = [kind for kind, _ in pieces(nb)]
    assert kinds == ["text", "picture"]
    assert "base64" not in work(nb).written[QUESTION]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"image/svg+xml": "<svg onload='alert(1)'/>"}, "stored as SVG"),
        ({"image/png": base64.b64encode(b"<svg onload='alert(1)'/>").decode()}, "is no PNG"),
        ({"image/png": base64.b64encode(b"GIF89a" + bytes(50)).decode()}, "is no PNG"),
        ({"image/png": "not base64 \u20ac"}, "is no PNG"),
        ({"image/png": image(size=(5000, 5000))}, "too large"),
        ({"image/png": "A" * (own.MOST_PICTURES + 1)}, "too large"),
    ],
)
def test_a_picture_that_could_act_or_is_no_picture_is_named(data, words):
    nb = with_output(data)
    assert [kind for kind, _ in pieces(nb)] == ["code", "printed", "note"]
    assert words in work(nb).unused[0]


def test_of_many_pictures_only_some_are_shown():
    picture = base64.b64encode(base64.b64decode(image()) + bytes(1_500_000)).decode()
    nb = with_output({"image/png": picture})
    nb.cells[at(nb, "-figure")].outputs *= 3
    kinds = [kind for kind, _ in pieces(nb)]
    assert (kinds.count("picture"), kinds.count("note")) == (1, 2)
