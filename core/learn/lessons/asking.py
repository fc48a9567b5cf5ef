"""What is said to an answer that was typed to a question of a lesson."""

from __future__ import annotations

from typing import NamedTuple

from core.learn.exercises import Form, generated
from core.learn.exercises import check as check_exercise
from core.learn.exercises.answers import Unreadable, read
from core.learn.lessons.lesson import Ask, Practice
from core.network.names import plain


class Reply(NamedTuple):
    """What is said.

    Attributes:
        state: `right`, `wrong`, or `unreadable`: no number.
        markdown: in a sentence or two.
    """

    state: str
    markdown: str


def reply(question: Ask | Practice, text: str) -> Reply:
    """What is to be said to a typed answer."""
    if isinstance(question, Practice):
        verdict = check_exercise(generated(*question), text)
        return Reply(verdict.state, plain(verdict.words))
    form = form_of(question)
    fraction = _fraction(text, form)
    found = fraction if fraction is not None else read(text, form)
    if isinstance(found, Unreadable):
        return Reply("unreadable", plain(found.words))
    number = float(found)  # pyright: ignore[reportArgumentType]
    if _same(number, question.answer, question.decimals):
        return Reply("right", "Right.")
    for mistake in question.mistakes:
        if _same(number, mistake.number, question.decimals):
            return Reply("wrong", mistake.cause.markdown)
    return Reply("wrong", "That is too much." if number > question.answer else "That is too little.")


def form_of(question: Ask) -> Form:
    """How the answer is typed."""
    return (
        Form("decimal", question.unit, decimals=question.decimals)
        if question.decimals
        else Form("whole", question.unit)
    )


def _fraction(text: str, form: Form) -> float | None:
    """The value of `15/2`, of two whole numbers with or without the unit; None where it is none, or its lower number is 0."""
    parts = text.removesuffix(form.unit).replace("−", "-").split("/")
    whole = Form("whole")
    above, below = (read(part, whole) for part in parts) if len(parts) == 2 else (None, None)
    return above / below if isinstance(above, int) and isinstance(below, int) and below else None


def _same(one: float, other: float, decimals: int) -> bool:
    return abs(one - other) <= (0.5 * 10**-decimals if decimals else 0) + 1e-9
