"""Accuracy over the strength of a transform, while it is measured and after."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.network.words import counted
from core.study.background import Study
from core.study.contender import LabelledImages
from core.study.robustness import STAGES, Robustness
from core.study.transforms import TRANSFORMS, Transform, trained_range
from core.ui.pages.robustness.mistakes import open_place, opened_place
from core.ui.pages.robustness.state import RobustnessState
from core.ui.shell.frame import look, plain
from core.ui.shell.session import Session
from core.ui.widgets.clicks import clicked_datum
from core.ui.widgets.downloads import chart_file, give_away, table_file
from core.ui.widgets.lesson.controls import tell
from core.ui.widgets.studies import Entrant, StudyState
from core.views.study import ranges_words, robustness_chart, robustness_rows
from core.views.wording import accuracy_text


def choose_transform(mine: Session) -> Transform:
    """A choice of what the images are changed by."""
    own = mine.state(RobustnessState)
    own.transform = st.selectbox(
        "Change the images by",
        list(TRANSFORMS),
        list(TRANSFORMS).index(own.transform),
        format_func=lambda name: TRANSFORMS[name].title,
        key="robustness/transform",
        width=280,
    )
    return TRANSFORMS[own.transform]


def curve(mine: Session, fit: Sequence[Entrant], images: LabelledImages, study: Study[Robustness]) -> None:
    """The chart, and what it says in a sentence."""
    found = study.latest
    tell(mine, "robustness", curve=found.transform.title if found is not None and study.finished else None)
    most = min(STAGES[-1], len(images.images))
    if not study.finished:
        done = 0.0 if found is None else found.done
        st.progress(done, text=f"First {counted(min(STAGES[0], most), 'image')} at each strength, then {most:,} …")
    if found is None:
        return
    numbers = [mine.state(StudyState).number(one.key) for one in fit]
    known = [(one.name, one.contender.recipe) for one in fit if one.contender and one.contender.recipe]
    ranges = {name: seen for name, recipe in known if (seen := trained_range(recipe, found.transform))}
    sentence = found.sentence()
    alt = _alternative(found)
    chance = 1 / len(images.class_names)
    place = opened_place(mine, fit, found) if study.finished else None
    opened = place and (place.entrant.name, place.strength)
    key = f"robustness/curve/{found.transform.name}"
    chart = robustness_chart(found, numbers, ranges, chance, look(), opened)
    clicked = partial(_clicked, mine, fit, found, key)
    st.vega_lite_chart(chart, key=key, on_select=clicked, selection_mode="point", alt=alt)
    st.markdown(f"**{plain(sentence)}**" if sentence else "The first points follow in a moment.")
    shaded = ranges_words(ranges, found.transform)
    neutral = found.transform.text(found.transform.neutral)
    all_there = (
        f" At {neutral} it is all {len(images.images):,}, so there it is the test accuracy."
        if most < len(images.images)
        else ""
    )
    words = (
        f"{counted(most, 'test image')} of {images.title}, the same for all networks.{all_there} Bands: 95 % confidence intervals. "
        f"Dashed: who only guesses. {shaded}"
    )
    if not study.finished:
        st.caption(plain(words))
        return
    file = f"robustness-{found.transform.name}"
    give_away("robustness", words, [chart_file(alt, words, file), table_file(robustness_rows(found), file)])


def _clicked(mine: Session, fit: Sequence[Entrant], found: Robustness, key: str) -> None:
    """Open the point that was clicked; a click that comes too late, or nonsense, is none."""
    datum = clicked_datum(key, "point")
    entrant = next((one for one in fit if one.name == datum.get("network")), None)
    strength = datum.get("strength")
    if entrant is not None and strength in found.strengths:
        open_place(mine, found.transform, entrant, float(strength))
        mine.state(RobustnessState).clicks.renew()
        mine.reveals.renew()


def _alternative(found: Robustness) -> str:
    """The chart in words: where each network begins, and how low it falls."""
    told = []
    for name in found.names:
        there = [row for row in robustness_rows(found) if row["network"] == name]
        lowest = min(there, key=lambda row: row["accuracy"], default=None)
        if lowest is not None:
            told.append(f"{name} {accuracy_text(lowest['accuracy'], lowest['images'])} at {lowest['at']}")
    return f"Accuracy over {found.transform.title.lower()}; lowest: {', '.join(told)}."
