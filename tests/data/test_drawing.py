"""A drawing becomes what MNIST's makers would have made of it: MNIST itself is the oracle."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from PIL.ImageFilter import GaussianBlur

from core.data import (
    STEPS,
    digits_from_pixels,
    digits_from_strokes,
    from_pixels,
    from_strokes,
    steps_of_pixels,
    steps_of_strokes,
)
from core.data.pieces import components
from core.training import pretrained
from tests.data.handwriting import DIGITS, LIGHTS, PENS, arc, inked, photo, placed

# A 3, roughly as a mouse would draw it on a canvas of 280 pixels.
THREE = np.array(
    [(80, 70), (120, 45), (170, 50), (190, 85), (165, 120), (130, 135), (175, 150), (195, 190), (160, 230), (110, 235), (75, 210)],
    float,
)  # fmt: skip


def answers(images):
    return np.argmax(pretrained("lenet5")(np.stack(images)[..., np.newaxis], training=False), axis=1)


def centre_of_mass(image):
    rows, columns = np.indices(image.shape)
    return (image * rows).sum() / image.sum(), (image * columns).sum() / image.sum()


def side(image):
    """The longer side of the ink's box."""
    rows, columns = (np.flatnonzero((image > 0.05).any(axis=axis)) for axis in (1, 0))
    return max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1


@pytest.mark.parametrize(
    "make", [lambda: from_strokes([THREE], 18), lambda: from_pixels(photo([THREE], 18))], ids=["strokes", "pixels"]
)
def test_the_ink_fills_mnists_box_and_is_centred_by_mass(make):
    image = make()
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert image.min() >= 0 and image.max() <= 1
    assert side(image) in (19, 20, 21)
    assert centre_of_mass(image) == pytest.approx((14, 14), abs=1 / 8)


def test_ink_that_is_mostly_at_one_end_stops_at_the_edge_and_none_comes_in_at_the_other():
    scribble = np.array([(x, y) for x in range(0, 30, 2) for y in (20, 240)], float)
    image = from_strokes([scribble, np.array([(0.0, 130.0), (270.0, 130.0)])], 9)
    columns = np.flatnonzero((image > 0.05).any(axis=0))
    assert centre_of_mass(image)[1] < 13.5  # it would have to go on, to be centred
    assert columns[-1] == 27 and columns[0] == 7


def test_mnist_centres_its_own_images_on_pixel_14(mnist):
    centres = np.array([centre_of_mass(image[..., 0] / 255.0) for image in mnist.x_train[:1000]])
    assert centres.mean(axis=0) == pytest.approx((14, 14), abs=0.05)
    assert np.abs(centres - 14).max() < 0.75


def test_the_pen_is_as_wide_as_mnists(mnist):
    """2·area/outline estimates the width of a stroke."""

    def width(image):
        big = np.kron(image, np.ones((8, 8))) > 0.5
        outline = (big[1:] != big[:-1]).sum() + (big[:, 1:] != big[:, :-1]).sum()
        return 2 * big.sum() / (outline * np.pi / 4) / 8

    usual = np.median([width(image[..., 0] / 255.0) for image in mnist.x_train[:1000]])
    assert width(from_strokes([THREE], 18)) == pytest.approx(usual, rel=0.2)


def steepness(images):
    """Shares of the grey steps between neighbours, from faint to hard."""
    steps = np.concatenate([np.abs(np.diff(images, axis=axis)).ravel() for axis in (1, 2)])
    counts, _ = np.histogram(steps, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01])
    return counts / counts.sum()


def test_the_pens_edge_is_as_soft_as_mnists(mnist):
    """MNIST's own digits, drawn anew: as many hard and faint steps as before; a quarter of a pixel of blur would show."""
    originals = mnist.x_train[:250, ..., 0] / 255.0
    drawn = np.stack([from_pixels(image) for image in mnist.x_train[:250, ..., 0]])
    blurred = [
        Image.fromarray(np.kron(image, np.ones((8, 8), np.float32)) * 255).convert("L").filter(GaussianBlur(2))
        for image in drawn
    ]
    blurred = np.stack([np.asarray(image.reduce(8), float) / 255 for image in blurred])
    assert np.abs(steepness(drawn) - steepness(originals)).sum() < 0.12
    assert np.abs(steepness(blurred) - steepness(originals)).sum() > 0.2


