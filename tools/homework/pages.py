"""Writes what people read: feedback for each student, a summary and the written answers.

Everything that comes from a student is escaped. No test and no text of a test is shown.
"""

import base64
import hashlib
import re
from collections import Counter
from html import escape

from tools.homework import files, masters, wrong
from tools.homework.term import share_kept

CHAPTERS = masters.FOLDER.parent / "chapters"
NEXT = (
    "What next: try the case that is named here by hand, mend the answer in your notebook, and "
    "run the cell below it again. “Looks like” compares with mistakes of others: yours may differ."
)

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { border: 1px solid #777; padding: .3rem .6rem;
text-align: left; vertical-align: top; } td.points { text-align: right; white-space: nowrap; }
pre { white-space: pre-wrap; } .scroll { overflow-x: auto; }
"""


def page(title, *parts, style=STYLE, script="", data=None):
    """Return a page that stands alone; what would act unseen is spelled out.

    Its policy lets through this style and this script, pictures within it, and nothing else.
    """
    allowed = {"script": script, "style": style}
    policy = ["default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'"]
    policy += [f"{kind}-src 'sha256-{sha256(text)}'" for kind, text in allowed.items() if text]
    values = "".join(f' data-{k}="{escape(v, quote=True)}"' for k, v in (data or {}).items())
    text = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<main{values}>\n<h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n</main>\n"
    )
    text += f"<script>{script}</script>\n" if script else ""
    return files.visible(f"{text}</body>\n</html>\n")


def sha256(text):
    """Return the hash of a text, as a page's policy has it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def table(head, rows):
    """Return a table; the cells are HTML already."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table>\n<tr>{top}</tr>\n{body}\n</table></div>'


def listing(heading, items, empty=""):
    """Return a heading with a list, `empty` or nothing if there are no items."""
    if not items:
        return f"<h2>{escape(heading)}</h2>\n<p>{escape(empty)}</p>" if empty else ""
    entries = "\n".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<h2>{escape(heading)}</h2>\n<ul>\n{entries}\n</ul>"


def code_words(text):
    """Return a text with its `code` marked, everything else escaped."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def file_name(student_id):
    """Return a file name for an ID, whatever characters it has."""
    return "".join(c if c.isalnum() or c in "-_" else f"={ord(c):x}" for c in student_id)


# --- Feedback ------------------------------------------------------------------------------


def feedback(homework, result, kept=1.0, book=""):
    """Return a student's page: points, messages, and how the total comes about.

    `kept` is the share of the points that is kept when handed in late, `book` the course's address.
    """
    most = sum(homework.questions.values())
    rows = [
        (
            escape(homework.titles[question]),
            points_cell(result, question, full),
            messages(homework, result, question, book),
        )
        for question, full in homework.questions.items()
    ]
    parts = [f"<p>{escape(result.student.name)} ({escape(result.student.id)})</p>"]
    parts += [f"<p>{escape(note)}</p>" for note in result.notes]
    parts.append(table(["Question", "Points", "What was found"], rows))
    if result.looks_like or result.laws:
        parts.append(f"<p>{NEXT}</p>")
    if result.days_late:
        late = (
            f"Handed in late, days counted: {result.days_late}. {kept:.0%} of the points are kept."
        )
        parts.append(f"<p>{late}</p>")
    if "total" in result.reasons:
        parts.append(f"<p>Set by hand: {escape(result.reasons['total'])}</p>")
    parts.append(f"<p><strong>{total_words(result, most)}</strong></p>")
    problems = [f"The cell that begins “{first}”: {text}" for first, text in result.problems]
    parts.append(listing("Cells that did not run to their end", problems))
    return page(f"{homework.name}: feedback", *parts)


def total_words(result, most):
    """Return what the points come to, or how far they are known."""
    if result.total is not None:
        return f"Total: {result.total:g} of {most:g} points."
    if result.so_far is None:
        return f"Not marked: {result.status}."
    return f"So far: {result.so_far:g} of {most:g} points. Not all of it has been marked yet."


def points_cell(result, question, full):
    """Return the points of one question as text."""
    points = result.points.get(question)
    return f"{'–' if points is None else format(points, 'g')} of {full:g}"


def messages(homework, result, question, book):
    """Return what is said about one question."""
    if question in result.reasons:
        return f"Set by hand: {escape(result.reasons[question])}"
    marks = [mark for mark in result.marks if mark.question == question]
    found = dict.fromkeys(mark.message for mark in marks)
    if question in homework.written:
        found = dict.fromkeys(rubric_lines(homework, result, question))
    if len(found) > 1:
        found.pop("Correct.", None)
        partly = any(mark.points == mark.most for mark in marks)
        found = {"Partly correct.": None, **found} if partly else found
    words = [code_words(text) for text in found if text]
    if any(mark.lost for mark in marks):
        words += hints(homework, result, question)
        sections = [link(book, *section) for section in homework.sections(question)]
        words.append(f"Read: {'; '.join(sections)}.")
    return "<br>".join(words)


