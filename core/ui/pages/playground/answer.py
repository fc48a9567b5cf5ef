"""The answer of the network to the input, and how its training goes."""

from __future__ import annotations

import streamlit as st

from core.insight import verdict
from core.network.words import counted
from core.training import Snapshot, State, card
from core.training.diagnosis import diagnose
from core.ui.pages.playground.on_stage import run_on_stage, shipped_name
from core.ui.pages.playground.state import PlaygroundState
from core.ui.pages.playground.subject import Seen, begin_words
from core.ui.shell.frame import certainty, look
from core.ui.shell.session import Session
from core.ui.widgets.curves import curve_chart
from core.ui.widgets.input_image import InputImage
from core.views.charts import MOST_BARS, compact, learning_curve, probability_bars
from core.views.wording import few_range, percent, plain
from core.views.zooming import ZOOM

BAR_PX = 15  # of a class
CURVE_PX = 84
EMPTY = Snapshot(State.QUEUED)  # as long as nothing has been trained


def answer(mine: Session, shown: Seen, picture: InputImage) -> None:
    """In one line: what the network says, and whether it is sure; and that its training has failed, where it has."""
    run = run_on_stage(mine)
    failed = " · **its training has failed**" if run is not None and run.snapshot.state is State.FAILED else ""
    mine.state(PlaygroundState).answered = shown
    with st.container(key="playground-said"):
        if shown.said is None and shown.asleep:
            st.markdown(f"**No answer yet**: TensorFlow is waking up{failed}")
            return
        if shown.said is None:
            why = (
                shown.problem
                or f"it does not end with one number for each of the {counted(len(shown.class_names), 'class')}."
            )
            st.markdown(f"**No answer**: {plain(why)}{failed}")
            return
        names = shown.class_names
        found = verdict(shown.said, shown.sure_from)
        sure = "sure" if found.sure else "not sure"
        right = f" · {plain(shown.learned)}" if shown.learned else ""
        if picture.label is not None and not shown.learned:
            wrong = f" · wrong: it is “{plain(names[picture.label])}”"
            right = " · right" if picture.label == found.label else wrong
        st.markdown(f"**{plain(names[found.label])}** · {certainty(found.probability)}, {sure}{right}{failed}")


def bars(shown: Seen) -> None:
    """The probability of each class; without an answer, no bars yet."""
    said, names = shown.said, shown.class_names
    words = "No answer yet."
    if said is not None:
        best = int(said.argmax())
        words = f"Probability of each class; the highest is {names[best]} with {certainty(float(said[best]))}."
    chart = probability_bars(said, names, look(), room=1.7)
    st.vega_lite_chart(chart | {"height": BAR_PX * min(len(names), MOST_BARS)}, key="playground/bars", alt=words)


def aside(mine: Session, shown: Seen) -> None:
    """The ten bars, test accuracy, the curves, and one sentence about them."""
    said = mine.state(PlaygroundState).answered
    bars(shown if said is None else said)  # those of the answer above: both change at one moment
    run = run_on_stage(mine)
    with st.container(key="playground-progress", gap="small"):
        now = None if run is None else run.snapshot
        tested = _shipped_accuracy(mine) if now is None else now.evaluated_accuracy
        evaluated = None if now is None else now.evaluated
        ends = "" if evaluated is None else few_range(evaluated.accuracy, evaluated.images)
        beside = f"<small>({ends})</small>" if ends else ""
        trained = None if now is None else now.train_accuracy
        kind = "Test" if now is None or now.evaluated_on == "test" else "Validation"
        st.html(
            '<div class="playground-figures large">'
            f"<div><span>{kind} accuracy</span><strong>{percent(tested)}</strong>{beside}</div>"
            f"<div><span>Training</span><strong>{percent(trained)}</strong></div></div>"
        )
        for quantity, title in (("loss", "Loss"), ("accuracy", "Accuracy")):
            st.caption(f"**{title}**: — training, - - {kind.lower()}", help=ZOOM)
            with st.container(key=f"playground-curve-{quantity}"):  # as high as the window has room for
                _curve(mine, now, quantity)
        remark = begin_words(mine)
        if run is not None and now is not None:
            found = diagnose(now, run.recipe, run.network)
            remark = now.message or (found[0].sentence if found else "")
        st.caption(plain(remark) or "–")


def _shipped_accuracy(mine: Session) -> float | None:
    """On the test images, 0…1, of the weights that come trained where those are on the stage."""
    name = None if mine.beginning() else shipped_name(mine.editor.network, mine.editor.dataset)
    return None if name is None else card(name).test_accuracy


def _curve(mine: Session, now: Snapshot | None, quantity: str) -> None:
    if now is None:
        now = EMPTY
    chart = learning_curve(now, quantity, look(), before=True)  # who is new here sees it fall, and rise
    points = len(now.train)
    words = (
        f"Curve of the {quantity}; {counted(points, 'point')} so far."
        if points
        else f"Curve of the {quantity}; no point yet."
    )
    curve_chart(mine, compact(chart, CURVE_PX), f"playground/{quantity}", words, height="stretch")
