"""What the errata page says is true; and each of its rows leads to a source, a proof and a test."""

import re
from pathlib import Path

import nbformat
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
    steps = np.arange(1, 21)
    largest_product = jacobian.max() ** steps  # all paths are alike
    total = [np.linalg.matrix_power(jacobian, q)[0, 0] for q in steps]
    assert largest_product[-1] < 1e-12
    np.testing.assert_allclose(total, units ** (steps - 1.0) * largest_product)
    np.testing.assert_allclose(total, 2.25**steps / units)
    assert spectral_radius(jacobian * 4 / units / weight) == pytest.approx(1)  # the paper's 4/n


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


# --- The page: Sphinx sees that what it cites, refers to and includes is there ---------------

ROWS = re.split(r"^### ", PAGE, flags=re.M)[1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("\n", 1)[0])
def test_each_row_cites_its_source_and_leads_to_one_proof_and_one_test(row):
    assert re.search(r"\{cite:[pt]\}`\w+`", row)
    assert len(re.findall(r"\]\((slip-[\w-]+)\)", row)) == 1
    assert len(re.findall(r"literalinclude\} \.\./tests/\S+\.py\n:pyobject: test_\w+\n", row)) == 1


def test_each_row_is_of_one_of_the_three_kinds_and_the_table_has_them_all():
    table = re.findall(r"^\| \d+ \| .*\(erratum-[\w-]+\) \| ([a-z ]+) \| ", PAGE, re.M)
    assert len(table) == len(ROWS)
    assert {*table} == {"slip", "more than was shown", "remark"}


def test_each_slip_of_the_chapters_has_a_target_and_a_row():
    targets = set()
    for path in (ROOT / "chapters").glob("*.ipynb"):
        for cell in nbformat.read(path, 4).cells:
            boxes = r"^\(slip-[\w-]+\)=\n:+\{admonition\} .*\n:class: slip$"
            assert len(re.findall(boxes, cell.source, re.M)) == cell.source.count(":class: slip")
            targets |= set(re.findall(r"^\((slip-[\w-]+)\)=$", cell.source, re.M))
    assert targets == set(re.findall(r"\]\((slip-[\w-]+)\)", PAGE))
