"""One feature map and, under it, the input with the frame of what the hovered unit sees."""

from __future__ import annotations

import streamlit as st

from core.insight import activations, regions
from core.network import trace
from core.network.network import layer_label
from core.ui.pages.receptive_fields.field import FieldInFocus, has_holes
from core.ui.shell.frame import look
from core.ui.shell.renewal import value_if_changed
from core.ui.widgets.downloads import chart_file
from core.ui.widgets.panels import Drawn, Panel
from core.views.images import shown_image
from core.views.receptive import receptive_explorer


def _draw(at: FieldInFocus) -> Drawn:
    """The map above, the input below."""
    subject, path, picture = at.subject, at.path, at.image
    row = trace(subject.network).row(path)
    if len(row.shape) != 3:
        st.info(
            f"Layer {layer_label(path)} gives a row of numbers, not a map, so there is nothing to move over. Choose a "
            "layer with maps above, if there is one; what is said beside holds for this layer too."
        )
        return Drawn()
    channels = row.shape[2]
    channel = _choose_map(at, channels) if channels > 1 else 0
    values = activations(subject.model, subject.network, picture.image)[path][..., channel]
    field = at.field
    high, wide = field.size
    holes = has_holes(field)
    image = picture.image if picture.image.shape[2] == 3 else shown_image(picture.image)
    chart = receptive_explorer(
        values,
        regions(field),
        image,
        look=look(),
        reads=field.paths if holes else (),
        first=at.unit,
    )
    alt = f"Feature map of {at.words} and the input. Each unit sees {high} by {wide} pixels."
    st.vega_lite_chart(chart, key=f"fields/{layer_label(path)}", width="content", alt=alt)
    shown = (
        f"{subject.title}. Above, map {channel + 1} of layer {at.words}; below, {picture.title}, with what the framed "
        "number sees."
    )
    marks = " Squares mark the pixels that it truly reads: there are holes between them." if holes else ""
    return Drawn(
        "Above: the feature map. Below: the image that went in. At the border the frame is cut off, because "
        f"there is nothing but padding outside.{marks}",
        [chart_file(alt, f"{shown}{marks}", "receptive-field")],
    )


def _choose_map(at: FieldInFocus, channels: int) -> int:
    """The feature map that is shown, from 0; other pages look at it too."""
    focus, path = at.mine.focus, at.path
    key = f"fields/channel/{hash(at.subject.network)}/{layer_label(path)}"
    known = focus.channel + 1 if path == focus.layer else 1

    def another() -> None:
        number = value_if_changed(key, known)
        if number is not None:
            focus.look_at_channel(path, number - 1)

    return st.number_input("Feature map", 1, channels, known, key=key, on_change=another, width=150) - 1


EXPLORER = Panel("fields/explorer", "A feature map and the image", _draw)
