"""Gives figures a PNG beside their SVG: a notebook that is not trusted shows no SVG."""

import base64
import hashlib
import io
from pathlib import Path

import resvg_py
from PIL import Image

SVG, PNG = "image/svg+xml", "image/png"
CACHE = Path(__file__).resolve().parents[2] / "build" / "pictures"
ZOOM = 1.5  # dots a pixel
SHADES = 128


def add_png(output):
    """Put the picture into an output, and the size at which it is shown."""
    drawn = png(output.data[SVG])
    width, height = Image.open(io.BytesIO(drawn)).size
    output.data[PNG] = base64.b64encode(drawn).decode()
    output.metadata[PNG] = {"width": round(width / ZOOM), "height": round(height / ZOOM)}


def png(svg):
    """Return an SVG as PNG on white; what was drawn before is taken from the cache."""
    path = CACHE / f"{hashlib.sha256(f'{ZOOM} {SHADES} {svg}'.encode()).hexdigest()}.png"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        how = {"dpi": 96, "zoom": ZOOM, "background": "white", "skip_system_fonts": True}
        drawn = Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_string=svg, **how)))
        small = io.BytesIO()
        drawn.convert("RGB").quantize(SHADES).save(small, "PNG", optimize=True)
        replace(path, small.getvalue())
    return path.read_bytes()


def replace(path, content):
    """Write a file in one step: another process may do so, too."""
    part = path.with_suffix(f".{id(content)}")
    part.write_bytes(content)
    part.replace(path)
