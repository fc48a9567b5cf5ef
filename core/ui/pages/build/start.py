"""The row above the network: published networks to start from, its name, undo and redo."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

from core.network import InvalidSetting, Network, Path, Preset
from core.network.network import MAX_CHANNELS, MAX_NAME, MAX_SIDE
from core.network.reproduced import ours
from core.ui.pages.build.exchange import exchange
from core.ui.pages.build.variants import choose_variant, made_variant
from core.ui.shell.editor import Editor
from core.ui.shell.private import press_by_keys
from core.ui.shell.session import Session
from core.ui.widgets.presets import offered_presets, preset_title, presets_recipe
from core.views.wording import plain

GROUPS_HELP = "By group: Classic, Dense, Small and Modern. Below stands where each is from."


def start_from(mine: Session, presets: Mapping[str, Preset]) -> None:
    """Choose a published network, rename, undo, redo, share; in a locked lesson only the name."""
    editor = mine.editor
    current = next((name for name, preset in presets.items() if preset.network == editor.network), None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if mine.locked:
            st.markdown(f"**{plain(editor.network.name)}**, for looking at")
            return
        _choose_preset(editor, presets, current)
        _rename(mine)
        st.button(
            "Undo",
            icon=":material/undo:",
            help="Ctrl+Z",
            key="build/undo",
            on_click=editor.undo,
            disabled=not editor.past,
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            help="Ctrl+Shift+Z or Ctrl+Y",
            key="build/redo",
            on_click=editor.redo,
            disabled=not editor.future,
        )
        st.button(
            "Start empty",
            icon=":material/note_add:",
            key="build/empty",
            on_click=editor.open,
            args=(Network(editor.network.input_shape),),
            disabled=not editor.network.layers,
        )
        _input_size(mine)
        choose_variant(mine)
        exchange(mine)
    press_by_keys("build/undo", "build/redo")
    if editor.preset is not None:  # also while it is changed: what is below stays where it is
        st.caption(_about_preset(editor.preset, presets[editor.preset]))
        presets_recipe(editor, presets)
    made_variant(mine)
    there = mine.imported
    if there is not None and there.remark and there.network == editor.network:
        st.caption(plain(there.remark))
    mine.show_notice()


def _choose_preset(editor: Editor, presets: Mapping[str, Preset], current: str | None) -> None:
    key = f"build/{editor.widgets}/preset"

    def load() -> None:
        chosen = st.session_state[key]
        if chosen is not None:
            editor.begin_with(chosen)

    offered = offered_presets(presets)
    st.selectbox(
        "Start from a published network",
        offered,
        None if current is None else offered.index(current),
        format_func=lambda name: preset_title(name, presets[name]),
        placeholder="your own",
        help=GROUPS_HELP,
        key=key,
        on_change=load,
        width=215,
    )


def _rename(mine: Session) -> None:
    editor = mine.editor
    key, identity = f"build/{editor.widgets}/name", editor.identity_at()

    def rename() -> None:
        try:
            editor.change(identity, lambda network, _: network.renamed(st.session_state[key]), fresh_widgets=False)
        except InvalidSetting as problem:
            mine.notice = str(problem)
            editor.widgets.renew()  # the field goes back to the name that it has

    st.text_input("Name", editor.network.name, max_chars=MAX_NAME, key=key, on_change=rename, width=150)


def _input_size(mine: Session) -> None:
    """Height, width and channels of the images that the network takes."""
    editor, identity = mine.editor, mine.editor.identity_at()
    with st.popover("Input size", icon=":material/image:", key="build/input-size"):
        st.caption("What one image is: its height and width in pixels, and its channels (1 for grey, 3 for colour).")
        for axis, (label, most) in enumerate((("Height", MAX_SIDE), ("Width", MAX_SIDE), ("Channels", MAX_CHANNELS))):
            key = f"build/{editor.widgets}/input/{axis}"

            def resize(axis: int = axis, key: str = key) -> None:
                def resized(network: Network, _: Path) -> Network:
                    shape = list(network.input_shape)
                    shape[axis] = st.session_state[key]
                    return network.with_input(tuple(shape))

                editor.change(identity, resized, fresh_widgets=False)

            st.number_input(label, 1, most, editor.network.input_shape[axis], key=key, on_change=resize)


def _about_preset(name: str, preset: Preset) -> str:
    """Name, summary, source, published and own accuracy."""
    published = f" Published: {preset.published}." if preset.published else ""
    here = ours(name)
    code = f", here {name}" if re.fullmatch(r"[A-Z]\d[a-z]?", name) else ""
    return (
        f"{preset.network.name}: {preset.summary} Source: {preset.source}{code}.{published}{' ' * bool(here)}{here}"
    )
