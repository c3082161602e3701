"""The instructor's desk: names, dates, tables, mangled notebooks, and a class lived through."""

import contextlib
import csv
import functools
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import homework_class
import pytest
from tools.homework import __main__ as desk
from tools.homework import (
    files,
    hand_ins,
    marking,
    masters,
    names,
    own,
    pages,
    sandbox,
    submissions,
    term,
    wrong,
)

ROOT = Path(__file__).resolve().parents[2]
HOMEWORK = masters.choose("hw1", homework_class.KEY)
MOST = sum(test.points for test in HOMEWORK.tests)
OPENER = functools.partial(hand_ins.open_all, "key")

# --- Names of files ------------------------------------------------------------------------

STUDENTS = [
    term.Student("s01", "Lovelace, Ada", ("4711", "alovelace"), {}),
    term.Student("s02", "Karl-Heinz von Müller", ("4712", "kvm"), {}),
    term.Student("s03", "Ada Byron", ("4713",), {}),
    term.Student("s04", "Kim Lee", ("4714",), {}),
    term.Student("s05", "Kim Lee", ("4715",), {}),
    term.Student("901", "Grace Hopper", (), {}),
    term.Student("s07", "John Smith", ("smith",), {}),
    term.Student("s08", "Jane Smith", ("j_smith",), {}),
]
BERLIN = ZoneInfo("Europe/Berlin")


# By system: a path, and whose it is. What a student may have written fits another one's name.
BOARD, SPACE = "attempt_2027-04-19-21-30-00", "Apr 19, 2027 930 PM"
FILES_OF = {
    "Canvas": {
        "lovelaceada_4711_88123_hw1.ipynb": "s01",
        "lovelaceada_LATE_4711_88123_hw1-2.ipynb": "s01",
        "lovelaceada_99_88123_hw1.ipynb": "s01",
        "hopper_901_88123_hw1.ipynb": "901",
        f"lovelaceada_4711_88123_x_kvm_{BOARD}_hw1.ipynb": "s01",
        "lovelaceada_4711_88123_s02_LATE_4712_1_hw1.ipynb": "s01",
        "lovelaceada_4712_88123_hw1.ipynb": None,  # the number is another's than the name
        "ada_5_6_hw1.ipynb": None,
        "s02/lovelaceada_4711_88123_hw1.ipynb": None,
        "otherbert_901_88003_hw1.ipynb": None,  # 901 is an ID, and here somebody else's number
        "hw1.ipynb": None,
    },
    "Moodle": {
        "Ada Lovelace_31337_assignsubmission_file_/hw1.ipynb": "s01",
        "Ada Lovelace_31337_assignsubmission_file/hw1.ipynb": "s01",
        "Ada Lovelace_31337_assignsubmission_file_hw1.ipynb": "s01",
        "Karl-Heinz von Müller_31338_assignsubmission_file_/hw1.ipynb": "s02",
        "Karl-Heinz von Mu\u0308ller_31338_assignsubmission_file_/hw1.ipynb": "s02",
        "Ada Lovelace_31337_assignsubmission_file_/s02/hw1.ipynb": "s01",
        "Ada Lovelace_31337_assignsubmission_file_/s02.ipynb": "s01",
        "Ada Lovelace_31337_assignsubmission_file_/"
        "Ada Byron_31339_assignsubmission_file_/hw1.ipynb": "s01",
        "Kim Lee_31337_assignsubmission_file_/hw1.ipynb": None,  # two have this name
        "Kim Lee_4715_assignsubmission_file_/hw1.ipynb": "s05",  # and a number tells them apart
        "Participant_4714_assignsubmission_file_/hw1.ipynb": "s04",
        "Participant_31337_assignsubmission_file_/hw1.ipynb": None,
        "Group A-Ada Lovelace_31337_assignsubmission_file_/hw1.ipynb": "s01",
        "Ada Byron-Karl-Heinz von Müller_31337_assignsubmission_file_/hw1.ipynb": "s02",
        "Kim Lee_4711_assignsubmission_file_/hw1.ipynb": None,  # the number is another's
        "Ada_31337_assignsubmission_file_/hw1.ipynb": None,
        "s02/Ada Lovelace_31337_assignsubmission_file_/hw1.ipynb": None,
    },
    "Blackboard": {
        f"HW 1_alovelace_{BOARD}_hw1.ipynb": "s01",
        f"Homework_1_kvm_{BOARD}_my_hw1.ipynb": "s02",
        f"HW 1_alovelace_{BOARD}_x_kvm_attempt_2027-04-01-00-00-00_hw1.ipynb": "s01",
        f"HW 1_lovelace_{BOARD}_hw1.ipynb": None,
        f"HW 1_j_smith_{BOARD}_hw1.ipynb": None,  # there are smith and j_smith
    },
    "Brightspace": {
        f"4711-55667 - Ada Lovelace - {SPACE}/hw1.ipynb": "s01",
        f"4711-55667 - Ada Lovelace- {SPACE} - hw1.ipynb": "s01",
        f"77-55667 - Ada Lovelace - {SPACE}/4712-1 - Ada Byron - {SPACE}/hw1.ipynb": "s01",
        f"4711-55667 - Ada Byron - {SPACE}/hw1.ipynb": None,
    },
    "Gradescope": {
        "4711 2027-04-19-21-30-05/submission_88/hw1.ipynb": "s01",
        "s02 2027-04-19-21-30-05/submission_88/s01 2027-04-01-00-00-00/hw1.ipynb": "s02",
        "4711/submission_88/hw1.ipynb": None,
    },
    "Repositories": {
        "hw1-alovelace/hw1.ipynb": "s01",
        "course-hw1-kvm/s01/hw1.ipynb": "s02",
        "s03/hw1.ipynb": "s03",
        "hw1-j_smith/hw1.ipynb": None,  # there are smith and j_smith
        "hw1-j-smith/hw1.ipynb": "s07",
        "alovelace.ipynb": None,
    },
    "IDs": {
        "s03.ipynb": "s03",
        "hw1_s03.ipynb": "s03",
        "s03.ipynb.txt": "s03",
        "S03_hw1.ipynb": "s03",
        "s03/hw1.ipynb": "s03",
        "s03/s01/hw1.ipynb": "s03",
        "901 (2).ipynb": "901",
        "hw1.ipynb": None,
        "s99.ipynb": None,
        "s0.ipynb": None,
        "Ada Lovelace.ipynb.zip/hw1.ipynb": None,
    },
}


