"""A walk through a lesson: whether what it asks for can be done at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.learn.exercises import generated
from core.learn.lessons.facts import NAMED, NUMBERS, OF_NETWORKS, PLAIN, SET, Fact, Facts, holds
from core.learn.lessons.lesson import Known, Lesson, Practice, Problem
from core.network import InvalidSetting, Recipe, trace
from core.network.settings import settings_of

# Of what is no number of a network or a recipe: the least and the most that there can be.
_BOUNDS = {"training-images": (1, 60_000), "test-accuracy": (0, 100), "runs": (0, 100), "compared": (0, 4)}
_SETTINGS = {"epochs": "epochs", "learning-rate": "learning_rate", "batch-size": "batch_size"}


def walk(lesson: Lesson, known: Known) -> list[Problem]:
    """What in a lesson that was read without problems still cannot be done, by line."""
    found: list[Problem] = []
    for step in lesson.steps:
        if any(witness(fact, known) is None for fact in step.do):
            found.append(Problem(step.line, f"What the step “{step.title}” asks for can never be."))
        if step.network is not None and not trace(step.network.network).works:
            found.append(Problem(step.line, f"The network of the step “{step.title}” does not work."))
        if isinstance(step.question, Practice):
            generated(*step.question)
    return found


def witness(fact: Fact, known: Known) -> Facts | None:
    """Facts of which this one is true; None where none were found."""
    return next((facts for facts in _candidates(fact, known) if holds(fact, facts)), None)


def _candidates(fact: Fact, known: Known) -> Iterator[Facts]:
    if fact.kind in PLAIN:
        augmented = fact.kind == "augmented"
        yield Facts(recipe=Recipe(rotation=5.0)) if augmented else replace(Facts(), **{fact.kind: True})
    elif fact.kind == "exercise":
        yield Facts(exercises=frozenset([fact.name]))
    elif fact.kind == "optimizer":
        yield Facts(recipe=Recipe(optimizer=fact.name))
    elif fact.kind == "page":
        yield Facts(page=fact.name)
    elif fact.kind == "network":
        yield Facts(network=fact.network)
    elif fact.kind == SET:
        yield from (Facts(page=fact.name, settings={fact.control: value}) for value in _values(fact, known))
    elif fact.kind in OF_NETWORKS or fact.kind in NAMED:
        yield from (Facts(network=one.network) for one in known.networks)
    elif fact.kind in NUMBERS:
        yield from _numbers(fact)


def _values(fact: Fact, known: Known) -> Sequence[str | float]:
    """What a control may be set to, as far as it matters for a fact."""
    control = known.control(fact.name, fact.control)
    if control is None or control.values:
        return () if control is None else control.values
    numbers = (fact.number, fact.number + 1, fact.number - 1, control.least, control.most)
    return [number for number in numbers if control.least <= number <= control.most]


def _numbers(fact: Fact) -> Iterator[Facts]:
    """Facts with the number itself and its neighbours, as far as there can be such."""
    whole = fact.kind != "learning-rate"
    for number in (fact.number, fact.number + 1, fact.number - 1, fact.number * 2, fact.number / 2):
        if fact.kind in _SETTINGS:
            name = _SETTINGS[fact.kind]
            try:
                value = settings_of(Recipe)[name].checked(int(number) if whole else number)
            except InvalidSetting:
                continue
            yield Facts(recipe=Recipe().replaced(**{name: value}))
        else:
            least, most = _BOUNDS[fact.kind]
            value = min(max(number, least), most)
            yield replace(
                Facts(), **{fact.kind.replace("-", "_"): value if fact.kind == "test-accuracy" else int(value)}
            )
