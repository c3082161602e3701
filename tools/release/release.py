"""Make a frozen bundle of the course for a term, the same bytes wherever it is made.

`python -m tools.release.release make` writes a folder below build/release/ from the last commit,
and nothing that is not committed. `check FOLDER` installs a bundle into a fresh environment;
`compare A B` says what differs between two.
"""

import argparse
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import venv
import zipfile
from pathlib import Path

from tools.book import build_book
from tools.homework import copies, masters, term
from tools.release import try_colab
from tools.site import vendor

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "build" / "release"
NAME = "long-term-dependencies"
TOOLS = ("build==1.6.1", "setuptools==84.2.1", "uv==0.13.9")
OLDEST_PYTHON = "3.11.5"  # the oldest that all pins have
SUMS = "SHA256SUMS"
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,.-]+\])?==(\S+)", re.MULTILINE)
# Sphinx's own notes for its next build; no page needs them, and they name folders.
NOT_IN_SITE = (".buildinfo", ".buildinfo.bak")
# A repository or an address that the environment names would be written into the pages.
FORGOTTEN = ("GITHUB_", "BOOK_BASE_URL")

README = """\
Long-Term Dependencies {version}, from commit {commit}

For everybody
  site.zip          the book: unpack it and open index.html in a browser; no server, no network
  homework/         one zip a homework, to be handed out: no solution, no hidden test, with the
                    versions, dates and late rule of homework/term.toml

To run the notebooks on exactly these versions, Python {python} or newer
  python -m venv env
  env/bin/pip install --require-hashes -r requirements.lock
  env/bin/pip install --no-deps {wheel}
  The lock holds all that tests need, too, for Linux, macOS and Windows.

For you alone
  source.tar.gz     all files of the commit, with the masters, their solutions and the term's key
  {sdist}  the package's source, as PyPI takes it

{sums} has the checksums: sha256sum --check {sums}

The same commit gives the same bytes, in any folder and at any time, with the same Python and
zlib. Another zlib may compress otherwise; `compare A B` then finds the
contents alike. RELEASING.md in the source says what may change within a term.
"""


class CannotRelease(Exception):
    """A bundle that must not be made; the message says why."""


# --- The commit --------------------------------------------------------------------------


def git(*words, root=ROOT):
    """Return the bytes that a git command prints; line ends and modes are the repository's."""
    settings = ("core.autocrlf=false", "core.eol=lf", "tar.umask=0022")
    options = [word for setting in settings for word in ("-c", setting)]
    command = ["git", "-C", str(root), *options, *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def refuse_changes(root=ROOT):
    """Refuse a tree with changes: a bundle has what is committed, and its maker may not know."""
    changed = git("status", "--porcelain", root=root).decode()
    if changed:
        raise CannotRelease(f"Commit or put away these changes first:\n{changed.rstrip()}")


def label(version, commit, tags):
    """Return what the bundle's folder is called; only a tagged commit is a version."""
    return f"{NAME}-{version}" + ("" if f"v{version}" in tags else f"+{commit[:9]}")


def version_of(source):
    """Return the version that pyproject.toml states."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
    return project["project"]["version"]


# --- Archives with the same bytes everywhere -----------------------------------------------


def zip_folder(folder, target, seconds):
    """Zip a folder's files in order of their names, all of one time and mode."""
    moment = max(time.gmtime(seconds)[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted_files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), moment)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)


def sorted_files(folder):
    """Return all files below a folder in order of their names, whatever the system's order."""
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def gzipped(data):
    """Return compressed bytes without a time or a name."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def settled_tar(data, seconds):
    """Return a gzipped tar with the same files, in order, of nobody and of one time."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(data)) as old,
        tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as new,
    ):
        for member in sorted((m for m in old if m.isfile()), key=lambda m: m.name):
            entry = tarfile.TarInfo(member.name)
            entry.size, entry.mtime, entry.mode = member.size, seconds, 0o644
            new.addfile(entry, old.extractfile(member))
    return gzipped(out.getvalue())


# --- The lock ----------------------------------------------------------------------------


def normal(name):
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text):
    """Return the exact version of each package that a constraints or lock file names."""
    return {normal(name): version for name, version in PIN.findall(text)}


def lock_faults(lock, constraints):
    """Return what keeps a lock from being complete: a pin left out or moved, or without a hash."""
    wanted, locked = pins(constraints), pins(lock)
    faults = [
        f"{name}=={version} is locked as {locked.get(name)}"
        for name, version in wanted.items()
        if locked.get(name) != version
    ]
    entries = re.sub(r"\\\n\s*", "", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE))
    for entry in filter(None, entries.splitlines()):
        if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry):
            faults.append(f"no hash: {entry}")
    return faults


