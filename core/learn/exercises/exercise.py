"""An exercise as a value, and what is said to an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Union

from core.learn.exercises.answers import Answer, Form, Unreadable, answer_words, read
from core.network.words import counted

State = Literal["right", "wrong", "unreadable"]


class WrongAnswer(NamedTuple):
    """An answer that people give, and the cause of it in a sentence, which is no Markdown."""

    answer: Answer
    cause: str


@dataclass(frozen=True)
class Exercise:
    """A question with its answer.

    Attributes:
        name: `kind/level/seed`, or `fixed/number`: no other exercise has it.
        text: the question, in Markdown.
        form: how the answer is typed.
        answer: the right one.
        hint: the idea or the formula, in Markdown.
        solution: steps in Markdown, formulas in letters and with numbers; the last has the answer.
        wrong: answers with a typical cause, each different from the right one and from the others.
    """

    name: str
    text: str
    form: Form
    answer: Answer
    hint: str
    solution: tuple[str, ...]
    wrong: tuple[WrongAnswer, ...]


class Verdict(NamedTuple):
    """What is said to an answer.

    Attributes:
        state: whether it is right, wrong, or no answer of the form that is asked for.
        words: in a sentence or two; no Markdown, it may quote what was typed.
    """

    state: State
    words: str


WrongOne = Union[tuple[Answer | None, str], WrongAnswer]


def made(
    name: str,
    text: str,
    form: Form,
    answer: Answer,
    hint: str,
    steps: Iterable[str],
    wrong: Iterable[WrongOne],
) -> Exercise:
    """An exercise whose solution ends with the answer, and whose wrong answers are wrong.

    Args:
        name, text, form, answer, hint: of the exercise.
        steps: of the solution, without the answer.
        wrong: answers with their causes, the likelier first. Those that are right by chance, that an earlier one has, or
            that cannot be (None) are left out.
    """
    kept: list[WrongAnswer] = []
    for one, cause in wrong:
        if one is None or form.apart(one, answer) is False:
            continue
        if all(form.apart(one, other.answer) for other in kept):
            kept.append(WrongAnswer(one, cause))
    solution = (*steps, f"The answer: {answer_words(answer, form, markdown=True)}")
    return Exercise(name, text, form, answer, hint, solution, tuple(kept))


def check(exercise: Exercise, text: str) -> Verdict:
    """What is to be said to a typed answer."""
    found = read(text, exercise.form)
    if isinstance(found, Unreadable):
        return Verdict("unreadable", found.words)
    if exercise.form.same(found, exercise.answer):
        return Verdict("right", "Right.")
    for one in exercise.wrong:
        if exercise.form.same(found, one.answer):
            return Verdict("wrong", one.cause)
    return Verdict("wrong", _unlike(found, exercise.answer))


def _unlike(found: Answer, answer: Answer) -> str:
    """What can be said to a wrong answer whose cause is not known."""
    if isinstance(answer, bool) or isinstance(found, bool):
        return "It is the other way round."
    if isinstance(answer, tuple) and isinstance(found, tuple):
        if isinstance(answer[0], tuple):
            return _unlike_matrix(found, answer)
        right = [name for name, ours, theirs in zip(("channels", "height", "width"), answer, found) if ours == theirs]
        if not right:
            return "None of the three numbers is right."
        return f"Only the {' and the '.join(right)} {'is' if right in (['height'], ['width']) else 'are'} right."
    return "That is too much." if found > answer else "That is too little."  # pyright: ignore[reportOperatorIssue]


def _unlike_matrix(found: tuple, answer: tuple) -> str:
    sizes = [f"{len(matrix)}×{len(matrix[0])}" for matrix in (found, answer)]
    if sizes[0] != sizes[1]:
        return f"You typed a matrix of {sizes[0]}; one of {sizes[1]} is asked for."
    bad = [
        (r, c)
        for r, (row, own) in enumerate(zip(answer, found))
        for c, (ours, theirs) in enumerate(zip(row, own))
        if abs(ours - theirs) > 1e-6
    ]
    cells = len(answer) * len(answer[0])
    row, column = bad[0]
    rest = "" if len(bad) == 1 else f", the first of {len(bad)} out of {counted(cells, 'number')}"
    return f"The number in row {row + 1}, column {column + 1} is not right{rest}."
