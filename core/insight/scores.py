"""Class scores of a model and their gradients, in graph.

The *score* of a class is what goes into a softmax or a sigmoid at the end of the network. A probability would be
the wrong thing to differentiate: it also grows because other classes shrink (Simonyan, Vedaldi, Zisserman, “Deep
inside convolutional networks”, 2013, section 2), and its slope vanishes where the network is sure. A network that
ends in anything else has its output itself as scores.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from core.insight.graphs import one_at_a_time
from core.network import Path

if TYPE_CHECKING:
    import keras

VALUES_AT_ONCE = 4_000_000  # activations of one call, 16 MB
MOST_AT_ONCE = 128  # images of one call: more are no faster


class Scores:
    """Compiled functions of one model: output, gradients and Grad-CAM; each call reads the current weights.

    It holds the layers but not the model, and so goes when the model goes.

    Attributes:
        shape: (h, w, c) of an image.
        classes: how many there are.
        score_name: what is explained by gradients, in words.
        at_once: images that go through in one call.
    """

    def __init__(self, model: keras.Model) -> None:
        import keras
        import tensorflow as tf

        if len(model.outputs[0].shape) != 2:
            raise ValueError("Only a network whose output is a row of classes can be asked why.")
        self.shape = tuple(model.inputs[0].shape[1:])
        self.classes = model.outputs[0].shape[1]
        values = sum(prod(layer.output.shape[1:]) for layer in model.layers)
        self.at_once = int(np.clip(VALUES_AT_ONCE // values, 1, MOST_AT_ONCE))
        self._inputs = model.input
        self._before, self._score, self.score_name = _before_probabilities(model)
        self._output_model = keras.Model(model.input, model.output)
        self._scorer = keras.Model(model.input, self._before)
        self._signature = [tf.TensorSpec((None, *self.shape), tf.float32), tf.TensorSpec((), tf.int32)]
        self._traced: dict[str | Path, Callable[..., Any]] = {}
        self._tracing = threading.Lock()

    def outputs(self, images: np.ndarray, target: int) -> np.ndarray:
        """(n, h, w, c) → the outputs of the network for the class (n,)."""
        return self._run("outputs", lambda: self._outputs_in_graph, images, target).numpy()

    def gradients(self, images: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
        """(n, h, w, c) → scores of the class (n,), and their slopes (n, h, w, c)."""
        scores, slopes = self._run("gradients", lambda: self._gradients_in_graph, images, target)
        return scores.numpy(), slopes.numpy()

    def cam(self, model: keras.Model, path: Path, images: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
        """(n, h, w, c) → scores of the class (n,), and Grad-CAM (n, h, w) of the layer at this path."""
        scores, maps = self._run(path, lambda: self._cam_in_graph(model, path), images, target)
        return scores.numpy(), maps.numpy()

    def _run(self, key: str | Path, function: Callable[[], Callable], images: np.ndarray, target: int) -> Any:
        import tensorflow as tf

        with self._tracing:
            if key not in self._traced:
                operations = function()
                graph = tf.function(operations, self._signature).get_concrete_function()
                self._traced[key] = one_at_a_time(graph, operations)
        return self._traced[key](tf.constant(images, tf.float32), tf.constant(target, tf.int32))

    def _outputs_in_graph(self, images, target):
        import tensorflow as tf

        return tf.gather(self._output_model(images, training=False), target, axis=1)

    def _gradients_in_graph(self, images, target):
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            scores = tf.gather(self._score(self._scorer(images, training=False)), target, axis=1)  # (n,)
        return scores, tape.gradient(scores, images, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    def _cam_in_graph(self, model: keras.Model, path: Path) -> Callable:
        import keras
        import tensorflow as tf

        from core.training.model import building, layer_name

        with building:
            probe = keras.Model(self._inputs, [model.get_layer(layer_name(path)).output, self._before])

        def cam(images, target):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(images)
                maps, before = probe(images, training=False)  # (n, rows, columns, maps)
                scores = tf.gather(self._score(before), target, axis=1)  # (n,)
            slopes = tape.gradient(scores, maps, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            weights = tf.reduce_mean(slopes, (1, 2), keepdims=True)  # (n, 1, 1, maps)
            summed = tf.nn.relu(tf.reduce_sum(weights * maps, -1, keepdims=True))  # (n, rows, columns, 1)
            return scores, tf.image.resize(summed, self.shape[:2], "bilinear")[..., 0]  # (n, h, w)

        return cam


def _before_probabilities(model: keras.Model) -> tuple[Any, Callable[[Any], Any], str]:
    """The tensor before the final activation, the function that makes scores of it, and their name.

    Only `Dense` and `Activation` can end a row of classes and squash it, so their own weights are all it takes.
    """
    import keras

    squashing = {keras.activations.softmax: "softmax", keras.activations.sigmoid: "the sigmoid"}
    last = next((layer for layer in model.layers if layer.output is model.output), None)
    name = squashing.get(getattr(last, "activation", None))
    if name is None or not isinstance(last, (keras.layers.Dense, keras.layers.Activation)):
        return model.output, lambda outputs: outputs, "the output for the class"
    words = f"the score before {name}"
    if isinstance(last, keras.layers.Activation):
        return last.input, lambda scores: scores, words

    def through_dense(hidden):  # (n, inputs) → (n, classes)
        scores = keras.ops.matmul(hidden, last.kernel)
        return keras.ops.add(scores, last.bias) if last.use_bias else scores

    return last.input, through_dense, words


_made: weakref.WeakKeyDictionary[keras.Model, Scores] = weakref.WeakKeyDictionary()
_making = threading.Lock()


def scores_of(model: keras.Model) -> Scores:
    """The scores of a model; made once for each. Raises `ValueError` where its output is not a row of classes."""
    from core.training.model import building

    with _making:
        if model not in _made:
            with building:
                _made[model] = Scores(model)
        return _made[model]
