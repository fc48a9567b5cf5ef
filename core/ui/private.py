"""The private parts of Streamlit that we lean on, all in one place."""

from __future__ import annotations

import streamlit as st


def through_app() -> None:
    """Start over through app.py where a page was run without it.

    Before `st.navigation` has been called once in a process, Streamlit takes the
    folder `pages` for the old kind of multipage app: the first visitor of a
    server who opens /train directly would get that script alone, without our
    navigation, layout and style.
    """
    from streamlit.runtime.pages_manager import PagesManager

    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
