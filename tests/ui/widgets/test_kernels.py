"""Pictures of kernels: how they are named and what is said of them."""

import numpy as np
import pytest

from core.insight import Kernels, kernels
from core.network import Conv2D, Dense, Flatten, Network, SeparableConv2D
from core.training import build_model
from core.ui.widgets.kernels import input_names, kernel_pictures, kernel_words, laid_out
from tests.pages.conftest import components, words
from tests.ui.drawn_page import drawn, html

SIGNS = "Blue is negative, orange positive."


def of(network, path):
    return kernels(build_model(network, 1), network, path)


GREY = Network((6, 6, 1), (Conv2D(3, (2, 3)), Conv2D(20, 3, padding="same"), Flatten(), Dense(10), Dense(4)))
COLOUR = Network((6, 6, 3), (Conv2D(2, 3), Conv2D(3, 2), Flatten(), Dense(10)))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ((0,), f"3 kernels of 2×3, slid over the whole input. {SIGNS} A kernel responds where"),
        ((1,), f"20 kernels of 3×3 for each of 3 input channels, slid over the whole input. {SIGNS}"),
        ((3,), "10 units, each with a weight for every pixel, one picture for each of the 20 maps that were flattened."),
        ((4,), "4 units, each with a weight for every pixel. "),
    ],
)  # fmt: skip
def test_the_caption_counts_kernels_sizes_and_what_they_read(path, sentence):
    layer = GREY.at(path)
    assert kernel_words(of(GREY, path), isinstance(layer, Dense)).startswith(sentence)


def test_the_caption_counts_one_as_one():
    ones = Network((6, 6, 1), (Conv2D(1, 1), Flatten(), Dense(1), Dense(2), Dense(100), Dense(1)))
    assert kernel_words(of(ones, (0,)), False).startswith("1 kernel of 1×1, slid")
    assert kernel_words(of(ones, (2,)), True).startswith("1 unit with a weight for every pixel. ")
    assert kernel_words(of(ones, (5,)), True).startswith("1 unit; each block of cells is one unit, with a cell")


def test_the_caption_says_what_a_unit_responds_to_in_the_colours_that_it_names():
    words_of_a_unit = kernel_words(of(GREY, (4,)), True)
    assert words_of_a_unit.endswith(
        f"{SIGNS} A unit responds to images that are bright where it is orange and dark where it is blue."
    )


def test_of_kernels_of_one_channel_sixteen_are_shown_until_all_are_wanted():
    network = Network((6, 6, 1), (Conv2D(17, 3),))
    app = pictures(network, (0,))
    assert "kernel 16" in html(app) and "kernel 17" not in html(app)
    assert app.toggle[0].label == "Show all 17 kernels"


def test_many_weights_of_a_vector_are_broken_into_lines_and_said_so():
    network = Network((6, 6, 1), (Flatten(), Dense(100), Dense(4)))
    found = of(network, (2,))
    assert kernel_words(found, True).startswith(
        "4 units; each block of cells is one unit, with a cell for each of the 100"
    )
    picture = laid_out(found.images[0, 0])
    assert picture.shape[0] > 1 and np.isin(found.images[0, 0], picture).all()
    assert laid_out(found.images[0, 0][:, :15]).shape == (1, 15)  # few stay as they are


def test_what_reads_a_colour_image_has_its_colours_and_everything_else_numbers():
    assert input_names(COLOUR, (0,), of(COLOUR, (0,))) == ["red", "green", "blue"]
    assert input_names(COLOUR, (1,), of(COLOUR, (1,))) == ["1", "2"]
    three_maps = Network((6, 6, 1), (Conv2D(3, 3), Conv2D(2, 3)))
    assert input_names(three_maps, (1,), of(three_maps, (1,))) == ["1", "2", "3"]
    assert input_names(COLOUR, (1,), of(COLOUR, (1,)), 4) == ["1", "2", "3", "4"]


def pictures(network, path, choose=None):
    return drawn(lambda: kernel_pictures(of(network, path), network, path, "here", 1, choose))


def test_kernels_of_one_channel_stand_side_by_side_and_can_be_clicked():
    assert all(f"kernel {number}" in html(pictures(GREY, (0,))) for number in (1, 2, 3))
    (data,) = components(pictures(GREY, (0,), print), "receptive_gallery")
    assert [(tile["number"], tile["label"]) for tile in data["tiles"]] == [(0, "1"), (1, "2"), (2, "3")]
    assert data["chosen"] == 1


def test_kernels_of_several_channels_are_rows_of_which_eight_are_shown_until_all_are_wanted():
    app = pictures(GREY, (1,))
    (data,) = components(app, "receptive_rows")
    assert [tile["label"] for tile in data["tiles"]] == [f"{n}" for n in range(1, 9)]
    assert data["columns"] == ["1", "2", "3"] and data["noun"] == "kernel" and not data["clickable"]
    assert "Across: its input channels. Down: the kernels." in words(app) and "are shown" not in words(app)
    app.toggle[0].set_value(True).run()
    (data,) = components(app, "receptive_rows")
    assert len(data["tiles"]) == 20


def test_of_very_many_channels_the_first_are_shown_and_it_is_said():
    images = np.zeros((2, 70, 3, 3), np.float32)
    network = Network((9, 9, 1), (Conv2D(70, 3), Conv2D(2, 3)))
    found = Kernels(images, None, of(network, (1,)).input_noun, "kernel")
    app = drawn(lambda: kernel_pictures(found, network, (1,), "here"))
    (data,) = components(app, "receptive_rows")
    assert len(data["columns"]) == 64 and "The first 64 of 70 are shown." in words(app)


def test_the_mixing_of_a_separable_layer_is_shown_with_how_to_read_it():
    network = Network((6, 6, 1), (Conv2D(3, 3), SeparableConv2D(4, 3)))
    app = pictures(network, (1,))
    assert "One row for each output channel, one column for each map above." in words(app)
    assert "weights of the 1×1 kernels" in html(app)
