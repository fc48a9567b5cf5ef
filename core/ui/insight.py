"""The pieces of the Look-inside pages."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import activations, regions
from core.network import Network, Path, trace
from core.network.layers import shape_text
from core.network.network import place
from core.ui.frame import look
from core.ui.subject import Picture, Subject
from core.views.charts import receptive_explorer
from core.views.images import (
    Tile,
    activation_scale,
    cell_size,
    gallery,
    legend,
    strip,
)

FIRST_MAPS = 32


def layer_words(network: Network, path: Path) -> str:
    """`3 · Conv2D 16 @ 5×5, relu`."""
    block = network.at(path)
    return f"{place(path)} · {type(block).__name__} {block.describe()}".strip()


def choose_field_layer(network: Network, key: str) -> Path | None:
    """A choice among the layers that still have maps."""
    spatial = [row.path for row in trace(network).rows if row.output_shape and len(row.output_shape) == 3]
    return choose_layer(network, spatial, key)


def explorer(subject: Subject, picture: Picture, path: Path | None) -> None:
    """One feature map and, under it, the input with the frame of what the hovered unit sees."""
    if path is None:
        st.info("No layer of this network has feature maps: every unit of a dense layer sees the whole image.")
        return
    row = trace(subject.network).row(path)
    channels = row.output_shape[2]
    channel = 0
    if channels > 1:
        channel = (
            st.number_input("Feature map", 1, channels, 1, key=f"fields/channel/{place(path)}/{channels}", width=150)
            - 1
        )
    values = activations(subject.model, subject.network, picture.image)[path][..., channel]
    image = picture.image[..., 0] if picture.image.shape[2] == 1 else picture.image[..., :3]
    high, wide = row.receptive_field.size
    st.vega_lite_chart(
        receptive_explorer(values, regions(row.receptive_field), image, look=look()),
        key=f"fields/{place(path)}",
        width="content",
        alt=f"Feature map of {layer_words(subject.network, path)} and the input. Each unit sees {high} by {wide} pixels.",
    )
    st.caption(
        "Above: the feature map. Below: the image that went in. At the border the frame is cut off, because "
        "there is nothing but padding outside."
    )


def field_table(network: Network) -> None:
    """Size, step and share of the image for every layer."""
    height, width, _ = network.input_shape
    lines = []
    for row in trace(network).rows:
        if row.receptive_field is None:
            continue
        (high, wide), (down, right) = row.receptive_field.size, row.receptive_field.stride
        share = min(high, height) * min(wide, width) / (height * width)
        lines.append(
            {
                "Layer": layer_words(network, row.path),
                "Sees": f"{high}×{wide}",
                "Step": f"{down}×{right}" if down and right else "–",
                "Share": f"{share * 100:.0f} %" if share >= 0.01 else f"{share * 100:.1f} %",
            }
        )
    st.markdown("**How the view grows**, layer by layer")
    st.table(lines, hide_index=True, border="horizontal")
    st.caption(
        "Sees: how many input pixels one unit depends on, as if the image had no border. Step: how far apart "
        "the views of two neighbouring units are. Share: of the whole image. Each window, of a convolution or "
        "a pooling, widens the view by (size − 1) × the step so far; then its stride multiplies the step."
    )


def choose_layer(network: Network, paths: list[Path], key: str) -> Path | None:
    """A choice among these layers; None where there are none."""
    if not paths:
        return None
    return st.selectbox(
        "Layer", paths, format_func=lambda path: layer_words(network, path), key=f"{key}/{hash(network)}", width=340
    )


def layer_maps(network: Network, path: Path, values: np.ndarray, class_names: tuple[str, ...]) -> None:
    """One layer's output: maps as a gallery, a vector as rows of cells, the answer as labelled cells."""
    scale = activation_scale(values)
    words = layer_words(network, path)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{words}** · {shape_text(values.shape)}", width="content")
        st.html(legend(scale), width="content")
        st.caption(_range_words(values), width="content")
    if values.ndim == 1 and len(values) == len(class_names):
        tiles = [Tile(v.reshape(1, 1), name, f"{name}: {v:.4f}") for v, name in zip(values, class_names)]
        st.html(gallery(tiles, scale, 30))
    elif values.ndim == 1:
        st.html(gallery([Tile(strip(values), "", f"{len(values)} units of {words}")], scale, 10))
    else:
        shown = how_many(values.shape[2], FIRST_MAPS, "map", f"maps/{place(path)}")
        tiles = [Tile(values[..., c], f"{c + 1}", f"map {c + 1} of {words}") for c in range(shown)]
        st.html(gallery(tiles, scale, cell_size(values.shape[:2], 84)))


def _range_words(values: np.ndarray) -> str:
    """The range, and how much is dead."""
    largest = float(np.abs(values).max(initial=0.0))
    low, high = (0.0 if abs(v) < 1e-4 * largest else v for v in (float(values.min()), float(values.max())))
    words = f"Values from {low:.3g} to {high:.3g}."
    silent = (values == 0).all(axis=(0, 1)) if values.ndim == 3 else values == 0
    if silent.any():
        what = "of the maps are zero everywhere" if values.ndim == 3 else "of the units are zero"
        words += f" {silent.mean() * 100:.0f} % {what}."
    return words


def how_many(there: int, first: int, noun: str, key: str) -> int:
    """The first few, or all where the visitor wants them."""
    if there <= first or st.toggle(f"Show all {there:,} {noun}s", key=f"{key}/all"):
        return there
    return first
