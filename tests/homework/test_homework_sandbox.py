"""Hostile submissions get what their honest part deserves, learn nothing and leave nothing.

All of them are marked as one class, so that they also show that none harms another.
"""

import contextlib
import json
import os
import socket
import time
from pathlib import Path

import homework_class
import pytest
from tools.homework import (
    calls,
    grading,
    marking,
    masters,
    own,
    plain,
    runs,
    sandbox,
    submissions,
)

HOMEWORK = masters.choose("hw1", homework_class.KEY)
MOST = sum(test.points for test in HOMEWORK.tests)
MOST_SECONDS = 60
QUESTIONS = {masters.parts(masters.cell_id(cell))[0]: cell for cell in HOMEWORK.answers}
NUMBER = QUESTIONS["horizon"]  # its answer is a function that returns a number
FUNCTION = masters.asked_names(NUMBER)[0][0]
LOST = HOMEWORK.questions["horizon"]


def answer(body):
    """Return an answer to the first question with this body."""
    lines = "\n".join(f"    {line}" for line in body.strip().split("\n"))
    return f"def {FUNCTION}(*values):\n{lines}"


FORGED_REPLIES = """
import json, os
def frame(message):
    data = json.dumps(message).encode()
    return len(data).to_bytes(4, "big") + data
for fd in range(3, 20):
    for number in range(60):
        for message in ({"id": number, "value": 7}, {"id": number, "score": 100}):
            try:
                os.write(fd, frame(message))
            except OSError:
                pass
"""
DEEP = """
import os
data = b'{"id": 3, "value": ' + b"[" * 900_000 + b"]" * 900_000 + b"}"
for fd in range(3, 20):
    try:
        os.write(fd, len(data).to_bytes(4, "big") + data)
    except OSError:
        pass
"""
SEARCH = f"""
import os
word, found = b"{masters.MARKER[:4]}" + b"{masters.MARKER[4:]}", []
for top in ("/", "/proc", "/home", "/root", "/etc", "/tmp", "/course", "/worker"):
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if f not in ("usr", "python", "packages")]
        for file in files:
            path = os.path.join(folder, file)
            if os.path.isfile(path):
                text = open(path, "rb").read(10**6)
                if word in text or b"BEGIN HIDDEN" in text and b"BEGIN SOL" in text:
                    found.append(path)
found = " ".join(found)
seen = " ".join(sorted(os.listdir("/")))
others = " ".join(sorted(os.listdir("/dev")))
"""

