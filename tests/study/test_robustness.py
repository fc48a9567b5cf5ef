"""Accuracy over strengths: changed images given to the model one curve at a time are the oracle."""

import numpy as np
import pytest

from core.data import Dataset
from core.data.augmentation import transformed
from core.network import Dense, Flatten, Network, Recipe
from core.network.settings import settings_of
from core.study.contender import LabelledImages, Unfit
from core.study.evaluating import Evaluator
from core.study.memory import forget_all
from core.study.proportions import wilson
from core.study.robustness import HalfLost, Robustness, film, mistakes_at, robustness
from core.study.transforms import TRANSFORMS, against, trained_range
from core.training import card, train
from tests.study.networks import fresh

NAMES = list(TRANSFORMS)


def last(items):
    *_, found = items
    return found


def curve(name, strengths, accuracies, images=100):
    """A result of one network with these accuracies."""
    counts = np.full(len(strengths), images)
    right = np.round(np.array([accuracies]) * images).astype(int)
    return Robustness(TRANSFORMS[name], ("A",), tuple(strengths), right, counts, 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_goes_through_the_neutral_strength_in_eleven_steps(name):
    transform = TRANSFORMS[name]
    assert len(transform.strengths) == 11 and list(transform.strengths) == sorted(set(transform.strengths))
    assert transform.neutral in transform.strengths
    images = np.random.default_rng(1).random((3, 28, 28, 1), np.float32)
    assert transform.apply(images, transform.neutral) is images
    for strength in transform.strengths:
        changed = transform.apply(images, strength)
        assert changed.shape == images.shape and changed.dtype == np.float32
        assert (strength == transform.neutral) == np.array_equal(changed, images)


def test_a_curve_is_what_the_model_says_of_changed_images(few, lenet, small):
    strengths = (-30.0, 0.0, 45.0)
    found = last(robustness([lenet, small], few, TRANSFORMS["rotation"], strengths, (600,)))
    assert found.names == (lenet.name, small.name) and found.strengths == strengths
    assert found.images.tolist() == [600] * 3 and found.done == 1
    for number, contender in enumerate([lenet, small]):
        for place, strength in enumerate(strengths):
            changed = transformed(few.images.astype(np.float32) / 255, rotation=strength)
            right = int((np.asarray(contender.model(changed, training=False)).argmax(axis=1) == few.labels).sum())
            assert found.right[number, place] == right
            assert found.accuracies(number)[place] == right / 600
            assert found.interval(number, place) == wilson(right, 600)
    assert found.accuracies(0)[0] < found.accuracies(0)[1]


def test_at_the_neutral_strength_the_accuracy_is_the_known_one_to_the_digit_whatever_the_transform(tests, lenet):
    for transform in TRANSFORMS.values():
        found = last(robustness([lenet], tests, transform, [], [10_000]))
        assert found.strengths == (transform.neutral,) and found.images.tolist() == [10_000]
        assert found.accuracies(0).tolist() == [card("lenet5").test_accuracy]


def test_few_images_come_first_for_all_strengths_and_then_more(few, lenet):
    found = list(robustness([lenet], few, TRANSFORMS["noise"], (0, 0.1, 0.3), (250, 600)))
    assert [one.images.tolist() for one in found] == [
        [250, 0, 0], [250, 250, 0], [250, 250, 250],
        [500, 250, 250], [600, 250, 250], [600, 500, 250], [600, 600, 250], [600, 600, 500], [600, 600, 600],
    ]  # fmt: skip
    assert [one.done for one in found] == pytest.approx([number / 9 for number in range(1, 10)])
    assert np.isnan(found[0].accuracies(0)[1]) and found[0].interval(0, 1) is None
    assert found[0].sentence() == "" and found[-1].sentence()


def test_images_are_changed_once_for_all_networks_and_measured_once_for_everybody(few, lenet, small, monkeypatch):
    changed, predicted = [], []
    apply, ask = type(TRANSFORMS["blur"]).apply, Evaluator.answers
    monkeypatch.setattr(type(TRANSFORMS["blur"]), "apply", lambda *a: changed.append(a[2]) or apply(*a))
    monkeypatch.setattr(Evaluator, "answers", lambda *a: predicted.append(1) or ask(*a))
    first = last(robustness([lenet, small], few, TRANSFORMS["blur"], (0, 1.0), (600,)))
    assert (len(changed), len(predicted)) == (6, 12)
    again = last(robustness([small, lenet], few, TRANSFORMS["blur"], (0, 1.0), (600,)))
    assert (len(changed), len(predicted)) == (6, 12) and np.array_equal(again.right, first.right[::-1])
    last(robustness([lenet], few, TRANSFORMS["noise"], (0,), (600,)))
    assert len(changed) == 6  # unchanged images are the same for all transforms
    last(robustness([fresh()], few, TRANSFORMS["blur"], (0, 1.0), (600,)))
    assert (len(changed), len(predicted)) == (12, 18)


@pytest.mark.parametrize("name", ["noise", "square", "salt_and_pepper"])
def test_what_is_random_is_the_same_for_each_network_and_each_time(few, lenet, name):
    transform = TRANSFORMS[name]
    strength = transform.strengths[6]
    first = last(robustness([lenet], few, transform, [strength], [600]))
    forget_all()
    again = last(robustness([fresh(), lenet], few, transform, [strength], [250, 600]))
    assert np.array_equal(first.right[0], again.right[1])


def test_a_network_for_other_images_is_refused_before_anything_is_done(lenet):
    wide = LabelledImages("Photos", np.zeros((3, 32, 32, 3), np.uint8), np.zeros(3, int), lenet.class_names)
    with pytest.raises(Unfit, match="reads images of 28×28×1"):
        next(robustness([lenet], wide, TRANSFORMS["rotation"]))


def test_half_of_the_accuracy_is_lost_where_a_straight_line_between_two_points_says_so():
    found = curve("rotation", (-60, -30, 0, 30, 60, 90), (0.1, 0.9, 1.0, 0.8, 0.2, 0.6))
    assert found.half_lost(0) == HalfLost(pytest.approx(-45), pytest.approx(45))
    assert found.sentence() == "A loses half of its accuracy at −45° and 45°."
    never = curve("noise", (0, 0.5, 1), (0.9, 0.8, 0.6))
    assert never.half_lost(0) == HalfLost(None, None)
    assert never.sentence() == "A never loses half of it."
    exactly = curve("blur", (0, 1, 2), (0.8, 0.4, 0.4))
    assert exactly.half_lost(0) == HalfLost(None, pytest.approx(1))
    assert curve("blur", (0, 1, 2), (0, 0, 0)).half_lost(0) == HalfLost(None, None)


def test_where_nothing_was_measured_yet_the_line_goes_on_to_the_next_point():
    found = curve("noise", (0, 0.5, 1), (1.0, 0.0, 0.25))
    found.images[1] = 0
    assert found.half_lost(0).above == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "name, strength, text", [("rotation", -30.0, "−30°"), ("right", 2.5, "2.5 px"), ("scale", 0.8, "0.8")]
)
def test_strengths_have_their_units(name, strength, text):
    assert TRANSFORMS[name].text(strength) == text


