"""The end of a lesson: what was done and answered, what is worth another look, and the next lesson."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.learn.lessons import Course, Lesson, Place, Predict, shipped_lessons, shipped_text
from core.network.words import counted
from core.ui.shell.frame import plain
from core.ui.shell.pages import go_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.lesson.noticing import reached
from core.ui.widgets.lesson.opening import PAGE, begin, read


def finish(mine: Session) -> None:
    """Come to the end; what the lesson left out comes back, and its card says how it went."""
    mine.change_course(lambda course: course.moved(replace(course.place, ended=True)))
    mine.hidden = ()


def ending(mine: Session, lesson: Lesson, course: Course) -> None:
    """How it went, and the ways on."""

    def again(number: int) -> Callable[[], None]:
        return lambda: mine.change_course(lambda now: now.moved(reached(mine, now.place, number)))

    st.markdown(f"**The aim of this lesson.** {plain(lesson.aim)}")
    result = result_words(lesson, course.place)
    if result:
        st.markdown(f":material/flag: {result}")
    following = next_lesson(course)
    with st.container(gap="small"):
        if following is not None:
            name, text, other = following
            st.button(
                f"Next lesson: {plain(other.title)}", type="primary", icon=":material/arrow_forward:",
                on_click=begin, args=(mine, name, text, other), key="lesson/following",
                help=plain(f"{other.minutes} minutes. {other.aim}"),
            )  # fmt: skip
        if open_to(mine, PAGE):
            st.button("All lessons", icon=":material/school:", on_click=go_to, args=(PAGE,), key="lesson/all")
    rest = left_open(lesson, course.place)
    if rest:
        st.markdown("Worth another look:")
        with st.container(gap=None, key="lesson-rest"):
            for number, why in rest:
                label = f"{number + 1} · {plain(lesson.steps[number].title)} ({why})"
                st.button(
                    label,
                    type="tertiary",
                    icon=":material/undo:",
                    on_click=again(number),
                    key=f"lesson/again/{number}",
                )


def next_lesson(course: Course) -> tuple[str, str, Lesson] | None:
    """The lesson that ships and follows the one that goes on, of those that were not finished; its name and text too."""
    names = list(shipped_lessons())
    place = names.index(course.running) + 1 if course.running in names else 0
    for name in names[place:] + names[:place]:
        lesson = read(shipped_text(name)).lesson
        if lesson is not None and name != course.running and not course.places.get(name, Place()).ended:
            return name, shipped_text(name), lesson
    return None


def left_open(lesson: Lesson, place: Place) -> list[tuple[int, str]]:
    """The steps in which something was not done, or a question not answered right, with what it is; a prediction may be wrong."""
    found = []
    for number, step in enumerate(lesson.steps):
        if step.question is not None and number not in place.answers:
            found.append((number, "not answered"))
        elif step.question is not None and not isinstance(step.question, Predict) and number not in place.right:
            found.append((number, "another answer"))
        elif step.do and number not in place.done:
            found.append((number, "not done"))
    return found


def result_words(lesson: Lesson, place: Place) -> str:
    """`3 of 4 things done, 2 of 3 questions answered right, 1 of 2 predictions came true.`; empty where nothing was asked."""
    steps = dict(enumerate(lesson.steps))
    to_do = {number for number, step in steps.items() if step.do}
    predicted = {number for number, step in steps.items() if isinstance(step.question, Predict)}
    asked = {number for number, step in steps.items() if step.question is not None} - predicted
    words = []
    if to_do:
        words.append(f"{len(to_do & {*place.done})} of {counted(len(to_do), 'thing')} done")
    if asked:
        words.append(f"{len(asked & {*place.right})} of {counted(len(asked), 'question')} answered right")
    if predicted:
        words.append(f"{len(predicted & {*place.right})} of {counted(len(predicted), 'prediction')} came true")
    return f"{', '.join(words)}." if words else ""
