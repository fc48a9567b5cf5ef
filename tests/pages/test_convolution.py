"""A convolution by hand, as a visitor does it."""

import numpy as np
import pytest

from core.training.pretrained import pretrained_weights
from core.ui.pages.convolution.state import EXAMPLES, TYPED, ConvolutionState, named_kernels
from tests.learn.test_convolution_layer import by_keras
from tests.pages.conftest import components, mine, opened, words


def own(app) -> ConvolutionState:
    return mine(app).state(ConvolutionState)


def grids(app) -> dict[str, dict]:
    (data,) = components(app, "receptive_grids")
    return {grid["id"]: grid for band in data["bands"] for grid in band["grids"]}


def field(app, name: str):
    return app.number_input(key=f"convolution/{name}/{own(app).turn}")


def output(app, channel: int = 0) -> np.ndarray:
    return np.array(grids(app)[f"output/{channel}"]["values"])


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_works_and_the_line_of_keras_run_with_its_kernels_gives_its_output(app, example):
    opened(app, "convolution")
    app.button(key=f"convolution/example/{example}").click().run()
    state, found = own(app), grids(app)
    layer = state.layer
    assert not app.exception and not app.warning
    assert app.code[0].value == layer.keras[0]
    image = np.array([found[f"input/{i}"]["values"] for i in range(layer.inputs)])
    kernels = np.array(
        [[found[f"kernel/{o}/{i}"]["values"] for i in range(layer.per_group)] for o in range(layer.outputs)]
    )
    biases = np.array([found[f"bias/{o}"]["values"][0][0] for o in range(layer.outputs)])
    expected = by_keras(layer, image, kernels, biases)
    np.testing.assert_allclose([output(app, o) for o in range(layer.outputs)], expected, atol=1e-4)
    for formula in (layer.size_formula, layer.parameters, layer.products):
        assert f"{formula.letters} = {formula.numbers} = **{formula.value:,}**" in words(app)


def test_the_first_picture_finds_the_edge_and_a_flip_turns_its_sign(app):
    opened(app, "convolution")
    np.testing.assert_array_equal(output(app), [[0, 30, 30, 0]] * 4)
    assert "cross-correlation" in words(app) and "in 8 numbers of 16" in words(app)
    app.toggle(key=f"convolution/flip/{own(app).turn}").set_value(True).run()
    np.testing.assert_array_equal(output(app), [[0, -30, -30, 0]] * 4)
    assert any("turned by 180°, `kernel[::-1, ::-1]`" in one.value for one in app.caption)


def test_a_named_kernel_is_set_for_one_output_channel_and_typing_takes_the_name_away(app):
    opened(app, "convolution")
    field(app, "outputs").set_value(2).run()
    app.segmented_control(key=f"convolution/into/2/{own(app).turn}").set_value(1).run()
    first = grids(app)["kernel/0/0"]["values"]

    def choice():
        return next(one for one in app.selectbox if one.key.startswith("convolution/named"))

    choice().select("Blur").run()
    assert grids(app)["kernel/1/0"]["values"][1][1] == 0.25 and grids(app)["kernel/0/0"]["values"] == first
    assert choice().value == "Blur"
    own(app).take({("kernel/1/0", 1, 1): 0.5})
    app.run()
    assert choice().value == TYPED
    choice().select("LeNet-5, learned kernel 3").run()
    learned = pretrained_weights("lenet5")[0][:, :, 0, 2]
    np.testing.assert_allclose(grids(app)["kernel/1/0"]["values"], learned, atol=0.005)
    assert field(app, "kernel").value == 5 and len(output(app)) == 2


def test_what_is_typed_goes_to_its_channel_row_and_column(app):
    opened(app, "convolution")
    field(app, "channels").set_value(3).run()
    field(app, "outputs").set_value(2).run()
    before = grids(app)
    own(app).take({("input/2", 1, 4): 31.0, ("kernel/1/2", 0, 1): 32.0, ("bias/1", 0, 0): 33.0})
    app.run()
    found = grids(app)
    assert found["input/2"]["values"][1][4] == 31 and found["kernel/1/2"]["values"][0][1] == 32
    assert found["bias/1"]["values"] == [[33.0]]
    changed = {name for name in found if found[name]["values"] != before[name]["values"]}
    assert changed == {"input/2", "kernel/1/2", "bias/1", "output/0", "output/1"}


