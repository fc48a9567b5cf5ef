"""Why a network answers as it does: a model and an image become arrays."""

from core.insight.activations import activations, probabilities
from core.insight.kernels import Kernels, kernels, layers_with_kernels
from core.insight.receptive import regions
from core.insight.saliency import METHODS, Saliency, SanityCheck, methods_for, saliency, sanity_check

__all__ = [
    "METHODS", "Kernels", "Saliency", "SanityCheck", "activations", "kernels", "layers_with_kernels", "methods_for",
    "probabilities", "regions", "saliency", "sanity_check",
]  # fmt: skip
