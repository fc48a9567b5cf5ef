"""What an imported network has learned from is measured: its dataset, and the scale of its pixels."""

import keras
import numpy as np
import pytest

from core.data import Dataset, load
from core.network import Conv2D, Dense, Flatten, MaxPooling2D, Network, Rescaling
from core.training import Recipe, build_model, card, pretrained, train
from core.training.foreign.scales import ENOUGH, OURS, Fit, Scale, finding, measured, scaled, scales_for

TITLES = {"mnist": "MNIST digits", "fashion_mnist": "Fashion-MNIST"}


@pytest.fixture(scope="module")
def datasets():
    return {name: load(name) for name in TITLES}


@pytest.fixture(scope="module")
def fashionable(datasets):
    """A small network that has learned clothes, and its weights."""
    full = datasets["fashion_mnist"]
    few = Dataset(
        "fashion_mnist",
        full.x_train[:6000],
        full.y_train[:6000],
        full.x_test[:300],
        full.y_test[:300],
        full.class_names,
    )
    network = Network((28, 28, 1), (Flatten(), Dense(40, activation="relu"), Dense(10, "softmax")), "Clothes")
    return network, train(network, few, Recipe(epochs=3, batch_size=64, learning_rate=0.003)).model.get_weights()


@pytest.mark.parametrize("chosen", TITLES)
def test_a_network_that_has_learned_clothes_is_taken_for_one_whatever_is_chosen(fashionable, datasets, chosen):
    fits = measured(*fashionable, datasets)
    assert [fit.dataset for fit in fits] == ["fashion_mnist", "mnist"]
    found = finding(fits, TITLES, chosen)
    assert (found.dataset, found.scale) == ("fashion_mnist", OURS)
    network, weights = fashionable
    model, data = build_model(network), datasets["fashion_mnist"]
    model.set_weights(weights)
    images = fits[0].images
    right = np.argmax(model(data.x_test[:images] / np.float32(255)), 1) == data.y_test[:images]
    assert f"{100 * right.mean():.1f} % of {images} test images of Fashion-MNIST right" in found.sentence
    assert ("taken for Fashion-MNIST." in found.sentence) == (chosen == "mnist")


def test_a_network_that_knows_neither_keeps_the_choice_and_says_so(datasets):
    network = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Fresh")
    weights = [np.zeros((784, 10), np.float32), np.eye(10, dtype=np.float32)[3]]
    fits = measured(network, weights, datasets)
    for chosen in TITLES:
        found = finding(fits, TITLES, chosen)
        assert (found.dataset, found.scale) == (chosen, OURS)
        assert "could not be measured" in found.sentence and f"Taken for {TITLES[chosen]}" in found.sentence


def fit(dataset, accuracy, scale=OURS, loss=1.0, ours=0.1):
    return Fit(dataset, scale, accuracy, loss, 400, ours)


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        (ENOUGH, 0.1, "mnist"),
        (ENOUGH - 0.01, 0.1, "fashion_mnist"),  # too little of either: the choice holds
        (0.9, 0.79, "mnist"),
        (0.9, 0.81, "fashion_mnist"),  # too close to one another
    ],
)
def test_a_dataset_is_taken_instead_of_the_chosen_one_only_where_it_is_clear(first, second, taken):
    fits = [fit("mnist", first), fit("fashion_mnist", second)]
    assert finding(fits, TITLES, "fashion_mnist").dataset == taken


def rescaled(weights, scale):
    """The weights of a network that does the same on another scale: exact where no padding is between."""
    kernel, bias, *others = weights
    summed = kernel.sum(tuple(range(kernel.ndim - 1)))
    return [kernel / scale.factor, bias - scale.offset / scale.factor * summed, *others]


