"""The pixels that one unit truly reads."""

from __future__ import annotations

from math import prod

import numpy as np
import streamlit as st

from core.insight import central_unit, pixels_read
from core.network import Box, ReceptiveField, trace
from core.network.network import layer_label
from core.network.words import counted
from core.ui.pages.receptive_fields.field import SIDE_PX, FieldInFocus
from core.ui.widgets.downloads import picture_file
from core.ui.widgets.panels import Drawn, Panel
from core.views.images import INK_SCALE, Tile, captioned_png, cell_size, gallery, marked, shown_image


def _draw(at: FieldInFocus) -> Drawn:
    """The pixels behind one unit, on the image."""
    field = at.field
    row, column = _choose_unit(at)
    read, box = pixels_read(field, row, column), field.region(row, column)
    words = _read_words(field, read, box, (row, column))
    image = shown_image(at.image.image)
    cell = cell_size(image.shape, SIDE_PX)
    drawn = marked(image, INK_SCALE, cell, box, read if read.sum() < prod(box.size) else None)
    tile = Tile(drawn, "", words)
    st.html(gallery([tile], INK_SCALE, 1))
    st.markdown(words)
    caption = (
        "The frame is the smallest box around all that the unit depends on. Where it has holes, squares mark the "
        "pixels that it truly reads. Holes come from dilation, which spreads a kernel’s weights apart, from strides "
        "longer than the window, and from branches that look at different places."
    )
    full = f"{at.words}. {words} {caption}"
    return Drawn(caption, [picture_file(lambda: captioned_png([tile], None, full, 1), "pixels-read.png")])


def _choose_unit(at: FieldInFocus) -> tuple[int, int]:
    """Row and column of one unit, from 0; in a layer of maps, other pages look at it too."""
    network, path, focus = at.subject.network, at.path, at.mine.focus
    if at.field.units == (1, 1):
        st.markdown(f"All units of layer {layer_label(path)} read the same pixels.")
        return 0, 0
    maps = len(trace(network).row(path).shape) == 3
    where = at.unit if maps else central_unit(at.field)
    keys = [f"fields/unit/{hash(network)}/{layer_label(path)}/{side}" for side in ("row", "column")]

    def another() -> None:
        place_asked = tuple(st.session_state[key] - 1 for key in keys)
        if maps and place_asked != where:  # of a flattened layer, one place belongs to many numbers
            focus.look_at(path, (*place_asked, focus.channel if path == focus.layer else 0))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        row, column = (
            st.number_input(label, 1, most, known + 1, key=key, on_change=another, width=150) - 1
            for key, label, most, known in zip(keys, ("Row of the unit", "Column"), at.field.units, where)
        )
    return row, column


def _read_words(field: ReceptiveField, read: np.ndarray, box: Box, unit: tuple[int, int]) -> str:
    who = "Such a unit" if field.units == (1, 1) else f"The unit at row {unit[0] + 1}, column {unit[1] + 1}"
    count, within = int(read.sum()), prod(box.size)
    if not count:
        return f"{who} reads no pixel at all, only padding."
    high, wide = box.size
    where = f"rows {box.top + 1}–{box.bottom}, columns {box.left + 1}–{box.right}"
    if count == within == 1:
        return f"{who} reads a single pixel, at row {box.top + 1}, column {box.left + 1} of the image."
    if count == read.size:
        return f"{who} reads every pixel of the image."
    if count == within:
        cut = ""
        if box.size != field.size and box.size != read.shape:
            cut = f" Away from the border its box would be {field.size[0]}×{field.size[1]}."
        return f"{who} reads all {counted(count, 'pixel')} of its {high}×{wide} box ({where}).{cut}"
    return f"{who} reads {count:,} of the {counted(within, 'pixel')} in its {high}×{wide} box ({where})."


PIXELS_READ = Panel("fields/read", "Pixels read", _draw)
