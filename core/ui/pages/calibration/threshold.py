"""What comes of a network that answers only where it is sure enough."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.study.background import Study
from core.study.calibration import THRESHOLDS, Answered, Calibration
from core.ui.pages.calibration.state import CalibrationState
from core.ui.shell.frame import look, percent, plain
from core.ui.shell.session import Session
from core.ui.widgets.downloads import chart_file, give_away, table_file
from core.ui.widgets.studies import Entrant, StudyState
from core.views.calibration import answered_words, coverage_chart, coverage_rows, threshold_text
from core.views.wording import accuracy_text


def choose_threshold(mine: Session) -> float:
    """A slider for the least probability that is answered with; finer near 1, where most predictions are."""
    own = mine.state(CalibrationState)
    st.markdown("**Answer only when sure**")
    own.threshold = st.select_slider(
        "Answer from this probability on",
        THRESHOLDS,
        own.threshold,
        format_func=threshold_text,
        key="calibration/threshold",
    )
    return own.threshold


def coverage(mine: Session, fit: Sequence[Entrant], study: Study[Calibration], threshold: float) -> None:
    """How many images are answered at that threshold and how many of those right; and the curve over all thresholds."""
    found = study.latest
    if found is None:
        return
    names = [one.name for one in fit]
    marked = found.at(threshold)
    rows = [{"Network": plain(name), **answered_words(one)} for name, one in zip(names, marked)]
    st.table(rows, hide_index=True, border="horizontal", alt="What each network answers at this threshold")
    curves = [one.curve for one in found.networks]
    numbers = [mine.state(StudyState).number(one.key) for one in fit]
    told = [
        f"{name} {percent(one.share)} answered, {_right(one)} right" for name, one in zip(names, marked, strict=True)
    ]
    alt = (
        f"Accuracy of the answers over the share that is answered; at {threshold_text(threshold)}: {'; '.join(told)}."
    )
    st.vega_lite_chart(coverage_chart(names, curves, marked, numbers, look()), key="calibration/coverage", alt=alt)
    words = (
        "From right to left the threshold rises: fewer images are answered, and more of the answers are right. The large "
        "marks are the chosen threshold. In brackets, and as bands: 95 % confidence intervals. A person could look at "
        "what is not answered."
    )
    if not study.finished:
        st.caption(words)
        return
    give_away(
        "calibration/coverage",
        words,
        [chart_file(alt, words, "coverage"), table_file(coverage_rows(names, curves), "coverage")],
    )


def _right(found: Answered) -> str:
    return "–" if found.accuracy is None else accuracy_text(found.accuracy, found.answered)
