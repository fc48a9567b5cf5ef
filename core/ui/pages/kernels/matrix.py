"""The convolution from one input channel to one output channel, as the matrix that a dense layer would have."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import Kernels, matrix_counts, one_channel
from core.network import Conv2D, DepthwiseConv2D, trace
from core.network.layers import shape_text
from core.network.network import layer_label
from core.network.words import counted
from core.ui.pages.kernels.one_kernel import OneKernel
from core.ui.shell.frame import look
from core.ui.widgets.downloads import picture_file, table_file
from core.ui.widgets.kernels import input_names
from core.ui.widgets.panels import Drawn, Panel
from core.views.images import Tile, captioned_png, legend, signed_scale
from core.views.inside import matrix_cells
from core.views.wording import plain


def _draw(one: OneKernel) -> Drawn:
    network, block, found = one.subject.network, one.subject.network.at(one.path), one.layer
    assert isinstance(block, (Conv2D, DepthwiseConv2D))  # for others there is a reason why not
    arriving = network.sources(one.path)[0]
    input_shape = trace(network).row(arriving).shape if arriving else network.input_shape
    st.markdown(
        "**A convolution is a dense layer** that has most connections cut, and whose others share a few weights."
    )
    picture, numbers_beside = st.columns([4, 5], gap="large")
    with picture:
        source = _choose_input(one, found)
        try:
            matrix, crop = one_channel(block, found.images[one.channel, source], input_shape)
        except ValueError as problem:
            st.info(plain(str(problem)))
            return Drawn()
        png = _cells(one, block, matrix, crop, signed_scale(found.images))
    with numbers_beside:
        lines = _counts(block, matrix, crop, input_shape)
    return Drawn(files=[png, table_file(lines, "matrix")])


def _choose_input(one: OneKernel, found: Kernels) -> int:
    """The input channel whose weights the matrix has."""
    inputs = found.images.shape[1]
    if inputs == 1:
        return 0
    return st.selectbox(
        found.input_noun.capitalize(),
        range(inputs),
        format_func=input_names(one.subject.network, one.path, found).__getitem__,
        key=f"kernels/source/{hash(one.subject.network)}/{layer_label(one.path)}",
        width=180,
    )


def _cells(one: OneKernel, block, matrix, crop: tuple[int, ...], scale):
    """The matrix as a chart; returns the file of its picture."""
    words = (
        f"{plain(one.name).capitalize()} on a crop of {crop[0]}×{crop[1]} pixels, as {counted(matrix.matrix.shape[0], 'row')} and "
        f"{counted(matrix.matrix.shape[1], 'column')}: each row makes one output number, each column reads one pixel, "
        "empty cells are zero."
    )
    columns = block.reads(crop)[1].count
    st.vega_lite_chart(
        matrix_cells(matrix.matrix, matrix.which, crop[1], columns, block.kernel_size[1], scale.high, look()),
        key="kernels/matrix",
        width="content",
        alt=f"{words} A weight is in {matrix.connections:,} of {counted(matrix.dense_weights, 'cell')}.",
    )
    st.html(legend(scale))
    st.caption(f"{words} Move over a cell: all cells with the same weight are framed.")
    tile = Tile(np.where(matrix.which >= 0, matrix.matrix, np.nan), "", "")
    return picture_file(lambda: captioned_png([tile], scale, one.layer_caption(words), 6), "matrix.png")


def _counts(block, matrix, crop: tuple[int, ...], input_shape: tuple[int, ...]) -> list[dict[str, str]]:
    """Weights and connections of a dense layer and of this one, as a table; returns its lines."""
    vertical, horizontal = block.reads(crop)
    whole = matrix_counts(block, input_shape)
    lines = [
        {"": label, "This picture": f"{a:,}", "The whole layer": f"{b:,}"}
        for label, a, b in (
            ("Weights of a dense layer", matrix.dense_weights, whole.dense_weights),
            ("Connections that are left", matrix.connections, whole.connections),
            ("Different weights", matrix.distinct_weights, whole.distinct_weights),
        )
    ]
    st.table(lines, hide_index=True, border="horizontal")
    st.caption(
        f"The picture: {crop[0]}×{crop[1]} → {vertical.count}×{horizontal.count}, one channel each. The whole "
        f"layer: {shape_text(input_shape)} → {shape_text(block.output_shape(input_shape))}. Biases are left out. "
        "That neighbours are read together is why connections are few; that the kernel is the same everywhere is why "
        "different weights are fewer still."
    )
    return lines


def _why_not(one: OneKernel) -> str:
    return one.subject.network.layer_at(one.path).why_no_matrix


MATRIX = Panel("kernels/matrix", "As a dense matrix", _draw, why_not=_why_not)
