"""Editing a layer or a branch: its settings, moves, and layers to add after it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from html import escape
from itertools import groupby
from typing import Any

import streamlit as st

from core.network import (
    LAYERS,
    Block,
    Branches,
    InvalidSetting,
    Network,
    Path,
    Row,
    Trace,
    inception_block,
    residual_block,
    trace,
)
from core.network.arithmetic import output_sums, parameters_sum
from core.network.layers import CannotWork, Layer, Shape, shape_text
from core.network.network import IMAGE, MERGES, layer_label
from core.network.variants import NoVariant, most_repeats, repeats_at, with_repeats
from core.ui.pages.build.state import BuildState
from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.ui.widgets.forms import FIELD_WIDTH, edit_fields

Lines = tuple[tuple[str, str], ...]  # name and words


def open_layer(mine: Session, traced: Trace, row: Row) -> None:
    path = row.path
    identity = mine.editor.identity_at(path)
    key = f"layer/{mine.editor.widgets}/{layer_label(path)}"

    def apply(name: str, value: Any) -> None:
        mine.editor.change(
            identity,
            lambda network, at: network.replaced(at, network.layer_at(at).replaced(**{name: value})),
            fresh_widgets=False,
        )
        _tell_problem_elsewhere(mine, identity, traced)

    def complain(sentence: str) -> None:
        mine.notice = sentence  # a toast: below the field, it would move what is pressed next
        mine.editor.widgets.renew()  # the widget goes back to the value that works

    with st.container(border=True, key=f"opened/{layer_label(path)}"):
        note = traced.notes.get(path, "")
        if isinstance(row.layer, Branches):
            if not mine.locked:
                _branches_settings(mine, identity, row.layer, key)
            shape = shape_text(row.output_shape) if row.output_shape else ""
            _outcome((("Output", shape), ("", note)), traced.problem_at(path))
        else:
            st.caption(f"{type(row.layer).summary} {note}")
            edit_fields(row.layer, key, apply, complain, disabled=mine.locked)
            _outcome(_sums(row.layer, traced.inputs[path]), traced.problem_at(path))
        if not mine.locked:
            _moves(mine, path, identity, key)
            repeat_slider(mine, path, identity, key)
            add_layer(mine, traced)


def repeat_slider(mine: Session, path: Path, identity: int, key: str) -> None:
    """A slider that sets how often the block stands in a row; nothing where it cannot be repeated."""
    network = mine.editor.network
    if trace(network).problems:
        return
    most, row = most_repeats(network, path), repeats_at(network, path)
    block = network.at(row.first)
    if most < 2 or (isinstance(block, Layer) and not block.kernel_weights):
        return
    widget = f"{key}/depth/{row}/{most}"

    def repeat() -> None:
        times = value_if_changed(widget, row.times)
        if times is None:
            return
        try:
            mine.editor.change(identity, lambda now, at: with_repeats(now, at, times), lambda _: row.first)
        except NoVariant as problem:  # the network is another by now
            mine.notice = str(problem)

    st.slider(
        "Depth: times in a row", 1, max(most, row.times), row.times, key=widget, on_change=repeat, width=320,
        help="This block, with the normalisation and activation behind it, so many times one after another. Whether depth harms "
        "without skips: make a residual block deep, then its variant without skips, and compare both.",
    )  # fmt: skip


def _tell_problem_elsewhere(mine: Session, identity: int, before: Trace) -> None:
    """Say which other layer cannot work after an edit, as its row may be out of sight."""
    path, known = mine.editor.place_of(identity), {sentence for _, sentence in before.problems}
    for where, sentence in trace(mine.editor.network).problems:
        if where not in ((), path) and sentence not in known:
            mine.notice = f"Layer {layer_label(where)} cannot work now: {sentence}"
            return


def _sums(layer: Layer, arriving: Shape | None) -> Lines:
    """How its parameters and the size of its output come about."""
    parameters = output = ""
    if arriving is not None:
        with suppress(CannotWork):
            parameters = parameters_sum(layer, arriving) or "none"
            shape = shape_text(layer.output_shape(arriving))
            sums = output_sums(layer, arriving)
            sides = ("height and width",) if len(sums) == 1 else ("height", "width")
            output = "; ".join([shape, *(f"{side}: {words}" for side, words in zip(sides, sums))])
    return (("Parameters", parameters), ("Output", output))


def _outcome(lines: Lines, problem: str | None) -> None:
    """What comes of the settings above, or why it cannot work; in the room of two lines, so that nothing below moves."""
    if problem:
        body = f'<div class="problem" role="alert">{escape(problem)}</div>'
    else:
        body = "".join(f"<div><span>{name}</span> {escape(words) or '–' * bool(name)}</div>" for name, words in lines)
    st.html(f'<div class="sums">{body}</div>')


def _branches_settings(mine: Session, identity: int, block: Branches, key: str) -> None:
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
            args=(mine, identity, lambda now: now.with_merge(st.session_state[f"{key}/merge"])),
        )
        st.button(
            "Add a branch",
            icon=":material/call_split:",
            key=f"{key}/branch",
            on_click=_rebranch,
            args=(mine, identity, lambda now: now.with_branch(len(now.branches)), len(block.branches)),
        )


def _rebranch(
    mine: Session, identity: int, changed: Callable[[Branches], Branches], opened: int | None = None
) -> None:
    """Change the branches with this identity, and open them or one of them; or say why that is not allowed."""

    def rebranched(network: Network, path: Path) -> Network:
        block = network.at(path)
        return network.replaced(path, changed(block)) if isinstance(block, Branches) else network

    _change(mine, identity, rebranched, lambda path: path if opened is None else (*path, opened))


def open_branch(mine: Session, traced: Trace, lane: Path, block: Branches) -> None:
    """Buttons that duplicate or remove a branch, and the layers to add to it."""
    key = f"branch/{mine.editor.widgets}/{layer_label(lane)}"
    identity = mine.editor.identity_at(lane)

    def rebranched(network: Network, at: Path, changed: Callable[[Branches, int], Branches]) -> Network:
        holder = network.at(at[:-1])
        return network.replaced(at[:-1], changed(holder, at[-1])) if isinstance(holder, Branches) else network

    def duplicated(network: Network, at: Path) -> Network:
        return rebranched(network, at, lambda holder, n: holder.with_branch(n + 1, holder.branches[n]))

    def removed(network: Network, at: Path) -> Network:
        return rebranched(network, at, lambda holder, n: holder.without_branch(n))

    with st.container(horizontal=True, gap="small", key=f"opened/{layer_label(lane)}"):
        st.button(
            "Duplicate branch",
            icon=":material/content_copy:",
            key=f"{key}/duplicate",
            on_click=_change,
            args=(mine, identity, duplicated, lambda at: (*at[:-1], at[-1] + 1)),
        )
        st.button(
            "Remove branch",
            icon=":material/delete:",
            key=f"{key}/remove",
            on_click=_change,
            args=(mine, identity, removed, lambda at: at[:-1]),
            disabled=len(block.branches) <= 2,
            help="Two branches are the least." if len(block.branches) <= 2 else None,
        )
    add_layer(mine, traced)


def _moves(mine: Session, path: Path, identity: int, key: str) -> None:
    """Buttons that move, duplicate and delete a layer."""

    def moved(by: int) -> Callable[[Path], Path]:
        return lambda at: (*at[:-1], max(at[-1] + by, 0))

    last = (*path[:-1], path[-1] + 1) not in mine.editor.network.places()
    with st.container(horizontal=True, gap="small"):
        for label, icon, changed, selected, off in (
            ("Up", "arrow_upward", lambda network, at: network.moved(at, -1), moved(-1), path[-1] == 0),
            ("Down", "arrow_downward", lambda network, at: network.moved(at, 1), moved(1), last),
            ("Duplicate", "content_copy", Network.duplicated, moved(1), False),
            ("Delete", "delete", Network.removed, None, False),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"{key}/{label.lower()}",
                on_click=_change,
                args=(mine, identity, changed, selected),
                disabled=off,
            )


def add_layer(mine: Session, traced: Trace) -> None:
    """The kinds of layers by group, and whole blocks; what is added goes after what is selected.

    It stands right there, since what is at the side of a long list on a wide screen is far below it on a phone.
    """
    selected = mine.editor.selected
    identity = mine.editor.identity_at(selected or IMAGE)
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
    adding = mine.state(BuildState).adding
    with st.container(horizontal=True, gap="small", key="add"):
        for group, kinds in groupby(LAYERS.values(), key=lambda kind: kind.group):
            with st.popover(group, key=f"group/{adding}/{group}"):  # the new key closes it after use
                for kind in kinds:
                    new, name = kind(**kind.starter), kind.__name__
                    st.button(name, key=f"add/{name}", on_click=_add, args=(mine, identity, new, name))
                    st.caption(kind.summary)
        with st.popover("Blocks", key=f"group/{adding}/Blocks"):
            for name, block, words in (
                ("Residual block", residual_block(channels), "Two convolutions, and a skip that adds what came in."),
                ("Inception block", inception_block(channels), "Kernels of three sizes side by side, concatenated."),
                ("Two branches", Branches(), "Empty branches to fill; an empty one passes on what arrives."),
            ):
                st.button(name, key=f"add/{name}", on_click=_add, args=(mine, identity, block, name))
                st.caption(words)


def _add(mine: Session, identity: int, block: Block, what: str) -> None:
    """Add a block after the one with this identity, at the start of the branch that has it, or as the first."""

    def place(at: Path) -> Path:
        return (*at[:-1], at[-1] + 1) if len(at) % 2 else (*at, 0)

    at = _changed(mine, identity, lambda network, at: network.inserted(place(at), block), place)
    if at is not None:
        mine.state(BuildState).adding.renew()
        mine.notice = f"Added as layer {layer_label(place(at))}: {what}."


def _change(
    mine: Session,
    identity: int,
    changed: Callable[[Network, Path], Network],
    selected: Callable[[Path], Path] | None = None,
) -> None:
    _changed(mine, identity, changed, selected)


def _changed(
    mine: Session,
    identity: int,
    changed: Callable[[Network, Path], Network],
    selected: Callable[[Path], Path] | None = None,
) -> Path | None:
    """Make an edit and show where it has led, or say why it is not allowed (too many layers, too deep).

    Returns the place of what was changed; None where nothing was.
    """
    try:
        at = mine.editor.change(identity, changed, selected)
    except InvalidSetting as problem:
        mine.notice = str(problem)
        return None
    mine.reveals.renew()
    return at
