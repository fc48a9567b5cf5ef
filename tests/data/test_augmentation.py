"""Images change as far as was asked, and nothing else does: NumPy and Pillow are the oracles."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance

from core.data.augmentation import FIELDS, Augmentation, augmented, transformed
from core.network.recipe import AUGMENTATIONS, Recipe
from core.network.settings import settings_of

EVERYTHING = {"shift": 2.0, "rotation": 15.0, "zoom": 0.2, "shear": 10.0, "blur": 1.0, "noise": 0.1}
GEOMETRIC = ("shift", "rotation", "zoom", "shear")
ENOUGH = 2000  # images, for a random quantity to come close to its bounds


def blob(height, width, row, column, width_px=1.5):
    """(h, w) float32: a soft dot, whose centre of mass a bilinear warp keeps to a hundredth of a pixel."""
    rows, columns = np.indices((height, width))
    squares = (rows - row) ** 2 + (columns - column) ** 2
    return np.exp(-squares / (2 * width_px**2)).astype(np.float32)


def centres(images):
    """(n, h, w, 1) → (n, 2): rows and columns of the centres of mass, from the image's centre."""
    images = np.asarray(images, np.float64)[..., 0]
    places = np.indices(images.shape[1:])
    middle = (np.array(images.shape[1:]) - 1) / 2
    return np.einsum("nhw,ahw->na", images, places) / images.sum(axis=(1, 2))[:, None] - middle


def with_zeros(image, down, right):
    """np.roll, with 0 where it would wrap."""
    rolled = np.roll(image, (down, right), axis=(0, 1))
    height, width = image.shape[:2]
    rows, columns = np.indices((height, width))
    inside = (rows - down >= 0) & (rows - down < height) & (columns - right >= 0) & (columns - right < width)
    return rolled * inside[..., None]


def by_pillow(image, shift=(0.0, 0.0), rotation=0.0, zoom=1.0, shear=0.0):
    """(h, w) → (h, w): the warp that Pillow makes of the same steps, each a matrix, inverted by NumPy."""
    height, width = image.shape

    def move(x, y):
        return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])

    turn, slant = math.radians(rotation), math.tan(math.radians(shear))
    rotating = np.array(
        [[math.cos(turn), math.sin(turn), 0], [-math.sin(turn), math.cos(turn), 0], [0, 0, 1]],
    )
    slanting = np.array([[1, -slant, 0], [0, 1, 0], [0, 0, 1]])
    forward = (
        move(width / 2, height / 2)  # Pillow counts from the corner of the first pixel, not from its middle
        @ move(shift[1], shift[0])
        @ rotating
        @ np.diag([zoom, zoom, 1])
        @ slanting
        @ move(-width / 2, -height / 2)
    )
    numbers = np.linalg.inv(forward)[:2].ravel()
    pillow = Image.fromarray(image.astype(np.float32))  # mode F
    return np.asarray(
        pillow.transform((width, height), Image.Transform.AFFINE, tuple(numbers), Image.Resampling.BILINEAR)
    )


def convolved(image, sigma):
    """(h, w) → (h, w): the Gaussian mean of every pixel, pixel by pixel, over the pixels that exist."""
    rows, columns = np.indices(image.shape)
    answer = np.empty(image.shape)
    for row, column in np.ndindex(*image.shape):
        weights = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * sigma**2))
        answer[row, column] = (weights * image).sum() / weights.sum()
    return answer


def kinds_of_operation(augmentation):
    """The kinds of operation in the graph of `augmented`."""
    graph = tf.function(lambda images, seed: augmented(images, augmentation, seed))
    concrete = graph.get_concrete_function(tf.TensorSpec((None, 28, 28, 1)), tf.TensorSpec((2,), tf.int32))
    return {operation.type for operation in concrete.graph.get_operations()}


