"""The layer whose receptive field is looked at, with an image, and what the panels say of it together."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import streamlit as st

from core.insight import central_unit, pixels_read
from core.network import Box, ReceptiveField, trace
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.panels import LayerInFocus
from core.views.images import Scale, legend

SIDE_PX = 252


@dataclass(frozen=True)
class FieldInFocus(LayerInFocus):
    """The receptive field of a layer's units, shown on an image."""

    image: InputImage

    @property
    def field(self) -> ReceptiveField:
        return trace(self.subject.network).row(self.path).field

    @property
    def unit(self) -> tuple[int, int]:
        """Row and column of the unit that the visitor has open in this layer of maps, or else the middle one."""
        focus = self.mine.focus
        if focus.unit is None or self.path != focus.layer:
            return central_unit(self.field)
        row, column = focus.unit[:2]
        return row, column


def central_box(field: ReceptiveField) -> Box:
    return field.region(*central_unit(field))


def has_holes(field: ReceptiveField) -> bool:
    """True where the unit in the middle leaves out some of the pixels in its box."""
    return int(pixels_read(field, *central_unit(field)).sum()) < prod(central_box(field).size)


def scale_line(scale: Scale, unit: str) -> None:
    """A colour scale and the unit of its numbers."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(legend(scale), width="content")
        st.caption(unit, width="content")
