"""The popovers Share, Export and Import: the network as a link, a file, a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data import SOURCES
from core.network import (
    InvalidNetwork,
    Shared,
    shared_from_json,
    to_code,
    to_json,
    to_notebook,
    to_token,
    trace,
)
from core.network.sharing import HIDEABLE
from core.training.trained import Trained
from core.ui.shell.links import link_with, take
from core.ui.shell.pages import part_words
from core.ui.shell.session import Session
from core.ui.widgets.model_files import file_stem
from core.views.diagram import FILE, network_svg
from core.views.wording import plain

if TYPE_CHECKING:
    from core.training.foreign import Foreign


def exchange(mine: Session) -> None:
    """The popovers Share, Export and Import."""
    with st.popover("Share", icon=":material/link:"):
        _share(mine)
    with st.popover("Export", icon=":material/download:"):
        _export(mine)
    with st.popover("Import", icon=":material/upload:", key=f"import/{mine.editor.widgets}/open"):  # closes after use
        _import(mine)


def _share(mine: Session) -> None:
    st.markdown("A link to this network, with its recipe and dataset.")
    hidden = st.multiselect(
        "Hide in the link, for a lesson",
        HIDEABLE,
        format_func=part_words,
        key="share/hidden",
        help="Who opens the link does not see these parts. It is no lock: they can open the app without the link.",
    )
    token = to_token(mine.editor.network, mine.editor.recipe, mine.editor.dataset, tuple(hidden))
    st.code(link_with(token), language=None, wrap_lines=True)
    st.caption("Everything is in the link itself; nothing is stored on the server.")


def _export(mine: Session) -> None:
    name = file_stem(mine.editor.network.name)
    traced = trace(mine.editor.network)
    works = traced.works and bool(traced.rows)
    files: list[tuple[str, str, str, Callable[[], str], bool]] = [
        ("Keras script", f"{name}.py", "text/x-python", lambda: to_code(mine.editor.network, mine.editor.recipe, mine.editor.dataset), works),
        ("Notebook", f"{name}.ipynb", "application/json", lambda: to_notebook(mine.editor.network, mine.editor.recipe, mine.editor.dataset), works),
        ("JSON", f"{name}.json", "application/json", lambda: to_json(mine.editor.network, mine.editor.recipe, mine.editor.dataset), True),
        ("Drawing (SVG)", f"{name}.svg", "image/svg+xml", lambda: network_svg(mine.editor.network, traced, paper=FILE), True),
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


def _import(mine: Session) -> None:
    from core.training.foreign import UnreadableModel, read_model

    st.markdown("A network as JSON, or a trained model: `.keras`, `.h5`, or weights (`.npz`) that were saved here.")
    file = st.file_uploader(
        "File",
        type=["json", "keras", "h5", "hdf5", "npz"],
        key=f"import/{mine.editor.widgets}",
        label_visibility="collapsed",
        help="A model file is read as data and never loaded, because loading one can run code.",
    )
    if file is None:
        _imported_before(mine)
        return
    try:
        if file.name.lower().endswith(".json"):
            shared = _read_json(file.getvalue())
            label, what = f"Open “{plain(shared.network.name)}”", lambda: _opened(mine, take, shared)
        else:
            foreign = read_model(file.getvalue(), file.name)
            for sentence in foreign.left_out:
                st.caption(plain(sentence))
            weights = "with its weights" if foreign.weights else "without weights"
            label = f"Open “{plain(foreign.network.name)}” {weights}"
            what = lambda: _opened(mine, _take_model, foreign)  # noqa: E731
    except (UnreadableModel, InvalidNetwork) as problem:
        st.error(str(problem))
    else:
        st.button(label, type="primary", on_click=what, key="import/open")


def _imported_before(mine: Session) -> None:
    """The models that were imported earlier, to be opened again or deleted."""
    there = mine.workspace.imported
    if there.problem:
        st.warning(there.problem)
    if not there.all:
        return
    st.markdown("**Imported before**")
    for one in there.all:
        with st.container(horizontal=True, vertical_alignment="center"):
            key = f"import/kept/{one.identity}"
            st.button(
                f"Open “{plain(one.network.name)}”", key=f"{key}/open", on_click=mine.open_imported, args=(one,)
            )
            st.button(
                "Delete", icon=":material/delete:", key=f"{key}/delete", on_click=mine.forget_imported, args=(one,)
            )


def _opened(mine: Session, take_over: Callable[[Session, Any], None], what: Shared | Foreign) -> None:
    take_over(mine, what)
    mine.notice = (
        f"Imported “{plain(mine.editor.network.name)}”. Undo brings back what you had. {mine.notice}".strip()
    )


def _read_json(content: bytes) -> Shared:
    try:
        return shared_from_json(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidNetwork("This file is not text, so it cannot be a network.") from None


def _take_model(mine: Session, foreign: Foreign) -> None:
    """Open the network in the editor and, if it fits the chosen dataset, its weights to be looked into."""
    source = SOURCES[mine.editor.dataset]
    answers = not trace(foreign.network, len(source.class_names)).problems
    if not foreign.weights:
        mine.editor.open(foreign.network)
        return
    if answers and foreign.network.input_shape == source.input_shape:
        mine.take_imported(Trained(foreign.network, foreign.weights, mine.editor.dataset))
    else:
        mine.editor.open(foreign.network)
        mine.editor.complaint = f"This network does not predict the classes of {source.title}, so it can be edited, but not be looked into."