# Cells that attack before honest answers, which must get all points.
CELLS = {
    "a loop that swallows interrupts": """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    "a huge allocation": "x = bytearray(10**12)",
    "a list that grows for ever": "x = []\nwhile True:\n    x.append(bytearray(10**7))",
    "a huge array, touched": "import numpy as np\nx = np.ones(10**10)",
    "a fork storm": "import os\nwhile True:\n    os.fork()",
    "a thread storm": """
import threading, time
for _ in range(1000):
    threading.Thread(target=time.sleep, args=(99,)).start()
""",
    "another program": "import subprocess\nsubprocess.run(['sleep', '99'])",
    "os._exit": "import os\nos._exit(0)",
    "sys.exit": "import sys\nsys.exit(0)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "kills its parent and all": """
import os, signal
for target in (os.getppid(), 1, -1, 0):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        pass
""",
    "a crash of the interpreter": """
import sys
sys.setrecursionlimit(10**9)
def f():
    return f()
f()
""",
    "an endless recursion": "def f():\n    return f()\nf()",
    "a flood on standard output": """
import os, sys
for _ in range(2000):
    print("x" * 10**6)
    os.write(1, b"x" * 10**6)
    sys.stderr.write("y" * 10**6)
""",
    "a flood on the pipe": """
import os
for fd in range(3, 20):
    try:
        while True:
            os.write(fd, b"x" * 10**6)
    except OSError:
        pass
""",
    "forged replies ahead of time": FORGED_REPLIES,
    "deep JSON on the pipe": DEEP,
    "fills the disk": """
for number in range(100):
    with open(f"/tmp/{number}", "wb") as file:
        file.write(b"x" * 10**6)
""",
    "files too large": "open('/tmp/large', 'wb').write(bytes(10**8))",
    "closes all files": """
import os
for fd in range(3, 64):
    try:
        os.close(fd)
    except OSError:
        pass
""",
    "no Python at all": "this is )( not Python \x00",
    "a line for the shell": "!rm -rf /\n%matplotlib inline\nx = 1",
    "surrogates": "x = '\ud800'",
}
# Attacks by the answer to the first question, which must lose its points and no others.
ANSWERS = {
    "a loop in a function": answer(
        "while True:\n    try:\n        pass\n    except BaseException:\n        pass"
    ),
    "os._exit in a function": answer("import os\nos._exit(0)"),
    "a number that says it equals all": """
class Yes(float):
    def __eq__(self, other): return True
    def __le__(self, other): return True
    def __sub__(self, other): return Yes(0)
    def __abs__(self): return Yes(0)
    __hash__ = None
"""
    + answer("return Yes(3)"),
    "an object that says yes to all": """
class Liar:
    def __getattr__(self, name): return lambda *words: True
    def __eq__(self, other): return True
    def __bool__(self): return True
"""
    + answer("return Liar()"),
    "an array that lies": """
import numpy as np
class Array(np.ndarray):
    def __array_wrap__(self, *words): return True
"""
    + answer("return np.zeros(3).view(Array)"),
    "redefined functions and asserts": """
import builtins, numpy as np
np.allclose = np.isclose = np.array_equal = lambda *words, **options: True
np.abs = np.linalg.norm = lambda *words, **options: 0.0
builtins.abs = lambda value: 0
builtins.isinstance = lambda *words: True
AssertionError = Exception
"""
    + answer("return 10**6"),
    "a replaced worker": """
import sys
main, plain = sys.modules["__main__"], sys.modules["tools.homework.plain"]
main.Answers.reply = lambda self, request: {"value": True, "points": 3, "score": 3}
plain.encode = lambda *words: True
"""
    + answer("return True"),
    "forged scores": """
points = score = total = mark = 3
import json
for name in ("grades.csv", "marks.json", "/tmp/grades.csv"):
    try:
        json.dump({"points": 3}, open(name, "w"))
    except OSError:
        pass
"""
    + answer('return {"points": 3, "score": 1.0, "value": True}'),
    "an error that tells": answer("raise ValueError('LEAK ' + repr(values))"),
    "a kind of error that tells": answer("raise type('LEAK' + repr(values[:1]), (Exception,), {})"),
    "a very long answer": answer("return 'x' * 10**9"),
    "a very deep answer": answer("x = []\nfor _ in range(10**5):\n    x = [x]\nreturn x"),
    "a list within itself": answer("x = []\nx.append(x)\nreturn x"),
    "a number of a million digits": answer("return 10**(10**6)"),
    "not a number": answer("return float('nan')"),
    "nothing": answer("return None"),
    "reads the disk": SEARCH + answer("return len(found)"),
    "calls home": "HOME",
}
CASES = [*CELLS, *ANSWERS]
DESERVED = {"a replaced worker": 0}  # which breaks all other answers, too


def with_cell_first(nb, source):
    """Return a notebook with one more cell before all answers."""
    nb.cells.insert(1, {"cell_type": "code", "source": source, "metadata": {}, "outputs": []})
    return nb


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Mark all hostile submissions as a class; return points, seconds and feedback by case."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "in").mkdir()
    homework_class.term_file(folder)
    homework_class.roster_file(
        folder, [f"c{number},{number}" for number in range(len(CASES) + 1)], "id,x"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        home = f"import socket\nsocket.create_connection({server.getsockname()}, 2).send(b'x')"
        for number, case in enumerate([*CASES, "honest"]):
            if case in CELLS:
                nb = with_cell_first(homework_class.solved(HOMEWORK), CELLS[case])
            else:
                code = ANSWERS.get(case)
                code = answer(home) if code == "HOME" else code
                changed = {masters.cell_id(NUMBER): code} if code else {}
                nb = homework_class.solved(HOMEWORK, answers=changed)
            (folder / "in" / f"c{number}.ipynb").write_bytes(homework_class.data(nb))
        before, seconds = left_behind(), {}
        results = mark_timed(folder, seconds)
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
    assert nothing_new(*before)
    points = {r.student.id: sum(m.points for m in r.marks) for r in results}
    pages = {p.stem: p.read_text(encoding="utf-8") for p in folder.rglob("feedback/hw1/*.html")}
    names = {case: f"c{number}" for number, case in enumerate([*CASES, "honest"])}
    return {case: (points[who], seconds[who], pages[who]) for case, who in names.items()}


def mark_timed(folder, seconds):
    """Mark the class and note how long each student took."""
    plainly = grading.try_to_mark

    def timed(homework, attempt, *words):
        start = time.monotonic()
        try:
            return plainly(homework, attempt, *words)
        finally:
            seconds[attempt.student.id] = time.monotonic() - start

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "try_to_mark", timed)
        return runs.grade(folder / "in", folder, folder / "out", "hw1").results


def left_behind():
    """Return what hostile code could leave on the machine: programs of ours, and files.

    Other test processes may be marking at the same time; what they started is theirs.
    """
    started = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_ours(pid)]
    paths = map(Path, ("/outside", "/tmp/large", "/tmp/grades.csv"))
    return started, [path for path in paths if path.exists()]


def nothing_new(programs, files=()):
    """Tell whether, after a moment, nothing is left behind that was not there before."""
    end = time.monotonic() + 5  # killed processes take a moment to go
    while time.monotonic() < end:
        now = left_behind()
        if set(now[0]) <= set(programs) and set(now[1]) <= set(files):
            return True
        time.sleep(0.05)
    return False


def is_ours(pid):
    """Tell whether a process is a sandbox that this process started, or that has lost its own."""
    if "tools.homework.worker" not in command_of(pid):
        return False
    while pid > 1 and pid != os.getpid():
        pid = parent_of(pid)
    return pid in (0, 1, os.getpid())


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def parent_of(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_submission_gets_what_its_honest_part_deserves(hostile, case):
    points, seconds, page = hostile[case]
    assert points == DESERVED.get(case, MOST if case in CELLS else MOST - LOST)
    assert seconds < MOST_SECONDS
    assert "LEAK" not in page


def test_the_hostile_table(hostile, capsys):
    with capsys.disabled():
        if os.environ.get("HOSTILE_TABLE"):
            for case, (points, seconds, _) in hostile.items():
                print(f"{case:40s} {points:3g} of {MOST:g} {seconds:6.1f} s")
    assert hostile["honest"][0] == MOST


def test_feedback_shows_no_hidden_test(hostile):
    lines = {line.strip() for test in HOMEWORK.tests for line in test.code.split("\n")}
    given = {
        line.strip()
        for cell in HOMEWORK.nb.cells
        for line in masters.student_source(cell).split("\n")
    }
    for _, _, page in hostile.values():
        assert not [line for line in lines - given if len(line) > 12 and line in page]
        assert masters.MARKER not in page


def test_the_sandbox_holds_no_homework_and_little_else():
    with sandbox.Session([SEARCH]) as session:
        assert session.problems == {}
        assert session.get("found") == ""
        assert set(session.get("seen").split()) <= {
            *("bin", "course", "dev", "lib", "lib64", "packages", "python", "tmp", "usr", "worker")
        }
        assert session.get("others") == "null random urandom zero"


def test_all_processes_end_with_the_sandbox():
    with sandbox.Session(["x = 1"]) as session:
        assert left_behind()[0]
        process = session.worker.process
    assert process.poll() is not None
    assert nothing_new([])


def test_a_cell_that_broke_a_sandbox_is_not_run_again_and_costs_only_itself():
    cells = ["x = 1", "import os\nos._exit(0)", "y = x + 1", "z = undefined"]
    with sandbox.Session(cells) as session:
        assert (session.get("x"), session.get("y")) == (1, 2)
        assert session.problems.keys() == {1, 3}
        assert session.problems[1] == "it died"
        assert "undefined" in session.problems[3]


def test_a_function_that_broke_a_sandbox_costs_only_itself():
    cells = ["import os\ndef bad():\n    os._exit(0)\ndef good(x):\n    return 2 * x"]
    with sandbox.Session(cells) as session:
        for _ in range(2):
            with pytest.raises(sandbox.Broken, match="died"):
                session.call("bad")
        assert session.call("good", 4) == 8


def test_memory_for_one_student_is_bounded():
    with sandbox.Session(["x = bytearray(3 * 2**30)"]) as session:
        assert session.problems[0].startswith("MemoryError")


def test_time_for_one_student_is_bounded(monkeypatch):
    monkeypatch.setattr(sandbox, "CELL_SECONDS", 1)
    loops = [f"x = {number}\nwhile True:\n    pass" for number in range(50)]
    start = time.monotonic()
    session = sandbox.Session([*loops, "y = 1"], seconds=4)
    with session, pytest.raises(sandbox.Broken, match="too late"):
        session.get("y")
    assert time.monotonic() - start < 4 + 3


def test_unseeded_random_numbers_are_the_same_every_time():
    numbers = "random.random(), np.random.rand(), np.random.default_rng().random()"
    cell = f"import random, numpy as np\nx = [{numbers}]"
    values = []
    for _ in range(2):
        with sandbox.Session([cell]) as session:
            values.append(session.get("x"))
    assert values[0] == values[1]


def test_the_package_and_matplotlib_can_be_used():
    cells = [
        "from longterm import scalar\nx = scalar.powers(0.5, 2)[-1]",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\ny = 1",
        "%%time\nz = 3",
    ]
    with sandbox.Session(cells) as session:
        assert session.problems == {}
        assert [session.get(name) for name in "xyz"] == [0.25, 1, 3]


def test_without_bubblewrap_nothing_is_marked_and_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    with pytest.raises(sandbox.NoSandbox, match="sudo apt install bubblewrap"):
        sandbox.probe()


def test_the_sandbox_of_this_machine_passes_the_probe():
    sandbox.probe()


@pytest.mark.parametrize(
    ("option", "hole"),
    [(None, "call (add_key|keyctl|unshare)"), ("--unshare-pid", "machine")],
)
def test_the_probe_sees_a_sandbox_with_a_hole(monkeypatch, option, hole):
    if os.geteuid():
        pytest.skip("as another user all namespaces come with one option")
    words = sandbox.command()
    if option:
        words.remove(option)
    else:
        monkeypatch.setattr(calls, "FILES", calls.FILES + " add_key keyctl unshare socket")
        monkeypatch.setattr(calls, "program", calls.program.__wrapped__)
    monkeypatch.setattr(sandbox, "command", lambda: words)
    with pytest.raises(sandbox.NoSandbox, match=hole):
        sandbox.probe()


def test_a_sandbox_that_does_not_start_costs_no_student_a_point(monkeypatch):
    test = HOMEWORK.tests[0]
    with sandbox.Session(marking.program(HOMEWORK, "s1", marking.solutions(HOMEWORK))) as session:
        session.close()
        monkeypatch.setattr(sandbox, "command", lambda: ["no such program"])
        with pytest.raises(sandbox.NoSandbox):
            marking.mark(HOMEWORK, test, "s1", session)


def test_no_error_of_ours_stops_a_class(monkeypatch):
    monkeypatch.setattr(grading, "mark_attempt", lambda *words: 1 / 0)
    assert grading.try_to_mark(None, None)["failed"].startswith("ZeroDivisionError")


def test_what_a_student_gets_depends_on_nothing_that_the_notebook_claims():
    nb = homework_class.blank(HOMEWORK)
    for cell in nb.cells:
        settings = masters.settings(cell)
        settings.update(points=1000, grade=True, score=1000)
        if cell.cell_type == "code" and masters.cell_id(cell).endswith(("-test", "-far")):
            cell.source = "pass"
    handed = submissions.Handed("x.ipynb", homework_class.data(nb))
    work = own.own_work(submissions.notebook_cells(handed), HOMEWORK)
    with sandbox.Session(marking.program(HOMEWORK, "s1", work.cells)) as session:
        assert {m.points for m in marking.mark_all(HOMEWORK, "s1", session)} == {0}


MACHINE_CODE = """
import ctypes, mmap
libc, page = ctypes.CDLL(None), mmap.mmap(-1, 4096, prot=7)
page.write(b"\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3")  # mov eax, 20; int 0x80; ret
getpid_of_32_bits = ctypes.CFUNCTYPE(ctypes.c_long)(
    ctypes.addressof(ctypes.c_char.from_buffer(page)))
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="left out: other calls of x86-64")
@pytest.mark.parametrize("call", ["getpid_of_32_bits()", "libc.syscall(0x40000000 + 39)"])
def test_another_kind_of_system_call_is_no_way_around_the_filter(call):
    with sandbox.Session([f"{MACHINE_CODE}{call}"]) as session:
        assert session.problems == {0: "it died"}


