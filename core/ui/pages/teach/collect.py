"""Collecting examples: the classes, and a canvas with a button for each."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data import Collection, InvalidCollection, from_strokes
from core.data.collection import FEWEST_CLASSES, MAX_CLASS_NAME, MOST_CLASSES
from core.network.names import clean
from core.network.words import counted
from core.training import StoreError
from core.ui.pages.teach.state import SavedDrawing, TeachState
from core.ui.shell.pages import end_page
from core.ui.shell.session import Session
from core.ui.widgets.canvas import draw
from core.ui.widgets.collections import CollectionState, change_collection, complain
from core.views.wording import plain

ENOUGH = 12  # drawings of a class
WHICH = {"digits": "My digits", "own": "My own classes"}


def choose_collection(mine: Session) -> Collection:
    """The choice between digits and own classes; returns the collection, or ends the page if it cannot be read."""
    state = mine.state(TeachState)
    state.which = st.segmented_control(
        "What to teach",
        list(WHICH),
        default=state.which,
        format_func=WHICH.__getitem__,
        required=True,
        key="teach/which",
        label_visibility="collapsed",
    )
    found = mine.workspace.collection(state.which)
    problem = mine.workspace.unreadable.get(state.which)
    if problem:
        st.error(f"{WHICH[state.which]} cannot be read: {plain(problem)} Nothing else is touched.")
        st.button("Delete that file and begin anew", on_click=_forget, args=(mine,), key="teach/forget")
        end_page()
    return found


def _forget(mine: Session) -> None:
    try:
        mine.workspace.forget_collection(mine.state(TeachState).which)
    except StoreError as problem:
        mine.state(CollectionState).problem = str(problem)


def class_names(mine: Session, collection: Collection) -> None:
    """Fields for the names of own classes, and buttons to add and remove one; two to ten of them."""
    if mine.state(TeachState).which != "own":
        return
    names = collection.class_names

    def rename(old: str, key: str) -> None:
        name = clean(st.session_state[key])
        if name != old:
            change_collection(mine, "own", lambda own: _renamed(own, old, name))

    def add() -> None:
        free = next(n for n in range(1, 100) if f"class {n}" not in names)
        change_collection(mine, "own", lambda own: own.with_class(f"class {free}"))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, name in enumerate(names):
            key = f"teach/name/{name}"
            st.text_input(
                f"Class {label + 1}", name, MAX_CLASS_NAME, key, on_change=rename, args=(name, key), width=150
            )
        st.button(
            "Add a class",
            icon=":material/add:",
            on_click=add,
            disabled=len(names) >= MOST_CLASSES,
            help=f"At most {MOST_CLASSES}." if len(names) >= MOST_CLASSES else None,
            key="teach/add",
        )
        _remove_class(mine, collection)
    complain(mine)


def _renamed(own: Collection, old: str, name: str) -> Collection:
    if old not in own.class_names:
        raise InvalidCollection(f"“{old}” was changed in another window. Look at the classes, then do this again.")
    return own.with_class_name(own.class_names.index(old), name)


def _remove_class(mine: Session, collection: Collection) -> None:
    names = collection.class_names
    few = len(names) <= FEWEST_CLASSES
    with st.popover("Remove a class", icon=":material/remove:", disabled=few, key=f"teach/less/{hash(names)}"):
        key = f"teach/lose/{hash(names)}"
        label = st.selectbox("Class", range(len(names)), format_func=names.__getitem__, key=key)

        def remove() -> None:
            label = st.session_state[key]  # it may be chosen and confirmed at once
            change_collection(mine, "own", lambda own: own.without_class(label), collection)

        there = collection.counts[label]
        st.button(
            f"Remove it with its {counted(there, 'drawing')}" if there else "Remove it",
            on_click=remove,
            key=f"teach/remove/{hash(names)}",
        )


def examples(mine: Session, collection: Collection) -> None:
    """A canvas, and for each class a button that saves the drawing with this label."""
    state = mine.state(TeachState)
    canvas, buttons = st.columns([2, 3], gap="large")
    with canvas:
        st.markdown("**Draw one**")
        st.space("small")  # for the canvas's own buttons
        drawing = draw(f"teach/canvas/{state.which}/{state.canvas_key}")
        image = from_strokes(drawing.strokes, drawing.width)
        if image is not None and _late_update(mine, drawing.strokes, image):
            state.canvas_key.renew()
            st.rerun()

        def clear() -> None:
            state.canvas_key.renew()

        st.button("Clear", icon=":material/ink_eraser:", on_click=clear, key="teach/clear")
    with buttons:
        st.markdown("**Say what it is**: it is kept, and the canvas is empty for the next")
        with st.container(horizontal=True, key="teach/classes"):
            for label, count in enumerate(collection.counts):
                _class_button(mine, collection, label, count, drawing.strokes, image)
        if state.which == "own":
            st.caption(f"Some {ENOUGH} of each are enough. Draw them as differently as you would later.")
        else:
            st.caption("Those that are misclassified teach most; on the Draw page you can add them too.")
        complain(mine)


def _late_update(mine: Session, strokes: list[np.ndarray], image: np.ndarray) -> bool:
    """True if the canvas sends the drawing that was saved last once more; the saved one gets its missing strokes.

    The browser sends a stroke some 200 ms after it was drawn. A label that is clicked before that loses the last
    stroke, and the whole drawing then arrives on the canvas that has just been emptied.
    """
    state = mine.state(TeachState)
    last = state.last_saved
    if last is None or not np.array_equal(strokes[0], last.stroke):
        return False
    there = mine.workspace.collection(state.which)
    if there.find(last.image) is not None and there.find(image) is None:
        change_collection(mine, state.which, lambda found: found.redrawn(found.number_of(last.image), image))
        state.last_saved = last._replace(image=image)
    return True


def _class_button(
    mine: Session,
    collection: Collection,
    label: int,
    count: int,
    strokes: list[np.ndarray],
    image: np.ndarray | None,
) -> None:
    state = mine.state(TeachState)
    name = collection.class_names[label]

    def keep() -> None:
        if image is None:
            return
        drawn = image
        if change_collection(mine, state.which, lambda there: there.added(drawn, label), collection):
            state.canvas_key.renew()
            state.last_saved = SavedDrawing(strokes[0], image)

    free = state.which == "own"
    progress = f"{count} of {ENOUGH}" if free and count < ENOUGH else f"{count:,} kept"
    done = " ✓" if free and count >= ENOUGH else ""
    st.button(
        f"**{plain(name)}**  \n{progress}{done}",
        on_click=keep,
        disabled=image is None,
        help="Draw something first." if image is None else f"Keep this drawing as “{plain(name)}”.",
        width=120 if free else 78,
        key=f"teach/class/{state.which}/{name}",
    )
