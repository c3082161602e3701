"""Try the README's two commands on bare systems, as a user without rights.

`python -m tools release.bare_systems` makes Debian 12, 13 and testing below .bare with
debootstrap, and Ubuntu 24.04 and 26.04 where UBUNTU_MIRROR names a mirror; words after it pick
some. Each tries a clone and, without git and with nothing readable by others, an unpacked ZIP, in
a folder with a space and an accent. Needs root, git and debootstrap, and ubuntu-keyring for
Ubuntu; of the machine, a system sees the network's settings alone.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".bare"
UBUNTU = os.environ.get("UBUNTU_MIRROR")
SYSTEMS = {
    "debian-12": ("bookworm", None),
    "debian-13": ("trixie", None),
    "debian-testing": ("testing", None),
    "ubuntu-24.04": ("noble", UBUNTU),
    "ubuntu-26.04": ("resolute", UBUNTU),
}
PACKAGES = "python3,python3-venv,make,ca-certificates"
SEEN = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs")
FOLDER = "/home/reader/Cours d'été"
UID = "1000"
KEYS = "/usr/share/keyrings/ubuntu-archive-keyring.gpg"
COMMANDS = ("make book", "make test")


def bootstrap(name, suite, mirror):
    """Make the bare system, if it is not there yet; return its folder."""
    target = PLACE / name
    if not (target / "ready").exists():
        print(f"{name}: making the system ...", flush=True)
        shutil.rmtree(target, ignore_errors=True)
        options = ["--variant=minbase", f"--include={PACKAGES}"]
        if mirror:
            options += ["--components=main,universe", f"--keyring={KEYS}"]
        log = (PLACE / f"{name}.log").open("wb")
        words = ["debootstrap", *options, suite, target, *([mirror] if mirror else [])]
        subprocess.run(words, check=True, stdout=log, stderr=log)
        inside(target, f"useradd --create-home --uid {UID} reader", user="0")
        (target / "ready").touch()
    return target


def inside(target, script, user=UID, **options):
    """Run a shell script in a system, which sees nothing else of this machine."""
    passed = {k: v for k, v in os.environ.items() if k.startswith("PIP_") or "proxy" in k.lower()}
    words = ["env", "-i", "HOME=/home/reader", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
    words += [f"{name}={value}" for name, value in passed.items()]
    root = shlex.quote(str(target))
    mounts = [f"mount --rbind /dev {root}/dev", f"mount -t proc proc {root}/proc"]
    mounts += [f"touch {root}{p}; mount --bind {p} {root}{p}" for p in SEEN if Path(p).exists()]
    chroot = shlex.join(["chroot", f"--userspec={user}:{user}", str(target), *words, "sh", "-c"])
    whole = "; ".join(["set -e", *mounts, f"exec {chroot} {shlex.quote(script)}"])
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", whole]
    return subprocess.run(command, check=False, **options)


def put(target, kind):
    """Put the last commit into a system, as a clone or as an unpacked ZIP; return its place."""
    place = target / FOLDER[1:] / kind
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "clone":
        subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, place], check=True)
    else:
        archive = PLACE / "course.zip"
        subprocess.run(["git", "archive", "-o", archive, "HEAD"], cwd=ROOT, check=True)
        shutil.unpack_archive(archive, place)
    subprocess.run(["chown", "-R", f"{UID}:{UID}", place.parent], check=True)
    return place


def trial(name, target, kind):
    """Run both commands in a system; return whether all is well, and say how it went."""
    place, log = put(target, kind), PLACE / f"{name}-{kind}.log"
    git = "apt-get install -qq -y git" if kind == "clone" else "apt-get purge -qq -y git"
    inside(target, git, user="0", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    folder = shlex.quote("/" + place.relative_to(target).as_posix())
    well = True
    for command in COMMANDS:
        start = time.monotonic()
        with log.open("ab") as file:
            umask = "umask 077; " if kind == "zip" else ""
            script = f"{umask}cd {folder} && {command}"
            process = inside(target, script, stdout=file, stderr=file, stdin=subprocess.DEVNULL)
        well &= process.returncode == 0
        outcome = "passed" if process.returncode == 0 else f"FAILED ({process.returncode})"
        print(f"{name}, {kind}: {command} {outcome}, {time.monotonic() - start:.0f} s", flush=True)
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("LEFT OUT"):
            print(f"  {line}")
    if kind == "clone":
        status = ["git", "-c", "safe.directory=*", "status", "--porcelain"]
        changed = subprocess.run(status, cwd=place, capture_output=True, text=True, check=True)
        print(f"  git status: {changed.stdout.strip() or 'clean'}")
        well &= not changed.stdout
    return well


def main(chosen):
    """Try all systems, or those that are named; return 1 if one fails."""
    PLACE.mkdir(parents=True, exist_ok=True)
    well = True
    for name in chosen or SYSTEMS:
        suite, mirror = SYSTEMS[name]
        if name.startswith("ubuntu") and not mirror:
            print(f"LEFT OUT: {name}, since UBUNTU_MIRROR names no mirror")
            continue
        target = bootstrap(name, suite, mirror)
        for kind in ("clone", "zip"):
            (PLACE / f"{name}-{kind}.log").unlink(missing_ok=True)
            well &= trial(name, target, kind)
    return not well


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
