"""A training against the transform: the network's own recipe, with images that are changed like this."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES
from core.network import Recipe
from core.network.settings import settings_of
from core.study.contender import Contender
from core.study.transforms import Transform, against
from core.training import Run, State, why_unfit
from core.training.records import MAX_NAME
from core.ui.pages.robustness.mistakes import Place
from core.ui.pages.robustness.state import RobustnessState
from core.ui.shell.frame import following, plain
from core.ui.shell.pages import link_to, open_to
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.studies import StudyState
from core.views.wording import point_text, progress_words, untrained_words

LIVE_SECONDS = 0.5


def train_against(mine: Session, transform: Transform, place: Place | None) -> None:
    """A button that trains the network anew with images changed up to this strength, and the run that it has started."""
    if not open_to(mine, "train"):
        return
    recipe, why_not = _recipe(mine, transform, place)

    def start() -> None:
        contender = place and place.entrant.contender
        if contender is None or recipe is None:
            return
        run = mine.train(contender.network, contender.dataset, recipe, name=_name(contender, transform))
        if run is not None:
            mine.state(RobustnessState).trained = f"run/{run.created}"

    with st.container(horizontal=True, vertical_alignment="center", key="robustness/against"):
        does = "Starts a run of yours from fresh weights; another one that still trains is paused."
        control("Train it against this", "fitness_center", start, why_not, does, "robustness/train")
        st.caption(plain(why_not or _words(recipe, transform, place)), width=520)
    run = _run(mine)
    if run is not None:
        compared = mine.state(StudyState)
        following(lambda: _run(mine), LIVE_SECONDS, lambda: _progress(mine, run), lambda: compared.chosen)


def _recipe(mine: Session, transform: Transform, place: Place | None) -> tuple[Recipe | None, str | None]:
    """The recipe, or why there is none, as a sentence."""
    if not transform.field:
        return (
            None,
            f"Training has no augmentation like “{transform.title.lower()}”, so it cannot be trained against.",
        )
    if place is None:
        return None, "Wait until the curve is complete."
    contender = place.entrant.contender
    if contender is None or contender.recipe is None:
        return None, f"It is not known here by which recipe {place.entrant.name} was trained."
    if contender.dataset not in SOURCES:
        return None, "Only networks that learned from digits or clothes can be trained from here."
    if place.strength == transform.neutral:
        return None, f"At {transform.text(place.strength)} nothing is changed. Choose another strength."
    recipe = against(contender.recipe, transform, place.strength)
    if recipe in (None, contender.recipe):
        return None, f"{place.entrant.name} was trained with that already. Choose a larger strength."
    source = SOURCES[contender.dataset]
    unfit = why_unfit(contender.network, source.input_shape, len(source.class_names), recipe, source.title)
    return recipe, mine.workspace.full or unfit


def _words(recipe: Recipe | None, transform: Transform, place: Place | None) -> str:
    if recipe is None or place is None:
        return ""
    setting = settings_of(Recipe)[transform.field].label
    most = getattr(recipe, transform.field)
    less = abs(place.strength - transform.neutral) > most
    return (
        f"{place.entrant.name} by its own recipe ({recipe.describe()}), with {setting} {recipe.value_text(transform.field)}"
        f"{', the most that there is' if less else ''}: each training image is changed anew each time, by up to as much."
    )


def _name(contender: Contender, transform: Transform) -> str:
    added = f" against {transform.title.lower()}"
    return f"{contender.network.name[: MAX_NAME - len(added)]}{added}"


def _run(mine: Session) -> Run | None:
    """The run that was started here last, as long as it is there."""
    key = mine.state(RobustnessState).trained
    return next((run for run in mine.workspace.runs if f"run/{run.created}" == key), None) if key else None


def _progress(mine: Session, run: Run) -> None:
    now, key = run.snapshot, f"run/{run.created}"
    st.progress(now.progress, text=f"{plain(run.name)}: {progress_words(now)}")
    if now.state is State.FAILED:
        st.error(plain(now.message))
    with st.container(horizontal=True, vertical_alignment="center"):
        why_not = mine.state(StudyState).why_not_add(key)
        if why_not is None and now.evaluated_accuracy is None:
            why_not = f"{untrained_words(now).capitalize()}."
        control(
            "Add its curve", "add_chart", lambda: mine.state(StudyState).add(key), why_not,
            "Compare it, as it is now, with the networks above.", f"robustness/add/{run.created}",
        )  # fmt: skip
        if now.evaluated_accuracy is not None:
            st.markdown(f"{point_text(now.evaluated)} {now.evaluated_on} accuracy", width="content")
        link_to("train", "See its curves", "monitoring")
