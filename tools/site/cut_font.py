"""Cut the font of the formulas to what they may use: `python -m tools site.cut_font WHOLE`.

WHOLE is fonts/static_ttf/STIXTwoMath-Regular.ttf of tag v2.13b171 of github.com/stipub/stixfonts.
A test says when a formula uses a sign that is not in the part; add it to SIGNS then.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from fontTools import subset

PART = Path(__file__).resolve().parents[2] / "_ext" / "stix-two-math.woff2"
WHOLE = "49b22767985171bce579307b21d98f4d35012fa39e316acc4ffcab8644dfb69b"
SIGNS = "¯°±·×ˆ˙˜ϕ†‖′″…ℓ←→↔↦⇒⇔∀∂∃∅∇∈∉∏∑−∓∗∘√∝∞∣∥∧∨∩∪∫∼≈≠≡≤≥≪≫⊂⊆⊕⊗⊙⊤⊥⋅⋮⋯⋱⌈⌉⌊⌋⏞⏟⟨⟩⟹⟺ℕℝℎ𝒩𝔼"
SPACES = "\u00a0\u2002\u2003\u2009\u200a\u2061\u2062\u2063\ufe00"
ALPHABETS = [  # ASCII, Greek, and the italics that browsers take for a letter alone
    range(0x20, 0x7F),
    range(0x391, 0x3CA),
    range(0x1D434, 0x1D468),
    range(0x1D6E2, 0x1D71C),
]
ROOT = "uni221A"
SMALL = ("minute", "second")  # what has a form of its own as an exponent; for letters it is 40 kB


def signs():
    """Return the numbers of all signs that formulas may use."""
    return {*map(ord, SIGNS + SPACES), *(point for part in ALPHABETS for point in part)}


def limit_small_forms(font):
    """Leave of the forms for exponents those of the signs in SMALL."""
    table = font["GSUB"].table
    found = [f.Feature for f in table.FeatureList.FeatureRecord if f.FeatureTag == "ssty"]
    for number in {number for feature in found for number in feature.LookupListIndex}:
        for forms in table.LookupList.Lookup[number].SubTable:
            forms = getattr(forms, "ExtSubTable", forms).alternates
            for name in forms.keys() - set(SMALL):
                del forms[name]


def offer_small_forms(font):
    """Offer the forms for exponents outside the script math, too: there Chromium looks for them."""
    scripts = font["GSUB"].table.ScriptList.ScriptRecord
    languages = {one.ScriptTag: one.Script.DefaultLangSys for one in scripts}
    languages["DFLT"].FeatureIndex = languages["math"].FeatureIndex


def tame_tall_forms(font):
    """Leave room for the sign that is drawn: Chromium leaves as much as for its widest form.

    Tall roots become as narrow as the small one; of tall brackets the widest are left out.
    """
    variants = font["MATH"].table.MathVariants
    for sign, forms in zip(
        variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction, strict=True
    ):
        if sign != ROOT:
            del forms.MathGlyphVariantRecord[4:]
            continue
        names = {form.VariantGlyph for form in forms.MathGlyphVariantRecord}
        names |= {part.glyph for part in forms.GlyphAssembly.PartRecords}
        for name in names - {sign}:
            narrow(font, name, font["hmtx"][sign][0])


def narrow(font, name, width):
    """Give a sign another width."""
    old, bearing = font["hmtx"][name]
    font["glyf"][name].coordinates.scale((width / old, 1))
    font["glyf"][name].recalcBounds(font["glyf"])
    font["hmtx"][name] = (width, round(bearing * width / old))


def cut(whole, part=PART):
    """Write the part of a font, with its licence."""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["ssty", "dtls"])
    options.name_IDs = [0, 1, 2, 5, 6, 13, 14]
    options.drop_tables += ["GPOS"]
    font = subset.load_font(whole, options)
    limit_small_forms(font)
    tame_tall_forms(font)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=signs())
    cutter.subset(font)
    offer_small_forms(font)
    subset.save_font(font, part, options)


def main(arguments=None):
    """Read the command line, check the font, and cut it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("whole", type=Path, help="the font as its makers publish it")
    whole = parser.parse_args(arguments).whole
    if hashlib.sha256(whole.read_bytes()).hexdigest() != WHOLE:
        print(f"{whole} is not the font that tools/site/cut_font.py names.", file=sys.stderr)
        return 1
    cut(whole)
    return 0


if __name__ == "__main__":
    sys.exit(main())
