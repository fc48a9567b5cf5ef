"""Pictures of what an answer comes from: NumPy, differences and the papers' own theorems are the oracles."""

import gc
import re
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from core.insight import METHODS, activations, methods_for, probabilities, saliency, sanity_check
from core.insight.saliency import (
    GAP,
    MOST_PLACES,
    RANDOM_SEED,
    _finest_stride,
    _squares,
    grad_cam,
    grad_cam_layers,
    gradient_times_input,
    integrated_gradients,
    occluding_size,
    occlusion,
    randomised,
    similarity,
)
from core.insight.scores import Scores, scores_of
from core.network import (
    LAYERS,
    LENET5,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
)
from core.training import Recipe, build_model, pretrained
from core.training.model import layer_name

TINY = Network((7, 6, 2), (Conv2D(3, (3, 2), activation="relu"), Flatten(), Dense(4, "softmax")))
DENSE = Network((5, 5, 1), (Flatten(), Dense(8, "relu"), Dense(10, "softmax")))
POINTS = Network((5, 5, 3), (Conv2D(6, 5, activation="relu"), Flatten(), Dense(10, "softmax")))  # maps of 1×1
BRANCHED = Network(
    (10, 9, 3),
    (
        Conv2D(4, 3, padding="same"),
        Branches(((BatchNormalization(), Activation("relu"), Conv2D(4, 3, padding="same")), ()), "add"),
        Branches(((Conv2D(3, 1, activation="relu"), MaxPooling2D()), (AveragePooling2D(),))),
        GlobalAveragePooling2D(),
        Dense(10),
        Activation("softmax"),
    ),
)
WIDE = Network((6, 6, 1), (Conv2D(512, 3, activation="relu"), Flatten(), Dense(10, "softmax")))
SIGMOID = Network((6, 6, 1), (Conv2D(4, 3, activation="tanh"), Dropout(), Flatten(), Dense(3, "sigmoid")))
WORLDS = {"dense": DENSE, "points": POINTS, "branches": BRANCHED, "512 maps": WIDE, "sigmoid": SIGMOID}


@pytest.fixture(scope="module")
def tiny():
    """Weights with biases that matter, so that nothing cancels by chance."""
    model = build_model(TINY, seed=5)
    random = np.random.default_rng(5)
    model.set_weights([random.normal(0, 0.4, weights.shape) for weights in model.get_weights()])
    return model


def by_hand(model, image, target):
    """(maps after relu, their slopes, score, the image's slopes) of TINY, in plain loops."""
    kernel, bias, dense, dense_bias = (weights.astype(float) for weights in model.get_weights())
    rows, columns = (side - k + 1 for side, k in zip(image.shape[:2], kernel.shape))
    sums = np.zeros((rows, columns, kernel.shape[3]))
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + kernel.shape[0], j : j + kernel.shape[1]]
            sums[i, j] = np.tensordot(patch, kernel, 3) + bias
    maps = np.maximum(sums, 0)
    score = maps.ravel() @ dense[:, target] + dense_bias[target]
    slopes = dense[:, target].reshape(maps.shape)
    back = np.zeros(image.shape)
    for i in range(rows):
        for j in range(columns):
            back[i : i + kernel.shape[0], j : j + kernel.shape[1]] += kernel @ (slopes[i, j] * (sums[i, j] > 0))
    return maps, slopes, score, back


def enlarged(maps, shape):
    """Bilinear, pixel centres on pixel centres, borders repeated."""
    for axis, side in enumerate(shape):
        at = np.clip((np.arange(side) + 0.5) * maps.shape[axis] / side - 0.5, 0, maps.shape[axis] - 1)
        below = np.minimum(at.astype(int), max(maps.shape[axis] - 2, 0))
        above = np.minimum(below + 1, maps.shape[axis] - 1)
        share = (at - below).reshape((-1, 1) if axis == 0 else (1, -1))
        maps = np.take(maps, below, axis) * (1 - share) + np.take(maps, above, axis) * share
    return maps


def score_of(network, model):
    """The scores as a network of their own: the same without what squashes them."""
    last = (len(network.layers) - 1,)
    if isinstance(network.at(last), Activation):
        bare = build_model(network.removed(last))
    else:
        bare = build_model(network.replaced(last, Dense(network.at(last).units)))
    bare.set_weights(model.get_weights())
    return lambda images: bare(images.astype(np.float32), training=False).numpy()


