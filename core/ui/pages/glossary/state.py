"""State of the page Glossary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class GlossaryState:
    """What is looked for.

    Attributes:
        search: as it was typed.
    """

    search: str = ""
