"""The grids of the course, which ``make sweeps`` runs and `tuning.stored` reads (chapters 6, 8)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from longterm._types import Array
from longterm.models import LSTM, Latch, Leaky, Model, Plain, Skips, Weights
from longterm.optimisers import SGD, Adam
from longterm.tasks import Latching, TemporalOrder, TwoSequence
from longterm.tuning import RATES, Contender, Grid

__all__ = ["GRIDS", "ClipInputs", "ClipWeight", "SlowWeight"]


@dataclass(frozen=True)
class SlowWeight(SGD):
    """Plain descent of a `Latch` whose weight moves a hundred times slower than its inputs."""

    @np.errstate(all="ignore")
    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), the weight first."""
        step, state = super().step(gradient, state)
        return np.concatenate([step[:, :1] / 100, step[:, 1:]], axis=1), state


@dataclass(frozen=True)
class ClipWeight(SGD):
    """Clipped descent of a `Latch` that shortens the step of its weight alone."""

    @np.errstate(all="ignore")
    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), the weight first."""
        step, state = super().step(gradient, state)
        return np.concatenate([step[:, :1], -self.rate * gradient[:, 1:]], axis=1), state


@dataclass(frozen=True)
class ClipInputs(SGD):
    """Clipped descent of a `Latch` that shortens the step of its inputs alone."""

    @np.errstate(all="ignore")
    def step(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """What to add to the parameters (trials, n), the weight first."""
        step, state = super().step(gradient, state)
        return np.concatenate([-self.rate * gradient[:, :1], step[:, 1:]], axis=1), state


def _by_adam(model: Model, rates: tuple[float, ...]) -> Contender:
    """The same model under `Adam`, whose rates are a tenth: 0.01 is usual in place of 0.1."""
    return Contender(model, Adam, tuple(rate / 10 for rate in rates), (None,))


_FINE = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_FROZEN = {f"w frozen at {w}": Latch(w=w, trained=("inputs",)) for w in (1.25, 1.35, 1.5, 2.0)}

_FIVE = {
    "plain": Plain(),
    "orthogonal": Plain(start_from="orthogonal"),
    "echo state": Plain(start_from="echo state"),
    "leaky": Leaky(0.9),
    "skips": Skips(5),
    "LSTM, bias 1": LSTM(1.0),
    "LSTM, bias 3": LSTM(3.0),
}


def _networks(*trained: str) -> dict[str, Contender]:
    """All networks of chapter 8, by plain descent and by Adam, the same parts of each trained."""
    free = {name: replace(model, trained=trained) for name, model in _FIVE.items()}
    descents = {name: Contender(model) for name, model in free.items()}
    return descents | {f"{name}, Adam": _by_adam(model, RATES) for name, model in free.items()}


_PLACES = ("recurrent", "entry")
_ORDER: dict[str, Any] = {"units": 10, "spread": 0.1, "trained": Weights._fields}
_ECHO, _LEAKY = Plain(**_ORDER, start_from="echo state"), Leaky(0.8, **_ORDER)

GRIDS = {
    "latch": Grid(
        task=Latching(),
        contenders={
            "all trained": Contender(Latch(), rates=_FINE),
            "Adam": _by_adam(Latch(), _FINE),
            "slow w": Contender(Latch(), SlowWeight, _FINE),
            **{name: Contender(model, rates=_FINE) for name, model in _FROZEN.items()},
            "trained without noise": Contender(
                Latch(), rates=_FINE, task=Latching(training_noise=0.0)
            ),
        },
        lengths=(20, 40, 60, 80, 120),
        updates=(500, 2000),
    ),
    "clipped_parts": Grid(
        task=Latching(),
        contenders={
            "weight clipped": Contender(Latch(), ClipWeight, _FINE),
            "inputs clipped": Contender(Latch(), ClipInputs, _FINE),
        },
        lengths=(40, 60),
        updates=(500, 2000),
    ),
    "two_sequence": Grid(
        task=TwoSequence(),
        contenders={f"spread {s}": Contender(Plain(spread=s)) for s in (0.5, 1.0, 2.0)},
        lengths=(10, 30, 60),
        updates=(500, 2000),
        trials=50,
    ),
    "remedies": Grid(
        task=TwoSequence(),
        contenders=_networks(*_PLACES),
        lengths=(32, 64),
        updates=(250, 1000),
        trials=50,
    ),
    "remedies_with_biases": Grid(
        task=TwoSequence(),
        contenders=_networks(*_PLACES, "bias"),
        lengths=(32,),
        updates=(250, 1000),
        trials=50,
    ),
    "remedies_matched": Grid(
        task=TwoSequence(),
        contenders={
            "plain, 11 units": Contender(Plain(units=11)),
            "plain, 11 units, Adam": _by_adam(Plain(units=11), RATES),
            "LSTM, 2 units": Contender(replace(LSTM(3.0, units=2), trained=_PLACES)),
            "LSTM, 2 units, Adam": _by_adam(replace(LSTM(3.0, units=2), trained=_PLACES), RATES),
        },
        lengths=(32,),
        updates=(250, 1000),
        trials=50,
    ),
    "temporal_order": Grid(
        task=TemporalOrder(),
        contenders={
            "echo state": Contender(_ECHO),
            "echo state, Adam": _by_adam(_ECHO, RATES),
            "leaky": Contender(_LEAKY),
            "leaky, Adam": _by_adam(_LEAKY, RATES),
        },
        lengths=(10, 16, 24),
        updates=(500, 2000),
        trials=20,
        sequences=10,
        criterion=0.99,
    ),
}
"""Who is compared with whom in the chapters, by the name of the stored table."""
