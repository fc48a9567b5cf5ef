"""Teaching: one button, and the accuracies before, meanwhile and after."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data import DIGITS, Collection, about
from core.data.drawn_datasets import is_drawn, why_not_taught
from core.training import Point, Run, Snapshot, State, StoreError, pretrained
from core.training.fine_tuning import plan, teachable
from core.ui.pages.teach.networks import OfferedNetwork, choose_network, offered_networks
from core.ui.pages.teach.state import TeachState
from core.ui.shell.frame import following, look
from core.ui.shell.session import Session
from core.ui.widgets.collections import CollectionState, complain
from core.ui.widgets.curves import curve_chart, whole_curves
from core.ui.widgets.failures import failure
from core.ui.widgets.model_view import waking
from core.views.charts import DRAWN, learning_curve
from core.views.wording import few_range, percent, plain, point_text, progress_words
from core.views.zooming import ZOOM

LIVE_SECONDS = 0.5


def teach(mine: Session, collection: Collection) -> None:
    """The button that fine-tunes a network on the collection, and its accuracies before, meanwhile and after."""
    begins = [one for one in offered_networks(mine) if teachable(one.network, one.class_names, collection)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_network("Begin with", begins, None, f"teach/begin/{mine.state(TeachState).which}")
        problem = why_not_taught(collection) or mine.workspace.full
        if chosen.run is not None and chosen.run.active:
            problem = "Pause or stop this run first."

        def start() -> None:
            _start(mine, chosen, collection)

        st.button(
            "Teach it",
            type="primary",
            icon=":material/school:",
            disabled=problem is not None,
            help=None if problem is None else plain(problem),
            on_click=start,
            key="teach/start",
        )
    st.caption(plain(problem or "There is enough to learn from."))
    same = chosen.class_names == collection.class_names
    if collection.class_names == DIGITS:
        st.caption(
            "It goes on from the weights that it has, with small steps, on your digits (each many times, shifted and "
            "turned a little) among 6,000 of MNIST, so that it does not forget those."
        )
    elif not same:
        st.caption(
            "Its last layer, which knows digits, is replaced by a fresh one with an output for each of your classes. "
            "The layers before it keep what they have learned to see: edges, line ends and curves are in your drawings too."
        )
    complain(mine)
    following(lambda: mine.run, LIVE_SECONDS, lambda: _live(mine, collection))


def _start(mine: Session, chosen: OfferedNetwork, collection: Collection) -> None:
    try:
        with waking():
            weights = _weights(chosen.run)
        made = plan(chosen.network, weights, chosen.class_names, collection)
        name = f"{made.network.name} · {collection.name}"
        mine.choose_run(mine.workspace.start(made.network, collection, made.recipe, made.begin, name))
    except StoreError as problem:
        mine.state(CollectionState).problem = str(problem)
        return
    # One that tells apart other things than digits is not what the other pages go on with unasked.
    mine.focus.subject = "run" if collection.class_names == DIGITS else None


def _weights(run: Run | None) -> list[np.ndarray]:
    if run is None:
        return pretrained("lenet5").get_weights()
    weights = run.weights()
    if weights is None:
        raise StoreError("This run has no weights to begin with. Choose another network.")
    return weights[1]


def _live(mine: Session, collection: Collection) -> None:
    run = mine.run
    if run is None or not is_drawn(run.dataset_name) or about(run.dataset_name).class_names != collection.class_names:
        return
    now = run.snapshot
    st.progress(now.progress, text=f"{plain(run.name)}: {progress_words(now)}")
    if now.state is State.FAILED:
        failure(now)
    with st.container(horizontal=True):
        for label, points, words in _before_and_after(now, collection):
            if points:
                (before, *_), (*_, newest) = points, points
                first, last = before.accuracy, newest.accuracy
                change = f"{(last - first) * 100:+.2f} points" if len(points) > 1 else None
                now_of = few_range(last, newest.images)
                change = " · ".join(one for one in (change, now_of and f"now {now_of}") if one) or None
                st.metric(label, percent(last), change, help=f"{words} Before: {point_text(before)}.", width=290)
    chart = learning_curve(now, "accuracy", look(), True, True)
    curve_chart(mine, chart, "teach/accuracy", _words(now, collection))
    whole_curves(mine, "teach/whole")
    st.caption(f"{_words(now, collection)} {ZOOM}")


def _before_and_after(now: Snapshot, collection: Collection) -> list[tuple[str, tuple[Point, ...], str]]:
    """(label, points, help) of each accuracy."""
    if collection.class_names == DIGITS:
        return [
            ("MNIST’s test images", now.evaluations, "What it could do before, and should not forget."),
            ("Your digits, held out", now.held_out, "It never learns from these."),
        ]
    return [("Your drawings, held out", now.evaluations, "It never learns from these.")]


def _words(now: Snapshot, collection: Collection) -> str:
    """The accuracies before and now as sentences."""
    found = []
    for label, points, _ in _before_and_after(now, collection):
        if points:
            (first, *_, last) = (points[0], points[-1])
            found.append(
                f"{label} ({last.images:,}): {point_text(first)} before, {point_text(last)} "
                + ("now." if now.state.active else "after.")
            )
    if collection.class_names == DIGITS and not now.held_out:
        found.append("None of your digits is held out yet: with four drawings of a digit, one is.")
    return " ".join(found) or f"Accuracy on {DRAWN}: none yet."
