"""The groups in which presets are offered."""

from __future__ import annotations

GROUPS = {
    "Classic": ("LeNet-5", "E1", "E2", "E3", "A2", "A4a", "A4b", "A6"),
    "Dense": ("A1", "A3", "A5"),
    "Small": ("C2", "C3", "C4", "C5"),
    "Modern": ("B1", "B2", "B3", "B4", "C1", "VGG", "ResNet", "MobileNet"),
}


def group_of(name: str) -> str:
    """The group of a preset; the small ones hold what is in no other, as all of those are small."""
    return next((group for group, names in GROUPS.items() if name in names), "Small")
