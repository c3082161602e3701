"""A term made up by a seeded generator, marked by the real desk, and reckoned independently.

Every student draws a system's name, a way of saving, mistakes, lateness and troubles. Files come in
parts, runs are killed. In the end every mark equals the reckoning, or is blank with a reason.
`python tests/homework/homework_simulation.py 150` does a class of 150 and says how long it took;
`nox -s term` does it in an environment of its own.
"""

import contextlib
import csv
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import homework_class
from tools.homework import gradebook, masters, wrong

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ("Canvas", "Moodle", "Blackboard", "Brightspace", "IDs")
HOMEWORK = masters.choose("hw2", homework_class.KEY)
MOST = sum(test.points for test in HOMEWORK.tests)
DUE = datetime(2027, 4, 19, 23, 59)
LATE = {-30: 1.0, -1: 1.0, 0.1: 1.0, 1: 0.9, 30: 0.8, 70: 0.7, 200: 0.0}  # hours: share kept
FILES = ("hw2.ipynb", "hw2 (1).ipynb", "Final.ipynb", "hw2_loesung_v3.ipynb")
FIRST = ("Ada", "Kim", "José", "Zoë", "Łukasz", "Mei", "Ngũgĩ", "Anne-Marie", "O'Neil", "Ólafur")
LAST = ("Lovelace", "Lee", "García Márquez", "Müller", "de la Cruz", "Nguyễn", "Smith", "Å")


@dataclass
class Person:
    """One student, what they hand in when, and what it is worth."""

    id: str
    name: str
    number: int
    kind: str = ""
    files: list = field(default_factory=list)  # (0 on Friday, 1 on Monday; path; bytes)
    times: list = field(default_factory=list)
    so_far: float | None = None


# --- Ways of saving ------------------------------------------------------------------------