@pytest.mark.parametrize("down, right", [(0, 3), (-2, 0), (4, -5), (-1, -1), (9, 0)])
def test_a_shift_by_whole_pixels_moves_every_pixel_exactly(random, down, right):
    images = random.random((3, 9, 12, 2)).astype(np.float32)
    expected = np.stack([with_zeros(image, down, right) for image in images])
    assert np.array_equal(transformed(images, shift=(down, right)), expected)


@pytest.mark.parametrize("quarters", [1, 2, 3, -1])
@pytest.mark.parametrize("side", [8, 9, 28])
def test_a_quarter_turn_is_counter_clockwise_and_loses_nothing(random, quarters, side):
    images = random.random((2, side, side, 1)).astype(np.float32)
    turned = transformed(images, rotation=90.0 * quarters)
    np.testing.assert_allclose(turned, np.rot90(images, quarters, axes=(1, 2)), atol=1e-5)


def test_half_a_turn_of_an_image_that_is_not_square_is_numpys(random):
    images = random.random((2, 7, 12, 3)).astype(np.float32)
    np.testing.assert_allclose(transformed(images, rotation=180.0), np.rot90(images, 2, axes=(1, 2)), atol=1e-5)


def test_a_larger_zoom_makes_the_digit_larger_and_a_positive_shear_leans_it_to_the_right():
    disc = blob(61, 61, 30, 30, 4.0)[None, ..., None]
    for zoom in (0.5, 2.0):
        assert float(tf.reduce_sum(transformed(disc, zoom=zoom))) == pytest.approx(zoom**2 * disc.sum(), rel=0.02)
    stroke = np.zeros((1, 21, 21, 1), np.float32)
    stroke[:, 3:18, 10] = 1
    leaning = np.asarray(transformed(stroke, shear=45.0))[0, ..., 0]
    np.testing.assert_allclose(leaning.argmax(axis=1)[3:18], 20 - np.arange(3, 18))


@given(
    shape=st.tuples(st.integers(8, 30), st.integers(8, 30)),
    shift=st.tuples(st.floats(-4, 4), st.floats(-4, 4)),
    rotation=st.floats(-180, 180),
    zoom=st.floats(0.5, 1.5),
    shear=st.floats(-45, 45),
    seed=st.integers(0, 2**31 - 1),
)
@settings(deadline=None, max_examples=60)
def test_any_warp_is_pillows(shape, shift, rotation, zoom, shear, seed):
    """Inside: at the edge Pillow repeats the last pixel, where here the 0 beyond it counts."""
    image = np.random.default_rng(seed).random(shape).astype(np.float32)
    how = {"shift": shift, "rotation": rotation, "zoom": zoom, "shear": shear}
    ours = np.asarray(transformed(image[None, ..., None], **how))[0, ..., 0]
    inside = np.zeros(shape, np.float32)
    inside[1:-1, 1:-1] = 1
    inside = by_pillow(inside, **how) == 1  # read from pixels that are not at the edge
    np.testing.assert_allclose(ours[inside], by_pillow(image, **how)[inside], atol=2e-4)


@pytest.mark.parametrize(
    "how", [{"zoom": 1.3}, {"zoom": 0.7}, {"rotation": 20.0}, {"shear": 25.0}, {"shift": (0.5, 1.25)}]
)
def test_one_transform_alone_is_pillows(mnist, how):
    digits = mnist.x_train[:8].astype(np.float32) / 255
    expected = np.stack([by_pillow(digit[..., 0], **how) for digit in digits])
    assert np.abs(expected - digits[..., 0]).max() > 0.1
    np.testing.assert_allclose(
        np.asarray(transformed(digits, **how))[:, 2:-2, 2:-2, 0], expected[:, 2:-2, 2:-2], atol=1e-4
    )


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 2.3, 8.0])
@pytest.mark.parametrize("shape", [(9, 14), (5, 3), (1, 6)])
def test_blur_is_a_gaussian_convolution(random, sigma, shape):
    images = random.random((3, *shape, 2)).astype(np.float32)
    blurred = transformed(images, blur=sigma)
    for image, answer in zip(images, np.asarray(blurred)):
        for channel in range(2):
            np.testing.assert_allclose(answer[..., channel], convolved(image[..., channel], sigma), atol=1e-5)


