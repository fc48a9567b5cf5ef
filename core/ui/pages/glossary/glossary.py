"""The search, and the terms that it finds."""

from __future__ import annotations

import streamlit as st

from core.network.words import counted
from core.ui.pages.glossary.state import GlossaryState
from core.ui.shell.frame import plain
from core.views.glossary import found, terms

MOST_CHARACTERS = 80


def search(own: GlossaryState) -> None:
    """The field in which a word is typed."""

    def take() -> None:
        own.search = st.session_state["glossary/search"].strip()

    st.text_input(
        "Search", own.search, MOST_CHARACTERS, key="glossary/search", on_change=take, icon=":material/search:",
        placeholder="a term, or a word of its meaning; then Enter", width=420,
    )  # fmt: skip


def list_terms(own: GlossaryState) -> None:
    """The terms found, as a table."""
    known = found(own.search)
    if not known:
        st.info(f"No term and no meaning has “{plain(own.search)}”. Try fewer words, or the beginning of one.")
        return
    what = f"{len(known)} of {counted(len(terms()), 'term')}" if own.search else counted(len(terms()), "term")
    st.caption(what)
    rows = [f"| **{name}** | {meaning} |" for name, meaning in known.items()]
    st.markdown("\n".join(("| Term | Meaning |", "|---|---|", *rows)))
