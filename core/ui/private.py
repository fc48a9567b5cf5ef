"""The parts of Streamlit's inside that we lean on, all in one place."""

from __future__ import annotations

from functools import lru_cache

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


# On a phone the sidebar lies over the page, and Streamlit leaves it open after a page was chosen in it.
_FOLD = """
export default function () {
  if (window.receptiveFolds) return;
  window.receptiveFolds = true;
  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-testid="stSidebar"] a');
    if (!link || window.innerWidth > 768) return;
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click(), 50);
  });
}
"""


@lru_cache(maxsize=1)
def _folder():
    return st.components.v2.component("receptive_fold", html="<span></span>", js=_FOLD)


def fold_on_phones() -> None:
    """Let a link in the sidebar close it where the page is narrow."""
    with st.container(key="unseen"):
        _folder()(key="fold")
