"""A release is the same bytes wherever it is made, complete, and of one version."""

import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml
from tools.release import release, try_colab

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
SECONDS = 1_795_000_000
HASH = f"--hash=sha256:{64 * 'a'}"
LOCK = f"""\
NumPy[fast]==2.4.6 \\
    {HASH} \\
    {HASH}
fast_json==1.0 ; os_name == 'nt' \\
    {HASH}
"""
PINS = "# All of them\nnumpy==2.4.6\nfast-json==1.0\n"


def text_of(name):
    """Return the text of one of the project's files."""
    return (ROOT / name).read_text(encoding="utf-8")


# --- Archives ----------------------------------------------------------------------------


def write_files(folder, names, mode=0o644, time=1.6e9):
    """Write small files in this order, with this mode and time; return the folder."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the text of {name}\n" * 50, encoding="utf-8")
        path.chmod(mode)
        os.utime(path, (time, time))
    return folder


def test_a_zip_depends_on_names_and_contents_only(tmp_path):
    names = ["b/z.txt", "a.txt", "b/a.txt", "B.txt"]
    one = write_files(tmp_path / "one", names)
    other = write_files(tmp_path / "other", reversed(names), mode=0o600, time=1.7e9)
    for folder in (one, other):
        release.zip_folder(folder, folder.with_suffix(".zip"), SECONDS)
    assert one.with_suffix(".zip").read_bytes() == other.with_suffix(".zip").read_bytes()
    with zipfile.ZipFile(one.with_suffix(".zip")) as archive:
        assert archive.namelist() == ["B.txt", "a.txt", "b/a.txt", "b/z.txt"]
        assert archive.read("a.txt") == (one / "a.txt").read_bytes()
        assert {entry.date_time[0] for entry in archive.infolist()} == {2026}


def tar(folder, names, **changes):
    """Return a gzipped tar of a folder's files as a build tool makes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name in names:
            entry = archive.gettarinfo(folder / name, name)
            for key, value in changes.items():
                setattr(entry, key, value)
            archive.addfile(entry, io.BytesIO((folder / name).read_bytes()))
    return out.getvalue()


def test_a_settled_tar_depends_on_names_and_contents_only(tmp_path):
    folder = write_files(tmp_path, ["b/z.txt", "a.txt"])
    one = release.settled_tar(tar(folder, ["b/z.txt", "a.txt"]), SECONDS)
    changes = {"mtime": 1, "uid": 7, "uname": "me", "mode": 0o600}
    assert release.settled_tar(tar(folder, ["a.txt", "b/z.txt"], **changes), SECONDS) == one
    with tarfile.open(fileobj=io.BytesIO(one)) as archive:
        assert archive.getnames() == ["a.txt", "b/z.txt"]
        assert archive.extractfile("a.txt").read() == (folder / "a.txt").read_bytes()


def test_a_compressed_file_states_no_time_and_no_name(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1.0)
    one = release.gzipped(b"text")
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert (release.gzipped(b"text"), one[3], one[4:8]) == (one, 0, bytes(4))


def test_checksums_are_of_every_file_but_their_own(tmp_path):
    write_files(tmp_path, ["a.txt", "b/z.txt", release.SUMS])
    lines = dict(reversed(line.split("  ")) for line in release.sums(tmp_path).splitlines())
    assert lines == {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("a.txt", "b/z.txt")
    }


# --- Comparing ---------------------------------------------------------------------------


@pytest.fixture
def bundles(tmp_path):
    """Return two equal folders with an archive of each kind."""
    for side in ("one", "other"):
        inside = write_files(tmp_path / "inside", ["a.txt", "b.txt"])
        folder = write_files(tmp_path / side, ["README.txt"])
        release.zip_folder(inside, folder / "site.zip", SECONDS)
        packed = release.settled_tar(tar(inside, ["a.txt"]), SECONDS)
        (folder / "source.tar.gz").write_bytes(packed)
    return tmp_path / "one", tmp_path / "other"


def test_equal_bundles_do_not_differ(bundles):
    assert release.compare(*bundles) == []


def test_a_differing_file_is_named_and_so_is_one_inside_an_archive(bundles, tmp_path):
    one, other = bundles
    (other / "README.txt").write_text("else", encoding="utf-8")
    (tmp_path / "inside" / "b.txt").write_text("else", encoding="utf-8")
    release.zip_folder(tmp_path / "inside", other / "site.zip", SECONDS)
    (one / "source.tar.gz").unlink()
    assert release.compare(one, other) == [
        "README.txt differs",
        "site.zip: b.txt differs",
        f"source.tar.gz: only in {other}",
    ]


def test_the_same_contents_packed_otherwise_are_told_apart(bundles, tmp_path):
    one, other = bundles
    release.zip_folder(tmp_path / "inside", other / "site.zip", SECONDS + 86400)
    (line,) = release.compare(one, other)
    assert line.startswith("site.zip: the contents are alike")


