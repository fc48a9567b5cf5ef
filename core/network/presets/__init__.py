"""Published networks, with their recipe, where they come from, and what was reported of them."""

from core.network.presets.articles import BEYOND_STANDARD, DENSE_OR_CONVOLUTIONAL, FIRST_CNNS
from core.network.presets.families import FAMILIES, LENET5, LENET5S
from core.network.presets.groups import GROUPS, group_of
from core.network.presets.preset import Preset

PRESETS: dict[str, Preset] = {**LENET5S, **DENSE_OR_CONVOLUTIONAL, **BEYOND_STANDARD, **FIRST_CNNS, **FAMILIES}

__all__ = ["GROUPS", "LENET5", "PRESETS", "Preset", "group_of"]