# --- Honest work beside the worst ----------------------------------------------------------

ENDS_SOON = (
    "a list that grows for ever",
    "a fork storm",
    "os._exit",
    "forged replies ahead of time",
    "deep JSON on the pipe",
    "closes all files",
)
WORST = (
    *ENDS_SOON,
    "a loop that swallows interrupts",
    "a huge array, touched",
    "a thread storm",
    "kills its parent and all",
    "a crash of the interpreter",
    "an endless recursion",
    "a flood on standard output",
    "a flood on the pipe",
    "fills the disk",
    "a loop in a function",
    "a very long answer",
    "a very deep answer",
    "a number of a million digits",
    "reads the disk",
)


def class_beside(folder, honest, hostile):
    """Mark so many honest hand-ins beside hostile ones; return points and seconds of the honest."""
    (folder / "in").mkdir(parents=True)
    homework_class.term_file(folder)
    people = [f"h{n:03}" for n in range(honest)] + [f"x{n}" for n in range(len(hostile))]
    homework_class.roster_file(folder, [f"{who}," for who in people], "id,name")
    nb = homework_class.data(homework_class.solved(HOMEWORK))
    for who in people[:honest]:
        (folder / "in" / f"{who}.ipynb").write_bytes(nb)
    for who, case in zip(people[honest:], hostile, strict=True):
        (folder / "in" / f"{who}.ipynb").write_bytes(homework_class.data(attacking(case)))
    seconds = {}
    results = mark_timed(folder, seconds)
    points = {r.student.id: sum(m.points for m in r.marks) for r in results[:honest]}
    return points, sorted(seconds[who] for who in points)