@pytest.mark.parametrize("target", range(4))
def test_gradient_times_input_is_back_propagation_by_hand(tiny, random, target):
    image = random.random((7, 6, 2), np.float32)
    *_, slopes = by_hand(tiny, image, target)
    np.testing.assert_allclose(gradient_times_input(tiny, image, target), image * slopes, atol=1e-5)


def test_grad_cam_is_the_papers_equations_by_hand(tiny, random):
    image = random.random((7, 6, 2), np.float32)
    for target in range(4):
        maps, slopes, *_ = by_hand(tiny, image, target)
        coarse = np.maximum((maps * slopes.mean(axis=(0, 1))).sum(axis=-1), 0)
        found = grad_cam(tiny, TINY, image, target)
        np.testing.assert_allclose(found, enlarged(coarse, (7, 6)), atol=1e-5)
        assert found.dtype == np.float32 and found.min() >= 0


def test_integrated_gradients_are_the_mean_slope_on_the_way_by_hand(tiny, random):
    image, baseline = random.random((2, 7, 6, 2), np.float32)
    way = [baseline + (k + 0.5) / 5 * (image - baseline) for k in range(5)]
    expected = (image - baseline) * np.mean([by_hand(tiny, point, 2)[3] for point in way], axis=0)
    found = integrated_gradients(tiny, image, 2, baseline, steps=5)
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    difference = by_hand(tiny, image, 2)[2] - by_hand(tiny, baseline, 2)[2]
    assert found.difference == pytest.approx(difference, abs=1e-5)
    assert found.gap == pytest.approx(abs(expected.sum() - difference), abs=1e-5)
    assert found.steps == 5


@pytest.mark.parametrize(
    ("size", "stride", "fill"), [(3, 1, 0.0), (3, 2, 0.5), (4, 3, 1.0), (9, 2, 0.0), (1, 1, 0.0)]
)
def test_occlusion_is_one_answer_after_the_other(tiny, random, size, stride, fill):
    image = random.random((7, 6, 2), np.float32)
    losses = [[[] for _ in range(6)] for _ in range(7)]
    tops = sorted({*range(0, max(7 - size, 0) + 1, stride), max(7 - size, 0)})
    lefts = sorted({*range(0, max(6 - size, 0) + 1, stride), max(6 - size, 0)})
    for top in tops:
        for left in lefts:
            covered = image.copy()
            covered[top : top + size, left : left + size] = fill
            loss = probabilities(tiny, image)[1] - probabilities(tiny, covered)[1]
            for row in range(top, min(top + size, 7)):
                for column in range(left, min(left + size, 6)):
                    losses[row][column].append(loss)
    expected = [[np.mean(pixel) for pixel in row] for row in losses]
    found = occlusion(tiny, image, 1, size, stride, fill)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32


def test_occlusion_is_the_same_in_small_batches(tiny, random, monkeypatch):
    image = random.random((7, 6, 2), np.float32)
    at_once = occlusion(tiny, image, 0)
    monkeypatch.setattr(scores_of(tiny), "at_once", 4)
    np.testing.assert_allclose(occlusion(tiny, image, 0), at_once, atol=1e-6)
    whole = integrated_gradients(tiny, image, 0, steps=10)
    monkeypatch.setattr(scores_of(tiny), "at_once", 3)
    np.testing.assert_allclose(integrated_gradients(tiny, image, 0, steps=10).values, whole.values, atol=1e-6)


def test_a_large_network_gets_small_batches():
    wide = Network((64, 64, 1), (Conv2D(512, 3, padding="same"), GlobalAveragePooling2D(), Dense(10, "softmax")))
    assert scores_of(build_model(wide)).at_once == 1
    assert scores_of(build_model(LENET5)).at_once > 100


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 60), st.integers(1, 60))
def test_squares_cover_each_pixel_and_stay_inside(height, width, size, stride):
    stride = min(stride, size)
    squares = _squares((height, width, 1), size, stride)
    assert len({(rows.start, columns.start) for rows, columns in squares}) == len(squares)
    seen = np.zeros((height, width), int)
    for rows, columns in squares:
        assert seen[rows, columns].shape == (min(size, height), min(size, width))
        seen[rows, columns] += 1
    assert seen.min() >= 1


