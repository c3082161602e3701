"""What is tried on every argument of the package, and the errors that it must give.

The kind of an argument follows from its annotation, its limits from its name: whoever writes
`steps: int`, `rng: Generator`, `variance: float` or a default has nothing to add here. Other
arguments need an example in `EXAMPLES`, and an entry in `LIMITS` if not all numbers are accepted.
"""

import inspect
import math
import pkgutil
import typing
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import is_dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from types import NoneType, UnionType

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

import longterm
from longterm import feedforward, models, tasks
from longterm._types import Array, Integers

EVERYTHING = (
    *(np.nan, np.inf, -np.inf, complex(np.nan, 0)),
    *(np.array([1.0, np.nan]), np.array([[1.0, np.inf], [0.0, 1.0]])),
    *([], (), "", {}, np.empty((0, 0)), np.empty((3, 0))),
    *(0.5, np.array([0.5, 0.25, 0.125]), np.full((3, 3), 0.25), np.full((2, 3), 0.25)),
    *(np.full((2, 2, 2), 0.25), np.full((1, 2, 1, 2, 1), 0.25), [[1.0], [1.0, 2.0]]),
    *(np.array([1.0, None]), np.array(["a", "b"]), np.array([True, False]), [True]),
    *(np.array(["2020-01-01"], dtype="datetime64[D]"), np.zeros(2, dtype=[("a", float)])),
    *(np.ma.array([1.0, 2.0], mask=[True, False]), 0.5 + 0.5j, np.array([0.5j, 0.25])),
    *(Fraction(1, 3), True, np.True_, 0, 0.0, -0.0, 1, -1, -0.5, 2.5, 3.0, np.int8(3)),
    *(np.array([1, 0]), np.array([1.0, -1e-300]), np.float32(0.5), np.float16([0.5, 0.25])),
    *(5e-324, 1e-300, -1e-300, 1e308, -1e308, np.array([1e308, -1e308]), np.full((2, 2), 1e308)),
    *(10**12, 2**63, 10**30, -(10**30), 10**400, [10**400, 0.5]),
    *("3", "other", b"3", ["1", "2"], None, {"a": 1}, {1.0}, object(), lambda *_: None, dict),
    *(math, slice(3), np.random, np.random.RandomState(0), np.random.PCG64(0)),
)

# --- Kinds: the errors that a value must give; none where it may be answered ---------------------

EITHER = (TypeError, ValueError)
FINE: tuple[type[Exception], ...] = ()


def numbers(letters="iuf", single=False, least=-np.inf, most=np.inf, above=-np.inf, shape=None):
    """Arrays of finite numbers, or one, within limits and of a shape that fits."""

    def errors(value):
        if isinstance(value, str | bytes | Fraction | np.ma.MaskedArray):
            return (TypeError,)
        try:
            array = np.asarray(value)
            kinds = {*map(type, array.flat)} if array.dtype == object else {str}
            if "f" in letters and kinds <= {int, float}:  # integers beyond 64 bits
                array = array.astype(float)
        except (ValueError, OverflowError):  # rows of several lengths, or beyond floats
            return (ValueError,)
        if array.size and array.dtype.kind not in letters:
            return (TypeError,)
        fits = not (single and array.ndim) and (shape is None or shape(array.shape))
        if not fits or not np.isfinite(array).all():
            return (ValueError,)
        real = array.real
        return FINE if np.all((real >= least) & (real <= most) & (real > above)) else (ValueError,)

    return errors


def integer(least):
    """Integers that are at least so large."""

    def errors(value):
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            return (TypeError,)
        return FINE if least <= value < 2**63 else (ValueError,)

    return errors


def instance(*kinds):
    """Instances of these classes."""
    return lambda value: FINE if isinstance(value, kinds) else EITHER


def like(example):
    """Arrays with as many axes, the last as long, whose numbers are not looked at."""

    def errors(value):
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
            return EITHER
        fits = value.ndim == example.ndim and value.shape[-1:] == example.shape[-1:]
        return FINE if fits else EITHER

    return errors


def any_of(kinds):
    """What one of these kinds takes."""

    def errors(value):
        answers = [kind(value) for kind in kinds]
        if None in answers or FINE in answers:
            return None if None in answers else FINE
        return tuple({error for answer in answers for error in answer})

    return errors


def stack(value):
    """Numbers, fractions among them."""
    return FINE if isinstance(value, Fraction) else numbers()(value)


def function(value):
    """Functions; what they do is left to them."""
    return None if callable(value) else EITHER


def iterable(value):
    """What can be listed, whether it is accepted or not."""
    return FINE if np.iterable(value) else EITHER


KINDS = {
    **{bool: instance(bool, np.bool_), type: instance(type), typing.Any: stack},
    **{Generator: lambda value: (TypeError,), str: lambda value: (ValueError,)},  # none is tried
    **{NoneType: instance(NoneType), Callable: function, tuple: instance(tuple, list, np.ndarray)},
    **dict.fromkeys((Iterable, Sequence, Collection), iterable),
}


