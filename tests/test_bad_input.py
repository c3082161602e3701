"""Bad input to every public function of the mathematics: the error names the argument.

One row a function: an example that works, and for each argument what it takes. A kind
of argument lists what it refuses, and with which error.
"""

import inspect
import re
import time
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from longterm import dynamics, linear, memory, products, remedies, scalar, scaling

MODULES = (scalar, linear, products, scaling, dynamics, memory, remedies)

NO_NUMBERS = {
    TypeError: ["a", "1", b"1", None, object(), {}, True, [True], [None], ["1", "2"], {1.0}],
    ValueError: [
        np.nan,
        np.inf,
        -np.inf,
        [1.0, np.nan],
        [[1.0], [1.0, 2.0]],
        10**400,
        [10**400, 0.5],
    ],
}
NOT_REAL = {TypeError: [1j, [1j], np.complex64(1)]}
NOT_ONE = {ValueError: [[1.0], [1.0, 2.0], [], [[1.0]], np.ones((2, 2))]}
NOT_POSITIVE = {ValueError: [0, -1, -0.0, -1e-300]}
NOT_SQUARE = {
    ValueError: [1.0, [1.0], [[1.0, 2.0]], [], [[]], np.empty((0, 0)), np.ones((1, 1, 1))]
}
NOT_A_PAIR = {ValueError: [1.0, [1.0], [[1.0], [2.0]], [], [1.0, 2.0, 3.0], np.ones((2, 2))]}
NO_INTEGER = {
    TypeError: [
        3.0,
        2.5,
        "3",
        b"3",
        None,
        True,
        np.True_,
        np.float64(3),
        np.nan,
        [3],
        3j,
        Fraction(3),
    ],
    ValueError: [-1, -(10**9), 10**30, -(10**30), 2**63],
}
NO_CHOICE = {ValueError: ["", "other", "LINEAR", None, 3, ["normal"], b"normal"]}
NO_GENERATOR = {TypeError: [None, 0, "0", np.random, np.random.RandomState(0), np.random.PCG64(0)]}
NO_TYPE = {TypeError: [None, 3, "float", float(3)]}


def kind(*refusals):
    return {
        error: [value for refused in refusals for value in refused.get(error, [])]
        for error in (TypeError, ValueError)
    }


NUMBERS = kind(NO_NUMBERS)
REALS = kind(NO_NUMBERS, NOT_REAL)
NEVER_NEGATIVE = kind(NO_NUMBERS, NOT_REAL, {ValueError: [-1, [1, -1e-300]]})
SHARES = kind(NO_NUMBERS, NOT_REAL, {ValueError: [-0.1, 1.1, [0.5, -1e-300]]})
POSITIVES = kind(NO_NUMBERS, NOT_REAL, NOT_POSITIVE, {ValueError: [[1.0, 0.0]]})
NUMBER = kind(NO_NUMBERS, NOT_ONE)
REAL = kind(NO_NUMBERS, NOT_REAL, NOT_ONE)
POSITIVE = kind(NO_NUMBERS, NOT_REAL, NOT_ONE, NOT_POSITIVE)
POSITIVE_OR_NONE = {
    error: [value for value in values if value is not None] for error, values in POSITIVE.items()
}
MATRIX = kind(NO_NUMBERS, NOT_SQUARE)
STATE = kind(NO_NUMBERS, NOT_A_PAIR)
COUNT = kind(NO_INTEGER)
SIZE = kind(NO_INTEGER, {ValueError: [0]})
LONG_COUNT = kind(COUNT, {ValueError: [10**9]})  # as many numbers as it says are made
LONG_SIZE = kind(SIZE, {ValueError: [10**9]})
CHOICE, GENERATOR, TYPE = kind(NO_CHOICE), kind(NO_GENERATOR), kind(NO_TYPE)

W, H0, RNG = [[0.5, 1.0], [0.0, 0.2]], [1.0, 1.0], np.random.default_rng(0)
MATRIX_ROW = {"W": (W, MATRIX)}
WALK_ROW = {"W": (W, MATRIX), "h0": (H0, STATE), "steps": (3, LONG_COUNT)}
CLIP_ROW = {
    "gradient": ([1.0, 2.0], kind(NO_NUMBERS, NOT_REAL, {ValueError: [1.0]})),
    "threshold": (1.0, POSITIVE),
}
UNIT_ROW = {"w": (5.0, REALS), "b": (-2.2, REALS), "x0": (0.5, REALS), "steps": (3, LONG_COUNT)}
STACK = (
    0.25,
    kind({TypeError: ["a", None, object(), True, [True], 1j], ValueError: [np.nan, np.inf]}),
)
BITS = kind(
    {TypeError: ["a", 1.0, None, True, [0.0, 1.0]], ValueError: [2, -1, [0, 2], [[0], [0, 1]]]}
)
WORD_TYPE = (Fraction, TYPE)
TEXT = ("([])", {TypeError: [None, 3, b"()", ["("]], ValueError: ["(a)", " ", "{}"]})
SCALAR_ROW = {"w": (0.5, NUMBERS), "steps": (3, LONG_COUNT)}
LATCH_WEIGHT = {"w": (2.0, kind(REAL, {ValueError: [-1, -1e-300]}))}
NOISY_ROW = {
    "w": (2.0, POSITIVE),
    "noise": (0.2, kind(REAL, {ValueError: [-1, -1e-300]})),
    "steps": (3, LONG_COUNT),
}

