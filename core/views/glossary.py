"""The words of the field: `docs/glossary.md`, which every help mark and the page Glossary read."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
_ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \|$", re.M)


@lru_cache(maxsize=1)
def terms() -> dict[str, str]:
    """Every term with what it means, sorted as in the file, which is read once."""
    head, *rows = _ROW.findall(FILE.read_text("utf-8"))
    assert head == ("term", "meaning"), f"{FILE.name} holds no table of terms"
    return dict(rows)


def term(name: str) -> str:
    """What a term means, as a sentence.

    Raises:
        KeyError: if the glossary does not have it.
    """
    return terms()[name]


def defined(name: str, more: str = "") -> str:
    """The help of a mark: a term with its meaning, and in a paragraph of its own what holds here besides.

    Raises:
        KeyError: as `term`.
    """
    return "\n\n".join(part for part in (f"**{name[:1].upper()}{name[1:]}**: {term(name)}", more) if part)


def found(text: str) -> dict[str, str]:
    """The terms in which all words of a search are found, or in their meanings; those that begin with it come first."""
    words = text.lower().split()
    known = {
        name: meaning
        for name, meaning in terms().items()
        if all(word in f"{name} {meaning}".lower() for word in words)
    }
    wanted = " ".join(words)
    return dict(
        sorted(
            known.items(), key=lambda pair: (not pair[0].lower().startswith(wanted), wanted not in pair[0].lower())
        )
    )