@pytest.mark.parametrize(
    ("system", "path", "owner"),
    [(system, path, owner) for system, rows in FILES_OF.items() for path, owner in rows.items()],
)
def test_a_file_is_whose_the_system_says_and_else_nobodys(system, path, owner):
    student, _ = names.owner(path, STUDENTS, system)
    assert (student.id if student else None) == owner


@pytest.mark.parametrize("system", [system for system in FILES_OF if system not in names.LOOSE])
def test_the_system_that_named_most_files_is_guessed(system):
    assert names.likely_system(list(FILES_OF[system])) == system


def test_names_tell_order_lateness_and_times_by_what_the_system_wrote():
    canvas = names.reading("lovelaceada_LATE_4711_88123_hw1-2.ipynb", "Canvas")
    assert (canvas.order, canvas.late, canvas.time) == (88123, True, None)
    path = "HW 1_alovelace_attempt_2027-04-21-21-30-05_x_attempt_2027-04-19-00-00-00_hw1.ipynb"
    assert names.reading(path, "Blackboard").time == datetime(2027, 4, 21, 21, 30, 5)
    for text, hour in (("930 AM", 9), ("1245 AM", 0), ("1230 PM", 12), ("1130 PM", 23)):
        path = f"4711-5 - Ada Lovelace - Sept 9, 2027 {text} - hw1 - Sept 1, 2027 100 AM - x.ipynb"
        time = names.reading(path, "Brightspace").time
        assert (time.day, time.hour) == (9, hour)


# --- Dates and tables ----------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    """Return a folder with a term and a roster of three."""
    homework_class.term_file(tmp_path)
    rows = ["s01,Ada Lovelace,4711,,,A", "s02,Kim Lee,4712,2,,A", "s03,Grace Hopper,,,,B"]
    homework_class.roster_file(tmp_path, rows)
    return tmp_path


DUE = datetime(2027, 4, 19, 23, 59, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("late", "days"),
    [
        (timedelta(days=-5), 0),
        (timedelta(0), 0),
        (timedelta(minutes=15), 0),
        (timedelta(minutes=15, seconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, seconds=1), 2),
    ],
)
def test_lateness_counts_begun_days_beyond_the_grace(course, late, days):
    its_term = term.read_term(course / "term.toml")
    assert term.days_late(its_term, "hw1", DUE + late) == days
    assert term.days_late(its_term, "hw1", DUE + late + timedelta(days=2), 2.0) == days
    assert term.days_late(its_term, "hw1", None) == 0
    assert term.days_late(its_term, "hw9", DUE + late) == 0


def test_each_day_costs_its_share_and_after_the_last_all_is_lost(course):
    its_term = term.read_term(course / "term.toml")
    assert [term.share_kept(its_term, days) for days in range(6)] == [1, 0.9, 0.8, 0.7, 0, 0]


