"""Progress, figures and curves of a run while it trains, and the findings about them."""

from __future__ import annotations

import streamlit as st

from core.data import about
from core.network.words import counted
from core.training import Point, Run, Snapshot, State
from core.training.diagnosis import Finding, diagnose
from core.ui.pages.train.controls import training_warnings
from core.ui.pages.train.evaluation import confusions, hardest, inside, samples
from core.ui.shell.frame import look
from core.ui.shell.session import Session
from core.ui.widgets.curves import axes_of, curve_chart, curve_switches
from core.ui.widgets.failures import failure
from core.ui.widgets.model_files import trained_files
from core.views.charts import learning_curve, rate_curve
from core.views.wording import duration, few_range, parameter_words, percent, plain, progress_words
from core.views.zooming import ZOOM

LIVE_SECONDS = 0.5
VIEWS = {
    "confusion": "What it confuses",
    "hardest": "Hardest mistakes",
    "samples": "Sample predictions",
    "inside": "Look inside",
}
TONES = {"good": ("check_circle", "green"), "neutral": ("info", "gray"), "warning": ("warning", "orange")}


def live_view(mine: Session) -> None:
    """Progress, figures, curves and findings of the current run, and one of four views of its evaluation."""
    run = mine.run
    with st.container(key="train/messages"):  # there is room for them from the start, so that nothing below moves
        training_warnings(mine)
        if run is not None:
            _messages(run, run.snapshot)
    if run is None:
        st.info("Nothing has been trained yet. Press Start: after one epoch you will see how well it does.")
        return
    now = run.snapshot  # one snapshot for all that is drawn: the run goes on meanwhile
    _earlier(mine, run)
    _status(run, now)
    with st.container(horizontal=True):
        for label, value, words, beside in _figures(now):
            st.metric(label, value, beside or None, "off", delta_arrow="off", help=words, width=165)
    curves(mine, now)
    _remarks(diagnose(now, run.recipe, run.network))
    view = st.segmented_control(
        "View", list(VIEWS), default="confusion", format_func=VIEWS.__getitem__, required=True, key="train/view", label_visibility="collapsed"
    )  # fmt: skip
    {"confusion": confusions, "hardest": hardest, "samples": samples, "inside": inside}[view](mine, run, now)
    with st.container(key="train/changing-rate"):
        _rates(mine, now)
    if not run.active:
        trained_files(run)


def _earlier(mine: Session, run: Run) -> None:
    """Say that these curves are not of the network in the form beside them, where that is so."""
    with st.container(key="train/earlier"):  # a place of its own: what follows stays the same elements
        if run.network != mine.editor.network:
            form = plain(mine.editor.network.name)
            st.info(
                f"These are the results of an earlier run, **{plain(run.name)}**. Press Start anew to train **{form}**, the "
                "network that is open on Build.",
                icon=":material/history:",
            )


def _status(run: Run, now: Snapshot) -> None:
    """Progress bar."""
    what = f"{plain(run.name)} ({parameter_words(run.network)}) on {plain(about(run.dataset_name).title)}"
    with st.container(key="train/progress"):
        st.progress(now.progress, text=f"{what}: {progress_words(now)}")


def _messages(run: Run, now: Snapshot) -> None:
    if now.state is State.FAILED:
        failure(now)
    elif now.message:
        st.info(plain(now.message))
    if run.problem:
        st.warning(f"This run is not kept on disk. {plain(run.problem)}")


def curves(mine: Session, now: Snapshot) -> None:
    """The learning curves of accuracy and loss, beside each other."""
    each_epoch = bool(st.session_state.get("train/each_epoch"))
    titles = {"accuracy": "**Accuracy**: share of right predictions", "loss": "**Loss**: what training makes small"}
    for column, (quantity, title) in zip(st.columns(2), titles.items()):
        with column:
            st.markdown(title)
            chart = learning_curve(now, quantity, look(), each_epoch, axes=axes_of("train", quantity))
            curve_chart(mine, chart, f"train/{quantity}", _curve_words(now, quantity))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Mean of each epoch",
            key="train/each_epoch",
            help="Training as one point an epoch, which compares fairly with the evaluation after it, or as it went from step to step.",
        )
        curve_switches(mine, "train", loss=True)
    kept = _kept(now)
    ring = "" if kept is None else f"The ring marks epoch {kept.epoch:g}, whose weights were kept. "
    st.caption(ring + ZOOM)


