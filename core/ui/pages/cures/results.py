"""What the runs do while they train, and what has come of them."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.data import load
from core.study.background import Study
from core.study.contender import of_run
from core.study.over_fitting import Ended, Outcome, outcomes, reading
from core.training import State
from core.training.series import Series
from core.ui.pages.cures.state import CuresState
from core.ui.shell.frame import look, plain, refreshing
from core.ui.shell.session import Session
from core.ui.widgets.curves import axes_of, curve_chart, curve_switches
from core.ui.widgets.downloads import chart_file, give_away, table_file
from core.ui.widgets.series import followed_series
from core.ui.widgets.studies import studied
from core.views.over_fitting import cures_chart, curves_alt, gap_alt, gap_chart, gap_rows, outcome_words
from core.views.zooming import ZOOM

SECONDS = 1.0  # between two drawings
ENDED = (State.FINISHED, State.STOPPED)
HIGHLIGHT_ALL = "All"


def results(mine: Session, series: Series) -> None:
    """All that there is of a series, which follows while it goes on."""
    followed_series(series, "cures")
    curve_controls(mine, series)
    refreshing(lambda: None, series.going, SECONDS, lambda: curves(mine, series))
    study = measured(mine, series)
    if study is not None:
        refreshing(lambda: study.going, study.going, SECONDS, lambda: outcome(series, study))


def curve_controls(mine: Session, series: Series) -> None:
    """What the chart of curves shows, and which run stands out."""
    own = mine.state(CuresState)
    titles = [plan.title for plan in series.plans]
    st.markdown("**Curves**")
    with st.container(horizontal=True, vertical_alignment="center"):
        quantity = st.segmented_control(
            "Curve", ["accuracy", "loss"], default="accuracy", required=True, key="cures/curve", label_visibility="collapsed"
        )  # fmt: skip
        options = [HIGHLIGHT_ALL, *titles]
        shown = own.chosen if own.chosen in titles else HIGHLIGHT_ALL
        chosen = st.selectbox(
            "Stands out", options, options.index(shown), key=f"cures/chosen/{hash(tuple(titles))}", width=220
        )
        own.chosen = None if chosen == HIGHLIGHT_ALL else chosen
        curve_switches(mine, "cures", quantity == "loss")


def curves(mine: Session, series: Series) -> None:
    """The curves of all runs in one chart."""
    titles = {plan.key: plan.title for plan in series.plans}
    numbers = {plan.key: number for number, plan in enumerate(series.plans)}
    runs = series.runs
    quantity = st.session_state.get("cures/curve", "accuracy")
    named = [(titles[key], run.snapshot) for key, run in runs.items()]
    shown = [numbers[key] for key in runs]
    chart = cures_chart(named, quantity, mine.state(CuresState).chosen, shown, look(), axes_of("cures", quantity))
    curve_chart(mine, chart, "cures/curves", curves_alt(named, quantity))
    st.caption(
        "Solid: images that are not learned from, the test images; for early stopping those that it keeps apart. Dashed: "
        "training images, the mean over each epoch, with dropout and augmentation as they are learned from. Where the two "
        f"move apart, a network learns its images by heart. Move over a point and its run stands out. "
        f"{'What lies low in the first fifth of the epochs is cut off. ' if quantity == 'accuracy' else ''}{ZOOM}"
    )


def measured(mine: Session, series: Series) -> Study[tuple[Outcome, ...]] | None:
    """What has come of the runs that have ended, measured in the background; None before the first."""
    plans = {plan.key: plan for plan in series.plans}
    ended = {key: run for key, run in series.runs.items() if run.snapshot.state in ENDED and not run.active}
    if not ended:
        return None

    def steps() -> Iterator[tuple[Outcome, ...]]:
        found = [(key, run, of_run(run)) for key, run in ended.items()]
        return outcomes(
            [Ended(plans[key], one, run.snapshot) for key, run, one in found if one], load(series.dataset)
        )

    key = tuple((key, run.created, run.life, run.snapshot.epoch, run.snapshot.state) for key, run in ended.items())
    return studied(mine, "cures", key, steps)


def outcome(series: Series, study: Study[tuple[Outcome, ...]]) -> None:
    """Accuracies at the end in a chart, a table and a sentence."""
    found = study.latest or ()
    if not found:
        st.caption("What came of the first run is being measured.")
        return
    st.markdown("**What has come of it**")
    said = reading(found)
    if said:
        st.markdown(plain(said))
    alt = gap_alt(found)
    st.vega_lite_chart(gap_chart(found, [plan.title for plan in series.plans], look()), key="cures/gaps", alt=alt)
    rows = [{"Run": one.title, **outcome_words(one)} for one in found]
    st.table(rows, hide_index=True, border="horizontal", alt="Accuracy of each run at its end, and the gap")
    words = (
        "The gap is how much better a network is on the images that it learned from: over-fitting, in percentage points. Both are "
        "measured with the weights that each run kept, without dropout and augmentation. Lines and brackets: 95 % confidence "
        "intervals, of these very weights; with another seed they would be others. Where two intervals overlap, no difference is "
        "claimed."
    )
    if not study.finished or series.going:
        st.caption(words)
        return
    give_away("cures", words, [chart_file(alt, words, "over-fitting"), table_file(gap_rows(found), "over-fitting")])
