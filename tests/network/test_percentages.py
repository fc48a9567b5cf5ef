"""Shares in words: neither nothing nor all reads as such."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import Network, trace
from core.network.advice import advice
from core.network.layers import Dense, Flatten
from core.network.percentages import percent, rough_percent


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0 %"), (0.0004, "under 0.1 %"), (0.0031, "0.3 %"), (0.014, "1 %"), (0.784, "78 %"), (0.994, "99 %"),
        (0.998, "99.8 %"), (0.9989, "99.8 %"), (0.99951, "over 99.9 %"), (1, "100 %"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_a_share_is_as_exact_as_it_needs_to_be(share, said):
    assert rough_percent(share) == said


@given(st.floats(0, 1))
def test_only_all_is_a_hundred_per_cent_and_only_nothing_is_none(share):
    assert (rough_percent(share) == "100 %") == (share == 1)
    assert (rough_percent(share) == "0 %") == (share == 0)


def test_accuracies_have_two_digits():
    assert percent(0.99123) == "99.12 %"


def test_a_layer_with_nearly_all_parameters_does_not_hold_all_of_them():
    network = Network((28, 28, 1), (Flatten(), Dense(2000), Dense(1), Dense(10, "softmax")))
    said = " ".join(one.sentence for one in advice(network, trace(network)))
    assert "Layer 2 holds 99.8 % of all parameters." in said  # 1,570,000 of 1,572,021 are 99.87 %
