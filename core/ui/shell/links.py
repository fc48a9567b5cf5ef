"""Links that hand on a network with its recipe and dataset."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES
from core.network import InvalidNetwork, Shared, shared_from_token
from core.ui.shell.pages import PAGES
from core.ui.shell.private import through_history
from core.ui.shell.session import Session

LINK = "n"  # the query parameter that holds a token


def link_with(token: str, parameter: str = LINK) -> str:
    """The app's own address, without page and query, with a token as `core.network.to_token` makes it, or another value."""
    url = st.context.url or ""
    address = url.split("?")[0].rstrip("/")
    above, _, last = address.rpartition("/")
    address = above if last in PAGES else address
    return f"{address}/?{parameter}={token}"


def open_link(mine: Session) -> None:
    """Put what a link hands on into the session, once; a bad link is explained and changes nothing.

    One that the address has held before counts only where the browser goes back to it: a request that was sent before the
    browser had heard of a newer address would undo the edit that the newer one is about.
    """
    token = st.query_params.get(LINK)
    if token is None or token == mine.opened_link or (token in mine.left_links and not through_history()):
        return
    mine.hold_link(token)
    try:
        shared = shared_from_token(token)
    except InvalidNetwork as problem:
        mine.editor.link_problem = f"{problem} You see “{mine.editor.network.name}” instead."
        return
    take(mine, shared)
    mine.hidden = shared.hidden


def take(mine: Session, shared: Shared) -> None:
    """Open a shared network in the editor, with its recipe and dataset; undo brings back network and recipe."""
    mine.editor.open(shared.network, shared.recipe)
    if shared.dataset in SOURCES:
        mine.editor.dataset = shared.dataset
