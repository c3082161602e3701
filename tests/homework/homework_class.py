"""A class to be marked: notebooks as students hand them in, under names that systems give them."""

import json

from tools.homework import masters, wrong

KEY = "0a39ef9a37d8d09ce1d6ad4403d92341"


def term_file(folder, key=KEY, columns=(), **changes):
    """Write a term.toml."""
    values = {
        "time_zone": '"Europe/Berlin"',
        "grace_minutes": 15,
        "late_percent_per_day": 10,
        "late_days": 3,
        "attempt": '"last"',
    } | changes
    lines = [f'key = "{key}"', *(f"{name} = {value}" for name, value in values.items())]
    lines += ["[due]", *(f"{name} = 2027-04-19T23:59:00" for name in masters.names())]
    lines += ["[columns]", *(f'{name} = "{column}"' for name, column in dict(columns).items())]
    (folder / "term.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def roster_file(folder, rows, head="id,name,accounts,extension_days,hw1_submitted,Section"):
    """Write a roster.csv."""
    (folder / "roster.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def blank(homework):
    """Return the copy that students get."""
    return masters.student_copy(homework)


def solved(homework, student_id="", answers=None):
    """Return a copy in which the answers are filled in; those of the master by default.

    `answers` maps the id of an answer's cell to what stands in it, None leaves it untouched.
    """
    nb = blank(homework)
    sources = {masters.cell_id(cell): cell.source for cell in homework.answers} | (answers or {})
    for cell in nb.cells:
        source = sources.get(masters.cell_id(cell))
        if source is not None:
            cell.source = masters.without_region(source, "nothing").replace(masters.MARKER, "mine")
        if cell.source.startswith("STUDENT_ID"):
            cell.source = f'STUDENT_ID = "{student_id}"'
        if masters.cell_id(cell).endswith("-written"):
            cell.source = "The claim is false, see my <b>figure</b>."
    return nb


def with_wrong(homework, student_id, *known):
    """Return a copy with these known wrong answers, everything else right."""
    return solved(homework, student_id, {item.answer: item.code for item in known})


def data(nb):
    """Return the bytes of a notebook's file."""
    return json.dumps(nb).encode()


def in_term(homework):
    """Return a known wrong answer of the version that is set: the first that loses points."""
    return wrong.in_term(homework)[0]


def cell(source):
    """Return a cell of code."""
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}


def json_of(content):
    """Return the bytes of a file of JSON."""
    return json.dumps(content).encode()


def known_wrong(homework, words):
    """Return the known wrong answer whose name has these words."""
    return next(item for item in wrong.in_term(homework) if words in item.name)
