"""Cells that rounding decides, and how far two runs of a cell may be apart.

Chapters 6 and 8 train networks. Training amplifies the last digit of a float, which processors
round differently, so on another machine a few of a hundred trials may end otherwise. The output
of a cell that shows this cannot be compared letter by letter. Such a cell carries the tag
`nbval-ignore-output`, so that nbval lets it pass, and under `rounding` in its metadata the reason;
and it asserts what holds on every machine (`test_notebooks.py` asks for all three). Its outputs
are still compared, by `beyond_rounding`, which `chapters/conftest.py` calls under nbval and
`run_notebooks.py --check` on a fresh run: all words must be the same, a number that is printed
with its standard error or an interval may move by 2.5 errors of the difference, and what a figure
draws by a tenth if it is a share, by a twentieth if it is a mean or larger than 2. `seeds.py`
reads printed numbers in the same way, to compare runs with other seeds.
"""

import math
import re
from typing import NamedTuple

MOST_ERRORS = 4.5  # between runs with other seeds; so that hundreds of comparisons do not cry wolf
QUANTILE = 1.96  # an interval of 95 % reaches so many standard errors to either side
MOST_BY_ROUNDING = 2.5  # standard errors, between runs in which a few trials end otherwise
MOST_IN_SHARES = 0.1  # twice the largest standard error of a share of a hundred trials
MOST_IN_MEANS = 0.05  # of several shares; of what is larger than 2, relative

NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
PLACE = re.compile(rf"(mean )?({NUMBER})")
WITH_ERROR = re.compile(rf"({NUMBER})%?\s*(?:±|\+-)\s*({NUMBER})%?")
INTERVAL = re.compile(rf"\((?:1 in )?\s*({NUMBER})%? to\s+(?:1 in )?({NUMBER}) ?%?\)")


class Measured(NamedTuple):
    """A number and its standard error, as they are printed."""

    value: float
    error: float
    rounding: float
    """Half a unit of the last digit of either."""

    def __str__(self):
        """Return both with few digits."""
        return f"{self.value:g} ± {self.error:.2g}"


def measured(text):
    """Return all numbers in a text that have a standard error or an interval."""
    found = []
    for pattern in (WITH_ERROR, INTERVAL):
        for match in pattern.finditer(text):
            one, other = map(float, match.groups())
            rounding = max(map(_half_unit, match.groups()))
            if pattern is INTERVAL:
                one, other = (one + other) / 2, abs(other - one) / 2 / QUANTILE
            found.append((match.start(), Measured(one, other, rounding)))
    return [number for _, number in sorted(found)]


def _half_unit(number):
    mantissa, _, exponent = number.partition("e")
    digits = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - digits)


def errors_apart(old, new):
    """Return by how many standard errors of their difference two numbers differ."""
    apart = max(abs(old.value - new.value) - old.rounding - new.rounding, 0.0)
    if apart == 0:
        return 0.0
    error = math.hypot(old.error + old.rounding, new.error + new.rounding)
    return apart / error


# --- Cells that rounding decides ---------------------------------------------------------------


def printed(outputs):
    """Return what a cell has printed."""
    return "".join(output.get("text", "") for output in outputs)


def drawn(outputs):
    """Return the digests of a cell's figures."""
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in outputs)


def without_numbers(text):
    """Return a text in which every number, and the space before it, is one sign."""
    return re.sub(rf"\s*{NUMBER}", " #", text)


def beyond_rounding(old, new):
    """Return in words how two outputs of a cell differ by more than a few trials would explain.

    All but the numbers must be the same. A printed number with a standard error or an interval may
    move by a few errors, a share in a figure by a tenth, a mean or what is larger by a twentieth.
    """
    if any(without_numbers(part(old)) != without_numbers(part(new)) for part in (printed, drawn)):
        return ["more than numbers has changed"]
    pairs = zip(measured(printed(old)), measured(printed(new)), strict=True)
    places = zip(*(PLACE.findall(drawn(outputs)) for outputs in (old, new)), strict=True)
    found = [pair for pair in pairs if errors_apart(*pair) > MOST_BY_ROUNDING]
    found += [(before, now) for (mean, before), (_, now) in places if not near(mean, before, now)]
    return [f"{before} is now {now}" for before, now in found]


def near(mean, before, now):
    """Tell whether a number that a figure draws, or its mean, has moved by little."""
    most = MOST_IN_MEANS if mean else MOST_IN_SHARES
    return math.isclose(float(before), float(now), rel_tol=MOST_IN_MEANS, abs_tol=most)
