"""The state of the page Kernels."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ui.shell.renewal import Renewal


@dataclass
class KernelsState:
    """The field with a kernel's number, renewed when a kernel was clicked."""

    number: Renewal = field(default_factory=Renewal)
