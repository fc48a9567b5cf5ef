"""The header of a lesson: lines of `key: value` between two lines `---`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.learn.lessons.lesson import Known
from core.learn.lessons.naming import known_network, known_page, unknown
from core.network.names import clean
from core.network.words import joined

Complain = Callable[[int, str], object]
Line = tuple[int, str]

NEEDED = ("title", "minutes", "aim", "begin")
KEYS = ("title", "minutes", "for", "aim", "source", "begin", "network", "dataset", "weights", "hides")
MOST_MINUTES = 120
MAX_VALUE = 400  # characters of a value; a network's token may be longer


def read_header(lines: Sequence[Line], known: Known, complain: Complain) -> dict[str, Any]:
    """What the header says, by the names of `Lesson`; what is wrong or missing is said and left out.

    Args:
        lines: number and text, from the first line of the file to the one before the first step.
        known: what may be named.
        complain: gets a line and a sentence.
    """
    marks = [number for number, (_, text) in enumerate(lines) if text.strip() == "---"]
    filled = [(number, text) for number, text in lines if text.strip()]
    if len(marks) < 2 or not filled or filled[0][1].strip() != "---":
        complain(1, "a lesson begins with a header: lines such as “title: …” between two lines “---”.")
        return {}
    for number, text in lines[marks[1] + 1 :]:
        if text.strip():
            complain(number, "text before the first step: a step begins with a line “## Title”.")
            break
    found: dict[str, tuple[int, str]] = {}
    for number, text in lines[marks[0] + 1 : marks[1]]:
        if text.strip() and not text.lstrip().startswith("#"):
            _take(number, text, found, complain)
    end = lines[marks[1]][0]
    for key in NEEDED:
        if key not in found:
            complain(end, f"the header has no “{key}”; needed are {joined(NEEDED)}.")
    return _values(found, known, complain)


def _take(number: int, text: str, found: dict[str, tuple[int, str]], complain: Complain) -> None:
    key, colon, value = text.partition(":")
    key, value = key.strip().lower(), value.strip()
    if not colon:
        complain(number, f"“{text.strip()[:60]}” is no line of a header: it must read “key: value”.")
    elif key not in KEYS:
        complain(number, f"{unknown('key', key, KEYS)}")
    elif key in found:
        complain(number, f"“{key}” stands in the header twice.")
    elif len(value) > MAX_VALUE and key != "network":
        complain(number, f"“{key}” may have at most {MAX_VALUE} characters, this has {len(value):,}.")
    elif value or key not in NEEDED:
        found[key] = (number, value)
    else:
        complain(number, f"“{key}” is empty.")
        found[key] = (number, "")


def _values(found: dict[str, tuple[int, str]], known: Known, complain: Complain) -> dict[str, Any]:
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "title": ("title", clean),
        "minutes": ("minutes", _minutes),
        "for": ("audience", clean),
        "aim": ("aim", clean),
        "source": ("source", clean),
        "begin": ("begin", lambda value: _page(value, known)),
        "network": ("network", lambda value: _network(value, known)),
        "dataset": ("dataset", lambda value: _one_of("dataset", value, known.datasets)),
        "weights": ("weights", lambda value: _one_of("network with weights", value, known.weights)),
        "hides": ("hides", lambda value: hidden(value, known)),
    }
    values: dict[str, Any] = {}
    for key, (number, value) in found.items():
        if not value:
            continue
        name, read = readers[key]
        try:
            values[name] = read(value)
        except ValueError as problem:
            complain(number, str(problem))
    begin, hides = values.get("begin"), values.get("hides", ())
    if begin is not None and known.leaves_out(begin, hides):
        complain(found["begin"][0], f"the lesson begins on the page “{begin}”, which its “hides” leaves out.")
        del values["begin"]
    return values


def _minutes(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) < 4 and 1 <= int(value) <= MOST_MINUTES:
        return int(value)
    raise ValueError(f"“minutes” is a whole number from 1 to {MOST_MINUTES}, not “{value[:60]}”.")


def _page(value: str, known: Known) -> str:
    found = known_page(value, known)
    if isinstance(found, str):
        raise ValueError(found)
    return found.target


def _network(value: str, known: Known) -> Any:
    found = known_network(value, known)
    if isinstance(found, str):
        raise ValueError(found)
    return found


def _one_of(noun: str, value: str, names: Sequence[str]) -> str:
    if value in names:
        return value
    raise ValueError(unknown(noun, value, names))


def hidden(value: str, known: Known) -> tuple[str, ...]:
    """What a list such as `train, page games, field momentum` hides; raises `ValueError` for what cannot be."""
    found: list[str] = []
    for one in filter(None, (" ".join(part.split()) for part in value.split(","))):
        kind, _, name = one.partition(" ")
        if kind == "page" and name:
            found.append(f"page {_page(name, known)}")
        elif kind == "field" and name:
            found.append(f"field {_one_of('field', name, known.fields)}")
        elif one in known.parts:
            found.append(one)
        else:
            parts = joined(known.parts, "or")
            raise ValueError(f"“{one[:60]}” cannot be hidden: write {parts}, “page ID” or “field NAME”.")
    return tuple(dict.fromkeys(found))
