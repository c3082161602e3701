r"""How far back your own PyTorch network hears (chapter 10).

The one module that needs PyTorch, ``pip install longterm[torch]``, and only when it is called.
Modules are called, never opened: no weight is read or copied, and no ``.grad`` is touched.

`hear` takes any module and one backward pass. `step_through` needs a state that can be followed
from step to step. `examine` does what can be done, and says in words what it found. Lag k is k
steps before the last. Numbers are found in the module's own precision: in float32 what is below
1e-45 is 0.
"""

import importlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from longterm import _check
from longterm._types import Array, Booleans, short

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Examination", "Heard", "Stepped", "examine", "hear", "step_through"]

State = tuple["Tensor", ...]
NO_STATE = "not defined without a state"
_SATURATED, _MOSTLY = 0.99, 0.9


@short
class Heard(NamedTuple):
    """How large the gradient in each input is; what it tells is of the median over sequences."""

    sizes: Array
    """Norm of the gradient of a sequence's loss in its input at lag k, (sequences, length)."""
    passes: int
    """Backward passes that it took."""

    @property
    def typical(self) -> Array:
        """Median over the sequences, (length,)."""
        return np.median(self.sizes, axis=0)

    @property
    def band(self) -> Array:
        """What nine and what one of ten sequences exceed, (2, length)."""
        return np.quantile(self.sizes, [0.1, 0.9], axis=0)

    @property
    def half_life(self) -> float:
        """Steps in which the typical size halves from its largest to the horizon; may be inf.

        It is that of the line that fits the logarithms best, by least squares.
        """
        first, sizes = int(np.argmax(self.typical)), self.typical
        last = int(min(max(self.horizon, first + 1), len(sizes) - 1))
        if last == first or sizes[last] == 0:
            return math.inf if last == first else 0.0
        slope = np.polyfit(np.arange(first, last + 1), np.log(sizes[first : last + 1]), 1)[0]
        return float(-math.log(2) / slope) if slope < -1e-12 else math.inf

    @property
    def horizon(self) -> float:
        """Lag from which the typical size stays below 1/1000 of its largest; inf if it does not.

        It is 0 if half of the sequences hear nothing at any lag.
        """
        return _last_crossing(self.typical, 0.001)

    @property
    def unheard(self) -> int:
        """How many steps at the start no sequence's loss depends on."""
        return int(self.sizes.shape[1] - 1 - np.flatnonzero(self.sizes.any(axis=0))[-1])


@short
class Stepped(NamedTuple):
    """What can be said of a module whose state is followed from step to step."""

    sizes: Array
    """Norm of the gradient in the state at lag k, (sequences, length + 1); the last is the start's.
    """
    lost: Array
    """Share of the batch's gradient in the weights that is lost if it flows k steps back only,
    (length + 1,); nan if that gradient is 0, or there are no weights."""
    exponents: Array
    """Leading Lyapunov exponents a step, the largest first, (sequences, exponents); may be -inf."""
    dead: Booleans
    """Which units of the last signal never moved, at no step of no sequence, (units,)."""
    saturated: Booleans
    """Which others stay within ±1, and at nine of ten steps beyond ±0.99, (units,)."""
    passes: int
    """Backward passes that it took: two, and one an exponent."""

    def truncation(self, share: float = 0.01) -> int:
        """The fewest steps that lose at most so large a share, from 0 to 1."""
        if not 0 <= _check.number("share", share) <= 1:
            raise ValueError(f"share must be from 0 to 1, got {share}")
        if np.isnan(self.lost).any():
            raise ValueError("share cannot be told: the module has no gradient in its weights")
        return int(np.flatnonzero([True, *(self.lost > share)])[-1])


class Examination(NamedTuple):
    """What could be found out about a module; it prints itself as a verdict."""

    heard: Heard
    stepped: Stepped | None
    """None if the module has no state that can be followed."""

    def __str__(self) -> str:
        """Return the verdict, in plain words."""
        return "\n".join(_verdict(self))

    def __repr__(self) -> str:
        """Return the same, so that a cell shows it."""
        return str(self)


