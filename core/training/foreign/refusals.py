"""Messages on what is refused in a file or left out of it; nothing in the file can break them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from core.network.words import counted

MB = 1_000_000
MAX_CONFIG = 2 * MB
MAX_WEIGHTS = 200 * MB
MAX_NOTES = 10

DAMAGED = "This file is damaged or incomplete, so it cannot be read. Save the model again and upload the new file."
NOT_OF_KERAS = "The architecture in this file is not one that Keras has written."


class UnreadableModel(ValueError):
    """A file that cannot become a network here. The message says what was wrong and what would work."""


@dataclass
class Notes:
    """Notes on what is left out of the network."""

    said: list[str] = field(default_factory=list)
    dropped: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # (why, what) → layers
    augmentation: dict[str, float] = field(default_factory=dict)  # settings of the recipe
    without_weights: list[str] = field(default_factory=list)  # why the network comes without its weights

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def drop(self, why: str, what: str, layer: str) -> None:
        self.dropped.setdefault((why, what), []).append(quoted(layer))

    def sentences(self) -> tuple[str, ...]:
        """All of it, in at most ten sentences."""
        lines = self.said + [f"{why}: {what} of {_listed(names)}." for (why, what), names in self.dropped.items()]
        if len(lines) > MAX_NOTES:
            lines[MAX_NOTES - 1 :] = [f"{len(lines) - MAX_NOTES + 1} more such things were left out."]
        return tuple(lines)


def quoted(name: str) -> str:
    """A name from a file as it may stand in a message, where no character has a meaning."""
    return "“" + re.sub(r"[^\w ./-]", "?", name)[:40] + "”"


def plain(name: str) -> str:
    """The same without the quotation marks."""
    return quoted(name)[1:-1]


def short(value: Any) -> str:
    """A value from a file as it may stand in a message: a list in brackets, whatever else has a structure as words."""
    if isinstance(value, list):
        return f"[{', '.join(map(short, value[:6]))}{', …' if len(value) > 6 else ''}]"[:100]
    if isinstance(value, dict):
        return quoted(str(value.get("class_name", "settings of its own")))
    return plain(str(value))


def size_text(count: int) -> str:
    """A number of bytes as people say it."""
    return f"{count / MB:,.0f} MB" if count >= MB else counted(count, "byte")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def decoded(data: bytes) -> str:
    """The text that these bytes are."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableModel(DAMAGED) from None


def json_object(text: str) -> dict[str, Any]:
    """The dictionary that this JSON is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableModel("The architecture in this file is not JSON, so it cannot be read.") from None
    return as_dict(value)


def as_dict(value: Any) -> dict[str, Any]:
    """A value of the architecture that must be a dictionary."""
    if not isinstance(value, dict):
        raise UnreadableModel(NOT_OF_KERAS)
    return value


def as_list(value: Any) -> list[Any]:
    """A value of the architecture that must be a list."""
    if not isinstance(value, list):
        raise UnreadableModel(NOT_OF_KERAS)
    return value
