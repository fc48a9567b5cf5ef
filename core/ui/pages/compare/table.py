"""What each network is and costs, how good it is, and how it learned."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network.words import counted
from core.study.background import Study
from core.study.comparison import Comparison, recipe_line, warnings
from core.study.contender import LabelledImages
from core.study.ledger import as_curves
from core.ui.shell.frame import look, plain
from core.ui.shell.session import Session
from core.ui.widgets.curves import BAND, axes_of, curve_chart, curve_switches, ends_of, seeds_as_one
from core.ui.widgets.studies import Entrant, StudyState, contenders_of, works
from core.views.charts import compared
from core.views.study import fact_words, interval_text
from core.views.wording import duration
from core.views.zooming import ZOOM

UNITS = {"epoch": "by epoch", "second": "by second"}
COLUMNS = ("Parameters", "Multiply-adds", "Memory", "Last map sees")
SHORT = 10.0  # seconds, below which tenths say more
AS_ONE = "compare/as_one"  # key of the switch


def table(
    entrants: Sequence[Entrant],
    fit: Sequence[Entrant],
    images: LabelledImages | None,
    study: Study[Comparison] | None,
) -> None:
    """One row a network; accuracies follow while they are measured."""
    found = study.latest if study is not None else None
    if images is not None and study is not None and not study.finished:
        there = len(images.images)
        known = 0 if found is None else len(found.indexes)
        share = 0.0 if found is None else found.done
        st.progress(share, text=f"Evaluated: {known:,} of {counted(there, 'test image')} of {plain(images.title)}")
    scores = {} if found is None else {one.key: score for one, score in zip(fit, found.scores)}
    times = {} if found is None else dict(zip([one.key for one in fit], found.seconds))
    rows = []
    for one in entrants:
        costs = fact_words(one.network) if works(one.network) else {column: "–" for column in COLUMNS}
        accuracy = interval_text(scores[one.key]) if one.key in scores else "–"
        rows.append(
            {
                "Network": plain(one.name),
                "Test accuracy": accuracy,
                **costs,
                "An epoch": _epoch_words(one),
                "One image": f"{times[one.key] * 1000:.2f} ms" if one.key in times else "–",
                "Where it is from": plain(one.origin),
            }
        )
    with st.container(key="compare-table"):
        st.table(rows, hide_index=True, border="horizontal", alt="Networks compared: accuracy, size and cost of each")
    if images is not None:
        st.caption(
            f"On {counted(len(images.images), 'test image')} of {plain(images.title)}. In brackets: the true accuracy lies in "
            "this range in 95 of 100 such tests (Wilson’s interval). Memory: weights, and all layers’ outputs for one "
            "image. The last map sees so much of the image from each of its places. An epoch: on average, of your runs. One image: "
            "its prediction, measured just now on this server, one network after another."
        )


def _epoch_words(entrant: Entrant) -> str:
    """How long an epoch of this run takes on average; a dash where that is not known."""
    seconds = None if entrant.run is None else entrant.run.snapshot.seconds_an_epoch
    if seconds is None:
        return "–"
    return f"{seconds:.1f} s" if seconds < SHORT else duration(seconds)


def fairness(fit: Sequence[Entrant], images: LabelledImages) -> None:
    """Whether they learned by the same recipe, and what makes the comparison less fair than it looks."""
    contenders = contenders_of(fit)
    if len(contenders) > 1:
        st.markdown(plain(recipe_line(contenders)))
    for sentence in warnings(contenders, images):
        st.caption(f":material/info: {plain(sentence)}")


def curve_controls(mine: Session, entrants: Sequence[Entrant]) -> None:
    """What the chart of curves shows; nothing where there are no curves."""
    if not any(_curved(one) for one in entrants):
        return
    st.markdown("**Learning curves**")
    with st.container(horizontal=True, vertical_alignment="center"):
        quantity = st.segmented_control(
            "Curve", ["accuracy", "loss"], default="accuracy", required=True, key="compare/curve", label_visibility="collapsed"
        )  # fmt: skip
        st.segmented_control(
            "Time", list(UNITS), default="epoch", required=True, format_func=UNITS.__getitem__, key="compare/unit",
            label_visibility="collapsed",
        )  # fmt: skip
        st.toggle("Training curves too", key="compare/training")
        if st.session_state.get("compare/unit") != "second":  # by the second, each seed takes its own time
            seeds_as_one(AS_ONE, [one.run for one in entrants if one.run is not None and _curved(one)])
        curve_switches(mine, "compare", quantity == "loss")


def curves(mine: Session, entrants: Sequence[Entrant]) -> None:
    """The curves of the runs among them in one chart."""
    with_curves = [one for one in entrants if _curved(one)]
    if not with_curves:
        return
    chosen = st.session_state
    quantity, by_second = chosen.get("compare/curve", "accuracy"), chosen.get("compare/unit") == "second"
    by_run = {one.run: one for one in with_curves if one.run is not None}
    titles = {run: one.name for run, one in by_run.items()}
    drawn = as_curves(list(by_run), titles, not by_second and bool(chosen.get(AS_ONE)))
    named = [(titles[run], run.snapshot) for run in drawn.alone]
    numbers = [mine.state(StudyState).number(by_run[run].key) for run in drawn.first]
    training = bool(chosen.get("compare/training"))
    ends = ends_of(named, drawn.bands, quantity)
    curve_chart(
        mine,
        compared(
            named,
            quantity,
            training,
            look(),
            numbers,
            axes_of("compare", quantity),
            by_second,
            groups=[(name, [run.snapshot for run in group]) for name, group in drawn.bands],
        ),
        "compare/curves",
        f"{quantity.capitalize()} over {'seconds' if by_second else 'epochs'}; at the end: {', '.join(ends)}.",
    )
    if drawn.bands:
        st.caption(BAND)
    pace = " Each epoch counts as long as a run’s epochs took on average." if by_second else ""
    st.caption(f"Dashed: images that the run does not learn from.{pace} {ZOOM}")


def _curved(entrant: Entrant) -> bool:
    return entrant.run is not None and bool(entrant.run.snapshot.evaluations)
