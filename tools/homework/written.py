"""Makes the page on which people mark written answers: one file, which sends and loads nothing.

It shows each answer as the notebook has it, a box a line of the rubric, and saves a table that
`make grade WRITTEN=...` takes in. No student's markup runs: all is escaped, pictures are PNG or
JPEG, and the page's policy lets its own script and style through and nothing else.
"""

import contextlib
import functools
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from tools.homework import child, files, jobs, masters, pages, runs, story, submissions, term

from longterm.progress import progress

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 0 1rem; }
#bar { position: sticky; top: 0; background: Canvas; border-bottom: 1px solid; padding: .5rem 0;
display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; z-index: 1; }
#said { font-weight: bold; } #marker { width: 7rem; }
.answer { border-top: 4px solid #767676; margin: 2rem 0; scroll-margin-top: 5rem; }
.answer.open { border-top-color: #b35900; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 1rem; }
img { max-width: 100%; background: white; }
.where, .unit { opacity: .8; font-size: .9rem; margin: 0; }
fieldset { border: 1px solid #767676; display: grid; gap: .5rem; min-width: 0; }
fieldset label { display: grid; grid-template-columns: 5rem 1fr; gap: .75rem; align-items: start; }
input, textarea, button { font: inherit; } textarea { width: 100%; box-sizing: border-box; }
[data-most] { width: 4rem; } [aria-invalid="true"] { outline: 3px solid #c00; }
"""


@dataclass(frozen=True)
class Sheet:
    """One student's answer to a written question, with the marks that are there."""

    student: term.Student
    pieces: list
    points: dict = field(default_factory=dict)
    comment: str = ""


# The hand-in by which each student's homework is marked.
COUNTED = """SELECT ruling.student, hand_in.path, hand_in.sha256 FROM now_ruling AS ruling
JOIN hand_in ON hand_in.number = ruling.hand_in
JOIN now_result AS result USING (student, homework, path)
WHERE hand_in.homework = ? AND ruling.status = 'counts' AND sha256 IS NOT NULL
ORDER BY hand_in.number"""


# --- From the gradebook ----------------------------------------------------------------------


def draw(folder, target, name=None):
    """Write the page of a homework; return its path and how many answers it shows."""
    course = term.Course.read(folder)
    with contextlib.closing(story.existing(course.folder)) as book:
        homework = masters.choose(name or runs.last_homework(book), course.term.key)
        sheets = sheets_of(book, homework, course)
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{homework.name}-written.html"
    files.write(path, page(homework, sheets))
    return path, len(sheets)


def sheets_of(book, homework, course):
    """Return what there is to be marked, in an order that tells no name."""
    written, _ = runs.by_hand(book, homework.name)
    counted = {row["student"]: row for row in book.rows(COUNTED, homework.name)}
    there = [student for student in course.students if student.id in counted]
    handed_in = [book_file(book, counted[student.id]) for student in there]
    show, sheets = functools.partial(pieces_of, homework), []
    with child.stopped_at_once(ThreadPoolExecutor(os.cpu_count())) as pool:
        found = pool.map(show, handed_in)
        for student, pieces in zip(progress(there, "Opening"), found, strict=True):
            if pieces:
                sheets.append(Sheet(student, pieces, *written.get(student.id, ())))
    return sorted(sheets, key=lambda s: masters.digest(homework.key, "order", s.student.id))


def book_file(book, row):
    """Return a hand-in with its bytes."""
    return submissions.Handed(row["path"], book.content(row["sha256"]))


def pieces_of(homework, handed):
    """Return what a hand-in shows of its written answers; a note if it cannot be opened."""
    try:
        return child.run(jobs.show, handed, homework.key, homework.name)
    except child.Failed as error:
        return [["note", "", f"This hand-in cannot be shown: {error}."]]


# --- The page --------------------------------------------------------------------------------


def page(homework, sheets):
    """Return the page of a homework."""
    lines = {name: line for q in homework.written for name, line in homework.rubric(q).items()}
    questions = "\n".join(f"<pre>{escape(homework.text(q))}</pre>" for q in homework.written)
    data = {
        "homework": homework.name,
        "key": f"longterm written {homework.name} {masters.salt(homework.key)}",
        "lines": " ".join(lines),
    }
    answers = [answer(number, sheet, lines) for number, sheet in enumerate(sheets, 1)]
    parts = [BAR, f"<details><summary>The question</summary>\n{questions}</details>", *answers]
    return pages.page(
        f"{homework.name}: written answers", *parts, style=STYLE, script=SCRIPT, data=data
    )


BAR = """<div id="bar">
<output id="said" aria-live="polite"></output>
<button id="next" type="button">Next open box</button>
<label>Marked by <input id="marker" autocomplete="off"></label>
<button id="save" type="button">Save</button>
<label><input id="names" type="checkbox" autocomplete="off"> Names</label>
<button id="forget" type="button">Forget drafts</button>
</div>
<p>Enter goes to the next box, Shift+Enter back, Ctrl+Enter out of a comment. Drafts stay in this
browser. <em>Save</em> writes a table; an empty box in it means: not yet marked.</p>"""


def answer(number, sheet, lines):
    """Return one answer with its boxes."""
    who = escape(sheet.student.id, quote=True)
    name = escape(f"{sheet.student.name} ({sheet.student.id})".strip())
    text = repr(sheet.pieces).encode("utf-8", "surrogatepass")
    version = hashlib.sha256(text).hexdigest()[:12]  # drafts belong to the text they were made for
    boxes = [box(f"{number}-{n}", n, *line, sheet.points.get(n)) for n, line in lines.items()]
    parts = [
        f'<section class="answer" data-id="{who}" data-answer="{version}">',
        f'<h2>Answer {number} <span class="name" hidden>{name}</span></h2>',
        *map(piece, sheet.pieces),
        f"<fieldset><legend>Points of answer {number}</legend>",
        *boxes,
        '<label><span>Comment</span><textarea data-line="comment" rows="2" autocomplete="off">'
        f"\n{escape(sheet.comment)}</textarea></label>",
        "</fieldset></section>",
    ]
    return "\n".join(parts)


def box(key, name, most, sentence, points):
    """Return the box for a line of the rubric."""
    value = "" if points is None else f"{points:g}"
    return (
        f'<label for="box-{key}"><input id="box-{key}" data-line="{name}" data-most="{most}" '
        f'value="{value}" inputmode="decimal" autocomplete="off">'
        f"<span><strong>{name}</strong>, 0 to {most}: {escape(sentence)}</span></label>"
    )


def piece(found):
    """Return a part of an answer, named where it stands elsewhere than in its cell."""
    kind, where, content = found
    words = {"code": "Code in", "printed": "Printed by", "note": "In", "picture": "Picture in"}
    label = f"{words.get(kind, 'Text in')} {escape(where)}" if where else ""
    label = f'<p class="where">{label}</p>\n' if label else ""
    if kind == "picture":
        return f'{label}<p><img src="data:{escape(content)}" alt="Picture of this answer"></p>'
    tag = "p" if kind == "note" else "pre"
    return f"{label}<{tag}>\n{escape(content)}</{tag}>"
