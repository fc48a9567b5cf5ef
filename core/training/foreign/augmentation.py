"""Random* layers, which change images only while training: settings of the recipe here, where it has the same."""

from __future__ import annotations

import math
from typing import Any

from core.network import InvalidSetting, Recipe
from core.network.layers import Shape
from core.training.foreign.calls import Call
from core.training.foreign.refusals import Notes, quoted

RANDOM = (
    "RandomTranslation",
    "RandomRotation",
    "RandomZoom",
    "RandomShear",
    "RandomFlip",
    "RandomContrast",
    "RandomBrightness",
    "RandomHue",
    "RandomSaturation",
    "RandomSharpness",
    "RandomPosterization",
    "RandomColorJitter",
    "RandomColorDegeneration",
    "RandomErasing",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomInvert",
    "RandomPerspective",
    "RandomElasticTransform",
    "RandomHeight",
    "RandomWidth",
)
RESIZING = ("RandomHeight", "RandomWidth")  # without an effect once trained as well
UNITS = {"shift": "px", "rotation": "°", "zoom": "", "shear": "°"}


def taken_as_augmentation(call: Call, shape: Shape, notes: Notes) -> bool:
    """Whether a call is a Random* layer; what it does is noted for the recipe, or said to be left out."""
    if call.kind not in RANDOM:
        return False
    setting, amount = _setting(call, shape)
    try:
        known = setting and amount > 0 and getattr(Recipe().replaced(**{setting: amount}), setting)
    except InvalidSetting:
        known = None
    if not known:
        notes.drop("Left out, because the recipe has no such augmentation", call.kind, call.name)
        return True
    most = max(notes.augmentation.get(setting, 0.0), amount)
    notes.augmentation[setting] = most
    unit = f" {UNITS[setting]}" if UNITS[setting] == "px" else UNITS[setting]
    notes.say(
        f"{call.kind} {quoted(call.name)} is an augmentation of the recipe here: {setting} up to {most:g}{unit}."
    )
    return True


def _setting(call: Call, shape: Shape) -> tuple[str, float]:
    """The recipe's setting that does about the same, and its value; "" where there is none."""
    if call.kind == "RandomTranslation":
        height, width = _most(call.config.get("height_factor")), _most(call.config.get("width_factor"))
        return "shift", round(2 * max(height * shape[0], width * shape[1])) / 2  # to half a pixel
    if call.kind == "RandomRotation":  # a share of a whole turn
        return "rotation", round(_most(call.config.get("factor")) * 360, 1)
    if call.kind == "RandomZoom":
        return "zoom", _most(call.config.get("height_factor"))
    if call.kind == "RandomShear":  # a share of the side
        return "shear", round(math.degrees(math.atan(_most(call.config.get("x_factor")))), 1)
    return "", 0.0


def _most(factor: Any) -> float:
    """The largest change that a factor allows: a number, or its lowest and highest value."""
    values = factor if isinstance(factor, list) else [factor]
    numbers = [abs(value) for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    most = max(numbers, default=0.0)
    return float(most) if math.isfinite(most) else 0.0
