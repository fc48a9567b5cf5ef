"""What the drawing network is trained on: the same for the same seed, different for another, and in MNIST's frame."""

import numpy as np
import pytest

from core.network import trace
from core.training import build_model
from tools.drawings.digits import digit
from tools.drawings.mnist import skeletonize, traced, warped
from tools.drawings.model import LEARNING, NETWORK, NONE, SHARES, folded, pool, temperature
from tools.drawings.nothing import nothing
from tools.drawings.strokes import inked


@pytest.mark.parametrize("label", range(10))
def test_a_digit_by_rules_fills_the_frame_and_none_is_like_the_next(random, label):
    images = np.stack([inked(digit(random, label)) for _ in range(30)])
    assert (images.max(axis=(1, 2)) > 200).all()
    assert len(np.unique(images.reshape(30, -1), axis=0)) == 30


def test_the_same_seed_draws_the_same():
    one, other = (np.random.default_rng(3) for _ in range(2))
    for label in (4, 7):
        for a, b in zip(digit(one, label), digit(other, label), strict=True):
            np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(inked(nothing(one)), inked(nothing(other)))


def test_strokes_that_are_no_digit_can_be_inked(random):
    for _ in range(200):
        assert all(np.isfinite(stroke).all() for stroke in nothing(random))
    assert inked(nothing(random)).any()


def test_another_hand_keeps_to_mnists_frame(random, mnist):
    images = warped(random, mnist.x_train[:200, ..., 0])
    places = np.arange(28)
    for axis in (1, 2):
        mass = images.sum(axis=axis)
        assert (mass * places).sum(axis=1) / mass.sum(axis=1) == pytest.approx(np.full(200, 14), abs=0.6)
    inked_columns, inked_rows = ((images > 60).any(axis=axis).sum(axis=1) for axis in (1, 2))
    sides = np.maximum(inked_columns, inked_rows)
    assert np.median(sides) in (20, 21) and sides.max() <= 26
    assert (np.abs(images.astype(int) - mnist.x_train[:200, ..., 0]).mean(axis=(1, 2)) > 1).all()


def test_skeletons_are_one_pixel_wide_and_in_one_piece():
    bar = np.zeros((1, 12, 20), bool)
    bar[0, 4:9, 3:17] = True
    line = skeletonize(bar)
    assert (line.sum(axis=1) <= 1).all()
    columns = np.flatnonzero(line[0].any(axis=0))
    assert np.ptp(columns) + 1 == len(columns) >= 8
    assert not (line & ~bar).any()


def test_mnists_own_images_are_traced_where_their_ink_is(mnist):
    images = mnist.x_train[:20, ..., 0]
    for image, strokes in zip(images, traced(images), strict=True):
        x, y = (np.concatenate(strokes) / 2).round().astype(int).T
        assert (image[y, x] > 60).mean() > 0.95
        assert len(strokes) > 10


def test_the_pool_has_all_kinds_and_every_digit(mnist):
    there = pool(mnist, size=0.002)
    assert there.images.shape[1:] == (28, 28, 1) and there.images.dtype == np.uint8
    assert set(there.kinds) == set(range(len(SHARES)))
    nothings = there.kinds == len(SHARES) - 1
    assert (there.labels[nothings] == NONE).all()
    assert set(there.labels[~nothings]) == set(range(10))


def test_the_temperature_that_spoiled_the_certainty_is_found_again(random):
    scores = random.normal(0, 3, (4000, 10))
    fair = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels = np.array([random.choice(10, p=row) for row in fair])
    spoiled = np.exp(scores * 0.5) / np.exp(scores * 0.5).sum(axis=1, keepdims=True)
    assert temperature(fair, labels) == pytest.approx(1, abs=0.08)
    assert temperature(spoiled, labels) == pytest.approx(0.5, abs=0.05)


def test_folding_leaves_every_answer_as_it_was(random):
    model = build_model(LEARNING, seed=3)
    for layer in model.layers:
        if layer.name.startswith("layer_") and len(layer.weights) == 4:  # a batch normalisation that has learned
            layer.set_weights([random.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
    plain = folded(model)
    images = random.random((4, 28, 28, 1), np.float32)
    np.testing.assert_allclose(plain(images), model(images, training=False), atol=1e-5)
    assert plain.count_params() == trace(NETWORK).parameters < trace(LEARNING).parameters
