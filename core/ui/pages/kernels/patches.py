"""The parts of test images to which one kernel responds most strongly."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data import load
from core.insight import best_patches
from core.insight.responses import exceeds
from core.network import trace
from core.network.words import counted
from core.ui.pages.kernels.one_kernel import TEST_IMAGES, OneKernel, why_no_test_images
from core.ui.widgets.downloads import picture_file
from core.ui.widgets.panels import Computation, Drawn, Panel, Progress
from core.views.images import INK_SCALE, Tile, captioned_png, cell_size, figure, gallery, shown_image

PATCHES_SHOWN = 9


def _search(one: OneKernel, progress: Progress) -> tuple[dict, dict]:
    """The strongest responses of every kernel of the layer: to test images, and to an empty image."""
    subject = one.subject
    searched = subject.model, subject.network, one.path
    images = load(subject.dataset).x_test[:TEST_IMAGES]
    empty = best_patches(*searched, np.zeros((1, *subject.network.input_shape), np.float32), count=1)
    return best_patches(*searched, images, count=PATCHES_SHOWN, on_progress=progress), empty


def none_found(strongest: float, empty: float, images: int, border: bool = False) -> str | None:
    """A sentence where no test image excites a kernel: its strongest response, and that to an empty image.

    `border` says that the latter is the response of a unit at the border.
    """
    if not exceeds(strongest, 0):
        return f"Nothing: its response is {figure(strongest)} at most on {counted(images, 'test image')}, so it is silent."
    if not exceeds(strongest, empty):
        where = ", at the border, where it sees padding" if border else ""
        return (
            f"No ink: its response is {figure(strongest)} at most on {counted(images, 'test image')}, and {figure(empty)} on "
            f"an empty image{where}."
        )
    return None


def _draw(one: OneKernel, searched: tuple[dict, dict]) -> Drawn:
    found, empty = searched
    if one.channel not in found:
        return Drawn()
    data = load(one.subject.dataset)
    images = data.x_test[:TEST_IMAGES]
    best = [response for response in found[one.channel] if response.box.bottom > response.box.top]
    if not best:
        return Drawn("Nothing: where it responds most strongly, it sees only padding.")
    blank = empty[one.channel][0]
    row = trace(one.subject.network).row(one.path)
    border = len(row.shape) == 3 and blank.box.size != row.field.size
    if silent := none_found(found[one.channel][0].value, blank.value, len(images), border):
        return Drawn(silent)
    tiles = [
        Tile(
            shown_image(response.cut(images)),
            f"{response.image:,} · {figure(response.value)}",
            f"test image {response.image:,}, “{data.class_names[int(data.y_test[response.image])]}”, "
            f"row {response.box.top + 1}, column {response.box.left + 1}: response {figure(response.value, 4)}",
        )
        for response in best
    ]
    cell = cell_size((max(max(tile.values.shape[:2]) for tile in tiles),), 76)
    st.html(f'<div style="max-width:300px">{gallery(tiles, INK_SCALE, cell)}</div>')
    words = (
        f"The {len(best)} strongest among {counted(len(images), 'test image')}, cut out as far as it sees: number of the image "
        "· response. What do they share?"
    )
    png = picture_file(lambda: captioned_png(tiles, INK_SCALE, one.caption(words), cell), "responses.png")
    return Drawn(words, [png])


PATCHES = Panel(
    "kernels/patches",
    "What it responds to",
    _draw,
    Computation(_search, lambda one: (one.path,), "Search the test images"),
    why_no_test_images,
)