def test_what_is_measured_in_pixels_grows_with_the_image():
    assert TRANSFORMS["right"].sized(56).strengths == tuple(2 * one for one in TRANSFORMS["right"].strengths)
    assert TRANSFORMS["rotation"].sized(56) is TRANSFORMS["rotation"]
    small = TRANSFORMS["square"].sized(7).strengths
    assert all(one == int(one) for one in small) and small == tuple(sorted(set(small))) and 0 in small


def test_mistakes_are_those_images_that_the_model_gets_wrong_the_surest_first(few, lenet):
    found = mistakes_at(lenet, few, TRANSFORMS["shear"], 45, 600)
    changed = transformed(few.images.astype(np.float32) / 255, shear=45.0)
    probabilities = np.asarray(lenet.model(changed, training=False))
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != few.labels)
    assert sorted(found.indexes.tolist()) == wrong.tolist() and found.images == 600 and len(wrong) > 20
    np.testing.assert_allclose(found.probability, probabilities[found.indexes, found.predicted], atol=1e-4)
    assert (np.diff(found.probability) <= 0).all()
    assert (probabilities[found.indexes].argmax(axis=1) == found.predicted).all()
    assert found.seen.dtype == np.uint8 and len(found.seen) == min(len(wrong), 96)
    np.testing.assert_allclose(found.seen, np.asarray(changed)[found.indexes[:96]] * 255, atol=0.51)


