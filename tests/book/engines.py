"""Firefox and WebKitGTK behind the same few words, for tests that run in both.

Playwright drives Debian's Firefox over WebDriver BiDi; Selenium drives WebKitGTK's MiniBrowser on
a screen that nobody sees.
"""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from tools.programs import program

SIZE = (1280, 900)
PATIENCE = 120  # seconds for any one step; the machine may be busy
UNCHANGED = dict.fromkeys(("color_scheme", "reduced_motion", "forced_colors", "contrast"), "null")

# Resolves when fonts are there and what has changed is painted.
READY = "return document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(done)))"


class Firefox:
    """A window of Firefox."""

    def __init__(self, playwright):
        self.browser = playwright.firefox.launch(
            channel="moz-firefox", executable_path=program("firefox-esr")
        )
        context = self.browser.new_context(
            viewport={"width": SIZE[0], "height": SIZE[1]}, **UNCHANGED
        )
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)

    def open(self, url):
        self.page.goto(url)
        self.run(READY)

    def run(self, script):
        """Return what a script returns, or what it promises."""
        return self.page.evaluate(f"async () => {{ {script} }}")

    def press(self, key):
        self.page.keyboard.press(key)

    def click(self, x, y):
        self.page.mouse.click(x, y)

    def resize(self, width, height=SIZE[1]):
        self.page.set_viewport_size({"width": width, "height": height})

    def close(self):
        self.browser.close()


class WebKit:
    """A window of WebKitGTK's own small browser."""

    def __init__(self, screen):
        options = webdriver.WebKitGTKOptions()
        options.binary_location = str(mini_browser())
        options.add_argument("--automation")
        service = webdriver.WebKitGTKService(
            program("webkit2gtk-driver"), env={**os.environ, "DISPLAY": screen}
        )
        self.driver = webdriver.WebKitGTK(options=options, service=service)
        self.driver.set_script_timeout(PATIENCE)
        self.resize(*SIZE)

    def open(self, url):
        self.driver.get(url)
        self.run(READY)

    def run(self, script):
        """Return what a script returns, or what it promises."""
        return self.driver.execute_async_script(
            f"(async () => {{ {script} }})().then(arguments[0], (e) => arguments[0](String(e)))"
        )

    def press(self, key):
        ActionChains(self.driver).send_keys(getattr(Keys, named(key), key)).perform()

    def click(self, x, y):
        actions = ActionChains(self.driver)
        actions.w3c_actions.pointer_action.move_to_location(round(x), round(y))
        actions.w3c_actions.pointer_action.click()
        actions.perform()

    def resize(self, width, height=SIZE[1]):
        """Give the page this size; a window is larger than its page by a frame."""
        self.driver.set_window_size(width, height)
        inner = self.run("return [innerWidth, innerHeight]")
        self.driver.set_window_size(2 * width - inner[0], 2 * height - inner[1])

    def close(self):
        self.driver.quit()


def named(key):
    """Return Selenium's name of a key: ArrowRight is ARROW_RIGHT."""
    return "".join(f"_{c}" if c.isupper() and k else c for k, c in enumerate(key)).upper()


def mini_browser():
    """Return the path of the browser that comes with WebKitGTK's driver."""
    folders = Path("/usr/lib").glob("*-linux-gnu/webkit2gtk-4.1")
    return next(path for folder in folders if (path := folder / "MiniBrowser").exists())


@contextmanager
def unseen_screen():
    """Start a screen of its own; give its name."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "2000x1200x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL
    ) as server:
        os.close(writing)
        try:
            with os.fdopen(reading) as display:
                yield f":{display.readline().strip()}"
        finally:
            server.terminate()


@contextmanager
def window(engine):
    """Open a window of an engine, "firefox" or "webkit"."""
    if engine == "firefox":
        with sync_playwright() as playwright:
            yield from closing(Firefox(playwright))
    else:
        with unseen_screen() as screen:
            yield from closing(WebKit(screen))


def closing(opened):
    """Give a window, and close it in the end."""
    try:
        yield opened
    finally:
        opened.close()
