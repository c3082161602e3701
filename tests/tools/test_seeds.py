"""The rerun of simulations with other seeds: it changes the seeds, and finds what is false."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from tools.book import seeds
from tools.book.seeds import reseeded, run_cells

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))
SIMULATION = """
rng = np.random.default_rng(5)
x = rng.standard_normal(400)
print(f"mean {x.mean():.4f} ± {x.std() / 20:.4f}")
assert abs(x.mean()) < 4.5 / 20
"""
CELLS = [("imports", "import numpy as np"), ("simulation", SIMULATION)]
STORED = run_cells(CELLS, 0)["texts"]


def result_of(simulation, stored=STORED, **more):
    """The result of one run, compared with that of the seeds in the cells."""
    run = run_cells([CELLS[0], ("simulation", simulation)], 1000, **more)
    return seeds.result({1000: run}, stored)


@pytest.mark.parametrize(
    "call", ["default_rng(7)", "np.random.default_rng(7)", "f(default_rng(7))"]
)
def test_each_seed_is_shifted_and_counted(call):
    tree, count = reseeded(f"x = {call}", 1000)
    assert ast.unparse(tree) == f"x = {call.replace('7', '1007')}"
    assert count == 1


@pytest.mark.parametrize("call", ["default_rng()", "default_rng(seed)", "default_rng([1, 2])"])
def test_a_seed_that_is_no_number_is_an_error(call):
    with pytest.raises(ValueError, match="a seed must be a number"):
        reseeded(call, 1)


def test_a_sound_simulation_passes_with_other_seeds():
    runs = {shift: run_cells(CELLS, shift) for shift in seeds.SHIFTS}
    row = seeds.result(runs, STORED)
    assert (row.seeds, row.runs, row.comparisons, row.failures) == (1, 3, 3, [])
    assert 0 < row.worst < 4.5


def test_an_assertion_that_holds_for_one_seed_only_is_found():
    tuned = SIMULATION.replace("4.5 / 20", "0.06 / 20").replace("(5)", "(40)")
    assert any("AssertionError" in text for text in result_of(tuned).failures)


def test_a_number_that_depends_on_the_seed_is_found():
    wrong = SIMULATION.replace("x.mean():.4f", "x.mean() + 0.5:.4f")
    (failure,) = result_of(wrong).failures
    assert re.search(r"simulation, number 1: .* is now .*\(\d\.\d standard errors\)", failure)


def test_numbers_without_a_partner_are_found():
    (failure,) = result_of(SIMULATION, {"imports": "", "simulation": "mean 0.1"}).failures
    assert "prints in another form" in failure


def test_a_false_claim_is_found_and_a_true_one_counted():
    claims = [
        {"text": "no mean", "value": "x.mean()", "error": "0.05", "between": [0.0, 0.0]},
        {"text": "many", "holds": "x.size == 400", "after": "simulation"},
        {"text": "all above 0", "holds": "(x > 0).all()"},
        {"text": "about one", "value": "x.mean()", "error": "0.05", "between": [0.9, 1.1]},
        {"text": "not there", "holds": "y"},
    ]
    found = result_of(SIMULATION, claims=claims)
    assert found.comparisons == 6
    words = re.findall(r'no longer so: "([^"(]*)', "\n".join(found.failures))
    assert [text.strip() for text in words] == ["all above 0", "about one", "not there"]


def test_examples_keep_their_seeds():
    run = run_cells(CELLS, 1000, examples=["simulation"])
    assert (run["texts"], run["seeds"]) == (STORED, 0)


@pytest.mark.parametrize(
    ("simulation", "code"), [(SIMULATION, 0), (SIMULATION + "assert x.size == 1", 1)]
)
def test_the_command_runs_a_chapter_apart_and_fails_if_an_assertion_does(
    tmp_path, capsys, simulation, code
):
    nb, path = nbformat.v4.new_notebook(), tmp_path / "chapter.ipynb"
    sources = [("imports", CELLS[0][1]), ("simulation", simulation)]
    nb.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in sources]
    nb.cells[1].outputs = [nbformat.v4.new_output("stream", text=STORED["simulation"])]
    nbformat.write(nb, path)
    assert seeds.main([str(path), "--shifts", "1000"]) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(rf"all +1 +1 +1 +\d\.\d\d +{code}", last)


def test_what_is_claimed_stands_in_the_text_and_each_cell_and_seed_is_known():
    for path in CHAPTERS:
        nb = nbformat.read(path, 4)
        text = " ".join(" ".join(c.source for c in nb.cells if c.cell_type == "markdown").split())
        cells = dict(seeds.code_cells(path)[0])
        assert all(reseeded(source, 1) for source in cells.values())
        for claim in seeds.listed("claim", path.stem):
            assert claim["text"] in text
            assert claim.get("after", next(iter(cells))) in cells
        assert all(entry["cell"] in cells for entry in seeds.listed("example", path.stem))