@given(
    st.sampled_from(list(DIGITS)), st.floats(0.3, 30), st.floats(-100, 100), st.floats(-100, 100), st.floats(2, 25)
)
@settings(deadline=None, max_examples=30)
def test_size_place_and_brush_do_not_matter(digit, size, right, down, brush):
    usual = from_strokes(DIGITS[digit], 9)
    other = from_strokes(placed(DIGITS[digit], size, right, down), brush)
    assert np.abs(usual - other).mean() < 0.01
    assert answers([other])[0] == digit


BROAD_IN_SHADOW = 16  # px: along a broader stroke the shadow's edge is taken for ink, a known weakness


@given(
    st.sampled_from(list(DIGITS)),
    st.sampled_from(list(PENS)),
    st.sampled_from(LIGHTS),
    st.floats(8, 32),
    st.floats(0.7, 1),
    st.floats(0, 1),
    st.floats(0, 0.05),
)
@settings(deadline=None, max_examples=25)
def test_in_a_picture_pen_paper_light_and_noise_hardly_matter(digit, pen, kind, brush, size, place, noise):
    """Wider than for strokes: in the picture the ends are to be guessed, and a broader brush fills loops (a pencil of 39 px in a shadow)."""
    assume(kind != "shadow" or brush < BROAD_IN_SHADOW)
    size *= (270 - brush) / 102
    right, down = (brush / 2 + 4 + place * (272 - brush - side * size) for side in (60, 102))
    random = np.random.default_rng(1)
    found = from_pixels(photo(placed(DIGITS[digit], size, right, down), brush, pen, kind, noise, random))
    assert found is not None
    assert np.abs(found - from_strokes(DIGITS[digit], 9)).mean() < 0.07


def test_over_pens_papers_and_lights_pictures_are_read_as_strokes_are():
    random = np.random.default_rng(4)
    off, read, expected = [], [], []
    for brush in (4, 10, 20, 40):
        for digit, strokes in DIGITS.items():
            pen, kind = random.choice(list(PENS)), random.choice(LIGHTS)
            size = random.uniform(1.2, (266 - brush) / 102)
            corner = random.uniform(brush / 2 + 4, 274 - 102 * size - brush / 2, 2)
            found = from_pixels(photo(placed(strokes, size, *corner), brush, pen, kind, 0.03, random))
            off.append(np.abs(found - from_strokes(strokes, 9)).mean())
            read.append(found)
            expected.append(digit)
    assert np.mean(off) < 0.025
    assert (answers(read) == expected).mean() >= 0.95


def test_a_large_photo_of_a_small_digit():
    strokes = placed(DIGITS[5], 2.2, 600, 300)
    found = from_pixels(photo(strokes, 8, "pencil", "shadow", 0.04, canvas=(1024, 800)))
    assert np.abs(found - from_strokes(DIGITS[5], 9)).mean() < 0.05


def test_a_horizontal_stroke_keeps_its_proportions():
    image = from_strokes([np.array([(10.0, 50.0), (200.0, 50.0)])], 18)
    rows = np.flatnonzero((image > 0.3).any(axis=1))
    assert len(rows) <= 4  # a line stays a line, it is not blown up to a square


def test_a_tap_is_a_dot_and_nothing_is_none():
    dot = from_strokes([np.array([(5.0, 7.0)])], 18)
    assert 0 < dot.sum() < 12
    assert from_strokes([], 18) is None
    assert from_strokes([np.zeros((0, 2))], 18) is None
    assert from_strokes([np.array([(np.nan, np.inf)])], 18) is None