def hear(
    module: Callable[..., Any],
    inputs: "Tensor",
    loss: Callable[[Any], "Tensor"] | None = None,
    *,
    start: Any = None,
    batch_first: bool = False,
) -> Heard:
    r"""Size of the gradient in the input of every step, from one backward pass.

    .. math:: \left\lVert \frac{\partial L}{\partial x_{T-k}} \right\rVert, \qquad
       k = 0, \dots, T - 1

    Parameters
    ----------
    module : callable
        Anything that takes the inputs: a layer or cell of ``torch.nn``, or a function of yours.
    inputs : torch.Tensor of shape (length, sequences, channels)
        Real numbers. Of words, give what their embedding gives.
    loss : callable, optional
        Takes what `module` returns, and returns one number a sequence, or one for all. A layer
        in one direction or a cell of ``torch.nn``, and whatever has a `start`, hands it the
        signal of the last step alone, (sequences, units). If not given, what `module` returns is
        the loss.
    start : torch.Tensor or tuple of them, optional
        The state, (sequences, units), before the first step of a `module` that takes
        ``module(x_t, state)`` and returns the next state. Layers and cells of ``torch.nn``
        need none.
    batch_first : bool
        Whether the inputs are (sequences, length, channels).

    Returns
    -------
    Heard
    """
    torch, inputs, steps = _prepared(module, inputs, start, batch_first)
    inputs.requires_grad_(True)
    with torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
        answer = steps.last(inputs) if steps else module(_laid(inputs, batch_first))
        losses = _losses(answer, loss, inputs.shape[1])
        (gradient,) = torch.autograd.grad(losses.sum(), inputs, allow_unused=True)
    if gradient is None or not gradient.any():
        raise ValueError("loss must depend on the inputs; its gradient is 0 in all of them")
    return Heard(_sizes([gradient]).T[:, ::-1], 1)


def step_through(
    module: Callable[..., Any],
    inputs: "Tensor",
    loss: Callable[[Any], "Tensor"] | None = None,
    *,
    start: Any = None,
    batch_first: bool = False,
    exponents: int = 3,
) -> Stepped:
    r"""Gradients in the states, Lyapunov exponents, what a truncation loses, and idle units.

    .. math:: \delta_{t-1} = J_t^\top \delta_t, \qquad
       \frac{\partial L}{\partial \theta} =
       \sum_t \left(\frac{\partial h_t}{\partial \theta}\right)^\top \delta_t, \qquad
       J_t = \frac{\partial h_t}{\partial h_{t-1}}

    A truncation at k keeps the k last terms of the sum. The exponents are mean logarithms of the
    diagonal of R, where :math:`Q_t` begins with fixed directions at the last step and
    :math:`Q_{t-1} R = J_t^\top Q_t`; the first half of these steps only turns the directions.

    Parameters
    ----------
    module, inputs, loss, start, batch_first
        As for `hear`. The state of an LSTM is both of its parts, that of several layers all of
        theirs. What is followed is `module` alone: weights inside `loss` count as fixed.
    exponents : int
        How many exponents; not more than the state has numbers.

    Returns
    -------
    Stepped

    Raises
    ------
    ValueError
        Also if `module` has no state that can be followed, or another answer when it is called
        again, as under dropout.
    """
    torch, inputs, steps = _prepared(module, inputs, start, batch_first)
    if steps is None:
        raise ValueError(f"{NO_STATE}: module must be of torch.nn, in one direction, or have start")
    exponents = min(_check.size("exponents", exponents), sum(part.shape[1] for part in steps.start))
    weights = [p for p in getattr(module, "parameters", tuple)() if p.requires_grad]
    with torch.backends.cudnn.flags(enabled=False):
        states = _followed(torch, steps, inputs)
        error = _error(torch, states[-1], steps.signal, loss)

        def back() -> Iterator[tuple[State, list["Tensor"]]]:
            return _back(torch, steps, inputs, states, error, weights)

        whole = [torch.zeros_like(weight, dtype=torch.double) for weight in weights]
        for _, terms in back():
            whole = [sofar + term for sofar, term in zip(whole, terms, strict=True)]
        sizes, left = [_sizes(error)], [_length(whole)]
        for flow, terms in back():
            sizes.append(_sizes(flow))
            whole = [rest - term for rest, term in zip(whole, terms, strict=True)]
            left.append(_length(whole))
        growth = _exponents(torch, steps, inputs, states, exponents)
    left[-1] = 0.0  # but for rounding
    lost = np.array(left) / left[0] if left[0] else np.full(len(left), np.nan)
    dead, saturated = _idle(torch.stack([state[steps.signal] for state in states[1:]]))
    return Stepped(np.stack(sizes, axis=1), lost, growth, dead, saturated, 2 + exponents)


