"""A release is the same bytes wherever it is made, complete, and of one version."""

import hashlib
import os
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.utils import canonicalize_name
from tools.release import release

ROOT = Path(__file__).resolve().parents[2]
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def write_files(folder, names, mode=0o644, time=1.6e9):
    """Write small files in this order, with this mode and time; return the folder."""
    for path in map(folder.joinpath, names):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the text of {path.name}\n" * 50, encoding="utf-8")
        path.chmod(mode)
        os.utime(path, (time, time))
    return folder


def test_a_zip_depends_on_names_and_contents_only(tmp_path):
    names = ["b/z.txt", "a.txt", "b/a.txt", "B.txt"]
    one = write_files(tmp_path / "one", names)
    other = write_files(tmp_path / "other", reversed(names), mode=0o600, time=1.7e9)
    for folder in (one, other):
        release.zip_folder(folder, folder.with_suffix(".zip"))
    assert one.with_suffix(".zip").read_bytes() == other.with_suffix(".zip").read_bytes()
    with zipfile.ZipFile(one.with_suffix(".zip")) as archive:
        assert archive.namelist() == ["B.txt", "a.txt", "b/a.txt", "b/z.txt"]
        assert archive.read("a.txt") == (one / "a.txt").read_bytes()


def test_checksums_are_of_every_file_but_their_own(tmp_path):
    write_files(tmp_path, ["a.txt", "b/z.txt", release.SUMS])
    lines = dict(reversed(line.split("  ")) for line in release.sums(tmp_path).splitlines())
    assert lines == {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("a.txt", "b/z.txt")
    }


def test_every_line_of_the_constraints_is_an_exact_pin():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pin = re.compile(r"#.*|[A-Za-z0-9][\w.-]*(\[[\w,.-]+\])?==\S+")
    assert [line for line in lines if not pin.fullmatch(line)] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_a_lock_has_every_pin_with_hashes(name):
    """`nox -s lock` writes it anew."""
    pins = pins_in((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    parts = re.split(r"\n(?=\S)", (ROOT / f"{name}.lock").read_text(encoding="utf-8"))
    locked = {n: v for part in parts if "--hash=sha256:" in part for n, v in pins_in(part)}
    assert len(locked) == len(parts) - 2  # the heading
    assert {n: v for n, v in pins if locked.get(n, v) != v} == {}
    asked = re.findall(r"^[\w-]+", (ROOT / f"{name}.txt").read_text(encoding="utf-8"), re.M)
    asked += [n for n, _ in pins] if name == "requirements-dev" else []
    assert {canonicalize_name(n) for n in asked if n[0] != "-"} - {*locked} == set()


def pins_in(text):
    """Return the pairs of name and version in a file's lines."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", text, re.M)
    return [(canonicalize_name(name), version) for name, version in found]


def test_make_and_ci_install_by_hashes_alone():
    """Or the package itself, without its needs."""
    paths = [ROOT / "Makefile", *(ROOT / ".github/workflows").glob("*.yml")]
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    installs = [line for line in lines if re.search(r"pip install -|\(INSTALL\) ", line)]
    kept = ("--require-hashes", "--no-deps", "INSTALL :=")
    assert len(installs) > 4
    assert [line for line in installs if not any(word in line for word in kept)] == []


def test_all_files_state_one_version_and_date():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    number, date = re.search(r"^## (\d[\d.]*) \((\S+)\)$", CHANGES, re.M).groups()
    assert release.project(ROOT)["version"] == number == str(citation["version"])
    assert date == str(citation["date-released"])


def test_changes_since_the_last_version_stand_first():
    assert re.search(r"^## (.*)$", CHANGES, re.M)[1] == "Unreleased"


def test_only_a_tagged_commit_is_a_version():
    name = f"{release.NAME}-1.2.0"
    assert release.label("1.2.0", 40 * "c", ["v1.2.0", "seen"]) == name
    assert release.label("1.2.0", 40 * "c", ["v1.1.0"]) == f"{name}+ccccccccc"


@pytest.mark.needs("git")
@pytest.mark.parametrize("name", ["a.txt", "new.txt"])
def test_a_tree_with_changes_is_refused_by_their_names(name, tmp_path):
    write_files(tmp_path, ["a.txt"])
    who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    release.refuse_changes(tmp_path)
    (tmp_path / name).write_text("changed", encoding="utf-8")
    with pytest.raises(release.CannotRelease, match=re.escape(name)):
        release.refuse_changes(tmp_path)


def test_a_build_forgets_where_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "a/b")
    monkeypatch.setenv("BOOK_BASE_URL", "https://example.org")
    fixed = release.fixed_environment(tmp_path, "1795000000")
    assert [name for name in fixed if name.startswith(release.FORGOTTEN)] == []
    assert (fixed["SOURCE_DATE_EPOCH"], fixed["TZ"]) == ("1795000000", "UTC")


def test_a_built_package_has_all_files_of_its_folder():
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = stated["tool"]["setuptools"]["package-data"]["longterm"]
    package = ROOT / "lib" / "longterm"
    files = [path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    data = [path.relative_to(package) for path in files if path.suffix != ".py"]
    assert data
    assert [path for path in data if not any(path.match(pattern) for pattern in patterns)] == []
    code = [path for path in files if path.suffix == ".py"]
    assert [path for path in code if not (path.parent / "__init__.py").is_file()] == []