def test_mnists_own_images_come_back_through_the_pixel_path(mnist):
    """1,000 of them, as they are; some of those also enlarged and moved."""
    originals, labels = mnist.x_test[:1000, ..., 0], mnist.y_test[:1000]
    before = answers(originals / np.float32(255)) == labels
    right = answers([from_pixels(image) for image in originals]) == labels
    assert right.mean() > before.mean() - 0.005
    moved = []
    for image in originals[:150]:
        canvas = np.zeros((220, 260, 4), np.uint8)
        canvas[..., 3] = 255
        canvas[30 : 30 + 140, 60 : 60 + 140, :3] = np.kron(image, np.ones((5, 5), np.uint8))[..., np.newaxis]
        moved.append(from_pixels(canvas))
    assert (answers(moved) == labels[:150]).mean() > before[:150].mean() - 0.02


def test_with_its_pen_left_as_it_is_an_image_of_mnist_stays_itself(mnist):
    for image in mnist.x_test[:60, ..., 0]:
        kept = steps_of_pixels(image, {"pen width"})[-1].image
        assert np.abs(kept - image / 255).mean() < 0.065
        assert np.corrcoef(kept.ravel(), image.ravel())[0, 1] > 0.85


def test_ink_is_found_on_any_ground(mnist):
    digit = np.kron(mnist.x_test[0, ..., 0], np.ones((4, 4), np.uint8))
    white_on_black = np.dstack([digit] * 3 + [np.full_like(digit, 255)])
    black_on_white = np.dstack([255 - digit] * 3 + [np.full_like(digit, 255)])
    on_nothing = np.dstack([np.zeros_like(digit)] * 3 + [digit])
    usual = from_pixels(white_on_black)
    for other in (from_pixels(black_on_white), from_pixels(on_nothing), from_pixels(digit)):
        assert np.abs(usual - other).mean() < 0.01


@pytest.mark.parametrize("ground", [0, 255])
def test_an_empty_picture_is_none(ground):
    assert from_pixels(np.full((280, 280, 4), ground, np.uint8)) is None


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from((3, 4)))))
@settings(deadline=None, max_examples=100)
def test_any_pixels_give_an_image_or_none(pixels):
    image = from_pixels(pixels)
    assert image is None or (image.shape == (28, 28) and image.min() >= 0 and image.max() <= 1)


@given(st.lists(arrays.arrays(np.float64, st.tuples(st.integers(0, 9), st.just(2))), max_size=4), st.floats(0.1, 100))
@settings(deadline=None, max_examples=100)
def test_any_strokes_give_an_image_or_none(strokes, width):
    image = from_strokes(strokes, width)
    assert image is None or (image.shape == (28, 28) and np.isfinite(image).all())


@pytest.mark.parametrize("width", [np.nan, np.inf, -3.0, 0.0, 1e300])
def test_an_odd_brush_gives_an_image(width):
    image = from_strokes([THREE], width)
    assert image.shape == (28, 28) and np.isfinite(image).all()
    assert len(digits_from_strokes([THREE], width)) == 1


def test_more_points_than_anybody_draws_are_no_drawing():
    assert from_strokes([np.zeros((20_001, 2))], 18) is None
    assert digits_from_strokes([np.zeros((20_001, 2))], 18) == []


@pytest.mark.parametrize("side", [28, 64, 280])
@pytest.mark.parametrize("noise", [0, 10, 80])
def test_an_empty_page_is_none_in_any_light_and_noise(side, noise, random):
    across = np.linspace(0, 1, side)
    for page in (np.full((side, side), 200.0), 90 + 120 * across + 0 * across[:, np.newaxis]):
        page = np.clip(page + random.normal(0, noise, page.shape), 0, 255).astype(np.uint8)
        assert from_pixels(page) is None
        assert digits_from_pixels(page) == [] == steps_of_pixels(page)
    assert from_pixels(random.integers(0, 256, (side, side, 3), np.uint8)) is None


def test_what_is_no_picture_is_named():
    with pytest.raises(ValueError, match="height, width"):
        from_pixels(np.zeros((2, 2, 7), np.uint8))


