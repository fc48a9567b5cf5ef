"""Whatever an archive from outside holds, it is read as it was written or refused, and takes little memory."""

import io
import pickle
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.archive import Archive, Flaw, InvalidArchive, array_from

ARRAYS = {"images": np.arange(24, dtype=np.uint8).reshape(2, 3, 4), "weights": np.linspace(-1, 1, 6, dtype="<f4")}
BOUNDS = {"images": ("|u1", (5, 3, 4)), "weights": ("<f4", (6,)), "title": ("<U8", ())}
MAX_MEMBERS = 4


def npz(packing: int = zipfile.ZIP_STORED, **changed: bytes | np.ndarray) -> bytes:
    """A sound file, with some members replaced: by arrays, or by bytes as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, member in ({**ARRAYS, "title": np.array("Äpfel")} | changed).items():
            archive.writestr(f"{name}.npy", member if isinstance(member, bytes) else npy(member))
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def promising(shape: str, descr: str = "'|u1'", data: bytes = bytes(100)) -> bytes:
    """An array whose header says this, whatever is behind it."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data


def read(content: bytes) -> dict[str, np.ndarray]:
    archive = Archive(content, MAX_MEMBERS)
    return {name: archive.array(name, *BOUNDS[name], finite=name == "weights") for name in BOUNDS}


def refused(content: bytes) -> Flaw:
    """The flaw for which the file is refused, in little memory and without a warning."""
    tracemalloc.start()
    try:
        with pytest.raises(InvalidArchive) as caught, warnings.catch_warnings():
            warnings.simplefilter("error")
            read(content)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000 + 2 * len(content)
    finally:
        tracemalloc.stop()
    assert caught.value.__cause__ is None
    return caught.value.flaw


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_numpy_wrote_is_read_as_numpy_reads_it(packing):
    content = npz(packing)
    with np.load(io.BytesIO(content), allow_pickle=False) as theirs:
        for name, array in read(content).items():
            np.testing.assert_array_equal(array, theirs[name], strict=True)


@pytest.mark.parametrize(
    "array",
    [np.zeros((0, 3, 4), np.uint8), np.asfortranarray(ARRAYS["images"]), np.ones((5, 3, 4), np.uint8)],
    ids=str,
)
def test_any_array_within_the_bounds_is_read(array):
    np.testing.assert_array_equal(read(npz(images=array))["images"], array, strict=True)


class Evil:
    """What a pickle may do where it is loaded."""

    def __reduce__(self):
        return exit, ("it was loaded",)


def told_smaller(content: bytes, size: int) -> bytes:
    """A file that says of a member of this size that it has ten bytes."""
    found = content.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert found != content
    return found


