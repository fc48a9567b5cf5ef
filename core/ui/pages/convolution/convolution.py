"""The picture of the page Convolution, and what is said of the layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from core.learn.convolution import CannotConvolve, unchanged_by_flip
from core.learn.convolution_layer import ConvolutionLayer, Formula, keras_code
from core.network.words import counted
from core.ui.pages.convolution.state import ConvolutionState
from core.ui.shell.frame import plain
from core.ui.widgets.grids import drawn_grids
from core.views.convolution import convolution_data, flip_sentence, unfitting_data


def look_and_type(own: ConvolutionState) -> None:
    """The picture and the arithmetic; where the layer cannot work, the numbers and a sentence."""
    layer, numbers = own.layer, (own.image, own.own_kernels, own.biases[: own.outputs])
    try:
        layer.check()
    except CannotConvolve as problem:
        st.warning(plain(str(problem)))
        drawn_grids(unfitting_data(layer, *numbers), "convolution/alone", own.turn, own.take)
        return
    drawn_grids(convolution_data(layer, *numbers), "convolution/grids", own.turn, own.take)
    for words in _remarks(layer, *numbers):
        st.markdown(f"- {words}")
    st.markdown(
        "  \n".join([
            _line("Output size, along each axis", layer.size_formula),
            _line("Parameters", layer.parameters),
            _line("Multiply-adds", layer.products),
        ])
    )  # fmt: skip
    _keras(layer)


def _line(name: str, formula: Formula) -> str:
    return f"**{name}** {formula.letters} = {formula.numbers} = **{formula.value:,}**"


def _remarks(layer: ConvolutionLayer, image: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> list[str]:
    found = []
    if layer.backwards:
        cut = sum(layer.sliding.padding)
        found.append(
            "The same picture backwards: each input number times the kernel is laid on the output, a stride apart, and what overlaps "
            "adds up." + (f" Of its rows and columns, the padding cuts off {cut}." if cut else "")
        )
    else:
        other = replace(layer, flip=not layer.flip)
        differing = int(
            np.sum(~np.isclose(layer.output(image, kernels, biases), other.output(image, kernels, biases)))
        )
        found.append(flip_sentence(layer, unchanged_by_flip(kernels), differing))
        before, after = layer.sliding.padding
        if before + after:
            found.append(f"Padding puts zeros around the input (dashed): {before} before, {after} behind.")
    if layer.dilation > 1 and layer.kernel > 1:
        reach = layer.sliding.reach
        found.append(
            f"By its dilation, the kernel covers {reach}×{reach} cells, and has no more weights than without."
        )
    if layer.groups > 1:
        found.append(
            f"An output channel sees {counted(layer.per_group, 'input channel')} only, those of its group: it has 1/{layer.groups} "
            "of the weights that it would have without groups."
        )
    if layer.is_dense:
        channels = counted(layer.inputs, "channel")
        found.append(
            f"A 1×1 kernel looks at one position: at each of the {layer.n}·{layer.n} positions this is the same dense layer over "
            f"{channels}, `keras.layers.Dense({layer.outputs}{'' if layer.bias else ', use_bias=False'})`."
        )
    return found


def _keras(layer: ConvolutionLayer) -> None:
    if not layer.keras:
        st.markdown(
            "**In Keras**, `Conv2DTranspose` takes a stride or a dilation, not both: no layer makes this output at once."
        )
        return
    st.code(keras_code(layer.keras), language="python")
    if layer.flip:
        st.caption("Keras does not flip: give it these kernels turned by 180°, `kernel[::-1, ::-1]`.")
    if not layer.backwards and layer.stride > 1 and layer.dilation > 1:
        st.caption(
            "`Conv2D` takes a stride or a dilation, not both: here it is dilated, and of its output each "
            f"{layer.stride}{'nd' if layer.stride == 2 else 'rd' if layer.stride == 3 else 'th'} number is kept."
        )