@pytest.mark.parametrize("sigma", [0.8, 1.0, 2.0, 3.0])
def test_a_blurred_dot_is_as_wide_as_was_asked_and_as_bright(sigma):
    dot = np.zeros((1, 41, 41, 1), np.float32)
    dot[0, 20, 20] = 1
    spread = np.asarray(transformed(dot, blur=sigma), np.float64)[0, ..., 0]
    offsets = np.arange(41) - 20
    assert spread.sum() == pytest.approx(1, abs=1e-5)
    assert (spread.sum(axis=0) * offsets**2).sum() == pytest.approx(sigma**2, rel=0.01)
    assert (spread.sum(axis=1) * offsets**2).sum() == pytest.approx(sigma**2, rel=0.01)


def test_blur_leaves_an_even_image_even_up_to_its_edge():
    np.testing.assert_allclose(transformed(np.full((2, 6, 8, 3), 0.7, np.float32), blur=3.0), 0.7, atol=1e-6)


@pytest.mark.parametrize("std", [0.02, 0.1])
def test_noise_has_the_deviation_that_was_asked_for(std):
    grey = np.full((50, 28, 28, 1), 0.5, np.float32)
    for noisy in (transformed(grey, noise=std), augmented(grey, Augmentation(noise=std), 3)):
        noise = np.asarray(noisy, np.float64) - 0.5
        assert noise.std() == pytest.approx(std, rel=0.02)
        assert noise.mean() == pytest.approx(0, abs=0.02 * std)
        assert np.corrcoef(noise.reshape(50, -1))[np.triu_indices(50, 1)].max() < 0.2  # no two images share it
        assert abs(np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]) < 0.02


def test_noise_on_black_and_white_is_cut_at_0_and_1():
    images = np.concatenate([np.zeros((20, 28, 28, 1)), np.ones((20, 28, 28, 1))]).astype(np.float32)
    noisy = np.asarray(transformed(images, noise=0.3))
    assert noisy.min() == 0 and noisy.max() == 1
    assert (noisy[:20] == 0).mean() == pytest.approx(0.5, abs=0.02)
    assert (noisy[20:] == 1).mean() == pytest.approx(0.5, abs=0.02)


def test_random_shifts_fill_their_range_and_the_axes_are_independent():
    dots = np.zeros((ENOUGH, 15, 17, 1), np.float32)
    dots[:, 7, 8] = 1
    moved = centres(augmented(dots, Augmentation(shift=2.5), 5))
    assert np.abs(moved).max() <= 2.5 + 1e-4
    assert moved.min(axis=0) == pytest.approx((-2.5, -2.5), abs=0.05)
    assert moved.max(axis=0) == pytest.approx((2.5, 2.5), abs=0.05)
    assert moved.std(axis=0) == pytest.approx(np.full(2, 2.5 / math.sqrt(3)), rel=0.05)  # uniform
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.08


def test_random_rotations_fill_their_range_and_keep_the_distance_from_the_centre():
    images = np.repeat(blob(41, 41, 20, 30)[None, ..., None], ENOUGH, axis=0)
    moved = centres(augmented(images, Augmentation(rotation=30.0), 5))
    degrees = np.degrees(np.arctan2(-moved[:, 0], moved[:, 1]))
    assert (degrees.min(), degrees.max()) == pytest.approx((-30, 30), abs=0.7)
    assert degrees.std() == pytest.approx(30 / math.sqrt(3), rel=0.05)
    assert np.hypot(*moved.T) == pytest.approx(np.full(ENOUGH, 10), abs=0.05)


