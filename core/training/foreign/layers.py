"""For each call our own layer, where it computes exactly the same."""

from __future__ import annotations

import re
from math import prod
from typing import Any

import numpy as np

from core.network import LAYERS
from core.network.layers import ACTIVATIONS, INITIALIZERS, Activation, Layer, LeakyReLU, Shape
from core.network.settings import Penalty, settings_of
from core.training.foreign.augmentation import taken_as_augmentation
from core.training.foreign.calls import JOINS, Call, is_of_keras
from core.training.foreign.refusals import Notes, UnreadableModel, as_dict, quoted, short

TRAINING = "Left out, because it matters only while training"
STARTING = "Replaced by the usual one, because it matters only before training"

IDENTITIES = ("Identity", "Reshape")  # where they change nothing
FIXED: dict[str, tuple[Any, ...]] = {  # settings that we do not have: what they are here
    "data_format": (None, "channels_last"),
    "keepdims": (None, False),
    "groups": (1,),
    "renorm": (None, False),
    "rms_scaling": (None, False),
}
PLAIN = {  # settings that say nothing about what is computed
    "name", "dtype", "batch_shape", "batch_input_shape", "sparse", "ragged", "optional", "fused",
    "synchronized", "renorm_clipping", "renorm_momentum", "kernel_initializer",
}  # fmt: skip
TIMES = {"seed": "random seed", "noise_shape": "noise shape"}
USUAL = {
    "bias_initializer": "zeros",
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
    "moving_mean_initializer": "zeros",
    "moving_variance_initializer": "ones",
}
DRAWN = {"mean": 0.0, "stddev": 0.05, "minval": -0.05, "maxval": 0.05, "gain": 1.0}

ACTIVATION_LAYERS = ("ReLU", "LeakyReLU", "ELU", "Softmax")
SLOPED = ("ReLU", "LeakyReLU")
ALIASES = {"silu": "swish"}
FUNCTIONS = (None, "builtins", "keras.activations", "keras.src.activations.activations")
SHAPING = ("max_value", "threshold", "negative_slope", "alpha")


def refuse_unknown(call: Call) -> None:
    """Refuse a kind of layer that our table does not have."""
    if call.kind not in (*LAYERS, *IDENTITIES, *ACTIVATION_LAYERS, *JOINS):
        raise UnreadableModel(
            f"Layer {quoted(call.name)} is of the kind {quoted(call.kind)}, which does not exist here. "
            "Replace it by one of the layers on the Build page."
        )


def layer_of(call: Call, shape: Shape, notes: Notes) -> Layer | None:
    """Our layer for a call on this shape; None where it changes nothing."""
    if _rescales_by_one(call):
        notes.say(f"Rescaling {quoted(call.name)} was left out, because it changes nothing.")
        return None
    if taken_as_augmentation(call, shape, notes):
        return None
    if call.kind in IDENTITIES:
        return _refuse_change(call, shape, notes)
    slope = _slope(call.kind, call.config) if call.kind in SLOPED else None
    if slope is not None and (slope > 0 or call.kind == "LeakyReLU"):
        return LeakyReLU(slope)
    if call.kind in ACTIVATION_LAYERS:
        return Activation(_activation_layer(call.kind, call.config, call, shape))
    refuse_unknown(call)
    kind = LAYERS[call.kind]
    known = settings_of(kind)
    for key in kind.keras_required:
        if key not in call.config:
            raise UnreadableModel(f"Layer {quoted(call.name)} has no {quoted(key)} in this file.")
    fields = {}
    for key, value in call.config.items():
        if key in known:
            fields[key] = _value(call, key, value, shape, notes)
        else:
            _refuse_setting(call, key, value, shape, notes)
    return kind(**fields)


