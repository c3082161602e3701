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
from figure_inputs import EXAMPLES, drawable, spoilt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import longterm
from longterm import (
    decay,
    explore,
    feedforward,
    folds,
    linear,
    memory,
    models,
    optimisers,
    plots,
    products,
    progress,
    rnn,
    scalar,
    scaling,
    stack,
    starts,
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
    fewer: bool = False
    """Whether of what may be answered only a few are tried, as for figures, which take longer."""

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


def codes(value):
    """Whether a value is a stack of bits, or some: floats or fractions."""
    items = np.array(value, dtype=object) if isinstance(value, Fraction | list | tuple) else None
    exact = items is not None and items.size and all(type(q) is Fraction for q in items.flat)
    return bool(exact) or real(value) is not None


def bits(value):
    """Whether a value is made of the integers 0 and 1."""
    array = real(value)
    return array is not None and (array.dtype.kind in "iu" or not array.size) and codes(value)


STACKED = Kind(lambda v: isinstance(v, tuple | list) and not len(v))
STACK = Kind(codes) | refusing(["a", None, object(), True, [True], 1j], [np.nan, np.inf])
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
    Row(folds.unit_states, UNIT),
    Row(folds.unit_slopes, UNIT),
    Row(
        folds.fold_biases,
        {
            "w": (5.0, REALS | Kind(all_of(lambda x: x >= 4)) | refusing((), [3.9])),
            "activation": ("logistic", word("logistic", "tanh")),
        },
    ),
    Row(folds.fixed_points, {"w": (5.0, REAL), "b": (-2.2, REAL)}),
    Row(folds.wall, WALL),
    Row(folds.wall_slope, WALL | {"steps": (3, COUNT)}),
    Row(folds.unit_error, AIMED),
    Row(folds.unit_gradient, AIMED),
    Row(
        folds.unit_descent,
        {
            "start": ([5.0, -2.2], REALS | refusing((), [1.0, [1.0], [1.0, 2.0, 3.0]])),
            "rate": (0.1, POSITIVE),
            "updates": (2, LONG_COUNT),
            "clip": ("norm", word("none", "norm", "element")),
            "threshold": (1.0, POSITIVE),
            "steps": (3, LONG_COUNT),
        },
    ),
    Row(stack.saturate, {"x": (0.25, STACK)}),
    Row(stack.top, {"q": (0.25, STACK)}),
    Row(stack.push, {"q": (0.25, STACK), "bit": (1, BITS)}),
    Row(stack.pop, {"q": (0.25, STACK)}),
    Row(
        stack.write_word,
        {"bits": ([0, 1], BITS | refusing((), [1])), "number": (Fraction, WORD_TYPE)},
    ),
    Row(stack.read_word, {"q": (0.25, STACK), "length": (2, LONG_COUNT)}),
    Row(stack.read_brackets, BRACKETS),
    Row(stack.balanced, BRACKETS),
    Row(optimisers.clip_by_norm, CLIP),
    Row(optimisers.clip_by_element, CLIP),
    Row(decay.half_life, {"rate": (0.9, SHARES)}, infinite="infinity at rate 1"),
    Row(decay.leak_for, {"half_life": (20.0, POSITIVES)}),
    Row(
        decay.gate_half_life,
        {"bias": (1.0, REALS)},
        infinite="infinity where that leaves the range of floats",
    ),
    Row(decay.gate_bias, {"half_life": (20.0, POSITIVES)}),
    Row(
        decay.chance_kept,
        {
            "rate": (0.9, SHARES),
            "steps": (10, LONG_SIZE),
            "noise": (0.2, POSITIVE),
            "marked": (3, SIZE),
        },
    ),
    Row(
        decay.skip_response,
        {
            "direct": (0.5, REAL),
            "skip": (0.2, REAL),
            "delay": (5, SIZE),
            "steps": (10, LONG_COUNT),
        },
    ),
    Row(
        decay.skip_rate,
        {
            "direct": (0.5, REAL),
            "skip": (0.2, REAL),
            "delay": (5, LONG_SIZE | refusing((), [501])),
        },
    ),
    Row(
        starts.orthogonal,
        {"width": (3, LONG_SIZE), "rng": (RNG, GENERATOR), "stack": ((), STACKED)},
    ),
    Row(starts.with_radius, {"W": (W, MATRIX | NO_WALL), "radius": (0.9, POSITIVE)}),
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
]

DRAWN = {
    "length": (10, LONG_SIZE),
    "trials": (2, LONG_SIZE),
    "sequences": (4, LONG_SIZE),
    "rng": (RNG, GENERATOR),
    "training": (True, FLAG),
}


