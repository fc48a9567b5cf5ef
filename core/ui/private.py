"""The parts of Streamlit's inside that we lean on, all in one place."""

from __future__ import annotations

import re
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


# What was pressed may be gone after it: without this, the keyboard would have to start from the page's top.
# Elements arrive one by one, so it looks again until they are there, and for a while after.
_REVEAL = """
export default function ({ data }) {
  const { row, opened, turn } = data;
  if (!turn || window.receptiveTurn === turn) return;
  window.receptiveTurn = turn;
  const end = Date.now() + 1500;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let focused = false, shown = false;
  const look = () => {
    if (window.receptiveTurn !== turn) return;
    const button = document.querySelector(`.${row} button`);
    const part = document.querySelector(`.${opened}`);
    const active = document.activeElement;
    if (button && !active?.matches('input, textarea') && (!focused || active === document.body)) {
      button.focus({ preventScroll: true });
      focused = true;
    }
    if (part && !shown) {
      shown = true;
      setTimeout(() => part.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' }), 100);
    }
    if (Date.now() < end) setTimeout(look, 50);
  };
  look();
}
"""


@lru_cache(maxsize=1)
def _revealer():
    return st.components.v2.component("receptive_reveal", html="<span></span>", js=_REVEAL)


def bring_into_view(row: str, opened: str, turn: int) -> None:
    """When `turn` has grown, focus the first button in one container and scroll to another; both by their keys."""
    with st.container(key="unseen-reveal"):
        _revealer()(data={"row": _css_class(row), "opened": _css_class(opened), "turn": turn}, key="reveal")


def _css_class(key: str) -> str:
    """What Streamlit makes of a container's key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)
