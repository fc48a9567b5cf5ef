"""Model files that are damaged or hostile: refused in a sentence, or read as far as they can be."""

import io
import json
import pickle
import random
import re
import zipfile

import h5py
import numpy as np
import pytest

from core.network import (
    Branches,
    Conv2D,
    Dense,
    Flatten,
    Network,
    to_json,
)
from core.training.foreign import Foreign, UnreadableModel, containers, read_model, weights_file
from core.training.model import build_model
from tests.training.test_foreign import (
    FORMATS,
    WRITTEN,
    archive,
    configured,
    quick_start,
    saved,
    shaken,
    without_weights,
)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """A small model in each format."""
    network = Network((8, 8, 1), (Conv2D(2), Branches(((Conv2D(2, 1),), ())), Flatten(), Dense(3)))
    model, path = shaken(build_model(network)), tmp_path_factory.mktemp("small")
    return {suffix: saved(model, path, suffix) for suffix in FORMATS} | {
        "npz": weights_file(network, model.get_weights(), ["a", "b", "c"]),
        "json": to_json(network).encode(),
    }


def test_the_small_files_can_be_read(files):
    assert all(read_model(content, "x").network.layers for content in files.values())


def attempted(content) -> Foreign | None:
    """What is read, or None where it is refused in words of its own."""
    try:
        return read_model(content, "x")
    except UnreadableModel as problem:
        assert problem.__cause__ is None, repr(problem.__cause__)
        assert 10 < len(str(problem)) < 400
        return None


def mutated(content, dice) -> bytes:
    content = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        at, how = dice.randrange(len(content)), dice.randint(0, 4)
        if how == 0:
            content[at] ^= 1 << dice.randrange(8)
        elif how == 1:
            content[at : at + 4] = dice.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
        elif how == 2:
            del content[at : at + dice.randint(1, 30)]
        elif how == 3:
            other = dice.randrange(len(content))
            content[at : at + 20] = content[other : other + 20]
        elif at > 20:
            del content[at:]
    return bytes(content)


@pytest.mark.parametrize(("suffix", "times"), [("keras", 400), ("npz", 200), ("json", 400), ("h5", 12)])
def test_damaged_files_are_refused_in_a_sentence(files, suffix, times):
    dice = random.Random(5)
    for _ in range(times):
        attempted(mutated(files[suffix], dice))


def test_damaged_weights_inside_an_intact_archive_are_refused(files):
    dice = random.Random(6)
    with zipfile.ZipFile(io.BytesIO(files["keras"])) as packed:
        config, weights = packed.read("config.json"), packed.read("model.weights.h5")
    for _ in range(12):
        attempted(archive(config__json=config, model__weights__h5=mutated(weights, dice)))


ODD = (
    None,
    [],
    {},
    "x",
    "",
    -1,
    0,
    1e999,
    float("nan"),
    10**400,
    True,
    [[]],
    [None],
    {"class_name": "Lambda"},
    "float16",
)