@pytest.mark.parametrize("number", range(7))
def test_the_scale_that_a_network_was_made_for_is_found_and_a_layer_in_front_sees_to_it(datasets, number):
    scale = scales_for(datasets["mnist"])[number]
    network, weights = card("draw").network, rescaled(pretrained("draw").get_weights(), scale)
    fits = measured(network, weights, datasets)
    assert (fits[0].dataset, fits[0].scale) == ("mnist", scale) and fits[0].accuracy > 0.97
    found = finding(fits, TITLES, "mnist")
    assert f"right, on {scale.title}" in found.sentence
    changed = scaled(network, scale)
    assert len(changed.layers) == len(network.layers) + scale.changes
    model = build_model(changed)
    model.set_weights(weights)
    images = datasets["mnist"].x_test[:50] / np.float32(255)
    np.testing.assert_allclose(model(images), pretrained("draw")(images), atol=1e-3)


@pytest.mark.parametrize("factor, offset", [(255.0, 0.0), (2.0, -1.0)])
def test_a_network_trained_by_keras_on_other_pixels_is_as_good_here_as_there(datasets, factor, offset):
    keras.utils.set_random_seed(1)
    data = datasets["mnist"]
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    pixels = data.x_train[:10_000].astype(np.float32) / 255 * factor + offset
    model.fit(pixels, data.y_train[:10_000], epochs=3, batch_size=64, verbose="0")
    layers = (Conv2D(8, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(10, "softmax"))
    network = Network((28, 28, 1), layers)
    best = measured(network, model.get_weights(), datasets)[0]
    assert (best.scale.factor, best.scale.offset) == (factor, offset)
    images = data.x_test[: best.images].astype(np.float32) / 255
    there = (np.argmax(model(images * factor + offset), 1) == data.y_test[: best.images]).mean()
    assert best.accuracy == pytest.approx(there)
    here = build_model(scaled(network, best.scale))
    here.set_weights(model.get_weights())
    np.testing.assert_allclose(here(images), model(images * factor + offset), atol=1e-4)


def test_dark_ink_is_only_believed_where_it_is_far_better(datasets, monkeypatch):
    dark = next(scale for scale in scales_for(datasets["mnist"]) if scale.inverted)
    network, weights = card("lenet5").network, pretrained("lenet5").get_weights()
    assert not measured(network, weights, datasets)[0].scale.inverted
    flat = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")))
    even = [np.zeros((784, 10), np.float32), np.zeros(10, np.float32)]  # as good on every scale
    assert all(not fit.scale.inverted for fit in measured(flat, even, datasets))
    assert dark.changes


@pytest.mark.parametrize(
    ("first", "scale", "left"),
    [
        ((1 / 255, 0.0), Scale("", 255.0, 0.0), None),  # Rescaling(1/255), trained on 0…255: nothing is left of it
        ((1 / 127.5, -1.0), Scale("", 255.0, 0.0), (2.0, -1.0)),
        ((2.0, -1.0), OURS, (2.0, -1.0)),
        ((0.5, 0.25), Scale("", 2.0, -1.0), (1.0, -0.25)),
    ],
)
def test_a_rescaling_that_a_network_begins_with_is_changed_and_not_doubled(first, scale, left):
    rest = (Flatten(), Dense(10, "softmax"))
    network = Network((28, 28, 1), (Rescaling(*first), *rest))
    changed = scaled(network, scale)
    assert changed.layers[-2:] == rest
    if left is None:
        assert changed.layers == rest
    else:
        begun = changed.layers[0]
        assert isinstance(begun, Rescaling) and (begun.scale, begun.offset) == pytest.approx(left)
    image = np.random.default_rng(1).random((1, 28, 28, 1)).astype(np.float32)
    weights = [np.random.default_rng(2).normal(size=(784, 10)).astype(np.float32), np.zeros(10, np.float32)]
    models = [build_model(one) for one in (network, changed)]
    for model in models:
        model.set_weights(weights)
    np.testing.assert_allclose(
        models[0](image * np.float32(scale.factor) + np.float32(scale.offset)), models[1](image), atol=1e-4
    )
