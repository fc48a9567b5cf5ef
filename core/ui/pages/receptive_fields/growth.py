"""The growth of the receptive field from layer to layer, as a table and drawn to scale on the image."""

from __future__ import annotations

import streamlit as st

from core.insight import field_summary, first_to_see, first_to_see_all
from core.network import Network, trace
from core.network.network import layer_label
from core.ui.pages.receptive_fields.field import FieldInFocus, central_box
from core.ui.shell.frame import look
from core.ui.widgets.downloads import NO_BREAK, give_away, picture_file, table_file
from core.ui.widgets.layers import layer_words
from core.ui.widgets.model_view import ModelView
from core.ui.widgets.panels import Drawn, Panel
from core.views.fields import Nested, as_image, nested_boxes
from core.views.images import shown_image

DIGIT = (20, 20)  # MNIST's makers scaled each digit to fit into so many pixels


def _draw(at: FieldInFocus) -> Drawn:
    """The table, which layer sees how much, and the boxes of all layers on the image."""
    network, picture = at.subject.network, at.image
    lines = _lines(network)
    st.markdown(growth_words(at.subject))
    st.table(lines, hide_index=True, border="horizontal")
    give_away("fields/table", _table_words(network), [table_file(lines, "receptive-fields")])
    boxes = [
        Nested(layer_label(row.path), central_box(row.receptive_field), row.path == at.path)
        for row in trace(network).rows
        if row.receptive_field
    ]
    st.markdown("**The same, drawn to scale**: what the unit in the middle of each layer sees")
    image = shown_image(picture.image)
    alt = "Boxes on the image, one in the other. " + "; ".join(
        f"layer {line['Layer']} sees {line['Sees']} pixels" for line in lines
    )
    st.html(as_image(nested_boxes(image, boxes, alt, look=look()), alt))
    caption = (
        "What the unit in the middle of each layer sees, cut off at the border of the image. The numbers are those "
        f"of the layers of “{network.name}”, with the height × width of the box; the chosen layer’s is bold."
    )
    svg = picture_file(lambda: nested_boxes(image, boxes, alt, caption=caption), "nested-fields.svg")
    return Drawn(caption, [svg])


def _lines(network: Network) -> list[dict[str, str]]:
    """One line for each layer: how much its units see, and where."""
    lines = []
    for seen in field_summary(network):
        (high, wide), (down, right) = seen.size, seen.stride
        lines.append(
            {
                "Layer": layer_words(network, seen.path),
                "Sees": f"{high}×{wide}",
                "Step": f"{down}×{right}" if down and right else "–",
                "Centre": f",{NO_BREAK}".join(f"{at + 1:g}" for at in seen.central_centre),
                "Share": f"{seen.share * 100:.{0 if seen.share >= 0.01 else 1}f}{NO_BREAK}%",
                "Reads": f"{seen.pixels:,}",
            }
        )
    return lines


def _table_words(network: Network) -> str:
    height, width, _ = network.input_shape
    return (
        "Sees: how many input pixels one unit depends on, as if the image had no border. Step: how far "
        "apart the views of two neighbouring units are. Of the unit in the middle: the row and column where the "
        f"centre of its view lies (the image’s is {height / 2 + 0.5:g}, {width / 2 + 0.5:g}), its share "
        "of the whole image, and how many pixels it truly reads. Each window, of a convolution or a pooling, "
        "widens the view by (size − 1) × the step so far; then its stride multiplies the step."
    )


def growth_words(subject: ModelView) -> str:
    """Names the first layer that sees a whole digit, and the first that sees the whole image."""
    network = subject.network
    height, width, _ = network.input_shape
    goals = [(first_to_see_all(network), f"the whole image ({height}×{width})")]
    if subject.dataset == "mnist" and height >= DIGIT[0] and width >= DIGIT[1]:
        goals.insert(0, (first_to_see(network, *DIGIT), f"a whole digit (up to {DIGIT[0]}×{DIGIT[1]} pixels)"))
    if len({path for path, _ in goals}) == 1:
        goals = [(goals[0][0], " and ".join(what for _, what in goals))]
    return " ".join(
        f"The first layer whose unit in the middle sees {what}: **{layer_words(network, path)}**."
        if path
        else f"No layer’s unit in the middle sees {what}."
        for path, what in goals
    )


GROWTH = Panel("fields/nested", "Layer by layer", _draw)
