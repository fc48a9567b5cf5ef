"""The convolution as a picture: which grids there are, and what is said of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.learn.convolution_layer import ConvolutionLayer
from core.views.convolution import convolution_data, flip_sentence, unfitting_data
from tests.learn.test_convolution_layer import layers, numbers


def grids_of(data) -> dict[str, dict]:
    return {grid["id"]: grid for band in data["bands"] for grid in band["grids"]}


@given(layers(), st.integers(0, 99))
def test_the_cells_that_belong_together_make_the_output(layer, seed):
    """The sum that the browser writes of the numbers shown, by the geometry alone, is the number shown."""
    data = convolution_data(layer, *numbers(layer, seed))
    grids, geometry = grids_of(data), data["geometry"]
    k, s, d, before = (geometry[name] for name in ("kernel", "stride", "dilation", "before"))
    for o in range(layer.outputs):
        output = grids[f"output/{o}"]
        found = np.zeros((output["rows"], output["columns"]))
        for pair in (one for one in geometry["pairs"] if one["kernel"].startswith(f"kernel/{o}/")):
            ((large,), (small,)) = pair["large"], pair["small"]
            weights = np.array(grids[pair["kernel"]]["values"])
            weights = weights[::-1, ::-1] if geometry["flip"] else weights
            for row, column, y, x in np.ndindex(geometry["size"], geometry["size"], k, k):
                top, left = row * s + y * d - before, column * s + x * d - before
                if not (0 <= top < grids[large]["rows"] and 0 <= left < grids[large]["columns"]):
                    continue
                if large == output["id"]:
                    found[top, left] += weights[y, x] * grids[small]["values"][row][column]
                else:
                    found[row, column] += weights[y, x] * grids[large]["values"][top][left]
        bias = grids[output["bias"]]["values"][0][0] if output["bias"] else 0
        np.testing.assert_allclose(found + bias, output["values"], atol=1e-9)
        assert f"output/{o}" in data["sums"] and not output["editable"]


def test_padding_is_drawn_and_each_grid_is_called_by_its_channels():
    layer = ConvolutionLayer(5, 2, 2, 3, padding=1)
    grids = grids_of(convolution_data(layer, *numbers(layer)))
    assert grids["input/1"]["pad"] == [1, 1] and grids["input/1"]["noun"] == "input, channel 2"
    assert grids["kernel/1/0"]["noun"] == "kernel for output channel 2, input channel 1"
    assert grids["output/0"]["noun"] == "output, channel 1" and grids["bias/1"]["noun"] == "bias for output channel 2"
    layer = ConvolutionLayer(5, 3, 3, 3, groups=3, bias=False)
    grids = grids_of(convolution_data(layer, *numbers(layer)))
    assert set(grids) == {f"{kind}{at}" for at in range(3) for kind in ("input/", "output/")} | {
        f"kernel/{at}/0" for at in range(3)
    }
    data = unfitting_data(ConvolutionLayer(2), *numbers(ConvolutionLayer(2)))
    assert set(grids_of(data)) == {"input/0", "kernel/0/0", "bias/0"} and data["geometry"] is None


def test_what_a_flip_does_is_said():
    layer = ConvolutionLayer(5)
    assert flip_sentence(layer, True, 0).endswith(
        "Here both give the same: turned by 180°, the kernels are the same."
    )
    assert "yet on this input both give the same" in flip_sentence(layer, False, 0)
    assert flip_sentence(layer, False, 4).endswith("gives another output, in 4 numbers of 9.")
    assert "Kernels are turned by 180°" in flip_sentence(ConvolutionLayer(5, flip=True), False, 4)
