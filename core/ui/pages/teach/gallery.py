"""The drawings of a collection: relabelled, deleted, exported, imported."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.data import DIGITS, Collection, InvalidCollection
from core.data.collection import MAX_FILE
from core.ui.pages.teach.state import TeachState
from core.ui.shell.session import Session
from core.ui.widgets.collections import change_collection
from core.ui.widgets.galleries import clickable_gallery
from core.ui.widgets.model_files import file_stem
from core.views.images import INK_SCALE, Tile
from core.views.wording import plain

FIRST = 18  # drawings that are shown at once
CELL = 2


def drawings(mine: Session, collection: Collection) -> None:
    """A gallery of all drawings; a click on one opens controls to relabel or delete it."""
    state = mine.state(TeachState)
    with st.container(horizontal=True, vertical_alignment="center"):
        noun = "drawing" if len(collection) == 1 else "drawings"
        st.markdown(f"**{len(collection):,} {noun}**, the newest first", width="content")
        _export(mine, collection)
        _import(mine, collection)
        _delete_all(mine, collection)
    if not len(collection):
        st.caption("None yet.")
        return
    numbers = list(range(len(collection)))[::-1]
    if len(numbers) > FIRST and not st.toggle(f"Show all {len(numbers):,}", key="teach/all"):
        numbers = numbers[:FIRST]
    names = collection.class_names
    tiles = []
    for number in numbers:
        apart = "\nheld out" if collection.kept_apart[number] else ""
        name = names[collection.labels[number]]
        words = f"drawing {number + 1:,}, “{name}”" + (", held out for the test" if apart else "")
        tiles.append(Tile(collection.images[number][..., 0] / 255, f"{name}{apart}", words))

    def choose(number: int) -> None:
        state.opened = None if number == state.opened else number

    clickable_gallery(tiles, numbers, state.opened, INK_SCALE, CELL, f"teach/gallery/{state.which}", choose)
    st.caption(
        "Every fourth drawing of a class is held out: no network learns from it, so how it is predicted is an honest "
        "test. Click a drawing to change or delete it. What is kept is the 28×28 image, not your strokes; nobody but "
        "you sees it."
    )
    _chosen(mine, collection)


def _chosen(mine: Session, collection: Collection) -> None:
    state = mine.state(TeachState)
    number = state.opened
    if number is None or number >= len(collection):
        return
    names, which = collection.class_names, state.which
    image = collection.images[number] / 255  # its number may be another one by then

    def delete() -> None:
        state.opened = None
        change_collection(mine, which, lambda there: there.removed(there.number_of(image)))

    key = f"teach/label/{which}/{number}/{collection.fingerprint}"

    def relabel() -> None:
        label = st.session_state[key]
        change_collection(mine, which, lambda there: there.relabelled(there.number_of(image), label), collection)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            f"Drawing {number + 1:,} is",
            range(len(names)),
            int(collection.labels[number]),
            format_func=names.__getitem__,
            key=key,
            on_change=relabel,
            width=200,
        )
        st.button("Delete it", icon=":material/delete:", on_click=delete, key="teach/delete")


def _delete_all(mine: Session, collection: Collection) -> None:
    state = mine.state(TeachState)
    which = state.which

    def delete() -> None:
        state.opened = None
        change_collection(mine, which, lambda there: there.without_drawings())

    with st.popover(
        "Delete all",
        icon=":material/delete:",
        disabled=not len(collection),
        key=f"teach/all/{state.which}/{not len(collection)}",
    ):
        st.markdown(
            f"Delete all {len(collection):,} drawings? Runs that learned from them keep their own copies until you delete those runs."
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

        st.caption(plain(f"{found.name}: {len(found):,} drawings of {', '.join(found.class_names)}."))
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
