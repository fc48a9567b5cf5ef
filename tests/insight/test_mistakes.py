"""Predictions and their plane: loops, NumPy's SVD and Keras are the oracles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.insight import Predictions, activations, affordable_images, last_hidden, predict, projected
from core.insight.mistakes import FEWEST
from core.network import (
    LENET5,
    PRESETS,
    Activation,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    residual_block,
    trace,
)
from core.training import build_model

RGB = Network((8, 8, 3), (Conv2D(4, 3), residual_block(4), Flatten(), Dense(6, "relu"), Dense(3, "softmax")))
PLAIN = Network((5, 5, 1), (Flatten(), Dense(3, "softmax")))
ONE_UNIT = Network((5, 5, 1), (Flatten(), Dense(1, "tanh"), Dense(3, "softmax")))
WORLDS = {"RGB, branches": RGB, "more pixels than images": PLAIN, "one unit": ONE_UNIT}


def answers_of(seed: int, images: int = 60, classes: int = 4) -> Predictions:
    random = np.random.default_rng(seed)
    return Predictions(
        random.dirichlet(np.ones(classes), images).astype(np.float32), random.integers(0, classes, images)
    )


def some_images(network, number=30, seed=3):
    return np.random.default_rng(seed).integers(0, 256, (number, *network.input_shape), np.uint8)


@given(st.integers(0, 10_000))
def test_the_confusion_matrix_is_what_counting_one_by_one_gives(seed):
    found = answers_of(seed)
    counts = np.zeros((4, 4), int)
    for probabilities, label in zip(found.probabilities, found.labels):
        counts[label, list(probabilities).index(max(probabilities))] += 1
    np.testing.assert_array_equal(found.confusion, counts)
    assert found.accuracy == pytest.approx(counts.trace() / counts.sum())


@given(st.integers(0, 10_000), st.integers(0, 70))
def test_the_surest_mistakes_are_wrong_sorted_and_surer_than_all_others(seed, most):
    found = answers_of(seed)
    surest = found.most_confident_mistakes(most)
    wrong = [n for n in range(60) if found.predicted[n] != found.labels[n]]
    expected = sorted(wrong, key=lambda n: -found.probabilities[n].max())[:most]
    assert surest.tolist() == expected


@given(st.integers(0, 10_000))
def test_the_cells_share_out_all_images_the_most_certain_first(seed):
    found = answers_of(seed)
    seen = []
    for label in range(4):
        for answer in range(4):
            cell = found.cell(label, answer)
            assert len(cell) == found.confusion[label, answer]
            assert all(found.labels[n] == label and found.predicted[n] == answer for n in cell)
            certainty = found.probabilities[cell, answer]
            assert (np.diff(certainty) <= 0).all()
            seen += cell.tolist()
    assert sorted(seen) == list(range(60))


def test_classes_that_never_come_up_have_empty_rows_and_columns():
    found = Predictions(np.array([[0.9, 0.1, 0.0]], np.float32), np.array([0]))
    assert found.confusion.shape == (3, 3) and found.confusion.sum() == 1
    assert found.cell(2, 1).size == 0 and found.most_confident_mistakes().size == 0
    assert found.accuracy == 1.0


@pytest.mark.parametrize("network", WORLDS.values(), ids=WORLDS)
def test_images_are_answered_as_keras_answers_them_whole(network):
    model = build_model(network, seed=1)
    images, shares = some_images(network, 300), []
    labels = np.arange(300, dtype=np.uint8) % 3
    found = predict(model, network, images, labels, shares.append)
    np.testing.assert_allclose(found.probabilities, model.predict(images / 255, verbose=0), atol=1e-5)
    assert found.labels.tolist() == labels.tolist()
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_weights_that_change_are_judged_anew():
    model = build_model(PLAIN, seed=1)
    images = some_images(PLAIN)
    predict(model, PLAIN, images, np.zeros(30))
    model.set_weights(build_model(PLAIN, seed=2).get_weights())
    again = predict(model, PLAIN, images, np.zeros(30))
    np.testing.assert_allclose(again.probabilities, model.predict(images / 255, verbose=0), atol=1e-5)


@pytest.mark.parametrize("network", WORLDS.values(), ids=WORLDS)
@pytest.mark.parametrize("number", [4, 30])
def test_the_plane_is_the_one_of_numpys_svd(network, number):
    model, images = build_model(network, seed=4), some_images(network, number)
    path = last_hidden(network)
    values = np.array([activations(model, network, image / np.float32(255))[path].ravel() for image in images], float)
    values -= values.mean(axis=0)
    left, sizes, _ = np.linalg.svd(values, full_matrices=False)
    sizes, left = np.append(sizes, 0), np.column_stack([left, np.zeros(number)])
    expected = left[:, :2] * sizes[:2]
    found = projected(model, network, images)
    assert found.points.shape == (number, 2)
    signs = np.sign((found.points * expected).sum(axis=0))  # a direction has no sign of its own
    np.testing.assert_allclose(found.points, expected * signs, atol=1e-3 * sizes[0])
    np.testing.assert_allclose(found.explained, sizes[:2] ** 2 / (sizes**2).sum(), atol=1e-4)


def test_the_plane_does_not_flip_when_it_is_drawn_again():
    model, images = build_model(RGB, seed=4), some_images(RGB)
    first, second = (projected(model, RGB, images).points for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first.max(axis=0) >= -first.min(axis=0)).all()


def test_images_that_are_all_alike_lie_on_one_point():
    found = projected(build_model(RGB, seed=4), RGB, np.zeros((6, 8, 8, 3), np.uint8))
    np.testing.assert_allclose(found.points, 0, atol=1e-6)
    assert all(np.isfinite(found.explained))


def test_a_network_without_a_hidden_layer_shows_the_pixels_themselves():
    network = Network((5, 5, 1), (Conv2D(3, 5), Flatten(), Activation("softmax")))
    assert last_hidden(network) is None
    images = some_images(network)
    found = projected(build_model(network, seed=1), network, images)
    values = images.reshape(30, -1) / 255
    sizes = np.linalg.svd(values - values.mean(axis=0), compute_uv=False)
    np.testing.assert_allclose(found.explained, sizes[:2] ** 2 / (sizes**2).sum(), atol=1e-4)


@pytest.mark.parametrize("name", PRESETS)
def test_the_last_hidden_layer_of_a_preset_is_what_its_last_weights_read(name):
    network = PRESETS[name].network
    (before,) = last_hidden(network) or (-1,)
    owners = {row.path[0] for row in trace(network).rows if row.parameters}
    assert before + 1 in owners and not any(index > before + 1 for index in owners)


def test_the_last_hidden_layer_of_lenet5_is_the_dense_layer_of_84():
    assert LENET5.at(last_hidden(LENET5)) == Dense(84, LENET5.at(last_hidden(LENET5)).activation)


def test_weights_inside_a_branch_count_too():
    network = Network((8, 8, 1), (Conv2D(10, 3), residual_block(10), GlobalAveragePooling2D(), Activation("softmax")))
    assert last_hidden(network) == (0,)
    behind = Network((8, 8, 1), (Flatten(), Dense(4), Dropout(0.5), Dense(10, "softmax")))
    assert last_hidden(behind) == (2,)


def test_a_small_network_judges_all_images_and_a_large_one_a_few():
    assert affordable_images(LENET5, 10_000) == 10_000
    large = Network((224, 224, 3), (Conv2D(512, 7), Conv2D(512, 7), Flatten(), Dense(10)))
    assert affordable_images(large, 10_000) == FEWEST
    assert affordable_images(large, 50) == 50
