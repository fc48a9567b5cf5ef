"""The network editor: presets, drawing, the list of layers, and the buttons that add them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

import streamlit as st

from core.data import SOURCES
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
from core.network.layers import Shape, shape_text
from core.network.network import MAX_NAME, MERGES, place
from core.network.reproduced import ours
from core.training.limits import memory_needed
from core.ui.pages.build.exchange import exchange
from core.ui.shell.pages import link_to, open_to
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.ui.widgets.forms import FIELD_WIDTH, edit_fields
from core.views.wording import plain

LETTERS = (
    "The letters stand for the articles that the networks are from. "
    "E: “Getting started with deep learning using CNNs”. A: “Dense or convolutional neural network”. "
    "B: “Beyond the standard CNN”. C: “Build your first CNN”. Those without are small ones of well-known families."
)


def start_from(mine: Session, presets: Mapping[str, Preset]) -> None:
    """Name, presets, undo and redo."""
    key = f"build/{mine.editor.widgets}"
    titles = {name: preset_title(name, preset) for name, preset in presets.items()}
    current = next((name for name, preset in presets.items() if preset.network == mine.editor.network), None)

    def load() -> None:
        chosen = st.session_state[f"{key}/preset"]
        if chosen is not None:
            mine.editor.open(presets[chosen].network, presets[chosen].recipe)

    def rename() -> None:
        try:
            mine.editor.edit(mine.editor.network.renamed(st.session_state[f"{key}/name"]), fresh_widgets=False)
        except InvalidSetting as problem:
            mine.editor.complaint = str(problem)
            mine.editor.widgets.renew()  # the field goes back to the name that it has

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if mine.locked:
            st.markdown(f"**{plain(mine.editor.network.name)}**, for looking at")
            return
        st.selectbox(
            "Start from a published network",
            list(presets),
            None if current is None else list(presets).index(current),
            format_func=titles.get,
            placeholder="your own",
            help=LETTERS,
            key=f"{key}/preset",
            on_change=load,
            width=215,
        )
        st.text_input(
            "Name", mine.editor.network.name, max_chars=MAX_NAME, key=f"{key}/name", on_change=rename, width=150
        )
        st.button(
            "Undo", icon=":material/undo:", key="build/undo", on_click=mine.editor.undo, disabled=not mine.editor.past
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            key="build/redo",
            on_click=mine.editor.redo,
            disabled=not mine.editor.future,
        )
        exchange(mine)
    if current is not None:
        preset = presets[current]
        published = f" Published: {preset.published}." if preset.published else ""
        taken = (
            f" Its settings are set for Train: {mine.editor.recipe.describe()}."
            if preset.recipe == mine.editor.recipe
            else ""
        )
        here = ours(current)
        st.caption(f"{preset.summary} Source: {preset.source}.{published}{' ' * bool(here)}{here}{taken}")
    mine.show_notice()
    if mine.editor.complaint:
        st.warning(mine.editor.complaint, icon=":material/info:")


def preset_title(name: str, preset: Preset) -> str:
    """`LeNet-5 · E2`: the name and, where it is from one of the articles, its number there."""
    return f"{preset.network.name} · {name}" if re.fullmatch(r"[A-Z]\d[a-z]?", name) else preset.network.name


def totals(mine: Session, traced: Trace) -> None:
    """What the whole network comes to, and what the last edit changed; no numbers while it cannot work."""
    before = traced if mine.editor.edited is None else trace(mine.editor.edited)
    now, then = _figures(traced), _figures(before)
    kinds = (
        ("Parameters", exact_text, "Numbers that the network stores."),
        ("Trainable", exact_text, "Those of them that are learned; the others are running means and variances."),
        (
            "Multiply-adds",
            count_text,
            "Pairs of one multiplication and one addition, for one image. M: millions, G: billions.",
        ),
    )
    with st.container(horizontal=True):
        for (label, text, words), value, old in zip(kinds, now, then):
            delta = (
                None
                if None in (value, old) or value == old
                else f"{'+' if value > old else '−'}{text(abs(value - old))}"
            )
            shown = "–" if value is None else text(value)
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
        memory = memory_needed(traced, mine.editor.recipe.batch_size)
        st.metric(
            f"Memory, batch {mine.editor.recipe.batch_size}",
            memory_text(memory) if now[0] is not None else "–",
            width=150,
            help="About what training takes: weights, gradients, two numbers a weight for the optimiser, and all "
            "activations of a batch with their gradients.",
        )


def exact_text(number: int) -> str:
    """`61,706`; where more digits would not be read, as `count_text`."""
    return f"{number:,}" if number < 1e8 else count_text(number)


def count_text(number: int) -> str:
    """`416,520`, `7.34 M` (millions), `9.22 G` (billions)."""
    if number < 1e6:
        return f"{number:,}"
    return f"{number / 1e6:.2f} M" if number < 1e9 else f"{number / 1e9:.2f} G"


def memory_text(size: int) -> str:
    """`3.4 MB`, `1.2 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _figures(traced: Trace) -> tuple[int | None, int | None, int | None]:
    if not traced.works or not traced.rows:
        return (None, None, None)
    return (traced.parameters, traced.trainable_parameters, traced.macs)


def _last_view(traced: Trace) -> str | None:
    last = traced.last_map if traced.works else None
    return sees_words(last.receptive_field) if last else None


def readiness(mine: Session, traced: Trace) -> None:
    """Whether the network can be trained and, if not, the next step."""
    problem = mine.editor.why_not_train()
    if problem is None:
        if open_to(mine, "train"):
            st.success("This network is ready to learn.", icon=":material/check_circle:")
            link_to("train", "Train it on real digits")
        return
    if mine.locked or not traced.rows:
        return  # nothing can be done about it, or the list says what
    wanted = SOURCES[mine.editor.dataset].input_shape
    other_images = mine.editor.network.input_shape != wanted
    if traced.problems and not other_images:
        problem = f"Layer {place(traced.problems[0].path)} cannot work: see what its row says."
    st.warning(problem, icon=":material/construction:", title="Not ready for training yet")
    if other_images:
        words = f"Change the input to {shape_text(wanted)}"
        st.button(words, on_click=_change_input, args=(mine, wanted), key="build/input")


def _change_input(mine: Session, shape: Shape) -> None:
    mine.editor.edit(mine.editor.network.with_input(shape))


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
        more = "" if mine.locked else " Add one, or start from a published network."
        st.info(f"There are no layers yet.{more}")
        if not mine.locked:
            _add_layer(mine, traced)
    _list_blocks(mine, traced, mine.editor.network.layers, ())
    bring_into_view(*_opened(mine.editor.selected), mine.reveals)


def _opened(selected: Path | None) -> tuple[str, str]:
    """The keys of the containers with the selected row, and with what is open under it."""
    return ("add", "add") if selected is None else (f"row/{place(selected)}", f"opened/{place(selected)}")


def _list_blocks(mine: Session, traced: Trace, blocks: tuple[Block, ...], prefix: Path) -> None:
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        row = traced.row(path)
        _row(mine, path, _title(row), _facts(traced, row, path == mine.editor.selected))
        problem = traced.problem_at(path)
        if problem:
            st.error(problem, icon=":material/error:")
        if path == mine.editor.selected:
            _open_layer(mine, traced, row)
        if isinstance(block, Branches):
            for number, branch in enumerate(block.branches):
                lane = (*path, number)
                with st.container(border=True, key=f"branch/{place(lane)}"):
                    empty = "" if branch else ": passes on what arrives"
                    _row(mine, lane, f"{place(lane)} · branch {number + 1}{empty}", "")
                    if lane == mine.editor.selected and not mine.locked:
                        _open_branch(mine, traced, lane, block)
                    _list_blocks(mine, traced, branch, lane)


def _row(mine: Session, path: Path, title: str, facts: str) -> None:
    """A line of the list: a button that opens it, and its numbers."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row/{place(path)}"):
        st.button(
            title,
            key=f"select/{place(path)}",
            icon=":material/expand_more:" if path == mine.editor.selected else ":material/chevron_right:",
            on_click=_select,
            args=(mine, path),
            width="stretch",
            wrap=True,
        )
        if facts:
            st.html(facts, width=340)


def _add_layer(mine: Session, traced: Trace) -> None:
    """The kinds of layers by group, and whole blocks; what is added goes after what is selected.

    It stands right there, since what is at the side of a long list on a wide screen is far below it on a phone.
    """
    selected = mine.editor.selected
    if selected is None:
        where, arrives = "as the first one", mine.editor.network.input_shape
    else:
        what = f"after layer {place(selected)}" if len(selected) % 2 else f"at the start of branch {place(selected)}"
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


def _select(mine: Session, path: Path) -> None:
    mine.editor.selected = path


def _add(mine: Session, block: Block, what: str) -> None:
    selected = mine.editor.selected
    if selected is None:
        at: Path = (0,)
    else:
        at = (*selected[:-1], selected[-1] + 1) if len(selected) % 2 else (*selected, 0)
    if _try(mine, lambda: mine.editor.edit(mine.editor.network.inserted(at, block), selected=at)):
        mine.notice = f"Added as layer {place(at)}: {what}."


def _try(mine: Session, edit: Callable[[], None]) -> bool:
    """Make an edit and show where it has led, or say why it is not allowed (too many layers, too deep)."""
    try:
        edit()
    except InvalidSetting as problem:
        mine.editor.complaint = str(problem)
        return False
    mine.reveals.renew()
    return True


def _title(row: Row) -> str:
    words = row.layer.describe()
    return f"{place(row.path)} · {type(row.layer).__name__} {words}".strip()


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
            ("parameters" if parameters else "parameters muted", f"{parameters:,} parameters", theirs),
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
    key = f"layer/{mine.editor.widgets}/{place(path)}"

    def apply(name: str, value: Any) -> None:
        changed = mine.editor.network.at(path).replaced(**{name: value})
        mine.editor.edit(mine.editor.network.replaced(path, changed), fresh_widgets=False)

    def complain(sentence: str) -> None:
        mine.editor.complaint = sentence
        mine.editor.widgets.renew()  # the widget goes back to the value that works

    with st.container(border=True, key=f"opened/{place(path)}"):
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
            _add_layer(mine, traced)


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
    """Put changed branches at this path, or say why that is not allowed."""
    _try(mine, lambda: mine.editor.edit(mine.editor.network.replaced(path, changed()), selected=selected))


def _open_branch(mine: Session, traced: Trace, lane: Path, block: Branches) -> None:
    """What can be done with a whole branch."""
    *above, number = lane
    path, key = tuple(above), f"branch/{mine.editor.widgets}/{place(lane)}"

    with st.container(horizontal=True, gap="small", key=f"opened/{place(lane)}"):
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
    _add_layer(mine, traced)


def _moves(mine: Session, path: Path, key: str) -> None:
    """Up, down, duplicate, delete."""

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
