"""What differs between two networks as rows of a table."""

from __future__ import annotations

from core.network import Network
from core.study.changes import LayerChange, layer_changes
from core.views.maps import layer_words

SAME, CHANGED, LESS, MORE = "=", "≠", "−", "+"


def change_rows(first: Network, second: Network) -> list[dict[str, str]]:
    """A row for each layer of either network: a sign, the layer in each, and the settings that differ."""
    return [
        {
            "": _sign(change),
            "First": "" if change.first is None else layer_words(first, change.first),
            "Second": "" if change.second is None else layer_words(second, change.second),
            "What differs": "; ".join(f"{label}: {one} → {other}" for label, one, other in change.settings),
        }
        for change in layer_changes(first, second)
    ]


def _sign(change: LayerChange) -> str:
    if change.first is None:
        return MORE
    if change.second is None:
        return LESS
    return SAME if change.same else CHANGED