# Several digits


def drawn_in_a_row(*numbers, gap=30):
    strokes, right = [], 20.0
    for number in numbers:
        stroke = DIGITS[number]
        left = np.concatenate(stroke)[:, 0].min()
        strokes += placed(stroke, 1.0, right - left, 20)
        right += np.ptp(np.concatenate(stroke)[:, 0]) + gap
    return strokes


@pytest.mark.parametrize("numbers", [(1, 9, 5, 4), (7, 5), (4, 4, 0), (8, 1, 1), (6, 3, 2, 0)])
@pytest.mark.parametrize("gap", [28, 40, 90])
def test_digits_side_by_side_are_read_in_order(numbers, gap):
    strokes = drawn_in_a_row(*numbers, gap=gap)
    found = digits_from_strokes(strokes[::-1], 9)  # whichever was drawn first
    assert answers([digit.image for digit in found]).tolist() == list(numbers)
    picture = photo(strokes, 9, canvas=(640, 150))
    seen = digits_from_pixels(picture)
    assert answers([digit.image for digit in seen]).tolist() == list(numbers)
    for one, other in zip(found, seen):  # the same places on the drawing
        assert np.allclose(one.box, other.box, atol=5)
    # Each is what it would be if it were alone.
    alone = [from_strokes(DIGITS[number], 9) for number in numbers]
    for digit, image in zip(found, alone):
        assert np.abs(digit.image - image).mean() < 1e-3


def test_a_box_holds_its_digits_ink_and_nothing_else():
    strokes = drawn_in_a_row(4, 7, gap=40)
    four, seven = (digit.box for digit in digits_from_strokes(strokes, 9))
    ink = inked(strokes, 9, (220, 150)) > 0.5
    columns = np.flatnonzero(ink.any(axis=0))
    assert four.left == pytest.approx(columns[0], abs=1.5) and seven.right == pytest.approx(columns[-1] + 1, abs=1.5)
    assert four.right < seven.left
    outside = ink.copy()
    for box in (four, seven):
        outside[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1] = False
    assert not outside.any()


@pytest.mark.parametrize(("brush", "count"), [(20, 2), (44, 1)])
def test_two_uprights_are_one_digit_where_the_brush_makes_their_ink_touch(brush, count):
    uprights = [np.array([(x, y) for y in np.linspace(60.0, 160, 40)]) for x in (100, 140)]
    assert components(inked(uprights, brush, (280, 280)) > 0.5)[1] == count
    assert len(digits_from_strokes(uprights, brush)) == count


def test_boxes_are_in_the_pictures_own_pixels_also_where_it_is_large():
    small = photo(placed(DIGITS[2], 1, 40, 20), 9, canvas=(160, 150))
    large = np.kron(small, np.ones((10, 10, 1), np.uint8))
    (one,), (other,) = digits_from_pixels(small), digits_from_pixels(large)
    assert np.allclose(np.array(one.box) * 10, other.box, atol=20)


ODD = {
    "a 5 whose bar is apart": [DIGITS[5][0], DIGITS[5][1] + (6, -14)],
    "a 5 whose bar is far to the right": [DIGITS[5][0], DIGITS[5][1] + (20, 0)],
    "a 4 whose upright is apart": [DIGITS[4][0], DIGITS[4][1] + (26, 0)],
    "a wide 2": [stroke * (2.5, 1) for stroke in DIGITS[2]],
    "a wide 0 in two halves": [arc(60, 50, 60, 50, 95, 265), arc(66, 50, 60, 50, -85, 85)],
    "an 8 of two rings": [arc(30, 20, 22, 20, 0, 360), arc(30, 72, 26, 26, 0, 360)],
    "an =": [np.array([(0.0, 0), (80, 0)]), np.array([(0.0, 45), (80, 45)])],
    "a 7 with a bar": DIGITS[7],
    "a dotted 1": [np.array([(30.0, y), (30.0, y + 18)]) for y in (0, 26, 52, 78)],
}


