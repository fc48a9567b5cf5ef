"""Everything that depends on internals of Streamlit."""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Callable
from functools import lru_cache
from weakref import WeakKeyDictionary

import streamlit as st

from core.ui.components import component
from core.ui.shell.renewal import Renewal

COOKIE = "receptive"
COOKIE_DAYS = 365
REPEATING = "repeating"  # key in the session's state: in the run before, something was drawn again by itself


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


def press_by_keys(undo: str, redo: str) -> None:
    """Let Ctrl+Z press the button with the one key, and Ctrl+Shift+Z or Ctrl+Y that with the other, but in no field."""
    data = {"undo": css_class(undo), "redo": css_class(redo)}
    with st.container(key="unseen-keys"):
        component("keys")(data=data, key="keys")


def press_by_arrows(within: str, **buttons: str) -> None:
    """Let the arrow keys press buttons while the keyboard's focus is on one of them.

    Args:
        within: key of the container in which the focus must be.
        buttons: `left`, `right`, `up` and `down`: the keys of the buttons.
    """
    data = {"within": css_class(within), "buttons": {way: css_class(key) for way, key in buttons.items()}}
    with st.container(key="unseen-arrows"):
        component("arrows")(data=data, key="arrows")


def bring_into_view(turn: Renewal, opened: str, *, focus: str = "", drawn: str = "") -> None:
    """When `turn` was renewed, bring into view what an action has opened, and leave what was acted on where it is.

    Args:
        turn: is renewed by the action.
        opened: key of the container that comes into view.
        focus: key of the one whose first button gets the keyboard's focus; by default it stays where it is.
        drawn: class of an element in a component that comes into view too.
    """
    classes = [css_class(opened), *([drawn] if drawn else [])]
    data = {"focus": focus and css_class(focus), "opened": classes, "turn": turn.number}
    with st.container(key="unseen-reveal"):
        component("reveal")(data=data, key="reveal")


def css_class(key: str) -> str:
    """The CSS class that Streamlit derives from a container's key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)


def repeated(body: Callable[[], None], seconds: float | None) -> None:
    """Draw `body` now and, unless `seconds` is None, by itself again and again so many seconds later.

    A browser keeps large messages that it has got, says with each request which ones, and is then sent their names only.
    It forgets one after two runs that have not used it, those of `body` included: while these go on, it has often forgotten
    by the time a request is answered what it said there, and then gives the page up ("Cached ForwardMsg MISS"). Meanwhile
    all messages are sent whole; `begin_run` sees to those of the whole page.
    """

    def drawn() -> None:
        if seconds is not None:
            _send_whole()
        body()

    if seconds is not None:
        st.session_state[REPEATING] = True
    st.fragment(drawn, run_every=seconds)()


def begin_run() -> None:
    """To be called first in each run of the whole page."""
    stay_on_page()
    if st.session_state.pop(REPEATING, False):
        _send_whole()


def _send_whole() -> None:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        context.cached_message_hashes = frozenset()


@lru_cache(maxsize=1)  # once a process
def stay_on_page() -> None:
    """Let what is pressed in a fragment of a page that was just left neither turn back to that page nor blank the window.

    A fragment is run again with the page that its browser showed. Where the browser had not heard yet that another page has
    come, Streamlit announces the former one anew: the browser drops what it shows, and the next fragment has no place to
    stand in ("Bad delta path index"). What was pressed is done here with the whole of the new page; what only repeats is left.
    """
    from streamlit.runtime.app_session import AppSession

    # The page that a browser shows by what was said to it, and the one before.
    shown: WeakKeyDictionary[AppSession, tuple[str, str]] = WeakKeyDictionary()
    say, request = AppSession._enqueue_forward_msg, AppSession.request_rerun

    def said(self, msg):
        now, before = shown.get(self, ("", ""))
        kind = msg.WhichOneof("type")
        if kind == "new_session" and msg.metadata.run.fragment_ids:
            msg.new_session.page_script_hash = now or msg.new_session.page_script_hash
        elif kind in ("new_session", "navigation"):
            page = getattr(msg, kind).page_script_hash
            shown[self] = page, before if page == now else now
        say(self, msg)

    def requested(self, client_state):
        now, before = shown.get(self, ("", ""))
        if client_state is not None and client_state.fragment_id and client_state.page_script_hash == before != now:
            if client_state.is_auto_rerun:
                return
            client_state.fragment_id, client_state.page_script_hash = "", now
        request(self, client_state)

    AppSession._enqueue_forward_msg, AppSession.request_rerun = said, requested


def through_history() -> bool:
    """Whether the browser has come to its address by Back or Forward.

    Other requests may hold an address that was written over meanwhile: the browser had not heard of it when it sent them.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


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
