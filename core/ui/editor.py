"""The network editor: presets, drawing, the list of layers, and the buttons that add them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    Preset,
    ReceptiveField,
    Row,
    Trace,
    inception_block,
    residual_block,
    trace,
)
from core.network.advice import advice
from core.network.layers import shape_text
from core.network.network import MAX_NAME, MERGES, place
from core.training.limits import memory_needed
from core.ui.fields import FIELD_WIDTH, edit_fields
from core.ui.frame import plain
from core.ui.handing_on import hand_on
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
        if mine.locked:
            st.markdown(f"**{plain(mine.network.name)}**, for looking at")
            return
        st.selectbox(
            "Start from a published network",
            list(presets),
            None if current is None else list(presets).index(current),
            format_func=titles.get,
            placeholder="your own",
            key=f"{key}/preset",
            on_change=load,
            width=200,
        )
        st.text_input("Name", mine.network.name, max_chars=MAX_NAME, key=f"{key}/name", on_change=rename, width=150)
        st.button("Undo", icon=":material/undo:", key="build/undo", on_click=mine.undo, disabled=not mine.past)
        st.button("Redo", icon=":material/redo:", key="build/redo", on_click=mine.redo, disabled=not mine.future)
        hand_on(mine)
    if current is not None:
        preset = presets[current]
        published = f" Published: {preset.published}." if preset.published else ""
        st.caption(f"{preset.summary} Source: {preset.source}.{published}")
    if mine.complaint:
        st.warning(mine.complaint, icon=":material/info:")


def totals(mine: Session, traced: Trace) -> None:
    """What the whole network comes to, and what the last edit changed; no numbers while it cannot work."""
    before = trace(mine.past[-1][0]) if mine.past else traced
    now, then = _figures(traced), _figures(before)
    helps = (
        "Numbers that the network stores.",
        "Those of them that are learned; the others are running means and variances.",
        "Pairs of one multiplication and one addition, for one image. G: billions.",
    )
    with st.container(horizontal=True):
        for label, value, old, words in zip(("Parameters", "Trainable", "Multiply-adds"), now, then, helps):
            delta = (
                None
                if None in (value, old) or value == old
                else f"{'+' if value > old else '−'}{count_text(abs(value - old))}"
            )
            shown = "–" if value is None else count_text(value)
            st.metric(label, shown, delta, delta_color="off", delta_arrow="off", width=150, help=words)
        seen, was = _last_view(traced), _last_view(before)
        st.metric(
            "Last map sees",
            seen or "–",
            f"was {was}" if seen and was and seen != was else None,
            delta_color="off",
            delta_arrow="off",
            width=150,
            help="Input pixels that one unit of the last feature map depends on: its receptive field.",
        )
        memory = memory_needed(traced, mine.recipe.batch_size)
        st.metric(
            f"Memory, batch {mine.recipe.batch_size}",
            memory_text(memory) if traced.works else "–",
            width=150,
            help="About what training takes: weights, gradients, two numbers a weight for the optimiser, and all "
            "activations of a batch with their gradients.",
        )


def count_text(number: int) -> str:
    """`416,520`, and `9.22 G` (billions) where more digits would not be read."""
    return f"{number / 1e9:.2f} G" if number >= 1e8 else f"{number:,}"


def memory_text(size: int) -> str:
    """`3.4 MB`, `1.2 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _figures(traced: Trace) -> tuple[int | None, int | None, int | None]:
    if not traced.works:
        return (None, None, None)
    return (traced.parameters, traced.trainable_parameters, traced.macs)


def _last_view(traced: Trace) -> str | None:
    maps = [row.receptive_field for row in traced.rows if row.output_shape and len(row.output_shape) == 3]
    return sees_words(maps[-1]) if traced.works and maps else None


def thoughts(network: Network, traced: Trace) -> None:
    """Design rules that the network does not follow: a line each, with the reason on demand."""
    for one in advice(network, traced):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f":material/lightbulb: {one.sentence}", width="content")
            with st.popover("Why?", type="tertiary"):
                st.markdown(one.why)
                st.caption(f"Source: {one.source}")


def sees_words(field: ReceptiveField) -> str:
    """`14×14`, or `all 28×28` where nothing is left unseen."""
    if field.covers_input:
        return f"all {field.input_shape[0]}×{field.input_shape[1]}"
    return f"{field.size[0]}×{field.size[1]}"


def layer_list(mine: Session, traced: Trace) -> None:
    """Each layer with what it puts out, owns and sees; branches as boxes; what is selected is open for editing."""
    if not traced.rows:
        st.info("There are no layers yet. Add one from the list, or start from a published network.")
    _list_blocks(mine, traced, mine.network.layers, ())


def _list_blocks(mine: Session, traced: Trace, blocks: tuple[Block, ...], prefix: Path) -> None:
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        row = traced.row(path)
        _row(mine, path, _title(row), _facts(row, path == mine.selected))
        problem = traced.problem_at(path)
        if problem:
            st.error(problem, icon=":material/error:")
        if path == mine.selected:
            _open_layer(mine, traced, row)
        if isinstance(block, Branches):
            for number, branch in enumerate(block.branches):
                lane = (*path, number)
                with st.container(border=True, key=f"branch/{place(lane)}"):
                    empty = "" if branch else ": passes on what arrives"
                    _row(mine, lane, f"{place(lane)} · branch {number + 1}{empty}", "")
                    if lane == mine.selected and not mine.locked:
                        _open_branch(mine, lane, block)
                    _list_blocks(mine, traced, branch, lane)


def _row(mine: Session, path: Path, title: str, facts: str) -> None:
    """A line of the list: a button that opens it, and its numbers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row/{place(path)}"):
        st.button(
            title,
            key=f"select/{place(path)}",
            icon=":material/expand_more:" if path == mine.selected else ":material/chevron_right:",
            on_click=_select,
            args=(mine, path),
            width=272 - 32 * (len(path) // 2),
        )
        if facts:
            st.html(facts, width=340)


def add_layer(mine: Session, traced: Trace) -> None:
    """The kinds of layers by group, and whole blocks; what is added goes after what is selected."""
    selected = mine.selected
    if selected is None:
        where, arrives = "as the first one", mine.network.input_shape
    else:
        what = f"after layer {place(selected)}" if len(selected) % 2 else f"at the start of branch {place(selected)}"
        where, arrives = what, traced.shape_after(selected)
    st.markdown(f"**Add a layer** {where}")
    channels = arrives[2] if arrives and len(arrives) == 3 else 16
    with st.container(horizontal=True, gap="small"):
        for group, kinds in groupby(LAYERS.values(), key=lambda kind: kind.group):
            with st.popover(group, key=f"group/{group}"):
                for kind in kinds:
                    new = kind(**kind.starter)
                    st.button(kind.__name__, key=f"add/{kind.__name__}", on_click=_add, args=(mine, new))
                    st.caption(kind.summary)
        with st.popover("Blocks", key="group/Blocks"):
            for name, block, words in (
                ("Residual block", residual_block(channels), "Two convolutions, and a skip that adds what came in."),
                ("Inception block", inception_block(channels), "Kernels of three sizes side by side, concatenated."),
                ("Two branches", Branches(), "Empty branches to fill; an empty one passes on what arrives."),
            ):
                st.button(name, key=f"add/{name}", on_click=_add, args=(mine, block))
                st.caption(words)


def _select(mine: Session, path: Path) -> None:
    mine.selected = path


def _add(mine: Session, block: Block) -> None:
    selected = mine.selected
    if selected is None:
        at: Path = (0,)
    else:
        at = (*selected[:-1], selected[-1] + 1) if len(selected) % 2 else (*selected, 0)
    _try(mine, lambda: mine.edit(mine.network.inserted(at, block), selected=at))


def _try(mine: Session, edit: Callable[[], None]) -> None:
    """Make an edit, or say why it is not allowed (too many layers, too deep)."""
    try:
        edit()
    except InvalidSetting as problem:
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
    path = row.path
    key = f"layer/{mine.revision}/{place(path)}"

    def apply(name: str, value: Any) -> None:
        changed = mine.network.at(path).replaced(**{name: value})
        mine.edit(mine.network.replaced(path, changed), fresh_widgets=False)

    def complain(sentence: str) -> None:
        mine.complaint = sentence
        mine.revision += 1  # the widget goes back to the value that works

    with st.container(border=True):
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


def _branches_settings(mine: Session, path: Path, block: Branches, key: str) -> None:
    st.caption("Parallel branches see the same input. concatenate lines up their channels; add sums them up.")
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
    """Put changed branches at this path, or say why that is not allowed."""
    _try(mine, lambda: mine.edit(mine.network.replaced(path, changed()), selected=selected))


def _open_branch(mine: Session, lane: Path, block: Branches) -> None:
    """What can be done with a whole branch."""
    *above, number = lane
    path, key = tuple(above), f"branch/{mine.revision}/{place(lane)}"

    with st.container(horizontal=True, gap="small"):
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


def _moves(mine: Session, path: Path, key: str) -> None:
    """Up, down, duplicate, delete."""

    def move(by: int) -> None:
        mine.edit(mine.network.moved(path, by), selected=(*path[:-1], path[-1] + by))

    def duplicate() -> None:
        _try(mine, lambda: mine.edit(mine.network.duplicated(path), selected=(*path[:-1], path[-1] + 1)))

    def delete() -> None:
        mine.edit(mine.network.removed(path))

    last = (*path[:-1], path[-1] + 1) not in mine.network.places()
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
