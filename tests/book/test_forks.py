"""A fork's site points to the fork, and a local build to no repository at all."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import nbformat
import pytest
import yaml
from _ext import forks
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
PUSH = "tools/release/push_colab.sh"
FORK = {
    "GITHUB_REPOSITORY": "someone/their-fork",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REF": "refs/heads/main",
    "BOOK_BASE_URL": "https://someone.github.io/their-fork",
}
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


# --- What the environment says -----------------------------------------------------------


def test_no_launch_button_where_the_services_cannot_see_the_repository():
    options = forks.theme_options(FORK | {"GITHUB_SERVER_URL": "https://git.example.edu"})
    assert options["repository_url"] == "https://git.example.edu/someone/their-fork"
    assert "launch_buttons" not in options


@pytest.mark.parametrize(
    ("ref", "branch"),
    [("refs/heads/new/slider", "new/slider"), ("refs/pull/7/merge", "main"), ("", "main")],
)
def test_only_a_branch_is_launched(ref, branch):
    assert forks.branch({"GITHUB_REF": ref}) == branch


# --- A small book, really built ----------------------------------------------------------


def write_book(folder):
    """Write a book of two pages that has the settings of the course and our extension."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    small = {key: config[key] for key in ("title", "html", "launch_buttons", "execute")}
    small["html"].pop("favicon", None)  # the small book has no pictures
    small["sphinx"] = {
        "extra_extensions": ["sphinxext.opengraph"],
        "local_extensions": {"forks": str(ROOT / "_ext")},
        "config": {"language": "en", "ogp_social_cards": {"enable": False}},
    }
    (folder / "_config.yml").write_text(yaml.safe_dump(small), encoding="utf-8")
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": "chapters/one"}]}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    (folder / "index.md").write_text("# A book\n\nIt says little.\n", encoding="utf-8")
    nb = new_notebook(cells=[new_markdown_cell("# One"), new_code_cell("1")], metadata=KERNEL)
    (folder / "chapters").mkdir()
    nbformat.write(nb, folder / "chapters" / "one.ipynb")


def build_book(folder, environ):
    """Build the small book; return the folder of its pages."""
    write_book(folder)
    known = {name: value for name, value in os.environ.items() if name not in FORK}
    command = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    subprocess.run(
        [command, "build", str(folder), "-W", "-n", "--keep-going"],
        env=known | environ | {"PYTHONUTF8": "1"},
        check=True,
        capture_output=True,
    )
    return folder / "_build" / "html"


def links(page):
    """Return all addresses on a page that lead to another host."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return {tag["href"] for tag in soup(href=re.compile("^https?:"))}


def test_a_forks_pages_link_to_the_fork(tmp_path):
    html = build_book(tmp_path, FORK)
    found = links(html / "chapters" / "one.html")
    page, copy = "chapters/one.ipynb", "someone/their-fork/blob/colab/chapters/one.ipynb"
    assert found >= {
        "https://github.com/someone/their-fork",
        f"https://mybinder.org/v2/gh/someone/their-fork/colab?urlpath=lab/tree/{page}",
        f"https://colab.research.google.com/github/{copy}",
        "https://someone.github.io/their-fork/chapters/one.html",
        "https://github.com/someone/their-fork/issues/new?title=Issue%20on%20page%20"
        "%2Fchapters/one.html&body=Your%20issue%20content%20here.",
        "https://github.com/someone/their-fork/edit/main/chapters/one.ipynb",
    }
    sitemap = (html / "sitemap.xml").read_text(encoding="utf-8")
    listed = re.findall(r"<loc>https://someone.github.io/their-fork/(.*?)</loc>", sitemap)
    assert sorted(listed) == ["chapters/one.html", "index.html"]


def test_a_local_build_has_no_button_to_a_repository(tmp_path):
    html = build_book(tmp_path, {})
    services = re.compile("github.com/.*|mybinder|colab|canonical")
    found = {link for page in html.rglob("one.html") for link in links(page)}
    assert [link for link in found if services.search(link)] == []
    assert not (html / "sitemap.xml").exists()


def test_a_hub_copies_the_notebooks_from_the_fork():
    link = urlsplit(forks.pull_link(FORK | {"BOOK_HUB": "https://hub.uni.edu/"}))
    assert link[:3] == ("https", "hub.uni.edu", "/hub/user-redirect/git-pull")
    assert dict(parse_qsl(link.query)) == {
        "repo": "https://github.com/someone/their-fork",
        "branch": forks.EDITIONS,
        "urlpath": "lab/tree/their-fork/chapters",
    }


# --- The branch for Colab and Binder -------------------------------------------------------


def git(folder, *words):
    """Return what a git command prints, as words."""
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.needs("git")
def test_the_branch_has_the_editions_and_lets_binder_install_their_wheel(tmp_path):
    made = {"_build/html/_sources/chapters/one.ipynb", "_build/html/_sources/chapters/a-1.whl"}
    for name in made | {"binder/requirements.txt", "constraints.txt", PUSH}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("" if name in made else (ROOT / name).read_text("utf-8"))
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "remote", "add", "origin", "origin.git")
    for commit in ("c0ffee", "c0ffef"):  # the second stands on the first: hubs merge it
        known = os.environ | {"GITHUB_SHA": commit}
        subprocess.run(["bash", tmp_path / PUSH], env=known, check=True)
    assert git(tmp_path / "origin.git", "rev-list", "--count", "colab") == ["2"]
    listed = git(tmp_path / "origin.git", "ls-tree", "-r", "--name-only", "colab")
    assert {"chapters/one.ipynb", "chapters/a-1.whl", "constraints.txt"} < set(listed)
    needs = git(tmp_path / "origin.git", "show", "colab:binder/requirements.txt")
    assert "./chapters/a-1.whl" in needs
    assert "-e" not in needs