@given(st.integers(1, 256), st.integers(1, 256), st.integers(1, MOST_PLACES))
def test_the_stride_is_the_finest_that_is_affordable(height, width, most):
    shape = (height, width, 3)
    size = occluding_size(shape)
    stride = _finest_stride(shape, size, most)
    assert 1 <= stride <= size
    assert stride == size or len(_squares(shape, size, stride)) <= most
    assert stride == 1 or len(_squares(shape, size, stride - 1)) > most


@pytest.mark.parametrize("network", WORLDS.values(), ids=WORLDS)
def test_the_slope_of_the_score_is_what_small_differences_say(network, random):
    """By the network without its softmax or sigmoid; along random directions, as each pixel is hard to see in float32."""
    model = build_model(network, seed=2)
    image = random.random(network.input_shape, np.float32)
    score = score_of(network, model)
    slopes = scores_of(model).gradients(image[None], 1)[1][0]
    for _ in range(5):
        direction = random.normal(size=image.shape)
        direction *= 1e-3 / np.linalg.norm(direction)
        ends = score(np.stack([image + direction, image - direction]))[:, 1].astype(float)
        assert (slopes * direction).sum() * 2 == pytest.approx(ends[0] - ends[1], rel=0.03, abs=3e-6)


@pytest.mark.parametrize("network", WORLDS.values(), ids=WORLDS)
def test_every_method_draws_every_network(network, random):
    model = build_model(network, seed=2)
    image = random.random(network.input_shape, np.float32)
    score = score_of(network, model)(image[None])[0]
    for method in methods_for(network):
        found = saliency(method, model, network, image, 2)
        assert found.values.shape == network.input_shape[:2] and found.values.dtype == np.float32
        assert np.isfinite(found.values).all()
        assert found.signed or found.values.min() >= 0
        explained = probabilities(model, image) if method == "occlusion" else score
        assert found.score == pytest.approx(explained[2], abs=1e-4)
        assert found.note.endswith(".")


def test_every_kind_of_layer_can_be_looked_through(random):
    """All that keep maps, in one network; Grad-CAM's oracle is the rest of the layers, one after the other."""
    smaller = {"filters": 4, "padding": "same", "groups": 2, "pool_size": (1, 2)}
    blocks = []
    for name, kind in LAYERS.items():
        if "Global" not in name and kind not in (Flatten, Dense):
            settings = kind.starter | {
                key: value for key, value in smaller.items() if key in kind.__dataclass_fields__
            }
            blocks.append(
                kind(
                    **settings
                    | ({"groups": 1} if kind is Conv2D else {})
                    | ({"padding": (1, 0)} if name == "ZeroPadding2D" else {})
                )
            )
    network = Network((8, 8, 2), (*blocks, Flatten(), Dense(5, "softmax")))
    model = build_model(network, seed=1)
    image = random.random((8, 8, 2), np.float32)
    found = activations(model, network, image)
    kernel, bias = model.layers[-1].get_weights()
    for path in (grad_cam_layers(network)[0], grad_cam_layers(network)[7]):
        with tf.GradientTape(persistent=True) as tape:
            signal = maps = tf.constant(found[path][None])
            tape.watch(maps)
            for after in range(path[0] + 1, len(network.layers) - 1):
                signal = model.get_layer(layer_name((after,)))(signal, training=False)
            scores = tf.unstack((signal @ kernel + bias)[0])
        marked = []
        for target, score in enumerate(scores):
            weights = tape.gradient(score, maps).numpy()[0].mean(axis=(0, 1))
            expected = enlarged(np.maximum((found[path] * weights).sum(axis=-1), 0), (8, 8))
            np.testing.assert_allclose(grad_cam(model, network, image, target, path), expected, atol=1e-5)
            marked.append(expected.any())
        assert any(marked)
    assert np.abs(gradient_times_input(model, image, 0)).max() > 0


