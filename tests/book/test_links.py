"""Links between files lead somewhere, and the tool that asks the web calls answers what they are.

The built pages' links are in test_book. The tool meets a server of our own here, no network.
"""

import http.server
import re
import socket
import threading
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from markdown_it import MarkdownIt
from tools.release import links

ROOT = Path(__file__).resolve().parents[2]
PAPERS = sorted(
    path
    for pattern in ("*.md", "chapters/*.ipynb", "pages/*.md", "homework/*", "tests/*.md")
    for path in ROOT.glob(pattern)
    if path.suffix in (".md", ".ipynb")
)
READ_AS_FILES = [path for path in PAPERS if path.suffix == ".md" and path.parent.name != "pages"]
GENERATED = ("_build/", "build/", ".venv/", ".vendor/")


# --- Inside the repository ---------------------------------------------------------------


def markdown(path):
    """Return the Markdown of a file, or of all the cells of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    cells = nbformat.reads(text, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def targets(text):
    """Return the targets of all Markdown links and images of a text that are not on the web."""
    tokens = [child for token in MarkdownIt().parse(text) for child in token.children or []]
    urls = [str(token.attrs.get("href") or token.attrs.get("src") or "") for token in tokens]
    return [url for url in urls if url and not (urlsplit(url).scheme or urlsplit(url).netloc)]


def places(text):
    """Return what # can point at: GitHub's names of headings, and MyST's labels."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", text, re.M)
    names = {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings}
    return names | set(re.findall(r"^\(([\w-]+)\)=", text, re.M))


def dead_ends(path, text):
    """Return the links of one file whose file, or place in it, is not there."""
    dead = []
    for url in targets(text):
        name, _, place = unquote(url).partition("#")
        if name and not re.search(r"[./]", name):
            continue  # a label, which the build of the book resolves or reports
        target = path.parent / name if name else path
        if not target.exists() or (place and place not in places(markdown(target))):
            dead.append(url)
    return dead


def named_files(text):
    """Return the paths in backticks that stand in folders of the repository."""
    folders = "|".join(p.name for p in ROOT.iterdir() if p.is_dir() and p.name[0] != ".")
    found = re.findall(rf"`((?:{folders})/[\w./-]*)`", text)
    return [name for name in found if not name.startswith(GENERATED)]


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_between_files_leads_somewhere(path):
    assert dead_ends(path, markdown(path)) == []


@pytest.mark.parametrize("path", READ_AS_FILES, ids=lambda path: path.name)
def test_every_file_named_to_contributors_is_there(path):
    missing = [name for name in named_files(markdown(path)) if not (ROOT / name).exists()]
    assert [name for name in missing if "NN_" not in name] == []


def test_a_dead_end_is_found(tmp_path):
    (tmp_path / "there.md").write_text("# One heading, *with* marks\n\n(label)=\n", "utf-8")
    good = "[a](there.md) [b](there.md#one-heading-with-marks) [c](there.md#label) [d](#here)"
    bad = "[a](gone.md) ![b](gone.png) [c](there.md#two) [d](#nowhere) `[e](code.md)`"
    (tmp_path / "index.md").write_text(f"# Here\n\n{good} {bad}\n", "utf-8")
    found = dead_ends(tmp_path / "index.md", markdown(tmp_path / "index.md"))
    assert found == ["gone.md", "gone.png", "there.md#two", "#nowhere"]


def test_a_named_file_is_found_and_a_generated_one_is_not():
    text = "`tools/gone.py`, `_build/html/index.html`, `make test`, `tools/release/links.py`"
    assert named_files(text) == ["tools/gone.py", "tools/release/links.py"]


# --- What is asked of the web ------------------------------------------------------------


def test_an_address_ends_before_the_signs_around_it():
    text = """See https://a.org/x(y), (https://b.org/c). <https://d.org> "https://e.org/?q=1#f"!
    [g](https://h.org/i_(j)) and *https://k.org/*; http://l.org: `https://m.org`"""
    assert links.addresses_in(text) == [
        "https://a.org/x(y)", "https://b.org/c", "https://d.org", "https://e.org/?q=1#f",
        "https://h.org/i_(j)", "https://k.org/", "http://l.org", "https://m.org",
    ]  # fmt: skip