def names(*fields):
    """A sequence of some of these names."""
    return Kind(lambda v: isinstance(v, tuple | list) and all(f in fields for f in v))


NOISE = {"noise": (0.2, NOT_NEGATIVE)}
MARKED = {"marked": (3, SIZE)}
ALL_TASKS = (
    tasks.OneBit(),
    tasks.Latching(),
    tasks.TwoSequence(),
    tasks.Parity(),
    tasks.TemporalOrder(),
)
UNITS = {
    "units": (3, SIZE),
    "spread": (0.5, NOT_NEGATIVE),
    "start_from": ("uniform", word("uniform", "orthogonal", "echo state")),
    "radius": (0.95, POSITIVE),
    "trained": (("recurrent", "entry"), names(*models.Weights._fields)),
}

TASKS = [
    Row(tasks.OneBit, NOISE | {"noisy": (3, LONG_SIZE)}),
    Row(tasks.Latching, NOISE | {"training_noise": (None, or_none(NOT_NEGATIVE))} | MARKED),
    Row(tasks.TwoSequence, NOISE | MARKED | {"shortest": (0.5, at_most(1, POSITIVE))}),
    *(Row(type(task).batch, {"self": (task, None), **DRAWN}) for task in ALL_TASKS),
    Row(
        models.Latch,
        {"w": (1.25, REAL), "spread": (0.1, NOT_NEGATIVE), "marked": (3, LONG_SIZE)}
        | {"trained": (("w",), names("w", "inputs"))},
    ),
    Row(models.Plain, UNITS),
    Row(models.Leaky, UNITS | {"leak": (0.9, Kind(all_of(lambda x: (x >= 0) & (x < 1))))}),
    Row(models.Skips, UNITS | {"delay": (5, SIZE)}),
    Row(models.LSTM, UNITS | {"forget_bias": (1.0, REAL)}),
    Row(models.BitMemory, UNITS | {"gain": (0.8, POSITIVE)}),
]

# --- Training ----------------------------------------------------------------------------------


def ascending(value):
    """Whether a value may be a list of numbers of updates."""
    array = real(value)
    return isinstance(value, list | np.ndarray) and array is not None and array.dtype.kind in "iu"


TASK = Kind(lambda v: isinstance(v, tasks.Latching)) | refusing([None, 3, tasks.Parity, ""], [])
MODEL = Kind(lambda v: isinstance(v, models.Latch)) | refusing([None, 3, models.Latch, ""], [])
GRADIENT = np.full((2, 3), 0.5)
STEP = {"gradient": (GRADIENT, shaped(GRADIENT, any_length=True))}
PAIR = {"task": (tasks.Latching(), TASK), "model": (models.Latch(), MODEL)}
LATCHES = models.Latch().start(tasks.Latching(), 2, rng=np.random.default_rng(2))
SPAN = PAIR | {"length": (5, LONG_SIZE), "trials": (2, LONG_SIZE)}
OPTIMISER = or_none(instance(optimisers.SGD, optimisers.Adam))
HOW = {
    "rng": (RNG, GENERATOR),
    "updates": (2, LONG_COUNT),
    "optimiser": (optimisers.SGD(), OPTIMISER),
    "sequences": (2, or_none(LONG_SIZE)),
}
JUDGED = {"criterion": (0.95, at_most(1, POSITIVE)), "tests": (4, LONG_SIZE)}
LENGTHS = Kind(
    lambda v: ascending(v) or (isinstance(v, dict) and not v) or shape(v) in ((0,), (0, 0))
)
MEMORY = Kind(lambda v: shape(v) == (2,) and all_of(lambda x: (x >= 0) & (x < 1))(v))

