"""The point that is open: what it is, and the ways into it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network import PRESETS
from core.network.words import counted
from core.study.size import SizePoint
from core.ui.pages.size.scatter import View, opened_of
from core.ui.pages.size.state import SizeState
from core.ui.shell.frame import plain
from core.ui.shell.pages import go_to
from core.ui.shell.session import Session
from core.ui.widgets.run_exits import run_exits
from core.views.size import accuracy_words, state_words, titles
from core.views.wording import duration, exact_text


def choose_point(mine: Session, points: Sequence[SizePoint], view: View) -> None:
    """A field with all points, for who does not click; it shows the one that is open."""
    opened = opened_of(mine, points, view)
    if opened is None:
        return
    own, named = mine.state(SizeState), titles(points)
    options = list(named)
    own.field.show(opened.key, list(named.items()))
    key = f"size/point/{own.field}"

    def take(chosen: str) -> None:
        own.opened = chosen

    st.selectbox(
        "Network",
        options,
        options.index(opened.key),
        format_func=lambda one: plain(named[one]),
        key=key,
        on_change=own.field.on_change(key, lambda: own.opened or opened.key, take),
        help="A click on a point opens it here: a preset or a published network leads to the editor, a run of yours "
        "also to its curves and inside.",
        width=420,
    )


def opened_point(mine: Session, points: Sequence[SizePoint], view: View) -> None:
    """The point that is open in words, and buttons that lead into it."""
    point = opened_of(mine, points, view)
    if point is None:
        st.info("There is no network with an accuracy of these images yet. Train one.")
        return
    with st.container(key="size/opened"):
        st.markdown(plain(_words(point)))
        with st.container(horizontal=True, vertical_alignment="center"):
            if point.run is not None:
                run_exits(mine, point.run, "size")
            else:
                _preset_exit(mine, point)


def _words(point: SizePoint) -> str:
    macs = "" if point.macs is None else f", {exact_text(point.macs)} multiply-adds"
    took = "" if point.seconds is None else f", trained in {duration(point.seconds)}"
    recipe = f" Recipe: {point.recipe}." if point.recipe else ""
    state = f" {state_words(point)}." if state_words(point) else ""
    return (
        f"{point.name}, {point.kind}: {accuracy_words(point)} of the {point.on} images; "
        f"{counted(point.parameters, 'parameter')}{macs}{took}.{recipe}{state}"
    )


def _preset_exit(mine: Session, point: SizePoint) -> None:
    """The button that opens a preset in the editor, with the recipe that gave this point."""
    preset = PRESETS[point.preset]
    recipe = preset.improved if point.ours else preset.recipe

    def edit() -> None:
        mine.editor.open(preset.network, recipe)
        mine.editor.dataset = "mnist"
        go_to("build")

    st.button(
        "Open in the editor",
        icon=":material/account_tree:",
        disabled=mine.locked,
        help="With the recipe of this point; Train then trains it." if recipe else "It comes without a recipe.",
        key=f"size/edit/{point.preset}/{int(point.ours)}",
        on_click=edit,
    )
    st.caption(f"{preset.summary} Source: {preset.source}.", width="stretch")
