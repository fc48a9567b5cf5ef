"""The other network that is trained beside the one on the page: which there are, which is chosen, and the start of both."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from core.data import SOURCES
from core.network import PRESETS, Network, Recipe
from core.training import Run, StoreError, why_unfit
from core.training.series import Planned
from core.ui.pages.train.state import TrainState
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.presets import offered_presets, preset_title
from core.views.wording import plain, told_apart

NOBODY, DESK = "", "desk"
PAGE, TITLE = "train", "Two networks"  # of the series of runs
FIRST, SECOND = "first", "second"  # keys of its plans


class Offer(NamedTuple):
    """A network that can be trained beside.

    Attributes:
        title: in the list; it may be a stranger's text.
        network: the network.
        run: the run of it that is there already; None for one that was not trained.
    """

    title: str
    network: Network
    run: Run | None = None


class Pair(NamedTuple):
    """Two networks to be trained by one recipe.

    Attributes:
        first, second: the networks.
        trained: the run of the second that was chosen; None where a network was.
    """

    first: Network
    second: Network
    trained: Run | None

    @property
    def titles(self) -> tuple[str, str]:
        """What their columns are called: no two alike."""
        first, second = told_apart([self.first.name, self.second.name])
        return first, second


def offered(mine: Session) -> dict[str, Offer]:
    """All networks for the images on the page that can be trained beside, by keys that stay their own."""
    editor, run = mine.editor, mine.run
    found: dict[str, Offer] = {}
    if run is not None and run.network != editor.network:
        found[DESK] = Offer(f"On Build: {editor.network.name}", editor.network)
    seen = {editor.network}
    for one in mine.workspace.runs:
        if one.network not in seen:
            seen.add(one.network)
            found[f"run/{one.created}"] = Offer(f"Your run: {one.name}", one.network, one)
    for trained in mine.workspace.imported.all:
        if trained.network not in seen:
            seen.add(trained.network)
            found[f"imported/{trained.identity}"] = Offer(f"Imported: {trained.network.name}", trained.network)
    for name in offered_presets(PRESETS):
        if PRESETS[name].network != editor.network:
            found[f"preset/{name}"] = Offer(preset_title(name, PRESETS[name]), PRESETS[name].network)
    return {key: one for key, one in found.items() if _why_unfit(mine, one.network) is None}


def _why_unfit(mine: Session, network: Network, recipe: Recipe | None = None) -> str | None:
    """The reason why a network cannot learn from the images on the page, as a sentence; None if it can."""
    source = SOURCES[mine.editor.dataset]
    return why_unfit(network, source.input_shape, len(source.class_names), recipe or mine.editor.recipe, source.title)


def chosen_pair(mine: Session) -> Pair | None:
    """The network on the page and the one that was chosen; None where none was, or it has gone or does not fit."""
    key, run = mine.state(TrainState).other, mine.run
    found = offered(mine).get(key) if key else None
    if found is None:
        return None
    if key == DESK and run is not None:
        return Pair(run.network, found.network, None)
    return Pair(mine.editor.network, found.network, found.run)


def choose_other(mine: Session) -> None:
    """The choice of the other network, behind a button."""
    own, there = mine.state(TrainState), offered(mine)
    titles = dict(zip(there, told_apart([one.title for one in there.values()])))
    options = [NOBODY, *there]
    shown = own.other if own.other in there else NOBODY
    key = f"train/other/{own.others}/{hash(tuple(titles.items()))}"

    def choose() -> None:
        other = value_if_changed(key, shown)
        if other is not None:
            own.other = other

    with st.popover("Compare with…", icon=":material/compare_arrows:", key="train/compare"):
        st.selectbox(
            "Train beside it",
            options,
            options.index(shown),
            format_func=lambda one: plain(titles.get(one, "No other network")),
            key=key,
            on_change=choose,
        )
        st.caption(
            "Choose a network, and press *Start both*: it learns from the same images by the same recipe and seed, in a "
            "column of its own. One trains after the other, so that neither takes time from the other."
        )


def start_pair(mine: Session, pair: Pair) -> None:
    """Train both by the recipe on the page, one after the other; the pages are about the first."""
    recipe = mine.editor.recipe
    plans = [
        Planned(key, title, network.name, network, recipe)
        for key, title, network in zip((FIRST, SECOND), pair.titles, (pair.first, pair.second))
    ]
    _start(mine, plans, mine.editor.dataset)


def start_second(mine: Session, pair: Pair, first: Run) -> None:
    """Train the second by the recipe, and from the images, of a run of the first."""
    plan = Planned(SECOND, pair.titles[1], pair.second.name, pair.second, first.recipe)
    _start(mine, [plan], first.dataset_name)


def _start(mine: Session, plans: list[Planned], dataset: str) -> None:
    try:
        series = mine.workspace.start_series(plans, dataset, TITLE, PAGE)
    except StoreError as problem:  # another window was quicker
        mine.notice = str(problem)
        return
    run = series.runs.get(FIRST)
    if run is not None:
        mine.choose_run(run)
        mine.focus.subject = "run"


def why_not_pair(mine: Session, pair: Pair) -> str | None:
    """The reason why both cannot be trained now, as a sentence; None if they can."""
    unfit = (_why_unfit(mine, network) for network in (pair.first, pair.second))
    return mine.workspace.why_no_room(2) or next(filter(None, unfit), None)


def why_not_second(mine: Session, pair: Pair, first: Run | None) -> str | None:
    """The reason why the second cannot be trained by the recipe of the first now, as a sentence; None if it can."""
    if first is None:
        return "Press Start both: there is no run of the first one yet."
    if mine.workspace.active:
        return "Pause or stop the training that goes on first."
    if first.dataset_name not in SOURCES:
        return "The first one learned from drawings. Press Start both: then both learn from the images chosen below."
    source = SOURCES[first.dataset_name]
    problem = why_unfit(pair.second, source.input_shape, len(source.class_names), first.recipe, source.title)
    return mine.workspace.full or problem
