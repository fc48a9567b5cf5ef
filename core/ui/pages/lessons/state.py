"""State of the page Lessons."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.learn.lessons import EXAMPLE, Read, shipped_text
from core.ui.shell.renewal import Renewal


@dataclass
class LessonsState:
    """What is written and looked at on the page.

    Attributes:
        text: of the lesson of one's own; at first the example.
        checked: the text that was checked last; None before the first time.
        found: what had become of it.
        file_id: Streamlit's id of the file that was sent last, so that it is read once.
        file_problem: why it could not be read, as a sentence; empty if it could.
        fields: renewed when the text was set by something else than its field.
        whole: text of the lesson that stands whole on the page; empty for none.
        notes: whether it does with the notes for the teacher.
    """

    text: str = field(default_factory=lambda: shipped_text(EXAMPLE))
    checked: str | None = None
    found: Read | None = None
    file_id: str = ""
    file_problem: str = ""
    fields: Renewal = field(default_factory=Renewal)
    whole: str = ""
    notes: bool = False

    def set_text(self, text: str) -> None:
        """Put a text into the field."""
        self.text, self.checked, self.found = text, None, None
        self.fields.renew()
