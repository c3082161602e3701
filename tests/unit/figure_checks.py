"""What the tests of figures share."""

import inspect
from functools import cache, partial
from importlib import import_module
from pkgutil import iter_modules

import numpy as np

from longterm import figures
from longterm.figures.sliders import SliderFigure, slider_figure
from longterm.training import Outcome, wilson_interval


def assert_draws(fig, *panels):
    """Some line of each axes has each of these points: (x, y), or y over 0, 1, 2, ..."""
    for ax, curves in zip(fig.axes, panels, strict=False):
        drawn = [line.get_xydata() for line in ax.lines]
        for curve in curves:
            pair = curve if isinstance(curve, tuple) else (np.arange(len(curve)), curve)
            wanted = np.column_stack(pair).astype(float)
            assert any(
                points.shape == wanted.shape and np.allclose(points, wanted, equal_nan=True)
                for points in drawn
            ), wanted


def outcome(successes, trials=20):
    """So many successes, of trials that are not looked at."""
    return Outcome(successes / trials, wilson_interval(successes, trials), None, None, None)


def words(ax):
    """Texts that stand in the axes."""
    return [text.get_text() for text in ax.texts]


def titles(fig):
    """Titles of the axes."""
    return [ax.get_title(loc="left") for ax in fig.axes]


EXAMPLES = {"your_network.truncations": np.array([[0.5 ** np.arange(31)] * 8] * 2)}
"""What stands for the networks that only PyTorch trains."""


def slider_figures():
    """All functions that make a slider figure, by chapter and name."""
    modules = [import_module(f"longterm.figures.{m.name}") for m in iter_modules(figures.__path__)]
    makers = {
        f"{module.__name__.split('.')[-1]}.{name}": make
        for module in modules
        for name, make in vars(module).items()
        if inspect.isfunction(make)
        and make.__annotations__.get("return") is SliderFigure
        and make is not slider_figure
    }
    return {name: partial(make, *EXAMPLES.get(name, ())) for name, make in makers.items()}


@cache
def built(make):
    """The slider figure, made once for all tests."""
    return make()


def solved(make):
    """Readouts of the states that solve the figure's task."""
    return [text for text in built(make).frames["readouts"] if "Task solved" in text]