@pytest.mark.parametrize("squash", ["softmax", "sigmoid"])
def test_a_linear_network_is_explained_exactly_in_one_step(random, squash):
    network = Network((4, 5, 3), (Flatten(), Dense(6, squash)))
    model = build_model(network, seed=1)
    model.set_weights([random.normal(size=weights.shape) for weights in model.get_weights()])
    image, baseline = random.random((2, 4, 5, 3), np.float32)
    weights = model.get_weights()[0][:, 4].reshape(4, 5, 3)
    np.testing.assert_allclose(gradient_times_input(model, image, 4), image * weights, atol=1e-5)
    found = integrated_gradients(model, image, 4, baseline, steps=1)
    np.testing.assert_allclose(found.values, (image - baseline) * weights, atol=1e-5)
    assert found.gap < 1e-4
    np.testing.assert_allclose(saliency("integrated_gradients", model, network, image, 4).values,
                               (image * weights).sum(axis=-1), atol=1e-5)  # fmt: skip


def test_integrated_gradients_add_up_to_the_change_of_the_score(mnist):
    model = pretrained("lenet5")
    score = score_of(LENET5, model)
    for index in range(6):
        image = mnist.x_test[index].reshape(28, 28, 1) / np.float32(255)
        for target in (int(mnist.y_test[index]), 3):
            found = integrated_gradients(model, image, target)
            before, after = score(np.stack([np.zeros_like(image), image]))[:, target]
            assert found.difference == pytest.approx(after - before, abs=1e-3)
            assert found.values.sum() == pytest.approx(after - before, rel=GAP, abs=1e-3) or found.steps == 512
            assert found.gap == pytest.approx(abs(found.values.sum(dtype=float) - found.difference), abs=1e-4)


def test_nothing_is_shared_out_where_image_and_baseline_are_one(tiny, random):
    image = random.random((7, 6, 2), np.float32)
    found = integrated_gradients(tiny, image, 0, image)
    assert not found.values.any() and found.gap == 0 and found.steps == 32


def test_only_the_pixel_that_the_network_looks_at_is_marked(random):
    """Covering marks what lies within the square's reach; the other methods mark that pixel alone."""
    network = Network((9, 9, 1), (Flatten(), Dense(2, "softmax")))
    model = build_model(network)
    kernel = np.zeros((81, 2))
    kernel[4 * 9 + 3, 0] = 2.0
    model.set_weights([kernel, np.zeros(2)])
    image = random.random((9, 9, 1), np.float32)
    brightness = image[4, 3, 0]
    for method in ("gradient_times_input", "integrated_gradients"):
        values = saliency(method, model, network, image, 0).values
        assert values[4, 3] == pytest.approx(2 * brightness, rel=1e-5)
        assert np.count_nonzero(values) == 1
    covered = occlusion(model, image, 0, size=3, stride=1)
    assert np.argwhere(covered > 1e-7).min(axis=0).tolist() == [2, 1]
    assert np.argwhere(covered > 1e-7).max(axis=0).tolist() == [6, 5]
    sure = 1 / (1 + np.exp(-2 * brightness))
    assert covered[4, 3] == pytest.approx(sure - 0.5, rel=1e-4) == covered.max()
    other = occlusion(model, image, 1, size=3, stride=1)
    np.testing.assert_allclose(other, -covered, atol=1e-6)


def test_grad_cam_needs_maps():
    assert grad_cam_layers(DENSE) == grad_cam_layers(POINTS) == ()
    assert "grad_cam" not in methods_for(DENSE)
    model = build_model(DENSE)
    image = np.ones((5, 5, 1), np.float32)
    assert grad_cam(model, DENSE, image, 0) is None
    with pytest.raises(ValueError, match="cannot be drawn"):
        saliency("grad_cam", model, DENSE, image, 0)
    with pytest.raises(ValueError, match="no maps"):
        grad_cam(model, DENSE, image, 0, (1,))


def test_grad_cam_looks_at_the_last_maps_unless_told_otherwise(random):
    assert grad_cam_layers(LENET5) == ((0,), (1,), (2,), (3,))
    assert grad_cam_layers(BRANCHED)[-1] == (2,)
    assert (1, 0, 2) in grad_cam_layers(BRANCHED)
    model = build_model(BRANCHED, seed=4)
    image = random.random(BRANCHED.input_shape, np.float32)
    last = grad_cam(model, BRANCHED, image, 0)
    np.testing.assert_array_equal(grad_cam(model, BRANCHED, image, 0, (2,)), last)
    assert not np.array_equal(grad_cam(model, BRANCHED, image, 0, (1,)), last)


