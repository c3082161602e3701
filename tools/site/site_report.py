"""Measure the built site as a visitor's browser has it: `make site-report`.

Prints page weights, times to first paint and to a live slider over a slow line, and the time of a
slider's step. `tests/book/test_site.py` looks with the same browser for what must be nothing:
requests to other hosts, errors in the console, barriers that axe-core finds.
"""

import argparse
import gzip
import http.server
import itertools
import statistics
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from playwright.sync_api import TimeoutError as BrowserTimeoutError
from playwright.sync_api import sync_playwright
from tools.programs import program

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",  # it cannot start for root, in many containers; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the network is cut
]
LINE = {  # 10 Mbit/s, 40 ms
    "offline": False,
    "latency": 40,
    "downloadThroughput": 10e6 / 8,
    "uploadThroughput": 10e6 / 8,
}
PATIENCE = 180_000  # ms for any one step; the machine may be busy
BUDGETS = {
    "heaviest page": (1600, "kB gz"),
    "heaviest text page": (320, "kB gz"),  # one without sliders: the reference
    "most requests": (60, ""),
    "first paint": (0.8, "s"),
    "slider alive": (2.5, "s"),
    "slider step, median": (33, "ms"),
    "slider step, 95th percentile": (50, "ms"),
}

# What of a page axe-core looks at, and its options.
PARTS = {
    "whole": ({"include": [["html"]]}, {}),
    "frame": (
        {"exclude": [[".bd-article"]]},
        {"runOnly": ["color-contrast", "link-in-text-block"]},
    ),
}

# Notes when the first slider figure of the page is drawn and can be moved.
ALIVE = """(() => {
  const look = () => {
    if (document.querySelector('slider-figure')?.live)
      window.sliderAlive = performance.now();
    else requestAnimationFrame(look);
  };
  look();
})()"""

# Notes for each key pressed the time until the frame with its result has been painted.
STEPS = """window.steps = []; addEventListener('keydown', (event) => {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.steps.push(performance.now() - event.timeStamp);
    channel.port2.postMessage(0);
  });
}, true)"""

# Pictures, still and moving, whose text for those who cannot see them is missing or a file's name.
MUTE = """[...document.querySelectorAll('figure img, .slider-figure svg')]
  .filter((it) => !/\\S+\\s+\\S+/.test(it.alt ?? it.getAttribute('aria-label') ?? ''))
  .map((it) => it.outerHTML.slice(0, 100))"""


# --- The browser -------------------------------------------------------------------------


@contextmanager
def browser():
    """Start Chromium with an empty profile, without a network."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program("chromium"),
            args=FLAGS,
            ignore_default_args=["--hide-scrollbars"],
        )
        yield chromium
        chromium.close()


@dataclass
class Log:
    """What a page asked for, and what went wrong on it."""

    asked: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    foreign: list = field(default_factory=list)

    def is_clean(self):
        return not (self.errors or self.failed or self.foreign)


def watch(page, home):
    """Note the page's errors, and requests that fail or go elsewhere than `home`."""
    log = Log()
    own = (home, "data:", "blob:", "about:")
    page.on("pageerror", lambda error: log.errors.append(str(error)))
    page.on("console", lambda m: m.type == "error" and log.errors.append(m.text))
    page.on("requestfailed", lambda r: log.failed.append(r.url))
    page.on("response", lambda r: r.status >= 400 and log.failed.append(r.url))
    page.on("request", lambda r: log.asked.append(r.url))
    page.on("request", lambda r: r.url.startswith(own) or log.foreign.append(r.url))
    return log


def wait_until_ready(page):
    """Wait until fonts are there and sliders live."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => null)")
    page.wait_for_function(
        "[...document.querySelectorAll('slider-figure')].every((figure) => figure.live)"
    )
    next_frame(page)


def next_frame(page):
    """Wait until what has changed is painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def open_page(context, url, home):
    """Return a page that is ready, and its log."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    log = watch(page, home)
    page.goto(url)
    wait_until_ready(page)
    return page, log


def show_all(page):
    """Open what predictions cover."""
    if (button := page.get_by_role("button", name="Show all on this page")).count():
        button.first.click()
        next_frame(page)


@cache
def axe_source():
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def barriers(page, part="whole"):
    """Return what axe-core finds on the page as it is now, a line each.

    The part "frame" is what stands around the article, and of that only the colours.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe_source())
    options = {"preload": False, "resultTypes": ["violations"], **PARTS[part][1]}
    found = page.evaluate(
        "async ([part, options]) => (await axe.run(part, options)).violations",
        [PARTS[part][0], options],
    )
    return [f"{v['id']}: {n['target'][-1]} {n['html'][:120]}" for v in found for n in v["nodes"]]


def wear(page, theme):
    """Show the page light or dark, its colours at their ends."""
    page.evaluate(
        """(theme) => {
            Object.assign(document.documentElement.dataset, {theme, mode: theme});
            for (const change of document.getAnimations()) change.finish();
        }""",
        theme,
    )


# --- A server as GitHub Pages is one: it compresses --------------------------------------


@cache
def packed(path):
    """Return a file's bytes as they are sent, and whether they are compressed."""
    data = path.read_bytes()
    small = gzip.compress(data)
    return (small, True) if len(small) < 0.95 * len(data) else (data, False)


