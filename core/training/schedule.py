"""The learning rate over time: Keras' own schedules, and the two that Keras does not have."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops
from keras.optimizers import schedules

from core.network.recipe import Recipe

RISE = 0.3  # share of a one-cycle run in which the rate grows, as in Smith and Topin's training
START = 25.0  # a one-cycle run starts at the highest rate divided by this …
END = 10_000.0  # … and ends at the highest divided by this, unless the recipe names a lowest rate

EPOCHWISE = ("constant", "table", "step", "plateau")  # the rate changes between epochs only


class OneCycle(schedules.LearningRateSchedule):
    """Up along half a cosine, then down along half a cosine to the end.

    Source: L. N. Smith and N. Topin, “Super-convergence”, 2018.
    """

    def __init__(self, highest: float, steps: int, lowest: float = 0.0) -> None:
        self.highest, self.steps, self.lowest = highest, steps, lowest

    def __call__(self, step):
        share = ops.clip(ops.cast(step, "float32") / max(self.steps - 1, 1), 0.0, 1.0)
        up = _half_cosine(self.highest / START, self.highest, share / RISE)
        down = _half_cosine(self.highest, self.lowest or self.highest / END, (share - RISE) / (1 - RISE))
        return ops.where(share < RISE, up, down)

    def get_config(self) -> dict[str, float]:
        return {"highest": self.highest, "steps": self.steps, "lowest": self.lowest}


class Triangular(schedules.LearningRateSchedule):
    """From the lowest to the highest rate and back in straight lines, again and again.

    Source: L. N. Smith, “Cyclical learning rates for training neural networks”, 2017.
    """

    def __init__(self, lowest: float, highest: float, cycle_steps: float) -> None:
        self.lowest, self.highest, self.cycle_steps = lowest, highest, cycle_steps

    def __call__(self, step):
        share = ops.cast(step, "float32") / self.cycle_steps
        share = share - ops.floor(share)
        return self.lowest + (self.highest - self.lowest) * (1 - ops.abs(2 * share - 1))

    def get_config(self) -> dict[str, float]:
        return {"lowest": self.lowest, "highest": self.highest, "cycle_steps": self.cycle_steps}


class WarmUp(schedules.LearningRateSchedule):
    """Another schedule, multiplied by a factor that grows from nearly 0 to 1 over the first steps."""

    def __init__(self, schedule: schedules.LearningRateSchedule, steps: int) -> None:
        self.schedule, self.steps = schedule, steps

    def __call__(self, step):
        grown = ops.minimum((ops.cast(step, "float32") + 1) / self.steps, 1.0)
        return self.schedule(step) * grown

    def get_config(self) -> dict[str, object]:
        return {"schedule": keras.saving.serialize_keras_object(self.schedule), "steps": self.steps}


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
        made = OneCycle(rate, steps, lowest)
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
    """Whether two steps of one epoch can have different rates."""
    return recipe.schedule not in EPOCHWISE or recipe.warm_up > 0


def _piecewise(stages: tuple[tuple[int, float], ...], batches: int) -> schedules.PiecewiseConstantDecay:
    """Keras wants the last step of each stage, and one more value than stages."""
    ends = np.cumsum([length for length, _ in stages]) * batches - 1
    values = [value for _, value in stages]
    return schedules.PiecewiseConstantDecay([float(end) for end in ends], [*values, values[-1]])


def _half_cosine(start: float, end: float, share):
    return start + (end - start) * (1 - ops.cos(np.pi * ops.clip(share, 0.0, 1.0))) / 2
