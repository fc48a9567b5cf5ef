"""A lesson as part of a link: deflated text in base64, bounded when it is inflated."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from core.learn.lessons.lesson import MAX_CHARACTERS

FORMAT = "1"
MAX_TOKEN = 30_000  # characters: servers and messengers cut longer addresses
_MAX_BYTES = 4 * MAX_CHARACTERS


class UnreadableLesson(ValueError):
    """A token in which no lesson is. The message says why, in a sentence."""


def to_token(text: str) -> str:
    """The text of a lesson, short and safe in an address."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(text.encode("utf-8", "replace")) + packer.flush()
    return FORMAT + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_token(token: str) -> str:
    """The text that a token holds; raises `UnreadableLesson` and nothing else."""
    if len(token) > MAX_TOKEN:
        raise UnreadableLesson("This link is too long to be that of a lesson.")
    if not re.fullmatch(r"[0-9][A-Za-z0-9_-]+", token, re.ASCII):
        raise UnreadableLesson("This link is damaged: there is no lesson in it, and none that ships is called so.")
    if token[0] != FORMAT:
        raise UnreadableLesson("This link was made by another version of Receptive.")
    try:
        packed = base64.urlsafe_b64decode(token[1:] + "=" * (-(len(token) - 1) % 4))
        unpacker = zlib.decompressobj(-15)
        unpacked = unpacker.decompress(packed, _MAX_BYTES + 1)  # never more, whatever the link holds
        if len(unpacked) > _MAX_BYTES:
            raise UnreadableLesson("This link is too large to be that of a lesson.")
        if not unpacker.eof or unpacker.unused_data:
            raise UnreadableLesson("This link is damaged or cut off: its end is missing.")
        return unpacked.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        raise UnreadableLesson("This link is damaged or cut off: it cannot be unpacked.") from None