# --- What names stand for ------------------------------------------------------------------------
# A key is "argument", then "module.argument", then "function.argument" or "Class.argument"; the
# last that there is counts.


def each(names, limits):
    """The same for several arguments."""
    return dict.fromkeys(names.split(), limits)


POSITIVE, FROM_ZERO, SHARE = {"above": 0}, {"least": 0}, {"least": 0, "most": 1}
LIMITS = (  # integers are from 1 on if nothing is said
    each("clip factor gain half_life memory.start radius rate step threshold", POSITIVE)
    | each("memory.w noise push read_word.length spread steps successes training_noise", FROM_ZERO)
    | each("updates variance", FROM_ZERO)
    | each("confidence criterion leak shortest", SHARE)
    | each("chance_kept.rate half_life.rate retention.rate", SHARE)
    | each("cheapest_flip.steps latch.start push_to_flip.steps variance_for.steps", {})
    | each("tanh_gradient_step.gain tanh_mean_field.gain", {"above": 0, "most": 50})
    | each("tanh_gradient_walk.gain", {"above": 0, "most": 50})
    | each("tanh_depth_law.gain sample_gradient_walks.gain", {"above": 1, "most": 50})
    | each("fold_biases.w", {"least": 4})
    | each("next_correlation.gain correlation_depth.gain", {"above": 1, "most": 50})
    | each("correlation jordan_block.weight", {"least": -1, "most": 1})
    | each("position quasi_periodic_orbit.slope", SHARE)
    | each("bit bits", {"letters": "iu", "least": 0, "most": 1})
    | {
        "variance_for.target": POSITIVE,
        "chrono_biases.horizon": {"least": 2},
        "fresh_weights.variance": POSITIVE,
        "latched_bit.weight": {"least": 0, "most": 300},
        "forget_gate.bias": {"least": -100, "most": 100},
        "forget_gate.noise": {"least": 0, "most": 100},
        "nonnormal_burst.coupling": {"least": -1e30, "most": 1e30},
        "attention.shape": {"least": 0.1, "most": 1e6},
        "residual_layers.share": {"least": 1e-3, "most": 1e3},
        "sensitivities.radius": {"letters": "iuf", "above": 0, "most": 1 - 1e-16},
        "widths": {"letters": "iu", "least": 1},
        "turning_exponents.gain": {"least": 1e-3, "most": 50},
        "turning_exponents.steps": {"least": 1},
        "parity_by_turning.bits": {"letters": "iu", "least": 0, "most": 1, "shape": len},
        "linear.W": {"shape": lambda s: len(s) == 2 and s[0] == s[1] > 0},
        **each("h0 feed", {"shape": lambda s: s == (2,)}),
        "feedforward.x": {"shape": lambda s: len(s) == 2 and s[1] == 4},
        "labels": {"letters": "iu", "least": 0, "most": 1, "shape": lambda s: s == (5,)},
    }
)
# Modules and functions that take complex arrays.
COMPLEX = {"scalar", "linear", "with_radius", "log_gradients"}


def rng():
    """The same source of randomness each time."""
    return np.random.default_rng(0)


# Examples, where an argument has no default or one that takes long. Numbers are 0.5, sizes 3.
W = [[0.5, 1.0], [0.0, 0.2]]
X, HEARD = np.full((5, 4), 0.5), np.full((3, 1, 2), 0.25)
DEEP = feedforward.random_networks(3, 2, 2, rng=rng(), inputs=4, classes=2)
LAYERS = feedforward.forward(DEEP, X, 1.0, "tanh")
TASK, MODEL = tasks.Parity(), models.Plain(units=3)
EXAMPLES = (
    {"jacobians": [np.eye(2)], "atlas.error": [[1.0, 0.5]], "widths": [3, 4]}
    | {"next_correlation.gain": 2.0, "correlation_depth.gain": 2.0, "chrono_biases.horizon": 5.0}
    | {"W": W, "h0": [1.0, 1.0], "feed": [1.0, 1.0], "propagate_in.number": Fraction}
    | {"gradient": [1.0, 2.0], "parity_by_turning.bits": [0, 1]}
    | {"memory.w": 2.0, "latch.inputs": [0.1, 0.2], "cheapest_flip.steps": 1, "successes": 1}
    | each("tanh_depth_law.gain sample_gradient_walks.gain", 2.0)
    | {"folds.w": 5.0, "folds.b": -2.2, "folds.start": [5.0, -2.2]}
    | {"q": 0.25, "saturate.x": 0.25, "bit": 1, "write_word.bits": [0, 1], "text": "([])"}
    | {"feedforward.net": DEEP, "feedforward.x": X, "labels": [0, 1, 0, 1, 1], "samples": 4}
    | {"feedforward.activation": "tanh", "feedforward.states": LAYERS}
    | {"feedforward.error": LAYERS[-1], "last_states": LAYERS[-1]}
    | {"rnn.inputs": HEARD, "rnn.states": HEARD, "rnn.flow": HEARD, "rnn.error": HEARD[0]}
    | {"jacobian_products.states": HEARD[:, 0], "jacobian_bounds.states": HEARD[:, 0]}
    | {"loss": lambda x: float(np.sum(np.square(x))), "check_gradients.parameters": [np.ones(2)]}
    | {"check_gradients.gradients": [2 * np.ones(2)]}
    | {"BitMemory.task": tasks.OneBit()}
    | {"task": TASK, "model": MODEL, "score.parameters": MODEL.start(TASK, 2, rng=rng())}
    | {"length": 10, "trials": 2, "updates": 2, "tests": 4, "sequences": 4}
    | {"lengths": [5, 6], "learning_curve.updates": [1, 2], "how": {"updates": 2}}
    | {"settings": [1.0, 2.0], "work": lambda setting, *, rng: 0.0}
    | {"items": [1, 2], "words": "some words", "stored.name": "latch"}
)
FREE_TEXT = "text", "words"
MISSING = object()
PLAIN = {int, float, bool, str, Generator, tasks.Task}
NOT_WALKED = ("figures", "probe")  # draw what the chapters give them; needs torch, see test_probe


