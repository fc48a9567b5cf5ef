"""The parts of Streamlit's inside that we lean on, all in one place."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache

import streamlit as st

COOKIE = "receptive"
COOKIE_DAYS = 365


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
    with st.container(key="remember"):
        _rememberer()(key="remembered", data=data)
