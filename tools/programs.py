"""Install the programs that tests and grading need, where that can be done unasked.

`python -m tools programs chromium bubblewrap` installs what is missing with apt, as root or
with a sudo that asks for no password. Elsewhere it prints the command, and the tests say what they
leave out.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys

COMMANDS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "firefox-esr": ("firefox-esr", "firefox"),
    "webkit2gtk-driver": ("WebKitWebDriver",),
    "xvfb": ("Xvfb",),
    "git": ("git",),
    "default-jre-headless": ("java",),
    "npm": ("npm",),
    "bubblewrap": ("bwrap",),
    "libseccomp2": (),
}


def program(package):
    """Return the path of a package's command, None if it is not there."""
    if package == "libseccomp2":  # a library, which has no command
        return ctypes.util.find_library("seccomp")
    return next(filter(None, map(shutil.which, COMMANDS[package])), None)


def unready(packages):
    """Return those packages whose commands are not there."""
    return [package for package in packages if not program(package)]


def how_to_install(packages):
    """Return in words what is missing, and the one command that brings it."""
    return f"{' and '.join(packages)}: sudo apt install {' '.join(packages)}"


def administrator():
    """Return the words before a command that make it run as root, None if there are none."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def install(packages, root):
    """Let apt install the packages; return whether it did."""
    settings = ["env", "DEBIAN_FRONTEND=noninteractive"]
    commands = (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages])
    return all(
        subprocess.run([*root, *settings, "apt-get", *words], stdout=subprocess.DEVNULL).returncode
        == 0
        for words in commands
    )


def main(packages):
    """Install what is missing, or say how; never an error, the tests say what they left out."""
    lacking = unready(packages)
    if not lacking:
        return 0
    root = administrator() if shutil.which("apt-get") else None
    if root is not None:
        print(f"Installing {' and '.join(lacking)} ...", flush=True)
        if install(lacking, root):
            return 0
    print(f"Tests in a browser and grading need {how_to_install(lacking)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