def make_lock(tools, source, day):
    """Return the text of the lock: every pin, and what other systems need, as of a day."""
    command = [tools / "uv", "pip", "compile", "requirements-dev.txt", "--quiet", "--no-header"]
    command += ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"]
    command += ["--no-strip-extras", "--no-annotate", "--exclude-newer", day]  # pip asks for extras
    text = subprocess.run(command, cwd=source, check=True, stdout=subprocess.PIPE, text=True).stdout
    lock = text.replace("-e .\n", "")
    constraints = (source / "constraints.txt").read_text(encoding="utf-8")
    if faults := lock_faults(lock, constraints):
        raise CannotRelease("The lock is not complete:\n" + "\n".join(faults))
    return lock


# --- The parts ---------------------------------------------------------------------------


def tools_environment():
    """Return the folder of the pinned tools' commands, after installing them if need be."""
    folder, ready = ROOT / "build" / "release-env", ROOT / "build" / "release-env" / ".installed"
    if not ready.exists() or ready.read_text(encoding="utf-8") != str(TOOLS):
        venv.create(folder, with_pip=True, clear=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--quiet"]
        subprocess.run([*pip, *TOOLS], check=True)
        ready.write_text(str(TOOLS), encoding="utf-8")
    return folder / "bin"


def build_environment(source, seconds):
    """Return the environment of a build that knows the commit and nothing of where it runs."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(FORGOTTEN)}
    settled = {"SOURCE_DATE_EPOCH": str(seconds), "PYTHONHASHSEED": "0", "TZ": "UTC"}
    return kept | settled | {"PYTHONUTF8": "1", "PYTHONPATH": str(source / "lib")}


def build_site(source, scratch, environment):
    """Build the book from the commit's files; return the folder of its pages."""
    if not vendor.is_complete():
        raise CannotRelease("Without npm's packages the site would need a network: install npm.")
    shutil.copytree(vendor.TARGET, source / vendor.TARGET.name)
    process = subprocess.run(
        [*build_book.BUILDER, "build", source, *build_book.OPTIONS, "--path-output", scratch],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if process.returncode:
        raise CannotRelease(f"The book was not built cleanly:\n{process.stdout[-3000:]}")
    html = scratch / "_build" / "html"
    for name in NOT_IN_SITE:
        (html / name).unlink(missing_ok=True)
    return html


def wheel_faults(wheel, package):
    """Return the files that a wheel has or lacks beside the package's folder."""
    with zipfile.ZipFile(wheel) as archive:
        has = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = (path for path in sorted_files(package) if path.parent.name != "__pycache__")
    wanted = {path.relative_to(package.parent).as_posix() for path in files}
    return sorted([f"lacks {name}" for name in wanted - has] + [f"has {n}" for n in has - wanted])


def build_package(tools, source, scratch, environment, target):
    """Build wheel and sdist of the package into a folder; return their paths."""
    scratch.mkdir()
    package = try_colab.copy_package(source, scratch / "package")
    command = [tools / "python", "-m", "build", "--no-isolation", "--outdir", scratch, package]
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    if process.returncode:
        raise CannotRelease(f"The package was not built:\n{process.stderr[-3000:]}")
    (wheel,), (sdist,) = scratch.glob("*.whl"), scratch.glob("*.tar.gz")
    if faults := wheel_faults(wheel, source / "lib" / "longterm"):
        raise CannotRelease("The wheel is not the package:\n" + "\n".join(faults))
    shutil.copy(wheel, target)
    seconds = int(environment["SOURCE_DATE_EPOCH"])
    (target / sdist.name).write_bytes(settled_tar(sdist.read_bytes(), seconds))
    return target / wheel.name, target / sdist.name


def pack_homework(source, scratch, target):
    """Write the students' zips, with the term's settings in the commit."""
    its_term = term.read_term(source / "homework" / "term.toml")
    target.mkdir()
    for name in masters.names():
        zipped = copies.write(name, its_term, scratch).with_suffix(".zip")
        shutil.copy(zipped, target)


def sums(folder):
    """Return the checksums of a folder's files, as sha256sum reads them."""
    names = [path.relative_to(folder).as_posix() for path in sorted_files(folder)]
    return "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names
        if name != SUMS
    )


# --- The commands ------------------------------------------------------------------------


def say(words):
    """Say what is being done."""
    print(words, flush=True)


def make():
    """Make the bundle of the commit and return its folder."""
    refuse_changes()
    os.umask(0o022)  # modes are part of a wheel's bytes
    commit = git("rev-parse", "HEAD").decode().strip()
    seconds, day = git("show", "-s", "--format=%ct%n%cI", "HEAD").decode().split()
    tags = git("tag", "--points-at", "HEAD").decode().split()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        source = scratch / "source"
        archive = git("archive", "--format=tar", f"--prefix={NAME}/", "HEAD")
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(scratch, filter="data")
        (scratch / NAME).rename(source)
        version = version_of(source)
        bundle = scratch / label(version, commit, tags)
        bundle.mkdir()
        (bundle / "source.tar.gz").write_bytes(gzipped(archive))
        fill(bundle, source, scratch, int(seconds), day, commit)
        target = TARGET / bundle.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(bundle, target)
    return target


def fill(bundle, source, scratch, seconds, day, commit):
    """Put all parts but the source into a bundle."""
    environment = build_environment(source, seconds)
    say("Installing the pinned tools into build/release-env, and locking the requirements ...")
    tools = tools_environment()
    (bundle / "requirements.lock").write_text(
        make_lock(tools, source, day), encoding="utf-8", newline="\n"
    )
    say("Building the package ...")
    wheel, sdist = build_package(tools, source, scratch / "dist", environment, bundle)
    say("Making the homeworks ...")
    pack_homework(source, scratch / "homework", bundle / "homework")
    say("Building the book ...")
    zip_folder(build_site(source, scratch, environment), bundle / "site.zip", seconds)
    words = {"version": version_of(source), "commit": commit, "python": OLDEST_PYTHON}
    words |= {"wheel": wheel.name, "sdist": sdist.name, "sums": SUMS}
    (bundle / "README.txt").write_text(README.format(**words), encoding="utf-8", newline="\n")
    (bundle / SUMS).write_text(sums(bundle), encoding="utf-8", newline="\n")


def check(folder):
    """Return what is wrong with a bundle: its checksums, or installing it as its README says."""
    folder = folder.resolve()
    if (folder / SUMS).read_text(encoding="utf-8") != sums(folder):
        return [f"{SUMS} does not fit the files"]
    say("Installing the lock and the wheel into a fresh environment; this takes minutes ...")
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch, with_pip=True)
        python = Path(scratch, "bin", "python")
        pip = [python, "-m", "pip", "install", "--quiet", "--quiet"]
        (wheel,) = folder.glob("*.whl")
        for command in (
            [*pip, "--require-hashes", "-r", folder / "requirements.lock"],
            [*pip, "--no-deps", wheel],
            [python, "-m", "pip", "check"],
            [python, "-c", "import longterm.figures.scalar"],
        ):
            process = subprocess.run(command, cwd=scratch, capture_output=True, text=True)
            if process.returncode:
                return [process.stdout + process.stderr]
    return []