def windows(nb):
    for cell in nb["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def listed(nb):
    for cell in nb["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def without_ids(nb):
    for cell in nb["cells"]:
        cell["metadata"] = {}


def run_with_outputs(nb):
    for number, cell in enumerate(nb["cells"]):
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x\n" * 50}]


def doubled(nb):
    nb["cells"] += [dict(cell) for cell in nb["cells"] if cell["cell_type"] == "code"]


def oldest(nb):
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    nb["worksheets"] = [{"cells": nb.pop("cells")}]


def in_a_zip(data):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hw2/hw2.ipynb", data)
        archive.writestr("__MACOSX/hw2/._hw2.ipynb", b"x")
    return packed.getvalue()


SAVES = (windows, listed, without_ids, run_with_outputs, doubled, oldest, lambda nb: None)


def saved(rng, nb):
    """Return the bytes of a notebook, saved in one of the ways that people have."""
    nb = json.loads(json.dumps(nb))
    rng.choice(SAVES)(nb)
    return (b"\xef\xbb\xbf" if rng.random() < 0.1 else b"") + json.dumps(nb).encode()


# --- Names ---------------------------------------------------------------------------------


def path_of(system, person, attempt, when, file):
    """Return what a system calls a file that a student hands in."""
    first, last = person.name.split(" ", 1)
    squeezed = "".join(c for c in (last + first).lower() if c.isalnum())
    late = "LATE_" if when > DUE else ""
    clock = f"{when:%b} {when.day}, {when.year} {int(f'{when:%I}')}{when:%M} {when:%p}"
    return {
        "Canvas": f"{squeezed}_{late}{person.number}_{90000 + 10 * person.number + attempt}_{file}",
        "Moodle": f"{person.name}_{7000 + person.number}_assignsubmission_file_/{file}",
        "Blackboard": f"HW_2_u{person.number}_attempt_{when:%Y-%m-%d-%H-%M-%S}_{file}",
        "Brightspace": f"{person.number}-55 - {person.name} - {clock}/{file}",
        "IDs": f"{person.id}/{file}",
    }[system]


# --- People --------------------------------------------------------------------------------


def answered(rng, person, mistakes):
    """Return a notebook with so many known mistakes, and the points that it is worth."""
    known = rng.sample(wrong.in_term(HOMEWORK), mistakes)
    known = list({item.answer: item for item in known}.values())
    lost = {name for item in known for name in item.loses}
    points = MOST - sum(test.points for test in HOMEWORK.tests if test.name in lost)
    return homework_class.with_wrong(HOMEWORK, person.id, *known), points


def hand_in(rng, person, system, attempt, hours, part):
    """Let a student hand in once more; the last one counts."""
    nb, points = answered(rng, person, rng.choice((0, 0, 1, 2)))
    data, file = saved(rng, nb), rng.choice(FILES)
    when = DUE + timedelta(hours=hours)
    if system == "Moodle" or (system == "IDs" and attempt):
        file = FILES[0]  # only the newest is there
    if rng.random() < 0.1:
        data, file = in_a_zip(data), "hw2.zip"
    person.files.append((part, path_of(system, person, attempt, when, file), data))
    person.times.append(when)
    person.so_far = round(points * LATE[hours], 2)


def in_time(rng, person, system):
    hand_in(rng, person, system, 0, rng.choice([h for h in LATE if h <= 0.1]), 0)


def late(rng, person, system):
    hand_in(rng, person, system, 0, rng.choice([h for h in LATE if h > 0.1]), 1)


def twice(rng, person, system):
    hand_in(rng, person, system, 0, -30, 0)
    hand_in(rng, person, system, 1, rng.choice([h for h in LATE if h > -30]), 1)


def same_again(rng, person, system):
    in_time(rng, person, system)
    person.files += [(1, path, data) for _, path, data in person.files]


def damaged(rng, person, system):
    hand_in(rng, person, system, 0, -1, 0)
    part, path, data = person.files.pop()
    person.files.append((part, path, data[: len(data) // 2]))
    person.so_far = None


def foreign(rng, person, system):
    hand_in(rng, person, system, 0, -1, 0)
    part, path, _ = person.files.pop()
    nb = {"cells": [homework_class.cell("print('my thesis')")]}
    person.files.append((part, path, json.dumps(nb).encode()))
    person.so_far = None


def a_picture(rng, person, system):
    path = path_of(system, person, 0, DUE, "photo.pdf")
    person.files.append((0, path, b"%PDF-1.7"))


def nothing(rng, person, system):
    pass


def misnamed(rng, person, system):
    hand_in(rng, person, system, 0, -1, 0)
    part, _, data = person.files.pop()
    person.files.append((part, f"homework of somebody {person.number}.ipynb", data))
    person.so_far = None


def anothers_id(rng, person, system):
    """Type somebody else's ID: this is marked as the name says, or not at all."""
    in_time(rng, person, system)
    part, path, _ = person.files.pop()
    nb, points = answered(rng, Person("m000", "", 0), 0)
    person.files.append((part, path.replace(".zip", ".ipynb"), homework_class.data(nb)))
    person.so_far = round(points, 2)


KINDS = {in_time: 8, late: 3, twice: 3, same_again: 1, damaged: 1, foreign: 1, a_picture: 1,
         nothing: 1, misnamed: 1, anothers_id: 1}  # fmt: skip
BLANK_OR_RIGHT = {"anothers_id"}


def people(rng, count, system):
    """Return a class, each student with what they hand in."""
    found = []
    kinds = list(KINDS) + rng.choices(list(KINDS), KINDS.values(), k=count)
    for number in range(count):
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}-{number}"
        person = Person(f"m{100 + number}", name, 1000 + number)
        kind = kinds[number]
        kind(rng, person, system)
        person.kind = kind.__name__
        found.append(person)
    return found


# --- A term --------------------------------------------------------------------------------


def write_course(folder, system, its_people, parts):
    """Write term and roster, and the folders of those parts of the hand-ins that have come."""
    homework_class.term_file(folder, system=f'"{system}"')
    head = "id,name,accounts,hw2_submitted,Section"
    rows = []
    for person in its_people:
        told = [
            t for (part, *_), t in zip(person.files, person.times, strict=False) if part in parts
        ]
        times = "; ".join(t.isoformat(sep=" ") for t in told)
        times = "" if system in ("Blackboard", "Brightspace") else times
        rows.append(f"{person.id},{person.name},{person.number} u{person.number},{times},A")
    homework_class.roster_file(folder, rows, head)
    for part in parts:
        for path, data in ((p, d) for one in its_people for at, p, d in one.files if at == part):
            target = folder / f"in{part}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def words(folder, part, *more):
    """Return the arguments of the command that takes in a part of a term."""
    course = ["--course", str(folder), "--target", str(folder / "out"), "--homework", "hw2"]
    return ["grade", str(folder / f"in{part}"), *course, *more]


def command(folder, part, *more):
    """Return the command that takes in a part of a term."""
    return [sys.executable, "-m", "tools.homework", *words(folder, part, *more)]


def grade(folder, part, *more):
    """Take in a part of a term; return the seconds, of a clock and of the processors."""
    start, before = time.monotonic(), computed()
    subprocess.run(command(folder, part, *more), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start, computed() - before


def computed():
    """Return the seconds that all programs computed that were started here and have ended.

    What a program leaves behind is waited for, too, once this process is its heir.
    """
    with contextlib.suppress(ChildProcessError):
        while HEIR:
            os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


HEIR = []


def kill_after(folder, part, seconds):
    """Take in a part of a term, and kill all of it after a while; the book stays whole."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command(folder, part), cwd=ROOT, start_new_session=True, **quiet)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if (folder / gradebook.FILE).exists():
        book = gradebook.Book(folder)
        sound = book.rows("PRAGMA integrity_check")
        book.close()
        assert [list(row.values()) for row in sound] == [["ok"]]


def table(folder):
    """Return grades.csv by student."""
    text = (folder / "out" / "grades.csv").read_text(encoding="utf-8-sig")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text))}


def unlike(its_people, rows):
    """Return a line for each student whose mark is neither as reckoned nor blank with a reason."""
    found = []
    for person in its_people:
        row = rows[person.id]
        mark, status = row["hw2 so far"], row["hw2 status"]
        wanted = "" if person.so_far is None else f"{person.so_far:g}"
        blank = mark == "" and status in ("refused", "no submission", "not marked")
        right = mark == wanted if wanted else blank
        if not right and not (blank and person.kind in BLANK_OR_RIGHT):
            found.append(f"{person.id}, {person.kind}: {mark!r} ({status}), reckoned {wanted!r}")
    return found


def term(folder, count, system, seed, kills, grade=grade):
    """Live through a term; return what is not as reckoned, and the seconds of its runs."""
    rng, took = random.Random(f"{seed} {system}"), {}
    its_people = people(rng, count, system)
    write_course(folder, system, its_people, [0])
    for _ in range(kills):
        kill_after(folder, 0, rng.uniform(2, 2 + count / 10))
    took["Friday"] = grade(folder, 0)
    friday = table(folder)
    write_course(folder, system, its_people, [0, 1])
    shutil.rmtree(folder / "in0")
    for _ in range(kills - 1):
        kill_after(folder, 1, rng.uniform(2, 2 + count / 20))
    grade(folder, 1, "--preview")
    assert table(folder) == friday
    took["Monday"] = grade(folder, 1)
    rows = table(folder)
    took["nothing new"] = grade(folder, 1)
    assert table(folder) == rows
    absent = [p.id for p in its_people if not any(part for part, *_ in p.files)]
    fell = [f"{who} has changed" for who in absent if friday[who] != rows[who]]
    return unlike(its_people, rows) + fell, took


def main(count):
    """Do a class from each system, a fifth of the students each, and one of all."""
    import ctypes

    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: be the heir of what is left behind
    HEIR.append(True)
    bad = []
    for system, size in [("Canvas", count), *((s, count // len(SYSTEMS)) for s in SYSTEMS)]:
        with tempfile.TemporaryDirectory() as name:
            found, took = term(Path(name), size, system, 26, kills=3)
        bad += found
        runs = ", ".join(f"{k} {w:.1f} s ({c:.1f} s computed)" for k, (w, c) in took.items())
        print(f"{system}, {size} students: {len(found)} marks not as reckoned; {runs}", flush=True)
        for line in found:
            print(line, flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 150))
