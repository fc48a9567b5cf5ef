"""Images that excite a channel: what a linear kernel likes best is known, and so is what test images do."""

import gc
import weakref

import numpy as np
import pytest

from core.insight import activations, most_exciting
from core.insight.graphs import tracings
from core.network import (
    LENET5,
    Activation,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Network,
    trace,
)
from core.training import build_model, pretrained
from core.training.pretrained import card

LINEAR = Network((9, 9, 1), (Conv2D(3, 5, padding="same"),))


def value(model, network, path, image, channel, unit="centre"):
    maps = activations(model, network, image)[path][..., channel]
    if maps.ndim == 0:
        return maps
    return maps.mean() if unit == "mean" else maps[maps.shape[0] // 2, maps.shape[1] // 2]


@pytest.mark.parametrize("path", [(0,), (2,), (3,), (5,), (6,), (7,)])
def test_the_activation_rises_far_above_the_start_and_any_test_image(path, mnist):
    model = pretrained("lenet5")
    channels = trace(LENET5).row(path).output_shape[-1]
    images = mnist.x_test[:40].astype(np.float32) / 255
    seen = [activations(model, LENET5, image)[path] for image in images]
    for channel in (0, channels - 1):
        found = most_exciting(model, LENET5, path, channel)
        assert found.image.shape == (28, 28, 1) and found.image.dtype == np.float32
        assert found.image.min() >= 0 and found.image.max() <= 1
        ordinary = np.mean([maps[..., channel].mean() for maps in seen])
        assert found.after > ordinary + 0.5 * abs(ordinary)
        assert found.after > 1.5 * found.before
        np.testing.assert_allclose(found.after, value(model, LENET5, path, found.image, channel), rtol=1e-3)


@pytest.mark.parametrize("channel", range(3))
def test_a_linear_kernel_likes_brightness_where_it_is_positive_and_darkness_elsewhere(channel):
    model = build_model(LINEAR, seed=5)
    kernel = np.asarray(model.get_layer("layer_0").kernel)[:, :, 0, channel]
    found = most_exciting(model, LINEAR, (0,), channel, steps=128)
    patch = found.image[2:7, 2:7, 0]  # what the unit at (4, 4) sees
    clear = np.abs(kernel) > 0.3 * np.abs(kernel).max()
    np.testing.assert_array_equal(patch[clear] > 0.5, kernel[clear] > 0)
    outside = found.image.copy()
    outside[2:7, 2:7] = 0
    assert not outside.any()
    assert found.after > 0.9 * kernel[kernel > 0].sum()


def test_pixels_that_do_not_matter_go_dark():
    """Nothing but the regularisation moves them: of a kernel that weighs its first column only, the other four."""
    network = Network((11, 11, 1), (Conv2D(1, 9, padding="same"),))
    model = build_model(network, seed=5)
    kernel = np.zeros((9, 9, 1, 1), np.float32)
    kernel[:, 0] = 1
    model.get_layer("layer_0").kernel.assign(kernel)
    image = most_exciting(model, network, (0,), 0, steps=256).image[1:10, 1:10, 0]
    assert image[1:8, 0].min() > 0.8
    assert image[:, 4:].max() < 0.2


def test_the_mean_of_a_map_is_excited_by_the_whole_image():
    model = build_model(LINEAR, seed=5)
    found = most_exciting(model, LINEAR, (0,), 1, unit="mean")
    np.testing.assert_allclose(found.after, value(model, LINEAR, (0,), found.image, 1, "mean"), rtol=1e-3)
    assert found.after > found.before
    assert found.image[:2].any() and found.image[7:].any()


def test_the_same_seed_gives_the_same_image():
    model = pretrained("lenet5")
    first, again = (most_exciting(model, LENET5, (2,), 3, steps=20, seed=4) for _ in range(2))
    other = most_exciting(model, LENET5, (2,), 3, steps=20, seed=5)
    np.testing.assert_array_equal(first.image, again.image)
    assert first[1:] == again[1:]
    assert not np.array_equal(first.image, other.image)


def test_no_steps_leave_the_noise():
    """Of all the noise the one that excites most, as the model itself says; a single step changes it."""
    model = pretrained("lenet5")
    found, other = (most_exciting(model, LENET5, (7,), 3, steps=0, seed=seed) for seed in (0, 1))
    assert found.before == found.after == pytest.approx(float(model(found.image[np.newaxis])[0, 3]), rel=1e-4)
    assert 0 <= found.image.min() < found.image.max() <= 1
    assert not np.array_equal(found.image, other.image)
    climbed = most_exciting(model, LENET5, (7,), 3, steps=1)
    assert not np.array_equal(found.image, climbed.image)


def test_where_climbing_leads_down_the_best_noise_is_returned():
    """The 1 of the network that Draw starts with: as its own score rises, those of other classes rise faster."""
    model, network = pretrained("draw"), card("draw").network
    path = list(network.walk())[-1][0]
    found = most_exciting(model, network, path, 1)
    assert found.after == found.before > 0.9
    answers = np.asarray(model(np.stack([found.image, np.zeros_like(found.image)])))
    assert answers[:, 1] == pytest.approx([found.after, found.empty], rel=1e-3)


def test_a_kernel_of_zeros_is_excited_as_much_by_noise_by_all_changes_and_by_an_empty_image():
    network = Network((5, 5, 1), (Conv2D(1, 5, activation="relu"),))
    model = build_model(network)
    model.set_weights([np.zeros((5, 5, 1, 1), np.float32), np.array([0.25], np.float32)])
    assert most_exciting(model, network, (0,), 0)[1:] == (0.25, 0.25, 0.25, 0.25)


def test_a_relu_that_is_silent_for_all_noise_is_woken():
    network = Network((5, 5, 1), (Conv2D(1, 5, activation="relu"),))
    model = build_model(network)
    kernel = np.where(np.eye(5) > 0, 1.0, -1.0).astype(np.float32)
    model.set_weights([kernel[:, :, np.newaxis, np.newaxis], np.array([-2], np.float32)])
    found = most_exciting(model, network, (0,), 0)
    assert found.before == 0
    assert found.after > 2.5  # of 3


def test_no_channel_behind_silent_relus_is_given_up(mnist):
    """The second pooling of LeNet-5: most of its channels are zero for faint noise, and so is their slope."""
    model = pretrained("lenet5")
    digits = [activations(model, LENET5, image / np.float32(255))[(3,)][2, 2] for image in mnist.x_test[:40]]
    for channel, best in enumerate(np.max(digits, axis=0)):
        assert most_exciting(model, LENET5, (3,), channel).after > best


BRANCHED = Network(
    (12, 10, 3),
    (
        Branches(((Conv2D(4, 3, padding="same"), BatchNormalization(), Activation("relu")), (), (Conv2D(2, 1),))),
        Conv2D(5, 3, activation="tanh"),
        GlobalAveragePooling2D(),
        Dense(6, "softmax"),
    ),
)


@pytest.mark.parametrize("path", [path for path, _ in BRANCHED.walk()])
def test_layers_of_every_kind_are_excited_in_colour(path):
    model = build_model(BRANCHED, seed=8)
    found = most_exciting(model, BRANCHED, path, 1, steps=30)
    assert found.image.shape == (12, 10, 3)
    assert found.after > found.before
    np.testing.assert_allclose(found.after, value(model, BRANCHED, path, found.image, 1), rtol=1e-3, atol=1e-5)


def test_weights_changed_in_place_are_seen_and_nothing_is_compiled_again():
    network = Network((6, 6, 1), (Conv2D(3, 3), Flatten(), Dense(4, "softmax")))
    model = build_model(network, seed=1)
    first = most_exciting(model, network, (2,), 1)
    model.set_weights([-weights for weights in model.get_weights()])
    second = most_exciting(model, network, (2,), 3, steps=9, seed=2**40)
    np.testing.assert_allclose(second.after, value(model, network, (2,), second.image, 3), rtol=1e-3)
    assert not np.array_equal(first.image, second.image)
    assert [count for key, count in tracings(model).items() if key[0] == "climb"] == [1]


def test_what_is_not_there_is_refused_in_a_sentence():
    model = pretrained("lenet5")
    with pytest.raises(IndexError, match="Dense at 8 has the channels 0 to 9, but not 10"):
        most_exciting(model, LENET5, (7,), 10)
    with pytest.raises(ValueError, match="“centre” or “mean”, not “corner”"):
        most_exciting(model, LENET5, (0,), 0, unit="corner")


def test_exciting_a_channel_does_not_keep_a_model_alive():
    network = Network((8, 8, 1), (Flatten(), Dense(10, "softmax")))
    model = build_model(network)
    most_exciting(model, network, (1,), 3, steps=2)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
