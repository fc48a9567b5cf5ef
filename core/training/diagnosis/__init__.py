"""Diagnosis of a training from its learning curves: over-fitting, under-fitting, a wrong learning rate, dead units."""

from core.training.diagnosis.finding import Finding
from core.training.diagnosis.findings import diagnose

__all__ = ["Finding", "diagnose"]