def examine(
    module: Callable[..., Any],
    inputs: "Tensor",
    loss: Callable[[Any], "Tensor"] | None = None,
    *,
    start: Any = None,
    batch_first: bool = False,
) -> Examination:
    """What `hear` finds, and `step_through` where there is a state; printed, it is a verdict.

    Parameters
    ----------
    module, inputs, loss, start, batch_first
        As for `hear`.

    Returns
    -------
    Examination
    """
    heard = hear(module, inputs, loss, start=start, batch_first=batch_first)
    if _prepared(module, inputs, start, batch_first)[2] is None:
        return Examination(heard, None)
    stepped = step_through(module, inputs, loss, start=start, batch_first=batch_first)
    return Examination(heard, stepped)


# --- In words ------------------------------------------------------------------------------


def _verdict(found: Examination) -> list[str]:
    """A sentence on each thing that was found."""
    heard, stepped = found
    length, horizon, life = heard.sizes.shape[1], heard.horizon, heard.half_life
    if not heard.typical.any():
        lines = ["Hears nothing: at no lag does a gradient reach more than half of the sequences."]
    elif math.isinf(horizon):
        lines = [f"Hears all {length - 1} steps back: the gradient stays above a thousandth."]
    else:
        lines = [f"Hears {math.floor(horizon)} steps back: beyond, less than a thousandth arrives."]
    if math.isinf(life):
        lines.append("Up to there it does not fall.")
    elif life > 0:
        lines.append(f"It halves every {life:.3g} steps.")
    if heard.unheard:
        lines.append(f"No gradient at all reaches the first {heard.unheard} steps.")
    if stepped is None:
        return [*lines, f"States, truncation and exponents: {NO_STATE}."]
    if not np.isnan(stepped.lost).any():
        k = stepped.truncation()
        some = f"A truncation at {k} would lose {100 * stepped.lost[k]:.2g} %."
        lines.append(some if k < length else "Any truncation would lose more than 1 %.")
    leading = stepped.exponents.mean(axis=0)
    lines.append(f"Lyapunov exponents: {', '.join(f'{value:.3g}' for value in leading)}.")
    idle = f"{stepped.dead.sum()} dead and {stepped.saturated.sum()} saturated"
    lines.append(f"Of {len(stepped.dead)} units {idle}.")
    return [*lines, f"Took {heard.passes + stepped.passes} backward passes."]


# --- Parts ---------------------------------------------------------------------------------


class _Steps(NamedTuple):
    """A module that is followed from step to step; its state is always a tuple of (n, units)."""

    step: Callable[["Tensor", State], State]
    start: State
    signal: int
    """Which part of the state others hear."""
    last: Callable[["Tensor"], "Tensor"]
    """The signal after the last step, from the inputs of all."""


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError:
        raise ImportError("longterm.probe needs PyTorch: pip install longterm[torch]") from None


def _prepared(
    module: Any, inputs: Any, start: Any, batch_first: bool
) -> tuple[Any, "Tensor", _Steps | None]:
    """PyTorch, the inputs with time first, and the steps of the module if it has a state."""
    torch = _torch()
    if not callable(module) or isinstance(module, type):
        raise TypeError(f"module must be a module or function, got {module!r:.40}")
    first = _check.flag("batch_first", batch_first)
    if not isinstance(inputs, torch.Tensor) or not inputs.is_floating_point():
        kind = inputs.dtype if isinstance(inputs, torch.Tensor) else type(inputs).__name__
        raise TypeError(f"inputs must be a torch.Tensor of real numbers, got {kind}")
    if inputs.ndim != 3 or inputs.numel() == 0:
        form = "(sequences, length, channels)" if first else "(length, sequences, channels)"
        raise ValueError(f"inputs must have shape {form}, got {tuple(inputs.shape)}")
    if not inputs.isfinite().all():
        raise ValueError("inputs must be finite, got nan or inf")
    inputs = _laid(inputs.detach(), first).clone()
    return torch, inputs, _steps(torch, module, inputs, start, first)


def _laid(inputs: "Tensor", batch_first: bool) -> "Tensor":
    """Change the places of time and sequences, if sequences are to come first."""
    return inputs.transpose(0, 1) if batch_first else inputs