def keys(call, name):
    """What the tables may say of an argument, the closest last."""
    owner = getattr(call, "__self__", call)  # of a method its object
    module = call.__module__.removeprefix("longterm.")
    return name, f"{module}.{name}", f"{getattr(owner, '__name__', type(owner).__name__)}.{name}"


def found(table, call, name, default=None):
    """The closest entry of a table for an argument."""
    return next((table[k] for k in reversed(keys(call, name)) if k in table), default)


def kind_of(call, name, hint, example):
    """The kind of an argument."""
    limits, module = found(LIMITS, call, name, {}), call.__module__.removeprefix("longterm.")
    if {module, call.__name__} & COMPLEX and hint in (ArrayLike, complex):
        limits = {"letters": "iufc"} | limits
    if name in FREE_TEXT:
        return instance(str)
    if isinstance(example, tuple) and hasattr(example, "_fields"):
        return instance(type(example))
    if hint is int:
        return integer(limits.get("least", 1))
    if hint in (float, complex):
        return numbers(single=True, **limits)
    if hint in (ArrayLike, Integers):
        return numbers(**limits)
    if hint == Array:
        return like(example) if isinstance(example, np.ndarray) else numbers(**limits)
    if isinstance(hint, UnionType):
        return any_of([kind_of(call, name, part, example) for part in typing.get_args(hint)])
    return KINDS.get(typing.get_origin(hint) or hint, lambda value: EITHER)  # an object of ours


@cache
def arguments(call):
    """The arguments of a function: an example and the kind of each."""
    result = {}
    for name, parameter in inspect.signature(call).parameters.items():
        hint, default = parameter.annotation, parameter.default
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        usual = {int: 3, float: 0.5, complex: 0.5, ArrayLike: 0.5, Generator: rng()}
        if default is parameter.empty:
            default = next((good for kind, good in usual.items() if hint == kind), MISSING)
        example = found(EXAMPLES, call, name, default)
        assert example is not MISSING, f"no example for argument {name} of {name_of(call)}"
        result[name] = example, kind_of(call, name, hint, example)
    return result


def values(example, kind):
    """What is tried on an argument, with the errors that each value must give."""
    yield from ((value, kind(value)) for value in EVERYTHING)
    if isinstance(example, np.ndarray):
        spoilt = example[None], example[:0], np.full(example.shape, np.nan)
        yield from ((value, kind(value)) for value in spoilt)
    for field in getattr(example, "_fields", ()):
        part = np.asarray(getattr(example, field))
        wrong = None, "a", part.tolist(), part.astype(object), part.astype(complex), part[None], 1.0
        yield from ((example._replace(**{field: value}), EITHER) for value in wrong)
        yield example._replace(**{field: np.full(part.shape, np.nan)}), FINE


# --- What is public ------------------------------------------------------------------------------


def name_of(call):
    """Name of a function, class or method in the package."""
    return f"{call.__module__.removeprefix('longterm.')}.{call.__qualname__}"


def members(module):
    """Functions and classes that a module defines in public."""
    for name, thing in vars(module).items():
        ours = name[0] != "_" and getattr(thing, "__module__", None) == module.__name__
        if ours and (inspect.isfunction(thing) or inspect.isclass(thing)):
            yield thing


def modules():
    """All public modules."""
    for found_module in pkgutil.walk_packages(longterm.__path__, "longterm."):
        if "._" not in found_module.name:
            yield import_module(found_module.name)


def walked():
    """Functions and classes with settings, and methods that take no arrays, by their names."""
    for module in modules():
        if module.__name__.split(".")[1] in NOT_WALKED:
            continue
        for thing in members(module):
            if inspect.isfunction(thing):
                yield name_of(thing), thing
            elif is_dataclass(thing) and not inspect.isabstract(thing):
                yield name_of(thing), thing
                made = thing(**{name: good for name, (good, _) in arguments(thing).items()})
                for name, method in inspect.getmembers(made, inspect.ismethod):
                    hints = [p.annotation for p in inspect.signature(method).parameters.values()]
                    if name[0] != "_" and set(hints) <= PLAIN and hints:
                        yield name_of(method), method
