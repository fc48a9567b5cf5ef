"""What a network sees: datasets and drawings."""

from core.data.collection import DIGITS, Collection, InvalidCollection
from core.data.datasets import SOURCES, Dataset, DatasetError
from core.data.drawing import from_pixels, from_strokes
from core.data.lessons import About, Lesson, about, load

__all__ = [
    "DIGITS", "SOURCES", "About", "Collection", "Dataset", "DatasetError", "InvalidCollection", "Lesson",
    "about", "from_pixels", "from_strokes", "load",
]  # fmt: skip