def test_a_work_is_asked_for_by_its_url_and_its_doi(tmp_path):
    path = tmp_path / "a.bib"
    path.write_text("@misc{a, url = {https://a.org/x_1}}\n@misc{b, doi = {10.1/x}}", "utf-8")
    assert links.links_of(path) == ["https://a.org/x_1", "https://doi.org/10.1/x"]


def test_of_a_notebook_what_was_written_counts_and_no_output(tmp_path):
    output = nbformat.v4.new_output("stream", text="https://output.org")
    cells = [
        nbformat.v4.new_markdown_cell("https://prose.org"),
        nbformat.v4.new_code_cell("# https://code.org", outputs=[output]),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    assert links.links_of(tmp_path / "a.ipynb") == ["https://prose.org", "https://code.org"]


def test_an_address_in_two_files_is_asked_for_once(tmp_path):
    paths = [tmp_path / "a.md", tmp_path / "b.md"]
    for path in paths:
        path.write_text(f"https://a.org#{path.stem}", "utf-8")
    assert links.links_in(paths) == {"https://a.org": set(paths)}


def test_chapters_pages_bibliography_and_contributors_files_are_read():
    read = {p.relative_to(ROOT).as_posix() for s in links.SOURCES for p in ROOT.glob(s)}
    wanted = {"README.md", "CONTRIBUTING.md", "index.md", "references.bib"}
    assert wanted | {p.relative_to(ROOT).as_posix() for p in PAPERS} <= read


CODES = {
    "/ok": 200, "/moved": 301, "/elsewhere": 302, "/doi": 302, "/moved-and-gone": 301,
    "/private": 403, "/broken": 500, "/gone": 404, "/withdrawn": 410,
}  # fmt: skip
LEADS_TO = {"/moved": "/ok", "/elsewhere": "/ok", "/doi": "/moved", "/moved-and-gone": "/gone"}


class Answers(http.server.BaseHTTPRequestHandler):
    """A site on which every kind of answer has its page."""

    def do_GET(self):
        if self.path == "/slow":
            time.sleep(0.5)
        self.send_response(CODES.get(self.path, 200))
        if self.path in LEADS_TO:
            self.send_header("Location", LEADS_TO[self.path])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        """Say nothing."""


@pytest.fixture(scope="module")
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.mark.parametrize(
    ("page", "state"),
    [
        ("/ok", "ok"),
        ("/elsewhere", "ok"),
        ("/doi", "ok"),
        ("/moved", "moved"),
        ("/moved-and-gone", "dead"),
        ("/private", "refused"),
        ("/broken", "refused"),
        ("/gone", "dead"),
        ("/withdrawn", "dead"),
        ("/slow", "timeout"),
    ],
)
def test_every_answer_is_called_what_it_is(site, page, state):
    assert links.look(site + page, timeout=0.2)[0] == state


def test_where_nobody_listens_is_unreachable():
    with socket.socket() as held:  # bound, so that nobody else takes it, but not listening
        held.bind(("127.0.0.1", 0))
        assert links.look(f"http://127.0.0.1:{held.getsockname()[1]}")[0] == "unreachable"


def test_what_is_no_address_is_unreachable():
    assert links.look("http://[broken")[0] == "unreachable"


def test_a_new_address_is_told(site):
    assert links.look(f"{site}/moved") == ("moved", f"{site}/ok")


def test_one_silence_is_asked_again(monkeypatch):
    answers = iter([("timeout", "1 s"), ("ok", "")])
    monkeypatch.setattr(links, "look", lambda address, timeout: next(answers))
    assert links.look_again("https://a.org") == ("ok", "")


def test_the_report_names_the_dead_and_the_files_that_lead_there(site, tmp_path, capsys):
    (tmp_path / "a.md").write_text(f"<{site}/ok> <{site}/gone>", "utf-8")
    (tmp_path / "b.md").write_text(f"<{site}/gone> <{site}/private>", "utf-8")
    assert links.main([str(tmp_path / "a.md"), str(tmp_path / "b.md")]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "1 answer"
    assert said[-2:] == ["1 are dead", f"  {site}/gone (404) in a.md, b.md"]


def test_moved_and_refused_links_are_told_but_are_no_failure(site, tmp_path, capsys):
    (tmp_path / "a.md").write_text(f"<{site}/moved> <{site}/private>", "utf-8")
    assert links.main([str(tmp_path / "a.md")]) == 0
    assert f"{site}/moved ({site}/ok) in a.md" in capsys.readouterr().out
