"""Design rules checked before training, each as one sentence with its reason and source."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from core.network.geometry import Row, Trace
from core.network.layers import Convolution, Dense, DepthwiseConv2D, Layer, shape_text, size_text
from core.network.network import Network, layer_label
from core.network.percentages import rough_percent

DIGITS = (28, 28)  # pixels of an image of MNIST
OBJECT = 20  # MNIST's makers scaled every digit into a 20×20 box
DISTILL = "https://distill.pub/2019/computing-receptive-fields/"
FIRST_CNN = "“Build your first CNN” (Towards Data Science)"
PERRIN = "A. Perrin, “Dense or convolutional neural network, part 1” (Analytics Vidhya)"

CONSTANT = ("zeros", "ones")  # initialisers that give every weight the same value
RANDOM = "glorot_uniform"
SQUASHING = ("softmax", "sigmoid")

_Layers = list[tuple[Row, Layer]]  # in the order of computation


class Advice(NamedTuple):
    """A design rule that is not followed: one line, the reason and the source (a link if there is one).

    Where the cure is known, `cure` says what it does, and `cured` is the network with it.
    """

    sentence: str
    why: str
    source: str
    cure: str = ""
    cured: Network | None = None


def advice(network: Network, traced: Trace) -> list[Advice]:
    """Design rules that this network does not follow; nothing while it cannot work."""
    if not traced.works or not traced.rows:
        return []
    layers = [(row, row.layer) for row in traced.rows if isinstance(row.layer, Layer)]
    found = [rule(traced, layers) for rule in (_view, _wasted, _heavy, _late_pooling, _linear)]
    found += [_alike(network, layers), _middle(network, layers)]
    return [one for one in found if one is not None]


def _view(traced: Trace, layers: _Layers) -> Advice | None:
    """The receptive field at the end should match the object's size."""
    last = traced.last_map
    if last is None or last.field.input_shape[:2] != DIGITS:
        return None
    size = last.field.size
    if min(size) >= OBJECT:
        return None
    return Advice(
        f"One unit of the last map sees {size_text(size)} pixels; a digit is up to {OBJECT}×{OBJECT} large.",
        "A feature map can only tell what lies within its receptive field. Where that is smaller than the object, "
        "the layers after it have to put the pieces together.",
        DISTILL,
    )


def _wasted(traced: Trace, layers: _Layers) -> Advice | None:
    """Convolution after the whole input is seen widens no view."""
    seen = False
    for row, layer in layers:
        if isinstance(layer, Convolution) and max(layer.kernel_size) > 1 and seen:
            return Advice(
                f"Layer {layer_label(row.path)} widens no view: before it, each unit sees the whole image already.",
                "It may still combine what is there, but a 1×1 convolution does that with fewer parameters.",
                DISTILL,
            )
        seen = len(row.shape) == 3 and row.field.covers_input
    return None


def _heavy(traced: Trace, layers: _Layers) -> Advice | None:
    """Most parameters in one dense layer."""
    rows = [row for row, _ in layers]
    total = sum(row.parameters for row in rows)
    heaviest = max(rows, key=lambda row: row.parameters)
    if not isinstance(heaviest.layer, Dense) or heaviest.parameters < 20_000 or heaviest.parameters < 0.7 * total:
        return None
    return Advice(
        f"Layer {layer_label(heaviest.path)} holds {rough_percent(heaviest.parameters / total)} of all parameters.",
        "A dense layer has a weight for every pair of input and output, so it grows large and learns by heart. "
        "Dropout before it, a penalty on its weights, or global pooling instead of Flatten helps.",
        PERRIN,
    )


def _late_pooling(traced: Trace, layers: _Layers) -> Advice | None:
    """No pooling near the end."""
    pools = [row for row, layer in layers if layer.is_pooling]
    convolutions = [row for row, layer in layers if layer.is_convolution]
    if not pools or not convolutions or pools[-1].path < convolutions[-1].path:
        return None
    return Advice(
        f"Layer {layer_label(pools[-1].path)} pools to {shape_text(pools[-1].shape[:2])} with no convolution after it.",
        "Pooling forgets where things are. Early it costs little, since the background is plain; near the end "
        "the place of a stroke is what tells digits apart.",
        FIRST_CNN,
    )


def _linear(traced: Trace, layers: _Layers) -> Advice | None:
    """Two linear layers in a row are one."""
    learned = [(row, layer) for row, layer in layers if layer.kernel_weights]
    for (one, first), (other, _) in itertools.pairwise(learned):
        depth = len(one.path)
        between = [layer for row, layer in layers if one.path < row.path < other.path and len(row.path) == depth]
        bent = any(layer.non_linear for layer in (first, *between))
        neighbours = one.path[:-1] == other.path[:-1]
        if neighbours and not bent and not isinstance(first, DepthwiseConv2D):
            return Advice(
                f"Between layers {layer_label(one.path)} and {layer_label(other.path)} no non-linearity is applied.",
                "Two linear layers in a row can do no more than one. Give the first an activation such as relu.",
                "D. E. Rumelhart, G. E. Hinton, R. J. Williams, “Learning representations by back-propagating errors” (1986)",
            )
    return None


def _alike(network: Network, layers: _Layers) -> Advice | None:
    """Kernels that begin alike stay alike."""
    learned = [(row, layer) for row, layer in layers if layer.kernel_weights]
    alike = [(row, layer) for row, layer in learned[:-1] if _initializer(layer) in CONSTANT and row.shape[-1] > 1]
    if not alike:
        return None
    cured = network
    for row, layer in learned:
        if _initializer(layer) in CONSTANT:
            cured = cured.replaced(row.path, layer.replaced(kernel_initializer=RANDOM))
    row, layer = alike[0]
    return Advice(
        f"All weights of layer {layer_label(row.path)} begin as {_initializer(layer)}, so its outputs begin alike.",
        "Outputs that begin alike get the same gradient and stay copies of each other, as long as the layer after them "
        "treats them alike, too; behind relu, zeros stay zeros. No learning rate and no activation helps: the weights "
        f"must begin at random, as with {RANDOM}.",
        "I. Goodfellow, Y. Bengio, A. Courville, “Deep Learning” (2016), section 8.4",
        f"Let them begin with {RANDOM}",
        cured,
    )


def _initializer(layer: Layer) -> str:
    return getattr(layer, "kernel_initializer", "")


def _middle(network: Network, layers: _Layers) -> Advice | None:
    """Softmax and sigmoid belong at the end."""
    found = [(row, layer) for row, layer in layers[:-1] if getattr(layer, "activation", "") in SQUASHING]
    if not found:
        return None
    row, layer = found[0]
    cured = network
    for each, one in found:
        cured = cured.replaced(each.path, one.replaced(activation="relu"))
    softmax = getattr(layer, "activation", "") == "softmax"
    return Advice(
        f"Layer {layer_label(row.path)} has {'softmax' if softmax else 'sigmoid'} in the middle of the network.",
        "Softmax lets the outputs compete for a sum of 1, so most of what the layer found is gone before the next one "
        "reads it. At the end, that makes probabilities; in between, relu passes on more."
        if softmax
        else "The slope of sigmoid is at most a quarter, and almost nothing for large numbers: the gradient shrinks at "
        "every such layer, so those before it learn slowly. relu passes it on whole.",
        "X. Glorot, A. Bordes, Y. Bengio, “Deep sparse rectifier neural networks” (2011)",
        "Use relu there",
        cured,
    )
