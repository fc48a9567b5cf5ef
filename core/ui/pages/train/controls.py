"""The bar of buttons that start, pause and steer a run."""

from __future__ import annotations

import streamlit as st

from core.training import Run, State
from core.ui.pages.train.other import Pair, chosen_pair, start_pair, why_not_pair
from core.ui.shell.pages import link_to
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.views.wording import plain


def controls(mine: Session) -> None:
    """One bar of buttons; one that cannot work now is disabled and says why."""
    problem, full = mine.editor.why_not_train(), mine.workspace.full
    run, pair = mine.run, chosen_pair(mine)
    with st.container(horizontal=True, gap="small"):
        if pair is None:
            _start(mine, problem or full)
        else:
            _start_both(mine, pair, problem or full)
        if run is not None:
            _drive(mine, run)


def training_warnings(mine: Session) -> None:
    """What is in the way of a training, and where to change it."""
    problem, full = mine.editor.why_not_train(), mine.workspace.full
    if full:
        st.warning(plain(full), icon=":material/inventory_2:")
        link_to("runs", "Choose one on the Runs page")
    if problem:
        st.warning(plain(problem), icon=":material/construction:", title="This network cannot be trained yet")
        link_to("build", "Fix it on the Build page", "arrow_back")


def _start(mine: Session, problem: str | None) -> None:
    run, first = mine.run, mine.beginning()
    weights = "fresh weights" if first is None else f"the weights of “{plain(first.network.name)}”"
    active = run is not None and run.active
    paused = run is not None and run.snapshot.state is State.PAUSED

    def start() -> None:
        if mine.run is run:  # the second press of a double click begins no second run
            mine.start_run()

    control(
        "Start" if run is None else "Start anew",
        "play_arrow",
        start,
        problem or ("Pause or stop the training first." if active else None),
        f"Train the network of the Build page from {weights}, as a new training run.",
        key="train/start",
        primary=not active and not paused,
    )


def _start_both(mine: Session, pair: Pair, problem: str | None) -> None:
    run = mine.run
    working = mine.workspace.active

    def start() -> None:
        if mine.run is run and not mine.workspace.active:  # the second press of a double click begins nothing more
            start_pair(mine, pair)

    names = " and ".join(f"“{plain(name)}”" for name in pair.titles)
    control(
        "Start both",
        "play_arrow",
        start,
        problem or why_not_pair(mine, pair) or ("Pause or stop the training first." if working else None),
        f"Train {names} from fresh weights, one after the other, as two runs by the same recipe and seed.",
        key="train/start/both",
        primary=not working and (run is None or run.snapshot.state is not State.PAUSED),
    )


def _drive(mine: Session, run: Run) -> None:
    """The buttons that act on a run. Their keys are the run's: a late press never acts on another."""
    active = run.active

    def key(what: str) -> str:
        return f"train/{what}/{run.created}"

    paused = not active and run.snapshot.state is State.PAUSED
    over = not active and not paused
    idle = "Nothing is running."
    if paused:
        control("Resume", "resume", run.resume, None, "Go on from exactly here.", key("resume"), primary=True)
    else:
        control("Pause", "pause", run.pause, None if active else idle, "Rest here.", key("pause"))
    why = "The run has ended: let it continue instead." if over else None if paused else "Pause first."
    control("One batch", "skip_next", run.one_batch, why, "A single step.", key("batch"))
    control("One epoch", "fast_forward", run.one_epoch, why, "To the end of the epoch.", key("epoch"))
    control(
        "Rewind",
        "replay",
        run.rewind,
        None,
        "Back to the very same weights it began with; rests there.",
        key("rewind"),
    )
    control("Stop", "stop", run.stop, idle if over else None, "End, and keep what it has learned.", key("stop"))
    if over:
        _continue(run)
    else:
        _steer(mine, run)


def _steer(mine: Session, run: Run) -> None:
    """The learning rate, to be changed while it learns."""
    with st.popover("Learning rate", icon=":material/speed:", key=f"train/steer/{run.created}"):
        key = f"train/rate/{run.created}"

        def steer() -> None:
            rate = st.session_state[key]
            run.set_learning_rate(rate)
            mine.notice = f"The learning rate is {rate:.3g} from the next step on."

        rate = run.snapshot.learning_rate or run.recipe.learning_rate
        st.number_input(
            "From the next step on",
            1e-9,
            1000.0,
            float(rate),
            run.recipe.learning_rate / 10,
            "%.6g",
            key,
            on_change=steer,
        )
        mine.show_notice()
        st.caption("A schedule keeps its shape and goes on through this rate.")


def _continue(run: Run) -> None:
    failed, key = run.snapshot.state is State.FAILED, f"train/more/{run.created}"

    def go_on() -> None:
        run.more(st.session_state[key])  # as it is when it is pressed, not when it was drawn

    with st.popover("Continue", icon=":material/add:", disabled=failed, key=f"train/continue/{run.created}"):
        st.number_input("More epochs", 1, 200, 3, key=key)
        st.button("Go on", type="primary", on_click=go_on, key=f"train/more/go/{run.created}")
