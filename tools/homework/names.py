"""Whose file is it? Reads the file names that a learning management system makes.

A class comes from one system, which term.toml names. Only what the system itself wrote is read: it
stands at the left of the outermost name, and what follows is the student's and counts for nothing.
A name matches a student by ID or account, or else by the full name if it is one student's only.
What matches nobody, or two, is nobody's: it is listed, never guessed, until the instructor says
whose it is.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

FORMS = {
    "Canvas": r"(?P<squeezed>[^\W_]+)_(?P<late>LATE_)?(?P<account>\d+)_(?P<order>\d+)_",
    "Moodle": r"(?P<person>[^/_]+)_(?P<number>\d+)_assignsubmission_[a-z]+(?=[_/])",
    "Blackboard": r"(?P<head>[^/]+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?=[_/.])",
    "Brightspace": r"(?P<account>\d+)-\d+ ?- ?(?P<person>[^/]+?) ?- ?"
    r"(?P<time>[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d{3,4} [AP]M)(?= ?- ?|/)",
    "Gradescope": r"(?P<account>[^/ ]+) (?P<time>\d{4}(?:-\d\d){5})/submission_(?P<order>\d+)/",
    "Repositories": r"(?P<head>[^/]+)/",  # a task and an account, such as hw1-alovelace
    "IDs": r"(?:hw\d+[_ -]+)?(?P<account>[^/]+?)"  # a file or a folder that the instructor named
    r"(?:/|(?:[_ -]+hw\d+)?(?:[ _-]+\d+| \((?P<order>\d{1,3})\))?\.\w+(?:\.txt)?\Z)",
}
LOOSE = {"IDs", "Repositories"}  # which any name may have
WORDS = ("account", "number", "head", "person", "squeezed")
WRAPPINGS = {"submitted"}  # folders around a class's files: nbgrader's, and one named as the zip is
NUMBERED = "%Y-%m-%d-%H-%M-%S"
LONGEST = 255  # letters; no file system has longer names
TIMES = {
    "Blackboard": NUMBERED,
    "Brightspace": "%b %d, %Y %I%M %p",
    "Gradescope": NUMBERED,
}


@dataclass(frozen=True)
class Name:
    """What a file's name says: account, person, the order among a student's files, and time."""

    account: str = ""
    number: str = ""  # of Moodle: no account, but it tells namesakes and nameless people apart
    head: str = ""  # the task and the account, either of which may have a `_` or `-`
    task: str = ""  # the part of it before the account
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
        **{word: found.get(word, "").strip() for word in WORDS},
        order=int(found.get("order") or 0),
        late=bool(found.get("late")),
        time=time_in(system, found.get("time", "")),
    )


def identity(path, system):
    """Return all that a system has written of whose a path is, None if it did not make it."""
    name = reading(path, system)
    return name and tuple(getattr(name, word) for word in WORDS)


def likely_system(paths):
    """Return the system that made most of the names, "" if there is no saying."""
    counts = {s: sum(bool(reading(path, s)) for path in paths) for s in FORMS if s not in LOOSE}
    system = max(counts, key=counts.get)
    return system if 2 * counts[system] > len(paths) else ""


def time_in(system, text):
    """Return the time in a file's name, None if it has none: local time, but for Gradescope's."""
    if system not in TIMES or not text:
        return None
    if system == "Brightspace":  # 930 AM means half past nine; long names of months are cut
        text = re.sub(r"(?<= )(\d{3})(?= [AP]M)", r"0\1", text)
        text = re.sub(r"^([A-Z][a-z]{2})[a-z]*", r"\1", text)
    try:
        time = datetime.strptime(text, TIMES[system])
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if system == "Gradescope" else time


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


def unwrapped(path, wrappings):
    """Return a path without the folder that is around all files of a class."""
    first, slash, rest = path.partition("/")
    return rest if slash and first in wrappings else path


def owners_of(paths, students, system, whose=None):
    """Return owner and reading for each path; a `_` or `-` parts a head as it does in most others.

    So `hw1-j-smith` is not smith's where the others' task is `hw1`.
    """
    pairs = [owner(path, students, system, whose) for path in paths]
    tasks = Counter(name.task for _, name in pairs if name and name.head)
    usual = tasks.most_common(1)[0][0] if tasks else ""
    return [
        pair if pair[1] is None or path in (whose or ()) or pair[1].task == usual else (None, None)
        for path, pair in zip(paths, pairs, strict=True)
    ]


def owner(path, students, system, whose=None):
    """Return the one student whom a path fits, and what it says; None twice if there is no such.

    `whose` has for some paths the ID that the instructor has set; "" makes a file nobody's.
    """
    name = reading(path, system)
    if whose and path in whose:
        found = [student for student in students if student.id == whose[path]]
        return (found[0], name or Name()) if found else (None, None)
    found = owners(name, students) if name else []
    if len(found) != 1:
        return None, None
    if name.head:
        ends = {len(one) for one in ends_of(name.head) if by_account(one, accounts_of(found[0]))}
        name = replace(name, task=name.head[: -max(ends)].rstrip("_-"))
    return found[0], name


def owners(name, students):
    """Return whom a name fits, by account or by full name: all of them, if the two contradict."""
    by_number = [student for student in students if has_account(name, student)]
    by_words = [student for student in students if by_name(name, student)]
    if by_number and by_words:
        return [student for student in by_number if student in by_words] or by_number + by_words
    return [student for student in by_number if not contradicts(name, student)] or by_words


def has_account(name, student):
    """Tell whether the account in a file's name is this student's."""
    if name.number:
        return by_account(name.number, student.accounts)
    ends = ends_of(name.head) if name.head else filter(None, [name.account])
    return any(by_account(end, accounts_of(student)) for end in ends)


def accounts_of(student):
    """Return all by which a system may know a student, the ID included."""
    return (student.id, *student.accounts)


def ends_of(head):
    """Return what may be the account at the end of a head."""
    return [head, *(head[k + 1 :] for k, sign in enumerate(head) if sign in "_-")]


def by_account(account, accounts):
    """Tell whether an account is one of these, in whatever case."""
    return account.casefold() in {one.casefold() for one in accounts}


def contradicts(name, student):
    """Tell whether a number fits by the ID alone, and no word of the student's name is there.

    What the system calls a user may be another student's ID by chance.
    """
    said = squeeze(name.person or name.squeezed)
    words = [squeeze(word) for word in re.split(r"[\s,]+", student.name)]
    shared = any(word and word in said for word in words)
    known = by_account(name.number or name.account, student.accounts)
    return bool(said and words[0]) and not shared and not known


def by_name(name, student):
    """Tell whether the full name in a file's name is this student's; a group's may stand before."""
    if not student.name:
        return False
    if name.squeezed:
        return squeeze(name.squeezed) == last_first(student.name)
    parts = name.person.split("-") if name.number else [name.person]
    ends = ("-".join(parts[k:]) for k in range(len(parts)))
    return bool(name.person) and spoken(student.name) in map(squeeze, ends)
