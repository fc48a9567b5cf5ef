"""LeakyReLU of any slope in files, as a layer and inside of one. Keras is the oracle."""

import numpy as np
import pytest
from keras import layers as kl

from core.network import LeakyReLU
from core.training.foreign import UnreadableModel, read_model
from tests.training.test_foreign import (
    FORMATS,
    assert_computes_the_same,
    configured,
    functional,
    saved,
    sequential,
    without_weights,
)


def inside(x):
    a = kl.Conv2D(3, 3, padding="same", activation=kl.LeakyReLU(negative_slope=0.1))(x)
    return kl.Add()([a, kl.Conv2D(3, 1, activation=kl.LeakyReLU(negative_slope=0.7))(a)])


WRITTEN = {
    "default slope": lambda: sequential(kl.Conv2D(4, 3), kl.LeakyReLU(), kl.Conv2D(2, 1)),
    "slope of relu": lambda: sequential(kl.Conv2D(4, 3), kl.ReLU(negative_slope=0.05)),
    "slopes inside": lambda: functional(inside),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("which", WRITTEN)
def test_a_slope_computes_the_same_here(which, suffix, tmp_path):
    model, dice = WRITTEN[which](), np.random.default_rng(8)
    model.set_weights([dice.normal(0, 0.3, weights.shape) for weights in model.get_weights()])
    assert_computes_the_same(read_model(saved(model, tmp_path, suffix), f"{which}.{suffix}"), model)


def test_a_slope_is_read_as_older_versions_write_it():
    config = configured(sequential(kl.LeakyReLU(name="leaks"), kl.Conv2D(2, 3)))
    inner = config["config"]["layers"][1]["config"]
    del inner["negative_slope"]
    inner["alpha"] = 0.30000001192092896
    assert read_model(without_weights(config), "x.keras").network.layers[0] == LeakyReLU(0.3)
    for slope in (0.0, 0.123456789, 5.25534777852864e-162, 1.0):
        inner["alpha"] = slope
        assert read_model(without_weights(config), "x.keras").network.layers[0] == LeakyReLU(slope)
    inner["alpha"] = -0.5
    with pytest.raises(UnreadableModel, match="slope of 0 to 1"):
        read_model(without_weights(config), "x.keras")