TRAINING = [
    Row(optimisers.SGD, {"rate": (0.1, POSITIVE), "clip": (1.0, or_none(POSITIVE))}),
    Row(optimisers.Adam, {"rate": (0.1, POSITIVE), "memory": ((0.9, 0.999), MEMORY)}),
    Row(
        optimisers.SGD.step,
        {"self": (optimisers.SGD(), None), **STEP, "state": (None, ANY)},
        unchecked="nan and inf come back in the step",
    ),
    Row(
        optimisers.Adam.step,
        {
            "self": (optimisers.Adam(), None),
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
            **PAIR,
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
            **PAIR,
            "parameters": (LATCHES, record(LATCHES)),
            "length": (5, LONG_SIZE),
            "rng": (RNG, GENERATOR),
            "tests": (4, LONG_SIZE),
        },
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


def canvas():
    """A picture with a line that moves."""
    fig, ax = plots.house.new_figure()
    ax.plot([], [], gid="line")
    ax.set(xlim=(0, 10), ylim=(0, 5))
    return fig


def frame(w):
    """What the picture shows at w."""
    return {"line": (np.arange(3), w * np.arange(3)), "readout": f"{w}"}


NO_FUNCTION = Kind(alone=True, also={k: v for k, v in EVERYTHING.items() if not callable(v)})
CANVAS, SLIDER = canvas(), explore.Slider("w", (1.0, 2.0))
STOPS = Kind(
    lambda v: (
        isinstance(v, tuple | list | np.ndarray)
        and len(np.shape(v) if isinstance(v, np.ndarray) else (1,)) == 1
        and len(v) > 0
        and all(isinstance(item, str | int | float | np.number) for item in v)
    )
)


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
        explore.Slider,
        {
            "label": ("weight w", instance(str)),
            "values": ((1.0, 2.0), STOPS),
            "start": (2.0, Kind(lambda v: v is None or (np.isscalar(v) and v in (1.0, 2.0)))),
            "names": ({1.0: "holds"}, instance(dict)),
            "form": ("{:g}", instance(str)),
        },
    ),
    Row(explore.Slider.options, {"self": (SLIDER, None)}),
    Row(
        explore.slider_figure,
        {
            "fig": (CANVAS, Kind(lambda v: v is CANVAS)),
            "frame": (frame, NO_FUNCTION),
            "alt": ("a line", Kind(lambda v: isinstance(v, str) and len(v) > 0)),
            "w": (SLIDER, instance(explore.Slider)),
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

# --- Figures -----------------------------------------------------------------------------------


def figure_kind(name, example):
    """What an argument of a figure function takes, by an example."""
    numbered = {str(k): bad for k, bad in enumerate(spoilt(example))}
    if isinstance(example, dict):
        return Kind(lambda v: v is None and name == "theory", also=numbered)
    if isinstance(example, np.ndarray | list | tuple):
        rows = isinstance(example, list)  # which may be of different lengths
        return Kind(lambda v: drawable(v) or (rows and type(v) is list), also=numbered, fewer=True)
    if isinstance(example, str):
        return Kind(lambda v: v is None or isinstance(v, str), fewer=True)
    if isinstance(example, bool):
        return FLAG
    return Kind(one_of() if isinstance(example, float) else integer(0), fewer=True)


FIG, _ = plots.house.new_figure()
_, AX = plots.house.new_figure()
(LINE,) = AX.plot([0, 1], [1, 2])
LENGTH = at_most(100, POSITIVE)
ON_FIGURE = {"fig": (FIG, instance(Figure))}
SCALES = ("linear", "log", "symlog", "logit", "asinh")


def font_type(value):
    """Whether a value is one of the two ways to write words in an SVG."""
    return isinstance(value, str) and value in ("path", "none")


HOUSE = [
    Row(
        plots.house.new_figure,
        {
            "columns": (2, LONG_SIZE),
            "rows": (1, LONG_SIZE),
            "height": (3.0, LENGTH),
            "width": (6.0, LENGTH),
        },
    ),
    Row(
        plots.house.label_end,
        {
            "ax": (AX, instance(Axes)),
            "line": (LINE, instance(Line2D)),
            "text": ("words", instance(str)),
            "dx": (4.0, REAL),
            "dy": (0.0, REAL),
        },
    ),
    Row(plots.house.svg, ON_FIGURE),
    Row(plots.house.svg_and_names, ON_FIGURE | {"fonttype": ("path", Kind(font_type))}),
    Row(plots.house.digest, ON_FIGURE),
    Row(
        plots.house.summary,
        {
            "values": (np.ones(3), Kind(lambda v: True)),
            "scale": ("log", Kind(lambda v: isinstance(v, str) and v in SCALES)),
        },
    ),
    Row(plots.house.house_style, {"draw": (plots.house.new_figure, FUNCTION)}),
    Row(plots.house.house_settings, {}),
]
FIGURES = [
    *HOUSE,
    *(
        Row(draw, {name: (part, figure_kind(name, part)) for name, part in example.items()})
        for draw, example in EXAMPLES.items()
    ),
]

ROWS = {
    row.name: row
    for row in (
        *MATHEMATICS,
        *RECURRENT,
        *TASKS,
        *TRAINING,
        *DEEP_NETWORKS,
        *TOOLS,
        *FIGURES,
    )
}

# --- What is public ----------------------------------------------------------------------------

NOT_CALLED = {
    "explore.FrameView": "a widget, made by `slider_figure`",
    "explore.SliderFigure": "a widget, made by `slider_figure`",
    "plots.house.HouseFigure": "Matplotlib's figure, made by `new_figure`",
    "sliders": "its functions take nothing, or a stop of a slider, as `slider_figure` gives it",
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
