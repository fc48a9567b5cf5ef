"""The predictions of a network for the test images of its dataset."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

import streamlit as st

from core.data import Dataset
from core.insight import Predictions, affordable_images, predict
from core.network.words import counted
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView

if TYPE_CHECKING:
    import keras

LIVE_MACS = 20e9

_evaluated: weakref.WeakKeyDictionary[keras.Model, tuple[object, Predictions]] = weakref.WeakKeyDictionary()
_evaluating = threading.Lock()


def evaluated_test_images(mine: Session, subject: ModelView, data: Dataset) -> Predictions:
    """The predictions for the test images, or for as many of the first as the network evaluates in a few seconds.

    They are computed once for each version of the weights; where the weights stay, once for all visitors.
    """
    there = len(data.x_test)
    number = affordable_images(subject.network, there, *([LIVE_MACS] if subject.live else []))
    which = ("" if number == there else f"the first {number:,} of ") + counted(there, "test image")
    title = subject.about.tested_on
    bar = st.progress(0.0, text=f"Evaluating {which} of {title} …")

    def compute() -> Predictions:
        def progress(share: float) -> None:
            bar.progress(share, text=f"Evaluating {which} of {title} …")

        return predict(subject.model, subject.network, data.x_test[:number], data.y_test[:number], progress)

    def shared() -> Predictions:
        with _evaluating:
            known = _evaluated.get(subject.model)
            if known is None or known[0] != (data, number):
                _evaluated[subject.model] = known = (data, number), compute()
            return known[1]

    predictions = mine.kept(
        "mistakes/evaluated",
        (subject.version, subject.network, subject.dataset, number),
        compute if subject.viewer else shared,
    )
    few = "" if number == there else ", as many as this network takes a few seconds for"
    bar.progress(1.0, text=f"Evaluated: {which} of {title}{few}")
    return predictions
