"""Writes what people read: feedback for each student, a summary and the written answers.

Everything that comes from a student is escaped. No test and no text of a test is shown.
"""

import re
from collections import Counter
from html import escape

from tools.homework.term import share_kept

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { border: 1px solid #777; padding: .3rem .6rem;
text-align: left; vertical-align: top; } td.points { text-align: right; white-space: nowrap; }
pre { white-space: pre-wrap; } .scroll { overflow-x: auto; }
"""


def page(title, *parts):
    """Return a page that stands alone; what is no Unicode is replaced by question marks."""
    text = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )
    return text.encode("utf-8", "replace").decode()


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


def feedback(homework, result, kept=1.0):
    """Return a student's page: points, messages, and how the total comes about.

    `kept` is the share of the points that is kept when handed in late.
    """
    most = sum(homework.questions.values())
    rows = [
        (
            escape(homework.titles[question]),
            points_cell(result, question, full),
            messages(result, question),
        )
        for question, full in homework.questions.items()
    ]
    parts = [f"<p>{escape(result.student.name)} ({escape(result.student.id)})</p>"]
    parts += [f"<p>{escape(note)}</p>" for note in result.notes]
    parts.append(table(["Question", "Points", "What was found"], rows))
    if result.days_late:
        late = (
            f"Handed in late, days counted: {result.days_late}. {kept:.0%} of the points are kept."
        )
        parts.append(f"<p>{late}</p>")
    if "total" in result.reasons:
        parts.append(f"<p>Set by hand: {escape(result.reasons['total'])}</p>")
    parts.append(f"<p><strong>Total: {result.total:g} of {most:g} points.</strong></p>")
    if None in result.points.values():
        parts.append("<p>The written answer has not been marked yet, and is not in the total.</p>")
    problems = [f"The cell that begins “{first}”: {text}" for first, text in result.problems]
    parts.append(listing("Cells that did not run to their end", problems))
    return page(f"{homework.name}: feedback", *parts)


def points_cell(result, question, full):
    """Return the points of one question as text."""
    points = result.points.get(question)
    return f"{'–' if points is None else format(points, 'g')} of {full:g}"


def messages(result, question):
    """Return what is said about one question."""
    if question in result.reasons:
        return f"Set by hand: {escape(result.reasons[question])}"
    found = dict.fromkeys(mark.message for mark in result.marks if mark.question == question)
    if question in result.written:
        marks = [f"{name}: {points:g}" for name, points in result.rubric.items()]
        found = dict.fromkeys([*marks, result.comment] if marks else ["Written answer."])
    if len(found) > 1:
        found.pop("Correct.", None)
        partly = [m for m in result.marks if m.question == question and m.points == m.most]
        found = {"Partly correct.": None, **found} if partly else found
    return "<br>".join(code_words(text) for text in found if text)


# --- For the instructor --------------------------------------------------------------------


def summary(homework, course, desk, results):
    """Return the page on a class: what was lost, by whom it was handed in, what needs a look."""
    marked = [result for result in results if result.marks]
    parts = [f"<p>Marked: {len(marked)} of {len(results)} on the roster.</p>"]
    parts.append("<h2>By question</h2>")
    head = ["Graded cell", "Points", "Lost by", "Looks like"]
    parts.append(table(head, lost_rows(homework, marked)))
    parts.append(listing("Files that match nobody", desk.unmatched, "None."))
    sentences = [f"{who.id}, {path}: {why}" for who, path, why in desk.refused]
    parts.append(listing("Refused, with a sentence to send", sentences, "None."))
    failed = [f"{r.student.id}: {r.notes[-1]}" for r in results if r.status == "not marked"]
    parts.append(listing("Not marked for a reason of ours", failed))
    parts.append(listing("No time known, counted as in time", desk.untimed, "None."))
    late = [f"{r.student.id}: days counted {r.days_late}" for r in results if r.days_late]
    parts.append(listing("Late", late, "None."))
    open_answers = [r.student.id for r in results if None in r.points.values()]
    parts.append(
        listing(f"Written answers to mark, in {homework.name}-written.html", open_answers, "None.")
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
        lost = sum(m.points < m.most for r in marked for m in r.marks if m.test == test.name)
        like = Counter(name for r in marked for name in r.looks_like.get(test.name, []))
        words = "<br>".join(f"{count} × {escape(name)}" for name, count in like.most_common())
        rows.append((escape(test.name), f"{test.points:g}", str(lost), words))
    return rows


def written_page(homework, results):
    """Return the page with all written answers, to be read and marked."""
    parts = []
    for result in results:
        for text in result.written.values():
            if text.strip():
                parts.append(f"<h2>{escape(result.student.id)}</h2>")
                parts.append(f"<p>{escape(result.path)}</p>\n<pre>{escape(text)}</pre>")
    return page(f"{homework.name}: written answers", *parts)


def write(target, homework, course, desk, results, whole_class):
    """Write all pages below a folder."""
    folder = target / "feedback" / homework.name
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        if result.status != "no submission":
            path = folder / f"{file_name(result.student.id)}.html"
            kept = share_kept(course.term, result.days_late)
            path.write_text(feedback(homework, result, kept), encoding="utf-8")
    if whole_class:
        text = summary(homework, course, desk, results)
        (target / f"{homework.name}-summary.html").write_text(text, encoding="utf-8")
        text = written_page(homework, results)
        (target / f"{homework.name}-written.html").write_text(text, encoding="utf-8")
