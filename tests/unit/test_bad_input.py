"""Bad input to every public function, class and method: the error names the argument.

On every argument all that `bad_input.EVERYTHING` lists is tried. Each call gives a documented
value, or a `ValueError` or `TypeError` that names the argument: within a second, without a
warning, and with nothing printed. What is infinite or nan is documented where a docstring says so.
"""

import contextlib
import dataclasses
import inspect
import re
import time
import tracemalloc
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from bad_input import EITHER, arguments, values, walked

from longterm import _check

WALKED = dict(walked())
each_call = pytest.mark.parametrize("call", WALKED.values(), ids=WALKED)
SECONDS, BYTES = 1.0, 10**8


def answer(call, **changed):
    """What a function gives for its examples, so changed; of a generator its first two."""
    good = {name: example for name, (example, _) in arguments(call).items()}
    result = call(**(good | changed))
    if isinstance(result, Iterator):
        return [item for item, _ in zip(result, range(2), strict=False)]
    return result


def arrays(result):
    """All numbers in a result, as arrays."""
    if isinstance(result, Mapping) or dataclasses.is_dataclass(result):
        result = list((result if isinstance(result, Mapping) else vars(result)).values())
    if isinstance(result, np.ndarray) and result.dtype == object:
        result = list(result.flat)
    if isinstance(result, list | tuple):
        for part in result:
            yield from arrays(part)
    elif isinstance(result, np.ndarray | float | complex | np.inexact):
        yield np.asarray(result)


def undocumented(call, result):
    """What is in a result that no docstring promises."""
    owner = getattr(call, "__self__", None)
    texts = " ".join(
        inspect.getdoc(thing) or "" for thing in (call, owner, inspect.getmodule(call))
    )
    for kind, word in ((np.isnan, "nan"), (np.isinf, "inf|infinity")):
        there = any(kind(part).any() for part in arrays(result))
        if there and not re.search(rf"\b({word})\b", texts, re.IGNORECASE):
            return word
    return None


def complaint(call, name, value, errors):
    """What is wrong with the answer to one value of one argument; None if all is right."""
    start = time.process_time()
    try:
        result = answer(call, **{name: value})
    except Exception as error:
        wrong = None if type(error) in (errors or EITHER) else f"{type(error).__name__}: {error}"
        if wrong is None and not re.search(rf"\b{name}\b.*\w", str(error)):
            wrong = f"does not name it: {error}"
    else:
        wrong = f"was accepted, {result!r:.80}" if errors else undocumented(call, result)
    if time.process_time() - start > SECONDS:
        wrong = f"took {time.process_time() - start:.1f} s"
    return wrong and f"{name} = {value!r:.60}: {wrong}"


@each_call
def test_each_value_gives_a_documented_answer_or_an_error_that_names_the_argument(
    call, capfd, monkeypatch
):
    monkeypatch.setenv("LONGTERM_QUIET", "1")
    answer(call)  # examples that do not work need better ones in `bad_input.EXAMPLES`
    complaints = [
        complaint(call, name, value, errors)
        for name, (example, kind) in arguments(call).items()
        for value, errors in values(example, kind)
        if errors is not None
    ]
    assert [text for text in complaints if text] == []
    assert capfd.readouterr() == ("", "")


@each_call
def test_what_makes_more_numbers_than_it_is_given_counts_them_first(call, monkeypatch):
    """At the limit they are made, and one more is refused; as many as come back are counted."""
    examples = [example for example, _ in arguments(call).values()]
    given = max((part.size for part in arrays(examples)), default=1)
    made = max((part.size for part in arrays(answer(call))), default=0)
    count = 0
    while made > given and any(type(example) is int for example in examples):
        monkeypatch.setattr(_check, "MOST_NUMBERS", count)
        try:
            answer(call)
        except ValueError as error:
            count = int(re.search(r"would make (\d+) numbers", str(error))[1])
        else:
            assert count >= made
            break


@each_call
def test_huge_sizes_are_answered_or_refused_before_anything_is_made(call):
    sizes = [name for name, (example, _) in arguments(call).items() if type(example) is int]
    for name in sizes:
        tracemalloc.start()
        with contextlib.suppress(ValueError):
            answer(call, **{name: 10**12})
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10**6, name


def test_the_walk_sees_each_fault():
    def faulty(does):
        def call(x: float) -> object:
            """Half of x."""
            return does()

        call.__module__ = "longterm.scalar"
        return call

    faults = {
        "ZeroDivisionError": lambda: 1 / 0,
        "does not name it": lambda: int("no"),
        "was accepted": lambda: 1.0,
        "nan": lambda: [1.0, {"a": np.nan}],
        "inf": lambda: (np.array([np.inf]),),
        "took": lambda: sum(range(10**8)),
    }
    for fault, does in faults.items():
        errors = (ValueError,) if fault == "was accepted" else ()
        assert fault in complaint(faulty(does), "x", 0.5, errors), fault


def test_an_argument_without_an_example_is_named():
    def newcomer(width: int, parts: list) -> None:
        """Nothing."""

    with pytest.raises(AssertionError, match=r"no example for argument parts of .*newcomer"):
        arguments(newcomer)
