"""Whose file is it? Reads the file names that four learning management systems make.

A name matches a student by ID or account, or else by the full name if it is one student's only.
What matches nobody is nobody's: it is listed, never guessed.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

FORMS = {
    "Moodle": r"(?P<name>[^/_]+)_(?P<number>\d+)_assignsubmission_[a-z]+_?/?(?P<file>.*)",
    "Blackboard": r"(?P<task>.+)_(?P<account>[^_/]+)_attempt_"
    r"(?P<time>\d{4}(?:-\d\d){5})(?:[_/](?P<file>.+))?",
    "Brightspace": r"(?P<account>\d+)-\d+ ?- ?(?P<name>.+?) ?- ?"
    r"(?P<time>[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d{3,4} [AP]M)(?: ?- ?|/)(?P<file>.+)",
    "Canvas": r"(?P<squeezed>[^\W_]+)_(?P<late>LATE_)?(?P<account>\d+)_\d+_(?P<file>.+)",
    "folder": r"(?P<account>[^/]+)/(?P<file>[^/]+)",
    "plain": r"(?P<account>[^/]+?)(?P<file>(?:[_ -]+hw\d+)?(?:[ _-]+\d+| \(\d+\))?\.\w+)",
}
TIMES = {"Blackboard": "%Y-%m-%d-%H-%M-%S", "Brightspace": "%b %d, %Y %I%M %p"}


@dataclass(frozen=True)
class Name:
    """What a file's name says: the system, account, person, attempt, and time."""

    system: str
    account: str = ""
    person: str = ""
    squeezed: str = ""
    attempt: int = 0
    late: bool = False
    time: datetime | None = None


def readings(path):
    """Return all that a file's path below the folder of submissions may say, one a system."""
    *_, folder, file = "", *path.split("/")
    tails = dict.fromkeys([f"{folder}/{file}" if folder else file, file])
    tries = [(tail, system) for system in FORMS for tail in tails]
    return [name for name in (reading(*attempt) for attempt in tries) if name]


def reading(path, system):
    """Return what a path says if it was made by a system, None if it was not."""
    match = re.fullmatch(FORMS[system], path)
    if not match:
        return None
    found = {key: value or "" for key, value in match.groupdict().items()}
    return Name(
        system=system,
        account=found.get("account", ""),
        person=found.get("name", "").strip(),
        squeezed=found.get("squeezed", ""),
        attempt=attempt(found.get("file", "")),
        late=bool(found.get("late")),
        time=time_in(system, found.get("time", "")),
    )


def attempt(file):
    """Return the number that Canvas (`-2`) or a browser (` (2)`) puts at a name's end, or 0."""
    match = re.search(r"(?:-(\d{1,3})| \((\d{1,3})\))\.\w+$", file)
    return int(match[1] or match[2]) if match else 0


def time_in(system, text):
    """Return the local time in a file's name, None if it has none."""
    if system not in TIMES or not text:
        return None
    if system == "Brightspace":  # 930 AM means half past nine; long names of months are cut
        text = re.sub(r"(?<= )(\d{3})(?= [AP]M)", r"0\1", text)
        text = re.sub(r"^([A-Z][a-z]{2})[a-z]*", r"\1", text)
    try:
        return datetime.strptime(text, TIMES[system])
    except ValueError:
        return None


def squeeze(text):
    """Return the letters and digits of a name, without accents, in lower case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def last_first(name):
    """Return a name as Canvas squeezes it: the last name first."""
    if "," in name:
        return squeeze(name)
    *first, last = name.split() or [""]
    return squeeze(last + "".join(first))


def spoken(name):
    """Return a name in spoken order: `Lovelace, Ada` is `Ada Lovelace`."""
    last, comma, first = name.partition(",")
    return squeeze(first + last) if comma else squeeze(name)


def owner(path, students):
    """Return the one student whom a path fits, and what it says; None twice if there is no such.

    Students choose the end of a file's name. So a path that fits two students, read as the work
    of two systems, is nobody's.
    """
    fits = [(student, name) for name in readings(path) for student in owners(name, students)]
    if len({student.id for student, _ in fits}) != 1:
        return None, None
    return fits[0]


def owners(name, students):
    """Return whom a name fits: by account, or else by a full name that only one has."""
    found = [student for student in students if by_account(name, student)]
    if not found:
        found = [student for student in students if by_name(name, student)]
    return found if len(found) == 1 else []


def by_account(name, student):
    """Tell whether the account in a file's name is this student's."""
    accounts = (student.id, *student.accounts)
    return name.account.casefold() in map(str.casefold, accounts) if name.account else False


def by_name(name, student):
    """Tell whether the full name in a file's name is this student's."""
    if not student.name:
        return False
    if name.squeezed:
        return squeeze(name.squeezed) == last_first(student.name)
    return bool(name.person) and squeeze(name.person) == spoken(student.name)