def test_times_are_local_to_the_term_unless_they_say_otherwise():
    assert term.read_time("2027-04-19 23:59", BERLIN, "x") == DUE
    assert term.read_time("2027-04-19T21:59:00+00:00", BERLIN, "x") == DUE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('key = ""', "key must be"),
        ("key = 3", "key must be"),
        ('key = "spring 2027"', "key must be made"),
        ('key = "example"', "time_zone"),
        ('key = "example"\ntime_zone = "Mars/Olympus"', "time_zone"),
        ('key = "example"\ntime_zone = "UTC"\nattempt = "luckiest"', "attempt"),
        ('key = "example"\ntime_zone = "UTC"\ngrace_minutes = -1', "grace_minutes"),
        ('key = "example"\ntime_zone = "UTC"\nlate_percent_per_day = 101', "late_percent_per_day"),
        ('key = "example"\ntime_zone = "UTC"\nlate_prcent = 1', "late_prcent is not known"),
        ('key = "example"\ntime_zone = "UTC"\n[due]\nhw1 = "Monday"', "due.hw1"),
        ('key = "k', "term.toml"),
    ],
)
def test_mistakes_in_term_toml_are_named(tmp_path, text, words):
    (tmp_path / "term.toml").write_text(text, encoding="utf-8")
    with pytest.raises(term.BadFile, match=words):
        term.read_term(tmp_path / "term.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAda", "column id is missing"),
        ("id\ns01\ns01", "line 3: s01 is already on line 2"),
        ("id,accounts\ns01,77\ns02,77", "77 is already"),
        ("id,accounts\ns01,s02\ns02,", "already"),
        ("id,name\n,Ada", "line 2: the id is missing"),
        ("id\ns01,extra", "more values"),
    ],
)
def test_mistakes_in_the_roster_are_named(tmp_path, text, words):
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    with pytest.raises(term.BadFile, match=words):
        term.read_roster(tmp_path / "roster.csv")


def test_a_roster_from_excel_is_read(tmp_path):
    text = "\ufeffid;name;accounts\r\ns01;Lovelace, Ada;77\r\n\r\ns02;Kim Lee;\r\n"
    (tmp_path / "roster.csv").write_bytes(text.replace(",", "").encode())
    assert [s.id for s in term.read_roster(tmp_path / "roster.csv")] == ["s01", "s02"]
    (tmp_path / "roster.csv").write_bytes("id,name\ns01,Müller\n".encode("latin-1"))
    with pytest.raises(term.BadFile, match="UTF-8"):
        term.read_roster(tmp_path / "roster.csv")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("s99,hw1,horizon,1,why", "not on the roster"),
        ("s01,hw1,nothing,1,why", "no question"),
        ("s01,hw1,horizon,1,", "reason is missing"),
        ("s01,hw1,horizon,99,why", "points must be"),
        ("s01,hw1,horizon,many,why", "points must be"),
    ],
)
def test_mistakes_in_overrides_are_named(course, row, words):
    path = course / "overrides.csv"
    path.write_text(f"id,homework,question,points,reason\n{row}\n", encoding="utf-8")
    with pytest.raises(term.BadFile, match=words):
        term.read_overrides(
            path, "hw1", term.read_roster(course / "roster.csv"), HOMEWORK.questions
        )


# --- What is refused -----------------------------------------------------------------------


def refusal(path, data=b"x"):
    with pytest.raises(submissions.Refused) as error:
        submissions.notebook_cells(submissions.Handed(path, data))
    return str(error.value)


@pytest.mark.parametrize(
    "suffix", ["pdf", "py", "html", "docx", "txt", "url", "zip", "png", "ipynb"]
)
def test_what_is_no_notebook_is_refused_with_a_sentence_to_send(suffix):
    words = refusal(f"s01.{suffix}")
    assert "Download .ipynb" in words
    assert words[0].isupper()


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"3", b'{"cells": 3}', b'{"cells": [', b"[" * 10**6, b"\xff\xfe\x00"],
)
def test_a_broken_file_is_refused_and_no_error(data):
    assert "Please hand in the notebook itself" in refusal("s01.ipynb", data)


def test_a_notebook_in_a_zip_of_its_own_is_opened():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("hw1/hw1.ipynb", homework_class.data(homework_class.blank(HOMEWORK)))
        archive.writestr("__MACOSX/hw1/._hw1.ipynb", b"x")
    cells = submissions.notebook_cells(submissions.Handed("s01.zip", packed.getvalue()))
    assert len(cells) == len(HOMEWORK.nb.cells)


def test_a_zip_that_unpacks_to_gigabytes_is_not_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hw1.ipynb", bytes(submissions.MOST_BYTES + 1))
    refusal("s01.zip", packed.getvalue())


# --- Mangled notebooks ---------------------------------------------------------------------


def points(nb):
    """Return the points by question that a notebook gets, marked in this process."""
    handed = submissions.Handed("x.ipynb", homework_class.data(nb))
    work = own.own_work(submissions.notebook_cells(handed), HOMEWORK)
    session = marking.Here(marking.program(HOMEWORK, "s01", work.cells))
    gained = {}
    for mark in marking.mark_all(HOMEWORK, "s01", session):
        gained[mark.question] = gained.get(mark.question, 0) + mark.points
    return gained


def answers_in(nb):
    """Return the positions of the cells with answers."""
    known = {masters.cell_id(cell) for cell in HOMEWORK.answers}
    return [n for n, cell in enumerate(nb.cells) if masters.cell_id(cell) in known]


