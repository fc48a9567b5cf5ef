"""The share of each unit's view that is padding."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import border_share, central_unit
from core.network import ReceptiveField
from core.network.percentages import rough_percent
from core.network.words import counted
from core.ui.pages.receptive_fields.field import SIDE_PX, FieldInFocus, scale_line
from core.ui.widgets.downloads import picture_file
from core.ui.widgets.panels import Drawn, Panel
from core.views.images import Scale, Tile, captioned_png, cell_size, gallery
from core.views.theme import MAGMA


def _draw(at: FieldInFocus) -> Drawn:
    """The share as one cell for each unit."""
    field = at.field
    outside = border_share(field) * 100
    words = _border_words(field, outside)
    if outside.any():
        scale = Scale(0.0, 100.0, MAGMA)
        tile = Tile(outside, "", words)
        cell = cell_size(outside.shape, SIDE_PX)
        st.markdown(f"**How much of each unit’s view is padding**, in layer {at.words}")
        st.html(gallery([tile], scale, cell))
        scale_line(scale, "per cent of the view")
    st.markdown(words)
    caption = (
        "Each cell is a unit of the layer; its colour says how many per cent of its view lies outside of the image, "
        "where padding stands in with zeros. Such a unit knows less of the image than one in the middle, and can "
        "tell from the zeros that it stands at the border."
    )
    if not outside.any():
        return Drawn()
    full = f"{at.words}. {words} {caption}"
    return Drawn(caption, [picture_file(lambda: captioned_png([tile], scale, full, cell), "border.png")])


def _border_words(field: ReceptiveField, outside: np.ndarray) -> str:
    """One sentence; `outside` in per cent."""
    rows, columns = outside.shape
    if not outside.any():
        return "No unit of this layer looks beyond the border of the image: no padding stands in for pixels."
    if (rows, columns) == (1, 1):
        return f"{rough_percent(outside[0, 0] / 100)} of this layer’s view lies outside of the image."
    some = int((outside > 0).sum())
    look = "looks" if some == 1 else "look"
    middle = outside[central_unit(field)]
    return (
        f"{some:,} of the {counted(rows * columns, 'unit')} {look} beyond the border: the one in the upper left corner with "
        f"{rough_percent(outside[0, 0] / 100)} of its view, the one in the middle with {rough_percent(middle / 100)}."
    )


BORDER = Panel("fields/border", "At the border", _draw)
