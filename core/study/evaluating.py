"""Predictions of many networks: one graph for each architecture, into which the weights are given."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.insight.graphs import batches, compiled, up_to
from core.network import Network
from core.network.totals import totals
from core.study.contender import Contender, LabelledImages
from core.study.memory import Memory
from core.training.priority import graphs_wait

if TYPE_CHECKING:
    import keras

MOST_ARCHITECTURES = 12  # whose graphs are kept: four visitors may compare three each
MOST_PARAMETERS = 20_000_000  # of these together: 80 MB, in weights that nobody reads
_models: OrderedDict[Network, keras.Model] = OrderedDict()  # those used least recently first
_making = threading.Lock()


class Answers(NamedTuple):
    """Predictions for some images.

    Attributes:
        predicted: (n,) int16, the classes with the highest probability; the first of equals.
        probability: (n,) float32, of these classes.
    """

    predicted: np.ndarray
    probability: np.ndarray


class Evaluator:
    """Predicts by a contender's weights, on two cores where there are two; made quickly, whatever the weights.

    Args:
        contender: whose network and weights.
    """

    def __init__(self, contender: Contender) -> None:
        import tensorflow as tf

        self._network = contender.network
        self._model = _architecture(contender.network.renamed("x"))
        self._weights = [tf.constant(array, tf.float32) for array in contender.weights]

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """(n, h, w, c) uint8 in 0…255, or float in 0…1 → (n, classes) float32."""
        found = []
        for batch in batches(self._network, images):
            found.append(np.asarray(_graph(self._model, self._network, len(batch))(batch, *self._weights)))
            if graphs_wait():
                time.sleep(0.001)  # what others ask one operation at a time comes in between
        return np.concatenate(found)

    def answers(self, images: np.ndarray) -> Answers:
        """The predictions for these images, as above."""
        return answers(self.probabilities(images))


def answers(probabilities: np.ndarray) -> Answers:
    """(n, classes) → the predictions."""
    predicted = probabilities.argmax(axis=1)
    sure = np.take_along_axis(probabilities, predicted[:, None], axis=1)[:, 0]
    return Answers(predicted.astype(np.int16), sure.astype(np.float32))


_known: Memory[np.ndarray] = Memory(2_000)  # parts of 250 images: 20 MB with ten classes


def known_probabilities(
    evaluator: Callable[[], Evaluator], contender: Contender, images: LabelledImages, part: int
) -> np.ndarray:
    """The probabilities for a part of the images as they are, (≤ 250, classes) float32: computed once.

    Args:
        evaluator: gives that of the contender, if it is needed.
    """
    key = (contender.fingerprint, images.fingerprint, part)
    found = _known.get(key)
    if found is None:
        found = evaluator().probabilities(images.images[images.part(part)])
        found.setflags(write=False)
        _known.put(key, found)
    return found


def _architecture(network: Network) -> keras.Model:
    """A model whose own weights nobody reads; the newest few are kept."""
    from core.training.model import build_model

    with _making:
        if network not in _models:
            _models[network] = build_model(network)
        _models.move_to_end(network)
        while len(_models) > 1 and (
            len(_models) > MOST_ARCHITECTURES or sum(totals(one).parameters for one in _models) > MOST_PARAMETERS
        ):
            _models.popitem(last=False)
        return _models[network]


def _graph(model: keras.Model, network: Network, images: int) -> Callable:
    """A graph from images (n, h, w, c) and weights, in Keras' order, to probabilities (n, classes)."""
    from core.training.microbatches import cut, how_many

    parts = how_many(images, images)

    def make() -> Callable:
        import tensorflow as tf

        inner = up_to(model, model.output)
        places = {id(variable): place for place, variable in enumerate(inner.weights)}
        learned = [places[id(variable)] for variable in inner.trainable_variables]
        rest = [(places.get(id(variable)), variable) for variable in inner.non_trainable_variables]
        weights = [tf.TensorSpec(variable.shape, tf.float32) for variable in inner.weights]
        signature = [tf.TensorSpec((None, *network.input_shape), tf.float32), *weights]

        @tf.function(input_signature=signature, autograph=False)
        def probabilities(images, *weights):
            trainable = [weights[place] for place in learned]
            others = [variable if place is None else weights[place] for place, variable in rest]
            found = [inner.stateless_call(trainable, others, part, training=False)[0] for part in cut(images, parts)]
            return tf.concat(found, 0)

        return probabilities

    return compiled(model, ("with weights", parts), make)
