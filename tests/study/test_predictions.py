"""Predict, then measure: what is counted is what the networks get right, and what is said follows from it alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.network import Dense, Flatten, Network
from core.study.contender import Contender, LabelledImages, Unfit
from core.study.predictions import QUESTIONS, Measured, Question, Side, measure, question, told
from core.study.transforms import TRANSFORMS
from core.training import build_model

NAMES = ("A", "B")
TINY = Network((6, 6, 1), (Flatten(), Dense(3, "softmax")))


def counted(images, only_first, only_second, both):
    return Measured(images, (both + only_first, both + only_second), (only_first, only_second), 1.0)


@st.composite
def outcomes(draw):
    first, second, both, neither = (draw(st.integers(0, 400)) for _ in range(4))
    return counted(max(first + second + both + neither, 1), first, second, both)


@given(outcomes(), st.integers(0, 1))
@settings(deadline=None, max_examples=200)
def test_a_prediction_is_right_or_wrong_only_where_chance_can_hardly_explain_the_difference(found, choice):
    said = told(choice, found, NAMES)
    first, second = found.only
    chance = first == second or binomtest(first, first + second).pvalue >= 0.05
    if chance:
        assert said.state == "close" and "can be chance" in said.words
    else:
        assert said.state == ("right" if (second > first) == choice else "wrong")
        assert said.words.startswith(f"{NAMES[int(second > first)]} is better")
    assert {said.state, told(1 - choice, found, NAMES).state} in ({"close"}, {"right", "wrong"})


@given(outcomes(), st.integers(0, 1))
@settings(deadline=None, max_examples=100)
def test_with_the_sides_exchanged_the_same_is_said_of_the_same_side(found, choice):
    turned = Measured(found.images, found.right[::-1], found.only[::-1], 1.0)
    assert told(choice, found, NAMES).state == told(1 - choice, turned, NAMES[::-1]).state


@pytest.mark.parametrize("kind", QUESTIONS)
def test_questions_differ_fit_their_transforms_and_are_the_same_for_a_seed(kind):
    found = [question(kind, seed, str.upper) for seed in range(300)]
    assert found == [question(kind, seed, str.upper) for seed in range(300)]
    assert len({one._replace(name="") for one in found}) > 20
    for one in found:
        first, second = one.sides
        assert first != second and first.name != second.name
        assert 250 <= one.images <= 2_000 and one.text.endswith("?")
        for side in one.sides:
            how = TRANSFORMS[side.transform]
            assert how.strengths[0] <= side.strength <= how.strengths[-1]
            if kind == "mistakes":
                assert one.training and side.strength == how.neutral
            else:
                assert not one.training and side.strength != how.neutral
                assert how.text(side.strength) in one.text + side.name
        assert (first.model == second.model) == (kind == "changes")


def made(seed, count=600):
    """Two networks that know nothing, and images."""
    draw = np.random.default_rng(seed)
    images = LabelledImages(
        "images", draw.integers(0, 256, (count, 6, 6, 1), np.uint8), draw.integers(0, 3, count), ("a", "b", "c")
    )
    contenders = [
        Contender(name, TINY, build_model(TINY, number).get_weights(), ("a", "b", "c"))
        for number, name in enumerate(NAMES, seed)
    ]
    return contenders, images


@pytest.mark.parametrize("strength", [0.0, 90.0])
def test_what_is_counted_is_what_keras_gets_right_on_the_same_images(strength):
    contenders, images = made(3)
    sides = (Side("A", "a", "rotation", strength), Side("B", "b", "rotation", strength))
    asked = Question("measured/x/0", "Which?", sides, False, 500)
    steps = list(measure(asked, contenders, images))
    assert [one.images for one in steps] == [250, 500] and [one.done for one in steps] == [0.5, 1.0]
    chosen = np.concatenate([images.part(0), images.part(1)])
    seen = images.images[chosen].astype(np.float32) / 255
    hits = []
    for one in contenders:
        turned = {0.0: seen, 90.0: np.rot90(seen, -1, (1, 2))}[strength]
        other = {0.0: seen, 90.0: np.rot90(seen, 1, (1, 2))}[strength]
        hits.append([np.asarray(one.model(way)).argmax(1) == images.labels[chosen] for way in (turned, other)])
    possible = [((int(a.sum()), int(b.sum())), (int((a & ~b).sum()), int((b & ~a).sum()))) for a, b in zip(*hits)]
    assert (steps[-1].right, steps[-1].only) in possible  # a quarter turn goes either way about
    for side, interval in enumerate(steps[-1].intervals):
        assert interval[0] <= steps[-1].right[side] / 500 <= interval[1]


def test_a_network_against_itself_is_too_close_to_tell():
    contenders, images = made(5)
    sides = (Side("A", "a", "noise", 0.4), Side("B", "b", "noise", 0.4))
    *_, last = measure(Question("measured/x/1", "Which?", sides, False, 600), [contenders[0]] * 2, images)
    assert last.images == 600 and last.only == (0, 0) and last.better is None
    assert told(0, last, NAMES).state == told(1, last, NAMES).state == "close"


def test_images_that_do_not_fit_are_refused_with_a_sentence():
    contenders, _ = made(1)
    other = LabelledImages("others", np.zeros((5, 4, 4, 1), np.uint8), np.zeros(5, int), ("a", "b", "c"))
    asked = Question("m", "?", (Side("A", "a", "noise", 0.2), Side("B", "b", "noise", 0.2)), False, 5)
    with pytest.raises(Unfit, match="6×6"):
        next(measure(asked, contenders, other))
