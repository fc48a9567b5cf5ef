"""Rescaling and Normalization at the front of a file's network; Keras is the oracle."""

from itertools import cycle

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl

from core.network import BatchNormalization, Conv2D, Dense, Flatten, Rescaling
from core.training.foreign import UnreadableModel, read_model
from tests.training.test_foreign import (
    FORMATS,
    assert_computes_the_same,
    configured,
    saved,
    shaken,
    without_weights,
)


def behind(front, shape=(8, 8, 3)):
    """A small network behind this layer, with weights that are all different."""
    rest = keras.Sequential([keras.Input(shape), kl.Flatten(), kl.Dense(3, activation="softmax")])
    shaken(rest)
    return keras.Sequential([keras.Input(shape), front, *rest.layers])


def adapted(axis, shape, **rest):
    """A Normalization that has learned from numbers whose mean and deviation differ by place and channel."""
    layer = kl.Normalization(axis=axis, name="norm", **rest)
    dice = np.random.default_rng(4)
    centre, width = dice.normal(0, 0.5, shape), dice.uniform(0.2, 2.0, shape)
    layer.adapt((centre + width * dice.normal(size=(50, *shape))).astype("f4"))
    return layer


READ = {
    "of all numbers": (lambda: adapted(None, (8, 8, 3)), (8, 8, 3), Rescaling),
    "inverse of all numbers": (lambda: adapted(None, (8, 8, 3), invert=True), (8, 8, 3), Rescaling),
    "of one channel": (lambda: adapted(-1, (8, 8, 1)), (8, 8, 1), Rescaling),
    "of each channel": (lambda: adapted(-1, (8, 8, 3)), (8, 8, 3), BatchNormalization),
    "of channels by place": (lambda: adapted((3,), (8, 8, 3)), (8, 8, 3), BatchNormalization),
    "of two axes": (lambda: adapted(None, (9, 8)), (9, 8), Rescaling),
    "given numbers": (lambda: kl.Normalization(mean=0.1307, variance=0.0949, axis=None), (8, 8, 1), Rescaling),
    "given and inverse": (lambda: kl.Normalization(mean=[0.2], variance=[4.0], invert=True), (8, 8, 1), Rescaling),
    "given for each channel": (
        lambda: kl.Normalization(mean=np.array([0.4, 0.5, 0.6]), variance=[0.04, 0.0, 1e-16]), (8, 8, 3), BatchNormalization,
    ),
    "given alike": (lambda: kl.Normalization(mean=[0.5] * 3, variance=[0.25] * 3), (8, 8, 3), Rescaling),
    "scale and offset": (lambda: kl.Rescaling(1 / 127.5, offset=-1), (8, 8, 3), Rescaling),
    "scale without channels": (lambda: kl.Rescaling(1 / 255, offset=-0.5), (9, 8), Rescaling),
    "scale of NumPy": (lambda: kl.Rescaling(np.float32(1 / 255), offset=np.float64(0.25)), (8, 8, 3), Rescaling),
    "scales all alike": (lambda: kl.Rescaling([2.0] * 3, offset=np.array([-1.0])), (8, 8, 3), Rescaling),
}  # fmt: skip


@pytest.mark.parametrize(("which", "suffix"), zip(READ, cycle(FORMATS)))
def test_what_stands_in_front_computes_the_same_here(which, suffix, tmp_path):
    make, shape, kind = READ[which]
    model = behind(make(), shape)
    found = read_model(saved(model, tmp_path, suffix), "x")
    assert [type(layer) for layer in found.network.layers] == [kind, Flatten, Dense]
    assert_computes_the_same(found, model)
    assert not any("Without" in sentence for sentence in found.left_out)
    assert any("Normalization" in sentence for sentence in found.left_out) == which.startswith(("of", "given", "inv"))


def test_a_row_of_numbers_is_normalised_number_by_number(tmp_path):
    front = adapted(-1, (49,))
    model = shaken(keras.Sequential([keras.Input((49,)), kl.Dense(3, activation="softmax")]))
    model = keras.Sequential([keras.Input((49,)), front, *model.layers])
    found = read_model(saved(model, tmp_path), "x.keras")
    assert [type(layer) for layer in found.network.layers] == [Flatten, BatchNormalization, Dense]
    assert_computes_the_same(found, model)


