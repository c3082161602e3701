"""The rerun of simulations with other seeds: it changes the seeds, and finds what is false."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tools.book import seeds

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.ipynb"))
SIMULATION = """
import numpy as np
x = np.random.default_rng(5).standard_normal(400)
print(f"mean {x.mean():.4f} ± {x.std() / 20:.4f}")
"""
CLAIM = {"text": "many", "after": "a", "holds": "x.size == 400"}


def rerun(tmp_path, monkeypatch, capsys, simulation, stored="mean 0.0190 ± 0.0491\n", **entries):
    """Return the exit code of the command for a chapter of one cell, and what it says."""
    cell = new_code_cell(simulation, id="a", outputs=[new_output("stream", text=stored)])
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "chapter.ipynb")
    monkeypatch.setattr(seeds, "LISTED", {"keep": {}} | entries)
    code = seeds.main([str(tmp_path / "chapter.ipynb"), "--shifts", "1000"])
    return code, capsys.readouterr().out


@pytest.mark.parametrize(
    "call", ["default_rng(7)", "np.random.default_rng(7)", "f(default_rng(7))"]
)
def test_each_seed_is_shifted(call):
    assert seeds.reseeded(f"x = {call}", 1000) == f"x = {call.replace('7', '1007')}"


@pytest.mark.parametrize("call", ["default_rng()", "default_rng(seed)", "default_rng([1, 2])"])
def test_a_seed_that_is_no_number_is_an_error(call):
    with pytest.raises(ValueError, match="a seed must be a number"):
        seeds.reseeded(call, 1)


def test_a_sound_simulation_and_a_true_claim_pass(tmp_path, monkeypatch, capsys):
    code, said = rerun(tmp_path, monkeypatch, capsys, SIMULATION, chapter=[CLAIM])
    assert code == 0
    assert re.search(r"1 numbers, at most [0-4]\.\d\d errors off\n$", said)


def test_each_kind_of_failure_is_found(tmp_path, monkeypatch, capsys):
    false = [CLAIM | {"holds": "x.size < 9"}, {"text": "all above 0", "holds": "(x > 0).all()"}]
    wrong = SIMULATION.replace("mean():", "mean() + 0.5:") + "assert abs(x.mean()) > 1, 'tuned'"
    code, said = rerun(tmp_path, monkeypatch, capsys, wrong, chapter=false)
    assert code == 1
    assert "a, number 1: 0.019 ± 0.049 is now" in said
    for words in ("many", "all above 0", "tuned"):
        assert f": AssertionError {words}\n" in said


def test_numbers_without_a_partner_are_found(tmp_path, monkeypatch, capsys):
    code, said = rerun(tmp_path, monkeypatch, capsys, SIMULATION, stored="mean 0.1\n")
    assert (code, "a prints in another form" in said) == (1, True)


def test_kept_cells_keep_their_seeds(tmp_path, monkeypatch, capsys):
    same = [CLAIM | {"holds": "x[0] == np.random.default_rng(5).standard_normal()"}]
    kept = {"chapter": same, "keep": {"chapter": ["a"]}}
    assert rerun(tmp_path, monkeypatch, capsys, SIMULATION, **kept)[0] == 0
    assert rerun(tmp_path, monkeypatch, capsys, SIMULATION, chapter=same)[0] == 1


def test_what_is_claimed_stands_in_the_text_and_each_cell_and_seed_is_known():
    for path in CHAPTERS:
        nb = nbformat.read(path, 4)
        text = " ".join(" ".join(c.source for c in nb.cells if c.cell_type == "markdown").split())
        cells = {cell.id: cell.source for cell in nb.cells if cell.cell_type == "code"}
        assert all(seeds.reseeded(source, 1) for source in cells.values())
        for claim in seeds.LISTED.get(path.stem, []):
            assert claim["text"] in text
            assert claim.get("after", next(iter(cells))) in cells
        assert set(seeds.LISTED["keep"].get(path.stem, [])) <= set(cells)
    assert set(seeds.LISTED) - {"keep"} <= {path.stem for path in CHAPTERS}
