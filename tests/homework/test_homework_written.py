"""Nothing that a student wrote disappears, and people can mark the written answers."""

import base64
import io
import re

import homework_class
import pytest
from nbformat import v4
from PIL import Image
from tools.homework import (
    child,
    files,
    grading,
    hand_ins,
    jobs,
    marking,
    masters,
    own,
    pages,
    runs,
    submissions,
    term,
    written,
)
from tools.site.site_report import browser

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
        ({"image/png": image("GIF")}, "is no PNG"),
        ({"image/png": "not base64 \u20ac"}, "is no PNG"),
        ({"image/png": image(size=(5000, 5000))}, "too large"),
        ({"image/png": "A" * (own.MOST_PICTURES + 1)}, "too large"),
    ],
)
def test_a_picture_that_could_act_or_is_no_picture_is_named(data, words):
    nb = with_output(data)
    assert [kind for kind, _ in pieces(nb)] == ["code", "printed", "note"]
    assert words in work(nb).unused[0]


def test_of_a_thousand_pictures_few_are_looked_at(monkeypatch):
    nb, seen = with_output({"image/png": "no"}), []
    nb.cells[at(nb, "-figure")].outputs *= 500
    monkeypatch.setattr(own, "picture", lambda data: (seen.append(data), ("note", "x"))[1])
    assert len(pieces(nb)) < 30
    assert len(seen) == own.MOST_SEEN


def test_of_many_pictures_only_some_are_shown():
    picture = base64.b64encode(base64.b64decode(image()) + bytes(1_500_000)).decode()
    nb = with_output({"image/png": picture})
    nb.cells[at(nb, "-figure")].outputs *= 3
    kinds = [kind for kind, _ in pieces(nb)]
    assert (kinds.count("picture"), kinds.count("note")) == (1, 2)


# --- The page --------------------------------------------------------------------------------

ATTACK = "</pre><script>hit = 1</script><img src=x onerror='hit = 1'><style>#bar{display:none}"
ADA = term.Student("s01", "Ada <b>Lovelace</b>", (), {})
KIM = term.Student('s"2', "Kim, Lee", (), {})


@pytest.fixture(scope="module")
def chromium():
    with browser() as chromium:
        yield chromium


@pytest.fixture
def opened(chromium, tmp_path):
    """Return a function that opens a page of some sheets, and what it asked for and said."""
    with chromium.new_context(accept_downloads=True) as context:

        def open_page(sheets, change=lambda text: text):
            path = tmp_path / "hw1-written.html"
            path.write_text(change(written.page(HOMEWORK, sheets)), encoding="utf-8")
            page, failed = context.new_page(), []
            page.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
            page.goto(path.as_uri(), wait_until="networkidle")
            return page, failed

        yield open_page


def sheets():
    """Return two answers, with all kinds of pieces."""
    picture = f"image/png;base64,{image()}"
    shown = [["text", "", PROSE], ["code", "a cell", "x = 1"], ["picture", "a cell", picture]]
    return [
        written.Sheet(ADA, shown, {"claim": 0.5}, "Well begun"),
        written.Sheet(KIM, [["text", "", "No."]]),
    ]


def reload(page):
    """Load a page again, once Chromium has had time to write down what the page keeps."""
    page.wait_for_timeout(500)
    page.reload()


def box(page, number, line):
    """Return a box of an answer."""
    return page.locator(f".answer >> nth={number} >> [data-line={line}]")


@pytest.mark.needs("chromium")
def test_no_markup_of_a_student_acts(opened):
    kinds = ("text", "code", "printed", "note", "picture")
    hostile = written.Sheet(
        term.Student(f's"{ATTACK}', ATTACK, (), {}), [[kind, ATTACK, ATTACK] for kind in kinds]
    )
    page, failed = opened([hostile])
    assert page.evaluate("typeof hit") == "undefined"
    assert page.locator(".answer script, .answer style, .answer [onerror]").count() == 0
    assert (failed, page.locator("#said").text_content()) == ([], "1 of 1 left")


@pytest.mark.needs("chromium")
def test_markup_that_slipped_through_would_not_act_either(opened):
    raw = f"{ATTACK} #bar {{ display: none }}</style><script src='https://x.org/'></script>"
    raw += "<b onclick='hit = 1'>b</b><iframe srcdoc='<script>parent.hit = 1</script>'></iframe>"
    page, failed = opened(sheets(), lambda text: text.replace("No.", raw))
    page.locator("b[onclick]").click()
    assert page.evaluate("typeof hit") == "undefined"
    assert page.locator("#bar").is_visible()
    assert [why for _, why in failed] == ["csp", "csp"]