def with_member(name: str) -> bytes:
    file = io.BytesIO(npz())
    with zipfile.ZipFile(file, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        archive.writestr(name, b"x")
    return file.getvalue()


def encrypted() -> bytes:
    """A file that says that its members are."""
    content = bytearray(npz())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(mark)
        content[at + flags] |= 1
    return bytes(content)


def flipped() -> bytes:
    """One number of an array is another, so that the checksum is wrong."""
    content = bytearray(npz())
    content[content.index(ARRAYS["images"].tobytes())] ^= 1
    return bytes(content)


HUGE = bytes(50_000_000)
HOSTILE = {
    "empty": (Flaw.DAMAGED, lambda: b""),
    "text": (Flaw.DAMAGED, lambda: b"drawings" * 100),
    "a pickle": (Flaw.DAMAGED, lambda: pickle.dumps(Evil())),
    "half": (Flaw.DAMAGED, lambda: npz()[: len(npz()) // 2]),
    "encrypted": (Flaw.DAMAGED, encrypted),
    "a wrong checksum": (Flaw.DAMAGED, flipped),
    "a member too many": (Flaw.MANY_MEMBERS, lambda: npz(more=b"x", most=b"x")),
    "ten thousand members": (Flaw.MANY_MEMBERS, lambda: npz(**{f"m{number}": b"" for number in range(10_000)})),
    "a member twice": (Flaw.NAMES, lambda: with_member("images.npy")),
    "a path upwards": (Flaw.NAMES, lambda: with_member("a/../../app.py")),
    "an absolute path": (Flaw.NAMES, lambda: with_member("/etc/passwd")),
    "a path of Windows": (Flaw.NAMES, lambda: with_member("C:\\x")),
    "a member missing": (Flaw.MISSING, lambda: npz().replace(b"title.npy", b"other.npy")),
    "a bomb": (Flaw.SIZE, lambda: npz(zipfile.ZIP_DEFLATED, images=HUGE)),
    "a bomb by bzip2": (Flaw.PACKING, lambda: npz(zipfile.ZIP_BZIP2, images=HUGE)),
    "a bomb by lzma": (Flaw.PACKING, lambda: npz(zipfile.ZIP_LZMA, images=HUGE)),
    "a hidden bomb": (Flaw.DAMAGED, lambda: told_smaller(npz(zipfile.ZIP_DEFLATED, images=HUGE), len(HUGE))),
    "objects": (Flaw.NOT_PLAIN, lambda: npz(images=np.array([Evil()] * 3, object))),
    "terabytes promised": (Flaw.NOT_PLAIN, lambda: npz(images=promising("(1000000, 1000000, 4)"))),
    "more promised than there": (Flaw.NOT_PLAIN, lambda: npz(images=promising("(5, 3, 8)"))),
    "less than nothing": (Flaw.NOT_PLAIN, lambda: npz(images=promising("(-1, 3, 4)"))),
    "twice less than nothing": (Flaw.MISFIT, lambda: npz(images=promising("(-5, -5, 4)"))),
    "many axes": (Flaw.MISFIT, lambda: npz(images=promising(f"({'1, ' * 100})", data=b"x"))),
    "nothing, far away": (Flaw.MISFIT, lambda: npz(images=promising(f"(0, {10**30}, 4)", data=b""))),
    "code in a header": (Flaw.DAMAGED, lambda: npz(images=promising("__import__('os').abort()"))),
    "a header without end": (Flaw.DAMAGED, lambda: npz(images=promising("(" * 200))),
    "a newer format": (Flaw.DAMAGED, lambda: npz(images=npy(ARRAYS["images"]).replace(b"NUMPY\x01", b"NUMPY\x02"))),
    "another type": (Flaw.MISFIT, lambda: npz(images=np.zeros((2, 3, 4), np.int8))),
    "another byte order": (Flaw.MISFIT, lambda: npz(weights=np.zeros(6, ">f4"))),
    "a structure": (Flaw.MISFIT, lambda: npz(images=np.zeros((2, 3), [("a", "u1"), ("b", "u1")]))),
    "an axis too long": (Flaw.MISFIT, lambda: npz(images=np.zeros((1, 4, 3), np.uint8))),
    "an axis too many": (Flaw.MISFIT, lambda: npz(images=np.zeros((1, 2, 3, 4), np.uint8))),
    "no axis": (Flaw.MISFIT, lambda: npz(images=np.array(7, np.uint8))),
    "a text too long": (Flaw.MISFIT, lambda: npz(title=np.array("x" * 9))),
    "two texts": (Flaw.MISFIT, lambda: npz(title=np.array(["a", "b"]))),
    "signs beyond Unicode": (Flaw.DAMAGED, lambda: npz(title=np.array(0x110000, "<u4").view("<U1"))),
    "infinite": (Flaw.NOT_FINITE, lambda: npz(weights=np.full(6, np.inf, "<f4"))),
    "not a number": (Flaw.NOT_FINITE, lambda: npz(weights=np.full(6, np.nan, "<f4"))),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_for_its_flaw_and_takes_no_room(kind):
    flaw, content = HOSTILE[kind]
    assert refused(content()) is flaw


def test_infinite_values_are_read_where_the_caller_takes_them():
    assert np.isnan(Archive(npz(weights=np.full(6, np.nan, "<f4")), MAX_MEMBERS).array("weights", "<f4", (6,))).all()


def test_without_bounds_any_shape_is_read_but_none_that_is_impossible():
    assert array_from(npy(np.zeros((7, 9), "<f4")), "<f4").shape == (7, 9)
    for shape, size in (("(-10, -10)", 100), (f"({'1, ' * 100})", 1), (f"(0, {10**30})", 0)):
        with pytest.raises(InvalidArchive):
            array_from(promising(shape, data=bytes(size)), "|u1")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_file_with_bytes_changed_is_read_as_it_was_or_refused(data):
    packing = data.draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    content = bytearray(npz(packing))
    places = st.integers(0, len(content) - 1)
    for _ in range(data.draw(st.integers(1, 4))):
        at, how = data.draw(places), data.draw(st.sampled_from(["set", "cut", "copy", "end"]))
        if how == "set":
            content[at % len(content)] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del content[at : at + data.draw(st.integers(1, 30))]
        elif how == "copy":
            other = data.draw(places)
            content[at : at + 20] = content[other : other + 20]
        elif at > 20:
            del content[at:]
        if not content:
            break
    tracemalloc.start()
    try:
        found = read(bytes(content))
    except InvalidArchive as problem:
        assert isinstance(problem.flaw, Flaw)
    else:
        for name, array in ARRAYS.items():  # each has its checksum
            np.testing.assert_array_equal(found[name], array)
    finally:
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
        tracemalloc.stop()


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40),
    st.sampled_from(
        ["'|u1'", "'|O'", "'<f4'", "'<U99'", "[('a', '|O')]", "'V5'", "None", "'<M8[s]'", "('|u1', (4,))"]
    ),
    st.binary(max_size=64),
)
def test_whatever_a_header_says_its_array_is_within_the_bounds_or_refused(shape, descr, data):
    try:
        found = array_from(promising(shape.encode("ascii", "ignore").decode(), descr, data), "|u1", (4, 4))
    except InvalidArchive:
        return
    assert found.dtype == np.uint8 and found.ndim == 2 and max(found.shape) <= 4
