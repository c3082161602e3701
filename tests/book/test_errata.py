"""What the errata page says is true; and each of its rows leads to a source, a proof and a test."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from longterm import decay, products, rnn, scaling
from longterm.linear import spectral_radius
from longterm.models import Latch
from longterm.tasks import Latching
from longterm.training import success_rate

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "pages" / "errata.md").read_text(encoding="utf-8")
ROWS = re.split(r"^### ", PAGE, flags=re.M)[1:]


def test_a_variance_held_at_one_does_not_hold_the_typical_product():
    n = 50
    v = products.variance_for(1.0, n)
    assert products.product_variance(v, n) == pytest.approx(1, rel=1e-12)
    assert products.median_abs_product(v, n) < 1e-12


@pytest.mark.parametrize(("factor", "sign"), [(0.9, -1), (1.1, 1)])
def test_deep_feedforward_signals_vanish_and_explode_too(factor, sign):
    g = factor * scaling.gain(100)
    rng = np.random.default_rng(20261125)
    walks = scaling.sample_log_norms(100, 100, 20, gain=g, rng=rng, method="matrices")
    assert (sign * walks[:, -1] > 10).all()


def test_a_bound_for_each_path_does_not_bound_their_sum():
    units, weight, net = 10, 0.9, 0.0
    slope = expit(net) * (1 - expit(net))
    jacobian = slope * np.full((units, units), weight)
    assert jacobian.max() < 1  # each path, since 0.9 < 4
    assert spectral_radius(jacobian) == pytest.approx(2.25)
    assert spectral_radius(jacobian * 4 / units / weight) == pytest.approx(1)


def test_training_at_length_20_succeeds_far_too_often_to_be_called_zero():
    outcome = success_rate(Latching(), Latch(), 20, 100, rng=np.random.default_rng(20261125))
    assert outcome.interval[0] > 0.2


@pytest.mark.parametrize(("a", "b", "delay"), [(0.4, 0.4, 5), (0.7, 0.2, 3), (0.3, 0.5, 8)])
def test_skips_beside_single_steps_decay_more_slowly_than_either_alone(a, b, delay):
    rate = decay.skip_rate(a, b, delay)
    response = decay.skip_response(a, b, delay, 2000)
    assert response[2000] / response[1999] == pytest.approx(rate, rel=1e-6)
    assert 1 > rate > max(a, b ** (1 / delay)) + 0.01


def test_equation_5_of_pascanu_as_printed_is_neither_the_jacobian_nor_its_transpose():
    rng = np.random.default_rng(5)
    W, x, v = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)
    D = np.diag(1 - np.tanh(x) ** 2)
    forward = lambda x: float(v @ W @ np.tanh(x))  # noqa: E731
    assert rnn.check_gradients(forward, [x], [v @ (W @ D)]) < 1e-6
    for wrong in (W.T @ D, D @ W):  # as printed, and transposed
        assert rnn.check_gradients(forward, [x], [v @ wrong]) > 0.1
    assert max(np.linalg.norm(J, 2) for J in (W @ D, W.T @ D)) <= (
        np.linalg.norm(W, 2) * D.max() * (1 + 1e-12)
    )


# --- The page ----------------------------------------------------------------------------


def title(row):
    return row.split("\n", 1)[0]


def labels():
    """Targets in the chapters, such as (slip-variance)=, with the chapter of each."""
    found = {}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                names = re.findall(r"^\(([\w-]+)\)=$", "".join(cell["source"]), re.M)
                found |= dict.fromkeys(names, path.stem)
    return found


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_each_row_cites_its_source(row):
    keys = re.findall(r"\{cite:[pt]\}`(\w+)`", row)
    bibliography = (ROOT / "references.bib").read_text(encoding="utf-8")
    assert keys
    assert all(f"{{{key}," in bibliography for key in keys)


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_each_row_leads_to_its_proof_in_a_chapter(row):
    targets = re.findall(r"\]\((slip-[\w-]+)\)", row)
    assert len(targets) == 1
    assert targets[0] in labels()


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_each_row_shows_a_test_that_exists(row):
    pattern = r"literalinclude\} \.\./(tests/\S+\.py)\n:pyobject: (test_\w+)\n"
    shown = re.findall(pattern, row)
    assert len(shown) == 1
    path, name = shown[0]
    assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_each_slip_of_the_chapters_has_its_row():
    slips = {name for name in labels() if name.startswith("slip-")}
    assert slips == set(re.findall(r"\]\((slip-[\w-]+)\)", PAGE))


def test_each_box_of_a_slip_has_a_target():
    for path in (ROOT / "chapters").glob("*.ipynb"):
        text = "".join(
            "".join(cell["source"]) + "\n"
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            if cell["cell_type"] == "markdown"
        )
        boxes = re.findall(r"^(.*)\n:+\{admonition\} .*\n:class: slip$", text, re.M)
        assert len(boxes) == text.count(":class: slip")
        assert all(re.fullmatch(r"\(slip-[\w-]+\)=", line) for line in boxes), path.stem
