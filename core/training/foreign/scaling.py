"""Rescaling and Normalization of Keras as layers that exist here and compute exactly the same.

Keras' Normalization computes (x − mean) / max(√variance, 10⁻⁷), or its inverse. With one mean and one variance for all
numbers that is a Rescaling; with one for each channel it is a BatchNormalization that has them as its running ones.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from core.training.foreign.calls import Call, Graph
from core.training.foreign.refusals import Notes, UnreadableModel, quoted
from core.training.foreign.weights import Finder, MissingWeights

EPSILON = 1e-7  # of Keras' backend, and of the BatchNormalization that stands for a Normalization
NAMES = ("mean", "variance", "count")
NUMPY, TENSOR = "__numpy__", "__tensor__"  # how Keras writes arrays among the arguments


class _Values(NamedTuple):
    """Mean and variance of a Normalization, one number or one for each channel."""

    mean: np.ndarray
    variance: np.ndarray


def with_scaling(graph: Graph, finder: Finder, notes: Notes) -> Graph:
    """The graph with plain numbers in each Rescaling, and in place of each Normalization what computes the same.

    Args:
        finder: gives the arrays of the file for these layers; asked where a Normalization learned from data.
    """
    calls = {name: _plain_rescaling(call) for name, call in graph.calls.items()}
    normalizations = [call for call in calls.values() if call.kind == "Normalization"]
    learned = [call for call in normalizations if call.config.get("mean") is None]
    found: dict[str, _Values | None] = dict.fromkeys(call.name for call in learned)
    try:
        find = finder(learned) if learned else None
        for call in learned:
            found[call.name] = _learned(call, find(call, [NAMES])) if find else None
    except MissingWeights as problem:
        notes.without_weights.append(str(problem))
    for call in normalizations:
        values = found[call.name] if call.name in found else _given(call)
        calls[call.name] = _normalizing(call, values, notes)
    return graph._replace(calls=calls)


def _plain_rescaling(call: Call) -> Call:
    """A Rescaling whose arguments are arrays of one number, or of numbers that are all the same, with that number."""
    if call.kind != "Rescaling":
        return call
    config = dict(call.config)
    for key in ("scale", "offset"):
        value = _array(config.get(key))
        if value is not None and value.size and (value == value.flat[0]).all():
            config[key] = float(value.flat[0])
    return call._replace(config=config)


def _array(value: Any) -> np.ndarray | None:
    """An argument that is an array, a list or a number; None for anything else."""
    if isinstance(value, dict) and value.get("class_name") in (NUMPY, TENSOR):
        inner = value.get("config")
        value = inner.get("value") if isinstance(inner, dict) else None
    if isinstance(value, bool) or not isinstance(value, (int, float, list)):
        return None
    try:
        array = np.asarray(value)
        return array.astype(np.float64) if array.dtype.kind in "if" else None
    except (ValueError, OverflowError):
        return None


def _learned(call: Call, arrays: list[np.ndarray | None]) -> _Values:
    mean, variance = arrays[:2] if len(arrays) >= 2 else (None, None)
    if mean is None or variance is None or mean.shape != variance.shape or mean.size == 0:
        raise MissingWeights(f"The mean and the variance of layer {quoted(call.name)} are not in the file.")
    return _checked(call, mean.astype(np.float64), variance.astype(np.float64))


def _given(call: Call) -> _Values:
    mean, variance = _array(call.config.get("mean")), _array(call.config.get("variance"))
    if mean is None or variance is None or mean.shape != variance.shape or mean.size == 0:
        raise UnreadableModel(f"Layer {call.described} has a mean or a variance that is not made of numbers.")
    return _checked(call, mean, variance)


def _checked(call: Call, mean: np.ndarray, variance: np.ndarray) -> _Values:
    """The values as numbers or rows of numbers."""
    if not (np.isfinite(mean).all() and np.isfinite(variance).all()) or (variance < 0).any():
        raise UnreadableModel(f"Layer {call.described} has a mean or a variance that no numbers have.")
    if (mean == mean.flat[0]).all() and (variance == variance.flat[0]).all():
        return _Values(mean.reshape(-1)[0], variance.reshape(-1)[0])
    means, variances = mean.reshape(-1, mean.shape[-1]), variance.reshape(-1, mean.shape[-1])
    alike = (means == means[0]).all() and (variances == variances[0]).all()
    return _Values(means[0], variances[0]) if alike else _Values(means, variances)


def _normalizing(call: Call, values: _Values | None, notes: Notes) -> Call:
    """What computes the same as this Normalization; a layer that changes nothing where that is the same."""
    if values is None:  # as it is before it has learned: mean 0 and variance 1
        notes.say(f"Normalization {quoted(call.name)} was left out, because it comes without its mean and variance.")
        return call._replace(kind="Identity", config={})
    deviation = np.maximum(np.sqrt(values.variance), EPSILON)
    inverse = call.config.get("invert") is True
    if values.mean.ndim == 0:
        scale, offset = (deviation, values.mean) if inverse else (1 / deviation, -values.mean / deviation)
        if np.float32(scale) == 1 and np.float32(offset) == 0:
            notes.say(f"Normalization {quoted(call.name)} was left out, because it changes nothing.")
            return call._replace(kind="Identity", config={})
        notes.say(
            f"Normalization {quoted(call.name)} is a Rescaling here: its mean and deviation are the same for all."
        )
        return call._replace(kind="Rescaling", config={"scale": float(scale), "offset": float(offset)})
    if values.mean.ndim > 1 or inverse:
        what = "the inverse of a mean and a deviation" if inverse else "a mean and a deviation for each position"
        raise UnreadableModel(
            f"Layer {call.described} applies {what} that differ, which cannot be represented. Those of each channel "
            "(axis=-1) and those of all numbers together (axis=None) can be read."
        )
    notes.say(
        f"Normalization {quoted(call.name)} is a BatchNormalization here, with its mean and variance of each channel; "
        "training on would adapt them."
    )
    root = np.sqrt(values.variance + EPSILON)
    arrays = [np.float32(array) for array in (root / deviation, values.mean, values.variance)]
    axis = call.config.get("axis", -1)
    config = {"axis": axis, "epsilon": EPSILON, "center": False}
    return call._replace(kind="BatchNormalization", config=config, arrays=arrays)
