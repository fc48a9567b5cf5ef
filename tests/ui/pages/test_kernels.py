"""What the panels of a kernel say where nothing excites it: with figures, and one as the other."""

import numpy as np
import pytest

from core.insight import best_patches, most_exciting
from core.insight.maximisation import Excited
from core.insight.responses import exceeds
from core.network import Conv2D, Network
from core.training import build_model
from core.ui.pages.kernels import exciting, patches


@pytest.mark.parametrize(
    ("response", "other", "expected"),
    [
        (0.5, 0.4, True),
        (0.4, 0.5, False),
        (0.50003, 0.5, False),
        (0.5001, 0.5, True),
        (1e-7, 0, False),
        (1e-5, 0, True),
    ],
)
def test_what_rounding_leaves_is_no_difference(response, other, expected):
    assert exceeds(response, other) is expected


@pytest.mark.parametrize(
    ("strongest", "empty", "expected"),
    [
        (0.0, 0.0, "Nothing: its response is 0 at most on 2,000 test images, so it is silent."),
        (3e-9, 0.0, "Nothing: its response is 3e−09 at most on 2,000 test images, so it is silent."),
        (-0.25, -0.3, "Nothing: its response is −0.25 at most on 2,000 test images, so it is silent."),
        (0.31, 0.31, "No ink: its response is 0.31 at most on 2,000 test images, and 0.31 on an empty image."),
        (0.31, 0.45, "No ink: its response is 0.31 at most on 2,000 test images, and 0.45 on an empty image."),
        (0.32, 0.31, None),
    ],
)
def test_test_images_that_do_not_excite_a_kernel(strongest, empty, expected):
    assert patches.none_found(strongest, empty, 2000) == expected


@pytest.mark.parametrize(
    ("before", "after", "empty", "expected"),
    [
        (0.0, 0.0, 0.0, "Nothing was found: its response is 0 to noise, and no change of it raised that."),
        (-0.25, -0.25, 0.0, "Nothing was found: its response is −0.25 to noise, and no change of it raised that."),
        (0.31, 0.31, 0.31, "No ink: its response is 0.31 to noise, and 0.31 to an empty image."),
        (0.97, 0.97, 0.31, None),  # the noise itself is shown
        (0.0, 0.1, 0.0, None),
        (0.1, 0.31, 0.31, None),  # from noise to an empty image
    ],
)
def test_noise_that_does_not_excite_a_kernel(before, after, empty, expected):
    assert exciting.none_found(Excited(np.zeros((1, 1, 1)), before, after, empty, empty)) == expected


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (
            2.0,
            "the pixels of noise were changed until this kernel responded as strongly as it could in the middle of its map.",
        ),
        (1.0, "of much noise this excites the kernel most (1), and changing it led only down."),
        (0.95, "noise excites this kernel as much (1); pixels that do not matter were made dark."),
    ],
)
def test_how_an_image_came_about_is_told(after, words):
    assert exciting.how(Excited(np.zeros((1, 1, 1)), 1.0, after, 0.0, 0.0), "kernel") == words


@pytest.mark.parametrize(("weight", "bias", "begins"), [(0, 0.25, "No ink"), (-1, -0.5, "Nothing"), (1, -1, None)])
def test_both_panels_judge_a_kernel_alike(weight, bias, begins, mnist):
    network = Network((28, 28, 1), (Conv2D(1, 5, activation="relu"),))
    model = build_model(network)
    model.set_weights([np.full((5, 5, 1, 1), weight, np.float32), np.array([bias], np.float32)])
    strongest, empty = (
        best_patches(model, network, (0,), images, count=1)[0][0].value
        for images in (mnist.x_test[:50], np.zeros((1, 28, 28, 1), np.float32))
    )
    said = patches.none_found(strongest, empty, 50), exciting.none_found(most_exciting(model, network, (0,), 0))
    if begins is None:
        assert said == (None, None)
    else:
        assert all(words.startswith(begins) for words in said)
