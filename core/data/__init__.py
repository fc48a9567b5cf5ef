"""What a network sees: datasets and drawings."""

from core.data.datasets import SOURCES, Dataset, DatasetError, load
from core.data.drawing import (
    STEPS,
    Digit,
    Frame,
    Step,
    digits_from_pixels,
    digits_from_strokes,
    from_pixels,
    from_strokes,
    steps_of_pixels,
    steps_of_strokes,
)

__all__ = [
    "SOURCES",
    "STEPS",
    "Dataset",
    "DatasetError",
    "Digit",
    "Frame",
    "Step",
    "digits_from_pixels",
    "digits_from_strokes",
    "from_pixels",
    "from_strokes",
    "load",
    "steps_of_pixels",
    "steps_of_strokes",
]
