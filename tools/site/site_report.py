"""Measure the built site as a visitor's browser has it: `make site-report`.

Prints, beside the same for a Jupyter Book with default settings, the weight of chapters, times to
first paint and to live sliders over two lines, time in scripts, shifts, and the time of a slider's
step. `tests/book/test_site.py` looks with the same browser for what must be nothing: requests to
other hosts, errors in the console, barriers that axe-core finds.
"""

import argparse
import gzip
import http.server
import itertools
import statistics
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from playwright.sync_api import TimeoutError as BrowserTimeoutError
from playwright.sync_api import sync_playwright
from tools.programs import program
from tools.site import default_book

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
PATIENCE = 180_000  # ms for any one step; the machine may be busy
LINES = {"10 Mbit/s": (10, 40), "slow 4G": (1.6, 150)}  # Mbit/s, and ms to and fro
ROUNDS = 3
BUDGETS = {
    "heaviest chapter": (170, "kB gz"),
    "heaviest other page": (170, "kB gz"),
    "most requests": (12, ""),
    "first paint, 10 Mbit/s": (0.6, "s"),
    "formulas and sliders, 10 Mbit/s": (1.3, "s"),
    "formulas and sliders, slow 4G": (2.0, "s"),
    "time in scripts": (50, "ms"),
    "layout shift": (0.02, ""),
    "layout shift, link to a section": (0.02, ""),
    "slider step, median": (33, "ms"),
    "slider step, 95th percentile": (33, "ms"),
}

# What was measured before the site had formulas and sliders of its own, at commit e932644.
BEFORE = {
    "heaviest chapter": 1123,
    "most requests": 47,
    "formulas and sliders, slow 4G": 8,
    "layout shift": 0.26,
    "layout shift, link to a section": 0.38,
}

# What of a page axe-core looks at, and its options. Colours take it a while: one place of each look
# is enough.
COLOURS = ["color-contrast", "link-in-text-block"]
PARTS = {
    "rest": ([["html"]], {"rules": {name: {"enabled": False} for name in COLOURS}}),
    "looks": ([["[data-look]"]], {"runOnly": COLOURS}),
}

UNMARK = "(one) => delete one.dataset.look"

# Marks one text of each look that is not known: of one colour and size, on the same grounds.
LOOKS = """(known) => {
  const [looks, before] = [new Map(), new Set(known)];
  for (const one of document.querySelectorAll('body *')) {
    delete one.dataset.look;
    const says = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!says || !one.checkVisibility()) continue;
    const above = [];
    for (let at = one; at; at = at.parentElement) above.push(getComputedStyle(at));
    const { color, fontSize, fontWeight, textDecorationLine: line } = above[0];
    const grounds = above.map((style) =>
      style.backgroundColor + style.backgroundImage + style.opacity);
    const link = one.closest('a') && getComputedStyle(one.closest('a').parentElement).color;
    const look = [color, fontSize, fontWeight, line, link, ...new Set(grounds)].join();
    if (before.has(look)) continue;
    const other = looks.get(look);
    if (!other || one.childElementCount < other.childElementCount) looks.set(look, one);
  }
  for (const one of looks.values()) one.dataset.look = '';
  return [...looks.keys()];
}"""

# WCAG 2.2, 1.4.12: a reader's own spacing.
SPACED = """document.head.append(Object.assign(document.createElement("style"), { textContent:
  `* { line-height: 1.5 !important; letter-spacing: .12em !important;
       word-spacing: .16em !important; } p { margin-bottom: 2em !important; }` }))"""

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


def barriers(page, parts=("rest", "looks"), known=None):
    """Return what axe-core finds on the page as it is now, a line each.

    Looks in the set `known` are not looked at again; those of the page are added to it.
    """
    known = set() if known is None else known
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe_source())
    new = page.evaluate(LOOKS, list(known)) if "looks" in parts else []
    found = []
    for include, options in [PARTS[part] for part in parts if new or part != "looks"]:
        found += page.evaluate(
            "async ([include, options]) => (await axe.run({ include }, options)).violations",
            [include, {"preload": False, "resultTypes": ["violations"], **options}],
        )
    page.evaluate(f"document.querySelectorAll('[data-look]').forEach({UNMARK})")
    known.update(new)
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
        with suppress(ConnectionError):  # a visitor may leave
            self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(folder, handler=Compressing):
    """Serve a folder on this machine; give the address."""
    at_folder = partial(handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), at_folder) as server:
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
    """One cold visit over a slow line."""

    weight: float  # kB as sent
    requests: int
    elsewhere: int  # requests to other hosts, which are not served here
    paint: float  # s
    alive: float | None  # s until formulas and sliders are there, None without sliders
    script: float  # ms
    shift: float


