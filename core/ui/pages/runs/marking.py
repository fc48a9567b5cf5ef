"""A run's star, tags and note."""

from __future__ import annotations

import streamlit as st

from core.store import Marks
from core.training import Run, StoreError
from core.training.records import MAX_NOTE, MAX_TAG, MAX_TAGS
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.run_exits import still_there


def marks(mine: Session, run: Run) -> None:
    """Fields for the run's tags and note, and a button for its star; they are kept with the run."""
    there = run.marks
    _field(mine, run, "tags", "Tags", MAX_TAGS * (MAX_TAG + 2), f"Up to {MAX_TAGS}, with commas between them.", 240)
    _field(mine, run, "note", "Note", MAX_NOTE, "What you want to remember about this run.", 320)

    def star() -> None:
        if run.marks.starred == there.starred:  # the second press of a double click takes nothing back
            _mark(mine, run, run.marks._replace(starred=not there.starred))

    st.button(
        "Take the star away" if there.starred else "Star",
        icon=":material/star:",
        type="primary" if there.starred else "secondary",
        key=f"runs/star/{run.created}/{there.starred}",
        on_click=star,
    )


def _field(mine: Session, run: Run, mark: str, label: str, most: int, words: str, width: int) -> None:
    """A field for one of the marks. What another window has written meanwhile stays until something is typed here."""
    shown = getattr(run.marks, mark)
    key = f"runs/{mark}/{run.created}/{hash(shown)}"

    def write() -> None:
        typed = value_if_changed(key, shown, getattr(run.marks, mark) != shown, str.strip)
        if typed is not None and typed != getattr(run.marks, mark):
            _mark(mine, run, run.marks._replace(**{mark: typed}))

    st.text_input(label, shown, max_chars=most, key=key, on_change=write, width=width, help=words)


def _mark(mine: Session, run: Run, marks: Marks) -> None:
    if not still_there(mine, run):
        return
    try:
        run.mark(marks)
    except StoreError as problem:
        mine.notice = str(problem)
