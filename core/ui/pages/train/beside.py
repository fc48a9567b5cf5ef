"""Two networks that are trained by one recipe, in live columns beside each other."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.data import about
from core.study.comparison import Training, training_line
from core.training import Point, Run, State, StoreError
from core.training.series import Series
from core.ui.pages.train.other import FIRST, NOBODY, PAGE, SECOND, Pair, chosen_pair, start_second, why_not_second
from core.ui.pages.train.state import TrainState
from core.ui.shell.frame import refreshing
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.side_by_side import LIVE_SECONDS, Side, live_columns, open_both
from core.views.study import better_words
from core.views.wording import plain

KEY = "train/beside"


def beside(mine: Session) -> None:
    """The columns of both networks, drawn again while one of them trains; nothing where none was chosen."""
    pair = chosen_pair(mine)
    if pair is None:
        return
    sides = _sides(mine, pair)
    _buttons(mine, pair, sides)

    def state() -> object:
        series = _series(mine, pair)
        runs = [side.run and (side.run.created, side.active, side.tested is not None) for side in _sides(mine, pair)]
        return series is not None and series.going, runs

    def drawn() -> None:
        series = _series(mine, pair)
        if series is not None:
            series.advance()
        now = _sides(mine, pair)
        for side in now:
            if side.run is not None:
                side.run.heartbeat()
        st.markdown(plain(_line(mine, now)))
        live_columns(
            mine, now, mine.editor.recipe.epochs, KEY, lambda tests: _said(mine, pair, now, tests), _quantity()
        )

    series = _series(mine, pair)
    going = (series is not None and series.going) or any(side.active for side in sides)
    refreshing(state, going, LIVE_SECONDS, drawn)
    st.divider()


def _series(mine: Session, pair: Pair) -> Series | None:
    """The newest series of this page, if it is about these two, and the page still is."""
    series = mine.workspace.series_of(PAGE)
    if series is None or [plan.network for plan in series.plans] != [pair.first, pair.second]:
        return None
    return series if mine.run is None or mine.run in series.runs.values() else None


def _sides(mine: Session, pair: Pair) -> list[Side]:
    """Both, with their runs as far as there are any."""
    runs, waits = _runs(mine, pair), "not trained yet"
    series = _series(mine, pair)
    if series is not None and series.going:
        waits = "its turn comes next"
    return [Side(key, title, f"“{title}”", run, waits) for key, title, run in zip((FIRST, SECOND), pair.titles, runs)]


def _runs(mine: Session, pair: Pair) -> tuple[Run | None, Run | None]:
    """The runs of the series; else the one on the page and the newest of the other by its recipe, or the one that was chosen."""
    series = _series(mine, pair)
    if series is not None:
        return series.runs.get(FIRST), series.runs.get(SECOND)
    recipe, dataset = mine.editor.recipe, mine.editor.dataset
    first = mine.run
    if first is None or first.network != pair.first:
        first = mine.workspace.trained_by(pair.first, recipe, dataset)
    if first is not None:
        recipe, dataset = first.recipe, first.dataset_name
    second = mine.workspace.trained_by(pair.second, recipe, dataset)
    return first, second or pair.trained


def _line(mine: Session, sides: list[Side]) -> str:
    """Whether both learn by one recipe and seed, and by which."""
    first, second = (_training(mine, side, sides[0].run) for side in sides)
    line = training_line(first, second)
    recipe = first.recipe
    return f"{line} {recipe.describe()}, seed {recipe.seed}." if line.endswith("yes.") else line


def _training(mine: Session, side: Side, first: Run | None) -> Training:
    """One of them; before it has begun, as it would be."""
    run = side.run
    if run is not None:
        return Training(side.title, run.recipe, run.dataset_name, run.snapshot, _fresh(mine, run))
    if first is not None:
        return Training(side.title, first.recipe, first.dataset_name)
    return Training(side.title, mine.editor.recipe, mine.editor.dataset)


def _fresh(mine: Session, run: Run) -> bool:
    def read() -> bool:
        try:
            return run.began_fresh()
        except StoreError:  # it is being deleted
            return True

    return mine.kept(f"train/fresh/{run.created}", None, read)


def _said(mine: Session, pair: Pair, sides: list[Side], tests: Mapping[str, Point]) -> str:
    datasets = {side.run.dataset_name for side in sides if side.run is not None}
    if len(datasets) > 1:
        return "They were tested on different images: press Start both to train them on the same."
    named = dict(zip(pair.titles, tests.values()))
    return better_words(named, about(datasets.pop()).tested_on, lambda name: f"“{name}” is better")


def _quantity() -> str:
    return str(st.session_state.get(f"{KEY}/quantity") or "accuracy")


def _buttons(mine: Session, pair: Pair, sides: list[Side]) -> None:
    """What the curves show, the buttons for the second network, and the ways on."""
    own = mine.state(TrainState)

    def end() -> None:
        own.other = NOBODY
        own.others.renew()

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            "Curve", ["accuracy", "loss"], default="accuracy", required=True, key=f"{KEY}/quantity", label_visibility="collapsed"
        )  # fmt: skip
        _drive_second(mine, pair, sides)
        open_both(mine, sides, KEY)
        st.button("End the comparison", icon=":material/close:", key=f"{KEY}/end", on_click=end, type="tertiary")


def _stop(second: Run) -> None:
    words = "End it; what it learned stays."
    control("Stop the other", "stop", second.stop, None, words, f"{KEY}/stop/{second.created}")


def _drive_second(mine: Session, pair: Pair, sides: list[Side]) -> None:
    """Train the second by the recipe of the first; pause, go on and stop."""
    first, second = (side.run for side in sides)
    series = _series(mine, pair)
    waiting = series is not None and series.going and second is None
    if second is not None and second.active:
        control("Pause the other", "pause", second.pause, None, "Rest here.", f"{KEY}/pause/{second.created}")
        _stop(second)
        return
    if second is not None and second.snapshot.state is State.PAUSED:
        why_not = "Pause or stop the training that goes on first." if mine.workspace.active else None
        control(
            "Resume the other", "resume", second.resume, why_not, "Go on from here.", f"{KEY}/resume/{second.created}"
        )
        _stop(second)
        return

    def train() -> None:
        if first is not None and not mine.workspace.active:
            start_second(mine, pair, first)

    same = (
        first is not None
        and second is not None
        and (first.recipe, first.dataset_name) == (second.recipe, second.dataset_name)
    )
    why_not = (
        "It trains as soon as the first one has ended." if waiting
        else "It was trained by the same recipe. Start both trains both anew." if same
        else why_not_second(mine, pair, first)
    )  # fmt: skip
    does = "By the recipe and seed of the first one, from the same images."
    control("Train the other", "play_arrow", train, why_not, does, f"{KEY}/train")