@pytest.mark.needs("chromium")
def test_what_is_marked_on_the_page_is_what_the_desk_reads(opened, tmp_path):
    page, _ = opened(sheets())
    assert box(page, 0, "claim").input_value() == "0.5"
    box(page, 0, "claim").focus()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Control+A")
    for value in ("0,5", "1", "0", "1"):
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    page.keyboard.type(', and "so"\non')
    assert page.locator("#said").text_content() == "1 of 2 left"
    box(page, 1, "claim").fill("3")
    page.locator("#save").click()
    assert page.locator("#said").text_content() == "A number from 0 to 1"
    box(page, 1, "claim").fill("")
    box(page, 1, "figure").fill(".25")
    page.locator("#marker").fill("B. Marker")
    with page.expect_download() as download:
        page.locator("#save").click()
    assert download.value.suggested_filename == "hw1-written-B-Marker.csv"
    download.value.save_as(tmp_path / "saved.csv")
    assert term.read_written(tmp_path / "saved.csv", "hw1", [ADA, KIM]) == {
        "s01": (
            {"claim": 0.5, "figure": 1, "reason": 0, "instead": 1},
            'Well begun, and "so"\non',
        ),
        's"2': ({"figure": 0.25}, ""),
    }


@pytest.mark.needs("chromium")
def test_drafts_stay_for_the_answer_they_were_made_for_until_they_are_forgotten(opened):
    page, _ = opened(sheets())
    box(page, 1, "claim").fill("1")
    reload(page)
    assert [box(page, n, "claim").input_value() for n in (0, 1)] == ["0.5", "1"]
    page, _ = opened([written.Sheet(KIM, [["text", "", "Another answer."]])])
    assert box(page, 0, "claim").input_value() == ""
    page, _ = opened(sheets())
    assert box(page, 1, "claim").input_value() == "1"
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#forget").click()
    reload(page)
    assert box(page, 1, "claim").input_value() == ""


@pytest.mark.needs("chromium")
def test_a_browser_that_keeps_nothing_says_so_and_marks_all_the_same(opened):
    storage = "Object.defineProperty(window, 'localStorage', {get() { throw new Error() }});"
    page, _ = opened(sheets())
    page.context.add_init_script(storage)
    page.reload()
    box(page, 0, "claim").fill("1")
    assert "keeps no drafts" in page.locator("#said").text_content()


@pytest.mark.needs("chromium")
def test_names_are_hidden_until_they_are_asked_for(opened):
    page, _ = opened(sheets())
    name = page.get_by_text("Ada <b>Lovelace</b> (s01)")
    assert not name.is_visible()
    page.locator("#names").check()
    assert name.is_visible()


@pytest.mark.needs("chromium")
def test_the_next_open_answer_is_a_click_away(opened):
    page, _ = opened(sheets())
    page.locator("#next").click()
    assert page.evaluate("document.activeElement.dataset.line") == "figure"
    for line in ("figure", "reason", "instead"):
        box(page, 0, line).fill("1")
    page.locator("#next").click()
    assert page.evaluate("document.activeElement.closest('.answer').dataset.id") == 's"2'


def test_every_page_of_the_desk_lets_nothing_act_but_its_own():
    text = pages.page("A page", "<p>x</p>")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    style = re.search(r"<style>(.*?)</style>", text, re.S)[1]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{pages.sha256(style)}'" in policy
    assert "script-src" not in policy


# --- Tables of marks -------------------------------------------------------------------------


def read(folder, text, homework="hw1"):
    """Return the marks of a table."""
    (folder / "written.csv").write_text(text, encoding="utf-8")
    students = [term.Student(who, "", (), {}) for who in ("s01", "s02")]
    return term.read_written(folder / "written.csv", homework, students)


