"""The lessons that ship, as files."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "lessons"
EXAMPLE = "example"  # the one that the documentation explains, to begin with one's own
ORDER = (
    "dense-or-convolutional",
    "what-does-a-kernel-see",
    "over-fitting-and-its-cures",
    "receptive-fields-by-design",
    "depth-branches-skips",
    "1998-and-today",
)


def shipped_lessons() -> list[str]:
    """Ids of the lessons that ship, in the order in which they are offered."""
    there = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem not in (EXAMPLE, "README"))
    return sorted(there, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


@lru_cache(maxsize=64)
def shipped_text(name: str) -> str:
    """The text of a lesson that ships, or of the example; raises `KeyError` for another name."""
    if name != EXAMPLE and name not in shipped_lessons():
        raise KeyError(f"No lesson that ships is called {name!r}.")
    return (FOLDER / f"{name}.md").read_text("utf-8")
