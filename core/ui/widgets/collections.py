"""The visitor's collections of drawings: changed from the pages Teach and Draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data import DIGITS, Collection, InvalidCollection, about
from core.training import StoreError
from core.ui.shell.pages import link_to
from core.ui.shell.session import Session


@dataclass
class CollectionState:
    """What was wrong with the last change of a collection, to be told once; empty if nothing."""

    problem: str = ""


def change_collection(mine: Session, which: str, change: Callable[[Collection], Collection]) -> bool:
    """Change a collection; what cannot be is said once on the page. Whether it was changed."""
    try:
        mine.workspace.collect(which, change)
    except (InvalidCollection, StoreError) as problem:
        mine.state(CollectionState).problem = str(problem)
        return False
    return True


def complain(mine: Session) -> None:
    """Say once what was wrong with the last change of a collection."""
    if mine.state(CollectionState).problem:
        st.error(mine.state(CollectionState).problem)
        mine.state(CollectionState).problem = ""


def say_what_it_is(mine: Session, image: np.ndarray | None) -> None:
    """Under an answer to a drawn digit: what it should have been. The drawing joins the visitor's digits."""
    dataset = {"run": mine.run and mine.run.dataset_name, "imported": mine.imported and mine.imported.dataset}
    if image is None or about(dataset.get(mine.focus.subject) or "mnist").class_names != DIGITS:
        return
    there = mine.workspace.collection("digits")
    number = there.find(image)
    known = None if number is None else DIGITS[there.labels[number]]

    def said(label: int) -> None:
        change_collection(mine, "digits", lambda digits: digits.added(image, label))

    st.caption("It should have been …")
    with st.container(horizontal=True, gap="xsmall", key="teach/say"):
        for label, name in enumerate(DIGITS):
            st.button(
                name,
                type="primary" if name == known else "secondary",
                help=f"Keep this drawing among your digits as “{name}”.",
                on_click=said,
                args=(label,),
                width=42,
                key=f"teach/say/{name}",
            )
    complain(mine)
    if known is not None:
        st.caption(f"Kept among your digits as “{known}”; you have {len(there):,}.")
        link_to("teach", "Teach the network your digits", "school")