def test_random_zooms_fill_their_range_and_keep_the_direction():
    images = np.repeat(blob(41, 41, 20, 28)[None, ..., None], ENOUGH, axis=0)
    moved = centres(augmented(images, Augmentation(zoom=0.25), 5))
    factors = moved[:, 1] / 8
    assert (factors.min(), factors.max()) == pytest.approx((0.75, 1.25), abs=0.01)
    assert factors.mean() == pytest.approx(1, abs=0.02)
    assert np.abs(moved[:, 0]).max() < 1e-3


def test_random_shears_fill_their_range_and_move_nothing_up_or_down():
    images = np.repeat(blob(41, 41, 10, 20)[None, ..., None], ENOUGH, axis=0)
    moved = centres(augmented(images, Augmentation(shear=20.0), 5))
    degrees = np.degrees(np.arctan2(moved[:, 1], 10))
    assert (degrees.min(), degrees.max()) == pytest.approx((-20, 20), abs=0.4)
    assert moved[:, 0] == pytest.approx(np.full(ENOUGH, -10), abs=0.05)


def test_random_blurs_fill_their_range_and_move_nothing():
    dots = np.zeros((ENOUGH, 31, 31, 1), np.float32)
    dots[:, 15, 15] = 1
    blurred = np.asarray(augmented(dots, Augmentation(blur=2.0), 5), np.float64)[..., 0]
    widths = np.sqrt((blurred.sum(axis=1) * (np.arange(31) - 15) ** 2).sum(axis=1))
    assert (widths.min(), widths.max()) == pytest.approx((0, 2), abs=0.02)
    assert blurred.sum(axis=(1, 2)) == pytest.approx(np.ones(ENOUGH), abs=1e-5)
    assert np.abs(centres(blurred[..., None])).max() < 1e-5


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "shift": st.floats(0, 8),
            "rotation": st.floats(0, 180),
            "zoom": st.floats(0, 0.5),
            "shear": st.floats(0, 45),
            "blur": st.floats(0, 3),
            "noise": st.floats(0, 0.5),
        },
    ),
    shape=st.tuples(st.integers(1, 5), st.integers(1, 20), st.integers(1, 20), st.integers(1, 4)),
    seed=st.integers(0, 2**31 - 1),
    extreme=st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_whatever_is_asked_for_pixels_stay_numbers_in_0_to_1(fields, shape, seed, extreme):
    images = np.random.default_rng(seed).random(shape).astype(np.float32)
    images = images.round() if extreme else images
    changed = augmented(images, Augmentation(**fields), seed)
    assert changed.shape == shape and changed.dtype == tf.float32
    assert np.isfinite(changed).all() and np.min(changed) >= 0 and np.max(changed) <= 1


def test_nothing_asked_for_is_nothing_changed(random):
    images = tf.constant(random.random((4, 9, 8, 3)), tf.float32)
    assert augmented(images, Augmentation(), 1) is images
    assert transformed(images) is images
    assert not Augmentation().active


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_at_0_adds_nothing_to_the_graph(name):
    marks = {
        **{name: {"ImageProjectiveTransformV3"} for name in GEOMETRIC},
        "blur": {"Softmax", "Einsum"},
        "noise": {"StatelessRandomNormalV2"},
    }
    alone = kinds_of_operation(Augmentation(**{name: EVERYTHING[name]}))
    assert marks[name] <= alone
    assert not alone & (set().union(*marks.values()) - marks[name])
    assert ("Cos" in alone) == (name == "rotation") and ("Tan" in alone) == (name == "shear")
    assert kinds_of_operation(Augmentation()) <= {"Placeholder", "Identity", "NoOp"}


def test_the_geometric_four_are_one_warp():
    graph = tf.function(lambda images: augmented(images, Augmentation(**EVERYTHING), (1, 2)))
    operations = graph.get_concrete_function(tf.TensorSpec((None, 28, 28, 1))).graph.get_operations()
    assert sum(operation.type == "ImageProjectiveTransformV3" for operation in operations) == 1