PAINT = "performance.getEntriesByName('first-contentful-paint')"

# Adds up by how much the page's parts move by themselves.
SHIFTS = """window.shift = 0; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift += one.value;
}).observe({ type: 'layout-shift', buffered: true })"""


def visit(chromium, url, line, tries=3):
    """Load a page with an empty cache over a slow line, and measure.

    Now and then the emulated line stalls for good; such a visit says nothing, and is repeated.
    """
    for _ in range(tries - 1):
        try:
            return visit_once(chromium, url, line)
        except BrowserTimeoutError:
            continue
    return visit_once(chromium, url, line)


def throttle(protocol, speed, latency):
    """Make the line slow."""
    rate = speed * 1e6 / 8
    protocol.send("Network.enable")
    protocol.send("Performance.enable")
    protocol.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency,
            "downloadThroughput": rate,
            "uploadThroughput": rate,
        },
    )


def visit_once(chromium, url, line):
    """One visit as `visit` makes it."""
    sent, inside, elsewhere = {}, set(), []  # what stands inside a sheet is not sent by itself
    with chromium.new_context() as context:
        page = context.new_page()
        protocol = context.new_cdp_session(page)
        protocol.on(
            "Network.requestWillBeSent",
            lambda e: e["request"]["url"].startswith("data:") and inside.add(e["requestId"]),
        )
        protocol.on(
            "Network.loadingFinished",
            lambda e: sent.update({e["requestId"]: e["encodedDataLength"]}),
        )
        page.on("requestfailed", lambda request: elsewhere.append(request.url))
        throttle(protocol, *LINES[line])
        page.add_init_script(ALIVE)
        page.add_init_script(SHIFTS)
        page.goto(url, timeout=30_000)
        wait_until_ready(page)
        page.wait_for_function(f"{PAINT}.length")
        paint = page.evaluate(f"{PAINT}[0].startTime")
        alive = page.evaluate("window.sliderAlive ?? null")
        shift = page.evaluate("window.shift")
        script = metric(protocol, "ScriptDuration")
    weights = [size for name, size in sent.items() if name not in inside]
    return Visit(
        sum(weights) / 1000,
        len(weights) + len(elsewhere),
        len(elsewhere),
        paint / 1000,
        alive and alive / 1000,
        1000 * script,
        shift,
    )


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
    spent = [metric(protocol, "ThreadTime")]
    for _ in range(count):
        page.keyboard.press("ArrowRight")
        next_frame(page)
        spent.append(metric(protocol, "ThreadTime"))
    protocol.detach()
    return [1000 * (after - before) for before, after in itertools.pairwise(spent)]


def metric(protocol, name):
    """Return one of the seconds that Chromium has counted for the page."""
    metrics = protocol.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == name)


def pages_of(html):
    """Return the names of all pages but those of source code and single figures, no suffix."""
    left_out = {"_static", "_modules", "figures"}
    paths = (path for path in html.rglob("*.html") if not left_out & set(path.parts))
    return sorted(path.relative_to(html).with_suffix("").as_posix() for path in paths)


def worst(visits, name):
    """Return the largest of the pages' medians of one of the fields of their visits."""
    middles = []
    for one in visits:
        values = [getattr(single, name) for single in one]
        if None not in values:
            middles.append(statistics.median(values))
    return max(middles, default=None)


