"""Names for the classes of an imported model whose images are not here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.data.class_lists import fitting_lists
from core.network.names import clean
from core.network.words import counted
from core.training import StoreError
from core.training.trained import Trained
from core.ui.shell.session import Session
from core.views.wording import listed, plain

MAX_NAME = 40  # characters


@dataclass
class ClassNamesState:
    """The model whose names were typed last, and why they are not taken; empty if they are."""

    identity: str = ""
    problem: str = ""


def name_classes(mine: Session, key: str) -> None:
    """A field for the names of the imported model's own classes, one a line; nothing where a dataset names them."""
    there = mine.imported
    own = None if there is None else there.own_classes
    if there is None or own is None:
        return
    field, state = f"{key}/classes/{there.identity}", mine.state(ClassNamesState)

    def typed() -> None:
        state.identity, state.problem = there.identity, _take(mine, there, st.session_state[field])

    def take(names: Sequence[str]) -> None:
        st.session_state[field] = "\n".join(names)
        typed()

    with st.popover("Class names", icon=":material/label:", key=f"{key}/classes"):
        st.text_area(
            f"One a line, all {len(own.class_names):,} in the order of its outputs",
            "\n".join(own.class_names),
            height=240,
            max_chars=(MAX_NAME + 1) * len(own.class_names),
            key=field,
            on_change=typed,
        )
        if state.problem and state.identity == there.identity:
            st.error(plain(state.problem))
        for known in fitting_lists(len(own.class_names), own.input_shape):
            st.button(
                f"Take those of {plain(known.title)}",
                help=plain(listed(known.names)),
                on_click=take,
                args=(known.names,),
                disabled=known.names == own.class_names,
                key=f"{key}/classes/{known.title}",
            )
        drawings = mine.workspace.collection("own")
        if len(drawings.class_names) == len(own.class_names) and drawings.class_names != own.class_names:
            st.button(
                f"Take those of “{plain(drawings.name)}”",
                help=f"{plain(listed(drawings.class_names))}: then your drawings on the page Teach are its test images.",
                on_click=take,
                args=(drawings.class_names,),
                key=f"{key}/classes/drawn",
            )


def _take(mine: Session, there: Trained, text: str) -> str:
    """Give the classes the names in this text; returns why that cannot be, or an empty text."""
    own = there.own_classes
    assert own is not None, "it has classes of its own"
    names = [clean(line) for line in text.strip().split("\n")]
    if len(names) != len(own.class_names):
        lines = f"there {'is' if len(names) == 1 else 'are'} {counted(len(names), 'line')}"
        return f"It tells {counted(len(own.class_names), 'class')} apart, but {lines}. Write one name a line."
    if any(not 1 <= len(name) <= MAX_NAME for name in names):
        return f"Each name needs 1 to {MAX_NAME} characters."
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        return f"Two classes are called “{twice}”. Give each a name of its own."
    try:
        mine.workspace.imported.name_classes(there, names)
    except StoreError as problem:
        return str(problem)
    return ""
