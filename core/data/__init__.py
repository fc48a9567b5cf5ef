"""What a network sees: datasets and drawings."""

from core.data.datasets import SOURCES, Dataset, DatasetError, load
from core.data.drawing import from_pixels, from_strokes

__all__ = ["SOURCES", "Dataset", "DatasetError", "from_pixels", "from_strokes", "load"]
