"""On Build: buttons that mend, sums written out, the input's size, an empty start, the script on the screen."""

import pytest

from core.network import LENET5, Conv2D, Dense, Flatten, Network
from tests.pages.conftest import button, mine, words


def shown(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("key", ["B1", "B2", "B3"])
def test_a_network_without_an_end_becomes_ready_by_two_buttons(app, key):
    app.selectbox(key="build/0/preset").set_value(key).run()
    button(app, "Change the input to 28×28×1").click().run()
    if key == "B1":  # the others need larger images than these
        button(app, "Add Flatten and Dense 10").click().run()
        assert not app.exception
        assert mine(app).editor.network.layers[-2:] == (Flatten(), Dense(10, "softmax"))
        assert "ready to learn" in words(app)


def test_advice_with_a_cure_is_followed_by_one_button_and_undone(app):
    network = Network((28, 28, 1), (Conv2D(4, 3, activation="sigmoid"), Flatten(), Dense(10, "softmax")), "Mine")
    mine(app).editor.open(network)
    app.run()
    assert "Layer 1 has sigmoid in the middle" in words(app)
    button(app, "Use relu there").click().run()
    assert mine(app).editor.network.at((0,)).activation == "relu"
    assert "in the middle" not in words(app)
    button(app, "Undo").click().run()
    assert mine(app).editor.network == network


def test_a_cure_of_a_network_that_has_changed_meanwhile_does_nothing(app):
    mine(app).editor.open(Network((28, 28, 1), (Flatten(), Dense(10)), "Mine"))
    app.run()
    mine(app).editor.edit(LENET5)  # in another window
    button(app, "Give layer 2 softmax").click().run()
    assert mine(app).editor.network == LENET5


def test_the_open_layers_sums_are_written_out_and_follow_its_settings(app):
    app.button(key="select/3").click().run()
    assert "(5·5·6 + 1)·16 = 2,416" in shown(app) and "⌊(14 − 5)/1⌋ + 1 = 10" in shown(app)
    app.number_input(key="layer/0/3/filters").set_value(12).run()
    assert "(5·5·6 + 1)·12 = 1,812" in shown(app)


def test_the_inputs_size_can_be_changed(app):
    app.number_input(key="build/0/input/0").set_value(32).run()
    assert mine(app).editor.network.input_shape == (32, 28, 1)
    app.number_input(key="build/0/input/2").set_value(3).run()
    assert mine(app).editor.network.input_shape == (32, 28, 3)
    assert not app.exception


def test_one_can_start_empty_and_take_a_ready_made_end(app):
    button(app, "Start empty").click().run()
    assert not app.exception and mine(app).editor.network.layers == ()
    assert button(app, "Start empty").disabled
    button(app, "Add global average pooling and Dense 10").click().run()
    assert "ready to learn" in words(app)
    button(app, "Undo").click().run()
    button(app, "Undo").click().run()
    assert mine(app).editor.network == LENET5


def test_the_script_is_on_the_screen(app):
    assert any("keras.Sequential" in code.value or "layers.Conv2D(" in code.value for code in app.code)
    app.selectbox(key="build/0/preset").set_value("A1").run()
    assert any("Dense" in code.value and "import keras" in code.value for code in app.code)
