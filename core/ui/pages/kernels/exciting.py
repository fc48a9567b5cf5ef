"""The image that was made to excite one kernel most."""

from __future__ import annotations

import streamlit as st

from core.insight import most_exciting
from core.insight.maximisation import Excited
from core.ui.pages.kernels.one_kernel import OneKernel
from core.ui.widgets.downloads import picture_file
from core.ui.widgets.panels import Computation, Drawn, Panel, Progress
from core.views.images import INK_SCALE, Tile, captioned_png, cell_size, figure, gallery, shown_image


def _compute(one: OneKernel, _: Progress) -> Excited:
    return most_exciting(one.subject.model, one.subject.network, one.path, one.channel)


def _about(one: OneKernel) -> tuple:
    return one.path, one.channel


def _draw(one: OneKernel, found) -> Drawn:
    if found.after <= found.before:
        return Drawn("Nothing was found that excites it more than noise does.")
    tile = Tile(
        shown_image(found.image),
        f"response {figure(found.before)} → {figure(found.after)}",
        f"the image that excites {one.name} most: its response is {figure(found.after)}",
    )
    cell = cell_size(found.image.shape[:2], 168)
    st.html(gallery([tile], INK_SCALE, cell))
    words = (
        f"Not a real image: the pixels of noise were changed until this {one.noun} responded as strongly as it could. "
        "Where it is bright, it wants ink; where it sees nothing, it stays black."
    )
    png = picture_file(lambda: captioned_png([tile], INK_SCALE, one.caption(words), cell), "exciting.png")
    return Drawn(words, [png])


EXCITING = Panel(
    "kernels/exciting",
    "What excites it most",
    _draw,
    Computation(
        _compute,
        _about,
        "Make the image",
    ),
)