def contents(path):
    """Return the files inside an archive, None for a file that is none."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as archive:
            return {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}
    return None


def file_differences(name, one, other):
    """Return lines on how two files of one name differ, none if they do not."""
    if not (one.is_file() and other.is_file()):
        return [f"{name}: only in {(one if one.is_file() else other).parent}"]
    if one.read_bytes() == other.read_bytes():
        return []
    ours, theirs = contents(one), contents(other)
    if ours is None or theirs is None:
        return [f"{name} differs"]
    differing = sorted(n for n in ours.keys() | theirs.keys() if ours.get(n) != theirs.get(n))
    return [f"{name}: {inner} differs" for inner in differing] or [
        f"{name}: the contents are alike, packed in another order, time, mode or compression"
    ]


def compare(one, other):
    """Return lines on how two bundles differ, none if they do not."""
    names = {path.relative_to(f).as_posix() for f in (one, other) for path in sorted_files(f)}
    return [
        line for name in sorted(names) for line in file_differences(name, one / name, other / name)
    ]


def parser():
    """Return the parser of the command line."""
    main = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = main.add_subparsers(dest="command", required=True)
    commands.add_parser("make", help="make the bundle of the commit")
    commands.add_parser("check", help="install a bundle").add_argument("folder", type=Path)
    pair = commands.add_parser("compare", help="say what differs between two bundles")
    pair.add_argument("one", type=Path)
    pair.add_argument("other", type=Path)
    return main


def main(arguments=None):
    """Run one command and return the exit code."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "make":
            say(f"Done. The bundle is in this folder:\n  {make()}")
            return 0
        if options.command == "check":
            faults, fine = check(options.folder), "The bundle installs from its lock and imports."
        else:
            faults, fine = compare(options.one, options.other), "The bundles are the same bytes."
    except CannotRelease as reason:
        print(reason, file=sys.stderr)
        return 1
    print("\n".join(faults) or fine)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
