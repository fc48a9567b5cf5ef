"""Layers as Keras 1 (2015 to 2017) names and configures them, in the words of today.

Source: what Keras 2 did on loading such a file (keras/legacy/interfaces.py, and `preprocess_weights_for_loading`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.training.foreign.refusals import UnreadableModel, plain, quoted, short

KINDS = {
    "Convolution2D": "Conv2D",
    "AtrousConvolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
}
JOINS = {"sum": "Add", "concat": "Concatenate"}  # modes of a Merge
SETTINGS = {
    "nb_filter": "filters",
    "output_dim": "units",
    "subsample": "strides",
    "atrous_rate": "dilation_rate",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "bias": "use_bias",
    "p": "rate",
    "sigma": "stddev",
    "init": "kernel_initializer",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
    "gamma_init": "gamma_initializer",
    "beta_init": "beta_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "input_dtype": "dtype",
}
FORMATS = {"th": "channels_first", "tf": "channels_last"}
INITIALIZERS = {"zero": "zeros", "one": "ones", "normal": "random_normal", "uniform": "random_uniform"}
ARRAYS = {"W": "kernel", "b": "bias", "running_mean": "moving_mean", "running_std": "moving_variance"}
SIZES = ("input_dim", "input_length")  # of the input, which stands elsewhere too


def is_of_keras_1(kind: Any, config: dict[str, Any]) -> bool:
    """Whether Keras 1 wrote this layer."""
    return (
        kind in KINDS or (kind == "Merge" and "mode" in config) or any(key in config for key in (*SETTINGS, "nb_row"))
    )


def of_today(name: str, kind: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Class and arguments of a layer of Keras 1, as they are called since Keras 2."""
    if kind == "Merge":
        join = JOINS.get(str(config.get("mode")), kind)
        return join, {"axis": config.get("concat_axis", -1)} if join == "Concatenate" else {}
    if kind == "BatchNormalization" and config.get("mode", 0) != 0:
        raise UnreadableModel(
            f"Layer {quoted(name)} ({plain(kind)}) has mode = {short(config['mode'])}, which cannot be represented. Only "
            "mode = 0 works here: a mean and a variance of each channel, which it has learned."
        )
    today: dict[str, Any] = {}
    for key, value in config.items():
        if key in ("nb_row", "nb_col", "mode", *SIZES):
            continue
        today[SETTINGS.get(key, key)] = _value(key, value)
    if "nb_row" in config or "nb_col" in config:
        today["kernel_size"] = [config.get("nb_row"), config.get("nb_col")]
    return KINDS.get(kind, kind), today


def _value(key: str, value: Any) -> Any:
    if isinstance(value, str) and key == "dim_ordering":
        return FORMATS.get(value)
    if isinstance(value, str) and (key == "init" or key.endswith("_init")):
        return INITIALIZERS.get(value, value)
    if isinstance(value, dict) and key in ("W_regularizer", "b_regularizer") and "class_name" not in value:
        return {"class_name": "L1L2", "config": {one: value.get(one, 0.0) for one in ("l1", "l2")}}
    return value


def kernel_of_theano_order(arrays: list[np.ndarray | None]) -> list[np.ndarray | None]:
    """(filters, channels, rows, columns) → (rows, columns, channels, filters), as all kernels lie since Keras 2."""
    kernel = arrays[0] if arrays else None
    if kernel is None or kernel.ndim != 4:
        return arrays
    return [kernel.transpose(2, 3, 1, 0), *arrays[1:]]


def array_name(layer: str, name: str) -> str:
    """Today's name of an array that Keras 1 calls `<layer>_W`."""
    short_name = name.removeprefix(f"{layer}_")
    return ARRAYS.get(short_name, short_name)