ROWS = {
    scalar.powers: SCALAR_ROW,
    scalar.log_abs_powers: SCALAR_ROW,
    scalar.power_slopes: SCALAR_ROW,
    scalar.steps_to_reach: {"w": (0.5, NUMBER), "factor": (0.1, POSITIVE)},
    scalar.descent_path: {
        "start": (0.9, REAL),
        "horizon": (5, SIZE),
        "target": (0.5, REAL),
        "rate": (0.01, POSITIVE),
        "updates": (3, LONG_COUNT),
    },
    linear.propagate: WALK_ROW,
    linear.propagate_log: WALK_ROW,
    linear.propagate_by_eigenvectors: WALK_ROW,
    linear.propagate_in: WALK_ROW | {"number": (Fraction, TYPE)},
    linear.dominant_alignment: WALK_ROW,
    linear.spectral_radius: MATRIX_ROW,
    linear.spectral_norm: MATRIX_ROW,
    linear.henrici_departure: MATRIX_ROW,
    linear.transient_peak: {"W": (W, MATRIX), "steps": (3, LONG_COUNT)},
    products.product_variance: {
        "variance": (0.5, NEVER_NEGATIVE),
        "steps": (3, COUNT),
        "mean": (0.1, REALS),
    },
    products.variance_for: {"target": (0.5, POSITIVES), "steps": (3, SIZE)},
    products.log_abs_moments: {"variance": (0.5, POSITIVES), "distribution": ("normal", CHOICE)},
    products.median_abs_product: {"variance": (0.5, POSITIVE), "steps": (3, COUNT)},
    products.sample_log_abs_products: {
        "variance": (0.5, POSITIVE),
        "steps": (3, LONG_COUNT),
        "size": (2, LONG_SIZE),
        "rng": (RNG, GENERATOR),
        "distribution": ("normal", CHOICE),
    },
    scaling.gain: {
        "width": (3, SIZE),
        "activation": ("linear", CHOICE),
        "formula": ("exact", CHOICE),
    },
    scaling.log_norm_step: {"width": (3, SIZE), "activation": ("linear", CHOICE)},
    scaling.sample_log_norms: {
        "width": (3, SIZE),
        "depth": (4, LONG_SIZE),
        "trials": (2, LONG_SIZE),
        "gain": (1.0, POSITIVE),
        "rng": (RNG, GENERATOR),
        "activation": ("linear", CHOICE),
        "method": ("law", CHOICE),
    },
    scaling.death_probability: {"width": (3, SIZE), "depth": (4, SIZE)},
    scaling.lyapunov_exponents: {"width": (3, LONG_SIZE)},
    scaling.tanh_mean_field: {"gain": (1.2, kind(POSITIVE, {ValueError: [50.01]}))},
    scaling.tanh_gradient_step: {
        "gain": (1.2, kind(POSITIVE, {ValueError: [50.01]})),
        "width": (3, SIZE),
    },
    dynamics.unit_states: UNIT_ROW,
    dynamics.unit_slopes: UNIT_ROW,
    dynamics.folds: {
        "w": (5.0, kind(REALS, {ValueError: [3.9]})),
        "activation": ("logistic", CHOICE),
    },
    dynamics.fixed_points: {"w": (5.0, REAL), "b": (-2.2, REAL)},
    dynamics.wall: {"w": (5.0, kind(REALS, {ValueError: [4.2]})), "x0": (0.5, REALS)},
    dynamics.wall_slope: {
        "w": (5.0, kind(REALS, {ValueError: [4.2]})),
        "x0": (0.5, REALS),
        "steps": (3, COUNT),
    },
    dynamics.unit_error: UNIT_ROW | {"target": (0.7, REAL)},
    dynamics.unit_gradient: UNIT_ROW | {"target": (0.7, REAL)},
    dynamics.descend: {
        "start": ([5.0, -2.2], kind(REALS, {ValueError: [1.0, [1.0], [1.0, 2.0, 3.0]]})),
        "rate": (0.1, POSITIVE),
        "updates": (2, LONG_COUNT),
        "clip": ("norm", CHOICE),
        "threshold": (1.0, POSITIVE),
        "steps": (3, LONG_COUNT),
    },
    dynamics.saturate: {"x": STACK},
    dynamics.top: {"q": STACK},
    dynamics.push: {"q": STACK, "bit": (1, BITS)},
    dynamics.pop: {"q": STACK},
    dynamics.write_word: {"bits": ([0, 1], kind(BITS, {ValueError: [1]})), "number": WORD_TYPE},
    dynamics.read_word: {"q": STACK, "length": (2, LONG_COUNT)},
    dynamics.read_brackets: {"text": TEXT, "number": WORD_TYPE},
    dynamics.balanced: {"text": TEXT, "number": WORD_TYPE},
    dynamics.clip_by_norm: CLIP_ROW,
    dynamics.clip_by_element: CLIP_ROW,
    remedies.half_life: {"rate": (0.9, SHARES)},
    remedies.leak_for: {"half_life": (20.0, POSITIVES)},
    remedies.gate_half_life: {"bias": (1.0, REALS)},
    remedies.gate_bias: {"half_life": (20.0, POSITIVES)},
    remedies.retention: {
        "rate": (0.9, SHARES),
        "steps": (10, LONG_SIZE),
        "noise": (0.2, POSITIVE),
        "marked": (3, SIZE),
    },
    remedies.skip_response: {
        "direct": (0.5, REAL),
        "skip": (0.2, REAL),
        "delay": (5, SIZE),
        "steps": (10, LONG_COUNT),
    },
    remedies.skip_rate: {
        "direct": (0.5, REAL),
        "skip": (0.2, REAL),
        "delay": (5, kind(LONG_SIZE, {ValueError: [501]})),
    },
    remedies.orthogonal: {"width": (3, LONG_SIZE), "rng": (RNG, GENERATOR)},
    remedies.with_radius: {
        "W": (W, kind(MATRIX, {ValueError: [np.zeros((2, 2)), [[0.0, 1.0], [0.0, 0.0]]]})),
        "radius": (0.9, POSITIVE),
    },
    memory.attractor: {"w": (2.0, NEVER_NEGATIVE)},
    memory.robustness_margin: {"w": (2.0, NEVER_NEGATIVE)},
    memory.latch: LATCH_WEIGHT
    | {
        "inputs": ([0.1, 0.2], kind(NO_NUMBERS, NOT_REAL, {ValueError: [1.0]})),
        "start": (1.0, kind(NO_NUMBERS, NOT_REAL)),
    },
    memory.push_to_flip: LATCH_WEIGHT | {"steps": (3, kind(SIZE, {ValueError: [10**9]}))},
    memory.retention: NOISY_ROW | {"start": (1.0, POSITIVE_OR_NONE)},
    memory.sample_retention: NOISY_ROW
    | {
        "trials": (2, LONG_SIZE),
        "rng": (RNG, GENERATOR),
        "start": (1.0, POSITIVE_OR_NONE),
    },
    memory.lifetime: {"w": (2.0, POSITIVE), "noise": (0.2, POSITIVE)},
    memory.boundary_gradient: NOISY_ROW | {"noise": (0.2, POSITIVE)},
    memory.cheapest_flip: {
        "w": (2.0, POSITIVE),
        "steps": (3, kind(SIZE, {ValueError: [10**9]})),
    },
    memory.linear_retention: NOISY_ROW | {"start": (1.0, POSITIVE)},
}
each_function = pytest.mark.parametrize("function", ROWS, ids=lambda f: f.__qualname__)


