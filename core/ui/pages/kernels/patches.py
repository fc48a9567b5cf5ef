"""The parts of test images to which one kernel responds most strongly."""

from __future__ import annotations

import streamlit as st

from core.data import load
from core.insight import best_patches
from core.ui.pages.kernels.one_kernel import TEST_IMAGES, OneKernel, why_no_test_images
from core.ui.widgets.downloads import picture_file
from core.ui.widgets.panels import Computation, Drawn, Panel, Progress
from core.views.images import INK_SCALE, Tile, captioned_png, cell_size, figure, gallery, shown_image

PATCHES_SHOWN = 9


def _search(one: OneKernel, progress: Progress) -> dict:
    """The strongest responses of every kernel of the layer."""
    subject = one.subject
    images = load(subject.dataset).x_test[:TEST_IMAGES]
    return best_patches(subject.model, subject.network, one.path, images, count=PATCHES_SHOWN, on_progress=progress)


def _draw(one: OneKernel, found: dict) -> Drawn:
    if one.channel not in found:
        return Drawn()
    data = load(one.subject.dataset)
    images = data.x_test[:TEST_IMAGES]
    best = [response for response in found[one.channel] if response.box.bottom > response.box.top]
    if not best or max(response.value for response in best) <= 0:
        return Drawn(f"Nothing: it is silent, or below zero, on all of {len(images):,} test images.")
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
        f"The {len(best)} strongest among {len(images):,} test images, cut out as far as it sees: number of the image "
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
