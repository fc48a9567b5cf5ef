"""The network editor: presets, drawing, the list of layers, and the buttons that add them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.network import LAYERS, Branches, InvalidSetting, Layer, Path, Preset, ReceptiveField, Row, Trace
from core.network.layers import shape_text
from core.network.network import MAX_NAME
from core.training.limits import place
from core.ui.fields import edit_fields
from core.ui.session import Session


def start_from(mine: Session, presets: Mapping[str, Preset]) -> None:
    """Name, presets, undo and redo."""
    key = f"build/{mine.revision}"
    titles = {name: f"{name} · {preset.network.name}" for name, preset in presets.items()}
    current = next((name for name, preset in presets.items() if preset.network == mine.network), None)

    def load() -> None:
        chosen = st.session_state[f"{key}/preset"]
        if chosen is not None:
            mine.edit(presets[chosen].network, selected=(0,))

    def rename() -> None:
        try:
            mine.edit(mine.network.renamed(st.session_state[f"{key}/name"]), fresh_widgets=False)
        except InvalidSetting as problem:
            mine.complaint = str(problem)
            mine.revision += 1  # the field goes back to the name that it has

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Start from a published network",
            list(presets),
            None if current is None else list(presets).index(current),
            format_func=titles.get,
            placeholder="your own",
            key=f"{key}/preset",
            on_change=load,
            width=260,
        )
        st.text_input("Name", mine.network.name, max_chars=MAX_NAME, key=f"{key}/name", on_change=rename, width=220)
        st.button("Undo", icon=":material/undo:", key="build/undo", on_click=mine.undo, disabled=not mine.past)
        st.button("Redo", icon=":material/redo:", key="build/redo", on_click=mine.redo, disabled=not mine.future)
    if current is not None:
        preset = presets[current]
        published = f" Published: {preset.published}." if preset.published else ""
        st.caption(f"{preset.summary} Source: {preset.source}.{published}")
    if mine.complaint:
        st.warning(mine.complaint, icon=":material/info:")


def totals(traced: Trace) -> None:
    """What the whole network comes to; no numbers while it cannot work."""
    works = not any(row.output_shape is None for row in traced.rows)
    maps = [row.receptive_field for row in traced.rows if row.receptive_field and row.receptive_field.stride[0]]
    with st.container(horizontal=True):
        st.metric(
            "Parameters",
            f"{traced.parameters:,}" if works else "–",
            width=150,
            help="Numbers that the network stores; nearly all are learned.",
        )
        st.metric(
            "Multiply-adds",
            f"{traced.macs:,}" if works else "–",
            width=150,
            help="Pairs of one multiplication and one addition, for one image.",
        )
        st.metric(
            "Last map sees",
            sees_words(maps[-1]) if works and maps else "–",
            width=150,
            help="Input pixels that one unit of the last feature map depends on: its receptive field.",
        )


def sees_words(field: ReceptiveField) -> str:
    """`14×14`, or `all 28×28` where nothing is left unseen."""
    if field.covers_input:
        return f"all {field.input_shape[0]}×{field.input_shape[1]}"
    return f"{field.size[0]}×{field.size[1]}"


def layer_list(mine: Session, traced: Trace) -> None:
    """Each layer with what it puts out, owns and sees; the selected one is open for editing."""
    if not traced.rows:
        st.info("There are no layers yet. Add one from the list, or start from a published network.")
    for row in traced.rows:
        selected = row.path == mine.selected
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row/{place(row.path)}"):
            st.button(
                _title(row),
                key=f"select/{place(row.path)}",
                icon=":material/expand_more:" if selected else ":material/chevron_right:",
                on_click=_select,
                args=(mine, row.path),
                width=272,
            )
            st.html(_facts(row, selected), width=340)
        problem = traced.problem_at(row.path)
        if problem:
            st.error(problem, icon=":material/error:")
        if selected:
            _open_layer(mine, traced, row)


def add_layer(mine: Session) -> None:
    """One button a kind; the new layer goes after the selected one and is then selected."""
    where = "as the first one" if mine.selected is None else f"after layer {place(mine.selected)}"
    st.markdown(f"**Add a layer** {where}")
    with st.container(horizontal=True, gap="small"):
        for kind in LAYERS.values():
            st.button(kind.__name__, key=f"add/{kind.__name__}", help=kind.summary, on_click=_add, args=(mine, kind))


def _select(mine: Session, path: Path) -> None:
    mine.selected = path


def _add(mine: Session, kind: type[Layer]) -> None:
    at = (0,) if mine.selected is None else (*mine.selected[:-1], mine.selected[-1] + 1)
    try:
        mine.edit(mine.network.inserted(at, kind(**kind.starter)), selected=at)
    except InvalidSetting as problem:  # too many layers
        mine.complaint = str(problem)


def _title(row: Row) -> str:
    words = row.layer.describe()
    return f"{place(row.path)} · {type(row.layer).__name__} {words}".strip()


def _facts(row: Row, selected: bool) -> str:
    """Output shape, parameters and receptive field in three columns."""
    mark = " open" if selected else ""
    if row.output_shape is None:
        texts = [("shape muted", "–", ""), ("parameters muted", "–", ""), ("sees muted", "–", "")]
    else:
        texts = [
            ("shape", shape_text(row.output_shape), "output: height×width×channels"),
            ("parameters" if row.parameters else "parameters muted", f"{row.parameters:,} parameters", ""),
            (
                "sees",
                f"sees {sees_words(row.receptive_field)}",
                "receptive field: input pixels that one unit depends on",
            ),
        ]
    spans = "".join(f'<span class="{kind}" title="{title}">{text}</span>' for kind, text, title in texts)
    return f'<div class="facts{mark}">{spans}</div>'


def _open_layer(mine: Session, traced: Trace, row: Row) -> None:
    path, last = row.path, len(mine.network.layers) - 1
    key = f"layer/{mine.revision}/{place(path)}"

    def apply(name: str, value: Any) -> None:
        changed = mine.network.at(path).replaced(**{name: value})
        mine.edit(mine.network.replaced(path, changed), fresh_widgets=False)

    def complain(sentence: str) -> None:
        mine.complaint = sentence
        mine.revision += 1  # the widget goes back to the value that works

    def move(by: int) -> None:
        target = (*path[:-1], path[-1] + by)
        mine.edit(mine.network.moved(path, by), selected=target)

    with st.container(border=True):
        if isinstance(row.layer, Branches):
            st.caption(row.layer.describe())
        else:
            note = traced.notes.get(path)
            st.caption(type(row.layer).summary + (f" {note}" if note else ""))
            edit_fields(row.layer, key, apply, complain)
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Up",
                icon=":material/arrow_upward:",
                key=f"{key}/up",
                on_click=move,
                args=(-1,),
                disabled=path[-1] == 0,
            )
            st.button(
                "Down",
                icon=":material/arrow_downward:",
                key=f"{key}/down",
                on_click=move,
                args=(1,),
                disabled=len(path) == 1 and path[0] == last,
            )
            st.button(
                "Duplicate",
                icon=":material/content_copy:",
                key=f"{key}/duplicate",
                on_click=lambda: _duplicate(mine, path),
            )
            st.button(
                "Delete",
                icon=":material/delete:",
                key=f"{key}/delete",
                on_click=lambda: mine.edit(mine.network.removed(path)),
            )


def _duplicate(mine: Session, path: Path) -> None:
    try:
        mine.edit(mine.network.duplicated(path), selected=(*path[:-1], path[-1] + 1))
    except InvalidSetting as problem:
        mine.complaint = str(problem)
