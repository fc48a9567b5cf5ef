"""The state of the page Why this answer?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class WhyState:
    """The class that is explained: `answer` (the predicted one), `runner-up`, or the index of one."""

    explained: str | int = "answer"
