"""The layer, channel and unit that pages look at, and the image."""

import numpy as np

from core.network import LENET5, Dense, Flatten, Network
from core.training import Recipe, Run
from core.ui.shell.focus import MOST_VIEWERS, Focus, ImageChoice

SMALL = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Small")


def test_a_place_in_another_network_is_forgotten_and_one_in_the_same_is_kept():
    focus = Focus()
    focus.look_into(LENET5)
    focus.look_at((2,), (1, 4, 9))
    focus.look_into(LENET5)
    assert (focus.layer, focus.channel, focus.unit) == ((2,), 9, (1, 4, 9))
    focus.look_into(SMALL)
    assert (focus.layer, focus.channel, focus.unit) == (None, 0, None)


def test_the_channel_stays_with_its_layer():
    focus = Focus()
    focus.look_at((2,), (1, 4, 9))
    focus.look_at((2,))
    assert (focus.channel, focus.unit) == (9, None)
    focus.look_at((0,))
    assert focus.channel == 0


def test_another_channel_is_looked_at_in_the_same_place():
    focus = Focus()
    focus.look_at((2,), (1, 4, 9))
    focus.look_at_channel((2,), 3)
    assert (focus.channel, focus.unit) == (3, (1, 4, 3))
    focus.look_at_channel((0,), 1)  # of another layer: the place there would be another
    assert (focus.layer, focus.channel, focus.unit) == ((0,), 1, None)
    focus.look_at((7,), (5,))
    focus.look_at_channel((7,), 2)
    assert focus.unit == (2,)


def test_a_number_is_explained_in_the_maps_that_are_drawn_and_other_layers_are_not_drawn_for_it():
    focus = Focus()
    focus.look_into(LENET5)
    focus.explain((2,), (1, 4, 9), [(0,), (2,)])
    assert (focus.alone, focus.layer, focus.unit, focus.channel) == (None, (2,), (1, 4, 9), 9)  # the whole network
    focus.close()
    assert (focus.layer, focus.unit, focus.channel) == ((2,), None, 9)
    focus.look_at((2,))
    focus.explain((1,), (0, 0, 0), [(2,), (1,)])
    assert focus.alone == (2,)  # which draws what it reads too
    focus.explain((0,), (0, 0, 0), [(2,), (1,)])
    assert focus.alone == (0,)
    focus.draw_all()
    assert (focus.alone, focus.layer, focus.unit) == (None, (0,), (0, 0, 0))
    focus.look_at_channel((2,), 1)
    assert focus.alone == (2,)
    focus.look_into(SMALL)
    assert focus.alone is None


def test_models_are_kept_for_the_runs_that_were_looked_into_last(small_mnist):
    focus = Focus()
    runs = [Run(SMALL, small_mnist, Recipe()) for _ in range(MOST_VIEWERS + 1)]
    viewers = [focus.viewer(run) for run in runs[:MOST_VIEWERS]]
    assert focus.viewer(runs[0]) is viewers[0]  # now it is the one looked into last
    focus.viewer(runs[-1])
    assert list(focus.viewers) == [*runs[2:MOST_VIEWERS], runs[0], runs[-1]]
    assert focus.viewer(runs[1]) is not viewers[1]


def test_a_picture_is_forgotten_with_all_that_was_known_of_it_and_the_drawing_stays():
    drawing = np.ones((28, 28), np.float32)
    image = ImageChoice(drawing=drawing, upload=np.zeros((4, 4, 4), np.uint8), upload_id="7", upload_problem="half")
    image.forget_upload()
    assert image.drawing is drawing
    assert (image.upload, image.upload_id, image.upload_problem) == (None, "", "")