FULL = {q: p for q, p in HOMEWORK.questions.items() if q not in HOMEWORK.written}


def without_metadata(nb):
    for cell in nb.cells:
        cell.metadata = {}


def duplicated(nb):
    for number in reversed(range(len(nb.cells))):
        nb.cells.insert(number, nb.cells[number].copy())


def with_stubs_behind(nb):
    nb.cells += [c for c in homework_class.blank(HOMEWORK).cells if c.cell_type == "code"]


def split(nb):
    """Split every answer in the middle, as an editor does: both parts keep the metadata."""
    for number in reversed(answers_in(nb)):
        lines = nb.cells[number].source.split("\n")
        if len(lines) > 1:
            parts = "\n".join(lines[:2]), "\n".join(lines[2:])
            copies = [nb.cells[number].copy() for _ in parts]
            for cell, source in zip(copies, parts, strict=True):
                cell.source = source
            nb.cells[number : number + 1] = copies


def in_old_format(nb):
    for cell in nb.cells:
        cell["input"] = cell.pop("source").splitlines(keepends=True)
    nb["worksheets"] = [{"cells": nb.pop("cells")}]


def with_windows_lines(nb):
    for cell in nb.cells:
        cell.source = cell.source.replace("\n", "\r\n") + "  \r\n"


def with_odd_cells(nb):
    nb.cells += [None, 3, {}, {"cell_type": "code", "source": 3, "metadata": 3}]
    nb.cells[0]["metadata"] = None


def with_answers_in_test_cells(nb):
    """Move each answer into the cell with the checks below it, as in an editor without locks."""
    for number in reversed(answers_in(nb)):
        nb.cells[number + 1].source = nb.cells[number].source + "\n" + nb.cells[number + 1].source
        del nb.cells[number]


def with_the_stubs_last_lines(nb):
    """Leave `raise NotImplementedError()` below each answer."""
    for number in answers_in(nb):
        if "def " in nb.cells[number].source:
            nb.cells[number].source += "\n    # YOUR CODE HERE\n    raise NotImplementedError()"
        else:
            nb.cells[number].source += "\n# YOUR CODE HERE\nraise NotImplementedError()"


@pytest.mark.parametrize(
    "mangle",
    [
        without_metadata,
        duplicated,
        with_stubs_behind,
        split,
        in_old_format,
        with_windows_lines,
        with_odd_cells,
        with_answers_in_test_cells,
        with_the_stubs_last_lines,
    ],
)
def test_a_mangled_notebook_costs_nothing(mangle):
    nb = homework_class.solved(HOMEWORK)
    mangle(nb)
    assert points(nb) == FULL


@pytest.mark.parametrize("number", range(len(HOMEWORK.answers)))
def test_a_deleted_or_broken_cell_costs_its_question_only(number):
    question = masters.parts(masters.cell_id(HOMEWORK.answers[number]))[0]
    deleted = homework_class.solved(HOMEWORK)
    del deleted.cells[answers_in(deleted)[number]]
    broken = homework_class.solved(HOMEWORK)
    broken.cells[answers_in(broken)[number]].source = "def broken(:"
    assert points(deleted) == points(broken) == FULL | {question: 0}


def test_what_is_typed_as_id_does_not_change_the_numbers():
    for typed in ("somebody else", 'x"\nwitness = 3\n"', ""):
        assert points(homework_class.solved(HOMEWORK, typed)) == FULL


def test_the_typed_id_and_the_written_answer_are_found():
    handed = submissions.Handed(
        "x.ipynb", homework_class.data(homework_class.solved(HOMEWORK, "s7"))
    )
    work = own.own_work(submissions.notebook_cells(handed), HOMEWORK)
    assert work.typed_id == "s7"
    assert "figure" in work.written["referee"]
    handed = submissions.Handed("x.ipynb", homework_class.data(homework_class.blank(HOMEWORK)))
    work = own.own_work(submissions.notebook_cells(handed), HOMEWORK)
    assert (work.typed_id, work.cells, work.written) == ("", [], {"referee": ""})


# --- A class lived through -----------------------------------------------------------------

