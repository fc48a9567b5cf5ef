"""Images for networks: datasets, and drawings turned into their format."""

from core.data.collection import DIGITS, Collection, InvalidCollection
from core.data.datasets import SOURCES, Dataset, DatasetError, OwnClasses
from core.data.drawing import (
    STEPS,
    Digit,
    Frame,
    Step,
    blank_steps,
    digits_from_pixels,
    digits_from_strokes,
    from_pixels,
    from_strokes,
    steps_of_pixels,
    steps_of_strokes,
)
from core.data.drawn_datasets import About, DrawnDataset, about, load
from core.data.pen import drawn_over

__all__ = [
    "DIGITS",
    "SOURCES",
    "STEPS",
    "About",
    "Collection",
    "Dataset",
    "DatasetError",
    "Digit",
    "DrawnDataset",
    "Frame",
    "InvalidCollection",
    "OwnClasses",
    "Step",
    "about",
    "blank_steps",
    "digits_from_pixels",
    "digits_from_strokes",
    "drawn_over",
    "from_pixels",
    "from_strokes",
    "load",
    "steps_of_pixels",
    "steps_of_strokes",
]  # fmt: skip
