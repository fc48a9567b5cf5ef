"""Maps over images, pictures with captions, and the charts that can be clicked."""

import io

import numpy as np
import pytest
from PIL import Image

from core.views.charts import confusion
from core.views.images import INK_SCALE, Tile, activation_scale, captioned_png, laid_over, shown_image, signed_scale
from core.views.inside import plane


def opened(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_a_map_that_is_zero_leaves_the_image_in_grey(random):
    image = random.random((4, 5, 3))
    over = laid_over(np.zeros((4, 5)), signed_scale(np.ones(1)), image)
    np.testing.assert_allclose(over, np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2))


def test_what_speaks_for_and_against_has_the_colours_of_the_scale():
    values = np.array([[1.0, -1.0]])
    ((for_it, against),) = laid_over(values, signed_scale(values), np.zeros((1, 2, 1)))
    assert for_it[0] > for_it[2] and against[2] > against[0]  # orange, blue


@pytest.mark.parametrize("values", [np.zeros((28, 28)), np.full((28, 28), np.nan), np.random.rand(300, 2)])
def test_odd_maps_can_be_laid_over_too(values):
    over = laid_over(values, activation_scale(values), np.zeros((*values.shape, 1)))
    assert np.isfinite(over).all() and 0 <= over.min() <= over.max() <= 1


def test_a_caption_stands_under_the_pictures_whose_pixels_stay_squares(random):
    values = (random.random((28, 28)) > 0.5).astype(float)
    tiles = [Tile(values, "8 → 0", ""), Tile(random.random((28, 28, 3)), "in colours", "")]
    plain, long = (opened(captioned_png(tiles, INK_SCALE, "word " * n)) for n in (1, 200))
    assert long.shape[1] == plain.shape[1] and long.shape[0] > plain.shape[0] + 100
    np.testing.assert_array_equal(plain[16 : 16 + 196, 16 : 16 + 196, 0], np.kron(values, np.ones((7, 7))) * 255)
    many = opened(captioned_png(tiles * 8, [INK_SCALE] * 16, "Überall “é” × ✓"))
    assert many.shape[1] <= 900 + 2 * 16 and many.shape[0] > 3 * 196  # rows that wrap


def test_names_in_any_script_stand_under_their_pictures():
    names = ["猫", "Größe", "Groe", "Ωμέγα", "Привет", "한국", "ねこ", "□"]
    labels = [opened(captioned_png([Tile(np.ones((28, 28)), name, "")], None, ""))[16 + 196 :] for name in names]
    assert all((label < 128).any() for label in labels)
    assert len({label.tobytes() for label in labels}) == len(names)
    captions = [opened(captioned_png([], None, f"“{name}” for “8”")) for name in names]
    assert len({caption.tobytes() for caption in captions}) == len(names)


def test_a_long_name_makes_no_picture_wider_than_a_file():
    for name in ("猫" * 200, "W" * 200, "many words " * 30, "\u0e31" * 300):
        picture = opened(captioned_png([Tile(np.ones((28, 28)), name, "")] * 2, INK_SCALE, name))
        assert picture.shape[1] <= 900 + 2 * 16 and picture.shape[0] < 1000


def test_images_are_shown_in_their_colours_where_they_have_three():
    assert shown_image(np.zeros((5, 6, 3))).shape == (5, 6, 3)
    assert shown_image(np.zeros((5, 6, 1))).shape == shown_image(np.zeros((5, 6, 2))).shape == (5, 6)


def test_the_cell_that_is_chosen_has_the_frame_and_others_can_be_clicked():
    counts = np.arange(9).reshape(3, 3)
    spec = confusion(counts, "abc", chosen=(2, 0))
    (framed,) = (cell for cell in spec["datasets"]["cells"] if cell["chosen"])
    assert (framed["true"], framed["predicted"], framed["images"]) == ("c", "a", 6)
    assert [param["name"] for param in spec["params"]] == ["cell"]
    assert "params" not in confusion(counts, "abc")


def test_points_carry_their_number_class_answer_and_whether_it_is_wrong():
    spec = plane(np.eye(2), np.array([0, 1]), np.array([0, 0]), ("boot", "bag"), (0.5, 0.25))
    first, second = spec["datasets"]["points"]
    assert (first["sign"], first["wrong"], second["sign"], second["wrong"]) == ("0", False, "1", True)
    assert (second["number"], second["true"], second["answer"]) == (1, "bag", "boot")
    assert [param["name"] for param in spec["params"]] == ["point"]
