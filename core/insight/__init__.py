"""Interpretability: feature maps, saliency, receptive fields, kernels and predictions, as arrays."""

from core.insight.activations import activations, probabilities
from core.insight.certainty import Verdict, verdict
from core.insight.explanation import Explanation, explain
from core.insight.kernels import Kernels, kernels, layers_with_kernels, weight_histogram
from core.insight.matrix import (
    ConvolutionMatrix,
    Counts,
    convolution_matrix,
    matrix_counts,
    network_counts,
    one_channel,
)
from core.insight.maximisation import Excited, most_exciting
from core.insight.mistakes import Predictions, Projection, affordable_images, last_hidden, predict, projected
from core.insight.pruning import Pruned, evaluate_without, prediction_without
from core.insight.receptive import (
    Cost,
    Effective,
    FieldSummary,
    Stacked,
    border_share,
    central_unit,
    effective_field,
    field_summary,
    first_to_see,
    first_to_see_all,
    pixels_read,
    regions,
    stacked,
)
from core.insight.responses import Response, best_patches
from core.insight.saliency import (
    METHODS,
    Saliency,
    SanityCheck,
    checked,
    methods_for,
    saliency,
    saliency_of_random_weights,
    sanity_check,
)

__all__ = [
    "METHODS", "ConvolutionMatrix", "Cost", "Counts", "Effective", "Excited", "Explanation", "FieldSummary",
    "Kernels", "Predictions", "Projection", "Pruned", "Response", "Saliency", "SanityCheck", "Stacked", "Verdict",
    "activations", "affordable_images", "best_patches", "border_share", "central_unit", "checked",
    "convolution_matrix", "effective_field", "evaluate_without", "explain", "field_summary", "first_to_see",
    "first_to_see_all", "kernels", "last_hidden", "layers_with_kernels", "matrix_counts", "methods_for",
    "most_exciting", "network_counts", "one_channel", "pixels_read", "predict", "prediction_without", "probabilities", "projected",
    "regions", "saliency", "saliency_of_random_weights", "sanity_check", "stacked", "verdict", "weight_histogram",
]  # fmt: skip