def public_functions(module):
    members = inspect.getmembers(module, inspect.isfunction)
    return {f for name, f in members if f.__module__ == module.__name__ and name[0] != "_"}


def complaint(call, error, name, value):
    """What is wrong with the answer to one bad value; None if all is right."""
    try:
        answer = call(value)
    except error as right:
        named = re.search(rf"\b{name}\b", str(right))
        return None if named and len(str(right)) > len(name) + 5 else f"{value!r}: says {right}"
    except Exception as wrong:
        return f"{value!r}: {type(wrong).__name__}, not {error.__name__}: {wrong}"
    return f"{value!r}: was accepted, {answer!r}"


def test_every_public_function_has_a_row_and_every_argument_a_kind():
    assert set(ROWS) == set().union(*map(public_functions, MODULES))
    for function, row in ROWS.items():
        assert list(row) == list(inspect.signature(function).parameters), function.__qualname__


@each_function
def test_the_example_of_the_row_works(function):
    function(**{name: example for name, (example, _) in ROWS[function].items()})


@each_function
def test_bad_input_is_refused_at_once_and_named(function):
    row, complaints, start = ROWS[function], [], time.process_time()
    good = {name: example for name, (example, _) in row.items()}
    for name, (_, refused) in row.items():
        for error, values in refused.items():
            for value in values:
                call = lambda bad, name=name: function(**(good | {name: bad}))  # noqa: E731
                complaints.append(complaint(call, error, name, value))
    assert [text for text in complaints if text] == []
    assert time.process_time() - start < 1


@each_function
def test_huge_sizes_are_refused_before_anything_is_made(function):
    good = {name: example for name, (example, _) in ROWS[function].items()}
    huge = [
        (name, value)
        for name, (_, refused) in ROWS[function].items()
        for value in (10**9, 10**30)
        if value in [number for number in refused[ValueError] if type(number) is int]
    ]
    tracemalloc.start()
    try:
        for name, value in huge:
            with pytest.raises(ValueError, match=rf"\b{name}\b"):
                function(**(good | {name: value}))
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


@each_function
def test_what_is_missing_or_unknown_is_a_type_error(function):
    good = {name: example for name, (example, _) in ROWS[function].items()}
    with pytest.raises(TypeError):
        function()
    with pytest.raises(TypeError):
        function(**good, unknown=1)


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
