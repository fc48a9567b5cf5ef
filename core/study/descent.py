"""One step of gradient descent on one image: forward, loss, backward, update; and one number of it, term by term.

`look_back` goes through a network once in each direction, as it predicts: dropout passes everything on, and batch
normalisation takes the mean and variance that it has gathered. Nothing here changes a model that is looked into.

Source: Rumelhart, Hinton and Williams, “Learning representations by back-propagating errors” (1986).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.insight.graphs import eagerly
from core.network import Conv2D, Dense, Layer, Network, Path, Recipe
from core.network.layers import Reads
from core.study.gradients import Profile, by_name, gradients, layer_sizes

if TYPE_CHECKING:
    import keras

PLAIN = Recipe(loss="crossentropy", label_smoothing=0.0)

Arrays = Mapping[Path, Mapping[str, np.ndarray]]  # path of a layer → name of a weight → array


class Backward(NamedTuple):
    """What goes forward through a network for one image, and the gradients of the loss that come back.

    Attributes:
        image: (h, w, c) float32 in 0…1.
        label: number of the class that is to be predicted.
        loss: −ln of its probability, without penalties.
        maps: path of a layer or join → its output, (h, w, c) or (units,) float32.
        outputs: path → the gradient of the loss by each of these numbers.
        sums: path of a Conv2D or Dense layer → the same by its sums, which are what its activation function gets.
        weights: the network's own.
        gradients: of the loss by those that learn; float32.
    """

    image: np.ndarray
    label: int
    loss: float
    maps: Mapping[Path, np.ndarray]
    outputs: Mapping[Path, np.ndarray]
    sums: Mapping[Path, np.ndarray]
    weights: Arrays
    gradients: Arrays

    @property
    def predicted(self) -> np.ndarray:
        """The probabilities, (classes,) float32."""
        return list(self.maps.values())[-1]


class Updated(NamedTuple):
    """A network after one step.

    Attributes:
        weights: w − η·g for those that learn, the others as they were; float32.
        predicted: (classes,) float32, the probabilities for the same image.
        loss: on it; not a number or infinite where the step was so long that numbers ran over.
    """

    weights: Arrays
    predicted: np.ndarray
    loss: float


class Product(NamedTuple):
    """One term of the gradient of a weight.

    Attributes:
        output: (row, column) of the output position, from 0; `()` in a vector.
        input: (row, column) of what the weight is multiplied by there; (number,) in a vector.
        gradient: of the loss by the sum at the output position.
        value: of the input.
    """

    output: tuple[int, ...]
    input: tuple[int, ...]
    gradient: float
    value: float

    @property
    def result(self) -> float:
        return self.gradient * self.value


class WeightGradient(NamedTuple):
    """The gradient of the loss by one weight, as a sum.

    Attributes:
        terms: one for each output position at which the weight meets the input, the largest first.
        padding: number of positions at which it meets padding instead, where the product is 0.
        total: the sum of all terms.
        model: what TensorFlow has for it: equal, but for float32's rounding.
    """

    terms: tuple[Product, ...]
    padding: int
    total: float
    model: float


def look_back(network: Network, weights: Sequence[np.ndarray], image: np.ndarray, label: int) -> Backward:
    """The numbers of one image on its way through the network, and the gradients on their way back.

    Args:
        network: one that works as a classifier.
        weights: in the order of `build_model(network).get_weights()`.
        image: (h, w, c) float in 0…1.
        label: number of the class that is to be predicted.
    """
    image = np.asarray(image, np.float32)
    found = gradients(network, weights, image[np.newaxis], np.array([label]), PLAIN, training=False)
    model = _copy(network, weights)
    maps, outputs = ({path: values[0] for path, values in by.items()} for by in (found.maps, found.outputs))
    last, predicted = list(maps.items())[-1]
    true = np.eye(len(predicted), dtype=np.float32)[label]
    softmax = getattr(network.at(last), "activation", None) == "softmax"
    if softmax:  # Keras goes past the probabilities to what softmax gets, so they have no gradient of its own
        outputs[last] = -true / np.maximum(predicted, np.finfo(np.float32).tiny)
    sums = {
        path: by_sums(model, path, arriving(network, maps, image, path)[np.newaxis], outputs[path][np.newaxis])[0]
        for path, block in network.walk()
        if isinstance(block, Conv2D | Dense)
    }
    if softmax and last in sums:
        sums[last] = predicted - true  # also where a probability is too small to divide by
    return Backward(image, label, found.loss, maps, outputs, sums, by_name(network, weights), found.weights)


def update(network: Network, back: Backward, rate: float) -> Updated:
    """The network after one step of plain gradient descent on the image: w − rate·g for all weights that learn."""
    weights = stepped(back.weights, back.gradients, rate)
    model = _copy(network, [array for own in weights.values() for array in own.values()])
    predicted, loss = _forward(model, back.image, back.label)
    return Updated(weights, predicted, loss)


def stepped(weights: Arrays, gradients: Arrays, rate: float) -> Arrays:
    """w − rate·g for the weights that have a gradient, the others as they are; float32, which may run over."""
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            path: {
                name: np.asarray(array - np.float32(rate) * gradients.get(path, {}).get(name, np.float32(0)))
                for name, array in own.items()
            }
            for path, own in weights.items()
        }


def profile(network: Network, back: Any) -> Profile:
    """The size of the gradient of each layer's kernels, from which `verdict` tells how it changes on its way back."""
    return Profile(0, False, back.loss, layer_sizes(network, back.gradients, back.weights))


