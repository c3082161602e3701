"""Plain values on the pipe between tests and student code: data, and nothing that could run.

A message is its length in four bytes and then JSON. Besides numbers, strings and lists it may
hold {"array": [dtype, shape, base64]}, {"complex": [re, im]} and {"float": "nan"}, no other object.
Lists hold numbers, arrays and such lists. Whatever a message holds, reading it takes time and
memory in proportion to its length.
"""

import base64
import json
import math

import numpy as np

MOST_BYTES = 2_000_000
MOST_DEPTH, MOST_TEXT = 4, 1000
DTYPES = {"<f8", "<f4", "<i8", "<i4", "<c16", "|b1"}


class NotPlain(ValueError):
    """A value or a message that the pipe does not carry."""


def encode(value, depth=0):
    """Return what stands for a value in JSON."""
    if depth > MOST_DEPTH:
        raise NotPlain("lists within lists, too deep")
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, complex):
        return {"complex": [encode(value.real), encode(value.imag)]}
    if isinstance(value, list | tuple):
        return [encode(item, depth + 1) for item in value]
    if isinstance(value, np.ndarray):
        return encode_array(np.asarray(value))
    raise NotPlain(f"a value of type {type(value).__name__}")


def encode_array(array):
    """Return an array as dtype, shape and bytes."""
    array = np.array(array, dtype=array.dtype.newbyteorder("<"), order="C", copy=True)
    if array.dtype.str not in DTYPES:
        raise NotPlain(f"an array of {array.dtype}")
    if array.nbytes > MOST_BYTES // 2:
        raise NotPlain(f"an array of {array.size} numbers, which is too many")
    data = base64.b64encode(array.tobytes()).decode()
    return {"array": [array.dtype.str, list(array.shape), data]}


def decode(value, depth=0):
    """Return the value that `encode` was given; anything else is refused."""
    if isinstance(value, list) and depth < MOST_DEPTH:
        return [decode(item, depth + 1) for item in value]
    if isinstance(value, list) or (depth and (value is None or isinstance(value, str))):
        raise NotPlain("a list of what is no number")
    if isinstance(value, str) and len(value) > MOST_TEXT:
        raise NotPlain("a text that is too long")
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise NotPlain("an object of unknown kind")
    [(kind, content)] = value.items()
    if kind == "float" and content in ("nan", "inf", "-inf"):
        return float(content)
    if kind == "complex" and isinstance(content, list) and len(content) == 2:
        parts = [decode(part) for part in content]
        if all(type(part) is float for part in parts):
            return complex(*parts)
    if kind == "array" and isinstance(content, list) and len(content) == 3:
        return decode_array(*content)
    raise NotPlain("an object of unknown kind")


def decode_array(dtype, shape, data):
    """Return an array from its three parts, which must fit each other."""
    if not isinstance(dtype, str) or dtype not in DTYPES or not isinstance(data, str):
        raise NotPlain("an array of unknown kind")
    if not isinstance(shape, list) or len(shape) > 4:
        raise NotPlain("an array of unknown shape")
    if not all(type(side) is int and 0 <= side <= MOST_BYTES for side in shape):
        raise NotPlain("an array of unknown shape")
    content = base64.b64decode(data, validate=True)
    if len(content) != math.prod(shape) * np.dtype(dtype).itemsize:
        raise NotPlain("an array whose parts do not fit")
    return np.frombuffer(content, dtype=dtype).reshape(shape).copy()


def pack(message):
    """Return a message, whose values are already encoded, as its length and its bytes."""
    data = json.dumps(message, allow_nan=False).encode()
    if len(data) > MOST_BYTES:
        raise NotPlain("too much data for one answer")
    return len(data).to_bytes(4, "big") + data


def unpack(data):
    """Return the message in some bytes: an object in JSON, of bounded depth."""
    try:
        message = json.loads(data, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise NotPlain("a message that cannot be read") from None
    if not isinstance(message, dict):
        raise NotPlain("a message of unknown kind")
    return message


def refuse(name):
    """Refuse NaN and Infinity, which are no JSON."""
    raise NotPlain(f"{name} in a message")
