"""Numbers with their nouns, and words in a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count
from numbers import Integral


def counted(number: float, noun: str) -> str:
    """`1 parameter`, `2,416 parameters`, `0.5 pixels`: the number with separators, the noun in its number."""
    shown = f"{number:,}" if isinstance(number, Integral) else f"{number:g}"
    return f"{shown} {noun if number == 1 else plural(noun)}"


def beyond(size: float) -> str:
    """`10.1`: a size that is above a limit, rounded up to tenths, so that it never reads like the limit."""
    return f"{math.ceil(size * 10) / 10:,.1f}"


def plural(noun: str) -> str:
    """`images`, `classes`, `batches`: more than one of that."""
    return f"{noun}es" if noun.endswith(("s", "x", "sh", "tch", "nch")) else f"{noun}s"


def joined(words: Sequence[str], conjunction: str = "and") -> str:
    """`red, green and blue`; a single word alone, and nothing for none."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def told_apart(names: Sequence[str]) -> list[str]:
    """The names, of which one that is there already gets a number that no other has: `Plain`, `Plain (2)`."""
    told: list[str] = []
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        told.append(name if name not in told else next(one for one in numbered if one not in (*names, *told)))
    return told
