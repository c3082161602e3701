"""Every contender tuned alike: the same grid for each, the best by a rule (chapters 6 and 8).

What a training reaches depends on its learning rate, its clip and its number of updates. So each
contender of a `Grid` is trained with all of them. Half of the trials choose the best setting; the
other half, which took no part in the choice, say how good it is. The grids of the course are in
`grids`. They take minutes: ``make sweeps`` stores what they give, and `stored` reads it.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from importlib.resources import files
from typing import Any, NamedTuple

from numpy.random import Generator

from longterm import _check
from longterm.models import Model
from longterm.optimisers import SGD, Optimiser
from longterm.sweeps import sweep
from longterm.tasks import Task
from longterm.training import Share, learning_curve

__all__ = ["RATES", "Contender", "Grid", "Row", "Setting", "Table", "stored"]

RATES = (0.01, 0.05, 0.3, 2.0, 10.0)
"""Learning rates that plain gradient descent is tried with: five over three decades."""


class Contender(NamedTuple):
    """What is trained, and how."""

    model: Model
    rule: Callable[..., Optimiser] = SGD
    """Makes an optimiser of a learning rate and, where there is one, a clip."""
    rates: tuple[float, ...] = RATES
    clips: tuple[float | None, ...] = (None, 1.0, 0.1)
    task: Task | None = None
    """Its own task, where that is not the one of the grid."""


class Setting(NamedTuple):
    """What a contender is trained with."""

    contender: str
    length: int
    rate: float
    clip: float | None

    def __str__(self) -> str:
        """Such as ``rate 1, clip 0.1``."""
        return f"rate {self.rate:g}" + (f", clip {self.clip:g}" if self.clip is not None else "")


class Row(NamedTuple):
    """How often a contender succeeded with one setting, after a number of updates."""

    setting: Setting
    updates: int
    choosing: Share
    """Of the trials that choose among the settings."""
    reported: Share
    """Of the others."""

    def __str__(self) -> str:
        """The share that is reported, and how it was reached."""
        return f"{self.reported}, {self.setting}, {self.updates} updates"


class Table(tuple[Row, ...]):
    """The rows of a grid."""

    def of(self, contender: str, length: int) -> "Table":
        """The rows of a contender at a length.

        Parameters
        ----------
        contender : str
            Its name.
        length : int
            Length of the sequences.

        Returns
        -------
        Table
        """
        own = [row for row in self if row.setting[:2] == (contender, length)]
        if not own:
            known = sorted({row.setting[:2] for row in self})
            raise ValueError(f"contender and length must be one of {known}")
        return Table(own)

    def best(self, contender: str, length: int) -> Row:
        """The setting with most successes among the trials that choose.

        Of equally good ones it is that with the fewest updates, then the one that clips least,
        then the one with the lowest rate.

        Parameters
        ----------
        contender, length
            As for `of`.

        Returns
        -------
        Row
        """

        def merit(row: Row) -> tuple[float, ...]:
            """What decides, the greatest first."""
            clip = row.setting.clip or float("inf")
            return row.choosing.successes, -row.updates, clip, -row.setting.rate

        return max(self.of(contender, length), key=merit)

    def curve(self, contender: str) -> list[tuple[int, Share]]:
        """What the best setting at each length is reported to reach, for `success_curves`.

        Parameters
        ----------
        contender : str
            Its name.

        Returns
        -------
        list of (int, Share)
        """
        lengths = sorted({row.setting.length for row in self if row.setting.contender == contender})
        return [(length, self.best(contender, length).reported) for length in lengths]

    def lines(self) -> Iterator[str]:
        """The table as lines of a CSV file, which `read` takes."""
        file = io.StringIO()
        write = csv.writer(file, lineterminator="\n").writerow
        write(_COLUMNS)
        for (contender, length, rate, clip), updates, one, other in self:
            counts = one.successes, other.successes, one.trials
            write((contender, length, f"{rate:g}", clip, updates, *counts))
        yield from file.getvalue().splitlines()

    @classmethod
    def read(cls, lines: Iterable[str]) -> "Table":
        """The table that such lines hold; those that begin with # are left out.

        Parameters
        ----------
        lines : iterable of str
            What `lines` gives.

        Returns
        -------
        Table
        """
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        if rows.fieldnames is None or tuple(rows.fieldnames) != _COLUMNS:
            raise ValueError(f"lines must begin with {','.join(_COLUMNS)}, got {rows.fieldnames}")
        return cls(_row(cells) for cells in rows)


_COLUMNS = "contender", "length", "rate", "clip", "updates", "choosing", "reported", "trials"


def _row(cells: dict[str, str]) -> Row:
    clip, trials = float(cells["clip"]) if cells["clip"] else None, int(cells["trials"])
    setting = Setting(cells["contender"], int(cells["length"]), float(cells["rate"]), clip)
    shares = (Share(int(cells[name]), trials) for name in ("choosing", "reported"))
    return Row(setting, int(cells["updates"]), *shares)


def stored(name: str) -> Table:
    """Read what ``make sweeps`` has stored of a grid.

    Parameters
    ----------
    name : str
        One of those in `grids.GRIDS`.

    Returns
    -------
    Table
    """
    folder = files("longterm") / "tables"
    known = sorted(path.name.removesuffix(".csv") for path in folder.iterdir())
    text = (folder / f"{_check.one_of('name', name, known)}.csv").read_text(encoding="utf-8")
    return Table.read(text.splitlines())


class Grid(NamedTuple):
    """A task, who is trained for it, and what with."""

    task: Task
    contenders: Mapping[str, Contender]
    lengths: Iterable[int]
    """Lengths of the sequences, for all contenders."""
    updates: tuple[int, ...]
    """Numbers of updates after which the trials are tested, in ascending order."""
    trials: int = 100
    """Trials that choose; as many report."""
    sequences: int | None = None
    """Sequences an update; those of the task if not given."""
    criterion: float = 0.95
    """Share of the test's sequences that a success gets right."""

    def settings(self) -> list[Setting]:
        """All settings of all contenders."""
        return [
            Setting(name, length, rate, clip)
            for name, how in self.contenders.items()
            for length in self.lengths
            for clip in how.clips
            for rate in how.rates
        ]

    def train(self, setting: Setting, *, rng: Generator, trials: int | None = None) -> list[Row]:
        """Train with one setting; a row for each number of updates.

        Parameters
        ----------
        setting : Setting
            One of `settings`, or another of one of the contenders.
        rng : numpy.random.Generator
            Source of the starts and the sequences.
        trials : int
            Trials that choose, and as many report; those of the grid if not given.

        Returns
        -------
        list of Row
        """
        if not isinstance(setting, Setting) or setting.contender not in self.contenders:
            raise ValueError(f"setting must be a Setting of {list(self.contenders)}, got {setting}")
        model, rule, _, _, own = self.contenders[setting.contender]
        half = _check.size("trials", self.trials if trials is None else trials)
        given = (setting.rate,) if setting.clip is None else (setting.rate, setting.clip)
        how: dict[str, Any] = {"optimiser": rule(*given), "sequences": self.sequences}
        how |= {"rng": rng, "criterion": self.criterion}
        sizes = setting.length, 2 * half, self.updates
        curve = learning_curve(own or self.task, model, *sizes, **how)
        rows = []
        for count, outcome in curve:
            choosing, reported = outcome.solved[:half], outcome.solved[half:]
            shares = (Share(int(solved.sum()), half) for solved in (choosing, reported))
            rows.append(Row(setting, count, *shares))
        return rows

    def run(self, *, rng: Generator, executor: Executor | None = None) -> Table:
        """Train with all settings, on one core or on many.

        Parameters
        ----------
        rng, executor
            As for `longterm.sweeps.sweep`.

        Returns
        -------
        Table
        """
        settings = self.settings()
        rows = sweep(self.train, settings, rng=rng, executor=executor, cost=lambda s: s.length)
        return Table(row for some in rows for row in some)
