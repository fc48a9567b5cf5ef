"""The same drawing, read by other networks."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data.uploads import drawing_input
from core.insight import probabilities
from core.ui.pages.draw.state import DrawState
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView, subject_of, subjects
from core.ui.widgets.prediction import prediction
from core.views.wording import plain

MOST_COMPARED = 3


def ask_others(mine: Session, subject: ModelView, image: np.ndarray | None) -> None:
    """The same drawing, read by other networks."""
    state = mine.state(DrawState)
    titles = {
        name: title
        for name, title in subjects(mine).items()
        if name not in (subject.who, subject.who.rpartition("/")[0])
    }
    state.compared = st.multiselect(  # one line, however many runs there are; its options are no Markdown
        "Ask other networks too",
        list(titles),
        [name for name in state.compared if name in titles][:MOST_COMPARED],
        format_func=titles.__getitem__,
        max_selections=MOST_COMPARED,
        placeholder=f"Choose up to {MOST_COMPARED}",
        key=f"draw/compared/{hash(tuple(titles.items()))}",
    )
    if state.compared:
        for place, name in zip(st.columns(MOST_COMPARED, gap="large"), state.compared):
            with place:
                _other(mine, name, titles[name], image)


def _other(mine: Session, name: str, title: str, image: np.ndarray | None) -> None:
    asked = subject_of(mine, name)
    if asked is None:
        st.caption(f"{plain(title)} has not learned anything yet.")
    else:
        said = None
        if image is not None:
            said = probabilities(asked.model, drawing_input(image, asked.network.input_shape))
        prediction(said, asked, label=asked.title, key=f"draw/answer/{name}")
