"""The state of the page Build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from core.network import Network
from core.ui.shell.renewal import Renewal


class Made(NamedTuple):
    """A variant that was opened, and the network that it was made of."""

    first: Network
    variant: Network


@dataclass
class BuildState:
    """What the page remembers beside the editor.

    Attributes:
        adding: renewed when something was added, so that the popover which offered it closes; not by any other edit,
            whose answer may arrive when the next popover has just been opened.
        varying: renewed when a variant was opened, so that its popover closes.
        made: the variant that was opened last.
    """

    adding: Renewal = field(default_factory=Renewal)
    varying: Renewal = field(default_factory=Renewal)
    made: Made | None = None
