"""Labelled drawings as an immutable value and as an npz file; files from outside are validated in full.

Kept are the images that a network gets, not the pen strokes: nothing here reads strokes, how a hand moves is nobody's
business, and 784 bytes a drawing need no parser that could be fooled.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np

from core.data.archive import Archive, Flaw, InvalidArchive
from core.network.names import is_visible
from core.network.words import beyond, counted

FIELD = (28, 28, 1)
DIGITS = tuple("0123456789")
MAX_DRAWINGS = 2_000
FEWEST_CLASSES, MOST_CLASSES = 2, 10
MAX_CLASS_NAME = 24  # characters
MAX_TITLE = 60
ONE_IN = 4  # so many drawings of a class have one that is kept apart
MAX_FILE = 2_500_000  # bytes: 2,000 drawings have 1.6 million
_MEMBERS = {  # of the file: dtype and the largest shape
    "name": (f"<U{MAX_TITLE}", ()),
    "class_names": (f"<U{MAX_CLASS_NAME}", (MOST_CLASSES,)),
    "images": ("|u1", (MAX_DRAWINGS, *FIELD)),
    "labels": ("|u1", (MAX_DRAWINGS,)),
    "kept_apart": ("|b1", (MAX_DRAWINGS,)),
}
DAMAGED = "This file holds no drawings that can be read: it is another file, or damaged."


class InvalidCollection(ValueError):
    """An invalid collection or collection file. The message says what would work."""


def _no_images() -> np.ndarray:
    return np.zeros((0, *FIELD), np.uint8)


def _is_array(value: Any) -> TypeGuard[np.ndarray]:
    return isinstance(value, np.ndarray)


@dataclass(frozen=True, eq=False)
class Collection:
    """Labelled drawings; an edit returns a new collection.

    Every fourth drawing of a class is kept apart, for good: no network learns from it, so that its answer is an
    honest test, also of a network that is taught again after more was drawn.

    Args:
        name: title on the pages, 1 to 60 characters.
        class_names: two to ten different names of at most 24 characters.
        images: uint8, (n, 28, 28, 1), ink 255; at most 2,000.
        labels: uint8, (n,), indices into `class_names`.
        kept_apart: bool, (n,).

    Raises:
        InvalidCollection: where anything is out of these bounds.
    """

    name: str
    class_names: tuple[str, ...]
    images: np.ndarray = field(default_factory=_no_images, repr=False)
    labels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8), repr=False)
    kept_apart: np.ndarray = field(default_factory=lambda: np.zeros(0, bool), repr=False)

    def __post_init__(self) -> None:
        if not _is_plain(self.name, MAX_TITLE):
            raise InvalidCollection(f"A collection needs a name of at most {MAX_TITLE} characters.")
        object.__setattr__(self, "class_names", _class_names(self.class_names))
        for name, kind, shape in (("images", np.uint8, FIELD), ("labels", np.uint8, ()), ("kept_apart", bool, ())):
            array = getattr(self, name)
            if not _is_array(array) or array.dtype != kind or array.shape[1:] != shape or not array.ndim:
                raise InvalidCollection("The drawings are not 28×28 grey images with a label each.")
            array = array.copy()
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if not len(self.images) == len(self.labels) == len(self.kept_apart):
            raise InvalidCollection("There are not as many labels as drawings.")
        if len(self) > MAX_DRAWINGS:
            raise InvalidCollection(f"These are {counted(len(self), 'drawing')}; up to {MAX_DRAWINGS:,} can be kept.")
        if len(self) and self.labels.max() >= len(self.class_names):
            raise InvalidCollection("A drawing has a label that is none of the classes.")

    def __len__(self) -> int:
        return len(self.labels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Collection) and (self.name, self.fingerprint) == (other.name, other.fingerprint)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of drawings, labels and classes, but not of the name: 24 hexadecimal digits."""
        found = hashlib.sha256(json.dumps(self.class_names).encode())
        for array in (self.images, self.labels, self.kept_apart):
            found.update(array.tobytes())
        return found.hexdigest()[:24]

    @property
    def counts(self) -> list[int]:
        """Number of drawings of each class."""
        return np.bincount(self.labels, minlength=len(self.class_names)).tolist()

    @cached_property
    def identities(self) -> list[int]:
        """A number for each drawing, below 2⁴⁸, that it keeps wherever it stands: the hash of its image."""
        return [int.from_bytes(hashlib.sha256(image.tobytes()).digest()[:6]) for image in self.images]

    def find(self, image: np.ndarray) -> int | None:
        """The number of the drawing that is exactly this (28, 28) image in 0…1; None where there is none."""
        found = np.flatnonzero((self.images == _as_kept(image)).all(axis=(1, 2, 3)))
        return int(found[0]) if len(found) else None

    def number_of(self, image: np.ndarray) -> int:
        """As `find`; raises `InvalidCollection` where it is not there."""
        found = self.find(image)
        if found is None:
            raise InvalidCollection("This drawing is not there any more.")
        return found

    def added(self, image: np.ndarray, label: int) -> Collection:
        """A copy with one more drawing; a drawing that is present already gets this label instead.

        Args:
            image: (28, 28) float in 0…1, as `from_strokes` makes it.
            label: index of its class.
        """
        there = self.find(image)
        if there is not None:
            return self.relabelled(there, label)
        if not 0 <= label < len(self.class_names):
            raise InvalidCollection("There is no such class.")
        if len(self) >= MAX_DRAWINGS:
            raise InvalidCollection(f"{MAX_DRAWINGS:,} drawings are the most that is kept. Delete some first.")
        apart = self._next_is_kept_apart(label)
        return replace(
            self,
            images=np.concatenate([self.images, _as_kept(image)[np.newaxis]]),
            labels=np.append(self.labels, np.uint8(label)),
            kept_apart=np.append(self.kept_apart, apart),
        )

    def removed(self, number: int) -> Collection:
        """A copy without this drawing; the others keep their order."""
        if not 0 <= number < len(self):
            raise InvalidCollection("There is no such drawing.")
        return self._only(np.arange(len(self)) != number)

    def redrawn(self, number: int, image: np.ndarray) -> Collection:
        """A copy with another image, in the format of `added`, for this drawing."""
        if not 0 <= number < len(self):
            raise InvalidCollection("There is no such drawing.")
        images = self.images.copy()
        images[number] = _as_kept(image)
        return replace(self, images=images)

    def relabelled(self, number: int, label: int) -> Collection:
        """A copy with another label for this drawing."""
        if not (0 <= number < len(self) and 0 <= label < len(self.class_names)):
            raise InvalidCollection("There is no such drawing or no such class.")
        labels = self.labels.copy()
        labels[number] = label
        return replace(self, labels=labels)

    def joined(self, other: Collection) -> Collection:
        """A copy with the drawings of another collection of the same classes added; duplicates keep their label here."""
        if other.class_names != self.class_names:
            raise InvalidCollection(f"Its classes are others: {', '.join(other.class_names)}.")
        known = {image.tobytes() for image in self.images}
        new = np.array([image.tobytes() not in known for image in other.images], bool)
        if len(self) + new.sum() > MAX_DRAWINGS:
            raise InvalidCollection(f"Together these are more than the {MAX_DRAWINGS:,} drawings that can be kept.")
        return replace(
            self,
            images=np.concatenate([self.images, other.images[new]]),
            labels=np.concatenate([self.labels, other.labels[new]]),
            kept_apart=np.concatenate([self.kept_apart, other.kept_apart[new]]),
        )

    def with_class(self, name: str) -> Collection:
        """A copy with one more class, the last."""
        return replace(self, class_names=(*self.class_names, name))

    def with_class_name(self, label: int, name: str) -> Collection:
        """A copy with another name for this class."""
        if not 0 <= label < len(self.class_names):
            raise InvalidCollection("There is no such class.")
        return replace(self, class_names=(*self.class_names[:label], name, *self.class_names[label + 1 :]))

    def without_class(self, label: int) -> Collection:
        """A copy without this class and its drawings."""
        if not 0 <= label < len(self.class_names):
            raise InvalidCollection("There is no such class.")
        names = self.class_names[:label] + self.class_names[label + 1 :]
        left = self._only(self.labels != label)
        return replace(left, class_names=names, labels=left.labels - (left.labels > label).astype(np.uint8))

    def without_drawings(self) -> Collection:
        """A copy with the classes but no drawings."""
        return self._only(np.zeros(len(self), bool))

    def _only(self, chosen: np.ndarray) -> Collection:
        return replace(
            self, images=self.images[chosen], labels=self.labels[chosen], kept_apart=self.kept_apart[chosen]
        )

    def _next_is_kept_apart(self, label: int) -> bool:
        same = self.labels == label
        return bool(self.kept_apart[same].sum() < (same.sum() + 1) // ONE_IN)

    def to_bytes(self) -> bytes:
        """An npz file that `from_bytes` and `numpy.load` read; equal collections give equal files."""
        file = io.BytesIO()
        arrays = {name: getattr(self, name) for name in ("images", "labels", "kept_apart")}
        np.savez(file, name=np.array(self.name), class_names=np.array(self.class_names), **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Collection:
        """The collection in a file; nothing in it can take much more memory than the largest collection.

        Raises:
            InvalidCollection: whatever is wrong with the file, and nothing else.
        """
        if len(content) > MAX_FILE:
            raise InvalidCollection(f"The file has {beyond(len(content) / 1e6)} MB; a collection has at most 2.5 MB.")
        try:
            return cls(**_read(content))
        except InvalidCollection:
            raise
        except InvalidArchive as problem:
            raise InvalidCollection(_refusal(problem)) from None
        except Exception:  # the last resort: whatever a damaged file may cause
            raise InvalidCollection(DAMAGED) from None


def _as_kept(image: np.ndarray) -> np.ndarray:
    """(28, 28) in 0…1 → (28, 28, 1) uint8."""
    image = np.asarray(image)
    if image.shape not in (FIELD, FIELD[:2]) or not np.isfinite(image).all():
        raise InvalidCollection("A drawing is a 28×28 grey image.")
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8).reshape(FIELD)


def _is_plain(text: object, most: int) -> bool:
    """True for one line of visible text."""
    return isinstance(text, str) and 1 <= len(text) <= most and text == text.strip() and is_visible(text)


def _class_names(names: Sequence[str]) -> tuple[str, ...]:
    names = tuple(names)
    if not FEWEST_CLASSES <= len(names) <= MOST_CLASSES:
        raise InvalidCollection(f"There can be {FEWEST_CLASSES} to {MOST_CLASSES} classes, not {len(names)}.")
    if not all(_is_plain(name, MAX_CLASS_NAME) for name in names):
        raise InvalidCollection(f"A class needs a name of 1 to {MAX_CLASS_NAME} characters, without line breaks.")
    if len(set(names)) < len(names):
        raise InvalidCollection("Two classes have the same name. Give them different ones.")
    return names


def _read(content: bytes) -> dict[str, Any]:
    """Read the file's members, each limited to the size of the largest collection."""
    archive = Archive(content, len(_MEMBERS))
    if sorted(archive.names) != sorted(f"{name}.npy" for name in _MEMBERS):
        raise InvalidArchive(Flaw.NAMES)
    found = {name: archive.array(name, dtype, shape) for name, (dtype, shape) in _MEMBERS.items()}
    return {
        **found,
        "name": str(found["name"]),
        "class_names": tuple(map(str, found["class_names"])),
    }


def _refusal(problem: InvalidArchive) -> str:
    """Error message for a file in another format."""
    if problem.flaw in (Flaw.NAMES, Flaw.MANY_MEMBERS, Flaw.MISSING):
        *names, last = _MEMBERS
        return f"This file holds no drawings: a collection that was exported here has {', '.join(names)} and {last}."
    if problem.flaw is Flaw.PACKING:
        return "This file is packed in a way that no collection is. Export it again."
    name = problem.member.removesuffix(".npy")
    if problem.flaw is Flaw.SIZE:
        return f"“{name}” is larger than in any collection."
    if problem.flaw in (Flaw.NOT_PLAIN, Flaw.MISFIT):
        return f"“{name}” is not made as ours are."
    return DAMAGED
