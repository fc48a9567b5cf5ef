"""The embedded data are complete and undamaged, and say so when they are not."""

import dataclasses
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.data import SOURCES, DatasetError, datasets, load


@pytest.mark.parametrize("name", SOURCES)
def test_each_dataset_is_complete(name):
    data = load(name)
    assert data.x_train.shape == (60_000, 28, 28, 1) and data.x_test.shape == (10_000, 28, 28, 1)
    assert data.x_train.dtype == data.y_train.dtype == np.uint8
    assert data.x_train.max() == 255
    assert len(data.class_names) == 10
    assert set(np.unique(data.y_train)) == set(range(10))
    assert data.input_shape == SOURCES[name].input_shape


def test_it_is_read_once_and_cannot_be_changed_by_a_visitor():
    assert load("mnist") is load("mnist")
    with pytest.raises(ValueError):
        load("mnist").x_train[0, 0, 0, 0] = 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)
    return tmp_path


def test_a_missing_file_is_named_with_what_to_do(folder):
    with pytest.raises(DatasetError, match=r"mnist\.npz is missing.*git checkout"):
        load("mnist")


def test_a_damaged_file_is_named_with_what_to_do(folder):
    content = bytearray(original().read_bytes())
    content[1000] ^= 1
    (folder / "mnist.npz").write_bytes(content)
    with pytest.raises(DatasetError, match=r"mnist\.npz is damaged.*git checkout"):
        load("mnist")


def test_a_file_with_the_wrong_arrays_is_no_traceback(folder, monkeypatch):
    np.savez(folder / "mnist.npz", x_train=np.zeros(3))
    digest = hashlib.sha256((folder / "mnist.npz").read_bytes()).hexdigest()
    monkeypatch.setitem(SOURCES, "mnist", dataclasses.replace(SOURCES["mnist"], sha256=digest))
    with pytest.raises(DatasetError, match="could not be read"):
        load("mnist")


def test_a_copy_elsewhere_is_read_the_same(folder):
    shutil.copy(original(), folder / "mnist.npz")
    assert (load("mnist").y_test[:5] == [7, 2, 1, 0, 4]).all()


def original():
    return Path(datasets.__file__).parents[2] / "assets" / "datasets" / "mnist.npz"


def test_clothes_are_named_in_the_order_of_their_labels():
    """As their makers number them: github.com/zalandoresearch/fashion-mnist."""
    theirs = [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ]
    assert list(SOURCES["fashion_mnist"].class_names) == [name.removesuffix("/top") for name in theirs]
    assert SOURCES["mnist"].class_names == tuple("0123456789")


def test_pictures_of_clothes_look_like_their_names():
    """Trousers are narrow and high, shoes are wide and low, and bags are neither."""
    data = load("fashion_mnist")
    names = data.class_names

    def proportion(name):
        images = data.x_test[data.y_test == names.index(name)][:200, ..., 0] > 60
        high, wide = (images.any(axis=axis).sum(axis=1).mean() for axis in (2, 1))
        return wide / high

    assert proportion("Trouser") < 0.6 < 1.5 < min(proportion("Sneaker"), proportion("Sandal"))
    assert proportion("Dress") < 0.8 < proportion("Bag")
