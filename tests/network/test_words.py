"""A number and its noun agree, wherever a sentence holds both."""

import re

import pytest

from core.network import Conv2D, Dense, Flatten, GroupNormalization, Network, to_code, trace
from core.network.words import counted
from core.training import Recipe
from core.views.diagram import network_svg

KINDS = "numbers|parameters|epochs|images|channels|filters|groups|pixels|multiply-adds"
ONE = re.compile(rf"(?<![\d.,×·])(?<![·×+] )1 (\w+[- ])?({KINDS})\b")


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 unit"), (0, "0 units"), (2_416, "2,416 units"), (0.5, "0.5 units"), (1.0, "1 unit")]
)
def test_one_is_singular_and_all_else_plural(number, words):
    assert counted(number, "unit") == words


def test_no_sentence_about_a_network_of_ones_counts_one_in_the_plural():
    small = Network((1, 1, 1), (Conv2D(1, 1, use_bias=False), GroupNormalization(1), Flatten(), Dense(1)), "Ones")
    said = [problem.sentence for problem in trace(small, 10).problems]
    said += [row.layer.describe() for row in trace(small).rows]
    said += [
        network_svg(small, trace(small)),
        to_code(small, Recipe()),
        Recipe(epochs=1, training_images=1).describe(),
    ]
    said += [p.sentence for p in trace(Network((1, 1, 1), (Flatten(), Dense(1), Conv2D(1, 1)))).problems]
    assert any("ends with 1 number," in sentence for sentence in said)
    assert "a row of 1 number." in said[-1] and "1 epoch," in said[-2] and "1 image" in said[-2]
    for sentence in said:
        assert not ONE.search(sentence), sentence
