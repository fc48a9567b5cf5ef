"""Where to start from: name, published networks, undo and redo."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

from core.network import (
    InvalidSetting,
    Preset,
)
from core.network.network import MAX_NAME
from core.network.reproduced import ours
from core.ui.pages.build.exchange import exchange
from core.ui.shell.session import Session
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
