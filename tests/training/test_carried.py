"""Weights that stay when a network is edited."""

import numpy as np

from core.network import LENET5, Conv2D
from core.training import build_model
from core.training.carried import carry_weights
from core.training.model import layer_name
from core.ui.shell.editor import Editor


def places(editor):
    return {editor.identity_at(path): path for path, _ in editor.network.walk()}


def carried(change):
    """LeNet-5 in the editor, edited: (the old model, the new one, its paths that kept their weights)."""
    editor = Editor()
    old, before = build_model(LENET5, 1), places(editor)
    change(editor)
    new = build_model(editor.network, 2)
    return old, new, carry_weights(old, before, new, places(editor))


def weights(model, path):
    return model.get_layer(layer_name(path)).get_weights()


def test_other_filters_leave_the_layers_that_do_not_meet_them():
    def widen(editor):
        editor.change(editor.identity_at((2,)), lambda net, at: net.replaced(at, net.at(at).replaced(filters=8)))

    old, new, kept = carried(widen)
    assert kept == {(0,), (6,), (7,)}  # 2 has other filters, and 5 reads more of them
    for path in kept:
        for one, other in zip(weights(old, path), weights(new, path)):
            np.testing.assert_array_equal(one, other)
    assert weights(new, (2,))[0].shape == (5, 5, 6, 8)


def test_a_layer_that_moved_takes_its_weights_along():
    def insert(editor):
        first = editor.identity_at((0,))
        editor.change(first, lambda net, at: net.inserted(at, Conv2D(1, (3, 3), padding="same")))

    old, new, kept = carried(insert)
    assert kept == {(1,), (3,), (6,), (7,), (8,)}
    np.testing.assert_array_equal(weights(old, (2,))[0], weights(new, (3,))[0])
