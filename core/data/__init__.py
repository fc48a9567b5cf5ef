"""What a network sees: datasets and drawings."""

from core.data.datasets import SOURCES, Dataset, DatasetError, load
from core.data.drawing import from_pixels, from_strokes
from core.data.over import drawn_over

__all__ = ["SOURCES", "Dataset", "DatasetError", "drawn_over", "from_pixels", "from_strokes", "load"]
