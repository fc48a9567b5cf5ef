"""An evaluation in slices and micro-batches says what Keras says of all images at once, however many there are."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from core.data import Dataset
from core.network import PRESETS, BatchNormalization, Conv2D, Dense, Flatten, Network, SeparableConv2D
from core.training import Recipe, State, build_model, train, why_unfit
from core.training.evaluation import Evaluation, Evaluator, sliced
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


def test_the_loss_of_several_slices_is_that_of_all_images_whatever_their_sizes(mnist):
    model = build_model(SMALL, seed=1)
    evaluator = Evaluator(model, SMALL, make_loss(Recipe(), 10))
    images, labels = tf.constant(mnist.x_test[:40]), tf.constant(mnist.y_test[:40].astype(np.int32))
    slices = [range(10, 11), range(11, 30), range(30, 40)]
    found = Evaluation.joined([evaluator.evaluate(images, labels, one) for one in slices])
    assert found.indexes == range(10, 40)
    np.testing.assert_array_equal(found.labels, mnist.y_test[10:40])
    predictions = model(mnist.x_test[10:40].astype(np.float32) / 255, training=False)
    losses = np.asarray(keras.losses.sparse_categorical_crossentropy(mnist.y_test[10:40], predictions))
    assert abs(losses[0] - losses.mean()) > 0.05  # so that it matters how much the small slice counts
    assert found.loss == pytest.approx(losses.mean(), rel=1e-4)
    np.testing.assert_allclose(found.probabilities, predictions, atol=1e-5)


def test_the_facts_of_an_evaluation_are_those_of_counting_one_by_one(random):
    network = Network((4, 4, 1), (Flatten(), Dense(8, "relu"), Dense(3, "relu"), Dense(4, "softmax")))
    evaluator = Evaluator(build_model(network, 1), network, make_loss(Recipe(), 4))
    labels, probabilities = random.integers(0, 4, 60).astype(np.int32), random.dirichlet(np.ones(4), 60)
    active = [np.arange(8) >= 2, np.ones(3, bool)]
    facts = evaluator.facts(Evaluation(range(100, 160), labels, probabilities.astype(np.float32), 0.5, active))
    predicted = [int(row.argmax()) for row in probabilities]
    counts = [[sum(a == i and b == j for a, b in zip(labels, predicted)) for j in range(4)] for i in range(4)]
    assert facts["confusion"].tolist() == counts  # rows are true classes
    np.testing.assert_allclose(facts["samples"], probabilities[:12], atol=1e-6)
    wrong = [
        (probabilities[i].max(), 100 + i, labels[i], predicted[i]) for i in range(60) if predicted[i] != labels[i]
    ]
    assert len(wrong) > 24
    hardest = sorted(wrong, reverse=True)[:24]
    assert [(one.index, one.label, one.predicted) for one in facts["hardest"]] == [one[1:] for one in hardest]
    assert [one.probability for one in facts["hardest"]] == pytest.approx([one[0] for one in hardest], abs=1e-6)
    assert [(one.path, one.share) for one in facts["dead_units"]] == [((1,), 0.25)]  # of the other layer none is dead
