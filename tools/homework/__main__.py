"""The commands behind `make key`, `homework`, `grade`, `regrade`, `written`, `history`, `forget`.

What is not said on the command line is taken from the environment, where make puts what was typed.
"""

import argparse
import contextlib
import os
import sys
from collections import Counter
from pathlib import Path

from tools.homework import (
    check,
    copies,
    files,
    gradebook,
    grading,
    masters,
    out,
    runs,
    sandbox,
    story,
    term,
    written,
)

ROOT = Path(__file__).resolve().parents[2]


def hand_out(options):
    """Make student copies."""
    its_term = term.read_term(options.course / "term.toml")
    print(f"Making the students' copies for the term in {options.course / 'term.toml'}:")
    for name in options.names or masters.names():
        path = copies.write(name, its_term, options.target)
        print(f"  {path}\n  {path.with_suffix('.zip')}")
        if options.nbgrader:
            print(f"  {copies.write_for_nbgrader(name, its_term, options.target / 'nbgrader')}")


def check_masters(options):
    """Say what the masters lack; return 1 if they lack anything."""
    code = 0
    for name, faults in check.check(options.names):
        head = f"{name}: {len(faults)} faults" if faults else f"{name}: in order"
        print("\n  ".join([head, *faults]))
        code = code or bool(faults)
    return code


def key(options):
    """Print a new key for a term."""
    print(f'key = "{term.new_key()}"')


def grade(options):
    """Take in what a class handed in, mark what is new, and say what has changed."""
    again = " ".join(options.students).split() if options.command == "regrade" else ()
    if options.command == "regrade" and not again:
        raise term.BadFile('Name whom to mark again: make regrade STUDENTS="s01 s02"')
    words = options.submissions, options.course, options.target, options.homework
    run = runs.grade(*words, again, options.preview, options.written or "")
    lines = [*summary_lines(run), *change_lines(run.changed)]
    print("\n".join(files.visible(line) for line in lines))
    for path in sorted(run.target.glob(f"{run.homework.name}-*")):
        print(f"  {path}")
    print(f"  {run.target / 'grades.csv'}")
    if options.preview:
        print("A preview: nothing has changed. Without PREVIEW=1 it counts.")


def summary_lines(run):
    """Return what stands on top: how many have what, and what needs the instructor."""
    counts = Counter(result.status for result in run.results)
    desk, failed = run.desk, [r.student.id for r in run.results if r.status == grading.FAILED]
    lines = [f"Whose is it? {path}: {why}" for path, why in desk.unclear.items()]
    lines += ["Say so in whose.csv, a line `file,id` each."] if lines else []
    lines += [f"Not marked, for a reason of ours: {', '.join(failed)}"] if failed else []
    ours = {m.test for r in run.results for m in r.marks if m.points is None}
    lines += [f"Our own test fails, and nobody is marked by it: {name}" for name in sorted(ours)]
    some = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    lines.append(f"{run.homework.name}, {run.new_files} new files: {some}.")
    if desk.refused or desk.unmatched:
        few = f"{len(desk.refused)} files refused, {len(desk.unmatched)} match nobody"
        lines.append(f"{few}: see {run.homework.name}-summary.html.")
    return lines + run.said


def change_lines(changed, most=20):
    """Return a line for every mark that is not what it was, and how many are new."""
    rows = out.change_rows(changed)
    first = {row["id"] for row in rows if row["first"]}
    lines = [
        f"  {row['id']}: {row['homework']} {row['what']} {row['was'] or '(empty)'} -> "
        f"{row['is'] or '(empty)'}" + (f" ({row['why']})" if row["why"] else "")
        for row in rows
        if not row["first"]
    ]
    more = [f"  and {len(lines) - most} more"] if len(lines) > most else []
    news = [f"New in the gradebook: {len(first)} students."] if first else []
    return news + (["Changed:", *lines[:most], *more] if lines else ["No mark has changed."])


