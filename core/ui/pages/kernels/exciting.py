"""The image that was made to excite one kernel most."""

from __future__ import annotations

import streamlit as st

from core.insight import most_exciting
from core.insight.maximisation import Excited
from core.insight.responses import exceeds
from core.ui.pages.kernels.one_kernel import OneKernel
from core.ui.widgets.downloads import picture_file
from core.ui.widgets.panels import Computation, Drawn, Panel, Progress
from core.views.images import INK_SCALE, Tile, captioned_png, cell_size, figure, gallery, shown_image


def _compute(one: OneKernel, _: Progress) -> Excited:
    return most_exciting(one.subject.model, one.subject.network, one.path, one.channel)


def _about(one: OneKernel) -> tuple:
    return one.path, one.channel


def none_found(found: Excited) -> str | None:
    """A sentence where no image excites a kernel: its responses to noise, after the changes, and to an empty image."""
    if exceeds(found.after, found.before):
        return None
    if not exceeds(found.after, 0):
        if exceeds(found.border, max(found.empty, 0)):
            return (
                f"No ink: its response is {figure(found.border)} on an empty image, at the border, where it sees padding. In "
                f"the middle it is {figure(found.before)} to noise, and no change of it raised that."
            )
        return f"Nothing was found: its response is {figure(found.before)} to noise, and no change of it raised that."
    if not exceeds(found.after, found.empty):
        return f"No ink: its response is {figure(found.after)} to noise, and {figure(found.empty)} to an empty image."
    return None


def how(found: Excited, noun: str) -> str:
    """A sentence on how the image came about."""
    if exceeds(found.after, found.before):
        return f"the pixels of noise were changed until this {noun} responded as strongly as it could in the middle of its map."
    if found.after == found.before:
        return f"of much noise this excites the {noun} most ({figure(found.before)}), and changing it led only down."
    return f"noise excites this {noun} as much ({figure(found.before)}); pixels that do not matter were made dark."


def _draw(one: OneKernel, found: Excited) -> Drawn:
    if silent := none_found(found):
        return Drawn(silent)
    tile = Tile(
        shown_image(found.image),
        f"response {figure(found.before)} → {figure(found.after)}",
        f"the image that excites {one.name} most: its response is {figure(found.after)}",
    )
    cell = cell_size(found.image.shape[:2], 168)
    st.html(gallery([tile], INK_SCALE, cell))
    words = (
        f"Not a real image: {how(found, one.noun)} "
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
