"""A convolution as a picture: channels of the input, kernels, and channels of the output."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.learn.convolution_layer import ConvolutionLayer
from core.network.words import counted
from core.views.grids import Geometry, Grid, Pair, Spec, grids_data, plain_number

IDLE = "Point at any cell, or walk with the keys: what belongs to it lights up. A click pins a number of the output."
Bands = list[tuple[str, list[Grid]]]


def convolution_data(layer: ConvolutionLayer, image: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> Spec:
    """The whole picture of a layer that works.

    Args:
        layer: its settings.
        image: (inputs, n, n) float64.
        kernels: (outputs, inputs / groups, k, k).
        biases: (outputs,).
    """
    outputs = layer.output(image, kernels, biases)
    bands = _bands(layer, image, kernels, biases, outputs)
    pairs = tuple(_pair(layer, o, i) for o in range(layer.outputs) for i in range(layer.per_group))
    names = tuple(f"output/{o}" for o in range(layer.outputs))
    geometry = Geometry(
        layer.n if layer.backwards else layer.size, layer.kernel, pairs, names, layer.stride, layer.dilation,
        layer.sliding.padding[0], layer.flip and not layer.backwards,
    )  # fmt: skip
    return grids_data(bands, geometry, convolution_alt(layer, outputs), IDLE, names)


def unfitting_data(layer: ConvolutionLayer, image: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> Spec:
    """The input and as many kernels as there are, where they do not fit together."""
    without_groups = replace(layer, groups=1)  # which may be what does not fit
    bands = _bands(without_groups, image, kernels, biases, None)
    return grids_data(bands, None, "An input and kernels that do not fit together.", "")


def _pair(layer: ConvolutionLayer, output: int, number: int) -> Pair:
    read = (f"input/{layer.first_read(output) + number}",)
    made = (f"output/{output}",)
    kernel = f"kernel/{output}/{number}"
    return Pair(made, read, kernel) if layer.backwards else Pair(read, made, kernel)


def _bands(
    layer: ConvolutionLayer, image: np.ndarray, kernels: np.ndarray, biases: np.ndarray, outputs: np.ndarray | None
) -> Bands:
    pad = (0, 0) if layer.backwards or outputs is None else layer.sliding.padding
    most = float(np.abs(image).max(initial=0.0)) or 1.0
    channels = [
        Grid(
            f"input/{i}", f"{f'Channel {i + 1}, ' if layer.inputs > 1 else ''}{layer.n}×{layer.n}",
            _noun("input", i, layer.inputs), one, True, pad, limit=most,
        )
        for i, one in enumerate(image)
    ]  # fmt: skip
    bands: Bands = [("Input: type the numbers", channels)]
    strongest = float(np.abs(kernels).max(initial=0.0)) or 1.0
    largest = 1.0 if outputs is None else float(np.abs(outputs).max(initial=0.0)) or 1.0
    for o, own in enumerate(kernels):
        of = f" for output channel {o + 1}" if layer.outputs > 1 else ""
        grids = [_kernel(layer, o, i, of, one, len(own) > 1, strongest) for i, one in enumerate(own)]
        bias = f"bias/{o}" if layer.bias else ""
        if bias:
            grids.append(Grid(bias, "+ bias", f"bias{of}", biases[o].reshape(1, 1), True))
        if outputs is not None:
            title, noun = f"= output, {layer.size}×{layer.size}", _noun("output", o, layer.outputs)
            grids.append(Grid(f"output/{o}", title, noun, outputs[o], bias=bias, limit=largest))
        words = "Kernels" if len(own) > 1 else "Kernel"
        title = f"{words} and output{' of the transposed convolution' if layer.backwards else ''}"
        bands.append((title if layer.outputs == 1 else f"{title}, channel {o + 1}", grids))
    return bands


def _kernel(
    layer: ConvolutionLayer, output: int, number: int, of: str, values: np.ndarray, many: bool, limit: float
) -> Grid:
    channel = layer.first_read(output) + number + 1
    title = f"for channel {channel}" if many else f"{layer.kernel}×{layer.kernel}"
    noun = f"kernel{of}{f', input channel {channel}' if many else ''}"
    return Grid(f"kernel/{output}/{number}", title, noun, values, True, limit=limit)


def _noun(word: str, channel: int, channels: int) -> str:
    return f"{word}, channel {channel + 1}" if channels > 1 else word


def convolution_alt(layer: ConvolutionLayer, outputs: np.ndarray) -> str:
    """The picture in words."""
    kind = "transposed convolution" if layer.backwards else "convolution"
    rows = "; ".join(", ".join(plain_number(one) for one in row) for row in outputs[0])
    return (
        f"A {kind} of {counted(layer.inputs, 'input channel')} of {layer.n}×{layer.n} by kernels of {layer.kernel}×{layer.kernel}, "
        f"with stride {layer.stride} and dilation {layer.dilation}, to {counted(layer.outputs, 'output channel')} of "
        f"{layer.size}×{layer.size}. The first of them, row by row: {rows}."
    )


def flip_sentence(layer: ConvolutionLayer, mirrored: bool, differing: int) -> str:
    """What flipping the kernel means here.

    Args:
        layer: its settings.
        mirrored: whether all kernels stay as they are when they are turned by 180°.
        differing: numbers of the output that are others with the flip than without.
    """
    now = (
        "Kernels are turned by 180° before they are laid on, as a **convolution** in mathematics does; Keras does not."
        if layer.flip
        else "Kernels are laid on as they stand: in mathematics that is a **cross-correlation**; Keras calls it a convolution."
    )
    if mirrored:
        return f"{now} Here both give the same: turned by 180°, the kernels are the same."
    if not differing:
        return f"{now} The kernels are not their own mirror images, yet on this input both give the same."
    share = f"{counted(differing, 'number')} of {layer.outputs * layer.size**2:,}"
    return f"{now} The other way gives another output, in {share}."
