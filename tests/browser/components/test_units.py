"""The units of feature maps: their numbers, what they read, and the way from one to the next."""

import numpy as np


def test_a_unit_of_a_flattened_layer_reads_one_number(module):
    call = module("units")
    shape = [2, 3, 4]  # rows, columns, maps
    place = np.ravel_multi_index((1, 2, 3), shape)
    found = call("readBy", {"flattened": shape}, {"map": int(place), "row": 0, "column": 0}, 1)
    assert found == [3, [1, 2, 2, 3]]


def test_boxes_that_are_no_grid_are_found_by_their_place(module):
    call = module("units")
    boxes = [[row, column, row + 1, column + 1] for row in range(2) for column in range(3)]
    assert call("boxOf", {"boxes": boxes}, 1, 2, 3) == [1, 2, 2, 3]
    assert call("boxOf", None, 1, 2, 3) is None


def test_the_strongest_unit_is_the_one_with_the_largest_number_and_of_none_the_middle(module):
    call = module("units")
    stage = {"id": "2", "maps": 2, "rows": 3, "columns": 4, "levels": [0] * 24}
    assert call("strongest", stage) == {"id": "2", "map": 0, "row": 1, "column": 2}
    stage["levels"][12 + 2 * 4 + 3] = 9
    stage["levels"][5] = 8
    assert call("strongest", stage) == {"id": "2", "map": 1, "row": 2, "column": 3}
    stage["levels"][12:] = [9] * 12
    assert call("strongest", stage) == {"id": "2", "map": 1, "row": 1, "column": 2}


def test_a_picture_says_in_the_right_number_what_it_holds(module):
    call = module("units")
    for channels, vector, words in ((1, False, "1 feature map"), (6, False, "6 feature maps"), (1, True, "1 unit")):
        stage = {"channels": channels, "vector": vector, "title": "2 · Flatten"}
        assert call("contents", stage) == f"{words} of 2 · Flatten."