def _value(call: Call, key: str, value: Any, shape: Shape, notes: Notes) -> Any:
    """The value of one of our settings."""
    if key == "activation":
        return _activation(value, call, shape)
    if isinstance(settings_of(LAYERS[call.kind])[key], Penalty):
        return _penalty(call, key, value)
    if key.endswith("_initializer"):
        return _initializer(call, key, value, notes)
    if call.kind == "ZeroPadding2D":
        return _frame(call, value)
    if key == "strides" and "pool_size" in call.config and value == call.config["pool_size"]:
        return None
    if call.kind == "GroupNormalization" and key == "groups" and value == -1:  # Keras': a group for each channel
        return shape[-1]
    return value


def _refuse_setting(call: Call, key: str, value: Any, shape: Shape, notes: Notes) -> None:
    """Refuse what we have no setting for, unless it changes nothing about the trained function."""
    if key == "axis":
        refuse_axis(call, value, shape)
    elif key == "trainable":
        if value is False:
            notes.drop(TRAINING, "the frozen state", call.name)
    elif key in FIXED:
        if value not in FIXED[key]:
            raise UnreadableModel(_cannot(call, f"{key} = {short(value)}", f"Only {FIXED[key][-1]} works here."))
    elif key in TIMES or key.endswith(("_constraint", "_regularizer")):
        if value is not None:
            notes.drop(TRAINING, TIMES.get(key, _words(key)), call.name)
    elif key in USUAL:
        if value is not None and _initializer_name(value) != USUAL[key]:
            notes.drop(STARTING, _words(key), call.name)
    elif key not in PLAIN and value is not None:
        raise UnreadableModel(_cannot(call, f"the setting {quoted(key)}", "It is not known here."))


def _cannot(call: Call, what: str, works: str) -> str:
    return f"Layer {call.described} has {what}, which cannot be represented. {works}"


def _words(key: str) -> str:
    """`kernel_regularizer` as people say it."""
    return key.replace("_", " ").replace("izer", "iser")


def refuse_axis(call: Call, value: Any, shape: Shape) -> None:
    """Refuse any axis but that of the channels."""
    axis = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(axis, bool) or axis not in (-1, len(shape)):
        raise UnreadableModel(
            _cannot(call, f"axis = {short(value)}", "Only the last axis, that of the channels, works here.")
        )


def _refuse_change(call: Call, shape: Shape, notes: Notes) -> None:
    """Refuse a layer that we do not have, unless it passes on what it is given."""
    if call.kind == "Reshape":
        unchanged = _reshaped(call.config.get("target_shape"), shape) == list(shape)
        advice = "Use Flatten, or leave it out."
    else:
        return
    if not unchanged:
        raise UnreadableModel(
            f"Layer {quoted(call.name)} is {call.kind}, which changes the numbers or their shape and does not "
            f"exist here. {advice}"
        )
    notes.say(f"{call.kind} {quoted(call.name)} was left out, because it changes nothing.")


def _rescales_by_one(call: Call) -> bool:
    return (
        call.kind == "Rescaling"
        and _equal(call.config.get("scale"), 1.0)
        and _equal(call.config.get("offset", 0.0), 0.0)
    )


