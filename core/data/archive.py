"""Safe reading of untrusted zip archives, npz included.

Nothing is unpickled, no member is unpacked further than its caller allows, and no array is made before its header
has been found to fit the bytes behind it. Callers have sentences of their own for each `Flaw`.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import Enum
from math import prod

import numpy as np

_DIRECTORY_ENTRY = b"PK\x01\x02"
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # bzip2 and lzma unpack a block without limit
_HEADER_BYTES = 1000  # of an array in NumPy's format: ours have 128


class Flaw(Enum):
    """The reason for which an archive or a member of it is refused."""

    DAMAGED = "it cannot be unpacked"
    MANY_MEMBERS = "it has more members than allowed"
    NAMES = "two members have one name, or a name points out of the archive"
    MISSING = "there is no such member"
    PACKING = "it is compressed by other means than deflate"
    SIZE = "it unpacks to more than allowed"
    NOT_PLAIN = "it has objects, or not as many numbers as its header says"
    MISFIT = "its dtype or shape is another"
    NOT_FINITE = "it has infinite values or NaN"


class InvalidArchive(ValueError):
    """An archive, or a member of it, that is refused.

    Attributes:
        flaw: the reason.
        member: the member's name; empty where it is the archive itself.
        limit: the number that was exceeded, of members or bytes; 0 for other flaws.
    """

    def __init__(self, flaw: Flaw, member: str = "", limit: int = 0) -> None:
        super().__init__(f"{member or 'The archive'}: {flaw.value}.")
        self.flaw, self.member, self.limit = flaw, member, limit


class Archive:
    """A zip archive in memory.

    Args:
        content: the whole file.
        max_members: the most members that it may have.

    Attributes:
        names: of its members, in the file's order; no two are equal and none points out of the archive.

    Raises:
        InvalidArchive: for a file that is none, or has other members than this.
    """

    def __init__(self, content: bytes, max_members: int) -> None:
        # ZipFile lists all members on opening, so they are counted before; numbers may look like an entry by chance.
        if content.count(_DIRECTORY_ENTRY) > 2 * max_members:
            raise InvalidArchive(Flaw.MANY_MEMBERS, limit=max_members)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except Exception:  # struct.error, ValueError, NotImplementedError, …: whatever the bytes bring about
            raise InvalidArchive(Flaw.DAMAGED) from None
        self.names = tuple(self._zip.namelist())
        if len(self.names) > max_members:
            raise InvalidArchive(Flaw.MANY_MEMBERS, limit=max_members)
        if len(set(self.names)) < len(self.names) or any(map(_points_outside, self.names)):
            raise InvalidArchive(Flaw.NAMES)

    def read(self, name: str, max_bytes: int) -> bytes:
        """A member's content. Raises `InvalidArchive`, for one of more than `max_bytes` before it takes memory."""
        if name not in self.names:
            raise InvalidArchive(Flaw.MISSING, name)
        info = self._zip.getinfo(name)
        if info.compress_type not in _PACKINGS:
            raise InvalidArchive(Flaw.PACKING, name)
        if info.file_size > max_bytes:
            raise InvalidArchive(Flaw.SIZE, name, max_bytes)
        try:
            with self._zip.open(info) as member:
                data = member.read(max_bytes + 1)  # to the end, so that the checksum is compared
        except Exception:  # zlib.error, EOFError, RuntimeError for encryption, …
            raise InvalidArchive(Flaw.DAMAGED, name) from None
        if len(data) > max_bytes:
            raise InvalidArchive(Flaw.SIZE, name, max_bytes)
        return data

    def array(self, name: str, dtype: str, max_shape: tuple[int, ...], finite: bool = False) -> np.ndarray:
        """A member `name`.npy as an array: see `array_from`. What it may unpack to follows from its bounds."""
        most = prod(max_shape) * np.dtype(dtype).itemsize + _HEADER_BYTES
        return array_from(self.read(f"{name}.npy", most), dtype, max_shape, finite, name)


def array_from(
    data: bytes, dtype: str, max_shape: tuple[int, ...] | None = None, finite: bool = False, name: str = "array"
) -> np.ndarray:
    """An array in NumPy's format, version 1.0.

    Args:
        data: the whole file.
        dtype: the array's exact one, such as `<f4`; of text the longest, such as `<U60`.
        max_shape: the greatest length along each axis; None for any shape.
        finite: whether infinite values and NaN are refused.
        name: what a refusal calls it.

    Raises:
        InvalidArchive: for anything else.
    """
    file, wanted = io.BytesIO(data), np.dtype(dtype)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError
        shape, _, found = np.lib.format.read_array_header_1_0(file)
    except Exception:  # ValueError, SyntaxError, TokenError, …: whatever the header brings about
        raise InvalidArchive(Flaw.DAMAGED, name) from None
    if found.hasobject or prod(shape) * found.itemsize != len(data) - file.tell():
        raise InvalidArchive(Flaw.NOT_PLAIN, name)
    short_text = found.kind == wanted.kind == "U" and found.itemsize <= wanted.itemsize
    if not (found == wanted or short_text) or not _within(shape, max_shape):
        raise InvalidArchive(Flaw.MISFIT, name)
    file.seek(0)
    try:
        array = np.load(file, allow_pickle=False)
        if short_text:
            array.tolist()  # fails for code points beyond Unicode
    except Exception:  # more axes than NumPy has, …
        raise InvalidArchive(Flaw.DAMAGED, name) from None
    if finite and not np.isfinite(array).all():
        raise InvalidArchive(Flaw.NOT_FINITE, name)
    return array


def _within(shape: tuple[int, ...], max_shape: tuple[int, ...] | None) -> bool:
    if max_shape is None:
        return min(shape, default=0) >= 0
    return len(shape) == len(max_shape) and all(0 <= size <= most for size, most in zip(shape, max_shape))


def _points_outside(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
