"""The steps from a drawing to 28×28 pixels, each of which can be left out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.data import Step
from core.ui.pages.draw.state import DrawState
from core.ui.shell.session import Session
from core.ui.widgets.downloads import download_tiles
from core.views.images import INK_SCALE, Tile, fitted, gallery

STEP_PX = 140
STEP_TITLES = {
    "drawn": "Your drawing",
    "sent": "Your photo",
    "ink": "Ink found",
    "cut out": "Cut out",
    "scaled": "Scaled",
    "pen width": "MNIST’s pen",
    "centred": "Centred",
}


def preprocessing(mine: Session, steps: Sequence[Step]) -> None:
    """The preprocessing, step by step; each step can be left out, and the prediction follows."""
    state = mine.state(DrawState)
    st.subheader("How your drawing became 28×28 pixels", anchor=False)
    names = [step.name for step in steps[1:]]
    key = f"draw/steps/{'/'.join(names)}"

    def chosen() -> None:
        state.skipped_steps = frozenset(names) - set(st.session_state[key])

    st.pills(
        "Steps",
        names,
        selection_mode="multi",
        default=[name for name in names if name not in state.skipped_steps],
        format_func=STEP_TITLES.__getitem__,
        key=key,
        on_change=chosen,
        help="Switch one off, and see what the network predicts without it.",
    )
    with st.container(horizontal=True, gap="medium", key="strip-steps"):
        for step in steps:
            with st.container(width=STEP_PX + 10, gap="small"):
                title = STEP_TITLES[step.name] + (", left out" if step.skipped else "")
                st.markdown(f"**{title}**")
                small = fitted(step.image, STEP_PX)
                cell = max(1, STEP_PX // max(small.shape))
                st.html(gallery([Tile(small, "", f"{title}. {step.caption}")], INK_SCALE, cell))
                st.caption(step.caption)
    download_tiles(
        [Tile(step.image, STEP_TITLES[step.name], step.caption) for step in steps],
        INK_SCALE,
        "From a drawing to what the network receives, as the makers of MNIST did it: scaled into a box of 20×20 "
        "pixels, drawn with a pen as thin as theirs, and moved so that the centre of mass is in the middle.",
        "drawing",
        "draw/steps/png",
    )
