"""The lessons that ship, as cards, and the one of one's own that was taken last."""

from __future__ import annotations

import streamlit as st

from core.learn.lessons import Course, Lesson, own_name, shipped_lessons, shipped_text
from core.network.words import counted
from core.ui.pages.lessons.state import LessonsState
from core.ui.shell.frame import plain
from core.ui.shell.session import Session
from core.ui.widgets.lesson.ending import result_words
from core.ui.widgets.lesson.opening import LessonState, begin, read


def link_problem(mine: Session) -> None:
    """Why the link that was opened last holds no lesson; nothing if it does."""
    state = mine.state(LessonState)
    if state.problem:
        lines = "".join(f"\n- {plain(str(one))}" for one in state.problems)
        st.error(f"{plain(state.problem)} All that you had is still there.\n{lines}", icon=":material/error:")


def offered(mine: Session, own: LessonsState) -> None:
    """A card for each lesson."""
    course = mine.course
    names = [(name, shipped_text(name)) for name in shipped_lessons()]
    if course.own:
        names.append((own_name(course.own), course.own))
    with st.container(horizontal=True, gap="medium", key="lesson-cards"):
        for name, text in names:
            lesson = read(text).lesson
            if lesson is not None:
                _card(mine, own, name, text, lesson, course)


def _card(mine: Session, own: LessonsState, name: str, text: str, lesson: Lesson, course: Course) -> None:
    def start(anew: bool = False) -> None:
        begin(mine, name, text, lesson, anew)

    def look() -> None:
        own.whole = "" if own.whole == text else text

    with st.container(border=True, width=380, gap="small"):
        st.markdown(f"**{plain(lesson.title)}**")
        told = [f"{lesson.minutes} minutes", counted(len(lesson.steps), "step"), lesson.audience]
        st.caption(plain(" · ".join(filter(None, told))))
        st.markdown(plain(lesson.aim))
        if lesson.source:
            st.caption(f"Source: {plain(lesson.source)}")
        place = course.places.get(name)
        label = "Start"
        if place is not None and place.ended:
            label = "Begin again"
            st.markdown(f":green[:material/check_circle:] Finished. {plain(result_words(lesson, place))}")
        elif place is not None:
            label = "Go on"
            st.markdown(f"Step {min(place.step, len(lesson.steps) - 1) + 1} of {len(lesson.steps)}")
        goes_on = name == course.running and label != "Begin again"
        with st.container(horizontal=True, gap="small"):
            st.button(
                label, key=f"lessons/start/{name}", on_click=start, type="primary", icon=":material/play_arrow:",
                disabled=goes_on, help="It goes on: its card is beside this page." if goes_on else None,
            )  # fmt: skip
            if label == "Go on":
                st.button("Begin again", key=f"lessons/again/{name}", on_click=start, args=(True,))
            shown = own.whole == text
            st.button(
                "Close it" if shown else "Show it whole", key=f"lessons/whole/{name}", on_click=look,
                icon=":material/print:", help="All steps on one page, to be read or printed.",
            )  # fmt: skip