@pytest.mark.parametrize("name", [*FIELDS, "everything"])
def test_the_same_seed_gives_the_same_images_and_another_seed_others(mnist, name):
    digits = mnist.x_train[:16].astype(np.float32) / 255
    asked = Augmentation(**(EVERYTHING if name == "everything" else {name: EVERYTHING[name]}))
    graph = tf.function(lambda images, seed: augmented(images, asked, seed))
    first, again, other_run, other_step = (
        graph(digits, tf.constant(seed)).numpy() for seed in ((7, 3), (7, 3), (8, 3), (7, 4))
    )
    assert np.array_equal(first, again)
    for other in (other_run, other_step):
        differing = np.abs(first - other).max(axis=(1, 2, 3)) > 1e-3
        assert differing.mean() > 0.8  # two narrow blurs are the same
    np.testing.assert_allclose(augmented(digits, asked, (7, 3)), first, atol=1e-4)  # outside a graph, too


@pytest.mark.parametrize("name", FIELDS)
def test_the_images_of_a_batch_are_changed_differently(mnist, name):
    digit = np.repeat(mnist.x_train[:1].astype(np.float32) / 255, 8, axis=0)
    changed = augmented(digit, Augmentation(**{name: EVERYTHING[name]}), 2).numpy()
    differences = np.abs(changed[:, None] - changed[None]).max(axis=(2, 3, 4))
    assert (differences[np.triu_indices(8, 1)] > 1e-3).mean() > 0.8  # two narrow blurs are the same


def test_switching_one_transform_on_does_not_change_what_the_others_draw(mnist):
    digits = mnist.x_train[:16].astype(np.float32) / 255
    shifted = augmented(digits, Augmentation(shift=2.0), 9)
    nearly = augmented(digits, Augmentation(2.0, rotation=1e-4, zoom=1e-6, shear=1e-4, blur=1e-4, noise=1e-6), 9)
    np.testing.assert_allclose(nearly, shifted, atol=1e-3)


@pytest.mark.parametrize("seed", [3, np.int64(3), (3, 0), tf.constant([3, 0]), tf.constant(3, tf.int64)])
def test_a_seed_may_be_one_number_or_two(random, seed):
    images = random.random((2, 6, 6, 1)).astype(np.float32)
    expected = augmented(images, Augmentation(shift=1.0), (3, 0))
    assert np.array_equal(augmented(images, Augmentation(shift=1.0), seed), expected)


def test_noise_of_a_chosen_strength_is_the_noise_of_a_training(random):
    images = random.random((2, 6, 6, 1)).astype(np.float32)
    assert np.array_equal(transformed(images, noise=0.2, seed=4), augmented(images, Augmentation(noise=0.2), 4))
    assert not np.array_equal(transformed(images, noise=0.2, seed=4), transformed(images, noise=0.2, seed=5))


@pytest.mark.parametrize("place", [0, 7, 19])
def test_each_image_stays_at_its_place_so_that_labels_stay_right(mnist, place):
    """Only the answer at the same place depends on an image, and nothing is written into what was given."""
    digits = mnist.x_train[:20].astype(np.float32) / 255
    other = digits.copy()
    other[place] = 1 - other[place]
    before = other.copy()
    asked = Augmentation(**EVERYTHING)
    changed = np.abs(augmented(digits, asked, 11) - augmented(other, asked, 11)).max(axis=(1, 2, 3)) > 1e-6
    assert np.flatnonzero(changed).tolist() == [place]
    assert np.array_equal(other, before)


