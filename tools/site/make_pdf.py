"""Print the book, built as one page, to a PDF with Chromium; `make pdf` runs this."""

import argparse
import html
import io
import os
import re
import sys
import time
from pathlib import Path

import pypdf
from playwright.sync_api import sync_playwright
from tools.programs import how_to_install, program

TIMEOUT = 180_000  # ms for any one step
FLAGS = ["--no-sandbox", "--disable-gpu"]  # no sandbox starts for root; the page is our own

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
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
  const formulas = [...document.querySelectorAll('.bd-article .math')];
  return {
    'formulas not set': formulas.filter((node) => !node.querySelector('math')).length,
    'pictures not loaded': [...document.images].filter((image) => !image.naturalWidth).length,
  };
})()"""

# Puts a list of chapters and sections, each with an anchor of its own, before the first chapter.
CONTENTS = """(pages) => {
  document.querySelector('nav.contents')?.remove();
  const first = document.querySelector('span[id^="document-"]');
  if (!first) return;
  const nav = Object.assign(document.createElement('nav'), { className: 'contents' });
  nav.append(Object.assign(document.createElement('h2'), { textContent: 'Contents' }));
  document.querySelectorAll('span[id^="document-"] + section').forEach((chapter) => {
    for (const part of [chapter, ...chapter.querySelectorAll(':scope > section')]) {
      const title = part.querySelector(':scope > :is(h2, h3)');
      if (part !== chapter && !title.querySelector('.section-number')) continue;
      title.id = `contents-${nav.childElementCount}`;
      const line = Object.assign(document.createElement('a'), { href: `#${title.id}` });
      line.className = part === chapter ? 'chapter' : '';
      const words = title.cloneNode(true);
      words.querySelector('.headerlink')?.remove();
      line.append(Object.assign(document.createElement('span'), { textContent: words.textContent }),
        Object.assign(document.createElement('span'), { textContent: pages[title.id] ?? '' }));
      nav.append(line);
    }
  });
  first.before(nav);
}"""

FOOTER = """<div style="color: #555; display: flex; font: 8px sans-serif; width: 100%;
  justify-content: space-between; margin: 0 0.8in"><span>{title}</span><span class="pageNumber">
</span></div>"""

PAPER = {
    "format": "A4",
    "scale": 0.8,  # a line is as long as on the site
    "margin": {"top": "0.75in", "bottom": "0.85in", "left": "0.8in", "right": "0.8in"},
    "print_background": True,
    "display_header_footer": True,
    "header_template": "<span></span>",
    "outline": True,
    "tagged": True,
}


class CannotPrint(Exception):
    """No PDF was made; the message says why."""


def complaints(missing):
    """Return a line on what would be a hole in the PDF, "" if nothing."""
    return ", ".join(f"{count} {what}" for what, count in missing.items() if count)


def print_page(path):
    """Return the PDF of an HTML file."""
    command = program("chromium")
    if command is None:
        raise CannotPrint(f"Chromium is missing; {how_to_install(['chromium'])}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=command, args=FLAGS)
        page = chromium.new_page()
        page.set_default_timeout(TIMEOUT)
        page.emulate_media(media="print")
        page.goto(path.resolve().as_uri())
        page.evaluate(CONTENTS, {})
        if found := complaints(page.evaluate(PREPARE)):
            raise CannotPrint(found)
        pdf = page.pdf(**PAPER, footer_template=FOOTER.format(title=html.escape(page.title())))
        page.evaluate(CONTENTS, page_numbers(pdf))
        pdf = page.pdf(**PAPER, footer_template=FOOTER.format(title=html.escape(page.title())))
        chromium.close()
    return pdf


def page_numbers(pdf):
    """Return the page of each line of the contents, by its anchor."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    places = {name.removeprefix("/"): at for name, at in reader.named_destinations.items()}
    return {
        name: reader.get_destination_page_number(at) + 1
        for name, at in places.items()
        if name.startswith("contents-")
    }


def dated(pdf, seconds):
    """Return a PDF that was made at this time, as it says."""
    stamp = time.strftime("(D:%Y%m%d%H%M%S", time.gmtime(seconds))
    return re.sub(rb"\(D:\d{14}", stamp.encode(), pdf)


def main(arguments=None):
    """Read the command line, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path, help="the book as one HTML page")
    parser.add_argument("pdf", type=Path, help="the PDF to write")
    options = parser.parse_args(arguments)
    try:
        seconds = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
        options.pdf.write_bytes(dated(print_page(options.page), seconds))
    except CannotPrint as error:
        print(f"No PDF was made: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
