"""Freeze the last commit into a folder for a term: `nox -s release`, with build beside it.

The folder, below build/release/, has nothing that is not committed, and is the same bytes
wherever it is made.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "long-term-dependencies"
SUMS = "SHA256SUMS"
PYTHON = (sys.executable, "-m")
# What `make` installs is here.
NOT_INSTALLED = ("-o", ".venv/.installed-reader", "-o", ".venv/.installed-dev")
TAKEN = [f"{NAME}{kind}" for kind in (".pdf", ".epub", ".apkg", "-notebooks.zip", "-slides.zip")]
# A repository or an address that the environment names would be written into the pages.
FORGOTTEN = ("GITHUB_", "BOOK_BASE_URL")
# Sphinx's own notes for its next build; no page needs them, and they name folders.
NOT_IN_SITE = (".buildinfo", ".buildinfo.bak")

README = """\
Long-Term Dependencies {version}, from commit {commit}

For everybody
  site.zip          the book: unpack it and open index.html in a browser; no server, no network
  {name}.*
                    the book as PDF and as EPUB, and flash cards for Anki (.apkg)
  {name}-notebooks.zip
                    the chapters as notebooks, with the package beside them
  {name}-slides.zip
                    a lecture deck of each chapter
  homework/         one zip a homework, to be handed out: no solution, no hidden test, with the
                    versions, dates and late rule of homework/term.toml

To run the notebooks on exactly these versions, Python {python}
  python -m venv env
  env/bin/pip install --require-hashes -r requirements.lock
  env/bin/pip install --no-deps {wheel}
  The lock holds all that tests need, too, for Linux, macOS and Windows.

For you alone, in a folder that only you can read: hand on the others without it
  for-instructors/source.tar.gz
                    all files of the commit, with the masters, their solutions and the term's key

{sums} has the checksums: sha256sum --check {sums}

RELEASING.md in the source says what may change within a term.
"""


class CannotRelease(Exception):
    """A bundle that must not be made; the message says why."""


def git(*words, root=ROOT):
    """Return what a git command prints; line ends and modes are the repository's."""
    settings = ("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "tar.umask=0022")
    command = ["git", "-C", str(root), *settings, *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def refuse_changes(root=ROOT):
    """Refuse a tree with changes: a bundle has what is committed, and its maker may not know."""
    if changed := git("status", "--porcelain", root=root):
        raise CannotRelease(f"Commit or put away these changes first:\n{changed}")


def label(version, commit, tags):
    """Return what the bundle's folder is called; only a tagged commit is a version."""
    return f"{NAME}-{version}" + ("" if f"v{version}" in tags else f"+{commit[:9]}")


def project(source):
    """Return what pyproject.toml states of the package."""
    return tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def sorted_files(folder):
    """Return all files below a folder in order of their names, whatever the system's order."""
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def zip_folder(folder, target):
    """Zip a folder's files in order of their names, all of one time and mode."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted_files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())  # of 1 January 1980
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)


def sums(folder):
    """Return the checksums of a folder's files, as sha256sum reads them."""
    names = [path.relative_to(folder).as_posix() for path in sorted_files(folder)]
    return "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names
        if name != SUMS
    )


def fixed_environment(source, seconds):
    """Return the environment of a build that knows the commit and nothing of where it runs."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith(FORGOTTEN)}
    fixed = {"SOURCE_DATE_EPOCH": seconds, "PYTHONHASHSEED": "0", "TZ": "UTC"}
    return kept | fixed | {"PYTHONUTF8": "1", "PYTHONPATH": str(source / "lib")}


def fill(bundle, source, scratch, run):
    """Put all parts but the source into a bundle; `run` runs a command among the source's files."""
    # The package first: later steps leave files beside its own.
    run(*PYTHON, "build", "--wheel", "--no-isolation", "--outdir", bundle, source)
    for litter in (source / "build", *source.glob("lib/*.egg-info")):
        shutil.rmtree(litter)
    shutil.copy(source / "requirements-dev.lock", bundle / "requirements.lock")
    run(*PYTHON, "tools.homework", "copies", "--target", scratch / "homework")
    (bundle / "homework").mkdir()
    for zipped in sorted((scratch / "homework").glob("*.zip")):
        shutil.copy(zipped, bundle / "homework")
    made = ("make", *NOT_INSTALLED, f"BIN={Path(sys.executable).parent}")
    run(*made, "book", "take")  # decks are made from the site
    run(*made, "book")  # which offers all of it
    html = source / "_build" / "html"
    for name in TAKEN:
        shutil.copy(html / name, bundle)  # an offer that was not made is an error
    for name in NOT_IN_SITE:
        (html / name).unlink(missing_ok=True)
    zip_folder(html, bundle / "site.zip")


def make(target):
    """Make the bundle of the commit below a folder; return its own folder."""
    refuse_changes()
    os.umask(0o022)  # modes are part of a wheel's bytes
    commit, seconds = git("show", "-s", "--format=%H %ct", "HEAD").split()
    tags = git("tag", "--points-at", "HEAD").split()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        archive = scratch / "source.tar.gz"
        git("archive", "--format=tar.gz", f"--prefix={NAME}/", f"--output={archive}", "HEAD")
        shutil.unpack_archive(archive, scratch)
        source = scratch / NAME
        environment = fixed_environment(source, seconds)

        def run(*command):
            print(f"Running {' '.join(map(str, command[:4]))} ...", flush=True)
            subprocess.run([*map(str, command)], cwd=source, env=environment, check=True)

        its = project(source)
        bundle = scratch / label(its["version"], commit, tags)
        bundle.mkdir()
        private = bundle / "for-instructors"
        private.mkdir(mode=0o700)
        shutil.copy(archive, private)
        (private / archive.name).chmod(0o600)
        fill(bundle, source, scratch, run)
        (wheel,) = bundle.glob("*.whl")
        words = {"version": its["version"], "python": its["requires-python"], "commit": commit}
        text = README.format(**words, name=NAME, wheel=wheel.name, sums=SUMS)
        (bundle / "README.txt").write_text(text, encoding="utf-8", newline="\n")
        (bundle / SUMS).write_text(sums(bundle), encoding="utf-8", newline="\n")
        shutil.rmtree(target / bundle.name, ignore_errors=True)
        return Path(shutil.copytree(bundle, target / bundle.name))


if __name__ == "__main__":
    try:
        print(f"Done. The bundle is in this folder:\n  {make(ROOT / 'build' / 'release')}")
    except (CannotRelease, subprocess.CalledProcessError) as reason:
        sys.exit(f"No bundle was made. {reason}")