def attacking(case):
    """Return a notebook with this attack."""
    if case in CELLS:
        return with_cell_first(homework_class.solved(HOMEWORK), CELLS[case])
    return homework_class.solved(HOMEWORK, answers={masters.cell_id(NUMBER): ANSWERS[case]})


def test_honest_work_gets_its_marks_in_its_time_beside_the_worst(tmp_path, capsys):
    """Here eight beside six that end soon; `nox -s storm` has a hundred beside the twenty worst."""
    full = int(os.environ.get("STORM", "0"))
    honest, hostile = (full, WORST) if full else (8, ENDS_SOON)
    before, start = left_behind(), time.monotonic()
    alone, seconds = class_beside(tmp_path / "alone", honest, ())
    middle = time.monotonic()
    beside, longer = class_beside(tmp_path / "beside", honest, hostile)
    took, more = middle - start, time.monotonic() - middle
    with capsys.disabled():
        if full:
            print(f"\nHonest work alone {took:.0f} s, beside the worst {more:.0f} s; one of it")
            print(f"{seconds[honest // 2]:.2f} s alone, {longer[honest // 2]:.2f} s beside them")
    assert beside == alone == dict.fromkeys(alone, MOST)
    slack = 0 if full else 1  # the first of few bear what starting costs
    assert longer[honest // 2] <= 1.3 * seconds[honest // 2] + slack
    assert more <= took + 10 * len(hostile)
    assert nothing_new(*before)


# --- The pipe ------------------------------------------------------------------------------


def test_values_come_back_as_they_were_sent():
    import numpy as np

    arrays = [np.arange(6.0).reshape(2, 3), np.array(2 + 1j), np.zeros((0, 3)), np.array([True])]
    plain_values = [None, True, 3, -(10**30), 0.1, "ä", [1, [2.5]], 1 - 2j, float("inf")]
    for value in plain_values:
        again = plain.decode(plain.unpack(plain.pack({"v": plain.encode(value)})[4:])["v"])
        assert again == value
        assert type(again) is type(value)
    for value in arrays:
        again = plain.decode(plain.unpack(plain.pack({"v": plain.encode(value)})[4:])["v"])
        np.testing.assert_array_equal(again, value)
        assert again.dtype == value.dtype
    assert np.isnan(plain.decode(plain.encode(float("nan"))))


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, {3}, b"x", len, __import__("decimal").Decimal(1)]
)
def test_nothing_but_plain_values_is_sent(value):
    with pytest.raises(plain.NotPlain):
        plain.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"[1]",
        b"nonsense",
        b'{"v": NaN}',
        b'{"v": ' + b"[" * 10**6,
        b'{"v": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"v": ' + b"9" * 10**5 + b"}",
        b"\xff\xfe",
    ],
)
def test_messages_that_are_not_proper_are_refused(data):
    with pytest.raises(plain.NotPlain):
        plain.decode(plain.unpack(data)["v"])