def _figures(now: Snapshot) -> list[tuple[str, str, str, str]]:
    """(label, value, help, what stands below the value) of the figures above the curves: the interval of an accuracy of few images."""
    speed = f"{now.images_per_second:,.0f}" if now.images_per_second else "–"
    steps = f"{now.step:,}" if now.step else "–"
    kept = "" if now.kept_epoch is None else f" With the weights of epoch {now.kept_epoch:g}, the best."
    figures = [("Training accuracy", percent(now.train_accuracy), "Mean over the images of this epoch so far.", "")]
    if now.evaluated_on == "validation":
        held = "training images" if now.shown is None else counted(now.shown.images, "training image")
        figures.append(
            (
                "Validation accuracy",
                percent(None if now.shown is None else now.shown.accuracy),
                f"On {held} that are held out; evaluated before training and after each epoch.{kept}",
                _range(now.shown),
            )
        )
    tested = now.test.accuracy if now.test is not None else None
    on = counted(now.test.images, "image") if now.test is not None else "images"
    early = now.evaluated_on == "test" and now.evaluated_epoch == 0
    when = (
        "read once, at the end" if now.evaluated_on == "validation" else "tested before training and after each epoch"
    )
    figures += [
        (
            "Test, untrained" if early else "Test accuracy",
            percent(tested),
            f"On {on} that it never learns from; {when}.{kept}",
            _range(now.test),
        ),
    ]
    if now.shown_held_out is not None:
        drawings = now.shown_held_out
        words = f"On {drawings.images:,} of your drawings that are held out: it never learns from them."
        figures.append(("Your drawings", percent(drawings.accuracy), words, _range(drawings)))
    figures += [
        (
            "Images per second",
            speed,
            "How many images it learns from each second, without the time in which it is evaluated.",
            "",
        ),
        ("Steps", steps, "Batches that it has learned from so far.", ""),
        ("Time", duration(now.seconds), "Spent on training and testing; pauses do not count.", ""),
    ]
    return figures


def _range(point: Point | None) -> str:
    return "" if point is None else few_range(point.accuracy, point.images)


def _remarks(found: tuple[Finding, ...]) -> None:
    """The findings about the curves, each with an icon for its tone."""
    with st.container(key="remarks", gap="small"):
        for remark in found:
            icon, colour = TONES[remark.tone]
            st.markdown(f":{colour}[:material/{icon}:] {plain(remark.sentence)}")


def _rates(mine: Session, now: Snapshot) -> None:
    """The learning rate as it was, where it changed."""
    points = [point for point in now.train if point.learning_rate > 0]
    rates = {point.learning_rate for point in points}
    if len(rates) < 2:
        return
    st.markdown(f"**Learning rate**: now {now.learning_rate:.3g}")
    chart = rate_curve([p.epoch for p in points], [p.learning_rate for p in points], now.epochs, look())
    words = f"The learning rate was between {min(rates):.3g} and {max(rates):.3g}; it is {now.learning_rate:.3g}."
    curve_chart(mine, chart, "train/rates", words)


def _curve_words(now: Snapshot, quantity: str) -> str:
    if not now.evaluations:
        return f"Curve of the {quantity}; no point yet."
    first, last = (getattr(point, quantity) for point in (now.evaluations[0], now.evaluations[-1]))
    words = f"{now.evaluated_on.capitalize()} {quantity}"
    words = f"{words} went from {first:.3f} to {last:.3f} in {now.evaluations[-1].epoch:.1f} epochs."
    kept = _kept(now)
    return words if kept is None else f"{words} Kept: epoch {kept.epoch:g}, with {getattr(kept, quantity):.3f}."


def _kept(now: Snapshot) -> Point | None:
    """The evaluation of the epoch whose weights were kept."""
    return now.shown if now.shown is not None and now.shown.epoch == now.kept_epoch else None
