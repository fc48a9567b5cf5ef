"""The pieces of the Look-inside pages."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import activations, kernels, layers_with_kernels, probabilities, regions
from core.network import Network, Path, trace
from core.network.layers import shape_text
from core.training.limits import place
from core.ui.frame import percent
from core.ui.subject import Picture, Subject
from core.views.charts import receptive_explorer
from core.views.images import (
    INK_SCALE,
    Tile,
    activation_scale,
    cell_size,
    gallery,
    legend,
    signed_scale,
    strip,
)

MOST_TILES = 128
MOST_INPUTS = 32


def layer_words(network: Network, path: Path) -> str:
    """`3 · Conv2D 16 @ 5×5, relu`."""
    block = network.at(path)
    return f"{place(path)} · {type(block).__name__} {block.describe()}".strip()


def choose_kernel_layer(network: Network, key: str) -> Path | None:
    """A choice among the layers whose weights can be shown."""
    return _choose_layer(network, layers_with_kernels(network), key)


def kernel_pictures(subject: Subject, path: Path) -> None:
    """All kernels of one layer on one scale that is symmetric about zero."""
    found = kernels(subject.model, subject.network, path)
    outputs, inputs, rows, columns = found.images.shape
    scale = signed_scale(found.images)
    st.html(legend(scale))
    wide = rows == 1 and columns > 15
    if wide:
        st.caption(
            f"Each row of cells is one {found.output_noun}: its weights for the {columns:,} numbers that arrive. "
            "Blue is negative, orange positive."
        )
    else:
        st.caption(
            f"{outputs:,} {found.output_noun}s, each {rows}×{columns}"
            + (f" for each of {inputs:,} {found.input_noun}s" if inputs > 1 else "")
            + ". Blue is negative, orange positive; a unit responds where its input looks like the pattern."
        )
    if inputs == 1:
        tiles = [_kernel_tile(found, o, 0, f"{o + 1}", wide) for o in range(min(outputs, MOST_TILES))]
        st.html(gallery(tiles, scale, 6 if wide else cell_size((rows, columns), 100)))
        _more(outputs, MOST_TILES, found.output_noun)
        return
    for o in range(min(outputs, MOST_INPUTS)):
        tiles = [_kernel_tile(found, o, i, "", wide) for i in range(min(inputs, MOST_INPUTS))]
        st.html(
            f'<div style="font-size:12px;opacity:.75;margin-bottom:3px">{found.output_noun} {o + 1}</div>'
            + gallery(tiles, scale, cell_size((rows, columns), 40))
        )
    _more(outputs, MOST_INPUTS, found.output_noun)


def feature_map_pictures(subject: Subject, picture: Picture) -> None:
    """The image, then each layer's maps, then the answer."""
    answers = probabilities(subject.model, picture.image)
    best = int(np.argmax(answers))
    verdict = ""
    if picture.label is not None:
        verdict = (
            ", which is right" if best == picture.label else f", but it is “{subject.class_names[picture.label]}”"
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        tiles = [Tile(picture.image[..., c], "", picture.title) for c in range(picture.image.shape[2])]
        st.html(gallery(tiles, INK_SCALE, cell_size(picture.image.shape[:2], 140)), width="content")
        st.markdown(
            f"Input: {picture.title}.  \nThe network answers **{subject.class_names[best]}** "
            f"({percent(answers[best])}){verdict}.",
            width="content",
        )
    for path, values in activations(subject.model, subject.network, picture.image).items():
        _layer_maps(subject.network, path, values, subject.class_names)


def choose_field_layer(network: Network, key: str) -> Path | None:
    """A choice among the layers that still have maps."""
    spatial = [row.path for row in trace(network).rows if row.output_shape and len(row.output_shape) == 3]
    return _choose_layer(network, spatial, key)


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
    st.altair_chart(
        receptive_explorer(values, regions(row.receptive_field), image),
        key=f"fields/{place(path)}",
        width="content",
        alt=f"Feature map of {layer_words(subject.network, path)} and the input. Each unit sees {high} by {wide} pixels.",
    )
    st.caption(
        "Above: the feature map. Below: the image. At the border the frame is cut off, because there is "
        "nothing but padding outside."
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
                "Output": shape_text(row.output_shape),
                "Sees": f"{high}×{wide}",
                "Step": f"{down}×{right}" if down and right else "–",
                "Share of the image": f"{share:.0%}".replace("%", " %"),
            }
        )
    st.markdown("**How the view grows**, layer by layer")
    st.table(lines, hide_index=True, border="horizontal")
    st.caption(
        "Sees: how many input pixels one unit depends on. Step: how far apart, in input pixels, the "
        "views of two neighbouring units are. Each convolution widens the view by its kernel size minus "
        "one, times the step so far; each pooling doubles the step."
    )


def _choose_layer(network: Network, paths: list[Path], key: str) -> Path | None:
    if not paths:
        return None
    return st.selectbox(
        "Layer", paths, format_func=lambda path: layer_words(network, path), key=f"{key}/{hash(network)}", width=340
    )


def _layer_maps(network: Network, path: Path, values: np.ndarray, class_names: tuple[str, ...]) -> None:
    scale = activation_scale(values)
    dead = float((values == 0).all(axis=(0, 1)).mean()) if values.ndim == 3 else float((values == 0).mean())
    facts = f"Values from {values.min():.3g} to {values.max():.3g}."
    if dead:
        facts += f" {dead:.0%}".replace("%", " %") + (
            " of the maps are zero everywhere." if values.ndim == 3 else " of the units are zero."
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{layer_words(network, path)}** · {shape_text(values.shape)}", width="content")
        st.html(legend(scale), width="content")
        st.caption(facts, width="content")
    if values.ndim == 1 and len(values) == len(class_names):
        tiles = [Tile(v.reshape(1, 1), name, f"{name}: {v:.4g}") for v, name in zip(values, class_names)]
        st.html(gallery(tiles, scale, 30))
        return
    if values.ndim == 1:
        st.html(gallery([Tile(strip(values), "", f"{len(values)} units of {layer_words(network, path)}")], scale, 10))
        return
    tiles = [
        Tile(values[..., c], "", f"map {c + 1} of {layer_words(network, path)}")
        for c in range(min(values.shape[2], MOST_TILES))
    ]
    st.html(gallery(tiles, scale, cell_size(values.shape[:2], 84)))
    _more(values.shape[2], MOST_TILES, "map")


def _kernel_tile(found, o: int, i: int, label: str, wide: bool) -> Tile:
    image = strip(found.images[o, i, 0]) if wide else found.images[o, i]
    return Tile(image, label, f"{found.output_noun} {o + 1}, {found.input_noun} {i + 1}")


def _more(there: int, shown: int, noun: str) -> None:
    if there > shown:
        st.caption(f"The first {shown} of {there:,} {noun}s are shown.")
