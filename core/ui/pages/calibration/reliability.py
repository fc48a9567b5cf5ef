"""Reliability diagrams, and the calibration error in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network.words import counted
from core.study.background import Study
from core.study.calibration import Calibration, Reliability
from core.study.contender import LabelledImages
from core.ui.shell.frame import look, plain
from core.ui.shell.session import Session
from core.ui.widgets.downloads import chart_file, give_away, table_file
from core.ui.widgets.studies import Entrant, StudyState
from core.views.calibration import error_sentence, reliability_alt, reliability_chart, reliability_rows


def progress(images: LabelledImages, study: Study[Calibration]) -> None:
    """How far it is, while it goes on."""
    if study.finished:
        return
    found = study.latest
    known = 0 if found is None else len(found.comparison.indexes)
    there = len(images.images)
    words = f"Evaluated: {known:,} of {counted(there, 'test image')} of {plain(images.title)}"
    st.progress(known / there, text=words)


def diagrams(mine: Session, fit: Sequence[Entrant], images: LabelledImages, study: Study[Calibration]) -> None:
    """A diagram and a sentence for each network, which follow while it is evaluated."""
    progress(images, study)
    found = study.latest
    if found is None:
        st.caption("The first numbers follow in a moment.")
        return
    columns = st.columns(2)
    for place, (one, network) in enumerate(zip(fit, found.networks)):
        with columns[place % 2]:
            number = mine.state(StudyState).number(one.key)
            diagram(one.name, network.reliability, number, f"calibration/{one.key}", study.finished)
            st.markdown(plain(error_sentence(one.name, network)))
    st.caption(
        "A network is calibrated when its probabilities are what they say: of the images that it gives 80 %, 80 of 100 are "
        "right. Then all points lie on the dashed diagonal; below it the network is too sure, above it not sure enough. "
        "Each bar holds the predictions whose probability lies there, their number is below, and the line through each "
        "point is the 95 % confidence interval of its accuracy: where it reaches the diagonal, nothing is shown. The "
        "expected calibration error is the mean distance from the diagonal, each bar counted by its images."
    )


def diagram(name: str, found: Reliability, number: int, key: str, to_take_away: bool, title: str = "") -> None:
    """One reliability diagram under a title.

    Args:
        name: of the network.
        found: what is drawn.
        number: of the network, by which it keeps its colour.
        key: of the chart.
        to_take_away: whether it may be taken away.
        title: what else is said above it.
    """
    titled = f"{name}, {title}" if title else name
    st.markdown(f"**{plain(titled)}**")
    alt = reliability_alt(titled, found)
    st.vega_lite_chart(reliability_chart(found, number, look()), key=key, alt=alt)
    if to_take_away:
        words = f"{titled}: accuracy by probability, 95 % confidence intervals, and how many images each bar has."
        give_away(
            key, "", [chart_file(alt, words, "reliability"), table_file(reliability_rows(found), "reliability")]
        )