ROSTER = [
    # id, name, accounts, extension_days, hw1_submitted, Section
    "s01,Ada Lovelace,101,,2027-04-19 20:00,A",  # all right
    "s02,Kim Lee,102,,2027-04-20 08:00,A",  # late by a day
    "s03,Grace Hopper,103,2,2027-04-21 22:00,B",  # late, but extended
    "s04,Emmy Noether,104,,2027-04-18 10:00; 2027-04-19 12:00,B",  # two attempts
    "s05,Alan Turing,105,,2027-04-19 20:00,B",  # a broken file
    "s06,John Neumann,106,,2027-04-19 20:00,B",  # forged
    "s07,Sofja Kowalewskaja,107,,2027-04-19 20:00,B",  # a PDF
    "s08,Karl Gauß,108,,2027-04-19 20:00,B",  # a known wrong answer
    "s09,Leonhard Euler,109,,2027-04-19 20:00,B",  # untouched
    "s10,Mary Cartwright,110,,2027-04-27 20:00,B",  # too late
    "s11,Paul Erdős,111,,,A",  # nothing
    "s12,Ida Rhodes,112,,2027-04-19 20:00,A",  # another term's copy, an ID of nobody
]
KNOWN = homework_class.known_wrong(HOMEWORK, "logarithm")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Return the folder of a class that was marked with the real command."""
    folder = tmp_path_factory.mktemp("class")
    homework_class.term_file(folder, book='"https://example.org/book/"', system='"Canvas"')
    homework_class.roster_file(folder, ROSTER)
    other = masters.choose("hw1", "another key, some years ago")
    forged = homework_class.blank(HOMEWORK)
    for cell in forged.cells:
        if masters.cell_id(cell).endswith("-answer"):
            cell.source = "import numpy as np\nnp.allclose = lambda *x: True\n" + cell.source
    right = homework_class.solved
    files = {
        "lovelaceada_101_1_hw1.ipynb": right(HOMEWORK, "s01"),
        "leekim_LATE_102_2_hw1.ipynb": right(HOMEWORK, "s02"),
        "hoppergrace_LATE_103_2_hw1.ipynb": right(HOMEWORK, "s03"),
        "noetheremmy_104_3_hw1.ipynb": right(HOMEWORK, "s04"),
        "noetheremmy_104_4_hw1-1.ipynb": homework_class.with_wrong(HOMEWORK, "s04", KNOWN),
        "turingalan_105_5_hw1.ipynb": b'{"cells": [',
        "neumannjohn_106_6_hw1.ipynb": forged,
        "kowalewskajasofja_107_7_hw1.pdf": b"%PDF-1.7",
        "gaußkarl_108_7_hw1.ipynb": homework_class.with_wrong(HOMEWORK, "s08", KNOWN),
        "eulerleonhard_109_8_hw1.ipynb": homework_class.blank(HOMEWORK),
        "cartwrightmary_LATE_110_8_hw1.ipynb": right(HOMEWORK, "s10"),
        "rhodesida_112_9_hw1.ipynb": right(other, "s99"),
        "hw1-final (3).ipynb": right(HOMEWORK, "s01"),
    }
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for name, content in files.items():
            content = content if isinstance(content, bytes) else homework_class.data(content)
            archive.writestr(name, content)
    (folder / "said").write_text(run_alone(folder), encoding="utf-8")
    return folder


def words_of(folder, words):
    """Return the arguments of a command on a class."""
    words = words or ("grade", str(folder / "submissions.zip"))
    return [*words, "--course", str(folder), "--target", str(folder / "out")]


def run(folder, *words):
    """Run a command as its module does; return what it prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert desk.main(words_of(folder, words)) == 0
    return said.getvalue()


def run_alone(folder, *words):
    """Run a command as make does, in a process of its own; return what it prints."""
    sandbox.probe()
    command = [sys.executable, "-m", "tools.homework", *words_of(folder, words)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    return process.stdout


def table(folder):
    """Return grades.csv by student."""
    text = (folder / "out" / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text))}


def page(folder, student):
    return (folder / "out" / "feedback" / "hw1" / f"{student}.html").read_text(encoding="utf-8")


def test_totals_follow_from_answers_dates_and_attempts(lived):
    rows = table(lived)
    lost = sum(test.points for test in HOMEWORK.tests if test.name in KNOWN.loses)
    so_far = {who: row["hw1 so far"] for who, row in rows.items()}
    assert so_far == {
        "s01": f"{MOST:g}",
        "s02": f"{MOST * 0.9:g}",
        "s03": f"{MOST:g}",
        "s04": f"{MOST - lost:g}",
        "s05": "",
        "s06": "0",
        "s07": "",
        "s08": f"{MOST - lost:g}",
        "s09": "0",
        "s10": "0",
        "s11": "",
        "s12": so_far["s12"],
    }
    assert float(so_far["s12"]) < MOST
    assert rows["s02"]["hw1 days late"] == "1"
    assert [rows[who]["hw1 status"] for who in ("s01", "s05", "s07", "s09", "s11")] == [
        "partly marked",
        "refused",
        "refused",
        "marked",
        "no submission",
    ]


def test_a_total_is_blank_until_all_of_it_is_marked(lived):
    totals = {who: row["hw1 total"] for who, row in table(lived).items()}
    assert {who for who, total in totals.items() if total} == {"s06", "s09"}


def test_the_table_has_the_rosters_columns_for_the_lms_and_its_order(lived):
    rows = table(lived)
    assert list(rows) == [line.split(",")[0] for line in ROSTER]
    assert list(rows["s01"])[:3] == ["id", "name", "Section"]
    assert "submitted" not in rows["s01"]


