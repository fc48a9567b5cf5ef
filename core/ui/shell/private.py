"""Everything that depends on internals of Streamlit."""

from __future__ import annotations

import re
import secrets
import sys
from functools import lru_cache

import streamlit as st

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
# Elements arrive one by one, and a popover that closes takes the focus with it: so it looks again until the page has
# been at rest for a while, or until the visitor does something.
_REVEAL = """
export default function ({ data }) {
  const { row, opened, turn } = data;
  if (!turn || window.receptiveTurn === turn) return;
  window.receptiveTurn = turn;
  const rest = 1500, most = 15000, start = Date.now();
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let busy = start, acted = false, shown = false;
  const act = (event) => {
    if (!event.isTrusted) return;
    acted = true;
    ['keydown', 'pointerdown'].forEach((kind) => removeEventListener(kind, act, true));
  };
  ['keydown', 'pointerdown'].forEach((kind) => addEventListener(kind, act, true));
  const look = () => {
    if (window.receptiveTurn !== turn) return;
    const now = Date.now();
    if (document.querySelector('[data-test-script-state="running"]')) busy = now;
    const button = document.querySelector(`.${row} button`);
    const part = document.querySelector(`.${opened}`);
    const active = document.activeElement;
    if (button && !acted && active !== button && !active?.matches('input, textarea')) {
      button.focus({ preventScroll: true });
    }
    if (part && !shown) {
      shown = true;
      setTimeout(() => part.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' }), 100);
    }
    if ((!acted || !shown) && now < busy + rest && now < start + most) setTimeout(look, 50);
    else act({ isTrusted: true });
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
    """The CSS class that Streamlit derives from a container's key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key)


# A visitor is known again by a secret in a cookie: never by anything in a link, which people hand on.
_REMEMBER = """
export default function ({ data }) {
  const found = document.cookie.split('; ').find((part) => part.startsWith(data.name + '='));
  if (found && found !== data.name + '=' + data.value) return;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${data.name}=${data.value}; Max-Age=${data.seconds}; Path=/; SameSite=Lax${secure}`;
}
"""


@lru_cache(maxsize=1)
def _rememberer():
    return st.components.v2.component("receptive_remember", html="<span></span>", js=_REMEMBER)


def visitor() -> str:
    """This visitor's secret: from their cookie, or a new one that `remember` will give them."""
    known = str(st.context.cookies.get(COOKIE, ""))
    return known if re.fullmatch(r"[A-Za-z0-9_-]{43}", known, re.ASCII) else secrets.token_urlsafe(32)


def remember(token: str) -> None:
    """Let the visitor's browser keep the secret; where another window has set one meanwhile, that one stays."""
    data = {"name": COOKIE, "value": token, "seconds": COOKIE_DAYS * 86_400}
    with st.container(key="unseen-remember"):
        _rememberer()(key="remembered", data=data)
