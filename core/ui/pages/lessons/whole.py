"""A whole lesson on one page, to be read or printed."""

from __future__ import annotations

import streamlit as st

from core.learn.exercises import generated
from core.learn.lessons import Ask, Lesson, Passage, Practice, Predict, Step
from core.learn.lessons.passages import without_links
from core.ui.pages.lessons.state import LessonsState
from core.ui.shell.frame import plain
from core.ui.shell.pages import PAGES
from core.ui.widgets.lesson.card import task_words
from core.ui.widgets.lesson.opening import read


def whole(own: LessonsState) -> None:
    """The lesson that was asked for, with the teacher's notes and answers where they are wanted; nothing for none."""
    lesson = read(own.whole).lesson if own.whole else None
    if lesson is None:
        return

    def noted() -> None:
        own.notes = bool(st.session_state["lessons/notes"])

    st.checkbox("Teacher’s copy: with notes and answers", own.notes, key="lessons/notes", on_change=noted)
    with st.container(key="lesson-whole", border=True):
        st.markdown(written(lesson, own.notes))


def written(lesson: Lesson, notes: bool) -> str:
    """The lesson as Markdown; with `notes` also what is for the teacher: notes, right answers and reasons."""
    told = [f"{lesson.minutes} minutes", lesson.audience, lesson.source and f"Source: {lesson.source}"]
    head = [f"### {plain(lesson.title)}", plain(" · ".join(filter(None, told))), f"**Aim.** {plain(lesson.aim)}"]
    steps = [line for number, step in enumerate(lesson.steps, 1) for line in _step(number, step, notes)]
    return "\n\n".join([*head, *steps])


def _step(number: int, step: Step, notes: bool) -> list[str]:
    found = [f"#### {number}. {plain(step.title)}", without_links(step.text.markdown)]
    where = [f"page {PAGES[step.page].title}"] if step.page else []
    where += [f"network {step.network.network.name}"] if step.network else []
    if where:
        found.append(f"*{plain(', '.join(where).capitalize())}.*")
    if step.do:
        found.append(f"☐ **To do:** {task_words(step.do)}")
    found += _question(step, notes)
    if notes:
        found += [f"> **For the teacher.** {_inline(note)}" for note in step.notes]
    return [one for one in found if one]


def _question(step: Step, notes: bool) -> list[str]:
    question = step.question
    if isinstance(question, Predict):
        options = [
            f"- {'☑' if notes and number == question.right else '☐'} {_inline(option)}"
            for number, option in enumerate(question.options)
        ]
        found = [f"**Your prediction.** {_inline(question.question)}", "\n".join(options)]
        return found + ([f"> {_inline(question.because)}"] if notes else [])
    if isinstance(question, Ask):
        found = [f"**Question.** {_inline(question.question)} \\_\\_\\_\\_\\_\\_\\_\\_ {plain(question.unit)}"]
        answer = f"{question.answer:,.{question.decimals}f} {plain(question.unit)}"
        return found + ([f"> **Answer.** {answer} {_inline(question.because)}"] if notes else [])
    if isinstance(question, Practice):
        exercise = generated(*question)
        return [f"**Exercise.** {exercise.text}"] + ([f"> {exercise.solution[-1]}"] if notes else [])
    return []


def _inline(passage: Passage) -> str:
    return without_links(passage.markdown)
