"""Makes what students get: one notebook and one zip a homework, the same bytes every time."""

import io
import zipfile

import nbformat
from tools.homework import files, masters

README = """\
{name} of Long-Term Dependencies

Open {name}.ipynb in Jupyter, or in Colab: colab.research.google.com, File, Upload notebook.
It needs NumPy, and Matplotlib for your figure. Hand in the notebook itself, no PDF and no link.
"""


def due_text(its_term, name):
    """Return a due date as students read it."""
    date = its_term.due.get(name)
    if date is None:
        return "see your course page"
    grace = f" (grace: {its_term.grace_minutes:g} minutes)" if its_term.grace_minutes else ""
    late = "after that, no points"
    if its_term.late_days:
        late = (
            f"each day late costs {its_term.late_percent_per_day:g} % of the points, "
            f"for at most {its_term.late_days} days"
        )
    return f"{date:%A, %d %B %Y, %H:%M} ({its_term.zone.key} time){grace}; {late}"


def to_text(nb):
    """Return the file's text of a notebook."""
    return nbformat.writes(nb).rstrip("\n") + "\n"


def write(name, its_term, folder):
    """Write notebook and zip of one homework; return the notebook's path."""
    homework = masters.choose(name, its_term.key, due_text(its_term, name))
    text = to_text(masters.student_copy(homework))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    files.write(path, text, mode=0o644)
    files.write(path.with_suffix(".zip"), zipped(name, text), mode=0o644)
    return path


def zipped(name, text):
    """Return the bytes of a zip of a notebook, and of what to do with it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in ((f"{name}.ipynb", text), ("README.txt", README.format(name=name))):
            entry = zipfile.ZipInfo(f"{name}/{file}", (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def write_for_nbgrader(name, its_term, folder):
    """Write a homework with solutions and tests as nbgrader's source; return its path."""
    homework = masters.choose(name, its_term.key, due_text(its_term, name))
    path = folder / "source" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write(path, to_text(homework.nb))
    return path