def test_mistakes_are_seen_with_the_very_noise_that_they_were_predicted_with(few, small):
    found = mistakes_at(small, few, TRANSFORMS["salt_and_pepper"], 0.4, 600)
    again = Evaluator(small).answers(found.seen)
    assert len(found.seen) == 96
    # Rounded to whole levels, hardly an answer changes; with other noise, most would.
    assert (again.predicted == found.predicted[:96]).mean() > 0.97


def test_without_a_strength_the_mistakes_are_those_of_all_images(tests, lenet):
    found = mistakes_at(lenet, tests, TRANSFORMS["blur"], 0)
    assert found.images == 10_000 and 1 - len(found.indexes) / 10_000 == card("lenet5").test_accuracy


def test_in_the_end_all_images_are_evaluated_unchanged(few, lenet):
    found = list(robustness([lenet], few, TRANSFORMS["noise"], (0, 0.3), (250,)))
    assert [one.images.tolist() for one in found] == [[250, 0], [250, 250], [500, 250], [600, 250]]
    assert [one.done for one in found] == [0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize(
    ("strengths", "accuracies", "telling"),
    [
        ((-60, -30, 0, 30, 60), (0.1, 0.4, 1.0, 0.6, 0.2), -30),
        ((-60, -30, 0, 30, 60), (0.1, 0.4, 1.0, 0.5, 0.2), 30),  # as mild either way: above
        ((0, 30, 60), (1.0, 0.9, 0.8), 60),  # half is never lost
        ((0, 30), (1.0, 1.0), 0),
    ],
)
def test_the_strength_to_look_at_first_is_the_mildest_that_costs_half_or_else_the_worst(
    strengths, accuracies, telling
):
    assert curve("rotation", strengths, accuracies).telling(0) == telling


def test_who_was_trained_against_a_transform_loses_less_at_that_strength(mnist, few):
    data = Dataset(
        "mnist", mnist.x_train[:2000], mnist.y_train[:2000], mnist.x_test[:9], mnist.y_test[:9], few.class_names
    )
    network, recipe = (
        Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain"),
        Recipe(epochs=4, batch_size=64),
    )
    turned = against(recipe, TRANSFORMS["rotation"], 60.0)
    networks = [fresh(network, name=name) for name in ("as it is", "turned")]
    for one, how in zip(networks, (recipe, turned)):
        one.__dict__["weights"] = train(network, data, how).model.get_weights()
    found = last(robustness(networks, few, TRANSFORMS["rotation"], [60.0], [600]))
    plain, better = (found.interval(number, 1) for number in (0, 1))
    assert better.low > plain.high  # and not by chance


def test_a_film_has_each_frame_with_each_networks_probabilities(few, lenet, small):
    image = few.images[3]
    strip = film([lenet, small], image, TRANSFORMS["rotation"])
    assert strip.strengths == TRANSFORMS["rotation"].strengths and strip.frames.shape == (11, 28, 28, 1)
    assert np.array_equal(strip.frames[5], image.astype(np.float32) / 255)
    for contender, found in zip([lenet, small], strip.probabilities):
        np.testing.assert_allclose(found, np.asarray(contender.model(strip.frames, training=False)), atol=1e-4)


def test_training_against_a_transform_goes_as_far_as_was_asked_or_as_the_setting_goes():
    recipe = Recipe(shift=3.0)
    assert against(recipe, TRANSFORMS["rotation"], -30) == recipe.replaced(rotation=30.0)
    assert against(recipe, TRANSFORMS["right"], -2) == recipe  # it sees that already
    assert against(recipe, TRANSFORMS["down"], 60).shift == settings_of(Recipe)["shift"].maximum
    assert against(recipe, TRANSFORMS["scale"], 0.8).zoom == pytest.approx(0.2)
    assert against(recipe, TRANSFORMS["contrast"], 0.2) is None


def test_the_range_that_a_training_has_seen():
    assert trained_range(Recipe(), TRANSFORMS["rotation"]) is None
    assert trained_range(Recipe(rotation=15), TRANSFORMS["rotation"]) == (-15, 15)
    assert trained_range(Recipe(zoom=0.2), TRANSFORMS["scale"]) == (pytest.approx(0.8), pytest.approx(1.2))
    assert trained_range(Recipe(noise=0.1), TRANSFORMS["noise"]) == (0, 0.1)
    assert trained_range(Recipe(noise=0.1), TRANSFORMS["square"]) is None