def test_weights_may_change_in_place_and_nothing_is_traced_again(random, monkeypatch):
    traced = []
    for name in ("outputs", "gradients", "cam"):
        whole = getattr(Scores, f"_{name}_in_graph")
        monkeypatch.setattr(
            Scores, f"_{name}_in_graph", lambda *a, name=name, whole=whole: [traced.append(name), whole(*a)][1]
        )
    model, other = build_model(TINY, seed=1), build_model(TINY, seed=2)
    image = random.random((7, 6, 2), np.float32)
    before = [saliency(method, model, TINY, image, 0).values for method in METHODS]
    model.set_weights(other.get_weights())
    for method, old in zip(METHODS, before):
        new = saliency(method, model, TINY, image, 3).values
        np.testing.assert_allclose(new, saliency(method, other, TINY, image, 3).values, atol=1e-6)
        assert not np.array_equal(new, old)
    assert sorted(traced) == ["cam", "cam", "gradients", "gradients", "outputs", "outputs"]  # once for each model


def test_several_may_ask_at_once(random):
    model = build_model(TINY, seed=1)
    images = random.random((12, 7, 6, 2), np.float32)
    jobs = [(method, image) for image in images for method in METHODS]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda job: saliency(job[0], model, TINY, job[1], 1).values, jobs))
    for (method, image), values in zip(jobs, found):
        np.testing.assert_allclose(values, saliency(method, model, TINY, image, 1).values, atol=1e-6)


def test_asking_why_does_not_keep_a_model_alive(random):
    model = build_model(TINY)
    for method in METHODS:
        saliency(method, model, TINY, random.random((7, 6, 2), np.float32), 0)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_what_does_not_fit_is_refused_with_a_sentence(tiny):
    image = np.zeros((7, 6, 2), np.float32)
    with pytest.raises(ValueError, match="4 classes, so none with the index 4"):
        gradient_times_input(tiny, image, 4)
    with pytest.raises(ValueError, match="none with the index -1"):
        occlusion(tiny, image, -1)
    with pytest.raises(ValueError, match="images of"):
        integrated_gradients(tiny, image[:-1], 0)
    with pytest.raises(ValueError, match="images of"):
        integrated_gradients(tiny, image, 0, baseline=image[:-1])
    with pytest.raises(ValueError, match="at least one step"):
        integrated_gradients(tiny, image, 0, steps=0)
    with pytest.raises(ValueError, match="does not cover"):
        occlusion(tiny, image, 0, size=2, stride=3)
    with pytest.raises(ValueError, match="no maps"):
        grad_cam(tiny, TINY, image, 0, (2,))
    with pytest.raises(ValueError, match="“guess” cannot be drawn"):
        saliency("guess", tiny, TINY, image, 0)
    with pytest.raises(ValueError, match="row of classes"):
        gradient_times_input(build_model(Network((5, 5, 1), (Conv2D(2, 3),))), np.zeros((5, 5, 1)), 0)


def test_a_network_without_softmax_is_explained_by_its_output(random):
    network = Network((4, 4, 1), (Flatten(), Dense(3, "tanh")))
    model = build_model(network, seed=1)
    image = random.random((4, 4, 1), np.float32)
    found = saliency("gradient_times_input", model, network, image, 1)
    assert found.score == pytest.approx(probabilities(model, image)[1], abs=1e-6)
    assert "output" in found.note


def spearman(a, b):
    """By counting: the rank is how many are smaller, and half of those that are equal."""
    a, b = (
        np.array([(abs(x) > np.abs(m)).sum() + (abs(x) == np.abs(m)).sum() / 2 for x in m.ravel()]) for m in (a, b)
    )
    return np.corrcoef(a, b)[0, 1]


maps = st.lists(st.integers(-4, 4), min_size=2, max_size=30)


