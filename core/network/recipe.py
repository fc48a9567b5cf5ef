"""Training hyperparameters as an immutable value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.network.settings import Checked, Choice, Flag, Integer, Number, Stages, setting, settings_of, stages_text
from core.network.words import counted

USUAL_RATES = {"Adam": 0.001, "SGD": 0.01, "RMSprop": 0.001, "AdamW": 0.001}
OPTIMIZERS = tuple(USUAL_RATES)
LOSSES = ("crossentropy", "mse")
SCHEDULES = ("constant", "table", "step", "cosine", "one-cycle", "triangular", "plateau")
MONITORS = ("val_loss", "val_accuracy")

# What each schedule reads besides the learning rate; the other settings change nothing under it.
SCHEDULE_SETTINGS = {
    "constant": (),
    "table": ("rates",),
    "step": ("stage_epochs", "factor"),
    "cosine": ("lowest_rate",),
    "one-cycle": ("lowest_rate",),
    "triangular": ("cycle_epochs", "lowest_rate"),
    "plateau": ("factor", "plateau_patience", "lowest_rate"),
}
AUGMENTATIONS = ("shift", "rotation", "zoom", "shear", "blur", "noise")
STEPPING = ("momentum", "nesterov", "weight_decay", "loss", "label_smoothing", "clip_norm", "seed")
DATA = ("training_images", "validation_share", "early_stopping", "monitor", "restore_best")


@dataclass(frozen=True)
class Recipe(Checked):
    """Hyperparameters of a training run: all that determines it besides network and data.

    The same recipe, network and dataset give the same weights on the same machine.
    """

    noun = "Recipe"

    epochs: int = setting(3, Integer("Epochs", "How many times the network sees the whole training set.", 1, 200))
    batch_size: int = setting(
        128,
        Integer("Batch size", "Images per step. Small batches learn more per image, large ones are faster.", 1, 1024),
    )
    optimizer: str = setting(
        "Adam",
        Choice(
            "Optimiser",
            "The rule that turns gradients into steps. Adam adapts the step to each weight; SGD is the plain rule.",
            OPTIMIZERS,
        ),
    )
    learning_rate: float = setting(
        0.001,
        Number(
            "Learning rate",
            "The length of a step. Too small learns slowly, too large never settles.",
            1e-6,
            1000.0,
            0.0005,
            "%.6g",
        ),
    )
    momentum: float = setting(
        0.0,
        Number("Momentum", "How much of the last step is repeated (SGD and RMSprop).", 0.0, 0.999, 0.1),
    )
    nesterov: bool = setting(
        False,
        Flag(
            "Nesterov",
            "Takes the gradient one momentum step ahead, so that SGD brakes before it overshoots. It needs momentum.",
        ),
    )
    weight_decay: float = setting(
        0.004,
        Number("Weight decay", "AdamW shrinks each weight by this share of the step.", 0.0, 1.0, 0.001, "%.6g"),
    )
    loss: str = setting(
        "crossentropy",
        Choice(
            "Loss",
            "What is made small. crossentropy asks for the right class; mse compares all ten numbers.",
            LOSSES,
        ),
    )
    label_smoothing: float = setting(
        0.0,
        Number(
            "Label smoothing",
            "How much of the target is spread over all classes, so that no answer need be certain.",
            0.0,
            0.5,
            0.05,
        ),
    )
    clip_norm: float = setting(
        0.0,
        Number("Gradient clipping", "No gradient longer than this over all weights; 0 is off.", 0.0, 1000.0, 0.5),
    )
    schedule: str = setting(
        "constant",
        Choice(
            "Schedule",
            "How the learning rate changes: by a table, in steps, along a cosine, up and down once or in "
            "triangles, or lower whenever progress ends (plateau).",
            SCHEDULES,
        ),
    )
    rates: tuple[tuple[int, float], ...] = setting(
        ((2, 0.001), (3, 0.0003), (5, 0.0001)),
        Stages("Rates by epoch", "Rate × epochs, stage after stage; the last rate stays.", 1e-9, 1000.0),
    )
    stage_epochs: int = setting(
        5, Integer("Epochs a stage", "After so many epochs the rate is multiplied by the factor.", 1, 200)
    )
    factor: float = setting(
        0.3, Number("Factor", "What the rate is multiplied by when it is lowered.", 0.001, 0.999, 0.1)
    )
    cycle_epochs: float = setting(
        2.0, Number("Epochs a cycle", "Epochs from one lowest rate to the next.", 0.1, 200.0, 0.5)
    )
    plateau_patience: int = setting(
        2, Integer("Epochs without progress", "So long it waits before it lowers the rate.", 1, 100)
    )
    lowest_rate: float = setting(
        0.0, Number("Lowest rate", "The rate never falls below this.", 0.0, 1000.0, 0.0001, "%.6g")
    )
    warm_up: float = setting(
        0.0, Number("Warm-up epochs", "The rate grows from zero over so many epochs first.", 0.0, 50.0, 0.5)
    )
    training_images: int = setting(
        0,
        Integer(
            "Training images",
            "Use only the first N images (0 = all). A few hundred make over-fitting easy to see.",
            0,
            60_000,
            500,
        ),
    )
    validation_share: float = setting(
        0.0,
        Number(
            "Validation share",
            "The last share of the training images is held out to evaluate each epoch; the test images are then "
            "read once, at the end. With 0 each epoch is evaluated on the test images.",
            0.0,
            0.5,
            0.05,
        ),
    )
    early_stopping: int = setting(
        0,
        Integer("Stop early after", "Ends after so many epochs without progress; 0 never does.", 0, 100),
    )
    monitor: str = setting(
        "val_loss", Choice("Progress is", "What early stopping, best epoch and plateau look at.", MONITORS)
    )
    restore_best: bool = setting(False, Flag("Keep best", "At the end, the weights of the best epoch come back."))
    shift: float = setting(0.0, Number("Shift (px)", "Each image moves by up to so many pixels.", 0.0, 8.0, 0.5))
    rotation: float = setting(
        0.0, Number("Rotation (°)", "Each image turns by up to so many degrees.", 0.0, 180.0, 5.0)
    )
    zoom: float = setting(0.0, Number("Zoom", "Each image grows or shrinks by up to this share.", 0.0, 0.5, 0.05))
    shear: float = setting(0.0, Number("Shear (°)", "Each image slants by up to so many degrees.", 0.0, 45.0, 5.0))
    blur: float = setting(0.0, Number("Blur (px)", "Each image is blurred by up to this width.", 0.0, 3.0, 0.25))
    noise: float = setting(0.0, Number("Noise", "Standard deviation of the noise on pixels in 0…1.", 0.0, 0.5, 0.05))
    seed: int = setting(1, Integer("Seed", "The same seed gives the same start and the same order.", 0, 2**31 - 1))

    @property
    def augments(self) -> bool:
        """True if training images are augmented."""
        return any(getattr(self, name) for name in AUGMENTATIONS)

    @property
    def selects(self) -> bool:
        """True if evaluations decide something: early stopping, the checkpoint kept, or the learning rate."""
        return bool(self.early_stopping or self.restore_best or self.schedule == "plateau")

    def split(self, images: int) -> tuple[int, range]:
        """Number of images to train on, which come first, and the indices of those held out for validation.

        As Keras' `validation_split`: the last share of the images that are used at all.
        """
        used = min(self.training_images or images, images)
        learned = max(int(used * (1 - self.validation_share)), 1)
        return learned, range(learned, used)

    def idle(self) -> tuple[str, ...]:
        """Settings without effect given the other settings."""
        names = {name for used in SCHEDULE_SETTINGS.values() for name in used}
        unused = names - set(SCHEDULE_SETTINGS[self.schedule])
        if self.schedule == "table":
            unused.add("learning_rate")
        if self.optimizer not in ("SGD", "RMSprop"):
            unused.add("momentum")
        if self.optimizer != "SGD" or not self.momentum:
            unused.add("nesterov")
        if self.optimizer != "AdamW":
            unused.add("weight_decay")
        if not self.selects:
            unused.add("monitor")
        return tuple(name for name in self.__dataclass_fields__ if name in unused)

    def with_setting(self, name: str, value: Any) -> Recipe:
        """With one setting changed. A new optimiser brings its usual learning rate, unless one had been chosen."""
        changes = {name: value}
        if name == "optimizer" and self.learning_rate == USUAL_RATES[self.optimizer]:
            changes["learning_rate"] = USUAL_RATES[value]
        return self.replaced(**changes)

    def differing(self, other: Recipe) -> tuple[str, ...]:
        """The names of the settings in which the two differ, in order."""
        return tuple(name for name in self.__dataclass_fields__ if getattr(self, name) != getattr(other, name))

    def value_text(self, name: str) -> str:
        """The value of a setting as people read it: `2,000`, `on`, `all`."""
        value, how = getattr(self, name), settings_of(self)[name]
        if isinstance(how, Stages):
            return stages_text(value)
        if isinstance(how, Flag):
            return "on" if value else "off"
        if isinstance(how, Integer):
            return "all" if name == "training_images" and not value else f"{value:,}"
        return f"{value:g}" if isinstance(how, Number) else str(value)

    def describe(self) -> str:
        """Short text of the recipe: `SGD 0.01, batch 32, 20 epochs, crossentropy`."""
        momentum = f" with momentum {self.momentum:g}" if self.momentum and "momentum" not in self.idle() else ""
        rate = "" if self.schedule == "table" else f" {self.learning_rate:g}"
        schedule = "" if self.schedule == "constant" else f", {self.schedule}"
        augmented = ", augmented" if self.augments else ""
        images = f", {counted(self.training_images, 'image')}" if self.training_images else ""
        return (
            f"{self.optimizer}{rate}{momentum}{schedule}, batch {self.batch_size}, "
            f"{counted(self.epochs, 'epoch')}, {self.loss}{images}{augmented}"
        )
