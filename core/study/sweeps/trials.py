"""The trials of a sweep as they are kept: which setting from which seed, its curve, and how it ended."""

# pyright: reportUnnecessaryIsInstance=false
# What is read is checked, whatever the annotations promise.

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.network.recipe import Recipe
from core.network.settings import Integer, InvalidSetting, settings_of
from core.study.sweeps.domains import InvalidSweep, Scale
from core.study.sweeps.sweep import MOST_TRIALS, Sweep, Values

FORMAT = 1
RUNNING, FINISHED, PRUNED, FAILED, LEFT_OUT = "running", "finished", "pruned", "failed", "left out"
STATES = (RUNNING, FINISHED, PRUNED, FAILED, LEFT_OUT)
DRAWN_BEFORE = "This setting was drawn before."  # a reason to leave one out
MOST_REPLACED = 50  # draws in a row that give no trial; a search ends there
MOST_KEPT = MOST_TRIALS * (MOST_REPLACED + 1)
MOST_CHARACTERS = 50_000_000
LONGEST_REASON = 2000

_EPOCHS = settings_of(Recipe)["epochs"]
assert isinstance(_EPOCHS, Integer)
MOST_EPOCHS = _EPOCHS.maximum


@dataclass(frozen=True)
class Trial:
    """One training of a sweep, or a setting that was drawn and left out.

    Attributes:
        number: its place among all trials, from 0, in the order in which they were asked for.
        setting: number of its setting: trials that differ in the seed alone have the same.
        values: of the sweep's dimensions.
        seed: of the training; None where it was left out.
        state: `running`, `finished`, `pruned`, `failed` or `left out`.
        curve: accuracy on the validation images after epoch 1, 2, …, each 0…1.
        accuracy: that counts, of the weights that are kept, 0…1; None as long as it has none.
        reason: why it failed, or was left out, in a sentence.
    """

    number: int
    setting: int
    values: Values
    seed: int | None
    state: str = RUNNING
    curve: tuple[float, ...] = ()
    accuracy: float | None = None
    reason: str = ""

    @property
    def trained(self) -> bool:
        """Whether it is a training, and not a setting that was left out."""
        return self.state != LEFT_OUT


def trials_to_json(trials: Sequence[Trial]) -> str:
    """JSON text that `trials_from_json` reads back to equal trials."""
    return json.dumps({"format": FORMAT, "trials": [_written(one) for one in trials]}, ensure_ascii=False)


def trials_from_json(text: str, sweep: Sweep) -> tuple[Trial, ...]:
    """The trials of a sweep that this text describes.

    Raises:
        InvalidSweep: where it describes none, or none that this sweep could have.
    """
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
        raise InvalidSweep("This is too long for the trials of a sweep.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidSweep("This text is not JSON, so it holds no trials.") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT or not isinstance(value.get("trials"), list):
        raise InvalidSweep(f"These are no trials of a sweep (format {FORMAT}).")
    if len(value["trials"]) > MOST_KEPT:
        raise InvalidSweep(f"A sweep has at most {MOST_KEPT:,} trials and draws.")
    scales = sweep.scales
    found = tuple(_read(one, number, scales) for number, one in enumerate(value["trials"]))
    values = dict[int, Values]()
    for trial in found:
        if values.setdefault(trial.setting, trial.values) != trial.values:
            raise InvalidSweep(f"Trial {trial.number}: its setting has other values in another trial.")
    return found


def _written(trial: Trial) -> dict[str, Any]:
    found: dict[str, Any] = {"setting": trial.setting, "values": trial.values, "state": trial.state}
    given = {"seed": trial.seed, "curve": trial.curve, "accuracy": trial.accuracy, "reason": trial.reason}
    return found | {name: one for name, one in given.items() if one not in (None, (), "")}


def _read(value: Any, number: int, scales: Sequence[Scale]) -> Trial:
    known = {"setting", "values", "state", "seed", "curve", "accuracy", "reason"}
    if not isinstance(value, dict) or set(value) - known or not isinstance(value.get("values"), list):
        raise InvalidSweep(f"Trial {number} is not a trial of a sweep.")
    seed, state = value.get("seed"), value.get("state")
    if len(value["values"]) != len(scales) or state not in STATES:
        raise InvalidSweep(f"Trial {number} has not the dimensions of this sweep, or a state that is not known.")
    try:
        values = tuple(scale.checked(one) for scale, one in zip(scales, value["values"], strict=True))
    except InvalidSetting as problem:
        raise InvalidSweep(f"Trial {number}: {problem}") from None
    curve, accuracy, reason = value.get("curve", []), value.get("accuracy"), value.get("reason", "")
    fits = (
        type(value.get("setting")) is int
        and 0 <= value["setting"] <= number
        and (state == LEFT_OUT) == (seed is None)
        and (seed is None or type(seed) is int)
        and isinstance(curve, list)
        and len(curve) <= MOST_EPOCHS
        and all(_is_share(one) for one in curve)
        and (accuracy is None or _is_share(accuracy))
        and (state != FINISHED or accuracy is not None)
        and isinstance(reason, str)
        and len(reason) <= LONGEST_REASON
    )
    if not fits:
        raise InvalidSweep(f"Trial {number} has a seed, a curve or an accuracy that cannot be.")
    return Trial(number, value["setting"], values, seed, state, tuple(curve), accuracy, reason)


def _is_share(value: Any) -> bool:
    """Whether it is a number 0…1."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value) and 0 <= value <= 1
