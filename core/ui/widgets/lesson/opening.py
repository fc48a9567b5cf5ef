"""How a lesson begins: from its card, from a link, or as a preview."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import streamlit as st

from core.learn.lessons import (
    Course,
    Lesson,
    Link,
    Offered,
    Place,
    Problem,
    Read,
    UnreadableLesson,
    from_token,
    own_name,
    read_lesson,
    shipped_lessons,
    shipped_text,
)
from core.ui.shell.pages import PAGES, go_to, open_to
from core.ui.shell.renewal import Renewal
from core.ui.shell.session import Session
from core.ui.widgets.lesson.known import known
from core.ui.widgets.lesson.noticing import beginning, reached

LINK = "lesson"  # the query parameter: the id of a lesson that ships, or a token
PAGE = "lessons"


@dataclass
class LessonState:
    """What the session remembers of lessons; how far they have come is kept with the visitor's draft.

    Attributes:
        opened: what the address held when a lesson was opened by it, so that it is opened once; None for nothing.
        problem: why the link that was opened last cannot be read, as a sentence; empty if it can.
        problems: what is wrong with its text.
        opens: renewed whenever a lesson has changed what stands on the page.
        fields: renewed when what was typed must be forgotten.
    """

    opened: str | None = None
    problem: str = ""
    problems: tuple[Problem, ...] = ()
    opens: Renewal = field(default_factory=Renewal)
    fields: Renewal = field(default_factory=Renewal)


@lru_cache(maxsize=16)
def read(text: str) -> Read:
    """What has become of the text of a lesson."""
    return read_lesson(text, known())


def lesson_of(course: Course) -> Lesson | None:
    """The lesson that goes on; None for none, or where it cannot be read any more."""
    if course.running in shipped_lessons():
        return read(shipped_text(course.running)).lesson
    if course.running and course.running == own_name(course.own):
        return read(course.own).lesson
    return None


def begin(mine: Session, name: str, text: str, lesson: Lesson, anew: bool = False) -> None:
    """Begin a lesson, or go on with it where it was left.

    What is on the visitor's desk goes into the history, and a notice says so.

    Args:
        mine: the session.
        name: id of a lesson that ships, or `own_name(text)`.
        text: of the lesson.
        lesson: the same, read.
        anew: from the first step, also where it was left at another.
    """
    before = mine.course.places.get(name, Place())
    first = anew or before.ended or name not in mine.course.places
    mine.hidden = lesson.hides
    if first:
        _lay_out(mine, lesson)
    own = "" if name in shipped_lessons() else text
    mine.change_course(lambda course: _reached(course.begun(name, own, anew, beginning(mine)), mine))
    own_state = mine.state(LessonState)
    own_state.opens.renew()
    own_state.fields.renew()
    own_state.problem, own_state.problems = "", ()
    page = lesson.begin if first else lesson.steps[min(before.step, len(lesson.steps) - 1)].page or lesson.begin
    go_to(page if open_to(mine, page) else lesson.begin)


def _reached(course: Course, mine: Session) -> Course:
    place = course.place
    return course if place.network else course.moved(reached(mine, place, place.step))


def _lay_out(mine: Session, lesson: Lesson) -> None:
    """What a lesson begins with: its network, its dataset, and the weights to look into."""
    if lesson.network is not None:
        open_network(mine, lesson.network)
    if lesson.dataset is not None:
        mine.editor.dataset = lesson.dataset
    if lesson.weights is not None:
        mine.focus.subject = lesson.weights


def open_network(mine: Session, offered: Offered) -> None:
    """Open a network in the editor; a notice says what was there before, which Undo brings back."""
    editor = mine.editor
    before = editor.network
    if offered.preset is not None:
        editor.begin_with(offered.preset)
    else:
        editor.open(offered.network, offered.recipe)
    if offered.dataset is not None:
        editor.dataset = offered.dataset
    if editor.network != before:
        mine.notice = f"“{editor.network.name}” is in the editor now. Undo on Build brings “{before.name}” back."
    mine.state(LessonState).opens.renew()


def follow(mine: Session, link: Link, networks: dict[str, Offered]) -> None:
    """Do what a link in the text of a lesson says."""
    if link.kind == "page":
        go_to(link.target)
    elif link.target in networks:
        open_network(mine, networks[link.target])
        go_to("build")


def open_lesson_link(mine: Session) -> None:
    """Begin the lesson that the address names, once; one that cannot be read is explained on the page Lessons."""
    wanted = st.query_params.get(LINK)
    state = mine.state(LessonState)
    if wanted is None or wanted == state.opened:
        return
    state.opened = wanted
    try:
        shipped = wanted in shipped_lessons()
        text = shipped_text(wanted) if shipped else from_token(wanted)
    except UnreadableLesson as problem:
        _explain(state, str(problem), ())
        return
    found = read(text)
    if found.lesson is None:
        _explain(state, "This lesson cannot be opened.", tuple(found.problems))
        return
    begin(mine, wanted if shipped else own_name(text), text, found.lesson)


def _explain(state: LessonState, problem: str, problems: tuple[Problem, ...]) -> None:
    state.problem, state.problems = problem, problems
    if PAGE in PAGES:
        go_to(PAGE)
