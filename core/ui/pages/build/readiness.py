"""Readiness of the network for training, and advice on its design."""

from __future__ import annotations

import streamlit as st

from core.data import SOURCES
from core.network import (
    Network,
    Trace,
)
from core.network.advice import advice
from core.network.cures import cures
from core.network.layers import shape_text
from core.network.network import layer_label
from core.ui.shell.pages import link_to, open_to
from core.ui.shell.session import Session
from core.views.wording import plain


def readiness(mine: Session, traced: Trace) -> None:
    """Say that the network can be trained, or what prevents it and the next step."""
    problem = mine.editor.why_not_train()
    if problem is None:
        if open_to(mine, "train"):
            st.success("This network is ready to learn.", icon=":material/check_circle:")
            link_to("train", "Train it on real digits")
        return
    if mine.locked:
        return  # nothing can be done about it
    if not traced.rows:  # the list says so; here are ends to begin with
        _cures(mine)
        return
    wanted = SOURCES[mine.editor.dataset].input_shape
    other_images = mine.editor.network.input_shape != wanted
    if traced.problems and not other_images:
        problem = f"Layer {layer_label(traced.problems[0].path)} cannot work: see what its row says."
    st.warning(problem, icon=":material/construction:", title="Not ready for training yet")
    if other_images:
        words = f"Change the input to {shape_text(wanted)}"
        _repair(mine, words, mine.editor.network.with_input(wanted))
    _cures(mine)


def _cures(mine: Session) -> None:
    """A button for each edit that mends the network."""
    classes = len(SOURCES[mine.editor.dataset].class_names)
    for cure in cures(mine.editor.network, classes):
        _repair(mine, cure.label, cure.network)


def _repair(mine: Session, label: str, mended: Network) -> None:
    """The button that makes an edit; it does nothing where the network has been changed meanwhile."""
    editor, drawn = mine.editor, mine.editor.network

    def repair() -> None:
        editor.change(editor.identity_at(), lambda network, _: mended if network == drawn else network)

    st.button(label, icon=":material/build:", on_click=repair, key=f"build/repair/{label}")


def thoughts(mine: Session, network: Network, traced: Trace) -> None:
    """Design rules that the network does not follow: a line each, with the reason on demand and the cure, if known."""
    for one in advice(network, traced):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f":material/lightbulb: {plain(one.sentence)}", width="content")
            with st.popover("Why?", type="tertiary"):
                st.markdown(one.why)
                st.caption(f"Source: {one.source}")
            if one.cured is not None and not mine.locked:
                _repair(mine, one.cure, one.cured)
