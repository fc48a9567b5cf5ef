"""The image that pages look at: which there are to choose, what they are called, and what is kept."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.data import Dataset, OwnClasses, about, from_pixels
from core.network import LENET5, Dense, Flatten, Network
from core.ui.shell.session import Session
from core.ui.widgets import input_image
from core.ui.widgets.input_image import InputImage, choose_any_image, choose_image
from tests.pages.conftest import words
from tests.ui.drawn_page import drawn

NAMES = ("ring", "cross", "line")
COLOURED = Network((32, 32, 3), (Flatten(), Dense(10, "softmax")))


@pytest.fixture(autouse=True)
def digits(monkeypatch, random):
    """Five test images instead of ten thousand."""
    images = random.integers(0, 256, (5, 28, 28, 1), np.uint8)
    data = Dataset("mnist", images, np.arange(5, dtype=np.uint8), images, np.arange(5, dtype=np.uint8), about("mnist").class_names)  # fmt: skip
    monkeypatch.setattr(input_image, "load", lambda name: data)
    return data


def reader(network=LENET5, own=None):
    return SimpleNamespace(network=network, dataset="mnist", about=own or about("mnist"), own=own)


def chosen(mine, subject=None, choose=choose_any_image):
    """The page, and what was chosen on it, newest last."""
    found = []
    return drawn(lambda: found.append(choose(mine, subject or reader(), "here"))), found


def sources(app):
    return app.segmented_control[0].options


@pytest.mark.parametrize(
    ("label", "predicted", "added"),
    [(None, 1, ""), (1, 1, ", which is right"), (2, 1, ", but it is “line”"), (0, 1, ", but it is “ring”")],
)
def test_a_prediction_is_said_to_be_right_or_what_it_should_have_been(label, predicted, added):
    assert InputImage(np.zeros((2, 2, 1)), "it", label).verdict(predicted, NAMES) == added


def test_a_test_image_is_called_by_its_number_and_class_with_pixels_from_zero_to_one(digits):
    mine = Session()
    mine.image.test_index = 3
    app, found = chosen(mine)
    assert found[-1].title == "test image 3, which is “3”" and found[-1].label == 3
    np.testing.assert_allclose(found[-1].image, digits.x_test[3] / 255, atol=1e-6)
    app.number_input[0].set_value(4).run()
    assert found[-1].title == "test image 4, which is “4”" and mine.image.test_index == 4


def test_a_number_beyond_the_last_test_image_is_the_last_one():
    mine = Session()
    mine.image.test_index = 9_999
    app, found = chosen(mine)
    assert found[-1].label == 4 == mine.image.test_index
    assert (app.number_input[0].min, app.number_input[0].max) == (0, 4)


def test_another_image_is_any_of_them(monkeypatch):
    drawn_from = []

    class Random:
        def integers(self, end):
            drawn_from.append(end)
            return 2

    monkeypatch.setattr(np.random, "default_rng", Random)
    mine = Session()
    app, found = chosen(mine)
    app.button(key="here/another").click().run()
    assert found[-1].label == 2 == app.number_input[0].value and drawn_from == [5]


def test_a_drawing_can_be_chosen_once_there_is_one():
    mine = Session()
    app, _ = chosen(mine)
    assert sources(app) == ["Test image", "Upload"]
    assert app.segmented_control[0].help == "Draw something on the Draw page, and it can be chosen here too."
    mine.image.drawing, mine.image.source = np.full((28, 28), 0.5, np.float32), "drawing"
    app, found = chosen(mine)
    assert sources(app) == ["Test image", "My drawing", "Upload"] and not app.number_input
    assert found[-1].title == "your drawing" and found[-1].label is None
    np.testing.assert_array_equal(found[-1].image, np.full((28, 28, 1), 0.5))
    mine.image.drawing = None  # cleared on another page
    _, found = chosen(mine)
    assert mine.image.source == "test" and found[-1].label == 0


def test_a_picture_is_brought_to_what_the_network_takes():
    mine = Session()
    paper = Image.new("RGB", (60, 60), "white")
    paper.paste("black", (25, 10, 32, 50))
    mine.image.upload, mine.image.source = np.asarray(paper.convert("RGBA")), "upload"
    _, found = chosen(mine)
    assert found[-1].title == "your picture" and found[-1].label is None
    np.testing.assert_array_equal(found[-1].image[..., 0], from_pixels(mine.image.upload))
    _, found = chosen(mine, reader(COLOURED))
    assert found[-1].image.shape == (32, 32, 3) and found[-1].title == "your picture"


def test_a_picture_in_which_nothing_stands_out_is_said_to_be_one_and_the_test_image_stays():
    mine = Session()
    mine.image.upload, mine.image.source = np.full((40, 40, 4), 255, np.uint8), "upload"
    app, found = chosen(mine)
    assert found[-1].label == 0
    assert words(app).endswith("Nothing stands out in this picture. A digit on an even ground works, dark or light.")


def test_a_file_that_is_no_picture_is_complained_of_at_the_field():
    mine = Session()
    mine.image.source, mine.image.upload_problem = "upload", "This is no picture."
    app, found = chosen(mine)
    assert app.error[0].value == "This is no picture." and found[-1].label == 0


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        (reader(COLOURED), "This network takes images of 32×32×3, but those of MNIST digits are 28×28×1"),
        (
            reader(own=OwnClasses(NAMES, (28, 28, 1))),
            "There are no images here of the classes that this network tells apart",
        ),
    ],
    ids=["size", "classes"],
)
def test_where_no_test_image_fits_there_is_none_to_choose(subject, why):
    app, found = chosen(Session(), subject)
    assert found == [None] and sources(app) == ["Upload"] and not app.number_input
    app, found = chosen(Session(), subject, choose_image)
    assert found[-1].title == "a black image" and not found[-1].image.any()
    assert found[-1].image.shape == subject.network.input_shape
    said = f"{why}. Until you upload a picture or draw something on the Draw page, it gets a black one."
    assert [one.value for one in app.info] == [said]


def test_what_was_chosen_for_one_network_is_still_chosen_for_another():
    mine = Session()
    mine.image.drawing = np.full((28, 28), 0.5, np.float32)
    app, found = chosen(mine)
    app.segmented_control[0].set_value("drawing").run()
    assert mine.image.source == "drawing"
    _, found = chosen(mine, reader(COLOURED))
    assert found[-1].title == "your drawing" and found[-1].image.shape == (32, 32, 3)


def png(size=(30, 30)):
    file = io.BytesIO()
    paper = Image.new("RGB", size, "white")
    paper.paste("black", (10, 4, 14, 26))
    paper.save(file, "PNG")
    return file.getvalue()


def test_a_picture_that_is_sent_is_looked_at_from_then_on():
    mine = Session()
    mine.image.source = "upload"
    app, found = chosen(mine)
    assert "It stays in this page's memory only and is forgotten when you leave." in words(app)
    app.get("file_uploader")[0].set_value(("paper.png", png(), "image/png")).run()
    assert not app.exception and mine.image.upload.shape == (30, 30, 4)
    app.run()
    assert found[-1].title == "your picture"
