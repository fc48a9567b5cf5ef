"""The popovers Share, Export, Code and Import: the network as a link, a file, a script."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.network import (
    to_code,
    to_json,
    to_notebook,
    to_token,
    trace,
)
from core.network.sharing import HIDEABLE
from core.ui.components import component
from core.ui.pages.build.imports import importing
from core.ui.shell.links import link_with
from core.ui.shell.pages import part_words
from core.ui.shell.session import Session
from core.ui.widgets.model_files import file_stem
from core.views.diagram import FILE, network_svg


def exchange(mine: Session) -> None:
    """The popovers Share, Export, Code and Import."""
    with st.popover("Share", icon=":material/link:"):
        _share(mine)
    with st.popover("Export", icon=":material/download:"):
        _export(mine)
    with st.popover("Code", icon=":material/code:"):
        _code(mine)
    with st.popover("Import", icon=":material/upload:", key=f"import/{mine.editor.widgets}/open"):  # closes after use
        importing(mine)


def _share(mine: Session) -> None:
    st.markdown("A link to this network, with its recipe and dataset.")
    hidden = st.multiselect(
        "Hide in the link, for a lesson",
        HIDEABLE,
        format_func=part_words,
        key="share/hidden",
        help="Who opens the link does not see these parts. It is no lock: a button in the sidebar ends the lesson.",
    )
    token = to_token(mine.editor.network, mine.editor.recipe, mine.editor.dataset, tuple(hidden))
    link = link_with(token)
    st.code(link, language=None, wrap_lines=True)
    component("copy")(data={"text": link}, key="share/copy")
    st.caption("Everything is in the link itself; nothing is stored on the server.")


def _code(mine: Session) -> None:
    """The Keras script on the screen, as Export gives it as a file; with a button that copies it."""
    editor = mine.editor
    traced = trace(editor.network)
    if not (traced.works and traced.rows):
        st.caption("The network cannot work yet: fix it first.")
        return
    st.code(to_code(editor.network, editor.recipe, editor.dataset), language="python", height=420)


def _export(mine: Session) -> None:
    stem = file_stem(mine.editor.network.name)
    traced = trace(mine.editor.network)
    works = traced.works and bool(traced.rows)
    files: list[tuple[str, str, str, Callable[[], str], bool]] = [
        ("Keras script", f"{stem}.py", "text/x-python", lambda: to_code(mine.editor.network, mine.editor.recipe, mine.editor.dataset), works),
        ("Notebook", f"{stem}.ipynb", "application/json", lambda: to_notebook(mine.editor.network, mine.editor.recipe, mine.editor.dataset, f"{stem}.npz"), works),
        ("JSON", f"{stem}.json", "application/json", lambda: to_json(mine.editor.network, mine.editor.recipe, mine.editor.dataset), True),
        ("Drawing (SVG)", f"{stem}.svg", "image/svg+xml", lambda: network_svg(mine.editor.network, traced, paper=FILE), True),
    ]  # fmt: skip
    for label, file, kind, make, can in files:
        st.download_button(
            label,
            make if can else "",
            file,
            kind,
            on_click="ignore",
            disabled=not can,
            help=None if can else "The network cannot work yet: fix it first.",
            key=f"export/{label}",
        )
