"""Predict, then measure: a choice, a measurement in the background, and what it says."""

from __future__ import annotations

import streamlit as st

from core.data import load
from core.learn.exercises import Progress, from_json, to_json
from core.network.words import counted
from core.study.background import Study
from core.study.contender import LabelledImages, of_shipped
from core.study.predictions import Measured, Question, measure, question, told
from core.training import card
from core.ui.pages.exercises.state import ExercisesState
from core.ui.shell.frame import percent, plain
from core.ui.shell.session import Session
from core.ui.widgets.model_view import TITLES
from core.ui.widgets.studies import studied, watch
from core.views.wording import range_text

STUDY = "exercises/measured"


def asked_of(own: ExercisesState) -> Question:
    """The question that is worked on."""
    return question(own.measured_kind, own.seed, lambda name: TITLES[name].removesuffix(", already trained"))


def settle(mine: Session, own: ExercisesState) -> None:
    """Count an answer once its measurement has come to its end; what is too close to tell counts for nothing."""
    if not own.measuring or own.over:
        return
    study = _study(mine, asked_of(own))
    found = study.latest
    if not study.finished or found is None or own.choice is None:
        return
    own.over = True
    asked = asked_of(own)
    state = told(own.choice, found, [side.name for side in asked.sides]).state

    def change(progress: Progress) -> Progress:
        return progress.got(asked.name, True) if state == "right" else progress.missed(True)

    if state != "close":
        mine.workspace.change_exercises(lambda text: to_json(change(from_json(text))))


def predict_and_measure(mine: Session, own: ExercisesState) -> None:
    """The question with its two answers, the button that measures, and what was found."""
    asked = asked_of(own)
    names = [side.name for side in asked.sides]
    st.markdown(plain(asked.text))
    key = f"exercises/side/{own.fields}"

    def choose() -> None:
        own.choice = st.session_state[key]

    def start() -> None:
        own.measuring = own.choice is not None

    st.radio(
        "Your prediction", (0, 1), own.choice, lambda side: plain(names[side]), key=key, on_change=choose, disabled=own.measuring
    )  # fmt: skip
    with st.container(horizontal=True):
        st.button(
            "Measure", icon=":material/straighten:", type="primary", key="exercises/measure", on_click=start,
            disabled=own.choice is None or own.measuring,
            help="Choose first." if own.choice is None else "It takes some seconds; you can go on elsewhere and come back.",
        )  # fmt: skip
        st.button("Another one", icon=":material/arrow_forward:", key="exercises/another", on_click=own.another)
    if not own.measuring or own.choice is None:
        st.info("Not measured yet: nobody knows the answer before.", icon=":material/radio_button_unchecked:")
        return
    study, choice = _study(mine, asked), own.choice
    watch(study, [], lambda: _say(study, asked, choice))


def _study(mine: Session, asked: Question) -> Study[Measured]:
    def steps():
        contenders = [of_shipped(side.model) for side in asked.sides]
        data = load(card(asked.sides[0].model).dataset)
        if not asked.training:
            return measure(asked, contenders, LabelledImages.tests_of(data))
        return measure(
            asked, contenders, LabelledImages("training images", data.x_train, data.y_train, tuple(data.class_names))
        )

    return studied(mine, STUDY, asked, steps)


def _say(study: Study[Measured], asked: Question, choice: int) -> None:
    """How far it is; then whether the prediction was right, with the figures."""
    found, names = study.latest, [side.name for side in asked.sides]
    if not study.finished or found is None:
        if not study.problem:
            done = 0.0 if found is None else found.done
            seen = 0 if found is None else found.images
            st.progress(done, text=f"{seen:,} of {counted(asked.images, 'image')}")
        return
    said = told(choice, found, names)
    if said.state == "right":
        st.success(f"Right. {plain(said.words)}", icon=":material/check_circle:")
    elif said.state == "wrong":
        st.warning(f"Not right. {plain(said.words)}", icon=":material/cancel:")
    else:
        st.info(f"Too close to tell, so it does not count. {plain(said.words)}", icon=":material/balance:")
    rows = [
        {
            "": plain(name),
            "right": f"{right:,} of {found.images:,}",
            "accuracy": percent(right / found.images),
            "95 % interval": range_text(*interval),
        }
        for name, right, interval in zip(names, found.right, found.intervals)
    ]
    st.table(rows, hide_index=True, border="horizontal", width="content", alt="What was measured on both sides")
