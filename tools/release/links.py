"""Ask for every link that leads out of the book, and say which no longer answer.

`python -m tools.release.links` reads chapters, pages, homeworks, the bibliography and the files
for contributors; with names of files only those. It exits with 1 where a link is dead.
"""

import re
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import requests
from pybtex.database import parse_file

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    "*.md", "chapters/*.ipynb", "pages/*.md", "homework/*.md", "homework/*.ipynb", "tests/*.md",
    "references.bib", "CITATION.cff", "LICENSE-text", "_config.yml",
)  # fmt: skip
TIMEOUT = 20  # seconds
ATTEMPTS = 2
HEADERS = {"User-Agent": "Mozilla/5.0 (link check of a course)", "Accept": "text/html,*/*"}
ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]+")

MEANING = {
    "ok": "answer",
    "moved": "answer from another address for good; write that one",
    "refused": "refuse a program, or have an error of their own; look by hand",
    "dead": "are dead",
    "timeout": "did not answer in time",
    "unreachable": "cannot be reached",
}
FAILURES = ("dead", "timeout", "unreachable")


# --- What is written ---------------------------------------------------------------------


def addresses_in(text):
    """Return the web addresses in a text, without the signs that end a sentence or a bracket."""
    return [_without_end(match) for match in ADDRESS.findall(text)]


def _without_end(address):
    shorter = address.rstrip(".,;:!?*_")
    if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
        shorter = shorter[:-1]
    return shorter if shorter == address else _without_end(shorter)


def bibliography(path):
    """Return the addresses of the works in a BibTeX file: their url, and where their doi leads."""
    fields = [entry.fields for entry in parse_file(str(path)).entries.values()]
    return [f["url"] for f in fields if "url" in f] + [
        f"https://doi.org/{f['doi']}" for f in fields if "doi" in f
    ]


def links_of(path):
    """Return the web addresses in a file."""
    if path.suffix == ".bib":
        return bibliography(path)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":  # what was written; outputs hold the addresses of formats
        text = "\n\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)
    return addresses_in(text)


def links_in(paths):
    """Return the files that have each address, the part after # left out."""
    places = defaultdict(set)
    for path in paths:
        for address in links_of(path):
            places[address.partition("#")[0]].add(path)
    return dict(places)


# --- What answers ------------------------------------------------------------------------


def look(address, timeout=TIMEOUT):
    """Return what became of an address, a word of MEANING, and a detail."""
    try:
        with requests.get(address, headers=HEADERS, timeout=timeout, stream=True) as answer:
            return verdict(answer)
    except requests.Timeout:
        return "timeout", f"{timeout} s"
    except requests.RequestException as error:
        return "unreachable", type(error).__name__


def verdict(answer):
    """Return what an answer says of the address that was asked for."""
    if answer.status_code in (404, 410):
        return "dead", str(answer.status_code)
    if not answer.ok:
        return "refused", str(answer.status_code)
    if answer.history and answer.history[0].is_permanent_redirect:  # what a doi leads to may move
        return "moved", answer.url
    return "ok", ""


def look_again(address, timeout=TIMEOUT):
    """Look up an address; where no answer comes, once more."""
    for _ in range(ATTEMPTS):
        state, detail = look(address, timeout)
        if state not in ("timeout", "unreachable"):
            break
    return state, detail


def report(places, found):
    """Return the lines that say what became of all addresses."""
    lines = []
    for state, words in MEANING.items():
        group = [address for address in sorted(found) if found[address][0] == state]
        if group:
            lines.append(f"{len(group)} {words}")
        for address in group if state != "ok" else []:
            names = ", ".join(sorted(path.name for path in places[address]))
            lines.append(f"  {address} ({found[address][1]}) in {names}")
    return lines


def main(names):
    """Look up all addresses, side by side, and say what became of them."""
    paths = [Path(name) for name in names] or [p for s in SOURCES for p in sorted(ROOT.glob(s))]
    places = links_in(paths)
    print(f"Asking for {len(places)} links; this may take a minute ...", flush=True)
    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(places, pool.map(look_again, places), strict=True))
    print(*report(places, found), sep="\n")
    return any(state in FAILURES for state, _ in found.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