@given(
    st.integers(1, 3).flatmap(
        lambda count: st.tuples(*[st.lists(st.floats(low, 3, width=32), min_size=count, max_size=count) for low in (-3, 0)])
    )
)  # fmt: skip
@settings(deadline=None, max_examples=25)
def test_any_mean_and_variance_normalise_as_in_keras(values):
    mean, variance = values
    layer = kl.Normalization(mean=mean, variance=variance)
    model = keras.Sequential([keras.Input((3, 3, len(mean))), layer, kl.Conv2D(2, 1)])
    try:
        network = read_model(without_weights(configured(model)), "x.keras").network
    except UnreadableModel as problem:  # a deviation of nearly nothing
        assert "Scale must be between" in str(problem) and min(variance) < 1e-11
        return
    first = network.layers[0] if isinstance(network.layers[0], (Rescaling, BatchNormalization)) else Rescaling(1.0)
    x = np.random.default_rng(1).random((5, 3, 3, len(mean))).astype("f8")
    expected = (x - mean) / np.maximum(np.sqrt(variance), 1e-7)
    if isinstance(first, Rescaling):
        np.testing.assert_allclose(x * first.scale + first.offset, expected, rtol=1e-5, atol=1e-5)
    else:
        assert len({*zip(mean, variance)}) > 1


def test_several_layers_that_have_learned_keep_their_own_values(tmp_path):
    first, second = adapted(None, (8, 8, 3)), adapted(-1, (8, 8, 3))
    second = kl.Normalization.from_config(second.get_config() | {"name": "second"})
    second.adapt(np.random.default_rng(9).uniform(0, 3, (20, 8, 8, 3)).astype("f4"))
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), first, second, kl.BatchNormalization(), kl.Flatten(), kl.Dense(2)]
    )
    for suffix in FORMATS:
        assert_computes_the_same(read_model(saved(model, tmp_path, suffix), "x"), model)


REFUSED = {
    "each place": (lambda: adapted((1, 2, 3), (8, 8, 3)), (8, 8, 3), "a mean and a deviation for each position"),
    "each row": (lambda: adapted(1, (8, 8, 3)), (8, 8, 3), "axis = 1.*axis of the channels|axis = .*last axis"),
    "inverse of each channel": (lambda: adapted(-1, (8, 8, 3), invert=True), (8, 8, 3), "the inverse of a mean"),
    "each column": (lambda: adapted(-1, (8, 8)), (8, 8), "no channels when they reach layer “norm”"),
    "unlike scales": (
        lambda: kl.Rescaling([1.0, 2.0, 3.0], name="each"),
        (8, 8, 3),
        "“each”.*Scale must be a number",
    ),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_has_no_equal_here_is_refused_by_name(which, tmp_path):
    make, shape, sentence = REFUSED[which]
    with pytest.raises(UnreadableModel, match=sentence):
        read_model(saved(behind(make(), shape), tmp_path), "x.keras")


def test_values_that_are_not_in_the_file_are_missed():
    found = read_model(without_weights(configured(behind(adapted(-1, (8, 8, 3))))), "x.keras")
    assert found.weights is None and found.left_out[0].startswith("Without its weights: there is no model.weights.h5")
    assert [type(layer) for layer in found.network.layers] == [Flatten, Dense]
    left_out = "Normalization “norm” was left out, because it comes without its mean and variance."
    assert [sentence for sentence in found.left_out if "norm" in sentence or "Rescaling" in sentence] == [left_out]


@pytest.mark.parametrize("invert", [False, True])
def test_one_that_changes_nothing_is_left_out_under_its_own_name(invert, tmp_path):
    model = behind(kl.Normalization(mean=0.0, variance=1.0, axis=None, invert=invert, name="norm"))
    found = read_model(saved(model, tmp_path), "x.keras")
    assert [type(layer) for layer in found.network.layers] == [Flatten, Dense]
    left_out = "Normalization “norm” was left out, because it changes nothing."
    assert [sentence for sentence in found.left_out if "norm" in sentence or "Rescaling" in sentence] == [left_out]
    assert_computes_the_same(found, model)


@pytest.mark.parametrize("odd", [["x"], [], [[]], {"class_name": "__numpy__"}, float("nan"), -1.0, 10**400, True])
def test_odd_means_and_variances_are_refused_in_a_sentence(odd):
    config = configured(behind(kl.Normalization(mean=0.5, variance=0.5)))
    for key in ("mean", "variance"):
        inner = config["config"]["layers"][1]["config"]
        inner[key], kept = odd, inner[key]
        if (key, odd) != ("mean", -1.0):
            with pytest.raises(UnreadableModel, match="mean or a variance") as caught:
                read_model(without_weights(config), "x.keras")
            assert caught.value.__cause__ is None
        inner[key] = kept


def test_a_convolution_after_it_has_its_weights(tmp_path):
    front = adapted(-1, (8, 8, 3))
    model = shaken(keras.Sequential([keras.Input((8, 8, 3)), kl.Conv2D(2, 3), kl.BatchNormalization()]))
    model = keras.Sequential([keras.Input((8, 8, 3)), front, *model.layers])
    found = read_model(saved(model, tmp_path), "x.keras")
    assert [type(layer) for layer in found.network.layers] == [BatchNormalization, Conv2D, BatchNormalization]
    assert_computes_the_same(found, model)
