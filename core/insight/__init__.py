"""Why a network answers as it does: a model and an image become arrays."""

from core.insight.activations import activations, probabilities
from core.insight.explanation import Explanation, Patch, explain, inputs_of
from core.insight.kernels import Kernels, kernels, layers_with_kernels
from core.insight.receptive import regions

__all__ = [
    "Explanation",
    "Kernels",
    "Patch",
    "activations",
    "explain",
    "inputs_of",
    "kernels",
    "layers_with_kernels",
    "probabilities",
    "regions",
]
