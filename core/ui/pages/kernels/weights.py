"""The weights of one kernel as numbers, those of the inputs that weigh most."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.network.words import counted
from core.ui.components import stylesheet
from core.ui.pages.kernels.one_kernel import OneKernel
from core.ui.widgets.downloads import picture_file, table_file
from core.ui.widgets.kernels import MOST_INPUTS, in_lines, input_names, laid_out
from core.ui.widgets.panels import Drawn, Panel
from core.views.images import Tile, captioned_png, cell_size, figure, gallery, signed_scale
from core.views.kernels import numbers

LARGE_INPUTS = 6  # whose weights are written out


def _draw(one: OneKernel) -> Drawn:
    found = one.layer
    values = found.of_output(one.channel)  # (inputs, rows, columns)
    scale = signed_scale(found.images if found.mixing is None else values)
    names = input_names(one.subject.network, one.path, found, len(values))
    labels = [f"{found.input_noun} {name}" if len(values) > 1 else "" for name in names]
    if in_lines(found):
        st.html(gallery([Tile(laid_out(values[0]), "", f"weights of {one.name}")], scale, 8))
    else:
        size = np.abs(values).sum(axis=(1, 2))
        first = np.sort(np.argsort(-size, kind="stable")[:LARGE_INPUTS])
        st.html(stylesheet("cells") + numbers([values[i] for i in first], scale, [labels[i] for i in first]))
        if len(values) > LARGE_INPUTS:
            st.caption(
                f"Of its {counted(len(values), found.input_noun)} the {LARGE_INPUTS} with the largest weights."
            )
    words = "It has no bias." if found.bias is None else f"Then {figure(found.bias[one.channel])} is added: its bias."
    if found.mixing is not None:
        words = f"Both steps of this separable convolution taken together, as one kernel. {words}"
    tiles = [Tile(laid_out(image), label, "") for image, label in zip(values[:MOST_INPUTS], labels)]
    more = (
        f" The first {MOST_INPUTS} of its {counted(len(values), found.input_noun)}."
        if len(values) > MOST_INPUTS
        else ""
    )
    caption, cell = one.caption(f"{words}{more}"), cell_size(tiles[0].values.shape, 112)
    rows = [
        {found.input_noun: names[i], "row": r + 1, "column": c + 1, "weight": float(weight)}
        for (i, r, c), weight in np.ndenumerate(values)
    ]
    files = [picture_file(lambda: captioned_png(tiles, scale, caption, cell), "kernel.png")]
    return Drawn(words, [*files, table_file(rows, "kernel")])


WEIGHTS = Panel("kernels/one", "Its weights", _draw)
