"""Labelled drawings as a value, and as a file of which nothing is believed."""

import io
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import DIGITS, Collection, InvalidCollection
from core.data.collection import MAX_DRAWINGS, MAX_FILE
from tests.drawn import SHAPES, digits, shapes

EMPTY = Collection("Shapes", SHAPES)


def picture(number: int) -> np.ndarray:
    """An image for each number, in 0…1."""
    image = np.zeros((28, 28), np.float32)
    image.flat[:16] = [number >> bit & 1 for bit in range(16)]
    image[20, 20] = 1
    return image


def many(number: int, classes=SHAPES) -> Collection:
    images = np.stack([picture(n) for n in range(number)]) * 255
    labels = np.arange(number) % len(classes)
    return Collection(
        "Many", classes, images.astype(np.uint8)[..., None], labels.astype(np.uint8), np.zeros(number, bool)
    )


def file_of(**changes) -> bytes:
    """The file of three drawings, with some members changed; None leaves one out."""
    with np.load(io.BytesIO(shapes(1).to_bytes())) as arrays:
        members = {name: arrays[name] for name in arrays.files} | changes
    file = io.BytesIO()
    np.savez(file, **{name: array for name, array in members.items() if array is not None})
    return file.getvalue()


# The value


def test_a_drawing_that_is_added_is_there_with_its_label_and_the_former_collection_is_as_it_was():
    one = EMPTY.added(picture(1), 2)
    two = one.added(picture(2), 0)
    assert (len(EMPTY), len(one), len(two)) == (0, 1, 2)
    assert two.labels.tolist() == [2, 0] and two.counts == [1, 0, 1]
    assert (two.images[0, ..., 0] == picture(1) * 255).all() and two.find(picture(2)) == 1
    assert two.find(picture(3)) is None


def test_its_arrays_cannot_be_changed_from_outside():
    images = np.zeros((1, 28, 28, 1), np.uint8)
    found = Collection("One", SHAPES, images, np.zeros(1, np.uint8), np.zeros(1, bool))
    images[:] = 9
    assert not found.images.any()
    with pytest.raises(ValueError):
        found.images[:] = 1


def test_the_same_drawing_twice_is_one_drawing_with_the_label_said_last():
    found = EMPTY.added(picture(1), 2).added(picture(1), 0)
    assert found.labels.tolist() == [0]


def test_every_fourth_drawing_of_a_class_is_kept_apart_and_stays_so():
    found = shapes(12)
    for label in range(3):
        assert found.kept_apart[found.labels == label].tolist() == [False, False, False, True] * 3
    apart = {image.tobytes() for image in found.images[found.kept_apart]}
    fewer = found.removed(0).removed(0)
    assert {image.tobytes() for image in fewer.images[fewer.kept_apart]} == apart
    more = fewer.added(picture(5), 0)
    assert not more.kept_apart[-1]  # of twelve circles again three are kept apart already


def test_removing_relabelling_and_joining():
    found = EMPTY.added(picture(1), 2).added(picture(2), 0).added(picture(3), 1)
    assert found.removed(1).labels.tolist() == [2, 1] and found.removed(1).find(picture(2)) is None
    assert found.relabelled(1, 1).labels.tolist() == [2, 1, 1]
    again = found.redrawn(1, picture(9))
    assert again.labels.tolist() == [2, 0, 1] and again.find(picture(9)) == 1 and again.find(picture(2)) is None
    other = EMPTY.added(picture(3), 0).added(picture(4), 0)
    joined = found.joined(other)
    assert len(joined) == 4 and joined.labels.tolist() == [2, 0, 1, 0]  # what was said here stays


def test_classes_are_added_renamed_and_removed_with_their_drawings():
    found = EMPTY.added(picture(1), 0).added(picture(2), 1).added(picture(3), 2)
    assert found.with_class_name(1, "x").class_names == ("circle", "x", "triangle")
    assert found.with_class("heart").counts == [1, 1, 1, 0]
    left = found.without_class(1)
    assert left.class_names == ("circle", "triangle") and left.labels.tolist() == [0, 1]
    assert left.find(picture(2)) is None and left.find(picture(3)) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("one",), tuple("abcdefghijk"), ("a", "a"), ("a", ""), ("a", " "), ("a", "b "), ("a", "x" * 25), ("a", "b\nc"),
        ("a", "\ud800"), ("a", "\u202eb"), ("a", None), ("a", 7),
    ],
)  # fmt: skip
def test_names_that_cannot_be_are_refused(names):
    with pytest.raises(InvalidCollection):
        Collection("Shapes", names)


