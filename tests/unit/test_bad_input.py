"""Bad input to every public function, class and method: the error names the argument.

`bad_input.py` has a row for each. On every argument of every row all that is listed there as
`EVERYTHING` is tried, and more. Each call gives a documented value, or a `ValueError` or
`TypeError` that names the argument: within a second, without a warning, and with nothing printed.
"""

import dataclasses
import inspect
import math
import re
import time
import tracemalloc
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from bad_input import EVERYTHING, ROWS, name_of, public

from longterm import products, scalar, scaling

each_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
SECONDS = 1.0
ERRORS = TypeError, ValueError  # themselves: NumPy's LinAlgError and others tell no user what to do


def answer(row, **changed):
    """What a row's function gives for its example, so changed; of a generator its first two."""
    result = row.call(**(row.good() | changed))
    if isinstance(result, Iterator):
        return [item for item, _ in zip(result, range(2), strict=False)]
    return result


def numbers(result):
    """All numbers in a result, as arrays."""
    if isinstance(result, np.ndarray) and result.dtype != object:
        yield result if result.dtype.kind in "fc" else np.zeros(1)
    elif isinstance(result, np.ndarray | list | tuple):
        for part in result if not isinstance(result, np.ndarray) else result.flat:
            yield from numbers(part)
    elif isinstance(result, Mapping):
        yield from numbers(list(result.values()))
    elif dataclasses.is_dataclass(result):
        yield from numbers(list(vars(result).values()))
    elif isinstance(result, int | float | complex | np.number):
        yield np.asarray(result, dtype=complex)


def undocumented(row, result):
    """What is in a result that no docstring promises; None if all is well."""
    if row.unchecked:
        return None
    values = [np.asarray(part) for part in numbers(result)]
    if any(np.isnan(part).any() for part in values):
        return "nan"
    return "inf" if not row.infinite and any(np.isinf(part).any() for part in values) else None


def complaint(row, name, value, may):
    """What is wrong with the answer to one value of one argument; None if all is right."""
    start = time.process_time()
    try:
        result = answer(row, **{name: value})
    except Exception as error:
        wrong = None if type(error) in ERRORS else f"{type(error).__name__}: {error}"
        named = "net" if name == "self" else name
        if wrong is None and not re.search(rf"\b{named}\b.*\w", str(error)):
            wrong = f"does not name it: {error}"
    else:
        wrong = undocumented(row, result) if may else f"was accepted, {result!r:.80}"
    if time.process_time() - start > SECONDS:
        wrong = f"took {time.process_time() - start:.1f} s"
    return None if wrong is None else f"{name} = {value!r:.60}: {wrong}"


def tried(kind):
    """All values that are tried on an argument of this kind, and whether they may be answered."""
    if not kind.alone:
        yield from ((value, kind.may(value)) for value in EVERYTHING.values())
    yield from ((value, kind.may(value)) for value in kind.also.values())
    for values in kind.refused.values():
        yield from ((value, False) for value in values)


def arguments(row):
    """The arguments of a row that have a kind, with it."""
    return {name: kind for name, (_, kind) in row.arguments.items() if kind is not None}


# --- The table -----------------------------------------------------------------------------------


def test_everything_public_has_a_row_and_every_argument_a_kind():
    assert set(ROWS) == {name_of(call) for call in public()}
    for name, row in ROWS.items():
        parameters = inspect.signature(row.call).parameters
        rest = [p for p in parameters if parameters[p].kind is inspect.Parameter.VAR_KEYWORD]
        given = list(row.arguments)
        known = [p for p in parameters if p not in rest]
        assert given == known or (rest and set(known) <= set(given)), name


def test_what_may_be_infinite_or_unchecked_is_documented():
    for row in filter(lambda row: row.infinite or row.unchecked, ROWS.values()):
        module = inspect.getmodule(row.call)
        owner = getattr(module, row.call.__qualname__.partition(".")[0])
        texts = [inspect.getdoc(thing) or "" for thing in (row.call, owner, module)]
        text = " ".join(" ".join(texts).split())
        for words in filter(None, (row.infinite, row.unchecked)):
            assert words in text, row.name


@each_row
def test_the_example_of_the_row_works(row):
    answer(row)


@each_row
def test_each_value_gives_a_documented_answer_or_an_error_that_names_the_argument(row, capfd):
    complaints = [
        complaint(row, name, value, may)
        for name, kind in arguments(row).items()
        for value, may in tried(kind)
    ]
    assert [text for text in complaints if text] == []
    assert capfd.readouterr() == ("", "")


def test_how_many_inputs_are_tried(capsys):
    counts = [len(list(tried(kind))) for row in ROWS.values() for kind in arguments(row).values()]
    with capsys.disabled():
        print(f"\n{len(ROWS)} functions, {len(counts)} arguments, {sum(counts)} inputs")
    assert sum(counts) > 10_000


# --- More than the table says --------------------------------------------------------------------


@each_row
def test_the_error_is_of_the_right_type(row):
    for name, kind in arguments(row).items():
        for error, values in kind.refused.items():
            for value in values:
                with pytest.raises(error, match=rf"\b{name}\b"):
                    answer(row, **{name: value})


@each_row
def test_huge_sizes_are_refused_before_anything_is_made(row):
    tracemalloc.start()
    try:
        for name, kind in arguments(row).items():
            for value in kind.refused.get(ValueError, ()):
                if type(value) is int and value >= 10**9:
                    with pytest.raises(ValueError, match=rf"\b{name}\b"):
                        answer(row, **{name: value})
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


@each_row
def test_what_is_missing_or_unknown_is_a_type_error(row):
    parameters = inspect.signature(row.call).parameters.values()
    if any(p.default is p.empty and p.kind is not p.VAR_KEYWORD for p in parameters):
        with pytest.raises(TypeError):
            row.call()
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        with pytest.raises(TypeError):
            row.call(**row.good(), unknown=1)


def test_the_walk_sees_each_fault():
    """A function with faults of all kinds: each is found."""
    faults = {
        "ZeroDivisionError": lambda x: 1 / 0,
        "does not name it": lambda x: int("no"),
        "was accepted": lambda x: 1.0,
        "nan": lambda x: [1.0, {"a": math.nan}],
        "inf": lambda x: (np.array([np.inf]),),
        "took": lambda x: time.sleep(0) or sum(range(10**8)),
    }
    for fault, function in faults.items():
        row = dataclasses.replace(
            ROWS["scalar.powers"], call=function, arguments={"x": (1, None)}, infinite=None
        )
        assert fault in complaint(row, "x", 0.5, may=fault in ("nan", "inf", "took")), fault


def test_messages_say_what_is_accepted():
    cases = {
        "steps must be an integer, got float": lambda: scalar.powers(0.5, 3.0),
        "steps must be an integer, got a bool": lambda: scalar.powers(0.5, True),
        "steps must be an integer from 0 to": lambda: scalar.powers(0.5, -1),
        "width must be an integer from 1 to": lambda: scaling.gain(0),
        "w must be finite": lambda: scalar.powers(np.inf, 3),
        "w must be real or complex numbers": lambda: scalar.powers("x", 3),
        "target must be real numbers": lambda: products.variance_for("x", 3),
        "must be one of 'normal', 'uniform', 'sign'": lambda: products.log_abs_moments(1, "t"),
        "must be one of 'linear', 'relu'": lambda: scaling.gain(3, "tanh"),
        "must be one of 'exact', 'sussillo'": lambda: scaling.gain(3, formula="he"),
    }
    for text, call in cases.items():
        with pytest.raises((TypeError, ValueError), match=re.escape(text)):
            call()
