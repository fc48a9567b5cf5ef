"""Answers to a lesson's questions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.exercises import answer_words, generated
from core.learn.lessons import Practice, read_lesson, reply
from tests.learn.lessons.examples import KNOWN, with_step


def question(text: str):
    return read_lesson(with_step(text), KNOWN).lesson.steps[0].question


COUNT = question("@ask x\n@answer 61,706 parameters\n@mistake 61,470 You *forgot* the biases.")
SHARE = question("@ask x\n@answer 0.25\n@mistake 4 Turned round.")


@pytest.mark.parametrize(
    ("asked", "typed", "state", "words"),
    [
        (COUNT, "61706", "right", "Right."),
        (COUNT, "61,706 parameters", "right", "Right."),
        (COUNT, "61 470", "wrong", "You *forgot* the biases."),
        (COUNT, "61707", "wrong", "That is too much."),
        (COUNT, "-1", "wrong", "That is too little."),
        (COUNT, "many", "unreadable", "“many” cannot be read. Type a whole number, such as 1,234."),
        (SHARE, ".254", "right", "Right."),
        (SHARE, "0.256", "wrong", "That is too much."),
        (SHARE, "4.0", "wrong", "Turned round."),
        (SHARE, "1/4", "right", "Right."),
        (SHARE, " 25 / 100 ", "right", "Right."),
        (SHARE, "−1/4", "wrong", "That is too little."),
        (SHARE, "8/2", "wrong", "Turned round."),
        (SHARE, "20/3", "wrong", "That is too much."),
        (COUNT, "123,412/2 parameters", "right", "Right."),
        (SHARE, "1/0", "unreadable", "“1/0” cannot be read. Type a number with two decimals, such as 0.12."),
        (SHARE, "1/2/3", "unreadable", "“1/2/3” cannot be read. Type a number with two decimals, such as 0.12."),
        (SHARE, "/4", "unreadable", "“/4” cannot be read. Type a number with two decimals, such as 0.12."),
    ],
)
def test_an_answer_is_right_wrong_because_or_unreadable(asked, typed, state, words):
    assert reply(asked, typed) == (state, words)


@given(above=st.integers(-999, 999), below=st.integers(1, 999), decimals=st.integers(0, 6))
def test_a_fraction_counts_as_its_decimals_do(above, below, decimals):
    answer = f"{above / below:.{decimals}f}"
    asked = question(f"@ask x\n@answer {answer}")
    exact = not decimals and Fraction(above, below) != Fraction(answer)  # a whole number is not rounded
    assert reply(asked, f"{above}/{below}").state == ("wrong" if exact else "right")


def test_an_exercise_is_checked_as_on_its_page():
    asked = Practice("parameters", 2, 7)
    exercise = generated(*asked)
    assert reply(asked, answer_words(exercise.answer, exercise.form)).state == "right"
    wrong, cause = exercise.wrong[0]
    assert reply(asked, answer_words(wrong, exercise.form)).markdown.replace("\\", "") == cause
