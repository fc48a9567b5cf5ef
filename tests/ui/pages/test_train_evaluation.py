"""The views of the newest evaluation on Train: predictions stand under the images that they are of."""

import base64
import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from core.data import load
from core.training import Recipe, Snapshot, State
from core.training.snapshot import Mistake
from core.ui.pages.train import evaluation

DATA = load("mnist")


@pytest.fixture
def pictures(monkeypatch):
    """Draws a view; its pictures as (28, 28) uint8, each with its text alternative."""

    def drawn(view, recipe, **facts):
        written = []
        monkeypatch.setattr(evaluation, "st", SimpleNamespace(html=written.append, markdown=str, caption=str))
        view(None, SimpleNamespace(dataset_name="mnist", recipe=recipe), Snapshot(State.FINISHED, **facts))
        tags = re.findall(r"<img [^>]*>", "".join(written))
        found = []
        for tag in tags:
            content = base64.b64decode(re.search(r"base64,([^\"']+)", tag)[1])
            pixels = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
            factor = pixels.shape[0] // 28
            found.append((pixels[::factor, ::factor], re.search(r'alt="([^"]*)"', tag)[1]))
        return found

    return drawn


RECIPES = [(Recipe(), "test"), (Recipe(training_images=1000, validation_share=0.3), "validation")]


def kept_from_training(recipe, evaluated_on):
    """The images and labels that are evaluated, by Keras' definition of `validation_split`: the last of those used."""
    if evaluated_on == "test":
        return DATA.x_test[..., 0], DATA.y_test
    return DATA.x_train[700:1000, ..., 0], DATA.y_train[700:1000]


@pytest.mark.parametrize(("recipe", "evaluated_on"), RECIPES, ids=["test", "validation"])
def test_samples_stand_under_the_images_that_they_are_of(pictures, recipe, evaluated_on):
    images, labels = kept_from_training(recipe, evaluated_on)
    predictions = np.eye(10, dtype=np.float32)[labels[:6]]
    predictions[2] = np.roll(predictions[2], 1)
    found = pictures(evaluation.samples, recipe, samples=predictions, evaluated_on=evaluated_on)
    assert len(found) == 6
    for number, (pixels, words) in enumerate(found):
        np.testing.assert_array_equal(pixels, images[number])
        assert f"{evaluated_on} image" in words
        assert ("✓" in words) == (number != 2)
    assert f"✗ it is {labels[2]}" in found[2][1]


@pytest.mark.parametrize(("recipe", "evaluated_on"), RECIPES, ids=["test", "validation"])
def test_mistakes_are_shown_by_the_images_that_they_are_of(pictures, recipe, evaluated_on):
    index = 7 if evaluated_on == "test" else 712
    images = DATA.x_test if evaluated_on == "test" else DATA.x_train
    mistake = Mistake(index=index, label=3, predicted=8, probability=0.97)
    ((pixels, words),) = pictures(evaluation.hardest, recipe, hardest=(mistake,), evaluated_on=evaluated_on)
    np.testing.assert_array_equal(pixels, images[index, ..., 0])
    assert f"{evaluated_on} image {index}: “3”, predicted “8”" in words