def test_the_summary_lists_all_that_needs_a_look(lived):
    text = (lived / "out" / "hw1-summary.html").read_text(encoding="utf-8")
    assert "hw1-final (3).ipynb" in text
    assert "s07, kowalewskajasofja_107_7_hw1.pdf: This cannot be marked: a PDF" in text
    assert "s05, turingalan_105_5_hw1.ipynb: The file is damaged" in text
    assert "This copy is from another term" in text
    assert "s12: The notebook has the ID s99" in text
    assert KNOWN.name in text
    assert homework_class.known_wrong(HOMEWORK, "start is seen too").name not in text
    assert "2 × " in text
    assert "matches" not in (lived / "said").read_text(encoding="utf-8")
    assert "2 files refused, 1 match nobody" in (lived / "said").read_text(encoding="utf-8")


def test_feedback_has_points_messages_and_no_test(lived):
    text = page(lived, "s08")
    question = masters.parts(KNOWN.answer)[0]
    kept = HOMEWORK.questions[question] - sum(
        test.points for test in HOMEWORK.tests if test.name in KNOWN.loses
    )
    assert f"<td>{kept:g} of {HOMEWORK.questions[question]:g}</td>" in text
    assert f"Looks like: <em>{KNOWN.name}</em>. {KNOWN.advice}" in text
    assert "steps_seen(" in text or "first_beyond(" in text
    assert "and yours fails" in text
    section = (
        '<a href="https://example.org/book/chapters/01_scalar_powers.html#half-lives-and-horizons">'
    )
    assert section in text
    assert "Looks like" not in page(lived, "s09")
    assert "Not all of it has been marked yet" in text
    assert "Karl Gauß" in text
    assert HOMEWORK.titles[question] in text
    assert "days counted: 1. 90% of the points are kept." in page(lived, "s02")
    assert "Please hand in the notebook itself" in page(lived, "s07")
    for test in HOMEWORK.tests:
        for line in test.code.split("\n"):
            assert len(line.strip()) < 12 or line.strip() not in text


def drawn(folder):
    """Return the bytes of all that is drawn, by name; what has changed in a run is its own."""
    paths = [path for path in (folder / "out").rglob("*") if path.is_file()]
    return {p.relative_to(folder): p.read_bytes() for p in paths if "changes" not in p.name}


def test_a_second_run_gives_the_same_bytes_and_a_fresh_one_too(lived):
    first = drawn(lived)
    assert "No mark has changed." in run(lived)
    assert drawn(lived) == first
    everybody = " ".join(line.split(",")[0] for line in ROSTER)
    assert "No mark has changed." in run(lived, "regrade", "--students", everybody)
    assert drawn(lived) == first


def test_marks_by_hand_stay_until_they_are_taken_back(lived):
    (lived / "written.csv").write_text(
        "id,homework,claim,figure,reason,instead,comment\ns01,hw1,1,1,0.5,1,Well argued\n",
        encoding="utf-8",
    )
    head = "id,homework,question,points,reason\n"
    (lived / "overrides.csv").write_text(
        head + "s06,hw1,horizon,1,An idea was there\ns11,hw1,total,12.5,Ill; oral examination\n",
        encoding="utf-8",
    )
    said = run(lived, "grade", "--homework", "hw1")
    assert "s01: hw1 referee (empty) -> 3.5" in said
    assert f"s01: hw1 total (empty) -> {MOST + 3.5:g}" in said
    assert "s06: hw1 horizon 0 -> 1 (An idea was there)" in said
    assert "s11: hw1 total (empty) -> 12.5" in said
    assert "s08" not in said
    before = table(lived)
    assert float(before["s06"]["hw1 total"]) == 1
    assert run(lived).count("->") == 0
    assert table(lived) == before
    assert "reason: 0.5 of 1. You give the reason" in page(lived, "s01")
    assert "Well argued" in page(lived, "s01")
    assert "An idea was there" in page(lived, "s06")
    (lived / "written.csv").unlink()
    (lived / "overrides.csv").unlink()
    assert run(lived).count("->") == 0
    back = head + "s06,hw1,horizon,,Taken back\ns11,hw1,total,,Taken back\n"
    (lived / "overrides.csv").write_text(back, encoding="utf-8")
    said = run(lived)
    assert "s06: hw1 horizon 1 -> 0" in said
    assert "s11: hw1 total 12.5 -> (empty)" in said
    (lived / "overrides.csv").unlink()


def test_which_attempt_counts_is_the_terms_choice(lived):
    course = term.Course.read(lived)
    its_desk = hand_ins.sort_files(
        submissions.collect(lived / "submissions.zip", course.owner), HOMEWORK, course
    )
    first, last = its_desk.attempts["s04"]
    assert first.path.endswith("_hw1.ipynb")
    assert last.path.endswith("_hw1-1.ipynb")
    assert hand_ins.counting([first, last], "first") == [first]
    assert hand_ins.counting([first, last], "last") == [last]
    assert hand_ins.counting([first, last], "best") == [first, last]


