"""The choice of the weights that a run begins with: fresh ones, or those of an imported model."""

from __future__ import annotations

import streamlit as st

from core.ui.shell.renewal import value_if_changed
from core.ui.shell.session import Session
from core.views.wording import plain, told_apart

FRESH = ""


def choose_beginning(mine: Session) -> None:
    """A choice between fresh weights and those of the imported models that fit; nothing where none does.

    Weights that were chosen and do not fit any more are not dropped without a word.
    """
    editor, there = mine.editor, mine.workspace.imported
    network = editor.identity_at()
    fitting = {one.identity: one for one in there.fitting(editor.network)}
    lost = next((one for one in there.all if one.identity == editor.first_weights), None)
    if lost is not None and lost.identity not in fitting:
        st.caption(
            f"The weights of “{plain(lost.network.name)}” do not fit these layers, so training begins with fresh ones."
        )
    if not fitting:
        return
    first = mine.beginning()
    options = [FRESH, *fitting]
    chosen = FRESH if first is None else first.identity
    titles = dict(zip(fitting, told_apart([f"The weights of “{one.network.name}”" for one in fitting.values()])))
    key = f"train/beginning/{network}/{hash(tuple(options))}"

    def choose() -> None:
        weights = value_if_changed(key, chosen)
        if weights is not None and editor.identity_at() == network:
            editor.first_weights = weights

    st.selectbox(
        "Begin with",
        options,
        options.index(chosen),
        format_func=lambda one: titles.get(one, "Fresh weights"),
        key=key,
        on_change=choose,
    )
    if first is not None:
        st.caption(
            f"Train on from these weights: the run begins with those of “{plain(first.network.name)}”, and its curves at "
            "epoch 0 show how good they are. A small learning rate keeps most of what they know."
        )
