"""Sharing, exporting and importing: the network as a link, a file, a script."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.network import (
    InvalidNetwork,
    Shared,
    shared_from_json,
    shared_from_token,
    to_code,
    to_json,
    to_notebook,
    to_token,
    trace,
)
from core.network.sharing import HIDEABLE, MAX_TEXT
from core.ui.frame import plain
from core.ui.session import Session
from core.views.diagram import network_svg

LINK = "n"  # the query parameter that holds a token
PARTS = {
    "edit": "the editor (look, but do not change)",
    "train": "the Train page",
    "draw": "the Draw page",
    "inside": "the Look-inside pages",
}


def open_link(mine: Session) -> None:
    """Put what a link hands on into the session, once; a bad link is explained and changes nothing."""
    token = st.query_params.get(LINK)
    if token is None or token == mine.opened_link:
        return
    mine.opened_link = token
    try:
        shared = shared_from_token(token)
    except InvalidNetwork as problem:
        mine.link_problem = f"{problem} You see the network that you had, or LeNet-5."
        return
    mine.link_problem = ""
    take(mine, shared)
    mine.hidden = shared.hidden


def take(mine: Session, shared: Shared) -> None:
    """Make what was shared one's own; undo brings back what was there."""
    from core.data import SOURCES

    mine.edit(shared.network, selected=(0,), rename=False)
    if shared.recipe is not None:
        mine.recipe = shared.recipe
    if shared.dataset in SOURCES:
        mine.dataset = shared.dataset


def hand_on(mine: Session) -> None:
    """The popovers Share, Export and Import."""
    with st.popover("Share", icon=":material/link:"):
        _share(mine)
    with st.popover("Export", icon=":material/download:"):
        _export(mine)
    with st.popover("Import", icon=":material/upload:"):
        _import(mine)


def _share(mine: Session) -> None:
    st.markdown("A link to this network, with its recipe and dataset.")
    hidden = st.multiselect(
        "Hide in the link, for a lesson",
        HIDEABLE,
        format_func=PARTS.get,
        key="share/hidden",
        help="Who opens the link does not see these parts. It is no lock: they can open the app without the link.",
    )
    token = to_token(mine.network, mine.recipe, mine.dataset, tuple(hidden))
    st.code(f"{_address()}?{LINK}={token}", language=None, wrap_lines=True)
    st.caption("Everything is in the link itself; nothing is stored on the server.")


def _address() -> str:
    """The app's own address without page and query."""
    url = st.context.url or ""
    return url.split("?")[0].removesuffix("/build").rstrip("/") + "/"


def _export(mine: Session) -> None:
    name = "".join(c if c.isalnum() else "-" for c in mine.network.name.lower()).strip("-") or "network"
    traced = trace(mine.network)
    works = traced.works and bool(traced.rows)
    files: list[tuple[str, str, str, Callable[[], str], bool]] = [
        ("Keras script", f"{name}.py", "text/x-python", lambda: to_code(mine.network, mine.recipe, mine.dataset), works),
        ("Notebook", f"{name}.ipynb", "application/json", lambda: to_notebook(mine.network, mine.recipe, mine.dataset), works),
        ("JSON", f"{name}.json", "application/json", lambda: to_json(mine.network, mine.recipe, mine.dataset), True),
        ("Drawing (SVG)", f"{name}.svg", "image/svg+xml", lambda: network_svg(mine.network, traced), True),
    ]  # fmt: skip
    for label, file, kind, make, can in files:
        st.download_button(
            label,
            make if can else "",
            file,
            kind,
            on_click="ignore",
            disabled=not can,
            help=None if can else "The network cannot work yet: mend it first.",
            key=f"export/{label}",
        )


def _import(mine: Session) -> None:
    st.markdown("A network that was exported here as JSON.")
    file = st.file_uploader("File", type=["json"], key=f"import/{mine.revision}", label_visibility="collapsed")
    if file is None:
        return
    try:
        content = file.getvalue()
        if len(content) > 4 * MAX_TEXT:
            raise InvalidNetwork("This file is too large for a network.")
        shared = shared_from_json(content.decode("utf-8"))
    except UnicodeDecodeError:
        st.error("This file is not text, so it cannot be a network.")
    except InvalidNetwork as problem:
        st.error(str(problem))
    else:
        st.button(
            f"Open “{plain(shared.network.name)}”",
            type="primary",
            on_click=take,
            args=(mine, shared),
            key="import/open",
        )
