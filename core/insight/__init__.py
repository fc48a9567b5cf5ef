"""Why a network answers as it does: a model and an image become arrays."""

from core.insight.activations import activations, probabilities
from core.insight.kernels import Kernels, kernels, layers_with_kernels, weight_histogram
from core.insight.matrix import ConvolutionMatrix, convolution_matrix
from core.insight.maximisation import Excited, most_exciting
from core.insight.pruning import Judged, answer_without, judged_without
from core.insight.receptive import regions
from core.insight.responses import Patch, best_patches

__all__ = [
    "ConvolutionMatrix",
    "Excited",
    "Judged",
    "Kernels",
    "Patch",
    "activations",
    "answer_without",
    "best_patches",
    "convolution_matrix",
    "judged_without",
    "kernels",
    "layers_with_kernels",
    "most_exciting",
    "probabilities",
    "regions",
    "weight_histogram",
]
