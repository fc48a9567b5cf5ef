"""Both networks trained by one recipe, one after the other, and what comes of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.data import SOURCES, about
from core.study.price import Equal
from core.training import Run, StoreError, why_unfit
from core.training.series import Planned, Series
from core.ui.pages.price.budget import dataset_of
from core.ui.pages.price.state import PriceState
from core.ui.shell.frame import plain, refreshing
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.forms import edit_fields
from core.ui.widgets.side_by_side import LIVE_SECONDS, Side, live_columns, open_both
from core.views.price import KINDS, networks_of, result_words

TITLE, PAGE = "Equal price", "price"  # of the series of runs
FIELDS = ("epochs", "batch_size", "optimizer", "learning_rate", "training_images", "seed")


def choose_recipe(mine: Session) -> None:
    """The main settings of the recipe of both, folded."""
    own = mine.state(PriceState)

    def apply(name: str, value: Any) -> None:
        before = own.recipe
        own.recipe = before.with_setting(name, value)
        if len(own.recipe.differing(before)) > 1:  # the learning rate has followed the optimizer
            own.recipes.renew()

    with st.expander("One recipe for both", key="price/fold"):
        edit_fields(
            own.recipe, f"price/recipe/{own.recipes}", apply, lambda sentence: st.toast(plain(sentence)), FIELDS
        )


def trained(mine: Session, pair: Equal) -> dict[str, Run]:
    """The newest runs of these networks by this recipe on these images, by their kind."""
    recipe, dataset = mine.state(PriceState).recipe, dataset_of(mine)
    runs = {kind: mine.workspace.trained_by(network, recipe, dataset) for kind, network in networks_of(pair).items()}
    return {kind: run for kind, run in runs.items() if run is not None}


def _sides(mine: Session, pair: Equal) -> list[Side]:
    runs, why_none = trained(mine, pair), _why_none(mine, pair)
    return [Side(kind, title, f"the {kind} network", runs.get(kind), why_none) for kind, title in KINDS.items()]


def train_buttons(mine: Session, pair: Equal) -> None:
    """Train both, stop, and the ways on."""
    runs = trained(mine, pair)
    left = [kind for kind in KINDS if kind not in runs]

    def start() -> None:
        if series is not None and resting:
            series.go_on()
        elif [
            kind for kind in KINDS if kind not in trained(mine, pair)
        ] == left:  # a double click begins nothing more
            _start(mine, pair, left)

    def stop() -> None:
        if series is not None:
            series.stop()
        for run in runs.values():
            if run.active:
                run.stop()

    series = _series(mine, pair)
    resting = series is not None and not series.going and not series.over
    going = (series is not None and series.going) or any(run.active for run in runs.values())
    alone = len(left) == 1 and not going
    label = "Go on" if resting else f"Train the {left[0]} one" if alone else "Train both"
    with st.container(horizontal=True, vertical_alignment="center"):
        does = "One after the other, as two runs of yours, by the same recipe and seed."
        control(
            label, "play_arrow", start, _why_not(mine, pair, left, resting), does, "price/train", primary=bool(left)
        )
        control(
            "Stop", "stop", stop, None if going else "Nothing is running.", "End both; what was learned stays.", "price/stop"
        )  # fmt: skip
        open_both(mine, _sides(mine, pair), PAGE)
    recipe = mine.state(PriceState).recipe
    st.caption(f"By {recipe.describe()}, seed {recipe.seed}.")


def _start(mine: Session, pair: Equal, left: list[str]) -> None:
    """Train these kinds one after another."""
    recipe = mine.state(PriceState).recipe
    networks = networks_of(pair)
    plans = [Planned(kind, KINDS[kind], networks[kind].name, networks[kind], recipe) for kind in left]
    try:
        mine.workspace.start_series(plans, dataset_of(mine), TITLE, PAGE)
    except StoreError as problem:  # another window was quicker
        mine.notice = str(problem)


def _series(mine: Session, pair: Equal) -> Series | None:
    """The newest series of this page, if it is about these two by this recipe."""
    series, recipe, networks = mine.workspace.series_of(PAGE), mine.state(PriceState).recipe, networks_of(pair)
    if series is None or series.dataset != dataset_of(mine):
        return None
    alike = all((one.recipe, one.network) == (recipe, networks[one.key]) for one in series.plans)
    return series if alike else None


def _why_not(mine: Session, pair: Equal, left: list[str], resting: bool) -> str | None:
    """The reason why nothing can be started now, as a sentence; None if it can."""
    source, recipe = SOURCES[dataset_of(mine)], mine.state(PriceState).recipe
    series = _series(mine, pair)
    if series is not None and series.going:
        return "They are being trained."
    if not left and not resting:
        return "Both were trained by this recipe. Another seed, recipe or budget is another pair."
    if mine.workspace.active:
        return "Pause or stop the training that goes on first."
    unfit = (
        why_unfit(networks_of(pair)[kind], source.input_shape, len(source.class_names), recipe, source.title)
        for kind in left
    )
    return mine.workspace.why_no_room(len(left)) or next(filter(None, unfit), None)


def follow(mine: Session, pair: Equal) -> None:
    """The curves side by side, drawn again while one of them trains."""

    def going() -> bool:
        series = _series(mine, pair)
        return series is not None and series.going

    def state() -> object:
        return going(), [(kind, run.created, run.active) for kind, run in trained(mine, pair).items()]

    def drawn() -> None:
        series = _series(mine, pair)
        if series is not None:
            series.advance()
        for run in trained(mine, pair).values():
            run.heartbeat()
        tested_on = about(dataset_of(mine)).tested_on
        epochs = mine.state(PriceState).recipe.epochs
        live_columns(mine, _sides(mine, pair), epochs, PAGE, lambda tests: result_words(tests, tested_on))

    runs = trained(mine, pair)
    refreshing(state, going() or any(run.active for run in runs.values()), LIVE_SECONDS, drawn)


def _why_none(mine: Session, pair: Equal) -> str:
    series = _series(mine, pair)
    return "its turn comes next" if series is not None and series.going else "not trained yet"
