"""The visitor's collections of drawings: changed from the pages Teach and Draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data import DIGITS, Collection, InvalidCollection
from core.training import StoreError
from core.ui.shell.pages import link_to
from core.ui.shell.session import Session
from core.views.wording import plain


@dataclass
class CollectionState:
    """Why the last change of a collection was not possible, to be told once; empty if it was."""

    problem: str = ""


def change_collection(
    mine: Session, which: str, change: Callable[[Collection], Collection], shown: Collection | None = None
) -> bool:
    """Change a collection; a change that is not possible is explained once on the page.

    Args:
        mine: session of the collection's owner.
        which: `digits` or `own`.
        change: takes the collection as it is now, and returns it as it is to be.
        shown: the collection that the change was chosen for, where it depends on its classes.

    Returns:
        True if it was changed.
    """

    def checked(there: Collection) -> Collection:
        if shown is not None and there.class_names != shown.class_names:
            raise InvalidCollection("The classes were changed in another window. Look at them, then do this again.")
        return change(there)

    try:
        mine.workspace.collect(which, checked)
    except (InvalidCollection, StoreError) as problem:
        mine.state(CollectionState).problem = str(problem)
        return False
    return True


def complain(mine: Session) -> None:
    """Tell once why the last change of a collection was not possible."""
    if mine.state(CollectionState).problem:
        st.error(plain(mine.state(CollectionState).problem))
        mine.state(CollectionState).problem = ""


def say_what_it_is(mine: Session, image: np.ndarray | None, class_names: Sequence[str]) -> None:
    """Ten buttons to label a drawn digit, under the prediction; the drawing joins the visitor's digits.

    They are idle as long as nothing is drawn. Nothing where the network has other classes than the digits.
    """
    if tuple(class_names) != DIGITS:
        return
    there = mine.workspace.collection("digits")
    number = None if image is None else there.find(image)
    known = None if number is None else DIGITS[there.labels[number]]

    def said(label: int) -> None:
        drawn = image
        if drawn is not None:
            change_collection(mine, "digits", lambda digits: digits.added(drawn, label))

    kept = "" if known is None else f" Kept among your digits as “{known}”; you have {len(there):,}."
    st.caption(f"It should have been …{kept}")
    with st.container(horizontal=True, gap="xsmall", key="teach/say"):
        for label, name in enumerate(DIGITS):
            st.button(
                name,
                type="primary" if name == known else "secondary",
                help=f"Keep this drawing among your digits as “{name}”.",
                on_click=said,
                args=(label,),
                disabled=image is None,
                width=42,
                key=f"teach/say/{name}",
            )
    link_to("teach", "Teach the network your digits", "school")
    complain(mine)