def test_the_command_names_what_is_wrong_and_does_nothing(tmp_path, capsys):
    homework_class.term_file(tmp_path)
    (tmp_path / "in").mkdir()
    words = [
        "grade",
        str(tmp_path / "in"),
        "--course",
        str(tmp_path),
        "--target",
        str(tmp_path / "o"),
    ]
    assert desk.main(words) == 1
    assert "roster.csv is missing" in capsys.readouterr().err
    homework_class.roster_file(tmp_path, ["s01"], "id")
    assert desk.main(words) == 1
    assert "HOMEWORK=hw1" in capsys.readouterr().err
    assert desk.main(["regrade", *words[2:]]) == 1
    assert "STUDENTS" in capsys.readouterr().err
    assert desk.main(["grade", str(tmp_path / "none"), *words[2:]]) == 1
    assert "no folder and no zip" in capsys.readouterr().err


@pytest.mark.parametrize(
    "typed",
    ["$(shell echo run)", "`echo run`", '";echo run;"', "$$(echo run)", "a'b c", "$(info run)"],
)
def test_make_hands_on_what_was_typed_and_runs_none_of_it(typed):
    made = ("-o", ".venv/.installed-reader", "-o", ".venv/bin/python")
    words = [f"{name}={typed}" for name in ("SUBMISSIONS", "STUDENTS", "COURSE", "HOMEWORK")]
    command = ["make", "--no-print-directory", *made, "regrade", "DESK=env #", *words]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [word for word in words if word not in said.splitlines()] == []
    assert "run" not in said.splitlines()


def test_a_formula_in_a_name_is_text_in_the_table_and_comes_back(tmp_path):
    rows = [{"id": "-1", "name": "=HYPERLINK(1)", "x": "-3.5"}, {"id": "b", "name": "@a", "x": "2"}]
    path = tmp_path / "grades.csv"
    files.write(path, files.to_csv(rows))
    assert path.read_text().splitlines()[1:] == ["-1,'=HYPERLINK(1),-3.5", "b,'@a,2"]
    assert files.from_csv(path) == rows
    assert path.stat().st_mode & 0o077 == 0


def test_what_would_act_unseen_in_a_page_or_a_terminal_is_spelled_out():
    text = files.visible("a\x1b[2Jb\0c\u202edc\u2066 \ud800é\u200d\n\t")
    assert text == "a\\u001b[2Jb\\u0000c\\u202edc\\u2066 \\ud800é\u200d\n\t"
    assert "\x1b" not in pages.page("\x1b", pages.listing("x", ["\x1b\u202e"]))


def test_a_full_disk_leaves_the_older_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "grades.csv"
    files.write(path, "whole")

    def full(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(path, "half")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("grades.csv", "whole")]


def test_what_belongs_to_a_class_cannot_be_committed_by_accident():
    kept = "homework/roster.csv homework/roster.csv~ homework/roster_old.txt submissions.zip x.bak"
    kept += " term2027/term.toml terms/a/roster.xlsx homework/gradebook.sqlite"
    kept += " submissions/s01.ipynb"
    kept += " homework/s01.ipynb roster.csv grades.csv backups/hw1.zip build/grades/grades.csv"
    command = ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", *kept.split()]
    if not (ROOT / ".git").exists():
        pytest.skip("left out: what git ignores, which needs a clone")
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    assert said.split() == kept.split()


def test_titles_are_those_of_the_terms_version():
    for name in masters.names():
        homework = masters.choose(name, homework_class.KEY)
        assert list(homework.titles) == list(homework.questions)
        assert all(title[:2] == f"{n}." for n, title in enumerate(homework.titles.values(), 1))


def test_the_homework_is_told_by_its_cells():
    files = [submissions.Handed("a.ipynb", homework_class.data(homework_class.blank(HOMEWORK)))]
    assert (
        hand_ins.detect([submissions.Handed("b.pdf", b"x"), *files], lambda path: path, OPENER)
        == "hw1"
    )
    cells = json.loads(files[0].data)
    assert cells["metadata"]["longterm"] == {
        "homework": "hw1",
        "term": masters.salt(homework_class.KEY),
    }


def test_one_students_files_keep_no_other_from_being_marked(course):
    """Neither by their number, their size, their kind, nor by being another homework."""
    right = homework_class.data(homework_class.solved(HOMEWORK))
    other = homework_class.data(homework_class.blank(masters.choose("hw2", homework_class.KEY)))
    packed = course / "class.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(2000):
            archive.writestr(f"s01/{number:04}.ipynb", other)
        archive.writestr("s02.ipynb", right)
        archive.writestr("s03.ipynb", right)
    damaged = bytearray(packed.read_bytes())
    damaged[60:90] = bytes(30)
    packed.write_bytes(damaged)
    its_course = term.Course.read(course)
    files = submissions.collect(packed, its_course.owner)
    assert {f.path for f in files if f.read()} >= {"s02.ipynb", "s03.ipynb"}
    assert sum(bool(f.source) for f in files) <= 2 + submissions.MOST_EACH
    assert hand_ins.detect(files, its_course.owner, OPENER) == "hw1"