def places(value, path=()):
    """Paths of all values inside lists and dictionaries."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], (*path, key))


@pytest.mark.parametrize("which", ["residual", "lively", "nested"])
def test_odd_values_in_the_architecture_are_refused_in_a_sentence(which):
    dice = random.Random(7)
    text = json.dumps(configured(WRITTEN[which]()))
    where = list(places(json.loads(text)))
    for _ in range(400):
        config = json.loads(text)
        *path, last = dice.choice(where)
        holder = config
        for key in path:
            holder = holder[key]
        if dice.random() < 0.2:
            del holder[last]
        else:
            holder[last] = dice.choice(ODD)
        attempted(without_weights(config))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x03\x04", b"{", b"\x89HDF\r\n\x1a\n", b"\x80\x04.", b"\0" * 999]
)
def test_what_is_no_model_is_refused(content):
    assert attempted(content) is None


def test_a_file_that_is_too_large_is_not_looked_at():
    with pytest.raises(UnreadableModel, match="50 MB"):
        read_model(bytes(50_000_001), "x.keras")


def test_nested_text_is_refused():
    for text in ("[" * 100_000, '{"a":' * 100_000):
        assert attempted(archive(config__json=text)) is None


def test_bombs_do_not_go_off():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("config.json", b" " * 5_000_000)
    with pytest.raises(UnreadableModel, match="2 MB"):
        read_model(file.getvalue(), "x.keras")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("config.json", b" " * 5000)
    with pytest.raises(UnreadableModel, match="packed in a way"):
        read_model(file.getvalue(), "x.keras")


def test_archives_that_no_keras_writes_are_refused(files):
    config = json.dumps(configured(quick_start()))
    many = {f"asset{number}": b"" for number in range(60)}
    with pytest.raises(UnreadableModel, match="61 members"):
        read_model(archive(config__json=config, **many), "x.keras")
    with pytest.raises(UnreadableModel, match="far too many"):
        read_model(archive(config__json=config, **{f"a{number}": b"" for number in range(3000)}), "x.keras")
    with pytest.raises(UnreadableModel, match="no model file has"):
        read_model(archive(**{"config__json": config, "../x": b""}), "x.keras")


def test_pickles_are_never_loaded(files, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "fired"), "w"))

    held = io.BytesIO()
    np.save(held, np.array([Bomb()], dtype=object), allow_pickle=True)
    with np.load(io.BytesIO(files["npz"])) as arrays:
        members = {f"{name}.npy": arrays[name] for name in arrays.files}
    for name in ("network.npy", "0.npy"):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as packed:
            for other, array in members.items():
                plain = io.BytesIO()
                np.save(plain, array)
                packed.writestr(other, held.getvalue() if other == name else plain.getvalue())
        assert attempted(content.getvalue()) is None
    assert attempted(pickle.dumps(Bomb())) is None
    assert not (tmp_path / "fired").exists()


def changed_h5(content: bytes, change) -> bytes:
    """An HDF5 file after a change."""
    file = io.BytesIO(content)
    with h5py.File(file, "r+") as opened:
        change(opened)
    return file.getvalue()


KERNEL = "model_weights/layer_0/layer_0/kernel"


def put(**how):
    """Replace the first kernel by a dataset made like this."""

    def change(file):
        old = file[KERNEL][()]
        del file[KERNEL]
        file.create_dataset(KERNEL, **({"data": old} | how))

    return change


def link(made):
    def change(file):
        del file[KERNEL]
        file[KERNEL] = made

    return change


def circles(file):
    for name in ("once", "again"):
        file[f"model_weights/{name}"] = file["model_weights"]


UNREADABLE_WEIGHTS = {
    "external storage": (
        put(data=None, shape=(3, 3, 1, 2), dtype="f4", external=[("/etc/passwd", 0, 72)]),
        "not float32 numbers",
    ),
    "compressed": (put(chunks=(1, 1, 1, 2), compression="gzip"), "not float32 numbers"),
    "objects": (put(data=["x"]), "not float32 numbers"),
    "whole numbers": (put(data=np.zeros((3, 3, 1, 2), "i4")), "not float32 numbers"),
    "infinite": (put(data=np.full((3, 3, 1, 2), np.inf)), "infinite"),
    "not a number": (put(data=np.full((3, 3, 1, 2), np.nan, "f4")), "not numbers"),
    "other shape": (put(data=np.zeros((3, 3, 2, 1), "f4")), "3×3×2×1, but it needs 3×3×1×2"),
    "missing": (lambda file: file.__delitem__(KERNEL), "has bias as weights; it needs kernel, bias"),
    "none": (lambda file: file.__delitem__("model_weights"), "no arrays of weights in the file"),
}
HOSTILE_H5 = {
    "external link": (link(h5py.ExternalLink("/etc/passwd", "/x")), "lead elsewhere"),
    "soft link": (link(h5py.SoftLink("/model_weights")), "lead elsewhere"),
    "larger than allowed": (
        lambda file: file.create_dataset("model_weights/x", (300_000_000,), "f4"),
        "larger than 200 MB",
    ),
    "no architecture": (lambda file: file.attrs.__delitem__("model_config"), "no architecture"),
    "architecture twice": (lambda file: file.attrs.create("model_config", ["{}", "{}"]), "damaged"),
    "circles": (circles, "far more groups"),
}


@pytest.mark.parametrize("which", HOSTILE_H5)
def test_hostile_hdf5_is_refused(files, which):
    change, sentence = HOSTILE_H5[which]
    with pytest.raises(UnreadableModel, match=sentence) as caught:
        read_model(changed_h5(files["h5"], change), "x.h5")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("which", UNREADABLE_WEIGHTS)
def test_a_network_whose_weights_cannot_be_read_comes_without_them_and_says_why(files, which):
    change, sentence = UNREADABLE_WEIGHTS[which]
    found = read_model(changed_h5(files["h5"], change), "x.h5")
    assert found.weights is None and found.network.layers
    assert re.match(f"Without its weights: .*{sentence}", found.left_out[0])


def test_weights_are_taken_by_the_name_of_their_layer(files):
    def swapped(file):
        file.move("layers/conv2d", "layers/kept")
        file.move("layers/conv2d_1", "layers/conv2d")
        file.move("layers/kept", "layers/conv2d_1")

    with zipfile.ZipFile(io.BytesIO(files["keras"])) as packed:
        config, weights = packed.read("config.json"), packed.read("model.weights.h5")
    content = archive(config__json=config, model__weights__h5=changed_h5(weights, swapped))
    expected = read_model(files["keras"], "x.keras").weights
    for ours, theirs in zip(read_model(content, "x.keras").weights, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_file_on_which_the_library_never_returns_is_given_up(files, monkeypatch):
    """In a heap that begins with free space of the size 0, HDF5 looks for the next object forever."""
    monkeypatch.setattr(containers, "TIMEOUT_SECONDS", 2)
    heap = files["h5"].index(b"GCOL")
    content = bytearray(files["h5"])
    content[heap + 16 : heap + 32] = bytes(16)
    with pytest.raises(UnreadableModel, match="damaged"):
        read_model(bytes(content), "x.h5")
