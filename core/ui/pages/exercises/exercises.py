"""Which exercise, its answer, and what is said to it."""

from __future__ import annotations

import streamlit as st

from core.learn.exercises import KINDS, LEVELS, MOST_CHARACTERS, Exercise, fixed_exercises, from_json, to_json
from core.training import Workspace
from core.ui.pages.exercises.state import FIXED, MEASURED, Change, ExercisesState
from core.ui.shell.frame import plain

FIRST_SET = "A first set, the same for everybody"
TITLES = {FIXED: FIRST_SET, MEASURED: "Predict, then measure"} | {kind: one.title for kind, one in KINDS.items()}


def choose(own: ExercisesState, workspace: Workspace) -> None:
    """Kind and level, and what was done so far."""

    def chosen() -> None:
        kind = st.session_state["exercises/kind"]
        level = st.session_state.get("exercises/level") or own.level
        if (kind, level) != (own.kind, own.level):
            own.choose(kind, level)

    kinds = [FIXED, MEASURED, *KINDS]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            "Exercises", kinds, kinds.index(own.kind), key="exercises/kind", on_change=chosen, width=340,
            format_func=TITLES.__getitem__,
        )  # fmt: skip
        if own.kind in KINDS:
            st.segmented_control(
                "Level", LEVELS, default=own.level, required=True, key="exercises/level", on_change=chosen
            )
    progress = from_json(workspace.exercises())
    words = f"Your progress: **{progress.words}**"
    if own.kind == FIXED:
        names = [exercise.name for exercise in fixed_exercises()]
        words += f" · Exercise {own.number + 1} of {len(names)}, {len({*names} & {*progress.solved})} of them solved"
    st.markdown(words)


def work(own: ExercisesState, workspace: Workspace) -> None:
    """The exercise with its field, the verdict, hint and solution."""
    exercise = own.exercise
    st.markdown(exercise.text)
    _ask(own, exercise, workspace)
    _say(own)
    _help(own, exercise, workspace)


def _keep(workspace: Workspace, change: Change | None) -> None:
    if change is not None:
        workspace.change_exercises(lambda text: to_json(change(from_json(text))))


def _ask(own: ExercisesState, exercise: Exercise, workspace: Workspace) -> None:
    if exercise.form.kind == "truth":
        with st.container(horizontal=True):
            for words in ("True", "False"):
                st.button(
                    words, key=f"exercises/{words}/{own.fields}", type="primary" if own.typed == words else "secondary",
                    on_click=lambda words=words: _keep(workspace, own.answer(words)),
                )  # fmt: skip
        return
    key = f"exercises/answer/{own.fields}"

    def checked() -> None:
        _keep(workspace, own.answer(st.session_state[key]))

    with st.form(f"exercises/form/{own.fields}", border=False):
        label = plain(exercise.form.words)
        if exercise.form.kind == "matrix":
            height = 40 + 25 * exercise.form.size[0]
            st.text_area(label, own.typed, key=key, max_chars=MOST_CHARACTERS, height=height, width=440)
        else:
            st.text_input(label, own.typed, key=key, max_chars=MOST_CHARACTERS, autocomplete="off", width=440)
        st.form_submit_button("Check", icon=":material/done:", type="primary", on_click=checked)


def _say(own: ExercisesState) -> None:
    verdict = own.verdict
    if verdict is None:
        st.info("Not tried yet.", icon=":material/radio_button_unchecked:")
    elif verdict.state == "right":
        st.success("Right.", icon=":material/check_circle:")
    elif verdict.state == "wrong":
        st.warning(f"Not right. {plain(verdict.words)}", icon=":material/cancel:")
    else:
        st.info(plain(verdict.words), icon=":material/edit:")


def _help(own: ExercisesState, exercise: Exercise, workspace: Workspace) -> None:
    def show_hint() -> None:
        own.hint = True

    left = len(exercise.solution) - own.steps
    with st.container(horizontal=True):
        st.button("Hint", icon=":material/lightbulb:", key="exercises/hint", disabled=own.hint, on_click=show_hint)
        st.button(
            "Next step" if own.steps else "Solution", icon=":material/format_list_numbered:", key="exercises/solution",
            disabled=not left, on_click=lambda: _keep(workspace, own.look()),
            help="Step by step. Looked at before the right answer, the exercise does not count as right.",
        )  # fmt: skip
        st.button("Another one", icon=":material/arrow_forward:", key="exercises/another", on_click=own.another)
    if own.hint:
        st.markdown(f"**Hint.** {exercise.hint}")
    if own.steps:
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(exercise.solution[: own.steps], 1))
        st.markdown(f"**Solution**, step {own.steps} of {len(exercise.solution)}\n\n{steps}")
