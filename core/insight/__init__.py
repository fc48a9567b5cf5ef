"""Why a network answers as it does: a model and an image become arrays."""

from core.insight.activations import activations, probabilities
from core.insight.kernels import Kernels, kernels, layers_with_kernels
from core.insight.mistakes import Judged, Projection, affordable_images, judged, last_hidden, projected
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
    "METHODS", "Cost", "Effective", "FieldSummary", "Judged", "Kernels", "Projection", "Saliency", "SanityCheck",
    "Stacked", "activations", "affordable_images", "border_share", "central_unit", "checked", "effective_field",
    "field_summary", "first_to_see", "first_to_see_all", "judged", "kernels", "last_hidden", "layers_with_kernels",
    "methods_for", "pixels_read", "probabilities", "projected", "regions", "saliency", "saliency_of_random_weights",
    "sanity_check", "stacked",
]  # fmt: skip
