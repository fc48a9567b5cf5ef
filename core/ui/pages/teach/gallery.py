"""The drawings of a collection: relabelled, deleted, exported, imported."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.data import DIGITS, Collection, InvalidCollection
from core.data.collection import MAX_FILE
from core.network.words import counted
from core.ui.pages.teach.state import TeachState
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.collections import change_collection
from core.ui.widgets.galleries import clickable_gallery
from core.ui.widgets.model_files import file_stem
from core.views.images import INK_SCALE, Tile
from core.views.wording import plain

FIRST = 18  # drawings that are shown at once
CELL = 2
GALLERY_HEIGHT = 230


def drawings(mine: Session, collection: Collection) -> None:
    """A gallery of all drawings; a click on one opens controls to relabel or delete it."""
    state = mine.state(TeachState)
    with st.container(horizontal=True, vertical_alignment="center"):
        noun = "drawing" if len(collection) == 1 else "drawings"
        st.markdown(f"**{len(collection):,} {noun}**, the newest first", width="content")
        _export(mine, collection)
        _import(mine, collection)
        _delete_all(mine, collection)
        numbers = list(range(len(collection)))[::-1]
        if len(numbers) > FIRST and not st.toggle(f"Show all {len(numbers):,}", key="teach/all"):
            numbers = numbers[:FIRST]
    names, identities = collection.class_names, collection.identities
    tiles = []
    for number in numbers:
        apart = "\nheld out" if collection.kept_apart[number] else ""
        name = names[collection.labels[number]]
        words = f"drawing {number + 1:,}, “{name}”" + (", held out for the test" if apart else "")
        tiles.append(Tile(collection.images[number][..., 0] / 255, f"{name}{apart}", words))

    def choose(identity: int) -> None:
        state.opened = None if identity == state.opened else identity

    shown = [identities[number] for number in numbers]
    with st.container(height=GALLERY_HEIGHT, border=False):  # nothing below moves with each drawing that is kept
        if not tiles:
            st.caption("None yet.")
        else:
            clickable_gallery(tiles, shown, state.opened, INK_SCALE, CELL, f"teach/gallery/{state.which}", choose)
    with st.container(key="reserved-chosen"):
        if state.opened is not None and state.opened in identities:
            _chosen(mine, collection, state.opened)
        else:
            st.caption("Click a drawing to change or delete it.")
    st.caption(
        "Every fourth drawing of a class is held out: no network learns from it, so how it is predicted is an honest "
        "test. What is kept is the 28×28 image, not your strokes; nobody but you sees it."
    )


def _chosen(mine: Session, collection: Collection, opened: int) -> None:
    state = mine.state(TeachState)
    number = collection.identities.index(opened)
    names, which = collection.class_names, state.which
    image = collection.images[number] / 255  # its number may be another one by then

    def delete() -> None:
        state.opened = None
        change_collection(mine, which, lambda there: there.removed(there.number_of(image)))

    known = int(collection.labels[number])
    key = f"teach/label/{which}/{opened}/{known}/{hash(names)}"

    def relabel() -> None:
        label = value_if_changed(key, known)
        if label is not None:
            change_collection(mine, which, lambda there: there.relabelled(there.number_of(image), label), collection)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            f"Drawing {number + 1:,} is",
            range(len(names)),
            known,
            format_func=names.__getitem__,
            key=key,
            on_change=relabel,
            width=200,
        )
        st.button("Delete it", icon=":material/delete:", on_click=delete, key=f"teach/delete/{which}/{opened}")


def _delete_all(mine: Session, collection: Collection) -> None:
    state = mine.state(TeachState)
    which = state.which

    def delete() -> None:
        state.opened = None
        change_collection(mine, which, lambda there: there.without_drawings())

    which_ones = "the only drawing" if len(collection) == 1 else f"all {counted(len(collection), 'drawing')}"
    with st.popover(
        "Delete all",
        icon=":material/delete:",
        disabled=not len(collection),
        key=f"teach/all/{state.which}/{not len(collection)}",
    ):
        st.markdown(
            f"Delete {which_ones}? A run that learned from drawings keeps its own copies until you delete that run."
        )
        st.button("Delete them", type="primary", on_click=delete, key="teach/all/yes")


def _export(mine: Session, collection: Collection) -> None:
    st.download_button(
        "Export",
        collection.to_bytes,
        f"{file_stem(collection.name)}.npz",
        on_click="ignore",
        icon=":material/download:",
        disabled=not len(collection),
        help="Images, labels and class names as NumPy arrays; it can be imported here again.",
        key="teach/export",
    )


def _import(mine: Session, collection: Collection) -> None:
    which = mine.state(TeachState).which
    with st.popover("Import", icon=":material/upload:", key=f"teach/import/{which}/{collection.fingerprint}"):
        file = st.file_uploader(
            "A collection that was exported here", ["npz"], key=f"teach/file/{which}/{collection.fingerprint}"
        )
        if file is None:
            return
        try:
            if file.size > MAX_FILE:
                raise InvalidCollection("This file is larger than any collection.")
            found = Collection.from_bytes(file.getvalue())
            if which == "digits" and found.class_names != DIGITS:
                raise InvalidCollection("Its classes are not the ten digits. Import it under “My own classes”.")
        except InvalidCollection as problem:
            st.error(plain(str(problem)))
            return

        def change(edit: Callable[[Collection], Collection]) -> None:
            change_collection(mine, which, edit)

        st.caption(plain(f"{found.name}: {counted(len(found), 'drawing')} of {', '.join(found.class_names)}."))
        if found.class_names == collection.class_names:
            st.button(
                "Add them to mine",
                type="primary",
                on_click=change,
                args=(lambda there: there.joined(found),),
                key="teach/import/add",
            )
        st.button(
            "Replace mine by them",
            on_click=change,
            args=(lambda _: found,),
            key="teach/import/replace",
        )
