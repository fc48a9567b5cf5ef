"""Why a network answers as it does: a model and an image become arrays."""

from core.insight.activations import activations, probabilities
from core.insight.kernels import Kernels, kernels, layers_with_kernels
from core.insight.mistakes import Judged, Projection, judged, projected
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
from core.insight.saliency import METHODS, Saliency, SanityCheck, methods_for, saliency, sanity_check

__all__ = [
    "METHODS", "Cost", "Effective", "FieldSummary", "Judged", "Kernels", "Projection", "Saliency", "SanityCheck",
    "Stacked", "activations", "border_share", "central_unit", "effective_field", "field_summary", "first_to_see",
    "first_to_see_all", "judged", "kernels", "layers_with_kernels", "methods_for", "pixels_read", "probabilities",
    "projected", "regions", "saliency", "sanity_check", "stacked",
]  # fmt: skip