HEAD = "id,homework,claim,figure,reason,instead,comment"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (f"{HEAD}\ns01,hw1,,,,,\ns02,hw1,1,,,,\n", {"s02": ({"claim": 1}, "")}),
        (f"{HEAD}\ns01,HW1,1,,,,\n", {"s01": ({"claim": 1}, "")}),
        (f'{HEAD}\ns01,hw1,"0,5",,,,\n', {"s01": ({"claim": 0.5}, "")}),
        (HEAD.replace(",", ";") + "\ns01;hw1;0,5;;;;\n", {"s01": ({"claim": 0.5}, "")}),
        (f'{HEAD}\ns01,hw1,,,,,"a\nb"\n', {"s01": ({}, "a\nb")}),
        (f"{HEAD}\ns01,hw2,1,,,,\n", {}),
    ],
)
def test_a_table_by_hand_says_what_is_marked_and_nothing_more(tmp_path, text, marks):
    assert read(tmp_path, text) == marks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEAD},clame\ns01,hw1,1,1,1,1,,1\n", "the column 'clame' is not known"),
        (f"{HEAD}\ns01,hw1,1,,,,\ns01,Hw1,0,,,,\n", "line 3: s01 has a row for hw1 already"),
        (f"{HEAD}\ns01,hw1,2,,,,\n", "line 2: claim must be a number from 0 to 1"),
        (f"{HEAD}\ns01,hw1,-1,,,,\n", "claim must be a number from 0 to 1"),
        (f"{HEAD}\ns01,hw1,good,,,,\n", "claim must be a number from 0 to 1"),
        (f"{HEAD}\ns01,hw 1,1,,,,\n", "'hw 1' is no homework"),
        (f"{HEAD}\ns09,hw1,1,,,,\n", "'s09' is not on the roster"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_line(tmp_path, text, words):
    with pytest.raises(term.BadFile, match=re.escape(words)):
        read(tmp_path, text)


def test_tables_of_several_markers_are_one_and_where_they_differ_nobody_is_taken():
    tables = {
        "a.csv": {"s01": ({"claim": 1, "figure": 1}, "Yes"), "s02": ({"claim": 0}, "")},
        "b.csv": {"s01": ({"claim": 0.5, "figure": 1}, "No"), "s03": ({"claim": 1}, "")},
    }
    marks, clashes = term.merged(tables)
    assert marks == {
        "s01": ({"figure": 1}, "Yes\nNo"),
        "s02": ({"claim": 0}, ""),
        "s03": ({"claim": 1}, ""),
    }
    assert clashes == [
        "s01, claim: 1 in a.csv but 0.5 in b.csv. Neither is taken: correct one of them."
    ]


# --- A class ---------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return the folder of a course whose three students have handed in; no sandbox runs."""
    nothing = {"marks": [], "problems": [], "laws": {}}
    monkeypatch.setattr(grading, "try_to_mark", lambda *ignored: nothing)
    opened = lambda key, handed, name=None: [jobs.open_hand_in(h, key, name) for h in handed]  # noqa: E731
    monkeypatch.setattr(hand_ins, "open_all", opened)
    monkeypatch.setattr(child, "run", lambda job, *words, **limits: job(*words))
    homework_class.term_file(tmp_path)
    homework_class.roster_file(tmp_path, [f"s0{n},Student {n},,,," for n in (1, 2, 3)])
    (tmp_path / "in").mkdir()
    for who, nb in {
        "s01": homework_class.solved(HOMEWORK, "s01"),
        "s02": with_output({"image/svg+xml": "<svg/>"}),
        "s03": homework_class.blank(HOMEWORK),
    }.items():
        (tmp_path / "in" / f"{who}.ipynb").write_bytes(homework_class.data(nb))
    return tmp_path


def mark(course, *tables, source=""):
    """Run the desk on tables of written marks; return the run."""
    for number, text in enumerate(tables):
        (course / f"marker{number}.csv").write_text(f"{HEAD}\n{text}\n", encoding="utf-8")
    named = " ".join(f"'{course}/marker{number}.csv'" for number in range(len(tables)))
    source = source and course / source
    return runs.grade(source, course, course / "out", None if named else "hw1", written=named)


def status(course, who):
    """Return points and status of the written question in the table."""
    rows = files.from_csv(course / "out" / "grades.csv")
    row = next(row for row in rows if row["id"] == who)
    return row[f"hw1 {QUESTION}"], row["hw1 status"]


def test_written_marks_of_several_make_a_mark_once_all_its_lines_are_there(course):
    mark(course, source="in")
    assert status(course, "s01")[0] == status(course, "s02")[0] == ""
    assert status(course, "s03")[0] == "0"
    run = mark(course, "s01,HW1,1,1,,,Good", 's01,hw1,1,,"0,5",,')
    assert (run.homework.name, status(course, "s01")[0]) == ("hw1", "")
    run = mark(course, "s01,hw1,,,,1,", "s01,hw1,,,,0,")
    assert "s01, instead: 1 in" in run.said[0]
    assert status(course, "s01")[0] == ""
    mark(course, "s01,hw1,,,,1,")
    assert status(course, "s01")[0] == "3.5"
    text = (course / "out" / "feedback" / "hw1" / "s01.html").read_text(encoding="utf-8")
    assert "reason: 0.5 of 1. You give the reason" in text
    assert "Good" in text


def test_the_page_has_each_answer_once_with_the_marks_that_are_there(course):
    mark(course, "s01,hw1,1,,,,Good", source="in")
    path, count = written.draw(course, course / "out")
    text = path.read_text(encoding="utf-8")
    assert (path.name, count) == ("hw1-written.html", 2)
    assert set(re.findall(r'data-id="(\w+)"', text)) == {"s01", "s02"}
    assert re.findall(r'data-line="claim" data-most="1" value="(.*?)"', text).count("1") == 1
    assert "&lt;b&gt;figure&lt;/b&gt;" in text
    assert "Good</textarea>" in text


def test_what_could_not_be_used_is_named_to_student_and_instructor(course):
    run = mark(course, source="in")
    words = "A picture is stored as SVG. Only PNG and JPEG are shown."
    for path in ("hw1-summary.html", "feedback/hw1/s02.html"):
        assert words in (run.target / path).read_text(encoding="utf-8")


def test_a_table_that_is_not_there_is_named(course):
    with pytest.raises(term.BadFile, match=r"nowhere\.csv: there is no table"):
        runs.grade("", course, course / "out", "hw1", written=str(course / "nowhere.csv"))
