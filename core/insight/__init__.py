"""Why a network answers as it does: a model and an image become arrays."""

from core.insight.activations import activations, probabilities
from core.insight.kernels import Kernels, kernels, layers_with_kernels
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

__all__ = [
    "Cost",
    "Effective",
    "FieldSummary",
    "Kernels",
    "Stacked",
    "activations",
    "border_share",
    "central_unit",
    "effective_field",
    "field_summary",
    "first_to_see",
    "first_to_see_all",
    "kernels",
    "layers_with_kernels",
    "pixels_read",
    "probabilities",
    "regions",
    "stacked",
]
