"""Editing a layer or a branch: its settings, moves, and layers to add after it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import streamlit as st

from core.network import (
    LAYERS,
    Block,
    Branches,
    InvalidSetting,
    Path,
    Row,
    Trace,
    inception_block,
    residual_block,
)
from core.network.network import MERGES, layer_label
from core.ui.shell.session import Session
from core.ui.widgets.forms import FIELD_WIDTH, edit_fields


def open_layer(mine: Session, traced: Trace, row: Row) -> None:
    path = row.path
    key = f"layer/{mine.editor.widgets}/{layer_label(path)}"

    def apply(name: str, value: Any) -> None:
        changed = mine.editor.network.layer_at(path).replaced(**{name: value})
        mine.editor.edit(mine.editor.network.replaced(path, changed), fresh_widgets=False)

    def complain(sentence: str) -> None:
        mine.editor.complaint = sentence
        mine.editor.widgets.renew()  # the widget goes back to the value that works

    with st.container(border=True, key=f"opened/{layer_label(path)}"):
        note = traced.notes.get(path, "")
        if isinstance(row.layer, Branches):
            if not mine.locked:
                _branches_settings(mine, path, row.layer, key)
            if note:
                st.warning(note, icon=":material/blur_on:")
        else:
            st.caption(f"{type(row.layer).summary} {note}")
            edit_fields(row.layer, key, apply, complain, disabled=mine.locked)
        if not mine.locked:
            _moves(mine, path, key)
            add_layer(mine, traced)


def _branches_settings(mine: Session, path: Path, block: Branches, key: str) -> None:
    st.caption(
        "Parallel branches see the same input. concatenate puts their channels behind each other; "
        "add sums their maps, number by number. The join itself has no parameters."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Join",
            MERGES,
            MERGES.index(block.merge),
            key=f"{key}/merge",
            width=FIELD_WIDTH,
            on_change=_rebranch,
            args=(mine, path, lambda: block.with_merge(st.session_state[f"{key}/merge"]), path),
        )
        count = len(block.branches)
        st.button(
            "Add a branch",
            icon=":material/call_split:",
            key=f"{key}/branch",
            on_click=_rebranch,
            args=(mine, path, lambda: block.with_branch(count), (*path, count)),
        )


def _rebranch(mine: Session, path: Path, changed: Callable[[], Branches], selected: Path) -> None:
    """Replace the branches at this path, or say why that is not allowed."""
    _try(mine, lambda: mine.editor.edit(mine.editor.network.replaced(path, changed()), selected=selected))


def open_branch(mine: Session, traced: Trace, lane: Path, block: Branches) -> None:
    """Buttons that duplicate or remove a branch, and the layers to add to it."""
    *above, number = lane
    path, key = tuple(above), f"branch/{mine.editor.widgets}/{layer_label(lane)}"

    with st.container(horizontal=True, gap="small", key=f"opened/{layer_label(lane)}"):
        st.button(
            "Duplicate branch",
            icon=":material/content_copy:",
            key=f"{key}/duplicate",
            on_click=_rebranch,
            args=(mine, path, lambda: block.with_branch(number + 1, block.branches[number]), (*path, number + 1)),
        )
        st.button(
            "Remove branch",
            icon=":material/delete:",
            key=f"{key}/remove",
            on_click=_rebranch,
            args=(mine, path, lambda: block.without_branch(number), path),
            disabled=len(block.branches) <= 2,
            help="Two branches are the least." if len(block.branches) <= 2 else None,
        )
    add_layer(mine, traced)


def _moves(mine: Session, path: Path, key: str) -> None:
    """Buttons that move, duplicate and delete a layer."""

    def move(by: int) -> None:
        _try(
            mine, lambda: mine.editor.edit(mine.editor.network.moved(path, by), selected=(*path[:-1], path[-1] + by))
        )

    def duplicate() -> None:
        _try(
            mine, lambda: mine.editor.edit(mine.editor.network.duplicated(path), selected=(*path[:-1], path[-1] + 1))
        )

    def delete() -> None:
        _try(mine, lambda: mine.editor.edit(mine.editor.network.removed(path)))

    last = (*path[:-1], path[-1] + 1) not in mine.editor.network.places()
    with st.container(horizontal=True, gap="small"):
        for label, icon, act, arguments, off in (
            ("Up", "arrow_upward", move, (-1,), path[-1] == 0),
            ("Down", "arrow_downward", move, (1,), last),
            ("Duplicate", "content_copy", duplicate, (), False),
            ("Delete", "delete", delete, (), False),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"{key}/{label.lower()}",
                on_click=act,
                args=arguments,
                disabled=off,
            )


def add_layer(mine: Session, traced: Trace) -> None:
    """The kinds of layers by group, and whole blocks; what is added goes after what is selected.

    It stands right there, since what is at the side of a long list on a wide screen is far below it on a phone.
    """
    selected = mine.editor.selected
    if selected is None:
        where, arrives = "as the first one", mine.editor.network.input_shape
    else:
        what = (
            f"after layer {layer_label(selected)}"
            if len(selected) % 2
            else f"at the start of branch {layer_label(selected)}"
        )
        where, arrives = what, traced.shape_after(selected)
    st.markdown(f"**Add a layer** {where}")
    channels = arrives[2] if arrives and len(arrives) == 3 else 16
    with st.container(horizontal=True, gap="small", key="add"):
        for group, kinds in groupby(LAYERS.values(), key=lambda kind: kind.group):
            with st.popover(group, key=f"group/{mine.editor.widgets}/{group}"):  # the new key closes it after use
                for kind in kinds:
                    new, name = kind(**kind.starter), kind.__name__
                    st.button(name, key=f"add/{name}", on_click=_add, args=(mine, new, name))
                    st.caption(kind.summary)
        with st.popover("Blocks", key=f"group/{mine.editor.widgets}/Blocks"):
            for name, block, words in (
                ("Residual block", residual_block(channels), "Two convolutions, and a skip that adds what came in."),
                ("Inception block", inception_block(channels), "Kernels of three sizes side by side, concatenated."),
                ("Two branches", Branches(), "Empty branches to fill; an empty one passes on what arrives."),
            ):
                st.button(name, key=f"add/{name}", on_click=_add, args=(mine, block, name))
                st.caption(words)


def _add(mine: Session, block: Block, what: str) -> None:
    selected = mine.editor.selected
    if selected is None:
        at: Path = (0,)
    else:
        at = (*selected[:-1], selected[-1] + 1) if len(selected) % 2 else (*selected, 0)
    if _try(mine, lambda: mine.editor.edit(mine.editor.network.inserted(at, block), selected=at)):
        mine.notice = f"Added as layer {layer_label(at)}: {what}."


def _try(mine: Session, edit: Callable[[], None]) -> bool:
    """Make an edit and show where it has led, or say why it is not allowed (too many layers, too deep)."""
    try:
        edit()
    except InvalidSetting as problem:
        mine.editor.complaint = str(problem)
        return False
    mine.reveals.renew()
    return True
