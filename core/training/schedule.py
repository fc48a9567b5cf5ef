"""The learning rate over time: Keras' own schedules, and the two that Keras does not have."""

from __future__ import annotations

import numpy as np
from keras.optimizers import schedules

from core.network.recipe import Recipe
from core.network.script_classes import OneCycle, Triangular, WarmUp

EPOCHWISE = ("constant", "table", "step", "plateau")  # the rate changes between epochs only


def make_schedule(recipe: Recipe, epochs: int, batches: int) -> schedules.LearningRateSchedule:
    """The recipe's schedule as a function of the step.

    Args:
        recipe: names the schedule. A plateau is constant here: Keras' `ReduceLROnPlateau` lowers it.
        epochs: how many there will be.
        batches: steps in one epoch.
    """
    rate, steps = recipe.learning_rate, epochs * batches
    lowest = min(recipe.lowest_rate, rate)
    if recipe.schedule == "table":
        made = _piecewise(recipe.rates, batches)
    elif recipe.schedule == "step":
        made = schedules.ExponentialDecay(rate, recipe.stage_epochs * batches, recipe.factor, staircase=True)
    elif recipe.schedule == "cosine":
        made = schedules.CosineDecay(rate, steps, alpha=lowest / rate)
    elif recipe.schedule == "one-cycle":
        made = OneCycle(rate, lowest or rate / 10_000, steps)
    elif recipe.schedule == "triangular":
        made = Triangular(lowest, rate, max(recipe.cycle_epochs * batches, 2.0))
    else:
        made = _piecewise(((epochs, rate),), batches)
    warm = round(recipe.warm_up * batches)
    return WarmUp(made, warm) if warm else made


def learning_rates(recipe: Recipe, epochs: int, batches: int, steps: np.ndarray) -> np.ndarray:
    """The learning rate at these steps (n,), counted from 0 → (n,) float32."""
    rates = make_schedule(recipe, epochs, batches)(np.asarray(steps, np.float32))
    return np.broadcast_to(np.asarray(rates, np.float32), np.shape(steps))


def changes_within_epochs(recipe: Recipe) -> bool:
    """True where two steps of one epoch can have different rates."""
    return recipe.schedule not in EPOCHWISE or recipe.warm_up > 0


def _piecewise(stages: tuple[tuple[int, float], ...], batches: int) -> schedules.PiecewiseConstantDecay:
    """Keras wants the last step of each stage, and one more value than stages."""
    ends = np.cumsum([length for length, _ in stages]) * batches - 1
    values = [value for _, value in stages]
    return schedules.PiecewiseConstantDecay([float(end) for end in ends], [*values, values[-1]])
