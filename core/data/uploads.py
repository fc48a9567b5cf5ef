"""Uploaded picture → pixels → network input. Files are untrusted and validated before they are decoded."""

from __future__ import annotations

import io
import re
import struct
import threading
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from core.data.drawing import from_pixels
from core.network.words import beyond

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000  # of a photo of today's telephones: a JPEG, which is made small while it is decoded
MAX_DECODED = 12_500_000  # pixels that are held at once: 16 bytes each for WEBP, and fewer for the others
MAX_SCANS = 100  # of a JPEG; programs make about ten, and each takes as long as the whole picture
SIDE = 1024  # px; more are not needed for what a network sees
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_AT_ONCE = 1 << 18  # numbers that are made 8 bits wide together
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")  # of a JPEG, but those that stand alone
_SCAN, _END = 0xDA, 0xD9
_one_at_a_time = threading.Lock()  # so that many visitors' pictures take no more memory than one
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B")  # Pillow's modes of more than 8 bits


class InvalidPicture(ValueError):
    """A file that cannot be read as a picture; its sentence says what would work."""


def read_picture(content: bytes) -> np.ndarray:
    """The first frame of a picture file, upright and at most 1024 px a side.

    Pictures are read one after the other, and none takes more than 250 MB meanwhile.

    Args:
        content: a PNG, JPEG, WEBP, GIF or BMP file of at most 10 MB and 12.5 million pixels; 40 million for a JPEG
            whose pixels come in one go, as cameras save them.

    Returns:
        (h, w, 4) uint8: red, green, blue and opacity.

    Raises:
        InvalidPicture: for anything else, before its pixels take memory.
    """
    if len(content) > MAX_BYTES:
        raise InvalidPicture(f"The file has {beyond(len(content) / 1e6)} MB; up to {MAX_BYTES // 1_000_000} MB work.")
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures: refused below
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            _made_small(image, content)
            image.load()
            if image.mode in _DEEP:
                image = Image.fromarray(_eight_bits(np.asarray(image)))
            image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
            return np.asarray(ImageOps.exif_transpose(image).convert("RGBA"))
    except InvalidPicture:
        raise
    except Image.DecompressionBombError:
        raise InvalidPicture(
            f"The picture has too many pixels; up to {MAX_PIXELS // 1_000_000} million work."
        ) from None
    except UnidentifiedImageError:
        raise InvalidPicture("This is no picture that can be read. PNG, JPEG, WEBP, GIF and BMP work.") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError,
            struct.error, zlib.error):  # fmt: skip  # whatever a damaged file may cause
        raise InvalidPicture("The picture is damaged, so it cannot be read. Save it anew as PNG or JPEG.") from None


def _made_small(image: Image.Image, content: bytes) -> None:
    """Let a JPEG be decoded small where it can be; raises `InvalidPicture` where too much would be decoded."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise InvalidPicture(
            f"The picture has {width:,}×{height:,} pixels; up to {MAX_PIXELS // 1_000_000} million work. "
            "Make it smaller, or cut the digit out."
        )
    held = width * height
    if isinstance(image, JpegImageFile):
        scans = _scans(content)
        if len(scans) > MAX_SCANS:
            raise InvalidPicture(
                f"The picture is stored in more than {MAX_SCANS} layers, which takes too long to read. "
                "Save it anew as PNG, or as a plain JPEG."
            )
        largest = max(image.size)
        image.draft("RGB", (max(1, width * SIDE // largest), max(1, height * SIDE // largest)))
        if scans == [image.layers] and not image.info.get("progressive"):  # else all of it is held to be put together
            held = image.width * image.height
    if held > MAX_DECODED:
        raise InvalidPicture(
            f"The picture has {width:,}×{height:,} pixels; up to {MAX_DECODED / 1e6:g} million work for files of this "
            f"kind, and up to {MAX_PIXELS // 1_000_000} million for a plain JPEG. Make it smaller, or cut the digit "
            "out."
        )


def _scans(content: bytes) -> list[int]:
    """Number of components in each scan of a JPEG, for at most `MAX_SCANS` + 1 scans; markers found as by libjpeg."""
    found: list[int] = []
    place = 2
    while len(found) <= MAX_SCANS and (marker := _MARKER.search(content, place)):
        kind, start = content[marker.end() - 1], marker.end()
        if kind == _END:
            break
        if kind == _SCAN:
            found.append(content[start + 2] if start + 2 < len(content) else 0)
        place = start + int.from_bytes(content[start : start + 2], "big")
    return found


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Rescale numbers from their own range to uint8; NaN becomes 0."""
    flat, made = values.reshape(-1), np.empty(values.size, np.uint8)
    parts = [slice(start, start + _AT_ONCE) for start in range(0, len(flat), _AT_ONCE)]
    low = min(float(_finite(flat[part]).min()) for part in parts)
    high = max(float(_finite(flat[part]).max()) for part in parts)
    for part in parts:
        made[part] = np.round((_finite(flat[part]) - low) * (255 / (high - low or 1.0)))
    return made.reshape(values.shape)


def _finite(values: np.ndarray) -> np.ndarray:
    """Numbers as float64, with 0 for NaN and infinities."""
    return np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)


def network_input(picture: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray | None:
    """Convert a picture to the input shape of a network.

    Of a digit for 28×28 grey values: cut out, scaled and centred as MNIST's are. Otherwise the middle of the
    picture, as large as fits, on black.

    Args:
        picture: (h, w, 4) uint8.
        input_shape: (height, width, channels).

    Returns:
        (height, width, channels) float32 in 0…1; None where a digit is looked for and nothing stands out.
    """
    height, width, channels = input_shape
    if input_shape == (28, 28, 1):
        found = from_pixels(picture)
        return None if found is None else found[..., np.newaxis]
    image = Image.fromarray(picture)
    ground = Image.new("RGBA", image.size, (0, 0, 0, 255))
    ground.alpha_composite(image)
    colours = ImageOps.fit(ground.convert("RGB"), (width, height), Image.Resampling.BOX)
    values = np.asarray(colours, np.float32) / 255  # (h, w, 3)
    if channels == 3:
        return values
    grey = values @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.repeat(grey[..., np.newaxis], channels, axis=2)


def drawing_input(drawing: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray:
    """Convert a drawing to the input shape of a network: in the middle, as large as fits, on black.

    Args:
        drawing: (28, 28) float32 in 0…1.
        input_shape: (height, width, channels).

    Returns:
        (height, width, channels) float32 in 0…1; the drawing itself where the network takes 28×28 images.
    """
    height, width, channels = input_shape
    side = min(height, width)
    if side != len(drawing):
        picture = Image.fromarray(drawing.astype(np.float32))
        drawing = np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))
    image = np.zeros((height, width), np.float32)
    top, left = (height - side) // 2, (width - side) // 2
    image[top : top + side, left : left + side] = np.clip(drawing, 0.0, 1.0)
    return np.repeat(image[..., np.newaxis], channels, axis=2)