def _reshaped(target: Any, shape: Shape) -> list[int] | None:
    """A target shape with its −1 filled in; None where it is none."""
    if not isinstance(target, list) or len(target) > 4 or not all(type(n) is int for n in target):
        return None
    rest = prod(n for n in target if n != -1)
    return [prod(shape) // rest if n == -1 and rest else n for n in target]


def _equal(value: Any, number: float) -> bool:
    """True where this equals that number as float32."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e30 < value < 1e30:
        return False
    return bool(np.float32(value) == np.float32(number))


def _activation(value: Any, call: Call, shape: Shape) -> str:
    """The name of an activation, given as a name, a function or a layer."""
    if isinstance(value, dict):
        kind, config = value.get("class_name"), value.get("config")
        if kind in ACTIVATION_LAYERS and is_of_keras(value):
            return _activation_layer(kind, as_dict(config), call, shape)
        function = config if kind == "function" else kind
        plain = kind == "function" and value.get("module") in FUNCTIONS
        ours = plain and value.get("registered_name") in (None, config, "function")
        value = function if ours else f"{value.get('module')}.{function}"
    name = "linear" if value is None else value
    name = ALIASES.get(name, name) if isinstance(name, str) else name
    if not isinstance(name, str) or name not in ACTIVATIONS:
        works = f"Those known here are {', '.join(ACTIVATIONS)}."
        raise UnreadableModel(_cannot(call, f"the activation {quoted(str(name))}", works))
    return name


def _activation_layer(kind: str, config: dict[str, Any], call: Call, shape: Shape) -> str:
    """The activation that a layer such as ReLU computes, where it is exactly one of ours."""
    if kind == "Softmax":
        refuse_axis(call, config.get("axis", -1), shape)
        return "softmax"
    if kind == "ELU" and _equal(config.get("alpha", 1.0), 1.0):
        return "elu"
    if kind in SLOPED and _slope(kind, config) == 0:
        return "relu"
    numbers = {key: value for key, value in config.items() if key in SHAPING and value is not None}
    works = "relu without bounds, LeakyReLU with a slope of 0 to 1 and elu with alpha 1 exist here."
    told = ", ".join(f"{key} {short(value)}" for key, value in numbers.items())
    raise UnreadableModel(_cannot(call, f"{kind} with {told}", works))


def _slope(kind: str, config: dict[str, Any]) -> float | None:
    """The factor of negative numbers, 0…1; None where the function has bounds, or its slope is none of ours."""
    slope = config.get("negative_slope", config.get("alpha", 0.3 if kind == "LeakyReLU" else 0.0))
    slope = 0.0 if slope is None and kind == "ReLU" else slope
    if config.get("max_value") is not None or not _equal(config.get("threshold") or 0.0, 0.0):
        return None
    if isinstance(slope, bool) or not isinstance(slope, (int, float)) or not 0 <= slope <= 1:
        return None
    short_one = float(f"{slope:.6g}")  # older versions write 0.30000001192092896
    rounded = float(np.float32(slope)) == slope
    return short_one if rounded and _equal(slope, short_one) else float(slope)


def _penalty(call: Call, key: str, value: Any) -> tuple[Any, Any]:
    """(l1, l2) of a regulariser of Keras."""
    if value is None:
        return (0.0, 0.0)
    kind, config = (value, {}) if isinstance(value, str) else (as_dict(value).get("class_name"), value.get("config"))
    kind = {"l1": "L1", "l2": "L2", "l1_l2": "L1L2"}.get(kind, kind) if isinstance(kind, str) else kind
    if kind not in ("L1", "L2", "L1L2"):
        what = f"a {_words(key)} of the kind {quoted(str(kind))}"
        raise UnreadableModel(_cannot(call, what, "L1, L2 and both together work here."))
    strengths = as_dict(config)
    l1, l2 = (strengths.get(key, 0.01) if name in kind else 0.0 for key, name in (("l1", "L1"), ("l2", "L2")))
    return (l1, l2)


def _initializer(call: Call, key: str, value: Any, notes: Notes) -> str:
    """The name of an initialiser; the usual one where it is not one of ours."""
    name = _initializer_name(value)
    if name in INITIALIZERS:
        return name
    notes.drop(STARTING, _words(key), call.name)
    return LAYERS[call.kind].__dataclass_fields__[key].default


def _initializer_name(value: Any) -> str | None:
    """An initialiser's name, as long as its arguments are the usual ones."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else None
    kind, config = value.get("class_name"), value.get("config") or {}
    if not isinstance(kind, str) or not isinstance(config, dict):
        return None
    if not all(_equal(config[key], usual) for key, usual in DRAWN.items() if key in config):
        return None
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", kind).lower()


def _frame(call: Call, value: Any) -> Any:
    """Rows and columns of a frame that is the same on opposite sides."""
    if not isinstance(value, list) or not all(isinstance(side, list) for side in value):
        return value
    if not all(len(side) == 2 and side[0] == side[1] for side in value):
        works = "Opposite sides must be padded alike."
        raise UnreadableModel(_cannot(call, f"the padding {short(value)}", works))
    return [side[0] for side in value]
