"""What a training leaves can be taken away and opened elsewhere."""

import keras
import numpy as np
import pytest

from core.network import LENET5, PRESETS, trace
from core.training import build_model
from core.training.foreign import weights_file
from core.training.trained import Trained, keras_file


@pytest.mark.parametrize("name", ["E2", "B4", "ResNet"])
def test_the_keras_file_opens_in_keras_and_answers_the_same(tmp_path, random, name):
    network = PRESETS[name].network
    model = build_model(network, seed=2)
    path = tmp_path / "taken.keras"
    path.write_bytes(keras_file(model))
    opened = keras.saving.load_model(path)
    image = random.random((2, 28, 28, 1), np.float32)
    np.testing.assert_allclose(opened(image), model(image), atol=1e-6)
    assert opened.count_params() == trace(network).parameters


def test_the_weights_file_is_plain_arrays_with_the_class_names(tmp_path):
    model = build_model(LENET5, seed=2)
    path = tmp_path / "taken.npz"
    path.write_bytes(weights_file(LENET5, model.get_weights(), tuple("0123456789")))
    with np.load(path, allow_pickle=False) as arrays:
        assert list(arrays["class_names"]) == list("0123456789")
        for index, weight in enumerate(model.get_weights()):
            assert (arrays[str(index)] == weight).all()


def test_a_model_of_given_weights_is_made_once_and_has_them():
    weights = build_model(LENET5, seed=4).get_weights()
    trained = Trained(LENET5, weights, "mnist")
    assert trained.model() is trained.model()
    for ours, given in zip(trained.model().get_weights(), weights):
        assert (ours == given).all()