def weight(addresses, html):
    """Return the kB that a server would send for what was read from disk below a folder."""
    paths = {url2pathname(urlsplit(address).path) for address in addresses}
    files = [Path(path) for path in paths if Path(path).is_relative_to(html)]
    return sum(len(packed(file)[0]) for file in files) / 1000


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves files compressed, each compressed once."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data, compressed = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(data)))
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(folder):
    """Serve a folder on this machine; give the address."""

    def handler(*arguments):
        return Compressing(*arguments, directory=str(folder))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


# --- Measuring ---------------------------------------------------------------------------


@dataclass
class Visit:
    """One cold visit over the slow line."""

    weight: float  # kB as sent
    requests: int
    paint: float  # s
    alive: float | None  # s, None without sliders


def visit(chromium, url, tries=3):
    """Load a page with an empty cache over a slow line, and measure.

    Now and then the emulated line stalls for good; such a visit says nothing, and is repeated.
    """
    for _ in range(tries - 1):
        try:
            return visit_once(chromium, url)
        except BrowserTimeoutError:
            continue
    return visit_once(chromium, url)


def visit_once(chromium, url):
    """One visit as `visit` makes it."""
    with chromium.new_context() as context:
        page = context.new_page()
        protocol = context.new_cdp_session(page)
        sent = []
        protocol.on(
            "Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"])
        )
        protocol.send("Network.enable")
        protocol.send("Network.emulateNetworkConditions", LINE)
        page.add_init_script(ALIVE)
        page.goto(url, timeout=15_000)
        wait_until_ready(page)
        paint = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
        )
        alive = page.evaluate("window.sliderAlive ?? null")
    return Visit(sum(sent) / 1000, len(sent), paint / 1000, alive and alive / 1000)


def step_times(page, count=60):
    """Return the times in ms of a slider's steps by keyboard, each till its painted frame."""
    page.evaluate(STEPS)
    page.locator("slider-figure input").first.focus()
    page.keyboard.press("Home")
    for number in range(count):
        page.keyboard.press("ArrowRight" if number % 20 < 15 else "ArrowLeft")
        page.wait_for_function(f"window.steps.length > {number + 1}", polling=20)
    return page.evaluate("window.steps")[1:]


def step_work(page, count):
    """Return the ms of processor time that the page spends on each of some steps by keyboard."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Performance.enable")
    spent = [thread_time(protocol)]
    for _ in range(count):
        page.keyboard.press("ArrowRight")
        next_frame(page)
        spent.append(thread_time(protocol))
    protocol.detach()
    return [1000 * (after - before) for before, after in itertools.pairwise(spent)]


def thread_time(protocol):
    """Return the seconds of processor time that the page's main thread has used."""
    metrics = protocol.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "ThreadTime")


def pages_of(html):
    """Return the names of all pages but those of source code, without suffix."""
    left_out = {"_static", "_modules"}
    paths = (path for path in html.rglob("*.html") if not left_out & set(path.parts))
    return sorted(path.relative_to(html).with_suffix("").as_posix() for path in paths)


def measures(chromium, html, visits):
    """Return the measured values, by the names of their budgets."""
    texts = [one.weight for one in visits.values() if one.alive is None]
    values = {
        "heaviest page": max(one.weight for one in visits.values()),
        "heaviest text page": max(texts),
        "most requests": max(one.requests for one in visits.values()),
        "first paint": max(one.paint for one in visits.values()),
    }
    sliders = [name for name, one in visits.items() if one.alive]
    if sliders:
        steps = []
        for name in sliders:
            with chromium.new_context() as context:
                page, _ = open_page(context, f"{(html / name).as_uri()}.html", html.as_uri())
                show_all(page)
                steps += step_times(page)
        values["slider alive"] = max(visits[name].alive for name in sliders)
        values["slider step, median"] = statistics.median(steps)
        values["slider step, 95th percentile"] = statistics.quantiles(steps, n=20)[-1]
    return values


def main(arguments=None):
    """Measure, print, and return 1 if a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("html", type=Path, nargs="?", default=ROOT / "_build" / "html")
    html = parser.parse_args(arguments).html.resolve()
    if program("chromium") is None:
        print("This needs Chromium; install it: sudo apt install chromium")
        return 1
    with browser() as chromium:
        print("Cold visits over 10 Mbit/s with 40 ms latency:")
        visits = {}
        with served(html) as address:
            for name in pages_of(html):
                visits[name] = one = visit(chromium, f"{address}{name}.html")
                print(
                    f"  {name:<40} {one.weight:6.0f} kB gz, first paint {one.paint:.2f} s", end=""
                )
                print(f", slider alive {one.alive:.2f} s" if one.alive else "")
        found = measures(chromium, html, visits)
    print("The worst of all pages, and what is allowed:")
    for label, value in found.items():
        most, unit = BUDGETS[label]
        mark = "BROKEN" if value >= most else ""
        print(f"  {label:<40} {value:9.2f} {unit:<6} under {most} {mark}")
    return int(any(value >= BUDGETS[label][0] for label, value in found.items()))


if __name__ == "__main__":
    sys.exit(main())
