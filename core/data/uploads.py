"""A picture that somebody sends → pixels, and pixels → what a network sees. The file is hostile until it is read."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.data.drawing import from_pixels

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000  # of a photo of today's telephones; they take 160 MB for a moment
SIDE = 1024  # px; more are not needed for what a network sees
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B")  # Pillow's modes of more than 8 bits


class InvalidPicture(ValueError):
    """A file that cannot be read as a picture; its sentence says what would work."""


def read_picture(content: bytes) -> np.ndarray:
    """The first frame of a picture file, upright and at most 1024 px a side.

    Args:
        content: a PNG, JPEG, WEBP, GIF or BMP file of at most 10 MB and 40 million pixels.

    Returns:
        (h, w, 4) uint8: red, green, blue and opacity.

    Raises:
        InvalidPicture: for anything else, before its pixels take memory.
    """
    if len(content) > MAX_BYTES:
        raise InvalidPicture(f"The file has {len(content) / 1e6:.0f} MB; up to {MAX_BYTES // 1_000_000} MB work.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures: refused below
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise InvalidPicture(
                    f"The picture has {width:,}×{height:,} pixels; up to {MAX_PIXELS // 1_000_000} million work. "
                    "Make it smaller, or cut the digit out."
                )
            image.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded small
            image.load()
            if image.mode in _DEEP:
                image = Image.fromarray(_eight_bits(np.asarray(image)))
            image = ImageOps.exif_transpose(image)
            image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
            return np.asarray(image.convert("RGBA"))
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


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Any numbers → uint8 over their own range; what is no number is black."""
    numbers = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    return np.round((numbers - low) * (255 / (high - low or 1.0))).astype(np.uint8)


def network_input(picture: np.ndarray, input_shape: tuple[int, int, int]) -> np.ndarray | None:
    """What a network of this input shape gets to see of a picture.

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
