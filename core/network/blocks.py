"""Blocks of several layers that people put in with one click."""

from __future__ import annotations

from core.network.layers import Conv2D
from core.network.network import Branches


def residual_block(channels: int) -> Branches:
    """Two 3×3 convolutions and a skip around them; as many channels as arrive (He and others, 2015)."""
    first = Conv2D(channels, (3, 3), padding="same", activation="relu")
    return Branches(((first, Conv2D(channels, (3, 3), padding="same")), ()), "add")


def inception_block(channels: int) -> Branches:
    """1×1, 3×3 and 5×5 kernels side by side, concatenated (Szegedy and others, 2014)."""
    branches = tuple((Conv2D(channels, (k, k), padding="same", activation="relu"),) for k in (1, 3, 5))
    return Branches(branches, "concatenate")