def test_colours_move_together(random):
    """Each channel is changed as it would be alone: no colour goes astray or into another."""
    images = random.random((5, 10, 14, 3)).astype(np.float32)
    asked = Augmentation(**{**EVERYTHING, "noise": 0.0})
    together = augmented(images, asked, 6)
    for channel in range(3):
        alone = augmented(images[..., channel : channel + 1], asked, 6)
        np.testing.assert_allclose(together[..., channel : channel + 1], alone, atol=1e-6)


def test_a_graph_takes_any_batch_size_and_knows_the_shape_of_the_images():
    traces = []

    @tf.function(input_signature=[tf.TensorSpec((None, 12, 20, 3)), tf.TensorSpec((2,), tf.int32)])
    def changed(images, seed):
        answer = augmented(images, Augmentation(**EVERYTHING), seed)
        traces.append(answer.shape.as_list())
        return answer

    for count in (1, 5, 128, 0):
        assert changed(tf.ones((count, 12, 20, 3)), tf.constant((1, count))).shape == (count, 12, 20, 3)
    assert traces == [[None, 12, 20, 3]]


def test_it_works_inside_a_loop_in_a_graph_and_every_step_differs():
    @tf.function
    def steps(images, count):
        results = tf.TensorArray(tf.float32, count)
        for step in tf.range(count):
            results = results.write(step, augmented(images, Augmentation(**EVERYTHING), tf.stack([1, step])))
        return results.stack()

    images = np.repeat(blob(20, 20, 9, 6)[None, ..., None], 4, axis=0)
    first, second, third = steps(tf.constant(images), tf.constant(3)).numpy()
    assert np.abs(first - second).max() > 0.05 and np.abs(second - third).max() > 0.05


def test_it_reads_the_recipe():
    assert set(FIELDS) == set(AUGMENTATIONS)
    assert Augmentation.of(Recipe()) == Augmentation()
    assert Augmentation.of(Recipe(**EVERYTHING)) == Augmentation(**EVERYTHING)
    for name in FIELDS:
        recipe = Recipe(**{name: EVERYTHING[name]})
        assert Augmentation.of(recipe).active and recipe.augments
    most = {name: settings_of(Recipe)[name].maximum for name in FIELDS}
    assert Augmentation.of(Recipe(**most)).active  # whatever a recipe may ask for works


def test_bytes_are_refused_because_their_range_is_not_0_to_1(mnist):
    for call in (lambda images: augmented(images, Augmentation(), 1), transformed):
        with pytest.raises(TypeError, match="uint8"):
            call(mnist.x_train[:2])


@pytest.mark.parametrize(
    "wrong", [{"shift": -1.0}, {"zoom": 1.0}, {"shear": 90.0}, {"blur": math.inf}, {"noise": math.nan}]
)
def test_an_augmentation_that_cannot_work_says_why(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} is .* works"):
        Augmentation(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shift": (math.nan, 0.0)},
        {"rotation": math.inf},
        {"zoom": 0.0},
        {"shear": -90.0},
        {"blur": -1.0},
        {"noise": -0.1},
        {"contrast": -0.1},
        {"salt_and_pepper": 1.1},
        {"square": 2.5},
        {"square": -1},
    ],
)
def test_a_strength_that_cannot_work_says_why(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name} is .* works"):
        transformed(np.zeros((1, 4, 4, 1), np.float32), **wrong)


@pytest.mark.parametrize("factor", [0.0, 0.05, 0.3, 0.5, 0.8, 1.5])
def test_contrast_is_pillows(mnist, factor):
    """To the grey step by which Pillow rounds the mean, and the one by which it rounds the answer."""
    digits = mnist.x_train[:12]
    expected = [np.asarray(ImageEnhance.Contrast(Image.fromarray(digit[..., 0])).enhance(factor)) for digit in digits]
    ours = np.asarray(transformed(digits.astype(np.float32) / 255, contrast=factor))[..., 0]
    assert np.abs(np.stack(expected) - digits[..., 0].astype(float)).max() > 30
    np.testing.assert_allclose(ours, np.stack(expected) / 255, atol=1.6 / 255)