def test_numbers_that_settings_cut_off_are_there_again_and_all_survives_another_page(app):
    opened(app, "convolution")
    own(app).take({("input/0", 5, 5): 123.0, ("kernel/0/0", 2, 2): -7.0, ("bias/0", 0, 0): 0.5})
    app.run()
    assert output(app)[3, 3] == pytest.approx(-7 * 123 + 0.5)
    field(app, "n").set_value(4).run()
    field(app, "kernel").set_value(2).run()
    assert output(app).shape == (3, 3)
    opened(app, "build")
    opened(app, "convolution")
    assert field(app, "n").value == 4
    field(app, "n").set_value(6).run()
    field(app, "kernel").set_value(3).run()
    assert output(app)[3, 3] == pytest.approx(-7 * 123 + 0.5)


@pytest.mark.parametrize("settings, words_", [
    ({"n": 2}, "A kernel of 3×3 does not fit into 2×2 cells"),
    ({"dilation": 3}, "A kernel of 3×3 with dilation 3 covers 7×7 cells, which does not fit into 6×6"),
    ({"channels": 3, "groups": 2}, "3 input channels and 1 output channel cannot be parted into 2 groups"),
    ({"channels": 1, "groups": 3}, "cannot be parted into 3 groups"),
])  # fmt: skip
def test_what_does_not_fit_is_said_and_the_numbers_stay(app, settings, words_):
    opened(app, "convolution")
    for name, value in settings.items():
        field(app, name).set_value(value).run()
    assert words_ in app.warning[0].value.replace("\\", "") and not app.exception
    assert {"input/0", "kernel/0/0", "bias/0"} <= set(grids(app)) and "output/0" not in grids(app)
    app.button(key="convolution/example/edge").click().run()
    assert not app.warning and output(app).shape == (4, 4)


def test_padding_stride_dilation_and_what_keras_cannot_do_are_said(app):
    opened(app, "convolution")
    app.segmented_control(key=f"convolution/padding/{own(app).turn}").set_value("same").run()
    assert output(app).shape == (6, 6) and grids(app)["input/0"]["pad"] == [1, 1]
    assert "Padding puts zeros around the input (dashed): 1 before, 1 behind." in words(app)
    app.segmented_control(key=f"convolution/padding/{own(app).turn}").set_value("number").run()
    field(app, "zeros").set_value(2).run()
    assert output(app).shape == (8, 8) and "ZeroPadding2D(2)" in app.code[0].value
    field(app, "stride").set_value(2).run()
    field(app, "dilation").set_value(2).run()
    assert any("each 2nd number is kept" in one.value for one in app.caption)
    assert "the kernel covers 5×5 cells" in words(app)
    app.toggle(key=f"convolution/backwards/{own(app).turn}").set_value(True).run()
    assert not app.code and "takes a stride or a dilation, not both" in words(app) and not app.exception


def test_the_dense_layer_is_named_and_patches_fill_every_channel(app):
    opened(app, "convolution")
    app.button(key="convolution/example/dense").click().run()
    assert (
        "at each of the 4·4 positions this is the same dense layer over 3 channels, `keras.layers.Dense(2)`"
        in words(app)
    )
    for key in ("patch/mnist", "patch/fashion_mnist", "random"):
        before = [grids(app)[f"input/{i}"]["values"] for i in range(3)]
        app.button(key=f"convolution/{key}").click().run()
        now = [grids(app)[f"input/{i}"]["values"] for i in range(3)]
        assert all(one != other for one, other in zip(before, now, strict=True)) and now[0] != now[1]


def test_two_visitors_share_no_numbers():
    one, other = ConvolutionState(), ConvolutionState()
    one.restart(EXAMPLES["transposed"])
    one.take({("input/0", 0, 0): 99.0, ("kernel/0/0", 0, 0): 99.0, ("bias/0", 0, 0): 99.0})
    assert other.image[0, 0, 0] == 10 and other.own_kernels[0, 0, 0, 0] == 1 and other.biases[0] == 0
    one.name_kernel("Identity")
    one.take({("kernel/0/0", 0, 0): 99.0})
    assert named_kernels()["Identity"][0, 0] == 0