def mark_written(options):
    """Make the page on which people mark the written answers."""
    path, count = written.draw(options.course, options.target, options.homework)
    print(f"{count} written answers. Open the page in a browser, mark, and save:\n  {path}")
    print("  make grade WRITTEN=the-saved-table takes the marks in.")


def history(options):
    """Tell all that the gradebook knows of one student."""
    with contextlib.closing(story.existing(options.course)) as book:
        zone = term.read_term(options.course / "term.toml").zone
        print("\n".join(map(files.visible, story.history(book, one_student(options), zone))))


def forget(options):
    """Erase a student from the gradebook, its backups, and what was drawn."""
    lines = story.forget(options.course, options.target, one_student(options))
    print("\n".join(map(files.visible, lines)))


def one_student(options):
    """Return the one student who was named."""
    who = " ".join(options.student).strip()
    if not who:
        raise term.BadFile(f"Name the student: make {options.command} STUDENT=s01")
    return who


def typed(name):
    """Return what was typed after a variable of make, None if nothing was."""
    return os.environ.get(name) or None


def on_marks(commands, name, words, run):
    """Add a command that reads or draws marks; return it."""
    command = commands.add_parser(name, help=words)
    command.add_argument("--target", type=Path, default=ROOT / "build" / "grades")
    command.set_defaults(run=run)
    return command


def parser():
    """Return the parser of the command line."""
    main = argparse.ArgumentParser(prog="homework", description=__doc__)
    commands = main.add_subparsers(dest="command", required=True)
    copy = commands.add_parser("copies", help="make student copies")
    copy.add_argument("names", nargs="*", metavar="hw1")
    copy.add_argument(
        "--nbgrader",
        action="store_true",
        default=bool(typed("NBGRADER")),
        help="also make nbgrader's sources",
    )
    copy.add_argument("--target", type=Path, default=ROOT / "build" / "homework")
    copy.set_defaults(run=hand_out)
    command = commands.add_parser("check", help="say what a changed master lacks")
    chosen = (typed("HOMEWORK") or "").split() or masters.names()
    command.add_argument("names", nargs="*", default=chosen, metavar="hw1")
    command.set_defaults(run=check_masters)
    commands.add_parser("key", help="make a key for a new term").set_defaults(run=key)
    for name, words in (("grade", "mark a class"), ("regrade", "mark some students again")):
        command = on_marks(commands, name, words, grade)
        command.add_argument(
            "submissions", nargs="?", default=typed("SUBMISSIONS"), help="a folder or a zip"
        )
        command.add_argument("--homework", choices=masters.names(), default=typed("HOMEWORK"))
        command.add_argument("--students", nargs="*", default=[typed("STUDENTS") or ""])
        command.add_argument("--written", default=typed("WRITTEN"), help="tables of written marks")
        command.add_argument("--preview", action="store_true", default=bool(typed("PREVIEW")))
    command = on_marks(
        commands, "written", "make the page for marking written answers", mark_written
    )
    command.add_argument("--homework", choices=masters.names(), default=typed("HOMEWORK"))
    for name, words, run in (
        ("history", "tell what is known of one student", history),
        ("forget", "erase one student", forget),
    ):
        command = on_marks(commands, name, words, run)
        command.add_argument("student", nargs="*", default=[typed("STUDENT") or ""])
    for command in commands.choices.values():
        folder = Path(typed("COURSE") or ROOT / "homework")
        command.add_argument("--course", type=Path, default=folder)
    return main


def main(arguments=None):
    """Run one command and return the exit code."""
    options = parser().parse_args(arguments)
    for name, value in vars(options).items():
        if isinstance(value, Path):
            setattr(options, name, value.expanduser())
    try:
        return int(options.run(options) or 0)
    except (term.BadFile, sandbox.NoSandbox, gradebook.Broken, FileNotFoundError) as error:
        print(files.visible(str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What is marked is kept: run it again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
