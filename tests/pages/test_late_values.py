"""A value and a press that reach the server together, in either order: what is typed belongs to its layer alone."""

import pytest

from core.network import LENET5, PRESETS, Conv2D
from tests.pages.conftest import button, mine


def typed(app, filters=9):
    """A number in the open layer's field that has not been sent yet."""
    (field,) = [one for one in app.number_input if one.label == "Filters"]
    return field.set_value(filters)


def test_undo_does_not_hand_a_late_value_to_the_layer_that_stands_there_now(app):
    button(app, "Duplicate").click().run()  # layer 2 is a convolution, as undo brings its pooling back
    typed(app)
    button(app, "Undo").click()
    app.run()
    assert not app.exception
    assert mine(app).editor.network == LENET5


def test_a_layer_that_is_deleted_takes_its_late_value_with_it(app):
    typed(app)
    button(app, "Delete").click()
    app.run()
    assert not app.exception
    assert mine(app).editor.network.layers == LENET5.layers[1:]


@pytest.mark.parametrize("preset", ["VGG", "ResNet", "B2"])
def test_a_preset_is_opened_as_published_whatever_was_typed_before(app, preset):
    typed(app)
    app.text_input(key="build/0/name").set_value("Mine")
    app.selectbox(key="build/0/preset").set_value(preset)
    app.run()
    assert not app.exception
    assert mine(app).editor.network == PRESETS[preset].network


@pytest.mark.parametrize(("move", "place"), [("Down", 1), ("Duplicate", 0)])
def test_a_layer_that_moves_takes_its_late_value_along(app, move, place):
    typed(app)
    button(app, move).click()
    app.run()
    assert not app.exception
    layers = mine(app).editor.network.layers
    assert layers[place] == LENET5.layers[0].replaced(filters=9)
    others = [layer for n, layer in enumerate(layers) if n != place]
    assert [layer for layer in others if isinstance(layer, Conv2D)][-1] == LENET5.layers[2]


def test_another_layer_is_opened_and_the_value_goes_to_the_one_before(app):
    typed(app)
    app.button(key="select/3").click()
    app.run()
    assert not app.exception
    editor = mine(app).editor
    assert editor.selected == (2,)
    assert (editor.network.at((0,)).filters, editor.network.at((2,)).filters) == (9, 16)


def test_a_late_join_does_not_bring_back_a_branch_that_was_removed(app):
    button(app, "Inception block").click().run()
    editor = mine(app).editor
    app.selectbox(key=f"layer/{editor.widgets}/2/merge").set_value("add")
    button(app, "Add a branch").click()
    app.run()
    assert not app.exception
    block = editor.network.at((1,))
    assert (block.merge, len(block.branches)) == ("add", len(LENET5.inserted((1,), block).at((1,)).branches))
    assert block.branches[-1] == ()
