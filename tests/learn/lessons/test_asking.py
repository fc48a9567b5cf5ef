"""Answers to a lesson's questions."""

import pytest

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
    ],
)
def test_an_answer_is_right_wrong_because_or_unreadable(asked, typed, state, words):
    assert reply(asked, typed) == (state, words)


def test_an_exercise_is_checked_as_on_its_page():
    asked = Practice("parameters", 2, 7)
    exercise = generated(*asked)
    assert reply(asked, answer_words(exercise.answer, exercise.form)).state == "right"
    wrong, cause = exercise.wrong[0]
    assert reply(asked, answer_words(wrong, exercise.form)).markdown.replace("\\", "") == cause
