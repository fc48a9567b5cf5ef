"""Names of the classes of well-known datasets that are not here, for networks that have learned them."""

from __future__ import annotations

from string import ascii_uppercase
from typing import NamedTuple

from core.data.collection import DIGITS


class ClassList(NamedTuple):
    """Class names in the order in which the dataset numbers them.

    Attributes:
        title: what they are the names of.
        names: one for each class.
        input_shape: of the dataset's images; None where they have several.
    """

    title: str
    names: tuple[str, ...]
    input_shape: tuple[int, int, int] | None = None


CLASS_LISTS = (
    ClassList("digits", DIGITS),
    ClassList("letters", tuple(ascii_uppercase)),
    ClassList("digits and letters", (*DIGITS, *ascii_uppercase)),
    # G. Cohen et al., “EMNIST: extending MNIST to handwritten letters” (2017), section II.B: small letters that look
    # like their capitals are one class with them.
    ClassList("EMNIST Balanced", (*DIGITS, *ascii_uppercase, *"abdefghnqrt")),
    # A. Krizhevsky, “Learning multiple layers of features from tiny images” (2009).
    ClassList(
        "CIFAR-10",
        ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        (32, 32, 3),
    ),
)


def fitting_lists(classes: int, input_shape: tuple[int, ...]) -> list[ClassList]:
    """The lists with so many names, of images of this shape."""
    return [one for one in CLASS_LISTS if len(one.names) == classes and one.input_shape in (None, tuple(input_shape))]