@given(maps, st.randoms(use_true_random=False))
def test_similarity_is_the_correlation_of_ranks(values, dice):
    a = np.array(values, np.float32)
    b = np.array(dice.sample(values, len(values)), np.float32)
    if len(np.unique(np.abs(a))) == 1:
        assert similarity(a, b) is None
    else:
        assert similarity(a, b) == pytest.approx(spearman(a, b), abs=1e-9)
        assert similarity(a, a) == pytest.approx(1, abs=1e-12)
        assert similarity(a, -(np.abs(a) ** 3)) == pytest.approx(1, abs=1e-12)
        assert similarity(a, 9 - np.abs(a)) == pytest.approx(-1, abs=1e-12)


def test_only_what_is_asked_for_is_compared():
    a, b = np.array([[0, 1.0], [2, 3]]), np.array([[9, 3.0], [2, 1]])
    assert similarity(a, b, np.array([[False, True], [True, True]])) == pytest.approx(-1)
    assert similarity(a, b, np.zeros((2, 2), bool)) is None
    with pytest.raises(ValueError, match="compared"):
        similarity(a, b[:1])


def test_pictures_of_a_trained_network_depend_on_what_it_learned(mnist):
    model = pretrained("lenet5")
    for method in METHODS:
        found = []
        for index in range(6):
            image = mnist.x_test[index].reshape(28, 28, 1) / np.float32(255)
            found.append(sanity_check(method, model, LENET5, image, int(mnist.y_test[index])).similarity)
        assert np.mean([abs(value) for value in found if value is not None]) < 0.6, (method, found)


def test_what_nobody_taught_looks_like_itself(mnist):
    untaught = randomised(LENET5)
    assert randomised(Network(LENET5.input_shape, LENET5.layers, LENET5.name)) is untaught
    image = mnist.x_test[0].reshape(28, 28, 1) / np.float32(255)
    for method in METHODS:
        check = sanity_check(method, untaught, LENET5, image, 7)
        np.testing.assert_array_equal(check.learned.values, check.randomised.values)
        assert check.similarity is None or check.similarity == pytest.approx(1)


def test_random_weights_are_nobodys():
    """Not those that a run of any usual seed starts from, and no recipe can ask for them."""
    random = [np.asarray(weights) for weights in randomised(LENET5).get_weights()]
    for seed in (None, 0, 1, Recipe().seed):
        started = build_model(LENET5, seed).get_weights()
        assert not any(np.array_equal(one, other) for one, other in zip(random, started) if np.any(other))
    with pytest.raises(ValueError, match="Seed must be between 0"):
        Recipe(seed=RANDOM_SEED)


def test_empty_paper_is_never_marked_and_never_compared():
    model = pretrained("lenet5")
    image = np.zeros((28, 28, 1), np.float32)
    for method in ("occlusion", "gradient_times_input", "integrated_gradients"):
        found = sanity_check(method, model, LENET5, image, 0)
        assert not found.learned.values.any() and found.similarity is None
    image[10:14, 6:20] = 1
    for method in ("occlusion", "gradient_times_input", "integrated_gradients"):
        found = sanity_check(method, model, LENET5, image, 0)
        reach = np.zeros((28, 28), bool)
        reach[(slice(6, 18), slice(2, 24)) if method == "occlusion" else (slice(10, 14), slice(6, 20))] = True
        assert not found.learned.values[~reach].any()
        expected = spearman(found.learned.values[reach], found.randomised.values[reach])
        assert found.similarity == pytest.approx(expected, abs=1e-9)


def test_each_method_says_how_to_read_it_in_one_sentence():
    assert len({method.title for method in METHODS.values()}) == len(METHODS) == 4
    for method in METHODS.values():
        for sentence in (method.shows, method.reading, method.misleads):
            assert sentence.endswith(".") and sentence.count(". ") == 0 and 40 < len(sentence) < 200


def test_the_note_on_integrated_gradients_holds_the_two_numbers_that_should_be_equal(mnist):
    model, image = pretrained("lenet5"), mnist.x_test[3].reshape(28, 28, 1) / np.float32(255)
    before, after = score_of(LENET5, model)(np.stack([np.zeros_like(image), image]))[:, 0]
    found = saliency("integrated_gradients", model, LENET5, image, 0)
    change, together = map(
        float, re.search(r"changes by (-?[\d.]+); the pixels add up to (-?[\d.]+),", found.note).groups()
    )
    assert change == pytest.approx(after - before, abs=0.006)
    assert together == pytest.approx(found.values.sum(), abs=0.006)