def why_not_explained(block: Any) -> str:
    """The reason why the gradient of a layer's weights is not written out, as a sentence; empty where it is."""
    if isinstance(block, Conv2D | Dense):
        return ""
    if not isinstance(block, Layer) or not block.kernel_weights:
        return "This layer has no kernels, so there is no gradient of a weight to explain."
    return (
        f"The gradient of one weight is written out for Conv2D and Dense; a {type(block).__name__} layer has two steps or one kernel "
        "for each channel, and is shown as a whole only."
    )


def explain_gradient(network: Network, back: Backward, path: Path, index: Sequence[int]) -> WeightGradient:
    """The gradient of the loss by one weight: Σ over positions of (gradient at the output · input that is read there).

    Args:
        network: says where the layers are.
        back: of the image.
        path: of a Conv2D or Dense layer that learns.
        index: of the weight, (row, column, input channel of its group, output channel) or (input, unit).

    Raises:
        IndexError: where the layer has no such weight.
        ValueError: where the layer is of another kind, or does not learn.
    """
    block = network.at(path)
    if not isinstance(block, Conv2D | Dense):
        raise ValueError(why_not_explained(block))
    if path not in back.gradients:
        raise ValueError("This layer does not learn, so its weights have no gradient.")
    kernel = back.gradients[path]["kernel"]
    index = tuple(int(number) for number in index)
    if len(index) != kernel.ndim or not all(0 <= number < size for number, size in zip(index, kernel.shape)):
        raise IndexError(f"The kernel of the layer at {path} has the shape {kernel.shape}, so no weight at {index}.")
    reads, slopes = arriving(network, back.maps, back.image, path), back.sums[path]
    terms, padding = (
        _convolved(block, reads, slopes, index) if isinstance(block, Conv2D) else _dense(reads, slopes, index)
    )
    terms.sort(key=lambda term: -abs(term.result))
    return WeightGradient(tuple(terms), padding, sum(term.result for term in terms), float(kernel[index]))


def _dense(arriving: np.ndarray, slopes: np.ndarray, index: tuple[int, ...]) -> tuple[list[Product], int]:
    """The term of a dense layer; on an image it works at each position, and there are as many."""
    number, unit = index
    return [
        Product(place, place or (number,), float(slopes[(*place, unit)]), float(arriving[(*place, number)]))
        for place in np.ndindex(slopes.shape[:-1])
    ], 0


def _convolved(
    layer: Conv2D, arriving: np.ndarray, slopes: np.ndarray, index: tuple[int, ...]
) -> tuple[list[Product], int]:
    """The terms of one weight of a convolution, by output position, and how many positions meet padding."""
    row, column, part, output = index
    windows = layer.reads_in_full(arriving.shape)
    assert not isinstance(windows, Reads)
    channel = layer.preactivation_channels(arriving.shape, output)[part]
    rows, columns = (
        {at: window.taps(at, length).get(tap) for at in range(count)}
        for window, tap, length, count in zip(windows, (row, column), arriving.shape, slopes.shape)
    )
    terms = [
        Product((y, x), (above, left), float(slopes[y, x, output]), float(arriving[above, left, channel]))
        for y, above in rows.items()
        for x, left in columns.items()
        if above is not None and left is not None
    ]
    return terms, len(rows) * len(columns) - len(terms)


def arriving(network: Network, maps: Mapping[Path, np.ndarray], image: np.ndarray, path: Path) -> np.ndarray:
    """What a layer with one source reads: a map, or the image itself; of one image or of several."""
    (source,) = network.sources(path)
    return maps[source] if source else image


def by_sums(model: keras.Model, path: Path, arriving: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """The gradient by what the activation function of a layer gets, from that by what it gives; (n, …) each.

    Args:
        model: a copy that nobody else has.
        path: of a Conv2D or Dense layer.
        arriving: what the layer reads.
        gradient: by its output.
    """
    import tensorflow as tf

    from core.training.model import layer_name

    made: Any = model.get_layer(layer_name(path))
    activation, made.activation = made.activation, None

    def back() -> Any:
        sums = tf.convert_to_tensor(made(arriving))
        with tf.GradientTape() as tape:
            tape.watch(sums)
            change = tf.reduce_sum((sums if activation is None else activation(sums)) * gradient)
        return tape.gradient(change, sums)

    found = np.asarray(eagerly(back))
    made.activation = activation
    return found


def _copy(network: Network, weights: Sequence[np.ndarray]) -> keras.Model:
    from core.training.model import build_model

    model = build_model(network)
    model.set_weights(list(weights))
    return model


def _forward(model: keras.Model, image: np.ndarray, label: int) -> tuple[np.ndarray, float]:
    """The probabilities for one image, and their loss as Keras has it."""
    import tensorflow as tf

    from core.training.losses import make_loss

    def forward() -> tuple[Any, Any]:
        given = model(image[np.newaxis], training=False)
        return given, make_loss(PLAIN, given.shape[-1])(tf.constant([label], tf.int32), given)

    predicted, loss = eagerly(forward)
    return np.asarray(predicted)[0], float(loss)