def test_each_image_keeps_its_own_mean_where_contrast_is_lost(random):
    images = random.random((5, 8, 9, 3)).astype(np.float32)
    grey = np.asarray(transformed(images, contrast=0.0))
    expected = np.broadcast_to(images.mean(axis=(1, 2, 3), keepdims=True), images.shape)
    np.testing.assert_allclose(grey, expected, atol=1e-5)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.7, 1.0])
def test_salt_and_pepper_changes_the_share_that_was_asked_for_and_nothing_else(share):
    grey = np.full((100, 28, 28, 3), 0.5, np.float32)
    changed = np.asarray(transformed(grey, salt_and_pepper=share, seed=3))
    assert set(np.unique(changed)) <= {0.0, 0.5, 1.0}
    assert (changed == changed[..., :1]).all()  # all channels of a pixel alike
    pixels = changed[..., 0]
    error = 4 * math.sqrt(share * (1 - share / 2) / pixels.size)
    assert (pixels == 0).mean() == pytest.approx(share / 2, abs=error)
    assert (pixels == 1).mean() == pytest.approx(share / 2, abs=error)
    assert len(np.unique(pixels.reshape(100, -1), axis=0)) == 100  # each image has its own
    assert np.array_equal(changed, transformed(grey, salt_and_pepper=share, seed=3))
    assert not np.array_equal(changed, transformed(grey, salt_and_pepper=share, seed=4))


@pytest.mark.parametrize("side", [1, 4, 9, 20, 28])
def test_a_square_is_pillows_rectangle_at_a_place_wholly_inside(mnist, side):
    """Ones show where it lies; there Pillow draws it into digits."""
    ones, digits = np.ones((40, 28, 28, 1), np.float32), mnist.x_train[:40].astype(np.float32) / 255
    there = np.asarray(transformed(ones, square=side, seed=5))[..., 0] == 0
    covered = np.asarray(transformed(digits, square=side, seed=5))[..., 0]
    for digit, hidden, ours in zip(digits[..., 0], there, covered):
        top, left = np.argwhere(hidden)[0]
        pillow = Image.fromarray(digit)
        ImageDraw.Draw(pillow).rectangle((left, top, left + side - 1, top + side - 1), fill=0.0)
        assert hidden.sum() == side**2 and np.array_equal(np.asarray(pillow), ours)


def test_every_place_of_a_square_is_as_likely_as_any_other():
    there = np.asarray(transformed(np.ones((3000, 8, 5, 1), np.float32), square=3, seed=1))[..., 0] == 0
    tops, lefts = there.any(axis=2).argmax(axis=1), there.any(axis=1).argmax(axis=1)
    for found, places in ((tops, 6), (lefts, 3)):
        shares = np.bincount(found, minlength=places) / 3000
        assert len(shares) == places
        np.testing.assert_allclose(shares, 1 / places, atol=4 * math.sqrt(1 / places / 3000))
    assert abs(np.corrcoef(tops, lefts)[0, 1]) < 0.08


def test_a_square_larger_than_the_image_hides_all_of_it(random):
    assert not np.asarray(transformed(random.random((2, 4, 7, 1)).astype(np.float32), square=9)).any()


def test_what_no_training_has_does_not_change_what_a_training_draws(random):
    """Runs that are continued must draw as before: contrast, salt and pepper and squares have streams of their own."""
    images = random.random((3, 12, 12, 1)).astype(np.float32)
    noisy = np.asarray(transformed(images, noise=0.1, seed=(4, 2)))
    salted = np.asarray(transformed(images, noise=0.1, seed=(4, 2), salt_and_pepper=0.2))
    untouched = (salted != 0) & (salted != 1)
    assert np.array_equal(noisy, augmented(images, Augmentation(noise=0.1), (4, 2)))
    assert np.array_equal(salted[untouched], noisy[untouched]) and untouched.mean() > 0.5
