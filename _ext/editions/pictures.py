"""Gives figures a PNG beside their SVG: a notebook that is not trusted shows no SVG."""

import base64
import hashlib
import io
from pathlib import Path

import matplotlib
import resvg_py
from PIL import Image

from editions.cache import cached

SVG, PNG = "image/svg+xml", "image/png"
ZOOM = 1.5  # dots a pixel
SHADES = 128
FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf")  # words are drawn with these


def add_png(output):
    """Put the picture into an output, and the size at which it is shown."""
    picture = png(output.data[SVG])
    width, height = Image.open(io.BytesIO(picture)).size
    output.data[PNG] = base64.b64encode(picture).decode()
    output.metadata[PNG] = {"width": round(width / ZOOM), "height": round(height / ZOOM)}


def png(svg):
    """Return an SVG as PNG on white."""
    name = hashlib.sha256(f"{ZOOM} {SHADES} {svg}".encode()).hexdigest()
    return cached(f"{name}.png", lambda: drawn(svg)).read_bytes()


def drawn(svg):
    """Draw an SVG, in few shades and so in few bytes."""
    how = {"dpi": 96, "zoom": ZOOM, "background": "white", "skip_system_fonts": True}
    raw = resvg_py.svg_to_bytes(svg_string=svg, font_dirs=[str(FONTS)], **how)
    picture = Image.open(io.BytesIO(raw))
    small = io.BytesIO()
    picture.convert("RGB").quantize(SHADES).save(small, "PNG", optimize=True)
    return small.getvalue()
