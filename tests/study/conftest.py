"""What the tests of studies share."""

import pytest

from core.study.contender import LabelledImages, of_shipped
from core.study.memory import forget_all


@pytest.fixture(autouse=True)
def nothing_known():
    """What one test has computed is not there for the next."""
    forget_all()


@pytest.fixture(scope="session")
def lenet():
    return of_shipped("lenet5")


@pytest.fixture(scope="session")
def small():
    """The shipped network with seven thousand parameters."""
    return of_shipped("seven-thousand")


@pytest.fixture(scope="session")
def tests(mnist) -> LabelledImages:
    """MNIST's 10,000 test images."""
    return LabelledImages.tests_of(mnist)


@pytest.fixture(scope="session")
def few(mnist) -> LabelledImages:
    """600 of them: two whole parts and a smaller one."""
    return LabelledImages("MNIST digits", mnist.x_test[:600], mnist.y_test[:600], mnist.class_names)
