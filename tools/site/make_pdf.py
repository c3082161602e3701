"""Print the book, built as one page, to a PDF with Chromium; `make pdf` runs this.

Chromium is steered over its own protocol, since `chromium --print-to-pdf` does not wait until
the formulas are set.
"""

import argparse
import base64
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import websocket  # JupyterLab brings it along

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIMEOUT = 180  # seconds for any one step

FLAGS = (
    "--headless",
    "--no-sandbox",  # it cannot start for root, in many containers; the page is our own
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND"

# What the page does before it is printed. It answers with what is missing: a PDF with holes
# looks like any PDF.
PREPARE = """(async () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.mode = 'light';
  document.querySelectorAll('details').forEach((box) => { box.open = true; });
  document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; });
  for (const link of document.querySelectorAll('a[href]')) {  // none may lead to this machine
    if (link.protocol === 'file:' && link.hash) link.setAttribute('href', link.hash);
    else if (link.protocol === 'file:') link.removeAttribute('href');
  }
  await window.MathJax?.startup?.promise;
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
  const formulas = [...document.querySelectorAll('.bd-article :is(span, div).math')];
  return {
    'formulas not set': formulas.filter((node) => !node.querySelector('mjx-container')).length,
    'formulas with errors': document.querySelectorAll('mjx-merror').length,
    'pictures not loaded': [...document.images].filter((image) => !image.naturalWidth).length,
  };
})()"""

FOOTER = """<div style="color: #555; display: flex; font: 8px sans-serif; width: 100%;
  justify-content: space-between; margin: 0 0.8in"><span>{title}</span><span class="pageNumber">
</span></div>"""

PAPER = {  # inches; at this scale a line is as long as on the site
    "scale": 0.8,
    "paperWidth": 8.27,
    "paperHeight": 11.69,
    "marginTop": 0.75,
    "marginBottom": 0.85,
    "marginLeft": 0.8,
    "marginRight": 0.8,
}


class CannotPrint(Exception):
    """No PDF was made; the message says why."""


class Browser:
    """A headless Chromium with one page; a context manager."""

    def __init__(self, command, flags):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [command, *FLAGS, *flags, f"--user-data-dir={self.profile.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.count, self.session, self.events = 0, {}, []
        try:
            self.socket = websocket.create_connection(
                self.address(), timeout=TIMEOUT, suppress_origin=True
            )
            target = self.ask("Target.createTarget", url="about:blank")["targetId"]
            attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
            self.session = {"sessionId": attached["sessionId"]}
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.stop()

    def stop(self):
        """End the browser and remove its profile."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.profile.cleanup()

    def address(self):
        """Return where Chromium listens, once it has written that down."""
        note, end = Path(self.profile.name, "DevToolsActivePort"), time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            lines = note.read_text().split() if note.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.05)
        raise CannotPrint("Chromium did not start")

    def ask(self, method, **params):
        """Give one order and return its result."""
        self.count += 1
        order = {"id": self.count, "method": method, "params": params, **self.session}
        self.socket.send(json.dumps(order))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.count:
                break
            self.events.append(answer.get("method"))
        if "error" in answer:
            raise CannotPrint(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait_for(self, event):
        """Wait until the page has reported the event."""
        while event not in self.events:
            self.events.append(json.loads(self.socket.recv()).get("method"))

    def open(self, url):
        """Load a page with all that it names."""
        self.ask("Page.enable")
        self.ask("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def run(self, script):
        """Run a script in the page, wait for its promise and return its value."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise CannotPrint(f"the page failed: {answer['exceptionDetails']}")
        return answer["result"].get("value")


def find_chromium():
    """Return the browser's path."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise CannotPrint("Chromium is missing; install it, for example: sudo apt install chromium")


def loads_from_elsewhere(page):
    """Return whether the page takes scripts or styles from another host."""
    text = page.read_text(encoding="utf-8")
    tags = re.findall(r"<(?:script|link)\b[^>]*>", text)
    loaded = [tag for tag in tags if tag.startswith("<script") or "stylesheet" in tag]
    return any(re.search(r'\b(?:src|href)="(?:https?:)?//', tag) for tag in loaded)


def complaints(missing):
    """Return a line on what would be a hole in the PDF, "" if nothing."""
    return ", ".join(f"{count} {what}" for what, count in missing.items() if count)


def print_page(page):
    """Return the PDF of an HTML file; the network is cut where the page does not need it."""
    flags = [] if loads_from_elsewhere(page) else [NO_NETWORK]
    with Browser(find_chromium(), flags) as browser:
        browser.ask("Emulation.setEmulatedMedia", media="print")
        browser.open(page.resolve().as_uri())
        if found := complaints(browser.run(PREPARE)):
            raise CannotPrint(f"{found}. Without .vendor/ the formulas need a network.")
        printed = browser.ask(
            "Page.printToPDF",
            **PAPER,
            printBackground=True,
            displayHeaderFooter=True,
            headerTemplate="<span></span>",
            footerTemplate=FOOTER.format(title=html.escape(browser.run("document.title"))),
            generateTaggedPDF=True,
            generateDocumentOutline=True,
        )
    return base64.b64decode(printed["data"])


def main(arguments=None):
    """Read the command line, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path, help="the book as one HTML page")
    parser.add_argument("pdf", type=Path, help="the PDF to write")
    options = parser.parse_args(arguments)
    try:
        options.pdf.write_bytes(print_page(options.page))
    except CannotPrint as error:
        print(f"No PDF was made: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