def table(visits):
    """Return the measured values of one book by the names of their budgets.

    `visits` has the visits to a page by (line, page).
    """

    def over(line, kind=""):
        rows = ((page, seen) for (used, page), seen in visits.items() if used == line)
        return [seen for page, seen in rows if kind in page and "#" not in page]

    fast, slow = over("10 Mbit/s", "chapters/"), over("slow 4G", "chapters/")
    others = [seen for (_, page), seen in visits.items() if "chapters/" not in page]
    places = [seen for (_, page), seen in visits.items() if "#" in page]
    return {
        "heaviest chapter": worst(fast, "weight"),
        "heaviest other page": worst(others, "weight"),
        "most requests": worst(fast, "requests"),
        "of these to other hosts": worst(fast, "elsewhere"),
        "first paint, 10 Mbit/s": worst(fast, "paint"),
        "formulas and sliders, 10 Mbit/s": worst(fast, "alive"),
        "formulas and sliders, slow 4G": worst(slow, "alive"),
        "time in scripts": worst(fast, "script"),
        "time in scripts, link to a section": worst(places, "script"),
        "layout shift": worst(fast, "shift"),
        "layout shift, link to a section": worst(places, "shift"),
    }


def steps(chromium, html, names):
    """Return the median and the 95th percentile of a slider's step on some pages, in ms."""
    times = []
    for name in names:
        with chromium.new_context() as context:
            page, _ = open_page(context, f"{(html / name).as_uri()}.html", html.as_uri())
            show_all(page)
            times += step_times(page)
    return {
        "slider step, median": statistics.median(times),
        "slider step, 95th percentile": statistics.quantiles(times, n=20)[-1],
    }


def plan(html):
    """Return what is visited in one book: (line, page) for chapters, other pages, and a link."""
    names = pages_of(html)
    chapters = [name for name in names if name.startswith("chapters/")]
    rows = [(line, name) for line in LINES for name in chapters]
    rows += [("10 Mbit/s", name) for name in names if name not in chapters]
    return [*rows, *(("10 Mbit/s", f"{name}.html#what-to-remember") for name in chapters[::4])]


def visit_all(chromium, books):
    """Visit the pages of all books in turn, so that a busy machine is unfair to none."""
    found = {title: {} for title in books}
    with ExitStack() as stack:
        homes = {title: stack.enter_context(served(html)) for title, html in books.items()}
        rows = {title: plan(html) for title, html in books.items()}
        for number in range(ROUNDS):
            print(f"Cold visits, round {number + 1} of {ROUNDS} ...", flush=True)
            for turn in itertools.zip_longest(*rows.values()):
                for title, row in zip(books, turn, strict=True):
                    if row:
                        line, page = row
                        url = homes[title] + (page if "#" in page else f"{page}.html")
                        found[title].setdefault(row, []).append(visit(chromium, url, line))
    return found


def main(arguments=None):
    """Measure, print, and return 1 if a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("html", type=Path, nargs="?", default=ROOT / "_build" / "html")
    html = parser.parse_args(arguments).html.resolve()
    if program("chromium") is None:
        print("This needs Chromium; install it: sudo apt install chromium")
        return 1
    with tempfile.TemporaryDirectory() as scratch, browser() as chromium:
        print("Building the chapters with Jupyter Book's own settings ...", flush=True)
        books = {"default": default_book.build(Path(scratch)), "now": html}
        seen = visit_all(chromium, books)
        values = {title: table(visits) for title, visits in seen.items()}
        fast = {page: visits for (line, page), visits in seen["now"].items() if line == "10 Mbit/s"}
        moving = [page for page, visits in fast.items() if visits[0].alive and "#" not in page]
        values["now"] |= steps(chromium, html, moving)
    return show(values)


def show(values):
    """Print the table; return 1 if a budget is broken."""
    print(f"{'the worst page, medians':<34}{'default':>9}{'before':>9}{'now':>9}  allowed")
    broken = False
    for label, value in values["now"].items():
        most, unit = BUDGETS.get(label, (None, ""))
        late = most is not None and value >= most + (label == "most requests")
        broken |= late
        row = [values["default"].get(label), BEFORE.get(label), value]
        cells = "".join(f"{'-' if one is None else f'{one:.3g}':>9}" for one in row)
        print(f"{label:<34}{cells}  {'' if most is None else f'{most:g} {unit}'}", end="")
        print("  BROKEN" if late else "")
    print("(The default book asks other hosts for its formulas and sliders, which are not served.)")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