def _steps(torch: Any, module: Any, inputs: "Tensor", start: Any, first: bool) -> _Steps | None:
    """How the module is followed from step to step, None if it cannot be."""
    nn, zeros = torch.nn, inputs.new_zeros
    if isinstance(module, nn.RNNBase):
        if start is not None:
            raise ValueError("start must not be given for a layer of torch.nn, which begins at 0")
        if module.batch_first != first:
            raise ValueError(f"batch_first must be {module.batch_first}, as that of module")
        return None if module.bidirectional else _layer_steps(module, inputs, first)
    if isinstance(module, nn.RNNCellBase) and start is None:
        zero = zeros(inputs.shape[1], module.hidden_size)
        start = (zero, zero) if isinstance(module, nn.LSTMCell) else zero
    return None if start is None else _own_steps(torch, module, inputs.shape[1], start)


def _layer_steps(module: Any, inputs: "Tensor", first: bool) -> _Steps:
    """One step of a layer, or several, of ``torch.nn``: the module itself, called for one step."""
    layers, units = module.num_layers, module.hidden_size
    parts = [(module.proj_size or units, units)[: 1 + (module.mode == "LSTM")]] * layers
    sizes = [n for kind in zip(*parts, strict=True) for n in kind]

    def step(x: "Tensor", state: State) -> State:
        whole = [_stacked(state[k : k + layers]) for k in range(0, len(state), layers)]
        new = module(_laid(x[None], first), tuple(whole) if len(whole) == 2 else whole[0])[1]
        return (*new[0], *new[1]) if len(whole) == 2 else tuple(new)

    def last(inputs: "Tensor") -> "Tensor":
        return _laid(module(_laid(inputs, first))[0], first)[-1]

    start = tuple(inputs.new_zeros(inputs.shape[1], n) for n in sizes)
    return _Steps(step, start, layers - 1, last)


def _own_steps(torch: Any, module: Any, sequences: int, start: Any) -> _Steps:
    """Steps of what takes ``module(x_t, state)`` and returns the next state, one or a tuple."""
    single = isinstance(start, torch.Tensor)
    parts = (start,) if single else tuple(start) if isinstance(start, tuple | list) else ()
    fit = [isinstance(part, torch.Tensor) and part.ndim == 2 for part in parts]
    if not parts or not all(fit) or {len(part) for part in parts} != {sequences}:
        raise ValueError(f"start must be of shape ({sequences}, units), one or a tuple of them")

    def step(x: "Tensor", state: State) -> State:
        new = module(x, state[0] if single else state)
        new = (new,) if isinstance(new, torch.Tensor) else new
        shapes = [getattr(part, "shape", None) for part in new]
        if shapes != [part.shape for part in state]:
            raise ValueError("module must return the next state, of the shape of start")
        return tuple(new)

    def last(inputs: "Tensor") -> "Tensor":
        state = parts
        for x in inputs:
            state = step(x, state)
        return state[0]

    return _Steps(step, tuple(part.detach() for part in parts), 0, last)


def _stacked(parts: Sequence["Tensor"]) -> Any:
    return _torch().stack(list(parts))


def _losses(answer: Any, loss: Callable[[Any], "Tensor"] | None, sequences: int) -> "Tensor":
    """The loss of each sequence, or of all, checked."""
    tensor = _torch().Tensor
    if loss is not None and not callable(loss):
        raise TypeError(f"loss must be a function, got {type(loss).__name__}")
    try:
        losses = answer if loss is None else loss(answer)
    except (AttributeError, TypeError) as error:
        error.add_note(f"loss was handed what module returns, of type {type(answer).__name__}")
        raise
    if not isinstance(losses, tensor) or tuple(losses.shape) not in ((), (sequences,)):
        form = tuple(losses.shape) if isinstance(losses, tensor) else type(losses).__name__
        raise ValueError(f"loss must return one number, or one a sequence, ({sequences},): {form}")
    if not losses.isfinite().all():
        raise ValueError("loss must be finite, got nan or inf")
    if not losses.requires_grad:
        raise ValueError("loss must have a gradient; something is detached, or under no_grad")
    return losses


def _followed(torch: Any, steps: _Steps, inputs: "Tensor") -> list[State]:
    """The states at all steps, the start first."""
    states = [steps.start]
    with torch.no_grad():
        for x in inputs:
            states.append(steps.step(x, states[-1]))
        again = steps.last(inputs)
    signal = states[-1][steps.signal]
    if not signal.isfinite().all():
        raise ValueError("module must keep its state finite, got nan or inf")
    if not torch.allclose(again, signal, rtol=1e-3, atol=1e-5):
        raise ValueError("module must answer the same when called again; is module.eval() missing?")
    return states


