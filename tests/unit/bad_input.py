"""What every public function of the package takes, for `test_bad_input.py`.

One row a function, class or method: an example that works, and what kind of thing each
argument is. A kind says which of the values that are tried on every argument may be answered;
all others must be refused. It also lists values with the error that each must give.
"""

import inspect
import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module

import numpy as np

import longterm
from longterm import (
    dynamics,
    feedforward,
    linear,
    memory,
    products,
    progress,
    remedies,
    rnn,
    scalar,
    scaling,
    sweeps,
    tasks,
    training,
)

# --- What is tried on every argument -----------------------------------------------------------

OBJECTS = np.array([1.0, None], dtype=object)
EVERYTHING = {
    "nan": np.nan,
    "inf": np.inf,
    "minus inf": -np.inf,
    "complex nan": complex(np.nan, 0),
    "array with nan": np.array([1.0, np.nan]),
    "matrix with inf": np.array([[1.0, np.inf], [0.0, 1.0]]),
    "empty list": [],
    "empty tuple": (),
    "empty string": "",
    "empty dict": {},
    "empty matrix": np.empty((0, 0)),
    "no columns": np.empty((3, 0)),
    "number": 0.5,
    "vector": np.array([0.5, 0.25, 0.125]),
    "matrix": np.full((3, 3), 0.25),
    "narrow matrix": np.full((2, 3), 0.25),
    "rank 3": np.full((2, 2, 2), 0.25),
    "rank 5": np.full((1, 2, 1, 2, 1), 0.25),
    "ragged": [[1.0], [1.0, 2.0]],
    "objects": OBJECTS,
    "words": np.array(["a", "b"]),
    "truths": np.array([True, False]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "records": np.zeros(2, dtype=[("a", float)]),
    "masked": np.ma.array([1.0, 2.0], mask=[True, False]),
    "complex": 0.5 + 0.5j,
    "complex array": np.array([0.5j, 0.25]),
    "fraction": Fraction(1, 3),
    "True": True,
    "NumPy True": np.True_,
    "zero": 0,
    "zero float": 0.0,
    "minus zero": -0.0,
    "one": 1,
    "minus one": -1,
    "minus a half": -0.5,
    "fractional": 2.5,
    "whole float": 3.0,
    "small int": np.int8(3),
    "int array": np.array([1, 0]),
    "single precision": np.float32(0.5),
    "single array": np.array([0.5, 0.25, 0.125], dtype=np.float32),
    "half array": np.array([0.5, 0.25], dtype=np.float16),
    "smallest": 5e-324,
    "tiny": 1e-300,
    "large": 1e308,
    "large negative": -1e308,
    "large array": np.array([1e308, -1e308]),
    "large matrix": np.full((2, 2), 1e308),
    "huge size": 10**9,
    "larger size": 10**12,
    "beyond 63 bits": 2**63,
    "beyond 64 bits": 10**30,
    "minus that": -(10**30),
    "beyond floats": 10**400,
    "digits": "3",
    "word": "other",
    "bytes": b"3",
    "None": None,
    "dict": {"a": 1},
    "set": {1.0},
    "object": object(),
    "function": lambda *_: None,
    "type": dict,
    "module": math,
    "slice": slice(3),
    "old generator": np.random.RandomState(0),
    "bits": np.random.PCG64(0),
}

# --- Kinds of arguments ------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """What an argument takes."""

    may: Callable = lambda value: False
    """Whether a value may be answered; it may still be refused, as an error that names it."""
    refused: dict = field(default_factory=dict)
    """Values that must be refused, by their errors."""
    also: dict = field(default_factory=dict)
    """More values to be tried on this argument, by name; those that `may` denies are refused."""
    alone: bool = False
    """Whether only these are tried, as for the record that a method belongs to."""

    def __or__(self, other):
        """Both: what is refused by either."""
        errors = self.refused.keys() | other.refused.keys()
        refused = {e: [*self.refused.get(e, ()), *other.refused.get(e, ())] for e in errors}
        return Kind(lambda v: self.may(v) and other.may(v), refused, self.also | other.also)


def real(value, letters="iuf"):
    """The value as an array of finite real numbers, or None."""
    if isinstance(value, str | bytes | Fraction | np.ma.MaskedArray):
        return None
    try:
        array = np.asarray(value)
        if array.dtype == object and all(type(item) in (int, float) for item in array.flat):
            array = array.astype(float)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.dtype.kind in letters and np.isfinite(array).all() else None


def shape(value):
    """The shape of an array of finite real numbers, or None."""
    array = real(value)
    return None if array is None else array.shape


def all_of(test, letters="iuf"):
    """A test for arrays of numbers that all pass."""

    def passes(value):
        array = real(value, letters)
        return array is not None and bool(np.all(test(array)))

    return passes


def one_of(test=lambda x: True, letters="iuf"):
    """A test for one number."""

    def passes(value):
        array = real(value, letters)
        return array is not None and array.ndim == 0 and bool(test(array))

    return passes


def integer(least):
    """A test for one integer that is at least so large."""

    def passes(value):
        whole = type(value) is int or isinstance(value, np.integer)
        return whole and least <= value < 2**63

    return passes


def refusing(type_errors=(), value_errors=()):
    """A kind that only adds what must be refused."""
    return Kind(lambda v: True, {TypeError: [*type_errors], ValueError: [*value_errors]})


def instance(*kinds):
    """A kind for instances of classes."""
    return Kind(lambda value: isinstance(value, kinds))


WORDS = ["a", "1", b"1", None, object(), {}, True, [True], [None], ["1", "2"], {1.0}]
NOT_FINITE = [np.nan, np.inf, -np.inf, [1.0, np.nan], [[1.0], [1.0, 2.0]], 10**400, [10**400, 0.5]]
COMPLEX = [1j, [1j], np.complex64(1)]
SEVERAL = [[1.0], [1.0, 2.0], [], [[1.0]], np.ones((2, 2))]
NO_INTEGER = [3.0, 2.5, "3", b"3", None, True, np.True_, np.float64(3), np.nan, [3], 3j]
NO_SIZE = [-1, -(10**9), 10**30, -(10**30), 2**63]
NO_SQUARE = [1.0, [1.0], [[1.0, 2.0]], [], [[]], np.empty((0, 0)), np.ones((1, 1, 1))]
NO_PAIR = [1.0, [1.0], [[1.0], [2.0]], [], [1.0, 2.0, 3.0], np.ones((2, 2))]
NO_RNG = [None, 0, "0", np.random, np.random.RandomState(0), np.random.PCG64(0)]

NUMBERS = Kind(all_of(lambda x: True, "iufc")) | refusing(WORDS, NOT_FINITE)
REALS = Kind(all_of(lambda x: True)) | refusing([*WORDS, *COMPLEX], NOT_FINITE)
NEVER_NEGATIVE = REALS | Kind(all_of(lambda x: x >= 0)) | refusing((), [-1, [1, -1e-300]])
SHARES = REALS | Kind(all_of(lambda x: (x >= 0) & (x <= 1))) | refusing((), [-0.1, 1.1])
POSITIVES = REALS | Kind(all_of(lambda x: x > 0)) | refusing((), [0, -1, -0.0, [1.0, 0.0]])
NUMBER = NUMBERS | Kind(one_of(letters="iufc")) | refusing((), SEVERAL)
REAL = REALS | Kind(one_of()) | refusing((), SEVERAL)
POSITIVE = REAL | Kind(one_of(lambda x: x > 0)) | refusing((), [0, -1, -0.0, -1e-300])
NOT_NEGATIVE = REAL | Kind(one_of(lambda x: x >= 0)) | refusing((), [-1, -1e-300])
MATRIX = NUMBERS | refusing((), NO_SQUARE)
REAL_MATRIX = REALS | refusing((), NO_SQUARE[:-1])
STATE = NUMBERS | refusing((), NO_PAIR)
COUNT = Kind(integer(0)) | refusing(NO_INTEGER, NO_SIZE)
SIZE = Kind(integer(1)) | refusing(NO_INTEGER, [*NO_SIZE, 0])
LARGE = refusing((), [10**9, 10**12])  # as many numbers as it says are made
LONG_COUNT, LONG_SIZE = COUNT | LARGE, SIZE | LARGE
GENERATOR = instance(np.random.Generator) | refusing(NO_RNG)
ONLY_REAL = Kind(all_of(lambda x: True))
TYPE = instance(type) | refusing([None, 3, "float", float(3)])
FUNCTION = Kind(lambda v: callable(v) and not isinstance(v, type))
FLAG = Kind(lambda value: isinstance(value, bool | np.bool_))
ANY = Kind(lambda value: True)


def at_most(bound, kind):
    """That kind, up to a bound."""
    return kind | Kind(all_of(lambda x: x <= bound))


def at_least(bound, kind):
    """That kind, from a bound on."""
    return kind | Kind(all_of(lambda x: x >= bound)) | refusing((), [np.nextafter(bound, -1)])


def or_none(kind):
    """That kind, or None."""
    refused = {e: [v for v in values if v is not None] for e, values in kind.refused.items()}
    return Kind(lambda value: value is None or kind.may(value), refused, kind.also)


def word(*words):
    """One of some words."""
    return Kind(lambda value: isinstance(value, str) and value in words) | refusing(
        (), ["", "other", words[0].upper() + " ", None, 3, [words[0]], words[0].encode()]
    )


def record(good, free=(), alone=False):
    """A NamedTuple of arrays, whose shapes are looked at, but for the first axis of the `free`."""
    spoilt = {}
    for name, part in good._asdict().items():
        part = np.asarray(part)
        larger = np.repeat(part, 2, axis=0)
        for what, bad in (
            ("None", None),
            ("words", "a"),
            ("a list", part.tolist()),
            ("objects", part.astype(object)),
            ("complex numbers", part.astype(complex)),
            ("truths", part.astype(bool)),
            ("one axis more", part[None]),
            ("one number", np.float64(1)),
            ("twice the length", larger),
        ):
            spoilt[f"{what} for its {name}"] = good._replace(**{name: bad})
        for what, number in (("nan", np.nan), ("huge numbers", 1e308)):
            spoilt[f"{what} in its {name}"] = good._replace(**{name: np.full(part.shape, number)})
    fine = [v for k, v in spoilt.items() if k.startswith(("nan", "huge"))]
    fine += [spoilt[f"twice the length for its {name}"] for name in free]
    fits = lambda value: value is good or any(value is v for v in fine)  # noqa: E731
    return Kind(fits, also=spoilt, alone=alone)


def shaped(good, any_length=False):
    """An array of reals that are not looked at, of one shape, or of one number of axes."""
    good = np.asarray(good, dtype=float)
    also = {
        "nan inside": np.full(good.shape, np.nan),
        "huge inside": np.full(good.shape, 1e308),
        "a list": good.tolist(),
        "complex numbers": good.astype(complex),
        "one axis more": good[None],
        "longer": np.repeat(good, 2, axis=-1),
    }

    def fits(value):
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
            return False
        return value.ndim == good.ndim if any_length else value.shape == good.shape

    return Kind(fits, also=also)


@dataclass(frozen=True)
class Row:
    """A function, class or method, and its arguments by name: an example, and a kind."""

    call: Callable
    arguments: dict
    infinite: str | None = None
    """Words of its docstring that say when it returns infinity."""
    unchecked: str | None = None
    """Words of its docstring, class or module that say that nan and inf come back as such."""

    @property
    def name(self):
        """Its module and name."""
        return name_of(self.call)

    def good(self):
        """The example."""
        return {name: example for name, (example, _) in self.arguments.items()}


def name_of(call):
    """Name of a function, class or method in the package."""
    return f"{call.__module__.removeprefix('longterm.')}.{call.__qualname__}"


# --- The mathematics ---------------------------------------------------------------------------

W, H0, RNG = [[0.5, 1.0], [0.0, 0.2]], [1.0, 1.0], np.random.default_rng(0)
WALK = {"W": (W, MATRIX), "h0": (H0, STATE), "steps": (3, LONG_COUNT)}
REAL_WALK = WALK | {"W": (W, MATRIX | ONLY_REAL), "h0": (H0, STATE | ONLY_REAL)}
UNIT = {"w": (5.0, REALS), "b": (-2.2, REALS), "x0": (0.5, REALS), "steps": (3, LONG_COUNT)}
AIMED = UNIT | {"target": (0.7, REAL)}
SCALAR = {"w": (0.5, NUMBERS), "steps": (3, LONG_COUNT)}
LAYERS = {"width": (3, SIZE), "activation": ("linear", word("linear", "relu"))}
WALL = {"w": (5.0, REALS | refusing((), [4.2])), "x0": (0.5, REALS)}
TANH_GAIN = at_most(50, POSITIVE) | refusing((), [50.01])
CLIP = {"gradient": ([1.0, 2.0], REALS | refusing((), [1.0])), "threshold": (1.0, POSITIVE)}
LATCH_WEIGHT = {"w": (2.0, NOT_NEGATIVE)}
NOISY = {"w": (2.0, POSITIVE), "noise": (0.2, NOT_NEGATIVE), "steps": (3, LONG_COUNT)}
LOUD = NOISY | {"noise": (0.2, POSITIVE)}
START = {"start": (1.0, or_none(POSITIVE))}
TRIALS = {"trials": (2, LONG_SIZE), "rng": (RNG, GENERATOR)}
PUSHES = SIZE | refusing((), [10**9])


def stack(value):
    """Whether a value is a stack of bits, or some: floats or fractions."""
    items = np.array(value, dtype=object) if isinstance(value, Fraction | list | tuple) else None
    exact = items is not None and items.size and all(type(q) is Fraction for q in items.flat)
    return bool(exact) or real(value) is not None


def bits(value):
    """Whether a value is made of the integers 0 and 1."""
    array = real(value)
    return array is not None and (array.dtype.kind in "iu" or not array.size) and stack(value)


STACK = Kind(stack) | refusing(["a", None, object(), True, [True], 1j], [np.nan, np.inf])
BITS = Kind(bits) | refusing(["a", 1.0, None, True, [0.0, 1.0]], [2, -1, [0, 2], [[0], [0, 1]]])
FLOATS = (Fraction, float, np.float64, np.float32, np.float16)
WORD_TYPE = Kind(lambda v: isinstance(v, type) and v in FLOATS) | TYPE
BRACKETS = {
    "text": (
        "([])",
        Kind(lambda v: isinstance(v, str) and not set(v) - set("()[]"))
        | refusing([None, 3, b"()", ["("]], ["(a)", " ", "{}"]),
    ),
    "number": (Fraction, WORD_TYPE),
}
NO_WALL = refusing((), [np.zeros((2, 2)), [[0.0, 1.0], [0.0, 0.0]]])

MATHEMATICS = [
    Row(scalar.powers, SCALAR, infinite="become ±inf or 0"),
    Row(scalar.log_abs_powers, SCALAR, infinite="and then -inf for ever"),
    Row(scalar.power_slopes, SCALAR, infinite="Overflow and underflow as in `powers`"),
    Row(
        scalar.steps_to_reach,
        {"w": (0.5, NUMBER), "factor": (0.1, POSITIVE)},
        infinite="``math.inf`` if the factor is never reached",
    ),
    Row(
        scalar.descent_path,
        {
            "start": (0.9, REAL),
            "horizon": (5, SIZE),
            "target": (0.5, REAL),
            "rate": (0.01, POSITIVE),
            "updates": (3, LONG_COUNT),
        },
    ),
    Row(linear.propagate, WALK),
    Row(linear.propagate_log, WALK, infinite="-inf once the state is 0"),
    Row(linear.propagate_by_eigenvectors, WALK),
    Row(linear.propagate_in, REAL_WALK | {"number": (Fraction, TYPE)}),
    Row(linear.dominant_alignment, WALK),
    Row(linear.spectral_radius, {"W": (W, MATRIX)}, infinite="beyond the range of floats"),
    Row(linear.spectral_norm, {"W": (W, MATRIX)}, infinite="beyond the range of floats"),
    Row(linear.henrici_departure, {"W": (W, MATRIX)}, infinite="beyond the range of floats"),
    Row(
        linear.transient_peak,
        {"W": (W, MATRIX), "steps": (3, LONG_COUNT)},
        infinite="inf where it is beyond the range of floats",
    ),
    Row(
        products.product_variance,
        {"variance": (0.5, NEVER_NEGATIVE), "steps": (3, COUNT), "mean": (0.1, REALS)},
        infinite="beyond the range of floats",
    ),
    Row(products.variance_for, {"target": (0.5, POSITIVES), "steps": (3, SIZE)}),
    Row(
        products.log_abs_moments,
        {
            "variance": (0.5, POSITIVES),
            "distribution": ("normal", word("normal", "uniform", "sign")),
        },
    ),
    Row(
        products.median_abs_product,
        {"variance": (0.5, POSITIVE), "steps": (3, COUNT)},
        infinite="beyond the range of floats",
    ),
    Row(
        products.sample_log_abs_products,
        {
            "variance": (0.5, POSITIVE),
            "steps": (3, LONG_COUNT),
            "size": (2, LONG_SIZE),
            "rng": (RNG, GENERATOR),
            "distribution": ("normal", word("normal", "uniform", "sign")),
        },
    ),
    Row(scaling.gain, LAYERS | {"formula": ("exact", word("exact", "sussillo"))}),
    Row(scaling.log_norm_step, LAYERS),
    Row(
        scaling.sample_log_norms,
        {
            "width": (3, SIZE),
            "depth": (4, LONG_SIZE),
            "trials": (2, LONG_SIZE),
            "gain": (1.0, POSITIVE),
            "rng": (RNG, GENERATOR),
            "activation": ("linear", word("linear", "relu")),
            "method": ("law", word("law", "matrices")),
        },
        infinite="-inf after a ReLU layer in which no unit is active",
    ),
    Row(scaling.death_probability, {"width": (3, SIZE), "depth": (4, SIZE)}),
    Row(scaling.lyapunov_exponents, {"width": (3, LONG_SIZE)}),
    Row(scaling.tanh_mean_field, {"gain": (1.2, TANH_GAIN)}),
    Row(scaling.tanh_gradient_step, {"gain": (1.2, TANH_GAIN), "width": (3, SIZE)}),
    Row(dynamics.unit_states, UNIT),
    Row(dynamics.unit_slopes, UNIT),
    Row(
        dynamics.folds,
        {
            "w": (5.0, REALS | Kind(all_of(lambda x: x >= 4)) | refusing((), [3.9])),
            "activation": ("logistic", word("logistic", "tanh")),
        },
    ),
    Row(dynamics.fixed_points, {"w": (5.0, REAL), "b": (-2.2, REAL)}),
    Row(dynamics.wall, WALL),
    Row(dynamics.wall_slope, WALL | {"steps": (3, COUNT)}),
    Row(dynamics.unit_error, AIMED),
    Row(dynamics.unit_gradient, AIMED),
    Row(
        dynamics.descend,
        {
            "start": ([5.0, -2.2], REALS | refusing((), [1.0, [1.0], [1.0, 2.0, 3.0]])),
            "rate": (0.1, POSITIVE),
            "updates": (2, LONG_COUNT),
            "clip": ("norm", word("none", "norm", "element")),
            "threshold": (1.0, POSITIVE),
            "steps": (3, LONG_COUNT),
        },
    ),
    Row(dynamics.saturate, {"x": (0.25, STACK)}),
    Row(dynamics.top, {"q": (0.25, STACK)}),
    Row(dynamics.push, {"q": (0.25, STACK), "bit": (1, BITS)}),
    Row(dynamics.pop, {"q": (0.25, STACK)}),
    Row(
        dynamics.write_word,
        {"bits": ([0, 1], BITS | refusing((), [1])), "number": (Fraction, WORD_TYPE)},
    ),
    Row(dynamics.read_word, {"q": (0.25, STACK), "length": (2, LONG_COUNT)}),
    Row(dynamics.read_brackets, BRACKETS),
    Row(dynamics.balanced, BRACKETS),
    Row(dynamics.clip_by_norm, CLIP),
    Row(dynamics.clip_by_element, CLIP),
    Row(remedies.half_life, {"rate": (0.9, SHARES)}, infinite="infinity at rate 1"),
    Row(remedies.leak_for, {"half_life": (20.0, POSITIVES)}),
    Row(
        remedies.gate_half_life,
        {"bias": (1.0, REALS)},
        infinite="infinity where that leaves the range of floats",
    ),
    Row(remedies.gate_bias, {"half_life": (20.0, POSITIVES)}),
    Row(
        remedies.retention,
        {
            "rate": (0.9, SHARES),
            "steps": (10, LONG_SIZE),
            "noise": (0.2, POSITIVE),
            "marked": (3, SIZE),
        },
    ),
    Row(
        remedies.skip_response,
        {
            "direct": (0.5, REAL),
            "skip": (0.2, REAL),
            "delay": (5, SIZE),
            "steps": (10, LONG_COUNT),
        },
    ),
    Row(
        remedies.skip_rate,
        {
            "direct": (0.5, REAL),
            "skip": (0.2, REAL),
            "delay": (5, LONG_SIZE | refusing((), [501])),
        },
    ),
    Row(remedies.orthogonal, {"width": (3, LONG_SIZE), "rng": (RNG, GENERATOR)}),
    Row(remedies.with_radius, {"W": (W, MATRIX | NO_WALL), "radius": (0.9, POSITIVE)}),
    Row(memory.attractor, {"w": (2.0, NEVER_NEGATIVE)}),
    Row(memory.robustness_margin, {"w": (2.0, NEVER_NEGATIVE)}),
    Row(
        memory.latch,
        LATCH_WEIGHT | {"inputs": ([0.1, 0.2], REALS | refusing((), [1.0])), "start": (1.0, REALS)},
    ),
    Row(memory.push_to_flip, LATCH_WEIGHT | {"steps": (3, PUSHES)}),
    Row(memory.retention, NOISY | START),
    Row(memory.sample_retention, NOISY | TRIALS | START),
    Row(
        memory.lifetime,
        {"w": (2.0, POSITIVE), "noise": (0.2, POSITIVE)},
        infinite="``inf`` where the loss is below the range of floats",
    ),
    Row(memory.boundary_gradient, LOUD),
    Row(memory.cheapest_flip, {"w": (2.0, POSITIVE), "steps": (3, PUSHES)}),
    Row(memory.linear_retention, NOISY | {"start": (1.0, POSITIVE)}),
]

# --- Networks ----------------------------------------------------------------------------------

MATRICES = {"W": (W, REALS)}
STATES = np.full((3, 1, 2), 0.25)
NETS = tasks.TwoSequence(units=3).start(2, rng=np.random.default_rng(1))
SEQUENCES = np.full((5, 2, 4, 1), 0.5)
SIGNALS, ANSWERS = rnn.forward(NETS, SEQUENCES)
IN_RNN = "come back in the"
BITS_NET = rnn.BitMemory(np.eye(2) / 2, np.ones(2), np.ones(2))
SIGNS = np.array([1.0, -1.0])
HEARD = np.full((4, 2, 2), 0.25)
UNCHECKED = "come back in what is computed of them"


ARRAYS = Kind(lambda v: isinstance(v, list | tuple) or real(v) is not None)


def square(x):
    """The sum of the squares."""
    return float(np.sum(np.square(x)))


RECURRENT = [
    Row(rnn.run, MATRICES | {"inputs": (np.full((3, 1, 2), 0.5), REALS)}),
    Row(
        rnn.error_flow,
        MATRICES | {"states": (STATES, REALS), "error": (np.ones((1, 2)), REALS)},
    ),
    Row(rnn.flow_by_lag, {"flow": (STATES, REALS)}),
    Row(rnn.gradient_by_lag, {"states": (STATES, REALS), "flow": (STATES, REALS)}),
    Row(rnn.jacobian_products, MATRICES | {"states": (STATES[:, 0], REALS)}),
    Row(rnn.jacobian_bounds, MATRICES | {"states": (STATES[:, 0], REALS)}),
    Row(
        rnn.check_gradients,
        {
            "loss": (square, FUNCTION),
            "parameters": ([np.ones(2)], ARRAYS),
            "gradients": ([2 * np.ones(2)], ARRAYS),
            "step": (1e-3, at_most(1, POSITIVE)),
        },
    ),
    Row(
        rnn.forward,
        {"net": (NETS, record(NETS)), "inputs": (SEQUENCES, shaped(SEQUENCES))},
        unchecked=IN_RNN,
    ),
    Row(
        rnn.backward,
        {
            "net": (NETS, record(NETS)),
            "inputs": (SEQUENCES, shaped(SEQUENCES)),
            "signals": (SIGNALS, shaped(SIGNALS)),
            "misses": (ANSWERS, shaped(ANSWERS)),
        },
        unchecked=IN_RNN,
    ),
    Row(
        rnn.BitMemory.inputs,
        {
            "self": (BITS_NET, record(BITS_NET, alone=True)),
            "bits": (SIGNS, shaped(SIGNS, any_length=True)),
            "steps": (3, LONG_SIZE),
            "noise": (0.1, NOT_NEGATIVE),
            "rng": (RNG, GENERATOR),
        },
        unchecked="nan and inf come back as such",
    ),
    Row(
        rnn.BitMemory.recall_rate,
        {
            "self": (BITS_NET, record(BITS_NET, alone=True)),
            "inputs": (HEARD, REALS),
            "bits": (SIGNS, shaped(SIGNS)),
        },
        unchecked="nan and inf come back as such",
    ),
    Row(
        rnn.BitMemory.outputs,
        {
            "self": (BITS_NET, record(BITS_NET, alone=True)),
            "states": (HEARD, shaped(HEARD, any_length=True)),
        },
        unchecked="nan and inf come back as such",
    ),
    Row(
        rnn.recall_gradients,
        {"net": (BITS_NET, record(BITS_NET)), "inputs": (HEARD, REALS), "bits": (SIGNS, REALS)},
    ),
    Row(
        rnn.train_bit_memory,
        {
            "steps": (3, LONG_SIZE),
            "rng": (RNG, GENERATOR),
            "units": (2, LONG_SIZE),
            "updates": (2, LONG_SIZE),
            "rate": (0.1, POSITIVE),
            "noise": (0.1, POSITIVE),
            "sequences": (4, LONG_SIZE),
        },
    ),
]

LATCH, ONE_BIT = tasks.Latch(), {"length": (5, LONG_SIZE), "trials": (2, LONG_SIZE)}
DRAWN = ONE_BIT | {"sequences": (4, LONG_SIZE), "rng": (RNG, GENERATOR), "training": (True, FLAG)}
LATCHES = LATCH.start(2, rng=np.random.default_rng(2))
LATCH_BATCH = LATCH.batch(5, 2, 4, rng=np.random.default_rng(3))
TWO = tasks.TwoSequence(units=3)
BATCH = TWO.batch(5, 2, 4, rng=np.random.default_rng(4))
START_OF_TASK = {"trials": (2, LONG_SIZE), "rng": (RNG, GENERATOR)}


def names(*fields):
    """A sequence of some of these names."""
    return Kind(lambda v: isinstance(v, tuple | list) and all(f in fields for f in v))


NETWORK_TASK = {
    "units": (3, SIZE),
    "spread": (0.5, NOT_NEGATIVE),
    "trained": (("recurrent", "entry"), names(*rnn.Network._fields)),
}
ON_LATCHES = {
    "self": (LATCH, instance(tasks.Latch)),
    "weights": (LATCHES, record(LATCHES)),
    "batch": (LATCH_BATCH, record(LATCH_BATCH, free=("inputs",))),
}
ON_NETWORKS = {
    "self": (TWO, instance(tasks.TwoSequence)),
    "net": (NETS, record(NETS)),
    "batch": (BATCH, record(BATCH, free=("inputs",))),
}
ORDER = tasks.TemporalOrder(units=3)

TASKS = [
    Row(
        tasks.Latch,
        {
            "noise": (0.2, NOT_NEGATIVE),
            "training_noise": (None, or_none(NOT_NEGATIVE)),
            "marked": (3, LONG_SIZE),
            "w": (1.25, REAL),
            "spread": (0.1, NOT_NEGATIVE),
            "trained": (("w",), names("w", "inputs")),
        },
    ),
    Row(tasks.Latch.start, {"self": (LATCH, None), **START_OF_TASK}),
    Row(tasks.Latch.batch, {"self": (LATCH, None), **DRAWN}),
    *(
        Row(method, ON_LATCHES | {"self": (LATCH, None)}, unchecked=UNCHECKED)
        for method in (tasks.Latch.run, tasks.Latch.loss_and_gradients, tasks.Latch.right)
    ),
    Row(
        tasks.TwoSequence,
        {
            "noise": (0.2, NOT_NEGATIVE),
            "marked": (3, SIZE),
            "shortest": (0.5, at_most(1, POSITIVE)),
            **NETWORK_TASK,
        },
    ),
    Row(tasks.Parity, NETWORK_TASK),
    Row(tasks.TemporalOrder, NETWORK_TASK),
    Row(tasks.TwoSequence.start, {"self": (TWO, None), **START_OF_TASK}),
    *(
        Row(method, ON_NETWORKS | {"self": (TWO, None)}, unchecked=UNCHECKED)
        for method in (
            tasks.TwoSequence.run,
            tasks.TwoSequence.loss_and_gradients,
            tasks.TwoSequence.right,
        )
    ),
    *(
        Row(type(task).batch, {"self": (task, None), **DRAWN, "length": (10, LONG_SIZE)})
        for task in (TWO, tasks.Parity(), ORDER)
    ),
]

# --- Training ----------------------------------------------------------------------------------


def task_kind(value):
    """Whether a value is a task or the name of one."""
    return value in tasks.TASKS if isinstance(value, str) else isinstance(value, tasks.Latch)


def ascending(value):
    """Whether a value may be a list of numbers of updates."""
    array = real(value)
    return isinstance(value, list | np.ndarray) and array is not None and array.dtype.kind in "iu"


TASK = Kind(task_kind) | refusing([None, 3, tasks.Latch, 1.5], ["", "other"])
GRADIENT = np.full((2, 3), 0.5)
STEP = {"gradient": (GRADIENT, shaped(GRADIENT, any_length=True))}
SPAN = {"task": ("latch", TASK), "length": (5, LONG_SIZE), "trials": (2, LONG_SIZE)}
OPTIMISER = or_none(instance(training.SGD, training.Adam))
HOW = {
    "rng": (RNG, GENERATOR),
    "updates": (2, LONG_COUNT),
    "optimiser": (training.SGD(), OPTIMISER),
    "sequences": (2, or_none(LONG_SIZE)),
}
JUDGED = {"criterion": (0.95, at_most(1, POSITIVE)), "tests": (4, LONG_SIZE)}
LENGTHS = Kind(
    lambda v: ascending(v) or (isinstance(v, dict) and not v) or shape(v) in ((0,), (0, 0))
)
MEMORY = Kind(lambda v: shape(v) == (2,) and all_of(lambda x: (x >= 0) & (x < 1))(v))

TRAINING = [
    Row(training.SGD, {"rate": (0.1, POSITIVE), "clip": (1.0, or_none(POSITIVE))}),
    Row(training.Adam, {"rate": (0.1, POSITIVE), "memory": ((0.9, 0.999), MEMORY)}),
    Row(
        training.SGD.step,
        {"self": (training.SGD(), None), **STEP, "state": (None, ANY)},
        unchecked="nan and inf come back in the step",
    ),
    Row(
        training.Adam.step,
        {
            "self": (training.Adam(), None),
            **STEP,
            "state": (None, Kind(lambda v: v is None)),
        },
        unchecked="nan and inf come back in the step",
    ),
    Row(
        training.wilson_interval,
        {
            "successes": (1, COUNT),
            "trials": (2, SIZE),
            "confidence": (0.95, POSITIVE | Kind(one_of(lambda x: x < 1))),
        },
    ),
    Row(training.descend, SPAN | HOW),
    Row(training.success_rate, SPAN | HOW | JUDGED),
    Row(
        training.success_curve,
        {
            "task": ("latch", TASK),
            "lengths": ([5, 6], LENGTHS),
            "trials": (2, LONG_SIZE),
            "rng": (RNG, GENERATOR),
            "executor": (None, Kind(lambda v: v is None)),
            "updates": (2, LONG_COUNT),
        },
    ),
    Row(
        training.learning_curve,
        SPAN
        | {"updates": ([1, 2], Kind(ascending)), "rng": (RNG, GENERATOR)}
        | {name: HOW[name] for name in ("optimiser", "sequences")}
        | JUDGED,
    ),
    Row(
        training.score,
        {
            "task": ("latch", TASK),
            "parameters": (LATCHES, record(LATCHES)),
            "length": (5, LONG_SIZE),
            "rng": (RNG, GENERATOR),
            "tests": (4, LONG_SIZE),
        },
    ),
]

# --- Remedies ----------------------------------------------------------------------------------

CELLS = {
    remedies.Plain(): 0,
    remedies.Leaky(0.5): 0,
    remedies.Skips(2): 0,
    remedies.LSTM(): 0,
}
REMEDY = remedies.Remedy(tasks.TwoSequence(units=3), remedies.LSTM())
CURED = REMEDY.start(2, rng=np.random.default_rng(5))
CURED_BATCH = REMEDY.batch(5, 2, 4, rng=np.random.default_rng(6))
ON_REMEDY = {
    "self": (REMEDY, None),
    "net": (CURED, record(CURED)),
    "batch": (CURED_BATCH, record(CURED_BATCH, free=("inputs",))),
}


def cell_rows(cell):
    """Rows of the methods of a cell."""
    weights = np.full((2, cell.rows * 3, cell.columns * 3), 0.25)
    drive = np.full((4, 2, 5, cell.rows * 3), 0.25)
    trace = cell.run(weights, drive.copy())
    error = np.ones((2, 5, 3))
    traced = Kind(
        lambda v: v is trace,
        also={
            "no signals": trace._replace(signals=None),
            "two axes": trace._replace(signals=np.ones((2, 2))),
            "no rows": trace._replace(signals=trace.signals[:0]),
            "a tuple": tuple(trace),
        },
    )
    yield Row(
        type(cell).run,
        {
            "self": (cell, None),
            "W": (weights, shaped(weights)),
            "drive": (drive, shaped(drive)),
        },
        unchecked=UNCHECKED,
    )
    yield Row(
        type(cell).errors,
        {
            "self": (cell, None),
            "W": (weights, shaped(weights)),
            "trace": (trace, traced),
            "error": (error, shaped(error)),
        },
        unchecked=UNCHECKED,
    )
    for method in ("heard", "bias"):
        name, good = ("trace", (trace, traced)) if method == "heard" else ("units", (3, LONG_SIZE))
        yield Row(getattr(type(cell), method), {"self": (cell, None), name: good})


def leak(value):
    """Whether a value may be the leak of a unit, or of each."""
    array = real(value)
    return array is not None and array.ndim < 2 and array.size > 0 and bool(np.all(array < 1))


REMEDIES = [
    *{row.name: row for cell in CELLS for row in cell_rows(cell)}.values(),
    Row(remedies.Leaky, {"leak": (0.9, SHARES | Kind(leak))}),
    Row(remedies.Skips, {"delay": (5, SIZE)}),
    Row(remedies.LSTM, {"forget_bias": (1.0, REAL)}),
    Row(
        remedies.Remedy,
        {
            "task": (TWO, instance(tasks.TwoSequence, tasks.Parity, tasks.TemporalOrder)),
            "cell": (remedies.Plain(), instance(*map(type, CELLS))),
            "start_from": ("uniform", word("uniform", "orthogonal", "echo state")),
            "radius": (0.9, POSITIVE),
        },
    ),
    Row(remedies.Remedy.start, {"self": (REMEDY, None), **START_OF_TASK}),
    Row(remedies.Remedy.batch, {"self": (REMEDY, None), **DRAWN}),
    *(
        Row(getattr(remedies.Remedy, name), ON_REMEDY, unchecked=UNCHECKED)
        for name in (
            "run",
            "answers",
            "loss_and_gradients",
            "input_gradients",
            "gradient_by_lag",
            "right",
        )
    ),
]

# --- Deep networks -----------------------------------------------------------------------------

DEEP = feedforward.random_networks(2, 3, 2, rng=np.random.default_rng(7), inputs=4, classes=2)
SAMPLES, LABELS = np.full((5, 4), 0.5), np.array([0, 1, 0, 1, 1])
LAYER_STATES = feedforward.forward(DEEP, SAMPLES, 1.0, "tanh")
LAST = LAYER_STATES[-1]
GAIN = POSITIVES | Kind(lambda v: shape(v) in ((), (2,)))
PASS = {
    "net": (DEEP, record(DEEP, free=("hidden",))),
    "x": (SAMPLES, REALS),
    "gain": (1.0, GAIN),
    "activation": ("tanh", word("linear", "tanh", "relu")),
}
LABEL = Kind(lambda v: shape(v) == (5,))
LABELLED = {
    "net": PASS["net"],
    "x": PASS["x"],
    "labels": (LABELS, LABEL),
    "gain": PASS["gain"],
    "activation": PASS["activation"],
}
IN_DEEP = "inf or nan where"

DEEP_NETWORKS = [
    Row(
        feedforward.random_networks,
        {
            "count": (2, LONG_SIZE),
            "width": (3, LONG_SIZE),
            "depth": (2, LONG_SIZE),
            "rng": (RNG, GENERATOR),
            "inputs": (4, LONG_SIZE),
            "classes": (2, LONG_SIZE),
        },
    ),
    Row(feedforward.forward, PASS, unchecked=IN_DEEP),
    Row(
        feedforward.backward,
        {
            "net": PASS["net"],
            "states": (LAYER_STATES, shaped(LAYER_STATES)),
            "error": (LAST, shaped(LAST)),
            "gain": PASS["gain"],
            "activation": PASS["activation"],
        },
        unchecked="inf and nan come back as such",
    ),
    Row(
        feedforward.classification_error,
        {
            "net": PASS["net"],
            "last_states": (LAST, shaped(LAST)),
            "labels": (LABELS, LABEL),
        },
        unchecked="inf and nan come back as such",
    ),
    Row(feedforward.loss, LABELLED, unchecked=IN_DEEP),
    Row(feedforward.gradients, LABELLED, unchecked=IN_DEEP),
    Row(feedforward.accuracy, LABELLED),
    Row(
        feedforward.train,
        LABELLED
        | {
            "updates": (2, LONG_SIZE),
            "rate": (0.1, POSITIVE),
            "rng": (RNG, GENERATOR),
            "batch": (4, LONG_SIZE),
        },
        unchecked="it keeps its last weights",
    ),
]

# --- Tools -------------------------------------------------------------------------------------


NO_FUNCTION = Kind(alone=True, also={k: v for k, v in EVERYTHING.items() if not callable(v)})


def work(setting, *, rng):
    """What a sweep does in the examples."""
    return 0.0


TOOLS = [
    Row(
        progress.progress,
        {
            "items": ([1, 2], instance(list, tuple, str, bytes)),
            "words": ("some words", instance(str)),
        },
    ),
    Row(
        sweeps.sweep,
        {
            "work": (work, NO_FUNCTION),
            "settings": ([1.0, 2.0], Kind(lambda v: v is not None and np.iterable(v))),
            "rng": (RNG, GENERATOR),
            "executor": (None, Kind(lambda v: v is None)),
            "cost": (None, Kind(lambda v: v is None or callable(v))),
        },
    ),
    Row(sweeps.processes, {"workers": (1, or_none(SIZE))}),
]

ROWS = {
    row.name: row
    for row in (
        *MATHEMATICS,
        *RECURRENT,
        *TASKS,
        *TRAINING,
        *REMEDIES,
        *DEEP_NETWORKS,
        *TOOLS,
    )
}

# --- What is public ----------------------------------------------------------------------------

NOT_CALLED = {
    "figures": "they draw what the chapters give them",
}


def members(module):
    """Functions and classes that a module defines in public."""
    for name, thing in vars(module).items():
        ours = name[0] != "_" and getattr(thing, "__module__", None) == module.__name__
        if ours and (inspect.isfunction(thing) or inspect.isclass(thing)):
            yield thing


def methods(cls):
    """Public methods of a class, its own and those of private parents in the package."""
    for parent in cls.__mro__:
        for name, thing in vars(parent).items():
            ours = name[0] != "_" and inspect.isfunction(thing)
            abstract = getattr(thing, "__isabstractmethod__", False)
            if ours and not abstract and thing.__module__ == cls.__module__:
                yield thing


def public():
    """All functions, classes with settings, and methods that are called by users."""
    found = pkgutil.walk_packages(longterm.__path__, "longterm.")
    for module in (import_module(info.name) for info in found if "._" not in info.name):
        for thing in members(module):
            name = name_of(thing)
            if {name, name.partition(".")[0]} & NOT_CALLED.keys():
                continue
            if getattr(thing, "_is_protocol", False):
                continue
            if inspect.isclass(thing):
                yield from methods(thing)
                if not issubclass(thing, tuple) and inspect.signature(thing).parameters:
                    yield thing  # a NamedTuple is looked at by what takes it
            else:
                yield thing
