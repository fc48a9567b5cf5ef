"""The gradients of the loss, layer by layer: whether what the output learns from reaches the first layers.

A vanishing gradient is smaller with each layer on its way back, an exploding one larger.

Sources: Glorot and Bengio, “Understanding the difficulty of training deep feedforward neural networks” (2010),
section 4; He, Zhang, Ren and Sun, “Deep residual learning for image recognition” (2016), section 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from core.data import Dataset
from core.data.drawn_datasets import about
from core.insight.activations import names_to_outputs
from core.insight.graphs import eagerly, in_unit_range, up_to
from core.network import Layer, Network, Path, Recipe, trace
from core.study.contender import Contender, LabelledImages, check
from core.study.memory import Memory

BATCH = 128  # training images, as in a step of a training
FEWEST = 8
MOST_VALUES = 16_000_000  # in the outputs of all layers together, of which the way back keeps two copies
STEEP, UNEVEN = 1000.0, 10.0  # times: from where a gradient vanishes or explodes, and from where it is uneven
NOTHING_LEFT = 1e-6  # a loss


class Gradients(NamedTuple):
    """How much the loss changes with each number of a network.

    Attributes:
        loss: mean over the images, without penalties.
        weights: path of a layer → name of a weight as Keras calls it → the gradient, of the shape of the weight, float32.
        outputs: path of a layer or join → (n, h, w, c) or (n, units) float32, by its output for each image; empty where
            they were not asked for. By the probabilities it is 0, as Keras takes the loss of what softmax gets.
        maps: these outputs themselves, on the way forward; empty as well.
        penalty: what the network's layers add to the loss; 0 where it was not asked for.
        after: all weights behind the way forward, in Keras' order: in training, normalisation has moved its own.
    """

    loss: float
    weights: Mapping[Path, Mapping[str, np.ndarray]]
    outputs: Mapping[Path, np.ndarray]
    maps: Mapping[Path, np.ndarray]
    penalty: float
    after: Sequence[np.ndarray]


def gradients(
    network: Network,
    weights: Sequence[np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe,
    *,
    training: bool = True,
    outputs: bool = True,
    penalties: bool = False,
) -> Gradients:
    """The gradients of a recipe's loss over some images, by all weights that are learned and all layers' outputs.

    Penalties are left out unless they are asked for: their gradient does not travel through the layers.

    Args:
        network: one that works as a classifier.
        weights: in the order of `build_model(network).get_weights()`; none for those that the recipe's seed draws.
        images: (n, h, w, c) uint8 in 0…255, or float in 0…1.
        labels: (n,) whole numbers, the right classes.
        recipe: its loss, and the seed of what dropout draws.
        training: whether dropout draws and normalisation looks at the batch, as in a step of a training.
        outputs: whether the gradients by layers' outputs are computed too.
        penalties: whether what the layers add to the loss is part of it, as in a step of a training.
    """
    import tensorflow as tf

    from core.training.losses import make_loss
    from core.training.model import build_model, layer_name

    model = build_model(network, recipe.seed)
    if len(weights):
        model.set_weights(weights)
    paths = [path for path, _ in network.walk()] if outputs else [(len(network.layers) - 1,)]
    probe = up_to(model, names_to_outputs(model, paths))
    learned = {
        path: {one.name: one for one in model.get_layer(layer_name(path)).trainable_variables}
        for path, block in network.walk()
        if isinstance(block, Layer)
    }
    loss_of = make_loss(recipe, trace(network).rows[-1].shape[-1])
    expected = tf.constant(labels, tf.int32)

    def back() -> tuple[Any, Any, Any, Any]:
        with tf.GradientTape() as tape:
            found = probe(in_unit_range(images), training=training)
            loss = loss_of(expected, found[str((len(network.layers) - 1,))])
            penalty = tf.add_n(probe.losses) if penalties and probe.losses else tf.zeros(())
            whole = loss + penalty
        variables = [{name: one.value for name, one in own.items()} for own in learned.values()]
        zero = tf.UnconnectedGradients.ZERO
        return (
            loss,
            penalty,
            found,
            tape.gradient(whole, (variables, found if outputs else {}), unconnected_gradients=zero),
        )

    loss, penalty, found, (by_weights, by_outputs) = eagerly(back)
    by_layer = {
        path: {name: np.asarray(one) for name, one in own.items()}
        for path, own in zip(learned, by_weights, strict=True)
        if own
    }
    slopes, maps = (
        {path: np.asarray(by[str(path)]) for path in paths} if outputs else {} for by in (by_outputs, found)
    )
    return Gradients(float(loss), by_layer, slopes, maps, float(penalty), model.get_weights())


class LayerSize(NamedTuple):
    """How large the gradient of one layer's kernels is.

    Attributes:
        path: of the layer.
        kind: its class.
        gradient: root mean square over the kernels' numbers.
        weights: root mean square of these themselves.
    """

    path: Path
    kind: str
    gradient: float
    weights: float

    @property
    def relative(self) -> float:
        """‖gradient‖ / ‖weights‖; 0 where both are, infinite where only the weights are 0."""
        if not self.weights:
            return np.inf if self.gradient else 0.0
        return self.gradient / self.weights


class Profile(NamedTuple):
    """The sizes of a network's gradients, from the image to the output.

    Attributes:
        number: of the network among those that are measured.
        untrained: whether its weights are those that its seed draws.
        loss: on the batch.
        layers: those with kernels, in the order of `Network.walk`.
    """

    number: int
    untrained: bool
    loss: float
    layers: tuple[LayerSize, ...]


class GradientSizes(NamedTuple):
    """What was measured so far.

    Attributes:
        done: share, 0…1.
        profiles: of each network as it is; then, of those that have learned, untrained.
    """

    done: float
    profiles: tuple[Profile, ...]


class Verdict(NamedTuple):
    """How a gradient changes on its way from the output back to the image.

    Attributes:
        kind: `even`; `fading` (ten times smaller or more), `vanishing` (a thousand times); the other way `growing`, `exploding`; `dead`
            where it is 0 in some layers, `done` where nothing is left to learn, `none` where it is not a number, `single`
            where only one layer learns.
        factor: that of the last layer divided by that of the first; 1 where there is nothing to divide.
        dead: numbers of the layers in which it is 0, from 1.
    """

    kind: str
    factor: float
    dead: tuple[int, ...] = ()


_known: Memory[tuple[float, tuple[LayerSize, ...]]] = Memory(500)


def training_batch(dataset: Dataset, networks: Sequence[Network]) -> LabelledImages:
    """Training images for all of these networks: always the same 128, or fewer where a network's maps are large."""
    largest = max((trace(network).activation_values for network in networks), default=1)
    size = min(int(np.clip(MOST_VALUES // max(largest, 1), FEWEST, BATCH)), len(dataset.x_train))
    chosen = np.random.default_rng(0).permutation(len(dataset.x_train))[:size]
    title = about(dataset.name).title
    return LabelledImages(title, dataset.x_train[chosen], dataset.y_train[chosen], tuple(dataset.class_names))


def untrained(contender: Contender) -> Contender:
    """The same network before it has learned anything: its seed draws its weights when they are needed."""
    return replace(contender, weights=())


def gradient_sizes(contenders: Sequence[Contender], images: LabelledImages) -> Iterator[GradientSizes]:
    """The sizes of the gradients of some networks, in a step of a training on these images.

    Args:
        contenders: without weights for a network that has learned nothing.
        images: a batch.

    Raises:
        Unfit: where one of them cannot be measured on these images.
    """
    check(contenders, images)
    there = [(number, one) for number, one in enumerate(contenders)]
    there += [(number, untrained(one)) for number, one in there if len(one.weights)]
    profiles: tuple[Profile, ...] = ()
    for number, one in there:
        profiles = (*profiles, Profile(number, not len(one.weights), *_measured(one, images)))
        yield GradientSizes(len(profiles) / len(there), profiles)


def _measured(contender: Contender, images: LabelledImages) -> tuple[float, tuple[LayerSize, ...]]:
    recipe = contender.recipe or Recipe()
    key = contender.fingerprint, recipe.seed, recipe.loss, recipe.label_smoothing, images.fingerprint
    found = _known.get(key)
    if found is None:
        found = _sizes(contender, images, recipe)
        _known.put(key, found)
    return found


def _sizes(contender: Contender, images: LabelledImages, recipe: Recipe) -> tuple[float, tuple[LayerSize, ...]]:
    from core.training.model import build_model

    network, weights = contender.network, contender.weights
    if not len(weights):
        weights = build_model(network, recipe.seed).get_weights()
    found = gradients(network, weights, images.images, images.labels, recipe, outputs=False)
    return found.loss, layer_sizes(network, found.weights, by_name(network, weights))


def by_name(network: Network, weights: Sequence[np.ndarray]) -> dict[Path, dict[str, np.ndarray]]:
    """Weights in the order of `get_weights()` as path of a layer → name of a weight → array, in that order."""
    values = iter(weights)
    return {
        path: {term.name: next(values) for term in block.terms(trace(network).arriving(path))}
        for path, block in network.walk()
        if isinstance(block, Layer)
    }


def layer_sizes(
    network: Network,
    found: Mapping[Path, Mapping[str, np.ndarray]],
    weights: Mapping[Path, Mapping[str, np.ndarray]],
) -> tuple[LayerSize, ...]:
    """How large the gradient of each layer's kernels is, of those layers that learn; both as `Gradients.weights`."""
    layers = []
    for path, there in weights.items():
        block = network.layer_at(path)
        kernels = [name for name in there if name in block.kernel_weights]
        if kernels and path in found:
            sizes = (rms([arrays[name] for name in kernels]) for arrays in (found[path], there))
            layers.append(LayerSize(path, type(block).__name__, *sizes))
    return tuple(layers)


def rms(arrays: Sequence[np.ndarray]) -> float:
    """Root mean square over the numbers of all arrays."""
    squares = sum(float(np.square(array, dtype=np.float64).sum()) for array in arrays)
    return float(np.sqrt(squares / sum(prod(array.shape) for array in arrays)))


def verdict(profile: Profile) -> Verdict:
    """What a profile shows: how the gradient of the first layer compares with that of the last."""
    sizes = [layer.relative for layer in profile.layers]
    if not np.isfinite([profile.loss, *sizes]).all():
        return Verdict("none", 1.0)
    dead = tuple(number for number, size in enumerate(sizes, 1) if not size)
    if dead:
        left = profile.loss > NOTHING_LEFT or len(dead) < len(sizes)
        return Verdict("dead" if left else "done", 1.0, dead)
    if len(sizes) < 2:
        return Verdict("single", 1.0)
    factor = sizes[-1] / sizes[0]
    kinds = ((STEEP, "vanishing", "exploding"), (UNEVEN, "fading", "growing"))
    for times, smaller, larger in kinds:
        if factor >= times:
            return Verdict(smaller, factor)
        if factor <= 1 / times:
            return Verdict(larger, factor)
    return Verdict("even", factor)
