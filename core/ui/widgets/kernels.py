"""The kernels of one layer as pictures on one scale, and how their parts are named and listed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.insight import Kernels, activations, kernels, layers_with_kernels
from core.network import Dense, Network, Path
from core.network.network import layer_label
from core.network.words import counted, plural
from core.ui.widgets.galleries import clickable_gallery, tile_rows
from core.ui.widgets.layers import how_many, layer_maps
from core.ui.widgets.model_view import ModelView
from core.views.images import INK_SCALE, Scale, Tile, cell_size, gallery, legend, signed_scale, strip
from core.views.kernels import mosaic, row_words

FIRST_KERNELS = 16
FIRST_ROWS = 8  # of the grid of a deeper layer
MOST_INPUTS = 64
LONG = 15  # weights in a row that are broken into lines
COLOURS = ("red", "green", "blue")
MIXING_WORDS = "One row for each output channel, one column for each map above."

Choose = Callable[[int], None]


def layer_pictures(subject: ModelView, path: Path, image: np.ndarray) -> None:
    """One layer's output for an image, and its kernels: small enough to follow while the network learns."""
    values = activations(subject.model, subject.network, image)[path]
    tiles = [Tile(image[..., c], "", "the image") for c in range(image.shape[2])]
    st.html(gallery(tiles, INK_SCALE, cell_size(image.shape[:2], 84)))
    layer_maps(subject.network, path, values, subject.class_names)
    if path in layers_with_kernels(subject.network):
        st.markdown("**Its kernels**")
        found = kernels(subject.model, subject.network, path)
        kernel_pictures(found, subject.network, path, f"train/kernels/{layer_label(path)}")


def kernel_pictures(
    found: Kernels,
    network: Network,
    path: Path,
    key: str,
    chosen: int | None = None,
    choose: Choose | None = None,
    words: str | None = None,
    scale: Scale | None = None,
) -> list[Tile]:
    """The kernels of one layer on one scale that is symmetric about zero; with `choose`, to be clicked.

    `words` replace the caption that says how to read kernels, and `scale` is shared with other pictures.

    Returns the tiles that are shown, without those of the 1×1 kernels.
    """
    scale = signed_scale(found.images) if scale is None else scale
    st.html(legend(scale))
    st.caption(kernel_words(found, isinstance(network.at(path), Dense)) if words is None else words)
    outputs, inputs = found.images.shape[:2]
    shown = how_many(outputs, FIRST_KERNELS if inputs == 1 else FIRST_ROWS, found.output_noun, key)
    draw = _side_by_side if inputs == 1 else _rows
    tiles = draw(found, input_names(network, path, found), shown, scale, key, chosen, choose)
    if found.mixing is not None:
        mixed = signed_scale(found.mixing)
        st.markdown("**Then the channels are mixed** by 1×1 kernels")
        st.html(legend(mixed) + gallery([Tile(found.mixing, "", "weights of the 1×1 kernels")], mixed, 12))
        st.caption(MIXING_WORDS)
    return tiles


def _side_by_side(
    found: Kernels, _: list[str], shown: int, scale: Scale, key: str, chosen: int | None, choose: Choose | None
) -> list[Tile]:
    """Kernels that read one channel."""
    noun = found.output_noun
    tiles = [Tile(laid_out(found.images[o, 0]), f"{o + 1}", f"{noun} {o + 1}") for o in range(shown)]
    cell = 6 if in_lines(found) else cell_size(found.images.shape[2:], 100)
    if choose is None:
        st.html(gallery(tiles, scale, cell))
    else:
        clickable_gallery(tiles, range(shown), chosen, scale, cell, f"{key}/clicked", choose, least_px=24)
    return tiles


def _rows(
    found: Kernels, names: list[str], shown: int, scale: Scale, key: str, chosen: int | None, choose: Choose | None
) -> list[Tile]:
    """Kernels that read several channels: one row for each, one column for each channel."""
    names, drawn = names[:MOST_INPUTS], found.images[:shown, :MOST_INPUTS]
    noun, inputs, cell = found.output_noun, found.images.shape[1], cell_size(found.images.shape[2:], 40)
    lines = [
        Tile(mosaic(kernel[np.newaxis]), f"{o}", row_words(noun, o, len(names))) for o, kernel in enumerate(drawn, 1)
    ]
    tile_rows(lines, range(shown), chosen, scale, cell, f"{key}/rows", choose, noun, names)
    more = f" The first {MOST_INPUTS} of {inputs:,} are shown." if inputs > MOST_INPUTS else ""
    st.caption(f"Across: its {plural(found.input_noun)}. Down: the {plural(noun)}.{more}")
    return [Tile(mosaic(drawn), "", "")]


def input_names(network: Network, path: Path, found: Kernels, count: int | None = None) -> list[str]:
    """Numbers from 1; for what reads a colour image, its colours."""
    inputs = count or found.images.shape[1]
    if inputs == 3 and network.sources(path) == ((),):
        return list(COLOURS)
    return [f"{number + 1}" for number in range(inputs)]


def in_lines(found: Kernels) -> bool:
    """True for the weights of a plain vector that are too many for one line."""
    _, inputs, rows, columns = found.images.shape
    return inputs == 1 and rows == 1 and columns > LONG


def laid_out(image: np.ndarray) -> np.ndarray:
    """Weights for a plain vector as lines of cells; others as they are."""
    return strip(image[0]) if image.shape[0] == 1 and image.shape[1] > LONG else image


def kernel_words(found: Kernels, dense: bool) -> str:
    """The caption of a layer's kernels: how many there are and how to read them."""
    outputs, inputs, rows, columns = found.images.shape
    signs = "Blue is negative, orange positive."
    if in_lines(found):
        return (
            f"{counted(outputs, 'unit')}; each block of cells is one unit, with a cell for each of the {counted(columns, 'number')} "
            f"that arrive. {signs}"
        )
    if dense:
        each = "" if outputs == 1 else ", each"
        maps = "" if inputs == 1 else f", one picture for each of the {counted(inputs, 'map')} that were flattened"
        return (
            f"{counted(outputs, 'unit')}{each} with a weight for every pixel{maps}. {signs} A unit responds "
            "to images that are bright where it is orange and dark where it is blue."
        )
    pairs = f" for each of {counted(inputs, found.input_noun)}" if inputs > 1 else ""
    return (
        f"{counted(outputs, 'kernel')} of {rows}×{columns}{pairs}, slid over the whole input. {signs} "
        "A kernel responds where its input looks like the pattern."
    )