# --- The lock ----------------------------------------------------------------------------


def test_a_lock_with_every_pin_and_hash_is_complete():
    assert release.lock_faults(LOCK, PINS) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("2.4.6", "2.4.5", "numpy==2.4.6 is locked as 2.4.5"),
        ("fast_json==1.0", "slow==1.0", "fast-json==1.0 is locked as None"),
        (f"'nt' \\\n    {HASH}", "'nt'", "no hash: fast_json==1.0 ; os_name == 'nt'"),
        (f"'nt' \\\n    {HASH}", f"'nt' \\\n    {HASH[:-1]}", "no hash: fast_json"),
    ],
)
def test_a_pin_without_its_version_or_a_hash_is_a_fault(old, new, fault):
    (found,) = release.lock_faults(LOCK.replace(old, new), PINS)
    assert found.startswith(fault)


def test_every_line_of_the_constraints_is_an_exact_pin():
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not release.PIN.fullmatch(line)] == []
    assert len(release.pins(CONSTRAINTS)) == len(lines)


def test_the_tools_of_a_release_are_pinned():
    assert all(release.PIN.fullmatch(tool) for tool in release.TOOLS)


# --- One version -------------------------------------------------------------------------


def test_all_files_state_one_version_and_date():
    citation = yaml.safe_load(text_of("CITATION.cff"))
    number, date = re.search(r"^## (\d[\d.]*) \((\S+)\)$", text_of("CHANGELOG.md"), re.M).groups()
    assert release.version_of(ROOT) == number == str(citation["version"])
    assert date == str(citation["date-released"])


def test_changes_since_the_last_version_stand_first():
    heads = re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), re.M)
    assert heads[0] == "Unreleased"


def test_only_a_tagged_commit_is_a_version():
    name = f"{release.NAME}-1.2.0"
    assert release.label("1.2.0", 40 * "c", ["v1.2.0", "seen"]) == name
    assert release.label("1.2.0", 40 * "c", ["v1.1.0"]) == f"{name}+ccccccccc"


# --- What goes in ------------------------------------------------------------------------


@pytest.fixture
def clone(tmp_path):
    """Return a folder with one commit."""
    write_files(tmp_path, ["a.txt"])
    who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "one"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("name", ["a.txt", "new.txt"])
def test_a_tree_with_changes_is_refused_by_their_names(name, clone):
    release.refuse_changes(clone)
    (clone / name).write_text("changed", encoding="utf-8")
    with pytest.raises(release.CannotRelease, match=re.escape(name)):
        release.refuse_changes(clone)


def test_a_build_forgets_where_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "a/b")
    monkeypatch.setenv("BOOK_BASE_URL", "https://example.org")
    settled = release.build_environment(tmp_path, SECONDS)
    assert [name for name in settled if name.startswith(release.FORGOTTEN)] == []
    assert (settled["SOURCE_DATE_EPOCH"], settled["TZ"]) == (str(SECONDS), "UTC")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the package's wheel, which asks the package index for setuptools."""
    folder = tmp_path_factory.mktemp("wheel")
    source = try_colab.copy_package(ROOT, folder / "source")
    command = [sys.executable, "-m", "pip", "wheel", "-q", source, "--no-deps", "-w", folder]
    process = subprocess.run(command, capture_output=True, text=True)
    if "No matching distribution found for setuptools" in process.stderr:
        pytest.skip("left out: the wheel's files, since no package index answers")
    assert process.returncode == 0, process.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_has_the_packages_files_and_no_other(wheel):
    assert release.wheel_faults(wheel, ROOT / "lib" / "longterm") == []


def test_a_file_too_much_or_too_little_in_a_wheel_is_found(tmp_path):
    package = write_files(tmp_path / "longterm", ["__init__.py", "sliders.js"])
    release.zip_folder(package, tmp_path / "flat.whl", SECONDS)
    assert release.wheel_faults(tmp_path / "flat.whl", package) == [
        "has __init__.py",
        "has sliders.js",
        "lacks longterm/__init__.py",
        "lacks longterm/sliders.js",
    ]


def test_the_students_zips_hold_what_make_homework_hands_out(tmp_path):
    release.pack_homework(ROOT, tmp_path / "made", tmp_path / "zips")
    zips = sorted(path.name for path in (tmp_path / "zips").iterdir())
    assert zips == [f"{path.stem}.zip" for path in sorted((ROOT / "homework").glob("hw*.ipynb"))]
    for path in (tmp_path / "zips").iterdir():
        with zipfile.ZipFile(path) as archive:
            handed = archive.read(f"{path.stem}/{path.stem}.ipynb").decode()
        assert handed == (tmp_path / "made" / f"{path.stem}.ipynb").read_text(encoding="utf-8")
        assert "BEGIN" not in handed
