"""The commands behind `make homework`, `make grade` and `make regrade`.

What is not said on the command line is taken from the environment, where make puts what was typed.
"""

import argparse
import os
import sys
from pathlib import Path

from tools.homework import copies, files, grading, masters, sandbox, term

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


def grade(options):
    """Mark a class, or some students again."""
    again = " ".join(options.students).split() if options.command == "regrade" else ()
    if options.command == "regrade" and not again:
        raise term.BadFile('Name whom to mark again: make regrade STUDENTS="s01 s02"')
    if not str(options.submissions or ""):
        raise term.BadFile("Name the submissions: make grade SUBMISSIONS=folder-or-zip")
    options.submissions = Path(options.submissions).expanduser()
    options.target.mkdir(parents=True, exist_ok=True)
    homework, results, desk, changed = grading.grade(
        options.submissions, options.course, options.target, options.homework, again
    )
    if again or changed:
        lines = [f"  {files.visible(line)}" for line in changed]
        print("\n".join(lines) or "No mark has changed.")
    marked = sum(result.status == grading.MARKED for result in results)
    print(
        f"{homework.name}: marked {marked} of {len(results)}; {len(desk.refused)} files refused, "
        f"{len(desk.unmatched)} match nobody."
    )
    print(f"  {options.target / 'grades.csv'}")
    if not again:
        print(f"  {options.target / f'{homework.name}-summary.html'}")
    print(f"  {options.target / 'feedback' / homework.name}")


def typed(name):
    """Return what was typed after a variable of make, None if nothing was."""
    return os.environ.get(name) or None


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
    for name, words in (("grade", "mark a class"), ("regrade", "mark some students again")):
        command = commands.add_parser(name, help=words)
        command.add_argument(
            "submissions", nargs="?", default=typed("SUBMISSIONS"), help="a folder or a zip"
        )
        command.add_argument("--homework", choices=masters.names(), default=typed("HOMEWORK"))
        command.add_argument("--target", type=Path, default=ROOT / "build" / "grades")
        command.add_argument("--students", nargs="*", default=[typed("STUDENTS") or ""])
        command.set_defaults(run=grade)
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
        options.run(options)
    except (term.BadFile, sandbox.NoSandbox, FileNotFoundError) as error:
        print(files.visible(str(error)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
