"""The list of layers: each with its output, its parameters and its receptive field; the selected one is open."""

from __future__ import annotations

import streamlit as st

from core.network import (
    Block,
    Branches,
    Network,
    Path,
    Row,
    Trace,
)
from core.network.layers import shape_text
from core.network.network import layer_label
from core.network.words import counted
from core.ui.pages.build.layer_editing import add_layer, open_branch, open_layer
from core.ui.pages.build.totals import sees_words
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.views.wording import plain


def layer_list(mine: Session, network: Network, traced: Trace) -> None:
    """Each layer with what it puts out, owns and sees; branches as boxes; what is selected is open for editing."""
    if not traced.rows:
        more = "" if mine.locked else " Add one, or start from a published network."
        st.info(f"There are no layers yet.{more}")
        if not mine.locked:
            add_layer(mine, traced)
    _list_blocks(mine, traced, network.layers, ())
    selected = mine.editor.selected
    row, opened = (
        ("add", "add") if selected is None else (f"{kind}/{layer_label(selected)}" for kind in ("row", "opened"))
    )
    bring_into_view(mine.reveals, opened, focus=row)


def _list_blocks(mine: Session, traced: Trace, blocks: tuple[Block, ...], prefix: Path) -> None:
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        row = traced.row(path)
        _row(mine, path, _title(row), _facts(traced, row, path == mine.editor.selected))
        problem = traced.problem_at(path)
        if problem and path != mine.editor.selected:  # where it is open, it says so below its settings
            st.error(plain(problem), icon=":material/error:")
        if path == mine.editor.selected:
            open_layer(mine, traced, row)
        if isinstance(block, Branches):
            for number, branch in enumerate(block.branches):
                lane = (*path, number)
                with st.container(border=True, key=f"branch/{layer_label(lane)}"):
                    empty = "" if branch else ": passes on what arrives"
                    _row(mine, lane, f"{layer_label(lane)} · branch {number + 1}{empty}", "")
                    if lane == mine.editor.selected and not mine.locked:
                        open_branch(mine, traced, lane, block)
                    _list_blocks(mine, traced, branch, lane)


def _row(mine: Session, path: Path, words: str, facts: str) -> None:
    """A line of the list: a button that opens it, and its numbers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row/{layer_label(path)}"):
        st.button(
            words,
            key=f"select/{layer_label(path)}",
            icon=":material/expand_more:" if path == mine.editor.selected else ":material/chevron_right:",
            on_click=_select,
            args=(mine, path),
            width="stretch",
            wrap=True,
        )
        if facts:
            st.html(facts, width=340)


def _select(mine: Session, path: Path) -> None:
    mine.editor.selected = path
    mine.reveals.renew()


def _title(row: Row) -> str:
    words = row.layer.describe()
    return f"{layer_label(row.path)} · {type(row.layer).__name__} {words}".strip()


def _facts(traced: Trace, row: Row, selected: bool) -> str:
    """Output shape, parameters and receptive field in three columns."""
    mark = " open" if selected else ""
    if row.output_shape is None:
        texts = [("shape muted", "–", ""), ("parameters muted", "–", ""), ("sees muted", "–", "")]
    else:
        parameters = traced.parameters_within(row.path)
        theirs = "of all layers in its branches; the join has none" if isinstance(row.layer, Branches) else ""
        texts = [
            ("shape", shape_text(row.output_shape), "output: height×width×channels"),
            ("parameters" if parameters else "parameters muted", counted(parameters, "parameter"), theirs),
            (
                "sees",
                f"sees {sees_words(row.field)}",
                "receptive field: input pixels that one unit depends on",
            ),
        ]
    spans = "".join(f'<span class="{kind}" title="{title}">{text}</span>' for kind, text, title in texts)
    return f'<div class="facts{mark}">{spans}</div>'