@pytest.mark.parametrize("what", ODD)
def test_one_digit_however_odd_stays_one(what):
    strokes = placed(ODD[what], 1.5, 60, 60)
    assert len(digits_from_strokes(strokes, 9)) == 1
    assert len(digits_from_pixels(photo(strokes, 9, canvas=(400, 300)))) == 1


def test_two_lines_are_read_one_after_the_other():
    lines = drawn_in_a_row(4, 2) + placed(drawn_in_a_row(7, 1), 1, 15, 160)
    assert answers([digit.image for digit in digits_from_strokes(lines, 9)]).tolist() == [4, 2, 7, 1]


def test_single_images_of_mnist_stay_one(mnist):
    counts = [len(digits_from_pixels(image)) for image in mnist.x_test[:500, ..., 0]]
    assert np.mean(np.array(counts) == 1) >= 0.99


def test_images_of_mnist_side_by_side_are_counted(mnist, random):
    right = []
    for _ in range(40):
        chosen = random.integers(0, len(mnist.x_test), random.integers(2, 5))
        row = [np.zeros((150, 20), np.uint8)]
        for index in chosen:
            image = mnist.x_test[index, ..., 0]
            image = image[
                :, np.flatnonzero(image.max(axis=0) > 50)[0] : np.flatnonzero(image.max(axis=0) > 50)[-1] + 1
            ]
            size = random.uniform(3, 5)
            scaled = Image.fromarray(image).resize((round(size * image.shape[1]), round(size * 28)))
            tile = np.zeros((150, scaled.width), np.uint8)
            top = (150 - scaled.height) // 2
            tile[top : top + scaled.height] = scaled
            row += [tile, np.zeros((150, random.integers(10, 50)), np.uint8)]
        right.append(len(digits_from_pixels(np.concatenate(row, axis=1))) == len(chosen))
    assert np.mean(right) >= 0.95


def test_scribbling_all_over_takes_no_long_time(random):
    strokes = [random.uniform(0, 280, (40, 2)) for _ in range(400)]
    assert len(digits_from_strokes(strokes, 18)) == 1
    dots = [random.uniform(0, 280, (1, 2)) for _ in range(40)]
    assert 1 <= len(digits_from_strokes(dots, 2)) <= 60


# Steps


@pytest.mark.parametrize("digit", [1, 4, 8])
def test_the_last_step_is_what_the_network_gets(digit):
    strokes = placed(DIGITS[digit], 2, 30, 40)
    steps = steps_of_strokes(strokes, 18)
    assert [step.name for step in steps] == ["drawn", *STEPS[1:]]
    assert np.array_equal(steps[-1].image, from_strokes(strokes, 18))
    picture = photo(strokes, 18, "chalk", "gradient")
    steps = steps_of_pixels(picture)
    assert [step.name for step in steps] == ["sent", *STEPS]
    assert np.array_equal(steps[-1].image, from_pixels(picture))
    for step in steps:
        assert step.caption.endswith(".") and not step.skipped
        assert step.image.dtype == np.float32 and step.image.min() >= 0 and step.image.max() <= 1


def test_what_is_clear_in_a_picture_is_shown_black_whatever_colour_it_hides():
    shown = Image.new("RGBA", (280, 280), (255, 255, 255, 0))  # clear, but white where it is not looked at
    stroke = Image.fromarray((inked(placed(DIGITS[7], 1.2, 60, 60), 18) * 255).astype(np.uint8))
    shown.paste((90, 160, 40, 255), mask=stroke.point(lambda ink: 255 * (ink > 127)))
    sent = steps_of_pixels(np.asarray(shown))[0]
    black = Image.new("RGBA", shown.size, "black")
    expected = np.asarray(Image.alpha_composite(black, shown).convert("L"), float) / 255
    assert sent.name == "sent" and sent.image.shape == expected.shape
    np.testing.assert_allclose(sent.image, expected, atol=0.01)


