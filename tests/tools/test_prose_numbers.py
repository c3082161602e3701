"""What counts as a number in the text, and which numbers need nobody to vouch for them."""

import pytest
from tools.book.number_classes import arithmetic, vouchers, worked_out
from tools.book.prose_numbers import Passage, literals, numbers, value


def found(text):
    return [number.said for number in numbers(Passage("text", text))]


def classes(text, where="text", **literals):
    near = {name: frozenset(values) for name, values in literals.items()}
    return {n.said: why for n, why in vouchers(Passage(where, text, **near)).items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [("It falls to 3e-8, or 0.62.", ["3e-8", "0.62"]),
     ("27,380 of 20 000, and $50\\,331\\,648$", ["27,380", "20 000", "50\\,331\\,648"]),
     ("$1.8 \\cdot 10^{10}$, $10^{-4}$", ["1.8 \\cdot 10^{10}", "10^{-4}"]),
     ("$0.9^{1/10} < 2^8$", ["0.9^{1/10}", "2^8"]),
     ("About four in ten, two thirds, a tenth.", ["four in ten", "two thirds", "tenth"]),
     ("A margin grows sevenfold, twice in ten steps.", ["sevenfold", "twice", "ten"]),
     ("The spread is about nine after five steps.", ["nine", "five"]),
     ("One unit, two panels, the third way, half-lives in float64 and x_1.", ["1"])],
)  # fmt: skip
def test_numbers_are_found_in_digits_and_in_words_that_measure(text, said):
    assert found(text) == said


def test_a_number_keeps_its_place_when_white_space_is_folded():
    passage = Passage("text", "\n  It falls\n  to\t0.62\nin  seven steps.")
    assert [number.sentence for number in numbers(passage)] == [
        "It falls to [0.62] in seven steps.",
        "It falls to 0.62 in [seven] steps.",
    ]


@pytest.mark.parametrize(
    ("said", "size"),
    [("½", 0.5), ("Ten", 10), ("20 000", 20_000), ("1,200", 1200), ("9 of 10", None)],
)  # fmt: skip
def test_words_and_grouped_digits_have_values(said, size):
    assert value(said) == size


@pytest.mark.parametrize(
    "text",
    ["[chapter](01_scalar.ipynb)", "{eq}`eq-10`", "see section 10.7", "`steps=40`",
     "$t\\,w^{t-1}$", "$h_{100}$", "a 3 × 3 matrix", "tends to 0.", "```py\nf(3)\n```",
     "<summary>About 95 %</summary>\n\nToo many."],
)  # fmt: skip
def test_numbers_that_tell_no_result_belong_to_a_class(text):
    assert classes(text)
    assert None not in classes(text).values()


@pytest.mark.parametrize(
    "text",
    ["It is 0.62.", "$w = 2$", "<summary>About 95 %</summary>\n\nYes.", "```py\nf(3)  # 7\n```",
     "{cite:p}`a` 0.62 {cite:p}`b`", "$0.9^{20} = 0.13$", "stays at 2"],
)  # fmt: skip
def test_results_belong_to_no_class(text):
    assert None in classes(text).values()


def test_settings_stand_in_the_code_of_the_section():
    code = literals("f(0.25, steps=1_000, w=-2)\n%%time\n")
    assert code == {0.25, 1000, 2}
    assert literals('f"{total(500) / 3:8.4f} of 7"') == {500, 3}
    assert set(classes("0.25 in 1,000 steps, w = 2", near=code).values()) == {"a setting"}
    assert classes("w = 2 and 0.25", anywhere=code) == {"2": "a setting", "0.25": "a setting"}
    assert classes("It has 2 modes", near=code) == {"2": None}
    assert classes("falls to 0.25", "alt text", near=code) == {"0.25": None}
    assert classes("at gain 0.25", "alt text", near=code) == {"0.25": "a setting"}


@pytest.mark.parametrize(
    ("side", "exact"),
    [("0.75/1.25", 0.6), ("20 \\cdot 1.05^{19}", 50.539), ("\\ln\\frac{0.7}{0.3}", 0.8473),
     ("0.2\\sqrt5", 0.4472), ("\\frac12 \\ln 4", 0.6931), ("50\\,331\\,648", 50331648)],
)  # fmt: skip
def test_sides_of_numbers_alone_are_worked_out(side, exact):
    assert worked_out(side) == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("side", ["w^2", "e", "", "2^", "f(3)", "__import__('os')"])
def test_other_sides_are_not_worked_out(side):
    assert worked_out(side) is None


def test_only_right_arithmetic_needs_nobody():
    assert list(arithmetic("$0.9^{20} \\approx 0.12$"))
    assert not list(arithmetic("$0.9^{20} \\approx 0.13$"))
    assert not list(arithmetic("$0.8^{20} \\approx 0.12$"))
    assert not list(arithmetic("$w = 3$"))
