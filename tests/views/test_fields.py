"""Receptive fields to scale, and pictures as files."""

import io
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from core.network import Box
from core.views.fields import Nested, nested_boxes
from core.views.images import INK_SCALE, Tile, captioned_png, marked, png, shown_image, signed_scale

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
