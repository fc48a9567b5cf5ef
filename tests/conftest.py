"""What the tests share."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tempfile

# Runs of the tests are kept apart from those of whoever works here.
os.environ["RECEPTIVE_DATA_DIR"] = tempfile.mkdtemp(prefix="receptive-tests-")

import numpy as np
import pytest
from hypothesis import settings

from core.data import Dataset
from core.data.datasets import load
from core.training.priority import one_core_an_operation

one_core_an_operation()  # as in the app, whichever test starts TensorFlow: weights are compared across processes

# Where a change is judged, the same examples each time; at a developer's desk, new ones.
settings.register_profile("default", deadline=None)  # no test is a timed one
settings.load_profile("default")
settings.register_profile("judged", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("judged")


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    return load("mnist")


@pytest.fixture(scope="session")
def small_mnist(mnist) -> Dataset:
    """2,000 digits to learn from and 500 to be tested on: seconds instead of minutes."""
    return Dataset(
        "mnist", mnist.x_train[:2000], mnist.y_train[:2000], mnist.x_test[:500], mnist.y_test[:500], mnist.class_names
    )


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)
