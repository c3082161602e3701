"""Whose file is it? Reads the file names that a learning management system makes.

A class comes from one system, which term.toml names. Only what the system itself wrote is read: it
stands at the left of the outermost name, and what follows is the student's and counts for nothing.
A name matches a student by ID or account, or else by the full name if it is one student's only.
What matches nobody, or two, is nobody's: it is listed, never guessed.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

FORMS = {
    "Canvas": r"(?P<squeezed>[^\W_]+)_(?P<late>LATE_)?(?P<account>\d+)_(?P<order>\d+)_",
    "Moodle": r"(?P<name>[^/_]+)_\d+_assignsubmission_[a-z]+(?=[_/])",
    "Blackboard": r"(?P<head>[^/]+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?=[_/.])",
    "Brightspace": r"(?P<account>\d+)-\d+ ?- ?(?P<name>[^/]+?) ?- ?"
    r"(?P<time>[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d{3,4} [AP]M)(?= ?- ?|/)",
    "IDs": r"(?P<account>[^/]+?)"  # a folder a student, or a file, named by the instructor
    r"(?:/|(?:[_ -]+hw\d+)?(?:[ _-]+\d+| \((?P<order>\d{1,3})\))?\.\w+\Z)",
}
LONGEST = 255  # letters; no file system has longer names
TIMES = {"Blackboard": "%Y-%m-%d-%H-%M-%S", "Brightspace": "%b %d, %Y %I%M %p"}


@dataclass(frozen=True)
class Name:
    """What a file's name says: account, person, the order among a student's files, and time."""

    account: str = ""
    head: str = ""  # of Blackboard: the task and the account, either of which may have a `_`
    person: str = ""
    squeezed: str = ""
    order: int = 0
    late: bool = False
    time: datetime | None = None


def reading(path, system):
    """Return what the left end of a path says if a system made it, None if it did not."""
    if len(path.partition("/")[0]) > LONGEST:  # a pattern's time grows with the square
        return None
    match = re.match(FORMS[system], path)
    if not match:
        return None
    found = {key: value or "" for key, value in match.groupdict().items()}
    return Name(
        account=found.get("account", ""),
        head=found.get("head", ""),
        person=found.get("name", "").strip(),
        squeezed=found.get("squeezed", ""),
        order=int(found.get("order") or 0),
        late=bool(found.get("late")),
        time=time_in(system, found.get("time", "")),
    )


def likely_system(paths):
    """Return the system that made most of the names, "" if there is no saying."""
    counts = {s: sum(bool(reading(path, s)) for path in paths) for s in FORMS if s != "IDs"}
    system = max(counts, key=counts.get)
    return system if 2 * counts[system] > len(paths) else ""


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


def owner(path, students, system):
    """Return the one student whom a path fits, and what it says; None twice if there is no such."""
    name = reading(path, system)
    found = owners(name, students) if name else []
    return (found[0], name) if len(found) == 1 else (None, None)


def owners(name, students):
    """Return whom a name fits: by account, or by a full name; both, if they contradict."""
    by_number = [student for student in students if by_account(name, student)]
    by_words = [student for student in students if by_name(name, student)]
    if by_number and len(by_words) == 1 and by_words[0] not in by_number:
        return by_number + by_words
    return by_number or by_words


def by_account(name, student):
    """Tell whether the account in a file's name is this student's."""
    accounts = [account.casefold() for account in (student.id, *student.accounts)]
    if name.head:
        return any(name.head.casefold().endswith(f"_{account}") for account in accounts)
    return bool(name.account) and name.account.casefold() in accounts


def by_name(name, student):
    """Tell whether the full name in a file's name is this student's."""
    if not student.name:
        return False
    if name.squeezed:
        return squeeze(name.squeezed) == last_first(student.name)
    return bool(name.person) and squeeze(name.person) == spoken(student.name)
