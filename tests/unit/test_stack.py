"""Laws of `longterm.stack`: a stack in one number, and the machine on it."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from shared import rng

from longterm import stack

# --- the stack -----------------------------------------------------------------------------


def words(length):
    return np.array(list(itertools.product((0, 1), repeat=length)), dtype=int).reshape(-1, length)


def survives(bits, number=float):
    return (stack.read_word(stack.write_word(bits, number), bits.shape[-1]) == bits).all(-1)


@pytest.mark.parametrize("number", [Fraction, float, np.float32])
def test_pop_undoes_push_and_top_shows_what_was_pushed(number):
    q = stack.write_word(words(5), number)
    for bit in (0, 1):
        pushed = stack.push(q, bit)
        assert np.all(stack.top(pushed) == bit)
        assert np.all(stack.pop(pushed) == q)
    if number is not Fraction:
        assert pushed.dtype == number


def test_code_is_the_sum_of_the_formula_and_order_is_kept():
    for word in words(4):
        q = sum(Fraction(int(2 * b + 1), 4 ** (i + 1)) for i, b in enumerate(word))
        assert stack.write_word(word, Fraction) == q == Fraction(stack.write_word(word))
    assert np.all(np.diff(stack.write_word(words(6))) > 0)


def test_an_empty_stack_is_0_and_stays_empty():
    assert stack.write_word([]) == 0
    assert stack.top(0.0) == stack.pop(0.0) == 0
    assert stack.top(Fraction(0)) == stack.pop(Fraction(0)) == 0
    assert stack.read_word(Fraction(0), 0).shape == (0,)
    assert stack.write_word(np.empty((3, 0), dtype=int)).tolist() == [0, 0, 0]
    assert stack.read_word(0.25, 2).dtype == np.int8


def test_fractions_hold_200_of_200_bits():
    bits = rng().integers(0, 2, 200)
    assert np.all(survives(bits, Fraction))
    assert (stack.read_word(stack.write_word(bits, Fraction), 200) == bits).sum() == 200


def sampled(length, count=5000):
    """Random words, and those in which a carry runs far: long runs of ones and of zeros."""
    source = rng()
    ends = words(4)
    runs = []
    for k, fill, head, tail in itertools.product(range(length - 3), (0, 1), ends[::5], ends):
        middle = np.r_[np.full(k, 1 - fill), np.full(length - 4 - k, fill)]
        runs.append(np.r_[head[:2], middle, tail[2:]])
    return np.vstack([source.integers(0, 2, (count, length)), runs])


def fails(bits):
    """The words of 28 bits that float64 loses, as chapter 7 proves."""
    return (bits[:, 0] == 1) & (bits[:, -1] == 0) & ((bits[:, 1] == 0) | (bits[:, -2] == 1))


def is_exact(bits):
    stored = stack.write_word(bits)
    return [
        Fraction(q) == stack.write_word(row, Fraction) for q, row in zip(stored, bits, strict=True)
    ]


def test_float64_stores_26_bits_exactly_reads_27_and_loses_the_28_bit_words_of_the_rule():
    assert all(is_exact(sampled(26)[::9]))
    assert np.all(survives(sampled(27)))
    np.testing.assert_array_equal(~survives(sampled(28)), fails(sampled(28)))
    np.testing.assert_array_equal(is_exact(sampled(27)[::9]), sampled(27)[::9, 0] == 0)


def test_float16_does_the_same_with_5_6_and_7_bits_for_every_word():
    """Its 11 digits stand to 5 bits as the 53 of float64 to 26."""
    half = np.float16
    exact = [
        Fraction(float(stack.write_word(w, half))) == stack.write_word(w, Fraction)
        for w in words(5)
    ]
    assert all(exact)
    assert np.all(survives(words(6), half))
    np.testing.assert_array_equal(~survives(words(7), half), fails(words(7)))
    assert fails(words(7)).sum() == 24


def test_the_rule_counts_three_sixteenths_of_all_words():
    assert fails(words(8)).mean() == 3 / 16
    assert 3 * 2**28 // 16 == 50_331_648  # as a loop over all words has counted


@pytest.mark.parametrize("length", [1, 2, 5, 9])
def test_a_word_bears_noise_of_half_a_last_digit_and_no_more(length):
    q, unit = stack.write_word(words(length)), 0.25**length
    for noise in (-0.5, -0.499, 0.5, 1.499):
        assert np.all(stack.read_word(q + noise * unit, length) == words(length))
    wrong = (stack.read_word(q - 0.501 * unit, length) != words(length)).any(-1)
    np.testing.assert_array_equal(wrong, words(length)[:, -1] == 1)
    wrong = (stack.read_word(q + 1.501 * unit, length) != words(length)).any(-1)
    np.testing.assert_array_equal(wrong, words(length)[:, -1] == 0)


def test_saturation_keeps_the_kind_of_number():
    assert stack.saturate([-1.0, 0.25, 3.0]).tolist() == [0, 0.25, 1]
    assert stack.saturate(Fraction(1, 3)) == Fraction(1, 3)
    assert stack.saturate(Fraction(7, 3)) == 1
    assert stack.saturate(np.float32(0.1)).dtype == np.float32
    assert stack.saturate(np.array([0, 2])).dtype == float
    with pytest.raises(ValueError, match=r"^x must be an array of numbers"):
        stack.saturate([[0.5], [0.5, 0.25]])


# --- the machine ---------------------------------------------------------------------------


def checked_by_a_list(text):
    stack = []
    for sign in text:
        if sign in "([":
            stack.append(sign)
        elif not stack or stack.pop() != "(["[")]".index(sign)]:
            return False
    return not stack


def test_the_machine_judges_every_short_text_as_a_list_does():
    for length in range(6):
        for signs in itertools.product("()[]", repeat=length):
            text = "".join(signs)
            assert stack.balanced(text) == checked_by_a_list(text), text


def test_the_machine_is_right_on_long_nests_of_fractions_and_not_of_floats():
    opens = "".join(rng().choice(list("(["), 200))
    closes = opens[::-1].translate(str.maketrans("([", ")]"))
    assert stack.balanced(opens + closes)
    assert not stack.balanced(opens + closes[:-1])
    assert not stack.balanced(opens + closes, float)
    assert stack.balanced(opens[:20] + closes[-20:], float)


def test_states_of_the_machine_are_stack_and_flag():
    states = stack.read_brackets("([]")
    assert states.shape == (4, 2)
    assert states[:, 0].tolist() == [stack.write_word(w, Fraction) for w in ([], [0], [1, 0], [0])]
    assert stack.read_brackets("([])", float).dtype == float
    flags = stack.read_brackets("(])")[:, 1].tolist()
    assert flags == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="text must consist of"):
        stack.balanced("(a)")
