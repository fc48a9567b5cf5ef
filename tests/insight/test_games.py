"""What decides the games: counting by hand, and networks whose weights are known, are the oracles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.insight import Predictions, verdict
from core.insight.games import Attempt, Split, dealt, first_readable, hardest, others, where_ink_tells
from core.network import Dense, Flatten, Network
from core.training import build_model, pretrained

PLAIN = Network((4, 4, 1), (Flatten(), Dense(3, "softmax")))


def says(label, probability, sure_from=0.9):
    rest = (1 - probability) / 9
    return verdict(np.array([probability if one == label else rest for one in range(10)]), sure_from)


def with_weights(kernel, bias):
    model = build_model(PLAIN)
    model.set_weights([np.asarray(kernel, np.float32), np.asarray(bias, np.float32)])
    return model


def made_up(images=40, classes=4, seed=1):
    random = np.random.default_rng(seed)
    return Predictions(
        random.dirichlet(np.ones(classes), images).astype(np.float32), random.integers(0, classes, images)
    )


def test_two_networks_are_split_when_they_differ_and_both_are_sure():
    split = Split(says(3, 0.95), says(8, 0.92))
    assert split.won and split.score == pytest.approx(0.92)  # the less certain one counts
    assert not Split(says(3, 0.95), says(3, 0.99)).won
    assert not Split(says(3, 0.95), says(8, 0.89)).won
    assert not Split(says(3, 0.5), says(8, 0.95)).won


def test_each_network_is_sure_by_its_own_threshold():
    assert Split(says(3, 0.7, sure_from=0.6), says(8, 0.99)).won
    assert not Split(says(3, 0.7), says(8, 0.99, sure_from=0.6)).won


def test_who_agrees_scores_nothing_and_only_more_certainty_beats_the_best():
    assert Split(says(3, 1.0), says(3, 1.0)).score == 0
    best = Split(says(3, 0.95), says(8, 0.92))
    assert best.beats(None)
    assert Split(says(3, 0.93), says(8, 0.93)).beats(best)
    assert not best.beats(best)
    assert not Split(says(3, 0.99), says(8, 0.99, sure_from=1.0)).beats(best)  # not won


def test_a_network_is_fooled_when_strokes_made_it_sure_of_something_else():
    assert Attempt(7, says(2, 0.95), 1, 9.0).won
    assert not Attempt(7, says(7, 0.95), 1, 9.0).changed
    assert not Attempt(7, says(2, 0.8), 1, 9.0).won  # not sure
    assert not Attempt(7, says(2, 0.95), 0, 0.0).won  # it was wrong by itself


def test_fewer_strokes_beat_less_ink_and_ink_decides_among_equals():
    two = Attempt(7, says(2, 0.95), 2, 5.0)
    assert Attempt(7, says(2, 0.95), 1, 50.0).beats(two)
    assert Attempt(7, says(2, 0.95), 2, 4.9).beats(two)
    assert not Attempt(7, says(2, 0.95), 2, 5.0).beats(two)
    assert not Attempt(7, says(7, 0.95), 1, 1.0).beats(None)


def test_not_a_number_wins_no_game():
    nan = verdict(np.full(10, np.nan), 0.1)
    assert not Split(nan, says(3, 0.99)).won
    assert not Attempt(7, nan, 1, 1.0).won


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_the_hardest_are_those_with_the_least_probability_for_the_right_class(seed):
    found = made_up(seed=seed)
    right = [float(row[label]) for row, label in zip(found.probabilities, found.labels)]
    assert hardest(found).tolist() == sorted(range(40), key=lambda n: right[n])[:10]


def test_the_others_are_drawn_by_lot_without_those_that_were_seen():
    found = made_up()
    seen = hardest(found)
    drawn = others(found, seen, np.random.default_rng(3))
    assert len(set(drawn.tolist())) == 10 and not set(drawn) & set(seen)
    assert others(found, seen, np.random.default_rng(4)).tolist() != drawn.tolist()
    assert len(others(found, range(40), np.random.default_rng(3))) == 10  # where there are no others, any


def test_a_round_counts_both_sides_and_only_what_was_answered():
    probabilities = np.eye(3, dtype=np.float32)[[0, 1, 2]]
    now = dealt(Predictions(probabilities, np.array([0, 2, 2])), [2, 1, 0], 0.9, hardest=True)
    assert (now.labels, [one.label for one in now.verdicts]) == ((2, 2, 0), [2, 1, 0])
    assert (now.yours, now.networks, now.answered, now.over) == (0, 0, False, False)
    assert now.onward() is now  # first an answer
    now = now.picked(1)
    assert now.answered and now.picked(2) is now  # the first answer counts
    assert (now.yours, now.networks) == (0, 1)
    now = now.onward().picked(2).onward().picked(0).onward()
    assert now.over and (now.yours, now.networks) == (2, 2)
    assert now.picked(0) is now


def test_the_first_readable_image_is_right_and_sure():
    kernel = np.zeros((16, 3))
    kernel[0, 1] = 20.0  # a white first pixel is class 1, anything else class 0, weakly
    model = with_weights(kernel, [1.0, 0.0, 0.0])
    images = np.zeros((120, 4, 4, 1), np.uint8)
    images[[70, 90], 0, 0] = 255
    labels = np.zeros(120, int)
    labels[90] = 1
    order = np.arange(120)
    assert first_readable(model, PLAIN, images, labels, 0.9, order) == 90  # 70 is sure and wrong
    assert first_readable(model, PLAIN, images, labels, 0.5, order) == 0
    assert first_readable(model, PLAIN, images, labels, 0.5, order[::-1]) == 119
    assert first_readable(model, PLAIN, images, 2 + 0 * labels, 0.5, order) is None


def test_in_a_linear_network_ink_tells_by_the_difference_of_the_weights(random):
    kernel, image = random.normal(size=(16, 3)), random.random((4, 4, 1), np.float32)
    told = where_ink_tells(with_weights(kernel, [0, 0, 0]), image, answer=2, other=1)
    expected = (kernel[:, 1] - kernel[:, 2]).reshape(4, 4) * (1 - image[..., 0])
    np.testing.assert_allclose(told, expected, atol=1e-5)


def test_where_it_is_white_already_ink_tells_nothing_and_the_best_pixel_does_what_it_says(mnist):
    model, image = pretrained("lenet5"), mnist.x_test[0].astype(np.float32) / 255
    told = where_ink_tells(model, image, answer=7, other=3)
    assert not told[image[..., 0] == 1].any()

    def lead(one):
        answers = np.log(np.asarray(model(one[np.newaxis], training=False)[0], np.float64))
        return answers[3] - answers[7]

    row, column = np.unravel_index(told.argmax(), told.shape)
    step = 0.02
    more = image.copy()
    more[row, column] += step * (1 - image[row, column])
    assert lead(more) - lead(image) == pytest.approx(step * told.max(), rel=0.15)
