"""Keras' own callbacks for what a recipe decides at the ends of epochs, and their state as JSON has it."""

from __future__ import annotations

from typing import Any, Union

import keras

from core.network.recipe import Recipe

_STATE = ("wait", "best", "best_epoch", "cooldown_counter")

Patient = Union[keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau]  # both count what they `wait`


def recipe_callbacks(recipe: Recipe) -> list[Patient]:
    """`EarlyStopping` and `ReduceLROnPlateau`, where the recipe asks for them."""
    mode = "min" if recipe.monitor == "val_loss" else "max"
    found: list[Patient] = []
    if recipe.early_stopping:
        found.append(keras.callbacks.EarlyStopping(recipe.monitor, patience=recipe.early_stopping, mode=mode))
    if recipe.schedule == "plateau":
        found.append(
            keras.callbacks.ReduceLROnPlateau(
                recipe.monitor, recipe.factor, recipe.plateau_patience, mode=mode, min_lr=recipe.lowest_rate
            )
        )
    return found


def callback_state(callback: keras.callbacks.Callback) -> dict[str, Any]:
    """The numbers that a callback has counted so far."""
    state = {name: getattr(callback, name) for name in _STATE if hasattr(callback, name)}
    return {name: None if value is None else float(value) for name, value in state.items()}


def set_callback_state(callback: keras.callbacks.Callback, state: dict[str, Any]) -> None:
    """Go on counting from a `callback_state`."""
    for name in _STATE:
        if name in state and hasattr(callback, name):
            setattr(callback, name, state[name])
