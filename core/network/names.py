"""Names that people give: cleaned where they come in, and kept from meaning anything where Markdown is read."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

JOINER = "\u2060"  # word joiner: shows nothing, breaks no line, and is neither a letter nor a space
ISOLATE, END = "\u2068", "\u2069"  # text between them leaves the direction outside as it is
_JOINS = "\u200c\u200d"  # Persian words need them, and emoji that are made of several
_BLANK = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")  # letters and signs that look like a space
_MARKS = 4  # accents on one letter, at most: piles of them cover the lines above
_LEFT_OUT = ("Cc", "Cf", "Co", "Cs")  # controls, changes of direction, private ones, halves of surrogate pairs
# What Streamlit's front end looks for in the text that escapes have become: icons and emoji, addresses, arrows.
_FOUND_LATER = re.compile(r"(?<=:)(?=\S)|(?<=@)|(?<=www)(?=\.|$)|(?<=[-<>=~])(?=[-<>=~])", re.IGNORECASE)
_MARKDOWN = re.compile(r"[\\`*_{}\[\]#!$|~<>^&]|(?<=\\)[()]|:(?! )|^[-+=]|^\d+[.)]")


def clean(text: str) -> str:
    """A name as one line of visible text; empty where nothing of it can be seen.

    Control characters, halves of surrogate pairs and what turns the direction of the text after it are left out;
    white space, line ends included, becomes single spaces.
    """
    found: list[str] = []
    marks = 0
    for letter in filter(is_visible, " ".join(text.translate(_BLANK).split())):
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= _MARKS:
            found.append(letter)
    line = " ".join("".join(found).split())
    return line if line.strip(_JOINS + " ") else ""


def is_visible(text: str) -> bool:
    """True for text without control characters, changes of direction, and what is no character and no XML may hold."""
    return all(
        letter in _JOINS
        or (
            unicodedata.category(letter) not in _LEFT_OUT
            and not (0xFDD0 <= ord(letter) <= 0xFDEF or ord(letter) & 0xFFFE == 0xFFFE)
        )
        for letter in text
    )


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Somebody's text as Markdown that shows these very characters, wherever Streamlit or a notebook reads it.

    Escapes alone do not suffice: Streamlit looks for addresses, icons, emoji and arrows in what they have become, so
    an invisible joiner breaks these. Text from right to left is isolated: what stands around it keeps its order.
    """
    line = clean(text)
    marked = _MARKDOWN.sub(lambda sign: f"{sign[0][:-1]}\\{sign[0][-1]}", _FOUND_LATER.sub(JOINER, line))
    turned = any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in line)
    return f"{ISOLATE}{marked}{END}" if turned else marked