def test_edits_out_of_bounds_are_refused_with_a_sentence():
    one = EMPTY.added(picture(1), 0)
    for edit in (
        lambda: one.added(picture(2), 3),
        lambda: one.added(picture(2), -1),
        lambda: one.added(np.zeros((8, 8)), 0),
        lambda: one.added(np.full((28, 28), np.nan), 0),
        lambda: one.removed(1),
        lambda: one.relabelled(0, 3),
        lambda: one.redrawn(1, picture(2)),
        lambda: one.number_of(picture(2)),
        lambda: one.joined(digits(1)),
        lambda: Collection("Two", ("a", "b")).without_class(0),
        lambda: one.without_class(5),
    ):
        with pytest.raises(InvalidCollection, match=r"\.$"):
            edit()


def test_there_is_a_most():
    full = many(MAX_DRAWINGS)
    assert len(Collection.from_bytes(full.to_bytes())) == MAX_DRAWINGS and len(full.to_bytes()) < MAX_FILE
    with pytest.raises(InvalidCollection, match="most"):
        full.added(picture(MAX_DRAWINGS), 0)
    with pytest.raises(InvalidCollection, match="more than"):
        full.joined(Collection("One", SHAPES).added(picture(MAX_DRAWINGS), 0))
    with pytest.raises(InvalidCollection):
        many(MAX_DRAWINGS + 1)


def test_the_fingerprint_is_of_all_but_the_name():
    one = shapes(4)
    again = Collection("Otherwise", one.class_names, one.images, one.labels, one.kept_apart)
    assert again.fingerprint == one.fingerprint and again != one and shapes(4) == one
    others = [one.removed(0), one.relabelled(0, 1), one.with_class_name(0, "ring"), one.with_class("more")]
    others.append(Collection(one.name, one.class_names, one.images, one.labels, ~one.kept_apart))
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 6


# The file


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=12),
    st.lists(
        st.text("aä→ 7", min_size=1, max_size=24).map(str.strip).filter(bool), min_size=10, max_size=10, unique=True
    ),
)
def test_whatever_was_collected_comes_back_from_its_file(drawn, names):
    found = Collection("Täglich", tuple(names))
    for label, number in drawn:
        found = found.added(picture(number), label)
    again = Collection.from_bytes(found.to_bytes())
    assert again == found and again.class_names == found.class_names
    for name in ("images", "labels", "kept_apart"):
        assert np.array_equal(getattr(again, name), getattr(found, name))
    assert again.to_bytes() == found.to_bytes()


def test_numpy_reads_the_file_and_what_numpy_packs_tighter_is_read_too():
    found = shapes(2)
    with np.load(io.BytesIO(found.to_bytes()), allow_pickle=False) as arrays:
        members = {name: arrays[name] for name in arrays.files}
    assert members["images"].shape == (6, 28, 28, 1) and members["class_names"].tolist() == list(SHAPES)
    packed = io.BytesIO()
    np.savez_compressed(packed, **members)
    assert Collection.from_bytes(packed.getvalue()) == found


def run() -> None:
    """What a hostile file would have us call; no reader of ours lets this out as its own error."""
    raise SystemExit("it was loaded")


class Evil:
    def __reduce__(self):
        return run, ()


