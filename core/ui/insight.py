"""The pieces of the Look-inside pages."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import Kernels, activations, kernels, layers_with_kernels, probabilities
from core.network import Dense, Network, Path
from core.network.layers import shape_text
from core.network.network import place
from core.ui.frame import percent
from core.ui.subject import Picture, Subject
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

FIRST_KERNELS = 16
FIRST_MAPS = 32
MOST_INPUTS = 64


def layer_words(network: Network, path: Path) -> str:
    """`3 · Conv2D 16 @ 5×5, relu`."""
    block = network.at(path)
    return f"{place(path)} · {type(block).__name__} {block.describe()}".strip()


def choose_layer(network: Network, paths: list[Path], key: str) -> Path | None:
    """A choice among these layers; None where there are none."""
    if not paths:
        return None
    return st.selectbox(
        "Layer", paths, format_func=lambda path: layer_words(network, path), key=f"{key}/{hash(network)}", width=340
    )


def choose_kernel_layer(network: Network, key: str) -> Path | None:
    """A choice among the layers whose weights can be shown."""
    return choose_layer(network, layers_with_kernels(network), key)


def kernel_pictures(subject: Subject, path: Path, key: str) -> None:
    """The kernels of one layer on one scale that is symmetric about zero."""
    found = kernels(subject.model, subject.network, path)
    outputs, inputs, rows, columns = found.images.shape
    scale = signed_scale(found.images)
    in_rows = rows == 1 and columns > 15  # weights for a plain vector: as lines of cells
    st.html(legend(scale))
    st.caption(_kernel_words(found, isinstance(subject.network.at(path), Dense), in_rows))
    shown = _how_many(outputs, FIRST_KERNELS, found.output_noun, key)
    if inputs == 1:
        tiles = [_kernel_tile(found, o, 0, f"{o + 1}", in_rows) for o in range(shown)]
        st.html(gallery(tiles, scale, 6 if in_rows else cell_size((rows, columns), 100)))
    else:
        for o in range(shown):
            tiles = [_kernel_tile(found, o, i, f"{i + 1}", in_rows) for i in range(min(inputs, MOST_INPUTS))]
            title = f'<div style="font-size:13px;font-weight:600;margin:4px 0">{found.output_noun} {o + 1}</div>'
            st.html(title + gallery(tiles, scale, cell_size((rows, columns), 40)))
        if inputs > MOST_INPUTS:
            st.caption(f"The first {MOST_INPUTS} of {inputs:,} {found.input_noun}s are shown.")
    if found.mixing is not None:
        mixed = signed_scale(found.mixing)
        st.markdown("**Then the channels are mixed** by 1×1 kernels")
        st.html(legend(mixed) + gallery([Tile(found.mixing, "", "weights of the 1×1 kernels")], mixed, 12))
        st.caption("One row for each output channel, one column for each map above.")


def _kernel_words(found: Kernels, dense: bool, in_rows: bool) -> str:
    outputs, inputs, rows, columns = found.images.shape
    signs = "Blue is negative, orange positive."
    if in_rows:
        return (
            f"{outputs:,} units; each block of cells is one unit, a cell for each of the {columns:,} numbers "
            f"that arrive. {signs}"
        )
    if dense:
        maps = "" if inputs == 1 else f", one picture for each of the {inputs:,} maps that were flattened"
        return (
            f"{outputs:,} units, each with a weight for every pixel{maps}. {signs} A unit responds "
            "to images that are bright where it is orange and dark where it is blue."
        )
    pairs = f" for each of {inputs:,} {found.input_noun}s" if inputs > 1 else ""
    return (
        f"{outputs:,} kernels of {rows}×{columns}{pairs}, slid over the whole input. {signs} "
        "A kernel responds where its input looks like the pattern."
    )


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


def layer_pictures(subject: Subject, path: Path, image: np.ndarray) -> None:
    """What one layer makes of an image, and its kernels: small enough to follow while the network learns."""
    values = activations(subject.model, subject.network, image)[path]
    tiles = [Tile(image[..., c], "", "the image") for c in range(image.shape[2])]
    st.html(gallery(tiles, INK_SCALE, cell_size(image.shape[:2], 84)))
    _layer_maps(subject.network, path, values, subject.class_names)
    if path in layers_with_kernels(subject.network):
        st.markdown("**Its kernels**")
        kernel_pictures(subject, path, f"train/kernels/{place(path)}")


def _layer_maps(network: Network, path: Path, values: np.ndarray, class_names: tuple[str, ...]) -> None:
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
        shown = _how_many(values.shape[2], FIRST_MAPS, "map", f"maps/{place(path)}")
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


def _kernel_tile(found: Kernels, o: int, i: int, label: str, in_rows: bool) -> Tile:
    image = strip(found.images[o, i, 0]) if in_rows else found.images[o, i]
    return Tile(image, label, f"{found.output_noun} {o + 1}, {found.input_noun} {i + 1}")


def _how_many(there: int, first: int, noun: str, key: str) -> int:
    """The first few, or all where the visitor wants them."""
    if there <= first or st.toggle(f"Show all {there:,} {noun}s", key=f"{key}/all"):
        return there
    return first
