"""How large the gradient is in each layer: what reaches the first ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from core.data import DatasetError, about, load
from core.network import Network, Recipe
from core.network.words import counted
from core.study.background import Study
from core.study.contender import Contender, LabelledImages, why_not
from core.study.gradients import GradientSizes, gradient_sizes, training_batch
from core.ui.shell.frame import look, plain
from core.ui.shell.session import Session
from core.ui.widgets.studies import MOST, Entrant, StudyState, fingerprint_of, studied, watch, works
from core.views.gradients import gradient_alt, gradient_chart, shown, verdict_words
from core.views.wording import told_apart

START = "compare/gradients/start"  # key of the switch


class _Measured(NamedTuple):
    """A network whose gradients are shown, and the number by which it keeps its colour."""

    number: int
    contender: Contender


def gradient_by_layer(mine: Session, entrants: Sequence[Entrant]) -> None:
    """The part on gradients, for all networks that work, also those that have learned nothing; nothing for none."""
    there = [*_chosen(mine, entrants), *_planned(mine, entrants)]
    images = _batch(mine, [one.contender for one in there])
    if images is None:
        return
    there = [one for one in there if why_not(one.contender, images) is None]
    if not there:
        return
    names = told_apart([one.contender.name for one in there])
    contenders = [one.contender for one in there]
    key = fingerprint_of(contenders, images), tuple(one.recipe for one in contenders)
    study = studied(mine, "gradients", key, partial(gradient_sizes, contenders, images))
    st.markdown(
        "**Size of the gradient by layer**",
        help=f"From the same {counted(len(images.images), 'training image')} of {plain(images.title)} for all, as in a step of a "
        "training: dropout draws, and normalisation looks at the batch. The loss is that of each recipe, without penalties.",
    )
    if any(len(one.weights) for one in contenders):
        words = "Dashed: the same network with fresh weights, as the seed of its recipe draws them."
        st.toggle("Untrained too", key=START, help=words)
    watch(study, (), lambda: _drawn(study, names, [one.number for one in there]))


def _chosen(mine: Session, entrants: Sequence[Entrant]) -> list[_Measured]:
    """The networks of the comparison; without weights where they have none that are numbers."""
    found = []
    for one in entrants:
        contender = one.contender
        if contender is None and one.run is not None and works(one.network):
            contender = _untrained(one.name, one.network, one.run.dataset_name, one.run.recipe)
        if contender is not None:
            found.append(_Measured(mine.state(StudyState).number(one.key), contender))
    return found


def _planned(mine: Session, entrants: Sequence[Entrant]) -> list[_Measured]:
    """The networks that join the comparison once their turn has come, as far as there is room."""
    series = mine.workspace.series_of("compare")
    if series is None or series.stopped:
        return []
    taken = {mine.state(StudyState).number(one.key) for one in entrants}
    free = [number for number in range(MOST) if number not in taken][: MOST - len(entrants)]
    plans = [plan for plan in series.waiting if works(plan.network)]
    made = [_untrained(plan.name, plan.network, series.dataset_of(plan), plan.recipe) for plan in plans]
    return [_Measured(number, one) for number, one in zip(free, made) if one is not None]


def _untrained(name: str, network: Network, dataset: str, recipe: Recipe) -> Contender | None:
    """A network that has learned nothing; None where what it is to learn from is gone."""
    try:
        return Contender(name, network, (), tuple(about(dataset).class_names), dataset, recipe)
    except DatasetError:
        return None


def _batch(mine: Session, contenders: Sequence[Contender]) -> LabelledImages | None:
    """Training images of what the page compares on, or of what the first network learns from; None where there are none."""
    chosen = mine.state(StudyState).dataset
    there = [one.dataset for one in contenders if one.dataset]
    if not there:
        return None
    name, networks = chosen if chosen in there else there[0], frozenset(one.network for one in contenders)
    try:
        return mine.kept("compare/gradients", (name, networks), lambda: training_batch(load(name), list(networks)))
    except DatasetError:
        return None


def _drawn(study: Study[GradientSizes], names: Sequence[str], numbers: Sequence[int]) -> None:
    """The chart as far as it was measured, what it says, and what it is."""
    found = study.latest
    profiles = () if found is None else shown(found, bool(st.session_state.get(START)))
    alt = gradient_alt(profiles, names)
    st.vega_lite_chart(gradient_chart(profiles, names, numbers, look()), key="compare/gradients/chart", alt=alt)
    if study.going:
        st.progress(
            0.0 if found is None else found.done, text="Gradients are computed, one network after the other …"
        )
    else:
        st.markdown("  \n".join(plain(verdict_words(one, names[one.number])) for one in profiles))
    st.caption(
        "Each point is a layer: the length of the gradient of the loss by its kernels, divided by the length of the kernels, so "
        "that wide and narrow layers compare. Times the learning rate, it is the share by which a plain step of SGD changes "
        "them; Adam and RMSprop even that out. On its way from the output back to the image, a gradient is multiplied by the "
        "weights and slopes of each layer: many factors below 1 leave little of it (*vanishing*), many above 1 make too much "
        "of it (*exploding*). A skip lets it pass, batch normalisation keeps its size, and a ReLU that is off lets nothing "
        "through (*dead*). Small in all layers is no fault: who answers rightly has little left to learn. Dashed: untrained."
    )
