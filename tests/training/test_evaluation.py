"""An evaluation in slices and micro-batches says what Keras says of all images at once, however many there are."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from core.data import Dataset
from core.network import PRESETS, BatchNormalization, Conv2D, Dense, Flatten, Network, SeparableConv2D
from core.training import Recipe, State, build_model, train, why_unfit
from core.training.evaluation import Evaluator, sliced
from core.training.losses import make_loss
from core.training.microbatches import how_many


@given(st.integers(0, 5), st.integers(1, 70_000), st.integers(1, 1000))
def test_slices_hold_each_image_once_and_leave_no_micro_batch_empty(start, images, most):
    indexes = range(start, start + images)
    slices = sliced(indexes, most)
    assert [index for one in slices for index in one] == list(indexes)
    assert len(slices) == -(-images // most)
    sizes = {len(one) for one in slices}
    assert max(sizes) <= most and max(sizes) - min(sizes) <= 1
    for size in sizes:
        parts = how_many(size, size)
        assert all(size * (part + 1) // parts > size * part // parts for part in range(parts))


SMALL = Network(
    (28, 28, 1),
    (
        Conv2D(6, 3, strides=3),
        BatchNormalization(),
        SeparableConv2D(4, 3, activation="relu"),
        Flatten(),
        Dense(10, "softmax"),
    ),
)
TRAINABLE = [name for name, preset in PRESETS.items() if not why_unfit(preset.network, (28, 28, 1), 10, Recipe())]


def test_only_presets_without_a_last_layer_cannot_be_trained_as_they_are():
    assert [name for name in PRESETS if name not in TRAINABLE] == ["B1", "B2", "B3"]


@pytest.mark.parametrize("name", TRAINABLE)
def test_every_preset_is_trained_and_evaluated_on_any_number_of_images(name, mnist):
    preset = PRESETS[name]
    batch_size = (preset.recipe or Recipe()).batch_size
    recipe = Recipe(batch_size=batch_size, training_images=batch_size + 1, epochs=1)
    model = build_model(preset.network, 1)
    evaluator = Evaluator(model, preset.network, make_loss(recipe, 10))
    everything = tf.constant(mnist.x_test), tf.constant(mnist.y_test, tf.int32)
    for images in (10_000, 1_001, 3, 2, 1):
        last = evaluator.slices(range(images))[-1]  # what is left over, if anything is
        found = evaluator.evaluate(*everything, last)
        expected = model(mnist.x_test[last.start : last.stop] / np.float32(255), training=False)
        np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)
    few = Dataset("mnist", mnist.x_train, mnist.y_train, mnist.x_test[:1], mnist.y_test[:1], mnist.class_names)
    now = train(preset.network, few, recipe).snapshot  # a full batch, and one of a single image
    assert now.state is State.FINISHED and now.step == 2
    assert [(point.epoch, point.images) for point in now.evaluations] == [(0, 1), (1, 1)]


@pytest.mark.parametrize("recipe", [
    Recipe(epochs=1, batch_size=64, training_images=65),  # a last batch of one image
    Recipe(epochs=1, batch_size=3, training_images=1),  # a single image
    Recipe(epochs=1, batch_size=16, training_images=40, validation_share=0.1),
    Recipe(epochs=1, batch_size=16, training_images=3, validation_share=0.34),
], ids=lambda recipe: f"{recipe.training_images} images, {recipe.validation_share} held out")  # fmt: skip
@pytest.mark.parametrize("drawings", [1, 2, 5])
def test_any_number_of_images_is_learned_from_and_any_held_out(mnist, recipe, drawings):
    dataset = replace(mnist, x_held_out=mnist.x_test[:drawings], y_held_out=mnist.y_test[:drawings])
    now = train(SMALL, dataset, recipe).snapshot
    learned, validation = recipe.split(len(mnist.x_train))
    assert now.state is State.FINISHED
    assert sum(point.images for point in now.train) == learned
    assert {point.images for point in now.evaluations} == {len(validation) or 10_000}
    assert {point.images for point in now.held_out} == {drawings}
