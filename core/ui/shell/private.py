"""Everything that depends on internals of Streamlit."""

from __future__ import annotations

import re
import secrets
import sys

import streamlit as st

from core.ui.components import component
from core.ui.shell.renewal import Renewal

COOKIE = "receptive"
COOKIE_DAYS = 365


def through_app() -> None:
    """Start over through app.py where a page was run without it.

    Before `st.navigation` has been called once in a process, Streamlit takes the
    folder `pages` for the old kind of multipage app: the first visitors of a
    server who open /train directly would get that script alone, without our
    navigation, layout and style. They may be thirty at once, so what is asked is
    how this very run came about; what holds for the process may have changed since.
    """
    from streamlit.runtime.pages_manager import PagesManager

    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "_mpa_v1":
        frame = frame.f_back
    if frame is not None:
        PagesManager.uses_pages_directory = False
        st.rerun()


def fold_on_phones() -> None:
    """Let a link in the sidebar close it where the page is narrow."""
    with st.container(key="unseen"):
        component("fold")(key="fold")


def fit_canvases() -> None:
    """Let canvases take the width of a phone, and keep their undo in sight where nothing can hover."""
    with st.container(key="unseen-canvas"):
        component("canvas")(key="canvases")


def bring_into_view(row: str, opened: str, turn: Renewal) -> None:
    """When `turn` was renewed, focus the first button in one container and scroll to another; both by their keys."""
    data = {"row": _css_class(row), "opened": _css_class(opened), "turn": turn.number}
    with st.container(key="unseen-reveal"):
        component("reveal")(data=data, key="reveal")


def _css_class(key: str) -> str:
    """The CSS class that Streamlit derives from a container's key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)


def visitor() -> str:
    """This visitor's secret: from their cookie, or a new one that `remember` will give them.

    It is never in a link, which people hand on.
    """
    known = str(st.context.cookies.get(COOKIE, ""))
    return known if re.fullmatch(r"[A-Za-z0-9_-]{43}", known, re.ASCII) else secrets.token_urlsafe(32)


def remember(token: str) -> None:
    """Let the visitor's browser keep the secret; where another window has set one meanwhile, that one stays."""
    data = {"name": COOKIE, "value": token, "seconds": COOKIE_DAYS * 86_400}
    with st.container(key="unseen-remember"):
        component("remember")(key="remembered", data=data)
