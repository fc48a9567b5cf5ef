"""The panels of the Kernels page, and where they stand."""

from __future__ import annotations

import streamlit as st

from core.insight import layers_with_kernels
from core.network import Network, Path
from core.ui.pages.kernels.exciting import EXCITING
from core.ui.pages.kernels.gallery import GALLERY
from core.ui.pages.kernels.matrix import MATRIX
from core.ui.pages.kernels.one_kernel import OneKernel, choose_number
from core.ui.pages.kernels.patches import PATCHES
from core.ui.pages.kernels.spread import SPREAD
from core.ui.pages.kernels.weights import WEIGHTS
from core.ui.pages.kernels.without import WITHOUT
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.ui.widgets.layers import choose_layer
from core.ui.widgets.lesson.controls import tell
from core.ui.widgets.model_view import ModelView

BESIDE = {WEIGHTS: 12, PATCHES: 9, EXCITING: 7}  # of one kernel, and the widths of their columns
MORE = {"without": WITHOUT, "matrix": MATRIX}  # one at a time


def choose_kernel_layer(mine: Session, network: Network, key: str) -> Path | None:
    """A choice among the layers whose weights can be shown."""
    return choose_layer(mine, network, layers_with_kernels(network), key)


def all_and_one(mine: Session, subject: ModelView, path: Path) -> None:
    """All kernels of the layer, and one of them closely: the one that was clicked."""
    one = OneKernel(mine, subject, path, mine.focus.channel if path == mine.focus.layer else 0)
    pictures, spread = st.columns([7, 4], gap="large")
    with pictures:
        GALLERY.show(one, headed=False)
    with spread:
        SPREAD.show(one)
    with st.container(key="kernels/closely"):
        st.subheader(f"One {one.noun}, closely", anchor=False)
        one = choose_number(one)
        for column, panel in zip(st.columns(list(BESIDE.values()), gap="medium"), BESIDE):
            with column:
                panel.show(one)
    bring_into_view(mine.reveals, "kernels/closely")
    key = f"kernels/view/{one.noun}"

    def choose() -> None:
        mine.focus.closely = st.session_state[key]

    view = st.segmented_control(
        "More",
        list(MORE),
        default=mine.focus.closely,
        format_func=lambda name: MORE[name].titled(one),
        required=True,
        key=key,
        on_change=choose,
        label_visibility="collapsed",
    )
    tell(mine, "kernels", layer=one.number, kernel=one.channel + 1, view=MORE[view].titled(one), evaluated=None)
    MORE[view].show(one, headed=False)