def test_the_first_steps_show_the_drawing_where_it_is():
    strokes = placed(DIGITS[3], 1.2, 150, 30)
    drawn, cut, *rest = steps_of_strokes(strokes, 18)
    assert drawn.image.shape == (280, 280)
    assert np.abs(drawn.image - inked(strokes, 18)).mean() < 0.005
    assert (cut.image > 0.5).any(axis=0)[[1, -2]].all() and (cut.image > 0.5).any(axis=1)[[1, -2]].all()
    assert all(step.image.shape == (28, 28) for step in rest)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_can_be_left_out_and_only_that(name):
    strokes = placed(DIGITS[5], 1.2, 150, 30)
    picture = photo(strokes, 26, "ballpoint", "lamp")
    steps, whole = steps_of_pixels(picture, {name}), steps_of_pixels(picture)
    at = [step.name for step in steps].index(name)
    assert [step.skipped for step in steps] == [step.name == name for step in steps]
    assert steps[at].caption != whole[at].caption
    for one, other in zip(steps[:at], whole):
        assert np.array_equal(one.image, other.image)
    assert not np.array_equal(steps[-1].image, whole[-1].image)
    if name != "scaled":  # which shows 28×28 pixels anyway
        assert np.array_equal(steps[at].image, steps[at - 1].image)


def test_with_every_step_left_out_the_whole_canvas_is_made_small():
    strokes = placed(DIGITS[5], 1.2, 150, 30)
    naive = inked(strokes, 26).reshape(28, 10, 28, 10).mean(axis=(1, 3))
    assert np.abs(steps_of_strokes(strokes, 26, STEPS)[-1].image - naive).mean() < 0.005
    picture = photo(strokes, 26)
    grey = (picture @ [0.299, 0.587, 0.114]).reshape(28, 10, 28, 10).mean(axis=(1, 3)) / 255
    assert np.abs(steps_of_pixels(picture, STEPS)[-1].image - grey).mean() < 0.005


@pytest.mark.parametrize(("name", "widths"), [("pen width", (6, 40)), ("cut out", (18, 18))])
def test_without_a_step_what_it_is_there_for_matters(name, widths):
    one, other = placed(DIGITS[2], 1, 20, 20), placed(DIGITS[2], 2, 80, 30)

    def apart(skipping):
        images = [steps_of_strokes(s, w, skipping)[-1].image for s, w in zip((one, other), widths)]
        return np.abs(images[0] - images[1]).mean()

    assert apart(()) < 0.01 < 0.05 < apart({name})


def test_a_step_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="polished"):
        steps_of_strokes([THREE], 18, {"polished"})
    assert steps_of_strokes([], 18) == []


@pytest.mark.parametrize("digit", [1, 4, 7])
def test_before_it_is_centred_by_mass_the_scaled_box_is_in_the_middle(digit):
    strokes = placed(DIGITS[digit], 1.2, 150, 30)
    for steps in (steps_of_strokes(strokes, 18), steps_of_strokes(strokes, 18, {"pen width", "centred"})):
        scaled = next(step.image for step in steps if step.name == "scaled")
        rows, columns = (np.flatnonzero((scaled > 0.02).any(axis=axis)) for axis in (1, 0))
        assert abs(rows[0] - (27 - rows[-1])) <= 1 and abs(columns[0] - (27 - columns[-1])) <= 1
        assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 in (20, 21)


def test_each_step_is_told_by_its_own_reason():
    reasons = {
        "drawn": "drawn",
        "cut out": "box",
        "scaled": "20 pixels",
        "pen width": "middle lines",
        "centred": "mass",
    }
    for step in steps_of_strokes([THREE], 18):
        assert reasons[step.name] in step.caption
    lost = {
        "ink": "light paper",
        "cut out": "empty around",
        "scaled": "proportions",
        "pen width": "thick",
        "centred": "middle of the box",
    }
    for name, said in lost.items():
        (step,) = (step for step in steps_of_pixels(photo([THREE], 18), {name}) if step.skipped)
        assert step.name == name and step.caption.startswith("Left out: ") and said in step.caption
