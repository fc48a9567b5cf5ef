"""The figures of the whole network on Build, and how the last edit has changed them."""

import pytest

from core.network import Conv2D, Dense, Flatten, Network, trace
from core.ui.pages.build.totals import sees_words, totals
from core.ui.shell.session import Session
from tests.ui.drawn_page import drawn

SMALL = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")))  # 7,850 parameters
LARGE = Network((28, 28, 1), (Flatten(), Dense(100, "relu"), Dense(10, "softmax")))  # 79,510
BROKEN = Network((28, 28, 1), (Flatten(), Conv2D(4, 3)))


def figures(*networks):
    """Label → (value, change) after these edits."""
    mine = Session()
    for network in networks:
        mine.editor.edit(network)
    app = drawn(lambda: totals(mine, trace(mine.editor.network)))
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def test_what_grows_has_a_plus_and_what_shrinks_a_minus():
    grown, shrunk = figures(SMALL, LARGE), figures(LARGE, SMALL)
    assert grown["Parameters"] == grown["Trainable"] == ("79,510", "+71,660")
    assert shrunk["Parameters"] == shrunk["Trainable"] == ("7,850", "−71,660")
    assert grown["Multiply-adds"] == ("79,400", "+71,560") and shrunk["Multiply-adds"] == ("7,840", "−71,560")


def test_what_stays_has_no_change():
    conv = Network((28, 28, 1), (Conv2D(2, 5), Flatten(), Dense(10, "softmax")))
    tanh = conv.replaced((0,), Conv2D(2, 5, activation="tanh"))
    found = figures(conv, tanh)
    assert not any(change for _, change in found.values())


def test_the_last_maps_view_is_told_with_what_it_was():
    near = Network((28, 28, 1), (Conv2D(2, 3), Flatten(), Dense(10, "softmax")))
    far = near.replaced((0,), Conv2D(2, (5, 7)))
    assert figures(near, far)["Last map sees"] == ("5×7", "was 3×3")
    assert figures(near, SMALL)["Last map sees"][0] == "–"  # there is no map


def test_a_network_that_cannot_work_has_dashes():
    found = figures(SMALL, BROKEN)
    assert {value for value, _ in found.values()} == {"–"} and not any(change for _, change in found.values())


@pytest.mark.parametrize(("network", "parameters"), [(SMALL, 7_850), (LARGE, 79_510)])
def test_memory_is_that_of_weights_and_of_a_batch(network, parameters):
    activations = trace(network).activation_values
    size = 4 * (4 * parameters + 2 * 128 * activations)  # four numbers a weight; each activation with its gradient
    assert figures(network)["Memory, batch 128"][0] == f"{size / 1e6:.1f} MB"


@pytest.mark.parametrize(
    ("layer", "words"), [(Conv2D(1, (3, 5)), "3×5"), (Conv2D(1, (15, 3)), "15×3"), (Dense(3), "all 28×28")]
)
def test_a_view_is_height_by_width(layer, words):
    network = Network((28, 28, 1), (layer,) if isinstance(layer, Conv2D) else (Flatten(), layer))
    assert sees_words(trace(network).rows[-1].field) == words
