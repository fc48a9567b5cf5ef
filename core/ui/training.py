"""The pieces of the Train page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.data import SOURCES
from core.data.datasets import Source
from core.network import Preset
from core.training import Recipe, Run, Snapshot, State
from core.ui.fields import edit_fields
from core.ui.frame import look, parameter_words, percent, plain, progress_words
from core.ui.handing_on import trained_files
from core.ui.session import Session
from core.views.charts import confusion, learning_curve

LIVE_SECONDS = 0.5


def choose_dataset(mine: Session, sources: Mapping[str, Source]) -> None:
    """Which images to learn from."""
    names = list(sources)
    mine.dataset = st.selectbox(
        "Dataset",
        names,
        names.index(mine.dataset),
        format_func=lambda name: sources[name].title,
        key="train/dataset",
        disabled=_busy(mine),
    )
    st.caption(f"{sources[mine.dataset].credit}. 60,000 images to learn from, 10,000 to be tested on.")


def choose_recipe(mine: Session, presets: Mapping[str, Preset]) -> None:
    """How to learn; where the network is a published one, its source's recipe at one click."""
    key = f"recipe/{mine.revision}"

    def apply(name: str, value: Any) -> None:
        mine.recipe = mine.recipe.with_setting(name, value)
        if name == "optimizer":
            mine.revision += 1  # the learning rate may have followed

    def complain(sentence: str) -> None:
        st.toast(sentence)

    def take(recipe: Recipe) -> None:
        mine.recipe = recipe
        mine.revision += 1

    idle = () if mine.recipe.optimizer in ("SGD", "RMSprop") else ("momentum",)
    edit_fields(mine.recipe, key, apply, complain, disabled=_busy(mine), idle=idle)
    preset = next((preset for preset in presets.values() if preset.network == mine.network), None)
    if preset is not None and preset.recipe:
        words = preset.recipe.describe()
        st.button(
            "Use the published settings",
            help=f"As its source trained it: {words}.",
            on_click=take,
            args=(preset.recipe,),
            disabled=_busy(mine),
            key="train/published",
        )


def start_and_stop(mine: Session) -> None:
    """The two buttons; one that cannot work now is disabled and says why."""
    problem = mine.why_not_train()
    with st.container(horizontal=True):
        st.button(
            "Start",
            type="primary",
            icon=":material/play_arrow:",
            on_click=mine.start_run,
            disabled=bool(problem) or _busy(mine),
            help="A training is running: stop it first." if _busy(mine) else None,
            key="train/start",
        )
        if mine.run is not None:
            st.button(
                "Stop",
                icon=":material/stop:",
                on_click=mine.run.stop,
                disabled=not _busy(mine),
                help=None if _busy(mine) else "Nothing is running.",
                key="train/stop",
            )
    if problem:
        st.warning(problem, icon=":material/construction:", title="This network cannot be trained yet")
        st.page_link("pages/build.py", label="Mend it on the Build page", icon=":material/arrow_back:")


def live_view(run: Run | None) -> None:
    """Progress, numbers, curves and the confusion matrix."""
    if run is None:
        st.info("Nothing has been trained yet. Press Start: after one epoch you will see how well it does.")
        return
    now = run.snapshot  # one snapshot for all that is drawn: the run goes on meanwhile
    what = f"{plain(run.network.name)} ({parameter_words(run.network)}) on {SOURCES[run.dataset_name].title}"
    st.progress(now.progress, text=f"{what}: {progress_words(now)}")
    if now.state is State.FAILED:
        st.error(now.message, icon=":material/error:")
    elif now.message:
        st.info(now.message)
    with st.container(horizontal=True):
        for label, value, words in _numbers(now):
            st.metric(label, value, help=words, width=130)
    accuracy, loss = st.columns(2)
    with accuracy:
        st.markdown("**Accuracy**: share of right answers")
        chart = learning_curve(now, "accuracy", look())
        st.altair_chart(chart, key="train/accuracy", alt=_curve_words(now, "accuracy"))
    with loss:
        st.markdown("**Loss**: what training makes small")
        chart = learning_curve(now, "loss", look())
        st.altair_chart(chart, key="train/loss", alt=_curve_words(now, "loss"))
    _confusions(now, SOURCES[run.dataset_name].class_names)
    if not run.active:
        trained_files(run)


def _numbers(now: Snapshot) -> list[tuple[str, str, str]]:
    """(label, value, help) of the figures above the curves."""
    tested = percent(now.test[-1].accuracy) if now.test else "–"
    speed = f"{now.images_per_second:,.0f}" if now.images_per_second else "–"
    return [
        ("Training accuracy", percent(now.train_accuracy), "On the images it learned from just now."),
        (
            "Test accuracy",
            tested,
            "On 10,000 images that it never learns from; tested before training and after each epoch.",
        ),
        ("Images per second", speed, "How many images it learns from each second."),
        ("Steps", f"{now.step:,}" if now.step else "–", "Batches that it has learned from so far."),
    ]


def _confusions(now: Snapshot, names: tuple[str, ...]) -> None:
    """The confusion matrix of the newest test; empty before the first, so that nothing jumps."""
    counts = np.zeros((len(names), len(names)), int) if now.confusion is None else now.confusion
    when = {-1.0: "not tested yet", 0.0: "before training"}.get(now.test_epoch, f"after epoch {now.test_epoch:.3g}")
    wrong = counts.sum() - counts.trace()
    st.markdown(f"**What it confuses**, {when}: the stronger the colour, the more mistakes")
    st.altair_chart(
        confusion(counts, names, look()),
        key="train/confusion",
        alt=f"Confusion matrix, {when}: {wrong:,} of {counts.sum():,} test images are answered wrongly.",
    )


def _curve_words(now: Snapshot, quantity: str) -> str:
    if not now.test:
        return f"Curve of the {quantity}; no point yet."
    first, last = getattr(now.test[0], quantity), getattr(now.test[-1], quantity)
    return f"Test {quantity} went from {first:.3f} to {last:.3f} in {now.test[-1].epoch:.1f} epochs."


def _busy(mine: Session) -> bool:
    return mine.run is not None and mine.run.active
