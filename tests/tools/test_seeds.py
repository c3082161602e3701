"""The rerun of simulations with other seeds: it changes the seeds, and finds what is false."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
from tools.book import seeds
from tools.book.seeds import Result, reseeded, run_cells

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))
SIMULATION = """
rng = np.random.default_rng(5)
x = rng.standard_normal(400)
print(f"mean {x.mean():.4f} ± {x.std() / 20:.4f}")
assert abs(x.mean()) < 4.5 / 20
"""
CELLS = [("imports", "import numpy as np"), ("simulation", SIMULATION)]


def result_of(cells, shift=1000, stored=None, **more):
    """The result of one run, compared with that of the seeds in the cells."""
    stored = run_cells(CELLS, 0)["texts"] if stored is None else stored
    found = Result("chapter")
    found.add(shift, run_cells(cells, shift, **more), stored)
    return found


# --- The change of the seeds ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", ["default_rng(7)", "np.random.default_rng(7)", "f(default_rng(7))"]
)
def test_each_seed_is_shifted_and_counted(call):
    tree, count = reseeded(f"x = {call}", 1000)
    assert ast.unparse(tree) == f"x = {call.replace('7', '1007')}"
    assert count == 1
    assert ast.unparse(reseeded(f"x = {call}", 0)[0]) == f"x = {call}"


@pytest.mark.parametrize("call", ["default_rng()", "default_rng(seed)", "default_rng([1, 2])"])
def test_a_seed_that_is_no_number_is_an_error(call):
    with pytest.raises(ValueError, match="a seed must be a number"):
        reseeded(call, 1)


def test_figures_are_left_out_and_all_else_runs():
    cells = [*CELLS, ("figure", "figures.fans(x)\nfigures.level_walk()\nprint(x.size)")]
    run = run_cells(cells, 3)
    assert run["failures"] == []
    assert run["texts"]["figure"] == "400\n"
    assert run["seeds"] == 1


def test_every_chapter_names_its_seeds_as_numbers():
    assert all(reseeded(source, 1) for path in CHAPTERS for _, source in seeds.code_cells(path)[0])


# --- What is found -------------------------------------------------------------------------------


def test_a_sound_simulation_passes_with_other_seeds():
    for shift in (1000, 2000, 3000):
        found = result_of(CELLS, shift)
        assert found.failures == []
        assert (found.seeds, found.comparisons) == (1, 1)
        assert 0 < found.worst < 4.5


def test_an_assertion_that_holds_for_one_seed_only_is_found():
    tuned = SIMULATION.replace("4.5 / 20", "0.06 / 20")
    cells = [CELLS[0], ("simulation", tuned.replace("(5)", "(40)"))]
    assert any("AssertionError" in text for text in result_of(cells).failures)


def test_a_number_that_depends_on_the_seed_is_found():
    wrong = SIMULATION.replace("x.mean():.4f", "x.mean() + 0.5:.4f")
    (failure,) = result_of([CELLS[0], ("simulation", wrong)]).failures
    assert re.search(r"simulation, number 1: .* is now .*\(\d\.\d standard errors\)", failure)


def test_numbers_without_a_partner_are_found():
    (failure,) = result_of(CELLS, stored={"imports": "", "simulation": "mean 0.1"}).failures
    assert "prints in another form" in failure


def test_a_false_claim_is_found_and_a_true_one_counted():
    claims = [
        {"text": "no mean", "value": "x.mean()", "error": "0.05", "between": [0.0, 0.0]},
        {"text": "many", "holds": "x.size == 400", "after": "simulation"},
        {"text": "all above 0", "holds": "(x > 0).all()"},
        {"text": "about one", "value": "x.mean()", "error": "0.05", "between": [0.9, 1.1]},
        {"text": "not there", "holds": "y"},
    ]
    found = result_of(CELLS, claims=claims)
    assert found.comparisons == 6
    words = re.findall(r'no longer so: "([^"(]*)', "\n".join(found.failures))
    assert [text.strip() for text in words] == ["all above 0", "about one", "not there"]


def test_examples_keep_their_seeds():
    run = run_cells(CELLS, 1000, examples=["simulation"])
    assert run["texts"] == run_cells(CELLS, 0)["texts"]
    assert run["seeds"] == 0


def test_the_command_fails_if_a_claim_does(tmp_path, monkeypatch, capsys):
    stored = CELLS, run_cells(CELLS, 0)["texts"]
    monkeypatch.setattr(seeds, "code_cells", lambda path: stored)
    for claims, code in (([], 0), ([{"text": "false", "holds": "x.size == 1"}], 1)):
        runs = {shift: run_cells(CELLS, shift, claims) for shift in seeds.SHIFTS}
        monkeypatch.setattr(seeds, "run_apart", lambda path, shift, runs=runs: runs[shift])
        assert seeds.main(["chapter.ipynb"]) == code
        last = capsys.readouterr().out.splitlines()[-1]
        assert re.fullmatch(rf"all +1 +3 +{3 + 3 * code} +(\d\.\d\d|inf) +{3 * code}", last)


def test_a_run_in_a_python_of_its_own_gives_the_same(tmp_path):
    nb, path = nbformat.v4.new_notebook(), tmp_path / "chapter.ipynb"
    nb.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS]
    nbformat.write(nb, path)
    run = seeds.run_apart(path, 1000)
    assert run == json.loads(json.dumps(run_cells(CELLS, 1000)))


# --- The claims ----------------------------------------------------------------------------------


def test_what_is_claimed_stands_in_the_text_and_the_cells_exist():
    for path in CHAPTERS:
        nb = nbformat.read(path, 4)
        text = " ".join(" ".join(c.source for c in nb.cells if c.cell_type == "markdown").split())
        cells = dict(seeds.code_cells(path)[0])
        for claim in seeds.listed("claim", path.stem):
            assert claim["text"] in text
            assert claim.get("after", next(iter(cells))) in cells
        assert all(entry["cell"] in cells for entry in seeds.listed("example", path.stem))