def test_links_and_pipes_are_listed_and_not_opened(course):
    folder = course / "in"
    folder.mkdir()
    os.mkfifo(folder / "s01.ipynb")
    (folder / "s02.ipynb").symlink_to(course / "roster.csv")
    files = submissions.collect(folder, lambda path: path)
    assert [(f.path, f.read()) for f in files] == [("s01.ipynb", b""), ("s02.ipynb", b"")]


@pytest.mark.parametrize(
    "source",
    [
        "\n" * 20_000,
        "STUDENT_ID = a" + " " * 15_000 + "x",
        "STUDENT_ID" + " " * 19_000,
        "f'" + "{x}" * 6_600 + "'",
        "(" * 20_000,
        "x = " + "-" * 19_000 + "1",
        " " * 19_000 + "x",
        "a" + ".b" * 9_000,
        "```a\n" * 3_900,
    ],
)
def test_picking_out_a_hostile_cell_takes_a_moment(source):
    places = [("code", "horizon-a-answer"), ("code", "tools"), ("markdown", "")] * 4
    cells = [{"type": kind, "source": source, "id": known} for kind, known in places]
    start = time.process_time()
    own.own_work(cells, HOMEWORK)
    assert time.process_time() - start < 3


def test_cells_larger_than_any_answer_are_refused():
    for number, length in ((1, 2_800_000), (30, 19_000)):
        cell = {"cell_type": "code", "source": "1\n" * (length // 2), "metadata": {}}
        data = json.dumps({"cells": [cell] * number}).encode()
        assert "characters" in refusal("s01.ipynb", data)


def test_a_zip_packed_so_that_it_unpacks_without_a_bound_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("hw1.ipynb", b" " * 10**6)
    assert "damaged" in refusal("s01.zip", packed.getvalue())


def test_a_scratch_notebook_beside_the_homework_is_no_attempt(course):
    scratch = {"cells": [{"cell_type": "code", "source": "1 + 1", "metadata": {}}]}
    files = [
        submissions.Handed("s01/hw1.ipynb", homework_class.data(homework_class.blank(HOMEWORK))),
        submissions.Handed("s01/zz_scratch.ipynb", homework_class.data(scratch)),
        submissions.Handed("s02/only.ipynb", homework_class.data(scratch)),
    ]
    its_desk = hand_ins.sort_files(files, HOMEWORK, term.Course.read(course))
    assert [a.path for a in its_desk.attempts["s01"]] == ["s01/hw1.ipynb"]
    assert "s02" not in its_desk.attempts
    assert sorted(path for _, path, _ in its_desk.refused) == [
        "s01/zz_scratch.ipynb",
        "s02/only.ipynb",
    ]


def test_a_single_time_is_that_of_the_last_attempt(course):
    homework_class.roster_file(course, ["s01,Ada,4711,,2027-04-19 20:00,A"])
    data = homework_class.data(homework_class.blank(HOMEWORK))
    paths = ["s01 (1).ipynb", "s01 (2).ipynb"]
    files = [submissions.Handed(path, data) for path in paths]
    its_desk = hand_ins.sort_files(files, HOMEWORK, term.Course.read(course))
    times = {attempt.path: attempt.time for attempt in its_desk.attempts["s01"]}
    assert times == {paths[0]: None, paths[1]: datetime(2027, 4, 19, 20, tzinfo=BERLIN)}
    assert its_desk.untimed == paths[:1]


def test_a_file_that_trips_the_reader_stops_no_class(course, monkeypatch):
    monkeypatch.setattr(hand_ins, "OPEN_SECONDS", 0)
    files = [submissions.Handed("s01.ipynb", homework_class.data(homework_class.blank(HOMEWORK)))]
    its_desk = hand_ins.sort_files(files, HOMEWORK, term.Course.read(course))
    assert "took too long" in its_desk.refused[0][2]


def test_another_homework_is_refused_by_name(course):
    other = homework_class.blank(masters.choose("hw2", homework_class.KEY))
    files = [submissions.Handed("s01.ipynb", homework_class.data(other))]
    its_desk = hand_ins.sort_files(files, HOMEWORK, term.Course.read(course))
    assert "is hw2, not hw1" in its_desk.refused[0][2]


def test_an_answer_like_a_known_wrong_one_is_told():
    likeness = wrong.Likeness(HOMEWORK)
    for item in wrong.in_term(HOMEWORK):
        cells = marking.program(HOMEWORK, "s01", wrong.cells_with(HOMEWORK, item))
        marks = marking.mark_all(HOMEWORK, "s01", marking.Here(cells))
        found = [likeness.names("s01", mark) for mark in marks if mark.test in item.loses]
        traced = any(mark.trace for mark in marks if mark.test in item.loses)
        assert not traced or any(item.name in group for group in found)
