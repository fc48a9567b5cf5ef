"""Networks with random weights, for studies in tests."""

from core.network import Dense, Flatten, Network
from core.study.contender import Contender
from core.training import build_model

DIGITS = tuple("0123456789")
PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")


def fresh(network=PLAIN, seed=1, name=None, **how) -> Contender:
    """A network with the weights that it begins with."""
    weights = build_model(network, seed).get_weights()
    return Contender(name or network.name, network, weights, DIGITS, **({"dataset": "mnist"} | how))
