"""The state of the page Build."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ui.shell.renewal import Renewal


@dataclass
class BuildState:
    """What the page remembers beside the editor.

    Attributes:
        adding: renewed when something was added, so that the popover which offered it closes; not by any other edit,
            whose answer may arrive when the next popover has just been opened.
    """

    adding: Renewal = field(default_factory=Renewal)
