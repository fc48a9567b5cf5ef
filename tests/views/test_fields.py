"""Receptive fields to scale, and pictures as files."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core.network import Box
from core.views.fields import Nested, nested_boxes
from core.views.images import INK_SCALE, SCALE_PX, Scale, Tile, captioned_png, marked, png, shown_image, signed_scale
from core.views.lettering import LINE_PX, lettered
from core.views.theme import INK, MAGMA, SIGNED

SVG = "{http://www.w3.org/2000/svg}"


def labels(svg: str) -> list[str]:
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_each_box_is_drawn_to_scale_with_the_numbers_of_all_layers_that_have_it():
    same = Box(2, 2, 8, 8)
    layers = [Nested("1", Box(4, 4, 6, 7)), Nested("2", same, True), Nested("3", same), Nested("5", same)]
    svg = nested_boxes(np.zeros((10, 10)), [*layers, Nested("6", Box(0, 0, 0, 0))], "nested", side_px=100)
    assert labels(svg) == ["2–5: 6×6", "1: 2×3"]  # the outer one above
    widths = {rect.get("width") for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect")}
    assert widths == {"100", "27", "57"}  # lines lie 1.5 within the box


def test_a_drawing_for_a_file_carries_its_caption_and_no_word_breaks_it():
    svg = nested_boxes(
        np.zeros((4, 4, 3), np.uint8), [Nested("<1>", Box(0, 0, 2, 2))], 'a "quoted" < b', caption="A & b"
    )
    assert labels(svg) == ["<1>: 2×2", "A & b"]


def test_marked_cells_have_a_ring_and_the_box_a_frame():
    marks = np.zeros((4, 4), bool)
    marks[1, 2] = True
    plain = marked(np.zeros((4, 4)), INK_SCALE, 9)
    drawn = marked(np.zeros((4, 4)), INK_SCALE, 9, Box(0, 0, 2, 4), marks)
    assert plain.shape == (36, 36, 3) and not plain.any()
    changed = drawn.any(axis=2)
    assert changed[10, 19] and not changed[13, 22]  # the ring, and its middle
    assert changed[0].all() and changed[17].all() and not changed[18:].any()


def test_colours_pass_through_pictures_unchanged(random):
    image = random.random((5, 7, 3), np.float32)
    colours = shown_image(image)
    assert (
        np.asarray(Image.open(io.BytesIO(png(colours, INK_SCALE))).convert("RGB")) == np.round(colours * 255)
    ).all()
    assert shown_image(image[..., :1]).shape == shown_image(image[..., :2]).shape == (5, 7)


def test_a_picture_file_holds_its_tiles_at_their_size_and_a_caption_below(random):
    tiles = [Tile(random.normal(size=(10, 10)), "5×5 – “before”", "") for _ in range(2)]
    scale = signed_scale(tiles[0].values)
    short = Image.open(io.BytesIO(captioned_png(tiles, scale, "One line.", 8)))
    long = Image.open(io.BytesIO(captioned_png(tiles, scale, "Many words. " * 40, 8)))
    assert short.width == long.width and long.height > short.height + 100
    wrapped = Image.open(io.BytesIO(captioned_png(tiles * 10, None, "", 8)))
    assert wrapped.width < 1000
    assert Image.open(io.BytesIO(captioned_png([], None, "Nothing here.", 8))).height > 20


def test_only_the_chosen_box_and_its_words_are_bold():
    layers = [Nested("1", Box(4, 4, 6, 6)), Nested("2", Box(2, 2, 8, 8), True)]
    svg = ElementTree.fromstring(nested_boxes(np.zeros((10, 10)), layers, "nested", side_px=100))
    assert {text.text: text.get("font-weight") for text in svg.iter(f"{SVG}text")} == {
        "2: 6×6": "700",
        "1: 2×2": None,
    }
    boxes = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("stroke")]
    weights = {(rect.get("width"), rect.get("stroke")): float(rect.get("stroke-width")) for rect in boxes}
    assert all(weights["57", colour] > weights["17", colour] for colour in {colour for _, colour in weights})
    assert boxes[-1].get("width") == "57"  # on top


def test_a_frame_is_as_high_and_as_wide_as_its_box():
    """Rows before columns: one row of four cells, from the second column on."""
    drawn = marked(np.zeros((3, 6)), INK_SCALE, 8, Box(1, 1, 2, 5)).any(axis=2)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) == (8, 16, 8, 40)
    assert not marked(np.zeros((3, 6)), INK_SCALE, 8, Box(1, 1, 1, 5)).any()


def page(tiles, scale, caption="", cell=8):
    return np.asarray(Image.open(io.BytesIO(captioned_png(tiles, scale, caption, cell))).convert("L"))


def test_pictures_of_a_file_stand_apart_in_rows_from_left_to_right():
    tiles = [Tile(np.full((10, 10), level), "", "") for level in (0.0, 0.2, 0.4)]
    drawn = page(tiles, [INK_SCALE] * 3, cell=40)  # 400 wide: two fit into 900 with what is between
    assert drawn.shape[1] == 400 + 12 + 400 + 2 * 16
    for level, left, top in ((0, 16, 16), (51, 428, 16), (102, 16, 16 + 400 + 8)):
        assert (drawn[top : top + 400, left : left + 400] == level).all()
    assert (drawn[16:416, 416:428] == 255).all() and (drawn[416:424] == 255).all()


@pytest.mark.parametrize(
    ("scale", "marks"), [(Scale(-2, 2, SIGNED), ("−2", "0", "2")), (Scale(0, 5, MAGMA), ("0", "5"))]
)
def test_the_scale_of_a_file_runs_from_its_low_end_to_its_high_one(scale, marks):
    drawn = page([Tile(np.zeros((10, 10)), "", "")], scale)
    words = drawn[16 + 88 + 11 : 16 + 88 + 11 + LINE_PX, 16 : 16 + SCALE_PX]
    for number, mark in enumerate(marks):
        ink = np.asarray(lettered(mark))
        left = round(number / (len(marks) - 1) * (SCALE_PX - ink.shape[1]))
        np.testing.assert_array_equal(words[:, left : left + ink.shape[1]], 255 - ink)
    bar = page([Tile(np.zeros((10, 10)), "", "")], Scale(0, 1, INK))[16 + 88 : 16 + 88 + 10, 16 : 16 + SCALE_PX]
    assert (np.diff(bar[5].astype(int)) >= 0).all() and (bar[5, 0], bar[5, -1]) == (0, 255)
