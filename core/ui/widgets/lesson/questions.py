"""What a step of a lesson asks: a prediction, a number, or an exercise."""

from __future__ import annotations

import streamlit as st

from core.learn.exercises import MOST_CHARACTERS, Exercise, generated
from core.learn.lessons import Ask, Place, Practice, Predict, Step, form_of, reply
from core.ui.shell.frame import plain
from core.ui.shell.session import Session


def ask(mine: Session, step: Step, number: int, place: Place) -> None:
    """The question of a step with what was answered; nothing where none is asked."""
    question = step.question
    if isinstance(question, Predict):
        _predict(mine, step, question, number, place)
    elif question is not None:
        _number(mine, question, number, place)


def _keep(mine: Session, number: int, text: str, right: bool) -> None:
    mine.change_course(lambda course: course.moved(course.place.with_answer(number, text, right)))


def _look(mine: Session, number: int, times: int) -> None:
    mine.change_course(lambda course: course.moved(course.place.with_look(number, times)))


def _predict(mine: Session, step: Step, question: Predict, number: int, place: Place) -> None:
    """A choice that is kept; what is right is told once it was done, or at once where nothing is to be done."""
    key = f"lesson/option/{mine.course.running}/{number}"
    options = range(len(question.options))
    said = place.answers.get(number, "")
    chosen = int(said) if said.isdigit() and int(said) in options else None

    def take() -> None:
        option = st.session_state.get(key)
        if option is not None and number not in mine.course.place.answers:
            _keep(mine, number, str(option), option == question.right)

    st.markdown(f"**Your prediction.** {question.question.markdown}")
    st.radio(
        "Your prediction", options, chosen, format_func=lambda one: question.options[one].markdown, key=key,
        disabled=chosen is not None, label_visibility="collapsed",
    )  # fmt: skip
    if chosen is None:
        waiting = st.session_state.get(key) is None
        st.button(
            "Keep this prediction", on_click=take, disabled=waiting, key="lesson/predict", icon=":material/lock:"
        )
    elif step.do and number not in {*place.done, *place.looked}:
        st.info("Kept. Now do it, and see.", icon=":material/lock:")
        st.button(
            "Tell me now", type="tertiary", on_click=_look, args=(mine, number, 1), key="lesson/tell",
            help="The answer, without doing it.",
        )  # fmt: skip
    elif chosen == question.right:
        st.success(f"As you predicted. {question.because.markdown}", icon=":material/check_circle:")
    else:
        right = question.options[question.right].markdown
        st.warning(f"It is another one: {right}. {question.because.markdown}", icon=":material/cancel:")


def _number(mine: Session, question: Ask | Practice, number: int, place: Place) -> None:
    exercise = generated(*question) if isinstance(question, Practice) else None
    key = f"lesson/answer/{mine.course.running}/{number}"
    said = place.answers.get(number, "")

    def checked() -> None:
        text = str(st.session_state[key])
        _keep(mine, number, text, reply(question, text).state == "right")

    st.markdown(question.question.markdown if isinstance(question, Ask) else _text(exercise))
    form = form_of(question) if isinstance(question, Ask) else question and generated(*question).form
    with st.form(f"lesson/form/{number}", border=False):
        label = "Your answer" + (f" ({plain(form.unit)})" if form.unit else "")
        if form.kind == "matrix":
            st.text_area(
                label, said, key=key, max_chars=MOST_CHARACTERS, height=40 + 25 * form.size[0], help=form.words
            )
        else:
            st.text_input(label, said, key=key, max_chars=MOST_CHARACTERS, autocomplete="off", help=form.words)
        st.form_submit_button("Check", icon=":material/done:", on_click=checked)
    if said:
        told = reply(question, said)
        if told.state == "right":
            st.success("Right.", icon=":material/check_circle:")
        elif told.state == "wrong":
            st.warning(f"Not right. {told.markdown}", icon=":material/cancel:")
        else:
            st.info(told.markdown, icon=":material/edit:")
    _help(mine, question, exercise, number, place)


def _text(exercise: Exercise | None) -> str:
    return exercise.text if exercise is not None else ""


def _help(mine: Session, question: Ask | Practice, exercise: Exercise | None, number: int, place: Place) -> None:
    """Hint and solution, on demand."""
    if isinstance(question, Ask):
        hint, solution = question.hint.markdown, question.because.markdown
        unit = f" {plain(question.unit)}" if question.unit else ""
        solution = solution or f"{question.answer:,.{question.decimals}f}{unit}"
    else:
        steps = exercise.solution if exercise is not None else ()
        hint = exercise.hint if exercise is not None else ""
        solution = "\n".join(f"{place}. {step}" for place, step in enumerate(steps, 1))
    looked = place.looked.count(number)
    with st.container(horizontal=True, gap="small"):
        if hint:
            st.button(
                "Hint",
                icon=":material/lightbulb:",
                disabled=looked > 0,
                on_click=_look,
                args=(mine, number, 1),
                key="lesson/hint",
            )
        st.button(
            "Solution", icon=":material/format_list_numbered:", disabled=looked > 1, on_click=_look, args=(mine, number, 2),
            key="lesson/solution",
        )  # fmt: skip
    if looked and hint:
        st.markdown(f"**Hint.** {hint}")
    if looked > 1 or number in place.right:
        st.markdown(f"**Solution.**\n\n{solution}")
