"""The values of settings as somebody types and reads them: `5×5`, `L2 0.0001`, `0.01 × 5, 0.001 × 3`."""

from __future__ import annotations

import re
from typing import Any

from core.network.layers import penalty_text, size_text
from core.network.settings import Pair, Penalty, Setting, Stages, read_stages, stages_text

USUAL_PENALTIES = ((0.0, 0.0), (0.0, 1e-5), (0.0, 1e-4), (0.0, 1e-3), (1e-5, 0.0), (1e-4, 0.0), (1e-5, 1e-4))


def typed_text(how: Pair | Penalty | Stages, value: Any) -> str:
    """A value as the text of its field."""
    if isinstance(how, Stages):
        return stages_text(value)
    if isinstance(how, Penalty):
        return penalty_text(value)
    return str(how.default_label) if value is None else size_text(value)


def pair_options(how: Pair, value: tuple[int, int] | None) -> list[str]:
    """The common values of a pair as texts, with its own among them."""
    pairs = [(n, n) for n in how.common if how.minimum <= n <= how.maximum]
    if value is not None and value not in pairs:
        pairs = sorted([*pairs, value])
    texts = [size_text(pair) for pair in pairs]
    return texts if how.default_label is None else [how.default_label, *texts]


def read_typed(how: Setting, typed: Any) -> Any:
    """Parse a widget's value into the setting's value, not yet checked."""
    if isinstance(how, Penalty):
        return _read_penalty(str(typed))
    if isinstance(how, Stages):
        return read_stages(typed)
    if not isinstance(how, Pair):
        return typed
    if typed is None or typed == how.default_label:
        return None
    found = _SIZE.fullmatch(str(typed))
    if not found:
        return typed
    return (int(found[1]), int(found[2] or found[1]))


_SIZE = re.compile(r"\s*\(?\s*(\d{1,6})\s*(?:[x×,*]?\s*(?<=[x×,*\s])(\d{1,6}))?\s*\)?\s*", re.IGNORECASE | re.ASCII)
_STRENGTH = re.compile(r"L([12])\s*[=:]?\s*(\d+\.?\d*(?:e-?\d{1,2})?)", re.IGNORECASE)


def _read_penalty(typed: str) -> Any:
    """`L2 0.0001`, `l1 1e-5 + l2 1e-4`, `none` → (l1, l2); anything else as it was typed."""
    if typed.strip().lower() in ("none", ""):
        return (0.0, 0.0)
    found = dict(_STRENGTH.findall(typed))
    rest = _STRENGTH.sub("", typed).strip(" +,")
    return (float(found.get("1", 0)), float(found.get("2", 0))) if found and not rest else typed
