"""Network → keras.Model. The only place that creates layers."""

from __future__ import annotations

import inspect
import threading
import zlib
from typing import Any

import keras
import tensorflow as tf

from core.network import Branches, InvalidNetwork, Network, Path, trace
from core.network.layers import Layer
from core.network.network import Block
from core.network.settings import Penalty, Setting, settings_of
from core.training.keras_private import keep_primitives_apart, keep_state, let_gradients_go

keep_state()
keep_primitives_apart()
let_gradients_go()

# This pass turns a sum of three tensors into one that is gathered in a variable, which TensorFlow names after the
# step and not after the graph: of two trainings that met at the same number of a batch, one ended in an error.
tf.config.optimizer.set_experimental_options({"arithmetic_optimization": False})

# Of weights that are not drawn by the seed of their layer's path alone.
SEED_NUMBERS = {"depthwise_initializer": 1, "pointwise_initializer": 2}

# Keras numbers layers and registers graphs in state that is not made for threads.
building = threading.RLock()


def layer_name(path: Path) -> str:
    """The name of the Keras layer that computes the block at this path: `layer_3`, `layer_2_0_1`."""
    return "layer_" + "_".join(map(str, path))


def build_model(network: Network, seed: int | None = None) -> keras.Model:
    """A Keras model of the network, with fresh weights.

    Args:
        network: one whose trace has no problems.
        seed: makes the initial weights and the dropout reproducible, whatever else the process does.

    Returns:
        A functional model from (n, h, w, c) float32 to the output of the last block.

    Raises:
        InvalidNetwork: where `trace` names a problem; with its sentence.
    """
    problems = trace(network).problems
    if problems:
        raise InvalidNetwork(problems[0].sentence)
    with building:
        inputs = keras.Input(network.input_shape, name="image")
        outputs = _connected(network.layers, (), inputs, seed)
        return keras.Model(inputs, outputs, name="network")


def _connected(blocks: tuple[Block, ...], prefix: Path, tensor: Any, seed: int | None) -> Any:
    for index, block in enumerate(blocks):
        path = (*prefix, index)
        if isinstance(block, Branches):
            ends = [_connected(branch, (*path, number), tensor, seed) for number, branch in enumerate(block.branches)]
            join = keras.layers.Add if block.merge == "add" else keras.layers.Concatenate
            tensor = join(name=layer_name(path))(ends)
        else:
            tensor = _keras_layer(block, path, seed)(tensor)
    return tensor


def _keras_layer(layer: Layer, path: Path, seed: int | None) -> keras.layers.Layer:
    fields = keras_fields(layer)
    kind = getattr(keras.layers, type(layer).__name__)
    if seed is not None and "seed" in inspect.signature(kind).parameters:
        fields["seed"] = seed_for(seed, path)
    made = kind(name=layer_name(path), **fields)
    if seed is not None:
        for name in (name for name in fields if name.endswith("_initializer")):
            initializer, number = getattr(made, name), SEED_NUMBERS.get(name)
            if "seed" in initializer.get_config():
                config = initializer.get_config() | {"seed": seed_for(seed, (*path, number) if number else path)}
                setattr(made, name, type(initializer).from_config(config))
    return made


def keras_fields(layer: Layer) -> dict[str, Any]:
    """The arguments by which Keras makes this layer, but for its name and seeds."""
    return {name: _keras_value(how, getattr(layer, name)) for name, how in settings_of(layer).items()}


def _keras_value(how: Setting, value: Any) -> Any:
    if isinstance(how, Penalty):
        return keras.regularizers.L1L2(*value) if any(value) else None
    return value


def seed_for(seed: int, path: Path) -> int:
    """A seed for one layer, so that layers of equal shape still start differently."""
    return zlib.crc32(repr((seed, path)).encode()) & 0x7FFFFFFF
