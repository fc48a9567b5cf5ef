"""Draws text of any script into pictures: each run of characters in the first font that has them.

Two fonts ship with the app (see assets/fonts): one with Latin, Greek, Cyrillic, Arabic and Hebrew letters and most
symbols, one with Chinese characters, kana and Hangul. What neither has is looked for in fonts of the system, and is a
box where none is found. Runs stand in logical order; within a run, Pillow orders right-to-left scripts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from math import ceil
from pathlib import Path
from threading import Lock

from PIL import Image, ImageDraw, ImageFont

FONT_PX = 13
LINE_PX = 20
BASELINE_PX = 15  # below the top of a line
BOX = "□"
MARK_CARRIER = "◌"  # what Unicode shows a combining mark on that has no letter
MOST_MARKS = 8  # on one letter, to keep it narrower than a line; more are drawn with the next
FOLDER = Path(__file__).resolve().parents[2] / "assets" / "fonts"
SHIPPED = tuple(str(FOLDER / name) for name in ("DejaVuSans.ttf", "DroidSansFallback.ttf"))
SYSTEM = (  # looked up by Pillow in the folders where the system keeps fonts
    "NotoSansThai-Regular.ttf", "NotoSansDevanagari-Regular.ttf", "NotoEmoji-Regular.ttf", "FreeSans.ttf",
    "FreeSerif.ttf", "Symbola.ttf", "unifont.otf", "unifont.ttf",  # Linux
    "Arial Unicode.ttf",  # macOS
    "LeelawUI.ttf", "Nirmala.ttf", "seguiemj.ttf", "seguisym.ttf",  # Windows
)  # fmt: skip

_LOCK = Lock()  # FreeType's faces must not be used by two threads at once


class Face:
    """A font of `FONT_PX` that knows which characters it has.

    Attributes:
        font: draws text; shapes it where Pillow has Raqm.
    """

    def __init__(self, path: str):
        self.font = ImageFont.truetype(path, FONT_PX)
        # Without shaping each character becomes one glyph, which is the same for all that the font lacks.
        self._unshaped = ImageFont.truetype(path, FONT_PX, layout_engine=ImageFont.Layout.BASIC)
        self._lacking = self._glyph("\U0010ffff")  # is never a character

    def has(self, text: str) -> bool:
        """True if the font has a glyph for each of the characters."""
        return all(self._glyph(character) != self._lacking for character in text)

    def _glyph(self, character: str) -> tuple[tuple[int, int], bytes]:
        mask = self._unshaped.getmask(character)
        return mask.size, bytes(mask)  # pyright: ignore[reportArgumentType]  # Pillow's stub lacks its buffer


def lettered(text: str) -> Image.Image:
    """One line of text as a mask, (`LINE_PX`, its width) in mode "L": 255 where there is ink.

    Ink above and below the line, as of piles of combining marks, is cut off.
    """
    line = " ".join(_words(text))
    with _LOCK:
        mask = Image.new("L", (max(1, ceil(_width(line))), LINE_PX))
        pen, x = ImageDraw.Draw(mask), 0.0
        for face, run in _runs(line):
            pen.text((x, BASELINE_PX), run, 255, face.font, "ls")
            x += face.font.getlength(run)
    return mask


def wrapped(text: str, width_px: int) -> list[str]:
    """Text as lines of at most `width_px`, which end at spaces, beside Chinese characters, kana and Hangul, and within
    words that are longer than a line."""
    lines: list[str] = []
    with _LOCK:
        for word in _words(text):
            space = " "
            for piece in _pieces(word, width_px):
                if lines and _width(lines[-1] + space + piece) <= width_px:
                    lines[-1] += space + piece
                else:
                    lines.append(_carried(piece))
                space = ""
    return lines


def _words(text: str) -> list[str]:
    """The words without characters that have no shape; what is no character becomes a box."""
    words = []
    for word in unicodedata.normalize("NFC", text).split():
        kept = "".join(BOX if "\ud800" <= sign <= "\udfff" else sign for sign in word if not _is_invisible(sign))
        if kept:
            words.append(_carried(kept))
    return words


def _carried(text: str) -> str:
    return MARK_CARRIER + text if _is_mark(text[0]) else text


def _pieces(word: str, width_px: int) -> Iterator[str]:
    """The parts of a word between which a line may end."""
    pieces: list[list[str]] = []  # of clusters
    for cluster in _clusters(word):
        if pieces and not _is_wide(cluster[0]) and not _is_wide(pieces[-1][-1][0]):
            pieces[-1].append(cluster)
        else:
            pieces.append([cluster])
    for piece in pieces:
        whole = "".join(piece)
        yield from [whole] if _width(whole) <= width_px else piece


def _clusters(text: str) -> list[str]:
    """Characters, each with the combining marks that follow it if a face has them all; else each alone."""
    clusters: list[str] = []
    for character in text:
        if clusters and _is_mark(character) and len(clusters[-1]) <= MOST_MARKS:
            clusters[-1] += character
        else:
            clusters.append(character)
    return [part for cluster in clusters for part in ([cluster] if _face(cluster) else cluster)]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _is_invisible(character: str) -> bool:
    """Control and format characters (zero-width ones, changes of direction) and variation selectors."""
    return (
        unicodedata.category(character) in ("Cc", "Cf")
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def _width(text: str) -> float:
    return sum(face.font.getlength(run) for face, run in _runs(text))


def _runs(text: str) -> list[tuple[Face, str]]:
    """The text in parts, each with the face that draws it."""
    runs: list[tuple[Face, str]] = []
    for cluster in _clusters(text):
        face, part = _face(cluster), cluster
        if face is None:
            face, part = _shipped()[0], BOX
        if runs and runs[-1][0] is face:
            runs[-1] = (face, runs[-1][1] + part)
        else:
            runs.append((face, part))
    return runs


@lru_cache(maxsize=4096)
def _face(cluster: str) -> Face | None:
    """The first face that has all of the characters."""
    for faces in (_shipped, _system):  # those of the system are looked up when the others do not do
        for face in faces():
            if face.has(cluster):
                return face
    return None


@lru_cache(maxsize=1)
def _shipped() -> tuple[Face, ...]:
    return tuple(Face(path) for path in SHIPPED)


@lru_cache(maxsize=1)
def _system() -> tuple[Face, ...]:
    faces = []
    for name in SYSTEM:
        try:
            faces.append(Face(name))
        except OSError:  # not there, or has bitmaps of other sizes only
            continue
    return tuple(faces)
