"""What is to be trained: network, data, which cures, and how long it will take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from core.data import SOURCES, load
from core.network import PRESETS, Network, Recipe, trace
from core.network.words import counted
from core.study.background import Study
from core.study.cures import Missing, Variant, planned, variants
from core.study.over_fitting import MEASURED_EPOCHS, Pace, pace, seconds_for
from core.training import StoreError, why_unfit
from core.ui.pages.cures.state import CuresState
from core.ui.shell.frame import plain, refreshing
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.presets import offered_presets, preset_title
from core.ui.widgets.studies import studied
from core.views.wording import duration

SIZES = (100, 200, 500, 1_000, 2_000, 5_000)
EPOCHS = (5, 10, 20, 30, 50, 100)
BATCH = 32  # so that few images are many steps
SECONDS = 0.5  # between two looks whether the time is known
BOX_PX = 220  # of a box with its name
EDITOR = "editor"
TITLE = "Over-fitting"


class Plan(NamedTuple):
    """What the visitor has set.

    Attributes:
        network: that is trained.
        dataset: what it learns from, as `core.data.load` calls it.
        found: the variants that there are; `Nothing` is the first.
        missing: those that do not work with this network.
        problem: why the network cannot be trained, in a sentence; empty where it can.
    """

    network: Network
    dataset: str
    found: tuple[Variant, ...] = ()
    missing: tuple[Missing, ...] = ()
    problem: str = ""


def choose_plan(mine: Session) -> Plan:
    """Widgets for the network, the images, the epochs and the recipe."""
    own = mine.state(CuresState)
    first, second = st.columns([3, 2])
    with first:
        network = _choose_network(mine)
    with second:
        own.dataset = st.selectbox(
            "Learns from",
            list(SOURCES),
            list(SOURCES).index(own.dataset),
            format_func=lambda name: SOURCES[name].title,
            key="cures/dataset",
        )
    first, second = st.columns(2)
    with first:
        own.images = st.select_slider(
            "Training images", SIZES, own.images, format_func=lambda size: f"{size:,}", key="cures/images",
            help="The first so many. The fewer there are, the sooner a network knows them by heart.",
        )  # fmt: skip
    with second:
        own.epochs = st.select_slider("Epochs", EPOCHS, own.epochs, key="cures/epochs")
    own.own_recipe = st.toggle(
        "The recipe of the Train page, with these images and epochs", own.own_recipe, key="cures/recipe",
        help=f"Otherwise Adam with its usual learning rate and batches of {BATCH}.",
    )  # fmt: skip
    usual = mine.editor.recipe if own.own_recipe else Recipe(batch_size=BATCH, seed=mine.editor.recipe.seed)
    return _planned(network, own, usual.replaced(epochs=own.epochs))


def _choose_network(mine: Session) -> Network:
    """The one in the editor, or a preset."""
    own = mine.state(CuresState)
    titles = {EDITOR: f"In the editor: {mine.editor.network.name}"}
    titles |= {name: preset_title(name, PRESETS[name]) for name in offered_presets(PRESETS)}
    options = list(titles)
    shown = own.preset if own.preset in titles else EDITOR
    key = f"cures/network/{mine.editor.network.name}"
    chosen = st.selectbox("Network", options, options.index(shown), format_func=titles.__getitem__, key=key)
    own.preset = "" if chosen == EDITOR else chosen
    return PRESETS[own.preset].network if own.preset else mine.editor.network


def _planned(network: Network, own: CuresState, recipe: Recipe) -> Plan:
    """The variants of a network, or why there are none."""
    source = SOURCES[own.dataset]
    recipe = recipe.replaced(training_images=own.images)
    problem = why_unfit(network, source.input_shape, len(source.class_names), recipe, source.title)
    if problem or trace(network).problems:
        return Plan(network, own.dataset, problem=problem or trace(network).problems[0].sentence)
    found, missing = variants(network, recipe, own.images)
    for one in found:
        problem = why_unfit(one.network, source.input_shape, len(source.class_names), one.recipe, source.title)
        if problem:
            missing = (*missing, Missing(one.name, one.title, problem))
    fits = {one.name for one in found} - {one.name for one in missing}
    return Plan(network, own.dataset, tuple(one for one in found if one.name in fits), missing)


def choose_cures(mine: Session, plan: Plan) -> list[Variant]:
    """A box for each cure; those without any effect on this network are disabled and say why."""
    own = mine.state(CuresState)
    st.markdown("**What is tried**, each in a run of its own, with the same images, seed and recipe:")
    why = {one.name: one.why for one in plan.missing}
    every = sorted([*plan.found, *plan.missing], key=lambda one: one.title if one.name != "nothing" else "")
    with st.container(horizontal=True, gap="small"):
        for one in every:
            _box(own, one, why.get(one.name))
    return [one for one in plan.found if one.name not in own.left_out or one.name == "nothing"]


def _box(own: CuresState, one: Variant | Missing, why_not: str | None) -> None:
    key = f"cures/box/{one.name}/{why_not is None}"

    def tick() -> None:
        own.left_out = own.left_out - {one.name} if st.session_state[key] else own.left_out | {one.name}

    fixed = one.name == "nothing"
    words = why_not
    if isinstance(one, Variant) and why_not is None:
        words = f"{one.says} {one.source}." if one.source else f"{one.says} The others are compared with it."
    st.checkbox(
        plain(one.title),
        why_not is None and (fixed or one.name not in own.left_out),
        key=key,
        on_change=tick,
        disabled=fixed or why_not is not None,
        width=BOX_PX,
        help=plain(words or ""),
    )


def timed(mine: Session, plan: Plan) -> Study[Pace]:
    """How long training takes with this network, measured in the background."""
    (one,) = planned(plan.found[:1])
    key = one.network, one.recipe.replaced(epochs=MEASURED_EPOCHS), plan.dataset
    return studied(mine, "pace", key, lambda: pace(one._replace(recipe=key[1]), load(plan.dataset)))


def begin(mine: Session, plan: Plan, chosen: Sequence[Variant]) -> None:
    """The button that trains them all, with how long that takes as soon as it is known."""
    study = timed(mine, plan)

    def state() -> tuple[object, ...]:
        series = mine.workspace.series
        return study.going, series, series is not None and series.going

    refreshing(state, study.going, SECONDS, lambda: start(mine, plan, chosen, study))


def start(mine: Session, plan: Plan, chosen: Sequence[Variant], study: Study[Pace]) -> None:
    """The button that trains them all, with how long that takes."""
    series = mine.workspace.series
    going = series is not None and series.going
    why_not = "These runs go on. Stop them first." if going else mine.workspace.why_no_room(len(chosen))

    def train() -> None:
        try:
            mine.workspace.start_series(planned(chosen), plan.dataset, TITLE, "cures")
        except StoreError as problem:  # another window was quicker
            mine.notice = str(problem)

    with st.container(horizontal=True, vertical_alignment="center"):
        words = "Trains them one after another, as runs of yours. A run of yours that is going is paused and saved."
        control(
            f"Train all {len(chosen)}" if len(chosen) > 1 else "Train it",
            "play_arrow", train, why_not, words, "cures/start", primary=not going,
        )  # fmt: skip
        st.caption(_time_words(plan, chosen, study), width="stretch")
    if why_not and not going:
        st.warning(why_not)


def _time_words(plan: Plan, chosen: Sequence[Variant], study: Study[Pace]) -> str:
    data = load(plan.dataset)
    known = study.latest
    if study.problem:
        return study.problem
    if known is None or not study.finished:  # the first epoch alone would say too much: graphs are made in it
        return "How long it takes is being measured."
    seconds = sum(seconds_for(one, len(data.x_train), len(data.x_test), known) for one in planned(chosen))
    return (
        f"About {duration(seconds)} on this machine, as busy as it is now: estimated by {counted(known.epochs, 'epoch')} that it has "
        f"just tried. The {counted(len(data.x_test), 'test image')} after each epoch take most of it."
    )