def _error(torch: Any, state: State, signal: int, loss: Any) -> State:
    """The gradient of the loss in the last state, of which it hears the signal."""
    with torch.enable_grad():
        heard = state[signal].detach().requires_grad_(True)
        losses = _losses(heard, loss, len(heard))
        (error,) = torch.autograd.grad(losses.sum(), heard)
    return tuple(error if k == signal else torch.zeros_like(part) for k, part in enumerate(state))


def _back(
    torch: Any,
    steps: _Steps,
    inputs: "Tensor",
    states: Sequence[State],
    flow: State,
    weights: Sequence["Tensor"],
) -> Iterator[tuple[State, list["Tensor"]]]:
    """From the last step back: the gradient in the state before it, and its term in the weights."""
    for x, state in zip(inputs.flip(0), states[-2::-1], strict=True):
        with torch.enable_grad():
            before = [part.detach().requires_grad_(True) for part in state]
            pairs = zip(steps.step(x, tuple(before)), flow, strict=True)
            after, errors = zip(*(pair for pair in pairs if pair[0].requires_grad), strict=True)
        found = torch.autograd.grad(after, [*before, *weights], errors, materialize_grads=True)
        flow = found[: len(before)]
        yield flow, list(found[len(before) :])


def _exponents(
    torch: Any, steps: _Steps, inputs: "Tensor", states: Sequence[State], count: int
) -> Array:
    """Mean logarithms of R, a QR step a Jacobian; sequences stand `count` times in one batch."""
    widths, sequences = [part.shape[1] for part in steps.start], inputs.shape[1]
    begin = np.random.default_rng(0).standard_normal((sum(widths), count))
    turned = torch.from_numpy(np.linalg.qr(begin)[0]).expand(sequences, -1, -1)
    wide = [tuple(part.repeat_interleave(count, 0) for part in state) for state in states]
    kind, many, total = states[0][0], inputs.repeat_interleave(count, 1), []
    for k in range(len(inputs) - 1, -1, -1):
        rows = turned.transpose(1, 2).reshape(-1, sum(widths)).to(kind)
        back = _back(torch, steps, many[k : k + 1], wide[k : k + 2], rows.split(widths, 1), ())
        flow = torch.cat(next(back)[0], 1).double().reshape(sequences, count, -1)
        turned, grown = torch.linalg.qr(flow.transpose(1, 2))
        total.append(grown.diagonal(dim1=1, dim2=2).abs().cpu().numpy())
    with np.errstate(divide="ignore"):
        logs = np.log(total[len(total) // 2 :]).mean(axis=0)
    ordered: Array = np.sort(logs, axis=1)[:, ::-1]
    return ordered


def _idle(signals: "Tensor") -> tuple[Booleans, Booleans]:
    """Which units never move, and which others are nearly always close to ±1."""
    values = np.abs(found := signals.double().cpu().numpy())
    still = np.ptp(found, axis=(0, 1)) <= 1e-6
    close = (values > _SATURATED).mean(axis=(0, 1)) >= _MOSTLY
    return still, close & (values.max(axis=(0, 1)) <= 1) & ~still


def _sizes(parts: Sequence["Tensor"]) -> Array:
    """Norm of each last axis over all parts together, in float64, without underflow of squares."""
    whole = np.concatenate([part.double().cpu().numpy() for part in parts], axis=-1)
    if not np.isfinite(whole).all():
        raise ValueError("loss must have a finite gradient, got nan or inf: it explodes")
    top = np.abs(whole).max(axis=-1, keepdims=True)
    whole = np.divide(whole, top, out=np.zeros_like(whole), where=top > 0)
    sizes: Array = top[..., 0] * np.sqrt(np.sum(whole**2, axis=-1))
    return sizes


def _length(parts: Sequence["Tensor"]) -> float:
    """Norm of all numbers in all parts together."""
    return math.sqrt(sum(float((part.double() ** 2).sum()) for part in parts))


def _last_crossing(sizes: Array, share: float) -> float:
    """The lag after which sizes stay below a share of the largest, between lags by logarithms."""
    least = share * sizes.max()
    if least == 0:
        return 0.0
    k = int(np.flatnonzero(sizes >= least)[-1])
    if k == len(sizes) - 1:
        return math.inf
    if sizes[k + 1] == 0:
        return float(k)
    drop = math.log(sizes[k] / least) / math.log(sizes[k] / sizes[k + 1])
    return k + drop
