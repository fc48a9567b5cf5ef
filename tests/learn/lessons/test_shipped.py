"""Every lesson in assets/lessons is walked from its first step to its last."""

import pytest

from core.learn.exercises import generated
from core.learn.lessons import (
    EXAMPLE,
    MAX_TOKEN,
    Practice,
    holds,
    read_lesson,
    shipped_lessons,
    shipped_text,
    to_token,
)
from core.learn.lessons.walking import walk, witness
from core.network import trace
from core.ui.shell.pages import PAGES
from core.ui.widgets.lesson.known import known

NAMES = [EXAMPLE, *shipped_lessons()]
READ = {name: read_lesson(shipped_text(name), known()).lesson for name in NAMES}
STEPS = [
    pytest.param(lesson, number, id=f"{name}/{number + 1}")
    for name, lesson in READ.items()
    for number in range(len(lesson.steps) if lesson else 0)
]


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_that_ships_has_nothing_to_complain_of(name):
    lesson, problems, warnings = read_lesson(shipped_text(name), known())
    assert [str(one) for one in (*problems, *warnings)] == []
    assert lesson is not None and walk(lesson, known()) == []
    assert len(to_token(shipped_text(name))) <= MAX_TOKEN


@pytest.mark.parametrize(("lesson", "number"), STEPS)
def test_each_step_can_be_taken(lesson, number):
    step = lesson.steps[number]
    for page in [step.page, *(link.target for link in step.text.links if link.kind == "page")]:
        assert page is None or (page in PAGES and not known().leaves_out(page, lesson.hides))
    for name in [
        step.network.name if step.network else None,
        *(one.target for one in step.text.links if one.kind == "network"),
    ]:
        if name is not None:
            [network] = {one.network for one in (*known().networks, step.network) if one and one.name == name}
            assert trace(network).works
    for fact in step.do:
        facts = witness(fact, known())
        assert facts is not None and holds(fact, facts)
    if isinstance(step.question, Practice):
        assert generated(*step.question).text
