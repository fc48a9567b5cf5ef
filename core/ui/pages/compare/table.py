"""What each network is and costs, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network.words import counted
from core.study.background import Study
from core.study.comparison import Comparison, recipe_line, warnings
from core.study.contender import LabelledImages
from core.ui.shell.frame import plain
from core.ui.widgets.studies import Entrant, contenders_of, works
from core.views.study import fact_words, interval_text
from core.views.wording import duration

COLUMNS = ("Parameters", "Multiply-adds", "Memory", "Last map sees")
SHORT = 10.0  # seconds, below which tenths say more


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