def bomb(method: int = zipfile.ZIP_DEFLATED, name: str = "images.npy") -> bytes:
    """A hundred million zeros that pack into a hundred kilobytes, or fewer."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(file_of()), "r") as sound,
        zipfile.ZipFile(file, "w") as made,
    ):
        for member in sound.namelist():
            if member != name:
                made.writestr(member, sound.read(member))
            else:
                made.writestr(member, bytes(100_000_000), method)
    return file.getvalue()


HOSTILE = {
    "empty": lambda: b"",
    "text": lambda: b"drawings" * 100,
    "half": lambda: file_of()[: len(file_of()) // 2],
    "pickle": lambda: pickle.dumps(Evil()),
    "objects": lambda: file_of(class_names=np.array([Evil(), Evil(), Evil()], object)),
    "too large": lambda: bytes(MAX_FILE + 1),
    "bomb": bomb,
    "bomb by bzip2": lambda: bomb(zipfile.ZIP_BZIP2, "name.npy"),
    "a member too many": lambda: file_of(more=np.zeros(1)),
    "no labels": lambda: file_of(labels=None),
    "labels of nothing": lambda: file_of(labels=np.array([0, 1, 9], np.uint8)),
    "signed labels": lambda: file_of(labels=np.array([0, 1, -1], np.int8)),
    "wide labels": lambda: file_of(labels=np.array([0, 1, 2], np.uint64)),
    "fewer labels": lambda: file_of(labels=np.array([0, 1], np.uint8)),
    "numbers that are none": lambda: file_of(images=np.full((3, 28, 28, 1), np.nan, np.float32)),
    "images of another size": lambda: file_of(images=np.zeros((3, 27, 28, 1), np.uint8)),
    "flat images": lambda: file_of(images=np.zeros((3, 784), np.uint8)),
    "no dimension": lambda: file_of(images=np.array(7, np.uint8)),
    "one class": lambda: file_of(class_names=np.array(["all"])),
    "a hundred classes": lambda: file_of(class_names=np.array([f"c{n}" for n in range(100)])),
    "names that are numbers": lambda: file_of(class_names=np.array([1, 2, 3])),
    "half a sign": lambda: file_of(class_names=np.array([0xD800, 66, 67], "<u4").view("<U1")),
    "a long name": lambda: file_of(name=np.array("x" * 61)),
    "two names": lambda: file_of(name=np.array(["a", "b"])),
    "kept apart by numbers": lambda: file_of(kept_apart=np.array([0, 1, 2], np.uint8)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_gets_a_sentence_and_takes_no_room(kind):
    content = HOSTILE[kind]()
    tracemalloc.start()
    try:
        with pytest.raises(InvalidCollection, match=r"\.$"):
            Collection.from_bytes(content)
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_with_bytes_changed_is_read_or_refused_and_never_anything_else(data):
    content = bytearray(digits(1).to_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = Collection.from_bytes(bytes(content))
    except InvalidCollection as problem:
        assert str(problem).endswith(".")
    else:
        assert len(found.class_names) == len(DIGITS) and found.images.shape == (10, 28, 28, 1)


def test_what_is_kept_apart_stays_so_where_collections_are_joined():
    one, other = shapes(8), EMPTY
    for n in range(4):
        other = other.added(picture(200 + n), 1)
    joined = one.joined(other)
    assert joined.kept_apart.tolist() == [*one.kept_apart, False, False, False, True]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Collection("x" * 61, SHAPES), "A collection needs a name of at most 60 characters."),
        (lambda: Collection("", SHAPES), "A collection needs a name of at most 60 characters."),
        (
            lambda: EMPTY.with_class_name(0, "x" * 25),
            "A class needs a name of 1 to 24 characters, without line breaks.",
        ),
        (lambda: Collection("One", ("a",)), "There can be 2 to 10 classes, not 1."),
        (lambda: Collection("Many", tuple("abcdefghijk")), "There can be 2 to 10 classes, not 11."),
        (lambda: EMPTY.joined(digits(1)), "Its classes are others: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9."),
        (lambda: many(2_001), "These are 2,001 drawings; up to 2,000 can be kept."),
        (
            lambda: many(2_000).added(picture(2_000), 0),
            "2,000 drawings are the most that is kept. Delete some first.",
        ),
        (lambda: Collection.from_bytes(bytes(2_500_001)), "The file has 2.6 MB; a collection has at most 2.5 MB."),
        (lambda: Collection.from_bytes(bytes(7_123_456)), "The file has 7.2 MB; a collection has at most 2.5 MB."),
    ],
)
def test_what_is_too_much_is_told_how_much_is_allowed(made, said):
    with pytest.raises(InvalidCollection) as problem:
        made()
    assert str(problem.value) == said


def test_everything_may_be_as_much_as_is_allowed():
    assert Collection("x" * 60, tuple("abcdefghij")).with_class_name(9, "y" * 24).class_names[9] == "y" * 24
    assert Collection("Two", ("a", "b")).with_class("c").class_names == ("a", "b", "c")
    whole = many(MAX_DRAWINGS)
    parts = [
        Collection("Part", SHAPES, whole.images[part], whole.labels[part], whole.kept_apart[part])
        for part in (slice(900), slice(900, None))
    ]
    assert len(parts[0].joined(parts[1])) == MAX_DRAWINGS == 2_000
    with pytest.raises(InvalidCollection, match="Together these are more than the 2,000 drawings"):
        whole.joined(Collection("One", SHAPES).added(picture(MAX_DRAWINGS), 0))


@pytest.mark.parametrize("gone", range(4))
def test_drawings_keep_their_class_where_another_is_removed(gone):
    names = ("a", "b", "c", "d")
    found = Collection("Four", names)
    for label in (3, 0, 2, 1, 3, 2):
        found = found.added(picture(len(found) + 1), label)
    said = [names[label] for label in found.labels]
    left = found.without_class(gone)
    assert [left.class_names[label] for label in left.labels] == [name for name in said if name != names[gone]]