def hints(homework, result, question):
    """Return which known mistakes an answer looks like, and a public law that it breaks.

    Of a question with numbers of a student's own, only what a worked number says is shown.
    """
    lost = {m.test for m in result.marks if m.question == question and m.lost}
    like = [item for item in wrong.in_term(homework) if is_like(item, result, lost, any)]
    like = [
        item for item in like if is_like(item, result, lost, all) and item.loses == lost
    ] or like
    words = [f"Looks like: <em>{escape(i.name)}</em>. {escape(i.advice)}" for i in like]
    law = result.laws.get(question, "")
    if law and ("and yours" in law or not homework.is_personal(question)):
        words.append(f"A public check fails: {escape(law)}.")
    return words


def is_like(item, result, tests, some):
    """Tell whether an answer gave the values of a known wrong one in some, or in all, tests."""
    return some(item.name in result.looks_like.get(t, []) for t in tests & item.loses)


def rubric_lines(homework, result, question):
    """Return the lines of a rubric as marked, each with its points and the most there are."""
    if result.points.get(question) is None or not result.rubric:
        return ["Written answer."]
    lines = [
        f"{name}: {result.rubric[name]:g} of {most}. {sentence}"
        for name, (most, sentence) in homework.rubric(question).items()
    ]
    return [*lines, *result.comment.split("\n")]


def link(book, chapter, heading):
    """Return a section of the book, as a link where the book's address is known."""
    words = f"chapter {chapter}, {escape(heading)}"
    page = next(CHAPTERS.glob(f"{chapter:02d}_*.ipynb")).stem
    anchor = re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
    address = escape(f"{book}/chapters/{page}.html#{anchor}")
    return f'<a href="{address}">{words}</a>' if book else words


# --- For the instructor --------------------------------------------------------------------


def summary(homework, course, desk, results):
    """Return the page on a class: what was lost, by whom it was handed in, what needs a look."""
    marked = [result for result in results if result.marks]
    parts = [f"<p>Marked: {len(marked)} of {len(results)} on the roster.</p>"]
    unclear = [f"{path}: {why}" for path, why in desk.unclear.items()]
    parts.append(listing("Whose are these? Say so in whose.csv, a line “file,id” each", unclear))
    failed = [f"{r.student.id}: {r.notes[-1]}" for r in results if r.status == "not marked"]
    parts.append(listing("Not marked for a reason of ours", failed))
    ours = {m.test: m.message for r in results for m in r.marks if m.points is None}
    parts.append(listing("Our own test fails", [f"{t}: {words}" for t, words in ours.items()]))
    parts.append("<h2>By question</h2>")
    head = ["Graded cell", "Points", "Lost by", "Looks like"]
    parts.append(table(head, lost_rows(homework, marked)))
    parts.append(listing("Files that match nobody", desk.unmatched, "None."))
    sentences = [f"{who.id}, {path}: {why}" for who, path, why in desk.refused]
    parts.append(listing("Refused, with a sentence to send", sentences, "None."))
    parts.append(listing("No time known, counted as in time", desk.untimed, "None."))
    late = [f"{r.student.id}: days counted {r.days_late}" for r in results if r.days_late]
    parts.append(listing("Late", late, "None."))
    open_answers = [r.student.id for r in results if None in r.points.values()]
    parts.append(
        listing("Written answers to mark: make written makes the page", open_answers, "None.")
    )
    notes = [f"{r.student.id}: {note}" for r in results for note in r.notes]
    parts.append(listing("Worth a look", notes, "None."))
    missing = [r.student.id for r in results if r.status == "no submission"]
    parts.append(listing("No submission", missing, "None."))
    return page(f"{homework.name}: summary of the class", *parts)


def lost_rows(homework, marked):
    """Return a row a graded cell: how many lost it, and what their answers look like."""
    rows = []
    for test in homework.tests:
        lost = sum(m.lost for r in marked for m in r.marks if m.test == test.name)
        like = Counter(name for r in marked for name in r.looks_like.get(test.name, []))
        words = "<br>".join(f"{count} × {escape(name)}" for name, count in like.most_common())
        rows.append((escape(test.name), f"{test.points:g}", str(lost), words))
    return rows


def write(target, homework, course, desk, results):
    """Write all pages below a folder; return each one's student, "" for ours, and its path."""
    folder = target / "feedback" / homework.name
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        f"{homework.name}-summary.html": ("", summary(homework, course, desk, results)),
    }
    for result in results:
        if result.marks or result.notes or result.reasons or result.rubric:
            path = f"feedback/{homework.name}/{file_name(result.student.id)}.html"
            kept = share_kept(course.term, result.days_late)
            drawn[path] = (result.student.id, feedback(homework, result, kept, course.term.book))
    for path, (_, text) in drawn.items():
        files.write(target / path, text)
    return [(who, target / path) for path, (who, _) in drawn.items()]
