r"""A stack of bits in one number, and a machine of saturated-linear units on it (chapter 7).

After Siegelmann and Sontag (1995).
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longterm import _check
from longterm._types import Integers

__all__ = [
    "Codes",
    "balanced",
    "pop",
    "push",
    "read_brackets",
    "read_word",
    "saturate",
    "top",
    "write_word",
]

Codes = NDArray[Any]
"""Stacks: floats of any precision, or fractions."""

_NUMBERS = (Fraction, float, np.float64, np.float32, np.float16)
_BRACKETS = {"(": (1, 0), "[": (1, 1), ")": (0, 0), "]": (0, 1)}


def saturate(x: Any) -> Any:
    r"""The saturated-linear function, of floats or of fractions.

    .. math:: \operatorname{sat}(x) = \min(1, \max(0, x))

    Parameters
    ----------
    x : array_like
        Floats of any precision, which is kept, or `fractions.Fraction`.

    Returns
    -------
    ndarray, or a single number
        Of the same kind as `x`; integers become floats.

    References
    ----------
    The units of Siegelmann and Sontag (1995).
    """
    return _plain(_sat(_codes("x", x)))


def top(q: Any) -> Any:
    r"""The bit on top of a stack, 0 for an empty one.

    .. math:: \operatorname{sat}(4q - 2)

    Parameters
    ----------
    q : array_like
        Stacks, as `push` makes them: floats or fractions.

    Returns
    -------
    ndarray, or a single number
        0 or 1 for every q that is the code of a word; something between where
        :math:`\frac12 < q < \frac34`, which no word has.
    """
    return _plain(_top(_sat(_codes("q", q))))


def push(q: Any, bit: ArrayLike) -> Any:
    r"""Put a bit on a stack.

    .. math:: q \leftarrow \frac q4 + \frac{2b + 1}4

    Parameters
    ----------
    q : array_like
        Stacks: floats of any precision, which is kept, or fractions. Empty ones are 0.
    bit : array_like
        Integers 0 or 1, broadcast with `q`.

    Returns
    -------
    ndarray, or a single number
    """
    return _plain(_push(_codes("q", q), _bits("bit", bit)))


def pop(q: Any) -> Any:
    r"""Take the top bit off a stack; an empty one stays empty.

    .. math:: q \leftarrow \operatorname{sat}\bigl(4q - (2\operatorname{top}(q) + 1)\bigr)

    Parameters
    ----------
    q : array_like
        Stacks: floats or fractions.

    Returns
    -------
    ndarray, or a single number
    """
    return _plain(_pop(_sat(_codes("q", q))))


def write_word(bits: ArrayLike, number: type = float) -> Any:
    r"""Push a word, its last bit first, so that its first bit ends on top.

    .. math:: q = \sum_{i=1}^n \frac{2 b_i + 1}{4^i}

    With `fractions.Fraction` the sum is exact; with floats each push is rounded once.

    Parameters
    ----------
    bits : array_like of shape (..., n)
        Integers 0 or 1; a word a row.
    number : type
        `fractions.Fraction`, `float`, or NumPy's float16, float32 or float64.

    Returns
    -------
    ndarray of shape (...), or a single number
        0 for the empty word.

    References
    ----------
    Siegelmann and Sontag (1995).
    """
    bits, number = _bits("bits", bits), _number_type(number)
    if bits.ndim == 0:
        raise ValueError("bits must have shape (..., n), got a single number")
    q = _zeros(bits.shape[:-1], number)
    for k in reversed(range(bits.shape[-1])):
        q = _push(q, bits[..., k])
    return _plain(q)


def read_word(q: Any, length: int) -> NDArray[np.int8]:
    r"""Pop a number of bits, the top first; a bit is 1 where the top is at least ½.

    Parameters
    ----------
    q : array_like
        Stacks: floats or fractions. What lies outside 0 … 1 is saturated first.
    length : int
        How many bits to pop, at least 0.

    Returns
    -------
    ndarray of int8, shape ``q.shape + (length,)``
    """
    q, length = _sat(_codes("q", q)), _check.size("length", length, least=0)
    _check.room(np.size(q) * length, "q and length")
    bits = np.empty((*np.shape(q), length), dtype=np.int8)
    for k in range(length):
        bits[..., k] = 2 * _top(q) >= 1
        q = _pop(q)
    return bits


def read_brackets(text: str, number: type = Fraction) -> NDArray[Any]:
    r"""States of a machine of ten saturated-linear units that checks brackets.

    Its memory is a stack q of the brackets that are open, and a flag that rises at the first
    bracket that does not fit. For each sign, with o = 1 if it opens and k its kind, it computes

    .. math:: a = \operatorname{sat}(4q - 2), \quad f = \operatorname{sat}(4q), \quad
       c = \operatorname{sat}(a - k), \quad d = \operatorname{sat}(k - a)

    .. math:: e = \operatorname{sat}\bigl(\tfrac q4 + \tfrac{2k+1}4 + o - 1\bigr), \quad
       g = \operatorname{sat}(4q - 2a - 1 - o), \quad
       m = \operatorname{sat}(c + d - o), \quad n = \operatorname{sat}(1 - f - o)

    .. math:: q \leftarrow \operatorname{sat}(e + g), \qquad
       \text{flag} \leftarrow \operatorname{sat}(\text{flag} + m + n)

    Parameters
    ----------
    text : str
        Of the signs ( ) [ ] alone.
    number : type
        `fractions.Fraction`, `float`, or NumPy's float16, float32 or float64.

    Returns
    -------
    ndarray of shape (len(text) + 1, 2)
        The stack and the flag before the first sign and after each; of fractions, dtype object.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    if set(text) - set(_BRACKETS):
        raise ValueError(f"text must consist of ( ) [ ], got {text!r}")
    states = _zeros((len(text) + 1, 2), _number_type(number))
    for t, sign in enumerate(text):
        q, flag = states[t]
        states[t + 1] = _bracket_step(q, flag, *_BRACKETS[sign])
    return states


