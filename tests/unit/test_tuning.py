"""Laws of `longterm.tuning` and `longterm.grids`: the same for all, chosen and reported apart."""

import numpy as np
import pytest
from shared import rng

from longterm.grids import GRIDS, ClipInputs, ClipWeight, SlowWeight
from longterm.models import Latch, Plain
from longterm.optimisers import SGD, Adam
from longterm.tasks import Latching
from longterm.training import Share, success_rate
from longterm.tuning import Contender, Grid, Row, Setting, Table, stored

TABLES = {name: stored(name) for name in GRIDS}


def small(**changes):
    """Return a grid that runs at once."""
    contenders = {
        "latch": Contender(Latch(), rates=(0.1, 1.0), clips=(None, 0.1)),
        "Adam": Contender(Latch(), Adam, (0.01,), (None,)),
    }
    how = {"contenders": contenders, "lengths": (5, 6), "updates": (2, 20), "trials": 30}
    return Grid(**{"task": Latching(), **how, **changes})


def row(choosing, reported=0, updates=1, rate=1.0, clip=None):
    """Return a row of a table, its shares of ten trials."""
    return Row(Setting("a", 5, rate, clip), updates, Share(choosing, 10), Share(reported, 10))


def test_every_setting_of_every_contender_is_run_after_each_number_of_updates():
    table = small().run(rng=rng())
    assert [r.setting for r in table[::2]] == small().settings()
    assert len(set(table[::2])) == 2 * (2 * 2 + 1)
    assert {(r.updates, r.choosing.trials, r.reported.trials) for r in table} == {
        (2, 30, 30),
        (20, 30, 30),
    }


def test_a_setting_is_a_training_with_that_optimiser():
    rows = small().train(Setting("latch", 5, 1.0, 0.1), rng=rng())
    how = {"rng": rng(), "optimiser": SGD(1.0, 0.1)}
    outcome = success_rate(Latching(), Latch(), 5, 60, updates=2, **how)
    halves = outcome.solved[:30].sum(), outcome.solved[30:].sum()
    assert (rows[0].choosing.successes, rows[0].reported.successes) == halves


def test_a_contender_may_have_a_task_of_its_own():
    own = {"own": Contender(Latch(w=2.0, spread=0.0), task=Latching(noise=0.0))}
    loud = small(task=Latching(noise=3.0), contenders=own, updates=(50,))
    (quiet,) = loud.train(Setting("own", 5, 0.3, None), rng=rng())
    assert quiet.reported.rate == 1


def test_the_reported_trials_take_no_part_in_the_choice():
    better, lucky = row(8, 1, rate=0.1), row(7, 10)
    assert Table([lucky, better]).best("a", 5) is better
    assert Table([better, lucky]).curve("a") == [(5, better.reported)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (row(7, updates=1), row(7, updates=2)),
        (row(7, clip=None), row(7, clip=1.0)),
        (row(7, clip=1.0), row(7, clip=0.1)),
        (row(7, rate=0.1), row(7, rate=1.0)),
    ],
)
def test_of_equal_settings_the_simplest_is_taken(first, second):
    assert Table([second, first]).best("a", 5) is first


def test_a_table_is_read_as_it_was_written():
    contenders = {
        "latch, by Adam": Contender(Latch(), Adam, (0.01,), (None,)),
        **small().contenders,
    }
    table = small(contenders=contenders).run(rng=rng())
    assert Table.read(["# a note", *table.lines()]) == table
    with pytest.raises(ValueError, match="lines must begin with contender,length"):
        Table.read(["length,rate"])


def test_unknown_names_are_refused_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"one of \[\('a', 5\)\]"):
        Table([row(1)]).best("a", 6)
    with pytest.raises(ValueError, match="name must be one of"):
        stored("no such table")
    with pytest.raises(ValueError, match=r"Setting of \['latch', 'Adam'\]"):
        small().train(Setting("b", 5, 1.0, None), rng=rng())


def test_a_row_says_what_it_was_trained_with():
    assert str(row(1, 5, clip=0.1)) == "50 % of 10 (24 to 76 %), rate 1, clip 0.1, 1 updates"


def test_a_slow_weight_takes_a_hundredth_of_the_step():
    gradient = np.array([[2.0, 3.0, -1.0]])
    step, _ = SlowWeight(0.1).step(gradient, None)
    assert step == pytest.approx(np.array([[-0.002, -0.3, 0.1]]))


def test_a_clip_of_a_part_leaves_the_other_part_as_it_is():
    gradient = np.array([[3.0, 4.0, 0.0], [0.1, 0.1, 0.1]])
    whole, free = SGD(2.0, 1.0).step(gradient, None)[0], -2 * gradient
    weight, inputs = (c(2.0, 1.0).step(gradient, None)[0] for c in (ClipWeight, ClipInputs))
    np.testing.assert_array_equal(weight, np.hstack([whole[:, :1], free[:, 1:]]))
    np.testing.assert_array_equal(inputs, np.hstack([free[:, :1], whole[:, 1:]]))


@pytest.mark.parametrize(("name", "grid"), GRIDS.items())
def test_every_contender_is_tried_with_five_rates_over_three_decades(name, grid):
    for contender in grid.contenders.values():
        assert len(contender.rates) >= 5
        assert max(contender.rates) / min(contender.rates) >= 999
        assert contender.clips == ((None,) if contender.rule is Adam else (None, 1.0, 0.1))
    assert len(grid.updates) == 2


@pytest.mark.parametrize(("name", "grid"), GRIDS.items())
def test_what_is_stored_is_what_the_grid_asks_for(name, grid):
    assert [r[:2] for r in TABLES[name]] == [(s, n) for s in grid.settings() for n in grid.updates]
    assert {r.choosing.trials for r in TABLES[name]} == {grid.trials}


@pytest.mark.parametrize(("name", "grid"), GRIDS.items())
def test_a_stored_share_is_found_again_with_other_seeds(name, grid):
    shortest = [r for r in TABLES[name] if r.setting.length == min(grid.lengths)]
    middling = min(shortest, key=lambda r: (r.updates, abs(r.reported.rate - 0.5)))
    early = grid._replace(updates=grid.updates[:1])
    (again,) = early.train(middling.setting, rng=np.random.default_rng(1), trials=20)
    assert again.reported.errors_from(middling.reported) < 4


def test_networks_of_a_comparison_train_the_same_parts():
    for name in ("remedies", "remedies_with_biases"):
        assert len({c.model.trained for c in GRIDS[name].contenders.values()}) == 1
    assert isinstance(GRIDS["remedies"].contenders["plain"].model, Plain)
