"""Model files that people upload, read as data.

A `.keras` or `.h5` file can name code that Keras would run on loading it, so
Keras never loads one here: the architecture is JSON that is compared with our
table of layers, the weights are plain arrays, and what has no counterpart is
named in a sentence. What comes in is hostile until it has been read.
"""

from core.training.foreign.files import Foreign, WeightsOnly, read_model, read_weights, weights_file
from core.training.foreign.outputs import with_probabilities
from core.training.foreign.refusals import UnreadableModel

__all__ = [
    "Foreign",
    "UnreadableModel",
    "WeightsOnly",
    "read_model",
    "read_weights",
    "weights_file",
    "with_probabilities",
]