def balanced(text: str, number: type = Fraction) -> bool:
    r"""Whether every bracket is closed by one of its kind, as the machine sees it.

    Parameters
    ----------
    text : str
        Of the signs ( ) [ ] alone.
    number : type
        `fractions.Fraction`, with which the answer is always right, or a type of floats,
        with which it is right for nests of some depth.

    Returns
    -------
    bool
        True if the stack ends empty and the flag at 0, after `read_brackets`.
    """
    q, flag = read_brackets(text, number)[-1]
    return bool(_sat(4 * q) == 0 and flag == 0)


def _codes(name: str, value: Any) -> Codes:
    """`value` as an array of fractions, or of finite floats in their own precision."""
    if isinstance(value, Fraction | list | tuple | np.ndarray):
        items = np.array(value, dtype=object)
        if items.size and all(isinstance(item, Fraction) for item in items.flat):
            return items
    floats = _check.array(name, value, real=True)
    given = getattr(value, "dtype", None)
    return floats.astype(given) if given in (np.float16, np.float32) else floats


def _bits(name: str, value: Any) -> Integers:
    """`value` as an array of the integers 0 and 1."""
    bits = _check.integers(name, value)
    if not np.isin(bits, (0, 1)).all():
        raise ValueError(f"{name} must be 0 or 1 everywhere")
    return bits


def _number_type(number: type) -> type:
    if not isinstance(number, type) or number not in _NUMBERS:
        raise TypeError(f"number must be Fraction or a type of floats, got {number!r}")
    return number


def _zeros(shape: tuple[int, ...], number: type) -> Codes:
    """Zeros of that type; of fractions, an array of dtype object."""
    if number is Fraction:
        return np.full(shape, Fraction(0), dtype=object)
    return np.zeros(shape, dtype=number)


def _plain(x: Any) -> Any:
    """A number in place of an array without axes."""
    return np.asarray(x)[()]


def _sat(x: Any) -> Any:
    return np.minimum(np.maximum(x, 0), 1)


def _top(q: Any) -> Any:
    return _sat(4 * q - 2)


def _push(q: Any, bit: Any) -> Any:
    if np.asarray(q).dtype == object:
        return (q + (2 * bit.astype(object) + 1)) / Fraction(4)
    return q / 4 + ((2 * bit + 1) / 4).astype(q.dtype)


def _pop(q: Any) -> Any:
    return _sat(4 * q - (2 * _top(q) + 1))


def _bracket_step(q: Any, flag: Any, opens: int, kind: int) -> tuple[Any, Any]:
    """The ten units of `read_brackets`, once each."""
    top, full = _top(q), _sat(4 * q)
    differs = _sat(top - kind) + _sat(kind - top)
    gate = type(q)(2 * kind + 4 * opens - 3) / 4  # (2k + 1)/4 + o - 1, exact
    pushed, popped = _sat(q / 4 + gate), _sat(4 * q - (2 * top + 1 + opens))
    wrong, missing = _sat(differs - opens), _sat(1 - full - opens)
    return _sat(pushed + popped), _sat(flag + wrong + missing)