@pytest.mark.parametrize(
    "content",
    [
        b'"' + b'\\"' * 900_000,
        b'"' * 1_900_000,
        b"[" * 1_900_000,
        b"[" + b"[]," * 600_000 + b"[]]",
        b"{" * 1_900_000,
        b'["' + b"x" * 10**6 + b'"' + b',""' * 250 + b"]",
        b'{"complex": [1' + b"0" * 400 + b", 0]}",
        b"\n" * 1_900_000,
    ],
)
def test_reading_a_hostile_reply_takes_a_moment(content):
    start = time.process_time()
    with contextlib.suppress(plain.NotPlain):
        value = plain.decode(plain.unpack(b'{"v": ' + content + b"}")["v"])
        assert len(json.dumps(marking.summary(value))) < 10**5
    assert time.process_time() - start < 2


def test_a_kind_of_error_is_one_of_our_own_list():
    forge = """
import sys
sys.modules["__main__"].message_of = lambda error: ("LEAK", "LEAK")
def bad(x): raise ValueError(x)
"""
    with sandbox.Session([forge]) as session, pytest.raises(sandbox.StudentError) as error:
        session.call("bad", 1)
    assert error.value.args[0] == "an error of its own"


def test_a_cell_says_nothing_after_the_first_question():
    """What a function is asked could come back as the error of a cell that is run again."""
    cells = ["import os\ndef f(x):\n    os._exit(0)", "import os\nraise ValueError(os.getpid())"]
    with sandbox.Session(cells) as session:
        before = dict(session.problems)
        session.cells[1] = "raise ValueError('LEAK')"
        for name in ("f", "other"):
            with pytest.raises((sandbox.Broken, sandbox.StudentError)):
                session.call(name, 1)
        assert session.problems == before


def test_no_exception_of_ours_leaves_a_worker(monkeypatch):
    with sandbox.Session(["x = 1"]) as session:
        process = session.worker.process
        monkeypatch.setattr(plain, "decode", lambda value: 1 / 0)
        with pytest.raises(sandbox.Broken, match="nonsense"):
            session.get("x")
        assert process.poll() is not None


@pytest.mark.parametrize(
    "value",
    [
        {"array": ["|O", [1], "AAAAAAAAAAA="]},
        {"array": ["<U1", [1], "AAAAAA=="]},
        {"array": ["<f8", [10**9], "AAAA"]},
        {"array": ["<f8", [-1], ""]},
        {"array": ["<f8", [1], "AAAA"]},
        {"array": ["<f8", [True], "AAAAAAAAAAA="]},
        {"array": [["<f8"], [1], "AAAAAAAAAAA="]},
        {"float": "1e5"},
        {"complex": [1, "x"]},
        {"complex": [1]},
        {"object": 1},
        {},
        {"float": "nan", "complex": [1, 2]},
    ],
)
def test_values_that_are_not_proper_are_refused(value):
    with pytest.raises(ValueError, match=r"\w"):
        plain.decode(value)
